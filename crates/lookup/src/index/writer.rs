//! The one that writes.

use super::entry::Entry;
use super::{Shared, WRITING_FILE, merge};
use crate::error::Error;
use crate::extract::Extract;
use crate::find::spread::Spread;
use crate::material::Material;
use foldhash::HashSet;
use std::fs;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::AllQuery;
use tantivy::{IndexWriter, Term};

/// Writes to the index. What is put or removed is found, or found no more, after the next [`commit`](Writer::commit); all of it at once.
///
/// Dropped, it forgets what was not committed. It may be used by several threads.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    inner: Inner,
    /// Sums of the paths that were put since the last commit.
    fresh: Mutex<HashSet<u64>>,
    has_changes: AtomicBool,
    is_at_rest: Arc<AtomicBool>,
    flow: Arc<Flow>,
}

/// None only while it is dropped.
struct Inner(Option<IndexWriter<Entry>>);

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexWriter")
    }
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, memory_bytes: usize) -> Result<Writer, Error> {
        // A part of it is for texts that wait to be written; the library counts for itself what it has written.
        let waiting = (memory_bytes / 4).clamp(WAITING_BYTES_MIN, WAITING_BYTES_MAX);
        let room = memory_bytes.saturating_sub(waiting);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (room / THREAD_BYTES_MIN).clamp(1, cores.min(THREADS_MAX));
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread((room / threads).clamp(THREAD_BYTES_MIN, THREAD_BYTES_MAX))
            .num_worker_threads(threads)
            .num_merge_threads(1)
            .build();
        let inner = shared.inner.writer_with_options(options)?;
        let is_at_rest = Arc::<AtomicBool>::default();
        let levels = merge::Levels { index: shared.inner.clone(), is_at_rest: Arc::clone(&is_at_rest) };
        inner.set_merge_policy(Box::new(levels));
        if let Some(folder) = &shared.folder {
            let file = folder.join(WRITING_FILE);
            fs::write(&file, "")
                .map_err(|error| Error::Machine(format!("cannot write \"{}\"", file.display()), error))?;
        }
        let flow = Arc::new(Flow { waiting: Mutex::new(0), is_less: Condvar::new(), bytes_max: waiting });
        Ok(Writer {
            shared,
            inner: Inner(Some(inner)),
            fresh: Mutex::default(),
            has_changes: AtomicBool::new(false),
            is_at_rest,
            flow,
        })
    }

    /// Puts a material and its words, in place of what is there under its path. `shown` is the path as it is read, whatever its encoding.
    ///
    /// Waits while too much is still to be written.
    pub fn put(&self, material: &Material, shown: &str, extract: &Extract) -> Result<(), Error> {
        self.add(material, shown, Some(extract))
    }

    /// Puts a material whose words are still to be read.
    pub fn put_waiting(&self, material: &Material, shown: &str) -> Result<(), Error> {
        self.add(material, shown, None)
    }

    fn add(&self, material: &Material, shown: &str, extract: Option<&Extract>) -> Result<(), Error> {
        let fields = &self.shared.fields;
        let sum = foldhash::fast::FixedState::default().hash_one(&material.path);
        let path = Term::from_field_bytes(fields.path, &material.path);
        // To take out what is not there would be looked for in every segment, once for each material of a new folder.
        let is_fresh = lock(&self.fresh).insert(sum);
        if !is_fresh || self.is_there(&path)? {
            self.inner()?.delete_term(path);
        }
        let entry = Entry::new(fields, material, shown, extract);
        let ticket = Flow::enter(&self.flow, entry.bytes());
        self.inner()?.add_document(entry.with_ticket(ticket))?;
        self.note_change();
        Ok(())
    }

    /// Takes out the material of this path.
    pub fn remove(&self, path: &[u8]) -> Result<(), Error> {
        self.inner()?.delete_term(Term::from_field_bytes(self.shared.fields.path, path));
        self.note_change();
        Ok(())
    }

    /// Takes out all materials below a folder; of the root: all.
    pub fn remove_folder(&self, path: &[u8]) -> Result<(), Error> {
        let inner = self.inner()?;
        if path.is_empty() {
            inner.delete_query(Box::new(AllQuery))?;
        } else {
            let below = [path, b"/"].concat();
            inner.delete_query(Box::new(Spread::prefix(self.shared.fields.path, below)))?;
        }
        self.note_change();
        Ok(())
    }

    /// Makes all that was put and removed since the last commit visible, at once, and keeps it. Without changes it costs nothing.
    pub fn commit(&mut self) -> Result<(), Error> {
        if !self.has_changes.swap(false, Relaxed) {
            return Ok(());
        }
        lock(&self.fresh).clear();
        self.inner.0.as_mut().ok_or_else(gone)?.commit()?;
        self.shared.reload()
    }

    /// Says whether nothing more is to be written soon. Then, from the next commit on, segments are put together that would else stay
    /// apart.
    pub fn set_at_rest(&self, is_at_rest: bool) {
        self.is_at_rest.store(is_at_rest, Relaxed);
    }

    /// Whether segments are still to be put together, now that nothing more is written; what was is seen from now on. Begins with it, if
    /// nobody has.
    pub fn is_joining(&mut self) -> Result<bool, Error> {
        self.shared.reload()?;
        let segments = self.shared.view().searcher.segment_readers().to_vec();
        let sizes: Vec<_> = segments.iter().map(|segment| (segment.num_docs(), segment.num_deleted_docs())).collect();
        if merge::group_at_rest(&sizes).is_none() {
            // Files of segments that were put together could not go as long as somebody looked into them.
            self.inner()?.garbage_collect_files().wait()?;
            return Ok(false);
        }
        // A commit of nothing makes the library look for what is to be put together.
        if !self.is_at_rest.swap(true, Relaxed) {
            self.inner.0.as_mut().ok_or_else(gone)?.commit()?;
        }
        Ok(true)
    }

    /// Ends it, when small segments are put together as far as they should be. To drop it instead is quicker and does no harm.
    pub fn finish(mut self) -> Result<(), Error> {
        if let Some(inner) = self.inner.0.take() {
            inner.wait_merging_threads()?;
        }
        self.shared.reload()
    }

    fn is_there(&self, path: &Term) -> Result<bool, Error> {
        for reader in self.shared.view().searcher.segment_readers() {
            if reader.inverted_index(self.shared.fields.path)?.get_term_info(path)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn note_change(&self) {
        self.has_changes.store(true, Relaxed);
    }

    fn inner(&self) -> Result<&IndexWriter<Entry>, Error> {
        self.inner.0.as_ref().ok_or_else(gone)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // First the writer, whose last files are written then.
        drop(self.inner.0.take());
        if let Some(folder) = &self.shared.folder {
            let _ = fs::remove_file(folder.join(WRITING_FILE));
        }
    }
}

fn gone() -> Error {
    Error::Index("its writer is gone".into())
}

/// Texts that wait to be written, counted in bytes. The library counts them in documents, which says nothing of memory.
#[derive(Debug)]
struct Flow {
    waiting: Mutex<usize>,
    is_less: Condvar,
    bytes_max: usize,
}

/// The share of one text; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    flow: Arc<Flow>,
    bytes: usize,
}

impl Flow {
    /// Waits until there is room. One that is too big for all of it goes alone.
    fn enter(flow: &Arc<Flow>, bytes: usize) -> Ticket {
        let mut waiting = lock(&flow.waiting);
        while *waiting > 0 && *waiting + bytes > flow.bytes_max {
            waiting = flow.is_less.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        *waiting += bytes;
        drop(waiting);
        Ticket { flow: Arc::clone(flow), bytes }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        *lock(&self.flow.waiting) -= self.bytes;
        self.flow.is_less.notify_all();
    }
}

/// Nothing that is locked here is left half changed, so that a panic elsewhere does no harm.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The library takes no less.
const THREAD_BYTES_MIN: usize = 15_000_000;
/// More makes segments that take longer to write at a commit than they save.
const THREAD_BYTES_MAX: usize = 512 << 20;
/// A disk keeps no more busy.
const THREADS_MAX: usize = 8;
const WAITING_BYTES_MIN: usize = 4 << 20;
const WAITING_BYTES_MAX: usize = 64 << 20;
