//! The content of requests (RFC 9112 §6, §7).

use super::{Trial, check};
use alloc::format;

fn chunked(chunks: &str) -> alloc::string::String {
    format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

#[test]
fn chunks_are_joined() {
    check(
        chunked("3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"),
        &["POST / at a +chunks", "content abc0123456789", "end"],
    );
    check(chunked("0\r\n\r\n"), &["POST / at a +chunks", "end"]);
    check(chunked("0000000000000000\r\n\r\n"), &["POST / at a +chunks", "end"]);
    check(chunked("4\r\n\r\n0\r\r\n0\r\n\r\n"), &["POST / at a +chunks", r"content \r\n0\r", "end"]);
}

#[test]
fn extensions_and_trailers_are_passed_over() {
    check(chunked("1;a=b;c=\"d\"\r\nx\r\n0 \t;\u{e9}\r\n\r\n"), &["POST / at a +chunks", "content x", "end"]);
    check(chunked("0\r\nA: b\r\nContent-Length:5\r\nHost:\r\n\r\n"), &["POST / at a +chunks", "end"]);
}

#[test]
fn get_may_have_content() {
    check("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", &["GET / at a +1", "content x", "end"]);
}

#[test]
fn an_incomplete_content_waits() {
    check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc", &["POST / at a +5", "content abc"]);
    check(chunked("5\r\nabc"), &["POST / at a +chunks", "content abc"]);
    check(chunked("0\r\n"), &["POST / at a +chunks"]);
    check(chunked("0\r\n\r"), &["POST / at a +chunks"]);
}

const EXPECTING: &str = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";

#[test]
fn a_peer_that_waits_is_told_to_continue_once() {
    let mut trial = Trial::new();
    trial.receive(EXPECTING).expect(&["POST / at a +1 expects 100"]).expect_out("HTTP/1.1 100 Continue\r\n\r\n");
    trial.connection.proceed(&mut trial.out);
    trial.expect_out("");
    trial.receive("x").expect(&["content x", "end"]);
}

#[test]
fn a_peer_that_has_sent_content_waits_no_more() {
    let mut trial = Trial::silent();
    trial.receive(EXPECTING).receive("x").expect(&["POST / at a +1 expects 100", "content x", "end"]);
    trial.connection.proceed(&mut trial.out);
    trial.expect_out("");
}

#[test]
fn nothing_is_to_continue_without_content_or_in_http_1_0_or_where_it_is_too_large() {
    check("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", &["GET / at a"]);
    check("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", &["GET / at a"]);
    check(
        "GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        &["GET / at  +1", "content x", "end"],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n",
        &["GET / at a +1048577", "fault 413: content too large (more than 1048576 bytes)"],
    );
}

#[test]
fn other_expectations_are_refused() {
    for value in ["x", "", "100-continue, x", "100-continue, 100-continue", "100"] {
        super::check_fields(&format!("Expect: {value}\r\nContent-Length: 1\r\n"), "417: unknown expectation");
    }
    super::check_fields("Expect: 100-continue\r\nExpect: 100-continue\r\n", "417: unknown expectation");
}
