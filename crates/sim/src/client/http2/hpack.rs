//! HPACK as the client has it (RFC 7541): a table that both directions have one of, a decoder that lets nothing pass, and an
//! encoder that says the same in all ways there are.

use super::huffman;
use crate::chance::Chance;
use std::collections::VecDeque;

/// A field line.
pub(crate) type Line = (String, String);

/// RFC 7541 Appendix A.
#[rustfmt::skip]
const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// Lines that were said before, the newest first.
#[derive(Debug)]
struct Table {
    lines: VecDeque<Line>,
    bytes: usize,
    bytes_max: usize,
}

impl Table {
    fn new() -> Table {
        Table { lines: VecDeque::new(), bytes: 0, bytes_max: SIZE_DEFAULT }
    }

    fn get(&self, index: usize) -> Result<Line, String> {
        let of_static = index.checked_sub(1).and_then(|at| STATIC.get(at));
        let found = of_static.map(|&(name, value)| (name.to_owned(), value.to_owned()));
        let of_dynamic = || self.lines.get(index.checked_sub(STATIC.len() + 1)?).cloned();
        found.or_else(of_dynamic).ok_or_else(|| format!("index {index} of a table of {}", self.lines.len()))
    }

    fn insert(&mut self, line: Line) {
        self.bytes += measure(&line);
        self.lines.push_front(line);
        self.shrink();
    }

    fn resize(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max;
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.bytes > self.bytes_max {
            let Some(line) = self.lines.pop_back() else { return };
            self.bytes -= measure(&line);
        }
    }
}

/// RFC 7541 §4.1
fn measure((name, value): &Line) -> usize {
    name.len() + value.len() + 32
}

/// RFC 9113 §6.5.2
pub(crate) const SIZE_DEFAULT: usize = 4096;

/// Reads what the server says.
#[derive(Debug)]
pub(crate) struct Decoder {
    table: Table,
    /// What we let the server have, and the least since its last block: both must be obeyed at the start of the next.
    bytes_max: usize,
    least: usize,
}

impl Decoder {
    pub(crate) fn new() -> Decoder {
        Decoder { table: Table::new(), bytes_max: SIZE_DEFAULT, least: SIZE_DEFAULT }
    }

    /// The server knows of this size now.
    pub(crate) fn set_max(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max;
        self.least = self.least.min(bytes_max);
    }

    /// The lines of a block. Errs with what breaks a rule.
    pub(crate) fn decode(&mut self, block: &[u8]) -> Result<Vec<Line>, String> {
        let (mut rest, mut lines) = (block, Vec::new());
        let mut smallest = self.table.bytes_max;
        while let Some(&first) = rest.first() {
            let line = match first {
                0x80.. => self.table.get(integer(&mut rest, 7)?)?,
                0x40.. => {
                    let line = self.literal(&mut rest, 6)?;
                    self.table.insert(line.clone());
                    line
                }
                0x20.. => {
                    let size = integer(&mut rest, 5)?;
                    if !lines.is_empty() || size > self.bytes_max {
                        return Err(format!(
                            "a table of {size} behind {} lines; {} are let",
                            lines.len(),
                            self.bytes_max
                        ));
                    }
                    self.table.resize(size);
                    smallest = smallest.min(size);
                    continue;
                }
                _ => self.literal(&mut rest, 4)?,
            };
            // RFC 7541 §4.2: a size that was made smaller is to be obeyed at the start of the next block.
            if lines.is_empty() && smallest > self.least {
                return Err(format!("a table of {smallest}, though no more than {} was let", self.least));
            }
            lines.push(line);
        }
        self.least = self.bytes_max;
        Ok(lines)
    }

    fn literal(&self, rest: &mut &[u8], bits: u32) -> Result<Line, String> {
        let name = match integer(rest, bits)? {
            0 => string(rest)?,
            index => self.table.get(index)?.0,
        };
        Ok((name, string(rest)?))
    }
}

