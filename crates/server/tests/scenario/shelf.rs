//! False files: they can be cold, shrink while they are open, and count who looks at them.

use semantics::Timestamp;
use server::origin::Files;
use site::{DirectoryEntry, Identity, Metadata, Node, NodeKind, Refusal, SitePath, Tree};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// An open file: what stands in it now.
pub(crate) type Handle = Arc<Mutex<Vec<u8>>>;

#[derive(Clone, Default)]
pub(crate) struct Shelf {
    inside: Arc<Mutex<Inside>>,
    looks: Arc<AtomicUsize>,
    is_fast: bool,
}

#[derive(Default)]
struct Inside {
    files: BTreeMap<Vec<u8>, (Handle, u64)>,
    writes: u64,
    /// Whether whoever must not wait would have to.
    is_cold: bool,
    /// What the disk says to everybody.
    failure: Option<Refusal>,
}

impl Shelf {
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let mut inside = self.inside.lock().unwrap();
        inside.writes += 1;
        let (handle, number) = (Arc::new(Mutex::new(content.as_ref().to_vec())), inside.writes);
        inside.files.insert(name.into(), (handle, number));
    }

    /// Cuts a file, also for those who have it open. Its size is told as before: it was asked for in time.
    pub(crate) fn cut(&self, name: &str, length: usize) {
        self.inside.lock().unwrap().files[name.as_bytes()].0.lock().unwrap().truncate(length);
    }

    pub(crate) fn remove(&self, name: &str) {
        self.inside.lock().unwrap().files.remove(name.as_bytes());
    }

    pub(crate) fn set_cold(&self, is_cold: bool) {
        self.inside.lock().unwrap().is_cold = is_cold;
    }

    pub(crate) fn fail(&self, failure: Option<Refusal>) {
        self.inside.lock().unwrap().failure = failure;
    }

    /// How often a name was looked at since the last call of this.
    pub(crate) fn take_looks(&self) -> usize {
        self.looks.swap(0, Relaxed)
    }

    fn inside<T>(&self, work: impl FnOnce(&Inside) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let inside = self.inside.lock().unwrap();
        match &inside.failure {
            _ if self.is_fast && inside.is_cold => Err(Refusal::WouldWait),
            Some(failure) => Err(failure.clone()),
            None => work(&inside),
        }
    }
}

fn metadata(kind: NodeKind, size: usize, inode: u64) -> Metadata {
    // Long ago: settled.
    let modified = Timestamp::from_seconds(1_000_000_000);
    Metadata { kind, size: size as u64, modified, changed: modified, inode, device: 1, is_executable: false }
}

impl Tree for Shelf {
    type File = Handle;

    fn open(&self, path: &SitePath) -> Result<Node<Handle>, Refusal> {
        self.looks.fetch_add(1, Relaxed);
        self.inside(|inside| {
            if let Some((handle, inode)) = inside.files.get(path.as_bytes()) {
                let size = handle.lock().unwrap().len();
                return Ok(Node { metadata: metadata(NodeKind::File, size, *inode), file: Some(Arc::clone(handle)) });
            }
            let below = [path.as_bytes(), b"/"].concat();
            let is_folder = path.is_root() || inside.files.keys().any(|name| name.starts_with(&below));
            let folder = Node { metadata: metadata(NodeKind::Directory, 0, 0), file: None };
            if is_folder { Ok(folder) } else { Err(Refusal::Missing) }
        })
    }

    fn read(&self, file: &Handle, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        self.inside(|_| {
            let bytes = file.lock().unwrap();
            let rest = bytes.get(offset as usize..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        if self.is_fast {
            return Err(Refusal::WouldWait);
        }
        let names: Vec<Vec<u8>> = self.inside(|inside| Ok(inside.files.keys().cloned().collect()))?;
        let inside = if path.is_root() { Vec::new() } else { [path.as_bytes(), b"/"].concat() };
        let children = names.iter().filter_map(|name| name.strip_prefix(inside.as_slice()));
        for name in children.filter(|name| !name.contains(&b'/')) {
            if visit(DirectoryEntry { name: name.to_vec(), kind: Some(NodeKind::File) }).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Files for Shelf {
    fn without_waiting(&self) -> Shelf {
        Shelf { is_fast: true, ..self.clone() }
    }

    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal> {
        match self.open(path) {
            Ok(node) => Ok(Some(node.metadata.identity())),
            Err(Refusal::Missing) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}
