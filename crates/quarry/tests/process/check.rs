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
