//! The two clocks. Read once a turn, in one place; everybody else is handed the time.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// The clock that only goes forward, in nanoseconds.
pub(crate) fn now() -> u64 {
    // Neither clock can fail nor be negative on Linux: the monotonic one starts at boot.
    u64::try_from(nanoseconds(clock_gettime(ClockId::Monotonic))).unwrap_or(0)
}

/// The calendar, in nanoseconds since 1970. The coarse clock: as fine as the times of files, and a few nanoseconds to read.
pub(crate) fn date() -> i128 {
    nanoseconds(clock_gettime(ClockId::RealtimeCoarse))
}

fn nanoseconds(time: Timespec) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

/// Rounded up to the millisecond that `epoll_wait` counts in: waking early would be waking twice.
pub(crate) fn timeout(nanoseconds: u64) -> Timespec {
    let milliseconds = nanoseconds.div_ceil(1_000_000).min(WAIT_MILLISECONDS_MAX);
    Timespec { tv_sec: (milliseconds / 1000) as i64, tv_nsec: (milliseconds % 1000 * 1_000_000) as i64 }
}

/// Nothing waits longer than this, about 12 days: timeouts in milliseconds must fit an int.
const WAIT_MILLISECONDS_MAX: u64 = 1_000_000_000;
