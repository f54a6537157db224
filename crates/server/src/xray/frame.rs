//! The frames of HTTP/2 in bytes as they came, and as they go (RFC 9113 §4.1).
//!
//! ```text
//! length u24 | type u8 | flags u8 | stream u32 | payload
//! ```

use super::limit::BYTES_MAX;
use super::mask::MASK;
use wire::StreamId;
use wire::h2::{HEADER_BYTES, PREFACE, flag, kind};

/// The head of a frame, and where it stands in the bytes that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// `HEADERS (stream 1, END_STREAM END_HEADERS)`
    pub(crate) name: String,
}

/// The frames that begin in `bytes`, and those bytes without what may be a secret: field blocks are packed, and nobody could
/// tell which of their bits are a cookie.
pub(crate) fn read(bytes: &[u8]) -> (Vec<u8>, Vec<Frame>) {
    let mut kept = bytes[..bytes.len().min(BYTES_MAX)].to_vec();
    let mut frames = Vec::new();
    let mut at = if kept.starts_with(PREFACE) { PREFACE.len() } else { 0 };
    if at > 0 {
        frames.push(Frame { start: 0, end: at, name: "preface".into() });
    }
    while let Some(&[a, b, c, frame_type, flags, s1, s2, s3, s4]) = kept.get(at..).and_then(|rest| rest.first_chunk()) {
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let stream = u32::from_be_bytes([s1, s2, s3, s4]) & !(1 << 31);
        let end = (at + HEADER_BYTES + length).min(kept.len());
        frames.push(Frame { start: at, end, name: name(frame_type, flags, stream) });
        if matches!(frame_type, kind::DATA | kind::HEADERS | kind::PUSH_PROMISE | kind::CONTINUATION)
            || frame_type > kind::CONTINUATION
        {
            kept[at + HEADER_BYTES..end].fill(MASK);
        }
        at = end;
    }
    (kept, frames)
}

/// A frame that goes out: its head. What it carries is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) bytes: [u8; HEADER_BYTES],
    /// `DATA (stream 1, END_STREAM)`
    pub(crate) name: String,
}

impl Head {
    /// How many bytes stand behind it.
    pub(crate) fn carries(&self) -> u64 {
        let [a, b, c, ..] = self.bytes;
        u64::from(u32::from_be_bytes([0, a, b, c]))
    }
}

/// Finds the heads of frames in bytes that are given piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// Of the head that has begun.
    partial: Vec<u8>,
    /// Bytes that the last frame still carries.
    left: u64,
    found: Vec<(StreamId, Head)>,
}

impl Heads {
    /// The next bytes.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let carried = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.skip(carried as u64);
                bytes = &bytes[carried..];
                continue;
            }
            let (more, rest) = bytes.split_at((HEADER_BYTES - self.partial.len()).min(bytes.len()));
            self.partial.extend_from_slice(more);
            bytes = rest;
            if let Ok(head) = <[u8; HEADER_BYTES]>::try_from(&self.partial[..]) {
                let [_, _, _, frame_type, flags, s1, s2, s3, s4] = head;
                let stream = u32::from_be_bytes([s1, s2, s3, s4]) & !(1 << 31);
                let head = Head { bytes: head, name: name(frame_type, flags, stream) };
                self.left = head.carries();
                self.found.push((StreamId(stream), head));
                self.partial.clear();
            }
        }
    }

    /// So many bytes follow that nobody has at hand.
    pub(crate) fn skip(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
    }

    /// With the streams that they are of.
    pub(crate) fn found(self) -> Vec<(StreamId, Head)> {
        self.found
    }
}

