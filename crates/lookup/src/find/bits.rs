//! A set of the materials of a segment, a bit for each.
//!
//! The library has one too; this one is filled without asking what was in it, and is walked and counted by words of 64 bits.

use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, TERMINATED};

/// A set of documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Without a document, for those before `end`.
    pub(super) fn new(end: DocId) -> Bits {
        Bits { words: vec![0; (end as usize).div_ceil(64)] }
    }

    /// Beyond the end nothing can be put: files that lie would else write where nothing is.
    #[inline]
    pub(super) fn insert(&mut self, document: DocId) {
        if let Some(word) = self.words.get_mut(document as usize / 64) {
            *word |= 1 << (document % 64);
        }
    }

    #[inline]
    pub(super) fn contains(&self, document: DocId) -> bool {
        self.words.get(document as usize / 64).is_some_and(|word| word >> (document % 64) & 1 == 1)
    }

    pub(super) fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Puts in all of another set.
    pub(super) fn add(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// The first document from here on; [`TERMINATED`]: there is none.
    #[inline]
    pub(super) fn first_from(&self, document: DocId) -> DocId {
        let mut at = document as usize / 64;
        let Some(word) = self.words.get(at) else { return TERMINATED };
        let mut word = word & u64::MAX << (document % 64);
        loop {
            if word != 0 {
                return (at * 64) as DocId + word.trailing_zeros();
            }
            at += 1;
            match self.words.get(at) {
                Some(next) => word = *next,
                None => return TERMINATED,
            }
        }
    }

    /// All of them, in order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(DocId)) {
        for (at, &word) in self.words.iter().enumerate() {
            let mut word = word;
            while word != 0 {
                visit((at * 64) as DocId + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }
}

/// The documents of a set, each of which counts the same.
pub(super) struct Same {
    bits: Bits,
    document: DocId,
    score: Score,
}

impl Same {
    pub(super) fn new(bits: Bits, score: Score) -> Same {
        Same { document: bits.first_from(0), bits, score }
    }
}

impl DocSet for Same {
    fn advance(&mut self) -> DocId {
        if self.document != TERMINATED {
            self.document = self.bits.first_from(self.document + 1);
        }
        self.document
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document < target {
            self.document = self.bits.first_from(target);
        }
        self.document
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.bits.len() as u32
    }
}

impl Scorer for Same {
    fn score(&mut self) -> Score {
        self.score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(documents: &[DocId]) -> Bits {
        let mut bits = Bits::new(200);
        documents.iter().for_each(|&document| bits.insert(document));
        bits
    }

    #[test]
    fn a_set_is_walked_in_order() {
        let mut set = bits(&[63, 0, 64, 199, 64]);
        set.add(&bits(&[1]));
        let mut seen = Vec::new();
        set.for_each(|document| seen.push(document));
        assert_eq!(seen, [0, 1, 63, 64, 199]);
        assert_eq!(set.len(), 5);
        assert_eq!([set.contains(63), set.contains(62), set.contains(10_000)], [true, false, false]);
        assert_eq!(
            [0, 2, 64, 65, 200, 10_000].map(|from| set.first_from(from)),
            [0, 63, 64, 199, TERMINATED, TERMINATED]
        );
    }

    #[test]
    fn beyond_the_end_is_nothing() {
        let mut set = bits(&[]);
        set.insert(256);
        assert_eq!(set.len(), 0);
        assert_eq!(Same::new(set, 1.0).doc(), TERMINATED);
        assert_eq!(Bits::default().first_from(0), TERMINATED);
    }

    #[test]
    fn a_walk_goes_on_from_where_it_is() {
        let mut same = Same::new(bits(&[3, 70, 71]), 0.5);
        assert_eq!((same.doc(), same.score(), same.size_hint()), (3, 0.5, 3));
        assert_eq!(same.seek(2), 3);
        assert_eq!(same.seek(71), 71);
        assert_eq!([same.advance(), same.advance(), same.doc()], [TERMINATED; 3]);
    }
}
