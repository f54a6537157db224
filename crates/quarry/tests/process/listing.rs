//! Listings, as programs and impatient people get them.

use std::fs::File;
use std::io::{BufReader, Write};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::response::Response;
use super::{curl, start, write};

#[test]
fn json_tells_all_that_the_page_tells() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in [("file 10.txt", "0123456789"), ("file 2.txt", "01"), (".hidden", ""), ("sub/a.txt", "")] {
        write(folder.path(), name, content);
    }
    std::fs::create_dir(folder.path().join("another")).expect("made");
    for name in ["file 10.txt", "file 2.txt", "sub", "another"] {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_706_745_600);
        File::open(folder.path().join(name)).and_then(|file| file.set_modified(time)).expect("set");
    }
    let running = start(folder.path(), &[]);
    let ask = |query: &str| -> Value {
        let answer = curl(&["--include", &format!("{}{query}", running.url)]);
        let (head, content) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains("\r\nContent-Type: application/json"), "{head}");
        serde_json::from_str(content).unwrap_or_else(|error| panic!("{error}: {content}"))
    };
    let found = ask("?format=json");
    let summary = json!({"path": "/", "sort": "name", "order": "asc", "total": 4, "folders": 2, "files": 2});
    for (name, value) in summary.as_object().expect("an object") {
        assert_eq!(found[name], *value, "{name}");
    }
    let entries = found["entries"].as_array().expect("a list");
    let names = |found: &Value| -> Vec<String> {
        let entries = found["entries"].as_array().expect("a list").iter();
        entries.map(|entry| entry["name"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(names(&found), ["another", "sub", "file 2.txt", "file 10.txt"]);
    assert_eq!((&entries[1]["type"], &entries[1]["target"]), (&"folder".into(), &"/sub/".into()));
    let modified = json!("2024-02-01T00:00:00Z");
    assert_eq!(
        entries[2],
        json!({"name": "file 2.txt", "target": "/file%202.txt", "type": "file", "kind": "page", "size": 2,
            "modified": modified})
    );
    assert_eq!(names(&ask("?format=json&sort=size&order=desc")), ["sub", "another", "file 10.txt", "file 2.txt"]);
    assert_eq!(names(&ask("?format=json&match=10")), ["file 10.txt"]);
    let by_accept = curl(&["--header", "Accept: application/json", &running.url]);
    assert_eq!(serde_json::from_str::<Value>(&by_accept).expect("JSON")["total"], 4);
}

#[test]
fn of_a_hundred_thousand_files_the_top_is_there_before_the_names_are_read() {
    const FILES: usize = 100_000;
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..FILES {
        File::create(folder.path().join(format!("material {number}.txt"))).expect("made");
    }
    let running = start(folder.path(), &["--workers", "1"]);
    let mut stream = running.connect();
    let request = "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nSec-Fetch-Dest: document\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("sent");
    let mut reader = BufReader::new(&mut stream);
    let head = Response::read_head(&mut reader);
    assert_eq!((head.status, head.field("transfer-encoding")), (200, Some("chunked")));
    // The first chunk is a chunk of its own: made before anything was counted.
    let first = Response::read_chunk(&mut reader).expect("a chunk");
    let first = String::from_utf8(first).expect("UTF-8");
    assert!(first.contains("<h1>") && !first.contains("material 0.txt") && !first.contains("100,000"), "{first}");
    let mut rest = Vec::new();
    while let Some(chunk) = Response::read_chunk(&mut reader) {
        rest.extend(chunk);
    }
    let rest = String::from_utf8(rest).expect("UTF-8");
    assert!(rest.contains("100,000 files"), "{rest}");
    assert!(rest.contains("material%200.txt") && rest.contains("rel=next"), "{rest}");

    let json = curl(&[&format!("{}?format=json", running.url)]);
    let mut found: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(found["total"], FILES);
    // All pages together have every name once, in the natural order.
    let mut number = 0;
    loop {
        for entry in found["entries"].as_array().expect("a list") {
            assert_eq!(entry["name"], format!("material {number}.txt"));
            number += 1;
        }
        let Some(next) = found["next"].as_str() else { break };
        // A few pages are enough to see that one follows on the other.
        if number > 3000 {
            return;
        }
        found = serde_json::from_str(&curl(&[&format!("http://{}{next}", running.address())])).expect("JSON");
    }
    assert_eq!(number, FILES);
}
