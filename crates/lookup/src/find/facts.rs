//! The facts of the materials of a segment, and what is asked of them.

use super::plan::{Facts, Folder};
use crate::error::Error;
use crate::fold;
use crate::schema::column;
use std::ops::Range;
use tantivy::columnar::{BytesColumn, Column, StrColumn};
use tantivy::{DocId, SegmentReader};

/// The columns of a segment.
pub(crate) struct Columns {
    pub(crate) path: Option<BytesColumn>,
    pub(crate) folder: Option<StrColumn>,
    pub(crate) kind: Option<StrColumn>,
    pub(crate) language: Option<StrColumn>,
    pub(crate) fault: Option<StrColumn>,
    pub(crate) size: Column<u64>,
    pub(crate) modified: Column<i64>,
    pub(crate) title_sum: Column<u64>,
    pub(crate) name_sum: Column<u64>,
}

impl Columns {
    pub(crate) fn new(reader: &SegmentReader) -> Result<Columns, Error> {
        let columns = reader.fast_fields();
        Ok(Columns {
            path: columns.bytes(column::PATH)?,
            folder: columns.str(column::FOLDER)?,
            kind: columns.str(column::KIND)?,
            language: columns.str(column::LANGUAGE)?,
            fault: columns.str(column::FAULT)?,
            size: columns.u64(column::SIZE)?,
            modified: columns.i64(column::MODIFIED)?,
            title_sum: columns.u64(column::TITLE_SUM)?,
            name_sum: columns.u64(column::NAME_SUM)?,
        })
    }

    pub(crate) fn path(&self, document: DocId) -> Result<Vec<u8>, Error> {
        let mut path = Vec::new();
        if let Some(paths) = &self.path
            && let Some(ord) = paths.ords().first(document)
        {
            paths.ord_to_bytes(ord, &mut path)?;
        }
        Ok(path)
    }
}

/// The text of a column; none: the material has none.
pub(crate) fn text(column: Option<&StrColumn>, document: DocId) -> Result<Option<String>, Error> {
    let Some((column, ord)) = column.and_then(|column| Some((column, column.ords().first(document)?))) else {
        return Ok(None);
    };
    let mut text = String::new();
    column.ord_to_str(ord, &mut text)?;
    Ok(Some(text))
}

/// What is asked, in the numbers of one segment.
pub(crate) struct Filter {
    kinds: Option<Vec<u64>>,
    kinds_excluded: Vec<u64>,
    folders: Vec<(Vec<Range<u64>>, bool)>,
    moments: Option<Range<i64>>,
}

impl Filter {
    /// None: all materials are as asked.
    pub(crate) fn new(facts: &Facts, folders: &[Place], columns: &Columns) -> Result<Option<Filter>, Error> {
        if facts.is_any() {
            return Ok(None);
        }
        let ords = |kinds: &[String]| -> Result<Vec<u64>, Error> {
            let Some(column) = &columns.kind else { return Ok(Vec::new()) };
            let mut ords = Vec::new();
            for kind in kinds {
                ords.extend(column.dictionary().term_ord(kind)?);
            }
            Ok(ords)
        };
        let mut ranges = Vec::with_capacity(folders.len());
        for folder in folders {
            ranges.push((folder.ranges(columns.folder.as_ref())?, folder.is_excluded));
        }
        let is_dated = facts.from != i64::MIN || facts.until != i64::MAX;
        Ok(Some(Filter {
            kinds: if facts.kinds.is_empty() { None } else { Some(ords(&facts.kinds)?) },
            kinds_excluded: ords(&facts.kinds_excluded)?,
            folders: ranges,
            moments: is_dated.then_some(facts.from..facts.until),
        }))
    }

    /// Whether no material of this segment can be as asked.
    pub(crate) fn is_none(&self) -> bool {
        let nothing = |(ranges, is_excluded): &(Vec<Range<u64>>, bool)| ranges.is_empty() && !is_excluded;
        self.kinds.as_ref().is_some_and(Vec::is_empty) || self.folders.iter().any(nothing)
    }

