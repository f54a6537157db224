//! A page while it is read.

use super::element::{self, Role};
use super::token::{Raw, Tag};
use crate::extract::limit;
use crate::extract::words::{Draft, Words};

/// The words so far, and where in the page we are.
pub(super) struct Page {
    draft: Draft,
    /// Words of navigation: they are on every page of a site, so they count only where a page has no others.
    navigation: Words,
    /// What a page says of itself, and readings of characters: behind everything else.
    aside: Words,
    place: Place,
    navigation_depth: u32,
    preformatted_depth: u32,
    foreign_depth: u32,
    /// What `foreign_depth` was outside of HTML within SVG.
    foreign_outside: u32,
    unseen: Option<Unseen>,
    /// Whether any element may end itself.
    is_xml: bool,
}

/// Which words come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Body,
    Title,
    Heading,
    Reading,
}

/// An element whose words nobody sees, and how many of its name are open in it.
struct Unseen {
    name: String,
    depth: u32,
    /// Its end tag may be left out: then another one ends it.
    may_lack_end: bool,
}

impl Page {
    pub(super) fn new(is_xml: bool) -> Page {
        Page {
            draft: Draft::new(),
            navigation: Words::new(limit::HEADINGS_BYTES_MAX),
            aside: Words::new(limit::HEADINGS_BYTES_MAX),
            place: Place::Body,
            navigation_depth: 0,
            preformatted_depth: 0,
            foreign_depth: 0,
            foreign_outside: 0,
            unseen: None,
            is_xml,
        }
    }

    /// Nothing that comes can change anything.
    pub(super) fn is_full(&self) -> bool {
        self.draft.body.is_full()
    }

    pub(super) fn is_foreign(&self) -> bool {
        self.foreign_depth > 0
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.unseen.is_some() {
            return;
        }
        let is_preformatted = self.preformatted_depth > 0;
        let words = self.words();
        if is_preformatted { words.push_lines(text) } else { words.push(text) }
    }

    /// What a character reference stands for.
    pub(super) fn characters(&mut self, [first, second]: [char; 2]) {
        self.text(first.encode_utf8(&mut [0; 4]));
        if second != '\0' {
            self.text(second.encode_utf8(&mut [0; 4]));
        }
    }

    /// A start tag. Returns how the content is to be tokenized, if not as usual.
    pub(super) fn start(&mut self, tag: &Tag<'_>) -> Option<Raw> {
        let name = &*element::lower(tag.name);
        if self.is_xml && tag.is_self_closing && !element::is_void(name) {
            if self.unseen.is_none() && !matches!(element::role(name), Role::Inline | Role::Unseen | Role::Title) {
                self.line();
            }
            return None;
        }
        let raw = if self.is_foreign() { None } else { element::raw(name) };
        if self.is_unseen_still(name, tag.is_self_closing) {
            return raw;
        }
        let role = element::role(name);
        let is_empty = element::is_void(name) || tag.is_self_closing && self.is_foreign();
        if !is_empty && (role == Role::Unseen || is_hidden(tag)) {
            match role {
                Role::Inline | Role::Ruby => {}
                Role::Unseen if name == "rp" => {}
                Role::Unseen | Role::Cell => self.words().space(),
                _ => self.line(),
            }
            self.unseen = Some(Unseen { name: name.to_owned(), depth: 1, may_lack_end: element::may_lack_end(name) });
            return raw;
        }
        if self.is_foreign() && matches!(role, Role::Section | Role::Heading | Role::Preformatted) {
            // HTML §13.2.6.5: such a tag within SVG ends the SVG.
            self.foreign_depth = 0;
        }
        match role {
            Role::Inline | Role::Unseen | Role::Ruby => {}
            Role::Block => self.line(),
            Role::Section => {
                self.end_heading();
                self.line();
            }
            Role::Break => self.line(),
            Role::Cell => self.words().space(),
            Role::Heading => {
                self.end_heading();
                self.line();
                self.place = Place::Heading;
            }
            Role::Preformatted => {
                self.line();
                self.preformatted_depth += 1;
            }
            Role::Navigation => self.navigation_depth += 1,
            Role::Reading => {
                self.aside.space();
                self.place = Place::Reading;
            }
            Role::Picture => self.picture(tag),
            Role::Title if self.is_foreign() => {}
            // A second title is none (HTML §4.2.2).
            Role::Title if self.draft.title.is_empty() => self.place = Place::Title,
            Role::Title => {
                self.unseen = Some(Unseen { name: name.to_owned(), depth: 1, may_lack_end: false });
            }
            Role::Meta => self.meta(tag),
            Role::Root => self.set_language(tag),
            Role::Foreign if !tag.is_self_closing => self.foreign_depth += 1,
            Role::Foreign => {}
            Role::Island => (self.foreign_outside, self.foreign_depth) = (self.foreign_depth, 0),
        }
        raw
    }

