//! What is known to be below the root: folders, the materials in them, and how each stood when its words were read.
//!
//! Kept small, for it is there as long as the look-up: a name and eight bytes a material.

use crate::live::watch::{is_below, join};
use crate::material::Material;
use foldhash::fast::{FixedState, RandomState};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::ops::Bound;

/// How a material stood when its words were read, in brief, and whether it waits to be read.
///
/// Bit 0: its words are in the index. Bit 1: it waits. The others: a hash of size, times and inode, so that two that
/// differ have the same mark by one chance in 2^62.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Its words were never read.
    pub(crate) const NONE: Mark = Mark(0);

    /// Its words were read when it stood so.
    pub(crate) fn of(material: &Material) -> Mark {
        let Material { path: _, size, modified, changed, inode } = material;
        Mark(FixedState::with_seed(0).hash_one((size, modified, changed, inode)) & !WAITS | IS_READ)
    }

    /// Whether its words, as they were at some time, are in the index.
    pub(crate) fn is_read(self) -> bool {
        self.0 & IS_READ != 0
    }

    /// Whether it waits to be read.
    pub(crate) fn waits(self) -> bool {
        self.0 & WAITS != 0
    }

    /// The same, waiting.
    pub(crate) fn waiting(self) -> Mark {
        Mark(self.0 | WAITS)
    }

    /// The same, not waiting.
    pub(crate) fn idle(self) -> Mark {
        Mark(self.0 & !WAITS)
    }

    /// Whether it stood so when its words were read.
    pub(crate) fn is_of(self, material: &Material) -> bool {
        self.idle() == Mark::of(material)
    }
}

const IS_READ: u64 = 1;
const WAITS: u64 = 2;

/// All folders that are known.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    folders: BTreeMap<Box<[u8]>, Folder>,
    materials: usize,
    read: usize,
}

#[derive(Debug, Default)]
struct Folder {
    materials: HashMap<Box<[u8]>, Mark, RandomState>,
    /// Reached through a symbolic link.
    is_linked: bool,
}

impl Tree {
    /// Materials.
    pub(crate) fn count(&self) -> usize {
        self.materials
    }

    /// Materials whose words were read.
    pub(crate) fn read_count(&self) -> usize {
        self.read
    }

    /// How it stood; `None`: no material is known by this path.
    pub(crate) fn mark(&self, path: &[u8]) -> Option<Mark> {
        let (folder, name) = split(path);
        self.folders.get(folder)?.materials.get(name).copied()
    }

