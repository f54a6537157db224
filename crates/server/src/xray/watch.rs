//! A clock for those who have no reactor: it goes on from a moment of the reactor's, so that all times of a request compare.

use std::time::Instant;

/// A stopwatch. It is started when somebody looks, and never else: nobody pays for a look at a clock that nobody asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    /// What the reactor's clock said, in nanoseconds…
    at: u64,
    /// …at this moment.
    started: Instant,
}

impl Watch {
    /// Goes on from `at`, which is now.
    pub(crate) fn start(at: u64) -> Watch {
        Watch { at, started: Instant::now() }
    }

    /// In nanoseconds, as the reactor tells the time.
    pub(crate) fn now(&self) -> u64 {
        let since = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.at.saturating_add(since)
    }
}
