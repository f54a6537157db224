//! A folder and all below it as one file, read while it is sent.

use super::folder::shown;
use crate::origin::Files;
use page::archive::{Archive, Format, Item, ItemKind};
use semantics::media_type::MediaType;
use site::{NodeKind, Refusal, SitePath, is_hidden_name};
use std::ops::ControlFlow;

/// Makes the archive piece by piece.
pub(crate) struct Pieces<T: Files> {
    files: T,
    archive: Option<Archive>,
    /// Folders on the way, each with the names in it that are still to come.
    stack: Vec<Level>,
    current: Option<Current<T::File>>,
    is_hidden_shown: bool,
    buffer: Vec<u8>,
}

struct Level {
    path: SitePath,
    /// The folder as it is called inside the archive; empty for the one that was asked for.
    name: String,
    /// In reverse order, so that the next is popped.
    names: Vec<(Vec<u8>, Option<NodeKind>)>,
}

/// The file whose content is being written.
struct Current<F> {
    file: F,
    offset: u64,
    has_ended: bool,
}

/// Bytes read of a file for one piece.
const PIECE_BYTES: usize = 64 << 10;

/// Folders within folders. Deeper trees are made to break tools; what lies below is left out.
const DEPTH_MAX: usize = 128;

impl<T: Files> Pieces<T> {
    /// Errs when the folder cannot be read at all.
    pub(crate) fn new(
        files: T,
        folder: &SitePath,
        format: Format,
        is_hidden_shown: bool,
    ) -> Result<Pieces<T>, Refusal> {
        let mut pieces = Pieces {
            files,
            archive: Some(Archive::new(format)),
            stack: Vec::new(),
            current: None,
            is_hidden_shown,
            buffer: vec![0; PIECE_BYTES],
        };
        pieces.enter(folder.clone(), String::new())?;
        Ok(pieces)
    }

    fn enter(&mut self, path: SitePath, name: String) -> Result<(), Refusal> {
        let mut names = Vec::new();
        self.files.list(&path, &mut |entry| {
            if self.is_hidden_shown || !is_hidden_name(&entry.name) {
                names.push((entry.name, entry.kind));
            }
            ControlFlow::Continue(())
        })?;
        names.sort_unstable_by(|one, other| other.0.cmp(&one.0));
        self.stack.push(Level { path, name, names });
        Ok(())
    }

    /// Goes on to the next file or folder. What cannot be read, or has gone, is left out, as it is in a listing.
    fn advance(&mut self, archive: &mut Archive, out: &mut Vec<u8>) -> bool {
        let Some(level) = self.stack.last_mut() else { return false };
        let Some((bytes, kind)) = level.names.pop() else {
            self.stack.pop();
            return true;
        };
        let Some(path) = level.path.join(&bytes) else { return true };
        let name = shown(&bytes);
        let name = if level.name.is_empty() { name.into_owned() } else { format!("{}/{name}", level.name) };
        let Ok(node) = self.files.open(&path) else { return true };
        let media_type = MediaType::from_name(&bytes);
        let mut item = Item {
            name,
            kind: ItemKind::File,
            size: node.metadata.size,
            modified: node.metadata.modified,
            is_compressible: media_type.is_compressible,
            is_executable: false,
        };
        match (node.metadata.kind, node.file) {
            (NodeKind::File, Some(file)) if archive.begin(&item, out).is_ok() => {
                self.current = Some(Current { file, offset: 0, has_ended: false });
            }
            // A linked folder is not entered: it may lead back up, and then there were no end.
            (NodeKind::Directory, _) if kind == Some(NodeKind::Directory) && self.stack.len() < DEPTH_MAX => {
                item.kind = ItemKind::Directory;
                item.size = 0;
                if archive.begin(&item, out).is_ok() && archive.end_item(out).is_some() {
                    // A folder that cannot be read stays in the archive, empty.
                    let _ = self.enter(path, item.name);
                }
            }
            _ => {}
        }
        true
    }

    /// The next bytes of the file under way.
    fn read(&mut self, archive: &mut Archive, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(current) = &mut self.current else { return Ok(()) };
        if !current.has_ended {
            match self.files.read(&current.file, current.offset, &mut self.buffer)? {
                0 => current.has_ended = true,
                bytes => {
                    archive.data(&self.buffer[..bytes], out);
                    current.offset += bytes as u64;
                }
            }
        }
        if current.has_ended && archive.end_item(out).is_some() {
            self.current = None;
        }
        Ok(())
    }
}

impl<T: Files> Iterator for Pieces<T> {
    type Item = Result<Vec<u8>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut archive = self.archive.take()?;
        let mut out = Vec::with_capacity(PIECE_BYTES + 1024);
        while out.len() < PIECE_BYTES {
            if self.current.is_some() {
                if let Err(refusal) = self.read(&mut archive, &mut out) {
                    return Some(Err(format!("cannot read a file for an archive: {refusal}")));
                }
            } else if !self.advance(&mut archive, &mut out) {
                archive.finish(&mut out);
                return Some(Ok(out));
            }
        }
        self.archive = Some(archive);
        Some(Ok(out))
    }
}
