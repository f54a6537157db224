//! Files beneath a root, and never outside of it, whatever happens to the tree meanwhile.
//!
//! Each call is told whether it may wait for a disk. A worker may not: then the answer is what the kernel has in its
//! caches, or [`Refusal::WouldWait`], and a pool thread asks again.

mod directory;
mod node;
mod read;
mod refusal;
mod root;

pub use directory::Directory;
pub use node::{File, Metadata, Node, NodeKind};
pub use read::{read_ahead, read_at};
pub use refusal::Refusal;
pub use root::{Links, Root, beneath};

/// Whether a call may wait for a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Only what the kernel has in its caches.
    Refused,
    /// As long as it takes.
    Allowed,
}
