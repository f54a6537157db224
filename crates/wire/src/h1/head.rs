//! A request head: request line and header section (RFC 9112 §2.1, §3, §5).
//!
//! ```text
//! method SP request-target SP HTTP/1.1 CRLF
//! *( field-name ":" OWS field-value OWS CRLF )
//! CRLF
//! ```
//!
//! [`read`] takes a head that is at hand as a whole, as nearly all are. [`Progress`] goes through one that comes in
//! pieces, or that breaks a rule: line by line, each when its end has come, so that the first broken line decides
//! however the bytes are cut. Both judge by the same functions; [`quick_field_line`] alone has a plain twin.

use super::framing::{self, Framing};
use super::recent::RecentSections;
use super::{name, target};
use crate::block::equal;
use crate::fault::Reason;
use crate::grammar::{TOKEN, letters};
use crate::{grammar, limit};
use memchr::memchr;
use semantics::{FieldName, Fields, Method, RequestHead, Version};
use wide::u8x16;

/// Reads the head at the start of `bytes`. Returns its length, and what its fields mean for the connection.
///
/// Errs when a rule is broken, or when the head is not complete: [`Progress`] tells which.
#[inline]
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    head: &mut RequestHead<'a>,
    recent: &mut RecentSections,
) -> Result<(usize, Framing), Reason> {
    let section = read_line(bytes, head)?;
    let start = bytes.len() - section.len();
    // What a section means depends on the version, so only those of one are remembered.
    let is_usual = head.version == Version::Http11;
    if is_usual && let Some((fields, section_bytes)) = recent.find(section) {
        head.fields = fields;
        framing::set_authority(head);
        return Ok((start + section_bytes, Framing::PLAIN));
    }
    let length = start + read_fields(section, &mut head.fields)?;
    if length > limit::HEAD_BYTES_MAX {
        return Err(Reason::HeadTooLong);
    }
    let framing = framing::read(head)?;
    if is_usual {
        recent.note(&bytes[start..length], &head.fields, framing);
    }
    Ok((length, framing))
}

/// Reads the request line, and tells what stands behind it.
#[inline(always)]
pub(crate) fn read_line<'a>(bytes: &'a [u8], head: &mut RequestHead<'a>) -> Result<&'a [u8], Reason> {
    let (line, section) = request_line(bytes)?;
    (head.method, head.version) = (line.method, line.version);
    (head.target, head.authority) = (line.split.target, line.split.authority);
    let is_too_long = bytes.len() - section.len() > limit::REQUEST_LINE_BYTES_MAX;
    if is_too_long { Err(Reason::TargetTooLong) } else { Ok(section) }
}

/// Reads the field lines and the empty line. Returns their length.
#[inline(never)]
pub(crate) fn read_fields<'a>(section: &'a [u8], fields: &mut Fields<'a>) -> Result<usize, Reason> {
    let mut rest = section;
    fields.set_section(section);
    // The last turn is for the empty line.
    for _ in 0..limit::FIELD_LINES_MAX + 1 {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            fields.set_section(&section[..section.len() - rest.len()]);
            return Ok(section.len() - behind.len());
        }
        let (name, value, behind) = quick_field_line(rest).map_or_else(|| field_line(rest), Ok)?;
        if let Some(name) = name {
            fields.note(name, grammar::trim(value));
        }
        rest = behind;
    }
    Err(Reason::TooManyFieldLines)
}

/// How far a head that is not complete was looked at. No byte is looked at again before the end, so a peer that sends
/// one byte at a time costs O(n) in all, not O(n²).
///
/// Invariant: line <= searched <= HEAD_BYTES_MAX
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Start of the first line whose end has not come.
    line: u16,
    /// No line ends between there and here.
    searched: u16,
    /// Lines complete and right.
    count: u8,
}

impl Progress {
    /// Whether nothing was looked at yet.
    #[inline]
    pub(crate) fn is_new(self) -> bool {
        self.searched == 0
    }

