//! What an authority was asked lately, and what came of it: how often it may be asked again depends on nothing else, so that
//! no restart makes us ask more often than we may.
//!
//! ```text
//! 1767225600 example.org ordered
//! 1767225604 example.org failed
//! ```
//!
//! The numbers are those of Let's Encrypt, which are the best known, or below them.

use crate::store::Store;
use std::fmt::Write;
use std::io;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Seconds since 1970.
    at: i64,
    name: String,
    what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It was asked for a certificate.
    Ordered,
    /// It gave one.
    Issued,
    /// There is none, for whatever reason.
    Failed,
    /// It said that it wants to hear nothing more of this name before that time.
    NotBefore,
}

const WORDS: [(What, &str); 4] =
    [(What::Ordered, "ordered"), (What::Issued, "issued"), (What::Failed, "failed"), (What::NotBefore, "not-before")];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Nothing counts for longer.
const KEPT: i64 = 7 * DAY;

/// Orders of one account: so many within so long.
const ORDERS: (usize, i64) = (280, 3 * HOUR);

/// Of those, for names that clients ask for: whoever thinks some up shall not keep others from being renewed.
const ORDERS_ON_DEMAND: (usize, i64) = (140, 3 * HOUR);

/// Certificates for the same name. A restart that finds its disk empty each time shall not use them up in an hour.
const CERTIFICATES: (usize, i64) = (5, 7 * DAY);

/// Failures of one name.
const FAILURES: (usize, i64) = (5, HOUR);

/// How long to wait after so many failures one after the other; in the end once a day.
const WAITS: [i64; 9] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR];

/// What an authority was asked.
#[derive(Debug)]
pub(crate) struct History {
    store: Store,
    /// In order of time, as far as clocks go forward.
    entries: Vec<Entry>,
}

impl History {
    /// As it was written down. A line that cannot be read is none.
    ///
    /// Errs when the file cannot be read.
    pub(crate) fn open(store: Store, now: i64) -> io::Result<History> {
        let text = match store.read("history") {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            text => text?.unwrap_or_default(),
        };
        let entries = text.lines().filter_map(read).map(|entry| {
            // Written by a clock that was ahead. It happened, so it counts; but not until that time comes again.
            let latest = if entry.what == What::NotBefore { now + KEPT } else { now };
            Entry { at: entry.at.min(latest), ..entry }
        });
        Ok(History { store, entries: entries.collect() })
    }

    /// Notes something, on disk before it counts as noted: what is not written down could be done again and again.
    ///
    /// Errs when it cannot be written; it counts until this process ends.
    pub(crate) fn note(&mut self, name: &str, what: What, at: i64, now: i64) -> io::Result<()> {
        let at = if what == What::NotBefore { at.min(now + KEPT) } else { at };
        self.entries.retain(|entry| entry.at > now - KEPT);
        self.entries.push(Entry { at, name: name.to_owned(), what });
        let mut text = String::new();
        for Entry { at, name, what } in &self.entries {
            let word = WORDS.iter().find(|(other, _)| other == what).map_or("", |(_, word)| word);
            let _ = writeln!(text, "{at} {name} {word}");
        }
        self.store.write("history", text.as_bytes())
    }

    /// How often there was none for this name since the last time that there was one.
    pub(crate) fn failures(&self, name: &str) -> usize {
        self.last_failures(name).count()
    }

    /// When there was one the last time.
    pub(crate) fn last_issued(&self, name: &str) -> Option<i64> {
        let issued = self.entries.iter().filter(|entry| entry.name == name && entry.what == What::Issued);
        issued.map(|entry| entry.at).max()
    }

    /// When that was, the last first.
    fn last_failures(&self, name: &str) -> impl Iterator<Item = i64> {
        let of_name = self.entries.iter().rev().filter(move |entry| entry.name == name);
        let since = of_name.take_while(|entry| entry.what != What::Issued);
        since.filter(|entry| entry.what == What::Failed).map(|entry| entry.at)
    }

    /// From when on the authority may be asked for a certificate for this name. `is_wished`: somebody has mended what was
    /// in the way and says so, which makes up for patience, not for what the authority allows.
    pub(crate) fn may_ask_from(&self, name: &str, is_wished: bool, is_on_demand: bool) -> i64 {
        let of_name = || self.entries.iter().filter(|entry| entry.name == name);
        let times = |what| of_name().filter(move |entry| entry.what == what).map(|entry| entry.at);
        let orders = self.entries.iter().filter(|entry| entry.what == What::Ordered).map(|entry| entry.at);
        let allowed = [
            room(orders, if is_on_demand { ORDERS_ON_DEMAND } else { ORDERS }),
            room(times(What::Issued), CERTIFICATES),
            room(times(What::Failed), FAILURES),
            times(What::NotBefore).max().unwrap_or(0),
        ];
        let allowed = allowed.into_iter().max().unwrap_or(0);
        if is_wished {
            return allowed;
        }
        let failures = self.failures(name);
        let Some(last) = self.last_failures(name).next() else { return allowed };
        let wait = WAITS.get(failures - 1).copied().unwrap_or(DAY);
        // Many names that were refused at the same moment shall not come back at the same moment.
        let jitter = wait / 10 * i64::from(spread(name, failures)) / 256;
        allowed.max(last + wait + jitter)
    }
}

