//! What the hits have in common.

use super::collect::Budget;
use super::facts::{Columns, Place};
use super::hits::Hits;
use super::named::{Named, kind_of};
use crate::answer::Facets;
use crate::error::Error;
use crate::index::View;
use crate::query::year_of;
use foldhash::{HashMap, HashMapExt};
use tantivy::DocId;
use tantivy::columnar::{Cardinality, Column, StrColumn};

/// Counts all hits.
pub(super) fn count(
    view: &View,
    hits: &Hits,
    named: &Named,
    places: &[Place],
    budget: &Budget,
) -> Result<Facets, Error> {
    let depth = places.iter().map(Place::depth).max().unwrap_or(0);
    let mut kinds: HashMap<String, usize> = HashMap::new();
    let mut folders: HashMap<String, usize> = HashMap::new();
    let mut years: HashMap<i32, usize> = HashMap::new();
    for matches in &hits.segments {
        let (Some(columns), documents) = (view.columns.get(matches.segment as usize), &matches.documents[..]) else {
            continue;
        };
        tally(columns.kind.as_ref(), documents, |kind, count| add(&mut kinds, kind, count))?;
        tally(columns.folder.as_ref(), documents, |folder, count| {
            below(folder, depth).into_iter().for_each(|folder| add(&mut folders, folder, count));
        })?;
        tally_years(columns, documents, &mut years);
        if budget.is_cut() && budget.is_over() {
            break;
        }
    }
    for name in hits.alone.iter().filter_map(|hit| named.get(hit)) {
        add(&mut kinds, &kind_of(name), 1);
        below(&name.folder, depth).into_iter().for_each(|folder| add(&mut folders, folder, 1));
    }
    Ok(Facets {
        kinds: sorted(kinds, KINDS_MAX),
        folders: sorted(folders, FOLDERS_MAX),
        years: sorted(years, YEARS_MAX),
    })
}

fn add(counts: &mut HashMap<String, usize>, text: &str, count: usize) {
    if !text.is_empty() {
        *counts.entry(text.to_owned()).or_default() += count;
    }
}

/// How many of the documents have which text; each text is read once.
fn tally(column: Option<&StrColumn>, documents: &[DocId], mut give: impl FnMut(&str, usize)) -> Result<(), Error> {
    let Some(column) = column.filter(|_| !documents.is_empty()) else { return Ok(()) };
    let terms = column.num_terms();
    // (ord, count), in order
    let mut counts: Vec<(u64, usize)> = Vec::new();
    if terms == 1 && column.ords().get_cardinality() == Cardinality::Full {
        // All have the same: none of them has to be asked.
        counts.push((0, documents.len()));
    } else if terms <= documents.len() * 4 || terms <= FEW_TERMS {
        let mut table = vec![0usize; terms];
        for_each_ord(column.ords(), documents, |ord| {
            if let Some(count) = table.get_mut(ord as usize) {
                *count += 1;
            }
        });
        counts.extend(
            table.into_iter().enumerate().filter(|(_, count)| *count > 0).map(|(ord, count)| (ord as u64, count)),
        );
    } else {
        let mut all: Vec<u64> = Vec::with_capacity(documents.len());
        for_each_ord(column.ords(), documents, |ord| all.push(ord));
        all.sort_unstable();
        counts.extend(all.chunk_by(|left, right| left == right).map(|same| (same[0], same.len())));
    }
    let sorted: Vec<u64> = counts.iter().map(|(ord, _)| *ord).collect();
    let mut next = 0;
    column.dictionary().sorted_ords_to_term_cb(&sorted, |text| {
        if let (Some((_, count)), Ok(text)) = (counts.get(next), std::str::from_utf8(text)) {
            give(text, *count);
        }
        next += 1;
    })?;
    Ok(())
}

/// Visits the numbers of the texts that documents have.
fn for_each_ord(column: &Column<u64>, documents: &[DocId], mut visit: impl FnMut(u64)) {
    if column.get_cardinality() != Cardinality::Full {
        return documents.iter().filter_map(|&document| column.first(document)).for_each(visit);
    }
    // The library unpacks several in one call.
    let mut ords = [0; AT_ONCE];
    for documents in documents.chunks(AT_ONCE) {
        let ords = &mut ords[..documents.len()];
        column.values.get_vals(documents, ords);
        ords.iter().for_each(|&ord| visit(ord));
    }
}

fn tally_years(columns: &Columns, documents: &[DocId], years: &mut HashMap<i32, usize>) {
    if documents.is_empty() {
        return;
    }
    // All of one delivery: none of them has to be asked.
    let year = year_of(columns.modified.min_value());
    if columns.modified.get_cardinality() == Cardinality::Full && year == year_of(columns.modified.max_value()) {
        *years.entry(year).or_default() += documents.len();
        return;
    }
    // Files of one folder are often of one year: the division is done once for many.
    let mut last = (0..0, 0);
    let mut count = 0;
    for &document in documents {
        let Some(modified) = columns.modified.first(document) else { continue };
        if !last.0.contains(&modified) {
            if count > 0 {
                *years.entry(last.1).or_default() += count;
            }
            let year = year_of(modified);
            let begin = |year| crate::query::Moment { year, month: None, day: None }.nanoseconds();
            last = (begin(year)..begin(year + 1), year);
            count = 0;
        }
        count += 1;
    }
    if count > 0 {
        *years.entry(last.1).or_default() += count;
    }
}

/// The folder of this depth that a folder is in.
fn below(folder: &str, depth: usize) -> Option<&str> {
    if folder.is_empty() {
        return None;
    }
    let mut slashes = folder.match_indices('/').map(|(at, _)| at);
    match slashes.nth(depth) {
        Some(end) => Some(&folder[..end]),
        None if folder.split('/').count() > depth => Some(folder),
        None => None,
    }
}

fn sorted<T: Ord>(counts: HashMap<T, usize>, max: usize) -> Vec<(T, usize)> {
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sorted.truncate(max);
    sorted
}

/// More of them help nobody to choose.
const KINDS_MAX: usize = 50;
const FOLDERS_MAX: usize = 50;
const YEARS_MAX: usize = 50;
/// Documents whose texts are asked for in one call.
const AT_ONCE: usize = 64;
/// A table of so many counts costs nothing.
const FEW_TERMS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_those_one_level_below() {
        assert_eq!(below("", 0), None);
        assert_eq!(below("a", 0), Some("a"));
        assert_eq!(below("a/b/c", 0), Some("a"));
        assert_eq!(below("a/b/c", 1), Some("a/b"));
        assert_eq!(below("a/b", 1), Some("a/b"));
        assert_eq!(below("a", 1), None);
        assert_eq!(below("a/b/c", 3), None);
    }
}
