//! What is shown of a text: where it matches best, with what matched marked in it as it was written.
//!
//! The text goes through the same tokens as at indexing, so that what is marked is what matched: the beginning of a word that is still
//! being typed, a phrase from its first to its last word, another form of the same letter.

use crate::answer::{Marked, Piece};
use crate::find::pattern::{Pattern, Step};
use crate::fold::{Class, Letters};
use crate::token::{Part, Script, Tokens};
use foldhash::{HashMap, HashMapExt};
use memchr::{memchr2_iter, memmem};
use std::ops::Range;

/// Finds in texts what was looked for.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    /// Terms that are looked for as they are, by their text, and what they are called below.
    exact: HashMap<String, usize>,
    /// Beginnings of terms.
    prefixes: Vec<(Script, String, usize)>,
    /// The first bytes of all of them: most tokens are none of them, and are known by that.
    first_bytes: [bool; 256],
    /// How many terms there are.
    terms: usize,
    /// What makes a match: whose it is, and its terms with their distances.
    patterns: Vec<(usize, Vec<(usize, u32)>)>,
    /// Whether only words, or only runs, have to be looked at.
    only: Option<Script>,
    /// What the first word begins with, as it was typed and as it is folded, and how many words there are.
    literals: Vec<Literal>,
    words: usize,
}

/// Letters that a text most likely has as they are, where a match begins.
#[derive(Clone, Debug)]
enum Literal {
    /// A word in the letters of ASCII, small or capital.
    Latin(Vec<u8>),
    /// Any other, letter for letter.
    Exact(Box<memmem::Finder<'static>>),
}

/// A match: where, and of which of the words that were looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) span: Range<usize>,
    pub(crate) word: usize,
}

