//! What matches, segment by segment.
//!
//! There may be a million of them, so that they stand in columns: most of what is done with them looks at one column.

use super::facts::Columns;
use crate::index::View;
use tantivy::{DocId, Score};

/// A material that matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) segment: u32,
    pub(super) document: DocId,
    pub(super) score: Score,
    /// The number of the name that it was found by, if it was.
    pub(super) named: Option<u32>,
}

impl Candidate {
    /// The segment of what is not in the index: found by its name alone.
    pub(super) const ALONE: u32 = u32::MAX;

    /// Its facts; none: it is not in the index.
    pub(super) fn columns<'a>(&self, view: &'a View) -> Option<&'a Columns> {
        view.columns.get(self.segment as usize)
    }
}

/// All that match.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) segments: Vec<Matches>,
    /// Those that are not in the index.
    pub(super) alone: Vec<Candidate>,
}

/// Those of one segment.
///
/// Invariant: `documents` and `scores` are of one length, and the places in `named` are before it.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub(super) segment: u32,
    /// Those that have the words, in order; behind them those that were found by their names alone.
    pub(super) documents: Vec<DocId>,
    pub(super) scores: Vec<Score>,
    /// Of those that were found by their names, too: the place above, and the number of the name. By place.
    pub(super) named: Vec<(usize, u32)>,
}

impl Hits {
    pub(super) fn len(&self) -> usize {
        self.segments.iter().map(|matches| matches.documents.len()).sum::<usize>() + self.alone.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Matches {
    pub(super) fn of(segment: usize) -> Matches {
        Matches { segment: segment as u32, ..Matches::default() }
    }

    #[inline]
    pub(super) fn push(&mut self, document: DocId, score: Score) {
        self.documents.push(document);
        self.scores.push(score);
    }

    /// The match at this place.
    pub(super) fn candidate(&self, at: usize) -> Candidate {
        let name = self.named.binary_search_by_key(&at, |(at, _)| *at).ok();
        Candidate {
            segment: self.segment,
            document: self.documents[at],
            score: self.scores[at],
            named: name.map(|name| self.named[name].1),
        }
    }

    /// Keeps those of which that is said, place by place.
    pub(super) fn retain(&mut self, is_kept: &[bool]) {
        let mut kept = 0;
        let mut named = self.named.drain(..).peekable();
        let mut still_named = Vec::new();
        for (at, &is_kept) in is_kept.iter().enumerate().take(self.documents.len()) {
            let name = named.next_if(|(place, _)| *place == at);
            if is_kept {
                self.documents[kept] = self.documents[at];
                self.scores[kept] = self.scores[at];
                still_named.extend(name.map(|(_, number)| (kept, number)));
                kept += 1;
            }
        }
        drop(named);
        self.named = still_named;
        self.documents.truncate(kept);
        self.scores.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_keeps_its_name() {
        let mut matches = Matches::of(2);
        [(10, 1.0), (11, 2.0), (12, 3.0), (5, 0.0)]
            .into_iter()
            .for_each(|(document, score)| matches.push(document, score));
        matches.named = vec![(0, 7), (2, 8), (3, 9)];
        matches.retain(&[false, true, true, true]);
        assert_eq!(matches.documents, [11, 12, 5]);
        assert_eq!(matches.scores, [2.0, 3.0, 0.0]);
        assert_eq!(matches.named, [(1, 8), (2, 9)]);
        assert_eq!(matches.candidate(1), Candidate { segment: 2, document: 12, score: 3.0, named: Some(8) });
        assert_eq!(matches.candidate(0), Candidate { segment: 2, document: 11, score: 2.0, named: None });
    }
}
