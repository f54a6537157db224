//! Zip (PKWARE APPNOTE 6.3), written without going back: what is known only after the content stands behind it.
//!
//! ```text
//! [local header][content][descriptor]  per file; folders and empty files have neither content nor descriptor
//! …
//! [central header]                     per item
//! …
//! [zip64 end, zip64 locator]           only when a number outgrows its field
//! [end]
//! ```

mod record;

use super::name::Names;
use super::{Item, ItemKind, NameFault, Outcome};
use flate2::{Compress, Compression, FlushCompress, Status};
use record::{Central, Method, Sizes};

/// A zip archive being written.
pub struct Zip {
    names: Names,
    limits: Limits,
    /// Bytes written so far, content included.
    written: u64,
    items: u64,
    /// The central headers, ready to be written at the end.
    central: Vec<u8>,
    current: Option<Current>,
    /// One for all files: it is a quarter of a MiB.
    compress: Compress,
}

struct Current {
    header: Central,
    checksum: crc32fast::Hasher,
    /// Content that may still be taken.
    room: u64,
    cut: u64,
    /// Whether a descriptor follows; else all was known ahead.
    is_streamed: bool,
}

/// From where on a number needs its 64-bit form. Lower in tests.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// A file announced as this large or larger has 64-bit sizes.
    pub(super) size_announced: u64,
    /// Content taken of a file that was announced smaller: more is cut off.
    pub(super) size_taken: u64,
    /// The first value that a 32-bit field cannot say: all ones means "look elsewhere".
    pub(super) field_32: u64,
    /// The same for 16 bits: the count of items.
    pub(super) field_16: u64,
}

/// The width of sizes is fixed in front of the content. So between the first number and the second a file may grow, and from
/// there to 2^32 deflate may add its block headers (5 bytes in 16 KiB at worst), without the compressed size outgrowing its field.
const LIMITS: Limits =
    Limits { size_announced: 0xF000_0000, size_taken: 0xF800_0000, field_32: 0xFFFF_FFFF, field_16: 0xFFFF };

/// Somebody waits at the other end of the line: quick matters more than the last percent.
const LEVEL: u32 = 4;

/// Longest stored block of deflate (RFC 1951 §3.2.4).
const STORED_BLOCK_BYTES_MAX: usize = 0xFFFF;

/// Least room offered to the compressor at once.
const COMPRESSED_BYTES_STEP: usize = 32 * 1024;

impl Default for Zip {
    fn default() -> Zip {
        Zip::with_limits(LIMITS)
    }
}

impl Zip {
    /// One without items yet.
    pub fn new() -> Zip {
        Zip::default()
    }

    pub(super) fn with_limits(limits: Limits) -> Zip {
        Zip {
            names: Names::default(),
            limits,
            written: 0,
            items: 0,
            central: Vec::new(),
            current: None,
            compress: Compress::new(Compression::new(LEVEL), false),
        }
    }