impl Marker {
    /// For words, each with the ways in which it may stand in a text.
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a [Pattern]>) -> Marker {
        let mut marker = Marker {
            exact: HashMap::new(),
            prefixes: Vec::new(),
            first_bytes: [false; 256],
            terms: 0,
            patterns: Vec::new(),
            only: None,
            literals: Vec::new(),
            words: 0,
        };
        let (mut has_words, mut has_runs) = (false, false);
        for (word, patterns) in words.enumerate() {
            marker.words = word + 1;
            if marker.literals.is_empty() {
                marker.literals.extend(patterns.first().and_then(|pattern| pattern.steps.first()).map(Literal::new));
            }
            for pattern in patterns {
                let steps = pattern.steps.iter().map(|step| {
                    match step.script {
                        Script::Word => has_words = true,
                        Script::Run => has_runs = true,
                    }
                    if let Some(&first) = step.text.as_bytes().first() {
                        marker.first_bytes[usize::from(first)] = true;
                    }
                    let next = marker.terms;
                    let term = if step.is_prefix {
                        let same = marker
                            .prefixes
                            .iter()
                            .find(|(script, text, _)| *script == step.script && *text == step.text);
                        same.map(|same| same.2).unwrap_or_else(|| {
                            marker.prefixes.push((step.script, step.text.clone(), next));
                            next
                        })
                    } else {
                        *marker.exact.entry(step.text.clone()).or_insert(next)
                    };
                    marker.terms += usize::from(term == next);
                    (term, step.offset)
                });
                let steps = steps.collect();
                marker.patterns.push((word, steps));
            }
        }
        marker.only = match (has_words, has_runs) {
            (true, false) => Some(Script::Word),
            (false, true) => Some(Script::Run),
            _ => None,
        };
        marker
    }

    /// The same, with the first word as it was typed: texts have traditional or Japanese letters as they are, while terms are folded.
    pub(crate) fn typed(mut self, first_word: &str) -> Marker {
        let mut tokens = Tokens::new(first_word);
        if self.literals.first().is_some_and(|literal| matches!(literal, Literal::Exact(_)))
            && tokens.advance()
            && tokens.script() == Script::Run
            && first_word[tokens.span()] != *tokens.text()
        {
            let typed = memmem::Finder::new(&first_word[tokens.span()]).into_owned();
            self.literals.insert(0, Literal::Exact(Box::new(typed)));
        }
        self
    }

    /// All matches in a text, in order.
    pub(crate) fn marks(&self, text: &str) -> Vec<Mark> {
        self.marks_until(text, |_, _| false)
    }

    /// The matches in a text, in order, up to where they are enough: asked with the place and what was found before it, from time to
    /// time.
    fn marks_until(&self, text: &str, is_enough: impl Fn(usize, &[Mark]) -> bool) -> Vec<Mark> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Vec<(u32, Range<usize>)>> = vec![Vec::new(); self.terms];
        let mut tokens = match self.only {
            Some(script) => Tokens::only(text, script),
            None => Tokens::new(text),
        };
        let mut next_asked = NEAR_BYTES;
        let mut end = usize::MAX;
        while tokens.advance() {
            let token = tokens.text();
            if !self.first_bytes[usize::from(token.as_bytes()[0])] {
                continue;
            }
            let at = tokens.span().start;
            if at >= end {
                break;
            }
            if at >= next_asked {
                let marks = self.put_together(&found);
                // All of the place that is shown is marked, and no other counts.
                if is_enough(at, &marks) {
                    end = best(text, &marks).1 + SHOWN_BYTES;
                    if at >= end {
                        break;
                    }
                }
                next_asked = at * 2;
            }
            if let Some(&term) = self.exact.get(token) {
                found[term].push((tokens.position(), tokens.span()));
            }
            for (script, prefix, term) in &self.prefixes {
                if *script == tokens.script() && token.starts_with(prefix.as_str()) {
                    let span = match tokens.part() {
                        Part::Pair | Part::Last => tokens.first_span(),
                        _ => beginning(text, tokens.span(), prefix),
                    };
                    found[*term].push((tokens.position(), span));
                }
            }
        }
        let mut marks = self.put_together(&found);
        marks.retain(|mark| mark.span.start < end);
        marks
    }

    /// The matches that terms at these places make, in order.
    fn put_together(&self, found: &[Vec<(u32, Range<usize>)>]) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (word, steps) in &self.patterns {
            let Some(((first, _), others)) = steps.split_first() else { continue };
            for (position, span) in &found[*first] {
                let mut end = span.end;
                let is_whole = others.iter().all(|(term, offset)| {
                    let wanted = position + offset;
                    let at = found[*term].partition_point(|(position, _)| *position < wanted);
                    let other = found[*term].get(at).filter(|(position, _)| *position == wanted);
                    end = other.map_or(end, |(_, span)| end.max(span.end));
                    other.is_some()
                });
                if is_whole {
                    marks.push(Mark { span: span.start..end, word: *word });
                }
            }
        }
        marks.sort_unstable_by_key(|mark| (mark.span.start, mark.span.end));
        marks
    }

    /// All of a short text (a name, a title), marked.
    pub(crate) fn whole(&self, text: &str) -> Marked {
        full(text, &self.marks(text))
    }

    /// The part of a text where it matches best, marked; its beginning where nothing does. Empty: there is no text.
    pub(crate) fn snippet(&self, text: &str) -> Marked {
        if let Some(marks) = self.near(text) {
            return part(text, &marks);
        }
        let mut words: Vec<usize> = self.patterns.iter().map(|(word, _)| *word).collect();
        words.dedup();
        let has_all = |marks: &[Mark]| words.iter().all(|&word| marks.iter().any(|mark| mark.word == word));
        // A long text may have a better place further on; it is not worth the time of whoever waits.
        let is_enough = |at: usize, marks: &[Mark]| {
            best(text, marks).0 == words.len()
                || at > FAR_BYTES && has_all(marks)
                || at > FARTHEST_BYTES && !marks.is_empty()
        };
        part(text, &self.marks_until(text, is_enough))
    }

    /// The matches around a place to which the letters of the first word lead.
    fn near(&self, text: &str) -> Option<Vec<Mark>> {
        self.literals.iter().find_map(|literal| self.near_literal(literal, text))
    }

    /// The matches around the first place that has all words, if these letters lead there: then only that place is
    /// looked at, token by token.
    fn near_literal(&self, literal: &Literal, text: &str) -> Option<Vec<Mark>> {
        if text.len() <= SHOWN_BYTES * 2 {
            return None;
        }
        let mut looked_to = 0;
        for _ in 0..PLACES_MAX {
            let at = looked_to + literal.find(&text.as_bytes()[looked_to..])?;
            let range = around(text, at);
            let mut marks = self.marks(&text[range.clone()]);
            for mark in &mut marks {
                mark.span = mark.span.start + range.start..mark.span.end + range.start;
            }
            // What the end of the place cuts is another word.
            if range.end < text.len() {
                marks.retain(|mark| mark.span.end + WORD_BYTES < range.end);
            }
            if best(text, &marks).0 == self.words {
                return Some(marks);
            }
            looked_to = text.ceil_char_boundary(at + SHOWN_BYTES / 2);
        }
        None
    }
}

