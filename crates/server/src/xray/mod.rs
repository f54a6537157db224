//! The X-ray: what happens to a request, for whoever looks. `docs/xray.md` tells what is seen, and by whom.
//!
//! ```text
//! worker ─ lens ─▶ plate ─▶ film ─▶ list, journey ─▶ crate page
//!          hooks   a request  the last of them        for people and programs
//! ```
//!
//! A worker asks once a turn whether somebody looks (`Xray::is_watched`). While nobody does, and no request is marked by
//! `Quarry-Trace`, its [`Lens`] holds no plate, and each hook is a comparison.

mod explain;
mod film;
mod follow;
mod frame;
mod journey;
mod lens;
pub(crate) mod limit;
mod mask;
mod notes;
mod plate;
mod watch;

pub use explain::{Explanation, explain};
pub(crate) use follow::Follow;
pub(crate) use frame::{Head, Heads};
pub(crate) use journey::{Setting, entry, journey};
pub(crate) use lens::{Came, Lens};
pub(crate) use notes::{Counted, Grounds, Notes};
pub(crate) use plate::{Plate, Reply, Seen, Sent, Socket, TlsFacts, Way};

use film::Film;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// A site, for what it answered: it tells by its own files and rules, at whichever site somebody looks.
pub(crate) trait Teller: Send + Sync {
    /// The journey of a request.
    fn told(&self, plate: &Plate) -> page::xray::Journey;
}

/// What all workers and all who look share.
#[derive(Debug)]
pub(crate) struct Xray {
    /// Marks a request to be seen. Empty: none can be.
    token: String,
    /// Until this second of the calendar all requests are looked at.
    watched_until: AtomicI64,
    film: Mutex<Film>,
    /// Seen, and not kept: there was no room.
    dropped: AtomicU64,
    /// Lenses so far.
    lenses: AtomicU32,
    /// How many requests there ever were in the film, to be looked at without it.
    count: AtomicU64,
    /// How many follow the list live.
    followers: AtomicUsize,
}

impl Default for Xray {
    fn default() -> Xray {
        Xray::new()
    }
}

impl Xray {
    /// Nobody looks.
    pub(crate) fn new() -> Xray {
        let mut random = [0; 16];
        // From the kernel: the library of TLS would gather entropy of its own first, for 20 ms, before anybody is answered. Without
        // randomness no token would be one: then no request can be marked.
        let is_random = File::open("/dev/urandom").and_then(|mut kernel| kernel.read_exact(&mut random)).is_ok();
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Xray {
            token: if is_random { token } else { String::new() },
            watched_until: AtomicI64::new(i64::MIN),
            film: Mutex::default(),
            dropped: AtomicU64::new(0),
            lenses: AtomicU32::new(0),
            count: AtomicU64::new(0),
            followers: AtomicUsize::new(0),
        }
    }

    /// What marks a request to be seen, as the value of `Quarry-Trace`.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    #[inline]
    fn is_watched(&self, second: i64) -> bool {
        self.watched_until.load(Relaxed) >= second || self.followers.load(Relaxed) > 0
    }

    /// Somebody looks at the list now: requests from now on are for him.
    pub(crate) fn watch(&self, second: i64) {
        self.watched_until.fetch_max(second + limit::WATCHED_SECONDS, Relaxed);
    }

    fn number(&self) -> u32 {
        self.lenses.fetch_add(1, Relaxed)
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Relaxed);
    }

    /// How many were seen and are not kept.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Takes what a worker has, unless somebody reads at this moment: no worker waits for that.
    fn take(&self, plates: &mut VecDeque<Plate>) {
        if let Some(mut film) = self.at_hand() {
            plates.drain(..).for_each(|plate| film.push(plate));
            self.count.store(film.count(), Relaxed);
        }
    }

    /// The film, unless somebody else has it.
    fn at_hand(&self) -> Option<MutexGuard<'_, Film>> {
        match self.film.try_lock() {
            Ok(film) => Some(film),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// How many requests there ever were.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// Reads, if nobody else has the film: on workers.
    fn try_read<T>(&self, read: impl FnOnce(&Film) -> T) -> Option<T> {
        self.at_hand().map(|film| read(&film))
    }

    /// Reads: on threads that may wait.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Film) -> T) -> T {
        read(&self.film.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The plate of that id, or that was marked so.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Plate>> {
        self.read(|film| film.find(|plate| plate.name() == id || !plate.mark.is_empty() && plate.mark == id))
    }
}
