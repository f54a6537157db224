//! What is wrong with a command line is said in one sentence, and the exit code is 2.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{quarry, run};

#[track_caller]
fn check(arguments: &[&str], expected: &str) {
    let ended = run(arguments);
    assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{arguments:?}");
    assert_eq!(ended.errors, format!("quarry: {expected}\n"), "{arguments:?}");
}

#[test]
fn listening() {
    let forms = "expected PORT, :PORT, ADDRESS:PORT, [IPV6]:PORT, NAME:PORT or unix:PATH";
    check(&["--listen", "http://a"], &format!("cannot take --listen \"http://a\": {forms}"));
    check(&["--listen", "70000"], "cannot take --listen \"70000\": there is no port 70000; expected 0 to 65535");
    check(
        &["--listen", "127.0.0.1"],
        "cannot take --listen \"127.0.0.1\": the port is missing; expected for example 127.0.0.1:8000",
    );
    check(&["--listen"], "cannot take --listen: its value is missing");
    check(&["--listen", "no-such-name.invalid:80"], "cannot listen on \"no-such-name.invalid:80\": no such name");
    check(&["--workers", "0"], "cannot take --workers \"0\": expected a number from 1 to 1024");
    check(&["--workers", "many"], "cannot take --workers \"many\": expected a number from 1 to 1024");
    check(&["--drain", "10"], "cannot take --drain \"10\": the unit is missing; expected for example 10s or 10ms");
    check(&["--drain", "soon"], "cannot take --drain \"soon\": expected a duration such as 200ms, 10s, 2m, 1h or 0");
    check(&["--user", "no-such-user"], "cannot take --user \"no-such-user\": no user \"no-such-user\" on this machine");
    check(&["--open=now"], "cannot take --open \"now\": it has no value");
}

#[test]
fn serving() {
    check(&["--symlinks", "all"], "cannot take --symlinks \"all\": expected inside, never or anywhere");
    check(&["--spa=../a"], "cannot take --spa \"../a\": expected a file inside the folder, such as index.html");
    check(
        &["--charset", "utf-7"],
        "cannot take --charset \"utf-7\": browsers know no such charset; expected for example gbk or windows-1252",
    );
    check(
        &["--cache-control", "a\r\nb: c"],
        "cannot take --cache-control \"a\\r\\nb: c\": the value has characters that no field may have; expected visible \
         ASCII and spaces",
    );
    check(&["--header", "no colon"], "cannot take --header \"no colon\": the colon is missing; expected NAME:VALUE");
    check(
        &["--header", "Content-Length: 3"],
        "cannot take --header \"Content-Length: 3\": Content-Length is set by Quarry itself",
    );
    check(&["--fresh=-1s"], "cannot take --fresh \"-1s\": expected a duration such as 200ms, 10s, 2m, 1h or 0");
}

#[test]
fn pages_limits_and_log() {
    check(&["--title", ""], "cannot take --title \"\": expected a line of 1 to 200 characters");
    check(&["--accent", "red"], "cannot take --accent \"red\": expected a colour such as #0a7d5c or #07c");
    check(
        &["--prefix", "/a b"],
        "cannot take --prefix \"/a b\": expected off, or a path such as /- of letters, digits and - . _ ~",
    );
    check(
        &["--logo", "../a.svg"],
        "cannot take --logo \"../a.svg\": expected a file inside the folder, such as index.html",
    );
    check(&["--memory", "lots"], "cannot take --memory \"lots\": expected a size such as 64KiB, 256MiB, 1G or 0");
    check(&["--idle-timeout", "0"], "cannot take --idle-timeout \"0\": expected more than nothing, such as 60s");
    check(&["--max-connections", "0"], "cannot take --max-connections \"0\": expected a number from 1 to 1048576");
    check(
        &["--max-connections-per-address", "x"],
        "cannot take --max-connections-per-address \"x\": expected a number from 1 to 1048576",
    );
    let expected = "expected off, combined, json, short, or a line with parts such as {client}";
    check(&["--access-log", "apache"], &format!("cannot take --access-log \"apache\": {expected}"));
    let expected =
        "cannot take --access-log \"{client\": a { stands alone, expected {NAME}; a brace itself is written {{";
    check(&["--access-log", "{client"], expected);
}

