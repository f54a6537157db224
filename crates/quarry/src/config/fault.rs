//! What is wrong in a file, shown where it is: file, line, column, the line itself, and what was perhaps meant.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use crate::exit;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The bytes of the file that are meant.
    pub(crate) at: Range<usize>,
    /// Lower case, no full stop.
    pub(crate) cause: String,
    /// What could be done.
    pub(crate) hint: Option<String>,
}

/// A file, as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// Its path, safe to print.
    pub(crate) name: String,
    /// What stands in it.
    pub(crate) text: String,
}

impl Source {
    /// A file of that path.
    pub(crate) fn new(path: &Path, text: String) -> Source {
        Source { name: exit::shown(path), text }
    }

    /// Line and column of a byte, both from 1; a column is a character.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..self.boundary(at)];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// All faults for a person, in the order of the file.
    pub(crate) fn show(&self, faults: &[Fault]) -> String {
        let mut faults: Vec<&Fault> = faults.iter().collect();
        faults.sort_by_key(|fault| fault.at.start);
        let mut out = String::new();
        for (index, fault) in faults.iter().enumerate().take(SHOWN_MAX) {
            if index > 0 {
                out.push_str("\n\n");
            }
            self.show_one(fault, &mut out);
        }
        if faults.len() > SHOWN_MAX {
            let _ = write!(out, "\n\nand {} more", faults.len() - SHOWN_MAX);
        }
        out
    }

    fn show_one(&self, fault: &Fault, out: &mut String) {
        let (line, column) = self.place(fault.at.start);
        let _ = write!(out, "{}:{line}:{column}: {}", self.name, fault.cause);
        let start = self.boundary(fault.at.start);
        let from = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
        let to = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        let end = self.boundary(fault.at.end).clamp(start, to);
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let (mut before, mut marked, mut behind) = (String::new(), String::new(), String::new());
        exit::push_safe(&mut before, &self.text[from..start].replace('\t', " "));
        exit::push_safe(&mut marked, &self.text[start..end].replace('\t', " "));
        exit::push_safe(&mut behind, self.text[end..to].trim_end_matches('\r'));
        let carets = "^".repeat(columns(&marked).max(1));
        let _ = write!(
            out,
            "\n{margin} |\n{number} | {before}{marked}{behind}\n{margin} | {}{carets}",
            " ".repeat(columns(&before))
        );
        if let Some(hint) = &fault.hint {
            let _ = write!(out, "\n{margin} = {hint}");
        }
    }

    /// The same byte, or the one before it that a character begins with.
    fn boundary(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        (0..=at).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }
}

/// What a text takes on a terminal: letters of East Asia are twice as wide.
fn columns(text: &str) -> usize {
    let is_wide = |char: char| matches!(char, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}');
    text.chars().map(|char| if is_wide(char) { 2 } else { 1 }).sum()
}

/// More at once nobody reads; with the first ones mended, the others are told.
const SHOWN_MAX: usize = 20;

/// The one of these words that was perhaps meant.
pub(crate) fn meant<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('_', "-");
    let word = plain(word);
    let near = among.into_iter().map(|candidate| (distance(&word, &plain(candidate)), candidate));
    near.filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for row in 1..=one.len() {
        let mut next = vec![row];
        for column in 1..=other.len() {
            let replaced = rows[row - 1][column - 1] + usize::from(one[row - 1] != other[column - 1]);
            let mut least = replaced.min(rows[row - 1][column] + 1).min(next[column - 1] + 1);
            if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                least = least.min(rows[row - 2][column - 2] + 1);
            }
            next.push(least);
        }
        rows.push(next);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { name: "q.toml".into(), text: text.into() }
    }

    #[track_caller]
    fn check(text: &str, marked: &str, hint: Option<&str>, expected: &str) {
        let start = text.find(marked).unwrap();
        let fault = Fault { at: start..start + marked.len(), cause: "it is wrong".into(), hint: hint.map(Into::into) };
        assert_eq!(source(text).show(&[fault]), expected);
    }

    #[test]
    fn a_fault_is_shown_where_it_is() {
        check(
            "a = 1\nbc = 2\n",
            "bc",
            Some("did you mean b?"),
            "q.toml:2:1: it is wrong\n  |\n2 | bc = 2\n  | ^^\n  = did you mean b?",
        );
        check("a = \"资料 x\"", "x", None, "q.toml:1:9: it is wrong\n  |\n1 | a = \"资料 x\"\n  |           ^");
        check("\tb\r\n", "b", None, "q.toml:1:2: it is wrong\n  |\n1 |  b\n  |  ^");
        check(
            &format!("{}x = '''\na\nb'''", "\n".repeat(9)),
            "'''\na\nb'''",
            None,
            "q.toml:10:5: it is wrong\n   |\n10 | x = '''\n   |     ^^^",
        );
    }

    #[test]
    fn the_end_of_a_file_is_a_place_too() {
        let fault = Fault { at: 9..9, cause: "it ends".into(), hint: None };
        assert_eq!(source("a = [").show(&[fault]), "q.toml:1:6: it ends\n  |\n1 | a = [\n  |      ^");
        assert_eq!(source("é").place(1), (1, 1));
    }

    #[test]
    fn faults_come_in_the_order_of_the_file_and_not_without_end() {
        let fault = |at| Fault { at: at..at + 1, cause: format!("no {at}"), hint: None };
        let shown = source(&"x\n".repeat(40)).show(&(0..30).rev().map(|line| fault(line * 2)).collect::<Vec<_>>());
        assert!(shown.starts_with("q.toml:1:1: no 0\n") && shown.ends_with("\n\nand 10 more"), "{shown}");
    }

    #[test]
    fn what_was_perhaps_meant_is_near() {
        let among = ["redirect", "serve", "clean-urls", "set"];
        assert_eq!(meant("redirct", among), Some("redirect"));
        assert_eq!(meant("Clean_URLs", among), Some("clean-urls"));
        assert_eq!(meant("sevre", among), Some("serve"));
        assert_eq!(meant("proxy", among), None);
        assert_eq!(meant("", among), None);
    }
}
