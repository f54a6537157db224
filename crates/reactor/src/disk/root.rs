//! The directory that is served, and opening what is beneath it.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::disk::{Directory, Metadata, Node, NodeKind, Refusal, Waiting};

/// What is done about symbolic links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Followed when they stay beneath the root.
    #[default]
    Inside,
    /// Never followed.
    Never,
    /// Followed wherever they lead: the owner's wish.
    Anywhere,
}

/// A directory; what is opened through it is beneath it, also while somebody renames things.
///
/// Paths are relative, `/` between names, no empty, `.` or `..` names; "" is the root itself.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    resolve: ResolveFlags,
    links: Links,
    /// Kernels before 5.12 cannot say what is in their caches; then everything may wait.
    knows_cached: bool,
}

impl Root {
    /// Opens the directory. Errs also when the kernel has no `openat2` (Linux 5.6), as nothing else keeps us inside.
    pub fn open(path: &Path, links: Links) -> io::Result<Root> {
        let named = |error: Errno| {
            let error = io::Error::from(error);
            io::Error::new(error.kind(), format!("cannot open \"{}\": {error}", path.display()))
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(named)?;
        let resolve = match links {
            Links::Inside => ResolveFlags::BENEATH,
            Links::Never => ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS,
            Links::Anywhere => ResolveFlags::empty(),
        } | ResolveFlags::NO_MAGICLINKS;
        let probe = |resolve| rustix::fs::openat2(&directory, c".", PATH_ONLY, Mode::empty(), resolve);
        probe(resolve).map_err(|error| match error {
            // Containers of before 2020 answer EPERM for system calls they do not know.
            Errno::NOSYS | Errno::PERM => io::Error::new(
                io::ErrorKind::Unsupported,
                "this kernel (or container) has no openat2, which keeps a server inside its folder: Linux 5.6 or later is needed",
            ),
            error => named(error),
        })?;
        let knows_cached = !matches!(probe(resolve | ResolveFlags::CACHED), Err(Errno::INVAL));
        Ok(Root { directory, resolve, links, knows_cached })
    }

    /// Opens a file for reading, or looks at what else is there. Never waits for the other end of a pipe.
    pub fn open_node(&self, path: &[u8], waiting: Waiting) -> Result<Node, Refusal> {
        // Without O_NONBLOCK a pipe nobody writes to would hold us for ever; regular files do not care.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = match self.resolve(path, flags, waiting) {
            // A directory that may be passed through but not read still has an index file to give.
            Err(Refusal::NotPermitted) => {
                let metadata = self.look(path, waiting)?;
                let is_directory = metadata.kind == NodeKind::Directory;
                return if is_directory { Ok(Node { metadata, file: None }) } else { Err(Refusal::NotPermitted) };
            }
            opened => opened?,
        };
        let metadata = Metadata::of(&opened, waiting)?;
        let file = (metadata.kind == NodeKind::File).then(|| Arc::new(opened));
        Ok(Node { metadata, file })
    }

    /// Looks at a node without opening it; links are followed as by [`Root::open_node`].
    pub fn look(&self, path: &[u8], waiting: Waiting) -> Result<Metadata, Refusal> {
        Metadata::of(self.resolve(path, PATH_ONLY, waiting)?, waiting)
    }

