//! From the best hits to what is shown of them.

use super::facts::{Columns, text};
use super::hits::Candidate;
use super::named::{Named, kind_of, marked};
use super::plan::Plan;
use crate::answer::{Hit, Marked};
use crate::error::Error;
use crate::fold::PART;
use crate::index::{View, kind};
use crate::name::Found;
use crate::schema::Fields;
use crate::snippet::{self, Mark, Marker};
use tantivy::schema::document::Value;
use tantivy::{DocAddress, TantivyDocument};

/// The hits with their texts, what matched in them marked.
pub(super) fn hits(
    view: &View,
    fields: &Fields,
    plan: &Plan,
    named: &Named,
    best: &[Candidate],
) -> Result<Vec<Hit>, Error> {
    let marker = Marker::new(plan.patterns()).typed(plan.words.first().map_or("", |word| &word.text));
    let hits = best.iter().filter_map(|candidate| match candidate.columns(view) {
        Some(columns) => {
            let hit = hit(view, fields, (plan, &marker), candidate, columns);
            Some(hit.map(|hit| with_marks(hit, named.name(candidate), named.title(candidate))))
        }
        None => named.get(candidate).map(|name| Ok(alone(name, candidate.score))),
    });
    hits.collect()
}

/// The hit with what the names know of it: the index knows no parts of words, and not how hanzi are spoken.
fn with_marks(mut hit: Hit, name: Option<&Found>, title: Option<&Found>) -> Hit {
    if let Some(name) = name.filter(|_| !hit.name.has_match()) {
        hit.name = marked(name);
    }
    if let Some(title) = title {
        hit.title = hit.title.map(|own| Marked::with_marks(&own.text(), &title.marks));
    }
    hit
}

/// What is known by its name alone.
fn alone(name: &Found, score: f32) -> Hit {
    Hit {
        path: name.path.clone(),
        name: marked(name),
        title: None,
        kind: kind_of(name),
        is_folder: name.is_folder,
        size: None,
        modified: None,
        snippet: Marked::default(),
        unreadable: None,
        score,
    }
}

fn hit(
    view: &View,
    fields: &Fields,
    (plan, marker): (&Plan, &Marker),
    candidate: &Candidate,
    columns: &Columns,
) -> Result<Hit, Error> {
    let document = candidate.document;
    let stored: TantivyDocument = view.searcher.doc(DocAddress::new(candidate.segment, document))?;
    let stored = stored.get_first(fields.text).and_then(|value| value.as_str()).unwrap_or_default();
    let mut parts = stored.splitn(4, PART);
    let name = parts.next().unwrap_or_default();
    let title = parts.next().unwrap_or_default();
    let headings = parts.next().unwrap_or_default();
    let body = parts.next().unwrap_or_default();
    let mut snippet = marker.snippet(body);
    // Words that only headings have are shown there.
    if !snippet.has_match() {
        let of_headings = spoken(plan, headings).unwrap_or_else(|| marker.snippet(headings));
        if of_headings.has_match() || snippet.is_empty() {
            snippet = of_headings;
        }
    }
    Ok(Hit {
        path: columns.path(document)?,
        name: marker.whole(name),
        title: (!title.is_empty()).then(|| marker.whole(title)),
        kind: kind(name),
        is_folder: false,
        size: columns.size.first(document),
        modified: columns.modified.first(document),
        snippet,
        unreadable: text(columns.fault.as_ref(), document)?,
        score: candidate.score,
    })
}

/// A heading that is spoken as a word was typed.
fn spoken(plan: &Plan, headings: &str) -> Option<Marked> {
    let mut spoken = plan.words.iter().filter_map(|word| word.spoken.as_ref());
    spoken.find_map(|pinyin| {
        let mut lines = headings.lines();
        lines.find_map(|line| {
            let span = pinyin.find(line)?.range;
            Some(snippet::line(line, &[Mark { span, word: 0 }]))
        })
    })
}

/// How many could not be read, and some of them: path, reason.
type Unreadable = (usize, Vec<(Vec<u8>, String)>);

/// Those that could not be read, the latest first, and how many there are.
pub(super) fn unreadable(view: &View, limit: usize) -> Result<Unreadable, Error> {
    let mut faulty = Vec::new();
    for (segment, (reader, columns)) in view.searcher.segment_readers().iter().zip(&view.columns).enumerate() {
        let Some(fault) = &columns.fault else { continue };
        for document in reader.doc_ids_alive().filter(|&document| fault.ords().first(document).is_some()) {
            faulty.push((columns.modified.first(document).unwrap_or(0), segment, document));
        }
    }
    let count = faulty.len();
    faulty.sort_unstable_by(|left, right| right.cmp(left));
    let examples = faulty.into_iter().take(limit).map(|(_, segment, document)| {
        let columns = &view.columns[segment];
        Ok((columns.path(document)?, text(columns.fault.as_ref(), document)?.unwrap_or_default()))
    });
    Ok((count, examples.collect::<Result<_, Error>>()?))
}
