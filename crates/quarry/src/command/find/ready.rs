//! Waiting until the index is as the folder is, or until that is in vain.

use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::{Duration, Instant};

use lookup::answer::{State, Writer};
use lookup::live::Lookup;

use crate::command::{count, grouped};

/// Waits until everything is read that is there. `Some`: not all of it is, in a sentence.
pub(super) fn wait(lookup: &Lookup) -> Option<String> {
    let begun = Instant::now();
    let mut patience = Patience::new(begun);
    let mut progress = Progress::default();
    loop {
        let state = lookup.state();
        let now = Instant::now();
        if is_read(&state) {
            // In memory, it has to be read each time: whoever waits for that should know why.
            return state.remark;
        }
        if patience.has_ended(&state, now) {
            return Some(incomplete(&state));
        }
        if now - begun > QUIET {
            progress.show(&state, now);
        }
        thread::sleep(PAUSE);
    }
}

/// Whether everything is read that is there.
fn is_read(state: &State) -> bool {
    !state.is_building && state.waiting == 0
}

/// How long it is worth to wait.
struct Patience {
    /// Since when another process reads.
    another: Option<Instant>,
    /// What was there when it last changed, and when that was.
    last: (usize, usize),
    changed: Instant,
}

impl Patience {
    fn new(now: Instant) -> Patience {
        Patience { another: None, last: (0, 0), changed: now }
    }

    fn has_ended(&mut self, state: &State, now: Instant) -> bool {
        let seen = (state.names, state.documents);
        if seen != self.last {
            (self.last, self.changed) = (seen, now);
        }
        let still = now - self.changed;
        match state.writer {
            Writer::Ours => {
                self.another = None;
                still > OURS_MAX
            }
            Writer::Another => now - *self.another.get_or_insert(now) > ANOTHER_MAX,
            Writer::Nobody => still > NOBODY_MAX,
        }
    }
}

/// Why what is found may not be all, in a sentence.
fn incomplete(state: &State) -> String {
    let waiting = count(state.waiting as u64, "file");
    let cause = match state.writer {
        Writer::Another => format!("another Quarry still reads {waiting}"),
        _ => format!("{waiting} cannot be read yet"),
    };
    let cause = if state.waiting == 0 { "the folder is still looked through".to_owned() } else { cause };
    match &state.remark {
        Some(remark) => format!("the answer may be incomplete: {cause}; {remark}"),
        None => format!("the answer may be incomplete: {cause}"),
    }
}

/// How far it is, on one line of a terminal, which is taken away at the end.
#[derive(Default)]
struct Progress {
    shown: Option<Instant>,
}

impl Progress {
    fn show(&mut self, state: &State, now: Instant) {
        let is_due = self.shown.is_none_or(|shown| now - shown > EVERY);
        if !is_due || !io::stderr().is_terminal() {
            return;
        }
        self.shown = Some(now);
        let read = grouped(state.documents as u64);
        let all = count((state.documents + state.waiting) as u64, "file");
        let line = format!("reading: {read} of {all}");
        // A terminal that is closed is no reason to stop.
        let _ = write!(io::stderr(), "\r{line:WIDTH$}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r{:WIDTH$}\r", "");
        }
    }
}

/// Nobody sees that it is longer.
const PAUSE: Duration = Duration::from_millis(2);
/// So long nobody wonders what is going on.
const QUIET: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(100);
/// Longer than any line of it.
const WIDTH: usize = 60;
/// Longer than any one file takes to be read, but on a machine that does not get on.
const OURS_MAX: Duration = Duration::from_secs(60);
/// A server finds a change within a second; one that reads a folder for the first time is not waited for.
const ANOTHER_MAX: Duration = Duration::from_secs(3);
/// Longer than a walk is without a name.
const NOBODY_MAX: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn state(writer: Writer, documents: usize) -> State {
        State { writer, documents, is_building: true, names: 10, waiting: 10 - documents, ..State::default() }
    }

    #[test]
    fn our_own_reading_is_waited_for_as_long_as_it_gets_on() {
        let begun = Instant::now();
        let mut patience = Patience::new(begun);
        for (seconds, documents, expected) in
            [(50, 1, false), (109, 1, false), (111, 2, false), (170, 2, false), (172, 2, true)]
        {
            let now = begun + Duration::from_secs(seconds);
            assert_eq!(patience.has_ended(&state(Writer::Ours, documents), now), expected, "{seconds}");
        }
    }

    #[test]
    fn another_is_waited_for_shortly_even_if_it_gets_on() {
        let begun = Instant::now();
        let mut patience = Patience::new(begun);
        for (millis, documents, expected) in [(100, 1, false), (3000, 2, false), (3200, 3, true)] {
            let now = begun + Duration::from_millis(millis);
            assert_eq!(patience.has_ended(&state(Writer::Another, documents), now), expected, "{millis}");
        }
        assert!(!patience.has_ended(&state(Writer::Ours, 4), begun + Duration::from_secs(4)), "it is our turn");
    }

    #[test]
    fn nobody_is_waited_for_until_all_names_are_there() {
        let begun = Instant::now();
        let mut patience = Patience::new(begun);
        for (millis, documents, expected) in [(900, 1, false), (1800, 2, false), (2900, 2, true)] {
            let now = begun + Duration::from_millis(millis);
            assert_eq!(patience.has_ended(&state(Writer::Nobody, documents), now), expected, "{millis}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let said = |writer, documents, remark: Option<&str>| {
            incomplete(&State { remark: remark.map(str::to_owned), ..state(writer, documents) })
        };
        assert_eq!(said(Writer::Another, 9, None), "the answer may be incomplete: another Quarry still reads 1 file");
        assert_eq!(
            said(Writer::Nobody, 8, Some("it is full")),
            "the answer may be incomplete: 2 files cannot be read yet; it is full"
        );
        assert_eq!(said(Writer::Ours, 10, None), "the answer may be incomplete: the folder is still looked through");
    }
}
