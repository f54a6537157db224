//! PRIORITY_UPDATE (RFC 9218 §7.1): another value of the `Priority` field for a stream.
//!
//! ```text
//! R prioritized stream id (4)  field value
//! ```

use super::STREAM_ID_MAX;
use crate::fault::Reason;
use crate::h2::priority::Priority;

/// The stream it is for, and its priority.
pub(crate) fn read(payload: &[u8]) -> Result<(u32, Priority), Reason> {
    let (id, value) = payload.split_first_chunk::<4>().ok_or(Reason::InvalidFrameLength)?;
    Ok((u32::from_be_bytes(*id) & STREAM_ID_MAX, Priority::parse(value)))
}
