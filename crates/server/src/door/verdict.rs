//! What is remembered of passwords: that they were right, or wrong, and never what they are.
//!
//! A table that is read and written without locks: a slot is one number, found by some bits of a keyed hash of all that the
//! verdict depends on, and holds the others. Who cannot know the key, which is made when the process starts and never leaves
//! it, can neither make a password that meets a verdict of another, nor learn one from the table.

use siphasher::sip128::{Hash128, Hasher128, SipHasher24};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The keyed hash of a name, a password, and the hash that the password is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(Hash128);

/// Verdicts, as many as there are slots. New ones push out others: right ones only right ones, so that whoever guesses makes
/// nobody wait who has come in before.
pub(super) struct Verdicts {
    key: (u64, u64),
    right: Box<[AtomicU64]>,
    wrong: Box<[AtomicU64]>,
}

const RIGHT_SLOTS: usize = 8192;
const WRONG_SLOTS: usize = 1024;

impl Verdicts {
    pub(super) fn new() -> Verdicts {
        // The standard library asks the kernel for the keys of its tables.
        let random = |number: u64| RandomState::new().hash_one(number);
        let slots = |count| (0..count).map(|_| AtomicU64::new(0)).collect();
        Verdicts { key: (random(1), random(2)), right: slots(RIGHT_SLOTS), wrong: slots(WRONG_SLOTS) }
    }

    /// `hash`: what the password is held against; `None`: there is nobody of that name.
    pub(super) fn mark(&self, hash: Option<&str>, name: &[u8], password: &[u8]) -> Mark {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        for part in [hash.unwrap_or_default().as_bytes(), name, password] {
            // With its length, so that no two lists of parts read alike.
            hasher.write_usize(part.len());
            hasher.write(part);
        }
        Mark(hasher.finish128())
    }

    pub(super) fn get(&self, mark: Mark) -> Option<bool> {
        let holds = |slots: &[AtomicU64]| slots[place(slots, mark)].load(Relaxed) == content(mark);
        if holds(&self.right) {
            return Some(true);
        }
        holds(&self.wrong).then_some(false)
    }

    pub(super) fn note(&self, mark: Mark, is_right: bool) {
        let slots = if is_right { &self.right } else { &self.wrong };
        slots[place(slots, mark)].store(content(mark), Relaxed);
    }
}

fn place(slots: &[AtomicU64], mark: Mark) -> usize {
    mark.0.h1 as usize % slots.len()
}

/// Never 0, which is an empty slot.
fn content(mark: Mark) -> u64 {
    mark.0.h2.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_holds_for_all_that_it_depends_on() {
        let verdicts = Verdicts::new();
        let mark = |hash, name: &str, password: &str| verdicts.mark(hash, name.as_bytes(), password.as_bytes());
        let known = mark(Some("h"), "ann", "secret");
        assert_eq!(verdicts.get(known), None);
        verdicts.note(known, true);
        assert_eq!(verdicts.get(mark(Some("h"), "ann", "secret")), Some(true));
        for other in [
            mark(Some("i"), "ann", "secret"),
            mark(Some("h"), "ann", "Secret"),
            mark(Some("h"), "anns", "ecret"),
            mark(Some("ha"), "nn", "secret"),
            mark(None, "ann", "secret"),
        ] {
            assert_eq!(verdicts.get(other), None);
        }
        // Of another process, or another key, it says nothing.
        assert_ne!(Verdicts::new().mark(Some("h"), b"ann", b"secret"), known);
    }

    #[test]
    fn guesses_push_out_no_verdict_of_who_came_in() {
        let verdicts = Verdicts::new();
        let known = verdicts.mark(Some("h"), b"ann", b"secret");
        verdicts.note(known, true);
        for guess in 0..100_000_u32 {
            verdicts.note(verdicts.mark(Some("h"), b"ann", &guess.to_le_bytes()), false);
        }
        assert_eq!(verdicts.get(known), Some(true));
    }
}