impl Literal {
    fn new(step: &Step) -> Literal {
        let letters = step.text.as_bytes();
        if step.script == Script::Word && letters.is_ascii() {
            return Literal::Latin(letters.to_vec());
        }
        Literal::Exact(Box::new(memmem::Finder::new(letters).into_owned()))
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Literal::Exact(finder) => finder.find(text),
            Literal::Latin(letters) => {
                let first = *letters.first()?;
                memchr2_iter(first, first.to_ascii_uppercase(), text).find(|&at| {
                    let is_begin = at == 0 || !text[at - 1].is_ascii_alphanumeric();
                    is_begin && text[at..].get(..letters.len()).is_some_and(|text| text.eq_ignore_ascii_case(letters))
                })
            }
        }
    }
}

/// The part of a text around a place that a snippet of it can show, from the beginning of a line or a word on.
fn around(text: &str, at: usize) -> Range<usize> {
    let earliest = text.floor_char_boundary(at.saturating_sub(SHOWN_BYTES / 2));
    let before = &text[earliest..at];
    let start = match before.find('\n').or_else(|| before.find(' ')) {
        Some(found) if earliest > 0 => earliest + found + 1,
        _ => earliest,
    };
    start..text.ceil_char_boundary(at + SHOWN_BYTES + WORD_BYTES)
}

/// A line with these marks in it, as it was written; of a long one, the part where it matches best.
pub(crate) fn line(text: &str, marks: &[Mark]) -> Marked {
    if text.len() > LINE_BYTES_MAX { part(text, marks) } else { full(text, marks) }
}

/// A text with these marks in it, as it was written.
fn full(text: &str, marks: &[Mark]) -> Marked {
    let mut builder = Builder { keeps_spaces: true, ..Builder::default() };
    builder.range(text, 0..text.len(), marks);
    builder.marked
}

/// The part of a text where these marks are best, with dots where something is left out.
fn part(text: &str, marks: &[Mark]) -> Marked {
    let range = window(text, marks);
    let mut builder = Builder::default();
    if range.is_empty() {
        return builder.marked;
    }
    if !text[..range.start].trim().is_empty() {
        builder.push("…", false);
    }
    builder.range(text, range.clone(), marks);
    if !text[range.end..].trim().is_empty() {
        builder.push("…", false);
    }
    builder.marked
}

/// Where the first letters of a word end that make up a prefix.
fn beginning(text: &str, span: Range<usize>, prefix: &str) -> Range<usize> {
    let mut letters = Letters::new(&text[span.clone()]);
    let mut left = prefix.len();
    let mut end = span.end;
    while let Some(letter) = letters.peek() {
        letters.skip();
        if letter.class != Class::Joiner {
            left = left.saturating_sub(letter.folded.len_utf8());
        }
        if left == 0 {
            end = span.start + letter.end;
            break;
        }
    }
    // An accent behind the last letter belongs to it.
    span.start..end
}

/// The part of the text that is worth showing: most of the words close together, from the beginning of a sentence on where one is near.
fn window(text: &str, marks: &[Mark]) -> Range<usize> {
    let (_, begin) = best(text, marks);
    let first = text.floor_char_boundary(begin);
    let start = start_before(text, first);
    let mut room = WIDTH;
    let mut end = start;
    // Where the text may be cut so that no word is: behind a space, or beside a wide letter.
    let mut good = start;
    let mut previous = ' ';
    for (at, character) in text[start..].char_indices() {
        let width = width(character);
        if room < width {
            break;
        }
        if previous.is_whitespace() || is_wide(previous) || is_wide(character) {
            good = start + at;
        }
        room -= width;
        end = start + at + character.len_utf8();
        previous = character;
    }
    if end < text.len() && good > start + (end - start) / 2 && good > begin {
        end = good;
    }
    let shown = text[start..end].trim_end();
    let skipped = shown.len() - shown.trim_start().len();
    start + skipped..start + shown.len()
}

