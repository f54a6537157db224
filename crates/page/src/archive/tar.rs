//! Tar: POSIX.1-1988 `ustar` headers, and POSIX.1-2001 `pax` records before them for what those cannot say.
//!
//! ```text
//! [pax header 512][records, padded to 512]  only when the ustar header has no room for name, size or time
//! [header 512][content, padded to 512]
//! …
//! [zeros 1024]
//! ```

use super::name::Names;
use super::{Item, ItemKind, NameFault, Outcome};
use crate::limit;

/// A tar archive being written.
#[derive(Default)]
pub struct Tar {
    names: Names,
    current: Option<Current>,
}

/// The item under way.
///
/// Invariant: after `end_item`, exactly the promised bytes have been written, and the output is a multiple of [`BLOCK_BYTES`].
struct Current {
    promised: u64,
    /// Still to be written to keep the promise.
    owed: u64,
    /// Came beyond the promise.
    cut: u64,
    /// Zeros written in place of content that did not come.
    padded: u64,
}

impl Tar {
    /// One without items yet.
    pub fn new() -> Tar {
        Tar::default()
    }

    /// Starts an item; see [`Archive::begin`](super::Archive::begin).
    pub fn begin(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<(), NameFault> {
        debug_assert!(self.current.is_none(), "the item before has not ended");
        let promised = match item.kind {
            ItemKind::File => item.size,
            ItemKind::Directory => 0,
        };
        let Some(mut name) = self.names.take(item, &item.name)? else {
            return Ok(());
        };
        if item.kind == ItemKind::Directory {
            name.push('/');
        }
        write_headers(item, &name, promised, out);
        self.current = Some(Current { promised, owed: promised, cut: 0, padded: 0 });
        Ok(())
    }

    /// Takes the next bytes of the file that was begun; those beyond its promised size are left out.
    pub fn data(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(current) = &mut self.current else {
            debug_assert!(bytes.is_empty(), "content, but no file has begun");
            return;
        };
        let taken = bytes.len().min(usize::try_from(current.owed).unwrap_or(usize::MAX));
        out.extend_from_slice(&bytes[..taken]);
        current.owed -= taken as u64;
        current.cut += (bytes.len() - taken) as u64;
    }

    /// Ends the item; see [`Archive::end_item`](super::Archive::end_item). Zeros stand for what did not come, since the size was
    /// promised ahead, and readers could not find the next item otherwise.
    pub fn end_item(&mut self, out: &mut Vec<u8>) -> Option<Outcome> {
        let Some(current) = &mut self.current else {
            // A folder that stands already was not begun again.
            return Some(Outcome::Whole);
        };
        let zeros = current.owed.min(limit::PADDING_BYTES_MAX);
        pad(out, zeros);
        current.owed -= zeros;
        current.padded += zeros;
        if current.owed > 0 {
            return None;
        }
        pad(out, current.promised.next_multiple_of(BLOCK_BYTES) - current.promised);
        let outcome = match (current.padded, current.cut) {
            (0, 0) => Outcome::Whole,
            (0, cut) => Outcome::Cut(cut),
            (padded, _) => Outcome::Padded(padded),
        };
        self.current = None;
        Some(outcome)
    }

    /// Ends the archive: two blocks of zeros.
    pub fn finish(self, out: &mut Vec<u8>) {
        debug_assert!(self.current.is_none(), "the last item has not ended");
        pad(out, 2 * BLOCK_BYTES);
    }
}

fn write_headers(item: &Item, name: &str, size: u64, out: &mut Vec<u8>) {
    let seconds = item.modified.seconds();
    let mut records = Vec::new();
    if name.len() > NAME_FIELD_BYTES || !name.is_ascii() {
        add_record(&mut records, "path", name);
    }
    if size > OCTAL_11_MAX {
        add_record(&mut records, "size", &size.to_string());
    }
    let octal_seconds = u64::try_from(seconds).ok().filter(|&seconds| seconds <= OCTAL_11_MAX);
    if octal_seconds.is_none() {
        add_record(&mut records, "mtime", &seconds.to_string());
    }
    let seconds = octal_seconds.unwrap_or(0);
    // Readers that know no pax still get a name that can be told from others.
    let short = ascii_tail(name);
    if !records.is_empty() {
        let length = records.len() as u64;
        write_header("PaxHeaders/attributes", 0o644, length, seconds, b'x', out);
        out.extend_from_slice(&records);
        pad(out, length.next_multiple_of(BLOCK_BYTES) - length);
    }
    let (mode, kind) = match item.kind {
        ItemKind::Directory => (0o755, b'5'),
        ItemKind::File if item.is_executable => (0o755, b'0'),
        ItemKind::File => (0o644, b'0'),
    };
    write_header(&short, mode, if size > OCTAL_11_MAX { 0 } else { size }, seconds, kind, out);
}

/// A pax record: `LENGTH KEY=VALUE\n`, where the length counts its own digits too.
fn add_record(records: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
}

/// The end of the name, as much as fits, with `_` for what is not ASCII.
fn ascii_tail(name: &str) -> String {
    let plain: String = name.chars().map(|char| if char.is_ascii() { char } else { '_' }).collect();
    let start = plain.len().saturating_sub(NAME_FIELD_BYTES);
    // Cut at a segment where one starts in the part that is kept, and never leave a slash at the front.
    let kept = &plain[start..];
    let kept = if start == 0 { kept } else { kept.find('/').map_or(kept, |slash| &kept[slash + 1..]) };
    if kept.is_empty() { plain[start..].trim_start_matches('/').to_owned() } else { kept.to_owned() }
}

/// ```text
/// 0 name 100 │ mode 8 │ uid 8 │ gid 8 │ size 12 │ mtime 12 │ sum 8 │ type 1 │ link 100 │ magic 6 │ version 2 │ owner 32 │ …  512
/// ```
fn write_header(name: &str, mode: u32, size: u64, seconds: u64, kind: u8, out: &mut Vec<u8>) {
    let mut block = [0u8; BLOCK_BYTES as usize];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, &format!("{mode:07o}"));
    // Owners are nobody's business.
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    put(136, &format!("{seconds:011o}"));
    // The sum is taken with spaces in its own place.
    put(148, "        ");
    put(257, "ustar\x0000");
    block[156] = kind;
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.extend_from_slice(&block);
}

