//! Texts and names in old encodings: the help pages are written in them, and must be read as they were written.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use charset::{Detector, Encoding, TextKind, decode};

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::{Corpus, Text};

/// Which languages were written how.
const ENCODINGS: [(&str, &str); 5] =
    [("zh-CN", "gbk"), ("zh-TW", "big5"), ("ja", "shift_jis"), ("ja", "euc-jp"), ("ko", "euc-kr")];
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
        let mut tally = Tally::new(format!("{language} in {}, whole files", encoding.name()));
        for text in &texts {
            let page = fs::read_to_string(help.folder.join(&text.path))?;
            // Characters that the encoding lacks are left out, as whoever wrote in it had to do.
            let page: String =
                page.chars().filter(|c| encode(c.encode_utf8(&mut [0; 4]), encoding).is_some()).collect();
            let Some(bytes) = encode(&page, encoding).filter(|bytes| !bytes.is_ascii()) else { continue };
            let mut detector = Detector::new(TextKind::Plain, None);
            detector.feed(&bytes);
            let verdict = detector.finish();
            // Not the page as it was: Shift_JIS, for one, makes the same byte of ¥ and of the backslash.
            let is_right = decode(&bytes, &verdict) == encoding.decode_with_bom_removal(&bytes).0;
            tally.add(is_right, || format!("{} is taken for {}", text.path, verdict.label));
        }
        quality.table.print(&tally, Goal::AtLeast(0.9995));
        names(quality, &texts, encoding, language);
    }
    Ok(())
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
