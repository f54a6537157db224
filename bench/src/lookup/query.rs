//! What is asked to see how long it takes: drawn from the texts, so that there is something to find.

use crate::corpus::pick::{run, words};
use crate::corpus::{Corpus, Text};
use crate::random::Random;

/// A query, in parts that each peer writes in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    /// Each must be there, its letters one after another.
    pub(crate) parts: Vec<String>,
    /// The last part may go on.
    pub(crate) is_open: bool,
}

/// Makes a query of a text; `None`: the text has nothing of the kind.
type Make = fn(&Text, &mut Random) -> Option<Query>;

const KINDS: [Make; 10] = [
    |text, random| run(text, random, 1).map(|part| whole([part])),
    |text, random| run(text, random, 2).map(|part| whole([part])),
    |text, random| run(text, random, 3).map(|part| whole([part])),
    |text, random| run(text, random, 4).map(|part| whole([part])),
    |text, random| Some(whole([run(text, random, 2)?, run(text, random, 2)?])),
    |text, random| words(text, random, 1).map(|words| Query { parts: words, is_open: false }),
    |text, random| words(text, random, 2).map(|words| Query { parts: words, is_open: false }),
    |text, random| words(text, random, 3).map(|words| whole([words.join(" ")])),
    |text, random| beginning(text, random, 3),
    |text, random| beginning(text, random, 1),
];

fn whole(parts: impl Into<Vec<String>>) -> Query {
    Query { parts: parts.into(), is_open: false }
}

fn beginning(text: &Text, random: &mut Random, letters: usize) -> Option<Query> {
    let word = words(text, random, 1)?.pop()?;
    Some(Query { parts: vec![word.chars().take(letters).collect()], is_open: true })
}

/// So many of each kind that the texts have, always the same ones, in an order without order.
pub(crate) fn queries(corpus: &Corpus, each: usize) -> Vec<Query> {
    let mut random = Random(7);
    let mut queries = Vec::new();
    for make in KINDS {
        let made = (0..each * 20).filter_map(|_| make(random.pick(&corpus.texts)?, &mut random));
        queries.extend(made.take(each).collect::<Vec<_>>());
    }
    // One kind after the other would be easier for whoever keeps what it has just read.
    for at in (1..queries.len()).rev() {
        queries.swap(at, random.below(at + 1));
    }
    queries
}

impl Query {
    /// As somebody types it into Quarry's box.
    pub(crate) fn typed(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|part| quoted(part)).collect();
        let words = parts.join(" ");
        // A word without a space behind it is still being typed.
        if self.is_open { words } else { words + " " }
    }

    /// As Recoll and Groonga take it: phrases in quotes, and a star where a word may go on.
    pub(crate) fn starred(&self) -> String {
        let last = self.parts.len().saturating_sub(1);
        let part = |(at, part): (usize, &String)| match self.is_open && at == last {
            true => format!("{part}*"),
            false => format!("\"{part}\""),
        };
        self.parts.iter().enumerate().map(part).collect::<Vec<_>>().join(" ")
    }
}

fn quoted(part: &str) -> String {
    if part.contains(' ') { format!("\"{part}\"") } else { part.to_owned() }
}

/// Key strokes: titles as they are typed, letter by letter, one after the other. Each with the language of its page.
pub(crate) fn strokes(corpus: &Corpus, count: usize) -> Vec<(String, &'static str)> {
    let mut random = Random(13);
    let mut strokes = Vec::new();
    while strokes.len() < count {
        let Some(text) = random.pick(&corpus.texts) else { break };
        let typed = if text.title.is_empty() { &text.path } else { &text.title };
        let ends = typed.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(LETTERS_MAX);
        strokes.extend(ends.map(|end| (typed[..end].to_owned(), text.language)));
    }
    strokes.truncate(count);
    strokes
}

/// Whoever has typed so much has seen it.
const LETTERS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::sync::Arc;

    fn corpus() -> Corpus {
        let text = Text {
            title: "资料".to_owned(),
            body: "all stones are found here\n资料在这里\n".to_owned(),
            language: "zh-CN",
            ..Text::default()
        };
        Corpus { folder: PathBuf::new(), documents: 1, text_bytes: 0, texts: Arc::new(vec![text]) }
    }

    #[test]
    fn a_query_is_typed_as_people_do() {
        let query =
            |parts: &[&str], is_open| Query { parts: parts.iter().map(|part| (*part).to_owned()).collect(), is_open };
        assert_eq!(query(&["资料", "a b"], false).typed(), "资料 \"a b\" ");
        assert_eq!(query(&["re"], true).typed(), "re");
        assert_eq!(query(&["资料", "re"], true).starred(), "\"资料\" re*");
    }

    #[test]
    fn queries_are_the_same_in_every_run() {
        let made = queries(&corpus(), 2);
        assert_eq!(made.len(), 20);
        assert_eq!(made, queries(&corpus(), 2));
    }

    #[test]
    fn strokes_grow_letter_by_letter() {
        let made = strokes(&corpus(), 3);
        assert_eq!(made, [("资", "zh-CN"), ("资料", "zh-CN"), ("资", "zh-CN")].map(|(a, b)| (a.to_owned(), b)));
    }
}
