//! Request heads (RFC 9112 §2, §3, §5).

use super::{check, check_fault, events};
use alloc::format;

#[test]
fn a_request_is_read() {
    check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &["GET / at a"]);
    check("HEAD /b?c HTTP/1.1\r\nhost:a.example:8000\r\n\r\n", &["HEAD /b?c at a.example:8000"]);
    check("OPTIONS * HTTP/1.1\r\nHOST: \t a \t\r\n\r\n", &["OPTIONS * at a"]);
    check("BREW /pot HTTP/1.1\r\nHost: a\r\nX: \u{e9}\t~\r\nEmpty:\r\n!#$%&'*+.^_`|~: 1\r\n\r\n", &["BREW /pot at a"]);
    check("GET /\u{4e2d}\"<>\\^`{|} HTTP/1.1\r\nHost: a\r\n\r\n", &[r#"GET /\xe4\xb8\xad\"<>\\^`{|} at a"#]);
}

#[test]
fn a_method_is_told_by_case() {
    check("get / HTTP/1.1\r\nHost: a\r\n\r\n", &["get / at a"]);
    check("GETS / HTTP/1.1\r\nHost: a\r\n\r\n", &["GETS / at a"]);
}

#[test]
fn pipelined_requests_come_in_order() {
    check(
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\
         GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
        &["GET /1 at a", "POST /2 at a +3", "content abc", "end", "GET /3 at a"],
    );
}

#[test]
fn one_empty_line_ahead_of_a_request_is_passed_over() {
    check("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &["GET / at a"]);
    let two = "\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    check(two, &["GET /1 at a", "GET /2 at a"]);
    check_fault("\r\n\r\n", "400: the method is not a token");
    check_fault("\nGET / HTTP/1.1\r\n", "400: a line ends with LF without CR");
    check_fault("\r\rGET / HTTP/1.1\r\n", "400: CR without LF");
    check_fault("\rGET / HTTP/1.1\r\n", "400: CR without LF");
}

#[test]
fn a_lone_return_ahead_of_a_request_waits_for_its_line_feed() {
    let mut trial = events([&b"\r"[..]]);
    trial.expect(&[]).receive("\n").expect(&[]);
    assert!(trial.connection.is_idle());
    trial.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n").expect(&["GET / at a"]);
    // And again, for the next request.
    trial.receive("\r").receive("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").expect(&["GET / at a"]);
}

#[test]
fn versions() {
    check("GET / HTTP/1.0\r\n\r\n", &["GET / at "]);
    check("GET / HTTP/1.9\r\nHost: a\r\n\r\n", &["GET / at a"]);
    for version in ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"] {
        check_fault(format!("GET / {version}\r\n"), "505: unsupported major version");
    }
    for version in [
        "http/1.1",
        "HTTP/1.10",
        "HTTP/11.1",
        "HTTP/1.",
        "HTTP/1",
        "HTTP/.1",
        "HTTP/1,1",
        "HTTP/1.1 ",
        "HTTP/1.1\t",
        " HTTP/1.1",
        "HTTP/ 1.1",
        "HTTPS/1.1",
        "HTTP/+1.1",
        "HTTP/1.a",
        "",
        "1.1",
        "ICE/1.0",
        "x HTTP/1.1",
        "HTTP/\u{661}.1",
    ] {
        check_fault(format!("GET / {version}\r\n"), "400: request line: invalid version");
    }
}

#[test]
fn http_0_9_is_refused_at_once() {
    check_fault("GET /\r\n", "400: request line: invalid version");
    check_fault("GET\r\n", "400: the method is not a token");
}

#[test]
fn a_request_line_has_two_single_spaces() {
    let method = "400: the method is not a token";
    let target = "400: invalid request target";
    check_fault("GET  / HTTP/1.1\r\n", target);
    check_fault("GET\t/ HTTP/1.1\r\n", method);
    check_fault("GET /\tHTTP/1.1\r\n", target);
    check_fault("GET /  HTTP/1.1\r\n", "400: request line: invalid version");
    check_fault(" GET / HTTP/1.1\r\n", method);
    check_fault("G\0T / HTTP/1.1\r\n", method);
    check_fault("G(T / HTTP/1.1\r\n", method);
    check_fault("G\u{e9}T / HTTP/1.1\r\n", method);
    check_fault("GET:/ HTTP/1.1\r\n", method);
}

#[test]
fn a_target_has_none_of_these() {
    for target in ["/a#b", "#", "/a\0", "/\x7F", "/\x0b", "/a\x0c", "a", "b/c", "*", "**", "//\x01"] {
        check_fault(format!("GET {target} HTTP/1.1\r\n"), "400: invalid request target");
    }
}

#[test]
fn absolute_form_replaces_the_host() {
    check("GET http://b:81/c?d HTTP/1.1\r\nHost: a\r\n\r\n", &["GET /c?d at b:81"]);
    check("OPTIONS HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", &["OPTIONS * at b"]);
    check("GET http://b HTTP/1.0\r\n\r\n", &["GET / at b"]);
    check_fault("GET http://b/ HTTP/1.1\r\n\r\n", "400: no Host field");
    check_fault("GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n", "400: invalid host");
    check_fault("GET http://u:p@b/ HTTP/1.1\r\n", "400: invalid request target");
    check_fault("GET http:///c HTTP/1.1\r\n", "400: invalid request target");
    check_fault("GET https://b/ HTTP/1.1\r\n", "421: https target on a connection without TLS");
}

#[test]
fn authority_form_is_for_connect() {
    check("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", &["CONNECT b:443 at b:443"]);
    check_fault("CONNECT / HTTP/1.1\r\n", "400: invalid request target");
}

#[test]
fn http_1_1_has_one_valid_host() {
    check_fault("GET / HTTP/1.1\r\n\r\n", "400: no Host field");
    check_fault("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400: more than one Host field");
    check_fault("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", "400: more than one Host field");
    for host in ["", "a, b", "a b", "a/b", "u@a", "a:b", "a:80:80", "[::1", "http://a", "a%", "a\\b", "\"a\""] {
        check_fault(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), "400: invalid host");
    }
}

