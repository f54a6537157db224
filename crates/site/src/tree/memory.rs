//! Files that are only in memory, and that can be made to misbehave: for tests and the simulator.

use super::{DirectoryEntry, Metadata, Node, NodeKind, Refusal, Tree};
use crate::path::SitePath;
use semantics::Timestamp;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A site in memory. Paths are written as in a target without its first slash: `a/b.html`.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    items: BTreeMap<Vec<u8>, Item>,
    /// What stands for the time of the last tick: stamps what is written.
    pub now: Timestamp,
    /// Whether every question would have to wait.
    pub is_cold: bool,
    /// How often [`Tree::open`] was asked.
    opened: Cell<usize>,
    /// The next inode.
    inode: u64,
}

#[derive(Clone, Debug)]
struct Item {
    what: What,
    inode: u64,
    modified: Timestamp,
    changed: Timestamp,
    is_forbidden: bool,
    /// How often it can still be opened before it is gone.
    opens_left: Cell<Option<usize>>,
}

#[derive(Clone, Debug)]
enum What {
    File(Arc<[u8]>),
    Directory,
    /// To another path of the site, or out of it when it begins with `/` or climbs.
    Link(Vec<u8>),
    Other,
    Broken(String),
}

/// An open file of a [`MemoryTree`]; keeps the bytes it had when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryFile(pub Arc<[u8]>);

impl MemoryTree {
    /// An empty site, last changed an hour after the epoch and half a second.
    pub fn new() -> MemoryTree {
        let mut tree = MemoryTree { now: Timestamp(3_600_500_000_000), ..MemoryTree::default() };
        tree.put(Vec::new(), What::Directory);
        tree
    }

    /// Writes a file, and the folders on the way.
    pub fn write(&mut self, path: impl AsRef<[u8]>, bytes: impl AsRef<[u8]>) -> &mut MemoryTree {
        self.put(path.as_ref().to_vec(), What::File(Arc::from(bytes.as_ref())))
    }

    /// Makes a folder, and those on the way.
    pub fn make_directory(&mut self, path: impl AsRef<[u8]>) -> &mut MemoryTree {
        self.put(path.as_ref().to_vec(), What::Directory)
    }

    /// Makes a symbolic link. A target that begins with `/` or climbs above the root leads out of the site.
    pub fn link(&mut self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> &mut MemoryTree {
        self.put(path.as_ref().to_vec(), What::Link(target.as_ref().to_vec()))
    }

    /// Makes something that is neither file nor folder.
    pub fn make_pipe(&mut self, path: impl AsRef<[u8]>) -> &mut MemoryTree {
        self.put(path.as_ref().to_vec(), What::Other)
    }

    /// Makes a name that cannot be opened, as on a failing disk.
    pub fn break_down(&mut self, path: impl AsRef<[u8]>, cause: &str) -> &mut MemoryTree {
        self.put(path.as_ref().to_vec(), What::Broken(cause.to_owned()))
    }

    /// Removes a name and all below it.
    pub fn remove(&mut self, path: impl AsRef<[u8]>) -> &mut MemoryTree {
        let path = path.as_ref();
        self.items
            .retain(|name, _| name != path && name.strip_prefix(path).is_none_or(|rest| rest.first() != Some(&b'/')));
        self.touch_parent(path);
        self
    }

    /// Takes away the right to read.
    pub fn forbid(&mut self, path: impl AsRef<[u8]>) -> &mut MemoryTree {
        self.change(path, |item| item.is_forbidden = true)
    }

    /// Sets when the content changed last, as its owner can.
    pub fn set_modified(&mut self, path: impl AsRef<[u8]>, modified: Timestamp) -> &mut MemoryTree {
        self.change(path, |item| item.modified = modified)
    }

    /// Lets it be opened so often, then it is gone.
    pub fn vanish_after(&mut self, path: impl AsRef<[u8]>, opens: usize) -> &mut MemoryTree {
        self.change(path, |item| item.opens_left.set(Some(opens)))
    }

    /// How often [`Tree::open`] was asked since the last call of this.
    pub fn take_opened(&self) -> usize {
        self.opened.take()
    }

    fn change(&mut self, path: impl AsRef<[u8]>, change: impl FnOnce(&mut Item)) -> &mut MemoryTree {
        if let Some(item) = self.items.get_mut(path.as_ref()) {
            change(item);
        }
        self
    }

    fn put(&mut self, path: Vec<u8>, what: What) -> &mut MemoryTree {
        if let Some(parent) = parent(&path)
            && !self.items.contains_key(parent)
        {
            self.put(parent.to_vec(), What::Directory);
        }
        let replaced = self.items.get(&path).map(|item| item.inode);
        if replaced.is_none() {
            self.touch_parent(&path);
            self.inode += 1;
        }
        let item = Item {
            what,
            inode: replaced.unwrap_or(self.inode),
            modified: self.now,
            changed: self.now,
            is_forbidden: false,
            opens_left: Cell::new(None),
        };
        self.items.insert(path, item);
        self
    }

    fn touch_parent(&mut self, path: &[u8]) {
        let now = self.now;
        if let Some(item) = parent(path).and_then(|parent| self.items.get_mut(parent)) {
            (item.modified, item.changed) = (now, now);
        }
    }

    /// The item a path leads to, through links.
    fn resolve(&self, path: &[u8], links: usize) -> Result<(Vec<u8>, &Item), Refusal> {
        let mut at = Vec::new();
        let mut item = self.items.get(&at).ok_or(Refusal::Missing)?;
        for segment in path.split(|&byte| byte == b'/').filter(|segment| !matches!(*segment, b"" | b".")) {
            if segment == b".." {
                at = parent(&at).ok_or(Refusal::Outside)?.to_vec();
            } else {
                at = if at.is_empty() { segment.to_vec() } else { [&at, segment].join(&b'/') };
            }
            item = self.items.get(&at).ok_or(Refusal::Missing)?;
            if let What::Link(target) = &item.what {
                if target.starts_with(b"/") || links == LINKS_MAX {
                    return Err(Refusal::Outside);
                }
                let folder = parent(&at).unwrap_or_default();
                (at, item) = self.resolve(&[folder, target].join(&b'/'), links + 1)?;
            }
            if item.is_forbidden {
                return Err(Refusal::NotPermitted);
            }
        }
        Ok((at, item))
    }
}

impl Tree for MemoryTree {
    type File = MemoryFile;

