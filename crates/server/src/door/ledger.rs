//! What was counted of one request. It may be decided twice, by a worker and then by the pool, and must be counted once.

use super::seat::Seat;
use site::route::TurnedAway;
use std::mem::take;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// What was counted of one request: it passed so many limits, and then maybe one turned it away, which ends the search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    passed: u16,
    turned_away: Option<TurnedAway>,
}

impl Counted {
    /// Whether some limit turned it away.
    pub(crate) fn is_turned_away(self) -> bool {
        self.turned_away.is_some()
    }

    fn note(&mut self, admitted: Result<(), TurnedAway>) {
        match admitted {
            Ok(()) => self.passed = self.passed.saturating_add(1),
            Err(turned_away) => self.turned_away = Some(turned_away),
        }
    }

    /// What was counted before comes again, in the same order. `None`: this is new.
    fn next(&mut self) -> Option<Result<(), TurnedAway>> {
        match *self {
            Counted { passed: 1.., .. } => {
                self.passed -= 1;
                Some(Ok(()))
            }
            Counted { turned_away, .. } => turned_away.map(Err),
        }
    }
}

/// The same in one number, for doors are shared by threads, though only one counts.
///
/// `seconds << 32 | is_too_much_at_once << 17 | is_turned_away << 16 | passed`
#[derive(Debug, Default)]
struct Tally(AtomicU64);

impl Tally {
    fn of(counted: Counted) -> Tally {
        let tally = Tally::default();
        tally.set(counted);
        tally
    }

    fn get(&self) -> Counted {
        let number = self.0.load(Relaxed);
        let turned_away = match number >> 16 & 0b11 {
            0b01 => Some(TurnedAway::TooOften((number >> 32) as u32)),
            0b11 => Some(TurnedAway::TooManyAtOnce),
            _ => None,
        };
        // The cast keeps the lowest sixteen bits, which are those that are meant.
        Counted { passed: number as u16, turned_away }
    }

    fn set(&self, counted: Counted) {
        let turned_away = match counted.turned_away {
            None => 0,
            Some(TurnedAway::TooOften(seconds)) => u64::from(seconds) << 32 | 1 << 16,
            Some(TurnedAway::TooManyAtOnce) => 0b11 << 16,
        };
        self.0.store(turned_away | u64::from(counted.passed), Relaxed);
    }
}

/// What is counted of one request, and the seats that it has taken.
#[derive(Debug)]
pub(super) struct Ledger {
    counted: Tally,
    /// Counted before, and not met again yet.
    left: Tally,
    /// Locked where a limit of what is under way lets somebody in, by whoever decides; there is nobody to wait for.
    seats: Mutex<Vec<Seat>>,
}

impl Ledger {
    /// Goes on with what was counted before.
    pub(super) fn new(before: Counted) -> Ledger {
        Ledger { counted: Tally::default(), left: Tally::of(before), seats: Mutex::default() }
    }

    /// One more limit is asked. `admit` counts.
    pub(super) fn count(&self, admit: impl FnOnce() -> Result<Option<Seat>, TurnedAway>) -> Result<(), TurnedAway> {
        let mut left = self.left.get();
        let admitted = match left.next() {
            Some(before) => {
                self.left.set(left);
                before
            }
            None => admit().map(|seat| {
                if let Some(seat) = seat {
                    self.seats.lock().unwrap_or_else(PoisonError::into_inner).push(seat);
                }
            }),
        };
        let mut counted = self.counted.get();
        counted.note(admitted);
        self.counted.set(counted);
        admitted
    }

    /// What was counted, for whoever goes on with the same request.
    pub(super) fn counted(&self) -> Counted {
        self.counted.get()
    }

    pub(super) fn take_seats(&self) -> Vec<Seat> {
        take(&mut *self.seats.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_comes_again_in_its_order() {
        for turned_away in [TurnedAway::TooOften(u32::MAX), TurnedAway::TooOften(0), TurnedAway::TooManyAtOnce] {
            let first = Ledger::new(Counted::default());
            assert_eq!(first.count(|| Ok(None)), Ok(()));
            assert_eq!(first.count(|| Err(turned_away)), Err(turned_away));
            let second = Ledger::new(first.counted());
            let not_asked = || panic!("counted twice");
            assert_eq!(second.count(not_asked), Ok(()));
            assert_eq!(second.count(not_asked), Err(turned_away));
            assert_eq!(second.counted(), first.counted());
            assert!(second.counted().is_turned_away());
        }
        let ledger = Ledger::new(Counted::default());
        assert_eq!(ledger.count(|| Ok(None)), Ok(()));
        let next = Ledger::new(ledger.counted());
        assert_eq!(next.count(|| Err(TurnedAway::TooManyAtOnce)), Ok(()));
        assert_eq!(next.count(|| Err(TurnedAway::TooManyAtOnce)), Err(TurnedAway::TooManyAtOnce));
    }
}
