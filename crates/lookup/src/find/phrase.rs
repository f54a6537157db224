//! Terms at certain distances, also where some are words and some are pairs of letters, and where the last may go on.
//!
//! `HTTP服务器` is a word and two pairs, in two fields that count their positions together. The library knows phrases of one field only; those
//! are left to it.

use super::pattern::{Pattern, Step};
use super::plan::BEGINNING_LETTERS_MAX;
use crate::schema::Twin;
use crate::token::Script;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// The materials with the pattern.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    twin: Twin,
    steps: Vec<Step>,
}

impl Phrase {
    pub(crate) fn new(twin: Twin, pattern: &Pattern) -> Phrase {
        Phrase { twin, steps: pattern.steps.clone() }
    }
}

impl Phrase {
    pub(super) fn own_weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<PhraseWeight> {
        let mut score = None;
        if let EnableScoring::Enabled { statistics_provider, .. } = scoring {
            // The rarest kind of statistics that both fields share: those of the first step's field.
            let field = self.twin.of(self.steps[0].script);
            let same = self.steps.iter().filter(|step| step.script == self.steps[0].script && !step.is_prefix);
            let terms: Vec<_> = same.map(|step| Term::from_field_text(field, &step.text)).collect();
            if !terms.is_empty() {
                score = Some(Bm25Weight::for_terms(statistics_provider, &terms)?);
            }
        }
        Ok(PhraseWeight { twin: self.twin, steps: self.steps.clone(), score })
    }
}

impl Query for Phrase {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.own_weight(scoring)?))
    }
}

pub(super) struct PhraseWeight {
    twin: Twin,
    steps: Vec<Step>,
    score: Option<Bm25Weight>,
}

impl Weight for PhraseWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(mut scorer) = self.at_first(reader, boost)? else { return Ok(Box::new(EmptyScorer)) };
        scorer.settle();
        Ok(Box::new(scorer))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

impl PhraseWeight {
    /// A scorer that has not looked yet where terms stand; none: a term is missing.
    pub(super) fn at_first(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<PhraseScorer>> {
        let mut sources = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let postings = self.postings(reader, step)?;
            if postings.is_empty() {
                return Ok(None);
            }
            sources.push(Source { postings, offset: step.offset });
        }
        let lengths = reader.get_fieldnorms_reader(self.twin.of(self.steps[0].script))?;
        let score = self.score.as_ref().map(|score| score.boost_by(boost));
        Ok(Some(PhraseScorer::new(sources, lengths, score, boost)))
    }

    fn postings(&self, reader: &SegmentReader, step: &Step) -> tantivy::Result<Vec<SegmentPostings>> {
        let index = reader.inverted_index(self.twin.of(step.script))?;
        let option = IndexRecordOption::WithFreqsAndPositions;
        if !step.is_prefix {
            let list = index.terms().get(&step.text)?;
            return list.iter().map(|list| Ok(index.read_postings_from_terminfo(list, option)?)).collect();
        }
        let mut lists = Vec::new();
        let mut stream = index.terms().range().ge(&step.text).into_stream()?;
        while stream.advance() && stream.key().starts_with(step.text.as_bytes()) {
            lists.push(stream.value().clone());
        }
        // A letter of a run begins as many terms as have it; of words that begin alike, the frequent ones are enough.
        let lists_max = match step.script {
            Script::Run => RUN_TERMS_MAX,
            Script::Word if step.text.chars().count() <= BEGINNING_LETTERS_MAX => BEGINNING_TERMS_MAX,
            Script::Word => WORD_TERMS_MAX,
        };
        if lists.len() > lists_max {
            lists.sort_unstable_by_key(|list| std::cmp::Reverse(list.doc_freq));
            lists.truncate(lists_max);
        }
        lists.iter().map(|list| Ok(index.read_postings_from_terminfo(list, option)?)).collect()
    }
}

/// Visits the materials in which terms of one field stand one after another: at each step any of several.
pub(super) fn documents(
    reader: &SegmentReader,
    field: Field,
    steps: &[Vec<String>],
    visit: &mut dyn FnMut(DocId),
) -> tantivy::Result<()> {
    let index = reader.inverted_index(field)?;
    let option = IndexRecordOption::WithFreqsAndPositions;
    let mut sources = Vec::with_capacity(steps.len());
    for (offset, terms) in (0..).zip(steps) {
        let mut postings = Vec::with_capacity(terms.len());
        for term in terms {
            if let Some(list) = index.terms().get(term)? {
                postings.push(index.read_postings_from_terminfo(&list, option)?);
            }
        }
        sources.push(Source { postings, offset });
    }
    let mut scorer = PhraseScorer::new(sources, reader.get_fieldnorms_reader(field)?, None, 1.0);
    scorer.settle();
    while scorer.document != TERMINATED {
        visit(scorer.document);
        scorer.advance();
    }
    Ok(())
}

