//! Recoll: reads the same files, by itself. It is asked by a process for each query; that is how it is made.

use std::error::Error;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::super::query::Query;
use super::{Asked, Indexed, Peer, build, empty};
use crate::corpus::Corpus;
use crate::server::Running;

pub(super) struct Recoll {
    folder: PathBuf,
    /// What its index is of.
    indexed: PathBuf,
}

/// A process for each is slow enough without asking thousands.
const QUERIES_MAX: usize = 300;
/// Files that are saved; each takes it half a minute to find.
const SAVES: usize = 2;
/// Then it counts as not found.
const NOTICE_MAX: Duration = Duration::from_secs(60);

impl Recoll {
    pub(super) fn new(folder: PathBuf) -> Recoll {
        Recoll { folder, indexed: PathBuf::new() }
    }

    fn ask_one(&self, words: &str) -> Result<Asked, Box<dyn Error>> {
        let mut command = Command::new("recollq");
        command.arg("-c").arg(&self.folder).args(["-n", "10", "-A", words]).stdin(Stdio::null());
        let begin = Instant::now();
        let output = command.output()?;
        let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
        let text = String::from_utf8_lossy(&output.stdout);
        // A line "12 results" stands before them.
        let line = text.lines().find(|line| line.contains(" results"));
        let has_hits = line.is_some_and(|line| !line.starts_with("0 "));
        Ok(Asked { milliseconds, has_hits })
    }
}

impl Peer for Recoll {
    fn name(&self) -> &'static str {
        "recoll"
    }

    fn index(&mut self, corpus: &Corpus) -> Result<Indexed, Box<dyn Error>> {
        empty(&self.folder)?;
        let config = format!("topdirs = {}\nloglevel = 1\n", corpus.folder.display());
        fs::write(self.folder.join("recoll.conf"), config)?;
        let mut command = Command::new("recollindex");
        command.arg("-c").arg(&self.folder);
        self.indexed.clone_from(&corpus.folder);
        build(command, |_| Ok(()), &self.folder)
    }

    fn ask(&mut self, queries: &[Query]) -> Result<Vec<Asked>, Box<dyn Error>> {
        queries.iter().take(QUERIES_MAX).map(|query| self.ask_one(&query.starred())).collect()
    }

    fn start(&mut self, query: &Query) -> Result<f64, Box<dyn Error>> {
        Ok(self.ask_one(&query.starred())?.milliseconds / 1000.0)
    }

    fn notice(&mut self, corpus: &Corpus) -> Result<Option<Vec<f64>>, Box<dyn Error>> {
        if self.indexed != corpus.folder {
            self.index(corpus)?;
        }
        let mut command = Command::new("recollindex");
        // In the foreground, at once, without a desktop.
        command.args(["-m", "-D", "-x", "-w", "0", "-c"]).arg(&self.folder).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _running = Running::new(command.spawn()?);
        let saved = super::super::save::Saved::new(&corpus.folder)?;
        let mut times = Vec::new();
        for number in 0..SAVES {
            // It first compares all files with its index.
            sleep(Duration::from_secs(if number == 0 { 8 } else { 1 }));
            let word = format!("basalt{number}x");
            saved.write(number, &word)?;
            let begin = Instant::now();
            while !self.ask_one(&word)?.has_hits {
                if begin.elapsed() > NOTICE_MAX {
                    return Err(format!("a saved file is not found within {NOTICE_MAX:?}").into());
                }
                sleep(Duration::from_millis(100));
            }
            times.push(begin.elapsed().as_secs_f64());
        }
        Ok(Some(times))
    }
}
