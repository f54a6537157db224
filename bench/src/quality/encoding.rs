//! Texts and names in old encodings: the help pages are written in them, and must be read as they were written.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use charset::{Detector, Encoding, TextKind, decode};

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::pick::is_run;
use crate::corpus::{Corpus, Text};

/// Which languages were written how.
const ENCODINGS: [(&str, &str); 5] =
    [("zh-CN", "gbk"), ("zh-TW", "big5"), ("ja", "shift_jis"), ("ja", "euc-jp"), ("ko", "euc-kr")];
/// Letters of a script of East Asia in a text that is in its language.
const LETTERS_MIN: usize = 20;
/// Letters of a name.
const NAME_LETTERS: [usize; 5] = [2, 3, 4, 6, 8];
/// Files in the same folder.
const SIBLINGS: usize = 8;
/// Names of each length.
const NAMES: usize = 2000;
/// Of one page, so that names come from all of them.
const NAMES_EACH: usize = 5;

pub(super) fn measure(quality: &mut Quality, help: &Corpus) -> Result<(), Box<dyn Error>> {
    for (language, label) in ENCODINGS {
        let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("no encoding is named {label}"))?;
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        // The page goes on saying that it is UTF-8, and in which language; the text says nothing.
        let mut pages = Tally::new(format!("{language} in {}, whole pages", encoding.name()));
        let mut plain = Tally::new(format!("{language} in {}, their words as plain text", encoding.name()));
        for text in &texts {
            let page = fs::read_to_string(help.folder.join(&text.path))?;
            whole(&page, &text.path, TextKind::Html, encoding, &mut pages);
            whole(&format!("{}\n{}", text.title, text.body), &text.path, TextKind::Plain, encoding, &mut plain);
        }
        quality.table.print(&pages, Goal::AtLeast(0.9995));
        quality.table.print(&plain, Goal::AtLeast(0.9995));
        names(quality, &texts, encoding, language);
    }
    Ok(())
}

fn whole(text: &str, path: &str, kind: TextKind, encoding: &'static Encoding, tally: &mut Tally) {
    // Characters that the encoding lacks are left out, as whoever wrote in it had to do.
    let text: String = text.chars().filter(|c| encode(c.encode_utf8(&mut [0; 4]), encoding).is_some()).collect();
    let Some(bytes) = encode(&text, encoding).filter(|_| is_translated(&text)) else { return };
    let mut detector = Detector::new(kind, None);
    detector.feed(&bytes);
    let verdict = detector.finish();
    // Not the text as it was: Shift_JIS, for one, makes the same byte of ¥ and of the backslash.
    let is_right = decode(&bytes, &verdict) == encoding.decode_with_bom_removal(&bytes).0;
    tally.add(is_right, || format!("{path} is taken for {}", verdict.label));
}

fn names(quality: &mut Quality, texts: &[&Text], encoding: &'static Encoding, language: &str) {
    let title = |what: &str| format!("{language} in {}, names of up to 8 letters, {what}", encoding.name());
    let mut alone = Tally::new(title("alone"));
    let mut among = Tally::new(title("8 beside"));
    for letters in NAME_LETTERS {
        let all: BTreeMap<String, Vec<u8>> = texts.iter().flat_map(|text| runs(text, letters, encoding)).collect();
        let all: Vec<(String, Vec<u8>)> = all.into_iter().collect();
        for at in (0..all.len()).step_by(all.len().div_ceil(quality.count(NAMES)).max(1)) {
            let Some((word, bytes)) = all.get(at) else { break };
            let siblings: Vec<&[u8]> =
                (1..=SIBLINGS).filter_map(|n| Some(all.get((at + n * 777) % all.len())?.1.as_slice())).collect();
            let (read, verdict) = charset::name(bytes, &[]);
            alone.add(read == *word, || format!("{word} is read as {read} ({})", verdict.label));
            let (read, verdict) = charset::name(bytes, &siblings);
            among.add(read == *word, || format!("{word} is read as {read} ({})", verdict.label));
        }
    }
    quality.table.print(&alone, Goal::Told);
    quality.table.print(&among, Goal::AtLeast(0.98));
}

/// Some pages are still English, with dashes and dots that tell nothing of a language.
fn is_translated(text: &str) -> bool {
    text.chars().filter(|letter| is_run(*letter)).nth(LETTERS_MIN - 1).is_some()
}

/// Some parts of exactly so many letters beyond ASCII.
fn runs(text: &Text, letters: usize, encoding: &'static Encoding) -> Vec<(String, Vec<u8>)> {
    let runs = text.body.split(|c: char| c.is_ascii() || !c.is_alphabetic());
    let words = runs.filter_map(|run| {
        let word: String = run.chars().take(letters).collect();
        let bytes = encode(&word, encoding)?;
        (word.chars().count() == letters).then_some((word, bytes))
    });
    words.take(NAMES_EACH).collect()
}

fn encode(text: &str, encoding: &'static Encoding) -> Option<Vec<u8>> {
    let (bytes, _, has_unmappable) = encoding.encode(text);
    (!has_unmappable).then(|| bytes.into_owned())
}
