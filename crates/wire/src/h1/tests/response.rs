//! What is written: heads, framing, and what is said about the connection (RFC 9112 §4, §6, §9).

use super::{DATE, Trial};
use crate::h1::ready_head;
use crate::{Sends, StreamId};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use semantics::{Field, Status};

const DATE_LINE: &str = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

/// What the response to the request is: status and length as given, one field, two pieces of content.
#[track_caller]
fn check(request: &str, status: Status, length: Option<u64>, expected: &str) -> Trial {
    let mut trial = Trial::silent();
    trial.receive(request);
    let fields = [Field { name: "A".into(), value: "b".into() }];
    let Some(stream) = trial.waiting.take() else { panic!("no request: {:?}", trial.events) };
    let (connection, out) = (&mut trial.connection, &mut trial.out);
    if connection.respond(stream, status, &fields, length, DATE, out) == Sends::Content {
        connection.frame(stream, b"first", out);
        connection.frame(stream, b"", out);
        connection.frame(stream, b"a second that is longer", out);
    }
    connection.finish(stream, out);
    assert_eq!(String::from_utf8_lossy(&trial.out), expected.replace("DATE", DATE_LINE));
    trial
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HEAD: &str = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
const OLD: &str = "GET / HTTP/1.0\r\n\r\n";

#[test]
fn a_known_length_is_said() {
    let trial = check(
        GET,
        Status::OK,
        Some(28),
        "HTTP/1.1 200 OK\r\nDATEA: b\r\nContent-Length: 28\r\n\r\nfirsta second that is longer",
    );
    assert!(trial.connection.is_idle());
    check(HEAD, Status::OK, Some(28), "HTTP/1.1 200 OK\r\nDATEA: b\r\nContent-Length: 28\r\n\r\n");
    check(
        HEAD,
        Status::OK,
        Some(u64::MAX),
        "HTTP/1.1 200 OK\r\nDATEA: b\r\nContent-Length: 18446744073709551615\r\n\r\n",
    );
}

#[test]
fn an_unknown_length_is_framed_in_chunks() {
    check(
        GET,
        Status::OK,
        None,
        "HTTP/1.1 200 OK\r\nDATEA: b\r\nTransfer-Encoding: chunked\r\n\r\n\
         5\r\nfirst\r\n17\r\na second that is longer\r\n0\r\n\r\n",
    );
    check(HEAD, Status::OK, None, "HTTP/1.1 200 OK\r\nDATEA: b\r\n\r\n");
}

#[test]
fn an_unknown_length_ends_with_the_connection_in_http_1_0() {
    let expected = "HTTP/1.1 200 OK\r\nDATEA: b\r\nConnection: close\r\n\r\nfirsta second that is longer";
    assert!(check(OLD, Status::OK, None, expected).connection.is_closing());
    let keep_alive = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    assert!(check(keep_alive, Status::OK, None, expected).connection.is_closing());
}

#[test]
fn some_statuses_have_neither_content_nor_length() {
    for length in [None, Some(0), Some(28)] {
        check(GET, Status::NO_CONTENT, length, "HTTP/1.1 204 No Content\r\nDATEA: b\r\n\r\n");
        check(GET, Status::NOT_MODIFIED, length, "HTTP/1.1 304 Not Modified\r\nDATEA: b\r\n\r\n");
    }
}

#[test]
fn content_that_must_not_be_sent_is_not_written() {
    for request in [HEAD, GET] {
        let mut trial = Trial::silent();
        trial.receive(request);
        let (connection, out) = (&mut trial.connection, &mut trial.out);
        let status = if request == GET { Status::NOT_MODIFIED } else { Status::OK };
        assert_eq!(connection.respond(StreamId(0), status, &[], None, DATE, out), Sends::Nothing);
        let head = out.len();
        connection.frame(StreamId(0), b"content", out);
        connection.finish(StreamId(0), out);
        assert_eq!(out.len(), head);
    }
}

/// Whether the connection goes on after that, and what the response says about it.
#[track_caller]
fn check_persistence(request: &str, goes_on: bool, said: &str) {
    let trial = check(
        request,
        Status::OK,
        Some(28),
        &format!("HTTP/1.1 200 OK\r\nDATEA: b\r\nContent-Length: 28\r\n{said}\r\nfirsta second that is longer"),
    );
    assert_eq!((trial.connection.is_idle(), trial.connection.is_closing()), (goes_on, !goes_on), "{request}");
    let mut trial = Trial::silent();
    trial.receive(request);
    assert_eq!(trial.connection.respond_ready(StreamId(0)), said.is_empty(), "{request}");
}

#[test]
fn a_connection_goes_on_or_not_as_version_and_field_say() {
    let (close, keep_alive) = ("Connection: close\r\n", "Connection: keep-alive\r\n");
    check_persistence(GET, true, "");
    check_persistence(OLD, false, close);
    let request = |version: &str, lines: &str| format!("GET / HTTP/{version}\r\nHost: a\r\n{lines}\r\n");
    for (lines, goes_on_1_1, goes_on_1_0) in [
        ("Connection: keep-alive\r\n", true, true),
        ("Connection: Keep-Alive\r\n", true, true),
        ("Connection: close\r\n", false, false),
        ("Connection: CLOSE\r\n", false, false),
        ("Connection: keep-alive, close\r\n", false, false),
        ("Connection: keep-alive\r\nConnection: close\r\n", false, false),
        ("Connection: close\r\nConnection: keep-alive\r\n", false, false),
        ("Connection: x,\tclose ,y\r\n", false, false),
        ("Connection: TE, keep-alive\r\n", true, true),
        ("Connection: upgrade\r\n", true, false),
        ("Connection: \"close\"\r\n", true, false),
        ("Connection:\r\n", true, false),
        ("Keep-Alive: timeout=5\r\n", true, false),
        ("Proxy-Connection: keep-alive\r\n", true, false),
    ] {
        check_persistence(&request("1.1", lines), goes_on_1_1, if goes_on_1_1 { "" } else { close });
        check_persistence(&request("1.0", lines), goes_on_1_0, if goes_on_1_0 { keep_alive } else { close });
    }
}

#[test]
fn the_answer_to_a_broken_head_says_that_it_is_the_last() {
    let mut trial = Trial::new();
    trial.receive("GET / HTTP/1.0\r\nBad Name: x\r\n\r\n");
    trial.expect_out(&format!("HTTP/1.1 400 Bad Request\r\n{DATE_LINE}Content-Length: 0\r\nConnection: close\r\n\r\n"));
}

/// What is sent for content that may be sent.
fn refusal(input: &str) -> Sends {
    let mut trial = Trial::silent();
    trial.receive(input);
    let Some(stream) = trial.waiting else { panic!("no fault: {:?}", trial.events) };
    trial.connection.respond(stream, Status::BAD_REQUEST, &[], Some(5), DATE, &mut trial.out)
}

#[test]
fn a_broken_head_request_gets_no_content_either() {
    assert_eq!(refusal("HEAD / HTTP/1.1\r\n\r\n"), Sends::Nothing);
    assert_eq!(refusal("HEAD / HTTP/1.1\r\nBad Name: x\r\n"), Sends::Nothing);
    assert_eq!(refusal("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx"), Sends::Nothing);
    assert_eq!(refusal("HEADER / HTTP/1.1\r\n\r\n"), Sends::Content);
    // That the request before was HEAD means nothing.
    let mut trial = Trial::new();
    trial.receive(HEAD).receive("GET / HTTP/1.1\r\n\r\n");
    assert!(trial.out.ends_with(b"Content-Length: 0\r\nConnection: close\r\n\r\n"));
    assert_eq!(refusal("GET / HTTP/1.1\r\n\r\n"), Sends::Content);
}

#[test]
fn a_ready_head_is_what_would_have_been_written() {
    let fields = [Field { name: "Content-Type".into(), value: "text/html".into() }];
    let (mut ready, date_at) = ready_head(Status::OK, &fields, Some(12));
    ready[date_at..date_at + DATE.len()].copy_from_slice(DATE);
    let mut trial = Trial::silent();
    trial.receive(GET);
    trial.connection.respond(StreamId(0), Status::OK, &fields, Some(12), DATE, &mut trial.out);
    assert_eq!(ready, trial.out);
}

#[test]
fn streams_are_counted() {
    let mut trial = Trial::silent();
    for number in 0..3 {
        trial.receive(GET);
        assert_eq!(trial.waiting, Some(StreamId(number)));
        trial.answer();
    }
    trial.receive("bad\r\n");
    assert_eq!(trial.waiting, Some(StreamId(3)));
}

#[test]
fn chunk_sizes_are_hexadecimal_without_leading_zeros() {
    for length in [1, 9, 10, 15, 16, 255, 256, 4095, 65536] {
        let mut out = Vec::new();
        crate::h1::encode::chunk(&alloc::vec![b'x'; length], &mut out);
        let expected = format!("{length:x}\r\n{}\r\n", "x".repeat(length));
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
