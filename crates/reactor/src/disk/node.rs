//! What is found under a name.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags, StatxTimestamp};

use crate::disk::{Refusal, Waiting};

/// An open regular file. Clones are the same open file.
pub type File = Arc<OwnedFd>;

/// What is found under a name.
#[derive(Clone, Debug)]
pub struct Node {
    /// As of the moment it was opened.
    pub metadata: Metadata,
    /// Open for reading; regular files only.
    pub file: Option<File>,
}

/// What the file system says about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: NodeKind,
    /// In bytes.
    pub size: u64,
    /// When the bytes were written, in nanoseconds since 1970.
    pub modified: i128,
    /// When anything about it changed; unlike `modified` nobody can set it at will.
    pub changed: i128,
    /// Its number on its device.
    pub inode: u64,
    /// The device it is on.
    pub device: u64,
    /// Whether its owner may run it.
    pub is_executable: bool,
}

/// The kinds of node that make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a pipe, a socket; a symbolic link where it is not followed.
    Other,
}

impl Metadata {
    /// Of an open descriptor.
    pub(crate) fn of(descriptor: impl AsFd, waiting: Waiting) -> Result<Metadata, Refusal> {
        // Network file systems would otherwise ask their server.
        let sync = if waiting == Waiting::Refused { AtFlags::STATX_DONT_SYNC } else { AtFlags::empty() };
        let flags = AtFlags::EMPTY_PATH | sync;
        Ok(Metadata::from(&rustix::fs::statx(descriptor, c"", flags, StatxFlags::BASIC_STATS)?))
    }
}

impl From<&Statx> for Metadata {
    fn from(found: &Statx) -> Metadata {
        Metadata {
            kind: NodeKind::of(FileType::from_raw_mode(found.stx_mode.into())).unwrap_or(NodeKind::Other),
            size: found.stx_size,
            modified: nanoseconds(found.stx_mtime),
            changed: nanoseconds(found.stx_ctime),
            inode: found.stx_ino,
            device: u64::from(found.stx_dev_major) << 32 | u64::from(found.stx_dev_minor),
            is_executable: found.stx_mode & 0o100 != 0,
        }
    }
}

impl NodeKind {
    /// `None`: it depends on where the link leads, or the file system did not say.
    pub(crate) fn of(kind: FileType) -> Option<NodeKind> {
        match kind {
            FileType::RegularFile => Some(NodeKind::File),
            FileType::Directory => Some(NodeKind::Directory),
            FileType::Symlink | FileType::Unknown => None,
            _ => Some(NodeKind::Other),
        }
    }
}

fn nanoseconds(time: StatxTimestamp) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}
