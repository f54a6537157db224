//! Letters as they are compared: whatever a reader takes for the same letter is one letter here.
//!
//! ```text
//! Ｑuarry → quarry    café → cafe      資料 → 资料     カナ, ｶﾅ → かな
//! ```
//!
//! Texts and what is looked for go through the same folds, so that it does not matter which of two forms stands where. Each letter keeps
//! the span that it was made from, so that what matched can be marked in the text as it was written.

mod slow;

use std::sync::LazyLock;
use unicode_normalization::char::compose;

/// What a letter is to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Part of no word.
    Break,
    /// A letter without case, or a small one.
    Lower,
    /// A capital letter (folded to a small one).
    Upper,
    /// A digit.
    Digit,
    /// `_`: joins two words to a name.
    Joiner,
    /// A letter of a script that puts no spaces between words, or of Hangul.
    Run,
}

/// A letter, folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) class: Class,
    pub(crate) folded: char,
    /// Where it stands in the text, in bytes. Letters that one character stands for share its span.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The letters of a text, folded. Accents, vowel signs of Arabic and Hebrew, and what cannot be seen are left out; the span of a letter
/// goes on over them.
#[derive(Clone, Debug)]
pub(crate) struct Letters<'a> {
    text: &'a str,
    at: usize,
    /// Letters of one character that stands for several, in reverse.
    pending: Vec<Letter>,
    peeked: Option<Letter>,
}

impl<'a> Letters<'a> {
    pub(crate) fn new(text: &'a str) -> Letters<'a> {
        Letters { text, at: 0, pending: Vec::new(), peeked: None }
    }

    /// The letter that comes next, without taking it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<Letter> {
        if self.peeked.is_none() {
            self.peeked = self.read();
        }
        self.peeked
    }

    /// Takes the letter that was seen.
    #[inline]
    pub(crate) fn skip(&mut self) {
        self.peeked = None;
    }

    /// The text from here on that is no letter yet looked at; for a look at what stands behind a word.
    pub(crate) fn rest(&self, from: usize) -> &'a str {
        &self.text[from..]
    }

    #[inline]
    fn read(&mut self) -> Option<Letter> {
        if let Some(letter) = self.pending.pop() {
            return Some(letter);
        }
        loop {
            let start = self.at;
            let &byte = self.text.as_bytes().get(start)?;
            if byte < 0x80 {
                self.at += 1;
                // An accent of its own may follow any letter.
                if matches!(self.text.as_bytes().get(self.at), Some(0xCC | 0xCD))
                    && let Some(letter) = self.read_accented(char::from(byte), start)
                {
                    return Some(letter);
                }
                let (class, folded) = ascii(byte);
                return Some(Letter { class, folded, start, end: self.at });
            }
            let character = self.text[start..].chars().next()?;
            self.at += character.len_utf8();
            let letter = |class, folded, end| Some(Letter { class, folded, start, end });
            match character {
                '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{3FFFF}' => {
                    self.pass_invisible();
                    return letter(Class::Run, hanzi(character), self.at);
                }
                '\u{3041}'..='\u{30FF}' | '\u{FF66}'..='\u{FF9D}' => {
                    let (class, folded) = self.kana(character);
                    return letter(class, folded, self.at);
                }
                '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{1112}' => {
                    let folded = self.hangul(character);
                    return letter(Class::Run, folded, self.at);
                }
                '\u{FF01}'..='\u{FF5E}' => {
                    // Full-width forms stand 0xFEE0 above their ASCII.
                    let (class, folded) = ascii((u32::from(character) - 0xFEE0) as u8);
                    return letter(class, folded, self.at);
                }
                '\u{3005}'..='\u{3007}' => return letter(Class::Run, character, self.at),
                // CJK punctuation and general punctuation: most of what is not ASCII and no letter.
                '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{2010}'..='\u{2027}' => {
                    return letter(Class::Break, ' ', self.at);
                }
                _ => {
                    if let Some(letter) = self.read_accented(character, start) {
                        return Some(letter);
                    }
                    let known = (character < COMMON_END).then(|| COMMON[character as usize - 0x80]).flatten();
                    if let Some((class, folded)) = known {
                        self.pass_invisible();
                        return letter(class, folded, self.at);
                    }
                    self.pass_invisible();
                    let end = self.at;
                    let pending = &mut self.pending;
                    slow::fold(character, &mut |class, folded| pending.push(Letter { class, folded, start, end }));
                    self.pending.reverse();
                    if let Some(letter) = self.pending.pop() {
                        return Some(letter);
                    }
                    // It stands for nothing: the next one.
                }
            }
        }
    }

    /// A letter and an accent that follows it as a character of its own, as one: `e◌́` is `é`, and `и◌̆` is `й`, not `и`.
    fn read_accented(&mut self, base: char, start: usize) -> Option<Letter> {
        let next = self.text[self.at..].chars().next()?;
        if !matches!(next, '\u{300}'..='\u{36F}') {
            return None;
        }
        let composed = compose(base, next)?;
        self.at += next.len_utf8();
        self.pass_invisible();
        let end = self.at;
        let mut first = None;
        slow::fold(composed, &mut |class, folded| {
            first.get_or_insert(Letter { class, folded, start, end });
        });
        first
    }

    /// Passes what belongs to the letter before it and is not compared: accents, variation selectors, joiners.
    #[inline]
    fn pass_invisible(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            // All of them begin with one of these bytes.
            if !matches!(byte, 0xC2 | 0xCC | 0xCD | 0xD2 | 0xD6..=0xDB | 0xE1 | 0xE2 | 0xEF | 0xF3) {
                return;
            }
            let Some(next) = self.text[self.at..].chars().next().filter(|&next| slow::is_invisible(next)) else {
                return;
            };
            self.at += next.len_utf8();
        }
    }

    /// Kana as hiragana, with a voiced mark that follows as a character of its own.
    fn kana(&mut self, character: char) -> (Class, char) {
        let folded = match character {
            'ァ'..='ヶ' => shift(character, -0x60),
            'ヽ' | 'ヾ' => shift(character, -0x60),
            '・' | '゠' => return (Class::Break, ' '),
            // Marks without a letter to voice.
            '\u{3099}'..='\u{309C}' => return (Class::Break, ' '),
            '\u{FF66}'..='\u{FF9D}' => HALF_WIDTH_KANA[character as usize - 0xFF66],
            other => other,
        };
        let mark = match self.text[self.at..].chars().next() {
            Some('\u{3099}' | '\u{309B}' | '\u{FF9E}') => '\u{3099}',
            Some('\u{309A}' | '\u{309C}' | '\u{FF9F}') => '\u{309A}',
            _ => return (Class::Run, folded),
        };
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        (Class::Run, compose(folded, mark).unwrap_or(folded))
    }

    /// Hangul as syllables, also where it is written as single sounds (file names of macOS).
    fn hangul(&mut self, character: char) -> char {
        let mut folded = character;
        while let Some(next) = self.text[self.at..].chars().next() {
            if !matches!(next, '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}') {
                break;
            }
            let Some(composed) = compose(folded, next) else { break };
            folded = composed;
            self.at += next.len_utf8();
        }
        folded
    }
}

