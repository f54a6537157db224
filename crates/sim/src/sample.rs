//! What the false site holds: a few names of each kind, and bytes for them.

use crate::chance::Chance;
use crate::disk::Platter;
use semantics::Timestamp;

/// Everything that may be there. Changes happen to these, and clients ask for these.
pub(crate) const NAMES: &[&[u8]] = &[
    b"index.html",
    b"a.html",
    b"b.txt",
    b"c.css",
    b"c.css.gz",
    b"d.js",
    b"e.json",
    b"e.json.br",
    b"e.json.zst",
    b"f.bin",
    b"g.png",
    b"h.mp4",
    b"i.md",
    b"plain",
    b"404.html",
    "文 1.txt".as_bytes(),
    b".hidden",
    b"docs",
    b"docs/index.html",
    b"docs/x.txt",
    b"docs/y.html",
    b"list",
    b"list/1.txt",
    b"list/2.txt",
    b"list/10.png",
    b"list/README.md",
    b"list/deep",
    b"list/deep/z.txt",
];

/// Any of them, mostly one that this life likes: what is asked for often is kept, and changes while it is.
pub(crate) fn any_name(chance: &mut Chance, favourites: &[&'static [u8]]) -> &'static [u8] {
    let elsewhere = chance.below(8) < if favourites.len() == 1 { 1 } else { 4 };
    let among = if elsewhere { NAMES } else { favourites };
    among[chance.below(among.len())]
}

/// Names in folders and folders themselves come last in [`NAMES`] and are made as they come.
pub(crate) fn fill(platter: &mut Platter, chance: &mut Chance) {
    for path in NAMES {
        let is_sibling = [&b".gz"[..], b".br", b".zst"].iter().any(|suffix| path.ends_with(suffix));
        if chance.one_in(if is_sibling { 2 } else { 6 }) {
            continue;
        }
        let name = String::from_utf8_lossy(path);
        match *path {
            b"docs" | b"list" | b"list/deep" => platter.make_directory(path),
            _ => {
                let bytes = content(chance, &name);
                platter.replace(path, bytes);
            }
        }
    }
    // Files of long ago, as most are; a sibling is never older than what it stands for.
    let past = Timestamp(1_600_000_000_000_000_000 + i128::from(chance.between(0..=50_000_000_000_000_000)));
    for path in NAMES {
        if chance.one_in(4) {
            continue;
        }
        platter.set_modified(path, past);
    }
}

/// Bytes for a file of that name, of a size that such files have.
pub(crate) fn content(chance: &mut Chance, name: &str) -> Vec<u8> {
    let length = match name.rsplit('.').next().unwrap_or_default() {
        _ if chance.one_in(24) => 0,
        "png" => chance.skewed(1..=80_000),
        // Once in a while more than one connection may send in a turn.
        "mp4" if chance.one_in(400) => chance.between(4_500_000..=5_000_000),
        "mp4" => chance.between(60_000..=200_000),
        "bin" => chance.skewed(1..=40_000),
        "gz" | "br" | "zst" => chance.between(1..=900),
        _ => chance.skewed(1..=6000),
    };
    content_of_length(chance, name, length as usize)
}

/// So many bytes; text where the name says so.
pub(crate) fn content_of_length(chance: &mut Chance, name: &str, length: usize) -> Vec<u8> {
    let is_binary = ["png", "mp4", "bin", "gz", "br", "zst"].contains(&name.rsplit('.').next().unwrap_or_default());
    let mut bytes = Vec::with_capacity(length + 8);
    if name.ends_with(".html") && length > 200 {
        // Two pages of one length in two encodings: who keeps a label by size and time gets one of them wrong.
        let head: &[u8] = match chance.one_in(2) {
            true => b"<!doctype html><meta charset=\"gbk\"  ><title>\xd6\xd0\xce\xc4  </title>",
            false => "<!doctype html><meta charset=\"utf-8\"><title>中文</title>".as_bytes(),
        };
        bytes.extend_from_slice(head);
    }
    while bytes.len() < length {
        let word = chance.word().to_le_bytes();
        match is_binary {
            true => bytes.extend_from_slice(&word),
            // Thirty-two of the letters and signs, so that it can be compressed and is text to anybody.
            false => bytes.extend(word.iter().map(|byte| b"abcdefghijklmnopqrstuvwxyz .,;\n-"[usize::from(byte % 32)])),
        }
    }
    bytes.truncate(length);
    bytes
}
