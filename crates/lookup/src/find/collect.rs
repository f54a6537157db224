//! All materials that match, with what they count.

use super::facts::{Columns, Filter, Place};
use super::named::Named;
use super::passed::Passed;
use super::plan::Facts;
use crate::answer::Gate;
use crate::error::Error;
use crate::index::View;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::{BitSet, DocId, SeekDangerResult, TERMINATED};

/// How long a look-up may go on, and whether it was cut short.
pub(super) struct Budget {
    end: Instant,
    cut: Arc<AtomicBool>,
}

impl Budget {
    pub(super) fn new(end: Instant) -> Budget {
        Budget { end, cut: Arc::default() }
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    pub(super) fn cut(&self) -> &Arc<AtomicBool> {
        &self.cut
    }

    /// Whether the time is over; noted.
    pub(super) fn is_over(&self) -> bool {
        let is_over = Instant::now() >= self.end;
        if is_over {
            self.cut.store(true, Ordering::Relaxed);
        }
        is_over
    }
}

/// A material that matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) segment: u32,
    pub(super) document: DocId,
    pub(super) score: f32,
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

/// Those that match, by segment and number.
pub(super) type Hits = Vec<Candidate>;

/// What a material must have: the words, or a name that was found.
pub(super) struct Asked<'a> {
    pub(super) named: &'a Named,
    pub(super) query: Box<dyn Query>,
    /// What it counts more with. Not a part of the query: the library's own would ask each of these for each material.
    pub(super) weightier: Vec<Box<dyn Query>>,
    /// And with this, which takes longer to find out.
    pub(super) near: Option<Box<dyn Query>>,
    /// And what it must not have. Not a part of the query: the library's own exclusion asks a phrase for documents before the one
    /// that it stands at, which it may say it has.
    pub(super) excluded: Option<Box<dyn Query>>,
    pub(super) facts: &'a Facts,
    pub(super) places: &'a [Place],
    pub(super) passed: &'a Passed,
}

/// All that match, are as asked and may be shown.
pub(super) fn hits(view: &View, asked: &Asked<'_>, gate: &dyn Gate, budget: &Budget) -> Result<Hits, Error> {
    let Asked { facts, places, .. } = *asked;
    let weight = asked.query.weight(EnableScoring::enabled_from_searcher(&view.searcher))?;
    let without = match &asked.excluded {
        Some(excluded) => Some(excluded.weight(EnableScoring::enabled_from_searcher(&view.searcher))?),
        None => None,
    };
    let weightier =
        asked.weightier.iter().map(|query| query.weight(EnableScoring::enabled_from_searcher(&view.searcher)));
    let weightier = weightier.collect::<Result<Vec<_>, _>>()?;
    let near = match &asked.near {
        Some(near) => Some(near.weight(EnableScoring::enabled_from_searcher(&view.searcher))?),
        None => None,
    };
    let mut hits = Hits::new();
    for (segment, (reader, columns)) in view.searcher.segment_readers().iter().zip(&view.columns).enumerate() {
        let filter = Filter::new(facts, places, columns)?;
        if filter.as_ref().is_some_and(Filter::is_none) {
            continue;
        }
        let first = hits.len();
        let alive = reader.alive_bitset();
        let mut excluded = BitSet::with_max_value(if without.is_some() { reader.max_doc() } else { 0 });
        if let Some(without) = &without {
            without.for_each_no_score(reader, &mut |documents| {
                for &document in documents {
                    excluded.insert(document);
                }
            })?;
        }
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut document = scorer.doc();
        let mut seen = 0u32;
        while document != TERMINATED {
            let is_there = alive.is_none_or(|alive| alive.is_alive(document))
                && (without.is_none() || !excluded.contains(document));
            if is_there && filter.as_ref().is_none_or(|filter| filter.allows(columns, document)) {
                let named = None;
                hits.push(Candidate { segment: segment as u32, document, score: scorer.score(), named });
            }
            seen += 1;
            if seen.is_multiple_of(LOOKS_AT_THE_CLOCK) && budget.is_over() {
                break;
            }
            document = scorer.advance();
        }
        if hits.len() > first {
            for weight in &weightier {
                add_scores(&mut *weight.scorer(reader, 1.0)?, &mut hits[first..]);
            }
        }
        if let Some(near) = &near
            && hits.len() > first
        {
            add_near(&mut *near.scorer(reader, 1.0)?, &mut hits[first..]);
        }
        let is_as_asked = |document| {
            !(without.is_some() && excluded.contains(document))
                && filter.as_ref().is_none_or(|filter| filter.allows(columns, document))
        };
        add_named(asked.named, segment as u32, &mut hits, first, is_as_asked);
        match gate.number() {
            _ if gate.is_open() => {}
            Some(number) => {
                let shown = asked.passed.of(view, segment, gate, number)?;
                retain_from(&mut hits, first, |hit| shown.contains(hit.document));
            }
            None => pass(view, segment, &mut hits, first, gate, budget)?,
        }
        if budget.is_cut() && budget.is_over() {
            break;
        }
    }
    hits.extend(asked.named.alone());
    Ok(hits)
}

