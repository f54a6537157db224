//! A folder as an archive, read by programs that are not ours.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use super::{program, start, write};

/// Prints what is in an archive: names, and contents by name.
const READ: &str = r#"
import io, json, sys, tarfile, urllib.request, zipfile
answer = urllib.request.urlopen(sys.argv[1])
names, contents = [], {}
if "zip" in sys.argv[1]:
    archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert archive.testzip() is None
    for info in archive.infolist():
        names.append(info.filename)
        if not info.is_dir():
            contents[info.filename] = archive.read(info).decode()
else:
    # As it comes, without going back.
    for info in (archive := tarfile.open(fileobj=answer, mode="r|")):
        names.append(info.name + "/" * info.isdir())
        if info.isfile():
            contents[info.name] = archive.extractfile(info).read().decode()
print(json.dumps({"names": names, "contents": contents, "type": answer.headers["Content-Type"],
                  "saved_as": answer.headers["Content-Disposition"]}))
"#;

#[track_caller]
fn check(form: &str, media_type: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("资料");
    let long = format!("{}.txt", "long-name-".repeat(20));
    for (name, content) in [
        ("a.txt", "plain"),
        ("中文.txt", "UTF-8 名字"),
        ("sub/deeper/b.txt", "b"),
        ("empty.txt", ""),
        (".hidden", "not for all"),
        (&long, "long"),
    ] {
        write(&path, name, content);
    }
    write(&path, "large.txt", "0123456789".repeat(100_000));
    std::fs::create_dir(path.join("nothing")).expect("made");
    // "资料说明.txt" as GBK has it.
    let gbk = b"\xD7\xCA\xC1\xCF\xCB\xB5\xC3\xF7.txt";
    std::fs::write(path.join(OsStr::from_bytes(gbk)), "from an old system").expect("written");

    let running = start(folder.path(), &[]);
    let url = format!("{}%E8%B5%84%E6%96%99/?archive={form}", running.url);
    let found: Value = serde_json::from_slice(&program("python3", &["-c", READ, &url])).expect("JSON");
    assert_eq!(found["type"], media_type);
    let saved_as = found["saved_as"].as_str().expect("a field");
    let encoded = format!("filename*=UTF-8''%E8%B5%84%E6%96%99.{form}");
    assert!(saved_as.starts_with("attachment; ") && saved_as.contains(&encoded), "{saved_as}");

    let mut names: Vec<&str> =
        found["names"].as_array().expect("a list").iter().map(|name| name.as_str().expect("text")).collect();
    names.sort_unstable();
    // All of it below one folder, so that nothing is strewn about where it is unpacked.
    let mut expected = vec![
        "",
        "a.txt",
        "中文.txt",
        "sub/",
        "sub/deeper/",
        "sub/deeper/b.txt",
        "empty.txt",
        &long,
        "large.txt",
        "nothing/",
        "资料说明.txt",
    ];
    expected.sort_unstable();
    let expected: Vec<String> = expected.iter().map(|name| format!("资料/{name}")).collect();
    assert_eq!(names, expected);
    for (name, content) in [
        ("a.txt", "plain"),
        ("中文.txt", "UTF-8 名字"),
        ("资料说明.txt", "from an old system"),
        ("empty.txt", ""),
        (&long, "long"),
    ] {
        assert_eq!(found["contents"][format!("资料/{name}")], content, "{name}");
    }
    assert_eq!(found["contents"]["资料/large.txt"], json!("0123456789".repeat(100_000)));
}

#[test]
fn a_zip_has_all_files_under_their_right_names() {
    check("zip", "application/zip");
}

#[test]
fn a_tar_has_all_files_under_their_right_names() {
    check("tar", "application/x-tar");
}

/// Prints which files of an archive may be run.
const READ_MODES: &str = r#"
import io, sys, tarfile, urllib.request, zipfile
archive = io.BytesIO(urllib.request.urlopen(sys.argv[1]).read())
if "zip" in sys.argv[1]:
    modes = {info.filename: info.external_attr >> 16 for info in zipfile.ZipFile(archive).infolist()}
else:
    modes = {info.name: info.mode for info in tarfile.open(fileobj=archive)}
print(*sorted(name for name, mode in modes.items() if mode & 0o111 and name.endswith(("sh", "txt"))))
"#;

#[test]
fn programs_can_be_run_where_an_archive_is_unpacked() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    for (name, mode) in [("run.sh", 0o755), ("read.txt", 0o644)] {
        write(folder.path(), name, "#!/bin/sh\n");
        let path = folder.path().join(name);
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("set");
    }
    // The root is called as the site is, as far as all systems take that for a name.
    let running = start(folder.path(), &["--title", "Our: tools"]);
    for form in ["tar", "zip"] {
        let url = format!("{}?archive={form}", running.url);
        let executable = program("python3", &["-c", READ_MODES, &url]);
        assert_eq!(String::from_utf8_lossy(&executable), "Our_ tools/run.sh\n", "{form}");
    }
}

#[test]
fn the_head_of_an_archive_is_answered_without_making_it() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a/a.txt", "plain");
    let running = start(folder.path(), &[]);
    let ask = |method: &str, target: &str| {
        running.exchange(format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    };
    let head = ask("HEAD", "/a/?archive=zip");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(!head.contains("Content-Length") && !head.contains("Transfer-Encoding"), "{head}");
    let get = ask("GET", "/a/?archive=zip");
    for line in head.lines().filter(|line| !line.is_empty() && !line.starts_with("Date")) {
        assert!(get.contains(line), "{line}: {get}");
    }
    assert!(ask("HEAD", "/b/?archive=zip").starts_with("HTTP/1.1 404 "));
}
