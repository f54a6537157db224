//! What words have to look like in the index.
//!
//! ```text
//! 全文检索       全文@0 检索@2                        pairs that cover the run; the ones between say nothing more
//! HTTP服务器     http@0 服务@1 务器@2
//! getUser        getuser@0, or get@0 user@1
//! 字             字…@0                                whatever begins with it
//! ```

use crate::token::{Part, Script, Tokens};

/// A term, and how far behind the first it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) offset: u32,
    pub(crate) script: Script,
    pub(crate) text: String,
    /// Whether whatever begins with it will do.
    pub(crate) is_prefix: bool,
}

/// Terms that stand at these distances. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) steps: Vec<Step>,
}

/// The ways in which a word or a phrase may stand in a text; none: it has no letters. With `is_open`, its last word may go on.
pub(crate) fn patterns(text: &str, is_open: bool) -> Vec<Pattern> {
    let mut whole = Vec::new();
    let mut pieces = Vec::new();
    let mut is_split = false;
    let mut tokens = Tokens::new(text);
    // The letters of a run, from its first pair on.
    let mut run: Vec<Step> = Vec::new();
    while tokens.advance() && whole.len() < STEPS_MAX {
        let (offset, script) = (tokens.position(), tokens.script());
        let step = Step { offset, script, text: tokens.text().to_owned(), is_prefix: false };
        match tokens.part() {
            Part::Whole { width } => {
                is_split |= width > 1;
                if width == 1 {
                    pieces.push(step.clone());
                }
                whole.push(step);
            }
            // The name of a language has a sign; a piece without it is not it.
            Part::Piece if whole.last().is_some_and(|whole: &Step| whole.text.ends_with(['+', '#'])) => {}
            Part::Piece => pieces.push(step),
            Part::Pair => run.push(step),
            Part::Last if run.is_empty() => {
                whole.push(step.clone());
                pieces.push(step);
            }
            Part::Last => {
                let last = run.len() - 1;
                let cover =
                    run.drain(..).enumerate().filter(|(at, _)| at % 2 == 0 || *at == last).map(|(_, step)| step);
                let cover: Vec<_> = cover.collect();
                whole.extend_from_slice(&cover);
                pieces.extend(cover);
            }
        }
    }
    let mut patterns = if is_split { vec![whole, pieces] } else { vec![whole] };
    for steps in &mut patterns {
        let Some(first) = steps.first().map(|step| step.offset) else { return Vec::new() };
        steps.iter_mut().for_each(|step| step.offset -= first);
        if steps.len() > STEPS_MAX {
            steps.truncate(STEPS_MAX);
            continue;
        }
        if let Some(last) = steps.last_mut() {
            // A letter at the end of what is looked for may be inside a run; one before other words ends its run.
            let is_letter = last.script == Script::Run && last.text.chars().count() == 1;
            last.is_prefix = is_letter || (is_open && last.script == Script::Word);
        }
    }
    patterns.into_iter().map(|steps| Pattern { steps }).collect()
}

impl Pattern {
    /// The term, where there is only one.
    pub(crate) fn single(&self) -> Option<&Step> {
        if let [step] = &self.steps[..] { Some(step) } else { None }
    }

    /// Whether the library can look for it itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.steps.iter().all(|step| step.script == self.steps[0].script && !step.is_prefix)
    }
}

/// More of a phrase is not looked for: who pastes a page finds it by its beginning.
const STEPS_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_open: bool, expected: &[&str]) {
        let shown = patterns(text, is_open).into_iter().map(|pattern| {
            let steps = pattern
                .steps
                .iter()
                .map(|step| format!("{}{}@{}", step.text, if step.is_prefix { "…" } else { "" }, step.offset));
            steps.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn words_are_terms_and_phrases_are_terms_in_a_row() {
        check("Report", false, &["report@0"]);
        check("repo", true, &["repo…@0"]);
        check("annual report", false, &["annual@0 report@1"]);
        check("don't", true, &["don@0 t…@1"]);
        check("...", true, &[]);
        check("", true, &[]);
    }

    #[test]
    fn names_of_programs_are_looked_for_whole_or_in_parts() {
        check("getUser", true, &["getuser…@0", "get@0 user…@1"]);
        check("utf8 x", false, &["utf8@0 x@2", "utf@0 8@1 x@2"]);
        check("C++", true, &["c++…@0"]);
    }

    #[test]
    fn runs_are_covered_by_pairs() {
        check("全文", true, &["全文@0"]);
        check("全文检", true, &["全文@0 文检@1"]);
        check("全文检索", true, &["全文@0 检索@2"]);
        check("全文检索库", true, &["全文@0 检索@2 索库@3"]);
        check("資料 圖", true, &["资料@0 图…@3"]);
        check("字", false, &["字…@0"]);
    }

    #[test]
    fn mixed_words_are_one_pattern() {
        check("HTTP服务器2", true, &["http@0 服务@1 务器@2 2…@5"]);
        check("第2章", false, &["第@0 2@2 章…@3"]);
    }

    #[test]
    fn long_phrases_are_cut() {
        assert_eq!(patterns(&"word ".repeat(1000), true)[0].steps.len(), STEPS_MAX);
        assert_eq!(patterns(&"字".repeat(1000), true)[0].steps.len(), STEPS_MAX);
    }
}
