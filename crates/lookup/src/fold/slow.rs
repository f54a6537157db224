//! What a character stands for, by the tables of Unicode. Slow; what is frequent does not come here.

use super::{Class, hanzi};
use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

/// Gives the letters that a character stands for; none for what is not compared at all.
pub(super) fn fold(character: char, give: &mut dyn FnMut(Class, char)) {
    if is_invisible(character) {
        return;
    }
    if let Some(letters) = special(character) {
        let class = if character.is_uppercase() { Class::Upper } else { Class::Lower };
        return letters.chars().for_each(|letter| give(class, letter));
    }
    let mut parts = Vec::with_capacity(4);
    // Cyrillic letters with a mark are letters of their own (й is no и), but for ё, which many write as е.
    if matches!(character, '\u{400}'..='\u{52F}') && !matches!(character, 'ё' | 'Ё') {
        parts.push(character);
    } else {
        decompose_compatible(character, |part| parts.push(part));
        // Single sounds of Hangul are syllables again.
        parts.dedup_by(|part, before| {
            let syllable = compose(*before, *part).filter(|syllable| matches!(syllable, '\u{AC00}'..='\u{D7A3}'));
            syllable.inspect(|&syllable| *before = syllable).is_some()
        });
    }
    let mut is_given = false;
    for part in parts {
        let class = class_of(part);
        // A mark that is part of the letter before it; or brackets around one.
        if is_invisible(part) || class == Class::Break {
            continue;
        }
        is_given = true;
        match class {
            Class::Run => give(class, fold_run(part)),
            Class::Digit => give(class, digit(part)),
            _ => match special(part) {
                Some(letters) => letters.chars().for_each(|letter| give(class, letter)),
                None => {
                    part.to_lowercase().filter(|&letter| !is_invisible(letter)).for_each(|letter| give(class, letter))
                }
            },
        }
    }
    if !is_given {
        give(Class::Break, ' ');
    }
}

fn class_of(character: char) -> Class {
    if is_run(character) {
        Class::Run
    } else if character.is_uppercase() {
        Class::Upper
    } else if character.is_numeric() {
        Class::Digit
    } else if character.is_alphabetic() || is_combining_mark(character) {
        Class::Lower
    } else {
        Class::Break
    }
}

/// Scripts that put no spaces between words, and Hangul, whose words change at their ends.
fn is_run(character: char) -> bool {
    matches!(character,
        // Thai and Lao, without their digits and signs of money.
        '\u{E01}'..='\u{E3A}' | '\u{E40}'..='\u{E4E}' | '\u{E81}'..='\u{ECF}' | '\u{EDC}'..='\u{EDF}'
        // Tibetan, Myanmar, Khmer.
        | '\u{F40}'..='\u{FBC}' | '\u{1000}'..='\u{103F}' | '\u{1050}'..='\u{108F}' | '\u{1780}'..='\u{17D3}'
        // Tai Le, New Tai Lue, Tai Tham, Balinese, Javanese, Cham, Yi.
        | '\u{1950}'..='\u{1974}' | '\u{1980}'..='\u{19C9}' | '\u{1A20}'..='\u{1A5E}' | '\u{1B05}'..='\u{1B4C}'
        | '\u{A980}'..='\u{A9C0}' | '\u{AA00}'..='\u{AA4D}' | '\u{A000}'..='\u{A48C}'
        // Hangul as single sounds, Bopomofo, marks that stand for a hanzi, radicals, small kana.
        | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{A960}'..='\u{A97C}' | '\u{D7B0}'..='\u{D7FB}'
        | '\u{3105}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{2E80}'..='\u{2EF3}' | '\u{2F00}'..='\u{2FD5}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn fold_run(character: char) -> char {
    match character {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => super::shift(character, -0x60),
        other => hanzi(other),
    }
}

/// Digits of other scripts as those of ASCII.
fn digit(character: char) -> char {
    let zeros = [
        0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
        0x1040, 0x17E0, 0x1810,
    ];
    let code = u32::from(character);
    let zero = zeros.into_iter().find(|&zero| (zero..zero + 10).contains(&code));
    zero.and_then(|zero| char::from_digit(code - zero, 10)).unwrap_or(character)
}

/// Letters that Unicode does not take apart, but people do.
fn special(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ł' | 'Ł' => "l",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ŧ' | 'Ŧ' => "t",
        'ς' => "σ",
        // One letter in several shapes of Arabic and Persian.
        'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        _ => return None,
    })
}

/// What is not compared: accents, vowel signs that are usually not written, selectors, joiners, marks of direction.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}'
        | '\u{5C5}' | '\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{61C}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{180B}'..='\u{180E}' | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}'
        | '\u{20D0}'..='\u{20F0}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}
