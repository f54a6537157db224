//! Which id stands for a name in a folder: a hash table of ids alone, as the names themselves are elsewhere.

/// Numbers of names, found by their hash; four bytes each.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Ids, [`EMPTY`] or [`GONE`]. A power of two; probed one after the other.
    ///
    /// Invariant: one of them at least is `EMPTY`, or there are none.
    cells: Vec<u32>,
    /// Cells that are not empty.
    used: usize,
    /// Cells with an id.
    count: usize,
}

const EMPTY: u32 = u32::MAX;
const GONE: u32 = u32::MAX - 1;
/// Ids are below it.
pub(super) const ID_END: u32 = GONE;

impl Index {
    /// The id with this hash that is the one.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.probe(hash).map(|at| self.cells[at]).find(|&id| id != GONE && is_it(id))
    }

    /// The id must not be there yet. `hash_of` tells the hash of any id that is.
    pub(super) fn insert(&mut self, hash: u64, id: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.used + 1) * 4 > self.cells.len() * 3 {
            self.resize(hash_of);
        }
        let mask = self.cells.len() - 1;
        let mut at = hash as usize & mask;
        while self.cells[at] < ID_END {
            at = (at + 1) & mask;
        }
        self.used += usize::from(self.cells[at] == EMPTY);
        self.count += 1;
        self.cells[at] = id;
    }

    /// Takes an id out.
    pub(super) fn remove(&mut self, hash: u64, id: u32) {
        let at = self.probe(hash).find(|&at| self.cells[at] == id);
        if let Some(at) = at {
            self.cells[at] = GONE;
            self.count -= 1;
        }
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        self.cells.capacity() * size_of::<u32>()
    }

    /// The cells that an id with this hash may be in.
    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> {
        let length = self.cells.len();
        let start = hash as usize;
        (0..length).map(move |step| start.wrapping_add(step) & (length - 1)).take_while(|&at| self.cells[at] != EMPTY)
    }

    /// Makes room for one more, and forgets what is gone.
    fn resize(&mut self, hash_of: impl Fn(u32) -> u64) {
        let length = ((self.count + 1) * 4 / 3 + 1).next_power_of_two().max(16);
        // A table that was just made is not to be made again soon.
        let length = if (self.count + 1) * 8 > length * 5 { length * 2 } else { length };
        let old = std::mem::replace(&mut self.cells, vec![EMPTY; length]);
        for id in old.into_iter().filter(|&id| id < ID_END) {
            let mut at = hash_of(id) as usize & (length - 1);
            while self.cells[at] != EMPTY {
                at = (at + 1) & (length - 1);
            }
            self.cells[at] = id;
        }
        self.used = self.count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(steps in proptest::collection::vec((any::<bool>(), 0u32..64), 0..400), spread in 1u64..5) {
            let hash = |id: u32| u64::from(id) / spread;
            let (mut index, mut plain) = (Index::default(), BTreeSet::new());
            for (is_new, id) in steps {
                if is_new && plain.insert(id) {
                    index.insert(hash(id), id, hash);
                } else if !is_new && plain.remove(&id) {
                    index.remove(hash(id), id);
                }
                for id in 0..64 {
                    prop_assert_eq!(index.find(hash(id), |it| it == id).is_some(), plain.contains(&id));
                }
                prop_assert!(index.cells.is_empty() || index.cells.contains(&EMPTY));
            }
        }
    }
}
