//! Where words are put in order: spaces made one, paragraphs made lines, no more than is kept.

use super::{Extract, fault, limit};

/// A text that grows up to a limit. Spaces around and between are made one; what breaks a line is one line end.
#[derive(Debug)]
pub(crate) struct Words {
    /// Invariant: out.len() <= bytes_max
    out: String,
    bytes_max: usize,
    gap: Gap,
    is_cut: bool,
}

/// What stands between what was put in and what comes next, the stronger the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    /// A line end in the source that is no line end to the reader.
    Wrap,
    Space,
    Line,
}

impl Words {
    pub(crate) fn new(bytes_max: usize) -> Words {
        Words { out: String::new(), bytes_max, gap: Gap::None, is_cut: false }
    }

    /// Text in which spaces and line ends are one space, as in HTML. Between two characters of a script without spaces, a line end
    /// is nothing at all (CSS Text 3 §4.1.3).
    pub(crate) fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some(&first) = rest.as_bytes().first() {
            if first <= b' ' {
                self.gap = self.gap.max(if is_line_end(first) { Gap::Wrap } else { Gap::Space });
                rest = &rest[1..];
                continue;
            }
            let end = rest.bytes().position(|byte| byte <= b' ').unwrap_or(rest.len());
            self.push_run(&rest[..end]);
            rest = &rest[end..];
        }
    }

    /// Text whose lines are lines.
    pub(crate) fn push_lines(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            self.push(line);
            if line.ends_with('\n') {
                self.line();
            }
        }
    }

    /// What follows is another word.
    pub(crate) fn space(&mut self) {
        self.gap = self.gap.max(Gap::Space);
    }

    /// What follows is another paragraph.
    pub(crate) fn line(&mut self) {
        self.gap = Gap::Line;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Nothing more can be put in.
    pub(crate) fn is_full(&self) -> bool {
        self.is_cut
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    pub(crate) fn into_string(self) -> String {
        self.out
    }

    /// Characters that are no spaces.
    fn push_run(&mut self, run: &str) {
        if self.is_cut {
            return;
        }
        match self.gap {
            _ if self.out.is_empty() => {}
            Gap::None => {}
            Gap::Wrap if self.out.ends_with(is_unspaced) && run.starts_with(is_unspaced) => {}
            Gap::Wrap | Gap::Space => self.push_kept(" "),
            Gap::Line => self.push_kept("\n"),
        }
        self.gap = Gap::None;
        self.push_kept(run);
    }

    fn push_kept(&mut self, text: &str) {
        let room = self.bytes_max - self.out.len();
        let kept = floor_char_boundary(text, room);
        self.is_cut |= kept < text.len();
        self.out.push_str(&text[..kept]);
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0x0c)
}

/// Han, kana, and the marks between them: scripts that put no space between words. Hangul does.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// The longest beginning that is at most so long and cuts no character.
pub(crate) fn floor_char_boundary(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return text.len();
    }
    (0..=bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// An extract while it grows.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) title: Words,
    pub(crate) headings: Words,
    pub(crate) body: Words,
    pub(crate) language: Option<String>,
    pub(crate) fault: Option<String>,
}

impl Draft {
    pub(crate) fn new() -> Draft {
        Draft {
            title: Words::new(limit::TITLE_BYTES_MAX),
            headings: Words::new(limit::HEADINGS_BYTES_MAX),
            body: Words::new(limit::BODY_BYTES_MAX),
            language: None,
            fault: None,
        }
    }

    /// The first language that is said counts.
    pub(crate) fn set_language(&mut self, language: &str) {
        let language = language.trim();
        let is_tag = (2..=limit::LANGUAGE_BYTES_MAX).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if self.language.is_none() && is_tag {
            self.language = Some(language.replace('_', "-"));
        }
    }

    /// A second fault is put behind the first.
    pub(crate) fn add_fault(&mut self, fault: String) {
        debug_assert!(fault::is_known(&fault), "no language knows \"{fault}\"");
        fault::join(&mut self.fault, fault);
    }

    pub(crate) fn finish(mut self) -> Extract {
        if self.body.is_full() {
            self.add_fault(fault::long(limit::BODY_BYTES_MAX));
        }
        let title = self.title.into_string();
        let title = match self.headings.as_str().lines().next() {
            // A document without a title is known by its first heading.
            Some(heading) if title.is_empty() => {
                Some(heading[..floor_char_boundary(heading, limit::TITLE_BYTES_MAX)].to_owned())
            }
            _ => Some(title).filter(|title| !title.is_empty()),
        };
        let headings = self.headings.into_string();
        Extract { title, headings, body: self.body.into_string(), language: self.language, fault: self.fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expected: &str) {
        let mut words = Words::new(limit::BODY_BYTES_MAX);
        pieces.iter().for_each(|piece| words.push(piece));
        assert_eq!(words.into_string(), expected);
    }

    #[test]
    fn spaces_are_one_and_none_at_the_ends() {
        check(&["  a \t\n b", " ", "c\u{0}d  "], "a b c d");
        check(&["资", "料"], "资料");
        check(&["资 ", "料"], "资 料");
        check(&["\u{a0}"], "\u{a0}");
    }

    #[test]
    fn a_line_end_between_characters_without_spaces_is_nothing() {
        check(&["查找资料\n的系统"], "查找资料的系统");
        check(&["かな\r\n漢字"], "かな漢字");
        check(&["查找 \n资料"], "查找 资料");
        check(&["查找\nfile"], "查找 file");
        check(&["한국어\n문서"], "한국어 문서");
    }

    #[test]
    fn lines_are_lines() {
        let mut words = Words::new(100);
        words.line();
        words.push_lines("一\n\n\n二 \n");
        words.line();
        words.push("三");
        words.line();
        assert_eq!(words.into_string(), "一\n二\n三");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let mut words = Words::new(7);
        words.push("资料 资料");
        assert!(words.is_full());
        words.push("a");
        assert_eq!(words.as_str(), "资料 ");
    }

    #[test]
    fn a_language_is_a_tag_or_none() {
        let told = |language: &str| {
            let mut draft = Draft::new();
            draft.set_language(language);
            draft.language
        };
        assert_eq!(told(" zh_CN ").as_deref(), Some("zh-CN"));
        assert_eq!(told("en").as_deref(), Some("en"));
        assert_eq!([told(""), told("x"), told("zh CN"), told(&"a".repeat(36))], [const { None }; 4]);
    }

    #[test]
    fn the_first_heading_is_the_title_where_none_is() {
        let mut draft = Draft::new();
        draft.headings.push_lines("一\n二\n");
        assert_eq!(draft.finish().title.as_deref(), Some("一"));
        let mut draft = Draft::new();
        draft.headings.push_lines("一\n");
        draft.title.push("题");
        assert_eq!(draft.finish().title.as_deref(), Some("题"));
        assert_eq!(Draft::new().finish(), Extract::default());
    }
}
