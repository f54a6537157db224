//! What is kept ready to send: how long it is believed, and when it is forgotten.

use super::stage::{Stage, limits};
use server::limit::Limits;
use std::time::Duration;

fn stage() -> Stage {
    let stage = Stage::new();
    stage.shelf.write("a.png", "picture");
    stage
}

#[test]
fn within_a_second_no_file_is_looked_at() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    assert!(stage.shelf.take_looks() > 0);
    stage.shelf.write("a.png", "another");
    stage.advance(Duration::from_millis(900));
    stage.get(client, "/a.png");
    assert_eq!(stage.shelf.take_looks(), 0);
    assert_eq!(stage.take_contents(client), ["picture", "picture"]);
}

#[test]
fn after_a_second_a_change_is_seen() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.shelf.write("a.png", "another");
    stage.advance(Duration::from_millis(1001));
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture", "another"]);
    stage.shelf.remove("a.png");
    stage.advance(Duration::from_millis(1001));
    stage.get(client, "/a.png");
    assert!(stage.take(client).starts_with("HTTP/1.1 404 Not Found\r\n"));
}

#[test]
fn what_has_not_changed_is_asked_for_once_a_second() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.advance(Duration::from_millis(1001));
    stage.shelf.take_looks();
    for _ in 0..10 {
        stage.get(client, "/a.png");
    }
    assert!((1..=2).contains(&stage.shelf.take_looks()), "the file, and its folder at most");
    assert_eq!(stage.take_contents(client), ["picture"; 11]);
}

#[test]
fn with_fresh_0_each_request_looks() {
    let mut stage = Stage::with_fresh(Duration::ZERO);
    stage.shelf.write("a.png", "picture");
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.shelf.write("a.png", "another");
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture", "another"]);
}

#[test]
fn a_kept_answer_needs_no_disk_at_hand_until_it_is_old() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.shelf.set_cold(true);
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture", "picture"]);
    // A look that would wait is no look: the pool has it.
    stage.advance(Duration::from_millis(1001));
    stage.get(client, "/a.png");
    assert_eq!(stage.take(client), "");
    assert_eq!(stage.run_pool(), 1);
    assert_eq!(stage.take_contents(client), ["picture"]);
}

#[test]
fn clients_of_other_codings_are_given_their_own() {
    let mut stage = Stage::new();
    stage.shelf.write("a.txt", "text ".repeat(1000));
    let client = stage.connect();
    let get = |stage: &mut Stage, accepted: &str| {
        stage.send(client, format!("GET /a.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {accepted}\r\n\r\n"));
        let was_asked = stage.run_pool() > 0;
        let answer = stage.take_bytes(client);
        let head = String::from_utf8_lossy(&answer).into_owned();
        let coding = head.lines().find_map(|line| line.strip_prefix("Content-Encoding: ").map(str::to_owned));
        (coding.unwrap_or_default(), was_asked)
    };
    for was_asked in [true, false] {
        assert_eq!(get(&mut stage, "gzip"), ("gzip".into(), was_asked));
        assert_eq!(get(&mut stage, "br"), ("br".into(), was_asked));
        assert_eq!(get(&mut stage, "identity"), (String::new(), was_asked));
    }
}

