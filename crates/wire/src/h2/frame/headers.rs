//! HEADERS (RFC 9113 §6.2): the start of a field block.
//!
//! ```text
//! [pad length] [E stream dependency (4)  weight (1)] fragment [padding]
//! ```

use super::{Header, continuation, flag, kind, unpadded};
use crate::fault::Reason;
use alloc::vec::Vec;

/// The fragment of the field block. The dependency of RFC 7540 is passed over (§5.3.2), a loop of them too.
pub(crate) fn read<'a>(header: &Header, payload: &'a [u8]) -> Result<&'a [u8], Reason> {
    let rest = unpadded(header, payload)?;
    match header.has(flag::PRIORITY) {
        true => rest.get(5..).ok_or(Reason::InvalidFrameLength),
        false => Ok(rest),
    }
}

/// Writes a field block whose bytes stand at the end of `out`, from `start` on: puts frame headers ahead of and between
/// them. Ahead of `start` there is room for the first.
pub(crate) fn write(stream: u32, is_last: bool, start: usize, frame_bytes_max: usize, out: &mut Vec<u8>) {
    let end_stream = if is_last { flag::END_STREAM } else { 0 };
    let length = out.len() - start;
    let first = length.min(frame_bytes_max);
    let end_headers = if first == length { flag::END_HEADERS } else { 0 };
    // A frame is shorter than 2^24.
    let header = Header { length: first as u32, kind: kind::HEADERS, flags: end_stream | end_headers, stream };
    let rest = out.split_off(start + first);
    put(header, start - super::HEADER_BYTES, out);
    continuation::write(stream, &rest, frame_bytes_max, out);
}

/// Writes a header over the bytes at `at`.
fn put(header: Header, at: usize, out: &mut [u8]) {
    let [_, a, b, c] = header.length.to_be_bytes();
    let [d, e, f, g] = header.stream.to_be_bytes();
    out[at..at + super::HEADER_BYTES].copy_from_slice(&[a, b, c, header.kind, header.flags, d, e, f, g]);
}
