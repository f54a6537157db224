//! How often clients come: a count for each that costs one number, without locks and without end of memory (GCRA, the generic
//! cell rate algorithm of ATM).
//!
//! ```text
//! slot     16 bits of the key · 48 bits of microseconds: when the client has used up nothing any more
//! ```
//!
//! That time moves on with each request, by what one costs. As long as it is not further ahead than what may be used at once,
//! there may be another.

use site::route::Rate;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The counts, as many as there are slots.
pub(super) struct Rates {
    /// Made when the first is counted.
    slots: OnceLock<Box<[AtomicU64]>>,
}

/// Half a MiB. A client that finds no free one among those it may have takes that of whoever used up least: with more clients
/// at a time than this, limits are kept less strictly, and nobody is turned away for another's sake.
const SLOTS: usize = 1 << 16;
/// Slots that a client may have.
const WAYS: usize = 4;
const TIME_BITS: u32 = 48;
const TIME_MASK: u64 = (1 << TIME_BITS) - 1;

impl Rates {
    pub(super) fn new() -> Rates {
        Rates { slots: OnceLock::new() }
    }

    /// Counts one. `now`: since the same moment each time. Errs, and counts nothing, with how many seconds later there may be
    /// another.
    pub(super) fn admit(&self, key: u64, limit: &Rate, now: Duration) -> Result<(), u32> {
        let now = microseconds(now);
        let slots = self.slots.get_or_init(|| (0..SLOTS).map(|_| AtomicU64::new(0)).collect());
        loop {
            let (slot, before) = find(slots, key, now);
            let after = next(used_until(before, key), limit, now)?;
            let content = tag(key) << TIME_BITS | after & TIME_MASK;
            // Somebody else was faster: it counts before.
            if slot.compare_exchange_weak(before, content, Relaxed, Relaxed).is_ok() {
                return Ok(());
            }
        }
    }

    /// Whether one more would be admitted; counts nothing.
    pub(super) fn look(&self, key: u64, limit: &Rate, now: Duration) -> Result<(), u32> {
        let now = microseconds(now);
        let Some(slots) = self.slots.get() else { return Ok(()) };
        let (_, content) = find(slots, key, now);
        next(used_until(content, key), limit, now).map(drop)
    }
}

/// The slot of a client: its own, else one that nobody needs any more, else that of whoever used up least.
fn find(slots: &[AtomicU64], key: u64, now: u64) -> (&AtomicU64, u64) {
    let first = key as usize % (SLOTS / WAYS) * WAYS;
    let mut best: Option<(&AtomicU64, u64)> = None;
    for slot in &slots[first..first + WAYS] {
        let content = slot.load(Relaxed);
        if content >> TIME_BITS == tag(key) && content != 0 {
            return (slot, content);
        }
        let until = |content: u64| (content & TIME_MASK).max(now);
        if best.is_none_or(|(_, other)| until(content) < until(other)) {
            best = Some((slot, content));
        }
    }
    // There is one: WAYS is not 0.
    best.unwrap_or((&slots[first], 0))
}

/// Until when the client of that key has used up something; 0: it has not.
fn used_until(content: u64, key: u64) -> u64 {
    if content >> TIME_BITS == tag(key) { content & TIME_MASK } else { 0 }
}

/// Until when it has, with one request more.
fn next(used_until: u64, limit: &Rate, now: u64) -> Result<u64, u32> {
    let cost = (microseconds(limit.period) / u64::from(limit.requests.max(1))).max(1);
    let ahead = cost.saturating_mul(u64::from(limit.burst));
    let from = used_until.max(now);
    match (from - now).checked_sub(ahead) {
        None | Some(0) => Ok(from + cost),
        Some(too_early) => Err(u32::try_from(too_early.div_ceil(1_000_000)).unwrap_or(u32::MAX)),
    }
}

/// Other bits of the key than those that choose the slot. Never 0, so that no slot in use is.
fn tag(key: u64) -> u64 {
    (key >> TIME_BITS).max(1)
}

fn microseconds(time: Duration) -> u64 {
    // For nine years; then it begins again, and limits are kept less strictly for a moment.
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX) & TIME_MASK
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Rate = Rate { requests: 10, period: Duration::from_secs(1), burst: 3 };

    /// Requests of one client at these milliseconds: `+` for those that are admitted, else the seconds to wait.
    #[track_caller]
    fn check(limit: &Rate, times: &[u64], expected: &str) {
        let rates = Rates::new();
        let told: Vec<String> = times
            .iter()
            .map(|&at| {
                rates
                    .admit(7 << 50, limit, Duration::from_millis(at))
                    .map_or_else(|seconds| seconds.to_string(), |()| "+".into())
            })
            .collect();
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn so_many_in_a_time_and_some_at_once() {
        check(&LIMIT, &[0, 0, 0, 0, 0, 0], "+ + + + 1 1");
        check(&LIMIT, &[0, 0, 0, 0, 99, 100, 100, 200], "+ + + + 1 + 1 +");
        check(&LIMIT, &[0, 0, 0, 0, 5000, 5000, 5000, 5000, 5000], "+ + + + + + + + 1");
        let strict = Rate { burst: 0, ..LIMIT };
        check(&strict, &[0, 50, 100, 199, 200], "+ 1 + 1 +");
        let hourly = Rate { requests: 1, period: Duration::from_secs(3600), burst: 0 };
        check(&hourly, &[0, 1000, 3_600_000], "+ 3599 +");
    }

    #[test]
    fn who_is_turned_away_is_not_counted() {
        // Else whoever asks on and on would never come in again.
        let times: Vec<u64> = (0..200).collect();
        let rates = Rates::new();
        let admitted = times.iter().filter(|&&at| rates.admit(1, &LIMIT, Duration::from_millis(at)).is_ok()).count();
        assert_eq!(admitted, 4 + 1);
    }

    #[test]
    fn each_client_has_its_own_count() {
        let rates = Rates::new();
        let hasher = foldhash::fast::RandomState::default();
        let keys: Vec<u64> = (0..1000_u32).map(|client| std::hash::BuildHasher::hash_one(&hasher, client)).collect();
        let strict = Rate { burst: 0, ..LIMIT };
        let now = Duration::from_secs(1);
        let first = keys.iter().filter(|&&key| rates.admit(key, &strict, now).is_ok()).count();
        let again = keys.iter().filter(|&&key| rates.admit(key, &strict, now).is_ok()).count();
        // Two may have to share, once in some thousands.
        assert_eq!((first, again), (1000, 0));
        assert!(keys.iter().all(|&key| rates.look(key, &strict, now) == Err(1)));
        assert!(keys.iter().all(|&key| rates.look(key, &strict, Duration::from_millis(1100)) == Ok(())));
    }

    #[test]
    fn nobody_is_turned_away_for_another_s_sake() {
        let rates = Rates::new();
        let hasher = foldhash::fast::RandomState::default();
        let strict = Rate { burst: 0, ..LIMIT };
        let keys = (0..500_000_u32).map(|client| std::hash::BuildHasher::hash_one(&hasher, client));
        let refused = keys.filter(|&key| rates.admit(key, &strict, Duration::from_secs(1)).is_err()).count();
        // But those few whose tags are the same too.
        assert!(refused < 100, "{refused}");
    }

    #[test]
    fn threads_lose_no_count() {
        let rates = Rates::new();
        let limit = Rate { requests: 1, period: Duration::from_secs(3600), burst: 999 };
        let admitted: usize = std::thread::scope(|scope| {
            let count = || (0..1000).filter(|_| rates.admit(5, &limit, Duration::from_secs(1)).is_ok()).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(admitted, 1000);
    }
}
