//! What was found, as it is printed: for people at a terminal, for programs line by line, or paths alone.
//!
//! Nothing of a name or a text reaches the output that would move the cursor or begin an escape sequence, wherever the output
//! goes; only `--null` gives names byte for byte.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lookup::answer::{Answer, Hit, Marked, Step};
use lookup::line;
use lookup::query::Moment;

use super::safe;
use crate::command::grouped;
use crate::exit;

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A heading for each hit, and lines of it beneath.
    People,
    /// `PATH:LINE:TEXT`.
    Lines,
    /// Paths, one a line.
    Names {
        /// What is not UTF-8 would be shown as nothing.
        is_terminal: bool,
    },
    /// Paths, each with a zero byte behind it.
    Null,
}

impl Form {
    /// How many lines of a text are shown; none: it need not be opened.
    pub(super) fn lines_max(self) -> Option<usize> {
        match self {
            Form::People => Some(LINES_FOR_PEOPLE),
            Form::Lines => Some(usize::MAX),
            Form::Names { .. } | Form::Null => None,
        }
    }
}

/// A hit, and what was found out about it.
pub(super) struct Found<'a> {
    /// As it can be opened.
    pub(super) path: PathBuf,
    pub(super) hit: &'a Hit,
    /// Lines of its text; none: it has no lines, or what matched is in none of them.
    pub(super) lines: Option<line::Found>,
}

/// Prints hits.
pub(super) struct Printer {
    pub(super) form: Form,
    pub(super) paint: Paint,
}

impl Printer {
    /// Prints one hit.
    pub(super) fn print(&self, out: &mut dyn Write, found: &Found<'_>, is_first: bool) -> io::Result<()> {
        match self.form {
            Form::Null => {
                out.write_all(found.path.as_os_str().as_bytes())?;
                out.write_all(b"\0")
            }
            Form::Names { is_terminal } => {
                let path = if is_terminal { exit::shown(&found.path).into_bytes() } else { raw(&found.path) };
                self.paint.push(out, Colour::Path, &path)?;
                out.write_all(b"\n")
            }
            Form::Lines => self.lines(out, found),
            Form::People => self.people(out, found, is_first),
        }
    }

    /// `PATH:LINE:TEXT`, at least one for each hit.
    fn lines(&self, out: &mut dyn Write, found: &Found<'_>) -> io::Result<()> {
        let path = raw(&found.path);
        let mut line = |number: &str, text: &Marked| {
            self.paint.push(out, Colour::Path, &path)?;
            self.paint.push(out, Colour::Separator, b":")?;
            self.paint.push(out, Colour::Number, number.as_bytes())?;
            self.paint.push(out, Colour::Separator, b":")?;
            self.text(out, text, "\t")?;
            out.write_all(b"\n")
        };
        match &found.lines {
            Some(found) => found.lines.iter().try_for_each(|found| line(&found.number.to_string(), &found.text)),
            None => line("", &found.hit.snippet),
        }
    }

