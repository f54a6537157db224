//! Which encoding makes the likeliest text of bytes that say nothing about themselves.

use std::collections::HashMap;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, GB18030, GBK, KOI8_U, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

use crate::detect::TWO_BYTE;
use crate::likelihood;
use crate::utf16;
use crate::verdict::Confidence;

/// The likeliest reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) encoding: &'static Encoding,
    /// How much likelier than the next one, in tenths of a nat.
    pub(crate) lead: u64,
    pub(crate) faults: u64,
    /// Characters beyond ASCII.
    pub(crate) characters: u64,
    /// Whether the language was known.
    pub(crate) is_hinted: bool,
}

impl Outcome {
    pub(crate) fn confidence(&self) -> Confidence {
        // Encodings of one alphabet differ in few letters; a lead over hanzi says nothing about those.
        let is_long_enough = match self.encoding {
            e if e.is_single_byte() && self.is_hinted => true,
            e if USUAL_ALPHABETS.contains(&e) => self.characters >= LETTERS_MIN,
            e if e.is_single_byte() => self.characters >= 4 * LETTERS_MIN,
            _ => true,
        };
        if self.faults == 0 && self.lead >= LEAD_MIN && is_long_enough {
            Confidence::Likely
        } else {
            Confidence::Doubtful
        }
    }

    /// Whether the bytes speak so strongly for this reading that a declaration of another one is a mistake.
    ///
    /// Only for two bytes a character: a text is not by chance full of frequent hanzi.
    pub(crate) fn outweighs(&self, declared: &'static Encoding) -> bool {
        self.encoding != declared
            && !self.encoding.is_single_byte()
            && self.faults == 0
            && self.characters >= 16
            && self.lead >= 1000
            && self.lead >= self.characters * 15
    }
}

/// The sample without what it repeats: a table that says the same two hanzi in each row says them once.
///
/// A piece is a run of bytes beyond ASCII with the ASCII behind it. A single digit ends no piece, because GB 18030 has
/// such digits inside its characters of four bytes.
pub(crate) fn without_repeats(sample: &[u8]) -> Vec<u8> {
    let mut seen: HashMap<&[u8], u32> = HashMap::new();
    let mut kept = Vec::new();
    let mut rest = sample;
    while !rest.is_empty() {
        let is_end = |at: &usize| {
            let before = &rest[..*at];
            let is_single = before[at - 1].is_ascii_digit() && *at >= 2 && !before[at - 2].is_ascii();
            before[at - 1].is_ascii() && !rest[*at].is_ascii() && !is_single
        };
        let (piece, more) = rest.split_at((1..rest.len()).find(is_end).unwrap_or(rest.len()));
        let times = seen.entry(piece).or_default();
        *times += 1;
        if *times <= REPEATS_MAX {
            kept.extend_from_slice(piece);
        }
        rest = more;
    }
    kept
}

/// What is to be weighed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    pub(crate) sample: &'a [u8],
    /// More text of the same origin, such as the neighbours of a file name.
    pub(crate) support: &'a [u8],
    /// The text as it is, when it can be UTF-16 without any zero.
    pub(crate) whole: Option<&'a [u8]>,
    /// Whether it is valid UTF-8, which so few bytes can be by chance.
    pub(crate) is_utf8: bool,
    /// A top level domain or a language.
    pub(crate) hint: Option<&'a str>,
}

/// Whether bytes that are valid UTF-8 can be so by chance: a few pairs, such as 目录 in GBK, which reads `Ŀ¼`.
pub(crate) fn is_utf8_by_chance(bytes: &[u8]) -> bool {
    let mut beyond = bytes.iter().filter(|byte| !byte.is_ascii());
    beyond.by_ref().take(CHANCE_BYTES_MAX).all(|&byte| byte < 0xe0) && beyond.next().is_none()
}

