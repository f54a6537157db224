//! The one that writes the index: takes what was read, and commits it when it is worth it, or when somebody waits for it.
//!
//! What is committed is complete, whenever the machine stops; what is not is read again. The writer is made when there
//! is something to write, and given up when there is nothing more, so that rest costs no memory.

use crate::error::Error;
use crate::extract::Extract;
use crate::index::{Index, Writer};
use crate::material::Material;
use reactor::priority;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is to be written.
#[derive(Debug)]
pub(crate) enum Order {
    /// The words of a material, in place of those it had.
    Put(Box<Page>),
    /// A material is gone.
    Remove(Vec<u8>),
    /// A folder is gone, and all below it.
    RemoveFolder(Vec<u8>),
    /// Nothing more is to be expected soon.
    Settle,
}

/// The words of a material.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) material: Material,
    /// Its path as people read it.
    pub(crate) shown: String,
    pub(crate) extract: Extract,
    /// It changed just now: somebody may be looking for it.
    pub(crate) is_fresh: bool,
}

impl Page {
    /// What it weighs in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.extract.body.len() + self.extract.headings.len() + self.material.path.len() + self.shown.len() + 256
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Report {
    /// A page of so many bytes is off the desk.
    Taken(usize),
    /// What was ordered can be found.
    Committed {
        /// So many orders, from the first on.
        orders: u64,
        /// What the index takes on disk.
        bytes: u64,
    },
    /// It cannot be written; what was not committed is lost, and no order is taken any more.
    Failed(String),
}

/// How it is done.
pub(crate) struct Terms {
    pub(crate) index: Index,
    pub(crate) memory_bytes: usize,
    /// Somebody waits until all is written.
    pub(crate) is_awaited: bool,
    pub(crate) is_stopped: Arc<AtomicBool>,
}

/// The thread.
#[derive(Debug)]
pub(crate) struct Scribe {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

impl Scribe {
    /// Starts it. Reports go to `report`.
    pub(crate) fn start(terms: Terms, report: impl Fn(Report) + Send + 'static) -> std::io::Result<Scribe> {
        let (orders, take) = channel();
        let thread = thread::Builder::new().name("scribe".into()).spawn(move || {
            if !terms.is_awaited {
                priority::step_back();
            }
            let now = Instant::now();
            let committed = now.checked_sub(COMMIT_GAP).unwrap_or(now);
            let pause = PAUSE_MIN;
            let gap = COMMIT_GAP;
            let mut desk =
                Desk { terms, report, writer: None, pending: None, orders: 0, pause, gap, last: now, committed };
            if let Err(cause) = desk.work(&take) {
                (desk.report)(Report::Failed(cause));
            }
        })?;
        Ok(Scribe { orders, thread })
    }

    /// Orders something; nothing is taken after a failure.
    pub(crate) fn send(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Commits what was ordered, and ends.
    pub(crate) fn finish(self) {
        drop(self.orders);
        // It has reported already why it ended, if it failed.
        let _ = self.thread.join();
    }
}

struct Desk<R> {
    terms: Terms,
    report: R,
    writer: Option<Writer>,
    pending: Option<Pending>,
    /// So many were taken.
    orders: u64,
    /// Between commits while many come: short at first, so that something is found soon, and longer and longer, for
    /// each commit makes pieces that must be joined later.
    pause: Duration,
    /// Between commits, however urgent.
    gap: Duration,
    /// When something was written last.
    last: Instant,
    /// When it was committed last.
    committed: Instant,
}

/// Written and not committed.
#[derive(Clone, Copy, Debug)]
struct Pending {
    since: Instant,
    /// Somebody may be looking for it.
    fresh: Option<Instant>,
    /// Nothing more comes.
    is_settled: bool,
}

impl<R: Fn(Report)> Desk<R> {
    fn work(&mut self, take: &Receiver<Order>) -> Result<(), String> {
        loop {
            let order = match self.deadline() {
                Some(at) => take.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => take.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(order) => self.write(order)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.commit(),
            }
            let is_due = self.deadline().is_some_and(|at| at <= Instant::now());
            match self.pending {
                Some(_) if is_due => self.commit()?,
                None if is_due => self.rest()?,
                _ => {}
            }
        }
    }

    /// When to commit; with nothing to commit, when to give up the writer.
    fn deadline(&self) -> Option<Instant> {
        match self.pending {
            Some(Pending { is_settled: true, since, .. }) => Some(since.max(self.committed + self.gap)),
            Some(Pending { fresh: Some(fresh), .. }) => Some((fresh + FRESH_DELAY).max(self.committed + self.gap)),
            Some(Pending { since, .. }) => Some(since + self.pause),
            None => self.writer.as_ref().map(|_| self.last + REST_AFTER),
        }
    }

