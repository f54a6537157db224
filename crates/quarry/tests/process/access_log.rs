//! The access log, as those who read it find it.

use std::io::{BufReader, Read, Write};

use rustix::process::Signal;

use super::response::Response;
use super::running::Running;
use super::running::until;
use super::{curl, quarry, start, write};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "0123456789");
    folder
}

/// Some requests, and the lines that came of them.
fn lines(format: &str) -> (u16, Vec<String>) {
    let folder = folder();
    let running = start(folder.path(), &["--access-log", format]);
    let (url, port) = (running.url.clone(), running.port());
    let agent = ["--user-agent", "curl \"quoted\"", "--output", "/dev/null"];
    curl(&[&agent[..], &["--referer", "http://b/", &format!("{url}a.txt?b=c")]].concat());
    curl(&[&agent[..], &["--head", &format!("{url}a.txt")]].concat());
    curl(&[&agent[..], &[&format!("{url}%E8%B5%84")]].concat());
    running.exchange("BAD\r\n\r\n");
    // The last lines must not be lost because the end comes at once.
    let (code, output, errors) = running.end(Signal::TERM);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    (port, output.lines().map(str::to_owned).collect())
}

#[test]
fn combined_is_what_tools_for_apache_and_nginx_read() {
    let (_, lines) = lines("combined");
    let agent = "\"curl \\\"quoted\\\"\"";
    let missing =
        "404 Not Found\nThere is nothing at this address.\nCheck the address, or look for it from the first page.\n";
    let expected = [
        format!("\"GET /a.txt?b=c HTTP/1.1\" 200 10 \"http://b/\" {agent}"),
        format!("\"HEAD /a.txt HTTP/1.1\" 200 0 \"-\" {agent}"),
        format!("\"GET /%E8%B5%84 HTTP/1.1\" 404 {} \"-\" {agent}", missing.len()),
        String::from("\"-\" 400 0 \"-\" \"-\""),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        let rest = line.strip_prefix("127.0.0.1 - - [").unwrap_or_else(|| panic!("{line}"));
        let (time, rest) = rest.split_once("] ").expect("a time");
        assert_eq!(rest, expected);
        // 10/Oct/2000:13:55:36 +0000
        let shape: String = time.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
        assert!(shape.starts_with("00/") && shape.ends_with("/0000:00:00:00 +0000"), "{time}");
    }
}

#[test]
fn json_is_one_object_a_line() {
    let (port, lines) = lines("json");
    let parse = |line: &String| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    let mut found: Vec<serde_json::Value> = lines.iter().map(parse).collect();
    for value in &mut found {
        let object = value.as_object_mut().expect("an object");
        let time = object.remove("time").expect("a time");
        if let Some(took) = object.remove("took_ms") {
            assert!(took.as_f64().is_some_and(|took| took > 0.0), "{took}");
        }
        // Where the answer came from hangs on what was asked before.
        object.remove("way");
        let shape: String =
            time.as_str().expect("text").chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    }
    let host = format!("127.0.0.1:{port}");
    let (client, version, agent) = ("127.0.0.1", "HTTP/1.1", "curl \"quoted\"");
    assert_eq!(found.len(), 4, "{lines:#?}");
    assert_eq!(
        found[0],
        serde_json::json!({"client": client, "host": host, "method": "GET", "target": "/a.txt?b=c", "version": version,
            "status": 200, "bytes": 10, "referer": "http://b/", "user_agent": agent, "user": null, "end": "done"})
    );
    assert_eq!((&found[1]["method"], &found[1]["bytes"]), (&"HEAD".into(), &0.into()));
    assert_eq!((&found[2]["target"], &found[2]["status"]), (&"/%E8%B5%84".into(), &404.into()));
    assert_eq!((&found[3]["client"], &found[3]["status"]), (&client.into(), &400.into()));
    assert!(found[3]["fault"].is_string(), "{}", found[3]);
}

