//! A material and its words, as the index takes them: nothing is copied that was given.

use super::writer::Ticket;
use crate::extract::Extract;
use crate::fold::{self, PART};
use crate::material::Material;
use crate::name::has_hanzi;
use crate::query::cut;
use crate::schema::Fields;
use std::hash::{BuildHasher, Hasher};
use std::iter::Empty;
use std::ops::Range;
use tantivy::schema::Field;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf, Value};

/// What goes into the index.
pub(crate) struct Entry {
    path: Vec<u8>,
    /// Only where it is not the path itself.
    shown: Option<String>,
    /// Name, title, headings, body.
    text: String,
    name: Range<usize>,
    title: Range<usize>,
    headings: Range<usize>,
    folder: String,
    kind: String,
    language: Option<String>,
    fault: Option<String>,
    facts: Facts,
    fields: Fields,
    /// The memory that it takes until it is written.
    _ticket: Option<Ticket>,
}

struct Facts {
    size: u64,
    modified: i64,
    changed: i64,
    inode: u64,
    state: u64,
    title_sum: Option<u64>,
    name_sum: u64,
}

/// The words of a material are still to be read.
pub(crate) const STATE_WAITING: u64 = 0;
/// They are in, or there are none.
pub(crate) const STATE_READ: u64 = 1;

impl Entry {
    /// `shown` is the path as it is read; without an extract, only the name is known so far.
    pub(crate) fn new(fields: &Fields, material: &Material, shown: &str, extract: Option<&Extract>) -> Entry {
        let is_path = shown.as_bytes() == material.path;
        let slash = shown.rfind('/');
        let name = slash.map_or(shown, |slash| &shown[slash + 1..]);
        let title = extract.and_then(|extract| extract.title.as_deref()).unwrap_or_default().trim();
        let headings = extract.map_or("", |extract| extract.headings.trim());
        let body = extract.map_or("", |extract| cut(&extract.body, BODY_BYTES_MAX));
        let mut text = String::with_capacity(name.len() + title.len() + headings.len() + body.len() + 3);
        let part = |text: &mut String, part: &str| {
            let start = text.len();
            // What stands between parts cannot stand inside one.
            text.extend(part.chars().map(|c| if c == PART { ' ' } else { c }));
            let range = start..text.len();
            text.push(PART);
            range
        };
        let name = part(&mut text, name);
        let title = part(&mut text, cut(title, TITLE_BYTES_MAX));
        let headings = part(&mut text, cut(headings, HEADINGS_BYTES_MAX));
        text.push_str(body);
        let title_sum = Some(sum(&text[title.clone()])).filter(|_| !title.is_empty());
        let kind = kind(&text[name.clone()]);
        let stem = text[name.clone()]
            .strip_suffix(kind.as_str())
            .map_or(&text[name.clone()], |stem| stem.trim_end_matches('.'));
        let facts = Facts {
            size: material.size,
            modified: material.modified,
            changed: material.changed,
            inode: material.inode,
            state: if extract.is_some() { STATE_READ } else { STATE_WAITING },
            title_sum,
            name_sum: sum(stem),
        };
        Entry {
            path: material.path.clone(),
            shown: (!is_path).then(|| shown.to_owned()),
            name,
            title,
            headings,
            folder: shown[..slash.unwrap_or(0)].to_owned(),
            kind,
            language: extract.and_then(|extract| extract.language.as_deref()).map(language),
            fault: extract.and_then(|extract| extract.fault.clone()),
            text,
            facts,
            fields: fields.clone(),
            _ticket: None,
        }
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.path.len() * 3 + 512
    }

    pub(crate) fn with_ticket(self, ticket: Ticket) -> Entry {
        Entry { _ticket: Some(ticket), ..self }
    }