/// RFC 7541 §5.1: a number in the last bits of a byte, and as many bytes more as it takes.
fn integer(rest: &mut &[u8], bits: u32) -> Result<usize, String> {
    let mut next = || {
        let (&first, behind) = rest.split_first().ok_or("a block that ends within a number")?;
        *rest = behind;
        Ok::<u8, String>(first)
    };
    let mask = (1_usize << bits) - 1;
    let mut number = usize::from(next()?) & mask;
    if number < mask {
        return Ok(number);
    }
    for shift in (0..28).step_by(7) {
        let byte = next()?;
        number += usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err("a number that nothing can be so long as".to_owned())
}

fn string(rest: &mut &[u8]) -> Result<String, String> {
    let is_coded = rest.first().is_some_and(|first| first & 0x80 != 0);
    let length = integer(rest, 7)?;
    let (bytes, behind) = rest.split_at_checked(length).ok_or("a block that ends within a string")?;
    *rest = behind;
    let plain = if is_coded { huffman::decode(bytes)? } else { bytes.to_vec() };
    String::from_utf8(plain).map_err(|_| "a string that is no UTF-8".to_owned())
}

/// Writes what the client says: the same line now in this form, now in that.
#[derive(Debug)]
pub(crate) struct Encoder {
    table: Table,
    /// The server was not told of this size yet.
    due: Option<usize>,
}

impl Encoder {
    pub(crate) fn new() -> Encoder {
        Encoder { table: Table::new(), due: None }
    }

    pub(crate) fn encode(&mut self, lines: &[(&str, &str)], chance: &mut Chance) -> Vec<u8> {
        let mut block = Vec::new();
        if chance.one_in(12) {
            self.due = Some(chance.below(SIZE_DEFAULT + 1));
        }
        if let Some(size) = self.due.take() {
            if chance.one_in(3) {
                self.table.resize(0);
                write_integer(&mut block, 0x20, 5, 0);
            }
            self.table.resize(size);
            write_integer(&mut block, 0x20, 5, size);
        }
        for &(name, value) in lines {
            self.line(name, value, chance, &mut block);
        }
        block
    }

    fn line(&mut self, name: &str, value: &str, chance: &mut Chance, block: &mut Vec<u8>) {
        let of_static = STATIC.iter().map(|&(name, value)| (name, value));
        let of_dynamic = self.table.lines.iter().map(|(name, value)| (&name[..], &value[..]));
        let all: Vec<(&str, &str)> = of_static.chain(of_dynamic).collect();
        let whole = all.iter().position(|&line| line == (name, value));
        let named = all.iter().position(|&(known, _)| known == name);
        if let Some(at) = whole.filter(|_| !chance.one_in(8)) {
            return write_integer(block, 0x80, 7, at + 1);
        }
        let (first, bits) = match chance.below(4) {
            0 => (0x00, 4),
            1 => (0x10, 4),
            _ => (0x40, 6),
        };
        match named.filter(|_| !chance.one_in(8)) {
            Some(at) => write_integer(block, first, bits, at + 1),
            None => {
                block.push(first);
                write_string(block, name, chance);
            }
        }
        write_string(block, value, chance);
        if first == 0x40 {
            self.table.insert((name.to_owned(), value.to_owned()));
        }
    }
}

fn write_integer(block: &mut Vec<u8>, first: u8, bits: u32, number: usize) {
    let mask = (1_usize << bits) - 1;
    if number < mask {
        return block.push(first | number as u8);
    }
    block.push(first | mask as u8);
    let mut rest = number - mask;
    while rest > 0x7F {
        block.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    block.push(rest as u8);
}

fn write_string(block: &mut Vec<u8>, text: &str, chance: &mut Chance) {
    let (first, bytes) = match chance.one_in(2) {
        true => (0x80, huffman::encode(text.as_bytes())),
        false => (0, text.as_bytes().to_vec()),
    };
    write_integer(block, first, 7, bytes.len());
    block.extend_from_slice(&bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_the_rfc_are_read() {
        // RFC 7541 §C.6, where the table has 256 bytes.
        let mut decoder = Decoder::new();
        decoder.set_max(256);
        let size = [0x3F, 0xE1, 0x01];
        let first = b"\x48\x82\x64\x02\x58\x85\xae\xc3\x77\x1a\x4b\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff\x6e\x91\x9d\x29\xad\x17\x18\x63\xc7\x8f\x0b\x97\xc8\xe9\xae\x82\xae\x43\xd3";
        let lines = decoder.decode(&[&size[..], first].concat()).expect("as the RFC has it");
        assert_eq!(lines[0], (":status".to_owned(), "302".to_owned()));
        assert_eq!(lines[3], ("location".to_owned(), "https://www.example.com".to_owned()));
        let lines = decoder.decode(b"\x48\x83\x64\x0e\xff\xc1\xc0\xbf").expect("as the RFC has it");
        assert_eq!(lines[0].1, "307");
        assert_eq!((lines.len(), decoder.table.bytes), (4, 222));
    }

    #[test]
    fn a_size_that_is_not_obeyed_is_noticed() {
        let mut decoder = Decoder::new();
        decoder.set_max(100);
        assert!(decoder.decode(&[0x88]).is_err());
        let mut decoder = Decoder::new();
        decoder.set_max(0);
        decoder.set_max(4096);
        assert!(decoder.decode(&[0x88]).is_err());
        assert!(decoder.decode(&[0x20, 0x3F, 0xE1, 0x1F, 0x88]).is_ok());
        assert!(decoder.decode(&[0x88, 0x20]).is_err());
        assert!(decoder.decode(&[0x3F, 0xE2, 0x1F, 0x88]).is_err());
    }

    #[test]
    fn whatever_the_encoder_says_is_understood() {
        let (mut encoder, mut decoder, mut chance) = (Encoder::new(), Decoder::new(), Chance::new(7));
        for round in 0..200 {
            let number = (round % 17).to_string();
            let lines = [(":method", "GET"), ("range", "bytes=0-1"), ("x-number", &number), ("etag", "\"b\"")];
            let block = encoder.encode(&lines, &mut chance);
            let read = decoder.decode(&block).expect("sound");
            assert!(read.iter().map(|(name, value)| (&name[..], &value[..])).eq(lines), "{round}");
        }
    }
}
