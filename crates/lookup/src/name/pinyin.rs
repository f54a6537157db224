//! Names in hanzi, typed as they are spoken.
//!
//! A word of Latin letters matches a run of characters when each of them takes its share of the letters, in order:
//!
//! ```text
//! ziliao      zl         zliao      zil         pysousuoeve
//! 资 料       资料       资 料      资 料       拼音搜  索 Everything
//! zi liao     z l        z  liao    zi l        p y sou suo eve
//! ```
//!
//! A hanzi takes one of its readings, or the initial of one (`zh`, `ch` and `sh` count as well), or, at the end of the word, the
//! beginning of one: somebody is still typing. Any other character takes itself. At least one hanzi must have taken part, and a
//! word that has hanzi itself never comes here, so that nobody who knows how a name is written gets homophones.

use std::ops::Range;

use super::letter;
use super::reading::{self, Readings};
use super::signature::{Signature, Wanted};

/// A word of Latin letters, ready to be found in texts.
#[derive(Clone, Debug)]
pub struct Pinyin {
    letters: Vec<u8>,
    /// Bit p of the set of a character: it stands at p.
    places: Box<[u64; 128]>,
    wanted: Wanted,
}

/// Where a word was found, and how it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// In bytes of the text.
    pub range: Range<usize>,
    /// How its hanzi were typed.
    pub manner: Manner,
}

/// How hanzi were typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// `ziliao`, or on the way there: `zilia`.
    Full,
    /// `zliao`, `zil`.
    Mixed,
    /// `zl`.
    Initials,
}

/// Longer words are not pinyin: the positions within a word are bits.
const LETTERS_MAX: usize = 63;

impl Pinyin {
    /// Nothing for a word that cannot be pinyin: without a Latin letter, with a character beyond ASCII once folded, or too long.
    /// Apostrophes, which separate syllables (`xi'an`), do not count.
    pub fn new(word: &str) -> Option<Pinyin> {
        let letters: Vec<u8> = letter::fold(word).bytes().filter(|&byte| byte != b'\'').collect();
        let is_pinyin = letters.is_ascii()
            && letters.len() <= LETTERS_MAX
            && letters.iter().any(|byte| byte.is_ascii_lowercase())
            && !letters.iter().any(|byte| byte.is_ascii_whitespace());
        if !is_pinyin {
            return None;
        }
        let mut places = Box::new([0; 128]);
        for (at, &letter) in letters.iter().enumerate() {
            places[usize::from(letter)] |= 1 << at;
        }
        let wanted = Wanted::new(&letters);
        Some(Pinyin { letters, places, wanted })
    }

    /// The first match in a text, and of those that begin there the shortest.
    pub fn find(&self, text: &str) -> Option<Spoken> {
        self.find_in(text.as_bytes())
    }

    /// The same in the bytes of a text.
    pub(super) fn find_in(&self, text: &[u8]) -> Option<Spoken> {
        let mut start = 0;
        while start < text.len() {
            let (first, length) = decode(&text[start..]);
            if self.may_begin(first)
                && let Some(spoken) = self.find_at(text, start)
            {
                return Some(spoken);
            }
            start += length;
        }
        None
    }

    /// The shortest match that begins here.
    pub(super) fn find_at(&self, text: &[u8], start: usize) -> Option<Spoken> {
        let mut walk = Walk { latin: 1, any: 0, full: 0, initials: 0 };
        let mut end = start;
        while end < text.len() {
            let (next, length) = decode(&text[end..]);
            if !self.step(&mut walk, next) {
                return None;
            }
            end += length;
            if let Some(manner) = walk.manner(self.letters.len()) {
                return Some(Spoken { range: start..end, manner });
            }
        }
        None
    }

    /// How many letters there are.
    pub(crate) fn len(&self) -> usize {
        self.letters.len()
    }

    /// A bit for each of the 26 letters that is among them.
    pub(crate) fn letters(&self) -> u32 {
        self.letters.iter().filter(|byte| byte.is_ascii_lowercase()).fold(0, |bits, byte| bits | 1 << (byte - b'a'))
    }

    /// Where the share of a hanzi ends that begins with this letter: bit p: before letter p.
    pub(crate) fn ends(&self, hanzi: char, start: usize) -> u64 {
        let mut walk = Walk { latin: 1 << start, ..Walk::default() };
        match reading::of(hanzi) {
            Some(readings) if start < self.letters.len() && self.speak(&mut walk, readings) => walk.any,
            _ => 0,
        }
    }

