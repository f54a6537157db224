//! How often the verdict is right: texts in UTF-8 are written in another encoding, and have to be found again.
//!
//! `cargo run --release -p charset --example truth -- FOLDER ENCODING...`, for instance
//! `truth /usr/share/libreoffice/help/zh-CN gb18030 utf-16le`. A verdict is right when the same text comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs, process};

use charset::{Confidence, Detector, Encoding, TextKind, decode, name};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((folder, encodings)) = arguments.split_first().filter(|(_, encodings)| !encodings.is_empty()) else {
        eprintln!("usage: truth FOLDER ENCODING...");
        process::exit(2);
    };
    let mut texts = Vec::new();
    gather(Path::new(folder), &mut texts);
    println!("{} texts in {folder}", texts.len());
    for encoding in encodings {
        match Encoding::for_label(encoding.as_bytes()) {
            Some(encoding) => measure(&texts, encoding),
            None => eprintln!("truth: no encoding is named {encoding}"),
        }
    }
}

fn gather(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, texts);
        } else if let Some(text) = fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            texts.push(text.trim_start_matches('\u{feff}').to_owned());
        }
    }
}

/// Right and wrong, by confidence.
#[derive(Default)]
struct Score(BTreeMap<Confidence, (u32, u32)>);

impl Score {
    fn add(&mut self, confidence: Confidence, is_right: bool) {
        let (right, wrong) = self.0.entry(confidence).or_default();
        *if is_right { right } else { wrong } += 1;
    }

    fn print(&self, encoding: &str, what: &str) {
        let (right, wrong) = self.0.values().fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
        let share = 100.0 * f64::from(right) / f64::from((right + wrong).max(1));
        let parts: Vec<_> = self.0.iter().rev().map(|(c, (r, w))| format!("{c} {r} right {w} wrong")).collect();
        println!("{encoding:13} {what:24} {:6} {share:7.2} %   {}", right + wrong, parts.join(", "));
    }
}

fn measure(texts: &[String], encoding: &'static Encoding) {
    let (mut files, mut pages, mut lines) = (Score::default(), Score::default(), Score::default());
    let mut seen = BTreeSet::new();
    for text in texts {
        // Characters that the encoding lacks are left out, as whoever wrote in it had to do.
        let text: String = text.chars().filter(|&c| encode(c.encode_utf8(&mut [0; 4]), encoding).is_some()).collect();
        if text.is_ascii() {
            continue;
        }
        whole(&text, TextKind::Plain, encoding, &mut files);
        // The page goes on saying that it is UTF-8, and in which language.
        if text.starts_with("<!DOCTYPE html") && encoding.is_ascii_compatible() {
            whole(&text, TextKind::Html, encoding, &mut pages);
        }
        for line in text.lines().map(str::trim).filter(|line| !line.is_ascii()).take(20) {
            // What stands on every page would count for all of them.
            if seen.insert(line.to_owned()) {
                whole(line, TextKind::Plain, encoding, &mut lines);
            }
        }
    }
    files.print(encoding.name(), "whole files");
    pages.print(encoding.name(), "pages, wrong meta");
    lines.print(encoding.name(), "lines");
    // Names of files hold no zeros and no escapes.
    if matches!(encoding.name(), "UTF-16LE" | "UTF-16BE" | "ISO-2022-JP") {
        return;
    }
    for length in [2, 3, 4, 6, 8] {
        let names: BTreeMap<_, _> = texts.iter().flat_map(|text| runs(text, length, encoding)).collect();
        let names: Vec<_> = names.iter().collect();
        let (mut alone, mut among) = (Score::default(), Score::default());
        for (at, (word, bytes)) in names.iter().enumerate() {
            let siblings: Vec<&[u8]> = (1..=8).map(|n| names[(at + n * 777) % names.len()].1.as_slice()).collect();
            let (text, verdict) = name(bytes, &[]);
            alone.add(verdict.confidence, text == **word);
            let (text, verdict) = name(bytes, &siblings);
            among.add(verdict.confidence, text == **word);
            if length > 2 && text != **word && env::var_os("SHOW").is_some() {
                println!("    {word} read as {text} ({})", verdict.label);
            }
        }
        if names.len() < 100 {
            continue;
        }
        alone.print(encoding.name(), &format!("names of {length}, alone"));
        among.print(encoding.name(), &format!("names of {length}, 8 beside"));
    }
}

fn whole(text: &str, kind: TextKind, encoding: &'static Encoding, score: &mut Score) {
    let Some(bytes) = encode(text, encoding) else { return };
    let mut detector = Detector::new(kind, None);
    detector.feed(&bytes);
    let verdict = detector.finish();
    // Not the text as it was: Shift_JIS, for one, makes the same byte of ¥ and of the backslash.
    let is_right = decode(&bytes, &verdict) == encoding.decode_with_bom_removal(&bytes).0;
    if !is_right && env::var_os("SHOW").is_some() {
        let start: String = text.chars().filter(|c| !c.is_ascii()).take(30).collect();
        println!(
            "    {start} of {} bytes taken for {} ({}, {})",
            bytes.len(),
            verdict.label,
            verdict.reason,
            verdict.confidence
        );
    }
    score.add(verdict.confidence, is_right);
}

/// A few words of exactly so many characters beyond ASCII, from the beginning of a text.
fn runs(text: &str, length: usize, encoding: &'static Encoding) -> Vec<(String, Vec<u8>)> {
    text.split(|c: char| c.is_ascii() || !c.is_alphabetic())
        .filter_map(|run| {
            let word: String = run.chars().take(length).collect();
            let bytes = encode(&word, encoding)?;
            (word.chars().count() == length).then_some((word, bytes))
        })
        .take(5)
        .collect()
}

fn encode(text: &str, encoding: &'static Encoding) -> Option<Vec<u8>> {
    match encoding.name() {
        "UTF-16LE" => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        _ => {
            let (bytes, _, has_unmappable) = encoding.encode(text);
            (!has_unmappable).then(|| bytes.into_owned())
        }
    }
}