    fn people(&self, out: &mut dyn Write, found: &Found<'_>, is_first: bool) -> io::Result<()> {
        if !is_first {
            writeln!(out)?;
        }
        self.heading(out, found)?;
        if let Some(line::Found { lines, others }) = &found.lines {
            let width = lines.last().map_or(0, |line| line.number.to_string().len());
            for line in lines {
                self.paint.push(out, Colour::Number, format!("  {:width$}", line.number).as_bytes())?;
                self.paint.push(out, Colour::Separator, b": ")?;
                self.text(out, &line.text, "    ")?;
                writeln!(out)?;
            }
            if *others > 0 {
                let lines = if *others == 1 { "line" } else { "lines" };
                let rest = format!("  … {} more {lines}", grouped(*others as u64));
                self.paint.push(out, Colour::Aside, rest.as_bytes())?;
                writeln!(out)?;
            }
        } else if !found.hit.snippet.is_empty() {
            write!(out, "  ")?;
            self.text(out, &found.hit.snippet, " ")?;
            writeln!(out)?;
        } else if let Some(reason) = &found.hit.unreadable {
            self.paint.push(out, Colour::Aside, format!("  found by its name only: {}", safe(reason)).as_bytes())?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// Path, name where the path cannot show it, title where it is another one; type and date.
    fn heading(&self, out: &mut dyn Write, found: &Found<'_>) -> io::Result<()> {
        let Found { path, hit, .. } = found;
        let name = hit.name.text();
        let mut shown = exit::shown(path);
        let read = safe(&name);
        // What matched in the name is marked in the path, whose end it is, unless it is read otherwise than its bytes say.
        let is_end = !read.is_empty() && shown.ends_with(&read);
        shown.truncate(shown.len() - if is_end { read.len() } else { 0 });
        self.paint.push(out, Colour::Path, shown.as_bytes())?;
        if !is_end && !read.is_empty() {
            write!(out, "  ")?;
        }
        self.marked(out, &hit.name, if is_end { Colour::Path } else { Colour::Text })?;
        if hit.is_folder {
            self.paint.push(out, Colour::Path, b"/")?;
        }
        if let Some(title) = hit.title.as_ref().filter(|title| title.text() != name && !title.is_empty()) {
            write!(out, "  ")?;
            self.marked(out, title, Colour::Text)?;
        }
        let day = hit.modified.map(|modified| Moment::day_of(modified).to_string());
        for part in [safe(&hit.kind), day.unwrap_or_default()].iter().filter(|part| !part.is_empty()) {
            write!(out, "  ")?;
            self.paint.push(out, Colour::Aside, part.as_bytes())?;
        }
        writeln!(out)
    }

    /// A line of a text, in which tabs stand for something.
    fn text(&self, out: &mut dyn Write, text: &Marked, tab: &str) -> io::Result<()> {
        for piece in &text.pieces {
            let colour = if piece.is_match { Colour::Match } else { Colour::Text };
            let safe = piece.text.split('\t').map(safe).collect::<Vec<_>>().join(tab);
            self.paint.push(out, colour, safe.as_bytes())?;
        }
        Ok(())
    }

    /// A name or a title.
    fn marked(&self, out: &mut dyn Write, text: &Marked, others: Colour) -> io::Result<()> {
        text.pieces.iter().try_for_each(|piece| {
            let colour = if piece.is_match { Colour::Match } else { others };
            self.paint.push(out, colour, safe(&piece.text).as_bytes())
        })
    }
}

/// The bytes of a path, so that programs can open it; but nothing that would break a line or move a cursor.
fn raw(path: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        out.extend_from_slice(safe(chunk.valid()).as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

/// The same JSON, in which nothing can move a cursor either: only the controls of ASCII must be escaped in it.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push('\n'),
            // All of them are within strings, and below U+10000.
            character if !exit::is_safe(character) => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            character => out.push(character),
        }
    }
    out
}

/// How many were found, by which step, and how long it took.
pub(super) fn summary(answer: &Answer) -> String {
    let took = format!("{} ms", milliseconds(answer.took));
    if answer.total == 0 {
        return format!("nothing found, {took}");
    }
    let least = if answer.total_is_exact { "" } else { "at least " };
    let total = format!("{least}{} found", grouped(answer.total as u64));
    let shown = match answer.hits.len() {
        shown if shown < answer.total => format!("{} of {total}", grouped(shown as u64)),
        _ => total,
    };
    let step = match (answer.step, &answer.instead) {
        (Step::All, _) => "all words".to_owned(),
        (Step::Most, _) => "most words".to_owned(),
        (Step::Typo, Some(instead)) => format!("typos, looked for {} instead", safe(instead)),
        (Step::Typo, None) => "typos".to_owned(),
    };
    format!("{shown}: {step}, {took}")
}

/// With one digit behind the point.
fn milliseconds(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1000.0)
}

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    is_on: bool,
}

/// What a colour says. Those of grep, which everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colour {
    Text,
    Match,
    Path,
    Number,
    Separator,
    Aside,
}

impl Paint {
    pub(super) fn new(is_on: bool) -> Paint {
        Paint { is_on }
    }

    fn push(self, out: &mut dyn Write, colour: Colour, text: &[u8]) -> io::Result<()> {
        let code = match colour {
            Colour::Text => "",
            Colour::Match => "1;31",
            Colour::Path => "35",
            Colour::Number => "32",
            Colour::Separator => "36",
            Colour::Aside => "2",
        };
        if !self.is_on || code.is_empty() || text.is_empty() {
            return out.write_all(text);
        }
        write!(out, "\x1b[{code}m")?;
        out.write_all(text)?;
        write!(out, "\x1b[0m")
    }
}