/// Weighs all readings of the sample. `faults` tells what does not decode in the whole text.
pub(crate) fn weigh(question: Question<'_>, faults: impl Fn(&'static Encoding) -> u64) -> Outcome {
    let guess = guess(&question);
    let read = |encoding| Reading::of(encoding, &question, &faults);
    let mut readings: Vec<Reading> = TWO_BYTE.into_iter().map(read).collect();
    for reading in &mut readings {
        reading.cost += if reading.encoding == guess { 0 } else { GUESS_BONUS };
    }
    readings.extend(weigh_alphabets(guess, read));
    if let Some(hinted) = question.hint.and_then(hinted) {
        for reading in readings.iter_mut().filter(|reading| !hinted.contains(&reading.encoding)) {
            reading.cost += HINT_BONUS;
        }
    }
    if question.is_utf8 {
        readings.push(read(UTF_8));
    }
    if let Some(whole) = question.whole.filter(|whole| whole.len() <= UTF16_BYTES_MAX && whole.len().is_multiple_of(2))
    {
        readings.extend([UTF_16LE, UTF_16BE].into_iter().filter_map(|encoding| {
            let cost = utf16::cost(encoding, whole)? + UTF16_MALUS;
            Some(Reading { encoding, cost, faults: 0, characters: whole.len() as u64 / 2 })
        }));
    }
    readings.sort_by_key(|reading| reading.cost);
    let Reading { encoding, cost, faults, characters } = readings[0];
    let is_hinted = question.hint.is_some_and(|hint| top_level_domain(hint).is_some() && hinted(hint).is_none());
    Outcome { encoding, lead: readings[1].cost - cost, faults, characters, is_hinted }
}

/// The likeliest of the alphabets, as it stands against hanzi.
///
/// Which alphabet it is, the guess knows better; that it is one, the letters say.
fn weigh_alphabets(guess: &'static Encoding, read: impl Fn(&'static Encoding) -> Reading) -> Option<Reading> {
    let guessed = guess.is_single_byte().then_some(guess);
    let contrary = |reading: &Reading| match guessed {
        // Of a long text the guess has counted more than we do: which letters follow which.
        Some(guess) if guess != reading.encoding => {
            ALPHABET_GUESS_BONUS + 30 * reading.characters.saturating_sub(LETTERS_MIN)
        }
        _ => 0,
    };
    let readings = USUAL_ALPHABETS.into_iter().chain(guessed).map(read);
    let best = readings.min_by_key(|reading| reading.cost + contrary(reading));
    best.map(|reading| Reading { cost: reading.cost + if guessed.is_some() { 0 } else { GUESS_BONUS }, ..reading })
}

/// The bytes read in one encoding.
#[derive(Clone, Copy)]
struct Reading {
    encoding: &'static Encoding,
    cost: u64,
    faults: u64,
    characters: u64,
}

impl Reading {
    fn of(encoding: &'static Encoding, question: &Question<'_>, faults: impl Fn(&'static Encoding) -> u64) -> Reading {
        let own = likelihood::cost(encoding, question.sample);
        let support = likelihood::cost(encoding, question.support);
        let faults = faults(encoding);
        let beyond_sample = faults.saturating_sub(own.faults) * likelihood::FAULT_COST;
        let cost = rarity(encoding) + own.cost + beyond_sample + support.cost;
        Reading { encoding, cost, faults, characters: own.characters }
    }
}

/// What Firefox would take it for. It knows alphabets well; of few hanzi it is less sure than we are.
fn guess(question: &Question<'_>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(question.support, false);
    detector.feed(&question.sample[..question.sample.len().min(GUESS_BYTES_MAX)], true);
    match detector.guess(question.hint.and_then(top_level_domain), Utf8Detection::Deny) {
        e if e == GBK => GB18030,
        e => e,
    }
}

/// How much rarer than the others an encoding is met in files and names.
fn rarity(encoding: &'static Encoding) -> u64 {
    match encoding {
        e if e == GB18030 || e == UTF_8 => 0,
        e if e == WINDOWS_1252 || TWO_BYTE.contains(&e) => 15,
        e if e == WINDOWS_1251 || e == KOI8_U => 20,
        e if e == WINDOWS_1250 => 25,
        _ => 80,
    }
}

/// The domain whose readers write as the hint says.
fn top_level_domain(hint: &str) -> Option<&[u8]> {
    // Which of the Chinese scripts, the region or the script says; of others the language is enough.
    let (language, region) = hint.split_once(['-', '_']).unwrap_or((hint, ""));
    let domain = match language {
        "zh" if region.contains("hant") || region.contains("tw") => "tw",
        "zh" if region.contains("hk") || region.contains("mo") => "hk",
        "zh" => "cn",
        "ja" => "jp",
        "ko" => "kr",
        "en" => "us",
        "uk" => "ua",
        "cs" => "cz",
        "el" => "gr",
        "he" => "il",
        "fa" => "ir",
        "sv" => "se",
        "da" => "dk",
        "et" => "ee",
        "vi" => "vn",
        "sr" => "rs",
        "sl" => "si",
        _ if (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase()) => language,
        _ => return None,
    };
    Some(domain.as_bytes())
}

/// The encodings of two bytes a character that the hint speaks for.
fn hinted(hint: &str) -> Option<&'static [&'static Encoding]> {
    Some(match top_level_domain(hint)? {
        b"cn" | b"sg" => &TWO_BYTE[..1],
        b"tw" | b"hk" | b"mo" => &TWO_BYTE[1..2],
        b"jp" => &TWO_BYTE[2..4],
        b"kr" | b"kp" => &TWO_BYTE[4..],
        _ => return None,
    })
}