#[test]
fn a_response_under_way_keeps_the_date_it_began_with() {
    let mut stage = stage();
    let (slow, quick) = (stage.connect(), stage.connect());
    stage.get(quick, "/a.png");
    stage.take(quick);
    stage.set_room(slow, 20);
    stage.get(slow, "/a.png");
    // Another second: the bytes that are kept are patched, those that are half sent are not.
    stage.advance(Duration::from_secs(1));
    stage.shelf.take_looks();
    stage.get(quick, "/a.png");
    stage.set_room(slow, usize::MAX);
    let date = |output: String| output.lines().find_map(|line| line.strip_prefix("Date: ").map(str::to_owned));
    assert_eq!(date(stage.take(slow)).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    assert_eq!(date(stage.take(quick)).as_deref(), Some("Sun, 06 Nov 1994 08:49:38 GMT"));
}

#[test]
fn what_is_too_large_for_its_share_is_not_kept() {
    let mut stage = Stage::with(Limits { memory_bytes: 100 << 10, ..limits() });
    stage.shelf.write("a.png", vec![b'x'; 60 << 10]);
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.shelf.take_looks();
    stage.get(client, "/a.png");
    assert!(stage.shelf.take_looks() > 0);
    assert_eq!(stage.take_contents(client).len(), 2);
}

#[test]
fn many_targets_push_out_the_old_but_answers_stay_right() {
    let mut stage = Stage::with(Limits { memory_bytes: 64 << 10, ..limits() });
    let contents: Vec<String> = (0..100).map(|number| format!("{number}").repeat(1000)).collect();
    for (number, content) in contents.iter().enumerate() {
        stage.shelf.write(&format!("{number}.png"), content);
    }
    let client = stage.connect();
    for _ in 0..2 {
        for (number, content) in contents.iter().enumerate() {
            stage.get(client, &format!("/{number}.png"));
            assert_eq!(stage.take_contents(client), [content.as_str()]);
        }
    }
}

#[test]
fn conditions_and_ranges_are_answered_from_what_is_kept() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    let answer = stage.take(client);
    let tag = answer.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("a tag").to_owned();
    stage.shelf.take_looks();
    let ask = |stage: &mut Stage, method: &str, field: &str| {
        stage.send(client, format!("{method} /a.png HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n"));
        let answer = stage.take(client);
        let (head, content) = answer.split_once("\r\n\r\n").expect("a head");
        (head["HTTP/1.1 ".len()..][..3].to_owned(), content.to_owned())
    };
    let expect = |status: &str, content: &str| (status.to_owned(), content.to_owned());
    assert_eq!(ask(&mut stage, "GET", &format!("If-None-Match: {tag}")), expect("304", ""));
    assert_eq!(ask(&mut stage, "GET", "Range: bytes=1-3"), expect("206", "ict"));
    assert_eq!(ask(&mut stage, "GET", "Range: bytes=99-"), expect("416", ""));
    assert_eq!(ask(&mut stage, "HEAD", "X: y"), expect("200", ""));
    assert_eq!(ask(&mut stage, "GET", "If-Match: \"other\"").0, "412");
    assert_eq!(stage.shelf.take_looks(), 0);
}

#[test]
fn within_a_second_what_is_missing_is_not_looked_for_again() {
    let mut stage = stage();
    let client = stage.connect();
    let not_found = |stage: &mut Stage| stage.take(client).starts_with("HTTP/1.1 404 Not Found\r\n");
    stage.get(client, "/b.png");
    assert!(not_found(&mut stage) && stage.shelf.take_looks() > 0);
    stage.shelf.write("b.png", "there now");
    stage.advance(Duration::from_millis(900));
    stage.get(client, "/b.png?v=1");
    assert!(not_found(&mut stage) && stage.shelf.take_looks() == 0);
    // Asked for again and again, it is found all the same.
    stage.advance(Duration::from_millis(101));
    stage.get(client, "/b.png");
    assert_eq!(stage.take_contents(client), ["there now"]);
}

#[test]
fn what_is_missing_is_missing_for_head_and_found_by_no_other_method() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.png");
    stage.take(client);
    for (method, status) in [("HEAD", 404), ("GET", 404), ("OPTIONS", 204), ("DELETE", 405), ("BREW", 501)] {
        stage.send(client, format!("{method} /b.png HTTP/1.1\r\nHost: a\r\n\r\n"));
        let answer = stage.take(client);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{method}: {answer}");
        assert_eq!(answer.ends_with("\r\n\r\n"), matches!(method, "HEAD" | "OPTIONS"), "{method}: {answer}");
    }
}

#[test]
fn with_fresh_0_each_request_looks_for_what_is_missing() {
    let mut stage = Stage::with_fresh(Duration::ZERO);
    let client = stage.connect();
    stage.get(client, "/a.png");
    stage.take(client);
    stage.shelf.write("a.png", "picture");
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture"]);
}

#[test]
fn a_flood_of_names_that_are_not_there_pushes_out_nothing_that_is() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png");
    for number in 0..10_000 {
        stage.get(client, &format!("/{number}{}", "x".repeat(500)));
    }
    stage.take(client);
    stage.shelf.take_looks();
    stage.get(client, "/a.png");
    assert_eq!((stage.shelf.take_looks(), stage.take_contents(client)), (0, vec!["picture".to_owned()]));
}

#[test]
fn a_query_that_means_nothing_here_is_answered_from_the_same_memory() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/a.png?v=1");
    stage.shelf.take_looks();
    for query in ["", "?v=2", "?", "?download=2&utm_source=x"] {
        stage.get(client, &format!("/a.png{query}"));
        let looks = stage.shelf.take_looks();
        // Nobody but us says `download`, and whoever does may mean it.
        assert_eq!(looks > 0, query.contains("download"), "{query}");
    }
    let answer = |stage: &mut Stage, query: &str| {
        stage.take(client);
        stage.get(client, &format!("/a.png{query}"));
        stage.take(client)
    };
    assert!(!answer(&mut stage, "?v=3").contains("Content-Disposition"));
    assert!(answer(&mut stage, "?download").contains("Content-Disposition"));
    assert!(!answer(&mut stage, "").contains("Content-Disposition"));
}
