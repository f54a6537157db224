//! From saving a file until it is found.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::quarry::{Ask, Quarry};
use crate::random::Random;

/// Files that are saved into a corpus; taken out again when it is dropped.
pub(crate) struct Saved {
    folder: PathBuf,
}

/// Some are new, others are there already and are changed.
const FILES: usize = 20;
/// Then it counts as not found.
const FOUND_MAX: Duration = Duration::from_secs(30);
/// As often as the figure needs, as seldom as the reader of files takes for nobody.
const POLL: Duration = Duration::from_millis(10);

impl Saved {
    pub(crate) fn new(corpus: &Path) -> io::Result<Saved> {
        let saved = Saved { folder: corpus.join("saved") };
        fs::create_dir_all(&saved.folder)?;
        Ok(saved)
    }

    pub(crate) fn write(&self, number: usize, word: &str) -> io::Result<()> {
        fs::write(self.folder.join(format!("{}.txt", number % FILES)), format!("a note about {word}\n"))
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Milliseconds for each of so many saves, one after the other.
pub(crate) fn saves(quarry: &mut Quarry, corpus: &Path, count: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let saved = Saved::new(corpus)?;
    let mut random = Random(5);
    let mut times = Vec::new();
    for number in 0..count {
        // Not in step with anything.
        sleep(Duration::from_millis(50 + random.below(200) as u64));
        let word = format!("basalt{number}x");
        let begin = Instant::now();
        saved.write(number, &word)?;
        let words = format!("\"{word}\"");
        while quarry.find(Ask { words: &words, limit: 1, ..Ask::default() })?.total == 0 {
            if begin.elapsed() > FOUND_MAX {
                return Err(format!("save {number} is not found within {FOUND_MAX:?}").into());
            }
            sleep(POLL);
        }
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}
