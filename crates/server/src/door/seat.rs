//! How much clients have under way: a count for each, without locks and without end of memory.
//!
//! ```text
//! slot     48 bits of the key · 16 bits: how many are under way
//! ```
//!
//! Whoever counted one holds a [`Seat`], and what it counted is taken back when that is dropped: however an exchange ends, by its
//! last byte, a reset, a client that has gone, a panic. It knows its slot, so that nothing is taken from another, whatever the
//! settings are by then.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

/// The counts, as many as there are slots.
#[derive(Debug, Default)]
pub(super) struct Seats {
    /// Made when the first is counted.
    slots: OnceLock<Box<[AtomicU64]>>,
}

/// Half a MiB. A client that finds no free one among those it may have is not counted: with more clients that have something under
/// way than this, limits are kept less strictly, and nobody is turned away for another's sake.
const SLOTS: usize = 1 << 16;
/// Slots that a client may have.
const WAYS: usize = 4;
const COUNT_BITS: u32 = 16;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

/// One that is under way, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    slot: usize,
}

/// A client has as much under way as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Seats {
    /// Counts one more of the client of that key, which may have so many. `None`: there is no room to count it in.
    pub(super) fn take(self: &Arc<Seats>, key: u64, most: u32) -> Result<Option<Seat>, Full> {
        let slots = self.slots.get_or_init(|| (0..SLOTS).map(|_| AtomicU64::new(0)).collect());
        let ways = first(key)..first(key) + WAYS;
        let most = u64::from(most).min(COUNT_MASK - 1);
        loop {
            if under_way(&slots[ways.clone()], key) >= most {
                return Err(Full);
            }
            let held = |slot: &usize| slots[*slot].load(SeqCst);
            let own = ways.clone().find(|slot| is_of(held(slot), key));
            let Some(slot) = own.or_else(|| ways.clone().find(|slot| held(slot) == 0)) else { return Ok(None) };
            let before = held(&slot);
            if before != 0 && !is_of(before, key) {
                continue;
            }
            let after = tag(key) << COUNT_BITS | ((before & COUNT_MASK) + 1);
            // Somebody else was faster: it counts before.
            if slots[slot].compare_exchange(before, after, SeqCst, SeqCst).is_err() {
                continue;
            }
            let seat = Seat { seats: Arc::clone(self), slot };
            // Two slots may be begun for one client at the same moment, by two that each see its own alone.
            return if under_way(&slots[ways.clone()], key) > most { Err(Full) } else { Ok(Some(seat)) };
        }
    }

    /// How much the client of that key has under way.
    #[cfg(test)]
    pub(super) fn count(&self, key: u64) -> u64 {
        self.slots.get().map_or(0, |slots| under_way(&slots[first(key)..first(key) + WAYS], key))
    }

    /// Whether nobody has anything under way.
    #[cfg(test)]
    pub(super) fn are_empty(&self) -> bool {
        self.slots.get().is_none_or(|slots| slots.iter().all(|slot| slot.load(SeqCst) == 0))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(slot) = self.seats.slots.get().map(|slots| &slots[self.slot]) else { return };
        // A slot in which nothing is counted any more is free for anybody.
        let less = |content: u64| Some(if content & COUNT_MASK <= 1 { 0 } else { content - 1 });
        let _ = slot.fetch_update(SeqCst, SeqCst, less);
    }
}

fn under_way(slots: &[AtomicU64], key: u64) -> u64 {
    slots.iter().map(|slot| slot.load(SeqCst)).filter(|content| is_of(*content, key)).map(|of| of & COUNT_MASK).sum()
}

fn first(key: u64) -> usize {
    key as usize % (SLOTS / WAYS) * WAYS
}

/// Whether it counts for the client of that key.
fn is_of(content: u64, key: u64) -> bool {
    content != 0 && content >> COUNT_BITS == tag(key)
}

/// Other bits of the key than those that choose the slot. Never 0, so that no slot in use is.
fn tag(key: u64) -> u64 {
    (key >> COUNT_BITS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher;

    #[test]
    fn so_many_at_a_time_and_one_more_when_one_has_ended() {
        let seats = Arc::new(Seats::default());
        let first = seats.take(7, 2).unwrap();
        let second = seats.take(7, 2).unwrap();
        assert!(first.is_some() && second.is_some());
        assert_eq!(seats.take(7, 2).unwrap_err(), Full);
        // Others are not counted with it, and a limit that has been raised holds for what was counted before.
        assert!(seats.take(8, 2).unwrap().is_some());
        assert!(seats.take(7, 3).unwrap().is_some());
        drop(first);
        let third = seats.take(7, 2).unwrap();
        assert_eq!((seats.take(7, 2).unwrap_err(), seats.count(7)), (Full, 2));
        drop((second, third));
        assert!(seats.are_empty());
    }

    #[test]
    fn where_there_is_no_room_nobody_is_turned_away() {
        let seats = Arc::new(Seats::default());
        // All of these want the same slots.
        let keys = (1..=8_u64).map(|client| client << COUNT_BITS << 8);
        let taken: Vec<_> = keys.map(|key| seats.take(key, 1).unwrap()).collect();
        let counted = taken.iter().filter(|seat| seat.is_some()).count();
        assert_eq!(counted, WAYS);
        drop(taken);
        assert!(seats.are_empty());
    }

    #[test]
    fn threads_lose_no_count_and_never_go_beyond() {
        let seats = Arc::new(Seats::default());
        let hasher = foldhash::fast::RandomState::default();
        let keys: Vec<u64> = (0..3_u32).map(|client| hasher.hash_one(client)).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..2000 {
                        let key = keys[round % keys.len()];
                        let held: Vec<_> = (0..3).filter_map(|_| seats.take(key, 5).ok()).collect();
                        assert!(seats.count(key) <= 6, "one that finds itself beyond is counted for that moment");
                        drop(held);
                    }
                });
            }
        });
        assert!(seats.are_empty());
    }
}
