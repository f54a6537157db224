//! SETTINGS (RFC 9113 §6.5): a list of numbers.
//!
//! ```text
//! *( identifier (2)  value (4) )
//! ```

use super::{Header, flag, kind};
use crate::fault::Reason;
use alloc::vec::Vec;

/// The settings in their order. Errs when the last is not whole.
pub(crate) fn read(payload: &[u8]) -> Result<impl Iterator<Item = (u16, u32)> + '_, Reason> {
    if !payload.len().is_multiple_of(6) {
        return Err(Reason::InvalidFrameLength);
    }
    Ok(payload.chunks_exact(6).filter_map(|setting| {
        let &[a, b, c, d, e, f] = setting.first_chunk()?;
        Some((u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])))
    }))
}

pub(crate) fn write(settings: &[(u16, u32)], out: &mut Vec<u8>) {
    // There are a few.
    Header { length: 6 * settings.len() as u32, kind: kind::SETTINGS, flags: 0, stream: 0 }.write(out);
    for (identifier, value) in settings {
        out.extend_from_slice(&identifier.to_be_bytes());
        out.extend_from_slice(&value.to_be_bytes());
    }
}

pub(crate) fn write_answer(out: &mut Vec<u8>) {
    Header { length: 0, kind: kind::SETTINGS, flags: flag::ACK, stream: 0 }.write(out);
}
