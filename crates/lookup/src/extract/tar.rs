//! Tar, also inside gzip: the names in it are words.
//!
//! ```text
//! name 100 │ … │ size 12 octal, at 124 │ … │ kind 1, at 156 │ … │ "ustar", at 257 │ … │ prefix 155, at 345 │ to 512
//! content, padded to 512
//! ```

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::input::{Input, Positioned};
use super::words::Draft;
use super::{Extract, limit};

/// The names of all members, one a line.
pub(crate) fn read(input: &Input<'_>) -> Extract {
    let head = input.head(2).unwrap_or_default();
    let mut names = Names { draft: Draft::new(), raw: Vec::new(), count: 0 };
    let outcome = match head == b"\x1f\x8b" {
        true => walk(
            &mut MultiGzDecoder::new(BufReader::new(Positioned::new(input))).take(limit::ARCHIVE_UNPACKED_BYTES_MAX),
            &mut names,
        ),
        false => walk(&mut Seeking { input, at: 0 }, &mut names),
    };
    let mut draft = names.finish();
    if let Err(error) = outcome {
        draft.add_fault(match error.kind() {
            io::ErrorKind::UnexpectedEof => "ends in the middle, or is longer than is read of an archive".to_owned(),
            _ => format!("is damaged: {error}"),
        });
    }
    draft.finish()
}

struct Names {
    draft: Draft,
    raw: Vec<Vec<u8>>,
    count: usize,
}

impl Names {
    /// Whether there is room for more.
    fn push(&mut self, name: Vec<u8>) -> bool {
        self.count += 1;
        if self.count > limit::ARCHIVE_NAMES_MAX {
            self.draft.add_fault(format!("the first {} names were read", limit::ARCHIVE_NAMES_MAX));
            return false;
        }
        self.raw.push(name);
        true
    }

    fn finish(mut self) -> Draft {
        let siblings: Vec<&[u8]> = self.raw.iter().take(64).map(Vec::as_slice).collect();
        for name in &self.raw {
            self.draft.body.push(&charset::name(name, &siblings).0);
            self.draft.body.line();
        }
        self.draft
    }
}

fn walk(reader: &mut impl Source, names: &mut Names) -> io::Result<()> {
    let mut long: Option<Vec<u8>> = None;
    let mut block = [0; BLOCK_BYTES];
    loop {
        if !fill(reader, &mut block)? || block.iter().all(|&byte| byte == 0) {
            return Ok(());
        }
        let size = number(&block[124..136]).ok_or_else(|| io::Error::other("a size that is no number"))?;
        let padded = size.div_ceil(BLOCK_BYTES as u64).saturating_mul(BLOCK_BYTES as u64);
        match block[156] {
            // GNU: the name of the next member, as its content.
            b'L' if size <= LONG_NAME_BYTES_MAX => long = Some(until_zero(&content(reader, padded)?).to_vec()),
            // POSIX: fields of the next member, as lines.
            b'x' if size <= LONG_NAME_BYTES_MAX => long = path_of(&content(reader, padded)?).or(long),
            b'g' | b'L' | b'x' | b'K' => reader.pass(padded)?,
            kind => {
                let name = long.take().unwrap_or_else(|| short_name(&block));
                if !name.is_empty() && !names.push(name) {
                    return Ok(());
                }
                // Links and devices have a size, and no content.
                if !matches!(kind, b'1'..=b'6') {
                    reader.pass(padded)?;
                }
            }
        }
    }
}

const BLOCK_BYTES: usize = 512;

/// A path on any system is shorter.
const LONG_NAME_BYTES_MAX: u64 = 64 << 10;

/// False at the end.
fn fill(reader: &mut impl Read, block: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < block.len() {
        match reader.read(&mut block[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(true)
}

fn content(reader: &mut impl Read, padded: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; padded as usize];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn short_name(block: &[u8; BLOCK_BYTES]) -> Vec<u8> {
    let name = until_zero(&block[..100]);
    let prefix = if &block[257..263] == b"ustar\0" { until_zero(&block[345..500]) } else { b"" };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// `30 path=name\n` among lines of that form (POSIX pax).
fn path_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(bytes, b" path=")?;
    let path = &bytes[at + 6..];
    Some(path.split(|&byte| byte == b'\n').next()?.to_vec())
}

/// Octal digits, or, where the first bit is set, binary.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        let is_small = high[1..].iter().all(|&byte| byte == 0) && low[0] & 0x80 == 0;
        return low.first_chunk().map(|low| u64::from_be_bytes(*low)).filter(|_| is_small);
    }
    let digits = field.split(|&byte| byte == 0 || byte == b' ').find(|digits| !digits.is_empty());
    let Some(digits) = digits else { return Some(0) };
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

/// Bytes in order, of which some are passed over.
trait Source: Read {
    fn pass(&mut self, bytes: u64) -> io::Result<()>;
}

struct Seeking<'a> {
    input: &'a Input<'a>,
    at: u64,
}

impl Read for Seeking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::unix::fs::FileExt::read_at(self.input.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Source for Seeking<'_> {
    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        self.at = self.at.saturating_add(bytes);
        // What lies behind the end is not there.
        if self.at > self.input.size { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

impl<R: Read> Source for io::Take<R> {
    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.by_ref().take(bytes), &mut io::sink())?;
        if passed == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_octal_or_binary() {
        assert_eq!(number(b"00000000012\0"), Some(10));
        assert_eq!(number(b"       12 \0\0"), Some(10));
        assert_eq!(number(b"\0\0\0\0\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(b"\x80\0\0\0\xff\0\0\0\0\0\x01\0"), None);
        assert_eq!(number(b"9999999999\0\0"), None);
        assert_eq!(number(b"+0000000012\0"), Some(10), "read as a number is");
    }

    #[test]
    fn a_path_among_other_fields_is_found() {
        assert_eq!(path_of("20 mtime=1\n18 path=资料\n".as_bytes()), Some("资料".as_bytes().to_vec()));
        assert_eq!(path_of(b"20 mtime=1\n"), None);
    }
}
