//! `quarry find`

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::fs::{FlockOperation, flock};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::running::until;
use super::{quarry, start, write};

/// A folder with materials, and a place for its index.
struct Ground {
    folder: TempDir,
}

/// What became of a run.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    code: Option<i32>,
    output: String,
    errors: String,
}

impl Ground {
    fn new(files: &[(&str, &str)]) -> Ground {
        let ground = Ground { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(ground.root()).expect("made");
        files.iter().for_each(|(name, text)| write(&ground.root(), name, text));
        ground
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }

    /// The program, to be run in the folder.
    fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = quarry(["find", "--index"]);
        command.arg(self.place()).args(arguments).current_dir(self.root());
        command
    }

    fn raw(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    fn find(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
        ended(self.raw(arguments))
    }

    /// What is found, line by line in order.
    #[track_caller]
    fn check(&self, arguments: &[&str], expected: &[&str]) {
        let ended = self.find(arguments);
        let mut lines: Vec<&str> = ended.output.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{arguments:?}: {}", ended.errors);
        assert_eq!(ended.code, Some(if expected.is_empty() { 1 } else { 0 }), "{arguments:?}: {}", ended.errors);
    }

    /// What a terminal is given; its line ends are those of the terminal.
    fn on_terminal(&self, arguments: &str, variables: &[(&str, &str)]) -> String {
        let program = env!("CARGO_BIN_EXE_quarry");
        let line = format!("{program} find --index {} {arguments}", self.place().display());
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(self.root());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("TERM", "xterm").envs(variables.iter().copied());
        let output = command.output().unwrap_or_else(|error| panic!("script is needed (util-linux): {error}"));
        assert!(output.status.success(), "{line}: {}", output.status);
        let shown = String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n");
        // How far it was, which a slow machine shows, is written over before the answer.
        shown.split_inclusive('\n').filter_map(|line| line.rsplit('\r').next()).collect()
    }
}

fn ended(output: Output) -> Ended {
    let text = |bytes| String::from_utf8(bytes).expect("what is said is UTF-8");
    Ended { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) }
}

/// What is said at the end, without how long it took.
fn summary(ended: &Ended) -> &str {
    ended.errors.trim_end().rsplit_once(", ").map_or("", |(before, _)| before)
}

#[test]
fn words_are_found_in_any_encoding_with_the_numbers_of_their_lines() {
    let ground = Ground::new(&[
        ("plain/zh.txt", "第一行。\n远处有一座采石场，里面有很多石头。\n"),
        ("code/wall.rs", "fn main() {\n\tlet granite_wall = 1;\n}\n"),
        ("page.html", "<!doctype html><title>Old wall</title><p>a granite wall"),
    ]);
    let (gbk, ..) = encoding_rs::GBK.encode("这里有很多资料，\n还有一座采石场的照片，挂在墙上。\n");
    write(&ground.root(), "old.txt", &gbk);
    ground.check(
        &["采石场"],
        &["old.txt:2:还有一座采石场的照片，挂在墙上。", "plain/zh.txt:2:远处有一座采石场，里面有很多石头。"],
    );
    // Any part of a sentence, in the other characters too.
    ground.check(&["石場的照"], &["old.txt:2:还有一座采石场的照片，挂在墙上。"]);
    ground.check(&["granite"], &["code/wall.rs:2:\tlet granite_wall = 1;", "page.html::a granite wall"]);
    let argument = OsStr::from_bytes(&gbk[..16]);
    assert_eq!(
        ground.find([argument, OsStr::new("-l")]).output,
        "old.txt\n",
        "an argument in the encoding of the terminal"
    );
}

#[test]
fn the_words_are_those_of_the_box() {
    let ground = Ground::new(&[
        ("a.txt", "the annual meeting of masons"),
        ("b.txt", "the meeting is annual"),
        ("c.md", "annual meeting, a draft"),
        ("old names/deed.txt", "nothing of that"),
    ]);
    ground.check(&["-l", "annual", "meeting"], &["a.txt", "b.txt", "c.md"]);
    ground.check(&["-l", "annual meeting"], &["a.txt", "c.md"]);
    ground.check(&["-l", "\"annual meeting\" -draft"], &["a.txt"]);
    ground.check(&["annual", "-draft", "-l"], &["a.txt", "b.txt"]);
    ground.check(&["-l", "annual", "--", "-draft", "-masons"], &["b.txt"]);
    ground.check(&["-l", "annual meeting", "-type:md"], &["a.txt"]);
    ground.check(&["-l", "type:md"], &["c.md"]);
    ground.check(&["-l", "type:txt", "in:old names/"], &["old names/deed.txt"]);
    ground.check(&["-l", "annual", "after:2999"], &[]);
    ground.check(&["-l", "name:deed"], &["old names/deed.txt"]);
    // A folder has a name and no lines.
    ground.check(&["names", "type:folder"], &["old names::"]);
}

