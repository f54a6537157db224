//! Everything random comes from here, and from one seed.

use std::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea, Flood 2014): eight bytes of state, and any seed is a good one.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Another source, so that who draws more from one does not move the other.
    pub(crate) fn fork(&mut self) -> Chance {
        Chance(self.word())
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// 0 to `bound` - 1; 0 when there is nothing to choose from.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.word() % bound as u64) as usize }
    }

    pub(crate) fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let span = range.end() - range.start() + 1;
        range.start() + self.word() % span
    }

    /// Small numbers more often than great ones: the logarithm is even.
    pub(crate) fn skewed(&mut self, range: RangeInclusive<u64>) -> u64 {
        let span = range.end() - range.start() + 1;
        let bits = self.between(0..=u64::from(64 - span.leading_zeros()));
        range.start() + (self.word() & ((1_u64 << bits.min(63)) - 1)) % span
    }

    /// True once in `count` times.
    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.word().is_multiple_of(count)
    }

    pub(crate) fn permille(&mut self, share: u32) -> bool {
        // Asked for each call of the disk, and nearly always for nothing.
        share > 0 && self.word() % 1000 < u64::from(share)
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_and_another_gives_another() {
        let words = |seed| {
            let mut chance = Chance::new(seed);
            (0..8).map(|_| chance.word()).collect::<Vec<_>>()
        };
        assert_eq!(words(1), words(1));
        assert_ne!(words(1), words(2));
    }

    #[test]
    fn what_is_drawn_stays_within_its_bounds() {
        let mut chance = Chance::new(7);
        for _ in 0..10_000 {
            assert!(chance.below(3) < 3);
            assert!((5..=9).contains(&chance.between(5..=9)));
            assert!((5..=1000).contains(&chance.skewed(5..=1000)));
        }
        assert_eq!(chance.below(0), 0);
    }
}
