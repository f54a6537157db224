//! Whether orders may begin. Another process that is about to follow this one wants none to be under way: an authority would
//! look for the proof there, and find nothing.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What whoever orders is told, and what it is doing.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    now: Mutex<Now>,
    is_other: Condvar,
}

#[derive(Debug, Default)]
struct Now {
    told: Told,
    is_busy: bool,
}

/// What it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Told {
    /// To order what is due.
    #[default]
    Work,
    /// To begin nothing.
    Rest,
    /// To end.
    End,
}

impl Rest {
    /// Tells it so.
    pub(crate) fn tell(&self, told: Told) {
        self.now().told = told;
    }

    /// Waits until nothing is under way, but not for ever. Whether that is so.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut now = self.now();
        while now.is_busy {
            let Some(rest) = until.checked_duration_since(Instant::now()) else { return false };
            now = self.is_other.wait_timeout(now, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Is about to do something, until what this gives is dropped. Errs with what it is told, if that is not to work.
    pub(crate) fn begin(&self) -> Result<Busy<'_>, Told> {
        let mut now = self.now();
        match now.told {
            Told::Work => {
                now.is_busy = true;
                Ok(Busy(self))
            }
            told => Err(told),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct Busy<'a>(&'a Rest);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.now().is_busy = false;
        self.0.is_other.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_is_waited_for_and_nothing_more_begins() {
        let rest = Rest::default();
        let busy = rest.begin().unwrap();
        rest.tell(Told::Rest);
        assert!(!rest.wait(Duration::ZERO));
        std::thread::scope(|scope| {
            scope.spawn(|| drop(busy));
            assert!(rest.wait(Duration::from_secs(60)));
        });
        assert_eq!(rest.begin().unwrap_err(), Told::Rest);
        assert!(rest.wait(Duration::ZERO), "it has begun nothing");
        rest.tell(Told::Work);
        assert!(rest.begin().is_ok());
    }
}
