//! What can be told of the server itself: for people, for whoever watches over it, and for Prometheus.

mod counters;
mod prometheus;

pub(crate) use counters::{Count, Counters};
pub(crate) use prometheus::MEDIA_TYPE;

use crate::look_up::LookUp;
use crate::origin::Control;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The same from the start of the process to its end, whatever is served meanwhile.
pub(crate) struct Vitals {
    started: SystemTime,
    begun: Instant,
    /// Of each worker. Locked when one is made, and by whoever reads.
    workers: Mutex<Vec<Arc<Counters>>>,
    sites: Mutex<Vec<Brief>>,
    /// What is known once the server runs.
    running: OnceLock<Running>,
    /// Questions to look-ups: counted by threads of the pool, which take longer for one than for a lock.
    queries: AtomicU64,
    /// New settings that were put to work, and those that could not be.
    pub(crate) reloads: [AtomicU64; 2],
}

/// What a site is known by here.
pub(crate) struct Brief {
    /// Its first host, or `*`.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) look_up: Option<Arc<dyn LookUp>>,
}

/// What the process around the workers knows.
pub(crate) struct Running {
    pub(crate) control: Arc<Control>,
    /// How many there are to be; each counts from its own start on.
    pub(crate) workers: usize,
    /// Errands that wait for the pool: answers, and pieces of what is streamed.
    pub(crate) waiting: Box<dyn Fn() -> [usize; 2] + Send + Sync>,
    /// Until when the certificate is valid, in seconds since 1970.
    pub(crate) certificate_ends: Option<Box<dyn Fn() -> Option<i64> + Send + Sync>>,
    /// Who knows how certificates stand that an authority gives.
    pub(crate) desk: Option<acme::Desk>,
}

impl Running {
    fn certificates(&self) -> Vec<acme::State> {
        self.desk.as_ref().map(acme::Desk::states).unwrap_or_default()
    }
}

impl Vitals {
    pub(crate) fn new() -> Vitals {
        Vitals {
            started: SystemTime::now(),
            begun: Instant::now(),
            workers: Mutex::default(),
            sites: Mutex::default(),
            running: OnceLock::new(),
            queries: AtomicU64::new(0),
            reloads: Default::default(),
        }
    }

    /// For one more worker.
    pub(crate) fn worker(&self) -> Arc<Counters> {
        let counters = Arc::<Counters>::default();
        self.workers().push(Arc::clone(&counters));
        counters
    }

    /// From now on the server runs.
    pub(crate) fn run(&self, running: Running) {
        // It does so once.
        let _ = self.running.set(running);
    }

    /// These are served now.
    pub(crate) fn serve(&self, sites: Vec<Brief>) {
        *self.sites.lock().unwrap_or_else(PoisonError::into_inner) = sites;
    }

    /// Somebody asked a look-up.
    pub(crate) fn note_query(&self) {
        self.queries.fetch_add(1, Relaxed);
    }

    fn workers(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Counters>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn worker_count(&self) -> usize {
        self.running.get().map_or_else(|| self.workers().len(), |running| running.workers)
    }

    /// A number of all workers together.
    fn sum(&self, of: impl Fn(&Counters) -> &Count) -> u64 {
        self.workers().iter().map(|worker| of(worker).get()).sum()
    }

    /// How it is, in short.
    pub(crate) fn state(&self) -> State {
        let requests =
            self.workers().iter().flat_map(|worker| worker.requests.iter().flatten().flatten()).map(Count::get).sum();
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let running = self.running.get();
        let site = |brief: &Brief| SiteState {
            name: brief.name.clone(),
            title: brief.title.clone(),
            look_up: brief.look_up.as_ref().map(|look_up| look_up.state()),
        };
        State {
            is_ending: running.is_some_and(|running| running.control.is_draining.load(Relaxed)),
            started: seconds(self.started),
            uptime: self.begun.elapsed(),
            workers: self.worker_count(),
            connections: self.sum(|worker| &worker.open),
            requests,
            panics: running.map_or(0, |running| running.control.panics.load(Relaxed)),
            certificate_ends: running.and_then(|running| running.certificate_ends.as_ref()?()),
            certificates: running.map(Running::certificates).unwrap_or_default(),
            sites: sites.iter().map(site).collect(),
        }
    }
}

/// How the server is, in short.
pub(crate) struct State {
    /// It was told to stop, and finishes what is under way.
    pub(crate) is_ending: bool,
    /// In seconds since 1970.
    pub(crate) started: i64,
    pub(crate) uptime: Duration,
    pub(crate) workers: usize,
    pub(crate) connections: u64,
    pub(crate) requests: u64,
    /// Our mistakes.
    pub(crate) panics: u64,
    /// In seconds since 1970; `None`: it serves in clear.
    pub(crate) certificate_ends: Option<i64>,
    pub(crate) certificates: Vec<acme::State>,
    pub(crate) sites: Vec<SiteState>,
}

/// How a site is, in short.
pub(crate) struct SiteState {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) look_up: Option<lookup::answer::State>,
}

fn seconds(at: SystemTime) -> i64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Descriptors of this process that are open; none where the kernel does not tell.
fn open_descriptors() -> Option<u64> {
    // One of them is the folder that is counted itself.
    Some(fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as u64)
}

/// Memory of this process that is in use, in bytes.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}
