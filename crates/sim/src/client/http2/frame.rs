//! Frames (RFC 9113 §4), as a client that forgives nothing reads them.
//!
//! ```text
//! length u24 | type u8 | flags u8 | reserved 1 bit, stream 31 bits | payload
//! ```

/// Types (RFC 9113 §6, RFC 9218 §7.1).
pub(crate) mod kind {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const HEADERS: u8 = 1;
    pub(crate) const PRIORITY: u8 = 2;
    pub(crate) const RST_STREAM: u8 = 3;
    pub(crate) const SETTINGS: u8 = 4;
    pub(crate) const PING: u8 = 6;
    pub(crate) const GOAWAY: u8 = 7;
    pub(crate) const WINDOW_UPDATE: u8 = 8;
    pub(crate) const CONTINUATION: u8 = 9;
    pub(crate) const PRIORITY_UPDATE: u8 = 16;
}

/// Flags, each of the types that have it.
pub(crate) mod flag {
    pub(crate) const ACK: u8 = 0x1;
    pub(crate) const END_STREAM: u8 = 0x1;
    pub(crate) const END_HEADERS: u8 = 0x4;
    pub(crate) const PADDED: u8 = 0x8;
    pub(crate) const PRIORITY: u8 = 0x20;
}

/// Error codes (RFC 9113 §7).
pub(crate) mod code {
    pub(crate) const NO_ERROR: u32 = 0;
    pub(crate) const INTERNAL_ERROR: u32 = 2;
    pub(crate) const CANCEL: u32 = 8;
    pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;
}

/// The 24 bytes that begin a connection (RFC 9113 §3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Four bytes of the payload, where it has them.
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        let bytes = self.payload.get(at..at + 4)?;
        bytes.try_into().ok().map(u32::from_be_bytes)
    }

    /// What the server must never send, whatever came before.
    fn check(&self, length_max: usize) -> Result<(), String> {
        let (flags, lengths, is_of_connection) = match self.kind {
            kind::DATA => (flag::END_STREAM | flag::PADDED, 0..=usize::MAX, Some(false)),
            kind::HEADERS => (flag::END_STREAM | flag::END_HEADERS | flag::PADDED, 1..=usize::MAX, Some(false)),
            kind::RST_STREAM => (0, 4..=4, Some(false)),
            kind::SETTINGS => (flag::ACK, 0..=usize::MAX, Some(true)),
            kind::PING => (flag::ACK, 8..=8, Some(true)),
            kind::GOAWAY => (0, 8..=usize::MAX, Some(true)),
            kind::WINDOW_UPDATE => (0, 4..=4, None),
            kind::CONTINUATION => (flag::END_HEADERS, 0..=usize::MAX, Some(false)),
            other => return Err(format!("a frame of type {other}")),
        };
        let length = self.payload.len();
        if length > length_max {
            return Err(format!("a frame of {length} bytes, of which {length_max} are let"));
        }
        let is_sound = self.flags & !flags == 0
            && lengths.contains(&length)
            && self.stream <= STREAM_MAX
            && is_of_connection.is_none_or(|is| is == (self.stream == 0));
        // A server opens none, so that all are the client's.
        let is_ours = self.stream == 0 || !self.stream.is_multiple_of(2);
        if is_sound && is_ours { Ok(()) } else { Err(format!("a frame that cannot be: {self:?}")) }
    }
}

const STREAM_MAX: u32 = (1 << 31) - 1;

/// A frame as bytes.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    // Those of a client here are shorter than 2^24.
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// SETTINGS.
pub(crate) fn settings(settings: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> =
        settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    frame(kind::SETTINGS, 0, 0, &payload)
}

/// Bytes of the server, read as they come.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    bytes: Vec<u8>,
    /// Everything before is understood.
    at: usize,
}

impl Reader {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether a part of a frame is here.
    pub(crate) fn is_within(&self) -> bool {
        self.at < self.bytes.len()
    }

    /// The next frame, if all of it is here.
    pub(crate) fn next(&mut self, length_max: usize) -> Result<Option<Frame>, String> {
        let rest = &self.bytes[self.at..];
        let Some((&[a, b, c, kind, flags, d, e, f, g], behind)) = rest.split_first_chunk() else { return Ok(None) };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let Some(payload) = behind.get(..length) else {
            return if length > length_max { Err(format!("a frame of {length} bytes")) } else { Ok(None) };
        };
        let frame = Frame { kind, flags, stream: u32::from_be_bytes([d, e, f, g]), payload: payload.to_vec() };
        self.at += 9 + length;
        frame.check(length_max)?;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<Option<(u8, usize)>, ()>) {
        let mut reader = Reader::default();
        reader.feed(bytes);
        let read = reader.next(16_384).map(|frame| frame.map(|frame| (frame.kind, frame.payload.len())));
        assert_eq!(read.map_err(drop), expected, "{bytes:?}");
    }

    #[test]
    fn frames_are_read_whole_and_only_as_they_may_be() {
        check(&[], Ok(None));
        check(&frame(kind::PING, 0, 0, &[0; 8]), Ok(Some((6, 8))));
        check(&frame(kind::PING, 0, 0, &[0; 8])[..16], Ok(None));
        check(&frame(kind::DATA, flag::END_STREAM, 1, b""), Ok(Some((0, 0))));
        check(&frame(kind::DATA, flag::END_STREAM, 0, b""), Err(()));
        check(&frame(kind::DATA, 0x40, 1, b""), Err(()));
        check(&frame(kind::DATA, 0, 2, b""), Err(()));
        check(&frame(kind::PING, 0, 1, &[0; 8]), Err(()));
        check(&frame(kind::PING, 0, 0, &[0; 7]), Err(()));
        check(&frame(5, 0, 1, &[0; 7]), Err(()));
        check(&frame(kind::DATA, 0, 1, &[0; 16_385]), Err(()));
    }
}
