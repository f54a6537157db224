//! Markdown: headings, and the text without its marks.

use std::borrow::Cow;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html;
use super::words::{Draft, Words};

/// The words of a Markdown file.
pub(crate) fn read(text: &str) -> Draft {
    let flat = flatten(text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reading = Reading { draft: Draft::new(), place: Place::Body, html: String::new() };
    for event in Parser::new_ext(&flat, options) {
        reading.take(event);
    }
    reading.draft
}

struct Reading {
    draft: Draft,
    place: Place,
    /// A block of HTML, whose lines come one by one.
    html: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Heading,
    Code,
    Front,
}

impl Reading {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => match self.place {
                Place::Front => self.front_matter(&text),
                Place::Code => self.draft.body.push_lines(&text),
                _ => self.words().push(&text),
            },
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.words().push(&text),
            Event::Html(text) => self.html.push_str(&text),
            Event::InlineHtml(tag) if is_break(&tag) => self.words().line(),
            Event::InlineHtml(tag) => self.html(&tag),
            Event::SoftBreak => self.words().push("\n"),
            Event::HardBreak => self.line(),
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Rule | Event::TaskListMarker(_) | Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::MetadataBlock(_) => self.place = Place::Front,
            Tag::Heading { level, .. } => {
                self.line();
                if *level <= HeadingLevel::H3 {
                    self.place = Place::Heading;
                }
            }
            Tag::CodeBlock(_) => {
                self.line();
                self.place = Place::Code;
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {}
            Tag::Link { .. } | Tag::Image { .. } => {}
            Tag::TableCell => self.words().space(),
            _ => self.line(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::MetadataBlock(_) => self.place = Place::Body,
            TagEnd::Heading(_) | TagEnd::CodeBlock => {
                self.draft.headings.line();
                self.draft.body.line();
                self.place = Place::Body;
            }
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                self.line();
                self.html(&html);
                self.line();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript => {}
            TagEnd::Link | TagEnd::Image => {}
            TagEnd::TableCell => self.words().space(),
            _ => self.line(),
        }
    }

    fn words(&mut self) -> &mut Words {
        if self.place == Place::Heading { &mut self.draft.headings } else { &mut self.draft.body }
    }

    fn line(&mut self) {
        if self.place == Place::Heading { self.draft.headings.space() } else { self.draft.body.line() }
    }

    /// HTML among Markdown: its words, and its headings too.
    fn html(&mut self, html: &str) {
        let page = html::read(html);
        self.draft.headings.push_lines(page.headings.as_str());
        let words = self.words();
        match page.body.as_str() {
            "" => {}
            body => words.push_lines(body),
        }
    }

    /// What stands before the text in YAML or TOML: the title, the language, and words under which it is to be found.
    fn front_matter(&mut self, text: &str) {
        for line in text.lines() {
            let Some((key, value)) = line.split_once([':', '=']) else { continue };
            let value = value.trim().trim_matches(['"', '\'']);
            match key.trim() {
                "title" if self.draft.title.is_empty() => self.draft.title.push(value),
                "lang" | "language" => self.draft.set_language(value),
                "description" | "summary" | "subtitle" | "author" | "authors" | "tags" | "keywords" | "categories" => {
                    self.draft.body.push(value.trim_matches(['[', ']']));
                    self.draft.body.line();
                }
                _ => {}
            }
        }
    }
}

fn is_break(tag: &str) -> bool {
    tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br"))
}

/// The text with no line nested deeper than [`NESTING_MAX`]. What reads nested quotes and lists takes a time that grows with the
/// square of their depth, and a line of a million `>` is no text but an attack.
fn flatten(text: &str) -> Cow<'_, str> {
    let is_deep = |line: &str| line.bytes().take_while(|byte| MARKERS.contains(byte)).count() > NESTING_MAX;
    if !text.lines().any(is_deep) {
        return Cow::Borrowed(text);
    }
    let mut flat = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(is_marker);
        let mut markers = 0;
        for character in line[..line.len() - rest.len()].chars() {
            markers += usize::from(!matches!(character, ' ' | '\t'));
            if markers <= NESTING_MAX {
                flat.push(character);
            }
        }
        flat.push_str(rest);
    }
    Cow::Owned(flat)
}

/// Quotes and lists within each other; nobody reads deeper.
const NESTING_MAX: usize = 32;

/// What a line begins with when it is nested.
const MARKERS: &[u8] = b"> \t-*+";

fn is_marker(character: char) -> bool {
    u8::try_from(character).is_ok_and(|byte| MARKERS.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extract;

    fn extract(text: &str) -> Extract {
        read(text).finish()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(extract(text).body, expected, "{text}");
    }

    #[test]
    fn headings_and_words_without_their_marks() {
        let page = extract(
            "---\ntitle: \"查找 资料\"\nlang: zh\ntags: [甲, 乙]\ndate: 2024-05-01\n---\n# 第 *一* 章\n\n一段**文**字，\n折行 `code`。\n\n\
             - 甲\n- 乙\n\n#### 细节\n| a | b |\n|---|---|\n| c | d |\n\n```rust\nfn main() {}\n}\n```\n[链接](http://example.org/)![图](x.png)",
        );
        assert_eq!(page.title.as_deref(), Some("查找 资料"));
        assert_eq!(page.language.as_deref(), Some("zh"));
        assert_eq!(page.headings, "第 一 章");
        assert_eq!(page.body, "甲, 乙\n一段文字，折行 code。\n甲\n乙\n细节\na b\nc d\nfn main() {}\n}\n链接图");
    }

    #[test]
    fn the_first_heading_is_the_title_where_no_other_is() {
        assert_eq!(extract("# 甲\n## 乙").title.as_deref(), Some("甲"));
        assert_eq!(extract("+++\ntitle = '丙'\n+++\n# 甲").title.as_deref(), Some("丙"));
        assert_eq!(extract("no heading").title, None);
    }

    #[test]
    fn html_within_is_read_as_html() {
        let page =
            extract("<h1 align=center>\n标题</h1>\n\n<p>一<!-- 二 -->三\n</p>\n\na<br>b <kbd>c</kbd> <img alt=d>");
        assert_eq!((page.headings.as_str(), page.body.as_str()), ("标题", "一三\na\nb c d"));
    }

    #[test]
    fn nesting_costs_no_more_than_its_length() {
        check(&format!("{} a", ">".repeat(200_000)), "a");
        check(&format!("{}a", "- ".repeat(200_000)), "a");
        let _ = extract(&"[".repeat(200_000));
        let _ = extract(&"*a _b ".repeat(50_000));
        let _ = extract(&"| a ".repeat(50_000));
    }
}
