//! Lines of a text in which words stand, with their numbers: for those who read in a terminal, and open the place in an editor.
//!
//! The index keeps words, not lines: the text itself is read once more, by the decoder that read it for the index.

use crate::answer::Marked;
use crate::extract::{Format, Input, decode, limit};
use crate::find::plan::Plan;
use crate::query::Query;
use crate::snippet::{Mark, Marker, line};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;

/// Finds the lines of texts in which words stand.
#[derive(Clone, Debug)]
pub struct Lines {
    marker: Marker,
}

/// The lines that were found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order of the text.
    pub lines: Vec<Line>,
    /// How many others there are.
    pub others: usize,
}

/// A line in which something matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first one is 1.
    pub number: usize,
    /// Without its end; of a long line, the part where it matches best. It may have tabs, and any other control character.
    pub text: Marked,
}

impl Lines {
    /// For words, as [`Request::words`](crate::answer::Request::words) has them. What narrows (`type:`, `in:`) is in no line.
    pub fn new(words: &str) -> Lines {
        Lines { marker: Marker::new(Plan::new(&Query::parse(words)).patterns()) }
    }

    /// The lines of an open file with these words, at most so many: those with the most of the words, and of those the first.
    /// `name`: the last segment of its path, which helps to tell its format. `None`: it is no text that people read line by line, or
    /// none of its lines has any of the words.
    ///
    /// Errs when the file cannot be read.
    pub fn of_file(&self, file: &File, name: &[u8], lines_max: usize) -> io::Result<Option<Found>> {
        let input = Input::new(file)?;
        let mut bytes = input.head(limit::HEAD_BYTES)?;
        let format = Format::of(name, &bytes);
        if !has_lines(format) {
            return Ok(None);
        }
        input.read_more(&mut bytes, limit::TEXT_FILE_BYTES_MAX)?;
        let found = decode(format, &bytes).map(|text| self.of_text(&text, lines_max));
        Ok(found.filter(|found| !found.lines.is_empty()))
    }

    /// The lines of a text with these words, at most so many: those with the most of the words, and of those the first.
    pub fn of_text(&self, text: &str, lines_max: usize) -> Found {
        let mut marks = self.marker.marks(text).into_iter().peekable();
        let mut here: Vec<Mark> = Vec::new();
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        let mut begin = 0;
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let end = begin + whole.len();
            // A phrase may go on in the next line.
            here.retain(|mark| mark.span.end > begin);
            while let Some(mark) = marks.next_if(|mark| mark.span.start < end) {
                here.push(mark);
            }
            if !here.is_empty() {
                let text = whole.trim_end_matches(['\n', '\r']);
                let clip = |at: usize| at.saturating_sub(begin).min(text.len());
                let own = here.iter().map(|mark| Mark { span: clip(mark.span.start)..clip(mark.span.end), ..*mark });
                let marks: Vec<Mark> = own.filter(|mark| !mark.span.is_empty()).collect();
                let words = marks.iter().map(|mark| mark.word).collect::<BTreeSet<_>>().len();
                if words > 0 {
                    candidates.push(Candidate { number: index + 1, text, marks, words });
                }
            } else if marks.peek().is_none() {
                break;
            }
            begin = end;
        }
        let others = candidates.len().saturating_sub(lines_max);
        if others > 0 {
            candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.words), candidate.number));
            candidates.truncate(lines_max);
            candidates.sort_by_key(|candidate| candidate.number);
        }
        let shown = candidates
            .into_iter()
            .map(|candidate| Line { number: candidate.number, text: line(candidate.text, &candidate.marks) });
        Found { lines: shown.collect(), others }
    }
}

/// A line in which something matched, before it is known whether it is shown.
struct Candidate<'a> {
    number: usize,
    text: &'a str,
    /// From the beginning of the line on.
    marks: Vec<Mark>,
    /// How many different ones.
    words: usize,
}