#[test]
fn a_log_that_nobody_reads_holds_nothing_up() {
    let folder = folder();
    let mut running = start(folder.path(), &["--access-log", "combined", "--workers", "1"]);
    let mut stream = running.connect();
    // More than the pipe takes, and more than is kept for it: 64 KiB, and 1024 turns of the worker.
    const REQUESTS: usize = 4000;
    for _ in 0..REQUESTS {
        stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(&mut stream)).text(), "0123456789");
    }
    // Now somebody reads again, and is told how much was lost.
    drop(stream);
    let mut errors = BufReader::new(running.child.stderr.take().expect("piped"));
    let told = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).expect("text");
        text
    });
    running.signal(Signal::TERM);
    let mut lines = String::new();
    running.output.read_to_string(&mut lines).expect("text");
    for line in lines.lines() {
        assert!(line.ends_with("\"GET /a.txt HTTP/1.1\" 200 10 \"-\" \"-\""), "{line}");
    }
    let told = told.join().expect("it ends");
    let count = |line: &str| {
        let count = line.strip_prefix("quarry: the access log cannot keep up: ")?.strip_suffix(" lines dropped")?;
        count.parse::<usize>().ok()
    };
    let lost: usize = told.lines().map(|line| count(line).unwrap_or_else(|| panic!("{line}"))).sum();
    assert!(lost > 0);
    assert_eq!(lines.lines().count() + lost, REQUESTS);
}

#[test]
fn a_log_that_nobody_reads_does_not_hold_up_the_end() {
    let folder = folder();
    let mut running = start(folder.path(), &["--access-log", "json", "--workers", "1"]);
    let mut stream = running.connect();
    for _ in 0..1000 {
        stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(&mut stream)).text(), "0123456789");
    }
    running.signal(Signal::TERM);
    let status = super::running::until("the server ends", || running.child.try_wait().expect("ours"));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn without_a_terminal_nothing_is_logged() {
    let folder = folder();
    let mut command = quarry([folder.path()]);
    let running = Running::spawn(command.args(["--listen", "127.0.0.1:0"]));
    running.get("/a.txt");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn a_standard_error_that_nobody_reads_holds_nothing_up() {
    const ARCHIVES: usize = 60;
    const SENTENCES: usize = 10;
    let folder = folder();
    // What lies so deep is left out of an archive, and that is said: each time ten sentences of 3 KiB.
    let deep = "a-name-of-some-length/".repeat(127);
    for number in 0..SENTENCES {
        std::fs::create_dir_all(folder.path().join(format!("{deep}{number}"))).expect("made");
    }
    let mut running = start(folder.path(), &["--workers", "1"]);
    for _ in 0..ARCHIVES {
        let archive = running.exchange("GET /?archive=tar HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert!(archive.starts_with("HTTP/1.1 200 OK\r\n"), "{archive}");
    }
    assert!(running.get("/a.txt").ends_with("\r\n\r\n0123456789"));
    // Now somebody reads again, and is told how much was lost.
    let mut errors = BufReader::new(running.child.stderr.take().expect("piped"));
    let told = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).expect("text");
        text
    });
    running.signal(Signal::TERM);
    let (mut written, mut lost) = (0, 0);
    for line in told.join().expect("it ends").lines() {
        if line.ends_with(": left out of an archive: 128 folders deep") {
            written += 1;
            continue;
        }
        let count = line.strip_prefix("quarry: ").and_then(|rest| {
            rest.strip_suffix(" more lines about failures were dropped: they were not read in time")?
                .parse::<usize>()
                .ok()
        });
        lost += count.unwrap_or_else(|| panic!("{line}"));
    }
    assert!(lost > 0);
    assert_eq!(written + lost, ARCHIVES * SENTENCES);
}

#[test]
fn a_line_of_ones_own_has_what_it_names() {
    let (_, lines) = lines("{client} {method} \"{target}\" {status} {bytes} {referer} {field:user-agent} {fault}");
    let agent = "curl \\\"quoted\\\"";
    let expected = [
        format!("127.0.0.1 GET \"/a.txt?b=c\" 200 10 http://b/ {agent} -"),
        format!("127.0.0.1 HEAD \"/a.txt\" 200 0 - {agent} -"),
        format!("127.0.0.1 GET \"/%E8%B5%84\" 404 103 - {agent} -"),
    ];
    assert_eq!(lines[..3], expected);
    assert!(lines[3].starts_with("127.0.0.1 - \"-\" 400 0 - - ") && !lines[3].ends_with(" -"), "{}", lines[3]);
    assert_eq!(lines.len(), 4);
}

