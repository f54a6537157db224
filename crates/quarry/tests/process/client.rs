//! What clients get: curl's own ways, and bytes as no curl sends them.

use std::io::{BufReader, Write};
use std::net::Shutdown;
use std::path::Path;
use std::time::{Duration, Instant};

use super::response::Response;
use super::running::read_text;
use super::{curl, start, write};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "0123456789");
    write(folder.path(), "about.md", "# About\n\nThis.\n");
    write(folder.path(), "sub/b.txt", "b");
    // Old enough to be settled: a file that was changed just now has a weak entity tag.
    for name in ["a.txt", "about.md", "sub/b.txt"] {
        age(&folder.path().join(name));
    }
    folder
}

/// Thu, 01 Feb 2024 00:00:00 GMT.
fn age(path: &Path) {
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_706_745_600);
    std::fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("set");
}

#[test]
fn sixteen_requests_in_one_write_get_sixteen_answers_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..16 {
        write(folder.path(), &format!("{number}.txt"), format!("this is {number}"));
    }
    let running = start(folder.path(), &["--workers", "1"]);
    let mut stream = running.connect();
    // Three rounds: the first finds nothing in memory, the last everything.
    for _ in 0..3 {
        let requests: String = (0..16).map(|number| format!("GET /{number}.txt HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
        stream.write_all(requests.as_bytes()).expect("sent");
        let mut reader = BufReader::new(&mut stream);
        for number in 0..16 {
            assert_eq!(Response::read(&mut reader).text(), format!("this is {number}"));
        }
    }
}

#[test]
fn pages_that_take_time_do_not_overtake_files_that_do_not() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let request = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let targets = ["/a.txt", "/?format=json", "/a.txt", "/missing", "/sub/?format=json", "/sub/b.txt"];
    let mut stream = running.connect();
    stream.write_all(targets.map(request).concat().as_bytes()).expect("sent");
    let mut reader = BufReader::new(&mut stream);
    let answers = targets.map(|_| Response::read(&mut reader));
    assert_eq!(answers[0].text(), "0123456789");
    assert!(answers[1].text().starts_with("{\"path\":\"/\","), "{:?}", answers[1]);
    assert_eq!(answers[2].text(), "0123456789");
    assert_eq!(answers[3].status, 404);
    assert!(answers[4].text().starts_with("{\"path\":\"/sub/\","), "{:?}", answers[4]);
    assert_eq!(answers[5].text(), "b");
}

#[test]
fn a_client_that_has_closed_its_side_gets_its_answers() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let requests = "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /sub/?format=json HTTP/1.1\r\nHost: a\r\n\r\n\
                    GET /sub/b.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    for _ in 0..4 {
        let mut stream = running.connect();
        stream.write_all(requests.as_bytes()).expect("sent");
        stream.shutdown(Shutdown::Write).expect("closed");
        let answers = read_text(&mut stream);
        assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answers}");
        assert!(answers.ends_with("\r\n\r\nb"), "{answers}");
    }
}

