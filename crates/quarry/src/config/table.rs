//! Tables of the file: their keys are asked for by name; what nobody asked for, or is of another kind, is a fault with its place.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Source, meant};
use super::key::Key;

/// Where faults are gathered while a file is read: one run tells all of them.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    faults: RefCell<Vec<Fault>>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source) -> Reader<'s> {
        Reader { source, faults: RefCell::default() }
    }

    pub(super) fn fault(&self, at: Range<usize>, cause: impl Into<String>) {
        self.hint(at, cause, None);
    }

    pub(super) fn hint(&self, at: Range<usize>, cause: impl Into<String>, hint: Option<String>) {
        self.faults.borrow_mut().push(Fault { at, cause: cause.into(), hint });
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_content(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }
}

/// One table, and what of it was asked for.
pub(super) struct Table<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// Where it stands.
    pub(super) at: Range<usize>,
    /// The keys it may have; none: any.
    known: Option<&'static [Key]>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: &'a str,
    name_at: Range<usize>,
    value: Value<'a>,
    is_taken: Cell<bool>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        reader: &'a Reader<'a>,
        at: Range<usize>,
        known: Option<&'static [Key]>,
        table: &'a DeTable<'a>,
    ) -> Table<'a> {
        let entry =
            |(name, value): (&'a toml::Spanned<std::borrow::Cow<'a, str>>, &'a toml::Spanned<DeValue<'a>>)| Entry {
                name: name.get_ref(),
                name_at: name.span(),
                value: Value { reader, at: value.span(), node: value.get_ref() },
                is_taken: Cell::new(false),
            };
        let mut entries: Vec<Entry<'a>> = table.iter().map(entry).collect();
        // As they were written: the order of fields is the owner's.
        entries.sort_by_key(|entry| entry.name_at.start);
        Table { reader, at, known, entries }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        debug_assert!(
            self.known.is_none_or(|known| known.iter().any(|key| key.name == name)),
            "{name} is in no list of keys"
        );
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        entry.is_taken.set(true);
        Some(&entry.value)
    }

    /// Where the name of a key stands; where the table does, if it has none.
    pub(super) fn name_at(&self, name: &str) -> Range<usize> {
        self.entries.iter().find(|entry| entry.name == name).map_or(self.at.clone(), |entry| entry.name_at.clone())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// All keys with their values, whatever their names.
    pub(super) fn all(&self) -> impl Iterator<Item = (Text<'a>, &Value<'a>)> {
        self.entries.iter().map(|entry| {
            entry.is_taken.set(true);
            (Text { reader: self.reader, at: entry.name_at.clone(), text: entry.name }, &entry.value)
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<Text<'a>> {
        self.get(name)?.text()
    }

    /// A string, read as a flag of the command line reads it.
    pub(super) fn parsed<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.get(name)?.scalar()?.parse(parse)
    }

    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        self.get(name)?.switch()
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<Text<'a>>> {
        self.get(name)?.texts()
    }

    /// Tells what nobody asked for.
    pub(super) fn finish(self) {
        let Some(known) = self.known else { return };
        for entry in self.entries.iter().filter(|entry| !entry.is_taken.get()) {
            let names = known.iter().map(|key| key.name);
            let hint = match meant(entry.name, names.clone()) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("there is {}", names.collect::<Vec<_>>().join(", ")),
            };
            self.reader.hint(entry.name_at.clone(), format!("there is no key {:?} here", entry.name), Some(hint));
        }
    }
}

/// One value.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) at: Range<usize>,
    node: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    fn other<T>(&self, expected: &str) -> Option<T> {
        let found = match self.node {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.reader.fault(self.at.clone(), format!("found {found}, expected {expected}"));
        None
    }

    pub(super) fn text(&self) -> Option<Text<'a>> {
        match self.node {
            DeValue::String(text) => Some(Text { reader: self.reader, at: self.at.clone(), text }),
            _ => self.other("a string"),
        }
    }

    /// A string or a number, as its text.
    pub(super) fn scalar(&self) -> Option<Text<'a>> {
        match self.node {
            DeValue::String(text) => Some(Text { reader: self.reader, at: self.at.clone(), text }),
            DeValue::Integer(number) if number.radix() == 10 => {
                Some(Text { reader: self.reader, at: self.at.clone(), text: number.as_str() })
            }
            _ => self.other("a string or a number"),
        }
    }

    pub(super) fn is_switch(&self) -> bool {
        self.node.is_bool()
    }

    pub(super) fn is_number(&self) -> bool {
        self.node.is_integer()
    }

    pub(super) fn is_text(&self) -> bool {
        self.node.is_str()
    }

    pub(super) fn is_table(&self) -> bool {
        self.node.is_table()
    }

    pub(super) fn switch(&self) -> Option<bool> {
        self.node.as_bool().or_else(|| self.other("true or false"))
    }

    /// A string, or several in a list.
    pub(super) fn texts(&self) -> Option<Vec<Text<'a>>> {
        match self.node {
            DeValue::String(_) | DeValue::Integer(_) => self.scalar().map(|text| vec![text]),
            DeValue::Array(list) => {
                let items =
                    list.iter().map(|item| Value { reader: self.reader, at: item.span(), node: item.get_ref() });
                Some(items.filter_map(|item| item.text()).collect())
            }
            _ => self.other("a string, or a list of strings"),
        }
    }

    pub(super) fn table(&self, known: Option<&'static [Key]>) -> Option<Table<'a>> {
        match self.node {
            DeValue::Table(table) => Some(Table::new(self.reader, self.at.clone(), known, table)),
            _ => self.other("a table"),
        }
    }

    /// Tables that each begin with `[[name]]`.
    pub(super) fn tables(&self, name: &str, known: &'static [Key]) -> Vec<Table<'a>> {
        let DeValue::Array(list) = self.node else {
            return self.other(&format!("tables, each beginning with [[{name}]]")).unwrap_or_default();
        };
        let items = list.iter().map(|item| Value { reader: self.reader, at: item.span(), node: item.get_ref() });
        items.filter_map(|item| item.table(Some(known))).collect()
    }
}

/// A string with its place.
#[derive(Clone)]
pub(super) struct Text<'a> {
    reader: &'a Reader<'a>,
    pub(super) at: Range<usize>,
    pub(super) text: &'a str,
}

impl Text<'_> {
    pub(super) fn parse<T>(&self, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        parse(self.text).map_err(|cause| self.fault(cause)).ok()
    }

    pub(super) fn fault(&self, cause: impl Into<String>) {
        self.reader.fault(self.at.clone(), cause);
    }

    /// Where a byte of the string stands in the file; the whole string, where that cannot be said because it is written with escapes.
    pub(super) fn place(&self, byte: usize) -> Range<usize> {
        let written = &self.reader.source.text[self.at.clone()];
        match written.find(self.text) {
            Some(start) if byte <= self.text.len() => {
                let at = self.at.start + start + byte;
                at..at + 1
            }
            _ => self.at.clone(),
        }
    }
}