    /// Goes on through `bytes`, which begin with the head. Returns its length when its end has come.
    ///
    /// Errs when a line breaks a rule, or when no end can come any more within the limits.
    #[cold]
    pub(crate) fn search(&mut self, bytes: &[u8]) -> Result<Option<usize>, Reason> {
        loop {
            let max = if self.count == 0 { limit::REQUEST_LINE_BYTES_MAX } else { limit::HEAD_BYTES_MAX };
            let within = &bytes[..bytes.len().min(max)];
            let searched = usize::from(self.searched);
            let Some(length) = memchr(b'\n', &within[searched.min(within.len())..]) else {
                self.searched = within.len() as u16;
                return if within.len() < max { Ok(None) } else { Err(self.too_long(within)) };
            };
            let end = searched + length + 1;
            let line = &within[usize::from(self.line)..end];
            is_ended_once(line)?;
            match (self.count, line) {
                (0, line) => request_line(line).map(|_| ())?,
                (_, b"\r\n") => return Ok(Some(end)),
                (count, _) if usize::from(count) > limit::FIELD_LINES_MAX => return Err(Reason::TooManyFieldLines),
                (_, line) => field_line(line).map(|_| ())?,
            }
            (self.line, self.searched) = (end as u16, end as u16);
            self.count += 1;
        }
    }

    fn too_long(self, head: &[u8]) -> Reason {
        match self.count {
            // RFC 9112 §3: a method longer than any we know is a 501, a target a 414.
            0 if grammar::span(head, TOKEN) == head.len() => Reason::MethodTooLong,
            0 => Reason::TargetTooLong,
            _ => Reason::HeadTooLong,
        }
    }
}

/// A line ends with CRLF and has neither CR nor LF within.
fn is_ended_once(line: &[u8]) -> Result<(), Reason> {
    match memchr(b'\r', line) {
        None => Err(Reason::BareLineFeed),
        Some(at) if at + 2 == line.len() => Ok(()),
        Some(_) => Err(Reason::BareCarriageReturn),
    }
}

struct RequestLine<'a> {
    method: Method<'a>,
    split: target::Split<'a>,
    version: Version,
}

/// Reads the request line (RFC 9112 §3), and tells what stands behind it.
#[inline(always)]
fn request_line(bytes: &[u8]) -> Result<(RequestLine<'_>, &[u8]), Reason> {
    let (method, rest) = match bytes.strip_prefix(b"GET ") {
        Some(rest) => (Method::Get, rest),
        None => method(bytes)?,
    };
    let behind = grammar::behind_target(rest);
    let target = &rest[..rest.len() - behind.len()];
    let rest = match behind {
        [b' ', rest @ ..] if !target.is_empty() => rest,
        // HTTP/0.9 had no version.
        [b'\r', b'\n', ..] if !target.is_empty() => return Err(Reason::InvalidVersion),
        _ => return Err(Reason::InvalidTarget),
    };
    if target.len() > limit::TARGET_BYTES_MAX {
        return Err(Reason::TargetTooLong);
    }
    let (version, rest) = match rest.strip_prefix(b"HTTP/1.1\r\n") {
        Some(rest) => (Version::Http11, rest),
        None => other_version(&method, target, rest)?,
    };
    let split = target::split(&method, target)?;
    Ok((RequestLine { method, split, version }, rest))
}

fn method(bytes: &[u8]) -> Result<(Method<'_>, &[u8]), Reason> {
    match bytes.split_at(grammar::span(bytes, TOKEN)) {
        (method @ [_, ..], [b' ', rest @ ..]) => Ok((Method::from_token(method), rest)),
        _ => Err(Reason::InvalidMethod),
    }
}

/// `HTTP/` digit `.` digit (RFC 9112 §2.3). A minor version we do not know is as good as 1.1 (RFC 9110 §2.5).
#[cold]
fn other_version<'a>(method: &Method<'_>, target: &[u8], rest: &'a [u8]) -> Result<(Version, &'a [u8]), Reason> {
    let rest = rest.strip_prefix(b"HTTP/").ok_or(Reason::InvalidVersion)?;
    match rest {
        [b'1', b'.', b'0', b'\r', b'\n', rest @ ..] => Ok((Version::Http10, rest)),
        [b'1', b'.', b'1'..=b'9', b'\r', b'\n', rest @ ..] => Ok((Version::Http11, rest)),
        [b'2', b'.', b'0', b'\r', b'\n', ..] if method.as_bytes() == b"PRI" && target == b"*" => {
            Err(Reason::Http2Preface)
        }
        [b'0'..=b'9', b'.', b'0'..=b'9', b'\r', b'\n', ..] => Err(Reason::UnsupportedVersion),
        _ => Err(Reason::InvalidVersion),
    }
}