fn name(frame_type: u8, flags: u8, stream: u32) -> String {
    const NAMES: [&str; 10] = [
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION",
    ];
    let mut out = match NAMES.get(usize::from(frame_type)) {
        Some(name) => (*name).to_owned(),
        // RFC 9218 §7.1
        None if frame_type == kind::PRIORITY_UPDATE => "PRIORITY_UPDATE".to_owned(),
        None => format!("type {frame_type}"),
    };
    let set = |bit: u8, name: &'static str| (flags & bit != 0).then_some(name);
    let flags: Vec<&str> = match frame_type {
        kind::DATA => {
            [set(flag::END_STREAM, "END_STREAM"), set(flag::PADDED, "PADDED")].into_iter().flatten().collect()
        }
        kind::HEADERS => [
            set(flag::END_STREAM, "END_STREAM"),
            set(flag::END_HEADERS, "END_HEADERS"),
            set(flag::PADDED, "PADDED"),
            set(flag::PRIORITY, "PRIORITY"),
        ]
        .into_iter()
        .flatten()
        .collect(),
        kind::CONTINUATION => set(flag::END_HEADERS, "END_HEADERS").into_iter().collect(),
        kind::SETTINGS | kind::PING => set(flag::ACK, "ACK").into_iter().collect(),
        _ => Vec::new(),
    };
    let place = if stream == 0 { "connection".to_owned() } else { format!("stream {stream}") };
    out.push_str(&format!(" ({place}"));
    if !flags.is_empty() {
        out.push_str(&format!(", {}", flags.join(" ")));
    }
    out.push(')');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_named_and_field_blocks_are_masked() {
        let bytes = [
            &PREFACE[..],
            &[0, 0, 0, 4, 0, 0, 0, 0, 0],
            &[0, 0, 3, 1, 5, 0, 0, 0, 1, 0x82, 0x84, 0x86],
            &[0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0],
            &[0, 0, 9, 99, 0, 128, 0, 0, 7, 1],
        ]
        .concat();
        let (kept, frames) = read(&bytes);
        let names: Vec<&str> = frames.iter().map(|frame| frame.name.as_str()).collect();
        let expected = [
            "preface",
            "SETTINGS (connection)",
            "HEADERS (stream 1, END_STREAM END_HEADERS)",
            "WINDOW_UPDATE (connection)",
            "type 99 (stream 7)",
        ];
        assert_eq!(names, expected);
        assert_eq!(kept.len(), bytes.len());
        let headers = &frames[2];
        assert_eq!(&kept[headers.start..headers.end], b"\0\0\x03\x01\x05\0\0\0\x01***");
        assert_eq!(frames.last().map(|frame| frame.end), Some(bytes.len()));
    }

    #[test]
    fn the_heads_of_frames_are_found_in_pieces() {
        let bytes = [&[0, 0, 3, 1, 4, 0, 0, 0, 1, 9, 9, 9][..], &[0, 1, 0, 0, 1, 0, 0, 0, 1, 7, 7]].concat();
        let expected = [("HEADERS (stream 1, END_HEADERS)", 3), ("DATA (stream 1, END_STREAM)", 256)];
        for size in 1..=bytes.len() {
            let mut heads = Heads::default();
            bytes.chunks(size).for_each(|piece| heads.read(piece));
            // The rest of it stands in a file.
            heads.skip(254);
            heads.read(&[0, 0, 0, 4, 1, 0, 0, 0, 0]);
            let found = heads.found();
            let found: Vec<_> = found.iter().map(|(of, head)| (of.0, head.name.as_str(), head.carries())).collect();
            assert_eq!(found[..2], expected.map(|(name, carries)| (1, name, carries)), "{size}");
            assert_eq!(found[2..], [(0, "SETTINGS (connection, ACK)", 0)]);
        }
    }

    #[test]
    fn any_bytes_are_read() {
        for bytes in [&b""[..], b"GET / HTTP/1.1", &[255; 40], &PREFACE[..20]] {
            let (kept, frames) = read(bytes);
            assert_eq!(kept.len(), bytes.len());
            assert!(frames.iter().all(|frame| frame.start < frame.end && frame.end <= bytes.len()));
        }
    }
}
