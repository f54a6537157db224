//! A folder as one file, written while it is sent: zip and tar as state machines, with no file and no HTTP.
//!
//! ```text
//! begin ──▶ data* ──▶ end_item ──▶ … ──▶ finish
//! ```
//!
//! Each call appends bytes to `out`, which the caller sends and empties; nothing is ever taken back, so an archive of any size needs
//! memory for its names only. Archives cannot lie about where a file goes: names that could leave the folder they are unpacked
//! in are refused, and no two items get the same name.

mod contents;
mod name;
mod tar;
mod zip;

#[cfg(test)]
mod tests;

pub use contents::{Contents, Entry};
pub use name::NameFault;
pub use tar::Tar;
pub use zip::Zip;

use semantics::Timestamp;

/// Which kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What every desktop opens; each file compressed on its own.
    Zip,
    /// What Unix tools take from a pipe; not compressed.
    Tar,
}

impl Format {
    /// The media type of the archive as a whole.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Zip => "application/zip",
            Format::Tar => "application/x-tar",
        }
    }

    /// The end of its file name, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Zip => "zip",
            Format::Tar => "tar",
        }
    }
}

/// What an item is. Links are given as what they lead to, or not at all: an archive must not point outside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A file; its content follows through `data`.
    File,
    /// A folder; it has no content.
    Directory,
}

/// One file or folder, as it is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it goes inside the archive: segments with `/` between them, no slash at the ends. A name that was not UTF-8 is
    /// given as people are shown it.
    pub name: String,
    /// File or folder.
    pub kind: ItemKind,
    /// Its size as known now. Tar promises it ahead of the content; zip only chooses the width of its numbers by it.
    pub size: u64,
    /// When it last changed.
    pub modified: Timestamp,
    /// Whether its media type gains from compression.
    pub is_compressible: bool,
    /// Whether its owner may run it.
    pub is_executable: bool,
}

/// How the content that came agrees with what was promised for the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does.
    Whole,
    /// The file had shrunk: this many bytes are zeros.
    Padded(u64),
    /// The file had grown: this many bytes were left out.
    Cut(u64),
}

/// An archive in either format.
pub enum Archive {
    /// Zip.
    Zip(Box<Zip>),
    /// Tar.
    Tar(Tar),
}

impl Archive {
    /// One without items yet.
    pub fn new(format: Format) -> Archive {
        match format {
            Format::Zip => Archive::Zip(Box::new(Zip::new())),
            Format::Tar => Archive::Tar(Tar::new()),
        }
    }

    /// Starts an item. A file's name that is taken becomes `name (2)`; a folder that is there already is not written twice.
    ///
    /// Errs when the name cannot stand in an archive; then nothing was written, and the next item may begin.
    pub fn begin(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<(), NameFault> {
        match self {
            Archive::Zip(zip) => zip.begin(item, out),
            Archive::Tar(tar) => tar.begin(item, out),
        }
    }

    /// Takes the next bytes of the file that was begun.
    pub fn data(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Archive::Zip(zip) => zip.data(bytes, out),
            Archive::Tar(tar) => tar.data(bytes, out),
        }
    }

    /// Ends the item. `None`: more is to come for it, so empty `out` and call again.
    pub fn end_item(&mut self, out: &mut Vec<u8>) -> Option<Outcome> {
        match self {
            Archive::Zip(zip) => Some(zip.end_item(out)),
            Archive::Tar(tar) => tar.end_item(out),
        }
    }

    /// Ends the archive, after the last item has ended.
    pub fn finish(self, out: &mut Vec<u8>) {
        match self {
            Archive::Zip(zip) => zip.finish(out),
            Archive::Tar(tar) => tar.finish(out),
        }
    }
}
