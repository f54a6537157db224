//! A folder and all below it as one file, read while it is sent.

use super::name::shown;
use super::sight::Sight;
use crate::limit;
use crate::origin::Files;
use crate::permit::Permit;
use page::archive::{Archive, Format, Item, ItemKind, Outcome};
use semantics::Timestamp;
use semantics::media_type::MediaType;
use site::{Batches, DirectoryEntry, NodeKind, Refusal, SitePath};

/// Makes the archive piece by piece.
pub(crate) struct Pieces<T: Files> {
    files: T,
    archive: Option<Archive>,
    /// Folders on the way, each with the names in it that are still to come.
    stack: Vec<Level>,
    current: Option<Current<T::File>>,
    sight: Sight,
    has_begun: bool,
    report: Report,
    remarks: usize,
    buffer: Vec<u8>,
    /// Given back when this is dropped: at the end, or when the client has gone.
    _permit: Permit,
}

/// Takes a sentence for whoever runs the site: the client has the head of the response already, and a name in the archive
/// is all that it could be told by.
pub(crate) type Report = Box<dyn FnMut(&str) + Send>;

struct Level {
    path: SitePath,
    /// The folder as it is called inside the archive.
    name: String,
    /// The next is popped: in reverse order, where the folder is not too large to be put in order.
    ready: Vec<DirectoryEntry>,
    /// The other names of a folder that is.
    rest: Option<Batches>,
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

impl<T: Files> Pieces<T> {
    /// `top`: what the folder is called in the archive. Everything stands below it, so that whoever unpacks it gets one
    /// folder. Errs when the folder cannot be read at all.
    pub(crate) fn new(
        files: T,
        (folder, top): (&SitePath, String),
        format: Format,
        sight: Sight,
        report: Report,
        permit: Permit,
    ) -> Result<Pieces<T>, Refusal> {
        let mut pieces = Pieces {
            files,
            archive: Some(Archive::new(format)),
            stack: Vec::new(),
            current: None,
            sight,
            has_begun: false,
            report,
            remarks: 0,
            buffer: vec![0; limit::ARCHIVE_PIECE_BYTES],
            _permit: permit,
        };
        pieces.enter(folder.clone(), top)?;
        Ok(pieces)
    }

    fn enter(&mut self, path: SitePath, name: String) -> Result<(), Refusal> {
        let mut batches = self.files.names(&path)?;
        let (mut ready, mut rest) = (Vec::new(), None);
        while let Some(batch) = batches.next() {
            ready.extend(self.visible(&path, batch?));
            if ready.len() > limit::ARCHIVE_NAMES_SORTED_MAX {
                rest = Some(batches);
                break;
            }
        }
        if rest.is_none() {
            ready.sort_unstable_by(|one, other| other.name.cmp(&one.name));
        }
        self.stack.push(Level { path, name, ready, rest });
        Ok(())
    }

    /// Those of which the client would get each by itself.
    fn visible(&self, folder: &SitePath, mut batch: Vec<DirectoryEntry>) -> Vec<DirectoryEntry> {
        let eyes = self.sight.of(&self.files);
        batch.retain(|entry| {
            let is_folder = entry.kind == Some(NodeKind::Directory);
            // What is in a folder whose names are not told is not told here either.
            let is_told = || folder.join(&entry.name).is_some_and(|path| eyes.list(&path));
            eyes.see_in(folder, &entry.name, is_folder) && (!is_folder || is_told())
        });
        batch
    }

    /// The folder itself, as the first item.
    fn begin(&mut self, archive: &mut Archive, out: &mut Vec<u8>) {
        let Some(top) = self.stack.first() else { return };
        let (name, path) = (top.name.clone(), top.path.clone());
        let modified = self.files.open(&path).map_or(Timestamp(0), |node| node.metadata.modified);
        if let Err(fault) = archive.begin(&folder_item(name, modified), out) {
            return self.remark(&path, &format!("has no item of its own in an archive: {fault}"));
        }
        archive.end_item(out);
    }

