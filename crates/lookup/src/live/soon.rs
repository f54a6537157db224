//! Names that are to be looked at soon: not at once, for who saves a file does so in several steps; and what changes all
//! the time not each time.

use crate::live::watch::Act;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// Names, and when to look at them.
#[derive(Debug, Default)]
pub(crate) struct Soon {
    names: HashMap<Vec<u8>, Due>,
    /// Those that stand otherwise in `names` by now are passed over.
    order: BinaryHeap<Reverse<(Instant, Vec<u8>)>>,
    /// What was read a short while ago.
    busy: HashMap<Vec<u8>, Busy>,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: Instant,
    /// A folder came or went: what is below it is another one.
    is_other: bool,
}

#[derive(Clone, Copy, Debug)]
struct Busy {
    read: Instant,
    /// Not read again before so long.
    pause: Duration,
    /// As it was at the first time.
    least: Duration,
    /// It is not doubled beyond this.
    most: Duration,
    is_raised: bool,
}

impl Soon {
    /// Something happened to a name. `is_other`: what was below it must be forgotten first.
    pub(crate) fn note(&mut self, path: Vec<u8>, act: Act, is_other: bool, now: Instant) {
        let delay = if act == Act::Written { WRITTEN_DELAY } else { DELAY };
        let mut at = now + delay;
        // What is gone shall not be found any longer, however busy it was.
        if let Some(busy) = self.busy.get_mut(&path).filter(|_| act != Act::Gone) {
            if now > busy.read + busy.pause * 4 {
                busy.pause = busy.least;
            } else {
                at = at.max(busy.read + busy.pause);
                if !busy.is_raised {
                    busy.pause = (busy.pause * 2).min(busy.most);
                    busy.is_raised = true;
                }
            }
        }
        self.set(path, at, is_other);
    }

    /// Looks at a name after so long.
    pub(crate) fn later(&mut self, path: Vec<u8>, at: Instant) {
        self.set(path, at, false);
    }

    fn set(&mut self, path: Vec<u8>, at: Instant, is_other: bool) {
        match self.names.get_mut(&path) {
            Some(due) => {
                due.is_other |= is_other;
                // Whatever happens in between, it is looked at when that was first said.
                if due.at <= at {
                    return;
                }
                due.at = at;
            }
            None => drop(self.names.insert(path.clone(), Due { at, is_other })),
        }
        self.order.push(Reverse((at, path)));
    }

    /// A name was read, which took so long.
    pub(crate) fn was_read(&mut self, path: &[u8], took: Duration, now: Instant) {
        if let Some(busy) = self.busy.get_mut(path) {
            busy.read = now;
            busy.is_raised = false;
            return;
        }
        if self.busy.len() >= BUSY_MAX {
            self.busy.retain(|_, busy| now < busy.read + busy.pause * 4);
            if self.busy.len() >= BUSY_MAX {
                self.busy.clear();
            }
        }
        let least = (took * TOOK_TIMES).max(PAUSE_MIN);
        let most = least.max(PAUSE_MAX);
        self.busy.insert(path.to_vec(), Busy { read: now, pause: least, least, most, is_raised: false });
    }

    /// A name that is due, and whether what was below it must be forgotten.
    pub(crate) fn next(&mut self, now: Instant) -> Option<(Vec<u8>, bool)> {
        loop {
            if self.order.peek()?.0.0 > now {
                return None;
            }
            let Reverse((at, path)) = self.order.pop()?;
            if self.names.get(&path).is_some_and(|due| due.at == at) {
                let due = self.names.remove(&path)?;
                return Some((path, due.is_other));
            }
        }
    }

    /// When the next one is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.order.peek().map(|Reverse((at, _))| *at)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// Whether none is due soon: those that change all the time wait longer, and nobody waits for them.
    pub(crate) fn is_quiet(&self, now: Instant) -> bool {
        self.deadline().is_none_or(|at| at > now + WRITTEN_DELAY)
    }

    /// Forgets all: everything is looked at anyway.
    pub(crate) fn clear(&mut self) {
        *self = Soon { busy: std::mem::take(&mut self.busy), ..Soon::default() };
    }
}

/// Who saves a file writes another one, renames it, sets its rights: within this time, mostly.
const DELAY: Duration = Duration::from_millis(15);
/// Written and not closed yet: perhaps it will be in a moment.
const WRITTEN_DELAY: Duration = Duration::from_millis(150);
/// What was read is not read again within this time…
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// …nor within so many times as it took, for a large one that grows would be read all the time. The pause doubles with each
/// change…
const TOOK_TIMES: u32 = 20;
/// …up to this.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// So many are remembered as busy; with more, it is a flood, and each is read as it comes.
const BUSY_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// When a name is looked at, in milliseconds after the start.
    fn looked_at(soon: &mut Soon, start: Instant, until: u32) -> Vec<u32> {
        let at = (0..until).filter(|ms| soon.next(start + MS * *ms).is_some());
        at.collect()
    }

    #[test]
    fn several_steps_of_one_save_are_one_look() {
        let (mut soon, start) = (Soon::default(), Instant::now());
        soon.note(b"a".to_vec(), Act::Written, false, start);
        soon.note(b"a".to_vec(), Act::Complete, false, start + MS * 5);
        soon.note(b"a".to_vec(), Act::Complete, false, start + MS * 15);
        assert_eq!(soon.count(), 1);
        assert_eq!(looked_at(&mut soon, start, 1000), [20]);
        assert_eq!((soon.count(), soon.deadline().is_some_and(|at| at < start + MS * 1000)), (0, false));
    }

    #[test]
    fn what_is_written_all_the_time_is_looked_at_all_the_same() {
        let (mut soon, start) = (Soon::default(), Instant::now());
        for ms in 0..140 {
            soon.note(b"a".to_vec(), Act::Written, false, start + MS * ms);
        }
        assert_eq!(looked_at(&mut soon, start, 1000), [150]);
    }

    #[test]
    fn what_changes_again_and_again_is_read_less_and_less_often() {
        let (mut soon, start) = (Soon::default(), Instant::now());
        let mut reads = Vec::new();
        for ms in 0..130_000 {
            let now = start + MS * ms;
            if ms < 90_000 {
                soon.note(b"log".to_vec(), Act::Complete, false, now);
            }
            if soon.next(now).is_some() {
                soon.was_read(b"log", MS, now);
                reads.push(ms);
            }
        }
        assert!((8..20).contains(&reads.len()), "{reads:?}");
        assert!(reads[1] < 100 && *reads.last().unwrap() >= 90_000, "{reads:?}");
        // After a rest it is quick again.
        soon.note(b"log".to_vec(), Act::Complete, false, start + MS * 400_000);
        assert!(soon.next(start + MS * 400_016).is_some());
    }

    #[test]
    fn who_saves_once_a_second_never_waits() {
        let (mut soon, start) = (Soon::default(), Instant::now());
        for second in 0..100 {
            let now = start + MS * 1000 * second;
            soon.note(b"a".to_vec(), Act::Complete, false, now);
            assert!(soon.next(now + MS * 16).is_some(), "{second}");
            soon.was_read(b"a", MS * 3, now + MS * 20);
        }
    }

    #[test]
    fn another_folder_stays_another_one() {
        let (mut soon, start) = (Soon::default(), Instant::now());
        soon.note(b"a".to_vec(), Act::Gone, true, start);
        soon.note(b"a".to_vec(), Act::Complete, false, start);
        assert_eq!(soon.next(start + MS * 20), Some((b"a".to_vec(), true)));
    }
}
