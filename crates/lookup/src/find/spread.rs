//! All materials with a term that begins in a certain way: a word that is still being typed, a letter of a run, a folder.
//!
//! The library can do that too, but reads whatever it takes: here it ends after so many entries of lists, the rarest terms first left out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::postings::TermInfo;
use tantivy::query::{BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, Score, SegmentReader, TantivyError};

/// The materials with a term that begins so.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    field: Field,
    prefix: Vec<u8>,
    postings_max: usize,
    /// Set when not all were read.
    is_cut: Arc<AtomicBool>,
}

impl Spread {
    /// Terms that begin with these bytes.
    pub(crate) fn prefix(field: Field, prefix: Vec<u8>) -> Spread {
        Spread { field, prefix, postings_max: usize::MAX, is_cut: Arc::default() }
    }

    /// Of each segment, no more than so many entries are read; where there are more, `is_cut` is set.
    pub(crate) fn bounded(self, postings_max: usize, is_cut: &Arc<AtomicBool>) -> Spread {
        Spread { postings_max, is_cut: Arc::clone(is_cut), ..self }
    }

    /// The lists of the terms in this segment, the longest first where not all are read.
    fn lists(&self, reader: &SegmentReader) -> tantivy::Result<Vec<TermInfo>> {
        let index = reader.inverted_index(self.field)?;
        let mut lists = Vec::new();
        let mut total = 0;
        let mut range = index.terms().range().ge(&self.prefix);
        if let Some(end) = end_of(&self.prefix) {
            range = range.lt(end);
        }
        let mut stream = range.without_keys().into_stream()?;
        while stream.advance() {
            total += stream.value().doc_freq as usize;
            lists.push(stream.value().clone());
        }
        if total > self.postings_max {
            self.is_cut.store(true, Ordering::Relaxed);
            lists.sort_unstable_by_key(|list| std::cmp::Reverse(list.doc_freq));
            let mut room = self.postings_max;
            lists.retain(|list| {
                let fits = list.doc_freq as usize <= room;
                room -= if fits { list.doc_freq as usize } else { 0 };
                fits
            });
        }
        Ok(lists)
    }
}

/// The first bytes behind all that begin with these.
fn end_of(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte < 0xFF)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

impl Query for Spread {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Spread {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let lists = self.lists(reader)?;
        if lists.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        let index = reader.inverted_index(self.field)?;
        let mut documents = BitSet::with_max_value(reader.max_doc());
        for list in &lists {
            let mut blocks = index.read_block_postings_from_terminfo(list, IndexRecordOption::Basic)?;
            while !blocks.docs().is_empty() {
                for &document in blocks.docs() {
                    documents.insert(document);
                }
                blocks.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(documents), boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}