/// Adds what they count by another query.
fn add_scores(scorer: &mut dyn Scorer, hits: &mut [Candidate]) {
    let mut at = 0;
    let mut document = scorer.doc();
    while document != TERMINATED {
        at = first_from(hits, at, document);
        let Some(hit) = hits.get_mut(at) else { return };
        if hit.document == document {
            hit.score += scorer.score();
            document = scorer.advance();
        } else {
            document = scorer.seek(hit.document);
        }
    }
}

/// Where the first hit from a document on stands, at this place or behind it; mostly it is near.
fn first_from(hits: &[Candidate], mut at: usize, document: DocId) -> usize {
    let mut step = 1;
    while hits.get(at + step).is_some_and(|hit| hit.document < document) {
        at += step;
        step *= 2;
    }
    let end = hits.len().min(at + step);
    at + hits[at..end].partition_point(|hit| hit.document < document)
}

/// Adds what those count whose words stand near each other. Where there are very many, only the best are looked at: the words are
/// everywhere then.
fn add_near(near: &mut dyn Scorer, hits: &mut [Candidate]) {
    let mut wanted: Vec<usize> = (0..hits.len()).collect();
    if wanted.len() > NEAR_MAX {
        wanted.select_nth_unstable_by(NEAR_MAX, |&left, &right| {
            hits[right].score.total_cmp(&hits[left].score).then(left.cmp(&right))
        });
        wanted.truncate(NEAR_MAX);
        wanted.sort_unstable();
    }
    // It may not be asked for documents before the one that it stands at.
    let mut next = near.doc();
    let mut is_found = true;
    for at in wanted {
        let hit = &mut hits[at];
        if hit.document < next {
            continue;
        }
        if !is_found || hit.document > next {
            is_found = match near.seek_danger(hit.document) {
                SeekDangerResult::Found => true,
                SeekDangerResult::SeekLowerBound(bound) => {
                    next = bound;
                    false
                }
            };
        }
        if is_found {
            hit.score += near.score();
            next = hit.document + 1;
            is_found = false;
        }
    }
}

/// Those of a segment that were found by their names: noted where they have the words too, added where not.
fn add_named(named: &Named, segment: u32, hits: &mut Hits, first: usize, is_as_asked: impl Fn(DocId) -> bool) {
    let last = hits.len();
    for (document, number) in named.known(segment) {
        // Documents come in order.
        match hits[first..last].binary_search_by_key(&document, |hit| hit.document) {
            Ok(at) => hits[first + at].named = Some(number),
            Err(_) if is_as_asked(document) => {
                hits.push(Candidate { segment, document, score: 0.0, named: Some(number) });
            }
            Err(_) => {}
        }
    }
}

/// Leaves out what the gate does not show. The paths are read in their order, which is how their dictionary is written.
fn pass(
    view: &View,
    segment: usize,
    hits: &mut Hits,
    first: usize,
    gate: &dyn Gate,
    budget: &Budget,
) -> Result<(), Error> {
    let Some(paths) = &view.columns[segment].path else { return Ok(()) };
    let mut order: Vec<(u64, usize)> = Vec::with_capacity(hits.len() - first);
    for (at, hit) in hits.iter().enumerate().skip(first) {
        // One without a path cannot be shown.
        order.extend(paths.ords().first(hit.document).map(|ord| (ord, at)));
    }
    order.sort_unstable();
    let mut is_shown = vec![false; hits.len() - first];
    let mut next = 0;
    paths.dictionary().sorted_ords_to_term_cb(&order.iter().map(|(ord, _)| *ord).collect::<Vec<_>>(), |path| {
        let is_late = next % 256 == 255 && budget.is_over();
        if let Some((_, at)) = order.get(next)
            && !(is_late || budget.is_cut() && budget.is_over())
        {
            is_shown[at - first] = gate.may_show(path, false);
        }
        next += 1;
    })?;
    let mut is_shown = is_shown.into_iter();
    retain_from(hits, first, |_| is_shown.next() == Some(true));
    Ok(())
}

/// Keeps of those from `first` on what is to be kept.
fn retain_from(hits: &mut Hits, first: usize, mut keeps: impl FnMut(&Candidate) -> bool) {
    let mut at = 0;
    hits.retain(|hit| {
        at += 1;
        at <= first || keeps(hit)
    });
}

/// Of a segment: to see how near words are takes half a microsecond.
const NEAR_MAX: usize = 1000;
/// After so many materials: some microseconds.
const LOOKS_AT_THE_CLOCK: u32 = 1024;