#[test]
fn content_is_asked_for_read_and_dropped() {
    let folder = folder();
    write(folder.path(), "upload", "x".repeat(100_000));
    let running = start(folder.path(), &[]);
    let (url, upload) = (format!("{}a.txt", running.url), format!("@{}", folder.path().join("upload").display()));
    let get = ["--request", "GET", "--include", "--data-binary", &upload];
    for transfer in [
        &["--header", "Expect: 100-continue"][..],
        &["--header", "Expect: 100-continue", "--header", "Transfer-Encoding: chunked"],
    ] {
        let answers = curl(&[&get[..], transfer, &[&url, &url]].concat());
        assert_eq!(answers.matches("HTTP/1.1 100 Continue\r\n\r\n").count(), 2, "{answers}");
        assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{answers}");
        assert_eq!(answers.matches("\r\n\r\n0123456789").count(), 2, "{answers}");
    }
    let refused = curl(&["--include", "--data-binary", &upload, "--header", "Expect: 100-continue", &url]);
    assert!(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"), "no content is asked for in vain: {refused}");
    assert!(refused.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"), "{refused}");
}

#[test]
fn clients_of_http_1_0_may_keep_their_connection() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let mut stream = running.connect();
    for _ in 0..3 {
        stream.write_all(b"GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").expect("sent");
        let response = Response::read(&mut BufReader::new(&mut stream));
        assert_eq!((response.text(), response.field("connection")), ("0123456789", Some("keep-alive")));
    }
    stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
    let last = read_text(&mut stream);
    assert!(last.contains("\r\nConnection: close\r\n") && last.ends_with("\r\n\r\n0123456789"), "{last}");
    // What has no length of its own ends with the connection, for they know no chunks.
    let listing = running.exchange("GET /?archive=tar HTTP/1.0\r\n\r\n");
    assert!(listing.starts_with("HTTP/1.1 200 OK\r\n") && !listing.contains("chunked"), "{listing}");
}

#[test]
fn a_head_has_the_fields_of_the_get() {
    let folder = folder();
    // A file that was just written has a weak tag, which becomes a strong one between two requests.
    std::thread::sleep(Duration::from_millis(30));
    let running = start(folder.path(), &["--workers", "1"]);
    let people = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    for (target, fields) in [
        ("/a.txt", ""),
        ("/a.txt", "If-None-Match: *\r\n"),
        ("/a.txt", "If-Match: \"other\"\r\n"),
        ("/sub", ""),
        ("/", people),
        ("/?format=json", ""),
        ("/about.md", people),
        ("/about.md", ""),
        ("/a.txt?preview", people),
        ("/missing", people),
        ("/missing", ""),
        ("/-/status", ""),
    ] {
        let ask = |method: &str| format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let mut stream = running.connect();
        stream.write_all([ask("HEAD"), ask("GET"), ask("HEAD")].concat().as_bytes()).expect("sent");
        let mut reader = BufReader::new(&mut stream);
        let before = Response::read_head(&mut reader);
        let get = Response::read(&mut reader);
        let after = Response::read_head(&mut reader);
        let plain = |response: &Response| {
            let fields = response.fields.iter().filter(|field| field.0 != "date");
            (response.status, fields.cloned().collect::<Vec<_>>())
        };
        assert_eq!(plain(&before), plain(&get), "{target} {fields}");
        assert_eq!(plain(&after), plain(&get), "{target} {fields}");
    }
}

#[test]
fn parts_are_what_curl_asked_for() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let url = format!("{}a.txt", running.url);
    for (range, expected, field) in [
        ("0-4", "01234", "bytes 0-4/10"),
        ("3-", "3456789", "bytes 3-9/10"),
        ("-3", "789", "bytes 7-9/10"),
        ("8-100", "89", "bytes 8-9/10"),
        ("-100", "0123456789", "bytes 0-9/10"),
    ] {
        // Twice: the second time it is in memory.
        for _ in 0..2 {
            let answer = curl(&["--include", "--range", range, &url]);
            assert!(answer.starts_with("HTTP/1.1 206 Partial Content\r\n"), "{range}: {answer}");
            assert!(answer.contains(&format!("\r\nContent-Range: {field}\r\n")), "{range}: {answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{expected}")), "{range}: {answer}");
        }
    }
    let beyond = curl(&["--include", "--range", "10-", &url]);
    assert!(beyond.starts_with("HTTP/1.1 416 ") && beyond.contains("\r\nContent-Range: bytes */10\r\n"), "{beyond}");
}

#[test]
fn several_parts_come_as_one_multipart() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let answer = curl(&["--include", "--range", "0-1,5-6,9-", &format!("{}a.txt", running.url)]);
    let (head, content) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 206 Partial Content\r\n"), "{head}");
    let (_, boundary) = head.split_once("Content-Type: multipart/byteranges; boundary=").expect("the type");
    let boundary = boundary.lines().next().expect("a line").trim_matches('"');
    let part = |range: &str, content: &str| {
        format!(
            "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes {range}/10\r\n\r\n{content}\r\n"
        )
    };
    let parts = [part("0-1", "01"), part("5-6", "56"), part("9-9", "9")].concat();
    assert_eq!(content.trim_start_matches("\r\n"), format!("{parts}--{boundary}--\r\n"));
    assert!(head.contains(&format!("\r\nContent-Length: {}", content.len())), "{head}");
}

