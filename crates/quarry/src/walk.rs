//! Through a folder and all below it, on all cores. Symbolic links are told, not followed: what they lead to inside the
//! folder is met anyway, and there are no circles.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{fs, io, thread};

use server::site::is_hidden_name;

/// Who looks at what is found; from several threads at once. Paths begin at the folder, without it.
pub(crate) trait Visitor: Sync {
    /// A folder, with all names in it that are looked at.
    fn folder(&self, _path: &Path, _names: &[OsString]) {}
    /// A regular file.
    fn file(&self, path: &Path);
    /// A symbolic link.
    fn link(&self, _path: &Path) {}
    /// A folder below the first that cannot be listed; the walk goes on beside it.
    fn fault(&self, path: &Path, error: &io::Error);
}

/// Goes through the folder. Fails when the folder itself cannot be listed.
pub(crate) fn walk(root: &Path, hidden: bool, visitor: &dyn Visitor) -> io::Result<()> {
    let walk = Walk { root, hidden, visitor, queue: Mutex::default(), change: Condvar::new() };
    walk.list(Path::new(""))?;
    let workers = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).get();
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(|| walk.work()))));
    Ok(())
}

struct Walk<'a> {
    root: &'a Path,
    hidden: bool,
    visitor: &'a dyn Visitor,
    queue: Mutex<Queue>,
    /// Something was added, or the last task is done.
    change: Condvar,
}

/// Invariant: the walk is over when `tasks` is empty and nobody is `busy`, for only the busy add tasks.
#[derive(Default)]
struct Queue {
    tasks: Vec<Task>,
    busy: usize,
}

enum Task {
    Folder(PathBuf),
    Files(PathBuf, Vec<OsString>),
}

impl Walk<'_> {
    fn work(&self) {
        while let Some(task) = self.take() {
            // The count goes down even if the visitor panics; else the others would wait for ever.
            let _done = Done(self);
            match task {
                Task::Folder(path) => {
                    if let Err(error) = self.list(&path) {
                        self.visitor.fault(&path, &error);
                    }
                }
                Task::Files(folder, names) => names.iter().for_each(|name| self.visitor.file(&folder.join(name))),
            }
        }
    }

    fn take(&self) -> Option<Task> {
        let mut queue = self.lock();
        loop {
            if let Some(task) = queue.tasks.pop() {
                queue.busy += 1;
                return Some(task);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.change.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads one folder: tells its names and links, and leaves its files and folders to whoever is free.
    fn list(&self, folder: &Path) -> io::Result<()> {
        let (mut names, mut files, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        let mut links = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name();
            if !self.hidden && is_hidden_name(name.as_bytes()) {
                continue;
            }
            match entry.file_type()? {
                kind if kind.is_dir() => tasks.push(Task::Folder(folder.join(&name))),
                kind if kind.is_file() => files.push(name.clone()),
                kind if kind.is_symlink() => links.push(name.clone()),
                _ => continue,
            }
            names.push(name);
        }
        self.visitor.folder(folder, &names);
        links.iter().for_each(|name| self.visitor.link(&folder.join(name)));
        tasks.extend(files.chunks(FILES_PER_TASK).map(|chunk| Task::Files(folder.to_owned(), chunk.to_vec())));
        self.lock().tasks.append(&mut tasks);
        self.change.notify_all();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task less is under way.
struct Done<'a>(&'a Walk<'a>);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.change.notify_all();
    }
}

/// Few enough that a folder of large files keeps all cores busy, enough that the queue is seldom asked.
const FILES_PER_TASK: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[derive(Default)]
    struct Notes(Mutex<BTreeSet<String>>);

    impl Notes {
        fn note(&self, kind: &str, path: &Path) {
            assert!(self.0.lock().unwrap().insert(format!("{kind} {}", path.display())), "{path:?} twice");
        }
    }

    impl Visitor for Notes {
        fn folder(&self, path: &Path, names: &[OsString]) {
            self.note(&format!("{} in", names.len()), path);
        }
        fn file(&self, path: &Path) {
            self.note("file", path);
        }
        fn link(&self, path: &Path) {
            self.note("link", path);
        }
        fn fault(&self, path: &Path, _error: &io::Error) {
            self.note("fault", path);
        }
    }

    #[track_caller]
    fn check(root: &Path, hidden: bool, expected: &[&str]) {
        let notes = Notes::default();
        walk(root, hidden, &notes).unwrap();
        let found = notes.0.into_inner().unwrap();
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn everything_is_met_once_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::create_dir(root.path().join(".git")).unwrap();
        for name in ["x", "a/y", "a/b/z", ".git/config", ".env"] {
            fs::write(root.path().join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("..", root.path().join("a/up")).unwrap();
        check(root.path(), false, &["1 in a/b", "2 in ", "3 in a", "file a/b/z", "file a/y", "file x", "link a/up"]);
        let all = [
            "1 in .git",
            "1 in a/b",
            "3 in a",
            "4 in ",
            "file .env",
            "file .git/config",
            "file a/b/z",
            "file a/y",
            "file x",
            "link a/up",
        ];
        check(root.path(), true, &all);
    }

    #[test]
    fn many_files_in_one_folder_are_all_met() {
        let root = tempfile::tempdir().unwrap();
        (0..1000).for_each(|number| fs::write(root.path().join(number.to_string()), "").unwrap());
        let notes = Notes::default();
        walk(root.path(), false, &notes).unwrap();
        assert_eq!(notes.0.into_inner().unwrap().len(), 1001);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_failure() {
        let root = tempfile::tempdir().unwrap();
        let error = walk(&root.path().join("gone"), false, &Notes::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
