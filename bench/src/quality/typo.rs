//! Somebody hits one wrong key: of a word of five letters and more, the one that was meant is found.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::pick::words;
use crate::corpus::{Corpus, Text};
use crate::quarry::{Ask, Quarry};
use crate::random::Random;

const COUNT: usize = 300;
/// Of what is typed.
const LETTERS_MIN: usize = 5;

pub(super) fn measure(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let known: HashSet<String> = help.texts.iter().flat_map(|text| words_of(text).collect::<Vec<_>>()).collect();
    let pages: HashMap<&str, &Text> = help.texts.iter().map(|text| (text.path.as_str(), text)).collect();
    let english: Vec<&Text> = help.texts.iter().filter(|text| text.language == "en-US").collect();
    let mut random = Random(23);
    for (name, edit) in EDITS {
        let mut tally = Tally::new(format!("en-US, a word with {name}: among ten"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&english) else { break };
            let word = words(text, &mut random, 1).and_then(|mut words| words.pop());
            let Some(meant) = word.map(|word| word.to_lowercase()) else { continue };
            let typed = edit(&meant, &mut random);
            // A slip that makes another word, or a part of a name, is no slip to anybody but its author; and nearly every short word is
            // near another one.
            let stands_there = known.contains(&typed) || help.texts.iter().any(|text| text.path.contains(&typed));
            if typed == meant || typed.len() < LETTERS_MIN || stands_there {
                continue;
            }
            let found = quarry.find(Ask { words: &format!("{typed} "), limit: 10, offset: 0, language: "en-US" })?;
            let has_word =
                |path: &String| pages.get(path.as_str()).is_some_and(|text| words_of(text).any(|word| word == meant));
            let is_right = found.step == "typo" && found.paths.iter().any(has_word);
            tally.add(is_right, || format!("{typed} for {meant}: {} hits, {}", found.total, found.step));
        }
        quality.table.print(&tally, Goal::AtLeast(0.95));
    }
    Ok(())
}

fn words_of(text: &Text) -> impl Iterator<Item = String> {
    let all = text.title.split(is_end).chain(text.body.split(is_end));
    all.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn is_end(letter: char) -> bool {
    !letter.is_ascii_alphanumeric()
}

type Edit = fn(&str, &mut Random) -> String;

const EDITS: [(&str, Edit); 4] = [
    ("one wrong letter", |word, random| {
        let at = random.below(word.len());
        format!("{}{}{}", &word[..at], letter(random), &word[at + 1..])
    }),
    ("a letter too many", |word, random| {
        let at = random.below(word.len() + 1);
        format!("{}{}{}", &word[..at], letter(random), &word[at..])
    }),
    ("a letter left out", |word, random| {
        let at = random.below(word.len());
        format!("{}{}", &word[..at], &word[at + 1..])
    }),
    ("two letters swapped", |word, random| {
        let at = random.below(word.len() - 1);
        format!("{}{}{}{}", &word[..at], &word[at + 1..at + 2], &word[at..=at], &word[at + 2..])
    }),
];

fn letter(random: &mut Random) -> char {
    char::from(b'a' + random.below(26) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_one_slip() {
        let mut random = Random(1);
        for _ in 0..50 {
            let lengths = EDITS.map(|(_, edit)| edit("granite", &mut random).len());
            assert_eq!(lengths, [7, 8, 6, 7]);
            let mut swapped: Vec<char> = EDITS[3].1("granite", &mut random).chars().collect();
            swapped.sort_unstable();
            assert_eq!(swapped.into_iter().collect::<String>(), "aeginrt");
        }
    }
}
