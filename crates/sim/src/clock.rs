//! The one clock of a life. It moves when somebody waits, and a little with each thing that is done.

use semantics::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Shared by network, disk and clients. Atomic only because files may be sent between threads; there is one thread.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    nanoseconds: Arc<AtomicU64>,
    /// What the calendar said when the life began, in nanoseconds.
    began: i128,
}

pub(crate) const MILLISECOND: u64 = 1_000_000;
pub(crate) const SECOND: u64 = 1_000_000_000;

/// Some life begins here: 14 November 2023, and up to a day later.
const CALENDAR: i128 = 1_700_000_000_000_000_000;

impl Clock {
    /// `offset`: nanoseconds, so that lives do not all begin with a whole second.
    pub(crate) fn new(offset: u64) -> Clock {
        // Not from 0, so that nothing takes a missing time for the beginning.
        Clock { nanoseconds: Arc::new(AtomicU64::new(1000 * SECOND)), began: CALENDAR + i128::from(offset) }
    }

    pub(crate) fn now(&self) -> u64 {
        self.nanoseconds.load(Relaxed)
    }

    pub(crate) fn date(&self) -> Timestamp {
        Timestamp(self.began + i128::from(self.now()))
    }

    /// Never goes back.
    pub(crate) fn advance_to(&self, at: u64) {
        self.nanoseconds.fetch_max(at, Relaxed);
    }

    /// Something took its time.
    pub(crate) fn step(&self, nanoseconds: u64) {
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }
}
