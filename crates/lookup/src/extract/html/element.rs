//! What an element means for the words in it.

use std::borrow::Cow;

use super::token::Raw;

/// What an element does to the words in it and around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: letters before and after it may be one word.
    Inline,
    /// Its words stand on lines of their own.
    Block,
    /// The same; and it never stands within a heading, so that a heading without an end ends here.
    Section,
    /// A line end.
    Break,
    /// Its words are other words than those beside it.
    Cell,
    /// `h1` to `h3`.
    Heading,
    /// Its lines are lines.
    Preformatted,
    /// Its words are said on every page.
    Navigation,
    /// Nobody sees its words.
    Unseen,
    /// Characters with their readings.
    Ruby,
    /// How the characters before it are read, as small letters above them: apart, so that what they stand in stays whole.
    Reading,
    /// A picture that says what it shows.
    Picture,
    /// The name of the page.
    Title,
    /// What the page says of itself.
    Meta,
    /// The page; says its language.
    Root,
    /// SVG or MathML, with rules of its own.
    Foreign,
    /// HTML within SVG.
    Island,
}

/// The name of an element as all of this expects it.
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// What an element does, by its name in small letters.
pub(super) fn role(name: &str) -> Role {
    match name {
        "a" | "span" | "b" | "i" | "em" | "strong" | "code" => Role::Inline,
        "p" | "ul" | "ol" | "dl" | "table" | "section" | "article" | "main" | "h4" | "h5" | "h6" | "body"
        | "blockquote" | "form" | "hr" => Role::Section,
        "div" | "li" | "tr" | "dt" | "dd" | "header" | "footer" | "aside" | "address" | "figure" | "figcaption"
        | "caption" | "details" | "summary" | "dialog" | "fieldset" | "legend" | "hgroup" | "search" | "center"
        | "dir" | "thead" | "tbody" | "tfoot" | "button" | "text" => Role::Block,
        "br" => Role::Break,
        "td" | "th" | "label" | "tspan" => Role::Cell,
        "h1" | "h2" | "h3" => Role::Heading,
        "pre" | "listing" | "xmp" | "textarea" => Role::Preformatted,
        "nav" => Role::Navigation,
        "script" | "style" | "template" | "noscript" | "iframe" | "noembed" | "noframes" | "select" | "datalist"
        | "rp" | "audio" | "video" | "canvas" => Role::Unseen,
        "ruby" => Role::Ruby,
        "rt" | "rtc" => Role::Reading,
        "img" | "area" => Role::Picture,
        "title" => Role::Title,
        "meta" => Role::Meta,
        "html" => Role::Root,
        "svg" | "math" => Role::Foreign,
        "foreignobject" => Role::Island,
        _ => Role::Inline,
    }
}

/// How the content of an element is tokenized (HTML §13.2.6.4.4, "in head", and §13.2.6.4.7, "in body"), if not as usual. Scripting counts as on, as in browsers.
pub(super) fn raw(name: &str) -> Option<Raw> {
    match name {
        "title" | "textarea" => Some(Raw::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => Some(Raw::Rawtext),
        "script" => Some(Raw::Script),
        "plaintext" => Some(Raw::Plaintext),
        _ => None,
    }
}

/// Elements that have no content (HTML §13.1.2), so that no end tag comes.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose end tag may be left out (HTML §13.1.2.4).
pub(super) fn may_lack_end(name: &str) -> bool {
    matches!(
        name,
        "p" | "li"
            | "dt"
            | "dd"
            | "rt"
            | "rp"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "option"
            | "optgroup"
    )
}
