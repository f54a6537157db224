//! Which of the hits go first.
//!
//! How rare the words are and how often they stand there (BM25), more in titles and names; a name that has what was typed, the more of it and
//! the nearer to its beginning the better; before all, a title or a name that is just what was typed; of equals, the language of the reader, then what changed last, then
//! the order of the paths.

use super::collect::{Candidate, Hits};
use super::facts::text;
use super::named::Named;
use super::plan::Plan;
use crate::answer::Request;
use crate::error::Error;
use crate::index::{View, kind, language, sum};
use std::time::SystemTime;

/// The hits that are asked for, in order.
pub(super) fn best(
    view: &View,
    plan: &Plan,
    named: &Named,
    mut hits: Hits,
    request: &Request<'_>,
) -> Result<Hits, Error> {
    let end = request.offset.saturating_add(request.limit).min(RANKED_MAX);
    if request.limit == 0 || request.offset >= hits.len() || request.offset >= RANKED_MAX {
        return Ok(Hits::new());
    }
    // Without words all are alike, and the latest go first.
    if plan.words.is_empty() {
        for hit in &mut hits {
            let modified = hit.columns(view).and_then(|columns| columns.modified.first(hit.document));
            hit.score = modified.map_or(f32::MIN, |time| time as f32);
        }
    }
    let top = hits.iter().map(|hit| hit.score).fold(0.0, f32::max).max(1.0);
    for hit in &mut hits {
        if let Some(name) = named.get(hit) {
            hit.score += top * NAME_HAS_IT * name.score;
        }
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
fn first(view: &View, named: &Named, mut hits: Hits, count: usize) -> Result<Hits, Error> {
    let mut rows = Vec::new();
    for group in hits.chunk_by_mut(|left, right| left.segment == right.segment) {
        let kept = group.len().min(count);
        if let Some(paths) = group[0].columns(view).and_then(|columns| columns.path.as_ref()) {
            // Paths of a segment are in the order of their numbers.
            let number = |hit: &Candidate| paths.ords().first(hit.document);
            bring_forward(group, kept, number);
            group[..kept].sort_by_cached_key(number);
        } else {
            // Few: names that are not in the index yet.
            group.sort_by_cached_key(|hit| named.get(hit).map(|name| name.path.clone()));
            group.sort_by(by_score);
        }
        group[..kept].sort_by(by_score);
        rows.push(Row { hits: group[..kept].iter(), path: None });
    }
    merge(view, named, rows, count)
}

/// Brings so many of the hits to the front, those with the higher scores; of equals, those with the lower numbers.
fn bring_forward(hits: &mut [Candidate], count: usize, number: impl Fn(&Candidate) -> Option<u64>) {
    if count == 0 || count >= hits.len() {
        return;
    }
    hits.select_nth_unstable_by(count, by_score);
    // The first of those that are left is the best of them; which of its equals go before it is still open.
    let score = hits[count].score;
    let mut better = 0;
    for at in 0..count {
        if hits[at].score > score {
            hits.swap(at, better);
            better += 1;
        }
    }
    let mut equal = better;
    for at in better..hits.len() {
        if hits[at].score == score {
            hits.swap(at, equal);
            equal += 1;
        }
    }
    if count < equal {
        let mut numbered: Vec<_> = hits[better..equal].iter().map(|hit| (number(hit), *hit)).collect();
        numbered.select_nth_unstable_by_key(count - better, |numbered| numbered.0);
        hits[better..equal].iter_mut().zip(numbered).for_each(|(hit, numbered)| *hit = numbered.1);
    }
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
fn merge(view: &View, named: &Named, mut rows: Vec<Row<'_>>, count: usize) -> Result<Hits, Error> {
    let mut merged = Hits::new();
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
