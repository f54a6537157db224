//! `quarry check`

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::{run, write};

#[test]
fn a_clean_folder_has_nothing_to_report() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "index.html", "<!doctype html><meta charset=utf-8><p>资料");
    write(folder.path(), "a/b.txt", "plain");
    write(folder.path(), "image.png", b"\x89PNG\xFF\xFE");
    symlink("a/b.txt", folder.path().join("inside")).expect("linked");
    let ended = run([OsStr::new("check"), folder.path().as_os_str()]);
    assert_eq!(ended.output, "3 files, 2 texts: nothing to report\n");
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
}

#[test]
fn what_readers_would_stumble_over_is_reported_and_the_answer_is_no() {
    let folder = tempfile::tempdir().expect("a folder");
    // Declares GBK, and is UTF-8.
    write(folder.path(), "wrong.html", "<!doctype html><meta charset=gbk><p>资料在这里");
    std::fs::write(folder.path().join(OsStr::from_bytes(b"\xD7\xCA\xC1\xCF.bin")), "name").expect("written");
    symlink("/etc/hostname", folder.path().join("outside")).expect("linked");
    symlink("gone", folder.path().join("nowhere")).expect("linked");
    symlink("circle", folder.path().join("circle")).expect("linked");
    let ended = run([OsStr::new("check"), folder.path().as_os_str()]);
    let lines: Vec<&str> = ended.output.lines().collect();
    assert_eq!(lines.len(), 6, "{}", ended.output);
    assert_eq!(lines[0], "circle: the link to \"circle\" leads nowhere");
    assert_eq!(lines[1], "nowhere: the link to \"gone\" leads nowhere");
    assert_eq!(lines[2], "outside: the link leaves the folder, to \"/etc/hostname\"; not served");
    assert!(lines[3].starts_with("wrong.html: charset utf-8, certain ("), "{}", lines[3]);
    assert!(lines[3].contains("declares GBK, but is UTF-8"), "{}", lines[3]);
    assert!(lines[4].starts_with("\\xD7\\xCA\\xC1\\xCF.bin: the name is not UTF-8; read as \""), "{}", lines[4]);
    assert_eq!(lines[5], "2 files, 1 text: 5 findings");
    assert_eq!((ended.code, ended.errors.as_str()), (Some(1), ""));
}

#[test]
fn hidden_files_are_looked_at_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), ".git/notes.txt", "plain");
    let path = folder.path().as_os_str();
    assert_eq!(run([OsStr::new("check"), path]).output, "0 files, 0 texts: nothing to report\n");
    let ended = run([OsStr::new("check"), path, OsStr::new("--hidden")]);
    assert_eq!(ended.output, "1 file, 1 text: nothing to report\n");
}

#[test]
fn json_is_one_object() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "plain");
    symlink("../\"x", folder.path().join("l")).expect("linked");
    let ended = run([OsStr::new("check"), folder.path().as_os_str(), OsStr::new("--json")]);
    let expected = "{\"files\":1,\"texts\":1,\"findings\":[\
                    {\"path\":\"l\",\"kind\":\"link\",\"target\":\"../\\\"x\",\"leads\":\"nowhere\"}]}\n";
    assert_eq!((ended.code, ended.output.as_str()), (Some(1), expected));
}

/// What `check --config` says of rules, for a site with these files.
fn check_rules(files: &[&str], routes: &str) -> super::Ended {
    let folder = tempfile::tempdir().expect("a folder");
    files.iter().for_each(|name| write(folder.path(), &format!("public/{name}"), "x"));
    write(folder.path(), "q.toml", format!("[[site]]\nroot = \"public\"\n{routes}"));
    let mut ended = run([OsStr::new("check"), OsStr::new("--config"), folder.path().join("q.toml").as_os_str()]);
    let real = folder.path().canonicalize().expect("there").display().to_string();
    ended.output = ended.output.replace(&format!("{}/", folder.path().display()), "").replace(&real, "");
    ended
}