#[test]
fn the_last_line_says_how_many_and_how_and_the_code_whether() {
    let ground = Ground::new(&[("a.txt", "granite"), ("b.txt", "granite wall"), ("c.txt", "basalt quarry stone")]);
    let ended = ground.find(["granite"]);
    assert_eq!((ended.code, summary(&ended)), (Some(0), "2 found: all words"));
    assert!(ended.errors.ends_with(" ms\n"), "{}", ended.errors);
    let ended = ground.find(["granite", "--limit", "1"]);
    assert_eq!((ended.output.lines().count(), summary(&ended)), (1, "1 of 2 found: all words"));
    let ended = ground.find(["grnaite"]);
    assert_eq!((ended.code, summary(&ended)), (Some(0), "2 found: typos, looked for granite instead"));
    assert_eq!(ended.output.lines().count(), 2);
    let ended = ground.find(["basalt", "quarry", "tower"]);
    assert_eq!((ended.output.as_str(), summary(&ended)), ("c.txt:1:basalt quarry stone\n", "1 found: most words"));
    let ended = ground.find(["xylophone"]);
    assert_eq!((ended.code, ended.output.as_str(), summary(&ended)), (Some(1), "", "nothing found"));
    let ended = ground.find(["granite", "-l"]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "programs that read paths want nothing else");
    let ended = ground.find(["granite", "--dir", "a.txt"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.errors, "quarry: cannot look through \"a.txt\": it is a file; name its folder\n");
}

#[test]
fn paths_can_be_opened_from_where_we_are() {
    let ground = Ground::new(&[("notes/a.txt", "granite"), ("-rf", "granite")]);
    ground.check(&["-l", "granite"], &["./-rf", "notes/a.txt"]);
    ground.check(&["-l", "granite", "--dir", "notes"], &["notes/a.txt"]);
    let root = ground.root();
    let absolute = root.join("notes/a.txt");
    ground.check(
        &["granite", "--dir", root.to_str().expect("UTF-8"), "-l", "in:notes"],
        &[absolute.to_str().expect("UTF-8")],
    );
    let ended = ended(
        ground
            .command(["granite", "--dir", "..", "-l", "name:a"])
            .current_dir(root.join("notes"))
            .output()
            .expect("run"),
    );
    assert_eq!(ended.output, "../notes/a.txt\n");
}

#[test]
fn names_of_any_bytes_arrive_at_programs() {
    let ground = Ground::new(&[]);
    // "采石场的照片" in GBK, and a name that breaks lines.
    let names: [&[u8]; 2] = [b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac.txt", b"two\nlines\x1b[2J.txt"];
    names.iter().for_each(|name| fs::write(ground.root().join(OsStr::from_bytes(name)), "granite").expect("written"));
    let output = ground.raw(["-0", "granite"]);
    let mut found: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
    found.sort_unstable();
    assert_eq!(found, [&b""[..], names[1], names[0]]);
    assert!(output.stdout.ends_with(b"\0") && output.stderr.is_empty());
    let output = ground.raw(["--names", "granite"]);
    let mut lines: Vec<&[u8]> = output.stdout.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    assert_eq!(lines, [&b""[..], b"two\\nlines\\u{1b}[2J.txt", names[0]]);
    assert_eq!(ground.raw(["-0", "采石場"]).stdout, [names[0], b"\0"].concat(), "found by its name as it is read");
}

#[test]
fn json_is_that_of_a_server() {
    let ground = Ground::new(&[("a b/c.txt", "granite <wall>"), ("d.md", "# Granite\n\nof all sorts")]);
    let ended = ground.find(["--json", "granite"]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    let found: Value = serde_json::from_str(&ended.output).expect("JSON");
    assert_eq!(
        (&found["total"], &found["step"], &found["index"]["state"]),
        (&2.into(), &"all".into(), &"ready".into())
    );
    let place = ground.place();
    let server = start(&ground.root(), &["--index", place.to_str().expect("UTF-8")]);
    let served = until("the server has read all", || {
        let response = server.get("/-/find?q=granite&format=json");
        let served: Value = serde_json::from_str(response.split_once("\r\n\r\n")?.1).ok()?;
        (served["index"]["state"] == "ready" && served["total"] == 2).then_some(served)
    });
    for key in ["total", "total_is_exact", "step", "hits", "facets", "index"] {
        assert_eq!(found[key], served[key], "{key}");
    }
    server.end(Signal::TERM);
    // Both had the same index.
    assert_eq!(fs::read_dir(&place).expect("there").count(), 1);
    let ended = ground.find(["--json", "xylophone"]);
    let found: Value = serde_json::from_str(&ended.output).expect("JSON");
    assert_eq!((ended.code, &found["total"], &found["hits"]), (Some(1), &0.into(), &Value::Array(Vec::new())));
}

#[test]
fn what_changed_since_is_found_at_once() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    ground.check(&["granite"], &["a.txt:1:granite"]);
    write(&ground.root(), "b.txt", "one\ngranite\n");
    fs::remove_file(ground.root().join("a.txt")).expect("removed");
    ground.check(&["granite"], &["b.txt:2:granite"]);
    write(&ground.root(), "b.txt", "basalt");
    ground.check(&["granite"], &[]);
    ground.check(&["basalt"], &["b.txt:1:basalt"]);
}

#[test]
fn beside_a_server_it_finds_what_that_one_has_read() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    let place = ground.place();
    let server = start(&ground.root(), &["--index", place.to_str().expect("UTF-8")]);
    // From here on it is the one that writes.
    until("the server has read all", || {
        server.get("/-/find?q=granite&format=json").contains("\"total\":1").then_some(())
    });
    let found = |words: &str, expected: &str| {
        until("the server has read it", || (ground.find([words, "-l"]).output == expected).then_some(()));
    };
    found("granite", "a.txt\n");
    write(&ground.root(), "b.txt", "basalt");
    found("basalt", "b.txt\n");
    assert!(server.get("/-/find?q=basalt&format=json").contains("\"total\":1"));
    server.end(Signal::TERM);
    write(&ground.root(), "c.txt", "gneiss");
    ground.check(&["-l", "gneiss"], &["c.txt"]);
}

#[test]
fn what_another_has_not_read_yet_may_be_missing_and_that_is_said() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    ground.check(&["-l", "granite"], &["a.txt"]);
    // Whoever holds this lock writes the index; this one takes its time.
    let index = fs::read_dir(ground.place()).expect("there").next().expect("an index").expect("read").path();
    let lock = File::options().write(true).open(index.join("lock")).expect("there");
    flock(&lock, FlockOperation::LockExclusive).expect("locked");
    write(&ground.root(), "b.txt", "granite");
    let ended = ground.find(["-l", "granite"]);
    assert_eq!((ended.code, ended.output.as_str()), (Some(0), "a.txt\n"));
    let expected = "quarry: the answer may be incomplete: another Quarry still reads 1 file\n";
    assert_eq!(ended.errors, expected);
    drop(lock);
    ground.check(&["-l", "granite"], &["a.txt", "b.txt"]);
}

#[test]
fn an_index_that_cannot_be_kept_is_said_and_all_is_found() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    fs::write(ground.place(), "").expect("written");
    let ended = ground.find(["-l", "granite"]);
    assert_eq!((ended.code, ended.output.as_str()), (Some(0), "a.txt\n"));
    let expected = "quarry: the index is in memory, and made anew at each start: cannot write ";
    assert!(ended.errors.starts_with(expected), "{}", ended.errors);
}

