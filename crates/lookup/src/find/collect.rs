//! All materials that match, with what they count.

use super::bits::Bits;
use super::facts::{Columns, Filter, Place};
use super::hits::{Hits, Matches};
use super::named::Named;
use super::passed::Passed;
use super::plan::Facts;
use super::spread::Spread;
use crate::answer::Gate;
use crate::error::Error;
use crate::index::View;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tantivy::fastfield::AliveBitSet;
use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::{DocId, Score, SeekDangerResult, TERMINATED};

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
    let weight_of = |query: &dyn Query| query.weight(EnableScoring::enabled_from_searcher(&view.searcher));
    let weight = weight_of(&*asked.query)?;
    let without = asked.excluded.as_deref().map(weight_of).transpose()?;
    let weightier = asked.weightier.iter().map(|query| weight_of(&**query)).collect::<Result<Vec<_>, _>>()?;
    let near = asked.near.as_deref().map(weight_of).transpose()?;
    let mut hits = Hits::default();
    for (segment, (reader, columns)) in view.searcher.segment_readers().iter().zip(&view.columns).enumerate() {
        let filter = Filter::new(facts, places, columns)?;
        if filter.as_ref().is_some_and(Filter::is_none) {
            continue;
        }
        let mut excluded = None;
        if let Some(without) = &without {
            let mut bits = Bits::new(reader.max_doc());
            without.for_each_no_score(reader, &mut |documents| {
                documents.iter().for_each(|&document| bits.insert(document));
            })?;
            excluded = Some(bits);
        }
        let shown = match gate.number().filter(|_| !gate.is_open()) {
            Some(number) => asked.passed.of(view, segment, gate, number)?,
            None => None,
        };
        let sieve = Sieve { alive: reader.alive_bitset(), excluded, shown, filter, columns };
        let mut matches = Matches::of(segment);
        match asked.query.downcast_ref::<Spread>() {
            Some(spread) => sieve.take_all(spread.documents(reader)?.as_ref(), &mut matches),
            None => sieve.take(&mut *weight.scorer(reader, 1.0)?, &mut matches, budget),
        }
        if !matches.documents.is_empty() {
            for weight in &weightier {
                add_scores(&mut *weight.scorer(reader, 1.0)?, &mut matches);
            }
            if let Some(near) = &near {
                add_near(&mut *near.scorer(reader, 1.0)?, &mut matches);
            }
        }
        add_named(asked.named, &mut matches, &sieve);
        if gate.number().is_none() && !gate.is_open() {
            pass(columns, &mut matches, gate, budget)?;
        }
        hits.segments.push(matches);
        if budget.is_cut() && budget.is_over() {
            break;
        }
    }
    hits.alone.extend(asked.named.alone());
    Ok(hits)
}

/// What a material of a segment must be, whatever its words are.
struct Sieve<'a> {
    alive: Option<&'a AliveBitSet>,
    excluded: Option<Bits>,
    /// None: all are.
    shown: Option<Arc<Bits>>,
    filter: Option<Filter>,
    columns: &'a Columns,
}

impl Sieve<'_> {
    /// Whether it lets everything pass.
    fn is_open(&self) -> bool {
        self.alive.is_none() && self.excluded.is_none() && self.shown.is_none() && self.filter.is_none()
    }

    fn lets_pass(&self, document: DocId) -> bool {
        self.alive.is_none_or(|alive| alive.is_alive(document))
            && self.shown.as_ref().is_none_or(|shown| shown.contains(document))
            && !self.excluded.as_ref().is_some_and(|excluded| excluded.contains(document))
            && self.filter.as_ref().is_none_or(|filter| filter.allows(self.columns, document))
    }

    /// Takes what is in a set, and counts the same.
    fn take_all(&self, set: Option<&Bits>, matches: &mut Matches) {
        let Some(set) = set else { return };
        matches.documents.reserve_exact(set.len());
        match self.is_open() {
            true => set.for_each(|document| matches.documents.push(document)),
            false => set.for_each(|document| {
                if self.lets_pass(document) {
                    matches.documents.push(document);
                }
            }),
        }
        matches.scores.resize(matches.documents.len(), SPREAD_SCORE);
    }

    /// Takes what a scorer finds, with what it counts.
    fn take(&self, scorer: &mut dyn Scorer, matches: &mut Matches, budget: &Budget) {
        let is_open = self.is_open();
        let mut document = scorer.doc();
        let mut seen = 0u32;
        while document != TERMINATED {
            if is_open || self.lets_pass(document) {
                matches.push(document, scorer.score());
            }
            seen += 1;
            if seen.is_multiple_of(LOOKS_AT_THE_CLOCK) && budget.is_over() {
                break;
            }
            document = scorer.advance();
        }
    }
}

