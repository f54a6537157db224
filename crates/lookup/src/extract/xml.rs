//! XML: one walk over elements and text for all formats that are made of it, and the words of any other.
//!
//! Nothing outside of the text is ever read, and no entity is expanded but the five of XML and those that are one character:
//! external entities and bombs of nested ones have nothing to work on.

use html5ever::data::NAMED_ENTITIES;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;

use super::limit;
use super::words::{Draft, Words};

/// What comes next in an XML text.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    /// A start tag, or an empty element, whose end comes next.
    Start(Element<'a>),
    /// The end of an element, by its local name.
    End(&'a str),
    /// Characters; one text may come in pieces.
    Text(&'a str),
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    tag: &'a BytesStart<'a>,
}

impl Element<'_> {
    /// Its name without prefix: whoever writes a document chooses the prefix.
    pub(crate) fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// An attribute by its name without prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.find(|key| key.local_name().into_inner() == name)
    }

    /// An attribute by its whole name, where two differ by their prefix alone.
    pub(crate) fn attribute_named(&self, name: &str) -> Option<String> {
        self.find(|key| key.into_inner() == name)
    }

    fn find(&self, is_it: impl Fn(QName<'_>) -> bool) -> Option<String> {
        let mut attributes = self.tag.attributes();
        let mut sound = attributes.with_checks(false).filter_map(Result::ok);
        sound.find(|attribute| is_it(attribute.key)).map(|attribute| unescape(&attribute.value))
    }
}

/// Goes through all of an XML text, until `visit` returns false. Returns what was wrong with it, in words: then what came before
/// has been visited.
pub(crate) fn walk(text: &str, mut visit: impl FnMut(Node<'_>) -> bool) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // People repair what they write by hand; words are there all the same.
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let (mut depth, mut is_too_deep) = (0_usize, false);
    loop {
        let goes_on = match reader.read_event() {
            Err(error) => return Some(format!("its XML is damaged: {error}")),
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                depth += 1;
                is_too_deep |= depth > limit::NESTING_MAX;
                depth > limit::NESTING_MAX || visit(Node::Start(Element { tag: &tag }))
            }
            Ok(Event::End(tag)) => {
                let is_seen = depth <= limit::NESTING_MAX;
                depth = depth.saturating_sub(1);
                !is_seen || visit(Node::End(tag.local_name().into_inner()))
            }
            Ok(Event::Empty(tag)) => {
                depth >= limit::NESTING_MAX
                    || visit(Node::Start(Element { tag: &tag })) && visit(Node::End(tag.local_name().into_inner()))
            }
            Ok(Event::Text(text)) if depth <= limit::NESTING_MAX => visit(Node::Text(&text.into_inner())),
            Ok(Event::CData(text)) if depth <= limit::NESTING_MAX => visit(Node::Text(&text.into_inner())),
            Ok(Event::GeneralRef(reference)) if depth <= limit::NESTING_MAX => match reference.resolve_char_ref() {
                Ok(Some(character)) => visit(Node::Text(character.encode_utf8(&mut [0; 4]))),
                Ok(None) => named(&reference.into_inner()).is_none_or(|text| visit(Node::Text(&text))),
                Err(_) => true,
            },
            Ok(_) => true,
        };
        if !goes_on {
            break;
        }
    }
    is_too_deep.then(|| format!("has elements more than {} deep, which were left out", limit::NESTING_MAX))
}

/// An attribute's value; as it stands there, where its references make no sense.
fn unescape(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |value| value.into_owned())
}

/// A character with a name, by the list of HTML, which has those of XML. Others are declared in the text, and not expanded.
fn named(name: &str) -> Option<String> {
    let &(first, second) = NAMED_ENTITIES.get(&format!("{name};"))?;
    Some([first, second].into_iter().filter(|&number| number != 0).filter_map(char::from_u32).collect())
}

/// The words of XML of which nothing else is known.
pub(crate) fn read(text: &str) -> Draft {
    let mut draft = Draft::new();
    let mut root: Option<String> = None;
    let mut place = Vec::new();
    let fault = walk(text, |node| {
        match node {
            Node::Start(element) => {
                let name = element.name();
                if let Some(language) = element.attribute_named("xml:lang").filter(|_| place.is_empty()) {
                    draft.set_language(&language);
                }
                let root = root.get_or_insert_with(|| name.to_owned());
                place.push(Place::of(root, name, place.last().copied()));
                begin(&mut draft, place.last().copied());
            }
            Node::End(_) => {
                begin(&mut draft, place.pop());
                begin(&mut draft, place.last().copied());
            }
            Node::Text(text) => {
                if let Some(words) = words(&mut draft, place.last().copied()) {
                    words.push(text);
                }
            }
        }
        !draft.body.is_full()
    });
    if let Some(fault) = fault {
        draft.add_fault(fault);
    }
    draft
}

/// Where words of some element go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Line,
    /// Within a line: SVG writes parts of a text, DocBook and FictionBook marks within a paragraph.
    Inline,
    Title,
    Heading,
    Unseen,
}

impl Place {
    fn of(root: &str, name: &str, outer: Option<Place>) -> Place {
        match (root, name, outer) {
            (_, _, Some(Place::Unseen)) => Place::Unseen,
            (_, "script" | "style" | "binary", _) => Place::Unseen,
            (_, "title" | "book-title", None) => Place::Title,
            ("svg", "title", _) => Place::Title,
            ("svg", "tspan" | "textPath" | "a", _) => Place::Inline,
            (_, "book-title", _) => Place::Title,
            (_, "title" | "head" | "heading", Some(Place::Line)) if root != "rss" && root != "feed" => Place::Heading,
            ("rss" | "feed", "title", _) => Place::Heading,
            (
                _,
                "emphasis" | "link" | "ulink" | "literal" | "em" | "strong" | "b" | "i" | "span" | "sub" | "sup" | "a",
                outer,
            ) => outer.unwrap_or(Place::Inline),
            (_, _, Some(outer @ (Place::Title | Place::Heading))) => outer,
            _ => Place::Line,
        }
    }
}

fn words(draft: &mut Draft, place: Option<Place>) -> Option<&mut Words> {
    match place? {
        Place::Line | Place::Inline => Some(&mut draft.body),
        Place::Title => Some(&mut draft.title),
        Place::Heading => Some(&mut draft.headings),
        Place::Unseen => None,
    }
}

/// What follows stands on a line of its own, where it does.
fn begin(draft: &mut Draft, place: Option<Place>) {
    match place {
        Some(Place::Line) => draft.body.line(),
        Some(Place::Title) => draft.title.space(),
        Some(Place::Heading) => draft.headings.line(),
        Some(Place::Inline | Place::Unseen) | None => {}
    }
}
