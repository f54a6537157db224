//! What the writers write, read back: by a small reader of our own for many random archives, by Python's for real ones.

use super::zip::{Limits, Zip};
use super::*;
use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};

// ---- writing ----------------------------------------------------------------------------------------------------------------

fn file(name: &str, size: usize) -> Item {
    Item {
        name: name.to_owned(),
        kind: ItemKind::File,
        size: size as u64,
        modified: Timestamp::from_seconds(1_700_000_001),
        is_compressible: true,
        is_executable: false,
    }
}

fn folder(name: &str) -> Item {
    Item { kind: ItemKind::Directory, ..file(name, 0) }
}

/// The whole archive, content given in pieces of `piece` bytes, and how each item came out.
fn write(mut archive: Archive, items: &[(Item, Vec<u8>)], piece: usize) -> (Vec<u8>, Vec<Result<Outcome, NameFault>>) {
    let mut out = Vec::new();
    let mut outcomes = Vec::new();
    for (item, content) in items {
        if let Err(fault) = archive.begin(item, &mut out) {
            outcomes.push(Err(fault));
            continue;
        }
        content.chunks(piece).for_each(|bytes| archive.data(bytes, &mut out));
        let outcome = loop {
            if let Some(outcome) = archive.end_item(&mut out) {
                break outcome;
            }
        };
        outcomes.push(Ok(outcome));
    }
    archive.finish(&mut out);
    (out, outcomes)
}

/// Limits so low that everything has its 64-bit form.
const LOW: Limits = Limits { size_announced: 10, size_taken: 20, field_32: 15, field_16: 2 };

// ---- a plain reader -----------------------------------------------------------------------------------------------------------

#[derive(Debug, PartialEq)]
struct Found {
    name: String,
    content: Vec<u8>,
    modified: i64,
    mode: u32,
}

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes[at..at + width].iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Reads as a reader of a pipe does, from the front, and checks that the central directory says the same.
fn read_zip(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut headers = Vec::new();
    while number(bytes, at, 4) == 0x0403_4b50 {
        let start = at;
        let (flags, method) = (number(bytes, at + 6, 2), number(bytes, at + 8, 2));
        let (name_length, extra_length) = (number(bytes, at + 26, 2) as usize, number(bytes, at + 28, 2) as usize);
        let name = String::from_utf8(bytes[at + 30..at + 30 + name_length].to_vec()).expect("names are UTF-8");
        assert_eq!(flags & 1 << 11, 1 << 11, "names are said to be UTF-8");
        let extra = &bytes[at + 30 + name_length..at + 30 + name_length + extra_length];
        at += 30 + name_length + extra_length;
        let is_wide = extra.starts_with(&[1, 0]);
        let mut content = Vec::new();
        let mut sizes = (0, 0);
        let mut checksum = 0;
        if method == 8 {
            let mut inflate = flate2::Decompress::new(false);
            loop {
                content.reserve(4096);
                let from = at + inflate.total_in() as usize;
                let status =
                    inflate.decompress_vec(&bytes[from..], &mut content, flate2::FlushDecompress::None).expect("sound");
                if status == flate2::Status::StreamEnd {
                    break;
                }
            }
            at += inflate.total_in() as usize;
            assert_eq!(number(bytes, at, 4), 0x0807_4b50, "a descriptor follows");
            let width = if is_wide { 8 } else { 4 };
            checksum = number(bytes, at + 4, 4);
            sizes = (number(bytes, at + 8, width), number(bytes, at + 8 + width, width));
            assert_eq!(sizes, (inflate.total_in(), content.len() as u64));
            assert_eq!(checksum, u64::from(crc32fast::hash(&content)));
            at += 8 + 2 * width;
        }
        headers.push((start as u64, sizes, checksum, flags, method));
        found.push(Found { name, content, modified: 0, mode: 0 });
    }
    for (found, (offset, sizes, checksum, flags, method)) in found.iter_mut().zip(headers) {
        assert_eq!(number(bytes, at, 4), 0x0201_4b50, "a central header for each item");
        assert_eq!((number(bytes, at + 8, 2), number(bytes, at + 10, 2)), (flags, method));
        assert_eq!(number(bytes, at + 16, 4), checksum);
        let (name_length, extra_length) = (number(bytes, at + 28, 2) as usize, number(bytes, at + 30, 2) as usize);
        found.mode = number(bytes, at + 40, 2) as u32;
        assert_eq!(&bytes[at + 46..at + 46 + name_length], found.name.as_bytes());
        let extra = &bytes[at + 46 + name_length..at + 46 + name_length + extra_length];
        let mut wide = Vec::new();
        let mut extra_at = 0;
        while extra_at < extra.len() {
            let (id, length) = (number(extra, extra_at, 2), number(extra, extra_at + 2, 2) as usize);
            let value = &extra[extra_at + 4..extra_at + 4 + length];
            match id {
                1 => wide = value.chunks(8).map(|value| number(value, 0, 8)).collect(),
                0x5455 => found.modified = i64::from(number(value, 1, 4) as u32 as i32),
                other => panic!("unknown extra field {other:#x}"),
            }
            extra_at += 4 + length;
        }
        let mut wide = wide.into_iter();
        let mut field = |at| match number(bytes, at, 4) {
            0xFFFF_FFFF => wide.next().expect("a 64-bit value stands in for all ones"),
            value => value,
        };
        assert_eq!((field(at + 24), field(at + 20), field(at + 42)), (sizes.1, sizes.0, offset));
        assert_eq!(wide.next(), None, "no 64-bit value without need");
        at += 46 + name_length + extra_length;
    }
    let end = bytes.len() - 22;
    assert_eq!(number(bytes, end, 4), 0x0605_4b50);
    if at != end {
        assert_eq!((number(bytes, at, 4), number(bytes, at + 56, 4)), (0x0606_4b50, 0x0706_4b50));
        assert_eq!(number(bytes, at + 56 + 8, 8), at as u64, "the locator leads to the zip64 end");
        assert_eq!(number(bytes, at + 32, 8), found.len() as u64);
        assert_eq!(number(bytes, at + 40, 8) + number(bytes, at + 48, 8), at as u64);
        assert_eq!(at + 76, end);
    } else {
        assert_eq!(number(bytes, end + 10, 2), found.len() as u64);
        assert_eq!(number(bytes, end + 12, 4) + number(bytes, end + 16, 4), at as u64);
    }
    found
}

