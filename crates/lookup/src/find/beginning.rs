//! A word that is still being typed: it counts by how rare it is, others that it begins a little.
//!
//! The library's own union keeps a score for each material that it looks ahead at; here a set says which there are, and the word
//! itself is asked only where somebody wants to know what it counts.

use super::bits::Bits;
use super::spread::{self, Spread};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// The materials with the word, or with one that it begins.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    word: Term,
    /// What it begins, in one field or two.
    longer: Vec<Spread>,
    /// What each of those counts.
    score: Score,
}

impl Beginning {
    pub(super) fn new(word: Term, longer: Vec<Spread>, score: Score) -> Beginning {
        Beginning { word, longer, score }
    }
}

impl Query for Beginning {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let word = TermQuery::new(self.word.clone(), IndexRecordOption::WithFreqs).weight(scoring)?;
        Ok(Box::new(BeginningWeight { beginning: self.clone(), word }))
    }
}

struct BeginningWeight {
    beginning: Beginning,
    word: Box<dyn Weight>,
}

impl Weight for BeginningWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Beginning { word, longer: spreads, score } = &self.beginning;
        let mut all = Bits::new(reader.max_doc());
        spread::put_term(reader, word, &mut all)?;
        let mut longer = Vec::with_capacity(spreads.len());
        for spread in spreads {
            if let Some(bits) = spread.documents(reader)? {
                all.add(&bits);
                longer.push(bits);
            }
        }
        let document = all.first_from(0);
        if document == TERMINATED {
            return Ok(Box::new(EmptyScorer));
        }
        let word = self.word.scorer(reader, boost)?;
        Ok(Box::new(BeginningScorer { all, longer, word, score: score * boost, document }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

struct BeginningScorer {
    /// With the word, or with one that it begins.
    all: Bits,
    longer: Vec<Bits>,
    /// Stands where its score was asked for last, or behind it.
    word: Box<dyn Scorer>,
    score: Score,
    document: DocId,
}

impl DocSet for BeginningScorer {
    fn advance(&mut self) -> DocId {
        if self.document != TERMINATED {
            self.document = self.all.first_from(self.document + 1);
        }
        self.document
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document < target {
            self.document = self.all.first_from(target);
        }
        self.document
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.all.len() as u32
    }
}

impl Scorer for BeginningScorer {
    fn score(&mut self) -> Score {
        if self.word.doc() < self.document {
            self.word.seek(self.document);
        }
        let word = if self.word.doc() == self.document { self.word.score() } else { 0.0 };
        let longer = self.longer.iter().filter(|bits| bits.contains(self.document)).count();
        word + self.score * longer as Score
    }
}