/// How much likelier Firefox's guess is for being that: little for hanzi, which it tells apart less well than we do.
const GUESS_BONUS: u64 = 7;

/// The same for alphabets, where it knows pairs of letters.
const ALPHABET_GUESS_BONUS: u64 = 60;

/// Alphabets that are weighed whatever the guess.
const USUAL_ALPHABETS: [&Encoding; 3] = [WINDOWS_1252, WINDOWS_1251, KOI8_U];

/// How much likelier an encoding is for being that of the language hinted at.
const HINT_BONUS: u64 = 60;

/// So often the same piece is counted.
const REPEATS_MAX: u32 = 4;

/// Bytes beyond ASCII that may be valid UTF-8 by chance. One pair of GBK in seven is; four in a row, one in 2,000.
const CHANCE_BYTES_MAX: usize = 8;

/// UTF-16 without a mark is rare.
const UTF16_MALUS: u64 = 40;

/// Text without the end of a line or a space is not longer.
const UTF16_BYTES_MAX: usize = 4096;

/// The guess is slow (some megabytes a second), and gains nothing by more.
const GUESS_BYTES_MAX: usize = 16 * 1024;

/// A lead of six nats: one in four hundred, were all readings as frequent. Measured by `examples/truth.rs`.
const LEAD_MIN: u64 = 60;

/// Letters beyond ASCII for the encodings of one alphabet to be told apart.
const LETTERS_MIN: u64 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sample: &[u8], expected: &[u8]) {
        assert_eq!(without_repeats(sample).escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn a_piece_counts_four_times_at_most() {
        check(b"", b"");
        check(b"a\xc4\xd0\n\xc5\xae\n", b"a\xc4\xd0\n\xc5\xae\n");
        check(&b"\xc4\xd0\n".repeat(9), &b"\xc4\xd0\n".repeat(4));
        check(&b"\x81\x30\x81\x30".repeat(9), &b"\x81\x30\x81\x30".repeat(9));
    }

    #[track_caller]
    fn check_hint(hint: &str, domain: Option<&str>, encodings: &[&str]) {
        assert_eq!(top_level_domain(hint), domain.map(str::as_bytes), "{hint}");
        let found: Vec<_> = hinted(hint).into_iter().flatten().map(|encoding| encoding.name()).collect();
        assert_eq!(found, encodings, "{hint}");
    }

    #[test]
    fn a_hint_is_a_domain_or_a_language() {
        check_hint("cn", Some("cn"), &["gb18030"]);
        check_hint("zh", Some("cn"), &["gb18030"]);
        check_hint("zh-hant-hk", Some("tw"), &["Big5"]);
        check_hint("ja-jp", Some("jp"), &["Shift_JIS", "EUC-JP"]);
        check_hint("ko_kr", Some("kr"), &["EUC-KR"]);
        check_hint("de", Some("de"), &[]);
        check_hint("com", Some("com"), &[]);
    }

    #[test]
    fn what_is_no_hint_is_none() {
        for hint in ["", "a.b", "é", "x", "-", "toolong", "d3"] {
            check_hint(hint, None, &[]);
        }
    }
}
