//! The central directory of a zip (APPNOTE §4.3.12), which stands at the end and is all that is read of it.
//!
//! ```text
//! … │ central directory │ [zip64 end 56 │ zip64 locator 20] │ end 22 + comment
//! ```

use crate::limit;
use std::io::{Read, Seek, SeekFrom};

use super::Contents;

/// The record at the end, with the longest comment, and what zip64 puts before it.
const TAIL_BYTES_MAX: u64 = 20 + END_BYTES as u64 + 0xffff;

const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const ENTRY_BYTES: usize = 46;
const ZIP64_EXTRA: u16 = 1;

/// `None`: no record of a zip stands at the end.
pub(super) fn read(reader: &mut (impl Read + Seek)) -> Option<Contents> {
    let length = reader.seek(SeekFrom::End(0)).ok()?;
    let tail_start = length.saturating_sub(TAIL_BYTES_MAX);
    let tail = read_at(reader, tail_start, length - tail_start)?;
    let end = end_of_directory(&tail)?;
    let Some(span) = Span::of(reader, &tail, end, tail_start + end as u64) else {
        return Some(Contents { is_cut: true, ..Contents::default() });
    };
    let mut contents = Contents::default();
    match read_at(reader, span.offset, span.bytes.min(limit::ZIP_DIRECTORY_BYTES_MAX)) {
        Some(directory) => push_entries(&directory, &mut contents),
        None => contents.is_cut = true,
    }
    contents.is_cut |= (contents.entries.len() as u64) < span.entries;
    Some(contents)
}

/// Where the record at the end begins: the last place that looks like one and whose comment fits behind it.
fn end_of_directory(tail: &[u8]) -> Option<usize> {
    (0..=tail.len().checked_sub(END_BYTES)?).rev().find(|&at| {
        tail[at..].starts_with(b"PK\x05\x06") && at + END_BYTES + usize::from(u16_at(tail, at + 20)) <= tail.len()
    })
}

/// Where the central directory stands.
struct Span {
    offset: u64,
    bytes: u64,
    entries: u64,
}

impl Span {
    /// `end`: where the last record begins in the tail; `position`: and in the file.
    fn of(reader: &mut (impl Read + Seek), tail: &[u8], end: usize, position: u64) -> Option<Span> {
        let locator = end.checked_sub(LOCATOR_BYTES).filter(|&at| tail[at..].starts_with(b"PK\x06\x07"));
        let (bytes, entries, directory_end) = match locator {
            Some(at) => {
                let offset = u64_at(tail, at + 8);
                let record = read_at(reader, offset, 56).filter(|record| record.starts_with(b"PK\x06\x06"))?;
                (u64_at(&record, 40), u64_at(&record, 32), offset)
            }
            None => (u32_at(tail, end + 12).into(), u16_at(tail, end + 10).into(), position),
        };
        // Counted from its end, so that a zip behind a program (which unpacks it) is found as well.
        Some(Span { offset: directory_end.checked_sub(bytes)?, bytes, entries })
    }
}

/// ```text
/// "PK\1\2" │ … │ 24 size 4 │ 28 name 2 │ extra 2 │ comment 2 │ … │ 46 name, extra, comment
/// ```
fn push_entries(directory: &[u8], contents: &mut Contents) {
    let mut rest = directory;
    while rest.len() >= ENTRY_BYTES && rest.starts_with(b"PK\x01\x02") {
        let (name, extra) = (usize::from(u16_at(rest, 28)), usize::from(u16_at(rest, 30)));
        let comment = usize::from(u16_at(rest, 32));
        let variable = &rest[ENTRY_BYTES..];
        let (Some(name), Some(fields)) = (variable.get(..name), variable.get(name..name + extra)) else { return };
        let size = match u32_at(rest, 24) {
            u32::MAX => wide_size(fields),
            size => Some(size.into()),
        };
        if !contents.push(name.to_vec(), size.filter(|_| !name.ends_with(b"/"))) {
            return;
        }
        rest = variable.get(name.len() + extra + comment..).unwrap_or_default();
    }
}

/// The size in the extra field of zip64 (§4.5.3), where it comes first.
fn wide_size(mut fields: &[u8]) -> Option<u64> {
    while fields.len() >= 4 {
        let (id, bytes) = (u16_at(fields, 0), usize::from(u16_at(fields, 2)));
        let data = fields.get(4..4 + bytes)?;
        if id == ZIP64_EXTRA {
            return (bytes >= 8).then(|| u64_at(data, 0));
        }
        fields = &fields[4 + bytes..];
    }
    None
}

/// Exactly so many bytes; none when they are not there, or are more than may be read.
fn read_at(reader: &mut (impl Read + Seek), offset: u64, bytes: u64) -> Option<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset)).ok()?;
    let mut read = Vec::new();
    reader.by_ref().take(bytes).read_to_end(&mut read).ok()?;
    (read.len() as u64 == bytes).then_some(read)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u64::from_le_bytes(*chunk))
}