    fn value(&self, at: usize) -> Option<(Field, Datum<'_>)> {
        use ReferenceValueLeaf::{Bytes, I64, Str, U64};
        let fields = &self.fields;
        let facts = &self.facts;
        let text = |range: &Range<usize>| Some(&self.text[range.clone()]).filter(|text| !text.is_empty()).map(Str);
        let (field, leaf) = match at {
            0 => (fields.all.word, Some(Str(&self.text))),
            1 => (fields.all.run, Some(Str(&self.text))),
            2 => (fields.name.word, text(&self.name)),
            3 => (fields.name.run, text(&self.name)),
            4 => (fields.title.word, text(&self.title)),
            5 => (fields.title.run, text(&self.title)),
            6 => (fields.headings.word, text(&self.headings)),
            7 => (fields.headings.run, text(&self.headings)),
            8 => (fields.text, Some(Str(&self.text))),
            9 => (fields.path, Some(Bytes(&self.path))),
            10 => (fields.shown, self.shown.as_deref().map(Str)),
            11 => (fields.folder, Some(Str(&self.folder))),
            12 => (fields.kind, Some(Str(&self.kind))),
            13 => (fields.language, self.language.as_deref().map(Str)),
            14 => (fields.fault, self.fault.as_deref().map(Str)),
            15 => (fields.size, Some(U64(facts.size))),
            16 => (fields.modified, Some(I64(facts.modified))),
            17 => (fields.changed, Some(I64(facts.changed))),
            18 => (fields.inode, Some(U64(facts.inode))),
            19 => (fields.state, Some(U64(facts.state))),
            20 => (fields.title_sum, facts.title_sum.map(U64)),
            21 => (fields.name_sum, Some(U64(facts.name_sum))),
            22 => (fields.spoken_title, Some(&self.text[self.title.clone()]).filter(|title| has_hanzi(title)).map(Str)),
            _ => return None,
        };
        // What is not there is null, which the index passes over.
        Some((field, Datum(leaf.unwrap_or(ReferenceValueLeaf::Null))))
    }
}

impl tantivy::Document for Entry {
    type Value<'a> = Datum<'a>;
    type FieldsValuesIter<'a> = Values<'a>;

    fn iter_fields_and_values(&self) -> Values<'_> {
        Values { entry: self, at: 0 }
    }
}

/// The values of an entry that are there.
pub(crate) struct Values<'a> {
    entry: &'a Entry,
    at: usize,
}

impl<'a> Iterator for Values<'a> {
    type Item = (Field, Datum<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (field, datum) = self.entry.value(self.at)?;
            self.at += 1;
            if datum.0 != ReferenceValueLeaf::Null {
                return Some((field, datum));
            }
        }
    }
}

/// A value of a field.
#[derive(Clone, Debug)]
pub(crate) struct Datum<'a>(ReferenceValueLeaf<'a>);

impl<'a> Value<'a> for Datum<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(self.0.clone())
    }
}

/// The extension in small letters; empty: none. What begins with a dot has none for that.
pub(crate) fn kind(name: &str) -> String {
    let Some((stem, extension)) = name.rsplit_once('.') else { return String::new() };
    let is_extension = !stem.is_empty() && !extension.is_empty() && extension.len() <= KIND_BYTES_MAX;
    let is_word = extension.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '~'));
    if is_extension && is_word { extension.to_lowercase() } else { String::new() }
}

/// `zh-TW` of `zh_TW`, `zh-tw` and the like: small letters and `-`.
pub(crate) fn language(tag: &str) -> String {
    cut(tag.trim(), LANGUAGE_BYTES_MAX).replace('_', "-").to_lowercase()
}

/// A number that stands for a title or a name: two that are read as the same have the same.
pub(crate) fn sum(text: &str) -> u64 {
    let mut folded = String::with_capacity(text.len());
    fold::plain(text, &mut folded);
    // The same in every process: it is kept on disk.
    let mut hasher = foldhash::fast::FixedState::with_seed(0x71A2).build_hasher();
    hasher.write(folded.as_bytes());
    // Half of it tells ten thousand titles apart and takes half the room.
    hasher.finish() >> 32
}

/// More of a text than this is not indexed: a hundred novels.
const BODY_BYTES_MAX: usize = 64 << 20;
/// More of a title is none.
const TITLE_BYTES_MAX: usize = 4 << 10;
/// More headings than in any book.
const HEADINGS_BYTES_MAX: usize = 256 << 10;
const KIND_BYTES_MAX: usize = 12;
const LANGUAGE_BYTES_MAX: usize = 16;
