//! How connections end: after a fault, when idle for long, when the server is told to stop.

use super::stage::{Stage, limits};
use server::limit::Limits;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const BAD: &str = "GET / HTTP/1.1\r\nHost : a\r\n\r\n";

fn stage() -> Stage {
    let stage = Stage::new();
    stage.shelf.write("a.png", "picture");
    stage.shelf.write("b.txt", "text");
    stage
}

#[test]
fn after_a_fault_our_side_ends_and_the_rest_is_thrown_away() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, BAD);
    let answer = stage.take(client);
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert_eq!(stage.state(client), "shut");
    stage.get(client, "/a.png");
    assert_eq!((stage.state(client), stage.take(client).as_str()), ("shut", ""));
    stage.end(client);
    assert_eq!(stage.state(client), "closed");
}

#[test]
fn whoever_goes_on_sending_after_a_fault_is_cut_off() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, BAD);
    for _ in 0..40 {
        stage.send(client, vec![b'x'; 32 << 10]);
    }
    assert_eq!(stage.state(client), "closed");
    let silent = stage.connect();
    stage.send(silent, BAD);
    stage.advance(Duration::from_millis(1900));
    assert_eq!(stage.state(silent), "shut");
    stage.advance(Duration::from_millis(200));
    assert_eq!(stage.state(silent), "closed");
}

#[test]
fn a_connection_that_is_idle_for_long_is_closed_and_no_other() {
    let mut stage = stage();
    let (idle, used) = (stage.connect(), stage.connect());
    stage.get(idle, "/a.png");
    stage.advance(Duration::from_secs(30));
    stage.get(used, "/a.png");
    stage.advance(Duration::from_secs(31));
    assert_eq!((stage.state(idle), stage.state(used)), ("closed", "open"));
}

#[test]
fn a_head_that_drips_is_answered_with_408() {
    let mut stage = stage();
    let client = stage.connect();
    for byte in "GET /a.png".bytes() {
        stage.send(client, [byte]);
        stage.advance(Duration::from_millis(990));
    }
    assert_eq!(stage.take(client), "");
    stage.advance(Duration::from_millis(200));
    assert!(stage.take(client).starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    // There may be thousands of them; none is waited for, and the end goes out with the answer.
    assert_eq!(stage.state(client), "closed");
    let calls = stage.take_calls(client);
    assert!(calls.len() == 1 && calls[0].ends_with(" +"), "{calls:?}");
}

#[test]
fn at_the_word_to_stop_idle_connections_end_and_busy_ones_are_finished() {
    let mut stage = stage();
    let (idle, busy) = (stage.connect(), stage.connect());
    stage.get(idle, "/a.png");
    stage.get(busy, "/b.txt");
    stage.drain();
    assert!(!stage.is_accepting());
    assert_eq!((stage.state(idle), stage.state(busy)), ("shut", "open"));
    assert_eq!(stage.control.under_way.load(Relaxed), 2);
    stage.end(idle);
    assert_eq!(stage.control.under_way.load(Relaxed), 1);
    stage.run_pool();
    let answer = stage.take(busy);
    assert!(answer.contains("\r\nConnection: close\r\n") && answer.ends_with("\r\n\r\ntext"), "{answer}");
    stage.end(busy);
    assert_eq!(stage.state(busy), "closed");
    assert!(stage.has_ended());
    assert_eq!(stage.control.under_way.load(Relaxed), 0);
}

#[test]
fn where_another_process_takes_over_idle_connections_have_one_more_answer() {
    let mut stage = stage();
    let (idle, silent) = (stage.connect(), stage.connect());
    stage.get(idle, "/a.png");
    stage.take(idle);
    stage.leave();
    assert_eq!((stage.state(idle), stage.state(silent)), ("open", "open"));
    stage.get(idle, "/a.png");
    let answer = stage.take(idle);
    assert!(answer.contains("\r\nConnection: close\r\n") && answer.ends_with("\r\n\r\npicture"), "{answer}");
    assert_eq!(stage.state(idle), "shut");
    stage.end(idle);
    assert_eq!((stage.state(idle), stage.has_ended()), ("closed", false));
    stage.advance(Duration::from_millis(9900));
    assert_eq!(stage.state(silent), "open");
    stage.advance(Duration::from_millis(200));
    assert_eq!((stage.state(silent), stage.has_ended()), ("shut", false));
    stage.end(silent);
    assert!(stage.has_ended());
}

#[test]
fn who_leaves_can_still_be_told_to_stop() {
    let mut stage = stage();
    let client = stage.connect();
    stage.leave();
    assert_eq!(stage.state(client), "open");
    stage.drain();
    assert_eq!(stage.state(client), "shut");
    stage.end(client);
    assert!(stage.has_ended());
}

#[test]
fn the_time_to_finish_is_limited() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.txt");
    stage.drain();
    stage.advance(Duration::from_millis(9900));
    assert!(!stage.has_ended());
    stage.advance(Duration::from_millis(200));
    assert!(stage.has_ended());
}

#[test]
fn told_again_it_ends_at_once() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.txt");
    stage.drain();
    assert!(!stage.has_ended());
    stage.control.ends_at_once.store(true, Relaxed);
    stage.wake();
    assert!(stage.has_ended());
}

#[test]
fn of_one_address_there_are_only_so_many() {
    let mut stage = Stage::with(Limits { per_address_max: Some(2), ..limits() });
    let from = |stage: &mut Stage, peer: &str| {
        let client = stage.connect_from(peer);
        stage.state(client)
    };
    assert_eq!([1, 2, 3].map(|port| from(&mut stage, &format!("192.0.2.1:{port}"))), ["open", "open", "closed"]);
    assert_eq!(from(&mut stage, "192.0.2.2:1"), "open");
    // One customer has a /64.
    let mine = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "[2001:db8:0:1::1]:1"];
    assert_eq!(mine.map(|peer| from(&mut stage, peer)), ["open", "open", "closed", "open"]);
    assert_eq!([1, 2, 3, 4].map(|port| from(&mut stage, &format!("127.0.0.1:{port}"))), ["open"; 4]);
}

#[test]
fn a_connection_that_ends_is_not_counted_any_more() {
    let mut stage = Stage::with(Limits { per_address_max: Some(1), ..limits() });
    for _ in 0..3 {
        let client = stage.connect_from("192.0.2.1:1");
        assert_eq!(stage.state(client), "open");
        stage.end(client);
        assert_eq!(stage.state(client), "closed");
    }
}

#[test]
fn whoever_is_let_in_at_the_end_gets_one_answer_that_says_it_is_the_last() {
    let mut stage = stage();
    let waiting = stage.connect();
    stage.get(waiting, "/b.txt");
    stage.drain();
    // It stood at the gate when that was closed.
    let late = stage.connect();
    stage.get(late, "/a.png");
    let answer = stage.take(late);
    assert!(answer.contains("\r\nConnection: close\r\n") && answer.ends_with("picture"), "{answer}");
    assert_eq!(stage.state(late), "shut");
    assert!(!stage.has_ended());
}
