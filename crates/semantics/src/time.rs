//! The two clocks, both handed in from outside: one that only goes forward, one that people read.

use core::ops::Add;
use core::time::Duration;

/// A moment on the clock that only goes forward, in nanoseconds since an origin nobody needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

impl Instant {
    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }
}

/// A moment on the calendar, in nanoseconds since 1970-01-01T00:00:00Z; before it: negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i128);

impl Timestamp {
    /// From whole seconds since 1970.
    pub fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(i128::from(seconds) * 1_000_000_000)
    }

    /// Whole seconds since 1970, rounded down: what an HTTP date can say.
    pub fn seconds(self) -> i64 {
        match i64::try_from(self.0) {
            // Until the year 2262. Each turn of a worker asks, and a division of 128 bits takes sixty instructions more.
            Ok(nanoseconds) => nanoseconds.div_euclid(1_000_000_000),
            Err(_) => i64::try_from(self.0.div_euclid(1_000_000_000)).unwrap_or(i64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_down_however_far_away() {
        let check = |nanoseconds: i128, expected: i64| {
            assert_eq!(Timestamp(nanoseconds).seconds(), expected, "{nanoseconds}");
        };
        check(0, 0);
        check(999_999_999, 0);
        check(1_000_000_000, 1);
        check(-1, -1);
        check(-1_000_000_000, -1);
        check(-1_000_000_001, -2);
        // Where 64 bits end, and beyond.
        check(i64::MAX.into(), 9_223_372_036);
        check(i128::from(i64::MAX) + 1, 9_223_372_036);
        check(i64::MIN.into(), -9_223_372_037);
        check(i128::from(i64::MIN) - 1, -9_223_372_037);
        check(9_223_372_037_000_000_000, 9_223_372_037);
        check(i128::MAX, i64::MAX);
        check(Timestamp::from_seconds(i64::MIN).0, i64::MIN);
    }
}
