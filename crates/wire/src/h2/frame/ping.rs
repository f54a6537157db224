//! PING (RFC 9113 §6.7): is anybody there?

use super::{Header, exactly, flag, kind};
use crate::fault::Reason;
use alloc::vec::Vec;

/// The eight bytes that are sent back.
pub(crate) fn read(payload: &[u8]) -> Result<[u8; 8], Reason> {
    exactly(payload)
}

pub(crate) fn write(data: [u8; 8], is_answer: bool, out: &mut Vec<u8>) {
    let flags = if is_answer { flag::ACK } else { 0 };
    Header { length: 8, kind: kind::PING, flags, stream: 0 }.write(out);
    out.extend_from_slice(&data);
}
