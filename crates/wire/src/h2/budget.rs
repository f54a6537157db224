//! Budgets: what a peer may do for nothing, so much at once and so much each second.

use semantics::Instant;

/// A bucket of tokens that fills with time.
///
/// Invariant: tokens <= burst
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    tokens: u32,
    burst: u32,
    a_second: u32,
    /// Up to here the tokens of time are given.
    at: Instant,
}

impl Budget {
    pub(crate) fn new(burst: u32, a_second: u32, now: Instant) -> Budget {
        Budget { tokens: burst, burst, a_second, at: now }
    }

    /// Takes one. False: there is none left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        // The clock is looked at only when it matters.
        if self.tokens < self.burst / 2 {
            self.fill(now);
        }
        match self.tokens.checked_sub(1) {
            Some(rest) => self.tokens = rest,
            None => return false,
        }
        true
    }

    /// Gives some back: the peer has done something that is worth it.
    pub(crate) fn give(&mut self, tokens: u32) {
        self.tokens = self.tokens.saturating_add(tokens).min(self.burst);
    }

    fn fill(&mut self, now: Instant) {
        let nanoseconds = u64::try_from(now.since(self.at).as_nanos()).unwrap_or(u64::MAX);
        let tokens = u128::from(nanoseconds) * u128::from(self.a_second) / 1_000_000_000;
        if tokens > 0 {
            // What is less than a token stays: many short turns give as much as a long one.
            let given = tokens * 1_000_000_000 / u128::from(self.a_second);
            self.at = Instant(self.at.0.saturating_add(u64::try_from(given).unwrap_or(u64::MAX)));
            self.give(u32::try_from(tokens).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn taken(budget: &mut Budget, now: u64) -> usize {
        (0..10_000).take_while(|_| budget.take(Instant(now))).count()
    }

    #[test]
    fn the_burst_is_there_at_once_and_the_rest_comes_with_time() {
        let mut budget = Budget::new(100, 10, Instant(0));
        assert_eq!(taken(&mut budget, 0), 100);
        assert_eq!(taken(&mut budget, SECOND), 10);
        assert_eq!(taken(&mut budget, SECOND), 0);
        assert_eq!(taken(&mut budget, 1000 * SECOND), 100);
    }

    #[test]
    fn short_turns_give_as_much_as_a_long_one() {
        let mut budget = Budget::new(100, 10, Instant(0));
        taken(&mut budget, 0);
        let all: usize = (1..=1000).map(|at| taken(&mut budget, at * SECOND / 1000)).sum();
        assert_eq!(all, 10);
    }

    #[test]
    fn what_is_given_back_is_never_more_than_the_burst() {
        let mut budget = Budget::new(10, 1, Instant(0));
        budget.give(u32::MAX);
        assert_eq!(taken(&mut budget, 0), 10);
    }
}
