//! All that is in the index, read from its columns: no text is touched.

use super::entry::STATE_READ;
use crate::error::Error;
use crate::schema::column;
use foldhash::{HashMap, HashMapExt};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Searcher, SegmentReader};

/// A material in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// From the root, without a slash at either end.
    pub path: &'a [u8],
    /// The path as it is read, where its bytes are not that.
    pub shown: Option<&'a str>,
    /// The title that it gives itself, where that has hanzi.
    pub title: Option<&'a str>,
    /// In bytes.
    pub size: u64,
    /// When the content changed last, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of it changed last, in nanoseconds since 1970.
    pub changed: i64,
    /// Its number on its device.
    pub inode: u64,
    /// Whether its words are in.
    pub words: Words,
}

/// How far the words of a material are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Still to be read.
    Waiting,
    /// All that it has.
    In,
    /// They could not all be read.
    Faulty,
}

impl Known<'_> {
    /// As a material of its own.
    pub fn to_material(&self) -> crate::material::Material {
        crate::material::Material {
            path: self.path.to_vec(),
            size: self.size,
            modified: self.modified,
            changed: self.changed,
            inode: self.inode,
        }
    }
}

pub(super) fn visit(searcher: &Searcher, mut visit: impl FnMut(Known<'_>)) -> Result<(), Error> {
    for reader in searcher.segment_readers() {
        visit_segment(reader, &mut visit)?;
    }
    Ok(())
}

fn visit_segment(reader: &SegmentReader, visit: &mut dyn FnMut(Known<'_>)) -> Result<(), Error> {
    let columns = reader.fast_fields();
    let Some(paths) = columns.bytes(column::PATH)? else { return Ok(()) };
    let size = columns.u64(column::SIZE)?;
    let inode = columns.u64(column::INODE)?;
    let modified = columns.i64(column::MODIFIED)?;
    let changed = columns.i64(column::CHANGED)?;
    let state = columns.u64(column::STATE)?;
    let shown = columns.str(column::SHOWN)?;
    let title = columns.str(column::TITLE)?;
    let fault = columns.str(column::FAULT)?;
    // In the order of the paths, which is how their dictionary is written: it is read once from end to end.
    let mut documents: Vec<(u64, DocId)> = Vec::with_capacity(reader.num_docs() as usize);
    documents.extend(reader.doc_ids_alive().filter_map(|document| Some((paths.ords().first(document)?, document))));
    documents.sort_unstable();
    let mut path = paths.dictionary().stream()?;
    let mut passed = 0;
    let mut shown_text = String::new();
    let titles = texts(title.as_ref(), documents.iter().map(|(_, document)| *document))?;
    for (ord, document) in documents {
        while passed <= ord {
            if !path.advance() {
                return Err(Error::Index("a path is missing".into()));
            }
            passed += 1;
        }
        shown_text.clear();
        let is_shown = match shown.as_ref().and_then(|shown| Some((shown, shown.ords().first(document)?))) {
            Some((shown, ord)) => shown.ord_to_str(ord, &mut shown_text)?,
            None => false,
        };
        let has_fault = fault.as_ref().is_some_and(|fault| fault.ords().first(document).is_some());
        let words = match state.first(document) {
            Some(STATE_READ) if has_fault => Words::Faulty,
            Some(STATE_READ) => Words::In,
            _ => Words::Waiting,
        };
        visit(Known {
            path: path.key(),
            shown: is_shown.then_some(shown_text.as_str()),
            title: titles.get(&document).map(AsRef::as_ref),
            size: size.first(document).unwrap_or(0),
            modified: modified.first(document).unwrap_or(0),
            changed: changed.first(document).unwrap_or(0),
            inode: inode.first(document).unwrap_or(0),
            words,
        });
    }
    Ok(())
}

/// The texts of a column, by document; its dictionary is read once, from end to end.
fn texts(
    column: Option<&StrColumn>,
    documents: impl Iterator<Item = DocId>,
) -> Result<HashMap<DocId, Box<str>>, Error> {
    let mut texts = HashMap::new();
    let Some(column) = column else { return Ok(texts) };
    let mut order: Vec<(u64, DocId)> =
        documents.filter_map(|document| Some((column.ords().first(document)?, document))).collect();
    order.sort_unstable();
    let ords: Vec<u64> = order.iter().map(|(ord, _)| *ord).collect();
    let mut next = order.iter();
    column.dictionary().sorted_ords_to_term_cb(&ords, |text| {
        if let (Some((_, document)), Ok(text)) = (next.next(), std::str::from_utf8(text)) {
            texts.insert(*document, text.into());
        }
    })?;
    Ok(texts)
}
