//! A request head: request line and header section (RFC 9112 §2.1, §3, §5).
//!
//! ```text
//! method SP request-target SP HTTP/1.1 CRLF
//! *( field-name ":" OWS field-value OWS CRLF )
//! CRLF
//! ```
//!
//! Two passes: [`search`] finds the end, and never looks at a byte twice however slowly they come; [`parse`] then reads
//! the whole. So a head given byte by byte makes the same events as one given at once.

use super::grammar::{self, HOST, TARGET, TOKEN};
use crate::fault::Reason;
use crate::limit;
use memchr::memchr;
use semantics::{FieldName, Fields, Method, RequestHead, Version};

/// What a search for the end of a head found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The head with its empty line ends here.
    End(usize),
    /// Not yet. Lines before this offset are looked at.
    NotYet(usize),
}

/// Looks for the empty line, from `searched` on: the start of a line.
///
/// Errs when a line ends without CR, or when no end can come any more within the limits.
pub(crate) fn search(bytes: &[u8], mut searched: usize) -> Result<Found, Reason> {
    // The first line break bounds the request line, even one whose end has not come.
    if searched == 0 {
        let Some(end) = memchr(b'\n', bytes) else {
            return match bytes.len() > limit::REQUEST_LINE_BYTES_MAX {
                true => Err(Reason::TargetTooLong),
                false => Ok(Found::NotYet(0)),
            };
        };
        if end >= limit::REQUEST_LINE_BYTES_MAX {
            return Err(Reason::TargetTooLong);
        }
        if end == 0 || bytes[end - 1] != b'\r' {
            return Err(Reason::BareLineFeed);
        }
        searched = end + 1;
    }
    while let Some(length) = memchr(b'\n', &bytes[searched..]) {
        let end = searched + length;
        if end >= limit::HEAD_BYTES_MAX {
            return Err(Reason::HeadTooLong);
        }
        if bytes[end - 1] != b'\r' {
            return Err(Reason::BareLineFeed);
        }
        searched = end + 1;
        if length == 1 {
            return Ok(Found::End(searched));
        }
    }
    match bytes.len() > limit::HEAD_BYTES_MAX {
        true => Err(Reason::HeadTooLong),
        false => Ok(Found::NotYet(searched)),
    }
}

/// A head, read.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) request: RequestHead<'a>,
    /// Of an absolute-form target, which replaces `Host` (RFC 9112 §3.2.2).
    pub(crate) has_authority: bool,
}

/// Reads a complete head, with its empty line at the end.
pub(crate) fn parse(bytes: &[u8]) -> Result<Head<'_>, Reason> {
    let length = grammar::span(bytes, TOKEN);
    let (method, rest) = bytes.split_at(length);
    let rest = match rest {
        [b' ', rest @ ..] if length > 0 => rest,
        _ => return Err(Reason::InvalidMethod),
    };
    let length = grammar::span(rest, TARGET);
    let (target, rest) = rest.split_at(length);
    let rest = match rest {
        [b' ', rest @ ..] if length > 0 => rest,
        _ => return Err(Reason::InvalidTarget),
    };
    if length > limit::TARGET_BYTES_MAX {
        return Err(Reason::TargetTooLong);
    }
    let (version, section) = match rest {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9', b'\r', b'\n', rest @ ..] => (Version::Http11, rest),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0', b'\r', b'\n', rest @ ..] => (Version::Http10, rest),
        [b'H', b'T', b'T', b'P', b'/', b'2', b'.', b'0', b'\r', b'\n', ..] if method == b"PRI" && target == b"*" => {
            return Err(Reason::Http2Preface);
        }
        [b'H', b'T', b'T', b'P', b'/', b'0' | b'2'..=b'9', b'.', b'0'..=b'9', b'\r', b'\n', ..] => {
            return Err(Reason::UnsupportedVersion);
        }
        _ => return Err(Reason::InvalidVersion),
    };
    let method = Method::from_token(method);
    let (target, authority) = split_target(&method, target)?;
    let mut request = RequestHead { method, target, authority: &[], version, fields: Fields::new() };
    read_fields(section, &mut request.fields)?;
    let has_authority = authority.is_some();
    request.authority = authority.unwrap_or_default();
    Ok(Head { request, has_authority })
}

