//! Settings (RFC 9113 §6.5.2): ours, which are the same for everybody, and those of the peer that bind what we send.

use super::frame;
use crate::compress::hpack::Encoder;
use crate::fault::Reason;
use crate::limit;
use alloc::vec::Vec;

mod identifier {
    pub(super) const HEADER_TABLE_SIZE: u16 = 0x1;
    pub(super) const ENABLE_PUSH: u16 = 0x2;
    pub(super) const MAX_CONCURRENT_STREAMS: u16 = 0x3;
    pub(super) const INITIAL_WINDOW_SIZE: u16 = 0x4;
    pub(super) const MAX_FRAME_SIZE: u16 = 0x5;
    pub(super) const MAX_HEADER_LIST_SIZE: u16 = 0x6;
    /// RFC 9218 §2.1
    pub(super) const NO_RFC7540_PRIORITIES: u16 = 0x9;
}

/// A window before anything is said about it (RFC 9113 §6.9.2).
pub(crate) const WINDOW_DEFAULT: i32 = 65_535;

/// What the peer lets us send; what its table may hold is with the [`Encoder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerSettings {
    /// Window of a new stream.
    pub(crate) initial_window: i32,
    pub(crate) frame_bytes_max: u32,
}

impl PeerSettings {
    pub(crate) fn new() -> PeerSettings {
        PeerSettings { initial_window: WINDOW_DEFAULT, frame_bytes_max: FRAME_BYTES_MIN }
    }

    /// Takes in the settings of one frame, in their order (RFC 9113 §6.5.3): of sizes of the table that are repeated the
    /// peer is to be told the smallest too (RFC 7541 §4.2). A frame full of them costs no more than its bytes.
    pub(crate) fn apply(&mut self, payload: &[u8], encoder: &mut Encoder) -> Result<(), Reason> {
        for (identifier, value) in frame::settings::read(payload)? {
            match identifier {
                identifier::HEADER_TABLE_SIZE => encoder.set_peer_max(value),
                identifier::INITIAL_WINDOW_SIZE => {
                    self.initial_window = i32::try_from(value).map_err(|_| Reason::InvalidWindowSetting)?;
                }
                identifier::MAX_FRAME_SIZE if !(FRAME_BYTES_MIN..1 << 24).contains(&value) => {
                    return Err(Reason::InvalidSetting);
                }
                identifier::MAX_FRAME_SIZE => self.frame_bytes_max = value,
                identifier::ENABLE_PUSH | identifier::NO_RFC7540_PRIORITIES if value > 1 => {
                    return Err(Reason::InvalidSetting);
                }
                // We push nothing and open no streams; the size of lists is advice, and ours are short.
                _ => {}
            }
        }
        Ok(())
    }
}

/// The least that SETTINGS_MAX_FRAME_SIZE may say.
const FRAME_BYTES_MIN: u32 = 1 << 14;

/// Writes ours.
pub(crate) fn write(out: &mut Vec<u8>) {
    let ours = [
        (identifier::MAX_CONCURRENT_STREAMS, limit::STREAMS_MAX as u32),
        (identifier::MAX_HEADER_LIST_SIZE, limit::FIELD_LIST_BYTES_MAX as u32),
        (identifier::NO_RFC7540_PRIORITIES, 1),
    ];
    frame::settings::write(&ours, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What our tables say at the start of the next block, the window and the frame size.
    type Bound = (&'static [u8], i32, u32);

    /// 2,048: of the 4,096 that every table may have.
    const USUAL: &[u8] = &[0x3F, 0xE1, 0x0F];

    #[track_caller]
    fn check(settings: &[(u16, u32)], expected: Result<Bound, Reason>) {
        let mut out = Vec::new();
        frame::settings::write(settings, &mut out);
        let (mut peer, mut encoder, mut start) = (PeerSettings::new(), Encoder::new(), Vec::new());
        let result = peer.apply(&out[frame::HEADER_BYTES..], &mut encoder);
        encoder.begin(&mut start);
        let all = result.map(|()| (&start[..], peer.initial_window, peer.frame_bytes_max));
        assert_eq!(all, expected, "{settings:?}");
    }

    #[test]
    fn what_binds_us_is_taken_in() {
        check(&[], Ok((USUAL, 65_535, 16_384)));
        check(&[(1, 0), (4, 1), (5, 20_000), (3, 7), (6, 9), (2, 0), (8, 1), (0x4A4A, 5)], Ok((&[0x20], 1, 20_000)));
        check(&[(4, 1), (4, 2)], Ok((USUAL, 2, 16_384)));
        check(&[(4, 0x7FFF_FFFF), (5, 0xFF_FFFF), (9, 1), (2, 1)], Ok((USUAL, i32::MAX, 0xFF_FFFF)));
    }

    #[test]
    fn of_sizes_of_the_table_in_one_frame_the_smallest_and_the_last_are_told() {
        check(&[(1, 0), (1, 4096)], Ok((&[0x20, 0x3F, 0xE1, 0x0F], 65_535, 16_384)));
        check(&[(1, 9), (1, 7), (1, 8)], Ok((&[0x27, 0x28], 65_535, 16_384)));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        check(&[(4, 0x8000_0000)], Err(Reason::InvalidWindowSetting));
        for setting in [(5, 16_383), (5, 1 << 24), (2, 2), (9, 2)] {
            check(&[setting], Err(Reason::InvalidSetting));
        }
        assert_eq!(PeerSettings::new().apply(&[0; 5], &mut Encoder::new()), Err(Reason::InvalidFrameLength));
    }
}
