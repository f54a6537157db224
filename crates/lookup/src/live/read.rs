//! Those who read materials: threads that open files and get their words out of them, at the lowest priority; and a few
//! beside them for what changed just now, which do not wait behind a thousand others.

use crate::extract::{Extract, Extractor};
use crate::live::ground::Ground;
use crate::live::pace::Pace;
use crate::material::Material;
use reactor::disk::Refusal;
use reactor::priority;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// What came of reading a material.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its path.
    pub(crate) path: Vec<u8>,
    /// How long it took.
    pub(crate) took: Duration,
    /// Its words, or why there are none.
    pub(crate) result: Result<Reading, Refusal>,
}

/// What was read.
#[derive(Debug)]
pub(crate) enum Reading {
    /// Its words.
    Words {
        /// As it stood before it was read.
        material: Material,
        /// What it says.
        extract: Extract,
        /// It stands otherwise now.
        has_changed: bool,
    },
    /// It is no file any more.
    NoMaterial,
}

/// What the threads share.
pub(crate) struct Desk {
    pub(crate) ground: Arc<Ground>,
    pub(crate) extractor: Extractor,
    pub(crate) pace: Pace,
    /// Somebody waits for it.
    pub(crate) is_awaited: bool,
    pub(crate) is_stopped: Arc<AtomicBool>,
}

/// The threads, waiting for work. They end when this is dropped.
pub(crate) struct Readers {
    many: Sender<Vec<u8>>,
    fresh: Sender<Vec<u8>>,
}

impl Readers {
    /// Starts them; each gives what it read to `done`.
    pub(crate) fn start(
        desk: &Arc<Desk>,
        threads: usize,
        done: impl Fn(Outcome) + Clone + Send + 'static,
    ) -> std::io::Result<Readers> {
        let (many, take_many) = channel();
        let (fresh, take_fresh) = channel();
        let (take_many, take_fresh) = (Arc::new(Mutex::new(take_many)), Arc::new(Mutex::new(take_fresh)));
        for number in 0..threads {
            let (desk, take, done) = (Arc::clone(desk), Arc::clone(&take_many), done.clone());
            thread::Builder::new().name(format!("read-{number}")).spawn(move || {
                if !desk.is_awaited {
                    priority::give_way();
                }
                desk.work(&take, done, |took| desk.pace.rest(number, took));
            })?;
        }
        for number in 0..FRESH_THREADS {
            let (desk, take, done) = (Arc::clone(desk), Arc::clone(&take_fresh), done.clone());
            thread::Builder::new().name(format!("read-fresh-{number}")).spawn(move || {
                if !desk.is_awaited {
                    priority::step_back();
                }
                desk.work(&take, done, |_| Duration::ZERO);
            })?;
        }
        Ok(Readers { many, fresh })
    }

    /// Reads a material as soon as a thread is free.
    pub(crate) fn send(&self, path: Vec<u8>, is_fresh: bool) {
        let sender = if is_fresh { &self.fresh } else { &self.many };
        // All threads are gone only when this is being stopped.
        let _ = sender.send(path);
    }
}

impl Desk {
    fn work(&self, take: &Mutex<Receiver<Vec<u8>>>, done: impl Fn(Outcome), rest: impl Fn(Duration) -> Duration) {
        loop {
            let next = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(path) = next else { return };
            if self.is_stopped.load(Relaxed) {
                return;
            }
            let begun = Instant::now();
            let result = self.read(&path);
            let took = begun.elapsed();
            done(Outcome { path, took, result });
            self.sleep(rest(took));
        }
    }

    fn read(&self, path: &[u8]) -> Result<Reading, Refusal> {
        let Some((file, mut material)) = self.ground.open_material(path)? else { return Ok(Reading::NoMaterial) };
        // Within a tick of the kernel's clock it could change once more and look the same.
        if let Some(wait) = unsettled(&material) {
            thread::sleep(wait);
            material = Ground::metadata(path, &file)?;
        }
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        // A reader of a format that panics is our mistake; the others go on.
        let extract = catch_unwind(AssertUnwindSafe(|| self.extractor.extract(&file, name)))
            .unwrap_or_else(|_| Extract::faulty("its reader failed"));
        let has_changed = Ground::metadata(path, &file)? != material;
        Ok(Reading::Words { material, extract, has_changed })
    }

    /// Sleeps, and wakes when this is stopped or nobody is served any more.
    fn sleep(&self, time: Duration) {
        let end = Instant::now() + time;
        while !self.is_stopped.load(Relaxed) {
            match end.checked_duration_since(Instant::now()) {
                Some(rest) if !rest.is_zero() && !self.pace.is_idle() => thread::sleep(rest.min(LOOK_EVERY)),
                _ => return,
            }
        }
    }
}

/// How long until the kernel's clock has moved on since the last change.
fn unsettled(material: &Material) -> Option<Duration> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let changed = Duration::from_nanos(u64::try_from(material.changed).ok()?);
    // A date in the future is of another clock; to wait for it would be in vain.
    let age = now.checked_sub(changed)?;
    TICK.checked_sub(age)
}

/// Longer than the kernel's clock stands still (10 ms at 100 Hz).
const TICK: Duration = Duration::from_millis(20);
/// Who rests looks up so often.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// For what changed just now: two, so that a long one does not hold up the others.
const FRESH_THREADS: usize = 2;
