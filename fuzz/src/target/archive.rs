//! Archives, from a list of items: each line a name, `>` and content.

use crate::Target;
use page::archive::{Archive, Format, Item, ItemKind};
use semantics::Timestamp;

/// No name leaves the folder that it is unpacked in, whatever names are given.
pub const TARGET: Target = Target { name: "archive", run };

fn run(bytes: &[u8]) {
    for format in [Format::Zip, Format::Tar] {
        let mut archive = Archive::new(format);
        let mut out = Vec::new();
        let mut tarred = Vec::new();
        for (at, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let mut parts = line.splitn(2, |&byte| byte == b'>');
            let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
            let content = parts.next().unwrap_or_default();
            let (name, kind) = match name.strip_suffix('/') {
                Some(name) => (name.to_owned(), ItemKind::Directory),
                None => (name, ItemKind::File),
            };
            // Sizes that are wrong in both directions, as of files that change.
            let size = (content.len() as u64 + at as u64 % 3).saturating_sub(1);
            let modified = Timestamp::from_seconds(at as i64 * 100_000_000_000 - 1);
            let item = Item { name, kind, size, modified, is_compressible: at % 2 == 0, is_executable: false };
            let before = out.len();
            if archive.begin(&item, &mut out).is_err() {
                assert_eq!(out.len(), before, "a refused item leaves nothing behind");
                continue;
            }
            if out.len() > before {
                tarred.push(out.len() - before);
                if kind == ItemKind::File {
                    content.chunks(7).for_each(|piece| archive.data(piece, &mut out));
                }
            }
            while archive.end_item(&mut out).is_none() {}
            assert!(format == Format::Zip || out.len() % 512 == 0, "tar comes in blocks");
        }
        archive.finish(&mut out);
        if format == Format::Zip {
            let end = out.len() - 22;
            assert_eq!(&out[end..end + 4], b"PK\x05\x06");
            assert_eq!(usize::from(u16::from_le_bytes([out[end + 10], out[end + 11]])), tarred.len());
        }
    }
}