/// Whether people read a file of this format as it is, line by line. Of the others, what is read is not what stands there.
fn has_lines(format: Format) -> bool {
    matches!(format, Format::Text | Format::Markdown | Format::Json | Format::Css | Format::Subtitle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn marked(text: &Marked) -> String {
        let pieces = text.pieces.iter().map(|piece| match piece.is_match {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        });
        pieces.collect()
    }

    fn shown(found: &Found) -> Vec<String> {
        found.lines.iter().map(|line| format!("{}:{}", line.number, marked(&line.text))).collect()
    }

    #[track_caller]
    fn check(words: &str, text: &str, expected: &[&str]) {
        assert_eq!(shown(&Lines::new(words).of_text(text, 100)), expected, "{words}");
    }

    #[test]
    fn lines_are_told_with_their_numbers_and_as_they_are() {
        let text = "Granite.\n\n\tlet  granite = 1;\r\nnothing\nend of granite";
        check("granite", text, &["1:[Granite].", "3:\tlet  [granite] = 1;", "5:end of [granite]"]);
        check("gran", text, &["1:[Gran]ite.", "3:\tlet  [gran]ite = 1;", "5:end of [gran]ite"]);
        check("basalt", text, &[]);
        check("", text, &[]);
        check("granite", "", &[]);
        check("type:txt -granite", text, &[]);
        check("采石", "旧的\n一座采石场\n", &["2:一座[采石]场"]);
    }

    #[test]
    fn a_phrase_over_two_lines_is_marked_in_both() {
        check("\"old wall\"", "an old\n  wall\nold\n", &["1:an [old]", "2:[  wall]"]);
    }

    #[test]
    fn when_there_are_many_those_with_the_most_words_are_shown() {
        let text = "stone\nstone\nwall\nstone wall\nstone wall\n";
        let found = |lines_max| Lines::new("stone wall ").of_text(text, lines_max);
        assert_eq!(
            (shown(&found(2)), found(2).others),
            (vec!["4:[stone] [wall]".into(), "5:[stone] [wall]".into()], 3)
        );
        assert_eq!(shown(&found(3)), ["1:[stone]", "4:[stone] [wall]", "5:[stone] [wall]"]);
        assert_eq!((found(5).lines.len(), found(5).others), (5, 0));
        assert_eq!((found(0).lines.len(), found(0).others), (0, 5));
    }

    #[test]
    fn any_text_has_lines_that_are_in_it() {
        let any = "[ab\u{e9}\u{301}\u{8d44}\u{6599}\u{ff21} .\r\n\t-]{0,60}";
        proptest::proptest!(|(text in any, words in any, lines_max in 0_usize..4)| {
            let found = Lines::new(&words).of_text(&text, lines_max);
            let all: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
            assert!(found.lines.len() <= lines_max);
            for line in &found.lines {
                assert_eq!(line.text.text(), all[line.number - 1]);
                assert!(line.text.pieces.iter().any(|piece| piece.is_match));
            }
        });
    }

    #[test]
    fn of_a_long_line_the_part_around_the_match_is_shown() {
        let text = format!("{}granite{}", "x ".repeat(5000), " y".repeat(5000));
        let found = Lines::new("granite").of_text(&text, 1);
        let line = marked(&found.lines[0].text);
        assert!(line.starts_with("…x x") && line.ends_with("y…") && line.contains(" [granite] "), "{line}");
        assert!(line.len() < 400, "{}", line.len());
    }

    #[track_caller]
    fn check_file(name: &str, bytes: &[u8], words: &str, expected: Option<&[&str]>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let found = Lines::new(words).of_file(&file, name.as_bytes(), 10).unwrap();
        let found = found.as_ref().map(shown);
        assert_eq!(found.as_ref().map(|lines| lines.iter().map(String::as_str).collect()), expected.map(<[_]>::to_vec));
    }

    #[test]
    fn a_text_is_read_in_its_own_encoding() {
        let text = "这里有很多资料，\n还有一座采石场的照片。\n";
        let (gbk, ..) = encoding_rs::GBK.encode(text);
        check_file("a.txt", &gbk, "采石場", Some(&["2:还有一座[采石场]的照片。"]));
        check_file("a.md", b"# Old [wall](x)\n", "wall", Some(&["1:# Old [[wall]](x)"]));
    }

    #[test]
    fn what_nobody_reads_line_by_line_has_no_lines() {
        check_file("a.html", b"<!doctype html>\n<p>granite", "granite", None);
        check_file("a.pdf", b"%PDF-1.7\ngranite\n", "granite", None);
        check_file("a", b"\x7fELF\x02\x01\x01\0\0granite\n", "granite", None);
        check_file("a.txt", b"marble\n", "granite", None);
        check_file("a.txt", b"", "granite", None);
    }
}
