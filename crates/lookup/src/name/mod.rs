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
//! Folders are names too: those that files stand in, for as long as they do.

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
        Names { keeper: Mutex::default(), table: RwLock::new(Table::new()) }
    }

    /// Takes in a file, with the folders that it stands in. `path` goes from the root, `shown` is the same as it is read, segment by
    /// segment; if it has fewer segments they are the last ones, and the others are read as UTF-8. A file that is there already gets
    /// the new `shown`.
    pub fn insert(&self, path: &[u8], shown: &str) {
        self.keeper().insert(&self.table, path, shown);
    }

    /// Takes out a file. False: there is none.
    pub fn remove(&self, path: &[u8]) -> bool {
        self.keeper().remove(&self.table, path)
    }

    /// Takes out all files in a folder, at any depth; an empty path is the root. Gives how many there were.
    pub fn remove_folder(&self, path: &[u8]) -> usize {
        self.keeper().remove_folder(&self.table, path)
    }

    /// Gives a file, or a folder with all that is in it, another path. What stood there is gone. False: nothing was there, or it would
    /// be moved into itself or over a folder that it is in.
    pub fn rename(&self, from: &[u8], to: &[u8], shown: &str) -> bool {
        self.keeper().rename(&self.table, from, to, shown)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.keeper().files()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        let table = self.snapshot();
        self.keeper().size() + table.files.size() + table.folders.size()
    }

    /// The best names for a question, at most `limit`, the best first. The gate is asked for what is given, and for as many more as it
    /// refuses.
    pub fn find(&self, question: &Question, limit: usize, gate: &dyn Gate) -> Vec<Found> {
        scan::find(&self.snapshot(), question, limit, gate)
    }

    fn snapshot(&self) -> Table {
        self.table.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a word stands in one name: its letters, or how they are spoken.
pub(crate) fn is_named(word: &str, shown: &str) -> bool {
    let is_spoken = || Pinyin::new(word).is_some_and(|pinyin| pinyin.find(shown).is_some());
    letter::fold(shown).contains(&letter::fold(word)) || is_spoken()
}
