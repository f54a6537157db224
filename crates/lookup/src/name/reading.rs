//! How hanzi are spoken: each with all its readings, in the 26 letters that people type.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// One way to speak a hanzi: `zhong`. At most six letters, as `zhuang` and `shuang` have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spelling {
    letters: [u8; LETTERS_MAX],
    length: u8,
}

/// All ways to speak a hanzi.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// Bit 0: one of them begins with `a`.
    pub(super) initials: u32,
    pub(super) spellings: Box<[Spelling]>,
}

const LETTERS_MAX: usize = 7;

impl Spelling {
    fn new(letters: &str) -> Option<Spelling> {
        if letters.is_empty() || letters.len() > LETTERS_MAX || !letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let mut spelling = Spelling { letters: [0; LETTERS_MAX], length: letters.len() as u8 };
        spelling.letters[..letters.len()].copy_from_slice(letters.as_bytes());
        Some(spelling)
    }

    pub(super) fn letters(&self) -> &[u8] {
        &self.letters[..usize::from(self.length)]
    }

    /// `zh`, `ch` and `sh` are initials of two letters.
    pub(super) fn has_long_initial(&self) -> bool {
        matches!(self.letters(), [b'z' | b'c' | b's', b'h', ..])
    }
}

/// The readings of a character; none: it is not a hanzi, or nobody knows.
#[inline]
pub(super) fn of(character: char) -> Option<&'static Readings> {
    let code = u32::from(character);
    let (table, first) = match code {
        0x3007..0xFB00 => (&TABLE.lower, 0x3007),
        0x2_0000..0x3_2400 => (&TABLE.upper, 0x2_0000),
        _ => return None,
    };
    match table[(code - first) as usize] {
        0 => None,
        set => TABLE.sets.get(usize::from(set) - 1),
    }
}

/// Whether these letters are a whole reading of some hanzi.
pub(super) fn is_syllable(letters: &[u8]) -> bool {
    TABLE.syllables.binary_search_by(|it| it.letters().cmp(letters)).is_ok()
}

/// Whether some reading begins with these letters.
pub(super) fn begins_syllable(letters: &[u8]) -> bool {
    let at = TABLE.syllables.partition_point(|it| it.letters() < letters);
    TABLE.syllables.get(at).is_some_and(|it| it.letters().starts_with(letters))
}

/// Whether a character is one that pinyin could speak; much cheaper than its readings.
pub(super) fn is_hanzi(character: char) -> bool {
    matches!(u32::from(character), 0x3007 | 0x3400..0xA000 | 0xF900..0xFB00 | 0x2_0000..0x3_2400)
}

/// Many hanzi share few sets of readings; a character has the number of its set, counted from 1.
struct Table {
    lower: Vec<u16>,
    upper: Vec<u16>,
    sets: Vec<Readings>,
    /// All readings there are, in order.
    syllables: Vec<Spelling>,
}

/// Made when the first hanzi is seen: some milliseconds, a quarter of a megabyte.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut numbers: HashMap<Vec<Spelling>, u16> = HashMap::new();
    let mut sets = Vec::new();
    let mut number = |code: u32| {
        let Some(character) = char::from_u32(code).filter(|&character| is_hanzi(character)) else { return 0 };
        let spellings = spellings(character);
        if spellings.is_empty() {
            return 0;
        }
        *numbers.entry(spellings).or_insert_with_key(|spellings| {
            let initials = spellings.iter().fold(0, |bits, it| bits | 1 << (it.letters[0] - b'a'));
            sets.push(Readings { initials, spellings: spellings.clone().into() });
            // There are some two thousand; if there ever were more than fit, their hanzi would have no readings.
            u16::try_from(sets.len()).unwrap_or(0)
        })
    };
    let lower = (0x3007..0xFB00).map(&mut number).collect();
    let upper = (0x2_0000..0x3_2400).map(&mut number).collect();
    let mut syllables: Vec<Spelling> = sets.iter().flat_map(|set| set.spellings.iter().copied()).collect();
    syllables.sort_unstable_by(|left, right| left.letters().cmp(right.letters()));
    syllables.dedup();
    Table { lower, upper, sets, syllables }
});

/// As people type them: without tones, `ü` as `v` and as `u`, as both are usual.
fn spellings(character: char) -> Vec<Spelling> {
    let mut spellings = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        let plain: String = reading.plain().chars().filter_map(plain_letter).collect();
        spellings.extend(Spelling::new(&plain.replace('ü', "v")));
        spellings.extend(Spelling::new(&plain.replace('ü', "u")));
    }
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// A letter without its tone; tones that are characters of their own are nothing.
fn plain_letter(letter: char) -> Option<char> {
    match letter {
        'a'..='z' | 'ü' => Some(letter),
        'ê' | 'ế' | 'ề' => Some('e'),
        'ḿ' => Some('m'),
        'ń' | 'ň' | 'ǹ' => Some('n'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(character: char) -> Vec<String> {
        let readings = of(character).map_or(&[][..], |readings| &readings.spellings);
        readings.iter().map(|it| String::from_utf8(it.letters().to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_hanzi_has_all_its_readings() {
        assert_eq!(spoken('重'), ["chong", "tong", "zhong"]);
        assert!(["hang", "heng", "xing"].iter().all(|it| spoken('行').contains(&it.to_string())), "{:?}", spoken('行'));
        assert!(["le", "yue"].iter().all(|it| spoken('乐').contains(&it.to_string())));
        assert_eq!(spoken('双'), ["shuang"]);
        assert!(spoken('〇').contains(&"ling".to_string()));
    }

    #[test]
    fn u_with_dots_is_typed_as_v_or_as_u() {
        assert_eq!(spoken('绿'), ["lu", "lv"]);
        assert_eq!(spoken('略'), ["lue", "lve"]);
    }

    #[test]
    fn what_is_no_hanzi_has_none() {
        for character in ['a', 'é', 'あ', 'ア', '한', '。', '\0', '\u{10FFFF}', '😀'] {
            assert_eq!(spoken(character), [""; 0], "{character}");
        }
    }

    #[test]
    fn the_sets_are_few() {
        assert!(TABLE.sets.len() < 8000, "{}", TABLE.sets.len());
    }
}
