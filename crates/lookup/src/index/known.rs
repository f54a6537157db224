//! All that is in the index, read from its columns: no text is touched.

use super::entry::STATE_READ;
use crate::error::Error;
use crate::schema::column;
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
    let (mut shown_text, mut title_text) = (String::new(), String::new());
    for (ord, document) in documents {
        while passed <= ord {
            if !path.advance() {
                return Err(Error::Index("a path is missing".into()));
            }
            passed += 1;
        }
        let is_shown = read(shown.as_ref(), document, &mut shown_text)?;
        let is_titled = read(title.as_ref(), document, &mut title_text)?;
        let has_fault = fault.as_ref().is_some_and(|fault| fault.ords().first(document).is_some());
        let words = match state.first(document) {
            Some(STATE_READ) if has_fault => Words::Faulty,
            Some(STATE_READ) => Words::In,
            _ => Words::Waiting,
        };
        visit(Known {
            path: path.key(),
            shown: is_shown.then_some(shown_text.as_str()),
            title: is_titled.then_some(title_text.as_str()),
            size: size.first(document).unwrap_or(0),
            modified: modified.first(document).unwrap_or(0),
            changed: changed.first(document).unwrap_or(0),
            inode: inode.first(document).unwrap_or(0),
            words,
        });
    }
    Ok(())
}

/// Reads a text of a column. False: there is none.
fn read(column: Option<&StrColumn>, document: DocId, text: &mut String) -> Result<bool, Error> {
    text.clear();
    Ok(match column.and_then(|column| Some((column, column.ords().first(document)?))) {
        Some((column, ord)) => column.ord_to_str(ord, text)?,
        None => false,
    })
}