/// The best of them; who wants all opens the file.
const LINES_FOR_PEOPLE: usize = 5;

#[cfg(test)]
pub(super) mod tests {
    use std::ffi::OsStr;

    use lookup::answer::{FOLDER, Piece};

    use super::*;

    pub(in super::super) fn hit() -> Hit {
        Hit {
            path: b"notes/a.txt".to_vec(),
            name: marked("a.txt"),
            title: None,
            kind: "txt".into(),
            is_folder: false,
            size: Some(9),
            modified: Some(1_709_942_400_000_000_000),
            snippet: marked("…the old [granite] wall…"),
            unreadable: None,
            score: 1.0,
        }
    }

    /// What stands in brackets matches.
    fn marked(text: &str) -> Marked {
        let pieces = text.split(['[', ']']).enumerate();
        let pieces = pieces.map(|(index, text)| Piece { text: text.to_owned(), is_match: index % 2 == 1 });
        Marked { pieces: pieces.filter(|piece| !piece.text.is_empty()).collect() }
    }

    fn lines(lines: &[(usize, &str)], others: usize) -> Option<line::Found> {
        let line = |&(number, text): &(usize, &str)| line::Line { number, text: marked(text) };
        Some(line::Found { lines: lines.iter().map(line).collect(), others })
    }

