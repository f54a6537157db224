//! Markdown as a page: made into HTML, then cleaned of all that could act or ask elsewhere.

use crate::limit;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::Value;
use minijinja::context;
use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};

use crate::escape::{self, push_text};
use crate::frame::{self, Frame, Here};
use crate::listing::Segment;
use crate::look::Look;
use crate::template::{self, Slot};

/// Markdown, rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe to stand in a page.
    pub html: String,
    /// The headings, in order.
    pub contents: Vec<Heading>,
}

/// One line of the contents list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text.
    pub text: String,
    /// Its id in the HTML.
    pub id: String,
}

/// A Markdown file as a page.
#[derive(Clone, Copy, Debug)]
pub struct MarkdownPage<'a> {
    /// The way from the root; the last is the file.
    pub path: &'a [Segment],
    /// The text, decoded.
    pub text: &'a str,
}

/// Renders Markdown: tables, footnotes, struck text, task lists; relative links and images stay as they are.
pub fn render(text: &str) -> Rendered {
    let mut contents = Vec::new();
    let text = &flatten(text);
    let events = prepare(text, &mut contents);
    let mut html = String::with_capacity(text.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    Rendered { html: CLEANER.clean(&html).to_string(), contents }
}

/// The page of a Markdown file, with the list of its contents.
pub fn page(look: &Look, page: &MarkdownPage<'_>) -> String {
    let words = look.words();
    let rendered = render(page.text);
    let file = page.path.last();
    let shown = file.map_or("", |file| file.shown.as_str());
    let title =
        rendered.contents.iter().find(|heading| heading.level == 1).map_or(shown, |heading| heading.text.as_str());
    let mut out = String::with_capacity(rendered.html.len() + 8 * 1024);
    let find = frame::lookup_box(look, "", &page.path[..page.path.len().saturating_sub(1)]);
    let mut tools = String::from("<div class=tools>");
    if let Some(file) = file {
        let _ = write!(tools, "<a class=button href={}?raw>{}</a>", escape::segment(&file.name), words.source);
    }
    tools.push_str("</div>");
    let frame =
        Frame { look, title, class: "reading", path: page.path, here: Here::File, find, tools, is_passing: false };
    let foot = frame.push_top(&mut out);
    match template::render(look, "reading.html", || values(look, shown, &rendered.contents)) {
        Some(content) => out.push_str(&template::fill(&content, Slot::Prose, &rendered.html)),
        None => {
            out.push_str("<div class=book>");
            push_contents(&mut out, look, &rendered.contents);
            let _ =
                write!(out, "<main id=main tabindex=-1><article class=prose>{}</article></main></div>", rendered.html);
        }
    }
    foot.push(&mut out, look);
    out
}

/// What the template of texts that are read is given.
fn values(look: &Look, name: &str, contents: &[Heading]) -> Value {
    let heading = |heading: &Heading| {
        context! { level => heading.level, id => heading.id.as_str(), text => heading.text.as_str() }
    };
    context! {
        name,
        contents => listed(contents).map(heading).collect::<Vec<_>>(),
        prose => Slot::Prose.value(),
        ..template::common(look)
    }
}

/// The headings of the contents list; none for a text that is seen at one glance.
fn listed(contents: &[Heading]) -> impl Iterator<Item = &Heading> {
    let shown = if contents.len() < 3 { &[] } else { contents };
    shown.iter().filter(|heading| heading.level <= 3)
}

/// Appends the contents list; nothing for a text that is seen at one glance.
pub(crate) fn push_contents(out: &mut String, look: &Look, contents: &[Heading]) {
    if contents.len() < 3 {
        return;
    }
    let label = look.words().contents;
    let _ = write!(out, "<nav class=contents aria-label=\"{label}\"><details open><summary>{label}</summary><ol>");
    for heading in listed(contents) {
        let _ = write!(out, "<li class=l{}><a href=\"#", heading.level);
        push_text(out, &heading.id);
        out.push_str("\">");
        push_text(out, &heading.text);
        out.push_str("</a>");
    }
    out.push_str("</ol></details></nav>");
}

/// The text with no line nested deeper than [`MARKDOWN_NESTING_MAX`](limit::MARKDOWN_NESTING_MAX). What reads nested quotes and lists takes a time that grows with the
/// square of their depth, and a line of a million `>` is no text but an attack.
fn flatten(text: &str) -> Cow<'_, str> {
    let is_deep =
        |line: &str| line.bytes().take_while(|byte| MARKERS.contains(byte)).count() > limit::MARKDOWN_NESTING_MAX;
    if !text.lines().any(is_deep) {
        return Cow::Borrowed(text);
    }
    let mut flat = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let rest =
            line.trim_start_matches(|character: char| character.is_ascii() && MARKERS.contains(&(character as u8)));
        let mut markers = 0;
        for character in line[..line.len() - rest.len()].chars() {
            markers += usize::from(!matches!(character, ' ' | '\t'));
            if markers <= limit::MARKDOWN_NESTING_MAX {
                flat.push(character);
            }
        }
        flat.push_str(rest);
    }
    Cow::Owned(flat)
}

