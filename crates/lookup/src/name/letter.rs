//! Names as they are compared: folded like texts, but with every sign kept, as `.` and `-` are part of a name.

use std::ops::Range;

use crate::fold::{Class, Letters};

/// A name, folded.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        let folded = text.bytes().map(|byte| kept(char::from(byte.to_ascii_lowercase())));
        return folded.collect();
    }
    let mut folded = String::with_capacity(text.len());
    each(text, |letter, _, _| folded.push(letter));
    folded
}

/// A name, folded, and for each byte of that where it comes from in the name.
pub(super) fn fold_with_origins(text: &str) -> (String, Vec<Range<usize>>) {
    let mut folded = String::with_capacity(text.len());
    let mut origins = Vec::with_capacity(text.len());
    each(text, |letter, span, _| {
        folded.push(letter);
        origins.resize(folded.len(), span);
    });
    (folded, origins)
}

/// Gives each folded letter with its span in the text, and whether it was a capital.
pub(super) fn each(text: &str, mut give: impl FnMut(char, Range<usize>, bool)) {
    if text.is_ascii() {
        for (at, byte) in text.bytes().enumerate() {
            give(kept(char::from(byte.to_ascii_lowercase())), at..at + 1, byte.is_ascii_uppercase());
        }
        return;
    }
    let mut letters = Letters::new(text);
    while let Some(letter) = letters.peek() {
        letters.skip();
        let folded = match letter.class {
            Class::Break | Class::Joiner => text[letter.start..].chars().next().map_or(' ', sign),
            _ => letter.folded,
        };
        give(kept(folded), letter.start..letter.end, letter.class == Class::Upper);
    }
}

/// What a single character is when folded, if that is ASCII; empty: it does not count at all.
pub(super) fn ascii_of(character: char) -> Option<Ascii> {
    let mut ascii = Ascii::default();
    if character.is_ascii() {
        ascii.push(kept(character.to_ascii_lowercase()))?;
        return Some(ascii);
    }
    // The scripts of East Asia and their signs: frequent, and none that matters.
    if matches!(u32::from(character), 0x2E80..0xFB00) {
        return None;
    }
    let mut fits = Some(());
    each(character.encode_utf8(&mut [0; 4]), |letter, _, _| fits = fits.and_then(|()| ascii.push(letter)));
    fits.map(|()| ascii)
}

/// A few ASCII letters.
#[derive(Clone, Copy, Default)]
pub(super) struct Ascii {
    letters: [u8; 8],
    length: usize,
}

impl Ascii {
    fn push(&mut self, letter: char) -> Option<()> {
        *self.letters.get_mut(self.length)? = u8::try_from(letter).ok().filter(u8::is_ascii)?;
        self.length += 1;
        Some(())
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        self.letters[..self.length].iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// Full-width signs as those of ASCII: `（` is `(`.
fn sign(character: char) -> char {
    match u32::from(character) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

/// What separates the names of the table cannot be in one, and spaces of all kinds are one.
#[inline]
fn kept(letter: char) -> char {
    if letter == '\0' || letter.is_whitespace() { ' ' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
        let (folded, origins) = fold_with_origins(text);
        assert_eq!((folded.len(), &folded[..]), (origins.len(), expected));
        assert!(origins.iter().all(|span| text.get(span.clone()).is_some()), "{origins:?}");
        assert_eq!(fold(&folded), folded, "folding what is folded changes nothing");
    }

    #[test]
    fn signs_are_kept() {
        check("My_Report-2024 (Final).PDF", "my_report-2024 (final).pdf");
        check("年度報告（終稿）.docx", "年度报告(终稿).docx");
        check("Ｒéｓｕｍé　１．ｄｏｃ", "resume 1.doc");
        check("ｶﾞイド・ブック.txt", "がいど・ぶっく.txt");
        check("a\0b\tc\u{a0}d", "a b c d");
    }

    #[test]
    fn a_single_character_may_be_ascii() {
        let of = |character| ascii_of(character).map(|it| it.bytes().map(char::from).collect::<String>());
        assert_eq!(of('Ａ').as_deref(), Some("a"));
        assert_eq!(of('é').as_deref(), Some("e"));
        assert_eq!(of('（').as_deref(), Some("("));
        assert_eq!(of('\u{301}').as_deref(), Some(""));
        assert_eq!(of('资'), None);
        assert_eq!(of('ж'), None);
    }
}
