//! Streams of frames that nobody means well with, and how the server must end them.

use super::frame::{Frame, PREFACE, Reader, code, flag, frame, kind, settings};
use crate::chance::Chance;
use crate::client::attack::mutated;

/// Bytes behind the preface, and the code that GOAWAY must have then.
pub(crate) struct Flood {
    pub(crate) name: &'static str,
    bytes: fn() -> Vec<u8>,
    pub(crate) code: u32,
}

const PROTOCOL_ERROR: u32 = 1;
const FLOW_CONTROL_ERROR: u32 = 3;
const FRAME_SIZE_ERROR: u32 = 6;
const COMPRESSION_ERROR: u32 = 9;

/// `:method: GET`, `:scheme: http`, `:path: /none`, `:authority: a`.
const GET: &[u8] = b"\x82\x86\x04\x05/none\x01\x01a";

fn get(stream: u32) -> Vec<u8> {
    frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream, GET)
}

fn reset(stream: u32) -> Vec<u8> {
    frame(kind::RST_STREAM, 0, stream, &code::CANCEL.to_be_bytes())
}

fn many(count: u32, one: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    (0..count).flat_map(one).collect()
}

pub(crate) const FLOODS: &[Flood] = &[
    Flood {
        name: "rapid reset",
        bytes: || many(700, |at| [get(2 * at + 1), reset(2 * at + 1)].concat()),
        code: code::ENHANCE_YOUR_CALM,
    },
    Flood {
        name: "resets that we are made to send",
        bytes: || many(700, |at| [get(2 * at + 1), frame(kind::WINDOW_UPDATE, 0, 2 * at + 1, &[0; 4])].concat()),
        code: code::ENHANCE_YOUR_CALM,
    },
    Flood { name: "PING", bytes: || many(3000, |_| frame(kind::PING, 0, 0, &[7; 8])), code: code::ENHANCE_YOUR_CALM },
    Flood { name: "SETTINGS", bytes: || many(3000, |_| settings(&[(4, 9)])), code: code::ENHANCE_YOUR_CALM },
    Flood {
        name: "PRIORITY",
        bytes: || many(3000, |at| frame(kind::PRIORITY, 0, 2 * at + 1, &[0; 5])),
        code: code::ENHANCE_YOUR_CALM,
    },
    Flood {
        name: "DATA of nothing",
        bytes: || {
            let head = frame(kind::HEADERS, flag::END_HEADERS, 1, GET);
            [head, many(3000, |_| frame(kind::DATA, 0, 1, b""))].concat()
        },
        code: code::ENHANCE_YOUR_CALM,
    },
    Flood {
        name: "CONTINUATION",
        bytes: || {
            let head = frame(kind::HEADERS, 0, 1, GET);
            [head, many(3000, |_| frame(kind::CONTINUATION, 0, 1, b""))].concat()
        },
        code: code::ENHANCE_YOUR_CALM,
    },
    Flood {
        name: "a window beyond all",
        bytes: || many(2, |_| frame(kind::WINDOW_UPDATE, 0, 0, &[0x7F, 0xFF, 0xFF, 0xFF])),
        code: FLOW_CONTROL_ERROR,
    },
    Flood { name: "a frame too long", bytes: || frame(kind::PING, 0, 0, &[0; 20_000]), code: FRAME_SIZE_ERROR },
    Flood {
        name: "an index of no line",
        bytes: || frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 1, b"\x82\x86\xFF\x40"),
        code: COMPRESSION_ERROR,
    },
    Flood { name: "a stream of ours", bytes: || get(2), code: PROTOCOL_ERROR },
    Flood { name: "a stream of less than before", bytes: || [get(7), get(3)].concat(), code: PROTOCOL_ERROR },
    Flood { name: "PUSH_PROMISE", bytes: || frame(5, flag::END_HEADERS, 1, &[0, 0, 0, 2]), code: PROTOCOL_ERROR },
];

impl Flood {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [PREFACE.to_vec(), settings(&[]), (self.bytes)()].concat()
    }
}

/// A few good frames with bytes changed.
pub(crate) fn mutated_frames(chance: &mut Chance) -> Vec<u8> {
    let mut frames = settings(&[(4, 70_000)]);
    for at in 0..chance.between(1..=8) as u32 {
        let id = 2 * at + 1;
        frames.extend(match chance.below(6) {
            0 => frame(kind::PING, 0, 0, &[at as u8; 8]),
            1 => [frame(kind::HEADERS, flag::END_HEADERS, id, GET), frame(kind::DATA, flag::END_STREAM, id, b"xyz")]
                .concat(),
            2 => frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 1, 0]),
            _ => get(id),
        });
    }
    [PREFACE, &mutated(chance, frames)].concat()
}

/// The code of the last GOAWAY among these frames.
pub(crate) fn last_code(bytes: &[u8]) -> Option<u32> {
    let mut reader = Reader::default();
    reader.feed(bytes);
    let frames = std::iter::from_fn(|| reader.next(16_384).ok().flatten());
    frames.filter(|frame| frame.kind == kind::GOAWAY).last().and_then(|frame: Frame| frame.number(4))
}
