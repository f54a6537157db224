//! Somebody knows the page: its title, or some words of it.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;

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
        let unique = unique(&texts_in(help, language));
        let mut first = Tally::new(format!("{language}, a page by its title: first hit"));
        let mut five = Tally::new(format!("{language}, a page by its title: among five"));
        // There the same words stand up to five times, with nothing but the language of the reader to tell them apart.
        let mut anywhere = Tally::new(format!("{language}, a page by its title, among all languages: first hit"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&unique) else { break };
            let rank = rank(quarry, &format!("{} in:/{language}/", text.title), text, &text.path)?;
            first.add(rank == Some(0), || miss(&text.title, rank, text));
            five.add(rank.is_some_and(|rank| rank < 5), || miss(&text.title, rank, text));
            let rank = self::rank(quarry, &text.title, text, &text.path)?;
            anywhere.add(rank == Some(0), || miss(&text.title, rank, text));
        }
        quality.table.print(&first, Goal::AtLeast(0.995));
        quality.table.print(&five, Goal::Told);
        quality.table.print(&anywhere, Goal::Told);
    }
    Ok(())
}

/// By words of the body: the same titles, of which only the body knows, for here the pages have no titles, and numbers for names.
pub(super) fn by_body(quality: &mut Quality, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let folder = quality.fresh("bodies")?;
    let mut names: HashMap<&str, String> = HashMap::new();
    for (number, text) in help.texts.iter().enumerate() {
        let name = format!("{}/{number:05}.html", text.language);
        let page = fs::read_to_string(help.folder.join(&text.path))?;
        let (before, rest) = page.split_once("<title>").ok_or_else(|| format!("{} has no title", text.path))?;
        let (_, after) = rest.split_once("</title>").ok_or_else(|| format!("{} has no end of a title", text.path))?;
        fs::create_dir_all(folder.join(text.language))?;
        fs::write(folder.join(&name), [before, after].concat())?;
        names.insert(&text.path, name);
    }
    let mut quarry = quality.quarry("bodies", &folder, help.documents)?;
    let mut random = Random(19);
    for language in LANGUAGES {
        let unique = unique(&texts_in(help, language));
        let mut first = Tally::new(format!("{language}, a page by words of its body: first hit"));
        let mut five = Tally::new(format!("{language}, a page by words of its body: among five"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&unique) else { break };
            let rank = rank(&mut quarry, &format!("{} in:/{language}/", text.title), text, &names[text.path.as_str()])?;
            first.add(rank == Some(0), || miss(&text.title, rank, text));
            five.add(rank.is_some_and(|rank| rank < 5), || miss(&text.title, rank, text));
        }
        quality.table.print(&first, Goal::Told);
        quality.table.print(&five, Goal::AtLeast(0.97));
    }
    drop(quarry);
    Ok(fs::remove_dir_all(folder)?)
}

/// By three parts of the page, from anywhere in it. Whoever remembers only what stands on many pages cannot expect the right one.
pub(super) fn by_parts(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(37);
    for language in LANGUAGES {
        let texts = texts_in(help, language);
        let frequent = frequent(&texts);
        let mut five = Tally::new(format!("{language}, a page by three parts from anywhere in it: among five"));
        for _ in 0..quality.count(COUNT) {
            let Some(text) = random.pick(&texts) else { break };
            let Some(remembered) = remembered(text, &frequent, &mut random) else { continue };
            let rank = rank(quarry, &format!("{remembered} in:/{language}/"), text, &text.path)?;
            five.add(rank.is_some_and(|rank| rank < 5), || miss(&remembered, rank, text));
        }
        quality.table.print(&five, Goal::Told);
    }
    Ok(())
}

fn texts_in<'a>(help: &'a Corpus, language: &str) -> Vec<&'a Text> {
    help.texts.iter().filter(|text| text.language == language).collect()
}

/// Those whose title nothing else is called, as a title or as a name, but for case and signs.
fn unique<'a>(texts: &[&'a Text]) -> Vec<&'a Text> {
    let mut called: HashMap<String, usize> = HashMap::new();
    for text in texts {
        let name = text.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".html");
        let both: HashSet<String> = [letters(&text.title), letters(name)].into();
        both.into_iter().for_each(|name| *called.entry(name).or_default() += 1);
    }
    let is_unique = |text: &&Text| !letters(&text.title).is_empty() && called[&letters(&text.title)] == 1;
    texts.iter().copied().filter(is_unique).collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn miss(words: &str, rank: Option<usize>, text: &Text) -> String {
    match rank {
        Some(rank) => format!("{words}: hit {}, {}", rank + 1, text.path),
        None => format!("{words}: not among ten, {}", text.path),
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

/// Where the page of this path stands among ten hits.
fn rank(quarry: &mut Quarry, words: &str, text: &Text, path: &str) -> Result<Option<usize>, Box<dyn Error>> {
    let found = quarry.find(Ask { words, limit: 10, offset: 0, language: text.language })?;
    Ok(found.paths.iter().position(|found| found == path))
}
