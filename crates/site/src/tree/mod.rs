//! The files as they are now, behind a trait: a disk, memory, one day an object store.

mod memory;

use crate::path::SitePath;
use semantics::{Status, Timestamp};
use std::fmt;
use std::ops::ControlFlow;

pub use memory::{MemoryFile, MemoryTree};

/// The files of one site.
///
/// A *fast* tree answers [`Refusal::WouldWait`] instead of waiting; the same question then goes to a slow one.
/// An implementation keeps the policy on symbolic links, and that nothing outside the root is reached, by itself:
/// a [`SitePath`] cannot climb out, but a link can. What cannot exist (a name below a file, too long a name) is
/// `Missing`, and opening must not wait for the other end of a pipe.
pub trait Tree {
    /// An open file; stays the same file whatever happens to its name.
    type File: Clone + Send + 'static;

    /// Opens a file, or looks at a folder.
    fn open(&self, path: &SitePath) -> Result<Node<Self::File>, Refusal>;

    /// Whether a symbolic link has that name, wherever it leads, and be it nowhere. Where there are no links, none has.
    fn has_link(&self, _path: &SitePath) -> Result<bool, Refusal> {
        Ok(false)
    }

    /// Reads from an offset; fewer bytes than asked for are possible, 0 is the end of the file.
    fn read(&self, file: &Self::File, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal>;

    /// Visits what is in a folder, in no order, hidden ones too, without `.` and `..`.
    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal>;

    /// The same names, some at a time, for whoever does something long between them. All at once, unless the files can do
    /// better.
    fn names(&self, path: &SitePath) -> Result<Batches, Refusal> {
        let mut entries = Vec::new();
        self.list(path, &mut |entry| {
            entries.push(entry);
            ControlFlow::Continue(())
        })?;
        Ok(Box::new(std::iter::once(Ok(entries))))
    }
}

/// The names in a folder, some at a time; an error is the last of them.
pub type Batches = Box<dyn Iterator<Item = Result<Vec<DirectoryEntry>, Refusal>> + Send>;

/// What was found.
#[derive(Clone, Debug)]
pub struct Node<F> {
    /// What it is.
    pub metadata: Metadata,
    /// Open, when it is a file.
    pub file: Option<F>,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// File, folder, or something that is not served.
    pub kind: NodeKind,
    /// In bytes.
    pub size: u64,
    /// When the content changed last; whoever owns the file can set it at will.
    pub modified: Timestamp,
    /// When anything of it changed last; only the kernel sets it.
    pub changed: Timestamp,
    /// Its number on its device.
    pub inode: u64,
    /// Where that number counts.
    pub device: u64,
    /// Whether its owner may run it, where the files know such a thing.
    pub is_executable: bool,
}

impl Metadata {
    /// What tells this state of the file from any other.
    pub fn identity(&self) -> Identity {
        Identity {
            device: self.device,
            inode: self.inode,
            size: self.size,
            modified: self.modified,
            changed: self.changed,
        }
    }
}

/// Two equal identities are the same bytes, if the clock had moved on since the change
/// (see [`is_settled`](crate::representation::is_settled)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Of the file's inode.
    pub device: u64,
    /// The file on that device; a new file under an old name has another.
    pub inode: u64,
    /// In bytes.
    pub size: u64,
    /// When the content changed last.
    pub modified: Timestamp,
    /// When anything changed last.
    pub changed: Timestamp,
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// Bytes.
    File,
    /// A folder.
    Directory,
    /// A pipe, a socket, a device: never served.
    Other,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// As the file system has it; any bytes but `/` and NUL.
    pub name: Vec<u8>,
    /// `None`: not known without looking (a symbolic link, or a file system that does not say).
    pub kind: Option<NodeKind>,
}

/// Why there was no answer from the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing has that name.
    Missing,
    /// The server may not read it.
    NotPermitted,
    /// A symbolic link leads out of the site, or the policy does not allow it.
    Outside,
    /// Only from fast trees and workshops: ask a slow one.
    WouldWait,
    /// The process has no file descriptor left: try again later.
    OutOfDescriptors,
    /// Too much is asked of what takes long: the client gets this status, and may ask again after so many seconds.
    Later(Status, u32),
    /// The machine failed; the cause is for the log, never for the client.
    Failed(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Refusal::Missing => "no such file",
            Refusal::NotPermitted => "permission denied",
            Refusal::Outside => "symbolic link leads out of the site",
            Refusal::WouldWait => "would have to wait",
            Refusal::OutOfDescriptors => "out of file descriptors",
            Refusal::Later(..) => "too much is asked at a time",
            Refusal::Failed(cause) => cause,
        })
    }
}

impl std::error::Error for Refusal {}
