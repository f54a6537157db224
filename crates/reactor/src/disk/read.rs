//! Reading from an open file.

use std::io::IoSliceMut;
use std::num::NonZeroU64;
use std::os::fd::AsFd;

use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};

use crate::disk::{Refusal, Waiting};

/// Reads at `offset` until the buffer is full or the file ends; gives how many bytes were read.
///
/// Where waiting is refused, all of it must be in the kernel's cache, or it is [`Refusal::WouldWait`].
pub fn read_at(file: impl AsFd, offset: u64, buffer: &mut [u8], waiting: Waiting) -> Result<usize, Refusal> {
    let file = file.as_fd();
    let mut filled = 0;
    while filled < buffer.len() {
        let rest = &mut buffer[filled..];
        let position = offset.saturating_add(filled as u64);
        let read = match waiting {
            Waiting::Allowed => rustix::io::pread(file, rest, position),
            Waiting::Refused => {
                rustix::io::preadv2(file, &mut [IoSliceMut::new(rest)], position, ReadWriteFlags::NOWAIT)
            }
        };
        match read {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(Errno::INTR) => {}
            // A file system that cannot tell.
            Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) if waiting == Waiting::Refused => {
                return Err(Refusal::WouldWait);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

/// Tells the kernel that a span will be read from front to back: for large files that are sent whole.
pub fn read_ahead(file: impl AsFd, offset: u64, length: u64) {
    // Advice only: where it is not taken, reading works as well.
    let _ = rustix::fs::fadvise(file.as_fd(), offset, NonZeroU64::new(length), Advice::Sequential);
    let _ = rustix::fs::fadvise(file.as_fd(), offset, NonZeroU64::new(length.min(AHEAD_MAX)), Advice::WillNeed);
}

/// How much is fetched beforehand: what a disk needs to be at full speed, and no more than is certain to be wanted.
const AHEAD_MAX: u64 = 2 << 20;
