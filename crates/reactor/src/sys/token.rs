//! What the kernel keeps for us with each socket: its key, as one number.

use crate::reactor::Key;

pub(crate) fn token_of(key: Key) -> u64 {
    u64::from(key.generation) << 32 | u64::from(key.index)
}

pub(crate) fn key_of(token: u64) -> Key {
    Key { index: token as u32, generation: (token >> 32) as u32 }
}

/// Generation 0 is for listeners, by their number, and for the waker.
pub(crate) const WAKER_TOKEN: u64 = u32::MAX as u64;