/// What a line begins with when it is nested.
const MARKERS: &[u8] = b"> \t-*+";

/// The events of the text, with an id on each heading, cells aligned without inline style, and outer images as links.
fn prepare<'a>(text: &'a str, contents: &mut Vec<Heading>) -> Vec<Event<'a>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut events: Vec<Event<'a>> = Parser::new_ext(text, options).collect();
    name_headings(&mut events, contents);
    let mut table = Table::default();
    let (mut links, mut outer_images) = (0_usize, Vec::new());
    for event in &mut events {
        table.align(event);
        match event {
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::End(TagEnd::Link) => links = links.saturating_sub(1),
            // A page asks nothing of anybody else: what would be fetched from there is shown as a link to it.
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let is_outer = is_outside(dest_url);
                outer_images.push(is_outer.then_some(links == 0));
                if is_outer && links == 0 {
                    let link = Tag::Link {
                        link_type: *link_type,
                        dest_url: dest_url.clone(),
                        title: title.clone(),
                        id: id.clone(),
                    };
                    *event = Event::Start(link);
                } else if is_outer {
                    *event = Event::Text("".into());
                }
            }
            // A box that cannot be ticked is read out as a control without a name; a sign is read as what it is.
            Event::TaskListMarker(is_done) => *event = Event::Text(if *is_done { "☑ " } else { "☐ " }.into()),
            Event::End(TagEnd::Image) => match outer_images.pop().flatten() {
                Some(true) => *event = Event::End(TagEnd::Link),
                Some(false) => *event = Event::Text("".into()),
                None => {}
            },
            _ => {}
        }
    }
    events
}

/// Gives each heading an id made of its text, and notes it.
fn name_headings(events: &mut [Event<'_>], contents: &mut Vec<Heading>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for start in 0..events.len() {
        let Event::Start(Tag::Heading { level, id, .. }) = &events[start] else { continue };
        let (level, given) = (*level as u8, id.as_ref().map(|id| id.to_string()));
        let mut text = String::new();
        for event in &events[start + 1..] {
            match event {
                Event::End(TagEnd::Heading(_)) => break,
                Event::Text(piece) | Event::Code(piece) => text.push_str(piece),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        let stem = given.unwrap_or_else(|| slug(&text));
        let count = seen.entry(stem.clone()).or_insert(0);
        let name = if *count == 0 { stem } else { format!("{stem}-{count}") };
        *count += 1;
        contents.push(Heading { level, text, id: format!("{ID_PREFIX}{name}") });
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
            *id = Some(name.into());
        }
    }
}

/// A heading's text as others make ids of it: lower case, hyphens for spaces, no other signs.
fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            ' ' | '-' => out.push('-'),
            '_' => out.push('_'),
            character if character.is_alphanumeric() => out.extend(character.to_lowercase()),
            _ => {}
        }
    }
    out
}

/// Where the cell at hand stands in its table.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

impl Table {
    /// Writes cells ourselves: the library would align them by `style`, which our policy forbids.
    fn align(&mut self, event: &mut Event<'_>) {
        let tag = if self.is_head { "th" } else { "td" };
        match event {
            Event::Start(Tag::Table(alignments)) => self.alignments.clone_from(alignments),
            Event::Start(Tag::TableHead) => (self.is_head, self.column) = (true, 0),
            Event::End(TagEnd::TableHead) => self.is_head = false,
            Event::Start(Tag::TableRow) => self.column = 0,
            Event::Start(Tag::TableCell) => {
                let attribute = match self.alignments.get(self.column) {
                    Some(Alignment::Left) => " align=\"left\"",
                    Some(Alignment::Center) => " align=\"center\"",
                    Some(Alignment::Right) => " align=\"right\"",
                    _ => "",
                };
                self.column += 1;
                *event = Event::InlineHtml(format!("<{tag}{attribute}>").into());
            }
            Event::End(TagEnd::TableCell) => *event = Event::InlineHtml(format!("</{tag}>").into()),
            _ => {}
        }
    }
}

/// Whether an address names another origin: it has a scheme, or begins with two slashes as browsers read them.
fn is_outside(address: &str) -> bool {
    // Browsers drop tabs and line ends inside addresses, and take `\` for `/`.
    let bytes: Vec<u8> = address
        .bytes()
        .filter(|byte| !byte.is_ascii_control())
        .map(|byte| if byte == b'\\' { b'/' } else { byte })
        .skip_while(|&byte| byte == b' ')
        .collect();
    let scheme = bytes.iter().position(|byte| b":/?#".contains(byte));
    bytes.starts_with(b"//") || scheme.is_some_and(|index| bytes[index] == b':')
}

