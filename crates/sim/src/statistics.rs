//! What was seen in many lives, so that a look shows whether they were worth living.

use std::collections::BTreeMap;

/// How many answers of each status, and how they came.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    statuses: BTreeMap<u16, u64>,
    ways: BTreeMap<&'static str, u64>,
}

impl Statistics {
    pub(crate) fn note(&mut self, status: u16, is_http2: bool, is_sealed: bool) {
        *self.statuses.entry(status).or_default() += 1;
        let way = match (is_http2, is_sealed) {
            (false, false) => "HTTP/1",
            (false, true) => "HTTP/1 by TLS",
            (true, false) => "HTTP/2",
            (true, true) => "HTTP/2 by TLS",
        };
        *self.ways.entry(way).or_default() += 1;
    }

    /// Adds those of another life.
    pub fn add(&mut self, other: &Statistics) {
        for (&status, &count) in &other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (&way, &count) in &other.ways {
            *self.ways.entry(way).or_default() += count;
        }
    }

    /// Answers in all.
    pub fn total(&self) -> u64 {
        self.statuses.values().sum()
    }
}

impl std::fmt::Display for Statistics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let statuses = self.statuses.iter().map(|(status, count)| format!("{status}: {count}"));
        let ways = self.ways.iter().map(|(way, count)| format!("{way}: {count}"));
        let (statuses, ways): (Vec<_>, Vec<_>) = (statuses.collect(), ways.collect());
        write!(formatter, "{}; {}", statuses.join(", "), ways.join(", "))
    }
}