fn read_tar(bytes: &[u8]) -> Vec<Found> {
    let text = |block: &[u8], at: usize, width: usize| {
        let field = &block[at..at + width];
        let end = field.iter().position(|&byte| byte == 0).unwrap_or(width);
        String::from_utf8(field[..end].to_vec()).expect("headers are ASCII")
    };
    let octal = |text: String| u64::from_str_radix(text.trim(), 8).expect("octal");
    let mut found = Vec::new();
    let (mut path, mut size_said, mut modified_said) = (None, None, None);
    let mut blocks = bytes;
    while blocks[0] != 0 {
        let (header, rest) = blocks.split_at(512);
        assert_eq!(&header[257..265], b"ustar\x0000");
        let sum: u64 = header
            .iter()
            .enumerate()
            .map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) })
            .sum();
        assert_eq!(octal(text(header, 148, 7)), sum);
        let size: u64 = size_said.take().unwrap_or(octal(text(header, 124, 12)));
        let content = &rest[..size as usize];
        if header[156] == b'x' {
            let mut records = std::str::from_utf8(content).expect("records are UTF-8");
            while !records.is_empty() {
                let (length, _) = records.split_once(' ').expect("a length");
                let (record, others) = records.split_at(length.parse().expect("a number"));
                let (key, value) = record[length.len() + 1..].split_once('=').expect("an equals sign");
                let value = value.strip_suffix('\n').expect("a line").to_owned();
                match key {
                    "path" => path = Some(value),
                    "size" => size_said = value.parse().ok(),
                    "mtime" => modified_said = value.parse().ok(),
                    other => panic!("unknown record {other}"),
                }
                records = others;
            }
        } else {
            let name = path.take().unwrap_or_else(|| text(header, 0, 100));
            assert_eq!(name.ends_with('/'), header[156] == b'5');
            let modified = modified_said.take().unwrap_or_else(|| octal(text(header, 136, 12)) as i64);
            found.push(Found { name, content: content.to_vec(), modified, mode: octal(text(header, 100, 8)) as u32 });
        }
        blocks = &rest[size.next_multiple_of(512) as usize..];
    }
    assert_eq!(blocks, [0; 1024]);
    found
}

// ---- what must be true --------------------------------------------------------------------------------------------------------

fn item_strategy() -> impl Strategy<Value = (Item, Vec<u8>)> {
    let name = prop_oneof!["[a-c]{1,2}(/[a-c]{1,2}){0,2}", "(资料|é|x ){1,40}", "[a-z]{90,120}", "[./\\\\a]{0,6}"];
    let content = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (any::<u8>(), 0..150_000usize).prop_map(|(byte, length)| vec![byte; length]),
        proptest::collection::vec(any::<u8>(), 60_000..70_000),
    ];
    (name, content, -100i64..(1 << 34), any::<[bool; 3]>()).prop_map(|(name, content, seconds, [a, b, c])| {
        let kind = if a && b { ItemKind::Directory } else { ItemKind::File };
        let content = if kind == ItemKind::Directory { Vec::new() } else { content };
        let modified = Timestamp::from_seconds(seconds);
        (Item { name, kind, size: content.len() as u64, modified, is_compressible: b, is_executable: c }, content)
    })
}

