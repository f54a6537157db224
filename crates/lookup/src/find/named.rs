//! Names that have the words: some of their letters, how their hanzi are spoken, or nearly; and titles, as their hanzi are spoken.
//!
//! The table of names knows a name before its words are read, and folders too. What it finds is either in the index, then its facts are
//! known and its words count as well, or it is found by its name alone.

use super::facts::Place;
use super::hits::Candidate;
use super::plan::{Facts, Plan, Word};
use crate::answer::{FOLDER, Gate, Marked};
use crate::error::Error;
use crate::index::{View, kind};
use crate::name::{By, Found, Names, Pinyin, Place as Stand, Question, is_named};
use crate::query;
use crate::schema::Fields;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, TERMINATED, Term};

/// What the table of names found.
#[derive(Debug, Default)]
pub(super) struct Named {
    names: Vec<Found>,
    /// From this number on they are titles.
    titles_from: usize,
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
    /// Asks the names and the titles. Without words, none is asked.
    pub(super) fn find(
        names: &Names,
        wanted: &Wanted<'_>,
        (view, fields): (&View, &Fields),
        gate: &dyn Gate,
    ) -> Result<Named, Error> {
        let Wanted { plan, places, limit, is_fuzzy } = *wanted;
        if plan.words.is_empty() {
            return Ok(Named::default());
        }
        let question = question(plan, is_fuzzy);
        let stands = |place| plan.words.iter().any(|word| word.place == place);
        let mut found = if stands(query::Place::Title) { Vec::new() } else { names.find(&question, limit, gate) };
        let mut is_cut = found.len() >= limit;
        // What only stands in a folder of that name is one click from the folder, which is found.
        found.retain(|name| name.place != Stand::Folder && (name.by == By::Fuzzy || has_names(&plan.words, name)));
        let titles_from = found.len();
        // The index knows the letters of titles, but not how they are spoken.
        if !stands(query::Place::Name) && plan.words.iter().any(|word| Pinyin::new(&word.text).is_some()) {
            let question = Question { is_fuzzy: false, ..question };
            let titles = names.find_titles(&question, limit, gate);
            is_cut |= titles.len() >= limit;
            found.extend(titles.into_iter().filter(|title| !title.is_folder && matches!(title.by, By::Pinyin(_))));
        }
        let mut named = Named { names: found, titles_from, is_cut, ..Named::default() };
        for (number, name) in (0..).zip(&named.names) {
            let document = if name.is_folder { None } else { document(view, fields.path, &name.path)? };
            match document {
                Some((segment, document)) => named.known.push((segment, document, number)),
                // A title of what was just read will be in the index in a moment.
                None if number as usize >= titles_from => {}
                None if is_as_asked(name, &plan.facts, places) => named.alone.push(number),
                None => {}
            }
        }
        // By its name and by its title: the name counts.
        named.known.sort_unstable();
        named.known.dedup_by_key(|known| (known.0, known.1));
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

    /// The name or the title that a candidate was found by.
    pub(super) fn get(&self, candidate: &Candidate) -> Option<&Found> {
        self.found(candidate.named?)
    }

    /// The name or the title of this number.
    pub(super) fn found(&self, number: u32) -> Option<&Found> {
        self.names.get(number as usize)
    }

    /// Only the name.
    pub(super) fn name(&self, candidate: &Candidate) -> Option<&Found> {
        self.get(candidate).filter(|_| candidate.named.is_some_and(|number| (number as usize) < self.titles_from))
    }

    /// Only the title.
    pub(super) fn title(&self, candidate: &Candidate) -> Option<&Found> {
        self.get(candidate).filter(|_| candidate.named.is_some_and(|number| number as usize >= self.titles_from))
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
