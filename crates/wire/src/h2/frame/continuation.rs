//! CONTINUATION (RFC 9113 §6.10): more of a field block.

use super::{Header, flag, kind};
use alloc::vec::Vec;

/// Writes the rest of a field block, in frames of at most `frame_bytes_max`; the last ends it.
pub(crate) fn write(stream: u32, mut rest: &[u8], frame_bytes_max: usize, out: &mut Vec<u8>) {
    while !rest.is_empty() {
        let (fragment, behind) = rest.split_at(rest.len().min(frame_bytes_max));
        let flags = if behind.is_empty() { flag::END_HEADERS } else { 0 };
        // A frame is shorter than 2^24.
        Header { length: fragment.len() as u32, kind: kind::CONTINUATION, flags, stream }.write(out);
        out.extend_from_slice(fragment);
        rest = behind;
    }
}
