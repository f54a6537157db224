//! Three queues before one pool: answers that people wait for, pieces of what is being streamed, and passwords that are to be found
//! out about. Many downloads of archives shall not keep anybody from a page, nor many pages keep a download from going on, nor
//! whoever guesses passwords anybody from anything.

use super::Work;
use super::turn::Turns;
use crate::door::Guesser;
use crate::limit;
use std::collections::VecDeque;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Requests to be answered.
    Answers,
    /// Streams to be continued.
    Pieces,
    /// Requests with a password that is to be found out about, by whose turn it takes.
    Passwords(Guesser),
}

impl Lane {
    pub(super) fn of<T>(work: &Work<T>) -> Lane {
        match work {
            Work::Answer(..) => Lane::Answers,
            Work::Next(_) => Lane::Pieces,
        }
    }
}

/// What waits for a thread, each kind first come, first served, but that guessers take turns.
///
/// Invariant: streaming <= streaming_max, and with what is under way of passwords less than all threads, where there are three
#[derive(Debug)]
pub(super) struct Lanes<E> {
    pub(super) answers: VecDeque<E>,
    pub(super) pieces: VecDeque<E>,
    /// Threads that make pieces at the moment.
    streaming: usize,
    streaming_max: usize,
    pub(super) passwords: Turns<E>,
    threads: usize,
}

impl<E> Lanes<E> {
    /// Nothing waits, for so many threads.
    pub(super) fn new(threads: usize) -> Lanes<E> {
        let streaming_max = threads.div_ceil(limit::STREAMING_SHARE);
        let (answers, pieces, passwords) = (VecDeque::new(), VecDeque::new(), Turns::new());
        Lanes { answers, pieces, streaming: 0, streaming_max, passwords, threads }
    }

    /// Gives it back when too many of its kind wait.
    pub(super) fn put(&mut self, errand: E, lane: Lane) -> Result<(), E> {
        let queue = match lane {
            Lane::Answers => &mut self.answers,
            Lane::Pieces => &mut self.pieces,
            Lane::Passwords(guesser) => return self.passwords.put(guesser, errand),
        };
        if queue.len() >= limit::ERRANDS_MAX {
            return Err(errand);
        }
        queue.push_back(errand);
        Ok(())
    }

    /// What a thread does next; it says by [`Lanes::give_back`] when it is done. Answers go first, but while no thread
    /// makes pieces the next one does, and while none finds out about a password the next one does that: so streams go on and people
    /// come in, however much is asked.
    pub(super) fn take(&mut self) -> Option<(E, Lane)> {
        if self.passwords.under_way() == 0
            && let Some((errand, guesser)) = self.passwords.take()
        {
            return Some((errand, Lane::Passwords(guesser)));
        }
        if self.streaming > 0
            && let Some(errand) = self.answers.pop_front()
        {
            return Some((errand, Lane::Answers));
        }
        if self.streaming < self.streaming_max
            && (self.streaming == 0 || self.leaves_one())
            && let Some(errand) = self.pieces.pop_front()
        {
            self.streaming += 1;
            return Some((errand, Lane::Pieces));
        }
        if let Some(errand) = self.answers.pop_front() {
            return Some((errand, Lane::Answers));
        }
        if self.passwords.under_way() < limit::PASSWORDS_AT_ONCE
            && self.leaves_one()
            && let Some((errand, guesser)) = self.passwords.take()
        {
            return Some((errand, Lane::Passwords(guesser)));
        }
        None
    }

    /// Whether one more that takes long leaves a thread for answers.
    fn leaves_one(&self) -> bool {
        self.streaming + self.passwords.under_way() + 1 < self.threads
    }

    /// A thread is done with what it took.
    pub(super) fn give_back(&mut self, lane: Lane) {
        match lane {
            Lane::Answers => {}
            Lane::Pieces => self.streaming -= 1,
            Lane::Passwords(guesser) => self.passwords.give_back(guesser),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` puts an answer, `p` a piece, `1` to `9` a password of that guesser, `t` lets a thread take, `d` ends a piece. What
    /// threads took, with `-` for nothing.
    #[track_caller]
    fn check(steps: &str, expected: &str) {
        let mut lanes = Lanes::new(4);
        let mut taken = String::new();
        for step in steps.chars() {
            match step {
                'a' => lanes.put('a', Lane::Answers).unwrap(),
                'p' => lanes.put('p', Lane::Pieces).unwrap(),
                '1'..='9' => lanes.put(step, Lane::Passwords(Guesser(u64::from(step)))).unwrap(),
                't' => taken.push(lanes.take().map_or('-', |(errand, _)| errand)),
                _ => lanes.give_back(Lane::Pieces),
            }
        }
        assert_eq!(taken, expected, "{steps}");
    }

    #[test]
    fn answers_go_before_pieces() {
        check("pptaatt", "paa");
        check("ppaattt", "paa");
    }

    #[test]
    fn pieces_never_have_all_threads() {
        check("pppptttt", "pp--");
        check("pppptttat", "pp-a");
        check("pppttdt", "ppp");
    }

    #[test]
    fn pieces_go_on_however_much_is_asked() {
        check("aaapttt", "paa");
        check("aaappttdtt", "papa");
    }

    #[test]
    fn passwords_never_have_all_threads() {
        check("1112345ttt", "12-");
        check("pp1234tttt", "1pp-");
        check("pp1234ttat", "1pa");
        check("1a2at3att", "1aa");
    }

    #[test]
    fn each_kind_is_bounded_by_itself() {
        let mut lanes = Lanes::new(1);
        (0..limit::ERRANDS_MAX).for_each(|_| lanes.put('p', Lane::Pieces).unwrap());
        assert_eq!(lanes.put('p', Lane::Pieces), Err('p'));
        assert_eq!(lanes.put('a', Lane::Answers), Ok(()));
    }
}