#[test]
fn rules_that_cannot_be_as_they_are_meant_are_named() {
    let routes = r#"
[[site.route]]
match = '^/old/'
redirect = "/new/"
[[site.route]]
match = '^/old/(a|b)$'
redirect = "/$1"
[[site.route]]
match = '^posts/(.*)$'
serve = "/archive/$1"
[[site.route]]
match = '^/a\.'
serve = "/none.html"
[[site.route]]
match = '^/b'
errors = { 404 = "/e.html" }
fallback = "/.secret"
[[site.route]]
match = '^/round/(.*)$'
redirect = "/and/$1"
[[site.route]]
match = '^/and/(.*)$'
redirect = "/round/$1"
[[site.route]]
match = '^/on/.*'
redirect = "/on$0"
"#;
    let ended = check_rules(&["a.txt", "b.txt", "old/c.txt", "e.html"], routes);
    let lines: Vec<&str> = ended.output.lines().collect();
    let expected = [
        "q.toml:6:12: redirects to \"/new/\", where nothing is",
        "q.toml:8:9: can never match: the route at line 4 takes all that it does",
        "q.toml:11:9: can never match: there is no such path; every path begins with a slash: did you mean ^/posts/(.*)$?",
        "q.toml:15:9: \"/none.html\" is not there",
        "q.toml:19:12: \"/.secret\" is hidden, and so not served",
    ];
    for line in expected {
        assert!(lines.contains(&line), "{line}\n{}", ended.output);
    }
    let rounds: Vec<&&str> = lines.iter().filter(|line| line.contains("sends clients round and round")).collect();
    assert_eq!(rounds.len(), 3, "{}", ended.output);
    assert!(rounds[0].contains("/round/ → /and/ → /round/"), "{}", rounds[0]);
    assert_eq!(ended.code, Some(1));
    let table: Vec<String> = lines
        .iter()
        .filter(|line| line.starts_with("  "))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert!(table.contains(&"line 4 ^/old/ redirect 1 file".to_owned()), "{table:?}");
    assert!(table.contains(&"no rule served as it is 1 file".to_owned()), "{table:?}");
    assert!(table.contains(&"no rule comes to e.html".to_owned()), "{table:?}");
}

#[test]
fn rules_that_are_right_are_counted() {
    let routes = r#"
[[site.route]]
match = '\.css$'
cache-control = "max-age=60"
[[site.route]]
match = '^/old/(.*)$'
redirect = "/new/$1"
[[site.route]]
secured = false
host = "x.example"
redirect = "https://${host}$0"
[[site.route]]
match = '^/x$'
serve = ["/maybe.html", "/a.txt"]
"#;
    let ended = check_rules(&["a.txt", "b.css", "new/c.css"], routes);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let lines: Vec<String> =
        ended.output.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert!(lines.contains(&"line 4 \\.css$ cache-control 2 files".to_owned()), "{lines:?}");
    assert!(lines.contains(&"line 7 ^/old/(.*)$ redirect 0 files".to_owned()), "{lines:?}");
    assert!(lines.contains(&"no rule served as it is 0 files".to_owned()), "{lines:?}");
    assert_eq!(lines.last().map(String::as_str), Some("3 files, 3 texts: nothing to report"));
}

#[test]
fn a_circle_by_tls_is_found() {
    let ended = check_rules(&["a.txt"], "[[site.route]]\nredirect = \"https://${host}$0\"\n");
    assert!(
        ended.output.contains(
            "q.toml:4:12: sends clients round and round: /a.txt → https://localhost/a.txt → https://localhost/a.txt"
        ),
        "{}",
        ended.output
    );
    let ended = check_rules(&["a.txt"], "[[site.route]]\nsecured = false\nredirect = \"https://${host}$0\"\n");
    assert_eq!(ended.code, Some(0), "{}", ended.output);
}

#[test]
fn a_config_that_cannot_be_read_is_told_to_programs_too() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "q.toml", "[[site]]\nroot = \".\"\nlistng = true\n");
    let path = folder.path().join("q.toml");
    let arguments = [OsStr::new("check"), OsStr::new("--config"), path.as_os_str()];
    let ended = run(arguments);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.output.contains(":3:1: there is no key \"listng\" here\n")
            && ended.output.contains("did you mean listing?"),
        "{}",
        ended.output
    );
    let ended = run([&arguments[..], &[OsStr::new("--json")]].concat());
    let told: serde_json::Value = serde_json::from_str(&ended.output).expect("JSON");
    let fault = told["faults"].as_array().and_then(|all| all.iter().find(|fault| fault["line"] == 3)).expect("a fault");
    assert_eq!((fault["column"].as_u64(), fault["hint"].as_str()), (Some(1), Some("did you mean listing?")));
    write(folder.path(), "public/a.txt", "a");
    write(folder.path(), "q.toml", "[[site]]\nroot = \"public\"\n[[site.route]]\nmatch = '^a'\nanswer = \"x\"\n");
    let ended = run([&arguments[..], &[OsStr::new("--json")]].concat());
    let told: serde_json::Value = serde_json::from_str(&ended.output).expect("JSON");
    let finding = &told["findings"][0];
    assert_eq!(
        (finding["kind"].as_str(), finding["problem"].as_str(), finding["line"].as_u64()),
        (Some("rule"), Some("dead"), Some(4))
    );
    assert_eq!(
        (told["rules"][0]["untouched"].as_u64(), told["rules"][0]["routes"][0]["files"].as_u64()),
        (Some(1), Some(0))
    );
}