    pub(super) fn end(&mut self, name: &str) {
        let name = &*element::lower(name);
        if let Some(unseen) = &mut self.unseen {
            if unseen.name == name {
                unseen.depth -= 1;
                if unseen.depth == 0 {
                    self.unseen = None;
                }
                return;
            }
            if !unseen.may_lack_end || element::role(name) == Role::Inline {
                return;
            }
            self.unseen = None;
        }
        match element::role(name) {
            Role::Block | Role::Section | Role::Break => self.line(),
            Role::Cell => self.words().space(),
            Role::Heading => self.end_heading(),
            Role::Preformatted => {
                self.line();
                self.preformatted_depth = self.preformatted_depth.saturating_sub(1);
            }
            Role::Navigation => {
                self.navigation.line();
                self.navigation_depth = self.navigation_depth.saturating_sub(1);
            }
            Role::Reading | Role::Ruby if self.place == Place::Reading => {
                self.aside.space();
                self.place = Place::Body;
            }
            Role::Title if self.place == Place::Title => self.place = Place::Body,
            Role::Foreign => self.foreign_depth = self.foreign_depth.saturating_sub(1),
            Role::Island => self.foreign_depth = std::mem::take(&mut self.foreign_outside),
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> Draft {
        if self.draft.body.is_empty() && self.draft.headings.is_empty() {
            // A page of nothing but links, such as the contents of a book.
            self.draft.body.push_lines(self.navigation.as_str());
        }
        self.draft.body.line();
        self.draft.body.push_lines(self.aside.as_str());
        self.draft
    }

    /// Where words go now.
    fn words(&mut self) -> &mut Words {
        match self.place {
            Place::Title => &mut self.draft.title,
            Place::Reading => &mut self.aside,
            _ if self.navigation_depth > 0 => &mut self.navigation,
            Place::Heading => &mut self.draft.headings,
            Place::Body => &mut self.draft.body,
        }
    }

    /// What follows stands on a line of its own. A heading is one line, whatever is in it.
    fn line(&mut self) {
        match self.place {
            Place::Heading => {
                self.draft.headings.space();
                self.draft.body.line();
            }
            Place::Title => {}
            Place::Reading => {
                self.place = Place::Body;
                self.line();
            }
            Place::Body => self.words().line(),
        }
    }

    fn end_heading(&mut self) {
        if self.place == Place::Heading {
            self.draft.headings.line();
            self.draft.body.line();
            self.place = Place::Body;
        }
    }

    /// Whether a start tag is inside what nobody sees.
    fn is_unseen_still(&mut self, name: &str, is_self_closing: bool) -> bool {
        let is_foreign = self.foreign_depth > 0;
        let Some(unseen) = &mut self.unseen else { return false };
        let is_same = unseen.name == name;
        let is_paragraph_ended = unseen.name == "p" && element::role(name) == Role::Section;
        if unseen.may_lack_end && (is_same || is_paragraph_ended) {
            self.unseen = None;
            return false;
        }
        if is_same && !(is_foreign && is_self_closing) {
            unseen.depth += 1;
        }
        true
    }

    fn picture(&mut self, tag: &Tag<'_>) {
        if let Some(text) = tag.attribute("alt") {
            let words = self.words();
            words.space();
            words.push(&text);
            words.space();
        }
    }

    fn meta(&mut self, tag: &Tag<'_>) {
        let Some(content) = tag.attribute("content") else { return };
        let named = |names: &[&str]| {
            let mut values = ["name", "property", "http-equiv"].iter().filter_map(|key| tag.attribute(key));
            values.any(|value| names.iter().any(|name| value.eq_ignore_ascii_case(name)))
        };
        if named(&["description", "keywords", "author", "dc.title", "dc.creator", "dc.subject", "dc.description"]) {
            self.aside.line();
            self.aside.push(&content);
        } else if named(&["content-language", "dc.language"]) {
            self.draft.set_language(&content);
        }
    }

    fn set_language(&mut self, tag: &Tag<'_>) {
        if let Some(language) = tag.attribute("lang").or_else(|| tag.attribute("xml:lang")) {
            self.draft.set_language(&language);
        }
    }
}

/// Whether an element says that it is not shown. One that is shown when it is looked for counts as shown.
fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.attributes().iter().any(|(name, value)| match name.len() {
        6 if name.eq_ignore_ascii_case("hidden") => !value.eq_ignore_ascii_case("until-found"),
        5 if name.eq_ignore_ascii_case("style") => is_style_hidden(value),
        _ => false,
    })
}

/// `display: none` or `visibility: hidden` among declarations.
fn is_style_hidden(style: &str) -> bool {
    style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(property, value)| {
        let is = |name: &str, hidden: &str| {
            let value = value.trim().trim_end_matches("!important").trim_end();
            property.trim().eq_ignore_ascii_case(name) && value.eq_ignore_ascii_case(hidden)
        };
        is("display", "none") || is("visibility", "hidden")
    })
}
