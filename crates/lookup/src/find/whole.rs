//! A word that is several as well: `getUser` stands as `getuser`, or as `get` before `user`.
//!
//! Where the whole is, nobody has to look where its parts stand; and those who only want to know of one material look at no other. The
//! library's own union does both.

use super::pattern::{Pattern, Step};
use super::phrase::{Phrase, PhraseScorer, PhraseWeight};
use crate::schema::Twin;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// The materials with the whole word, or with its parts in a row.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    whole: TermQuery,
    parts: Phrase,
}

impl Whole {
    pub(super) fn new(twin: Twin, whole: &Step, parts: &Pattern) -> Whole {
        let term = Term::from_field_text(twin.of(whole.script), &whole.text);
        Whole { whole: TermQuery::new(term, IndexRecordOption::WithFreqs), parts: Phrase::new(twin, parts) }
    }
}

impl Query for Whole {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(WholeWeight { whole: self.whole.weight(scoring)?, parts: self.parts.own_weight(scoring)? }))
    }
}

struct WholeWeight {
    whole: Box<dyn Weight>,
    parts: PhraseWeight,
}

impl Weight for WholeWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let whole = self.whole.scorer(reader, boost)?;
        let Some(mut parts) = self.parts.at_first(reader, boost)? else { return Ok(whole) };
        let candidate = parts.candidate(0);
        let mut scorer = WholeScorer { whole, parts, candidate, document: 0 };
        scorer.settle();
        Ok(Box::new(scorer))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

/// Invariant: `document` is that of the whole, or comes before it and is that of the parts.
struct WholeScorer {
    whole: Box<dyn Scorer>,
    parts: PhraseScorer,
    /// The next document that has all parts, wherever they stand.
    candidate: DocId,
    document: DocId,
}

impl WholeScorer {
    /// Goes on to the first document from here that has the one or the other.
    fn settle(&mut self) -> DocId {
        let mut target = self.document;
        loop {
            if self.whole.doc() < target {
                self.whole.seek(target);
            }
            let whole = self.whole.doc();
            if whole == target {
                break;
            }
            if self.candidate < target {
                self.candidate = self.parts.candidate(target);
            }
            if whole <= self.candidate {
                break;
            }
            if self.parts.stands_at(self.candidate) {
                self.document = self.candidate;
                return self.document;
            }
            target = self.candidate + 1;
        }
        self.document = self.whole.doc();
        self.document
    }
}

impl DocSet for WholeScorer {
    fn advance(&mut self) -> DocId {
        if self.document == TERMINATED {
            return TERMINATED;
        }
        self.document += 1;
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document < target {
            self.document = target;
            self.settle();
        }
        self.document
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.whole.size_hint().saturating_add(self.parts.size_hint())
    }

    fn cost(&self) -> u64 {
        self.whole.cost() + self.parts.cost()
    }
}

impl Scorer for WholeScorer {
    fn score(&mut self) -> Score {
        if self.whole.doc() == self.document { self.whole.score() } else { self.parts.score() }
    }
}
