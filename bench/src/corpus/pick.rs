//! Parts of texts, as people remember and type them.

use super::Text;
use crate::random::Random;

/// So many letters one after another, from a script without spaces, or of Hangul. `None`: the text has hardly any.
pub(crate) fn run(text: &Text, random: &mut Random, letters: usize) -> Option<String> {
    run_in(&text.body, random, letters)
}

/// The same in any text.
pub(crate) fn run_in(body: &str, random: &mut Random, letters: usize) -> Option<String> {
    for _ in 0..TRIES {
        let from = body.floor_char_boundary(random.below(body.len()));
        let part: String = body[from..].chars().take(letters).collect();
        if part.chars().count() == letters && part.chars().all(is_run) {
            return Some(part);
        }
    }
    None
}

/// So many words of Latin letters one after another.
pub(crate) fn words(text: &Text, random: &mut Random, count: usize) -> Option<Vec<String>> {
    let body = &text.body;
    for _ in 0..TRIES {
        let from = body.floor_char_boundary(random.below(body.len()));
        // What the beginning falls into is no whole word.
        let line = body[from..].lines().next().unwrap_or_default();
        let words: Vec<&str> = line.split(' ').skip(1).take(count).collect();
        if words.len() == count && words.iter().all(|word| is_word(word)) {
            return Some(words.into_iter().map(str::to_owned).collect());
        }
    }
    None
}

fn is_word(word: &str) -> bool {
    word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether it is a letter of kana, hanzi or Hangul.
pub(crate) fn is_run(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Places of a text that are looked at before it counts as having none.
const TRIES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> Text {
        Text { body: body.to_owned(), ..Text::default() }
    }

    #[test]
    fn parts_are_of_one_kind_and_one_line() {
        let mut random = Random(1);
        for _ in 0..100 {
            let mixed = text("甲乙 a 丙丁\n戊 one two\nthree 己");
            assert!(run(&mixed, &mut random, 2).is_none_or(|part| ["甲乙", "丙丁"].contains(&&part[..])));
            assert!(words(&mixed, &mut random, 2).is_none_or(|words| words == ["one", "two"]));
            assert_eq!(run(&mixed, &mut random, 3), None);
        }
        assert_eq!(run(&text(""), &mut random, 1), None);
    }
}
