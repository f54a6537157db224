//! The four forms of a request target (RFC 9112 §3.2).
//!
//! ```text
//! origin-form     /path?query
//! absolute-form   http://host:port/path?query
//! authority-form  host:port                     only CONNECT
//! asterisk-form   *                             only OPTIONS
//! ```

use crate::fault::Reason;
use crate::host::is_host;
use semantics::Method;

/// What stands on this server, and which server is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split<'a> {
    pub(crate) target: &'a [u8],
    /// Empty: `Host` says it.
    pub(crate) authority: &'a [u8],
}

/// Takes a target apart. Its bytes are checked before.
#[inline]
pub(crate) fn split<'a>(method: &Method<'_>, target: &'a [u8]) -> Result<Split<'a>, Reason> {
    match target {
        [b'/', ..] if *method != Method::Known(b"CONNECT") => Ok(Split { target, authority: &[] }),
        b"*" if *method == Method::Options => Ok(Split { target, authority: &[] }),
        _ => split_authority(method, target),
    }
}

#[cold]
fn split_authority<'a>(method: &Method<'_>, target: &'a [u8]) -> Result<Split<'a>, Reason> {
    if *method == Method::Known(b"CONNECT") {
        // RFC 9110 §9.3.6: a tunnel to no port or an invalid one is refused; to all others we say 405.
        return match is_host(target) && has_port(target) {
            true => Ok(Split { target, authority: target }),
            false => Err(Reason::InvalidTarget),
        };
    }
    // RFC 9110 §7.4: what is `https` must come by a secured connection.
    if strip_prefix(target, b"https://").is_some() {
        return Err(Reason::UnsecuredConnection);
    }
    let rest = strip_prefix(target, b"http://").ok_or(Reason::InvalidTarget)?;
    let end = rest.iter().position(|&byte| byte == b'/' || byte == b'?').unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let target = match rest {
        // An empty path is the same as `/` (RFC 9110 §4.2.3); who reads the target knows that.
        [b'/' | b'?', ..] => rest,
        // RFC 9112 §3.2.4: OPTIONS for an absolute target without a path asks about the server.
        [] if *method == Method::Options => b"*",
        _ => b"/",
    };
    // Neither userinfo (RFC 9110 §4.2.4) nor an empty host (§4.2.1) has a meaning here.
    if is_host(authority) { Ok(Split { target, authority }) } else { Err(Reason::InvalidTarget) }
}

/// A scheme is the same in either case (RFC 3986 §3.1).
fn strip_prefix<'a>(target: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = target.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Whether a valid host ends with a port that can be connected to.
fn has_port(host: &[u8]) -> bool {
    let digits = host.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (host, port) = host.split_at(host.len() - digits);
    let number = port.iter().fold(0_u32, |number, digit| 10 * number + u32::from(digit - b'0'));
    host.ends_with(b":") && (1..=0xFFFF).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, input: &str, expected: Result<(&str, &str), Reason>) {
        let split = split(&Method::from_token(method.as_bytes()), input.as_bytes());
        let expected =
            expected.map(|(target, authority)| Split { target: target.as_bytes(), authority: authority.as_bytes() });
        assert_eq!(split, expected, "{method} {input}");
    }

    #[test]
    fn origin_form_is_a_target_as_it_is() {
        check("GET", "/", Ok(("/", "")));
        check("GET", "/a?b=http://c/", Ok(("/a?b=http://c/", "")));
        check("GET", "//a/b", Ok(("//a/b", "")));
        check("OPTIONS", "/*", Ok(("/*", "")));
    }

    #[test]
    fn absolute_form_is_a_target_and_a_host() {
        check("GET", "http://a/b?c", Ok(("/b?c", "a")));
        check("GET", "HTTP://a:80/", Ok(("/", "a:80")));
        check("GET", "http://a", Ok(("/", "a")));
        check("GET", "http://a?b/c", Ok(("?b/c", "a")));
        check("OPTIONS", "http://a:80?", Ok(("?", "a:80")));
        check("OPTIONS", "http://a", Ok(("*", "a")));
        check("OPTIONS", "http://a/", Ok(("/", "a")));
        check("GET", "http://[::1]:8000/b", Ok(("/b", "[::1]:8000")));
    }

    #[test]
    fn absolute_form_without_a_host_or_with_more_is_refused() {
        for target in [
            "http://",
            "http:///a",
            "http://:80/",
            "http://?a",
            "http://u@a/",
            "http://u:p@a/",
            "http://a:b/",
            "http://a:123456/",
            "?b",
            "http://a\\b/",
            "http://[::1/",
            "http:/a",
            "http:a",
            "ftp://a/",
            "a",
            "a/b",
        ] {
            check("GET", target, Err(Reason::InvalidTarget));
        }
    }

    #[test]
    fn https_is_refused_where_nothing_is_secured() {
        check("GET", "https://a/", Err(Reason::UnsecuredConnection));
        check("GET", "HTTPS://a/", Err(Reason::UnsecuredConnection));
    }

    #[test]
    fn asterisk_form_is_for_options_alone() {
        check("OPTIONS", "*", Ok(("*", "")));
        check("GET", "*", Err(Reason::InvalidTarget));
        check("OPTIONS", "*a", Err(Reason::InvalidTarget));
        check("options", "*", Err(Reason::InvalidTarget));
    }

    #[test]
    fn authority_form_is_for_connect_alone() {
        check("CONNECT", "a:443", Ok(("a:443", "a:443")));
        check("CONNECT", "[::1]:443", Ok(("[::1]:443", "[::1]:443")));
        check("GET", "a:443", Err(Reason::InvalidTarget));
        for target in
            ["a", "a:", "a:0", "a:65536", "a:99999", ":443", "u@a:443", "/", "*", "http://a:443/", "[::1]", "443"]
        {
            check("CONNECT", target, Err(Reason::InvalidTarget));
        }
    }
}
