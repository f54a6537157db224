//! GOAWAY (RFC 9113 §6.8): the connection ends.
//!
//! ```text
//! last stream id (4)  error code (4)  [debug data]
//! ```

use super::{Header, kind};
use crate::fault::Reason;
use crate::h2::error::ErrorCode;
use alloc::vec::Vec;

/// Checks one from the peer. What it says is about streams that we would have opened, and we open none.
pub(crate) fn check(payload: &[u8]) -> Result<(), Reason> {
    if payload.len() < 8 { Err(Reason::InvalidFrameLength) } else { Ok(()) }
}

/// Writes one, with the last stream that was or will be dealt with.
pub(crate) fn write(last: u32, code: ErrorCode, out: &mut Vec<u8>) {
    Header { length: 8, kind: kind::GOAWAY, flags: 0, stream: 0 }.write(out);
    out.extend_from_slice(&last.to_be_bytes());
    out.extend_from_slice(&(code as u32).to_be_bytes());
}
