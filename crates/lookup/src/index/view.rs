//! The index as it was at a commit: its segments, and their columns opened.

use crate::error::Error;
use crate::find::facts::Columns;
use tantivy::{IndexReader, Searcher};

/// All that one look-up reads. It stays as it is while commits go on.
pub(crate) struct View {
    pub(crate) searcher: Searcher,
    /// One for each segment.
    pub(crate) columns: Vec<Columns>,
}

impl View {
    pub(super) fn new(reader: &IndexReader) -> Result<View, Error> {
        let searcher = reader.searcher();
        let columns = searcher.segment_readers().iter().map(Columns::new).collect::<Result<_, _>>()?;
        Ok(View { searcher, columns })
    }
}