    /// Whether these letters are more than an initial.
    pub(crate) fn is_syllable_at(&self, letters: Range<usize>) -> bool {
        self.letters
            .get(letters)
            .is_some_and(|letters| letters.len() > 1 && !matches!(letters, [b'z' | b'c' | b's', b'h']))
    }

    /// Whether the letters are one hanzi, or the beginning of one: they are nearly everywhere.
    pub(super) fn is_syllable(&self) -> bool {
        reading::begins_syllable(&self.letters)
    }

    /// Whether a match may begin with this character; nearly all are passed over by it.
    #[inline]
    fn may_begin(&self, character: char) -> bool {
        let first = self.letters[0];
        if character.is_ascii() {
            return character.to_ascii_lowercase() as u8 == first;
        }
        match reading::of(character) {
            Some(readings) => first.is_ascii_lowercase() && readings.initials >> (first - b'a') & 1 == 1,
            None => letter::ascii_of(character).is_some_and(|letters| letters.bytes().next() == Some(first)),
        }
    }

    /// Whether a text with this signature may have a match; most that have none are passed over by it.
    pub(super) fn may_match(&self, signature: Signature) -> bool {
        self.wanted.may_match(signature)
    }

    /// Takes in one more character of the text; false: no match goes on here.
    #[inline]
    fn step(&self, walk: &mut Walk, character: char) -> bool {
        if character.is_ascii() {
            return walk.shift(self.places[usize::from(character.to_ascii_lowercase() as u8)]);
        }
        match reading::of(character) {
            Some(readings) => self.speak(walk, readings),
            None => match letter::ascii_of(character) {
                Some(letters) => letters.bytes().all(|letter| walk.shift(self.places[usize::from(letter)])),
                None => false,
            },
        }
    }

    fn speak(&self, walk: &mut Walk, readings: &Readings) -> bool {
        let before = walk.all();
        let mut after = Walk::default();
        for spelling in &readings.spellings {
            let letters = spelling.letters();
            let mut starts = before & self.places[usize::from(letters[0])];
            while starts != 0 {
                let start = starts.trailing_zeros() as usize;
                starts &= starts - 1;
                let rest = &self.letters[start..];
                after.initials |= walk.initial_from(start, start + 1);
                after.any |= 1 << (start + 1);
                if spelling.has_long_initial() && rest.get(1) == Some(&b'h') {
                    after.initials |= walk.initial_from(start, start + 2);
                    after.any |= 1 << (start + 2);
                }
                if rest.starts_with(letters) {
                    after.full |= walk.full_from(start, start + letters.len());
                    after.any |= 1 << (start + letters.len());
                } else if letters.starts_with(rest) {
                    // One letter alone says nothing about how it would have gone on.
                    if rest.len() > 1 || start > 0 {
                        after.full |= walk.full_from(start, self.letters.len());
                    }
                    after.any |= 1 << self.letters.len();
                }
            }
        }
        *walk = after;
        walk.any != 0
    }
}

/// How far the letters are used up: bit p: the first p of them.
#[derive(Default)]
struct Walk {
    /// By Latin letters alone.
    latin: u64,
    /// In any manner, with a hanzi at least.
    any: u64,
    /// By whole readings and Latin letters, with a hanzi at least.
    full: u64,
    /// By initials and Latin letters, with a hanzi at least.
    initials: u64,
}

impl Walk {
    fn all(&self) -> u64 {
        self.latin | self.any
    }

    fn shift(&mut self, places: u64) -> bool {
        for set in [&mut self.latin, &mut self.any, &mut self.full, &mut self.initials] {
            *set = (*set & places) << 1;
        }
        self.all() != 0
    }

    fn full_from(&self, start: usize, end: usize) -> u64 {
        ((self.latin | self.full) >> start & 1) << end
    }

    fn initial_from(&self, start: usize, end: usize) -> u64 {
        ((self.latin | self.initials) >> start & 1) << end
    }

    fn manner(&self, length: usize) -> Option<Manner> {
        let is_in = |set: u64| set >> length & 1 == 1;
        if is_in(self.full) {
            Some(Manner::Full)
        } else if is_in(self.initials) {
            Some(Manner::Initials)
        } else {
            is_in(self.any).then_some(Manner::Mixed)
        }
    }
}

/// The first character of a text that is not empty, and its length in bytes.
#[inline]
fn decode(text: &[u8]) -> (char, usize) {
    let tail = |at: usize| u32::from(text.get(at).copied().unwrap_or(0) & 0x3F);
    let first = u32::from(text[0]);
    let (code, length) = match text[0] {
        0..0x80 => (first, 1),
        0x80..0xE0 => ((first & 0x1F) << 6 | tail(1), 2),
        0xE0..0xF0 => ((first & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        0xF0.. => ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    };
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length)
}
