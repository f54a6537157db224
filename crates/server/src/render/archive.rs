//! A folder and all below it as one file, read while it is sent.

use super::name::shown;
use crate::origin::Files;
use page::archive::{Archive, Format, Item, ItemKind, Outcome};
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
    report: Report,
    remarks: usize,
    buffer: Vec<u8>,
}

/// Takes a sentence for whoever runs the site: the client has the head of the response already, and a name in the archive
/// is all that it could be told by.
pub(crate) type Report = Box<dyn FnMut(&str) + Send>;

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
    path: SitePath,
    offset: u64,
    /// When it was begun.
    size: u64,
    has_ended: bool,
}

/// Bytes read of a file for one piece.
const PIECE_BYTES: usize = 64 << 10;

/// Sentences about one archive. What is wrong with more files than these is wrong with the folder.
const REMARKS_MAX: usize = 10;

/// Folders within folders. Deeper trees are made to break tools; what lies below is left out.
const DEPTH_MAX: usize = 128;

impl<T: Files> Pieces<T> {
    /// Errs when the folder cannot be read at all.
    pub(crate) fn new(
        files: T,
        folder: &SitePath,
        format: Format,
        is_hidden_shown: bool,
        report: Report,
    ) -> Result<Pieces<T>, Refusal> {
        let mut pieces = Pieces {
            files,
            archive: Some(Archive::new(format)),
            stack: Vec::new(),
            current: None,
            is_hidden_shown,
            report,
            remarks: 0,
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

    /// Goes on to the next file or folder; false when there is none.
    fn advance(&mut self, archive: &mut Archive, out: &mut Vec<u8>) -> bool {
        let Some(level) = self.stack.last_mut() else { return false };
        let Some((bytes, kind)) = level.names.pop() else {
            self.stack.pop();
            return true;
        };
        let Some(path) = level.path.join(&bytes) else { return true };
        let name = shown(&bytes);
        let name = if level.name.is_empty() { name.into_owned() } else { format!("{}/{name}", level.name) };
        if let Err(cause) = self.add(archive, &path, kind, name, out) {
            self.remark(&path, &format!("left out of an archive: {cause}"));
        }
        true
    }

    /// Begins a file, or adds a folder and enters it. What has gone meanwhile, or is not shown in a listing either, is
    /// left out without a word. Errs with why it is left out.
    fn add(
        &mut self,
        archive: &mut Archive,
        path: &SitePath,
        kind: Option<NodeKind>,
        name: String,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let node = match self.files.open(path) {
            Ok(node) => node,
            Err(Refusal::Missing | Refusal::Outside) => return Ok(()),
            Err(refusal) => return Err(refusal.to_string()),
        };
        let mut item = Item {
            name,
            kind: ItemKind::File,
            size: node.metadata.size,
            modified: node.metadata.modified,
            is_compressible: MediaType::from_name(path.name()).is_compressible,
            is_executable: false,
        };
        match (node.metadata.kind, node.file) {
            (NodeKind::File, Some(file)) => {
                archive.begin(&item, out).map_err(|fault| fault.to_string())?;
                self.current =
                    Some(Current { file, path: path.clone(), offset: 0, size: node.metadata.size, has_ended: false });
                Ok(())
            }
            // A linked folder is not entered: it may lead back up, and then there were no end.
            (NodeKind::Directory, _) if kind == Some(NodeKind::Directory) => {
                if self.stack.len() >= DEPTH_MAX {
                    return Err(format!("{DEPTH_MAX} folders deep"));
                }
                item.kind = ItemKind::Directory;
                item.size = 0;
                archive.begin(&item, out).map_err(|fault| fault.to_string())?;
                archive.end_item(out);
                self.enter(path.clone(), item.name).map_err(|refusal| refusal.to_string())
            }
            _ => Ok(()),
        }
    }

    /// The next bytes of the file under way, or its end.
    fn read(&mut self, archive: &mut Archive, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(current) = &mut self.current else { return Ok(()) };
        if !current.has_ended {
            match self.files.read(&current.file, current.offset, &mut self.buffer)? {
                0 => current.has_ended = true,
                // It grows, perhaps as fast as it is read: the archive holds it as it was when it was begun.
                bytes if current.offset > current.size => {
                    archive.data(&self.buffer[..bytes], out);
                    current.has_ended = true;
                }
                bytes => {
                    archive.data(&self.buffer[..bytes], out);
                    current.offset += bytes as u64;
                    return Ok(());
                }
            }
        }
        // `None`: so many zeros are owed that they come in pieces.
        let Some(outcome) = archive.end_item(out) else { return Ok(()) };
        let Some(Current { path, .. }) = self.current.take() else { return Ok(()) };
        match outcome {
            Outcome::Whole => {}
            Outcome::Padded(bytes) => {
                self.remark(&path, &format!("shrank while it went into an archive: {bytes} zeros stand at its end"));
            }
            Outcome::Cut(bytes) => {
                self.remark(&path, &format!("grew while it went into an archive: {bytes} bytes are left out"));
            }
        }
        Ok(())
    }

    fn remark(&mut self, path: &SitePath, what: &str) {
        self.remarks += 1;
        // How many more there were is said at the end.
        if self.remarks <= REMARKS_MAX {
            (self.report)(&format!("{}: {what}", String::from_utf8_lossy(path.as_bytes())));
        }
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
                if self.remarks > REMARKS_MAX {
                    (self.report)(&format!("{} more files of that archive like these", self.remarks - REMARKS_MAX));
                }
                return Some(Ok(out));
            }
        }
        self.archive = Some(archive);
        Some(Ok(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk_tree::DiskTree;
    use reactor::disk::Links;
    use std::fs;
    use std::sync::mpsc::channel;

    /// The sentences about an archive of two large files, of which the second becomes `second` while the first is sent.
    fn remarks(format: Format, second: &[u8]) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        let large = vec![b'x'; 3 * PIECE_BYTES];
        // The second is begun in the piece that ends the first.
        fs::write(folder.path().join("a"), &large).unwrap();
        fs::write(folder.path().join("b"), &large).unwrap();
        let tree = DiskTree::open(folder.path(), Links::Inside).unwrap();
        let root = SitePath::root();
        let (sender, told) = channel();
        let report = Box::new(move |sentence: &str| sender.send(sentence.to_owned()).unwrap());
        let mut pieces = Pieces::new(tree, &root, format, false, report).unwrap();
        while pieces.current.as_ref().is_none_or(|current| current.path.name() != b"b") {
            pieces.next().unwrap().unwrap();
        }
        fs::write(folder.path().join("b"), second).unwrap();
        pieces.by_ref().for_each(|piece| drop(piece.unwrap()));
        drop(pieces);
        told.iter().collect()
    }

    #[test]
    fn what_a_tar_could_not_keep_is_told() {
        let promised = 3 * PIECE_BYTES;
        assert_eq!(remarks(Format::Tar, &vec![b'y'; promised]), [""; 0]);
        let grown = remarks(Format::Tar, &vec![b'y'; promised + 5]);
        assert_eq!(grown, ["b: grew while it went into an archive: 5 bytes are left out"]);
        let shrunk = remarks(Format::Tar, b"");
        assert_eq!(shrunk.len(), 1);
        assert!(shrunk[0].starts_with("b: shrank while it went into an archive: "), "{shrunk:?}");
        assert_eq!(remarks(Format::Zip, b""), [""; 0], "a zip promises nothing");
    }
}
