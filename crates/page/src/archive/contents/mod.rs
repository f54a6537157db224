//! What is in an archive, by its own lists: names and sizes, with nothing unpacked but the headers of a tar.
//!
//! Archives come from anywhere. Each loop takes bytes or ends, and every number from inside is a wish: the reader that is
//! handed in decides how many bytes are read in all.

mod tar;
mod zip;

use crate::limit;
use std::io::{self, BufRead, Read, Seek};

use flate2::bufread::GzDecoder;

/// What an archive holds, as far as was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// In the archive's order.
    pub entries: Vec<Entry>,
    /// Whether there may be more: too many names, too many bytes, or damage.
    pub is_cut: bool,
}

/// A file or folder in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// With the folders it is in, as it stands there: any bytes.
    pub name: Vec<u8>,
    /// Unpacked, in bytes; none for what is no file.
    pub size: Option<u64>,
}

impl Contents {
    /// Reads the list of a zip, a tar, or a tar inside gzip, by what the bytes are and not by the name. `None`: it is none
    /// of these.
    pub fn read(reader: &mut (impl BufRead + Seek)) -> Option<Contents> {
        if reader.fill_buf().ok()?.starts_with(b"\x1f\x8b") {
            return tar::read(&mut Unpacked(GzDecoder::new(reader).take(limit::UNPACKED_BYTES_MAX)));
        }
        // A zip is known by its end, and that of a tar may be a zip: the last file in it.
        tar::read(&mut Seeking(&mut *reader)).or_else(|| zip::read(reader))
    }

    /// Adds an entry; false when there is no room for it.
    fn push(&mut self, name: Vec<u8>, size: Option<u64>) -> bool {
        self.is_cut |= self.entries.len() == limit::ENTRIES_SHOWN_MAX;
        if !self.is_cut {
            self.entries.push(Entry { name, size });
        }
        !self.is_cut
    }
}

/// Bytes in order, some of which nobody wants to see.
trait Skip: Read {
    /// Passes over so many.
    fn skip(&mut self, bytes: u64) -> io::Result<()>;
}

struct Seeking<'a, R>(&'a mut R);

impl<R: Read> Read for Seeking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read + Seek> Skip for Seeking<'_, R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        // Relative, so that what is buffered stays when the next header is in it.
        self.0.seek_relative(i64::try_from(bytes).map_err(io::Error::other)?)
    }
}

struct Unpacked<R>(io::Take<R>);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Skip for Unpacked<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match io::copy(&mut self.0.by_ref().take(bytes), &mut io::sink())? {
            skipped if skipped == bytes => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use semantics::Timestamp;

    use super::*;
    use crate::archive::{Archive, Format, Item, ItemKind};

    fn archive(format: Format, items: &[(&str, Option<&str>)]) -> Vec<u8> {
        let (mut archive, mut out) = (Archive::new(format), Vec::new());
        for (name, content) in items {
            let kind = if content.is_some() { ItemKind::File } else { ItemKind::Directory };
            let content = content.unwrap_or_default().as_bytes();
            let item = Item {
                name: (*name).to_owned(),
                kind,
                size: content.len() as u64,
                modified: Timestamp::default(),
                is_compressible: true,
                is_executable: false,
            };
            archive.begin(&item, &mut out).unwrap();
            archive.data(content, &mut out);
            assert!(archive.end_item(&mut out).is_some());
        }
        archive.finish(&mut out);
        out
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> Option<Contents> {
        Contents::read(&mut Cursor::new(bytes))
    }

    /// The entries as lines, `…` when cut.
    fn told(bytes: &[u8]) -> String {
        let Some(contents) = read(bytes) else { return String::from("none") };
        let mut lines: Vec<String> = contents
            .entries
            .iter()
            .map(|entry| {
                let size = entry.size.map_or(String::from("-"), |size| size.to_string());
                format!("{} {size}", String::from_utf8_lossy(&entry.name))
            })
            .collect();
        lines.extend(contents.is_cut.then(|| String::from("…")));
        lines.join(", ")
    }

    #[test]
    fn our_own_archives_are_read() {
        let long = format!("{}/名字.txt", "d".repeat(150));
        let items =
            [("a", None), ("a/资料.txt", Some("twelve bytes")), ("empty", Some("")), (long.as_str(), Some("x"))];
        let expected = format!("a/ -, a/资料.txt 12, empty 0, {long} 1");
        for format in [Format::Zip, Format::Tar] {
            assert_eq!(told(&archive(format, &items)), expected, "{format:?}");
        }
        assert_eq!(told(&gzip(&archive(Format::Tar, &items))), expected);
        assert_eq!(told(&archive(Format::Zip, &[])), "");
    }

    #[test]
    fn what_is_no_archive_has_no_contents() {
        assert_eq!(told(b""), "none");
        assert_eq!(told(b"Rar!\x1a\x07\x01\x00"), "none");
        assert_eq!(told(&[0; 2048]), "none");
        assert_eq!(told(&gzip(b"only a text")), "none");
        assert_eq!(told(b"\x1f\x8b\x08"), "none");
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (0..limit::ENTRIES_SHOWN_MAX + 5).map(|number| format!("file {number}")).collect();
        let items: Vec<(&str, Option<&str>)> = names.iter().map(|name| (name.as_str(), Some("x"))).collect();
        for format in [Format::Zip, Format::Tar] {
            let contents = read(&archive(format, &items)).unwrap();
            assert_eq!((contents.entries.len(), contents.is_cut), (limit::ENTRIES_SHOWN_MAX, true), "{format:?}");
        }
    }

    #[test]
    fn a_damaged_archive_is_read_as_far_as_it_goes() {
        let items = [("a.txt", Some("some text")), ("b", None), ("b/c.txt", Some("more text"))];
        for format in [Format::Zip, Format::Tar] {
            let whole = archive(format, &items);
            for length in 0..whole.len() {
                let _ = read(&whole[..length]);
                let _ = read(&gzip(&whole[..length]));
            }
            for position in 0..whole.len() {
                for value in [0, 1, 0x7f, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[position] = value;
                    let _ = read(&damaged);
                }
            }
        }
        let tar = archive(Format::Tar, &items);
        assert_eq!(told(&tar[..1000]), "a.txt 9, …", "cut inside the content");
        assert_eq!(told(&tar[..1100]), "a.txt 9, …", "cut inside the second header");
    }
}
