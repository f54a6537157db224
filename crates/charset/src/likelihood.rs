//! How likely a text is under one reading of its bytes: the lower the cost, the likelier.
//!
//! Each reading of the same bytes is charged for every character it makes of them, roughly the negative logarithm of
//! how often that character is met. Wrong readings make rare characters, and cost more. Unit: a tenth of a nat.

use std::sync::LazyLock;

use encoding_rs::{BIG5, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};

use crate::frequency;

/// Which characters are expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Simplified,
    Traditional,
    Japanese,
    Korean,
    /// Letters of one alphabet at a time, small ones after large ones.
    Alphabet,
    /// Any of the above, whichever suits a character best.
    Any,
}

impl Model {
    pub(crate) fn of(encoding: &'static Encoding) -> Model {
        match encoding {
            e if e == GB18030 || e == GBK => Model::Simplified,
            e if e == BIG5 => Model::Traditional,
            e if e == SHIFT_JIS || e == EUC_JP || e == ISO_2022_JP => Model::Japanese,
            e if e == EUC_KR => Model::Korean,
            e if e.is_single_byte() => Model::Alphabet,
            _ => Model::Any,
        }
    }
}

/// What a place that does not decode costs: more than any character, less than three.
pub(crate) const FAULT_COST: u64 = 300;

/// The cost of `bytes` read as `encoding`, with the places that do not decode, and the characters beyond ASCII.
///
/// What is cut off at the end is not charged.
pub(crate) fn cost(encoding: &'static Encoding, bytes: &[u8]) -> Cost {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut scorer = Scorer::new(Model::of(encoding));
    let mut rest = bytes;
    let mut text = [0; 4096];
    let mut total = Cost::default();
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut text, false);
        rest = &rest[read..];
        // The decoder writes whole characters of valid UTF-8, so nothing is lost here.
        for c in std::str::from_utf8(&text[..written]).unwrap_or_default().chars() {
            total.cost += scorer.charge(c);
            total.characters += u64::from(!c.is_ascii());
        }
        match result {
            DecoderResult::InputEmpty => return total,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                total.cost += FAULT_COST;
                total.faults += 1;
            }
        }
    }
}

/// What a reading costs, and what it consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) cost: u64,
    pub(crate) faults: u64,
    /// Characters beyond ASCII.
    pub(crate) characters: u64,
}

/// Charges one character after another; letters depend on the one before.
pub(crate) struct Scorer {
    model: Model,
    before: Shape,
    last: char,
}

impl Scorer {
    pub(crate) fn new(model: Model) -> Scorer {
        Scorer { model, before: Shape::Other, last: '\0' }
    }

    pub(crate) fn charge(&mut self, c: char) -> u64 {
        match self.model {
            Model::Alphabet => self.charge_letter(c),
            Model::Any => {
                let letter = self.charge_letter(c);
                let ideograph = MODELS.iter().map(|&model| charge_cjk(model, c)).min().unwrap_or(letter);
                letter.min(ideograph)
            }
            model => {
                // A letter beside a hanzi: usual enough in Chinese, but each letter with an accent looks like one.
                let pair = (self.last, c);
                let is_mixed = pair.0.is_ascii_alphabetic() && is_ideograph(pair.1)
                    || is_ideograph(pair.0) && pair.1.is_ascii_alphabetic();
                let mixed = if is_mixed { 15 } else { 0 };
                let row = if is_half_width(c) && is_half_width(self.last) { 35 } else { 0 };
                self.last = c;
                charge_cjk(model, c) + mixed - row
            }
        }
    }

    fn charge_letter(&mut self, c: char) -> u64 {
        let shape = Shape::of(c);
        let before = std::mem::replace(&mut self.before, shape);
        if c.is_ascii() {
            // A Latin letter inside a word of another script.
            return ASCII_COST + if is_mixed(before, shape) { 40 } else { 0 };
        }
        match shape {
            Shape::Letter { script, is_upper } => {
                let mut cost = letter_cost(c, is_upper);
                match before {
                    // Words have few accents in a row, except where a script has no ASCII letters at all.
                    Shape::Letter { script: Script::Accented, .. } if script == Script::Accented => cost += 30,
                    _ if is_mixed(before, shape) => cost += 40,
                    _ => {}
                }
                if is_upper && matches!(before, Shape::Letter { is_upper: true, .. }) {
                    cost += 12;
                }
                if is_upper && matches!(before, Shape::Letter { is_upper: false, script } if script != Script::Uncased)
                {
                    cost += 40;
                }
                cost
            }
            Shape::Other => match c {
                '\u{80}'..='\u{9f}' => 200,
                '\u{a0}' | '«' | '»' | '°' | '§' | '©' | '®' | '·' | '¿' | '¡' | '№' | '€' | '£' => 65,
                '\u{2010}'..='\u{2026}' => 60,
                _ => 110,
            },
        }
    }
}