/// What a reader must find of those that began, names aside.
fn expected(items: &[(Item, Vec<u8>)], outcomes: &[Result<Outcome, NameFault>]) -> Vec<(Vec<u8>, i64, bool)> {
    let mut folders = std::collections::HashSet::new();
    let mut began = Vec::new();
    for ((item, content), outcome) in items.iter().zip(outcomes) {
        let is_new = item.kind == ItemKind::File || !folders.contains(&item.name);
        if outcome.is_ok() {
            folders.extend(item.name.match_indices('/').map(|(slash, _)| item.name[..slash].to_owned()));
            if item.kind == ItemKind::Directory {
                folders.insert(item.name.clone());
            }
            if is_new {
                began.push((content.clone(), item.modified.seconds(), item.kind == ItemKind::Directory));
            }
        }
    }
    began
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_into_a_zip_comes_out(
        items in proptest::collection::vec(item_strategy(), 0..8), piece in 1usize..100_000, is_low: bool,
    ) {
        // Zip has one separator; the expectation below has it too.
        let items: Vec<_> =
            items.into_iter().map(|(item, content)| (Item { name: item.name.replace('\\', "_"), ..item }, content)).collect();
        let limits = Limits { size_taken: u64::MAX, ..LOW };
        let zip = if is_low { Zip::with_limits(limits) } else { Zip::new() };
        let (bytes, outcomes) = write(Archive::Zip(Box::new(zip)), &items, piece.max(7));
        if is_low && items.iter().any(|(item, content)| item.size < 10 && content.len() > 20) {
            return Ok(());
        }
        let found = read_zip(&bytes);
        let expected = expected(&items, &outcomes);
        prop_assert_eq!(found.len(), expected.len());
        for (found, (content, modified, is_directory)) in found.iter().zip(expected) {
            prop_assert_eq!(found.name.ends_with('/'), is_directory);
            prop_assert!(found.content == content);
            prop_assert_eq!(found.modified, if i32::try_from(modified).is_ok() { modified } else { 0 });
        }
    }

    #[test]
    fn what_goes_into_a_tar_comes_out(
        items in proptest::collection::vec(item_strategy(), 0..8), piece in 1usize..100_000,
    ) {
        let (bytes, outcomes) = write(Archive::new(Format::Tar), &items, piece);
        let found = read_tar(&bytes);
        let expected = expected(&items, &outcomes);
        prop_assert_eq!(found.len(), expected.len());
        for (found, (content, modified, is_directory)) in found.iter().zip(expected) {
            prop_assert_eq!(found.name.ends_with('/'), is_directory);
            prop_assert!(found.content == content);
            prop_assert_eq!(found.modified, modified);
        }
    }
}

#[test]
fn a_tar_keeps_its_promise_when_the_file_changes_size() {
    let items =
        [(file("grown", 3), b"abcdef".to_vec()), (file("shrunk", 600), b"xyz".to_vec()), (file("c", 1), b"c".to_vec())];
    let (bytes, outcomes) = write(Archive::new(Format::Tar), &items, 2);
    assert_eq!(outcomes, [Ok(Outcome::Cut(3)), Ok(Outcome::Padded(597)), Ok(Outcome::Whole)]);
    let found = read_tar(&bytes);
    assert_eq!(found[0].content, b"abc");
    assert_eq!((&found[1].content[..3], &found[1].content[3..]), (&b"xyz"[..], &[0; 597][..]));
    assert_eq!(found[2].content, b"c");
}

#[test]
fn a_zip_takes_a_file_as_it_comes_whatever_its_size_was() {
    let items = [(file("grown", 0), b"abcdef".to_vec()), (file("shrunk", 600), Vec::new())];
    let (bytes, outcomes) = write(Archive::new(Format::Zip), &items, 2);
    assert_eq!(outcomes, [Ok(Outcome::Whole), Ok(Outcome::Whole)]);
    let found = read_zip(&bytes);
    assert_eq!((&found[0].content[..], &found[1].content[..]), (&b"abcdef"[..], &b""[..]));
}

