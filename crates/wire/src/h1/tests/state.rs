//! What happens in each state: time, the end of input, answers early and late, draining.

use super::{BEHIND, Trial};
use crate::limit::{CONTENT_TIMEOUT, HEAD_TIMEOUT, IDLE_TIMEOUT};
use alloc::format;
use core::time::Duration;
use semantics::Status;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
const HEAD_FAULT: &str = "fault 408: request head too slow (more than 10 s)";
const CONTENT_FAULT: &str = "fault 408: request content too slow (more than 30 s)";
const TRUNCATED: &str = "fault 400: the connection ended within a request";
const MOMENT: Duration = Duration::from_nanos(1);

#[test]
fn an_idle_connection_closes_without_a_word() {
    let mut trial = Trial::new();
    trial.wait(IDLE_TIMEOUT - MOMENT).expect(&[]).wait(MOMENT).expect(&["closed Idle"]).expect_out("");
    assert!(trial.connection.is_closing());
}

#[test]
fn the_idle_time_begins_anew_with_each_response() {
    let mut trial = Trial::new();
    trial.seconds(59).receive(GET).expect(&["GET / at a"]);
    trial.wait(IDLE_TIMEOUT - MOMENT).expect(&[]).wait(MOMENT).expect(&["closed Idle"]);
}

#[test]
fn a_head_that_drips_has_its_time_from_the_first_byte() {
    let mut trial = Trial::new();
    trial.seconds(50);
    for byte in "GET / HTTP/1.1".as_bytes().chunks(1).take(10) {
        trial.receive(byte).expect(&[]).wait(Duration::from_millis(999)).expect(&[]);
    }
    trial.wait(Duration::from_millis(10)).expect(&[HEAD_FAULT]);
    assert!(trial.connection.is_closing());
}

#[test]
fn a_head_has_its_time_to_the_last_moment() {
    let mut trial = Trial::new();
    trial.receive(&GET[..GET.len() - 1]).wait(HEAD_TIMEOUT - MOMENT).receive("\n").expect(&["GET / at a"]);
    trial.receive(&GET[..5]).wait(HEAD_TIMEOUT - MOMENT).expect(&[]).wait(MOMENT).expect(&[HEAD_FAULT]);
}

#[test]
fn when_the_first_byte_of_a_head_came_is_known() {
    let mut trial = Trial::silent();
    let start = trial.now;
    trial.seconds(5).receive(&GET[..5]).seconds(2).receive(&GET[5..]).expect(&["GET / at a"]);
    assert_eq!(trial.connection.head_since(), start + Duration::from_secs(5));
    trial.seconds(1).answer().seconds(1).receive(GET).expect(&["GET / at a"]);
    assert_eq!(trial.connection.head_since(), start + Duration::from_secs(9));
}

#[test]
fn the_time_of_a_head_begins_when_it_is_its_turn() {
    let mut trial = Trial::silent();
    trial.receive(format!("{GET}GET /n")).expect(&["GET / at a"]);
    assert_eq!(trial.connection.poll_deadline(), None, "the time of a response is the server's");
    trial.seconds(1000).expect(&[]).answer().expect(&[]);
    trial.wait(HEAD_TIMEOUT - MOMENT).expect(&[]).wait(MOMENT).expect(&[HEAD_FAULT]);
}

#[test]
fn empty_lines_do_not_keep_a_connection() {
    let mut trial = Trial::new();
    trial.seconds(59).receive("\r").seconds(9).receive("\n").expect(&[]);
    trial.wait(IDLE_TIMEOUT).expect(&["closed Idle"]);
}

#[test]
fn a_content_that_drips_has_its_time_from_the_head() {
    let mut trial = Trial::new();
    trial.receive(POST).seconds(20).receive("a").seconds(9).receive("b").expect(&["POST / at a +3", "content ab"]);
    trial.seconds(1).expect(&[CONTENT_FAULT]);
    let mut trial = Trial::new();
    trial.receive(POST).wait(CONTENT_TIMEOUT - MOMENT).receive("abc").expect(&["POST / at a +3", "content abc", "end"]);
}

#[test]
fn a_timeout_ahead_of_its_time_means_nothing() {
    let mut trial = Trial::new();
    trial.seconds(59);
    trial.connection.handle_timeout(trial.now);
    trial.receive("").expect(&[]).receive(GET).expect(&["GET / at a"]);
}

