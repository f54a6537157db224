//! Names that have the words: some of their letters, how their hanzi are spoken, or nearly.
//!
//! The table of names knows a name before its words are read, and folders too. What it finds is either in the index, then its facts are
//! known and its words count as well, or it is found by its name alone.

use super::collect::Candidate;
use super::facts::Place;
use super::plan::{Facts, Plan, Word};
use crate::answer::{FOLDER, Gate, Marked};
use crate::error::Error;
use crate::index::{View, kind};
use crate::name::{By, Found, Names, Place as Stand, Question, is_named};
use crate::query;
use crate::schema::Fields;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, TERMINATED, Term};

/// What the table of names found.
#[derive(Debug, Default)]
pub(super) struct Named {
    names: Vec<Found>,
    /// Those in the index, in order: segment, document, number of the name.
    known: Vec<(u32, DocId, u32)>,
    /// The others, by number.
    alone: Vec<u32>,
    /// There may be more.
    pub(super) is_cut: bool,
}

/// Which names are wanted.
pub(super) struct Wanted<'a> {
    pub(super) plan: &'a Plan,
    pub(super) places: &'a [Place],
    /// At most so many.
    pub(super) limit: usize,
    /// Those too that have only some of the letters in order.
    pub(super) is_fuzzy: bool,
}

impl Named {
    /// Asks the names. Where words have to stand in titles, none is asked; without words neither.
    pub(super) fn find(
        names: &Names,
        wanted: &Wanted<'_>,
        (view, fields): (&View, &Fields),
        gate: &dyn Gate,
    ) -> Result<Named, Error> {
        let Wanted { plan, places, limit, is_fuzzy } = *wanted;
        if plan.words.is_empty() || plan.words.iter().any(|word| word.place == query::Place::Title) {
            return Ok(Named::default());
        }
        let mut found = names.find(&question(plan, is_fuzzy), limit, gate);
        let is_cut = found.len() >= limit;
        // What only stands in a folder of that name is one click from the folder, which is found.
        found.retain(|name| name.place != Stand::Folder && (name.by == By::Fuzzy || has_names(&plan.words, name)));
        let mut named = Named { names: found, is_cut, ..Named::default() };
        for (number, name) in (0..).zip(&named.names) {
            let document = if name.is_folder { None } else { document(view, fields.path, &name.path)? };
            match document {
                Some((segment, document)) => named.known.push((segment, document, number)),
                None if is_as_asked(name, &plan.facts, places) => named.alone.push(number),
                None => {}
            }
        }
        named.known.sort_unstable();
        Ok(named)
    }

    /// Those in a segment of the index: document and number, by document.
    pub(super) fn known(&self, segment: u32) -> impl Iterator<Item = (DocId, u32)> {
        let start = self.known.partition_point(|known| known.0 < segment);
        self.known[start..].iter().take_while(move |known| known.0 == segment).map(|known| (known.1, known.2))
    }

    /// Those that are not in the index.
    pub(super) fn alone(&self) -> impl Iterator<Item = Candidate> {
        self.alone.iter().map(|&number| Candidate {
            segment: Candidate::ALONE,
            document: number,
            score: 0.0,
            named: Some(number),
        })
    }

    /// The name that a candidate was found by.
    pub(super) fn get(&self, candidate: &Candidate) -> Option<&Found> {
        self.names.get(candidate.named? as usize)
    }
}

/// The type of a name, as `type:` takes it.
pub(super) fn kind_of(name: &Found) -> String {
    if name.is_folder { FOLDER.to_owned() } else { kind(&name.shown) }
}

/// The name with what matched marked.
pub(super) fn marked(name: &Found) -> Marked {
    Marked::with_marks(&name.shown, &name.marks)
}

fn question(plan: &Plan, is_fuzzy: bool) -> Question {
    let words = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect();
    let Facts { kinds, folders, .. } = &plan.facts;
    let mut within = folders.iter().filter(|folder| !folder.is_excluded && !folder.path.is_empty());
    let within = within.next().filter(|_| within.next().is_none());
    Question {
        words: words(&plan.words),
        without: words(&plan.excluded),
        // Folders have no extension: they are told apart from files afterwards.
        kinds: if kinds.iter().any(|kind| kind == FOLDER) { Vec::new() } else { kinds.clone() },
        within: within.map(|folder| folder.path.clone()),
        is_fuzzy,
    }
}

/// Whether each word that has to stand in the name does.
fn has_names(words: &[Word], name: &Found) -> bool {
    let mut in_name = words.iter().filter(|word| word.place == query::Place::Name);
    in_name.all(|word| is_named(&word.text, &name.shown))
}

/// Whether what is known of a name that is not in the index is as asked. When it changed is not known.
fn is_as_asked(name: &Found, facts: &Facts, places: &[Place]) -> bool {
    let kind = kind_of(name);
    (facts.kinds.is_empty() || facts.kinds.contains(&kind))
        && !facts.kinds_excluded.contains(&kind)
        && (facts.from, facts.until) == (i64::MIN, i64::MAX)
        && places.iter().all(|place| place.allows(&name.folder))
}

/// Where a path is in the index.
fn document(view: &View, path_field: Field, path: &[u8]) -> Result<Option<(u32, DocId)>, Error> {
    let term = Term::from_field_bytes(path_field, path);
    for (segment, reader) in (0..).zip(view.searcher.segment_readers()) {
        let Some(mut postings) = reader.inverted_index(path_field)?.read_postings(&term, IndexRecordOption::Basic)?
        else {
            continue;
        };
        while postings.doc() != TERMINATED {
            if !reader.is_deleted(postings.doc()) {
                return Ok(Some((segment, postings.doc())));
            }
            postings.advance();
        }
    }
    Ok(None)
}