/// What a letter is to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Letter { script: Script, is_upper: bool },
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Ascii,
    Accented,
    Greek,
    Cyrillic,
    /// Hebrew, Arabic, Thai and others.
    Uncased,
}

impl Shape {
    fn of(c: char) -> Shape {
        if !c.is_alphabetic() && !matches!(c, '\u{e31}'..='\u{e4e}' | '\u{64b}'..='\u{652}' | '\u{5b0}'..='\u{5c2}') {
            return Shape::Other;
        }
        let script = match c {
            '\0'..='\u{7f}' => Script::Ascii,
            '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Accented,
            '\u{370}'..='\u{3ff}' => Script::Greek,
            '\u{400}'..='\u{52f}' => Script::Cyrillic,
            _ => Script::Uncased,
        };
        Shape::Letter { script, is_upper: c.is_uppercase() }
    }
}

/// How rare a letter is where its alphabet is used.
fn letter_cost(c: char, is_upper: bool) -> u64 {
    let lower = c.to_lowercase().next().unwrap_or(c);
    let cost = match lower {
        'о' | 'е' | 'а' | 'и' | 'н' | 'т' | 'с' | 'р' | 'в' => 25,
        'л' | 'к' | 'м' | 'д' | 'п' | 'у' | 'я' | 'ы' | 'ь' | 'г' => 32,
        'é' | 'è' | 'à' | 'ç' | 'ü' | 'ö' | 'ä' | 'ß' | 'ó' | 'á' | 'í' | 'ñ' => 28,
        'ê' | 'ã' | 'õ' | 'ú' | 'å' | 'ø' | 'æ' | 'ą' | 'ę' | 'ł' | 'ś' | 'ż' | 'ć' | 'ń' | 'ě' | 'š' | 'č' | 'ř'
        | 'ž' | 'ý' => 34,
        'ș' | 'ț' | 'ơ' | 'ư' | '\u{1ea1}'..='\u{1ef9}' => 40,
        'ŀ' | 'ĸ' | 'ŉ' | 'ĳ' | 'ŋ' | 'ŧ' | 'ÿ' | 'þ' | 'ð' => 100,
        '\u{df}'..='\u{17e}' => 42,
        '\u{3ac}'..='\u{3ce}' => 34,
        'ш' | 'ю' | 'ц' | 'щ' | 'э' | 'ф' | 'ъ' => 46,
        '\u{430}'..='\u{45f}' | 'ґ' => 40,
        '\u{5d0}'..='\u{5ea}' | '\u{621}'..='\u{64a}' | '\u{67e}'..='\u{6cc}' => 34,
        '\u{5b0}'..='\u{5c2}' | '\u{64b}'..='\u{652}' => 60,
        'ฃ' | 'ฅ' | 'ฆ' | 'ฌ' | 'ฎ' | 'ฏ' | 'ฐ' | 'ฑ' | 'ฒ' | 'ฬ' | 'ฦ' | '\u{e3a}' | '\u{e4e}' => {
            65
        }
        '\u{e01}'..='\u{e4e}' => 36,
        _ => 100,
    };
    cost + if is_upper { 8 } else { 0 }
}

fn is_mixed(before: Shape, after: Shape) -> bool {
    let latin = |script| matches!(script, Script::Ascii | Script::Accented);
    match (before, after) {
        (Shape::Letter { script: a, .. }, Shape::Letter { script: b, .. }) => a != b && !(latin(a) && latin(b)),
        _ => false,
    }
}

const MODELS: [Model; 4] = [Model::Simplified, Model::Traditional, Model::Japanese, Model::Korean];

/// ASCII counts only where readings differ about it: as the second byte of a character.
const ASCII_COST: u64 = 30;

