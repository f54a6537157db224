//! Responses as bytes (RFC 9112 §4, §6, §7.1).

use crate::decimal;
use crate::grammar::is_sound;
use alloc::vec::Vec;
use semantics::{Field, Status};

/// What the head says about the message (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framed {
    Length(u64),
    Chunked,
    /// Nothing is said: the content ends with the connection, or there is none.
    Unsaid,
}

/// What the head says about the connection (RFC 9112 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Goes on, as HTTP/1.1 does when nothing is said.
    Unsaid,
    /// Goes on, as HTTP/1.0 does only when it is said.
    KeepAlive,
    Close,
}

/// Writes a response head. Returns where the value of `Date` begins.
pub(crate) fn head(
    status: Status,
    fields: &[Field],
    framed: Framed,
    persistence: Persistence,
    date: &[u8; 29],
    out: &mut Vec<u8>,
) -> usize {
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(decimal::write(status.code().into(), &mut [0; 20]));
    out.push(b' ');
    out.extend_from_slice(status.reason().as_bytes());
    out.extend_from_slice(b"\r\nDate: ");
    let date_at = out.len();
    out.extend_from_slice(date);
    out.extend_from_slice(b"\r\n");
    for field in fields {
        self::field(&field.name, &field.value, out);
    }
    match framed {
        Framed::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            out.extend_from_slice(decimal::write(length, &mut [0; 20]));
            out.extend_from_slice(b"\r\n");
        }
        Framed::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        Framed::Unsaid => {}
    }
    match persistence {
        Persistence::Unsaid => {}
        Persistence::KeepAlive => out.extend_from_slice(b"Connection: keep-alive\r\n"),
        Persistence::Close => out.extend_from_slice(b"Connection: close\r\n"),
    }
    out.extend_from_slice(b"\r\n");
    date_at
}

/// One field line. One that could break out of its line is left out: whoever made it has made a mistake, and a
/// response without it is better than one that is split in two (RFC 9110 §5.5).
fn field(name: &str, value: &str, out: &mut Vec<u8>) {
    if is_sound(name, value) {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

/// A chunk (RFC 9112 §7.1). An empty one would be the last, so it is not written.
pub(crate) fn chunk(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let digits = (usize::BITS - bytes.len().leading_zeros()).div_ceil(4);
    for digit in (0..digits).rev() {
        out.push(b"0123456789abcdef"[bytes.len() >> (4 * digit) & 15]);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
