//! The index: what is known of all materials, on disk or in memory.
//!
//! A commit is whole or is not there, whenever the process ends: segments are written under new names, and one small file that names them is
//! put in place of the last one. What an index is worth is the time to make it, so that whatever is wrong with one (another format, files cut
//! short, files that lie) has the same cure: it is thrown away and made anew. The sums of all files are checked only after a
//! process did not end as it should.

mod entry;
mod known;
mod merge;
mod view;
mod writer;

pub(crate) use entry::kind;
pub(crate) use entry::{language, sum};
pub use known::{Known, Words};
pub(crate) use view::View;
pub use writer::Writer;

use crate::error::Error;
use crate::find::Finder;
use crate::find::passed::Passed;
use crate::find::spoken::Pairs;
use crate::schema::{FORMAT, Fields, tokenizers};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory, RamDirectory};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{IndexReader, IndexSettings, ReloadPolicy};

/// The index. Clones are the same index.
#[derive(Clone, Debug)]
pub struct Index {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    inner: tantivy::Index,
    reader: IndexReader,
    view: RwLock<Arc<View>>,
    pub(crate) fields: Fields,
    pub(crate) passed: Passed,
    pub(crate) pairs: Arc<Pairs>,
    /// None: in memory.
    folder: Option<PathBuf>,
    /// Something in the files made a reader fail.
    is_damaged: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({:?})", self.folder)
    }
}

