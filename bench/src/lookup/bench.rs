//! What all stages of a run share.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use super::options::Options;
use super::peer::{Peer, peers};
use super::table::{PEERS, Row, Table};
use crate::corpus::Corpora;
use crate::install::{Place, build, install_packages, place};

/// A run.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) place: Place,
    pub(crate) corpora: Corpora,
    pub(crate) peers: Vec<Box<dyn Peer>>,
    pub(crate) table: Table,
}

impl Bench {
    /// Builds and installs what is needed.
    pub(crate) fn prepare(options: Options) -> Result<Bench, Box<dyn Error>> {
        let place = place(options.binary.clone())?;
        if options.builds && options.binary.is_none() {
            build(&place, true)?;
        }
        if options.wants("serving") && place.program("wrk").is_none() {
            install_packages(&["wrk"])?;
        }
        let peers = peers(&place, |name| options.wants_peer(name));
        Ok(Bench { corpora: Corpora::new(&place), options, place, peers, table: Table::default() })
    }

    /// An empty folder for an index.
    pub(crate) fn fresh_index(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let folder = self.place.run.join(format!("index-{name}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Takes away what is large and made anew by each run. What cannot be taken away is told by nobody: the next run makes it anew.
    pub(crate) fn clean(&self) {
        for entry in fs::read_dir(&self.place.run).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("index-") || PEERS.contains(&&name[..]) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// A cell of each peer. One that fails has none, and says why.
    pub(crate) fn cells(
        &mut self,
        mut cell: impl FnMut(&mut dyn Peer) -> Result<Option<String>, Box<dyn Error>>,
    ) -> [String; 3] {
        let mut cells = [const { String::new() }; 3];
        for peer in &mut self.peers {
            let name = peer.name();
            say(name);
            let at = PEERS.iter().position(|known| *known == name);
            match (cell(&mut **peer), at.and_then(|at| cells.get_mut(at))) {
                (Ok(Some(text)), Some(cell)) => *cell = text,
                (Ok(_), _) => {}
                (Err(error), _) => eprintln!("\r\x1b[Kbench: {name}: {error}"),
            }
        }
        say("");
        cells
    }

    /// Tells what took longest, if that is wanted: what was asked, with milliseconds.
    pub(crate) fn tell_slow(&self, asked: impl Iterator<Item = (String, f64)>) {
        if !self.options.tells_slow {
            return;
        }
        let mut asked: Vec<(String, f64)> = asked.collect();
        asked.sort_by(|left, right| right.1.total_cmp(&left.1));
        say("");
        asked.iter().take(SLOW_TOLD).for_each(|(words, took)| eprintln!("{took:8.2} ms  {words}"));
    }

    /// Prints the row, if it is wanted.
    pub(crate) fn row(&mut self, name: &str, row: Row) {
        if self.options.wants(name) {
            say("");
            self.table.print(&row);
        }
    }
}

/// A screen of them.
const SLOW_TOLD: usize = 40;

/// What is going on, for whoever waits.
pub(crate) fn say(what: &str) {
    eprint!("\r\x1b[K{what}");
}