#[test]
fn flags_and_words_that_do_not_exist() {
    check(&["--lisen", "8000"], "cannot take \"--lisen\": there is no such flag; did you mean --listen?");
    check(&["-x"], "cannot take \"-x\": there is no such flag; quarry --help lists them");
    check(&["check", "--hiden"], "cannot take \"--hiden\": there is no such flag; did you mean --hidden?");
    check(&["a", "b"], "cannot take \"b\": nothing more was expected");
    check(&["serve", "a", "b"], "cannot take \"b\": nothing more was expected");
    check(
        &[".", "check"],
        "cannot take \"check\" here: a command comes first; for a folder of that name write ./check",
    );
    check(&["-q", "-q"], "cannot take --quiet twice");
    check(&["compress"], "cannot start: DIR is missing");
    check(&["generate"], "cannot generate: expected man, completions, config, schema or templates");
    check(&["generate", "html"], "cannot take \"html\": expected man, completions, config, schema or templates");
    check(
        &["generate", "completions", "tcsh"],
        "cannot take SHELL \"tcsh\": expected bash, elvish, fish, powershell or zsh",
    );
    check(
        &["help", "sing"],
        "cannot explain \"sing\": there is no such command; expected serve, find, explain, check, compress, password, reload, upgrade, trust, generate, help",
    );
}

#[test]
fn looking_up() {
    check(&["find"], "cannot start: WORDS is missing");
    check(&["find", "--"], "cannot start: WORDS is missing");
    let nothing = "there is nothing in it to look for; expected for example report or type:pdf";
    check(&["find", "", " "], &format!("cannot look for \"  \": {nothing}"));
    check(&["find", "type:"], &format!("cannot look for \"type:\": {nothing}"));
    check(&["find", "a", "--dir", "no/such"], "cannot look through \"no/such\": there is no such folder");
    check(&["find", "a", "--dir"], "cannot take --dir: its value is missing");
    check(&["find", "--limit", "0", "a"], "cannot take --limit \"0\": expected a number from 1 to 10000");
    check(&["find", "a", "--limit=many"], "cannot take --limit \"many\": expected a number from 1 to 10000");
    check(&["find", "a", "--color", "red"], "cannot take --color \"red\": expected auto, always or never");
    check(&["find", "a", "--json", "-l"], "cannot take --json and --names together");
    check(&["find", "a", "--jsn"], "cannot take \"--jsn\": there is no such flag; did you mean --json?");
}

#[test]
fn folders_that_cannot_be_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.html");
    std::fs::write(&file, "a").expect("written");
    let file = file.to_str().expect("UTF-8");
    check(&[file], &format!("cannot serve \"{file}\": it is a file; name its folder"));
    check(&["no/such/folder"], "cannot serve \"no/such/folder\": there is no such folder");
    check(&["check", "no/such/folder"], "cannot look through \"no/such/folder\": no such file or directory");
    check(&["compress", file], &format!("cannot go through \"{file}\": not a directory"));
}

#[test]
fn arguments_that_are_not_utf_8_are_named_safely() {
    let ended = run([OsStr::from_bytes(b"\xFF\x1b[2J")]);
    assert_eq!(ended.errors, "quarry: cannot serve \"\\xFF\\u{1b}[2J\": there is no such folder\n");
    let ended = run([OsStr::from_bytes(b"--title=\xFF")]);
    assert_eq!(ended.errors, "quarry: cannot take an argument that is not UTF-8, except as a folder\n");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = quarry(["--help"]).stdout(writer).output().expect("the program starts");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_full_disk_is_one() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = quarry(["--help"]).stdout(full).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"quarry: cannot write the output: no space left on device\n");
}
