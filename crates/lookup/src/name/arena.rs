//! Short strings in one piece of memory.

/// Strings, known by their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    bytes: Vec<u8>,
    /// Where each string ends.
    ///
    /// Invariant: never falling; the last one is `bytes.len()`.
    ends: Vec<u32>,
}

impl Arena {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    pub(super) fn start(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] as usize }
    }

    pub(super) fn get(&self, index: usize) -> &[u8] {
        &self.bytes[self.start(index)..self.ends[index] as usize]
    }

    pub(super) fn push(&mut self, string: &[u8]) {
        self.bytes.extend_from_slice(string);
        self.ends.push(self.bytes.len() as u32);
    }

    /// Costs a move of all strings behind it.
    pub(super) fn insert(&mut self, index: usize, string: &[u8]) {
        let start = self.start(index) as u32;
        self.ends.insert(index, start);
        self.replace(index, string);
    }

    /// Costs a move of all strings behind it.
    pub(super) fn replace(&mut self, index: usize, string: &[u8]) {
        let (start, end) = (self.start(index), self.ends[index] as usize);
        self.bytes.splice(start..end, string.iter().copied());
        let (old, new) = ((end - start) as u32, string.len() as u32);
        for end in &mut self.ends[index..] {
            *end = *end - old + new;
        }
    }

    /// Costs a move of all strings behind it.
    pub(super) fn remove(&mut self, index: usize) {
        self.replace(index, &[]);
        self.ends.remove(index);
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_list_of_strings(steps in proptest::collection::vec((0u8..4, any::<usize>(), "[a-z]{0,5}"), 0..40)) {
            let (mut arena, mut plain) = (Arena::default(), Vec::<Vec<u8>>::new());
            for (kind, at, string) in steps {
                let string = string.into_bytes();
                match kind {
                    0 => { arena.push(&string); plain.push(string); }
                    1 => { let at = at % (plain.len() + 1); arena.insert(at, &string); plain.insert(at, string); }
                    _ if plain.is_empty() => {}
                    2 => { let at = at % plain.len(); arena.replace(at, &string); plain[at] = string; }
                    _ => { let at = at % plain.len(); arena.remove(at); plain.remove(at); }
                }
                let strings: Vec<_> = (0..plain.len()).map(|at| arena.get(at).to_vec()).collect();
                prop_assert_eq!(&strings, &plain);
                prop_assert_eq!(arena.bytes().len(), plain.concat().len());
            }
        }
    }
}
