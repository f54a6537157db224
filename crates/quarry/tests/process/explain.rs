//! `quarry explain`. Each file in `explain/` is a run over the folder below: its first line is the command, the rest what is
//! printed; what differs from run to run (tags, dates, sizes of pages with them) is written `…`.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::{run, write};

/// A folder of which each answer is known; none of its files changed a moment ago.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "index.html", "<!doctype html><meta charset=utf-8><title>Quarry</title>".repeat(40));
    write(
        folder.path(),
        "资料.txt",
        b"\xd7\xca\xc1\xcf\xd4\xda\xd5\xe2\xc0\xef\xa3\xac\xd5\xe2\xca\xc7\xd6\xd0\xce\xc4\xa1\xa3",
    );
    write(folder.path(), "a.css", "p{margin:0}".repeat(200));
    write(folder.path(), "a.css.br", "made ahead");
    write(folder.path(), "docs/a.png", b"\x89PNG\r\n");
    write(folder.path(), ".secret", "hidden");
    // A change within the grain of the clock is not believed yet, and is told of.
    super::running::until("the clock has moved on", || {
        let changed = fs::metadata(folder.path()).and_then(|found| found.modified()).expect("a time");
        (changed.elapsed().unwrap_or_default().as_millis() > 40).then_some(())
    });
    folder
}

/// The same in each run.
fn settled(output: &str) -> String {
    let mut lines = Vec::new();
    // How long a page is that is made here is not for this test to say.
    let is_made = output.contains("\n  Made here");
    let is_length = |start: &str| ["Content-Length", "Content length", "content"].contains(&start.trim());
    // How long each step took is not either.
    let (mut is_timeline, mut is_sent) = (false, false);
    for line in output.lines() {
        is_timeline = line.starts_with("Timeline") || is_timeline && !line.is_empty();
        if is_timeline && line.starts_with(' ') {
            lines.push(format!("  …  {}", line.chars().skip(30).collect::<String>()));
            continue;
        }
        is_sent = line == "  As it went out" || is_sent && line.starts_with("   ");
        if is_sent && line.starts_with("   ") {
            // Which bytes they are, and their numbers: of those that differ, others stand elsewhere.
            let text: String = line.chars().skip(41).collect();
            let name = text.rsplit_once("  field value ").map_or("", |(_, name)| name);
            lines.push(match name {
                "Date" | "ETag" | "Last-Modified" => format!("    …  field value {name}"),
                "Content-Length" if is_made => format!("    …  field value {name}"),
                _ => format!("    {text}"),
            });
            continue;
        }
        let line = match line.split_once("  (") {
            Some((heading, _)) if line.starts_with(|first: char| first.is_ascii_digit()) => heading,
            _ => line,
        };
        let is_date = |part: &str| part.len() == 29 && part.ends_with(" GMT");
        let (start, value) = line.split_at(line.rfind("  ").map_or(0, |at| at + 2));
        let is_tag = |value: &str| value.len() == 18 && value.starts_with('"') && value.ends_with('"');
        // Whether the kernel has a name in its caches is not for us to say.
        let value = value.replace("(a file is not in the kernel's caches)", "(a page has to be made)");
        lines.push(match value {
            _ if is_made && is_length(start) => format!("{start}…"),
            value if value.ends_with(" µs") => format!("{start}…"),
            value if is_date(&value) => format!("{start}…"),
            value if is_tag(&value) => format!("{start}\"…\""),
            value => format!("{start}{value}"),
        });
    }
    lines.join("\n") + "\n"
}

#[test]
fn journeys_are_told_as_written_down() {
    let folder = folder();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/explain");
    let mut count = 0;
    for entry in fs::read_dir(cases).expect("the cases") {
        let path = entry.expect("a case").path();
        let case = fs::read_to_string(&path).expect("text");
        let (command, expected) = case.split_once('\n').expect("a command and its output");
        let arguments = command.strip_prefix("$ quarry explain ").expect("the program");
        let mut arguments: Vec<&str> = arguments.split(" | ").collect();
        let folder = folder.path().to_str().expect("text");
        arguments.insert(0, "explain");
        arguments.insert(2, folder);
        let ended = run(arguments);
        let found = settled(&ended.output);
        if std::env::var_os("WRITE").is_some() {
            fs::write(&path, format!("{command}\n{found}")).expect("written");
        } else {
            assert!(found == expected, "{}\n{found}", path.display());
        }
        assert_eq!(ended.errors, "", "{}", path.display());
        count += 1;
    }
    assert!(count >= 6);
}