    #[track_caller]
    fn check(form: Form, is_on: bool, found: &Found<'_>, expected: &str) {
        let mut out = Vec::new();
        Printer { form, paint: Paint::new(is_on) }.print(&mut out, found, true).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    fn found<'a>(hit: &'a Hit, lines: Option<line::Found>) -> Found<'a> {
        Found { path: OsStr::from_bytes(&hit.path).into(), hit, lines }
    }

    #[test]
    fn people_see_a_heading_and_lines_beneath() {
        let hit = Hit { title: Some(marked("Old [granite]")), name: marked("[a].txt"), ..hit() };
        let numbered = found(&hit, lines(&[(9, "a [granite]\twall"), (12, "[granite]")], 1200));
        check(
            Form::People,
            false,
            &numbered,
            "notes/a.txt  Old granite  txt  2024-03-09\n   9: a granite    wall\n  12: granite\n  … 1,200 more lines\n",
        );
        check(
            Form::People,
            true,
            &numbered,
            "\x1b[35mnotes/\x1b[0m\x1b[1;31ma\x1b[0m\x1b[35m.txt\x1b[0m  Old \x1b[1;31mgranite\x1b[0m  \x1b[2mtxt\x1b[0m  \
             \x1b[2m2024-03-09\x1b[0m\n\x1b[32m   9\x1b[0m\x1b[36m: \x1b[0ma \x1b[1;31mgranite\x1b[0m    wall\n\
             \x1b[32m  12\x1b[0m\x1b[36m: \x1b[0m\x1b[1;31mgranite\x1b[0m\n\x1b[2m  … 1,200 more lines\x1b[0m\n",
        );
        let plain = self::hit();
        check(Form::People, false, &found(&plain, None), "notes/a.txt  txt  2024-03-09\n  …the old granite wall…\n");
    }

    #[test]
    fn people_see_folders_and_what_has_no_words() {
        let hit = Hit { path: b"a/b".to_vec(), name: marked("b"), kind: String::new(), snippet: marked(""), ..hit() };
        let folder = Hit { kind: FOLDER.into(), is_folder: true, size: None, modified: None, ..hit.clone() };
        check(Form::People, false, &found(&folder, None), "a/b/  folder\n");
        check(Form::Lines, false, &found(&folder, None), "a/b::\n");
        let hit = Hit { unreadable: Some("it is\nlocked".into()), ..hit };
        let expected = "a/b  2024-03-09\n  found by its name only: it is\\nlocked\n";
        check(Form::People, false, &found(&hit, None), expected);
    }

    #[test]
    fn programs_get_three_parts_a_line() {
        let hit = hit();
        let numbered = found(&hit, lines(&[(9, "a [granite]\twall"), (12, "[granite]")], 0));
        check(Form::Lines, false, &numbered, "notes/a.txt:9:a granite\twall\nnotes/a.txt:12:granite\n");
        check(Form::Lines, false, &found(&hit, None), "notes/a.txt::…the old granite wall…\n");
        let silent = Hit { snippet: marked(""), ..hit };
        check(Form::Lines, false, &found(&silent, None), "notes/a.txt::\n");
        let colon = "\x1b[36m:\x1b[0m";
        let expected = format!("\x1b[35mnotes/a.txt\x1b[0m{colon}{colon}\n");
        check(Form::Lines, true, &found(&silent, None), &expected);
    }

    #[test]
    fn neither_names_nor_texts_reach_the_terminal_raw() {
        let evil = "\x1b]0;x\x07\u{9b}2J\r\n\u{202e}";
        let hit = Hit {
            path: format!("a{evil}").into_bytes(),
            name: marked(&format!("a{evil}")),
            title: Some(marked(&format!("t{evil}"))),
            kind: evil.into(),
            snippet: marked(&format!("s[{evil}]")),
            ..hit()
        };
        for lines in [None, lines(&[(1, evil), (2, &format!("x[{evil}]\t"))], 3)] {
            for form in
                [Form::People, Form::Lines, Form::Names { is_terminal: true }, Form::Names { is_terminal: false }]
            {
                let mut out = Vec::new();
                let printer = Printer { form, paint: Paint::new(false) };
                printer.print(&mut out, &found(&hit, lines.clone()), true).unwrap();
                let out = String::from_utf8(out).unwrap();
                let stray = out.replace(['\n', '\t'], "").chars().find(|character| !exit::is_safe(*character));
                assert_eq!(stray, None, "{form:?}: {out:?}");
                assert!(out.contains("\\u{1b}]0;x\\u{7}\\u{9b}2J\\r\\n\\u{202e}"), "{out}");
            }
        }
        check(Form::Null, true, &found(&hit, None), &format!("a{evil}\0"));
    }

    #[test]
    fn names_that_are_not_utf_8_can_be_opened_by_programs_and_read_by_people() {
        // "资料" in GBK.
        let path = b"old/\xd7\xca\xc1\xcf\n.txt";
        let hit = Hit { path: path.to_vec(), name: marked("[资]料\n.txt"), snippet: marked(""), ..hit() };
        let mut out = Vec::new();
        let printer = |form| Printer { form, paint: Paint::new(false) };
        printer(Form::Names { is_terminal: false }).print(&mut out, &found(&hit, None), true).unwrap();
        assert_eq!(out, b"old/\xd7\xca\xc1\xcf\\n.txt\n");
        check(Form::Names { is_terminal: true }, false, &found(&hit, None), "old/\\xD7\\xCA\\xC1\\xCF\\n.txt\n");
        let heading = "old/\\xD7\\xCA\\xC1\\xCF\\n.txt  资料\\n.txt  txt  2024-03-09\n";
        check(Form::People, false, &found(&hit, None), heading);
    }

    #[test]
    fn json_means_the_same_without_anything_that_moves_a_cursor() {
        assert_eq!(json("{\"a\":\"\u{9b}1m\u{202e}\u{7f} 资料\"}\n"), "{\"a\":\"\\u009b1m\\u202e\\u007f 资料\"}\n");
    }

    #[test]
    fn the_last_line_says_how_many_how_and_how_long() {
        #[track_caller]
        fn check(total: usize, shown: usize, step: Step, instead: Option<&str>, expected: &str) {
            let answer = Answer {
                total,
                total_is_exact: total < 5000,
                step,
                instead: instead.map(str::to_owned),
                hits: vec![hit(); shown],
                took: Duration::from_micros(1260),
                ..Answer::default()
            };
            assert_eq!(summary(&answer), expected);
        }
        check(1, 1, Step::All, None, "1 found: all words, 1.3 ms");
        check(1200, 20, Step::Most, None, "20 of 1,200 found: most words, 1.3 ms");
        check(5000, 20, Step::All, None, "20 of at least 5,000 found: all words, 1.3 ms");
        check(3, 3, Step::Typo, Some("granite\x1b"), "3 found: typos, looked for granite\\u{1b} instead, 1.3 ms");
        check(0, 0, Step::All, None, "nothing found, 1.3 ms");
    }
}