    fn write(&mut self, order: Order) -> Result<(), String> {
        let now = Instant::now();
        let pending = Pending { since: now, fresh: None, is_settled: false };
        let failed = |error: Error| error.to_string();
        self.orders += u64::from(!matches!(order, Order::Settle));
        match order {
            Order::Put(page) => {
                let (bytes, is_fresh) = (page.bytes(), page.is_fresh);
                // When this is stopped, what is not written yet is read again the next time.
                if !self.terms.is_stopped.load(Relaxed) {
                    self.writer(is_fresh)?.put(&page.material, &page.shown, &page.extract).map_err(failed)?;
                    let pending = self.pending.get_or_insert(pending);
                    pending.is_settled = false;
                    if is_fresh {
                        pending.fresh.get_or_insert(now);
                    }
                }
                drop(page);
                (self.report)(Report::Taken(bytes));
            }
            Order::Remove(path) => {
                self.writer(true)?.remove(&path).map_err(failed)?;
                self.pending.get_or_insert(pending).fresh.get_or_insert(now);
            }
            Order::RemoveFolder(path) => {
                self.writer(true)?.remove_folder(&path).map_err(failed)?;
                self.pending.get_or_insert(pending).fresh.get_or_insert(now);
            }
            Order::Settle => {
                if let Some(pending) = &mut self.pending {
                    pending.is_settled = true;
                }
            }
        }
        self.last = now;
        Ok(())
    }

    /// The writer, made when it is needed.
    fn writer(&mut self, is_fresh: bool) -> Result<&mut Writer, String> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let (index, bytes) = (self.terms.index.clone(), self.terms.memory_bytes);
                self.with_threads(is_fresh, move || index.writer(bytes).map_err(|error| error.to_string()))?
            }
        };
        Ok(self.writer.insert(writer))
    }

    fn commit(&mut self) -> Result<(), String> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let begun = Instant::now();
        if let Some(mut writer) = self.writer.take() {
            writer.set_at_rest(pending.is_settled);
            // After a commit, the writer has new threads.
            let commit = move || writer.commit().map(|()| writer).map_err(|error| error.to_string());
            self.writer = Some(self.with_threads(pending.fresh.is_some(), commit)?);
        }
        self.last = Instant::now();
        self.committed = self.last;
        let took = self.last - begun;
        self.gap = COMMIT_GAP.max(took * 2);
        self.pause = match pending.is_settled {
            true => PAUSE_MIN,
            false => (self.pause * 2).max(took * 4).min(PAUSE_MAX),
        };
        (self.report)(Report::Committed { orders: self.orders, bytes: self.terms.index.bytes() });
        Ok(())
    }

    /// Does something that starts threads. They have the priority of whoever starts them: the lowest, but where there is something that
    /// somebody may be looking for.
    fn with_threads<T: Send + 'static>(
        &self,
        is_fresh: bool,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        // This thread has stepped back already.
        if self.terms.is_awaited || is_fresh {
            return work();
        }
        let work = move || {
            priority::give_way();
            work()
        };
        let done = thread::Builder::new().name("writer".into()).spawn(work);
        let done = done.map_err(|error| format!("cannot start a thread: {error}"))?.join();
        done.map_err(|_| "the writer failed".to_owned())?
    }

    /// Gives up the writer, as soon as it has put its segments together.
    fn rest(&mut self) -> Result<(), String> {
        if let Some(mut writer) = self.writer.take() {
            let look =
                move || writer.is_joining().map(|is_joining| (is_joining, writer)).map_err(|error| error.to_string());
            let (is_joining, writer) = self.with_threads(false, look)?;
            if is_joining && self.committed.elapsed() < JOINING_MAX {
                self.writer = Some(writer);
                self.last = Instant::now();
                return Ok(());
            }
        }
        priority::give_back_memory();
        (self.report)(Report::Committed { orders: self.orders, bytes: self.terms.index.bytes() });
        Ok(())
    }
}

/// What changed just now waits so long for others that did: a commit has its price.
const FRESH_DELAY: Duration = Duration::from_millis(40);
/// Between commits, however urgent: each makes a piece that must be joined with others later.
const COMMIT_GAP: Duration = Duration::from_millis(100);
/// The first of many commits.
const PAUSE_MIN: Duration = Duration::from_millis(300);
/// While many come, at most so much is lost when the machine stops, and read again.
const PAUSE_MAX: Duration = Duration::from_secs(8);
/// Longer than a large index takes; what could not be put together by then is when something is written the next time.
const JOINING_MAX: Duration = Duration::from_secs(600);
/// Who saves one file often saves another.
const REST_AFTER: Duration = Duration::from_secs(2);
