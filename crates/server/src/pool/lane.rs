//! Two queues before one pool: answers that people wait for, and pieces of what is being streamed. Many downloads of
//! archives shall not keep anybody from a page, nor many pages keep a download from going on.

use super::Work;
use crate::limit;
use std::collections::VecDeque;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Requests to be answered.
    Answers,
    /// Streams to be continued.
    Pieces,
}

impl Lane {
    pub(super) fn of<T>(work: &Work<T>) -> Lane {
        match work {
            Work::Answer(..) => Lane::Answers,
            Work::Next(_) => Lane::Pieces,
        }
    }
}

/// What waits for a thread, each kind first come, first served.
///
/// Invariant: streaming <= streaming_max
#[derive(Debug)]
pub(super) struct Lanes<E> {
    pub(super) answers: VecDeque<E>,
    pub(super) pieces: VecDeque<E>,
    /// Threads that make pieces at the moment.
    streaming: usize,
    streaming_max: usize,
}

impl<E> Lanes<E> {
    /// Nothing waits; at most so many threads make pieces at a time.
    pub(super) fn new(streaming_max: usize) -> Lanes<E> {
        Lanes { answers: VecDeque::new(), pieces: VecDeque::new(), streaming: 0, streaming_max }
    }

    /// Gives it back when too many of its kind wait.
    pub(super) fn put(&mut self, errand: E, lane: Lane) -> Result<(), E> {
        let queue = match lane {
            Lane::Answers => &mut self.answers,
            Lane::Pieces => &mut self.pieces,
        };
        if queue.len() >= limit::ERRANDS_MAX {
            return Err(errand);
        }
        queue.push_back(errand);
        Ok(())
    }

    /// What a thread does next; it says by [`Lanes::give_back`] when it is done. Answers go first, but while no thread
    /// makes pieces the next one does: so streams go on, however much is asked.
    pub(super) fn take(&mut self) -> Option<(E, Lane)> {
        if self.streaming > 0
            && let Some(errand) = self.answers.pop_front()
        {
            return Some((errand, Lane::Answers));
        }
        if self.streaming < self.streaming_max
            && let Some(errand) = self.pieces.pop_front()
        {
            self.streaming += 1;
            return Some((errand, Lane::Pieces));
        }
        Some((self.answers.pop_front()?, Lane::Answers))
    }

    /// A thread is done with what it took.
    pub(super) fn give_back(&mut self, lane: Lane) {
        if lane == Lane::Pieces {
            self.streaming -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` puts an answer, `p` a piece, `t` lets a thread take, `d` ends a piece. What threads took, with `-` for nothing.
    #[track_caller]
    fn check(steps: &str, expected: &str) {
        let mut lanes = Lanes::new(2);
        let mut taken = String::new();
        for step in steps.chars() {
            match step {
                'a' => lanes.put('a', Lane::Answers).unwrap(),
                'p' => lanes.put('p', Lane::Pieces).unwrap(),
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
    fn each_kind_is_bounded_by_itself() {
        let mut lanes = Lanes::new(1);
        (0..limit::ERRANDS_MAX).for_each(|_| lanes.put('p', Lane::Pieces).unwrap());
        assert_eq!(lanes.put('p', Lane::Pieces), Err('p'));
        assert_eq!(lanes.put('a', Lane::Answers), Ok(()));
    }
}
