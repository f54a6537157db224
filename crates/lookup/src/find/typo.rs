//! Words as they may have been meant.
//!
//! Only words that are nowhere, only of five letters and more, and only in the field of words: pairs of letters have no misspellings, and there
//! are many more of them.

use super::pattern::{Pattern, Step};
use super::plan::{Plan, Word};
use crate::error::Error;
use crate::index::View;
use crate::query::Place;
use crate::schema::Fields;
use crate::token::Script;
use foldhash::{HashMap, HashMapExt};
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

/// The plan with other words in place of those that are nowhere, and those words as a query; none: there is nothing to put right.
pub(super) fn correct(view: &View, fields: &Fields, plan: &Plan) -> Result<Option<(Plan, String)>, Error> {
    let mut meant = plan.clone();
    let mut is_changed = false;
    for word in &mut meant.words {
        let Some(typed) = misspelled(view, fields, word)? else { continue };
        let near = near(view, fields, &typed)?;
        if near.is_empty() {
            continue;
        }
        is_changed = true;
        word.text = near[0].clone();
        let step = |text| Step { offset: 0, script: Script::Word, text, is_prefix: false };
        word.patterns = near.into_iter().map(|text| Pattern { steps: vec![step(text)] }).collect();
    }
    if !is_changed {
        return Ok(None);
    }
    let words =
        meant.words.iter().map(|word| if word.is_quoted { format!("\"{}\"", word.text) } else { word.text.clone() });
    let instead = words.collect::<Vec<_>>().join(" ");
    Ok(Some((meant, instead)))
}

/// The word, folded, if it is one that may be misspelled: no material has it.
fn misspelled(view: &View, fields: &Fields, word: &Word) -> Result<Option<String>, Error> {
    let Some(step) = word.patterns[0].single() else { return Ok(None) };
    let letters = step.text.chars().count();
    let is_word = step.script == Script::Word && !word.is_quoted && word.place == Place::Anywhere;
    if !is_word
        || !(LETTERS_MIN..=LETTERS_MAX).contains(&letters)
        || step.text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Ok(None);
    }
    if stands(view, fields, step)? {
        return Ok(None);
    }
    Ok(Some(step.text.clone()))
}

/// Whether any material has such a word.
pub(super) fn stands(view: &View, fields: &Fields, word: &Step) -> Result<bool, Error> {
    for reader in view.searcher.segment_readers() {
        let index = reader.inverted_index(fields.all.word)?;
        let mut stream = index.terms().range().ge(&word.text).into_stream()?;
        let is_there = stream.advance()
            && (stream.key() == word.text.as_bytes()
                || word.is_prefix && stream.key().starts_with(word.text.as_bytes()));
        if is_there {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The words that are nearest, the most frequent first.
fn near(view: &View, fields: &Fields, typed: &str) -> Result<Vec<String>, Error> {
    let distance_max = if typed.chars().count() >= LETTERS_FOR_TWO { 2 } else { 1 };
    for distance in 1..=distance_max {
        let query = FuzzyTermQuery::new(Term::from_field_text(fields.all.word, typed), distance, true);
        let automaton = query.automaton()?;
        let mut frequencies: HashMap<String, u32> = HashMap::new();
        for reader in view.searcher.segment_readers() {
            let index = reader.inverted_index(fields.all.word)?;
            let mut stream = index.terms().search(&automaton).into_stream()?;
            while stream.advance() {
                // The first letter is seldom wrong, and words that differ in it are other words.
                if let Ok(term) = std::str::from_utf8(stream.key())
                    && (distance == 1 || term.chars().next() == typed.chars().next())
                {
                    *frequencies.entry(term.to_owned()).or_default() += stream.value().doc_freq;
                }
            }
        }
        let mut near: Vec<_> = frequencies.into_iter().collect();
        near.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        near.truncate(NEAR_MAX);
        if !near.is_empty() {
            return Ok(near.into_iter().map(|(term, _)| term).collect());
        }
    }
    Ok(Vec::new())
}

/// Shorter words are near to too many others.
const LETTERS_MIN: usize = 5;
/// The automaton grows with the word.
const LETTERS_MAX: usize = 32;
/// Words of so many letters may have two of them wrong.
const LETTERS_FOR_TWO: usize = 8;
/// More words than these were not meant.
const NEAR_MAX: usize = 8;
