//! A look-up over a folder that lives.

mod change;
mod flood;
mod neighbour;
mod start;
mod trouble;

use lookup::answer::{Open, Request, State};
use lookup::live::{Lookup, Settings};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder, and a place for its index.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new(files: &[(&str, &str)]) -> Ground {
        let ground = Ground { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(ground.root()).expect("made");
        files.iter().for_each(|(name, text)| ground.write(name, text));
        ground
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn settings(&self) -> Settings {
        Settings {
            places: vec![self.place()],
            is_hidden: |name| name.starts_with(b"."),
            has_hidden: false,
            memory_bytes: 32 << 20,
            threads: 2,
            ..Settings::new(self.root())
        }
    }

    fn start(&self) -> Lookup {
        start(self.settings())
    }
}

fn start(settings: Settings) -> Lookup {
    Lookup::start(settings).expect("started")
}

/// Paths of all that is found, in order of their bytes.
fn find(lookup: &Lookup, words: &str) -> Vec<String> {
    let request = Request { words, offset: 0, limit: 10_000, language: None };
    let hits = lookup.find(&request, &Open).expect("an answer").hits;
    let mut paths: Vec<String> = hits.iter().map(|hit| String::from_utf8_lossy(&hit.path).into_owned()).collect();
    paths.sort();
    paths
}

/// Nothing takes so long on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(120);

/// Looks again and again until it is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "in vain waited until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until these words are in these materials, and in no other.
#[track_caller]
fn finds(lookup: &Lookup, words: &str, expected: &[&str]) {
    let mut found = Vec::new();
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        found = find(lookup, words);
        if found == expected {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(found, expected, "\"{words}\", {:?}", lookup.state());
}

/// Waits until everything that is there was read.
#[track_caller]
fn settled(lookup: &Lookup) -> State {
    until("everything was read", || {
        let state = lookup.state();
        !state.is_building && state.waiting == 0
    });
    lookup.state()
}

/// The folder with the index of a look-up that had this place.
fn index_folder(place: &Path) -> PathBuf {
    let mut entries = fs::read_dir(place).expect("there").map(|entry| entry.expect("read").path());
    let folder = entries.next().expect("an index");
    assert_eq!(entries.next(), None, "one index");
    folder
}
