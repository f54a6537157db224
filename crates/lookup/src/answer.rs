//! What a look-up asks and what it gives back.

use std::ops::Range;
use std::time::Duration;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// As somebody typed it: words, `"phrases"`, `-not`, `name:`, `type:`, `in:`, `after:`, `before:`.
    pub words: &'a str,
    /// Hits left out at the beginning.
    pub offset: usize,
    /// Hits given at most.
    pub limit: usize,
    /// Of two equally good hits, the one in this language (`zh`, `en`…) goes first.
    pub language: Option<&'a str>,
}

/// Who may see which material: what a client could not get, it cannot find either.
pub trait Gate: Sync {
    /// Whether the material, or the folder, at this path (from the root, no slash at either end) may be shown.
    fn may_show(&self, path: &[u8], is_folder: bool) -> bool;

    /// Whether everything may be shown, so that nothing has to be asked.
    fn is_open(&self) -> bool {
        false
    }

    /// A number, if what it shows hangs on the path alone: two gates with the same number show the same, today and tomorrow, so that
    /// it need not be asked again.
    fn number(&self) -> Option<u64> {
        None
    }
}

/// A gate without a keeper.
#[derive(Clone, Copy, Debug)]
pub struct Open;

impl Gate for Open {
    fn may_show(&self, _: &[u8], _: bool) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Hits in all, those not given here too.
    pub total: usize,
    /// False: there are at least `total`.
    pub total_is_exact: bool,
    /// Which reading of the words found them.
    pub step: Step,
    /// The words that were looked for instead, when [`Step::Typo`] found something.
    pub instead: Option<String>,
    /// The best first.
    pub hits: Vec<Hit>,
    /// What the hits have in common, to narrow them down.
    pub facets: Facets,
    /// How long it took.
    pub took: Duration,
}

/// How the words were read. The first step that finds enough answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// All words.
    #[default]
    All,
    /// Most of the words.
    Most,
    /// Words that differ by a letter or two.
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

/// One material that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// From the root, without a slash at either end.
    pub path: Vec<u8>,
    /// The name as it is read, whatever its encoding, with the matches marked.
    pub name: Marked,
    /// The title that the material gives itself.
    pub title: Option<Marked>,
    /// The extension in small letters, without its dot, as `type:` takes it; empty: none. Of a folder, [`FOLDER`].
    pub kind: String,
    /// A folder: it is found by its name, and has no words.
    pub is_folder: bool,
    /// In bytes. None: a folder, or it was not read yet.
    pub size: Option<u64>,
    /// When the content changed last, in nanoseconds since 1970. None: a folder, or it was not read yet.
    pub modified: Option<i64>,
    /// The words around the best match; empty: only the name was found, or there are no words.
    pub snippet: Marked,
    /// Why it has no words, if it should have some.
    pub unreadable: Option<String>,
    /// The higher the better; comparable within one answer only.
    pub score: f32,
}

/// The kind of a folder.
pub const FOLDER: &str = "folder";

/// A text in pieces, some of them marked because they match. What is marked is what matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// In reading order; no two neighbours are alike in `is_match`.
    pub pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Never empty.
    pub text: String,
    /// Whether it matched.
    pub is_match: bool,
}

impl Marked {
    /// A text in which nothing matched.
    pub fn plain(text: impl Into<String>) -> Marked {
        let text = text.into();
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece { text, is_match: false }] };
        Marked { pieces }
    }

    /// A text with these parts of it marked: in order, apart from each other, between characters.
    pub(crate) fn with_marks(text: &str, marks: &[Range<usize>]) -> Marked {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut push = |range: Range<usize>, is_match| {
            if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
                pieces.push(Piece { text: text.to_owned(), is_match });
            }
        };
        let mut end = 0;
        for mark in marks {
            push(end..mark.start, false);
            push(mark.clone(), true);
            end = mark.end;
        }
        push(end..text.len(), false);
        Marked { pieces }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether any of it matched.
    pub fn has_match(&self) -> bool {
        self.pieces.iter().any(|piece| piece.is_match)
    }

    /// The text without its marks.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// How many hits have what, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By extension (`type:`).
    pub kinds: Vec<(String, usize)>,
    /// By folder, one level below the folder that is looked in (`in:`), as it is read.
    pub folders: Vec<(String, usize)>,
    /// By the year of the last change (`after:`, `before:`).
    pub years: Vec<(i32, usize)>,
}

/// What suggests itself while somebody types: names first, then pages.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Materials whose name or title matches.
    pub names: Vec<Hit>,
    /// Materials whose words match.
    pub pages: Vec<Hit>,
    /// How long it took.
    pub took: Duration,
}

/// How far the index is.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Whether something is still to be read.
    pub is_building: bool,
    /// Materials that can be found by name.
    pub names: usize,
    /// Materials whose words can be found, or that have none.
    pub documents: usize,
    /// Materials whose words are still to be read.
    pub waiting: usize,
    /// Materials read per second, lately.
    pub rate: f32,
    /// Who reads what waits.
    pub writer: Writer,
    /// Why changes are found late, if they are: too many folders to watch, for example.
    pub remark: Option<String>,
    /// How many materials have no words because they could not be read.
    pub unreadable: usize,
    /// Some of those (path, reason), the latest first.
    pub examples: Vec<(Vec<u8>, String)>,
    /// On disk, in bytes.
    pub index_bytes: u64,
}

/// Who reads what waits, and writes it into the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writer {
    /// This process.
    #[default]
    Ours,
    /// Another process with the same index: what waits is found when that one has read it.
    Another,
    /// Nobody: the index cannot be written, or it is in memory and full. The remark says which.
    Nobody,
}
