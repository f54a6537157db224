//! Headings, as their hanzi are spoken.
//!
//! The index has headings as pairs of hanzi. Which pairs a segment has is kept, since there are few: a word of Latin letters is held against
//! them, and those that can be spoken so, one after another, are looked for as phrases.
//!
//! ```text
//! ziliaoku      资料: letters 0, 2, 6    料库: letters 2, 6, 8
//!               资料 料库: a phrase that takes all letters
//! ```
//!
//! A word that stands in some text is no pinyin here: else many an English word would find what only sounds like it.

use super::plan::Word;
use super::{phrase, typo};
use crate::error::Error;
use crate::index::View;
use crate::name::{Pinyin, initials};
use crate::query::Place;
use crate::schema::Fields;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::index::SegmentId;
use tantivy::query::{BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::Field;
use tantivy::{BitSet, DocId, Score, SegmentReader, TantivyError};

/// The pairs of hanzi in the headings of each segment.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    known: Mutex<HashMap<SegmentId, Arc<[Pair]>>>,
}

type Pair = (char, char);

impl Pairs {
    fn of(&self, reader: &SegmentReader, field: Field) -> tantivy::Result<Arc<[Pair]>> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&reader.segment_id()) {
            return Ok(Arc::clone(known));
        }
        let mut pairs = Vec::new();
        let index = reader.inverted_index(field)?;
        let mut terms = index.terms().stream()?;
        while terms.advance() {
            let mut letters = str::from_utf8(terms.key()).unwrap_or_default().chars();
            if let (Some(first), Some(second), None) = (letters.next(), letters.next(), letters.next())
                && initials(first) != 0
                && initials(second) != 0
            {
                pairs.push((first, second));
            }
        }
        let pairs: Arc<[Pair]> = pairs.into();
        lock().insert(reader.segment_id(), Arc::clone(&pairs));
        Ok(pairs)
    }

    /// Forgets segments that were joined to others.
    pub(crate) fn keep(&self, view: &View) {
        let readers = view.searcher.segment_readers();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, _| readers.iter().any(|reader| reader.segment_id() == *id));
    }
}

/// The word as hanzi may be spoken, if it is to be looked for in headings: no material has it as a word.
pub(super) fn pinyin(view: &View, fields: &Fields, word: &Word) -> Result<Option<Pinyin>, Error> {
    if word.place != Place::Anywhere || word.is_quoted {
        return Ok(None);
    }
    let Some(pinyin) = Pinyin::new(&word.text).filter(|pinyin| pinyin.len() >= LETTERS_MIN) else { return Ok(None) };
    let Some(step) = word.patterns[0].single() else { return Ok(None) };
    Ok(if typo::stands(view, fields, step)? { None } else { Some(pinyin) })
}

/// The materials with a heading that is spoken so.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    field: Field,
    pinyin: Pinyin,
    pairs: Arc<Pairs>,
}

impl Spoken {
    pub(super) fn new(field: Field, pinyin: Pinyin, pairs: Arc<Pairs>) -> Spoken {
        Spoken { field, pinyin, pairs }
    }
}

impl Query for Spoken {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Spoken {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let phrases = phrases(&self.pinyin, &self.pairs.of(reader, self.field)?);
        if phrases.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        let mut documents = BitSet::with_max_value(reader.max_doc());
        for steps in &phrases {
            phrase::documents(reader, self.field, steps, &mut |document| _ = documents.insert(document))?;
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(documents), boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("not explained".into()))
    }
}

/// Before which letter the share of the first hanzi begins, that of the second, and where it ends.
type Letters = (usize, usize, usize);

/// The phrases that are spoken so: for each step the pairs that may stand there.
fn phrases(pinyin: &Pinyin, pairs: &[Pair]) -> Vec<Vec<Vec<String>>> {
    let mut links: HashMap<Letters, Vec<String>> = HashMap::new();
    let letters = pinyin.letters();
    for &(first, second) in pairs {
        if initials(first) & letters == 0 || initials(second) & letters == 0 {
            continue;
        }
        for from in 0..pinyin.len() {
            for middle in bits(pinyin.ends(first, from)) {
                for to in bits(pinyin.ends(second, middle)) {
                    links.entry((from, middle, to)).or_default().push(String::from_iter([first, second]));
                }
            }
        }
    }
    keep_those_that_end(pinyin, &mut links);
    let mut ways = Vec::new();
    go_on(pinyin, &links, &mut Vec::new(), &mut ways);
    ways.iter().map(|way| way.iter().filter_map(|letters| links.get(letters).cloned()).collect()).collect()
}

