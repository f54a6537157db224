//! Each limit: what just fits, and what does not.

use super::{check, check_fault, events};
use crate::limit::{
    CONTENT_BYTES_MAX, FIELD_LINES_MAX, FRAMING_BYTES_MAX, HEAD_BYTES_MAX, REQUEST_LINE_BYTES_MAX, TARGET_BYTES_MAX,
};
use alloc::format;
use alloc::string::String;

/// A head of that many bytes in all.
fn head(length: usize) -> String {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    format!("{start}{}\r\n\r\n", "x".repeat(length - start.len() - 4))
}

#[test]
fn a_head_of_the_greatest_length_is_read_and_one_byte_more_is_not() {
    let fault = "431: request head too long (more than 16384 bytes)";
    check(head(HEAD_BYTES_MAX), &["GET / at a"]);
    check_fault(head(HEAD_BYTES_MAX + 1), fault);
    check_fault(head(3 * HEAD_BYTES_MAX), fault);
    // Without an end in sight.
    check_fault(&head(HEAD_BYTES_MAX + 1)[..HEAD_BYTES_MAX], fault);
    check(&head(HEAD_BYTES_MAX + 1)[..HEAD_BYTES_MAX - 1], &[]);
}

#[test]
fn an_empty_line_ahead_does_not_count() {
    check(format!("\r\n{}", head(HEAD_BYTES_MAX)), &["GET / at a"]);
}

#[test]
fn a_broken_line_within_the_limit_is_told_before_the_limit() {
    check_fault(
        format!("GET / HTTP/1.1\r\nbad\r\n{}", head(2 * HEAD_BYTES_MAX)),
        "400: field line: the name is not a token",
    );
}

#[test]
fn a_target_of_the_greatest_length_is_read_and_one_byte_more_is_not() {
    let fault = "414: request target too long (more than 8192 bytes)";
    let target = |length: usize| "/".repeat(length);
    let request = |length: usize| format!("OPTIONS {} HTTP/1.1\r\nHost: a\r\n\r\n", target(length));
    check(request(TARGET_BYTES_MAX), &[&format!("OPTIONS {} at a", target(TARGET_BYTES_MAX))]);
    check_fault(request(TARGET_BYTES_MAX + 1), fault);
    check_fault(request(REQUEST_LINE_BYTES_MAX), fault);
    check_fault(request(HEAD_BYTES_MAX), fault);
    check_fault(format!("GET {}", target(REQUEST_LINE_BYTES_MAX)), fault);
    check(format!("GET {}", target(REQUEST_LINE_BYTES_MAX - 5)), &[]);
}

#[test]
fn a_request_line_of_the_greatest_length_is_read_and_one_byte_more_is_not() {
    let target = "/".repeat(TARGET_BYTES_MAX);
    let method = "M".repeat(REQUEST_LINE_BYTES_MAX - TARGET_BYTES_MAX - "  HTTP/1.1\r\n".len());
    check(format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n"), &[&format!("{method} {target} at a")]);
    let fault = "414: request target too long (more than 8192 bytes)";
    check_fault(format!("M{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n"), fault);
}

#[test]
fn a_method_longer_than_a_request_line_is_not_implemented() {
    check_fault("M".repeat(REQUEST_LINE_BYTES_MAX), "501: request line: method too long");
    check_fault("M".repeat(2 * HEAD_BYTES_MAX), "501: request line: method too long");
    check("M".repeat(REQUEST_LINE_BYTES_MAX - 1), &[]);
}

#[test]
fn as_many_field_lines_as_allowed_are_read_and_one_more_is_not() {
    let lines = |count: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "x: y\r\n".repeat(count - 1));
    check(lines(FIELD_LINES_MAX), &["GET / at a"]);
    check_fault(lines(FIELD_LINES_MAX + 1), "431: too many field lines (more than 100)");
    check_fault(lines(FIELD_LINES_MAX + 50), "431: too many field lines (more than 100)");
}

#[test]
fn a_content_of_the_greatest_length_is_read_and_one_byte_more_is_not() {
    let post = |length: u64| format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let fault = "fault 413: content too large (more than 1048576 bytes)";
    check(post(CONTENT_BYTES_MAX + 1), &["POST / at a +1048577", fault]);
    check(post(u64::MAX), &[&format!("POST / at a +{}", u64::MAX), fault]);
    let whole = format!("{}{}", post(CONTENT_BYTES_MAX), "x".repeat(CONTENT_BYTES_MAX as usize));
    let trial = events([whole.as_bytes()]);
    assert_eq!((trial.events.len(), trial.events[2].as_str()), (3, "end"));
}

#[test]
fn chunks_are_limited_together() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let half = format!("80000\r\n{}\r\n", "x".repeat(0x80000));
    let whole = events([format!("{post}{half}{half}0\r\n\r\n").as_bytes()]);
    assert_eq!(whole.events[2..], ["end"]);
    let more = events([format!("{post}{half}{half}1\r\nx\r\n0\r\n\r\n").as_bytes()]);
    assert_eq!(more.events[2..], ["fault 413: content too large (more than 1048576 bytes)"]);
    check(
        format!("{post}100001\r\n"),
        &["POST / at a +chunks", "fault 413: content too large (more than 1048576 bytes)"],
    );
}

#[test]
fn extensions_and_trailers_are_limited_together() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let fault = "fault 400: chunk extensions and trailers too long (more than 8192 bytes)";
    let most = FRAMING_BYTES_MAX as usize;
    check(format!("{post}0;{}\r\n\r\n", "e".repeat(most)), &["POST / at a +chunks", "end"]);
    check(format!("{post}0;{}", "e".repeat(most + 1)), &["POST / at a +chunks", fault]);
    check(format!("{post}0{}", " ".repeat(most + 1)), &["POST / at a +chunks", fault]);
    check(
        format!("{post}0;{}\r\na:{}\r\n\r\n", "e".repeat(most / 2), "t".repeat(most / 2)),
        &["POST / at a +chunks", fault],
    );
    check(format!("{post}0\r\n{}", "t".repeat(most + 1)), &["POST / at a +chunks", fault]);
    check(format!("{post}0\r\n{}", "t:\r\n".repeat(most + 1)), &["POST / at a +chunks", fault]);
    let chunks = "1;ext\r\nx\r\n".repeat(most / 3 + 1);
    assert_eq!(events([format!("{post}{chunks}").as_bytes()]).events[2..], [fault]);
}