/// The four forms of a target (RFC 9112 §3.2): what stands on this server, and which server is meant.
fn split_target<'a>(method: &Method<'_>, target: &'a [u8]) -> Result<(&'a [u8], Option<&'a [u8]>), Reason> {
    match (method.as_bytes(), target) {
        // authority-form: for a tunnel, which we are not; the method alone decides.
        (b"CONNECT", authority) => Ok((authority, None)),
        (_, [b'/', ..]) => Ok((target, None)),
        (b"OPTIONS", b"*") => Ok((target, None)),
        (method, _) => {
            let Some(rest) = strip_scheme(target) else { return Err(Reason::InvalidTarget) };
            let end = rest.iter().position(|&byte| byte == b'/' || byte == b'?').unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let target = match rest {
                [b'/', ..] => rest,
                // RFC 9112 §3.2.4: OPTIONS for an absolute target without a path asks about the server.
                [] if method == b"OPTIONS" => b"*",
                [] => b"/",
                // A query without a path: no client sends it, and no slice of it is a target.
                _ => return Err(Reason::InvalidTarget),
            };
            Ok((target, Some(authority)))
        }
    }
}

fn strip_scheme(target: &[u8]) -> Option<&[u8]> {
    [&b"http://"[..], b"https://"].iter().find_map(|scheme| {
        let (start, rest) = target.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// Reads the field lines, up to the empty line.
fn read_fields<'a>(section: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let mut rest = section;
    let mut count = 0;
    while !matches!(rest, [b'\r', b'\n']) {
        count += 1;
        if count > limit::FIELD_LINES_MAX {
            return Err(Reason::TooManyFieldLines);
        }
        let (name, value, next) = field_line(rest)?;
        if let Some(name) = FieldName::from_bytes(name) {
            fields.note(name, value);
        }
        rest = next;
    }
    fields.set_section(&section[..section.len() - rest.len()]);
    Ok(())
}

/// Name, value, and what stands behind the line.
type Line<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// Reads one field line (RFC 9112 §5).
fn field_line(bytes: &[u8]) -> Result<Line<'_>, Reason> {
    let length = grammar::span(bytes, TOKEN);
    let (name, rest) = bytes.split_at(length);
    let rest = match rest {
        [b':', rest @ ..] if length > 0 => rest,
        [b' ' | b'\t', ..] if length == 0 => return Err(Reason::ObsoleteFold),
        [b' ' | b'\t', rest @ ..] if is_colon_next(rest) => return Err(Reason::SpaceBeforeColon),
        _ => return Err(Reason::InvalidFieldName),
    };
    let length = grammar::value_span(rest);
    let (value, rest) = rest.split_at(length);
    match rest {
        [b'\r', b'\n', rest @ ..] => Ok((name, grammar::trim(value), rest)),
        [b'\r', ..] => Err(Reason::BareCarriageReturn),
        _ => Err(Reason::InvalidFieldValue),
    }
}

fn is_colon_next(bytes: &[u8]) -> bool {
    matches!(grammar::trim(bytes), [b':', ..])
}

/// Whether this is `uri-host [ ":" port ]` (RFC 9112 §3.2, RFC 3986 §3.2.2), not empty.
pub(crate) fn is_host(value: &[u8]) -> bool {
    let (host, rest) = match value {
        [b'[', rest @ ..] => {
            let Some(end) = memchr(b']', rest) else { return false };
            let (literal, rest) = rest.split_at(end);
            // IPv6address or IPvFuture; the characters are checked, for we compare and log it but never connect to it.
            let is_literal = literal.iter().all(|&byte| byte == b':' || grammar::is(byte, HOST) && byte != b'%');
            if !is_literal {
                return false;
            }
            (literal, &rest[1..])
        }
        _ => value.split_at(grammar::span(value, HOST)),
    };
    let is_port = match rest {
        [] => true,
        [b':', port @ ..] => port.len() <= 5 && port.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !host.is_empty() && is_port
}
