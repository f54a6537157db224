//! The files of a folder on disk.

use crate::origin::Files;
use reactor::disk::{self, File, Links, Root, Waiting};
use rustix::fs::{AtFlags, FileType, StatxFlags};
use rustix::io::Errno;
use semantics::Timestamp;
use site::{Batches, DirectoryEntry, Identity, Metadata, Node, NodeKind, Refusal, SitePath, Tree};
use std::iter;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

/// A folder, opened once; everything is opened beneath it.
#[derive(Clone, Debug)]
pub struct DiskTree {
    root: Arc<Root>,
    waiting: Waiting,
}

impl DiskTree {
    /// Errs with a sentence that names the folder and what is wrong with it.
    pub fn open(path: &Path, links: Links) -> Result<DiskTree, String> {
        let root = Root::open(path, links).map_err(|error| error.to_string())?;
        Ok(DiskTree { root: Arc::new(root), waiting: Waiting::Allowed })
    }
}

impl Tree for DiskTree {
    type File = File;

    fn open(&self, path: &SitePath) -> Result<Node<File>, Refusal> {
        let node = self.root.open_node(path.as_bytes(), self.waiting).map_err(refusal)?;
        Ok(Node { metadata: metadata(&node.metadata), file: node.file })
    }

    /// Links on the way to it are followed wherever they lead: nothing is told of what is there.
    fn has_link(&self, path: &SitePath) -> Result<bool, Refusal> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_DONT_SYNC;
        match rustix::fs::statx(self.root.as_fd(), path.as_bytes(), flags, StatxFlags::TYPE) {
            Ok(found) => Ok(FileType::from_raw_mode(found.stx_mode.into()) == FileType::Symlink),
            // An empty path, which the root has, is no entry; and the root is no link.
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(false),
            Err(error) => Err(Refusal::Failed(error.to_string())),
        }
    }

    fn read(&self, file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        disk::read_at(file, offset, buffer, self.waiting).map_err(refusal)
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        if self.waiting == Waiting::Refused {
            return Err(Refusal::WouldWait);
        }
        let mut directory = self.root.open_directory(path.as_bytes()).map_err(refusal)?;
        directory
            .read_all(|name, kind| visit(DirectoryEntry { name: name.to_vec(), kind: kind.map(node_kind) }))
            .map_err(refusal)
    }

    fn names(&self, path: &SitePath) -> Result<Batches, Refusal> {
        if self.waiting == Waiting::Refused {
            return Err(Refusal::WouldWait);
        }
        let mut directory = Some(self.root.open_directory(path.as_bytes()).map_err(refusal)?);
        Ok(Box::new(iter::from_fn(move || {
            let mut entries = Vec::new();
            let visit = &mut |name: &[u8], kind: Option<disk::NodeKind>| {
                entries.push(DirectoryEntry { name: name.to_vec(), kind: kind.map(node_kind) });
            };
            match directory.as_mut()?.read(visit) {
                Ok(has_more) => (has_more || !entries.is_empty()).then_some(Ok(entries)),
                Err(error) => {
                    // A disk that cannot be read would say so for ever.
                    directory = None;
                    Some(Err(refusal(error)))
                }
            }
        })))
    }
}

impl Files for DiskTree {
    fn without_waiting(&self) -> DiskTree {
        DiskTree { root: Arc::clone(&self.root), waiting: Waiting::Refused }
    }

    /// Follows links wherever they lead: what is found is only compared with what was opened beneath the root before,
    /// and the same inode with the same times is the same file by whatever way it is reached.
    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal> {
        let name: &[u8] = if path.is_root() { b"." } else { path.as_bytes() };
        match rustix::fs::statx(self.root.as_fd(), name, AtFlags::STATX_DONT_SYNC, StatxFlags::BASIC_STATS) {
            Ok(found) => Ok(Some(metadata(&disk::Metadata::from(&found)).identity())),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(Refusal::Failed(error.to_string())),
        }
    }
}

fn metadata(found: &disk::Metadata) -> Metadata {
    Metadata {
        kind: node_kind(found.kind),
        size: found.size,
        modified: Timestamp(found.modified),
        changed: Timestamp(found.changed),
        inode: found.inode,
        device: found.device,
        is_executable: found.is_executable,
    }
}

fn node_kind(kind: disk::NodeKind) -> NodeKind {
    match kind {
        disk::NodeKind::File => NodeKind::File,
        disk::NodeKind::Directory => NodeKind::Directory,
        disk::NodeKind::Other => NodeKind::Other,
    }
}

fn refusal(refusal: disk::Refusal) -> Refusal {
    match refusal {
        disk::Refusal::Missing => Refusal::Missing,
        disk::Refusal::NotPermitted => Refusal::NotPermitted,
        disk::Refusal::Outside => Refusal::Outside,
        disk::Refusal::WouldWait => Refusal::WouldWait,
        disk::Refusal::OutOfDescriptors => Refusal::OutOfDescriptors,
        disk::Refusal::Failed(error) => Refusal::Failed(error.to_string()),
    }
}
