//! The table of what was found, as Markdown, a row at a time.

use crate::report::verdict;

/// Of so many that were to be found, so many were.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    what: String,
    asked: usize,
    right: usize,
    misses: Vec<String>,
}

/// Prints the rows and keeps count of goals.
pub(super) struct Table {
    shows_misses: bool,
    has_head: bool,
    reached: usize,
    missed: usize,
}

/// How much of it must be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    /// At least this share.
    AtLeast(f64),
    /// Told to compare with; nothing is promised.
    Told,
}

/// Named in one row, at most.
const MISSES_MAX: usize = 20;

impl Tally {
    pub(super) fn new(what: impl Into<String>) -> Tally {
        Tally { what: what.into(), asked: 0, right: 0, misses: Vec::new() }
    }

    /// One more; `miss`: how to name it when it was not found.
    pub(super) fn add(&mut self, is_right: bool, miss: impl FnOnce() -> String) {
        self.add_many(usize::from(is_right), 1, miss);
    }

    /// Of `asked` more, `right`.
    pub(super) fn add_many(&mut self, right: usize, asked: usize, miss: impl FnOnce() -> String) {
        self.asked += asked;
        self.right += right;
        if right < asked && self.misses.len() < MISSES_MAX {
            self.misses.push(miss());
        }
    }

    fn share(&self) -> f64 {
        self.right as f64 / self.asked as f64
    }

    /// Nothing to ask for is nothing found: a goal is not reached by asking nothing.
    fn is_reached(&self, goal: Goal) -> bool {
        match goal {
            Goal::AtLeast(share) => self.share() >= share,
            Goal::Told => true,
        }
    }

    fn line(&self, goal: Goal) -> String {
        // Cut, not rounded: 1.0000 means all.
        let share = (self.share() * 1e4).floor() / 1e4;
        let (wanted, verdict) = match goal {
            Goal::AtLeast(share) => (format!("≥ {share}"), verdict(self.is_reached(goal))),
            Goal::Told => ("–".to_owned(), ""),
        };
        format!("| {} | {} of {} | {share:.4} | {wanted} | {verdict} |", self.what, self.right, self.asked)
    }
}

impl Table {
    pub(super) fn new(shows_misses: bool) -> Table {
        Table { shows_misses, has_head: false, reached: 0, missed: 0 }
    }

    pub(super) fn print(&mut self, tally: &Tally, goal: Goal) {
        if !self.has_head {
            println!("| | found | share | goal | |\n|---|---|---|---|---|");
            self.has_head = true;
        }
        println!("{}", tally.line(goal));
        if goal != Goal::Told {
            *if tally.is_reached(goal) { &mut self.reached } else { &mut self.missed } += 1;
        }
        if self.shows_misses {
            tally.misses.iter().for_each(|miss| eprintln!("    {miss}"));
        }
    }

    /// Says how it ended, in the words of the other tests. `true`: all goals are reached.
    pub(super) fn finish(self) -> bool {
        println!("{} passed, {} failed", self.reached, self.missed);
        self.missed == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(right: usize, asked: usize, goal: Goal, expected: &str, is_reached: bool) {
        let mut tally = Tally::new("what");
        tally.add_many(right, asked, || "that one".to_owned());
        assert_eq!(tally.line(goal), expected);
        assert_eq!(tally.is_reached(goal), is_reached);
        assert_eq!(tally.misses.len(), usize::from(right < asked));
    }

    #[test]
    fn a_share_is_never_more_than_it_is() {
        check(3, 3, Goal::AtLeast(1.0), "| what | 3 of 3 | 1.0000 | ≥ 1 | reached |", true);
        check(99_999, 100_000, Goal::AtLeast(1.0), "| what | 99999 of 100000 | 0.9999 | ≥ 1 | missed |", false);
        check(97, 100, Goal::AtLeast(0.97), "| what | 97 of 100 | 0.9700 | ≥ 0.97 | reached |", true);
        check(1, 2, Goal::Told, "| what | 1 of 2 | 0.5000 | – |  |", true);
        check(0, 0, Goal::AtLeast(0.5), "| what | 0 of 0 | NaN | ≥ 0.5 | missed |", false);
    }
}
