//! The names in a directory, as a stream: a million of them take no more memory than ten.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, RawDir, StatxFlags};

use crate::disk::{Metadata, NodeKind, Refusal, Waiting};

/// An open directory, and how far it has been read.
#[derive(Debug)]
pub struct Directory {
    directory: OwnedFd,
    buffer: Box<[MaybeUninit<u8>]>,
}

impl Directory {
    pub(crate) fn new(directory: OwnedFd) -> Directory {
        Directory { directory, buffer: vec![MaybeUninit::uninit(); BUFFER_BYTES].into() }
    }

    /// Shows the next few hundred names, in the order of the file system, without `.` and `..`. `false`: there are no more.
    ///
    /// The kind is `None` for links, and where the file system does not say.
    pub fn read(&mut self, visit: &mut dyn FnMut(&[u8], Option<NodeKind>)) -> Result<bool, Refusal> {
        let mut batch = RawDir::new(&self.directory, &mut self.buffer);
        let mut is_first = true;
        // The kernel fills the buffer at the first call; it is left when it is empty, so that nothing is read twice.
        while is_first || !batch.is_buffer_empty() {
            let Some(entry) = batch.next() else { return Ok(false) };
            let entry = entry?;
            is_first = false;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                visit(name, NodeKind::of(entry.file_type()));
            }
        }
        Ok(true)
    }

    /// Shows all names until told to stop.
    pub fn read_all<V>(&mut self, mut visit: V) -> Result<(), Refusal>
    where
        V: FnMut(&[u8], Option<NodeKind>) -> ControlFlow<()>,
    {
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            let has_more = self.read(&mut |name, kind| {
                if flow.is_continue() {
                    flow = visit(name, kind);
                }
            })?;
            if !has_more {
                break;
            }
        }
        Ok(())
    }

    /// Looks at one name of this directory; a link is looked at itself (as [`NodeKind::Other`]), not followed.
    pub fn look(&self, name: &[u8]) -> Result<Metadata, Refusal> {
        if name.contains(&b'/') || name == b".." || name.is_empty() {
            return Err(Refusal::Missing);
        }
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        Ok(Metadata::from(&rustix::fs::statx(&self.directory, name, flags, StatxFlags::BASIC_STATS)?))
    }

    /// Looks at the directory itself.
    pub fn metadata(&self) -> Result<Metadata, Refusal> {
        Metadata::of(&self.directory, Waiting::Allowed)
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// What the kernel fills at a time: some hundred names.
const BUFFER_BYTES: usize = 32 * 1024;
