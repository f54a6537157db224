//! Hints that something changed below the root. The kernel tells a name in a folder; what is there now is looked at
//! afterwards, so that a hint that is late, double or wrong costs a look and no more.
//!
//! A folder is watched by its descriptor, not by its path: nobody can put another in its place meanwhile. Its watch is
//! noted under the same lock under which the kernel is asked for it, so that no hint comes from a folder nobody knows.

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use std::collections::{BTreeMap, HashMap};
use std::mem::MaybeUninit;
use std::ops::Bound;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The watches of all folders.
#[derive(Debug)]
pub(crate) struct Watch {
    inotify: OwnedFd,
    table: Mutex<Table>,
    /// Beyond it, the kernel is not asked.
    max: usize,
}

/// Invariant: each path in `by_path` stands at its watch in `by_watch`, and nowhere else.
#[derive(Debug, Default)]
struct Table {
    /// One folder may be reached by several paths: links, mounts.
    by_watch: HashMap<i32, Vec<Arc<[u8]>>>,
    by_path: BTreeMap<Arc<[u8]>, i32>,
    /// A folder could not be watched.
    is_full: bool,
}

/// What the kernel tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Something about this name changed.
    Name {
        /// The path, from the root.
        path: Vec<u8>,
        /// What happened to it.
        act: Act,
        /// The name is, or was, a folder's.
        is_folder: bool,
    },
    /// Hints were lost: anything may have changed.
    Lost,
}

/// What happened to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// Bytes were written, and more may come.
    Written,
    /// It is complete: closed after writing, put in its place, changed otherwise.
    Complete,
    /// What stood here was taken away.
    Gone,
}