/// The window with the most different words, how many those are and where it begins; of those, the one with the most matches; of those,
/// the first.
fn best(text: &str, marks: &[Mark]) -> (usize, usize) {
    let Some(first) = marks.first() else { return (0, 0) };
    let mut best = (0, 0, first.span.start);
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut left = 0;
    for right in 0..marks.len().min(MARKS_MAX) {
        *counts.entry(marks[right].word).or_default() += 1;
        while marks[right].span.end - marks[left].span.start > WINDOW_BYTES && left < right {
            if let Some(count) = counts.get_mut(&marks[left].word) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&marks[left].word);
                }
            }
            left += 1;
        }
        let here = (counts.len(), (right - left).min(8), marks[left].span.start);
        if (here.0, here.1) > (best.0, best.1) {
            best = here;
        }
    }
    debug_assert!(text.is_char_boundary(best.2));
    (best.0, best.2)
}

/// The beginning of the sentence, or of a word near enough, so that a match has something before it.
fn start_before(text: &str, match_start: usize) -> usize {
    let mut room = WIDTH / 3;
    let mut start = match_start;
    let mut good = match_start;
    for (at, character) in text[..match_start].char_indices().rev() {
        if matches!(character, '\n' | '\u{c}' | '。' | '！' | '？') {
            return start;
        }
        // A dot ends a sentence only with a space behind it.
        if matches!(character, '.' | '!' | '?') && text[start..].starts_with(' ') {
            return start;
        }
        let width = width(character);
        if room < width {
            return good;
        }
        room -= width;
        if character.is_whitespace() || is_wide(character) {
            good = start;
        }
        start = at;
    }
    start
}

/// How much room a character takes: hanzi, kana and Hangul take two.
fn width(character: char) -> usize {
    if is_wide(character) { 2 } else { 1 }
}

fn is_wide(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}')
}

#[derive(Default)]
struct Builder {
    marked: Marked,
    keeps_spaces: bool,
}

impl Builder {
    fn push(&mut self, text: &str, is_match: bool) {
        if text.is_empty() {
            return;
        }
        match self.marked.pieces.last_mut() {
            Some(last) if last.is_match == is_match => last.text.push_str(text),
            _ => self.marked.pieces.push(Piece { text: text.to_owned(), is_match }),
        }
    }

    /// A part of a text, with what of the marks is in it. White space that is no match becomes one space.
    fn range(&mut self, text: &str, range: Range<usize>, marks: &[Mark]) {
        let mut at = range.start;
        for mark in marks.iter().skip_while(|mark| mark.span.end <= range.start) {
            if mark.span.start >= range.end {
                break;
            }
            let start = mark.span.start.max(at);
            let end = mark.span.end.min(range.end);
            if start >= end {
                continue;
            }
            self.plain(&text[at..start]);
            self.push(&text[start..end], true);
            at = end;
        }
        self.plain(&text[at..range.end]);
    }

    fn plain(&mut self, text: &str) {
        if self.keeps_spaces {
            return self.push(text, false);
        }
        let mut line = String::with_capacity(text.len());
        let mut is_space = self.marked.pieces.last().is_some_and(|last| last.text.ends_with(' '));
        for character in text.chars() {
            let is_blank = character.is_whitespace() || character.is_control();
            if !is_blank {
                line.push(character);
            } else if !is_space {
                line.push(' ');
            }
            is_space = is_blank;
        }
        self.push(&line, false);
    }
}

/// A line of this length is shown as it is: two lines of a terminal, some more in wide letters.
const LINE_BYTES_MAX: usize = 300;
/// Half of it in wide letters: about two lines of a page.
const WIDTH: usize = 170;
/// Matches that are looked at together; a window of wide letters has more bytes.
const WINDOW_BYTES: usize = 240;
/// No snippet reaches further from where it matches best: half of it before, all of it behind.
const SHOWN_BYTES: usize = 640;
/// A word of letters that take two bytes each.
const WORD_BYTES: usize = 128;
/// So many places are tried where the letters of the first word stand: where it is frequent, others may be far from it.
const PLACES_MAX: usize = 4;
/// From here on it is asked, at each doubling, whether what was found is enough for a snippet: a place with all words,
const NEAR_BYTES: usize = 512;
/// from here on all words in different places,
const FAR_BYTES: usize = 8 << 10;
/// and from here on any of them.
const FARTHEST_BYTES: usize = 64 << 10;
/// After so many the best place is good enough.
const MARKS_MAX: usize = 10_000;

#[cfg(test)]
mod tests;
