//! `quarry compress`: writes `.br`, `.zst` and `.gz` next to the files that get smaller by it, so that the server only has
//! to choose.

mod sibling;

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use semantics::coding::Coding;
use semantics::media_type::MediaType;
use server::coder::{self, Effort};

use super::{count, print, size};
use crate::exit::{self, Failure, Outcome};
use crate::flag;
use crate::walk::{self, Visitor};

/// Compresses, or removes what compressing has made.
pub(super) fn run(flags: &flag::Compress) -> Result<Outcome, Failure> {
    let job = Job { root: &flags.root, is_removing: flags.remove, tally: Tally::default() };
    walk::walk(&flags.root, flags.hidden, &job)
        .map_err(|error| Failure::cannot(format!("go through {}", exit::quoted(&flags.root)), exit::cause(&error)))?;
    let tally = &job.tally;
    print(|out| if flags.remove { tally.write_removed(out) } else { tally.write_made(out) })?;
    match tally.failures.load(Relaxed) {
        0 => Ok(Outcome::Done),
        failures => Err(Failure::cannot("do all", format!("{} failed, as told above", count(failures, "file")))),
    }
}

/// The codings written; the server chooses between them.
const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

/// Below it the head of the response weighs as much as what is saved.
const BYTES_MIN: u64 = 1 << 10;

/// The coders take a file as a whole, one per core; this bounds what that costs.
const BYTES_MAX: u64 = 256 << 20;

/// What was done, counted by all threads.
#[derive(Default)]
struct Tally {
    files: AtomicU64,
    too_large: AtomicU64,
    failures: AtomicU64,
    codings: [Made; CODINGS.len()],
}

/// What was done for one coding.
#[derive(Default)]
struct Made {
    written: AtomicU64,
    bytes_before: AtomicU64,
    bytes_after: AtomicU64,
    fresh: AtomicU64,
    no_smaller: AtomicU64,
    removed: AtomicU64,
}

impl Tally {
    fn write_made(&self, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "{} of 1 KiB and more whose type compresses", count(self.files.load(Relaxed), "file"))?;
        for (coding, made) in CODINGS.iter().zip(&self.codings) {
            write!(out, "{:<5} {} written", coding.suffix(), made.written.load(Relaxed))?;
            if made.written.load(Relaxed) > 0 {
                let (before, after) = (made.bytes_before.load(Relaxed), made.bytes_after.load(Relaxed));
                write!(out, " ({} to {})", size(before), size(after))?;
            }
            let (fresh, no_smaller) = (made.fresh.load(Relaxed), made.no_smaller.load(Relaxed));
            writeln!(out, ", {fresh} there already, {no_smaller} would not be 5 % smaller")?;
        }
        match self.too_large.load(Relaxed) {
            0 => Ok(()),
            number => writeln!(out, "{} beyond {} left alone", count(number, "file"), size(BYTES_MAX)),
        }
    }

    fn write_removed(&self, out: &mut dyn io::Write) -> io::Result<()> {
        CODINGS.iter().zip(&self.codings).try_for_each(|(coding, made)| {
            writeln!(out, "{:<5} {} removed", coding.suffix(), made.removed.load(Relaxed))
        })
    }
}

struct Job<'a> {
    root: &'a Path,
    is_removing: bool,
    tally: Tally,
}

impl Visitor for Job<'_> {
    fn file(&self, path: &Path) {
        if !MediaType::from_name(path.file_name().unwrap_or_default().as_bytes()).is_compressible {
            return;
        }
        let plain = self.root.join(path);
        let done = if self.is_removing { self.remove(&plain) } else { self.compress(&plain) };
        if let Err(error) = done {
            self.fault(path, &error);
        }
    }

    fn fault(&self, path: &Path, error: &io::Error) {
        // Gone since it was listed: nothing to do.
        if error.kind() == io::ErrorKind::NotFound {
            return;
        }
        self.tally.failures.fetch_add(1, Relaxed);
        let act = if self.is_removing { "clean up" } else { "compress" };
        exit::warn(format!("cannot {act} {}: {}", exit::quoted(&self.root.join(path)), exit::cause(error)));
    }
}

impl Job<'_> {
    fn compress(&self, path: &Path) -> io::Result<()> {
        let metadata = fs::symlink_metadata(path)?;
        if metadata.len() < BYTES_MIN {
            return Ok(());
        }
        if metadata.len() > BYTES_MAX {
            self.tally.too_large.fetch_add(1, Relaxed);
            return Ok(());
        }
        self.tally.files.fetch_add(1, Relaxed);
        let mut plain = None;
        for (coding, made) in CODINGS.into_iter().zip(&self.tally.codings) {
            let target = sibling_of(path, coding);
            if sibling::is_fresh(&target, &metadata)? {
                made.fresh.fetch_add(1, Relaxed);
                continue;
            }
            let source = match &plain {
                Some(source) => source,
                None => plain.insert(Source::read(path)?),
            };
            let coded = coder::compress(&source.bytes, coding, Effort::Thorough)?;
            if coded.len() as u64 * 100 > source.bytes.len() as u64 * 95 {
                made.no_smaller.fetch_add(1, Relaxed);
                continue;
            }
            sibling::write(&target, &coded, &source.metadata)?;
            made.written.fetch_add(1, Relaxed);
            made.bytes_before.fetch_add(source.bytes.len() as u64, Relaxed);
            made.bytes_after.fetch_add(coded.len() as u64, Relaxed);
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        for (coding, made) in CODINGS.into_iter().zip(&self.tally.codings) {
            if sibling::remove(&sibling_of(path, coding))? {
                made.removed.fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }
}

/// A file as it was when it was read.
struct Source {
    bytes: Vec<u8>,
    metadata: fs::Metadata,
}

impl Source {
    /// The time is taken before the bytes: if somebody writes meanwhile, the sibling is older than the file, and unused.
    fn read(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        file.take(BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(Source { bytes, metadata })
    }
}

/// `a.css` ─▶ `a.css.br`
fn sibling_of(path: &Path, coding: Coding) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(coding.suffix());
    name.into()
}
