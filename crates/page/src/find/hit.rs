//! One material that was found.

use std::fmt::Write as _;

use minijinja::Value;
use minijinja::context;
use semantics::Timestamp;

use crate::escape::{self, push_text};
use crate::kind::Kind;
use crate::listing::{Segment, icon_of, push_icon};
use crate::look::Look;
use crate::quantity;
use crate::template;

/// One material that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The way from the root; the last is the material itself.
    pub path: Vec<Segment>,
    /// Its name for people, with the matches marked.
    pub name: Marked,
    /// The title that it gives itself.
    pub title: Option<Marked>,
    /// The extension in small letters, without its dot, as `type:` takes it; empty: none. Of a folder, `folder`.
    pub extension: String,
    /// What its name promises.
    pub kind: Kind,
    /// In bytes; folders have none.
    pub size: Option<u64>,
    /// Time of the last change.
    pub modified: Option<Timestamp>,
    /// The words around the best match; empty: only the name was found.
    pub snippet: Marked,
    /// Why only its name can be found: a sentence.
    pub unreadable: Option<String>,
    /// The higher the better, within one answer.
    pub score: f32,
}

/// A text in pieces, those marked that match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked(pub Vec<(String, bool)>);

impl Marked {
    /// A text in which nothing matches.
    pub fn plain(text: impl Into<String>) -> Marked {
        Marked(vec![(text.into(), false)])
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(text, _)| text.trim().is_empty())
    }

    /// The text without its marks.
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// The same from a few words before the first match on, for a line that may be cut at its end.
    pub(crate) fn near_match(&self) -> Marked {
        let Some(first) = self.0.iter().position(|(_, is_match)| *is_match) else { return self.clone() };
        let before: String = self.0[..first].iter().map(|(text, _)| text.as_str()).collect();
        let Some((start, _)) = before.char_indices().rev().nth(LEAD_CHARS) else { return self.clone() };
        // Where a word begins, if one does.
        let lead = before[start..].split_once(char::is_whitespace).map_or(&before[start..], |(_, rest)| rest);
        let mut pieces = vec![(format!("… {lead}"), false)];
        pieces.extend_from_slice(&self.0[first..]);
        Marked(pieces)
    }

    /// Appends it as HTML that is only text and marks.
    pub(crate) fn push_html(&self, out: &mut String) {
        for (text, is_match) in self.0.iter().filter(|(text, _)| !text.is_empty()) {
            // What was a line in the material is a space in a snippet.
            let text = text.replace(['\n', '\r', '\t'], " ");
            if *is_match {
                out.push_str("<mark>");
                push_text(out, &text);
                out.push_str("</mark>");
            } else {
                push_text(out, &text);
            }
        }
    }

    /// [`push_html`](Marked::push_html) into a string of its own.
    pub(crate) fn html(&self) -> String {
        let mut out = String::new();
        self.push_html(&mut out);
        out
    }
}

/// How much stands before the first match where space is scarce.
const LEAD_CHARS: usize = 20;

