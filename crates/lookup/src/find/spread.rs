//! All materials with a term that begins in a certain way: a word that is still being typed, a letter of a run, a folder.
//!
//! The library can do that too, but reads whatever it takes: here it ends after so many entries of lists, the rarest terms first left out.

use super::bits::{Bits, Same};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::index::InvertedIndexReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, TantivyError, Term};

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
    fn lists(&self, index: &InvertedIndexReader) -> tantivy::Result<Vec<TermInfo>> {
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

    /// The materials in this segment; none: there is no such term.
    pub(super) fn documents(&self, reader: &SegmentReader) -> tantivy::Result<Option<Bits>> {
        let index = reader.inverted_index(self.field)?;
        let lists = self.lists(&index)?;
        let Some((first, others)) = lists.split_first() else { return Ok(None) };
        let mut documents = Bits::new(reader.max_doc());
        // A letter begins thousands of terms: all lists are read by one reader.
        let mut blocks = index.read_block_postings_from_terminfo(first, IndexRecordOption::Basic)?;
        put(&mut blocks, &mut documents);
        for list in others {
            index.reset_block_postings_from_terminfo(list, &mut blocks)?;
            put(&mut blocks, &mut documents);
        }
        Ok(Some(documents))
    }
}

/// Puts the materials with one term into a set.
pub(super) fn put_term(reader: &SegmentReader, term: &Term, documents: &mut Bits) -> tantivy::Result<()> {
    let index = reader.inverted_index(term.field())?;
    if let Some(mut blocks) = index.read_block_postings(term, IndexRecordOption::Basic)? {
        put(&mut blocks, documents);
    }
    Ok(())
}

/// Puts a whole list into a set. Most lists have one block: what is behind the last one is not asked for.
fn put(blocks: &mut BlockSegmentPostings, documents: &mut Bits) {
    let mut left = blocks.doc_freq() as usize;
    while left > 0 && !blocks.docs().is_empty() {
        blocks.docs().iter().for_each(|&document| documents.insert(document));
        left = left.saturating_sub(blocks.docs().len());
        if left > 0 {
            blocks.advance();
        }
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
        Ok(match self.documents(reader)? {
            Some(documents) => Box::new(Same::new(documents, boost)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}