#[track_caller]
fn check(arguments: &[&str], code: i32, first: &str) {
    let folder = folder();
    let arguments = [&["explain"], arguments, &[folder.path().to_str().expect("text")]].concat();
    let ended = run(&arguments);
    assert_eq!(ended.output.lines().next(), Some(first), "{arguments:?}: {}", ended.errors);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(code), ""), "{arguments:?}");
}

#[test]
fn the_exit_code_tells_whether_the_answer_is_an_error() {
    check(&["/"], 0, "GET / → 200 OK");
    check(&["/docs"], 0, "GET /docs → 301 Moved Permanently");
    check(&["/none"], 1, "GET /none → 404 Not Found");
    check(&["/.secret"], 1, "GET /.secret → 404 Not Found");
    check(&["/", "--method", "POST"], 1, "POST / → 405 Method Not Allowed");
    check(&["/", "--method", "BREW"], 1, "BREW / → 501 Not Implemented");
    check(&["*", "--method", "OPTIONS"], 0, "OPTIONS * → 204 No Content");
    check(&["/..%2f"], 1, "GET /..%2f → 404 Not Found");
    check(&["/", "--field", "Host: a b"], 1, "? GET / HTTP/1.1 → 400 Bad Request");
    check(&["http://example.org/docs/?x"], 0, "GET /docs/?x → 200 OK");
}

#[test]
fn what_cannot_be_asked_is_a_sentence() {
    for (arguments, sentence) in [
        (
            &["explain", "a.txt"][..],
            "cannot explain \"a.txt\": a target begins with a slash, as /a.txt, or is a whole address, as http://localhost/a.txt",
        ),
        (
            &["explain", "/", "--field", "Range"],
            "cannot take --field \"Range\": the colon is missing; expected NAME:VALUE",
        ),
        (&["explain", "/", "--method", "G T"], "cannot take --method \"G T\": expected a word, such as GET"),
        (&["explain", "/", "/nowhere"], "cannot explain \"/nowhere\": there is no such folder"),
        (&["explain"], "cannot start: TARGET is missing"),
    ] {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.errors.as_str()), (Some(2), format!("quarry: {sentence}\n").as_str()));
    }
}

#[test]
fn json_has_the_same() {
    let folder = folder();
    let ended = run([OsStr::new("explain"), OsStr::new("/"), folder.path().as_os_str(), OsStr::new("--json")]);
    let journey: serde_json::Value = serde_json::from_str(&ended.output).expect("JSON");
    assert_eq!(journey["status"], 200);
    assert_eq!(journey["cause"], "whole");
    assert_eq!(journey["rfc"], "9110 §15.3.1");
    let places: Vec<&String> = journey["stations"].as_object().expect("an object").keys().collect();
    assert_eq!(places.len(), 6);
    let spans = journey["stations"]["bytes"]["spans"].as_array().expect("a list");
    assert_eq!(
        (spans[0]["key"].as_str(), spans[0]["start"].as_u64(), spans[0]["end"].as_u64()),
        (Some("method"), Some(0), Some(3))
    );
    let facts = journey["stations"]["response"]["facts"].as_array().expect("a list");
    let cache = facts.iter().find(|fact| fact["name"] == "Cache-Control").expect("the field");
    assert_eq!((cache["value"].as_str(), cache["cause"].as_str()), (Some("no-cache"), Some("cache-default")));
}

#[test]
fn secrets_are_masked() {
    let folder = folder();
    // No letters of hexadecimal numbers, of which tags are made.
    let fields = ["Authorization: Bearer zyxwvu", "Cookie: id=zyxwvu", "Referer: http://a/?token=zyxwvu"];
    let mut arguments = vec!["explain", "/?access_token=zyxwvu", folder.path().to_str().expect("text")];
    fields.iter().for_each(|field| arguments.extend(["--field", field]));
    for more in [&[][..], &["--json"]] {
        let ended = run([&arguments[..], more].concat());
        assert_eq!(ended.code, Some(0));
        assert!(!ended.output.contains("zyxwvu") && !ended.output.contains("7a7978"), "{}", ended.output);
        assert!(ended.output.contains("Bearer ******"), "{}", ended.output);
    }
}

#[test]
fn what_is_asked_goes_nowhere() {
    let folder = folder();
    // No socket, no index, no file is made.
    let before = fs::read_dir(folder.path()).expect("listed").count();
    let ended = run([OsStr::new("explain"), OsStr::new("/"), folder.path().as_os_str(), OsStr::new("--tls")]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), before);
}