/// The field if we act on it, its value with the whitespace around it, and what stands behind the line.
type Line<'a> = (Option<FieldName>, &'a [u8], &'a [u8]);

/// Reads one field line (RFC 9112 §5).
fn field_line(bytes: &[u8]) -> Result<Line<'_>, Reason> {
    let (name, rest) = match bytes.split_at(grammar::span(bytes, TOKEN)) {
        (name @ [_, ..], [b':', rest @ ..]) => (name, rest),
        (name, rest) => return Err(invalid_name(name, rest)),
    };
    let (value, rest) = value(rest).ok_or(Reason::InvalidFieldValue)?;
    Ok((FieldName::from_bytes(name), value, rest))
}

/// [`field_line`] where the name is short, and either one we act on or made of letters and hyphens: nearly always.
#[inline(always)]
fn quick_field_line(bytes: &[u8]) -> Option<Line<'_>> {
    // Fewer bytes, or no colon among them: the plain way.
    let start = bytes.first_chunk()?;
    let block = u8x16::new(*start);
    let colons = equal(block, b':').to_bitmask();
    if colons == 0 {
        return None;
    }
    let length = colons.trailing_zeros();
    let name = name::find(start, length as usize);
    if name.is_none() && (length == 0 || !letters(block).to_bitmask() & ((1 << length) - 1) != 0) {
        return None;
    }
    let (value, rest) = value(&bytes[length as usize + 1..])?;
    Some((name, value, rest))
}

/// A value with the whitespace around it, and what stands behind its line.
#[inline(always)]
fn value(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = grammar::behind_visible(bytes);
    if !rest.starts_with(b"\r\n") {
        rest = grammar::behind_value(rest);
    }
    let behind = rest.strip_prefix(b"\r\n")?;
    Some((&bytes[..bytes.len() - rest.len()], behind))
}

/// Why there is no colon behind the bytes that could be of a name.
#[cold]
fn invalid_name(name: &[u8], rest: &[u8]) -> Reason {
    match rest {
        [b' ' | b'\t', ..] if name.is_empty() => Reason::ObsoleteFold,
        [b' ' | b'\t', ..] if grammar::trim(rest).starts_with(b":") => Reason::SpaceBeforeColon,
        _ => Reason::InvalidFieldName,
    }
}

// Offsets and counts of `Progress` have to fit.
const _: () = assert!(limit::HEAD_BYTES_MAX <= u16::MAX as usize && limit::FIELD_LINES_MAX < u8::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// What the quick way reads, the plain way reads too, and alike. Whether it was quick.
    #[track_caller]
    fn check(bytes: &[u8]) -> bool {
        let quick = quick_field_line(bytes);
        if let Some(quick) = quick {
            assert_eq!(Ok(quick), field_line(bytes), "{}", bytes.escape_ascii());
        }
        quick.is_some()
    }

    #[test]
    fn usual_lines_are_read_the_quick_way() {
        for name in ["Host", "ACCEPT-ENCODING", "sec-fetch-dest", "DNT", "X", "Sec-Fetch-Site", "If-Match"] {
            assert!(
                check(alloc::format!("{name}: a usual value, \t\u{e9}\r\nand what stands behind").as_bytes()),
                "{name}"
            );
        }
        assert!(check(b"A:\r\n\r\n0123456789abcdef"));
    }

    #[test]
    fn each_byte_in_each_place_is_read_alike() {
        for line in [&b"Accept-Encoding: gzip, br; q=0.5\r\nHost: a\r\n\r\n"[..], b"Dnt:1\r\nHost: abcdefgh\r\n\r\n"] {
            for at in 0..line.len() {
                for byte in 0..=255 {
                    let mut changed = line.to_vec();
                    changed[at] = byte;
                    check(&changed);
                    check(&changed[..at]);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_line_is_the_plain_one(name in "[A-Za-z0-9_-]{0,20}", value in "[ -~\t]{0,40}", behind: Vec<u8>) {
            let line = [name.as_bytes(), b":", value.as_bytes(), b"\r\n", &behind].concat();
            check(&line);
        }
    }
}