/// The letters of a text as they are compared, for names and words that are compared whole. What is no letter becomes one space.
pub(crate) fn plain(text: &str, out: &mut String) {
    let mut letters = Letters::new(text);
    let mut is_after_break = true;
    while let Some(letter) = letters.peek() {
        letters.skip();
        match letter.class {
            Class::Break | Class::Joiner if is_after_break => {}
            Class::Break | Class::Joiner => {
                out.push(' ');
                is_after_break = true;
            }
            _ => {
                out.push(letter.folded);
                is_after_break = false;
            }
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

#[inline]
fn ascii(byte: u8) -> (Class, char) {
    match byte {
        b'a'..=b'z' => (Class::Lower, char::from(byte)),
        b'A'..=b'Z' => (Class::Upper, char::from(byte | 0x20)),
        b'0'..=b'9' => (Class::Digit, char::from(byte)),
        b'_' => (Class::Joiner, '_'),
        b'\n' => (Class::Break, '\n'),
        PART_BYTE => (Class::Break, PART),
        _ => (Class::Break, ' '),
    }
}

fn shift(character: char, by: i32) -> char {
    char::from_u32(u32::from(character).wrapping_add_signed(by)).unwrap_or(character)
}

/// The character that stands for all that are the same as this one.
#[inline]
pub(crate) fn hanzi(character: char) -> char {
    match character {
        '\u{3400}'..='\u{9FFF}' => {
            let low = HANZI.low[character as usize - 0x3400];
            if low == 0 { character } else { char::from_u32(u32::from(low)).unwrap_or(character) }
        }
        _ => HANZI.high.binary_search_by_key(&character, |pair| pair.0).map_or(character, |at| HANZI.high[at].1),
    }
}

/// Stands between the parts of a text (name, title, headings, body). No phrase goes across it.
pub(crate) const PART: char = '\u{c}';
const PART_BYTE: u8 = 0x0c;

/// Below it, what a character is folded to stands in a table.
const COMMON_END: char = '\u{600}';

/// Latin, Greek, Cyrillic, Hebrew: what each character is folded to, where that is one letter.
static COMMON: LazyLock<Vec<Option<(Class, char)>>> = LazyLock::new(|| {
    let one = |character: char| {
        let mut letters = Vec::new();
        slow::fold(character, &mut |class, folded| letters.push((class, folded)));
        if letters.len() == 1 { Some(letters[0]) } else { None }
    };
    ('\u{80}'..COMMON_END).map(one).collect()
});

struct Hanzi {
    /// U+3400 to U+9FFF: what stands for the character; 0: itself.
    low: Vec<u16>,
    /// Those that are not in `low`, or stand for one beyond U+FFFF, in order.
    high: Vec<(char, char)>,
}

static HANZI: LazyLock<Hanzi> = LazyLock::new(|| {
    let mut hanzi = Hanzi { low: vec![0; 0x9FFF - 0x3400 + 1], high: Vec::new() };
    for line in include_str!("fold/hanzi.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        let Some(first) = characters.next() else { continue };
        for other in characters {
            match (other, u16::try_from(u32::from(first))) {
                ('\u{3400}'..='\u{9FFF}', Ok(first)) => hanzi.low[other as usize - 0x3400] = first,
                _ => hanzi.high.push((other, first)),
            }
        }
    }
    hanzi.high.sort_unstable();
    hanzi
});

/// U+FF66 to U+FF9D, as hiragana.
#[rustfmt::skip]
const HALF_WIDTH_KANA: [char; 56] = [
    'を', 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'ゃ', 'ゅ', 'ょ', 'っ', 'ー', 'あ', 'い', 'う', 'え', 'お', 'か', 'き', 'く', 'け', 'こ', 'さ', 'し', 'す',
    'せ', 'そ', 'た', 'ち', 'つ', 'て', 'と', 'な', 'に', 'ぬ', 'ね', 'の', 'は', 'ひ', 'ふ', 'へ', 'ほ', 'ま', 'み', 'む', 'め', 'も', 'や', 'ゆ',
    'よ', 'ら', 'り', 'る', 'れ', 'ろ', 'わ', 'ん',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut folded = String::new();
        plain(text, &mut folded);
        assert_eq!(folded, expected, "{text}");
        let mut again = String::new();
        plain(&folded, &mut again);
        assert_eq!(again, folded, "folding what is folded changes nothing");
    }

    #[test]
    fn case_and_width_do_not_matter() {
        check("Quarry", "quarry");
        check("ＱＵＡＲＲＹ　２０２４！", "quarry 2024");
        check("ΑΒΓ ΌΔΟΣ", "αβγ οδοσ");
        check("ПРИВЕТ Ёлка Йод", "привет елка йод");
    }

    #[test]
    fn accents_do_not_matter_in_either_form() {
        check("café Ünïcödé", "cafe unicode");
        check("cafe\u{301} U\u{308}ni", "cafe uni");
        check("Straße Œuvre Ærø Łódź İstanbul ılık", "strasse oeuvre aero lodz istanbul ilik");
        check("Việt Nam ĐÀ NẴNG", "viet nam da nang");
        // A letter of its own, not an accented one.
        check("йод и\u{306}од", "йод йод");
    }

    #[test]
    fn kana_are_one() {
        check("カタカナ ｶﾀｶﾅ かたかな", "かたかな かたかな かたかな");
        check("ガ ｶﾞ か\u{3099} パ ﾊﾟ", "が が が ぱ ぱ");
        check("コーヒー ｺｰﾋｰ", "こーひー こーひー");
        check("ソフト・ウェア", "そふと うぇあ");
    }

    #[test]
    fn traditional_and_simplified_are_one() {
        check("資料 资料", "资料 资料");
        check("裏面 裡面 里面", "里面 里面 里面");
        check("後台 后台 髮 發", "后台 后台 发 发");
        check("図書 圖書 图书 広", "图书 图书 图书 广");
    }

    #[test]
    fn hangul_is_one_in_either_form() {
        check("한국어", "한국어");
        check("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}", "한국어");
    }

    #[test]
    fn what_stands_for_several_is_several() {
        check("ﬁle ㎏ ① ㈱", "file kg 1 株");
        check("㍿", "株式会社");
        check("⽂件 豈", "文件 岂");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        check("soft\u{ad}hyphen zero\u{200d}joiner \u{feff}mark", "softhyphen zerojoiner mark");
        check("葛\u{e0100}城", "葛城");
        check("عَرَبِيّ العـــربية", "عربي العربيه");
        check("أحمد إحمد ٢٠٢٤", "احمد احمد 2024");
        check("שָׁלוֹם", "שלום");
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let mut letters = Letters::new("aé\u{301}ﬁ資");
        let mut spans = Vec::new();
        while let Some(letter) = letters.peek() {
            letters.skip();
            spans.push((letter.folded, letter.start, letter.end));
        }
        assert_eq!(spans, [('a', 0, 1), ('e', 1, 5), ('f', 5, 8), ('i', 5, 8), ('资', 8, 11)]);
    }

    #[test]
    fn the_table_of_hanzi_leads_nowhere_twice() {
        for character in '\u{3400}'..='\u{2FFFF}' {
            let folded = hanzi(character);
            assert_eq!(hanzi(folded), folded, "{character}");
        }
    }
}