impl Hit {
    /// Its target: from the root, byte for byte.
    pub(super) fn target(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            out.push('/');
            escape::push_segment(&mut out, &segment.name);
        }
        if self.kind == Kind::Folder || self.path.is_empty() {
            out.push('/');
        }
        out
    }

    /// What it is called: by itself, else by its name.
    pub(super) fn heading(&self) -> &Marked {
        self.title.as_ref().filter(|title| !title.is_empty()).unwrap_or(&self.name)
    }

    /// Appends the folders it is in, with its name where it is called otherwise; those of a link lead there.
    pub(super) fn push_way(&self, out: &mut String, look: &Look, has_links: bool) {
        let folders = &self.path[..self.path.len().saturating_sub(1)];
        let mut target = String::from("/");
        let mut is_first = true;
        let mut step = |out: &mut String| {
            if !std::mem::take(&mut is_first) {
                out.push_str(" <i>/</i> ");
            }
        };
        if folders.is_empty() {
            step(out);
            push_place(out, &target, &look.title, has_links);
        }
        for folder in folders {
            escape::push_segment(&mut target, &folder.name);
            target.push('/');
            step(out);
            push_place(out, &target, &folder.shown, has_links);
        }
        if self.heading() != &self.name {
            step(out);
            out.push_str("<bdi>");
            self.name.push_html(out);
            out.push_str("</bdi>");
        }
    }

    /// Appends it as an item of the list of hits.
    pub(super) fn push_html(&self, out: &mut String, look: &Look, now: Timestamp) {
        match template::render(look, "hit.html", || self.values(look, now)) {
            Some(hit) => out.push_str(&hit),
            None => self.push_built_in(out, look, now),
        }
    }

    /// What the template of hits is given.
    fn values(&self, look: &Look, now: Timestamp) -> Value {
        let mut way = String::new();
        self.push_way(&mut way, look, true);
        let snippet = (!self.snippet.is_empty()).then(|| template::safe(self.snippet.html()));
        let is_folder = self.kind == Kind::Folder;
        context! {
            hit => context! {
                href => self.target(),
                icon => template::safe(icon_of(self.kind)),
                heading => template::safe(self.heading().html()),
                way => template::safe(way),
                snippet,
                unreadable => self.unreadable.as_deref().map(|reason| look.language.reason(reason)),
                kind => self.kind.token(),
                type => self.kind_shown(look),
                size => self.size.filter(|_| !is_folder).map(quantity::short_size),
                time => self.modified.map(|modified| template::safe(quantity::time(look, modified, now))),
                is_folder,
            },
            ..template::common(look)
        }
    }

    /// Its extension, or what its name promises.
    fn kind_shown(&self, look: &Look) -> String {
        match self.extension.as_str() {
            extension if extension.is_empty() || self.kind == Kind::Folder => {
                String::from((look.words().kind)(self.kind))
            }
            extension => extension.to_uppercase(),
        }
    }

    fn push_built_in(&self, out: &mut String, look: &Look, now: Timestamp) {
        let words = look.words();
        let target = self.target();
        let _ = write!(out, "<li><h2><a href={target}>");
        push_icon(out, self.kind);
        out.push_str("<bdi>");
        self.heading().push_html(out);
        out.push_str("</bdi></a></h2><p class=where>");
        self.push_way(out, look, true);
        out.push_str("</p>");
        if !self.snippet.is_empty() {
            out.push_str("<p class=snippet>");
            self.snippet.push_html(out);
            out.push_str("</p>");
        } else if let Some(reason) = &self.unreadable {
            let _ = write!(out, "<p class=unread>{} ", words.only_name);
            push_text(out, &look.language.reason(reason));
            out.push_str("</p>");
        }
        out.push_str("<p class=about>");
        push_text(out, &self.kind_shown(look));
        if let Some(size) = self.size.filter(|_| self.kind != Kind::Folder) {
            let _ = write!(out, " · {}", quantity::short_size(size));
        }
        if let Some(modified) = self.modified {
            out.push_str(" · ");
            quantity::push_time(out, look, modified, now);
        }
        if self.kind != Kind::Folder {
            let _ = write!(out, " · <a class=peek href={target}?preview>{}</a>", words.preview);
        }
        out.push_str("</p>\n");
    }
}

fn push_place(out: &mut String, target: &str, shown: &str, has_link: bool) {
    if has_link {
        let _ = write!(out, "<a href={target}>");
    }
    out.push_str("<bdi>");
    push_text(out, shown);
    out.push_str("</bdi>");
    if has_link {
        out.push_str("</a>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_line_begins_near_the_match() {
        #[track_caller]
        fn check(before: &str, expected: &str) {
            let marked = Marked(vec![(before.into(), false), ("stone".into(), true), (" wall".into(), false)]);
            assert_eq!(marked.near_match().text(), expected);
        }
        check("… an old ", "… an old stone wall");
        check("the path turns to the left, and there the old ", "… and there the old stone wall");
        check(
            "转过最后一座房子向左走就能看见那一堵古老的灰色的",
            "… 后一座房子向左走就能看见那一堵古老的灰色的stone wall",
        );
        assert_eq!(
            Marked::plain("no match in all of this long line").near_match().text(),
            "no match in all of this long line"
        );
    }

    #[test]
    fn a_marked_text_is_only_text_and_marks() {
        let marked = Marked(vec![
            (String::from("a <b>\n& "), false),
            (String::from("<script>\u{202e}"), true),
            (String::new(), true),
            (String::from("\t\"end\""), false),
        ]);
        assert_eq!(marked.html(), "a &lt;b&gt; &amp; <mark>&lt;script&gt;\u{fffd}</mark> &quot;end&quot;");
        assert!(Marked(vec![(String::from(" \n"), true)]).is_empty() && Marked::default().is_empty());
    }
}
