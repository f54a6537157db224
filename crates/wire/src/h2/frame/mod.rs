//! Frames (RFC 9113 §4, §6), a file for each type.
//!
//! ```text
//!  0        3      4       5             9
//! +--------+------+-------+-------------+---------
//! | length | type | flags | R stream id | payload
//! +--------+------+-------+-------------+---------
//! ```

pub(crate) mod continuation;
pub(crate) mod data;
pub(crate) mod goaway;
pub(crate) mod headers;
pub(crate) mod ping;
pub(crate) mod priority;
pub(crate) mod priority_update;
pub(crate) mod rst_stream;
pub(crate) mod settings;
pub(crate) mod window_update;

use crate::fault::Reason;
use alloc::vec::Vec;

/// Bytes of a frame header.
pub const HEADER_BYTES: usize = 9;

/// Types of frames.
pub mod kind {
    /// Content (RFC 9113 §6.1).
    pub const DATA: u8 = 0x0;
    /// The beginning of a field block (§6.2).
    pub const HEADERS: u8 = 0x1;
    /// Of RFC 7540, deprecated (§6.3).
    pub const PRIORITY: u8 = 0x2;
    /// The end of a stream before its time (§6.4).
    pub const RST_STREAM: u8 = 0x3;
    /// What a side wants (§6.5).
    pub const SETTINGS: u8 = 0x4;
    /// A request that a server thinks of (§6.6).
    pub const PUSH_PROMISE: u8 = 0x5;
    /// Whether the other is there (§6.7).
    pub const PING: u8 = 0x6;
    /// No more streams (§6.8).
    pub const GOAWAY: u8 = 0x7;
    /// So much more content may come (§6.9).
    pub const WINDOW_UPDATE: u8 = 0x8;
    /// More of a field block (§6.10).
    pub const CONTINUATION: u8 = 0x9;
    /// Whose turn it is (RFC 9218 §7.1).
    pub const PRIORITY_UPDATE: u8 = 0x10;
}

/// Flags; which of them a frame has depends on its type.
pub mod flag {
    /// Of SETTINGS and PING: heard.
    pub const ACK: u8 = 0x1;
    /// The last frame of its side of the stream.
    pub const END_STREAM: u8 = 0x1;
    /// The field block is whole.
    pub const END_HEADERS: u8 = 0x4;
    /// Bytes without meaning stand behind.
    pub const PADDED: u8 = 0x8;
    /// Of HEADERS: a priority of RFC 7540 stands before the block.
    pub const PRIORITY: u8 = 0x20;
}

/// A frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Of the payload.
    pub(crate) length: u32,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    /// 0: the connection.
    pub(crate) stream: u32,
}

impl Header {
    #[inline]
    pub(crate) fn read(bytes: &[u8]) -> Option<Header> {
        let &[a, b, c, kind, flags, d, e, f, g] = bytes.first_chunk::<HEADER_BYTES>()?;
        let length = u32::from_be_bytes([0, a, b, c]);
        // RFC 9113 §4.1: the reserved bit is not looked at.
        Some(Header { length, kind, flags, stream: u32::from_be_bytes([d, e, f, g]) & STREAM_ID_MAX })
    }

    #[inline]
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let [_, a, b, c] = self.length.to_be_bytes();
        let [d, e, f, g] = self.stream.to_be_bytes();
        out.extend_from_slice(&[a, b, c, self.kind, self.flags, d, e, f, g]);
    }

    #[inline]
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

pub(crate) const STREAM_ID_MAX: u32 = 0x7FFF_FFFF;

/// What padding leaves of a payload that says how much there is (§6.1).
fn unpadded<'a>(header: &Header, payload: &'a [u8]) -> Result<&'a [u8], Reason> {
    if !header.has(flag::PADDED) {
        return Ok(payload);
    }
    let (&padding, rest) = payload.split_first().ok_or(Reason::InvalidFrameLength)?;
    let length = rest.len().checked_sub(usize::from(padding)).ok_or(Reason::InvalidPadding)?;
    Ok(&rest[..length])
}

/// A payload of exactly so many bytes.
fn exactly<const N: usize>(payload: &[u8]) -> Result<[u8; N], Reason> {
    payload.try_into().map_err(|_| Reason::InvalidFrameLength)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_nine_bytes() {
        let header = Header { length: 0x01_02_03, kind: 4, flags: 5, stream: 0x06_07_08_09 };
        let mut out = Vec::new();
        header.write(&mut out);
        assert_eq!(out, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(Header::read(&out), Some(header));
        assert_eq!(Header::read(&out[..8]), None);
        out[5] |= 0x80;
        assert_eq!(Header::read(&out), Some(header), "the reserved bit");
    }

    #[test]
    fn padding_is_at_most_the_rest() {
        let check = |payload: &[u8], expected: Result<&[u8], Reason>| {
            let header = Header { length: 0, kind: 0, flags: flag::PADDED, stream: 1 };
            assert_eq!(unpadded(&header, payload), expected);
        };
        check(&[0], Ok(&[]));
        check(&[0, 7], Ok(&[7]));
        check(&[1, 7, 0], Ok(&[7]));
        check(&[1, 0], Ok(&[]));
        check(&[1], Err(Reason::InvalidPadding));
        check(&[255, 0, 0], Err(Reason::InvalidPadding));
        check(&[], Err(Reason::InvalidFrameLength));
    }
}