#[test]
fn hidden_files_are_found_when_told() {
    let ground = Ground::new(&[(".secret/a.txt", "granite"), (".env", "granite"), ("b.txt", "granite")]);
    ground.check(&["-l", "granite"], &["b.txt"]);
    ground.check(&["-l", "granite", "--hidden"], &[".env", ".secret/a.txt", "b.txt"]);
    ground.check(&["-l", "granite"], &["b.txt"]);
}

#[test]
fn on_a_terminal_there_are_headings_and_colours() {
    let ground = Ground::new(&[("notes/a.md", "# The wall\n\nof granite and\n\ta granite tower\n")]);
    let day = today(&ground.root().join("notes/a.md"));
    let plain = format!("notes/a.md  The wall  md  {day}\n  3: of granite and\n  4:     a granite tower\n");
    for (flags, variables) in [("", &[("NO_COLOR", "1")][..]), ("", &[("CLICOLOR", "0")]), ("--color never", &[])] {
        let shown = ground.on_terminal(&format!("granite {flags}"), variables);
        assert!(shown.starts_with(&plain), "{flags} {variables:?}: {shown:?}");
        assert!(shown[plain.len()..].starts_with("1 found: all words, "), "{shown:?}");
    }
    let coloured = format!(
        "\x1b[35mnotes/\x1b[0m\x1b[35ma.md\x1b[0m  The wall  \x1b[2mmd\x1b[0m  \x1b[2m{day}\x1b[0m\n\
         \x1b[32m  3\x1b[0m\x1b[36m: \x1b[0mof \x1b[1;31mgranite\x1b[0m and\n"
    );
    let shown = ground.on_terminal("granite", &[]);
    assert!(shown.starts_with(&coloured), "{shown:?}");
    // Elsewhere only when told.
    let line = "notes/a.md:3:of granite and\nnotes/a.md:4:\ta granite tower\n";
    assert_eq!(ground.find(["granite"]).output, line);
    assert!(ground.find(["granite", "--color=always"]).output.contains("\x1b[1;31mgranite\x1b[0m"));
    let forced = ended(ground.command(["granite"]).env("CLICOLOR_FORCE", "1").output().expect("run"));
    assert!(forced.output.contains("\x1b[1;31mgranite\x1b[0m"), "{forced:?}");
}