/// From when on there is room for one more of what may happen so often within so long.
fn room(times: impl Iterator<Item = i64>, (count, within): (usize, i64)) -> i64 {
    let mut times: Vec<i64> = times.collect();
    times.sort_unstable();
    times.len().checked_sub(count).map_or(0, |index| times[index] + within)
}

/// Some number that differs between names.
fn spread(name: &str, number: usize) -> u8 {
    name.bytes().chain([number as u8]).fold(17, |spread, byte| spread.wrapping_mul(31) ^ byte)
}

fn read(line: &str) -> Option<Entry> {
    let mut words = line.split(' ');
    let (at, name, word) = (words.next()?.parse().ok()?, words.next()?.to_owned(), words.next()?);
    let what = WORDS.iter().find(|(_, other)| *other == word)?.0;
    Some(Entry { at, name, what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use What::*;

    const NOW: i64 = 1_800_000_000;

    fn history(entries: &[(i64, &str, What)]) -> (tempfile::TempDir, History) {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path(), "https://ca.test/", None).unwrap();
        let mut history = History::open(store, NOW).unwrap();
        for (ago, name, what) in entries {
            history.note(name, *what, NOW - ago, NOW).unwrap();
        }
        (state, history)
    }

    /// Seconds from now, as whoever reads it anew has it too.
    #[track_caller]
    fn check(entries: &[(i64, &str, What)], is_wished: bool, expected: std::ops::RangeInclusive<i64>) {
        let (_state, history) = history(entries);
        let again = History::open(history.store.clone(), NOW).unwrap();
        assert_eq!(again.entries, history.entries);
        let from = history.may_ask_from("a.test", is_wished, false).max(NOW) - NOW;
        assert!(expected.contains(&from), "{from}");
    }

    #[test]
    fn who_has_not_asked_may_ask() {
        check(&[], false, 0..=0);
        check(&[(0, "b.test", Ordered), (0, "b.test", Failed)], false, 0..=0);
    }

    #[test]
    fn each_failure_makes_the_wait_longer_and_a_success_ends_it() {
        let failed = (0, "a.test", Failed);
        check(&[failed], false, 60..=66);
        check(&[failed; 2], false, 300..=330);
        check(&[(3000, "a.test", Failed), failed], false, 300..=330);
        check(&[(HOUR + 1, "a.test", Failed); 20], false, DAY - HOUR - 1..=DAY * 11 / 10);
        check(&[failed, (0, "a.test", Issued)], false, 0..=0);
        check(&[failed; 2], true, 0..=0);
    }

    #[test]
    fn no_wish_goes_beyond_what_the_authority_allows() {
        check(&[(600, "a.test", Failed); 5], true, 3000..=3000);
        check(&[(DAY, "a.test", Issued); 5], true, 6 * DAY..=6 * DAY);
        check(&[(0, "b.test", Ordered); 280], true, 3 * HOUR..=3 * HOUR);
        check(&[(-500, "a.test", NotBefore)], true, 500..=500);
        let (_state, history) = history(&[(0, "b.test", Ordered); 140]);
        assert_eq!(history.may_ask_from("a.test", true, false), 0);
        assert_eq!(history.may_ask_from("a.test", true, true), NOW + 3 * HOUR);
    }

    #[test]
    fn the_last_time_is_the_latest() {
        let (_state, history) = history(&[(9, "a.test", Issued), (5, "a.test", Issued), (1, "b.test", Issued)]);
        assert_eq!((history.last_issued("a.test"), history.last_issued("c.test")), (Some(NOW - 5), None));
    }

    #[test]
    fn a_clock_that_was_ahead_does_not_stop_us_for_years() {
        let (_state, mut history) = history(&[]);
        history.note("a.test", Failed, NOW + 1000 * DAY, NOW + 1000 * DAY).unwrap();
        history.note("a.test", NotBefore, NOW + 1007 * DAY, NOW + 1000 * DAY).unwrap();
        let again = History::open(history.store.clone(), NOW).unwrap();
        assert_eq!(again.may_ask_from("a.test", true, false), NOW + KEPT);
        assert_eq!(again.entries[0].at, NOW);
    }

    #[test]
    fn what_is_long_past_and_what_cannot_be_read_is_left_out() {
        let (_state, mut history) = history(&[(8 * DAY, "a.test", Issued)]);
        history.note("b.test", Issued, NOW, NOW).unwrap();
        assert_eq!(history.entries.len(), 1);
        history.store.write("history", b"\n1 2\nx a.test failed\n5 a.test lost\n\xC3\xA9\n9 a.test failed\n").unwrap();
        assert_eq!(History::open(history.store.clone(), NOW).unwrap().entries.len(), 1);
    }
}
