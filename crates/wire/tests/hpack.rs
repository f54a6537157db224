//! HPACK against one that is not ours: what Python's `hpack` writes we read, and what we write it reads (`hpack_story.py`).

use semantics::{Field, Status};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use wire::compress::hpack::{Decoder, Encoder};
use wire::h2;

/// Debian's python has it; another one that comes first on the path may not.
const PYTHON: &str = "/usr/bin/python3";

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hpack_story.py");

/// Connections each way.
const STORIES: u64 = 150;

/// Names that no table may hold the values of, and others.
const SECRET: &[&str] = &["authorization", "cookie", "proxy-authorization", "set-cookie", "www-authenticate"];
const OTHER: &[&str] = &[":status", "content-type", "vary", "cache-control", "etag", "date", "x-other", "server"];

/// Sizes of a table, as peers set them; we use less of a larger one.
const SIZES: &[u32] = &[0, 31, 64, 100, 500, 2048, 4096, 65_536, u32::MAX];

/// What the script says of `input`.
fn python(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(PYTHON);
    command.arg("-B").arg(SCRIPT).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("python3 starts: apt-get install python3-h2");
    let (mut stdin, input) = (child.stdin.take().expect("piped"), input.to_owned());
    // Both pipes are as long as they are: one is filled while the other is emptied.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("ASCII");
    writer.join().expect("no panic").expect("all of it is read");
    assert!(child.wait().expect("it ends").success(), "{arguments:?}");
    said
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("digits");
    hex.as_bytes().chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SplitMix64, so that the same seed tells the same story.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((word ^ (word >> 27)) % bound as u64) as usize
    }
}

#[test]
fn what_python_writes_is_what_we_read() {
    let story = python(&["write", "1", &STORIES.to_string()], "");
    let (mut decoder, mut scratch, mut lines) = (Decoder::new(), Vec::new(), Vec::new().into_iter());
    let mut blocks = 0;
    for line in story.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("new", _) => decoder = Decoder::new(),
            ("size", _) => {}
            ("block", block) => {
                assert_eq!(lines.next(), None, "more lines than were written");
                let mut read = Vec::new();
                let each = |name: &[u8], value: &[u8]| {
                    read.push(format!("  {} = {}", name.escape_ascii(), value.escape_ascii()));
                };
                assert_eq!(decoder.decode(&bytes(block), &mut scratch, each), Ok(()), "{block}");
                (lines, blocks) = (read.into_iter(), blocks + 1);
            }
            _ => assert_eq!(lines.next().as_deref(), Some(line)),
        }
    }
    assert_eq!(lines.next(), None, "more lines than were written");
    assert_eq!(blocks, 24 * STORIES);
}

#[test]
fn what_we_write_is_what_python_reads() {
    let (mut story, mut expected) = (String::new(), String::new());
    for seed in 1..=STORIES {
        let (mut chance, mut encoder) = (Chance(seed), Encoder::new());
        story.push_str("new\n");
        expected.push_str("new\n");
        for _ in 0..24 {
            for _ in 0..[0, 0, 0, 1, 2][chance.below(5)] {
                let size = SIZES[chance.below(SIZES.len())];
                encoder.set_peer_max(size);
                writeln!(story, "size {size}").expect("in memory");
            }
            let (mut block, mut lines) = (Vec::new(), String::new());
            encoder.begin(&mut block);
            for _ in 0..chance.below(12) {
                let is_secret = chance.below(4) == 0;
                let names = if is_secret { SECRET } else { OTHER };
                let name = names[chance.below(names.len())];
                let value: Vec<u8> = match chance.below(3) {
                    0 => (0..chance.below(400)).map(|_| chance.below(256) as u8).collect(),
                    _ => [&b"nosniff"[..], b"", b"200", b"text/html; charset=utf-8"][chance.below(4)].to_vec(),
                };
                encoder.field(name.as_bytes(), &value, &mut block);
                let mark = if is_secret { "! " } else { "" };
                writeln!(lines, "  {mark}{name} = {}", value.escape_ascii()).expect("in memory");
            }
            let block = hex(&block);
            writeln!(story, "block {block}").expect("in memory");
            write!(expected, "block {block}\n{lines}").expect("in memory");
        }
    }
    assert_eq!(python(&["read"], &story), expected);
}

/// A block that is made once means the same on each connection, whatever the table of it is.
#[test]
fn what_is_made_once_python_reads_on_any_connection() {
    let field = |name: &'static str, value: &'static str| Field { name: name.into(), value: value.into() };
    let fields = [field("Content-Type", "text/html; charset=utf-8"), field("Set-Cookie", "a=b")];
    let (mut block, date_at) = h2::ready_block(Status::OK, &fields, Some(7));
    block[date_at..date_at + 29].copy_from_slice(b"Sun, 06 Nov 1994 08:49:37 GMT");
    let block = hex(&block);
    let (mut story, mut expected) = (String::new(), String::new());
    for size in SIZES {
        // Sizes beyond what was told are not used, so that nothing need be said of them.
        let size = (*size).max(4096);
        let lines = "  :status = 200\n  date = Sun, 06 Nov 1994 08:49:37 GMT\n  content-type = text/html; charset=utf-8\n  \
                     ! set-cookie = a=b\n  content-length = 7\n";
        write!(story, "new\nsize {size}\nblock {block}\nblock {block}\n").expect("in memory");
        write!(expected, "new\nblock {block}\n{lines}block {block}\n{lines}").expect("in memory");
    }
    assert_eq!(python(&["read"], &story), expected);
}
