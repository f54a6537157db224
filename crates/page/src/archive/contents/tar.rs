//! The headers of a tar, one after the other: old, POSIX (`ustar`, `pax`) and GNU.

use crate::limit;
use std::io::{self, Read};

use super::{Contents, Skip};

/// All of tar comes in blocks of this size.
const BLOCK_BYTES: usize = 512;

/// `None`: the first block is no header.
pub(super) fn read(reader: &mut impl Skip) -> Option<Contents> {
    let mut contents = Contents::default();
    let mut said = Said::default();
    for number in 0..limit::TAR_HEADERS_MAX {
        let header = match next_header(reader) {
            Ok(Next::Header(header)) => header,
            Ok(Next::End) if number > 0 => return Some(contents),
            _ if number == 0 => return None,
            _ => break,
        };
        let size = said.size.take().unwrap_or(header.size);
        // Links and devices have no content, whatever their size says.
        let content = if header.has_content() { size } else { 0 };
        let Some(span) = content.checked_next_multiple_of(BLOCK_BYTES as u64) else { break };
        let done = match header.kind {
            b'x' | b'L' if content <= limit::TAR_EXTENSION_BYTES_MAX => {
                said.read(reader, header.kind, content as usize, span)
            }
            b'x' | b'L' | b'K' | b'g' => reader.skip(span),
            _ => {
                let name = said.name.take().unwrap_or(header.name);
                let is_file = matches!(header.kind, b'0' | b'7' | 0) && !name.ends_with(b"/");
                if !contents.push(name, is_file.then_some(size)) {
                    return Some(contents);
                }
                reader.skip(span)
            }
        };
        if done.is_err() {
            break;
        }
    }
    contents.is_cut = true;
    Some(contents)
}

/// What was said about the entry to come.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Said {
    fn read(&mut self, reader: &mut impl Skip, kind: u8, bytes: usize, span: u64) -> io::Result<()> {
        let mut text = vec![0; bytes];
        reader.read_exact(&mut text)?;
        if kind == b'L' {
            self.name = Some(until_nul(&text).to_vec());
        } else {
            self.note_records(&text);
        }
        // No more than a block.
        reader.skip(span - bytes as u64)
    }

    /// `LENGTH KEY=VALUE\n`, where the length counts its own digits too.
    fn note_records(&mut self, mut text: &[u8]) {
        while let Some(space) = text.iter().position(|&byte| byte == b' ') {
            let length = str::from_utf8(&text[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| text.get(space + 1..length)) else { return };
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(path.to_vec());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = str::from_utf8(size).ok().and_then(|digits| digits.parse().ok());
            }
            text = &text[length.unwrap_or(text.len())..];
        }
    }
}

struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    fn has_content(&self) -> bool {
        !matches!(self.kind, b'1'..=b'6')
    }
}

enum Next {
    Header(Header),
    End,
}

/// ```text
/// 0 name 100 │ mode 8 │ uid 8 │ gid 8 │ size 12 │ mtime 12 │ sum 8 │ type 1 │ link 100 │ magic 6 │ … │ 345 prefix 155 │ 512
/// ```
fn next_header(reader: &mut impl Read) -> io::Result<Next> {
    let mut block = [0; BLOCK_BYTES];
    reader.read_exact(&mut block)?;
    if block.iter().all(|&byte| byte == 0) {
        return Ok(Next::End);
    }
    // The sum is taken with spaces in its own place.
    let sum: u64 =
        block.iter().enumerate().map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { byte.into() }).sum();
    let (Some(stated), Some(size)) = (number(&block[148..156]), number(&block[124..136])) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    if stated != sum {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (name, prefix) = (until_nul(&block[..100]), until_nul(&block[345..500]));
    // GNU keeps times where POSIX has the prefix.
    let has_prefix = &block[257..263] == b"ustar\0" && !prefix.is_empty();
    let name = if has_prefix { [prefix, b"/", name].concat() } else { name.to_vec() };
    Ok(Next::Header(Header { name, size, kind: block[156] }))
}

/// Octal digits between spaces and NULs, or (GNU) a binary number behind a set bit.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((&0x80, rest)) = field.split_first() {
        let (high, low) = rest.split_at(rest.len().saturating_sub(8));
        return high
            .iter()
            .all(|&byte| byte == 0)
            .then(|| low.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)));
    }
    let digits = until_nul(field).trim_ascii();
    digits.iter().try_fold(0_u64, |value, &digit| match digit {
        b'0'..=b'7' => Some(value << 3 | u64::from(digit - b'0')),
        _ => None,
    })
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0\0"), Some(0o644));
        assert_eq!(number(b"        "), Some(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(8 << 30));
        assert_eq!(number(b"0008"), None);
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }

    #[track_caller]
    fn check(records: &str, name: Option<&str>, size: Option<u64>) {
        let mut said = Said::default();
        said.note_records(records.as_bytes());
        assert_eq!((said.name.as_deref(), said.size), (name.map(str::as_bytes), size), "{records}");
    }

    #[test]
    fn pax_records_say_name_and_size() {
        check("11 path=ab\n", Some("ab"), None);
        check("11 path=ab\n10 size=7\n", Some("ab"), Some(7));
        check("11 path=ab\n10 size=x\n", Some("ab"), None);
        check("99 path=ab\n", None, None);
        check("0 path=ab\n", None, None);
        check("2 path=ab\n", None, None);
        check("3 \n11 path=ab\n", Some("ab"), None);
        check("path=ab", None, None);
    }
}
