//! The words of files.

use crate::Target;
use lookup::extract::{limit, of_bytes};

/// The first byte chooses a name, the rest is the file. Whatever is in it, what comes out is bounded, and a fault is a sentence.
pub const TARGET: Target = Target { name: "extract", run };

/// Those that are read in the process that serves, and those that are read in one of their own but by code of ours. PDF, sounds and EXIF are
/// left out: their readers are others', panic at times, and are contained for that.
const NAMES: &[&str] = &[
    "a.html", "a.xhtml", "a.md", "a.xml", "a.svg", "a.json", "a.srt", "a.ass", "a.lrc", "a.rtf", "a.eml", "a.txt",
    "a.1", "a.doc", "a.tar", "a.docx", "a.css",
];

fn run(bytes: &[u8]) {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(first) % NAMES.len()];
    let is_others = [
        &b"%PDF"[..],
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"ID3",
        b"fLaC",
        b"OggS",
        b"RIFF",
        b"FORM",
        b"II*\0",
        b"MM\0*",
        b"MAC ",
        b"MPCK",
        b"wvpk",
    ];
    let head = &bytes[..bytes.len().min(1100)];
    if is_others.iter().any(|mark| head.windows(mark.len()).any(|window| window == *mark))
        || bytes.get(4..8) == Some(b"ftyp")
    {
        return;
    }
    let extract = of_bytes(bytes, name.as_bytes()).expect("memory can be read");
    assert!(extract.body.len() <= limit::BODY_BYTES_MAX && extract.headings.len() <= limit::HEADINGS_BYTES_MAX);
    assert!(extract.title.as_ref().is_none_or(|title| !title.is_empty() && title.len() <= limit::TITLE_BYTES_MAX));
    assert!(extract.fault.as_ref().is_none_or(|fault| !fault.is_empty() && fault.len() <= limit::FAULT_BYTES_MAX));
    assert!(extract.language.as_ref().is_none_or(|language| language.len() <= limit::LANGUAGE_BYTES_MAX));
}
