//! The date as HTTP writes it, made once a second.

use semantics::Timestamp;
use semantics::date::format_date;

/// Now, and the value of the `Date` field for it (RFC 9110 §6.6.1).
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) now: Timestamp,
    pub(crate) second: i64,
    pub(crate) date: [u8; 29],
}

impl Clock {
    pub(crate) fn new(now: Timestamp) -> Clock {
        Clock { now, second: now.seconds(), date: format_date(now.seconds()) }
    }

    /// Sets the time; formats only when the second is another.
    pub(crate) fn set(&mut self, now: Timestamp) {
        self.now = now;
        let second = now.seconds();
        if second != self.second {
            self.second = second;
            self.date = format_date(second);
        }
    }
}
