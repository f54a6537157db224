//! The bytes of an open file, as many as anybody may read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;

/// An open file and how long it is. Its position is never moved: others may hold the same open file.
pub(crate) struct Input<'a> {
    pub(crate) file: &'a File,
    pub(crate) size: u64,
}

impl<'a> Input<'a> {
    pub(crate) fn new(file: &'a File) -> io::Result<Input<'a>> {
        Ok(Input { file, size: file.metadata()?.len() })
    }

    /// The first bytes; fewer only where the file ends.
    pub(crate) fn head(&self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_more(&mut bytes, count as u64)?;
        Ok(bytes)
    }

    /// Reads on behind `bytes`, the beginning of this file, until `limit` of it are there or it ends. A file that grows meanwhile
    /// is read to its old end, one that shrinks to its new one.
    pub(crate) fn read_more(&self, bytes: &mut Vec<u8>, limit: u64) -> io::Result<()> {
        let end = usize::try_from(limit.min(self.size)).unwrap_or(usize::MAX);
        let mut filled = bytes.len();
        bytes.resize(end.max(filled), 0);
        while filled < end {
            match self.file.read_at(&mut bytes[filled..], filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(())
    }
}

/// A reader of an open file that has a position of its own.
pub(crate) struct Positioned<'a> {
    file: &'a File,
    size: u64,
    at: u64,
}

impl<'a> Positioned<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Positioned<'a> {
        Positioned { file: input.file, size: input.size, at: 0 }
    }
}

impl Read for Positioned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Positioned<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