#[test]
fn what_is_known_at_the_end_stands_in_the_line() {
    let folder = folder();
    write(folder.path(), "large.bin", vec![7; 32 << 20]);
    let format =
        "{target} {status} {bytes} {end} {way} {scheme} {user} {response:content-type} {query:a} {cookie:c}|{took}";
    let running = start(folder.path(), &["--access-log", format, "--workers", "1"]);
    // A listing, whose length nobody knows before it ends; to an old client it comes as it is.
    let listing = running.exchange("GET /?format=json HTTP/1.0\r\n\r\n");
    let length = listing.split_once("\r\n\r\n").expect("a head").1.len();
    let fields = "Cookie: b=1; c=2\r\nAuthorization: Basic YW5uOm9wZW4=\r\n";
    running.exchange(format!("GET /a.txt?a=b HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n"));
    running
        .exchange("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    // A head that comes in two pieces is there from its first byte on.
    let mut slow = running.connect();
    slow.write_all(b"GET /none").expect("sent");
    std::thread::sleep(std::time::Duration::from_millis(200));
    slow.write_all(b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
    super::running::read_text(&mut slow);
    // Somebody goes in the middle.
    let mut gone = running.connect();
    gone.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    gone.read_exact(&mut [0; 1000]).expect("a beginning");
    drop(gone);
    curl(&["--http2-prior-knowledge", "--output", "/dev/null", &format!("{}large.bin?h2", running.url)]);
    let (code, output, errors) = running.end(Signal::TERM);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let mut lines: Vec<(&str, f64)> = output
        .lines()
        .map(|line| line.rsplit_once('|').expect("a time"))
        .map(|(line, took)| (line, took.parse().expect("milliseconds")))
        .collect();
    assert!(lines.iter().all(|(_, took)| *took > 0.0), "{lines:?}");
    lines.sort_by(|one, other| one.0.cmp(other.0));
    let text = "text/plain; charset=utf-8";
    let expected = [
        format!("/?format=json 200 {length} done pool http - application/json - -"),
        format!("/a.txt 200 10 done memory http - {text} - -"),
        format!("/a.txt 200 10 done memory http - {text} - -"),
        format!("/a.txt?a=b 200 10 done pool http ann {text} b 2"),
        "/large.bin 200 33554432 cut hand http - application/octet-stream - -".into(),
        "/large.bin?h2 200 33554432 done memory http - application/octet-stream - -".into(),
        format!("/none 404 103 done pool http - {text} - -"),
    ];
    assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected);
    assert!(lines[6].1 >= 200.0, "{lines:?}");
}

#[test]
fn a_file_is_opened_again_when_it_was_moved_away() {
    let folder = folder();
    let logs = tempfile::tempdir().expect("a folder");
    let (path, aside) = (logs.path().join("log"), logs.path().join("log.1"));
    let running = start(folder.path(), &["--access-log-file", path.to_str().expect("UTF-8"), "--workers", "2"]);
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
    running.get("/a.txt?1");
    until("the line is written", || read(&path).contains("\"GET /a.txt?1 HTTP/1.1\" 200 10").then_some(()));
    std::fs::rename(&path, &aside).expect("moved");
    running.get("/a.txt?2");
    until("lines go on to where the file is now", || read(&aside).contains("/a.txt?2").then_some(()));
    running.signal(Signal::USR1);
    until("it is opened again", || path.exists().then_some(()));
    running.get("/a.txt?3");
    until("lines go to the new one", || read(&path).contains("/a.txt?3").then_some(()));
    // Only its owner and group learn who asked for what.
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).expect("there").permissions());
    assert_eq!(mode & 0o027, 0, "{mode:o}");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
    assert_eq!((read(&aside).lines().count(), read(&path).lines().count()), (2, 1));
}

#[test]
fn a_file_that_cannot_be_written_is_told_of_once_and_serving_goes_on() {
    let folder = folder();
    let running = start(folder.path(), &["--access-log-file", "/dev/full"]);
    for _ in 0..20 {
        assert!(running.get("/a.txt").ends_with("0123456789"));
    }
    let (code, output, errors) = running.end(Signal::TERM);
    assert_eq!((code, output.as_str()), (Some(0), ""));
    assert_eq!(errors, "quarry: cannot write the access log \"/dev/full\": no space left on device\n");
    let ended = super::run(["--access-log-file", "/nowhere/log", "--listen", "127.0.0.1:0"]);
    let expected = "quarry: cannot open the access log \"/nowhere/log\": no such file or directory\n";
    assert_eq!((ended.code, ended.output.as_str(), ended.errors.as_str()), (Some(2), "", expected));
}
