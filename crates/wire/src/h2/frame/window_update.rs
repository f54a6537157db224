//! WINDOW_UPDATE (RFC 9113 §6.9): more may be sent.

use super::{Header, STREAM_ID_MAX, exactly, kind};
use crate::fault::Reason;
use alloc::vec::Vec;

/// By how much; 0 is for the caller to refuse, who knows how much must stop for it.
pub(crate) fn read(payload: &[u8]) -> Result<u32, Reason> {
    Ok(u32::from_be_bytes(exactly(payload)?) & STREAM_ID_MAX)
}

pub(crate) fn write(stream: u32, increment: u32, out: &mut Vec<u8>) {
    Header { length: 4, kind: kind::WINDOW_UPDATE, flags: 0, stream }.write(out);
    out.extend_from_slice(&increment.to_be_bytes());
}
