//! The names of a site, found by some of their letters, as they are spoken, or nearly.
//!
//! ```text
//! Names ── Keeper    changes the table: one at a time
//!     └─── Table     what a find reads: shelves of blocks, shared with snapshots
//!            └─ Block   4096 names as one text, swept by each Needle of a Question
//! ```
//!
//! A find takes a snapshot, which costs a few hundred counters, and holds no lock from then on. Whoever changes a block that a snapshot
//! still reads copies it first. So neither waits for the other for longer than that.
//!
//! Folders are names too: those that files stand in, for as long as they do. Titles with hanzi stand in a table of the same make, to be
//! found as they are spoken.

mod arena;
mod block;
mod fuzzy;
mod index;
mod keeper;
mod letter;
mod needle;
mod pinyin;
mod question;
mod reading;
mod scan;
mod signature;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

pub use pinyin::{Manner, Pinyin, Spoken};
pub use question::{By, Found, Place, Question};

use crate::answer::Gate;
use keeper::Keeper;
use table::Table;

/// Every name of a site. All methods take `&self`: many may find while one changes.
#[derive(Debug)]
pub struct Names {
    files: Shelves,
    /// By the paths of the files that have them.
    titles: Shelves,
}

/// Names that many read and one changes.
#[derive(Debug)]
struct Shelves {
    keeper: Mutex<Keeper>,
    table: RwLock<Table>,
}

impl Default for Names {
    fn default() -> Names {
        Names::new()
    }
}

impl Names {
    /// Without a name.
    pub fn new() -> Names {
        Names { files: Shelves::new(), titles: Shelves::new() }
    }

    /// Takes in a file, with the folders that it stands in. `path` goes from the root, `shown` is the same as it is read, segment by
    /// segment; if it has fewer segments they are the last ones, and the others are read as UTF-8. A file that is there already gets
    /// the new `shown`.
    pub fn insert(&self, path: &[u8], shown: &str) {
        self.files.keeper().insert(&self.files.table, path, shown);
    }

    /// Says which title a file gives itself, from now on. One without hanzi is not kept: the index finds it as well.
    pub fn set_title(&self, path: &[u8], title: Option<&str>) {
        let titles = &self.titles;
        match title.filter(|title| has_hanzi(title)) {
            // What stands behind a slash would be another name.
            Some(title) => titles.keeper().insert(&titles.table, path, &title.replace('/', " ")),
            None => _ = titles.keeper().remove(&titles.table, path),
        }
    }

    /// Takes out a file, with its title. False: there is none.
    pub fn remove(&self, path: &[u8]) -> bool {
        self.titles.keeper().remove(&self.titles.table, path);
        self.files.keeper().remove(&self.files.table, path)
    }

    /// Takes out all files in a folder, at any depth; an empty path is the root. Gives how many there were.
    pub fn remove_folder(&self, path: &[u8]) -> usize {
        self.titles.keeper().remove_folder(&self.titles.table, path);
        self.files.keeper().remove_folder(&self.files.table, path)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.keeper().files()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.files.size() + self.titles.size()
    }

    /// The best names for a question, at most `limit`, the best first. The gate is asked for what is given, and for as many more as it
    /// refuses.
    pub fn find(&self, question: &Question, limit: usize, gate: &dyn Gate) -> Vec<Found> {
        scan::find(&self.files.snapshot(), question, limit, gate)
    }

    /// The best titles for a question, as [`find`](Names::find) gives names. What is shown and marked is the title.
    pub fn find_titles(&self, question: &Question, limit: usize, gate: &dyn Gate) -> Vec<Found> {
        scan::find(&self.titles.snapshot(), question, limit, gate)
    }
}

impl Shelves {
    fn new() -> Shelves {
        Shelves { keeper: Mutex::default(), table: RwLock::new(Table::new()) }
    }

    fn snapshot(&self) -> Table {
        self.table.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn size(&self) -> usize {
        let table = self.snapshot();
        self.keeper().size() + table.files.size() + table.folders.size()
    }
}

/// Makes ready what the first question would otherwise wait for: how hanzi are spoken.
pub(crate) fn prepare() {
    reading::is_syllable(b"");
}

/// A bit for each of the 26 letters with which a hanzi may begin when it is spoken; none: it is no hanzi.
pub(crate) fn initials(character: char) -> u32 {
    reading::of(character).map_or(0, |readings| readings.initials)
}

/// Whether pinyin could speak any of it.
pub(crate) fn has_hanzi(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(reading::is_hanzi)
}

/// Whether a word stands in one name: its letters, or how they are spoken.
pub(crate) fn is_named(word: &str, shown: &str) -> bool {
    let is_spoken = || Pinyin::new(word).is_some_and(|pinyin| pinyin.find(shown).is_some());
    letter::fold(shown).contains(&letter::fold(word)) || is_spoken()
}
