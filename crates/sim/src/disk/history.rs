//! What stood under each name, and when: what answers are held against.

use semantics::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that a file had.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) modified: Timestamp,
    /// Written into the file that was there before, so who reads meanwhile sees some of both.
    pub(crate) is_in_place: bool,
}

/// What stands under a name.
#[derive(Clone, Debug)]
pub(crate) enum State {
    Absent,
    File(Arc<Version>),
    Directory,
    /// Neither.
    Pipe,
    /// It may not be read.
    Forbidden,
}

#[derive(Debug)]
struct Period {
    since: u64,
    state: State,
}

/// All names that ever were.
#[derive(Debug, Default)]
pub(crate) struct History(BTreeMap<Vec<u8>, Vec<Period>>);

impl History {
    pub(crate) fn note(&mut self, path: &[u8], since: u64, state: State) {
        let periods = match self.0.get_mut(path) {
            Some(periods) => periods,
            None => self.0.entry(path.to_vec()).or_default(),
        };
        periods.push(Period { since, state });
    }

    /// All that stood there at some time from `from` to `to`. Nothing, when nobody ever put anything there.
    pub(crate) fn during(&self, path: &[u8], from: u64, to: u64) -> Vec<State> {
        let Some(periods) = self.0.get(path) else { return vec![State::Absent] };
        let mut states = Vec::new();
        if periods.first().is_none_or(|first| first.since > from) {
            states.push(State::Absent);
        }
        for (index, period) in periods.iter().enumerate() {
            // What was over at once, as the name within a rename, nobody has seen.
            let is_over = periods.get(index + 1).is_some_and(|next| next.since < from || next.since == period.since);
            if period.since <= to && !is_over {
                states.push(period.state.clone());
            }
        }
        states
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: u64, to: u64, expected: &[&str]) {
        let mut history = History::default();
        history.note(b"a", 10, State::Directory);
        history.note(b"a", 20, State::Pipe);
        history.note(b"a", 30, State::Absent);
        let states = history.during(b"a", from, to);
        let names: Vec<String> = states.iter().map(|state| format!("{state:?}")).collect();
        assert_eq!(names, expected, "{from}..{to}");
    }

    #[test]
    fn a_window_shows_all_that_was_in_it() {
        check(0, 5, &["Absent"]);
        check(0, 10, &["Absent", "Directory"]);
        check(12, 19, &["Directory"]);
        check(15, 25, &["Directory", "Pipe"]);
        check(21, 99, &["Pipe", "Absent"]);
        check(31, 99, &["Absent"]);
    }
}
