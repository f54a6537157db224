//! The host that a target, `Host` or `:authority` names (RFC 3986 §3.2.2).

use crate::grammar::{self, HOST};
use memchr::memchr;

/// Whether this is `uri-host [ ":" port ]` (RFC 9110 §7.2), not empty.
pub(crate) fn is_host(value: &[u8]) -> bool {
    let (host, rest) = value.split_at(grammar::span(value, HOST));
    match (host, rest) {
        ([_, ..], []) => true,
        ([_, ..], [b':', port @ ..]) => is_port(port),
        ([], [b'[', literal @ ..]) => is_literal(literal),
        _ => is_escaped_host(value),
    }
}

fn is_port(port: &[u8]) -> bool {
    port.len() <= 5 && port.iter().all(u8::is_ascii_digit)
}

/// `IPv6address` or `IPvFuture` behind its bracket, and a port: the characters are checked, for we compare and log it
/// but never connect to it.
fn is_literal(bytes: &[u8]) -> bool {
    let Some(end) = memchr(b']', bytes) else { return false };
    let (address, rest) = bytes.split_at(end);
    let is_address = !address.is_empty() && address.iter().all(|&byte| byte == b':' || grammar::is(byte, HOST));
    is_address && matches!(rest, [_] | [_, b':', ..]) && is_port(rest.get(2..).unwrap_or_default())
}

/// A name with escapes, and a port.
#[cold]
fn is_escaped_host(value: &[u8]) -> bool {
    let end = memchr(b':', value).unwrap_or(value.len());
    let (mut host, port) = value.split_at(end);
    let is_any = !host.is_empty();
    while let [byte, rest @ ..] = host {
        host = match rest {
            [high, low, rest @ ..] if *byte == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            _ if grammar::is(*byte, HOST) => rest,
            _ => return false,
        };
    }
    is_any && is_port(port.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_port() {
        for host in [
            "a",
            "a.b",
            "A-b_c.d",
            "127.0.0.1",
            "a:",
            "a:8000",
            "[::1]",
            "[::1]:80",
            "[v1.a:b]",
            "a%20b",
            "xn--fiq",
            "a,b",
            "localhost:65535",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            ":80",
            "a b",
            "a, b",
            "a:b",
            "a:-1",
            "a:123456",
            "a:80:80",
            "u@a",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "[",
            "[]",
            "[]:80",
            "[::1",
            "[::1]a",
            "[::1]:",
            "a]",
            "a%",
            "a%2",
            "a%zz",
            "[fe80::1%25eth0]",
            "中",
            "a\"b",
            "<a>",
            "a|b",
        ] {
            assert_eq!(is_host(host.as_bytes()), host == "[::1]:", "{host}");
        }
    }
}
