//! Somebody knows the page: its title, or some words of it.

use std::collections::HashMap;
use std::error::Error;

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::pick::{run, words};
use crate::corpus::{Corpus, LANGUAGES, Text};
use crate::quarry::{Ask, Quarry};
use crate::random::Random;

/// In each language.
const COUNT: usize = 300;

/// By titles that no other page of the language has.
pub(super) fn by_title(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(17);
    for language in LANGUAGES {
        let mut pages: HashMap<&str, usize> = HashMap::new();
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        texts.iter().for_each(|text| *pages.entry(&text.title).or_default() += 1);
        let unique: Vec<&Text> =
            texts.into_iter().filter(|text| !text.title.is_empty() && pages[text.title.as_str()] == 1).collect();
        let mut first = Tally::new(format!("{language}, by title: first hit"));
        let mut five = Tally::new(format!("{language}, by title: among five"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&unique) else { break };
            let rank = rank(quarry, &text.title, text)?;
            let miss = || format!("{:?}: rank {rank:?}, {}", text.title, text.path);
            first.add(rank == Some(0), miss);
            five.add(rank.is_some_and(|rank| rank < 5), miss);
        }
        quality.table.print(&first, Goal::AtLeast(0.995));
        quality.table.print(&five, Goal::Told);
    }
    Ok(())
}

/// By three parts of the body, each some letters of a run or two words.
pub(super) fn by_body(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(19);
    for language in LANGUAGES {
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        let mut first = Tally::new(format!("{language}, by words of the body: first hit"));
        let mut five = Tally::new(format!("{language}, by words of the body: among five"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&texts) else { break };
            let Some(remembered) = remembered(text, &mut random) else { continue };
            let rank = rank(quarry, &remembered, text)?;
            let miss = || format!("{remembered}: rank {rank:?}, {}", text.path);
            first.add(rank == Some(0), miss);
            five.add(rank.is_some_and(|rank| rank < 5), miss);
        }
        quality.table.print(&first, Goal::Told);
        quality.table.print(&five, Goal::AtLeast(0.97));
    }
    Ok(())
}

fn remembered(text: &Text, random: &mut Random) -> Option<String> {
    let part = |random: &mut Random| run(text, random, 4).or_else(|| Some(words(text, random, 2)?.join(" ")));
    Some(format!("{} {} {} ", part(random)?, part(random)?, part(random)?))
}

fn rank(quarry: &mut Quarry, words: &str, text: &Text) -> Result<Option<usize>, Box<dyn Error>> {
    let found = quarry.find(Ask { words, limit: 10, offset: 0, language: text.language })?;
    Ok(found.paths.iter().position(|path| *path == text.path))
}
