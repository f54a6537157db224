//! What becomes of the files: each change leaves a state that a real disk could have, and is noted in the history.

use super::node::{Entry, Handle, Kind, parent};
use super::{Platter, State, Version};
use crate::sample;
use semantics::Timestamp;
use std::sync::Arc;

impl Platter {
    /// A file under that name, and the folders on the way: a new one moved over what was there, as careful programs do.
    pub(crate) fn replace(&mut self, path: &[u8], bytes: Vec<u8>) {
        self.remove(path);
        self.make_way(path);
        let (number, now) = (self.inodes.take(), self.stamp());
        let handle = Handle::new(number, bytes.into(), now);
        self.put(path, Entry::new(Kind::File(handle), number, now), false);
    }

    pub(crate) fn make_directory(&mut self, path: &[u8]) {
        self.make_way(path);
        let (number, now) = (self.inodes.take(), self.stamp());
        self.put(path, Entry::new(Kind::Directory, number, now), false);
    }

    fn make_pipe(&mut self, path: &[u8]) {
        self.make_way(path);
        let (number, now) = (self.inodes.take(), self.stamp());
        self.put(path, Entry::new(Kind::Pipe, number, now), false);
    }

    /// Other bytes into the same file, as editors and `>` do: who has it open sees them.
    fn rewrite(&mut self, path: &[u8], bytes: Vec<u8>) {
        let now = self.stamp();
        // What may not be read is not written either: the history could not say which bytes it has.
        let Some(Entry { kind: Kind::File(handle), is_forbidden: false, .. }) = self.entries.get(path) else { return };
        let mut inode = handle.inode();
        let has_shrunk = bytes.len() < inode.bytes.len();
        (inode.bytes, inode.modified, inode.changed) = (bytes.into(), now, now);
        drop(inode);
        if has_shrunk {
            self.note_fault("a file shrinks");
        }
        self.note(path, true);
    }

    /// Its owner sets the time of the last change at will.
    pub(crate) fn set_modified(&mut self, path: &[u8], modified: Timestamp) {
        let now = self.stamp();
        let Some(Entry { kind: Kind::File(handle), .. }) = self.entries.get(path) else { return };
        let mut inode = handle.inode();
        (inode.modified, inode.changed) = (modified, now);
        drop(inode);
        self.note(path, false);
    }

    fn set_forbidden(&mut self, path: &[u8], is_forbidden: bool) {
        let now = self.stamp();
        let Some(entry) = self.entries.get_mut(path) else { return };
        entry.is_forbidden = is_forbidden;
        if let Kind::File(handle) = &entry.kind {
            handle.inode().changed = now;
        }
        self.note(path, false);
    }

    /// The name, and all below it.
    fn remove(&mut self, path: &[u8]) {
        let is_below =
            |name: &[u8]| name.strip_prefix(path).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')));
        let names: Vec<Vec<u8>> = self.entries.keys().filter(|name| is_below(name)).cloned().collect();
        for name in names {
            if let Some(entry) = self.entries.remove(&name) {
                self.inodes.give_back(&entry);
                self.note(&name, false);
            }
        }
        self.touch_parent(path);
    }

    /// Files cannot hold files: what stands in the way goes.
    fn make_way(&mut self, path: &[u8]) {
        let Some(folder) = parent(path) else { return };
        match self.entries.get(folder) {
            Some(Entry { kind: Kind::Directory, .. }) => {}
            Some(_) => {
                let folder = folder.to_vec();
                self.remove(&folder);
                self.make_directory(&folder);
            }
            None => self.make_directory(folder),
        }
    }

    fn put(&mut self, path: &[u8], entry: Entry, is_in_place: bool) {
        self.entries.insert(path.to_vec(), entry);
        self.note(path, is_in_place);
        self.touch_parent(path);
    }

    fn touch_parent(&mut self, path: &[u8]) {
        let now = self.stamp();
        if let Some(entry) = parent(path).and_then(|parent| self.entries.get_mut(parent)) {
            entry.modified = now;
        }
    }

    fn note(&mut self, path: &[u8], is_in_place: bool) {
        let state = match self.entries.get(path) {
            None => State::Absent,
            Some(Entry { is_forbidden: true, .. }) => State::Forbidden,
            Some(Entry { kind: Kind::Directory, .. }) => State::Directory,
            Some(Entry { kind: Kind::Pipe, .. }) => State::Pipe,
            Some(Entry { kind: Kind::File(handle), .. }) => {
                let inode = handle.inode();
                let (bytes, modified) = (Arc::clone(&inode.bytes), inode.modified);
                State::File(Arc::new(Version { bytes, modified, is_in_place }))
            }
        };
        let now = self.clock.now();
        self.tell(|| format!("{} is now {}", String::from_utf8_lossy(path), shown(&state)));
        self.history.note(path, now, state);
    }

    /// One thing changes.
    pub(crate) fn change(&mut self) {
        // No two changes at one time: the history could not tell which of them somebody saw.
        self.clock.step(1);
        let path = sample::any_name(&mut self.chance, &self.favourites);
        let bytes = match self.entries.get(path) {
            Some(Entry { kind: Kind::File(handle), .. }) => Arc::clone(&handle.inode().bytes),
            // The root stays, and folders seldom go.
            Some(Entry { kind: Kind::Directory, .. }) if path.is_empty() || !self.chance.one_in(4) => return,
            _ => Arc::default(),
        };
        let name = String::from_utf8_lossy(path).into_owned();
        match self.chance.below(14) {
            0..=2 => {
                let bytes = sample::content(&mut self.chance, &name);
                self.replace(path, bytes);
            }
            3 | 4 => {
                let bytes = sample::content(&mut self.chance, &name);
                self.rewrite(path, bytes);
            }
            // The same length, so that only the time tells.
            5 | 6 => {
                let bytes = sample::content_of_length(&mut self.chance, &name, bytes.len());
                if self.chance.one_in(2) { self.rewrite(path, bytes) } else { self.replace(path, bytes) }
            }
            7 => {
                let left = self.chance.below(bytes.len() + 1);
                self.rewrite(path, bytes[..left].to_vec());
            }
            8 => {
                let more = self.chance.below(3000);
                // Without another head in the middle.
                let name = name.replace(".html", ".txt");
                let more = sample::content_of_length(&mut self.chance, &name, more);
                self.rewrite(path, [&bytes[..], &more].concat());
            }
            9 => {
                let back = i128::from(self.chance.between(0..=10_000_000_000_000));
                self.set_modified(path, Timestamp(self.clock.date().0 - back));
            }
            10 | 11 => self.remove(path),
            12 => {
                self.remove(path);
                if self.chance.one_in(4) { self.make_pipe(path) } else { self.make_directory(path) }
            }
            _ => {
                let is_forbidden = self.entries.get(path).is_some_and(|entry| entry.is_forbidden);
                self.set_forbidden(path, !is_forbidden);
            }
        }
    }
}

fn shown(state: &State) -> String {
    match state {
        State::Absent => "gone".to_owned(),
        State::Directory => "a folder".to_owned(),
        State::Pipe => "a pipe".to_owned(),
        State::Forbidden => "not to be read".to_owned(),
        State::File(version) => {
            let how = if version.is_in_place { "rewritten" } else { "new" };
            format!("{} bytes, {how}, of {}", version.bytes.len(), version.modified.0)
        }
    }
}