fn charge_cjk(model: Model, c: char) -> u64 {
    match c {
        '\0'..='\u{7f}' => ASCII_COST,
        '\u{4e00}'..='\u{9fff}' => charge_han(model, c),
        '\u{ac00}'..='\u{d7a3}' => match model {
            Model::Korean => u64::from(HANGUL[c as usize - 0xac00]),
            _ => 170,
        },
        '\u{3041}'..='\u{3093}' | '\u{30a1}'..='\u{30f6}' | 'ー' => match model {
            Model::Japanese => u64::from(KANA[c as usize - 0x3041]),
            _ => 100,
        },
        // Half-width katakana are one byte in Shift_JIS, so that a hanzi could be two of them; but real ones stand in rows.
        c if is_half_width(c) => 85,
        '\u{3000}'..='\u{3002}'
        | '\u{ff01}'
        | '\u{ff08}'..='\u{ff09}'
        | '\u{ff0c}'
        | '\u{ff1a}'..='\u{ff1b}'
        | '\u{ff1f}' => 52,
        '\u{3003}'..='\u{3020}' | '\u{ad}' | '·' | '・' | '\u{2014}'..='\u{2026}' => 60,
        '\u{ff02}'..='\u{ff5e}' => 75,
        '\u{2460}'..='\u{24ff}' | '\u{25a0}'..='\u{2606}' | '\u{2190}'..='\u{2193}' | '\u{2160}'..='\u{217f}' => 85,
        '\u{2200}'..='\u{22ff}' | '\u{391}'..='\u{3c9}' | '\u{410}'..='\u{44f}' => 95,
        '\u{2500}'..='\u{257f}' | '\u{a0}'..='\u{ff}' | '\u{370}'..='\u{4ff}' | '\u{3105}'..='\u{3129}' => 110,
        '\u{e000}'..='\u{f8ff}' | '\u{80}'..='\u{9f}' => 220,
        _ => 150,
    }
}

fn is_ideograph(c: char) -> bool {
    c >= '\u{3041}'
}

fn is_half_width(c: char) -> bool {
    matches!(c, '\u{ff61}'..='\u{ff9f}')
}

fn charge_han(model: Model, c: char) -> u64 {
    let index = c as usize - 0x4e00;
    match model {
        // Traditional text is also kept in GBK, and some Korean is written with hanja.
        Model::Simplified => u64::from(SIMPLIFIED[index]).min(u64::from(TRADITIONAL[index]) + 22),
        Model::Traditional => u64::from(TRADITIONAL[index]),
        Model::Japanese => u64::from(JAPANESE[index]),
        Model::Korean => u64::from(TRADITIONAL[index]) + 35,
        Model::Alphabet | Model::Any => RARE,
    }
}

/// A character of the language that is not in its table.
const RARE: u64 = 128;

/// Cost by the power of two of the rank: the first, the next two, the next four and so on.
const HAN_COST: [u8; 12] = [34, 40, 44, 47, 51, 55, 59, 64, 70, 79, 93, 108];
const JAPANESE_COST: [u8; 12] = [30, 33, 36, 39, 44, 52, 61, 69, 79, 90, 104, 115];
const HANGUL_COST: [u8; 12] = [38, 40, 42, 44, 47, 51, 56, 62, 70, 80, 96, 110];

static SIMPLIFIED: LazyLock<Box<[u8]>> = LazyLock::new(|| table('\u{4e00}', 0x5200, frequency::SIMPLIFIED, HAN_COST));
static TRADITIONAL: LazyLock<Box<[u8]>> = LazyLock::new(|| table('\u{4e00}', 0x5200, frequency::TRADITIONAL, HAN_COST));
static JAPANESE: LazyLock<Box<[u8]>> = LazyLock::new(|| table('\u{4e00}', 0x5200, frequency::JAPANESE, JAPANESE_COST));
static KANA: LazyLock<Box<[u8]>> = LazyLock::new(|| table('\u{3041}', 0xbf, frequency::JAPANESE, JAPANESE_COST));
static HANGUL: LazyLock<Box<[u8]>> = LazyLock::new(|| table('\u{ac00}', 0x2ba4, frequency::KOREAN, HANGUL_COST));

/// The costs of `count` characters from `first` on.
fn table(first: char, count: usize, by_rank: &str, costs: [u8; 12]) -> Box<[u8]> {
    let mut table = vec![RARE as u8; count].into_boxed_slice();
    for (rank, c) in by_rank.chars().enumerate() {
        let power = (rank + 1).ilog2() as usize;
        if let Some(slot) = (c as usize).checked_sub(first as usize).and_then(|index| table.get_mut(index)) {
            *slot = costs[power.min(costs.len() - 1)];
        }
    }
    table
}