#[test]
fn what_curl_has_already_is_not_sent_again() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let url = format!("{}a.txt", running.url);
    let status = ["--output", "/dev/null", "--write-out", "%{http_code} %{size_download}"];
    for (date, expected) in [
        ("Thu, 01 Feb 2024 00:00:00 GMT", "304 0"),
        ("Fri, 02 Feb 2024 00:00:00 GMT", "304 0"),
        ("Wed, 31 Jan 2024 23:59:59 GMT", "200 10"),
        // Whether it has not changed since then: curl's way to say If-Unmodified-Since.
        ("-Fri, 02 Feb 2024 00:00:00 GMT", "200 10"),
        ("-Wed, 31 Jan 2024 23:59:59 GMT", "412"),
    ] {
        let answer = curl(&[&status[..], &["--time-cond", date, &url]].concat());
        assert!(answer.starts_with(expected), "{date}: {answer}");
    }
    let tag = folder.path().join("tag");
    let tag = tag.to_str().expect("UTF-8");
    let first = curl(&[&status[..], &["--etag-save", tag, &url]].concat());
    let second = curl(&[&status[..], &["--etag-compare", tag, &url]].concat());
    assert_eq!((first.as_str(), second.as_str()), ("200 10", "304 0"));
    write(folder.path(), "a.txt", "9876543210");
    super::running::until("the new one is sent", || {
        let third = curl(&[&status[..], &["--etag-compare", tag, &url]].concat());
        (third == "200 10").then_some(())
    });
}

#[test]
fn what_is_missing_is_told_to_people_and_to_programs() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let url = format!("{}a.text", running.url);
    let accept = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = curl(&["--include", "--header", accept, &url]);
    assert!(page.starts_with("HTTP/1.1 404 Not Found\r\n"), "{page}");
    for needle in [
        "\r\nContent-Type: text/html; charset=utf-8\r\n",
        "\r\nContent-Security-Policy: ",
        "<h1>There is nothing at this address.</h1>",
        "<a href=/a.txt>",
    ] {
        assert!(page.contains(needle), "{needle} in {page}");
    }
    let chinese = curl(&["--header", accept, "--header", "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8", &url]);
    assert!(chinese.contains("<html lang=zh-Hans>") || chinese.contains("<html lang=zh-CN>"), "{chinese}");
    let plain = curl(&["--include", &url]);
    assert!(plain.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"), "{plain}");
    assert!(plain.contains("\r\n\r\n404 Not Found\nThere is nothing at this address.\n"), "{plain}");
    let disk = folder.path().to_str().expect("UTF-8");
    assert!(!page.contains(disk) && !plain.contains(disk));
}

#[test]
fn a_head_that_does_not_end_is_given_ten_seconds() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let mut stream = running.connect();
    let begun = Instant::now();
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n").expect("sent");
    let answer = read_text(&mut stream);
    let seconds = begun.elapsed().as_secs_f64();
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert!((9.5..30.0).contains(&seconds), "{seconds} s");
}

#[test]
fn a_head_that_drips_gets_no_more_time() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let mut stream = running.connect();
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("set");
    let begun = Instant::now();
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\nX: ").expect("sent");
    let mut answer = [0; 12];
    let ended = loop {
        assert!(begun.elapsed() < Duration::from_secs(40), "drips go on for ever");
        // One more byte each half second; after the answer it may find nobody.
        let _ = stream.write_all(b"x");
        match stream.peek(&mut answer) {
            Ok(_) => break begun.elapsed(),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
    };
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 408");
    assert!(ended >= Duration::from_millis(9500), "{ended:?}");
}
