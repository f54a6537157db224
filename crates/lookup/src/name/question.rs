//! What is asked of the names, and what they answer.

use std::ops::Range;

use super::pinyin::Manner;

/// What a name must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Each of them must be in the name or in the folders that it stands in; in any order. One with spaces is a phrase, one with a
    /// slash is a piece of a path: `docs/rep`.
    pub words: Vec<String>,
    /// None of them may be in either.
    pub without: Vec<String>,
    /// One of these extensions, without their dots; none: any. Folders have none.
    pub kinds: Vec<String>,
    /// Below this folder, of which the last segments are enough: `docs/old`. From the root if it begins with a slash.
    pub within: Option<String>,
    /// Whether names may do that have only some of the letters in order, when there are too few others.
    pub is_fuzzy: bool,
}

impl Question {
    /// Words with spaces between them.
    pub fn new(words: &str) -> Question {
        let words = words.split_whitespace().map(str::to_owned).collect();
        Question { words, without: Vec::new(), kinds: Vec::new(), within: None, is_fuzzy: true }
    }
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// From the root, without a slash at either end.
    pub path: Vec<u8>,
    /// The name as it is read.
    pub shown: String,
    /// The folder that it stands in, as it is read: from the root, without a slash at either end.
    pub folder: String,
    /// A folder; else a file.
    pub is_folder: bool,
    /// What matched of the shown name: in order, apart from each other, none empty.
    pub marks: Vec<Range<usize>>,
    /// Where the best word stands.
    pub place: Place,
    /// How the weakest word was found.
    pub by: By,
    /// The higher the better; from 0 to 1.
    pub score: f32,
}

/// Where a word stands, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Only in the folders.
    Folder,
    /// Its letters are in the name, with others between them.
    Scattered,
    /// Its beginning anywhere in the name, its end (`.pdf`) in the extension.
    Apart,
    /// Anywhere in the name.
    Inside,
    /// Where a word of the name begins.
    WordStart,
    /// Where the name begins.
    Prefix,
    /// It is the name without its extension.
    Stem,
    /// It is the name.
    Exact,
}

/// By what a word was found, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The letters themselves.
    Letters,
    /// How hanzi are spoken.
    Pinyin(Manner),
    /// Some letters in order.
    Fuzzy,
}

impl Place {
    /// What a word is worth here, when all its letters are there.
    pub(super) fn worth(self) -> u16 {
        match self {
            Place::Exact => 1000,
            Place::Stem => 950,
            Place::Prefix => 800,
            Place::WordStart => 600,
            Place::Inside => 400,
            Place::Apart => 250,
            Place::Folder => 150,
            Place::Scattered => 60,
        }
    }
}

impl By {
    /// What it takes from the worth. Never enough to put a better place below the next one.
    pub(super) fn price(self) -> u16 {
        match self {
            By::Letters | By::Fuzzy => 0,
            By::Pinyin(Manner::Full) => 30,
            By::Pinyin(Manner::Mixed) => 34,
            By::Pinyin(Manner::Initials) => 38,
        }
    }
}

/// The highest worth.
pub(super) const WORTH_MAX: u16 = 1000;