#[test]
fn a_broken_line_is_refused_when_it_ends_not_when_the_head_does() {
    check_fault("GET / HTTP/1.1\r\nHost : a\r\n", "400: field line: space before the colon");
    check_fault("GET / HTTP/1.1\r\nbad\r\nbad\nbad\0\r\n\r\n", "400: field line: the name is not a token");
}

#[test]
fn a_tls_handshake_is_told_by_its_first_byte() {
    check_fault("\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03", "without a word: TLS handshake on a port without TLS");
    check_fault("\x16", "without a word: TLS handshake on a port without TLS");
}

#[test]
fn the_preface_of_http_2_is_told() {
    check_fault("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505: HTTP/2 preface on a port that speaks HTTP/1.1");
}

#[test]
fn no_field_is_lost_or_joined() {
    use crate::h1::RecentSections;
    use crate::h1::framing::Framing;
    use crate::h1::head::read;
    use alloc::vec::Vec;
    use semantics::{FieldName, Fields, Method, RequestHead, Version};
    let bytes = b"GET / HTTP/1.1\r\nHost: a\r\nAccept: b\r\naccept: c\r\nIf-Unmodified-Since: d\r\nX-Y_1:e\r\n\r\nrest";
    let mut head = RequestHead {
        method: Method::Get,
        target: &[],
        authority: &[],
        version: Version::Http10,
        fields: Fields::new(),
    };
    let read = read(bytes, &mut head, &mut RecentSections::new());
    assert_eq!(read, Ok((bytes.len() - 4, Framing::PLAIN)));
    let lines: Vec<_> = head.fields.lines().collect();
    let expected: [(&[u8], &[u8]); 5] =
        [(b"Host", b"a"), (b"Accept", b"b"), (b"accept", b"c"), (b"If-Unmodified-Since", b"d"), (b"X-Y_1", b"e")];
    assert_eq!(lines, expected);
    assert_eq!(head.field(FieldName::IfUnmodifiedSince), Some(&b"d"[..]));
    assert_eq!(head.fields.values(FieldName::Accept).collect::<Vec<_>>(), [b"b", b"c"]);
}