/// Adds what they count by another query.
fn add_scores(scorer: &mut dyn Scorer, matches: &mut Matches) {
    let Matches { documents, scores, .. } = matches;
    let mut at = 0;
    let mut document = scorer.doc();
    while document != TERMINATED {
        at = first_from(documents, at, document);
        let Some(&here) = documents.get(at) else { return };
        if here == document {
            scores[at] += scorer.score();
            document = scorer.advance();
        } else {
            document = scorer.seek(here);
        }
    }
}

/// Where the first match from a document on stands, at this place or behind it; mostly it is near.
fn first_from(documents: &[DocId], mut at: usize, document: DocId) -> usize {
    let mut step = 1;
    while documents.get(at + step).is_some_and(|&here| here < document) {
        at += step;
        step *= 2;
    }
    let end = documents.len().min(at + step);
    at + documents[at..end].partition_point(|&here| here < document)
}

/// Adds what those count whose words stand near each other. Where there are very many, only the best are looked at: the words are
/// everywhere then.
fn add_near(near: &mut dyn Scorer, matches: &mut Matches) {
    let Matches { documents, scores, .. } = matches;
    let mut wanted: Vec<usize> = (0..documents.len()).collect();
    if wanted.len() > NEAR_MAX {
        wanted.select_nth_unstable_by(NEAR_MAX, |&left, &right| {
            scores[right].total_cmp(&scores[left]).then(left.cmp(&right))
        });
        wanted.truncate(NEAR_MAX);
        wanted.sort_unstable();
    }
    // It may not be asked for documents before the one that it stands at.
    let mut next = near.doc();
    let mut is_found = true;
    for at in wanted {
        let document = documents[at];
        if document < next {
            continue;
        }
        if !is_found || document > next {
            is_found = match near.seek_danger(document) {
                SeekDangerResult::Found => true,
                SeekDangerResult::SeekLowerBound(bound) => {
                    next = bound;
                    false
                }
            };
        }
        if is_found {
            scores[at] += near.score();
            next = document + 1;
            is_found = false;
        }
    }
}

/// Those of a segment that were found by their names: noted where they have the words too, added where not.
fn add_named(named: &Named, matches: &mut Matches, sieve: &Sieve<'_>) {
    let last = matches.documents.len();
    for (document, number) in named.known(matches.segment) {
        // Documents come in order.
        match matches.documents[..last].binary_search(&document) {
            Ok(at) => matches.named.push((at, number)),
            Err(_) if sieve.lets_pass(document) => {
                matches.named.push((matches.documents.len(), number));
                matches.push(document, 0.0);
            }
            Err(_) => {}
        }
    }
    matches.named.sort_unstable();
}

/// Leaves out what the gate does not show. The paths are read in their order, which is how their dictionary is written.
fn pass(columns: &Columns, matches: &mut Matches, gate: &dyn Gate, budget: &Budget) -> Result<(), Error> {
    let Some(paths) = &columns.path else { return Ok(()) };
    let mut order: Vec<(u64, usize)> = Vec::with_capacity(matches.documents.len());
    for (at, &document) in matches.documents.iter().enumerate() {
        // One without a path cannot be shown.
        order.extend(paths.ords().first(document).map(|ord| (ord, at)));
    }
    order.sort_unstable();
    let mut is_shown = vec![false; matches.documents.len()];
    let mut next = 0;
    paths.dictionary().sorted_ords_to_term_cb(&order.iter().map(|(ord, _)| *ord).collect::<Vec<_>>(), |path| {
        let is_late = next % 256 == 255 && budget.is_over();
        if let Some((_, at)) = order.get(next)
            && !(is_late || budget.is_cut() && budget.is_over())
        {
            is_shown[*at] = gate.may_show(path, false);
        }
        next += 1;
    })?;
    matches.retain(&is_shown);
    Ok(())
}

/// What a letter counts that is somewhere.
const SPREAD_SCORE: Score = 1.0;
/// Of a segment: to see how near words are takes half a microsecond.
const NEAR_MAX: usize = 500;
/// After so many materials: some microseconds.
const LOOKS_AT_THE_CLOCK: u32 = 1024;
