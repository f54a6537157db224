//! How fast to go: whoever answers goes first. The kernel sees to most of that, for the threads here have the lowest
//! priority; but they share caches and memory with the others, and those who answer shall not feel it.

use crate::live::settings::Load;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Says whether to work or to rest.
#[derive(Debug)]
pub(crate) struct Pace {
    load: Option<Load>,
    cores: f32,
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
    /// For a machine with so many `cores`.
    pub(crate) fn new(load: Option<Load>, cores: usize) -> Pace {
        let used = load.as_ref().map_or(Duration::ZERO, |load| (load.0)());
        let last = Mutex::new(Sample { at: Instant::now(), used, share: 0.0 });
        Pace { load, cores: cores as f32, last }
    }

    /// How long to rest after a piece of work that took so long, the longer the more is asked of those who answer. `number`: of the
    /// thread, the first of which never rests for good: else a server that is always busy would never be indexed.
    pub(crate) fn rest(&self, number: usize, work: Duration) -> Duration {
        let share = self.share();
        // Cores that nobody needs, with one more kept for who may come.
        let is_free = (number + 1) as f32 <= self.cores - share - 1.0;
        match number {
            _ if share < SHARE_BUSY || is_free => Duration::ZERO,
            0 => work.mul_f32(REST_TIMES * share.min(1.0)).min(REST_MAX),
            _ => REST_MAX,
        }
    }

    /// Whether there is nobody to be in the way of.
    pub(crate) fn is_idle(&self) -> bool {
        self.share() < SHARE_BUSY
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
/// A core that has no time left is asked for a fortieth by the one thread that goes on, and for as much again by who writes down what
/// that has read.
const REST_TIMES: f32 = 40.0;
/// However long the work was: it is to be done some day.
const REST_MAX: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    #[test]
    fn without_load_nobody_rests() {
        let pace = Pace::new(None, 2);
        assert_eq!(pace.rest(1, Duration::from_secs(9)), Duration::ZERO);
    }

    /// A machine with so many cores, of which those who answer take `share` in each hundred milliseconds.
    fn check(cores: usize, share: f32, number: usize, work_ms: u64, expected_ms: u64) {
        let used = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&used);
        let pace = Pace::new(Some(Load(Arc::new(move || Duration::from_micros(clock.load(Relaxed))))), cores);
        {
            let mut last = pace.last.lock().unwrap();
            last.at = last.at.checked_sub(Duration::from_secs(100)).unwrap();
        }
        used.store((share * 100e6) as u64, Relaxed);
        let rest = pace.rest(number, Duration::from_millis(work_ms));
        // The clock goes on while this is read.
        assert_eq!(
            rest.as_secs_f32().mul_add(100.0, 0.5) as u64,
            expected_ms / 10,
            "{cores} {share} {number} {work_ms}"
        );
        assert_eq!(pace.is_idle(), share < SHARE_BUSY);
    }

    #[test]
    fn a_page_now_and_then_stops_nobody() {
        check(1, 0.04, 0, 1000, 0);
        check(1, 0.04, 1, 1000, 0);
    }

    #[test]
    fn under_load_one_goes_on_slowly_the_more_slowly_the_more_is_asked() {
        check(1, 0.1, 0, 50, 200);
        check(2, 0.5, 0, 50, 1000);
        check(2, 1.0, 0, 50, 2000);
        check(2, 1.9, 0, 50, 2000);
        check(2, 1.0, 0, 1000, 5000);
        check(2, 0.1, 1, 1, 5000);
    }

    #[test]
    fn cores_that_nobody_needs_are_used() {
        check(4, 1.0, 0, 1000, 0);
        check(4, 1.0, 1, 1000, 0);
        check(4, 1.0, 2, 1000, 5000);
        check(4, 3.5, 0, 50, 2000);
    }
}