    pub(crate) fn allows(&self, columns: &Columns, document: DocId) -> bool {
        if self.kinds.is_some() || !self.kinds_excluded.is_empty() {
            let kind = columns.kind.as_ref().and_then(|column| column.ords().first(document));
            let is_in = |kinds: &[u64]| kind.is_some_and(|kind| kinds.contains(&kind));
            if self.kinds.as_ref().is_some_and(|kinds| !is_in(kinds)) || is_in(&self.kinds_excluded) {
                return false;
            }
        }
        if let Some(moments) = &self.moments
            && !columns.modified.first(document).is_some_and(|modified| moments.contains(&modified))
        {
            return false;
        }
        if !self.folders.is_empty() {
            let folder = columns.folder.as_ref().and_then(|column| column.ords().first(document)).unwrap_or(u64::MAX);
            let is_in = |ranges: &[Range<u64>]| ranges.iter().any(|range| range.contains(&folder));
            if self.folders.iter().any(|(ranges, is_excluded)| is_in(ranges) == *is_excluded) {
                return false;
            }
        }
        true
    }
}

/// A folder that was asked for, and how it is to be read: from the root if there is one there, else wherever one of this name is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: String,
    is_excluded: bool,
    reading: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Just so, from the root.
    Exact,
    /// From the root, whatever the case.
    Folded,
    /// Anywhere.
    Anywhere,
}

impl Place {
    /// Finds the reading that names a folder in any of the segments.
    pub(crate) fn new(folder: &Folder, segments: &[Columns]) -> Result<Place, Error> {
        let mut place = Place { path: folder.path.clone(), is_excluded: folder.is_excluded, reading: Reading::Exact };
        for reading in [Reading::Exact, Reading::Folded, Reading::Anywhere] {
            if reading == Reading::Anywhere && folder.is_rooted {
                break;
            }
            if reading != Reading::Exact {
                place.path = folded(&folder.path);
            }
            place.reading = reading;
            for columns in segments {
                if !place.ranges(columns.folder.as_ref())?.is_empty() {
                    return Ok(place);
                }
            }
        }
        Ok(place)
    }

    /// From the root, where it is read so; its depth in segments.
    pub(crate) fn depth(&self) -> usize {
        match self.reading {
            Reading::Anywhere => 0,
            _ if self.path.is_empty() || self.is_excluded => 0,
            _ => self.path.split('/').count(),
        }
    }

    /// Whether what stands in this folder, a path as it is read, is as asked.
    pub(crate) fn allows(&self, folder: &str) -> bool {
        let is_in = match self.reading {
            _ if self.path.is_empty() => true,
            Reading::Exact => is_at_or_below(folder, &self.path),
            reading => self.holds(&folded(folder), reading),
        };
        is_in != self.is_excluded
    }

    /// Whether a folded path is it or below it.
    fn holds(&self, folder: &str, reading: Reading) -> bool {
        match reading {
            Reading::Anywhere => format!("/{folder}/").contains(&format!("/{}/", self.path)),
            _ => is_at_or_below(folder, &self.path),
        }
    }

    /// The numbers of the folders that are it or below it.
    fn ranges(&self, column: Option<&StrColumn>) -> Result<Vec<Range<u64>>, Error> {
        let Some(column) = column else { return Ok(Vec::new()) };
        let mut ranges: Vec<Range<u64>> = Vec::new();
        if self.path.is_empty() {
            ranges.push(0..column.num_terms() as u64);
            return Ok(ranges);
        }
        let mut add = |ord: u64| match ranges.last_mut() {
            Some(last) if last.end == ord => last.end += 1,
            _ => ranges.push(ord..ord + 1),
        };
        if self.reading == Reading::Exact {
            if let Some(ord) = column.dictionary().term_ord(&self.path)? {
                add(ord);
            }
            let mut below = column.dictionary().prefix_range(format!("{}/", self.path)).into_stream()?;
            while below.advance() {
                add(below.term_ord());
            }
            return Ok(ranges);
        }
        let mut all = column.dictionary().stream()?;
        let mut ord = 0;
        while all.advance() {
            let path = folded(std::str::from_utf8(all.key()).unwrap_or_default());
            if self.holds(&path, self.reading) {
                add(ord);
            }
            ord += 1;
        }
        Ok(ranges)
    }
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Each segment of a path as names are compared.
fn folded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for segment in path.split('/') {
        if !out.is_empty() {
            out.push('/');
        }
        fold::plain(segment, &mut out);
    }
    out
}
