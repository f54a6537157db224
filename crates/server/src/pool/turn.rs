//! Who is next to have a password looked at. That takes long, so that few are looked at at a time, and whoever asks for many makes
//! nobody wait but itself: guessers take turns, each has one under way and a few that wait.

use crate::door::Guesser;
use crate::limit;
use std::collections::VecDeque;

/// What waits for its turn, by whose it is, in the order in which they have it.
///
/// Invariant: nothing waits for a guesser that has no entry here, and no entry is empty
#[derive(Debug)]
pub(super) struct Turns<E> {
    waiting: VecDeque<(Guesser, VecDeque<E>)>,
    /// Whose are under way.
    under_way: Vec<Guesser>,
}

impl<E> Turns<E> {
    pub(super) fn new() -> Turns<E> {
        Turns { waiting: VecDeque::new(), under_way: Vec::new() }
    }

    /// Gives it back when that guesser has too many waiting, or too many guessers have.
    pub(super) fn put(&mut self, guesser: Guesser, errand: E) -> Result<(), E> {
        let guessers = self.waiting.len();
        match self.waiting.iter_mut().find(|(of, _)| *of == guesser) {
            Some((_, errands)) if errands.len() < limit::PASSWORDS_WAITING_EACH => errands.push_back(errand),
            None if guessers < limit::GUESSERS_WAITING => {
                self.waiting.push_back((guesser, VecDeque::from([errand])));
            }
            Some(_) | None => return Err(errand),
        }
        Ok(())
    }

    /// The next of whom none is under way.
    pub(super) fn take(&mut self) -> Option<(E, Guesser)> {
        let at = self.waiting.iter().position(|(guesser, _)| !self.under_way.contains(guesser))?;
        let (guesser, mut errands) = self.waiting.remove(at)?;
        let errand = errands.pop_front()?;
        if !errands.is_empty() {
            // Behind all others: who came later with one password does not wait for all of these.
            self.waiting.push_back((guesser, errands));
        }
        self.under_way.push(guesser);
        Some((errand, guesser))
    }

    /// One that was under way is not any more.
    pub(super) fn give_back(&mut self, guesser: Guesser) {
        self.under_way.retain(|of| *of != guesser);
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.iter().map(|(_, errands)| errands.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A letter puts something of its guesser, `t` takes the next, a capital letter ends what is under way of that guesser.
    #[track_caller]
    fn check(steps: &str, expected: &str) {
        let mut turns = Turns::new();
        let mut taken = String::new();
        for step in steps.bytes() {
            let guesser = Guesser(u64::from(step.to_ascii_lowercase()));
            match step {
                b't' => taken.push(turns.take().map_or('-', |(errand, _): (u8, _)| char::from(errand))),
                b'A'..=b'Z' => turns.give_back(guesser),
                _ => turns.put(guesser, step).unwrap(),
            }
        }
        assert_eq!(taken, expected, "{steps}");
    }

    #[test]
    fn guessers_take_turns() {
        check("aaaabtAtBtAt", "abaa");
        check("aaaabbbbctAtBtCtAt", "abcab");
        // The first of her comes in at once, however much another has waiting.
        check("aaaaaatbt", "ab");
    }

    #[test]
    fn of_each_one_is_under_way() {
        check("aaatttAtt", "a--a-");
        check("aabttt", "ab-");
    }

    #[test]
    fn what_waits_is_bounded_for_each_and_for_all() {
        let mut turns = Turns::new();
        (0..limit::PASSWORDS_WAITING_EACH).for_each(|_| turns.put(Guesser(0), ()).unwrap());
        assert_eq!(turns.put(Guesser(0), ()), Err(()));
        (1..limit::GUESSERS_WAITING as u64).for_each(|guesser| turns.put(Guesser(guesser), ()).unwrap());
        assert_eq!(turns.put(Guesser(u64::MAX), ()), Err(()));
        assert_eq!(turns.put(Guesser(1), ()), Ok(()));
        assert_eq!(turns.len(), limit::PASSWORDS_WAITING_EACH + limit::GUESSERS_WAITING);
    }
}
