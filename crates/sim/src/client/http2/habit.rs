//! How a client of HTTP/2 behaves within the rules.

use crate::chance::Chance;
use crate::client::Manner;
use crate::clock::{MILLISECOND, SECOND};

/// How a client opens its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// So wide from the start that nothing ever waits.
    Roomy,
    /// As soon as half of one is used.
    Prompt,
    /// Now and then, so that the server has to wait.
    Lazy,
    /// Never again.
    Never,
}

/// Of one client, for as long as it lives.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub(crate) grant: Grant,
    /// What a stream's window is filled up to, and that of the connection.
    pub(crate) stream_window: i64,
    pub(crate) connection_window: i64,
    /// Between two things that it does without need.
    pub(crate) restlessness: u64,
    /// How many of those it does: each is a frame that moves nothing, and of such the server bears so many.
    pub(crate) whims: u32,
    /// Gives streams up.
    pub(crate) is_fickle: bool,
    /// Changes its settings.
    pub(crate) is_moody: bool,
    /// Says what is urgent, and changes its mind.
    pub(crate) has_priorities: bool,
    pub(crate) pads: bool,
}

impl Habits {
    pub(crate) fn any(chance: &mut Chance, manner: Manner) -> Habits {
        let grant = match (manner, chance.below(8)) {
            (Manner::Anchor, 0..=5) => Grant::Never,
            // Behind the end of its half there is no way to open a window.
            (Manner::HalfCloser, _) | (_, 0..=2) => Grant::Roomy,
            (_, 3..=5) => Grant::Prompt,
            _ => Grant::Lazy,
        };
        let (stream_window, connection_window) = match grant {
            Grant::Roomy => (8 << 20, 1 << 30),
            // A frame for each 2 KiB is what the server bears without end; slower than 16 KiB in 30 s it is not.
            Grant::Prompt => (chance.skewed(4096..=300_000), chance.skewed(65_535..=600_000)),
            Grant::Lazy => (chance.skewed(16_384..=300_000), chance.skewed(65_535..=600_000)),
            Grant::Never => (chance.skewed(1..=65_535), 65_535),
        };
        let is_restless = chance.one_in(2);
        Habits {
            grant,
            stream_window: stream_window as i64,
            connection_window: connection_window as i64,
            restlessness: chance.skewed(MILLISECOND / 10..=SECOND),
            whims: if is_restless { chance.between(1..=60) as u32 } else { 0 },
            is_fickle: chance.one_in(4),
            is_moody: grant != Grant::Roomy && chance.one_in(2),
            has_priorities: chance.one_in(2),
            pads: chance.one_in(4),
        }
    }
}
