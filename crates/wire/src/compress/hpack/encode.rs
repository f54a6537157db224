//! From field lines to a field block (RFC 7541 §3, §6).

use super::table::{MAX, Table};
use super::{integer, static_table};
use crate::compress::huffman;
use alloc::vec::Vec;
use semantics::Status;

/// The sending side of a connection.
#[derive(Debug)]
pub struct Encoder {
    table: Table,
    /// Sizes of the table that the peer has not been told: the smallest since the last block, and the one that holds (§4.2).
    due: Option<(usize, usize)>,
}

/// What we use of the peer's table. Those lines of responses that come again fit many times; half of what is usual, for
/// each connection may keep one.
const TABLE_BYTES: usize = 2048;

/// A longer value is not put into the table: it would push out all that comes more often.
const VALUE_BYTES_MAX: usize = 256;

/// What a line does to the tables on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Indexing {
    /// It enters ours and the peer's.
    With,
    /// It enters none here.
    Without,
    /// It enters none, here or further on: a secret in a table could be guessed by the size of what follows (§7.1).
    Never,
}

/// Those that have few values, which come again.
const RECURRING: &[&str] = &[
    "accept-ranges",
    "allow",
    "alt-svc",
    "cache-control",
    "content-encoding",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "retry-after",
    "server",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
];

const SECRET: &[&str] = &[
    "authentication-info",
    "authorization",
    "cookie",
    "proxy-authenticate",
    "proxy-authorization",
    "set-cookie",
    "www-authenticate",
];

fn indexing(name: &[u8], value: &[u8]) -> Indexing {
    let is_one_of = |names: &[&str]| names.iter().any(|of| of.as_bytes() == name);
    match () {
        () if is_one_of(SECRET) => Indexing::Never,
        () if value.len() <= VALUE_BYTES_MAX && is_one_of(RECURRING) => Indexing::With,
        () => Indexing::Without,
    }
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder::new()
    }
}

impl Encoder {
    /// With an empty table, of which the peer is told with the first block how small it is.
    pub fn new() -> Encoder {
        Encoder { table: Table::new(TABLE_BYTES), due: Some((TABLE_BYTES, TABLE_BYTES)) }
    }

    /// The peer allows so many bytes: SETTINGS_HEADER_TABLE_SIZE.
    pub fn set_peer_max(&mut self, bytes: u32) {
        let max = usize::try_from(bytes).map_or(TABLE_BYTES, |bytes| bytes.min(TABLE_BYTES));
        if max != self.table.max() {
            self.table.set_max(max);
            let smallest = self.due.map_or(max, |(smallest, _)| smallest.min(max));
            self.due = Some((smallest, max));
        }
    }

    /// Appends what must stand at the start of the next block, before any line.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some((smallest, max)) = self.due.take() {
            if smallest < max {
                integer::encode(smallest, 5, 0x20, out);
            }
            integer::encode(max, 5, 0x20, out);
        }
    }

    /// What it has taken of memory.
    #[cfg(test)]
    pub(crate) fn bytes_owned(&self) -> usize {
        self.table.bytes_owned()
    }

    /// Appends a field line; the name is in lower case.
    pub fn field(&mut self, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let indexing = indexing(name, value);
        let found = self.table.find(name, value);
        line(found, indexing, name, value, out);
        if indexing == Indexing::With && !matches!(found, Some((_, true))) {
            self.table.insert(name, value);
        }
    }
}

/// Appends a field line that means the same whatever the tables are; the name is in lower case.
pub(crate) fn plain_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let indexing = match indexing(name, value) {
        Indexing::With => Indexing::Without,
        other => other,
    };
    line(static_table::find(name, value), indexing, name, value, out);
}

/// Appends `:status`, which means the same whatever the tables are.
pub(crate) fn plain_status(status: Status, out: &mut Vec<u8>) {
    let code = status.code();
    let digits = [b'0' + (code / 100) as u8, b'0' + (code / 10 % 10) as u8, b'0' + (code % 10) as u8];
    match static_table::find(b":status", &digits) {
        Some((index, true)) => integer::encode(index, 7, 0x80, out),
        found => {
            integer::encode(found.map_or(0, |(index, _)| index), 4, 0, out);
            integer::encode(digits.len(), 7, 0, out);
            out.extend_from_slice(&digits);
        }
    }
}

fn line(found: Option<(usize, bool)>, indexing: Indexing, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    if let (Some((index, true)), false) = (found, indexing == Indexing::Never) {
        return integer::encode(index, 7, 0x80, out);
    }
    let index = found.map_or(0, |(index, _)| index);
    match indexing {
        Indexing::With => integer::encode(index, 6, 0x40, out),
        Indexing::Without => integer::encode(index, 4, 0, out),
        Indexing::Never => integer::encode(index, 4, 0x10, out),
    }
    if index == 0 {
        string(name, out);
    }
    string(value, out);
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_length(text);
    if coded < text.len() {
        integer::encode(coded, 7, 0x80, out);
        huffman::encode(text, out);
    } else {
        integer::encode(text.len(), 7, 0, out);
        out.extend_from_slice(text);
    }
}