    /// Opens a directory to read its names. May wait.
    pub fn open_directory(&self, path: &[u8]) -> Result<Directory, Refusal> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Directory::new(self.resolve(path, flags, Waiting::Allowed)?))
    }

    /// Where the links of a path lead: the absolute path of the node itself.
    ///
    /// As of now; only to tell places apart, not to open what is there.
    pub fn place(&self, path: &[u8]) -> Result<Vec<u8>, Refusal> {
        place_of(&self.resolve(path, PATH_ONLY, Waiting::Allowed)?)
    }

    fn resolve(&self, path: &[u8], flags: OFlags, waiting: Waiting) -> Result<OwnedFd, Refusal> {
        let path = relative(path).ok_or(Refusal::Missing)?;
        let is_cached = waiting == Waiting::Refused;
        if is_cached && !self.knows_cached {
            return Err(Refusal::WouldWait);
        }
        let cached = if is_cached { ResolveFlags::CACHED } else { ResolveFlags::empty() };
        for _ in 0..RACES_MAX {
            match open_beneath(&self.directory, path, flags, self.resolve | cached) {
                // Somebody renames directories while the kernel walks through them.
                Err(Errno::AGAIN) if !is_cached => continue,
                // An absolute link may well lead back inside, but to find out takes longer.
                Err(Errno::XDEV) if self.links == Links::Inside && is_cached => return Err(Refusal::WouldWait),
                Err(Errno::XDEV) if self.links == Links::Inside => return self.resolve_absolute_link(path, flags),
                Err(Errno::LOOP) if self.links == Links::Never => return Err(Refusal::Outside),
                // Links in a circle, or too many: there is no file at their end.
                Err(Errno::LOOP) => return Err(Refusal::Missing),
                opened => return opened.map_err(Refusal::from),
            }
        }
        Err(Refusal::Failed(io::Error::new(io::ErrorKind::ResourceBusy, "the folders are being renamed")))
    }

    /// `RESOLVE_BENEATH` refuses all absolute links, also those that lead back inside. Here the kernel follows the
    /// link without opening anything for reading, tells where it ended, and that place is opened beneath the root with
    /// no link at all: what is gained by a race is beneath the root too.
    fn resolve_absolute_link(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Refusal> {
        // What the kernel will not follow here is in a circle, or of `/proc`: not a file of ours in any case.
        let end = open_beneath(&self.directory, path, PATH_ONLY, ResolveFlags::NO_MAGICLINKS);
        let end = end.map_err(|error| if error == Errno::LOOP { Refusal::Outside } else { error.into() })?;
        let (root, end) = (place_of(&self.directory)?, place_of(&end)?);
        let beneath = match beneath(&root, &end).ok_or(Refusal::Outside)? {
            b"" => b".",
            path => path,
        };
        let strict = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        open_beneath(&self.directory, beneath, flags, strict).map_err(|error| match error {
            // A link again, where a moment ago there was none.
            Errno::LOOP => Refusal::Outside,
            error => error.into(),
        })
    }
}

fn open_beneath(root: &OwnedFd, path: &[u8], flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd, Errno> {
    loop {
        match rustix::fs::openat2(root, path, flags, Mode::empty(), resolve) {
            Err(Errno::INTR) => {}
            // A name with NUL in it names nothing.
            Err(Errno::INVAL) if path.contains(&0) => return Err(Errno::NOENT),
            opened => return opened,
        }
    }
}

/// The path as the kernel takes it; none when it is not one of ours. The kernel refuses such paths too, but not with
/// links that may lead anywhere.
fn relative(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return Some(b".");
    }
    let is_ours = path[0] != b'/' && path.split(|byte| *byte == b'/').all(|name| name != b"..");
    is_ours.then_some(path)
}

/// What of an absolute path is beneath the root, itself an absolute path; `None`: it is outside.
pub fn beneath<'a>(root: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    match path.strip_prefix(root)? {
        [] => Some(b""),
        [b'/', rest @ ..] => Some(rest),
        // The root directory of the machine ends in a slash itself.
        rest if root == b"/" => Some(rest),
        _ => None,
    }
}

/// Where a descriptor leads to, as an absolute path.
fn place_of(descriptor: &OwnedFd) -> Result<Vec<u8>, Refusal> {
    let link = format!("/proc/self/fd/{}", descriptor.as_raw_fd());
    // Without /proc nobody can tell; then it does not lead inside.
    let place = std::fs::read_link(link).map_err(|_| Refusal::Outside)?;
    Ok(place.as_os_str().as_bytes().to_vec())
}

impl AsFd for Root {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Names a node without opening it: no permission to read is needed, no device is touched.
const PATH_ONLY: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
/// How often the walk is tried again when directories are renamed under it.
const RACES_MAX: usize = 100;
