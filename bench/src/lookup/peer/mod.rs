//! Others that find words in materials, over the same ones.

mod groonga;
mod recoll;
mod sqlite;

use std::error::Error;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::memory::Watch;
use super::query::Query;
use crate::corpus::Corpus;
use crate::install::{Place, install_packages};
use crate::server::Running;

/// One that can index a corpus and be asked.
pub(crate) trait Peer {
    /// As `--peers` takes it.
    fn name(&self) -> &'static str;

    /// Makes an index from nothing.
    fn index(&mut self, corpus: &Corpus) -> Result<Indexed, Box<dyn Error>>;

    /// Asks all queries, one after the other.
    fn ask(&mut self, queries: &[Query]) -> Result<Vec<Asked>, Box<dyn Error>>;

    /// Seconds from its start until it has answered.
    fn start(&mut self, query: &Query) -> Result<f64, Box<dyn Error>>;

    /// A server that answers over HTTP with ten snippets; `None`: it is none.
    fn serve(&mut self) -> Result<Option<Served>, Box<dyn Error>> {
        Ok(None)
    }

    /// Seconds from saving a file in the corpus until it is found, of some files; `None`: it does not look for changes.
    fn notice(&mut self, _: &Corpus) -> Result<Option<Vec<f64>>, Box<dyn Error>> {
        Ok(None)
    }
}

/// What an index cost.
#[derive(Clone, Copy)]
pub(crate) struct Indexed {
    pub(crate) seconds: f64,
    /// On disk.
    pub(crate) bytes: u64,
    /// At most, while it was made.
    pub(crate) memory_kib: u64,
}

/// What a query cost.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) milliseconds: f64,
    pub(crate) has_hits: bool,
}

/// A server to be asked from outside.
pub(crate) struct Served {
    pub(crate) running: Running,
    pub(crate) port: u16,
    /// What to ask for, from what was typed.
    pub(crate) target: fn(&str) -> String,
}

/// Installs those that are wanted. One that cannot be had is named, and left out.
pub(crate) fn peers(place: &Place, wants: impl Fn(&str) -> bool) -> Vec<Box<dyn Peer>> {
    let mut peers: Vec<Box<dyn Peer>> = Vec::new();
    for (name, program, package) in [
        ("recoll", "recollindex", "recollcmd"),
        ("groonga", "groonga", "groonga-bin"),
        ("sqlite", "python3", "python3"),
    ] {
        if !wants(name) {
            continue;
        }
        if place.program(program).is_none()
            && let Err(error) = install_packages(&[package])
        {
            eprintln!("bench: {name} is left out: {error}");
            continue;
        }
        let folder = place.run.join(name);
        peers.push(match name {
            "recoll" => Box::new(recoll::Recoll::new(folder)),
            "groonga" => Box::new(groonga::Groonga::new(folder)),
            _ => Box::new(sqlite::Sqlite::new(folder)),
        });
    }
    peers
}

/// An empty folder.
fn empty(folder: &Path) -> Result<(), Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

/// Runs a command that makes an index, with lines for its input. `folder`: where the index will be.
fn build(
    mut command: Command,
    lines: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()> + Send,
    folder: &Path,
) -> Result<Indexed, Box<dyn Error>> {
    use std::os::unix::process::CommandExt;
    let name = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let begin = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("cannot start {name}: {error}"))?;
    let watch = Watch::begin(child.id());
    let input = child.stdin.take().ok_or("no input")?;
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut input = std::io::BufWriter::with_capacity(1 << 16, input);
            // A program that has ended says itself why.
            let _ = lines(&mut input).and_then(|()| std::io::Write::flush(&mut input));
        });
        child.wait_with_output()
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    let memory_kib = watch.end();
    if !output.status.success() {
        return Err(format!("{name} has failed: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into());
    }
    Ok(Indexed { seconds, bytes: bytes_on_disk(folder)?, memory_kib })
}

/// What a folder takes of the disk; files with holes count without them.
pub(crate) fn bytes_on_disk(folder: &Path) -> std::io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)?.flatten() {
        // A file may go while its folder is looked through.
        let Ok(metadata) = entry.metadata() else { continue };
        sum += match metadata.is_dir() {
            true => bytes_on_disk(&entry.path())?,
            false => metadata.len().min(metadata.blocks() * 512),
        };
    }
    Ok(sum)
}
