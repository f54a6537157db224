//! Materials whose words are to be read: those that changed just now first, then the newest.

use crate::live::watch::is_below;
use std::collections::{BinaryHeap, HashMap, VecDeque};

/// What waits, and what is being read. Which materials wait is noted at their marks; here are only their turns, and one
/// that does not wait any more is passed over when it is its turn.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    fresh: VecDeque<Box<[u8]>>,
    many: BinaryHeap<(i64, Box<[u8]>)>,
    flying: HashMap<Vec<u8>, Flight>,
    fresh_flying: usize,
}

/// A material that is being read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flight {
    /// It is gone meanwhile: what comes of it is of no use.
    pub(crate) is_void: bool,
    /// It changed meanwhile.
    pub(crate) is_stale: bool,
    /// Somebody may be looking for it.
    pub(crate) is_fresh: bool,
}

impl Queue {
    /// Changed just now.
    pub(crate) fn push_fresh(&mut self, path: &[u8]) {
        self.fresh.push_back(path.into());
    }

    /// One of many, last changed at this time.
    pub(crate) fn push(&mut self, path: &[u8], modified: i64) {
        self.many.push((modified, path.into()));
    }

    /// The next one that changed just now. The last is the first: that is the one somebody looks for.
    pub(crate) fn pop_fresh(&mut self) -> Option<Box<[u8]>> {
        self.fresh.pop_back()
    }

    /// The next of many.
    pub(crate) fn pop(&mut self) -> Option<Box<[u8]>> {
        self.many.pop().map(|(_, path)| path)
    }

    /// Whether nothing waits and nothing is being read.
    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.many.is_empty() && self.flying.is_empty()
    }

    /// Turns that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.fresh.len() + self.many.len()
    }

    /// How many are being read: those that changed just now, and the others.
    pub(crate) fn flying(&self) -> (usize, usize) {
        (self.fresh_flying, self.flying.len() - self.fresh_flying)
    }

    /// Somebody reads it. `false`: somebody does already, and it will be read once more.
    pub(crate) fn depart(&mut self, path: &[u8], is_fresh: bool) -> bool {
        if let Some(flight) = self.flying.get_mut(path) {
            flight.is_stale = true;
            return false;
        }
        self.flying.insert(path.to_vec(), Flight { is_fresh, ..Flight::default() });
        self.fresh_flying += usize::from(is_fresh);
        true
    }

    /// It was read.
    pub(crate) fn arrive(&mut self, path: &[u8]) -> Flight {
        let flight = self.flying.remove(path).unwrap_or_default();
        self.fresh_flying -= usize::from(flight.is_fresh);
        flight
    }

    /// It is gone: what is being read of it does not count.
    pub(crate) fn cancel(&mut self, path: &[u8]) {
        if let Some(flight) = self.flying.get_mut(path) {
            flight.is_void = true;
        }
    }

    /// The folder is gone, and all below it.
    pub(crate) fn cancel_folder(&mut self, folder: &[u8]) {
        let below = self.flying.iter_mut().filter(|(path, _)| is_below(path, folder));
        below.for_each(|(_, flight)| flight.is_void = true);
    }

    /// Forgets all turns; what is being read does not count.
    pub(crate) fn clear(&mut self) {
        self.fresh = VecDeque::new();
        self.many = BinaryHeap::new();
        self.cancel_folder(b"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_the_first() {
        let mut queue = Queue::default();
        queue.push(b"old", 1);
        queue.push(b"new", 3);
        queue.push(b"middle", 2);
        queue.push_fresh(b"x");
        queue.push_fresh(b"y");
        assert_eq!(queue.waiting(), 5);
        let many: Vec<Box<[u8]>> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(many, [Box::from(&b"new"[..]), Box::from(&b"middle"[..]), Box::from(&b"old"[..])]);
        assert_eq!(queue.pop_fresh().as_deref(), Some(&b"y"[..]));
        assert_eq!(queue.pop_fresh().as_deref(), Some(&b"x"[..]));
        assert!(queue.is_empty());
    }

    #[test]
    fn what_changes_while_it_is_read_is_known() {
        let mut queue = Queue::default();
        assert!(queue.depart(b"a/x", true) && queue.depart(b"ab", false) && queue.depart(b"b", false));
        assert_eq!(queue.flying(), (1, 2));
        assert!(!queue.depart(b"b", true));
        queue.cancel_folder(b"a");
        assert!(!queue.is_empty());
        let (x, ab, b) = (queue.arrive(b"a/x"), queue.arrive(b"ab"), queue.arrive(b"b"));
        assert!(x.is_void && !ab.is_void && !b.is_void);
        assert!(!x.is_stale && !ab.is_stale && b.is_stale);
        assert_eq!(queue.flying(), (0, 0));
        assert!(queue.is_empty());
    }
}
