//! The look-up as people and programs see it: what was found, what suggests itself while somebody types, how far the index is.
//!
//! What is found here is found elsewhere: this room is given hits and gives text.

mod asked;
mod facet;
mod hit;
mod html;
mod index;
mod json;
mod opensearch;
mod suggest;
mod words;

use std::time::Duration;

use semantics::Timestamp;

pub use asked::{Asked, Fault, LIMIT_MAX, OFFSET_MAX};
pub use hit::{Hit, Marked};
pub use html::page;
pub use index::{Progress, page as index_page, page_json as index_json};
pub use json::{fault as fault_json, found as json, suggestions as suggestions_json};
pub use opensearch::{description, suggestions as opensearch_suggestions};
pub use suggest::fragment;

use crate::escape;
use crate::look::Look;

/// What was found, and how it was understood.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Hits in all, those not given here too.
    pub total: usize,
    /// False: there are at least so many.
    pub total_is_exact: bool,
    /// How the words were read.
    pub step: Step,
    /// What was looked for instead of the words.
    pub instead: Option<String>,
    /// Those of this page, the best first.
    pub hits: Vec<Hit>,
    /// What the hits have in common.
    pub facets: Facets,
    /// How long it took.
    pub took: Duration,
    /// How far the index is.
    pub index: Progress,
    /// For the age of dates.
    pub now: Timestamp,
}

/// How the words were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Every hit has all of them.
    #[default]
    All,
    /// Every hit has most of them.
    Most,
    /// The hits have words that differ by a letter or two.
    Typo,
}

impl Step {
    /// A stable word for programs.
    pub fn token(self) -> &'static str {
        match self {
            Step::All => "all",
            Step::Most => "most",
            Step::Typo => "typo",
        }
    }
}

/// How many of the hits have what, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Extensions, as `type:` takes them.
    pub types: Vec<(String, usize)>,
    /// Folders from the root, as `in:` takes them.
    pub folders: Vec<(String, usize)>,
    /// Years of the last change.
    pub years: Vec<(i32, usize)>,
}

/// What suggests itself while somebody types.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Materials whose name or title matches.
    pub names: Vec<Hit>,
    /// Materials whose words match.
    pub pages: Vec<Hit>,
    /// How long it took.
    pub took: Duration,
}

/// The address of what is found for `words`, in quotes.
fn href(look: &Look, words: &str, offset: usize) -> String {
    let (prefix, words) = (escape::text(&look.prefix), escape::segment(words.as_bytes()));
    match offset {
        0 => format!("\"{prefix}/find?q={words}\""),
        _ => format!("\"{prefix}/find?q={words}&amp;offset={offset}\""),
    }
}