fn pad(out: &mut Vec<u8>, zeros: u64) {
    // At most a padding piece, which fits memory.
    out.resize(out.len() + zeros as usize, 0);
}

/// All of tar comes in blocks of this size.
const BLOCK_BYTES: u64 = 512;
/// What the name field of `ustar` holds.
const NAME_FIELD_BYTES: usize = 100;
/// What eleven octal digits hold: 8 GiB less one.
const OCTAL_11_MAX: u64 = 0o77_777_777_777;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_record(value_bytes: usize, expected_length: usize) {
        let mut records = Vec::new();
        add_record(&mut records, "path", &"x".repeat(value_bytes));
        assert_eq!(records.len(), expected_length);
        let text = String::from_utf8(records).expect("made from text");
        let (length, _) = text.split_once(' ').expect("a record has a space");
        assert_eq!(length, expected_length.to_string());
    }

    #[test]
    fn the_length_of_a_record_counts_its_own_digits() {
        check_record(0, 8);
        check_record(1, 9);
        // One more byte needs one more digit, which is one more byte.
        check_record(2, 11);
        check_record(89, 98);
        check_record(90, 99);
        check_record(91, 101);
        check_record(989, 999);
        check_record(990, 1001);
    }

    #[track_caller]
    fn check_tail(name: &str, expected: &str) {
        assert_eq!(ascii_tail(name), expected);
    }

    #[test]
    fn readers_without_pax_get_a_relative_ascii_name() {
        check_tail("a/资料.txt", "a/__.txt");
        check_tail(&format!("{}/b.txt", "a".repeat(120)), "b.txt");
        check_tail(&"a".repeat(120), &"a".repeat(100));
        check_tail(&format!("{}/", "a".repeat(120)), &format!("{}/", "a".repeat(99)));
    }
}