    fn open(&self, path: &SitePath) -> Result<Node<MemoryFile>, Refusal> {
        self.opened.set(self.opened.get() + 1);
        if self.is_cold {
            return Err(Refusal::WouldWait);
        }
        let item = self.resolve(path.as_bytes(), 0)?.1;
        match item.opens_left.get() {
            Some(0) => return Err(Refusal::Missing),
            left => item.opens_left.set(left.map(|left| left - 1)),
        }
        let (kind, file) = match &item.what {
            What::File(bytes) => (NodeKind::File, Some(MemoryFile(Arc::clone(bytes)))),
            What::Directory => (NodeKind::Directory, None),
            What::Other | What::Link(_) => (NodeKind::Other, None),
            What::Broken(cause) => return Err(Refusal::Failed(cause.clone())),
        };
        let metadata = Metadata {
            kind,
            size: file.as_ref().map_or(0, |file| file.0.len() as u64),
            modified: item.modified,
            changed: item.changed,
            inode: item.inode,
            device: 1,
            is_executable: false,
        };
        Ok(Node { metadata, file })
    }

    fn has_link(&self, path: &SitePath) -> Result<bool, Refusal> {
        let Some(folder) = path.parent() else { return Ok(false) };
        let folder = match self.resolve(folder.as_bytes(), 0) {
            Ok((folder, _)) => folder,
            Err(Refusal::Missing) => return Ok(false),
            Err(refusal) => return Err(refusal),
        };
        let name = if folder.is_empty() { path.name().to_vec() } else { [&folder, path.name()].join(&b'/') };
        Ok(self.items.get(&name).is_some_and(|item| matches!(item.what, What::Link(_))))
    }

    fn read(&self, file: &MemoryFile, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        if self.is_cold {
            return Err(Refusal::WouldWait);
        }
        let rest = usize::try_from(offset).ok().and_then(|offset| file.0.get(offset..)).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        if self.is_cold {
            return Err(Refusal::WouldWait);
        }
        let folder = self.resolve(path.as_bytes(), 0)?.0;
        let mut seen = BTreeSet::new();
        for (name, item) in self.items.iter().filter(|(name, _)| parent(name) == Some(&folder)) {
            let name = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
            let kind = match item.what {
                What::File(_) | What::Broken(_) => Some(NodeKind::File),
                What::Directory => Some(NodeKind::Directory),
                What::Link(_) => None,
                What::Other => Some(NodeKind::Other),
            };
            if seen.insert(name.clone()) && visit(DirectoryEntry { name, kind }).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The folder of a path; none for the root.
fn parent(path: &[u8]) -> Option<&[u8]> {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => Some(&path[..slash]),
        None if path.is_empty() => None,
        None => Some(b""),
    }
}

/// As Linux has it.
const LINKS_MAX: usize = 40;