/// The day on which a file was changed, by UTC.
fn today(file: &Path) -> String {
    let modified = fs::metadata(file).expect("there").modified().expect("a date");
    let nanoseconds = modified.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_nanos();
    lookup::query::Moment::day_of(i64::try_from(nanoseconds).expect("before 2262")).to_string()
}

#[test]
fn nothing_found_can_play_tricks_on_a_terminal() {
    let evil = "\x1b[2J\u{9b}31m\u{202e}";
    let escaped = "\\u{1b}[2J\\u{9b}31m\\u{202e}";
    let ground = Ground::new(&[(&format!("a{evil}\x07.txt"), &format!("granite {evil}\n"))]);
    write(&ground.root(), "b.md", format!("---\ntitle: \"{evil}\"\n---\n\n\tgranite {evil}\n"));
    write(&ground.root(), "c.html", format!("<title>granite {evil}</title><p>granite {evil} wall"));
    let line = format!("a{escaped}\\u{{7}}.txt:1:granite {escaped}");
    ground.check(&["granite", "type:txt,md"], &[&line, &format!("b.md:5:\tgranite {escaped}")]);
    let is_tame = |text: &str| text.chars().all(|character| "\n\t".contains(character) || !is_wild(character));
    for arguments in [&["granite"][..], &["granite", "-l"], &["granite", "--json"], &["granite", evil]] {
        let ended = ground.find(arguments);
        assert!(is_tame(&ended.output) && is_tame(&ended.errors) && ended.code == Some(0), "{arguments:?}: {ended:?}");
    }
    for arguments in ["granite --color never", "-l granite --color never", "--json granite"] {
        let shown = ground.on_terminal(arguments, &[]);
        assert!(
            is_tame(&shown) && !shown.contains('\t') && shown.contains("a%1B%5B2J") | shown.contains(escaped),
            "{shown:?}"
        );
    }
    let ended = ground.find(["--dir", &format!("no{evil}"), "granite"]);
    assert_eq!(ended.errors, format!("quarry: cannot look through \"no{escaped}\": there is no such folder\n"));
}

/// Controls, and what turns the direction of a line.
fn is_wild(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
    let ground = Ground::new(&[("a.txt", &"granite\n".repeat(50_000))]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = ground.command(["granite"]).stdout(writer).output().expect("the program starts");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = ground.command(["granite"]).stdout(full).output().expect("the program starts");
    let said = (output.status.code(), output.stderr.as_slice());
    assert_eq!(said, (Some(2), &b"quarry: cannot write the output: no space left on device\n"[..]));
}

#[test]
fn long_and_many_lines_are_cut_for_people_only() {
    let ground = Ground::new(&[("a.txt", &"granite\n".repeat(1200))]);
    assert_eq!(ground.find(["granite"]).output.lines().count(), 1200);
    let shown = ground.on_terminal("granite --color never", &[]);
    let lines: Vec<&str> = shown.lines().skip(1).take(6).collect();
    assert_eq!(
        lines,
        ["  1: granite", "  2: granite", "  3: granite", "  4: granite", "  5: granite", "  … 1,195 more lines"]
    );
}

#[test]
fn arguments_of_any_bytes_are_taken() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    let all: [OsString; 3] = ["granite".into(), OsStr::from_bytes(b"-\xff\xfe").into(), "-l".into()];
    assert_eq!(ground.find(all).output, "a.txt\n");
}