const _: () = assert!(TABLE_BYTES <= MAX);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::hpack::Decoder;
    use alloc::string::String;
    use proptest::prelude::*;

    fn block(encoder: &mut Encoder, lines: &[(&str, &str)]) -> Vec<u8> {
        let mut out = Vec::new();
        encoder.begin(&mut out);
        lines.iter().for_each(|(name, value)| encoder.field(name.as_bytes(), value.as_bytes(), &mut out));
        out
    }

    #[test]
    fn what_comes_again_is_a_byte() {
        let mut encoder = Encoder::new();
        let lines = [("content-type", "text/html; charset=utf-8"), ("x-content-type-options", "nosniff")];
        let first = block(&mut encoder, &lines);
        assert_eq!(first[..3], [0x3F, 0xE1, 0x0F]);
        assert_eq!(block(&mut encoder, &lines), [0xBF, 0xBE]);
    }

    #[test]
    fn secrets_are_never_indexed() {
        let mut encoder = Encoder::new();
        block(&mut encoder, &[]);
        for name in SECRET {
            for _ in 0..2 {
                let out = block(&mut encoder, &[(name, "secret")]);
                assert_eq!(out[0] & 0xF0, 0x10, "{name}");
            }
            let mut out = Vec::new();
            plain_field(name.as_bytes(), b"", &mut out);
            assert_eq!(out[0] & 0xF0, 0x10, "{name}, though a line of the static table is the same");
        }
    }

    #[test]
    fn what_is_long_or_comes_once_enters_no_table() {
        let mut encoder = Encoder::new();
        block(&mut encoder, &[]);
        let long = "a".repeat(VALUE_BYTES_MAX + 1);
        for line in [("etag", "\"abc\""), ("content-type", long.as_str()), ("x-other", "a")] {
            assert_eq!(block(&mut encoder, &[line])[0] & 0xF0, 0, "{line:?}");
            assert_eq!(encoder.table.size(), 0);
        }
    }

    #[test]
    fn the_peer_is_told_the_smallest_size_and_the_last() {
        let mut encoder = Encoder::new();
        assert_eq!(block(&mut encoder, &[]), [0x3F, 0xE1, 0x0F]);
        encoder.set_peer_max(4096);
        assert_eq!(block(&mut encoder, &[]), []);
        encoder.set_peer_max(100);
        encoder.set_peer_max(0);
        encoder.set_peer_max(u32::MAX);
        assert_eq!(block(&mut encoder, &[]), [0x20, 0x3F, 0xE1, 0x0F]);
        encoder.set_peer_max(10);
        assert_eq!(block(&mut encoder, &[]), [0x2A]);
        // Nothing fits, and nothing is believed to be there.
        let line = [("vary", "accept-encoding")];
        assert_eq!(block(&mut encoder, &line), block(&mut encoder, &line));
    }

    #[test]
    fn a_plain_line_is_the_same_whatever_was_sent() {
        let check = |name: &str, value: &str, expected: &[u8]| {
            let mut out = Vec::new();
            plain_field(name.as_bytes(), value.as_bytes(), &mut out);
            assert_eq!(out, expected, "{name}: {value}");
        };
        check("accept-encoding", "gzip, deflate", &[0x90]);
        check("content-length", "~~~~", b"\x0f\x0d\x04~~~~");
        check("vary", "000", b"\x0f\x2c\x82\x00\x01");
        check("~~", "~", b"\x00\x02~~\x01~");
    }

    #[test]
    fn a_status_is_a_byte_or_five() {
        let check = |status: Status, expected: &[u8]| {
            let mut out = Vec::new();
            plain_status(status, &mut out);
            assert_eq!(out, expected, "{status:?}");
        };
        check(Status::OK, &[0x88]);
        check(Status::NOT_MODIFIED, &[0x8B]);
        check(Status::INTERNAL_SERVER_ERROR, &[0x8E]);
        check(Status::FORBIDDEN, b"\x08\x03403");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            blocks in prop::collection::vec(
                (prop::option::weighted(0.2, 0_u32..5000), prop::collection::vec((0_usize..25, "[ -~]{0,300}"), 0..20)),
                1..20,
            )
        ) {
            let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
            for (max, lines) in blocks {
                if let Some(max) = max {
                    encoder.set_peer_max(max);
                }
                let names = [RECURRING, SECRET, &["etag", "last-modified", "date", "x", ":status"]].concat();
                let lines: Vec<(&str, &str)> = lines.iter().map(|(at, value)| (names[*at], value.as_str())).collect();
                let mut read: Vec<(String, String)> = Vec::new();
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
                let out = block(&mut encoder, &lines);
                decoder.decode(&out, &mut Vec::new(), |name, value| read.push((text(name), text(value)))).expect("valid");
                prop_assert!(read.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(lines.iter().copied()));
                prop_assert_eq!(decoder.table_size(), encoder.table.size());
            }
        }
    }
}
