//! DATA (RFC 9113 §6.1): content, given on as it comes.
//!
//! ```text
//! [pad length] content [padding]
//! ```

use super::{Header, flag, kind};
use crate::fault::Reason;
use alloc::vec::Vec;

/// A DATA frame of which a part is still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data {
    pub(crate) stream: u32,
    /// The whole payload: what the windows count.
    pub(crate) length: u32,
    pub(crate) content: u32,
    pub(crate) padding: u32,
    pub(crate) is_last: bool,
}

impl Data {
    /// Reads what stands ahead of the content, and says how many bytes of the payload that was. `None`: more is needed.
    pub(crate) fn read(header: &Header, payload: &[u8]) -> Result<Option<(Data, usize)>, Reason> {
        let (padding, ahead) = match (header.has(flag::PADDED), header.length, payload.first()) {
            (false, ..) => (0, 0),
            (true, 0, _) => return Err(Reason::InvalidFrameLength),
            (true, _, None) => return Ok(None),
            (true, _, Some(&padding)) => (u32::from(padding), 1),
        };
        let content = (header.length - ahead).checked_sub(padding).ok_or(Reason::InvalidPadding)?;
        let is_last = header.has(flag::END_STREAM);
        Ok(Some((Data { stream: header.stream, length: header.length, content, padding, is_last }, ahead as usize)))
    }
}

/// Writes the header of a frame whose content follows.
pub(crate) fn write(stream: u32, length: u32, is_last: bool, out: &mut Vec<u8>) {
    let flags = if is_last { flag::END_STREAM } else { 0 };
    Header { length, kind: kind::DATA, flags, stream }.write(out);
}
