//! When each step of a request was.

use std::io::{Read, Write};

use serde_json::Value;

use super::super::running::until;
use super::super::{run, start, write};
use super::{ask, folder, journey, list};

/// What happened, in its order, with the nanoseconds from the first byte on.
fn timeline(journey: &Value) -> Vec<(String, i64)> {
    let moments = journey["timeline"].as_array().expect("a timeline").iter();
    let moments =
        moments.map(|moment| (moment["event"].as_str().expect("a word").to_owned(), moment["at_ns"].as_i64()));
    moments.map(|(event, at)| (event, at.expect("a time"))).collect()
}

#[track_caller]
fn check(journey: &Value, expected: &[&str]) {
    let moments = timeline(journey);
    assert!(moments.is_sorted_by_key(|(_, at)| *at), "{moments:?}");
    let events: Vec<&str> =
        moments.iter().map(|(event, _)| event.as_str()).filter(|event| *event != "closed").collect();
    assert_eq!(events, expected);
    let first = moments.iter().find(|(event, _)| event == "first-byte").expect("the first byte");
    assert_eq!(first.1, 0);
}

#[test]
fn each_step_on_the_pool_has_its_time() {
    let folder = folder();
    write(folder.path(), "page.html", "<!doctype html><p>stone ".repeat(200));
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    ask(&running, "/page.html?pool", "Accept-Encoding: br\r\n");
    let journey = journey(&running, "/page.html?pool");
    let expected = [
        "accepted",
        "first-byte",
        "head-complete",
        "pool-asked",
        "pool-begun",
        "files",
        "charset",
        "coding",
        "conditions",
        "pool-done",
        "pool-taken",
        "head-written",
        "send-begun",
        "last-sent",
    ];
    check(&journey, &expected);
    assert_eq!(journey["dry_run"], false);
    let facts = journey["stations"]["response"]["facts"].as_array().expect("facts").iter();
    let times: Vec<&str> =
        facts.filter(|fact| fact["key"] == "time").filter_map(|fact| fact["name"].as_str()).collect();
    assert_eq!(times, ["waiting for a thread", "work of the thread", "waiting for the worker", "sending"]);
}

#[test]
fn each_step_of_the_quick_ways_has_its_time() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--fresh", "1h"]);
    list(&running);
    ask(&running, "/picture.png?at-hand", "");
    let at_hand = journey(&running, "/picture.png?at-hand");
    let came = ["accepted", "first-byte", "head-complete"];
    let went = ["head-written", "send-begun", "last-sent"];
    check(&at_hand, &[&came[..], &["files", "charset", "coding", "conditions"], &went].concat());
    ask(&running, "/picture.png?at-hand", "");
    let from_memory = until("memory answers", || {
        ask(&running, "/picture.png?at-hand", "");
        let journey = journey(&running, "/picture.png?at-hand");
        timeline(&journey).iter().any(|(event, _)| event == "in-memory").then_some(journey)
    });
    check(&from_memory, &[&came[..], &["in-memory"], &went].concat());
}

#[test]
fn a_head_that_drips_has_its_first_byte_long_before_its_last() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    let mut drip = running.connect();
    drip.write_all(b"GET /a.txt?drip HTTP/1.1\r\n").expect("sent");
    // The only worker has had these bytes when it has answered somebody who came later.
    ask(&running, "/a.txt?between", "");
    let between = journey(&running, "/a.txt?between")["took_us"].as_i64().expect("measured");
    drip.write_all(b"Host: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    drip.read_to_string(&mut answer).expect("an answer");
    let journey = journey(&running, "/a.txt?drip");
    let moments = timeline(&journey);
    let complete = moments.iter().find(|(event, _)| event == "head-complete").expect("complete").1;
    assert!(complete >= between * 1000, "{moments:?} {between}");
}

#[test]
fn the_end_of_the_connection_is_told_when_it_has_come() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    ask(&running, "/a.txt?closed", "");
    let moments = until("it is closed", || {
        let moments = timeline(&journey(&running, "/a.txt?closed"));
        (moments.last().is_some_and(|(event, _)| event == "closed")).then_some(moments)
    });
    assert_eq!(moments.iter().filter(|(event, _)| event == "closed").count(), 1, "{moments:?}");
    // One that goes on has no end yet.
    let mut open = running.connect();
    open.write_all(b"GET /a.txt?open HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let moments = timeline(&journey(&running, "/a.txt?open"));
    assert_eq!(moments.last().map(|(event, _)| event.as_str()), Some("last-sent"), "{moments:?}");
}

#[test]
fn a_dry_run_says_that_its_times_are_its_own() {
    let folder = folder();
    let target = folder.path().to_str().expect("text");
    let ended = run(["explain", "/a.txt", target, "--json"]);
    let journey: Value = serde_json::from_str(&ended.output).expect("JSON");
    assert_eq!(journey["dry_run"], true);
    let moments = timeline(&journey);
    assert!(moments.is_sorted_by_key(|(_, at)| *at) && moments[0].1 >= 0, "{moments:?}");
    let events: Vec<&str> = moments.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!((events[0], events.last()), ("head-complete", Some(&"head-written")), "{events:?}");
    assert!(events.contains(&"files") && events.contains(&"charset"), "{events:?}");
    let text = run(["explain", "/a.txt", target]).output;
    let heading = "\nTimeline (the times of a dry run: nothing came by a network, and nothing was sent)\n";
    assert!(text.contains(heading), "{text}");
    assert!(text.contains("  the file is found and opened\n"), "{text}");
}
