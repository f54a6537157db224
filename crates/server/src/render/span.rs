//! A file as readers of formats want it: bytes in order, with seeking, and an end to what they may ask for.

use crate::limit;
use crate::origin::Files;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// A file being read.
pub(super) struct Span<'a, T: Files> {
    files: &'a T,
    file: &'a T::File,
    size: u64,
    position: u64,
    /// How much more may be read.
    left: usize,
}

impl<'a, T: Files> Span<'a, T> {
    pub(super) fn new(files: &'a T, file: &'a T::File, size: u64) -> BufReader<Span<'a, T>> {
        BufReader::with_capacity(
            limit::PREVIEW_PIECE_BYTES,
            Span { files, file, size, position: 0, left: limit::PREVIEW_READ_BYTES_MAX },
        )
    }
}

impl<T: Files> Read for Span<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.left);
        if wanted == 0 && !buffer.is_empty() {
            return Err(io::Error::other("read as much as a preview may"));
        }
        let count = self.files.read(self.file, self.position, &mut buffer[..wanted]);
        let count = count.map_err(|refusal| io::Error::other(refusal.to_string()))?;
        self.position += count as u64;
        self.left -= count;
        Ok(count)
    }
}

impl<T: Files> Seek for Span<'_, T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        // A position behind the end is no fault: nothing is read there. One that the kernel knows no number for is.
        let position = position.filter(|&position| i64::try_from(position).is_ok());
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
