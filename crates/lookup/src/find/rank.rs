//! Which of the hits go first.
//!
//! How rare the words are and how often they stand there (BM25), more in titles and names; a name that has what was typed, the more of it and
//! the nearer to its beginning the better; before all, a title or a name that is just what was typed; of equals, the language of the reader, then what changed last, then
//! the order of the paths.

use super::facts::text;
use super::hits::{Candidate, Hits, Matches};
use super::named::Named;
use super::plan::Plan;
use crate::answer::Request;
use crate::error::Error;
use crate::index::{View, kind, language, sum};
use std::time::SystemTime;
use tantivy::{DocId, Score};

/// The hits that are asked for, in order.
pub(super) fn best(
    view: &View,
    plan: &Plan,
    named: &Named,
    mut hits: Hits,
    request: &Request<'_>,
) -> Result<Vec<Candidate>, Error> {
    let end = request.offset.saturating_add(request.limit).min(RANKED_MAX);
    if request.limit == 0 || request.offset >= hits.len() || request.offset >= RANKED_MAX {
        return Ok(Vec::new());
    }
    // Without words all are alike, and the latest go first.
    if plan.words.is_empty() {
        for Matches { segment, documents, scores, .. } in &mut hits.segments {
            let Some(columns) = view.columns.get(*segment as usize) else { continue };
            for (document, score) in documents.iter().zip(scores) {
                *score = columns.modified.first(*document).map_or(f32::MIN, |time| time as f32);
            }
        }
        hits.alone.iter_mut().for_each(|hit| hit.score = f32::MIN);
    }
    let scores = hits.segments.iter().flat_map(|matches| &matches.scores);
    let top = scores.chain(hits.alone.iter().map(|hit| &hit.score)).copied().fold(1.0, f32::max);
    let weight = top * NAME_HAS_IT;
    for Matches { scores, named: names, .. } in &mut hits.segments {
        for &(at, number) in &*names {
            scores[at] += named.found(number).map_or(0.0, |name| weight * name.score);
        }
    }
    for hit in &mut hits.alone {
        hit.score += named.get(hit).map_or(0.0, |name| weight * name.score);
    }
    // What the index counts is nearly the order; the last word is said over some more than are shown.
    let looked_at = (end + LOOKED_AT_MORE).max(LOOKED_AT_MIN);
    let mut hits = first(view, named, hits, looked_at)?;
    if !plan.words.is_empty() {
        adjust(view, plan, &mut hits, request.language, top);
    }
    // Those that are equal stay in the order of their paths.
    hits.sort_by(by_score);
    hits.truncate(end);
    hits.drain(..request.offset.min(hits.len()));
    Ok(hits)
}

/// So many of the hits, those with the higher scores first; of equals, in the order of their paths, which is the same in every index
/// of these materials, however it was written.
fn first(view: &View, named: &Named, mut hits: Hits, count: usize) -> Result<Vec<Candidate>, Error> {
    let mut rows = Vec::with_capacity(hits.segments.len() + 1);
    for matches in &hits.segments {
        let paths = view.columns.get(matches.segment as usize).and_then(|columns| columns.path.as_ref());
        // Paths of a segment are in the order of their numbers.
        let number = |document| paths.and_then(|paths| paths.ords().first(document));
        rows.push(best_of(matches, count, number));
    }
    // Few: names that are not in the index yet.
    hits.alone.sort_by_cached_key(|hit| named.get(hit).map(|name| name.path.clone()));
    hits.alone.sort_by(by_score);
    hits.alone.truncate(count);
    rows.push(hits.alone);
    let rows = rows.iter().map(|hits| Row { hits: hits.iter(), path: None }).collect();
    merge(view, named, rows, count)
}

/// A match that may be among the best.
#[derive(Clone, Copy)]
struct Kept {
    score: Score,
    number: Option<u64>,
    at: usize,
}

impl Kept {
    /// The better one first: by score; of equals, by number.
    fn order(&self, other: &Kept) -> std::cmp::Ordering {
        other.score.total_cmp(&self.score).then_with(|| self.number.cmp(&other.number))
    }
}

/// So many of a segment, in order; of equals, those with the lower numbers. Most are worse than what is kept already, and nothing more is asked of
/// them.
fn best_of(matches: &Matches, count: usize, number: impl Fn(DocId) -> Option<u64>) -> Vec<Candidate> {
    let room = count.saturating_mul(2).min(matches.documents.len());
    let mut kept: Vec<Kept> = Vec::with_capacity(room);
    let mut least: Option<Kept> = None;
    for (at, (&score, &document)) in matches.scores.iter().zip(&matches.documents).enumerate() {
        if least.is_some_and(|least| score < least.score) {
            continue;
        }
        let new = Kept { score, number: number(document), at };
        if least.is_some_and(|least| new.order(&least).is_gt()) {
            continue;
        }
        kept.push(new);
        if kept.len() >= count * 2 && count > 0 {
            let (_, last, _) = kept.select_nth_unstable_by(count - 1, Kept::order);
            least = Some(*last);
            kept.truncate(count);
        }
    }
    kept.sort_unstable_by(Kept::order);
    kept.truncate(count);
    kept.into_iter().map(|kept| matches.candidate(kept.at)).collect()
}