/// Ids in a text get this in front, so that none is taken for one of the page.
const ID_PREFIX: &str = "m-";

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .add_tags(["section", "picture"])
        .set_tag_attribute_value("img", "loading", "lazy")
        .add_generic_attributes(["id", "dir"])
        .id_prefix(Some(ID_PREFIX))
        .add_allowed_classes("sup", ["footnote-reference", "footnote-definition-label"])
        .add_allowed_classes("div", ["footnote-definition"])
        .add_allowed_classes(
            "blockquote",
            [
                "markdown-alert-note",
                "markdown-alert-tip",
                "markdown-alert-important",
                "markdown-alert-warning",
                "markdown-alert-caution",
            ],
        )
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("a", "href") if value.starts_with('#') && value.len() > 1 => {
                Some(format!("#{ID_PREFIX}{}", &value[1..]).into())
            }
            (_, "src") if is_outside(value) => None,
            // Sources of several sizes: each would have to be looked at; `src` is enough.
            (_, "srcset" | "ping" | "background") => None,
            _ => Some(value.into()),
        });
    cleaner
});

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(render(text).html.trim_end(), expected, "{text}");
    }

    #[test]
    fn the_usual_marks_are_rendered() {
        check("a *b* **c** ~~d~~ `e<`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;</code></p>");
        check(
            "|a|b|\n|-|-:|\n|1|2|",
            "<table><thead><tr><th>a</th><th align=\"right\">b</th></tr></thead><tbody>\n\
             <tr><td>1</td><td align=\"right\">2</td></tr>\n</tbody></table>",
        );
        check("---\ntitle: x\n---\ntext", "<p>text</p>");
    }

    #[test]
    fn tasks_are_signs_that_are_read_as_what_they_are() {
        check("- [x] done\n- [ ] open", "<ul>\n<li>☑ done</li>\n<li>☐ open</li>\n</ul>");
    }

    #[test]
    fn deep_nesting_is_flattened_and_nothing_else_is() {
        for marker in [">", "> ", "- ", "* ", "+ "] {
            let html = render(&format!("{}end", marker.repeat(1 << 16))).html;
            let tag = if marker.starts_with('>') { "<blockquote>" } else { "<ul>" };
            assert_eq!(
                (html.matches(tag).count(), html.contains("end")),
                (limit::MARKDOWN_NESTING_MAX, true),
                "{marker}"
            );
        }
        let indented = format!("{}code\n\n- a\n- b\n", " ".repeat(200));
        assert_eq!(flatten(&indented), indented);
    }

    #[test]
    fn relative_links_and_images_work() {
        check("[a](b/c.md?x=1#d)", "<p><a href=\"b/c.md?x=1#d\" rel=\"noopener noreferrer\">a</a></p>");
        check("![a](b.png)", "<p><img src=\"b.png\" alt=\"a\" loading=\"lazy\"></p>");
        check("[a](#资料)", "<p><a href=\"#m-%E8%B5%84%E6%96%99\" rel=\"noopener noreferrer\">a</a></p>");
    }

    #[test]
    fn nothing_acts_and_nothing_asks_elsewhere() {
        let link = |to: &str, text: &str| format!("<p><a href=\"{to}\" rel=\"noopener noreferrer\">{text}</a></p>");
        check("<script>alert(1)</script>a", "a");
        check("[a](javascript:alert(1))", "<p><a rel=\"noopener noreferrer\">a</a></p>");
        check("<a href=\"java\tscript:alert(1)\">a</a>", "<p><a rel=\"noopener noreferrer\">a</a></p>");
        check("<p onclick=x style=\"color:red\">a</p>", "<p>a</p>");
        check("<iframe src=/x></iframe><form action=/y><button>z</button></form>", "z");
        check("![a](https://example.org/x.png)", &link("https://example.org/x.png", "a"));
        check("[![a](https://b.example/x)](https://c.example/)", &link("https://c.example/", "a"));
        check("<img src=\"//example.org/x\">", "<img loading=\"lazy\">");
        check("<img src=\"\\\\example.org/x\">", "<img loading=\"lazy\">");
        check(
            "<p><img src=\"h\nttps://e.example/x\" srcset=\"https://b.example/c 2x\"></p>",
            "<p><img loading=\"lazy\"></p>",
        );
        check("<p id=main>a</p>", "<p id=\"m-main\">a</p>");
        assert!(!render("<input type=text value=x>").html.contains("text"));
    }

    #[test]
    fn headings_have_ids_and_make_the_contents() {
        let rendered = render("# A *b* `c`\n## 资料 一\n## A b c\n### Given {#x}\n");
        let lines: Vec<String> = rendered
            .contents
            .iter()
            .map(|heading| format!("{} {} {}", heading.level, heading.text, heading.id))
            .collect();
        assert_eq!(lines, ["1 A b c m-a-b-c", "2 资料 一 m-资料-一", "2 A b c m-a-b-c-1", "3 Given m-x"]);
        for heading in rendered.contents {
            assert!(rendered.html.contains(&format!("id=\"{}\"", heading.id)), "{}", rendered.html);
        }
    }

    #[test]
    fn footnotes_lead_to_their_text() {
        let html = render("a[^1]\n\n[^1]: b").html;
        assert!(html.contains("href=\"#m-1\"") && html.contains("id=\"m-1\""), "{html}");
    }
}
