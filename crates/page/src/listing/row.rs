//! One entry of a folder.

use std::fmt::Write as _;

use semantics::Timestamp;

use crate::escape;
use crate::kind::Kind;
use crate::look::Look;
use crate::order::Key;
use crate::quantity;

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In the file system: what the link names.
    pub name: Vec<u8>,
    /// For people: decoded from whatever encoding the name is in.
    pub shown: String,
    /// What it is.
    pub kind: Kind,
    /// In bytes; folders have none.
    pub size: Option<u64>,
    /// Time of the last change.
    pub modified: Option<Timestamp>,
    /// How much stands in it, for folders, where that is cheap to know.
    pub count: Option<u64>,
}

impl Row {
    /// What its place depends on.
    pub fn key(&self) -> Key<'_> {
        Key {
            name: &self.name,
            shown: self.shown.as_bytes(),
            is_folder: self.kind == Kind::Folder,
            size: self.size.unwrap_or(0),
            modified: self.modified.unwrap_or_default(),
        }
    }

    /// Appends the address, relative to the folder, fit for an attribute without quotes.
    pub(super) fn push_href(&self, out: &mut String) {
        escape::push_segment(out, &self.name);
        if self.kind == Kind::Folder {
            out.push('/');
        }
    }

    /// Appends the table row.
    pub(super) fn push_html(&self, out: &mut String, look: &Look, now: Timestamp) {
        out.push_str("<tr><td><a href=");
        self.push_href(out);
        self.push_title(out);
        out.push('>');
        push_icon(out, self.kind);
        push_name(out, &self.shown, self.kind);
        out.push_str("</a><td");
        match (self.size, self.count) {
            (Some(size), _) if self.kind != Kind::Folder => push_size(out, look, size),
            (_, Some(count)) => {
                let _ = write!(out, ">{}", (look.words().items)(count));
            }
            _ => out.push('>'),
        }
        out.push_str("<td>");
        if let Some(modified) = self.modified {
            quantity::push_time(out, look, modified, now);
        }
        out.push('\n');
    }

    /// Whether its name may be cut where it is shown.
    pub(super) fn is_long(&self) -> bool {
        self.shown.chars().count() > WHOLE_NAME_CHARS
    }

    /// The whole name where it may be cut: in the title, and as what is read aloud instead of its pieces.
    pub(super) fn push_title(&self, out: &mut String) {
        if self.is_long() {
            for attribute in [" title=\"", " aria-label=\""] {
                out.push_str(attribute);
                escape::push_text(out, &self.shown);
                out.push('"');
            }
        }
    }
}

/// Appends the rest of a cell's tag, and the size: short, exact in the title.
fn push_size(out: &mut String, look: &Look, size: u64) {
    if size < 1000 {
        let _ = write!(out, ">{}", quantity::short_size(size));
    } else {
        let exact = (look.words().bytes)(&quantity::grouped(size));
        let _ = write!(out, " title=\"{exact}\">{}", quantity::short_size(size));
    }
}

/// Appends the icon of a kind, out of the sprite that stands in each page.
pub(crate) fn push_icon(out: &mut String, kind: Kind) {
    // Without a name of its own it is nothing to a screen reader, so it need not say so in every row.
    let _ = write!(out, "<svg><use href=#{} /></svg>", crate::icon::id(kind));
}

/// [`push_icon`] into a string of its own.
pub(crate) fn icon_of(kind: Kind) -> String {
    let mut out = String::new();
    push_icon(&mut out, kind);
    out
}

/// Appends a name: a short one with its quiet extension, a long one in what may be cut, the end that may not, and the extension.
///
/// Cut in the middle, two long names that differ at their end can still be told apart.
pub(crate) fn push_name(out: &mut String, shown: &str, kind: Kind) {
    let dot = match shown.rfind('.') {
        Some(dot) if kind != Kind::Folder && dot > 0 && shown.len() - dot <= EXTENSION_BYTES_MAX => dot,
        _ => shown.len(),
    };
    // `.tar.gz` is one extension in two parts.
    let dot = if shown[..dot].ends_with(".tar") && dot > 4 { dot - 4 } else { dot };
    let (stem, extension) = shown.split_at(dot);
    // The pieces of a name that is written from right to left would stand in the wrong order.
    let is_long = stem.chars().count() > WHOLE_NAME_CHARS && !shown.chars().any(is_right_to_left);
    let tail =
        if is_long { stem.char_indices().rev().nth(TAIL_CHARS - 1).map_or(dot, |(index, _)| index) } else { dot };
    let mut piece = |tag: &str, text: &str, end: &str| {
        if !text.is_empty() {
            out.push_str(tag);
            escape::push_text(out, text);
            out.push_str(end);
        }
    };
    if is_long {
        // Boxes beside each other, so that the first can be cut: three words to a screen reader, see `push_title`.
        piece("<b>", &stem[..tail], "</b>");
        piece("<u>", &stem[tail..], "</u>");
        piece("<i>", extension, "</i>");
    } else {
        // In one box, which is read without a break.
        piece("<b>", stem, "");
        piece("<i>", extension, "</i>");
    }
    if kind == Kind::Folder {
        out.push_str("<i>/</i>");
    }
    if !is_long && !stem.is_empty() {
        out.push_str("</b>");
    }
}

/// Hebrew, Arabic and their neighbours, whose letters stand in these blocks.
fn is_right_to_left(character: char) -> bool {
    matches!(u32::from(character), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

/// Names up to here are whole on a phone, nearly always.
const WHOLE_NAME_CHARS: usize = 24;
/// What stays of the end of a name that is cut.
const TAIL_CHARS: usize = 8;
/// Longer than this it is no extension, but a name with a dot in it.
const EXTENSION_BYTES_MAX: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shown: &str, kind: Kind, expected: &str) {
        let mut out = String::new();
        push_name(&mut out, shown, kind);
        assert_eq!(out, expected);
    }

    #[test]
    fn the_extension_is_quiet_and_long_names_keep_their_end() {
        check("a.txt", Kind::Page, "<b>a<i>.txt</i></b>");
        check("a.tar.gz", Kind::Archive, "<b>a<i>.tar.gz</i></b>");
        check("README", Kind::Page, "<b>README</b>");
        check(".profile", Kind::Unknown, "<b>.profile</b>");
        check("v1.0", Kind::Folder, "<b>v1.0<i>/</i></b>");
        check("a.very-long-end", Kind::Unknown, "<b>a.very-long-end</b>");
        check("The annual report of 2025.pdf", Kind::Pdf, "<b>The annual report</b><u> of 2025</u><i>.pdf</i>");
        check("<b>&.js", Kind::Code, "<b>&lt;b&gt;&amp;<i>.js</i></b>");
        check(&"א".repeat(30), Kind::Unknown, &format!("<b>{}</b>", "א".repeat(30)));
        check(
            "第一章第二章第三章第四章第五章第六章第七章第八章第九章.txt",
            Kind::Page,
            "<b>第一章第二章第三章第四章第五章第六章第</b><u>七章第八章第九章</u><i>.txt</i>",
        );
        check("", Kind::Unknown, "");
    }
}
