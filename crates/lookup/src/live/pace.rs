//! How fast to go: whoever answers goes first. The kernel sees to most of that, for the threads here have the lowest
//! priority; but they share caches and memory with the others, and those who answer shall not feel it.

use crate::live::settings::Load;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Says whether to work or to rest.
#[derive(Debug)]
pub(crate) struct Pace {
    load: Option<Load>,
    last: Mutex<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    used: Duration,
    /// Of one core, lately.
    share: f32,
}

impl Pace {
    pub(crate) fn new(load: Option<Load>) -> Pace {
        let used = load.as_ref().map_or(Duration::ZERO, |load| (load.0)());
        Pace { load, last: Mutex::new(Sample { at: Instant::now(), used, share: 0.0 }) }
    }

    /// How long to rest after a piece of work that took so long. `number`: of the thread, the first of which never
    /// rests for good: else a server that is always busy would never be indexed.
    pub(crate) fn rest(&self, number: usize, work: Duration) -> Duration {
        match self.share() {
            share if share < SHARE_BUSY => Duration::ZERO,
            _ if number > 0 => REST_MAX,
            _ => (work * REST_TIMES).min(REST_MAX),
        }
    }

    /// What those who answer took of one core, lately.
    fn share(&self) -> f32 {
        let Some(load) = &self.load else { return 0.0 };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = last.at.elapsed();
        if passed >= SAMPLE {
            let used = (load.0)();
            let share = used.saturating_sub(last.used).as_secs_f32() / passed.as_secs_f32();
            *last = Sample { at: Instant::now(), used, share };
        }
        last.share
    }
}

/// Less than this of one core is a page now and then: nobody waits for it.
const SHARE_BUSY: f32 = 0.05;
/// Long enough for the kernel's clock, short enough to be out of the way before somebody notices.
const SAMPLE: Duration = Duration::from_millis(50);
/// Then one thread works a thirtieth of the time.
const REST_TIMES: u32 = 30;
/// After so long it is looked again whether somebody asks.
const REST_MAX: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    #[test]
    fn without_load_nobody_rests() {
        let pace = Pace::new(None);
        assert_eq!(pace.rest(1, Duration::from_secs(9)), Duration::ZERO);
    }

    #[test]
    fn under_load_one_goes_on_slowly_and_afterwards_all_go_on() {
        let used = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&used);
        let pace = Pace::new(Some(Load(Arc::new(move || Duration::from_micros(clock.load(Relaxed))))));
        let pass = || {
            let mut last = pace.last.lock().unwrap();
            last.at = last.at.checked_sub(Duration::from_millis(100)).unwrap();
        };
        used.store(90_000, Relaxed);
        pass();
        assert_eq!(pace.rest(1, Duration::from_millis(1)), REST_MAX);
        assert_eq!(pace.rest(0, Duration::from_millis(1)), Duration::from_millis(30));
        assert_eq!(pace.rest(0, Duration::from_secs(10)), REST_MAX);
        used.store(91_000, Relaxed);
        pass();
        assert_eq!(pace.rest(1, Duration::from_millis(1)), Duration::ZERO);
    }
}
