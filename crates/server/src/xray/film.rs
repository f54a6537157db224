//! The plates of the last requests that somebody looked at, of all workers; bounded in number and in bytes.

use super::limit::{REQUESTS_BYTES_MAX, REQUESTS_MAX};
use super::plate::Plate;
use std::collections::VecDeque;
use std::sync::Arc;

/// The newest plates.
#[derive(Debug, Default)]
pub(crate) struct Film {
    plates: VecDeque<Arc<Plate>>,
    bytes: usize,
    /// How many there ever were: the number of the next one, by which a reader says how far it has read.
    count: u64,
}

impl Film {
    /// Adds one; the oldest go, for which there is no room.
    pub(crate) fn push(&mut self, plate: Plate) {
        self.bytes += plate.weight();
        self.count += 1;
        self.plates.push_back(Arc::new(plate));
        while self.plates.len() > REQUESTS_MAX || self.bytes > REQUESTS_BYTES_MAX && self.plates.len() > 1 {
            if let Some(oldest) = self.plates.pop_front() {
                self.bytes -= oldest.weight();
            }
        }
    }

    /// How many there ever were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Those from number `from` on that are left, the oldest first, and how many are not.
    pub(crate) fn since(&self, from: u64) -> (impl Iterator<Item = &Arc<Plate>>, u64) {
        let first = self.count - self.plates.len() as u64;
        // A number from before the server was started again is beyond all there are.
        let from = if from > self.count { first } else { from };
        let skipped = from.saturating_sub(first);
        // At most their number.
        (self.plates.iter().skip(skipped as usize), first.saturating_sub(from))
    }

    /// The last one for which that holds.
    pub(crate) fn find(&self, is_meant: impl Fn(&Plate) -> bool) -> Option<Arc<Plate>> {
        self.plates.iter().rev().find(|plate| is_meant(plate)).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::super::plate::tests::plate;
    use super::*;

    #[test]
    fn the_oldest_go() {
        let mut film = Film::default();
        for number in 0..REQUESTS_MAX as u64 + 10 {
            film.push(plate(number));
        }
        let (left, lost) = film.since(0);
        let numbers: Vec<u64> = left.map(|plate| plate.id.1).collect();
        assert_eq!((numbers.len(), numbers[0], lost), (REQUESTS_MAX, 10, 10));
        let (left, lost) = film.since(film.count() - 2);
        assert_eq!((left.count(), lost), (2, 0));
        let (left, lost) = film.since(u64::MAX);
        assert_eq!((left.count(), lost), (REQUESTS_MAX, 0));
        assert_eq!(film.find(|plate| plate.id.1 == 3).map(|plate| plate.id), None);
        assert_eq!(film.find(|plate| plate.id.1 == 13).map(|plate| plate.id.1), Some(13));
    }

    #[test]
    fn large_ones_go_sooner() {
        let mut film = Film::default();
        for number in 0..100 {
            film.push(Plate { bytes: vec![0; REQUESTS_BYTES_MAX / 10], ..plate(number) });
        }
        assert!(film.bytes <= REQUESTS_BYTES_MAX && film.plates.len() < 11);
    }
}
