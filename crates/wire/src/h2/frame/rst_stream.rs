//! RST_STREAM (RFC 9113 §6.4): one stream ends before its time.

use super::{Header, exactly, kind};
use crate::fault::Reason;
use crate::h2::error::ErrorCode;
use alloc::vec::Vec;

/// Checks one from the peer. Whatever its reason is, the stream is over.
pub(crate) fn check(payload: &[u8]) -> Result<(), Reason> {
    exactly::<4>(payload).map(|_| ())
}

pub(crate) fn write(stream: u32, code: ErrorCode, out: &mut Vec<u8>) {
    Header { length: 4, kind: kind::RST_STREAM, flags: 0, stream }.write(out);
    out.extend_from_slice(&(code as u32).to_be_bytes());
}