impl Watch {
    /// Errs when this process may have no watches at all.
    pub(crate) fn new(max: Option<usize>) -> Result<Watch, Errno> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Watch { inotify, table: Mutex::default(), max: max.unwrap_or(usize::MAX) })
    }

    /// Watches a folder from now on, that is open here. What changed before is to be looked for afterwards.
    pub(crate) fn arm(&self, path: &[u8], folder: BorrowedFd<'_>) {
        let mut table = self.table();
        if table.by_path.len() >= self.max && !table.by_path.contains_key(path) {
            table.is_full = true;
            return;
        }
        let place = format!("/proc/self/fd/{}", folder.as_raw_fd());
        match inotify::add_watch(&self.inotify, place, MASK) {
            Ok(watch) => table.note(path, watch, &self.inotify),
            // Out of watches, out of memory, no /proc: whatever the reason, changes in it will not be told.
            Err(_) => table.is_full = true,
        }
    }

    /// No longer watches a folder and what is below it, under this path.
    pub(crate) fn disarm(&self, path: &[u8]) {
        let mut table = self.table();
        for path in table.below(path) {
            table.forget(&path, &self.inotify);
        }
    }

    /// Whether a folder could not be watched, and forgets it: what is missing now is found out by arming again.
    pub(crate) fn take_is_full(&self) -> bool {
        std::mem::take(&mut self.table().is_full)
    }

    /// How many folders are watched.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.table().by_path.len()
    }

    /// Gives all hints that have come, and never waits.
    pub(crate) fn drain(&self, mut take: impl FnMut(Hint)) {
        let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => take(Hint::Lost),
                Ok(event) => self.resolve(&event, &mut take),
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    fn resolve(&self, event: &inotify::Event<'_>, take: &mut impl FnMut(Hint)) {
        let flags = event.events();
        let mut table = self.table();
        if flags.contains(ReadFlags::IGNORED) {
            // The kernel took the watch back: the folder is gone, or its file system.
            for path in table.by_watch.remove(&event.wd()).unwrap_or_default() {
                table.by_path.remove(&path);
            }
            return;
        }
        // A hint about the folder itself comes with its name from the folder above, too.
        let Some(name) = event.file_name() else { return };
        let act = if flags.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
            Act::Gone
        } else if flags == ReadFlags::MODIFY {
            Act::Written
        } else {
            Act::Complete
        };
        let is_folder = flags.contains(ReadFlags::ISDIR);
        for folder in table.by_watch.get(&event.wd()).into_iter().flatten() {
            take(Hint::Name { path: join(folder, name.to_bytes()), act, is_folder });
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn note(&mut self, path: &[u8], watch: i32, inotify: &OwnedFd) {
        if self.by_path.get(path) == Some(&watch) {
            return;
        }
        // Another folder stood here; the kernel would go on telling about it under this path.
        self.forget(path, inotify);
        let path: Arc<[u8]> = path.into();
        self.by_watch.entry(watch).or_default().push(Arc::clone(&path));
        self.by_path.insert(path, watch);
    }

    fn forget(&mut self, path: &[u8], inotify: &OwnedFd) {
        let Some(watch) = self.by_path.remove(path) else { return };
        let Some(paths) = self.by_watch.get_mut(&watch) else { return };
        paths.retain(|other| **other != *path);
        if paths.is_empty() {
            self.by_watch.remove(&watch);
            // The kernel may have taken it back already.
            let _ = inotify::remove_watch(inotify, watch);
        }
    }

    /// This folder and all below it.
    fn below(&self, path: &[u8]) -> Vec<Arc<[u8]>> {
        let start = (Bound::Included(path), Bound::Unbounded);
        let all = self.by_path.range::<[u8], _>(start).map(|(path, _)| path);
        // `a.b` sorts between `a` and `a/b`.
        let of_path = all.take_while(|other| other.starts_with(path));
        of_path.filter(|other| is_below(other, path)).cloned().collect()
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

/// A name in a folder, as a path; the root is empty.
pub(crate) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    match folder {
        [] => name.to_vec(),
        folder => [folder, b"/", name].concat(),
    }
}

/// Whether a path is that of the folder, or of something below it.
pub(crate) fn is_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

/// Everything that makes another name, or other bytes under a name. Files that are open but have no name any more are
/// left out.
const MASK: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::EXCL_UNLINK)
    .union(WatchFlags::ONLYDIR);

/// Some hundred hints at a time.
const BUFFER_BYTES: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::path::Path;

    fn arm(watch: &Watch, root: &Path, path: &str) {
        watch.arm(path.as_bytes(), File::open(root.join(path)).unwrap().as_fd());
    }

    /// All hints, those about the same name and act once.
    fn hints(watch: &Watch) -> Vec<String> {
        let mut hints = Vec::new();
        watch.drain(|hint| {
            let text = match hint {
                Hint::Lost => "lost".to_owned(),
                Hint::Name { path, act, is_folder } => {
                    format!("{act:?} {}{}", String::from_utf8(path).unwrap(), if is_folder { "/" } else { "" })
                }
            };
            if !hints.contains(&text) {
                hints.push(text);
            }
        });
        hints
    }

    #[test]
    fn every_way_to_change_a_name_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("a")).unwrap();
        let watch = Watch::new(None).unwrap();
        arm(&watch, root, "");
        arm(&watch, root, "a");
        fs::write(root.join("a/x"), "x").unwrap();
        assert_eq!(hints(&watch), ["Complete a/x", "Written a/x"]);
        fs::write(root.join("y"), "").unwrap();
        assert_eq!(hints(&watch), ["Complete y"]);
        fs::rename(root.join("y"), root.join("a/x")).unwrap();
        assert_eq!(hints(&watch), ["Gone y", "Complete a/x"]);
        fs::hard_link(root.join("a/x"), root.join("z")).unwrap();
        // The count of its names is an attribute of the file, told under all of them.
        assert!(hints(&watch).contains(&"Complete z".to_owned()));
        fs::remove_file(root.join("z")).unwrap();
        assert!(hints(&watch).contains(&"Gone z".to_owned()));
        fs::create_dir(root.join("b")).unwrap();
        fs::remove_dir(root.join("b")).unwrap();
        assert_eq!(hints(&watch), ["Complete b/", "Gone b/"]);
    }

    #[test]
    fn a_folder_that_moved_is_told_of_under_its_new_path_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        let watch = Watch::new(None).unwrap();
        ["", "a", "a/b"].iter().for_each(|path| arm(&watch, root, path));
        fs::rename(root.join("a"), root.join("c")).unwrap();
        assert_eq!(hints(&watch), ["Gone a/", "Complete c/"]);
        // In this order, or in the other: the watch that is known by its new path stays.
        arm(&watch, root, "c");
        watch.disarm(b"a");
        arm(&watch, root, "c/b");
        assert_eq!(watch.count(), 3);
        hints(&watch);
        fs::write(root.join("c/x"), "").unwrap();
        fs::write(root.join("c/b/y"), "").unwrap();
        assert_eq!(hints(&watch), ["Complete c/x", "Complete c/b/y"]);
    }

    #[test]
    fn another_folder_in_the_same_place_is_another_watch() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::create_dir(root.join("a.b")).unwrap();
        let watch = Watch::new(None).unwrap();
        arm(&watch, root, "a");
        arm(&watch, root, "a.b");
        fs::rename(root.join("a"), root.join("old")).unwrap();
        fs::create_dir(root.join("a")).unwrap();
        arm(&watch, root, "a");
        fs::write(root.join("old/x"), "").unwrap();
        fs::write(root.join("a/y"), "").unwrap();
        assert_eq!(hints(&watch), ["Complete a/y"]);
        watch.disarm(b"a");
        fs::write(root.join("a/z"), "").unwrap();
        fs::write(root.join("a.b/z"), "").unwrap();
        assert_eq!(hints(&watch), ["Complete a.b/z"]);
        fs::remove_dir_all(root.join("a.b")).unwrap();
        hints(&watch);
        assert_eq!(watch.count(), 0);
    }

    #[test]
    fn a_folder_too_many_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        let watch = Watch::new(Some(1)).unwrap();
        arm(&watch, folder.path(), "");
        arm(&watch, folder.path(), "");
        assert!(!watch.take_is_full());
        arm(&watch, folder.path(), "a");
        assert!(watch.take_is_full() && !watch.take_is_full());
        assert_eq!(watch.count(), 1);
    }

    #[test]
    fn too_many_hints_are_told_as_lost() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::new(None).unwrap();
        arm(&watch, folder.path(), "");
        let queued: usize =
            fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "").unwrap();
        for _ in 0..queued {
            fs::rename(&a, &b).unwrap();
            fs::rename(&b, &a).unwrap();
        }
        assert_eq!(hints(&watch).last().unwrap(), "lost");
        fs::write(&b, "").unwrap();
        assert_eq!(hints(&watch), ["Complete b"]);
    }
}