fn by_score(left: &Candidate, right: &Candidate) -> std::cmp::Ordering {
    right.score.total_cmp(&left.score)
}

/// Hits in order, the next of which has this path, if it was asked for.
struct Row<'a> {
    hits: std::slice::Iter<'a, Candidate>,
    path: Option<Vec<u8>>,
}

/// One row of several that are in order. Paths are read where scores are equal.
fn merge(view: &View, named: &Named, mut rows: Vec<Row<'_>>, count: usize) -> Result<Vec<Candidate>, Error> {
    let mut merged = Vec::new();
    while merged.len() < count {
        let heads = rows.iter().filter_map(|row| row.hits.as_slice().first());
        let Some(top) = heads.map(|hit| hit.score).max_by(f32::total_cmp) else { break };
        let is_top = |row: &Row<'_>| row.hits.as_slice().first().is_some_and(|hit| hit.score == top);
        let mut equal = (0..rows.len()).filter(|&at| is_top(&rows[at]));
        let (Some(mut best), rest) = (equal.next(), equal.collect::<Vec<_>>()) else { break };
        for at in rest {
            for at in [best, at] {
                let row = &mut rows[at];
                if let (None, Some(hit)) = (&row.path, row.hits.as_slice().first()) {
                    row.path = Some(path(view, named, hit)?);
                }
            }
            if rows[at].path < rows[best].path {
                best = at;
            }
        }
        merged.extend(rows[best].hits.next().copied());
        rows[best].path = None;
    }
    Ok(merged)
}

fn path(view: &View, named: &Named, hit: &Candidate) -> Result<Vec<u8>, Error> {
    match hit.columns(view) {
        Some(columns) => columns.path(hit.document),
        None => Ok(named.get(hit).map(|name| name.path.clone()).unwrap_or_default()),
    }
}

fn adjust(view: &View, plan: &Plan, hits: &mut [Candidate], wanted: Option<&str>, top: f32) {
    let sentence = plan.sentence();
    let name = plan.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let extension = kind(&name);
    let stem = name.strip_suffix(extension.as_str()).unwrap_or(&name).trim_end_matches('.');
    let (title_sum, name_sum, stem_sum) = (sum(&sentence), sum(&name), sum(stem));
    let wanted = wanted.map(language);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    for hit in hits {
        let Some(columns) = hit.columns(view) else { continue };
        let document = hit.document;
        let modified = columns.modified.first(document).unwrap_or(0) as f64 / 1e9;
        let years = ((now - modified) / SECONDS_OF_A_YEAR).max(0.0);
        hit.score *= 1.0 + FRESH * (0.5f64.powf(years) as f32);
        if columns.title_sum.first(document) == Some(title_sum) && !sentence.is_empty() {
            hit.score += top * TITLE_IS_ALL;
        }
        let named = columns.name_sum.first(document);
        if named == Some(name_sum) || (!extension.is_empty() && named == Some(stem_sum)) {
            hit.score += top * NAME_IS_ALL;
        }
        if let Some(wanted) = &wanted
            && let Ok(Some(spoken)) = text(columns.language.as_ref(), document)
        {
            hit.score *= closeness(&spoken, wanted);
        }
    }
}

/// The same language and region, or the same language.
fn closeness(spoken: &str, wanted: &str) -> f32 {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    if spoken == wanted {
        SAME_LANGUAGE
    } else if primary(spoken) == primary(wanted) {
        LIKE_LANGUAGE
    } else {
        1.0
    }
}

/// Nobody turns over so many pages.
const RANKED_MAX: usize = 10_000;
const LOOKED_AT_MIN: usize = 200;
const LOOKED_AT_MORE: usize = 100;
/// More than any words can count: before all others.
const TITLE_IS_ALL: f32 = 1.0;
const NAME_IS_ALL: f32 = 1.0;
/// Times how well the name matches, from 0 to 1: where a name begins with it, it goes before most others.
const NAME_HAS_IT: f32 = 1.0;
const SAME_LANGUAGE: f32 = 1.5;
const LIKE_LANGUAGE: f32 = 1.4;
/// What changed today goes before what is years old, of equals.
const FRESH: f32 = 0.02;
const SECONDS_OF_A_YEAR: f64 = 31_557_600.0;
