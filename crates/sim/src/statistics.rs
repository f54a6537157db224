//! What was seen in many lives, so that a look shows whether they were worth living.

use std::collections::BTreeMap;

/// How many answers of each status.
#[derive(Clone, Debug, Default)]
pub struct Statistics(BTreeMap<u16, u64>);

impl Statistics {
    pub(crate) fn note(&mut self, status: u16) {
        *self.0.entry(status).or_default() += 1;
    }

    /// Adds those of another life.
    pub fn add(&mut self, other: &Statistics) {
        for (&status, &count) in &other.0 {
            *self.0.entry(status).or_default() += count;
        }
    }

    /// Answers in all.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl std::fmt::Display for Statistics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> = self.0.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        formatter.write_str(&counts.join(", "))
    }
}
