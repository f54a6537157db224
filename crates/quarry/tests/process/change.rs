//! Files that change while they are served.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use super::response::Response;
use super::running::{Running, until};
use super::{start, write};

/// Puts a file in its place at once, as editors and deployments do.
fn replace(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    write(folder, ".new", content);
    fs::rename(folder.join(".new"), folder.join(name)).expect("renamed");
}

/// Asks until an answer is the new one. An old one is only right to who asked within `fresh` after the change.
#[track_caller]
fn becomes_new(running: &Running, request: &str, fresh: Duration, is_new: impl Fn(&Response) -> bool) {
    let mut stream = running.connect();
    let changed = Instant::now();
    loop {
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).expect("sent");
        let response = Response::read(&mut BufReader::new(&mut stream));
        if is_new(&response) {
            return;
        }
        // The server looks at the clock once a turn, so a little after the change can count as at the change.
        assert!(asked - changed <= fresh + Duration::from_millis(50), "{response:?} {:?} after", asked - changed);
    }
}

const GET: &str = "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn a_replaced_file_is_served_as_it_is_now_within_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "old");
    let running = start(folder.path(), &["--workers", "1"]);
    becomes_new(&running, GET, Duration::ZERO, |response| response.text() == "old");
    // Same length, and perhaps the same time: only the file itself is another.
    replace(folder.path(), "a.txt", "new");
    becomes_new(&running, GET, Duration::from_secs(1), |response| response.text() == "new");
    fs::remove_file(folder.path().join("a.txt")).expect("removed");
    becomes_new(&running, GET, Duration::from_secs(1), |response| response.status == 404);
    write(folder.path(), "a.txt", "back");
    becomes_new(&running, GET, Duration::from_secs(1), |response| response.text() == "back");
}

#[test]
fn with_fresh_0_each_request_sees_the_file_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--workers", "1", "--fresh", "0"]);
    for round in 0..40 {
        let content = format!("{round:04}");
        match round % 2 {
            0 => replace(folder.path(), "a.txt", &content),
            _ => write(folder.path(), "a.txt", &content),
        }
        becomes_new(&running, GET, Duration::ZERO, |response| response.text() == content);
    }
}

#[test]
fn a_compressed_sibling_that_appears_is_used_within_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "plain");
    let request = "GET /a.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
    let running = start(folder.path(), &["--workers", "1"]);
    becomes_new(&running, request, Duration::ZERO, |response| response.text() == "plain");
    write(folder.path(), "a.txt.gz", "these bytes are sent as they are");
    becomes_new(&running, request, Duration::from_secs(1), |response| {
        response.field("content-encoding") == Some("gzip") && response.text() == "these bytes are sent as they are"
    });
    becomes_new(&running, GET, Duration::ZERO, |response| {
        response.field("content-encoding").is_none() && response.text() == "plain"
    });
}

#[test]
fn what_a_link_to_nothing_comes_to_lead_to_is_served_within_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "site/index.htm", "old");
    write(folder.path(), "site/a.txt", "plain");
    symlink("../far/index.html", folder.path().join("site/index.html")).expect("linked");
    symlink("../far/a.txt.gz", folder.path().join("site/a.txt.gz")).expect("linked");
    write(folder.path(), "far/other", "");
    let running = start(folder.path(), &["--workers", "1"]);
    let index = "GET /site/ HTTP/1.1\r\nHost: a\r\n\r\n";
    let text = "GET /site/a.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
    // By now all of it is older than a tick of the clock, and what may be kept is kept.
    for _ in 0..40 {
        becomes_new(&running, index, Duration::ZERO, |response| response.text() == "old");
        becomes_new(&running, text, Duration::ZERO, |response| response.text() == "plain");
        std::thread::sleep(Duration::from_millis(1));
    }
    write(folder.path(), "far/index.html", "new");
    write(folder.path(), "far/a.txt.gz", "these bytes are sent as they are");
    becomes_new(&running, index, Duration::from_secs(1), |response| response.text() == "new");
    becomes_new(&running, text, Duration::from_secs(1), |response| response.field("content-encoding") == Some("gzip"));
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_the_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.bin");
    File::create(&path).and_then(|file| file.set_len(64 << 20)).expect("made");
    let running = start(folder.path(), &["--workers", "1"]);
    let mut stream = running.connect();
    // What would come next must not come where content was promised.
    stream.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let mut reader = BufReader::new(&mut stream);
    assert_eq!(Response::read_head(&mut reader).field("content-length"), Some("67108864"));
    File::options().write(true).open(&path).and_then(|file| file.set_len(1000)).expect("cut");
    let mut content = Vec::new();
    // A reset would be as good an end.
    let _ = reader.read_to_end(&mut content);
    assert!(content.len() < 64 << 20);
    assert!(content.iter().all(|&byte| byte == 0), "something else came in the place of content");
    until("its new length is seen", || {
        running.get("/large.bin").contains("\r\nContent-Length: 1000\r\n").then_some(())
    });
}
