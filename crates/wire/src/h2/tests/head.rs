//! RFC 9113 §8.2, §8.3: what is a request, and what is not.

use super::*;

fn with(lines: &[(&str, &str)]) -> Vec<u8> {
    headers(1, true, &[GET, lines].concat())
}

#[track_caller]
fn check_malformed(lines: &[(&str, &str)], reason: &str) {
    check_reset(headers(1, true, lines), 1, "PROTOCOL_ERROR", reason);
}

#[track_caller]
fn check_with(lines: &[(&str, &str)], reason: &str) {
    check_malformed(&[GET, lines].concat(), reason);
}

/// Answered with a status on its stream.
#[track_caller]
fn check_status(lines: &[(&str, &str)], status: u16, reason: &str) {
    check(
        headers(1, true, lines),
        &[&format!("1 fault of stream {status}: {reason}")],
        &[&format!("HEADERS 1 end :status={status} content-length=0")],
    );
}

#[test]
fn lines_are_as_in_http_1() {
    check(
        with(&[("user-agent", "x y"), ("accept", "*/*"), ("empty", ""), ("te", "trailers")]),
        &["1 GET / at a user-agent: x y\\r\\naccept: */*\\r\\nempty: \\r\\nte: trailers\\r\\n"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn crumbs_of_cookies_are_one_line() {
    check(
        with(&[("cookie", "a=b"), ("x", "y"), ("cookie", "c=d"), ("cookie", "e=f")]),
        &["1 GET / at a x: y\\r\\ncookie: a=b; c=d; e=f\\r\\n"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn the_host_is_that_of_authority_or_of_the_field() {
    let line = |authority: &'static str, host: &'static str| {
        let mut lines = alloc::vec![(":method", "GET"), (":scheme", "http"), (":path", "/")];
        if !authority.is_empty() {
            lines.push((":authority", authority));
        }
        if !host.is_empty() {
            lines.push(("host", host));
        }
        lines
    };
    check(headers(1, true, &line("a:80", "")), &["1 GET / at a:80"], &["HEADERS 1 end :status=204"]);
    check(headers(1, true, &line("", "b")), &["1 GET / at b host: b\\r\\n"], &["HEADERS 1 end :status=204"]);
    check(headers(1, true, &line("A", "a")), &["1 GET / at A host: a\\r\\n"], &["HEADERS 1 end :status=204"]);
    check_malformed(&line("a", "b"), ":authority and Host differ");
    check_malformed(&line("u@a", ""), "invalid host");
    check_malformed(&line("a", "a/"), "invalid host");
    check_malformed(&[&line("", "a")[..], &[("host", "a")]].concat(), "more than one Host field");
    check_status(&line("", ""), 400, "no Host field");
}

#[test]
fn pseudo_fields_are_there_once_and_first() {
    for at in [0, 1, 3] {
        let mut lines = GET.to_vec();
        lines.remove(at);
        check_malformed(&lines, "pseudo-fields missing");
    }
    for at in 0..4 {
        check_malformed(&[GET, &GET[at..=at]].concat(), "pseudo-field that is unknown, repeated or out of place");
    }
    for name in [":status", ":protocol", ":x", ":", ":Method"] {
        check_malformed(&[&[(name, "200")], GET].concat(), "pseudo-field that is unknown, repeated or out of place");
    }
    check_malformed(
        &[&GET[..3], &[("a", "b")], &GET[3..]].concat(),
        "pseudo-field that is unknown, repeated or out of place",
    );
}

#[test]
fn methods_and_targets_are_those_of_http() {
    let line = |method: &'static str, path: &'static str| {
        [(":method", method), (":scheme", "http"), (":authority", "a"), (":path", path)]
    };
    for path in ["", "a", "http://a/", "/a b", "/a#b", "/\u{7f}", "/\r\n", "*", "?a"] {
        check_malformed(&line("GET", path), "invalid request target");
    }
    for method in ["", "G T", "GET\r\n", "(", "G:"] {
        check_malformed(&line(method, "/"), "the method is not a token");
    }
    check(headers(1, true, &line("OPTIONS", "*")), &["1 OPTIONS * at a"], &["HEADERS 1 end :status=204"]);
    check(
        headers(1, true, &line("BREW", "/\u{e9}?%zz")),
        &["1 BREW /\\xc3\\xa9?%zz at a"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn connect_has_an_authority_and_nothing_else() {
    check(
        headers(1, true, &[(":method", "CONNECT"), (":authority", "a:443")]),
        &["1 CONNECT a:443 at a:443"],
        &["HEADERS 1 end :status=204"],
    );
    check_malformed(&[(":method", "CONNECT"), (":authority", "a:443"), (":scheme", "http")], "pseudo-fields missing");
    check_malformed(&[(":method", "CONNECT"), ("host", "a:443")], "pseudo-fields missing");
}

#[test]
fn https_is_for_secured_connections() {
    let line = |scheme: &'static str| [(":method", "GET"), (":scheme", scheme), (":authority", "a"), (":path", "/")];
    let reason = "https target on a connection without TLS";
    check_status(&line("https"), 421, reason);
    check_status(&line("ftp"), 421, "scheme that is neither http nor https");
    check(headers(1, true, &line("HTTP")), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
}

#[test]
fn names_are_tokens_in_lower_case() {
    check_with(&[("Accept", "a")], "field name with an upper-case letter");
    for name in ["", "a b", "a:", "a\r\n", "\u{e9}", "a\0"] {
        check_with(&[(name, "a")], "field line: the name is not a token");
    }
}

#[test]
fn values_have_no_control_characters_and_no_space_around() {
    for value in ["a\r\nb: c", "a\nb", "a\0", "\u{7f}", " a", "a ", "\ta", "a\t", "\u{1}"] {
        check_with(&[("x", value)], "field line: control character in the value");
    }
    check(with(&[("x", "a \tb\u{e9}")]), &["1 GET / at a x: a \\tb\\xc3\\xa9\\r\\n"], &["HEADERS 1 end :status=204"]);
}

#[test]
fn fields_of_a_connection_are_refused() {
    for line in [
        ("connection", "close"),
        ("keep-alive", "1"),
        ("proxy-connection", "a"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("te", "gzip"),
        ("te", "trailers, gzip"),
    ] {
        check_with(&[line], "field that belongs to a connection of HTTP/1.1");
    }
}

#[test]
fn content_length_is_one_number() {
    for value in ["x", "-1", "+1", "1, 1", "99999999999999999999", ""] {
        check_with(&[("content-length", value)], "Content-Length is not one number");
    }
    check_with(&[("content-length", "0"), ("content-length", "0")], "Content-Length is not one number");
    check_with(&[("content-length", "1")], "content is not as long as Content-Length says");
    check(with(&[("content-length", "0")]), &["1 GET / at a content-length: 0\\r\\n"], &["HEADERS 1 end :status=204"]);
}

#[test]
fn an_unknown_expectation_is_417() {
    check_status(&[GET, &[("expect", "a")]].concat(), 417, "unknown expectation");
    // Nothing follows that could wait.
    check(
        with(&[("expect", "100-Continue")]),
        &["1 GET / at a expect: 100-Continue\\r\\n"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn what_is_too_long_is_answered() {
    let path = alloc::format!("/{}", "a".repeat(8 * 1024));
    check_status(
        &[(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", &path)],
        414,
        "request target too long (more than 8192 bytes)",
    );
    let long = "a".repeat(10_000);
    let lines = [GET, &[("x", &long), ("y", &long)]].concat();
    let block = block(&lines);
    let input = [
        frame(kind::HEADERS, flag::END_STREAM, 1, &block[..10_000]),
        frame(kind::CONTINUATION, flag::END_HEADERS, 1, &block[10_000..]),
    ];
    check(
        input.concat(),
        &["1 fault of stream 431: request head too long (more than 16384 bytes)"],
        &["HEADERS 1 end :status=431 content-length=0"],
    );
    let many = [("x", "y"); 101];
    check_status(&[GET, &many].concat(), 431, "too many field lines (more than 100)");
    check_status(&[GET, &[("cookie", "a"); 181]].concat(), 431, "too many cookies (more than 180)");
    // As many as may be.
    let mut trial = Trial::open();
    trial.receive(headers(1, true, &[GET, &[("cookie", "a"); 180], &many[..99]].concat()));
    assert!(trial.events[0].starts_with("1 GET / at a x: y"), "{:?}", trial.events);
}

#[test]
fn a_malformed_head_leaves_the_tables_as_they_should_be() {
    let mut encoder = Encoder::new();
    let agent = ("content-type", "something that is indexed");
    let bad = indexed(&mut encoder, 1, &[("Upper", "x"), agent]);
    let good = indexed(&mut encoder, 3, &[GET, &[agent]].concat());
    assert!(good.len() < 30, "it is indexed");
    check(
        [bad, good].concat(),
        &[
            "1 fault of stream: field name with an upper-case letter",
            "3 GET / at a content-type: something that is indexed\\r\\n",
        ],
        &["RST_STREAM 1 PROTOCOL_ERROR", "HEADERS 3 end :status=204"],
    );
}
