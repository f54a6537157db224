//! Somebody knows the page: its title, or some words of it.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::pick::{run, words};
use crate::corpus::{Corpus, LANGUAGES, Text};
use crate::quarry::{Ask, Quarry};
use crate::random::Random;

/// In each language.
const COUNT: usize = 300;
/// Pairs of words that are drawn for one that is worth remembering.
const PAIRS_MAX: usize = 10;

/// By titles that no other page of the language has.
pub(super) fn by_title(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(17);
    for language in LANGUAGES {
        let mut pages: HashMap<&str, usize> = HashMap::new();
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        texts.iter().for_each(|text| *pages.entry(&text.title).or_default() += 1);
        let unique: Vec<&Text> =
            texts.into_iter().filter(|text| !text.title.is_empty() && pages[text.title.as_str()] == 1).collect();
        let mut tallies = Tallies::new(language, "by title");
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&unique) else { break };
            tallies.ask(quarry, &text.title, text)?;
        }
        quality.table.print(&tallies.first, Goal::AtLeast(0.995));
        quality.table.print(&tallies.five, Goal::Told);
        quality.table.print(&tallies.anywhere, Goal::Told);
    }
    Ok(())
}

/// By three parts of the body.
pub(super) fn by_body(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(19);
    for language in LANGUAGES {
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        let frequent = frequent(&texts);
        let mut tallies = Tallies::new(language, "by words of the body");
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&texts) else { break };
            let Some(remembered) = remembered(text, &frequent, &mut random) else { continue };
            tallies.ask(quarry, &remembered, text)?;
        }
        quality.table.print(&tallies.first, Goal::Told);
        quality.table.print(&tallies.five, Goal::AtLeast(0.97));
        quality.table.print(&tallies.anywhere, Goal::Told);
    }
    Ok(())
}

/// Where a page stands among the hits: in the folder of its language; and in all of them, where the same words stand five times, with
/// nothing but the language of the reader to tell them apart.
struct Tallies {
    first: Tally,
    five: Tally,
    anywhere: Tally,
}

impl Tallies {
    fn new(language: &str, how: &str) -> Tallies {
        Tallies {
            first: Tally::new(format!("{language}, {how}: first hit")),
            five: Tally::new(format!("{language}, {how}: among five")),
            anywhere: Tally::new(format!("{language}, {how}, among all languages: first hit")),
        }
    }

    fn ask(&mut self, quarry: &mut Quarry, words: &str, text: &Text) -> Result<(), Box<dyn Error>> {
        let rank = rank(quarry, &format!("{words} in:/{}/", text.language), text)?;
        let miss = |rank: Option<usize>| match rank {
            Some(rank) => format!("{words}: hit {}, {}", rank + 1, text.path),
            None => format!("{words}: not among ten, {}", text.path),
        };
        self.first.add(rank == Some(0), || miss(rank));
        self.five.add(rank.is_some_and(|rank| rank < 5), || miss(rank));
        let rank = self::rank(quarry, words, text)?;
        self.anywhere.add(rank == Some(0), || miss(rank));
        Ok(())
    }
}

/// Some letters, or two words that are not both on every other page: those nobody remembers.
fn remembered(text: &Text, frequent: &HashSet<String>, random: &mut Random) -> Option<String> {
    let mut part = || run(text, random, 4).or_else(|| pair(text, frequent, random));
    Some(format!("{} {} {} ", part()?, part()?, part()?))
}

fn pair(text: &Text, frequent: &HashSet<String>, random: &mut Random) -> Option<String> {
    let mut pairs = (0..PAIRS_MAX).filter_map(|_| words(text, random, 2));
    let pair = pairs.find(|pair| pair.iter().any(|word| !frequent.contains(&word.to_lowercase())))?;
    Some(pair.join(" "))
}

/// Words that stand on more than a fifth of the pages.
fn frequent(texts: &[&Text]) -> HashSet<String> {
    let mut pages: HashMap<String, usize> = HashMap::new();
    for text in texts {
        let words: HashSet<String> =
            text.body.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_lowercase).collect();
        words.into_iter().for_each(|word| *pages.entry(word).or_default() += 1);
    }
    pages.retain(|_, count| *count * 5 > texts.len());
    pages.into_keys().collect()
}

fn rank(quarry: &mut Quarry, words: &str, text: &Text) -> Result<Option<usize>, Box<dyn Error>> {
    let found = quarry.find(Ask { words, limit: 10, offset: 0, language: text.language })?;
    Ok(found.paths.iter().position(|path| *path == text.path))
}