    /// Notes a material. `false`: it was known.
    pub(crate) fn set(&mut self, path: &[u8], mark: Mark) -> bool {
        let (folder, name) = split(path);
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.into(), Folder::default());
        }
        let Some(folder) = self.folders.get_mut(folder) else { return false };
        self.read += usize::from(mark.is_read());
        match folder.materials.get_mut(name) {
            Some(known) => {
                self.read -= usize::from(known.is_read());
                *known = mark;
                false
            }
            None => {
                folder.materials.insert(name.into(), mark);
                self.materials += 1;
                true
            }
        }
    }

    /// Forgets a material. `false`: it was not known.
    pub(crate) fn remove(&mut self, path: &[u8]) -> bool {
        let (folder, name) = split(path);
        let removed = self.folders.get_mut(folder).and_then(|folder| folder.materials.remove(name));
        self.materials -= usize::from(removed.is_some());
        self.read -= usize::from(removed.is_some_and(Mark::is_read));
        removed.is_some()
    }

    /// From now on nothing counts as read, or as waiting to be.
    pub(crate) fn unread(&mut self) {
        let marks = self.folders.values_mut().flat_map(|folder| folder.materials.values_mut());
        marks.for_each(|mark| *mark = Mark::NONE);
        self.read = 0;
    }

    /// Notes a folder, which may be empty.
    pub(crate) fn set_folder(&mut self, path: &[u8], is_linked: bool) {
        self.folders.entry(path.into()).or_default().is_linked = is_linked;
    }

    /// Whether a folder is known by this path.
    pub(crate) fn has_folder(&self, path: &[u8]) -> bool {
        self.folders.contains_key(path)
    }

    /// Whether this is in a folder that was reached through a link.
    pub(crate) fn is_linked(&self, path: &[u8]) -> bool {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        slashes.chain([path.len()]).any(|end| self.folders.get(&path[..end]).is_some_and(|folder| folder.is_linked))
    }

    /// Forgets a folder and all below it; gives how many materials that were.
    pub(crate) fn remove_folder(&mut self, path: &[u8]) -> usize {
        let before = self.materials;
        let start = (Bound::Included(path), Bound::Unbounded);
        let all =
            self.folders.range::<[u8], _>(start).map(|(path, _)| path).take_while(|other| other.starts_with(path));
        let below: Vec<Box<[u8]>> = all.filter(|other| is_below(other, path)).cloned().collect();
        for path in below {
            let Some(folder) = self.folders.remove(&path) else { continue };
            self.materials -= folder.materials.len();
            self.read -= folder.materials.values().filter(|mark| mark.is_read()).count();
        }
        before - self.materials
    }

    /// The names of the materials in a folder.
    pub(crate) fn materials_in(&self, folder: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.folders.get(folder).into_iter().flat_map(|folder| folder.materials.keys().map(AsRef::as_ref))
    }

    /// The names of the folders in a folder.
    pub(crate) fn folders_in(&self, folder: &[u8]) -> Vec<Vec<u8>> {
        let mut names = Vec::new();
        let start = join(folder, b"");
        let mut from = start.clone();
        // From one name to the next: what is below them is skipped, not passed.
        while let Some((path, _)) = self.folders.range::<[u8], _>((Bound::Included(&from[..]), Bound::Unbounded)).next()
        {
            let Some(rest) = path.strip_prefix(&start[..]) else { break };
            let name = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
            from = [&start[..], name].concat();
            if name.is_empty() {
                // The root is below itself.
                from.push(1);
                continue;
            }
            names.push(name.to_vec());
            // `/` and one more byte is the first that does not begin with `name/`; `name.x` may come before `name/`.
            from.push(if rest.len() == name.len() { 0 } else { b'/' + 1 });
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Folder and name of a path.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn material(path: &str) -> Material {
        Material { path: path.into(), size: 1, modified: 2, changed: 3, inode: 4 }
    }

    fn tree(paths: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for path in paths {
            assert!(tree.set(path.as_bytes(), Mark::of(&material(path))), "{path} twice");
        }
        tree
    }

    #[track_caller]
    fn check(tree: &Tree, folder: &str, materials: &[&str], folders: &[&str]) {
        let text = |name: &[u8]| String::from_utf8(name.to_vec()).unwrap();
        let mut found: Vec<String> = tree.materials_in(folder.as_bytes()).map(text).collect();
        found.sort();
        assert_eq!(found, materials, "materials in {folder:?}");
        let found: Vec<String> = tree.folders_in(folder.as_bytes()).iter().map(|name| text(name)).collect();
        assert_eq!(found, folders, "folders in {folder:?}");
    }

    #[test]
    fn folders_know_what_is_in_them_and_not_what_is_below() {
        let tree = tree(&["x", "a/y", "a.b/y", "a/b/z", "a0/y", "a/b/c/d/e", "b/c/f", "\u{1}/y"]);
        check(&tree, "", &["x"], &["\u{1}", "a", "a.b", "a0", "b"]);
        check(&tree, "a", &["y"], &["b"]);
        check(&tree, "a/b", &["z"], &["c"]);
        check(&tree, "a/b/c", &[], &["d"]);
        check(&tree, "b", &[], &["c"]);
        check(&tree, "none", &[], &[]);
        assert_eq!(tree.count(), 8);
    }

    #[test]
    fn a_folder_goes_with_all_below_it_and_nothing_beside_it() {
        let mut tree = tree(&["x", "a/y", "a.b/y", "a/b/z", "a/b/c/d", "ab/y"]);
        assert!(!tree.set(b"a/y", Mark::NONE));
        assert_eq!((tree.count(), tree.read_count()), (6, 5));
        assert_eq!(tree.remove_folder(b"a"), 3);
        check(&tree, "", &["x"], &["a.b", "ab"]);
        assert_eq!((tree.count(), tree.read_count()), (3, 3));
        assert_eq!((tree.remove_folder(b"a"), tree.mark(b"a/y")), (0, None));
        assert!(tree.remove(b"ab/y") && !tree.remove(b"ab/y"));
        assert_eq!(tree.remove_folder(b""), 2);
        assert_eq!((tree.count(), tree.read_count()), (0, 0));
    }

    #[test]
    fn what_is_below_a_link_is_known_to_be() {
        let mut tree = tree(&["a/b/c", "ab/c"]);
        tree.set_folder(b"a", true);
        assert!(tree.is_linked(b"a") && tree.is_linked(b"a/b") && tree.is_linked(b"a/b/c"));
        assert!(!tree.is_linked(b"ab") && !tree.is_linked(b"ab/c") && !tree.is_linked(b""));
    }

    #[test]
    fn marks_differ_when_anything_differs() {
        let before = material("a");
        let marks = [
            before.clone(),
            Material { size: 2, ..before.clone() },
            Material { modified: 3, ..before.clone() },
            Material { changed: 2, ..before.clone() },
            Material { inode: 5, ..before.clone() },
        ];
        for (at, one) in marks.iter().enumerate() {
            assert!(!Mark::NONE.is_of(one) && Mark::of(one).is_of(one) && Mark::of(one).waiting().is_of(one));
            assert!(marks[at + 1..].iter().all(|other| !Mark::of(other).is_of(one)));
        }
        assert!(Mark::of(&before).is_read() && !Mark::of(&before).waits() && Mark::of(&before).waiting().waits());
        assert!(!Mark::NONE.is_read() && !Mark::NONE.waiting().is_read());
        assert!(Mark::of(&before).is_of(&Material { path: b"b".to_vec(), ..before }), "the path is known anyway");
    }
}