#[test]
fn a_file_that_outgrows_its_narrow_sizes_is_cut() {
    let items = [(file("a", 9), vec![b'a'; 30]), (file("b", 10), vec![b'b'; 30])];
    let (bytes, outcomes) = write(Archive::Zip(Box::new(Zip::with_limits(LOW))), &items, 7);
    assert_eq!(outcomes, [Ok(Outcome::Cut(10)), Ok(Outcome::Whole)]);
    let found = read_zip(&bytes);
    assert_eq!((found[0].content.len(), found[1].content.len()), (20, 30));
}

#[test]
fn padding_for_a_huge_file_that_vanished_comes_in_pieces() {
    let mut archive = Archive::new(Format::Tar);
    let mut out = Vec::new();
    archive.begin(&Item { size: 1 << 30, ..file("a", 0) }, &mut out).expect("a sound name");
    let (mut total, mut largest) = (0, 0);
    loop {
        out.clear();
        let outcome = archive.end_item(&mut out);
        total += out.len();
        largest = largest.max(out.len());
        if let Some(outcome) = outcome {
            assert_eq!(outcome, Outcome::Padded(1 << 30));
            break;
        }
    }
    assert_eq!((total, largest), (1 << 30, 256 * 1024));
}

#[test]
fn an_item_that_is_refused_leaves_the_archive_sound() {
    for format in [Format::Zip, Format::Tar] {
        let items = [
            (file("../a", 1), b"a".to_vec()),
            (folder("b"), Vec::new()),
            (folder("b"), Vec::new()),
            (file("b/c", 1), b"c".to_vec()),
        ];
        let (bytes, outcomes) = write(Archive::new(format), &items, 1);
        assert_eq!(outcomes, [Err(NameFault::DotSegment), Ok(Outcome::Whole), Ok(Outcome::Whole), Ok(Outcome::Whole)]);
        let found = if format == Format::Zip { read_zip(&bytes) } else { read_tar(&bytes) };
        let names: Vec<_> = found.iter().map(|found| &found.name[..]).collect();
        assert_eq!(names, ["b/", "b/c"]);
    }
}

/// More than 4 GiB go by, counted and not kept, so that the 64-bit numbers are true ones.
#[test]
fn a_file_past_four_gibibytes_gets_true_64_bit_numbers() {
    const SIZE: u64 = (1 << 32) + (1 << 20);
    let mut zip = Zip::new();
    let mut out = Vec::new();
    zip.begin(&Item { size: SIZE, is_compressible: false, ..file("zeros", 0) }, &mut out).expect("a sound name");
    let header = out.clone();
    out.clear();
    let piece = vec![0; 1 << 20];
    let mut compressed = 0;
    for _ in 0..SIZE >> 20 {
        zip.data(&piece, &mut out);
        compressed += out.len() as u64;
        out.clear();
    }
    assert_eq!(zip.end_item(&mut out), Outcome::Whole);
    zip.begin(&file("after", 0), &mut out).expect("a sound name");
    assert_eq!(zip.end_item(&mut out), Outcome::Whole);
    zip.finish(&mut out);
    compressed += 5;
    let offset = header.len() as u64 + compressed + 24;
    // The last stored block, then the descriptor with 64-bit sizes, then the next item.
    assert_eq!((number(&header, 22, 4), number(&out, 5, 4)), (0xFFFF_FFFF, 0x0807_4b50));
    assert_eq!(
        (number(&out, 5 + 8, 8), number(&out, 5 + 16, 8), number(&out, 5 + 24, 4)),
        (compressed, SIZE, 0x0403_4b50)
    );
    // The zip64 end stands 76 bytes ahead of the end and knows where the central directory began.
    let end = out.len() - 22 - 76;
    let central = number(&out, end + 48, 8);
    assert_eq!(number(&out, end, 4), 0x0606_4b50);
    let at = (central - (offset - 5 - 24)) as usize;
    let extra = at + 46 + "zeros".len();
    assert_eq!((number(&out, at, 4), number(&out, extra, 4)), (0x0201_4b50, 0x0010_0001));
    assert_eq!((number(&out, extra + 4, 8), number(&out, extra + 12, 8)), (SIZE, compressed));
    let after = extra + 20 + 9;
    let extra = after + 46 + "after".len();
    assert_eq!((number(&out, after, 4), number(&out, after + 42, 4)), (0x0201_4b50, 0xFFFF_FFFF));
    assert_eq!((number(&out, extra, 4), number(&out, extra + 4, 8)), (0x0008_0001, offset));
}

// ---- Python as the judge --------------------------------------------------------------------------------------------------------

const READ_ZIP: &str = "
import io, sys, zipfile, zlib
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
for item in archive.infolist():
    date = '%04d-%02d-%02d %02d:%02d:%02d' % item.date_time
    print(item.filename, item.is_dir(), '%o' % (item.external_attr >> 16), date, zlib.crc32(archive.read(item)), item.file_size, sep='|')