#[test]
fn a_timeout_that_meets_the_end_of_a_head_is_forgotten() {
    let mut trial = Trial::new();
    trial.receive(&GET[..5]);
    trial.now = trial.now + HEAD_TIMEOUT;
    trial.connection.handle_timeout(trial.now);
    trial.receive(&GET[5..]).expect(&["GET / at a"]).receive("").expect(&[]);
    assert!(trial.connection.is_idle());
}

#[test]
fn an_end_between_requests_closes() {
    Trial::new().end().expect(&["closed Peer"]).expect_out("");
    Trial::new().receive(GET).end().expect(&["GET / at a", "closed Peer"]);
    Trial::new().receive(format!("{GET}\r\n")).end().expect(&["GET / at a", "closed Peer"]);
}

#[test]
fn an_end_within_a_request_is_a_fault() {
    for input in ["G", "\r", "GET / HTTP/1.1\r\nHost: a\r\n", &GET[..GET.len() - 1]] {
        Trial::new().receive(input).end().expect(&[TRUNCATED]);
    }
    Trial::new().receive(POST).end().expect(&["POST / at a +3", TRUNCATED]);
    Trial::new().receive(format!("{POST}ab")).end().expect(&["POST / at a +3", "content ab", TRUNCATED]);
}

#[test]
fn what_came_before_the_end_is_answered() {
    let mut trial = Trial::silent();
    trial.receive(format!("{GET}{GET}GET /l")).end().expect(&["GET / at a"]);
    trial.answer().expect(&["GET / at a"]).answer().expect(&[TRUNCATED]);
}

#[test]
fn the_next_request_waits_for_the_response() {
    let mut trial = Trial::silent();
    trial.receive(format!("{POST}abc{BEHIND}")).expect(&["POST / at a +3", "content abc", "end"]);
    trial.receive(GET).expect(&[]).answer().expect(&["GET /behind at b"]).answer().expect(&["GET / at a"]);
    trial.answer().expect(&[]);
    assert!(trial.connection.is_idle());
}

#[test]
fn an_early_answer_closes() {
    let mut trial = Trial::silent();
    trial.receive(format!("{POST}a")).expect(&["POST / at a +3", "content a"]);
    let stream = crate::StreamId(0);
    assert!(!trial.connection.respond_ready(stream));
    let date = super::DATE;
    trial.connection.respond(stream, Status::METHOD_NOT_ALLOWED, &[], Some(0), date, &mut trial.out);
    trial.connection.finish(stream, &mut trial.out);
    assert!(trial.connection.is_closing());
    trial.receive(format!("bc{BEHIND}")).expect(&[]);
    trial.expect_out(
        "HTTP/1.1 405 Method Not Allowed\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
}

#[test]
fn after_a_fault_nothing_is_read_or_kept() {
    let mut trial = Trial::silent();
    trial.receive(format!("GET\r\n{BEHIND}")).expect(&["fault 400: the method is not a token"]);
    assert!(trial.connection.take_kept().is_none());
    assert_eq!(trial.connection.poll_deadline(), None);
    trial.answer().receive(BEHIND).expect(&[]);
    assert!(trial.connection.is_closing());
}

#[test]
fn after_the_last_request_nothing_is_read_or_kept() {
    let close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let mut trial = Trial::silent();
    trial.receive(format!("{close}{BEHIND}")).expect(&["GET / at a"]);
    assert!(trial.connection.take_kept().is_none());
    trial.answer().expect(&[]);
    assert!(trial.connection.is_closing());
}

#[test]
fn draining_ends_with_the_response_under_way() {
    let mut trial = Trial::silent();
    trial.receive(GET);
    trial.connection.refuse_more();
    assert!(!trial.connection.is_closing());
    trial.receive(BEHIND).answer().expect(&["GET / at a"]);
    assert!(trial.connection.is_closing());
    trial.expect_out("HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\n");
}

#[test]
fn draining_lets_a_request_finish_that_has_begun() {
    let mut trial = Trial::new();
    trial.receive("GET /");
    trial.connection.refuse_more();
    trial.receive(" HTTP/1.1\r\nHost: a\r\n\r\n").receive(BEHIND).expect(&["GET / at a"]);
    assert!(trial.connection.is_closing());
}

#[test]
fn idle_is_between_requests_with_nothing_kept() {
    let mut trial = Trial::silent();
    assert!(trial.connection.is_idle());
    trial.receive("G");
    assert!(!trial.connection.is_idle());
    trial.receive(&GET[1..]);
    assert!(!trial.connection.is_idle());
    trial.answer();
    assert!(trial.connection.is_idle());
}