    /// Goes on to the next file or folder; false when there is none.
    fn advance(&mut self, archive: &mut Archive, out: &mut Vec<u8>) -> bool {
        let Some(level) = self.stack.last_mut() else { return false };
        let Some(DirectoryEntry { name: bytes, kind }) = level.ready.pop() else {
            let path = level.path.clone();
            match level.rest.as_mut().and_then(Iterator::next) {
                Some(Ok(batch)) => {
                    let ready = self.visible(&path, batch);
                    if let Some(level) = self.stack.last_mut() {
                        level.ready = ready;
                    }
                }
                Some(Err(refusal)) => {
                    self.stack.pop();
                    self.remark(&path, &format!("the rest of it is left out of an archive: {refusal}"));
                }
                None => drop(self.stack.pop()),
            }
            return true;
        };
        let Some(path) = level.path.join(&bytes) else { return true };
        let name = format!("{}/{}", level.name, shown(&bytes));
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
        match (node.metadata.kind, node.file) {
            (NodeKind::File, Some(file)) => {
                let item = Item {
                    name,
                    kind: ItemKind::File,
                    size: node.metadata.size,
                    modified: node.metadata.modified,
                    is_compressible: MediaType::from_name(path.name()).is_compressible,
                    is_executable: node.metadata.is_executable,
                };
                archive.begin(&item, out).map_err(|fault| fault.to_string())?;
                self.current =
                    Some(Current { file, path: path.clone(), offset: 0, size: node.metadata.size, has_ended: false });
                Ok(())
            }
            // A linked folder is not entered: it may lead back up, and then there were no end.
            (NodeKind::Directory, _) if kind == Some(NodeKind::Directory) => {
                if self.stack.len() >= limit::ARCHIVE_DEPTH_MAX {
                    return Err(format!("{} folders deep", limit::ARCHIVE_DEPTH_MAX));
                }
                let item = folder_item(name, node.metadata.modified);
                archive.begin(&item, out).map_err(|fault| fault.to_string())?;
                archive.end_item(out);
                match self.enter(path.clone(), item.name) {
                    Err(Refusal::Missing) => Ok(()),
                    entered => entered.map_err(|refusal| refusal.to_string()),
                }
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
        if self.remarks <= limit::ARCHIVE_REMARKS_MAX {
            (self.report)(&format!("{}: {what}", String::from_utf8_lossy(path.as_bytes())));
        }
    }
}

fn folder_item(name: String, modified: Timestamp) -> Item {
    let (is_compressible, is_executable) = (false, false);
    Item { name, kind: ItemKind::Directory, size: 0, modified, is_compressible, is_executable }
}

/// What a site or a folder is called where it is unpacked: one segment that any system takes.
pub(crate) fn top_name(shown: &str) -> String {
    let name: String = shown
        .chars()
        .map(|char| if matches!(char, '/' | '\\' | ':') || char.is_control() { '_' } else { char })
        .collect();
    match name.trim() {
        "" | "." | ".." => "site".to_owned(),
        name => name.to_owned(),
    }
}

impl<T: Files> Iterator for Pieces<T> {
    type Item = Result<Vec<u8>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut archive = self.archive.take()?;
        let mut out = Vec::with_capacity(limit::ARCHIVE_PIECE_BYTES + 1024);
        if !self.has_begun {
            self.has_begun = true;
            self.begin(&mut archive, &mut out);
        }
        while out.len() < limit::ARCHIVE_PIECE_BYTES {
            if self.current.is_some() {
                if let Err(refusal) = self.read(&mut archive, &mut out) {
                    return Some(Err(format!("cannot read a file for an archive: {refusal}")));
                }
            } else if !self.advance(&mut archive, &mut out) {
                archive.finish(&mut out);
                if self.remarks > limit::ARCHIVE_REMARKS_MAX {
                    (self.report)(&format!(
                        "{} more files of that archive like these",
                        self.remarks - limit::ARCHIVE_REMARKS_MAX
                    ));
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
    use crate::permit::Permits;
    use reactor::disk::Links;
    use std::fs;
    use std::sync::mpsc::channel;

    /// The sentences about an archive of two large files, of which the second becomes `second` while the first is sent.
    fn remarks(format: Format, second: &[u8]) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        let large = vec![b'x'; 3 * limit::ARCHIVE_PIECE_BYTES];
        // The second is begun in the piece that ends the first.
        fs::write(folder.path().join("a"), &large).unwrap();
        fs::write(folder.path().join("b"), &large).unwrap();
        let tree = DiskTree::open(folder.path(), Links::Inside).unwrap();
        let root = SitePath::root();
        let (sender, told) = channel();
        let report = Box::new(move |sentence: &str| sender.send(sentence.to_owned()).unwrap());
        let permit = Permits::new(1).take().unwrap();
        let mut pieces = Pieces::new(tree, (&root, "top".into()), format, Sight::of_anybody(), report, permit).unwrap();
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
        let promised = 3 * limit::ARCHIVE_PIECE_BYTES;
        assert_eq!(remarks(Format::Tar, &vec![b'y'; promised]), [""; 0]);
        let grown = remarks(Format::Tar, &vec![b'y'; promised + 5]);
        assert_eq!(grown, ["b: grew while it went into an archive: 5 bytes are left out"]);
        let shrunk = remarks(Format::Tar, b"");
        assert_eq!(shrunk.len(), 1);
        assert!(shrunk[0].starts_with("b: shrank while it went into an archive: "), "{shrunk:?}");
        assert_eq!(remarks(Format::Zip, b""), [""; 0], "a zip promises nothing");
    }
}