/// Leaves out what leads nowhere: else there may be more ways to go wrong than anybody can go.
fn keep_those_that_end(pinyin: &Pinyin, links: &mut HashMap<Letters, Vec<String>>) {
    let mut order: Vec<Letters> = links.keys().copied().collect();
    // What a pair goes on to begins behind it.
    order.sort_unstable_by_key(|letters| std::cmp::Reverse(letters.0));
    let mut goes_on: HashSet<(usize, usize)> = HashSet::new();
    for letters in order {
        let (from, middle, to) = letters;
        if to == pinyin.len() || goes_on.contains(&(middle, to)) {
            goes_on.insert((from, middle));
        } else {
            links.remove(&letters);
        }
    }
}

/// All ways from the first letter to the last, pair by pair.
fn go_on(pinyin: &Pinyin, links: &HashMap<Letters, Vec<String>>, way: &mut Vec<Letters>, ways: &mut Vec<Vec<Letters>>) {
    let mut next: Vec<Letters> = match way.last() {
        None => links.keys().filter(|letters| letters.0 == 0).copied().collect(),
        Some(&(_, middle, to)) => {
            links.keys().filter(|letters| (letters.0, letters.1) == (middle, to)).copied().collect()
        }
    };
    // Whole syllables first: that is how people type.
    next.sort_unstable_by_key(|letters| (std::cmp::Reverse(letters.1), std::cmp::Reverse(letters.2)));
    for letters in next {
        if ways.len() >= WAYS_MAX {
            return;
        }
        way.push(letters);
        if letters.2 == pinyin.len() && is_plain(pinyin, way) {
            ways.push(way.clone());
        }
        go_on(pinyin, links, way, ways);
        way.pop();
    }
}

/// Two initials are spoken so by too many: there must be a syllable, or three hanzi.
fn is_plain(pinyin: &Pinyin, way: &[Letters]) -> bool {
    let is_syllable =
        |&(from, middle, to): &Letters| pinyin.is_syllable_at(from..middle) || pinyin.is_syllable_at(middle..to);
    way.len() > 1 || way.iter().any(is_syllable)
}

/// The numbers of the bits of a set.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}

/// Shorter words are the beginning of anything.
const LETTERS_MIN: usize = 3;
/// A word of many letters can be cut in many ways; the first ones have the longest syllables.
const WAYS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, text: &str, expected: &[&str]) {
        let letters: Vec<char> = text.chars().collect();
        let pairs: Vec<Pair> = letters.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let phrases = phrases(&Pinyin::new(word).unwrap(), &pairs);
        let shown = phrases.iter().map(|steps| steps.iter().map(|step| step.join("|")).collect::<Vec<_>>().join(" "));
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{word}");
    }

    #[test]
    fn a_word_becomes_the_pairs_that_are_spoken_so() {
        check("ziliao", "参考资料库", &["资料"]);
        check("zilia", "参考资料库", &["资料"]);
        check("zliao", "参考资料库", &["资料"]);
        check("ziliaoku", "参考资料库", &["资料 料库"]);
        check("zlk", "参考资料库", &["资料 料库"]);
        check("cankaoziliao", "参考资料库", &["参考 考资 资料"]);
        check("ziliaobu", "参考资料库", &[]);
    }

    #[test]
    fn two_initials_are_too_little() {
        check("zlx", "资料", &[]);
        check("can", "参考", &[]);
        check("chk", "参考", &[]);
    }

    #[test]
    fn a_word_that_can_be_cut_in_many_ways_ends() {
        let text: String = "阿".repeat(40);
        let phrases = phrases(&Pinyin::new(&"a".repeat(30)).unwrap(), &[('阿', '阿')]);
        assert!(text.len() > 30 && phrases.len() <= WAYS_MAX, "{}", phrases.len());
    }
}