impl Index {
    /// Opens the index in a folder, which is made if need be; it is empty at first, and when the one that is there cannot be used.
    ///
    /// Errs when the folder cannot be written to, or when an unusable index is in use by another process.
    pub fn open(folder: &Path) -> Result<Index, Error> {
        let folder = folder.join(FOLDER);
        let machine = |error| Error::Machine(format!("cannot use \"{}\" for the index", folder.display()), error);
        fs::create_dir_all(&folder).map_err(machine)?;
        let directory = MmapDirectory::open(&folder).map_err(|error| Error::Index(error.to_string()))?;
        if is_usable(&folder)
            && let Ok(index) = unharmed(|| Index::with(directory.clone(), Some(folder.clone())))
        {
            return Ok(index);
        }
        {
            // Nobody may write to what is thrown away.
            let lock = || directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|_| Error::Busy);
            let _lock = patiently(lock)?;
            clear(&folder).map_err(machine)?;
            fs::write(folder.join(FORMAT_FILE), format_line()).map_err(machine)?;
        }
        let directory = MmapDirectory::open(&folder).map_err(|error| Error::Index(error.to_string()))?;
        Index::with(directory, Some(folder))
    }

    /// Opens an index that another process writes to, to find in it. Commits of that are seen by [`refresh`](Index::refresh).
    ///
    /// Errs when there is none yet, and when it cannot be used; nothing is changed then.
    pub fn open_beside(folder: &Path) -> Result<Index, Error> {
        let folder = folder.join(FOLDER);
        if !has_format(&folder) || !folder.join(META_FILE).exists() {
            return Err(Error::Index("it is of another format, or not there yet".into()));
        }
        let directory = MmapDirectory::open(&folder).map_err(|error| Error::Index(error.to_string()))?;
        unharmed(|| Index::with(directory, Some(folder)))
    }

    /// Sees what another process has committed. `false`: nothing new.
    pub fn refresh(&self) -> Result<bool, Error> {
        let before = self.shared.view();
        self.shared.reader.reload()?;
        if self.shared.reader.searcher().generation().segments() == before.searcher.generation().segments() {
            return Ok(false);
        }
        self.shared.reload()?;
        Ok(true)
    }

    /// An index that ends with the process.
    pub fn in_memory() -> Index {
        // Nothing but memory is asked for, so that nothing can refuse.
        Index::with(RamDirectory::create(), None).expect("an index in memory can be made")
    }

    fn with<D: Into<Box<dyn Directory>>>(directory: D, folder: Option<PathBuf>) -> Result<Index, Error> {
        let fields = Fields::new();
        let settings = IndexSettings {
            docstore_compression: Compressor::Zstd(ZstdCompressor { compression_level: Some(TEXT_LEVEL) }),
            docstore_blocksize: TEXT_BLOCK_BYTES,
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let builder = tantivy::Index::builder().schema(fields.schema.clone()).settings(settings);
        let mut inner = builder.open_or_create(directory)?;
        inner.set_tokenizers(tokenizers());
        // Commits are made here, so that nothing has to be watched, and no thread lingers.
        let builder =
            inner.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(TEXT_BLOCKS_KEPT);
        let reader = builder.try_into()?;
        let view = RwLock::new(Arc::new(View::new(&reader)?));
        Ok(Index {
            shared: Arc::new(Shared {
                inner,
                reader,
                view,
                fields,
                passed: Passed::default(),
                pairs: Arc::default(),
                folder,
                is_damaged: AtomicBool::new(false),
            }),
        })
    }

    /// The one that writes; there is only one at a time. It costs memory (at most about as much as is said) while it is there.
    pub fn writer(&self, memory_bytes: usize) -> Result<Writer, Error> {
        patiently(|| Writer::new(Arc::clone(&self.shared), memory_bytes))
    }

    /// The one that finds; sees each commit at once. Cheap to clone.
    pub fn finder(&self) -> Finder {
        Finder::new(Arc::clone(&self.shared))
    }

    /// Visits every material in the index.
    pub fn known(&self, visit: impl FnMut(Known<'_>)) -> Result<(), Error> {
        self.shared.guard(|| known::visit(&self.shared.view().searcher, visit))
    }

    /// How many materials there are.
    pub fn len(&self) -> usize {
        self.shared.view().searcher.num_docs() as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes it takes on disk.
    pub fn bytes(&self) -> u64 {
        let Some(entries) = self.shared.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()) else { return 0 };
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Whether it outlives the process.
    pub fn is_on_disk(&self) -> bool {
        self.shared.folder.is_some()
    }

    /// Whether its files turned out to lie. It answers no more; opened once more, it is made anew.
    pub fn is_damaged(&self) -> bool {
        self.shared.is_damaged.load(Ordering::Relaxed)
    }
}

impl Shared {
    /// The newest commit.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes what was committed visible.
    fn reload(&self) -> Result<(), Error> {
        self.reader.reload()?;
        let view = Arc::new(View::new(&self.reader)?);
        self.pairs.keep(&view);
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = view;
        Ok(())
    }

    /// Reads from the index; where its files lie, which makes the library panic, that is noted, and it is an error.
    pub(crate) fn guard<T>(&self, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        if self.is_damaged.load(Ordering::Relaxed) {
            return Err(Error::Index(DAMAGED.into()));
        }
        unharmed(read).inspect_err(|_| {
            self.is_damaged.store(true, Ordering::Relaxed);
            // Without the format nobody takes it for an index.
            if let Some(folder) = &self.folder {
                let _ = fs::remove_file(folder.join(FORMAT_FILE));
            }
        })
    }
}

/// Asks again for a while when somebody else has the lock. A lock that was given back is still held by each child process that
/// was forked in between, until that has become another program.
fn patiently<T>(mut ask: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..LOCK_TRIES {
        match ask() {
            Err(Error::Busy) => std::thread::sleep(LOCK_PAUSE),
            answer => return answer,
        }
    }
    ask()
}

/// Runs what reads files that may lie.
fn unharmed<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // What is half done is thrown away: the error leads to a new index.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Error::Index(DAMAGED.into())))
}

/// Whether there is an index of this format, and, where a writer did not end as it should, whether its files are what was written.
fn is_usable(folder: &Path) -> bool {
    if !has_format(folder) {
        return false;
    }
    if !folder.join(WRITING_FILE).exists() {
        return true;
    }
    let check = || {
        let index = tantivy::Index::open_in_dir(folder)?;
        let broken = index.validate_checksum()?;
        // A merge or a flush that was cut short leaves files that no commit names.
        let named = index.load_metas()?.list_segment_files();
        if broken.iter().any(|file| named.contains(file)) { Err(Error::Index(DAMAGED.into())) } else { Ok(()) }
    };
    // Before the first commit there is nothing to check.
    !folder.join(META_FILE).exists() || unharmed(check).is_ok()
}

fn has_format(folder: &Path) -> bool {
    fs::read_to_string(folder.join(FORMAT_FILE)).ok().as_deref() == Some(&format_line())
}

/// Removes the files of an index, and nothing else that may stand there.
fn clear(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let stem = name.split('.').next().unwrap_or_default();
        let is_segment = stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_segment || matches!(name, META_FILE | ".managed.json" | FORMAT_FILE | WRITING_FILE) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn format_line() -> String {
    format!("index of quarry, format {FORMAT}\n")
}

/// Texts are packed so many at a time. More makes the index smaller, and a snippet dearer: this much is unpacked for it, in some 16 µs.
const TEXT_BLOCK_BYTES: usize = 16 << 10;
/// How hard zstd tries. Small blocks at this level are as small as blocks of 32 KiB at its own (3), and unpacked as quickly as any.
const TEXT_LEVEL: i32 = 6;
/// Of each segment, unpacked: somebody who types sees the same materials with each letter. After all was put together, 2 MiB.
const TEXT_BLOCKS_KEPT: usize = 128;
/// A fraction of a second: longer than a fork takes, shorter than anybody waits.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// Below the folder that was given, so that nothing else that stands there is taken for ours.
const FOLDER: &str = "words";
const FORMAT_FILE: &str = "format";
/// Names the segments of the last commit.
const META_FILE: &str = "meta.json";
/// There while somebody writes.
const WRITING_FILE: &str = "writing";
const DAMAGED: &str = "its files are damaged";

#[cfg(test)]
mod tests;
