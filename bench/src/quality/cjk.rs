//! Any letters of a text find it, whatever a dictionary takes for a word: each page with them must be among the hits.

use std::collections::HashSet;
use std::error::Error;

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::pick::run;
use crate::corpus::{Corpus, Text};
use crate::quarry::Quarry;
use crate::random::Random;

const LETTERS: [usize; 5] = [1, 2, 3, 4, 6];
/// Of each length in each language. One letter finds most pages, and to page through them all takes time.
const COUNT: usize = 150;
const COUNT_ONE: usize = 50;

pub(super) fn measure(quality: &mut Quality, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let mut random = Random(11);
    for language in ["zh-CN", "zh-TW", "ja", "ko"] {
        let texts: Vec<&Text> = help.texts.iter().filter(|text| text.language == language).collect();
        for letters in LETTERS {
            let count = quality.count(if letters == 1 { COUNT_ONE } else { COUNT });
            let mut tally = Tally::new(format!("{language}, any {letters} letters: pages that have them"));
            for _ in 0..count {
                let part = random.pick(&texts).and_then(|text| run(text, &mut random, letters));
                if let Some(part) = part {
                    ask(&part, language, &texts, quarry, &mut tally)?;
                }
            }
            quality.table.print(&tally, Goal::AtLeast(1.0));
        }
    }
    Ok(())
}

fn ask(
    part: &str,
    language: &str,
    texts: &[&Text],
    quarry: &mut Quarry,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let expected: Vec<&str> =
        texts.iter().filter(|text| text.body.contains(part)).map(|text| text.path.as_str()).collect();
    let found = quarry.find_all(&format!("{part} in:/{language}/"), language)?;
    // What was found by leaving something out or by correcting it was not found.
    let paths: HashSet<&str> = match found.step == "all" {
        true => found.paths.iter().map(String::as_str).collect(),
        false => HashSet::new(),
    };
    let right = expected.iter().filter(|path| paths.contains(*path)).count();
    tally.add_many(right, expected.len(), || {
        let missed = expected.iter().find(|path| !paths.contains(*path)).copied().unwrap_or_default();
        format!("{part}: {right} of {} pages ({}), not {missed}", expected.len(), found.step)
    });
    Ok(())
}
