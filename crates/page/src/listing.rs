//! A folder for people (HTML) and for programs (JSON), given out piece by piece.

mod grid;
mod html;
mod json;
mod own;
mod query;
mod row;

use semantics::Timestamp;

pub use html::html;
pub use json::json;
pub use query::{Query, Start, View};
pub use row::Row;

pub(crate) use row::{icon_of, push_icon};

use crate::order::Sort;
use crate::window::{Chosen, Cursor};

/// A folder's name on the way from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// In the file system.
    pub name: Vec<u8>,
    /// For people.
    pub shown: String,
}

/// A folder, of which only the way to it is known yet.
pub struct ListingPage {
    /// The way from the root; empty at the root.
    pub path: Vec<Segment>,
    /// What was asked for.
    pub query: Query,
    /// For the age of dates.
    pub now: Timestamp,
    /// Reads the folder. Called after the top of the page has been given out, so that it is seen at once.
    pub open: Box<dyn FnOnce() -> Entries + Send>,
}

/// What stands in a folder.
pub struct Entries {
    /// Those of this page, in order.
    pub rows: Box<dyn Iterator<Item = Row> + Send>,
    /// Folders in the whole folder.
    pub folders: u64,
    /// Files in the whole folder.
    pub files: u64,
    /// The first row, if rows stand before it.
    pub previous: Option<Cursor>,
    /// The last row, if rows stand behind it.
    pub next: Option<Cursor>,
    /// Gives the README of the folder as safe HTML ([`markdown::render`](crate::markdown::render)), after the rows.
    pub readme: Box<dyn FnOnce() -> Option<String> + Send>,
}

impl Entries {
    /// What a window over the folder chose; the rows may get their sizes and dates now.
    pub fn new(chosen: Chosen, sort: Sort) -> Entries {
        let cursor = |has, row: Option<&Row>| row.filter(|_| has).map(|row| Cursor::of(row, sort));
        Entries {
            previous: cursor(chosen.has_previous, chosen.rows.first()),
            next: cursor(chosen.has_next, chosen.rows.last()),
            folders: chosen.folders,
            files: chosen.files,
            rows: Box::new(chosen.rows.into_iter()),
            readme: Box::new(|| None),
        }
    }
}
