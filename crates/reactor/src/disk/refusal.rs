//! Why a file is not to be had.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// Why a file is not to be had.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such name.
    Missing,
    /// The kernel does not let us.
    NotPermitted,
    /// The path leaves the root by a symbolic link, or has a link where none is followed.
    Outside,
    /// Not in the kernel's caches: ask again where waiting is allowed.
    WouldWait,
    /// Out of descriptors: it may work in a moment.
    OutOfDescriptors,
    /// The machine did not do it.
    Failed(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing => formatter.write_str("no such file"),
            Refusal::NotPermitted => formatter.write_str("permission denied"),
            Refusal::Outside => formatter.write_str("a symbolic link leads out of the folder"),
            Refusal::WouldWait => formatter.write_str("not in memory"),
            Refusal::OutOfDescriptors => formatter.write_str("too many open files"),
            Refusal::Failed(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Refusal {
        match error {
            // A socket or a device without driver is no more than a missing file: nobody can read it.
            Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::NXIO | Errno::NODEV => Refusal::Missing,
            Errno::ACCESS | Errno::PERM => Refusal::NotPermitted,
            Errno::XDEV => Refusal::Outside,
            Errno::AGAIN => Refusal::WouldWait,
            Errno::MFILE | Errno::NFILE => Refusal::OutOfDescriptors,
            error => Refusal::Failed(error.into()),
        }
    }
}
