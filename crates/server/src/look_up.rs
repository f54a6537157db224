//! What the pages of the look-up ask. The real one follows the files; tests have one that says what they want.
//!
//! Whoever looks a folder up without serving it does it as it is done here, so that both have one index and say the same.

use lookup::answer::{Answer, Gate, Request, State, Suggestions};
use lookup::live::{Lookup, Settings};
use reactor::disk::Links;
use std::path::{Path, PathBuf};

pub use crate::render::found_json as json;

/// How the look-up over a folder is kept. `root`: by its one true name; `places`: where the index may live, the best place first;
/// `hidden`: whether hidden names are looked at too.
pub fn settings(root: &Path, places: Vec<PathBuf>, links: Links, hidden: bool) -> Settings {
    Settings {
        places,
        links,
        is_hidden: if hidden { |_| false } else { site::is_hidden_name },
        has_hidden: hidden,
        ..Settings::new(root)
    }
}

/// Finds materials. Called on the pool, by many at once.
pub trait LookUp: Send + Sync {
    /// What has the words.
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer;

    /// What may be meant by words that are still being typed.
    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions;

    /// How far the index is.
    fn state(&self) -> State;
}

/// What it cannot answer by a mistake of its own, it did not find: the page is there, and the next question may do better.
impl LookUp for Lookup {
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer {
        Lookup::find(self, request, gate).unwrap_or_default()
    }

    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions {
        Lookup::suggest(self, request, gate).unwrap_or_default()
    }

    fn state(&self) -> State {
        Lookup::state(self)
    }
}
