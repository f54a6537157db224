//! The date as HTTP writes it, made once a second.

use semantics::Timestamp;
use semantics::date::format_date;

/// Now, and the value of the `Date` field for it (RFC 9110 §6.6.1).
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) now: Timestamp,
    pub(crate) second: i64,
    pub(crate) date: [u8; 29],
    /// When the second began, in nanoseconds: to compare costs a tenth of what dividing 128 bits does, and that is done in
    /// each turn.
    began: i128,
}

impl Clock {
    pub(crate) fn new(now: Timestamp) -> Clock {
        let second = now.seconds();
        Clock { now, second, date: format_date(second), began: began(second) }
    }

    /// Sets the time; divides and formats only when the second is another, also when the clock was set back.
    pub(crate) fn set(&mut self, now: Timestamp) {
        self.now = now;
        if (self.began..self.began + SECOND).contains(&now.0) {
            return;
        }
        *self = Clock::new(now);
    }
}

fn began(second: i64) -> i128 {
    i128::from(second) * SECOND
}

/// In nanoseconds.
const SECOND: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_time_whichever_way_the_clock_goes() {
        let mut clock = Clock::new(Timestamp(1_772_623_385_999_999_999));
        let moments = [
            1_772_623_385_999_999_999,
            1_772_623_386_000_000_000,
            1_772_623_386_999_999_999,
            1_772_623_386_000_000_000,
            1_772_623_385_999_999_999,
            1_900_000_000_000_000_000,
            0,
            999_999_999,
            -1,
            -1_000_000_000,
            -1_000_000_001,
            1_000_000_000,
        ];
        for moment in moments {
            let now = Timestamp(moment);
            clock.set(now);
            let expected = Clock::new(now);
            assert_eq!((clock.now, clock.second, clock.date), (now, now.seconds(), expected.date), "{moment}");
            assert_eq!(clock.began, expected.began, "{moment}");
        }
    }
}
