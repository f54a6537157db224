//! What stands on the false disk: names, and the inodes they lead to.

use semantics::Timestamp;
use site::{Metadata, NodeKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An open file: its inode, whatever becomes of its name.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<Mutex<Inode>>);

#[derive(Debug)]
pub(crate) struct Inode {
    pub(crate) number: u64,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) modified: Timestamp,
    pub(crate) changed: Timestamp,
}

impl Handle {
    pub(crate) fn new(number: u64, bytes: Arc<[u8]>, now: Timestamp) -> Handle {
        Handle(Arc::new(Mutex::new(Inode { number, bytes, modified: now, changed: now })))
    }

    pub(crate) fn inode(&self) -> MutexGuard<'_, Inode> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At most `length` of the bytes from `offset` on.
    pub(crate) fn span(&self, offset: u64, length: usize) -> Vec<u8> {
        let inode = self.inode();
        let rest = usize::try_from(offset).ok().and_then(|offset| inode.bytes.get(offset..)).unwrap_or_default();
        rest[..rest.len().min(length)].to_vec()
    }

    /// Whether somebody beside the name holds it: then its number is not free.
    pub(crate) fn is_held(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// A name.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) is_forbidden: bool,
    /// Of what is no file: files know theirs.
    number: u64,
    pub(crate) modified: Timestamp,
}

#[derive(Debug)]
pub(crate) enum Kind {
    File(Handle),
    Directory,
    Pipe,
}

impl Kind {
    pub(crate) fn file(&self) -> Option<&Handle> {
        match self {
            Kind::File(handle) => Some(handle),
            Kind::Directory | Kind::Pipe => None,
        }
    }
}

impl Entry {
    pub(crate) fn new(kind: Kind, number: u64, modified: Timestamp) -> Entry {
        Entry { kind, is_forbidden: false, number, modified }
    }

    pub(crate) fn inode(&self) -> u64 {
        self.kind.file().map_or(self.number, |file| file.inode().number)
    }

    pub(crate) fn metadata(&self) -> Metadata {
        let (kind, size, modified, changed) = match &self.kind {
            Kind::File(file) => {
                let inode = file.inode();
                (NodeKind::File, inode.bytes.len() as u64, inode.modified, inode.changed)
            }
            Kind::Directory => (NodeKind::Directory, 4096, self.modified, self.modified),
            Kind::Pipe => (NodeKind::Other, 0, self.modified, self.modified),
        };
        Metadata { kind, size, modified, changed, inode: self.inode(), device: 1, is_executable: false }
    }
}

/// Numbers of inodes. As ext4 does, the last that came free is taken first.
#[derive(Debug, Default)]
pub(crate) struct Inodes {
    count: u64,
    free: Vec<u64>,
}

impl Inodes {
    pub(crate) fn take(&mut self) -> u64 {
        self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count
        })
    }

    /// The name is gone; the number is free unless the file is still open somewhere.
    pub(crate) fn give_back(&mut self, entry: &Entry) {
        if !entry.kind.file().is_some_and(Handle::is_held) {
            self.free.push(entry.inode());
        }
    }
}

/// The folder of a path; none for the root.
pub(crate) fn parent(path: &[u8]) -> Option<&[u8]> {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => Some(&path[..slash]),
        None if path.is_empty() => None,
        None => Some(b""),
    }
}
