//! The look-up as others hold it.

use crate::answer::{Answer, Gate, Request, State, Suggestions, Writer};
use crate::find::{AWAITED_TIME_MAX, Finder, TIME_MAX};
use crate::index::Index;
use crate::live::ground::Ground;
use crate::live::keeper::Keeper;
use crate::live::place::Place;
use crate::live::remark::Remarks;
use crate::live::settings::Settings;
use crate::live::waker::Waker;
use crate::name::Names;
use std::fmt;
use std::io;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

/// A look-up over one folder: kept as the folder is, until it is stopped or dropped.
#[derive(Debug)]
pub struct Lookup {
    shared: Arc<Shared>,
}

/// Why there is no look-up, or no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The folder cannot be looked over.
    Root(String),
    /// The machine refused something that it takes.
    Machine(&'static str, io::Error),
    /// A mistake of ours.
    Failed,
}

/// What the keeper and those who ask share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) is_stopped: Arc<AtomicBool>,
    pub(crate) waker: Waker,
    /// All names there are, whether their words were read or not.
    pub(crate) names: Names,
    finder: RwLock<Finder>,
    /// Of one answer.
    time_max: Duration,
    state: Mutex<State>,
    stage: Mutex<Stage>,
    is_other: Condvar,
}

/// How far the keeper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Begun,
    /// What the index knows can be found.
    Loaded,
    /// It has ended, and all that it started with it.
    Ended,
}

impl Lookup {
    /// Looks over a folder from now on. It answers at once, with what it knows: names as they are met, contents as they
    /// are read, and all of it at once where the index is there already.
    ///
    /// Errs only when the folder cannot be opened or no thread can be started: an index that cannot be used is told by
    /// its [`state`](Lookup::state).
    pub fn start(settings: Settings) -> Result<Lookup, Error> {
        let mut remarks = Remarks::default();
        let place = match Place::find(&settings) {
            Ok(place) => Some(place),
            Err(cause) => {
                remarks.unplaced = Some(cause);
                None
            }
        };
        let ground = Ground::open(&settings, place.as_ref().map(Place::folder));
        let ground = ground.map_err(|error| Error::Root(error.to_string()))?;
        // Until the index is open.
        let index = Index::in_memory();
        let shared = Arc::new(Shared {
            is_stopped: Arc::default(),
            waker: Waker::new().map_err(|error| Error::Machine("make an event", error))?,
            names: Names::new(),
            finder: RwLock::new(index.finder()),
            time_max: if settings.is_awaited { AWAITED_TIME_MAX } else { TIME_MAX },
            state: Mutex::new(State { is_building: true, ..State::default() }),
            stage: Mutex::new(Stage::Begun),
            is_other: Condvar::new(),
        });
        let keeper = Keeper::new(Arc::clone(&shared), settings, ground, index, place, remarks);
        let keeper = keeper.map_err(|error| Error::Machine("start a thread", error))?;
        let own = Arc::clone(&shared);
        let work = move || {
            // A mistake of ours ends the look-up, not the program; what is in the index can still be found.
            if catch_unwind(AssertUnwindSafe(|| keeper.run())).is_err() {
                own.has_failed();
            }
            own.is_at(Stage::Ended);
        };
        thread::Builder::new()
            .name("keeper".into())
            .spawn(work)
            .map_err(|error| Error::Machine("start a thread", error))?;
        Ok(Lookup { shared })
    }

    /// Finds materials. Errs when that fails by a mistake of ours.
    pub fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Result<Answer, Error> {
        let finder = self.shared.finder();
        guarded(|| finder.find_within(self.shared.time_max, request, &self.shared.names, gate))
    }

    /// What suggests itself while somebody types. Errs when that fails by a mistake of ours.
    pub fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Result<Suggestions, Error> {
        let finder = self.shared.finder();
        guarded(|| finder.suggest(request, &self.shared.names, gate))
    }

    /// How far it is. Costs next to nothing, so that every page can tell.
    pub fn state(&self) -> State {
        self.shared.state().clone()
    }

    /// Materials that could not be read, and why, the latest first.
    pub fn unreadable(&self, limit: usize) -> Vec<(Vec<u8>, String)> {
        let finder = self.shared.finder();
        guarded(|| finder.unreadable(limit).1).unwrap_or_default()
    }

    /// Says that it shall end, and does not wait for it.
    pub fn begin_to_stop(&self) {
        self.shared.is_stopped.store(true, Relaxed);
        self.shared.waker.wake();
    }

    /// Ends it: what was read is committed, what is being read is left. Waits for that, but not for ever: the index is
    /// complete at any moment.
    pub fn stop(&self) {
        self.begin_to_stop();
        self.shared.wait_for(Stage::Ended, STOP_MAX);
    }

    /// Waits until what the index knows can be found, but not longer than that.
    pub fn wait_until_loaded(&self, patience: Duration) {
        self.shared.wait_for(Stage::Loaded, patience);
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A question that makes us panic gets no answer; the next one does.
fn guarded<T>(ask: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|_| Error::Failed)
}

impl Shared {
    fn finder(&self) -> Finder {
        self.finder.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_finder(&self, finder: Finder) {
        *self.finder.write().unwrap_or_else(PoisonError::into_inner) = finder;
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn has_failed(&self) {
        let mut state = self.state();
        state.is_building = false;
        state.writer = Writer::Nobody;
        state.remark = Some("the index is no longer kept: a mistake of ours; a restart helps".into());
    }

    /// What the index knows can be found.
    pub(crate) fn has_loaded(&self) {
        self.is_at(Stage::Loaded);
    }

    fn is_at(&self, stage: Stage) {
        *lock(&self.stage) = stage;
        self.is_other.notify_all();
    }

    fn wait_for(&self, wanted: Stage, patience: Duration) {
        let until = Instant::now() + patience;
        let mut stage = lock(&self.stage);
        while *stage < wanted {
            let Some(rest) = until.checked_duration_since(Instant::now()) else { return };
            stage = self.is_other.wait_timeout(stage, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Root(cause) => write!(formatter, "cannot look up: {cause}"),
            Error::Machine(what, error) => write!(formatter, "cannot look up: cannot {what}: {error}"),
            Error::Failed => formatter.write_str("cannot look up: a mistake of ours"),
        }
    }
}

impl std::error::Error for Error {}

/// Longer than any commit takes; shorter than those who manage services wait.
const STOP_MAX: Duration = Duration::from_secs(5);
