//! A few bits of a text that say which neighbours its hanzi have, so that nearly all texts that a word in pinyin does not match
//! are passed over at the price of a comparison.
//!
//! ```text
//! bit  0..26   a hanzi has a reading that begins with a (b, c…)
//! bit  26      a hanzi stands next to a Latin letter or a digit
//! bit  27..64  one for each pair of neighbours with a hanzi, several pairs to a bit
//! ```
//!
//! A text that matches has all the bits of one way to read the word; a text that has them need not match.

use super::letter;
use super::reading::{self, Readings};

/// The bits.
pub(super) type Signature = u64;

/// The bits that a text needs, for each way to read a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Hanzi only.
    pure: Vec<Signature>,
    /// Hanzi next to Latin letters or digits.
    mixed: Vec<Signature>,
}

const MIXED: Signature = 1 << 26;

/// One character, as its neighbour sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// With a reading that begins so.
    Hanzi(u8),
    /// In ASCII, folded.
    Other(u8),
}

impl Unit {
    fn is_mixing(self) -> bool {
        matches!(self, Unit::Other(byte) if byte.is_ascii_alphanumeric())
    }
}

/// Of a text; zero: it has no hanzi that can be spoken.
pub(super) fn of(text: &str) -> Signature {
    if text.is_ascii() {
        return 0;
    }
    let mut signature = 0;
    let mut before: Option<(char, Option<&Readings>)> = None;
    for character in text.chars() {
        let now = reading::of(character);
        if now.is_none() && letter::ascii_of(character).is_some_and(|letters| letters.is_empty()) {
            continue;
        }
        if let Some(readings) = now {
            signature |= Signature::from(readings.initials);
        }
        if let Some((last, spoken)) = before
            && (spoken.is_some() || now.is_some())
        {
            units(last, spoken, |first| units(character, now, |second| signature |= pair(first, second)));
        }
        before = Some((character, now));
    }
    signature
}

fn units(character: char, readings: Option<&Readings>, mut take: impl FnMut(Unit)) {
    if let Some(readings) = readings {
        let mut rest = readings.initials;
        while rest != 0 {
            take(Unit::Hanzi(b'a' + rest.trailing_zeros() as u8));
            rest &= rest - 1;
        }
    } else if character.is_ascii() {
        take(Unit::Other(character.to_ascii_lowercase() as u8));
    } else {
        letter::ascii_of(character).unwrap_or_default().bytes().for_each(|letter| take(Unit::Other(letter)));
    }
}

fn alone(initial: u8) -> Signature {
    1 << (initial - b'a')
}

fn pair(first: Unit, second: Unit) -> Signature {
    let number = |unit| match unit {
        Unit::Hanzi(byte) => u32::from(byte),
        Unit::Other(byte) => u32::from(byte) | 0x80,
    };
    let mixed = (number(first) << 8 | number(second)).wrapping_mul(0x9E37_79B1) >> 16;
    let bit = 1 << (27 + mixed % 37);
    if first.is_mixing() || second.is_mixing() { bit | MIXED } else { bit }
}

impl Wanted {
    pub(super) fn new(letters: &[u8]) -> Wanted {
        let mut search = Search { letters, pure: spoken_to_the_end(letters), ways: Vec::new() };
        for start in 0..letters.len() {
            // What comes before the first hanzi are the letters themselves.
            let last = start.checked_sub(1).map(|at| Unit::Other(letters[at]));
            search.speak(start, last, 0, HANZI_MAX);
        }
        search.ways.sort_unstable_by_key(|way| way.count_ones());
        let mut wanted = Wanted::default();
        for way in search.ways {
            let ways = if way & MIXED == 0 { &mut wanted.pure } else { &mut wanted.mixed };
            // A way that asks for more than another one adds nothing.
            if !ways.iter().any(|it| way & it == *it) {
                ways.push(way);
            }
        }
        wanted
    }

    pub(super) fn may_match(&self, signature: Signature) -> bool {
        let has = |way: &Signature| signature & way == *way;
        self.pure.iter().any(has) || signature & MIXED != 0 && self.mixed.iter().any(has)
    }
}

/// How many hanzi of a way are looked at: more bits would hardly pass over more texts.
const HANZI_MAX: usize = 3;

struct Search<'a> {
    letters: &'a [u8],
    /// Whether hanzi alone can take all letters from here on.
    pure: Vec<bool>,
    ways: Vec<Signature>,
}

impl Search<'_> {
    /// The next character is a hanzi, and takes its letters from `start` on.
    fn speak(&mut self, start: usize, last: Option<Unit>, bits: Signature, left: usize) {
        let initial = self.letters[start];
        if !initial.is_ascii_lowercase() || !reading::begins_syllable(&[initial]) {
            return;
        }
        let hanzi = Unit::Hanzi(initial);
        let bits = bits | alone(initial) | last.map_or(0, |last| pair(last, hanzi));
        for end in ends(self.letters, start) {
            match self.letters.get(end) {
                None => self.ways.push(bits),
                Some(_) if left == 1 => {
                    let is_plain = self.letters[end..].iter().all(u8::is_ascii_alphanumeric);
                    let is_pure = self.pure[end] || !is_plain;
                    self.ways.push(if is_pure { bits } else { bits | MIXED });
                }
                Some(&next) => {
                    self.ways.push(bits | pair(hanzi, Unit::Other(next)));
                    // After Latin letters, one hanzi says enough: there is a way for each place of the first.
                    match last {
                        Some(Unit::Other(_)) => self.ways.push(bits),
                        _ => self.speak(end, Some(hanzi), bits, left - 1),
                    }
                }
            }
        }
    }
}

/// Where the share of a hanzi may end that begins at `start`.
fn ends(letters: &[u8], start: usize) -> impl Iterator<Item = usize> {
    let rest = &letters[start..];
    let is_share = |length: usize| {
        let share = &rest[..length];
        length == 1
            || matches!(share, [b'z' | b'c' | b's', b'h'])
            || reading::is_syllable(share)
            || length == rest.len() && reading::begins_syllable(share)
    };
    (1..=rest.len().min(7)).filter(move |&length| is_share(length)).map(move |length| start + length)
}

fn spoken_to_the_end(letters: &[u8]) -> Vec<bool> {
    let mut pure = vec![false; letters.len() + 1];
    pure[letters.len()] = true;
    for start in (0..letters.len()).rev() {
        pure[start] = reading::begins_syllable(&letters[start..=start]) && ends(letters, start).any(|end| pure[end]);
    }
    pure
}
