//! What an element means for the words in it.

use html5ever::tokenizer::states::RawKind;
use html5ever::{LocalName, local_name};

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

/// Elements whose content is not tokenized as usual (HTML §13.2.6.4.4, "in head", and §13.2.6.4.7, "in body").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Data(RawKind),
    Plaintext,
}

pub(super) fn role(name: &LocalName) -> Role {
    match *name {
        local_name!("a")
        | local_name!("span")
        | local_name!("b")
        | local_name!("i")
        | local_name!("em")
        | local_name!("strong")
        | local_name!("code") => Role::Inline,
        local_name!("p")
        | local_name!("ul")
        | local_name!("ol")
        | local_name!("dl")
        | local_name!("table")
        | local_name!("section")
        | local_name!("article")
        | local_name!("main")
        | local_name!("h4")
        | local_name!("h5")
        | local_name!("h6")
        | local_name!("body")
        | local_name!("blockquote")
        | local_name!("form")
        | local_name!("hr") => Role::Section,
        local_name!("div")
        | local_name!("li")
        | local_name!("tr")
        | local_name!("dt")
        | local_name!("dd")
        | local_name!("header")
        | local_name!("footer")
        | local_name!("aside")
        | local_name!("address")
        | local_name!("figure")
        | local_name!("figcaption")
        | local_name!("caption")
        | local_name!("details")
        | local_name!("summary")
        | local_name!("dialog")
        | local_name!("fieldset")
        | local_name!("legend")
        | local_name!("hgroup")
        | local_name!("search")
        | local_name!("center")
        | local_name!("dir")
        | local_name!("thead")
        | local_name!("tbody")
        | local_name!("tfoot")
        | local_name!("button")
        | local_name!("text") => Role::Block,
        local_name!("br") => Role::Break,
        local_name!("td") | local_name!("th") | local_name!("label") | local_name!("tspan") => Role::Cell,
        local_name!("h1") | local_name!("h2") | local_name!("h3") => Role::Heading,
        local_name!("pre") | local_name!("listing") | local_name!("xmp") | local_name!("textarea") => {
            Role::Preformatted
        }
        local_name!("nav") => Role::Navigation,
        local_name!("script")
        | local_name!("style")
        | local_name!("template")
        | local_name!("noscript")
        | local_name!("iframe")
        | local_name!("noembed")
        | local_name!("noframes")
        | local_name!("select")
        | local_name!("datalist")
        | local_name!("rp")
        | local_name!("audio")
        | local_name!("video")
        | local_name!("canvas") => Role::Unseen,
        local_name!("ruby") => Role::Ruby,
        local_name!("rt") | local_name!("rtc") => Role::Reading,
        local_name!("img") | local_name!("area") => Role::Picture,
        local_name!("title") => Role::Title,
        local_name!("meta") => Role::Meta,
        local_name!("html") => Role::Root,
        local_name!("svg") | local_name!("math") => Role::Foreign,
        local_name!("foreignObject") | local_name!("foreignobject") => Role::Island,
        _ => Role::Inline,
    }
}

/// How the content of an element is tokenized, if not as usual. Scripting counts as on, as in browsers.
pub(super) fn raw(name: &LocalName) -> Option<Raw> {
    match *name {
        local_name!("title") | local_name!("textarea") => Some(Raw::Data(RawKind::Rcdata)),
        local_name!("style")
        | local_name!("xmp")
        | local_name!("iframe")
        | local_name!("noembed")
        | local_name!("noframes")
        | local_name!("noscript") => Some(Raw::Data(RawKind::Rawtext)),
        local_name!("script") => Some(Raw::Data(RawKind::ScriptData)),
        local_name!("plaintext") => Some(Raw::Plaintext),
        _ => None,
    }
}

/// Elements that have no content (HTML §13.1.2), so that no end tag comes.
pub(super) fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
    )
}

/// Elements whose end tag may be left out (HTML §13.1.2.4).
pub(super) fn may_lack_end(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("p")
            | local_name!("li")
            | local_name!("dt")
            | local_name!("dd")
            | local_name!("rt")
            | local_name!("rp")
            | local_name!("tr")
            | local_name!("td")
            | local_name!("th")
            | local_name!("thead")
            | local_name!("tbody")
            | local_name!("tfoot")
            | local_name!("option")
            | local_name!("optgroup")
    )
}