";

const READ_TAR: &str = "
import io, sys, tarfile, zlib
archive = tarfile.open(fileobj=sys.stdin.buffer, mode='r|')
for item in archive:
    content = archive.extractfile(item).read() if item.isfile() else b''
    print(item.name, item.isdir(), '%o' % item.mode, int(item.mtime), zlib.crc32(content), item.size, sep='|')
";

#[track_caller]
fn check_with_python(script: &str, archive: &[u8], expected: &[String]) {
    let mut child = Command::new("python3")
        .args(["-c", script])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs python3");
    let mut input = child.stdin.take().expect("piped above");
    // A reader that has seen the end closes its side; what it printed is the verdict.
    let _ = input.write_all(archive);
    drop(input);
    let output = child.wait_with_output().expect("it was started");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("asked for UTF-8");
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

fn materials() -> Vec<(Item, Vec<u8>)> {
    let text = "Of stones and quarries.\n".repeat(10_000).into_bytes();
    let noise: Vec<u8> = (0..200_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let executable = Item { is_executable: true, ..file("资料/运行.sh", 10) };
    let picture = Item { is_compressible: false, ..file("资料/picture.jpg", noise.len()) };
    let old = Item { modified: Timestamp::from_seconds(-86_400), ..file("1969.txt", 4) };
    let long = file(&format!("{}/{}.txt", "folder".repeat(20), "name".repeat(20)), 3);
    vec![
        (folder("资料"), Vec::new()),
        (file("资料/text.txt", text.len()), text),
        (picture, noise),
        (executable, b"#!/bin/sh\n".to_vec()),
        (file("资料/运行.sh", 2), b"#\n".to_vec()),
        (file("empty", 0), Vec::new()),
        (old, b"moon".to_vec()),
        (long, b"abc".to_vec()),
    ]
}

fn lines(date: &str, old: &str, slash: &str) -> Vec<String> {
    let long = format!("{}/{}.txt", "folder".repeat(20), "name".repeat(20));
    let (is_tar, items) = (slash.is_empty(), materials());
    let sum = |at: usize| crc32fast::hash(&items[at].1);
    let kind = |mode: &str| if is_tar { mode.to_owned() } else { format!("100{mode}") };
    let directory = if is_tar { "755" } else { "40755" };
    vec![
        format!("资料{slash}|True|{directory}|{date}|0|0"),
        format!("资料/text.txt|False|{}|{date}|{}|240000", kind("644"), sum(1)),
        format!("资料/picture.jpg|False|{}|{date}|{}|200000", kind("644"), sum(2)),
        format!("资料/运行.sh|False|{}|{date}|{}|10", kind("755"), sum(3)),
        format!("资料/运行 (2).sh|False|{}|{date}|{}|2", kind("644"), sum(4)),
        format!("empty|False|{}|{date}|0|0", kind("644")),
        format!("1969.txt|False|{}|{old}|{}|4", kind("644"), sum(6)),
        format!("{long}|False|{}|{date}|{}|3", kind("644"), sum(7)),
    ]
}

#[test]
fn python_reads_the_zip() {
    let (bytes, _) = write(Archive::new(Format::Zip), &materials(), 10_000);
    assert!(bytes.len() < 240_000, "text is compressed");
    check_with_python(READ_ZIP, &bytes, &lines("2023-11-14 22:13:20", "1980-01-01 00:00:00", "/"));
}

#[test]
fn python_reads_a_zip_in_which_all_numbers_are_64_bit() {
    let zip = Zip::with_limits(Limits { size_taken: u64::MAX, ..LOW });
    let (bytes, _) = write(Archive::Zip(Box::new(zip)), &materials(), 10_000);
    check_with_python(READ_ZIP, &bytes, &lines("2023-11-14 22:13:20", "1980-01-01 00:00:00", "/"));
}

#[test]
fn python_reads_the_tar() {
    let (bytes, _) = write(Archive::new(Format::Tar), &materials(), 10_000);
    check_with_python(READ_TAR, &bytes, &lines("1700000001", "-86400", ""));
}

#[test]
fn python_reads_a_zip_with_more_items_than_16_bits_count() {
    let items: Vec<_> = (0..66_000).map(|number| (folder(&number.to_string()), Vec::new())).collect();
    let (bytes, _) = write(Archive::new(Format::Zip), &items, 1);
    let script = "import io, sys, zipfile; print(len(zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())).infolist()))";
    check_with_python(script, &bytes, &["66000".to_owned()]);
}
