//! Names that have the letters of a word in order, with others between them: `reprt` finds `report.pdf`, `项目总结` finds `项目年度总结.docx`.
//!
//! Only asked when nothing better was found, and only what is close is given: letters that are strewn over a long name mean nothing.

use std::ops::Range;

use memchr::memmem::Finder;
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::block::{Block, SLOTS, letters_of};
use super::letter;
use super::needle::Worths;
use super::question::Place;

/// Words to be found scattered over names.
pub(super) struct Fuzzy {
    words: Vec<Word>,
    matcher: Matcher,
    indices: Vec<u32>,
}

struct Word {
    text: String,
    characters: Vec<char>,
    letters: u32,
    /// Of a word without Latin letters: what is looked for first.
    first: Option<Finder<'static>>,
}

/// Of each letter: more than a letter alone scores (16), less than one that follows another (20).
const SCORE_PER_LETTER: usize = 18;
/// Longer names are passed over: the price rises with their length.
const NAME_BYTES_MAX: usize = 400;

impl Fuzzy {
    /// Nothing when the words are too short to be recognised by some of their surroundings.
    pub(super) fn new(words: &[&str]) -> Option<Fuzzy> {
        let is_long = |word: &&str| word.chars().count() >= if word.is_ascii() { 3 } else { 2 };
        let is_short_enough = words.iter().all(|word| word.len() <= NAME_BYTES_MAX);
        if !words.iter().any(is_long) || !is_short_enough {
            return None;
        }
        Some(Fuzzy {
            words: words.iter().map(|word| Word::new(word)).collect(),
            matcher: matcher(),
            indices: Vec::new(),
        })
    }

    /// Rates the names of a block.
    pub(super) fn rate(&mut self, block: &Block, worths: &mut Worths) {
        let letters = self.words.iter().fold(0, |bits, word| bits | word.letters);
        let mut has_first = [true; SLOTS];
        if let Some(first) = self.words.iter().find_map(|word| word.first.as_ref()) {
            has_first.fill(false);
            let ends = block.ends();
            let mut slot = 0;
            for start in first.find_iter(block.text()) {
                slot += ends[slot..].partition_point(|&end| end as usize <= start);
                has_first[slot] = true;
            }
        }
        let mut buffer = Vec::new();
        for slot in 0..block.len() {
            if block.letters(slot) & letters != letters || !has_first[slot] || !block.is_alive(slot) {
                continue;
            }
            if let Some(worth) = self.worth(block.folded(slot), &mut buffer) {
                worths[slot] = worth;
            }
        }
    }

    fn worth(&mut self, name: &[u8], buffer: &mut Vec<char>) -> Option<u16> {
        if name.len() > NAME_BYTES_MAX {
            return None;
        }
        let name = characters(std::str::from_utf8(name).ok()?, buffer);
        let (mut sum, mut best) = (0, 0);
        for word in &self.words {
            let length = word.characters.len();
            let score = usize::from(self.matcher.fuzzy_match(name, word.text())?);
            if score < length * SCORE_PER_LETTER {
                return None;
            }
            self.indices.clear();
            self.matcher.fuzzy_indices(name, word.text(), &mut self.indices);
            let span = self.indices.last()? - self.indices.first()?;
            if span as usize > length * 2 + 2 {
                return None;
            }
            sum += score;
            best += length * SCORE_BEST;
        }
        let worth = usize::from(Place::Scattered.worth()) * sum.min(best) / best.max(1);
        Some(worth.max(1) as u16)
    }

    /// Marks the letters of a word in a name as it is shown; false: they are not all there.
    pub(super) fn marks(word: &str, shown: &str, marks: &mut Vec<Range<usize>>) -> bool {
        let mut spans = Vec::new();
        let mut name = Vec::new();
        letter::each(shown, |letter, span, _| {
            name.push(letter);
            spans.push(span);
        });
        let mut indices = Vec::new();
        let found = matcher().fuzzy_indices(Utf32Str::Unicode(&name), Word::new(word).text(), &mut indices);
        marks.extend(indices.iter().filter_map(|&index| spans.get(index as usize).cloned()));
        found.is_some()
    }
}

impl Word {
    fn new(word: &str) -> Word {
        let first = word.chars().next().filter(|first| !first.is_ascii());
        Word {
            text: word.to_owned(),
            characters: word.chars().collect(),
            letters: letters_of(word),
            first: first.map(|first| Finder::new(first.encode_utf8(&mut [0; 4])).into_owned()),
        }
    }

    /// The matcher wants the kind of its text that has least to carry, and finds nothing otherwise.
    fn text(&self) -> Utf32Str<'_> {
        if self.text.is_ascii() { Utf32Str::Ascii(self.text.as_bytes()) } else { Utf32Str::Unicode(&self.characters) }
    }
}

/// Of each letter, when all of them stand together at the beginning of a word.
const SCORE_BEST: usize = 26;

fn matcher() -> Matcher {
    // What is compared is folded already.
    let mut config = Config::DEFAULT;
    config.ignore_case = false;
    config.normalize = false;
    Matcher::new(config)
}

fn characters<'a>(text: &'a str, buffer: &'a mut Vec<char>) -> Utf32Str<'a> {
    if text.is_ascii() {
        return Utf32Str::Ascii(text.as_bytes());
    }
    buffer.clear();
    buffer.extend(text.chars());
    Utf32Str::Unicode(buffer)
}
