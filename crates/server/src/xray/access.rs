//! Who may look: whoever sits at this machine, and nobody who only makes a browser at this machine ask.
//!
//! Requests tell of people. So the pages of the X-ray are there for clients by loopback that ask for a loopback name: a page from
//! elsewhere whose name was made to lead here (DNS rebinding) asks for its own name, and one that asks across origins says so. A proxy
//! on this machine comes by loopback too, for others; those that tell are not let in.

use crate::known::Known;
use semantics::{RequestHead, Version};
use std::net::IpAddr;

/// What becomes of a client that asks for the pages of the X-ray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may look.
    Open,
    /// There is no such page for it.
    Missing,
    /// Its browser asks for somebody else.
    Refused,
}

/// Whether this client may look.
pub(crate) fn access(head: &RequestHead<'_>, known: Known) -> Access {
    if !known.is_local || !is_loopback_name(head.authority) || is_forwarded(head) {
        return Access::Missing;
    }
    if is_cross_origin(head) { Access::Refused } else { Access::Open }
}

/// `localhost`, `a.localhost` (RFC 6761 §6.3), `127.0.0.1`, `[::1]`, each with a port or without.
fn is_loopback_name(authority: &[u8]) -> bool {
    let Ok(authority) = std::str::from_utf8(authority) else { return false };
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_address = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}

/// Whether it came through a proxy: one that says so, or one that speaks as those do that say nothing.
fn is_forwarded(head: &RequestHead<'_>) -> bool {
    const MARKS: [&[u8]; 5] = [b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"];
    let is_mark = |name: &[u8]| MARKS.iter().any(|mark| name.eq_ignore_ascii_case(mark));
    head.version == Version::Http10 || head.fields.lines().any(|(name, _)| is_mark(name))
}

/// Whether a page of another origin makes the browser ask.
fn is_cross_origin(head: &RequestHead<'_>) -> bool {
    head.fields.lines().any(|(name, value)| {
        // Of one who types the address or follows a bookmark, it is `none`.
        let is_elsewhere = name.eq_ignore_ascii_case(b"sec-fetch-site") && !matches!(value, b"same-origin" | b"none");
        let ours = |scheme: &[u8]| value.strip_prefix(scheme) == Some(head.authority);
        is_elsewhere || name.eq_ignore_ascii_case(b"origin") && !ours(b"http://") && !ours(b"https://")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::OwnedHead;
    use semantics::{Fields, Method};

    #[track_caller]
    fn check(is_local: bool, version: Version, authority: &str, section: &str, expected: Access) {
        let mut fields = Fields::new();
        fields.set_section(section.as_bytes());
        let head =
            RequestHead { method: Method::Get, target: b"/-/xray", authority: authority.as_bytes(), version, fields };
        let head = OwnedHead::new(&head);
        let known = Known { is_local, ..Known::default() };
        assert_eq!(access(&head.head(), known), expected, "{authority} {section}");
    }

    #[test]
    fn whoever_sits_here_may_look() {
        for authority in
            ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "site.localhost:80", "[::1]:8000", "127.8.9.1", "localhost."]
        {
            check(true, Version::Http11, authority, "", Access::Open);
        }
        check(
            true,
            Version::Http2,
            "localhost",
            "Sec-Fetch-Site: same-origin\r\nOrigin: https://localhost\r\n",
            Access::Open,
        );
        check(true, Version::Http11, "localhost:1", "sec-fetch-site: none\r\n", Access::Open);
    }

    #[test]
    fn nobody_else_may() {
        check(false, Version::Http11, "localhost", "", Access::Missing);
        for authority in
            ["example.org", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "[::2]", "", "notlocalhost"]
        {
            check(true, Version::Http11, authority, "", Access::Missing);
        }
        for section in ["X-Forwarded-For: 192.0.2.1\r\n", "Forwarded: for=a\r\n", "Via: 1.1 a\r\n", "x-real-ip: a\r\n"]
        {
            check(true, Version::Http11, "localhost", section, Access::Missing);
        }
        check(true, Version::Http10, "localhost", "", Access::Missing);
        for section in [
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "Origin: http://evil\r\n",
            "Origin: null\r\n",
        ] {
            check(true, Version::Http11, "localhost", section, Access::Refused);
        }
    }
}