    /// Starts an item; see [`Archive::begin`](super::Archive::begin).
    pub fn begin(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<(), NameFault> {
        debug_assert!(self.current.is_none(), "the item before has not ended");
        // APPNOTE §4.4.17: all slashes are forward slashes. On Windows a backslash would separate segments that we did not check.
        let Some(mut name) = self.names.take(item, &item.name.replace('\\', "_"))? else {
            return Ok(());
        };
        if item.kind == ItemKind::Directory {
            name.push('/');
        }
        let is_streamed = item.kind == ItemKind::File;
        let is_wide = is_streamed && item.size >= self.limits.size_announced;
        let header = Central {
            name,
            is_directory: item.kind == ItemKind::Directory,
            is_executable: item.is_executable,
            modified: item.modified.seconds(),
            method: match (is_streamed, item.is_compressible) {
                (false, _) => Method::None,
                (true, false) => Method::StoredBlocks,
                (true, true) => Method::Deflate,
            },
            sizes: Sizes { compressed: 0, content: 0, checksum: 0 },
            is_wide,
            offset: self.written,
        };
        self.write(out, |out| header.write_local(out));
        let room = if is_wide { u64::MAX } else { self.limits.size_taken };
        self.current = Some(Current { header, checksum: crc32fast::Hasher::new(), room, cut: 0, is_streamed });
        Ok(())
    }

    /// Takes the next bytes of the file that was begun.
    pub fn data(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(current) = self.current.as_mut().filter(|current| current.is_streamed) else {
            debug_assert!(bytes.is_empty(), "content, but no file has begun");
            return;
        };
        let taken = bytes.len().min(usize::try_from(current.room).unwrap_or(usize::MAX));
        current.cut += (bytes.len() - taken) as u64;
        current.room -= taken as u64;
        let bytes = &bytes[..taken];
        current.checksum.update(bytes);
        current.header.sizes.content += taken as u64;
        let before = out.len();
        match current.header.method {
            Method::Deflate => deflate(&mut self.compress, bytes, FlushCompress::None, out),
            Method::StoredBlocks => bytes.chunks(STORED_BLOCK_BYTES_MAX).for_each(|piece| store(piece, false, out)),
            Method::None => {}
        }
        let compressed = (out.len() - before) as u64;
        current.header.sizes.compressed += compressed;
        self.written += compressed;
    }

    /// Ends the item; see [`Archive::end_item`](super::Archive::end_item). Zip promises no size, so only a file that outgrows
    /// the width of its numbers is cut.
    pub fn end_item(&mut self, out: &mut Vec<u8>) -> Outcome {
        let Some(Current { mut header, checksum, cut, is_streamed, .. }) = self.current.take() else {
            // A folder that stands already was not begun again.
            return Outcome::Whole;
        };
        if is_streamed {
            let before = out.len();
            match header.method {
                Method::Deflate => {
                    deflate(&mut self.compress, &[], FlushCompress::Finish, out);
                    self.compress.reset();
                }
                Method::StoredBlocks => store(&[], true, out),
                Method::None => {}
            }
            header.sizes.compressed += (out.len() - before) as u64;
            header.sizes.checksum = checksum.finalize();
            header.write_descriptor(out);
            self.written += (out.len() - before) as u64;
        }
        header.write(self.limits.field_32, &mut self.central);
        self.items += 1;
        if cut == 0 { Outcome::Whole } else { Outcome::Cut(cut) }
    }

    /// Ends the archive: the central directory, which is what most readers read first.
    pub fn finish(self, out: &mut Vec<u8>) {
        debug_assert!(self.current.is_none(), "the last item has not ended");
        out.extend_from_slice(&self.central);
        record::End { items: self.items, central_bytes: self.central.len() as u64, central_offset: self.written }
            .write(self.limits, out);
    }

    fn write(&mut self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let before = out.len();
        write(out);
        self.written += (out.len() - before) as u64;
    }
}

fn deflate(compress: &mut Compress, mut bytes: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
    loop {
        out.reserve(COMPRESSED_BYTES_STEP);
        let before = (compress.total_in(), out.len());
        // Raw deflate errs only on misuse; ending the item then makes its check sum fail to match, which readers report.
        let Ok(status) = compress.compress_vec(bytes, out, flush) else { return };
        let taken = (compress.total_in() - before.0) as usize;
        bytes = &bytes[taken..];
        let is_done = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            _ => bytes.is_empty(),
        };
        if is_done || (taken == 0 && out.len() == before.1) {
            return;
        }
    }
}

/// A stored block of deflate (RFC 1951 §3.2.4): `last │ LEN │ not LEN │ bytes`.
fn store(bytes: &[u8], is_last: bool, out: &mut Vec<u8>) {
    // `data` cuts the content into pieces that fit.
    let length = bytes.len() as u16;
    out.push(u8::from(is_last));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(bytes);
}