/// What may stand at one place of the pattern.
struct Source {
    postings: Vec<SegmentPostings>,
    offset: u32,
}

impl Source {
    fn document(&self) -> DocId {
        self.postings.iter().map(SegmentPostings::doc).min().unwrap_or(TERMINATED)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for postings in &mut self.postings {
            if postings.doc() < target {
                postings.seek(target);
            }
        }
        self.document()
    }

    /// Where the pattern would have to begin for this to stand where it does.
    fn begins(&mut self, document: DocId, out: &mut Vec<u32>) {
        out.clear();
        for postings in self.postings.iter_mut().filter(|postings| postings.doc() == document) {
            postings.append_positions_with_offset(0, out);
        }
        if self.postings.len() > 1 {
            out.sort_unstable();
        }
        out.retain_mut(|position| {
            let begin = position.checked_sub(self.offset);
            *position = begin.unwrap_or_default();
            begin.is_some()
        });
    }
}

pub(super) struct PhraseScorer {
    sources: Vec<Source>,
    lengths: FieldNormReader,
    score: Option<Bm25Weight>,
    boost: Score,
    document: DocId,
    /// How often the pattern is in the document.
    count: u32,
    ends: Vec<u32>,
    next: Vec<u32>,
}

impl PhraseScorer {
    /// At the first document of the first step, of which there is one at least.
    fn new(sources: Vec<Source>, lengths: FieldNormReader, score: Option<Bm25Weight>, boost: Score) -> PhraseScorer {
        let document = sources[0].document();
        let (ends, next) = (Vec::new(), Vec::new());
        PhraseScorer { sources, lengths, score, boost, document, count: 0, ends, next }
    }

    /// Goes on to the first document from here that has the pattern.
    fn settle(&mut self) -> DocId {
        while self.document != TERMINATED {
            self.document = self.candidate(self.document);
            if self.stands_at(self.document) {
                break;
            }
            self.document = self.sources[0].seek(self.document + 1);
        }
        self.document
    }

    /// The first document from here that has all terms, wherever they stand.
    pub(super) fn candidate(&mut self, mut target: DocId) -> DocId {
        'documents: while target != TERMINATED {
            for source in &mut self.sources {
                let document = source.seek(target);
                if document != target {
                    target = document;
                    continue 'documents;
                }
            }
            break;
        }
        target
    }

    /// Goes to a [`candidate`](Self::candidate), and says whether its terms stand as they should.
    pub(super) fn stands_at(&mut self, candidate: DocId) -> bool {
        self.document = candidate;
        if candidate == TERMINATED {
            return true;
        }
        self.count = self.matches();
        self.count > 0
    }

    fn matches(&mut self) -> u32 {
        let (first, others) = self.sources.split_at_mut(1);
        first[0].begins(self.document, &mut self.ends);
        for source in others {
            if self.ends.is_empty() {
                return 0;
            }
            source.begins(self.document, &mut self.next);
            let mut at = 0;
            let next = &self.next;
            self.ends.retain(|&begin| {
                while next.get(at).is_some_and(|&other| other < begin) {
                    at += 1;
                }
                next.get(at) == Some(&begin)
            });
        }
        self.ends.len() as u32
    }
}

impl DocSet for PhraseScorer {
    fn advance(&mut self) -> DocId {
        if self.document != TERMINATED {
            self.document = self.sources[0].seek(self.document + 1);
        }
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document < target {
            self.document = self.sources[0].seek(target);
            self.settle();
        }
        self.document
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        let sizes = self.sources.iter().map(|source| source.postings.iter().map(|list| list.size_hint()).sum());
        sizes.min().unwrap_or(0)
    }

    fn cost(&self) -> u64 {
        // Positions are read for each document that has all of it.
        u64::from(self.size_hint()) * 10
    }
}

impl Scorer for PhraseScorer {
    fn score(&mut self) -> Score {
        let length = self.lengths.fieldnorm_id(self.document);
        self.score.as_ref().map_or(self.boost, |score| score.score(length, self.count))
    }
}

const WORD_TERMS_MAX: usize = 64;
/// Of those that begin with a letter or two: `in`, `is`, `if` are most of all with `i`, and each list is asked for each material.
const BEGINNING_TERMS_MAX: usize = 16;
const RUN_TERMS_MAX: usize = 4096;
