//! The walk: through a folder and all below it, on several threads. Each folder is watched before it is read, so that
//! between the walk and the hints nothing is missed.

use crate::live::ground::{Entries, Ground};
use crate::live::watch::join;
use reactor::disk::Refusal;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What is in one folder.
#[derive(Debug)]
pub(crate) struct Listing {
    /// From the root.
    pub(crate) folder: Vec<u8>,
    /// Whether a link leads there, or above it.
    pub(crate) is_linked: bool,
    /// What is there; or why nobody can say.
    pub(crate) entries: Result<Entries, Refusal>,
}

/// Goes through a folder and all below it, and gives each listing to `take`, from several threads at once. Ends early
/// when it is told to stop.
pub(crate) fn walk(
    ground: &Ground,
    start: (Vec<u8>, bool),
    threads: usize,
    is_stopped: &AtomicBool,
    take: &(dyn Fn(Listing) + Sync),
) {
    let queue = Mutex::new(Queue { folders: vec![start], busy: 0 });
    let walk = Walk { ground, is_stopped, take, queue, change: Condvar::new() };
    thread::scope(|scope| {
        for number in 1..threads {
            // One thread less is slower, and no less right.
            let _ = thread::Builder::new().name(format!("walk-{number}")).spawn_scoped(scope, || walk.work());
        }
        walk.work();
    });
}

struct Walk<'a> {
    ground: &'a Ground,
    is_stopped: &'a AtomicBool,
    take: &'a (dyn Fn(Listing) + Sync),
    queue: Mutex<Queue>,
    /// Something was added, or the last one is done.
    change: Condvar,
}

/// Invariant: the walk is over when `folders` is empty and nobody is `busy`, for only the busy add folders.
struct Queue {
    /// The last is the next: into the depth, so that few wait at a time.
    folders: Vec<(Vec<u8>, bool)>,
    busy: usize,
}

impl Walk<'_> {
    fn work(&self) {
        while let Some((folder, is_linked)) = self.next() {
            // The count goes down even if something panics; else the others would wait for ever.
            let _done = Done(self);
            let entries = self.ground.list(&folder, is_linked);
            if let Ok(Entries { folders, .. }) = &entries
                && !folders.is_empty()
            {
                let below = folders.iter().map(|(name, is_link)| (join(&folder, name), is_linked || *is_link));
                self.lock().folders.extend(below);
                self.change.notify_all();
            }
            (self.take)(Listing { folder, is_linked, entries });
        }
    }

    fn next(&self) -> Option<(Vec<u8>, bool)> {
        let mut queue = self.lock();
        loop {
            if self.is_stopped.load(Relaxed) {
                return None;
            }
            if let Some(folder) = queue.folders.pop() {
                queue.busy += 1;
                return Some(folder);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.change.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One folder less is under way.
struct Done<'a, 'b>(&'a Walk<'b>);

impl Drop for Done<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.change.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::settings::Settings;
    use std::fs;

    #[test]
    fn every_folder_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        for a in 0..10 {
            for b in 0..10 {
                let path = folder.path().join(format!("{a}/{b}/c"));
                fs::create_dir_all(&path).unwrap();
                fs::write(path.join("x"), "").unwrap();
            }
        }
        let ground = Ground::open(&Settings::new(folder.path()), None).unwrap();
        let (folders, materials) = (Mutex::new(Vec::new()), Mutex::new(0));
        let take = |listing: Listing| {
            *materials.lock().unwrap() += listing.entries.unwrap().materials.len();
            folders.lock().unwrap().push(listing.folder);
        };
        walk(&ground, (Vec::new(), false), 3, &AtomicBool::new(false), &take);
        let mut folders = folders.into_inner().unwrap();
        assert_eq!((folders.len(), materials.into_inner().unwrap()), (1 + 10 + 100 + 100, 100));
        folders.sort();
        folders.dedup();
        assert_eq!(folders.len(), 211);
        assert_eq!(ground.watch.unwrap().count(), 211);
    }

    #[test]
    fn a_walk_that_is_stopped_ends() {
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground::open(&Settings::new(folder.path()), None).unwrap();
        walk(&ground, (Vec::new(), false), 2, &AtomicBool::new(true), &|_| panic!("it is stopped"));
    }
}
