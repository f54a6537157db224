//! Error pages: what happened, what can be done, and the id that the log has, too. Nothing about the disk.

use crate::limit;
use std::fmt::Write as _;

use minijinja::Value;
use minijinja::context;
use semantics::Status;

use crate::escape::{push_segment, push_text};
use crate::frame::{self, Frame, Here};
use crate::language::Language;
use crate::look::Look;
use crate::template;

/// A material with a name like the one that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Similar {
    /// The segments of its path from the root, as in the file system.
    pub path: Vec<Vec<u8>>,
    /// Its path for people.
    pub shown: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Similar {
    /// Appends its address, fit for an attribute without quotes.
    fn push_href(&self, out: &mut String) {
        for segment in &self.path {
            out.push('/');
            push_segment(out, segment);
        }
        if self.is_folder || self.path.is_empty() {
            out.push('/');
        }
    }
}

/// An error page.
#[derive(Clone, Copy, Debug)]
pub struct ErrorPage<'a> {
    /// The status it is sent with.
    pub status: Status,
    /// As in the log; empty when nothing is logged.
    pub id: &'a str,
    /// The name that was asked for, as people read it; it stands in the box. Empty: none.
    pub wanted: &'a str,
    /// Materials with similar names, the best first.
    pub similar: &'a [Similar],
}

/// The page for people.
pub fn page(look: &Look, page: &ErrorPage<'_>) -> String {
    let mut out = String::with_capacity(8 * 1024);
    let title = page.status.code().to_string();
    let foot = Frame {
        look,
        title: &title,
        class: "error",
        path: &[],
        here: Here::Anywhere,
        find: String::new(),
        tools: String::new(),
        is_passing: false,
    }
    .push_top(&mut out);
    match template::render(look, "error.html", || values(look, page)) {
        Some(content) => out.push_str(&content),
        None => push_content(&mut out, look, page),
    }
    foot.push(&mut out, look);
    out
}

fn push_content(out: &mut String, look: &Look, page: &ErrorPage<'_>) {
    let words = look.words();
    let (happened, remedy) = (words.error)(page.status.code());
    let title = page.status.code();
    let _ =
        write!(out, "<main id=main tabindex=-1><p class=code>{title}<h1>{happened}</h1><p class=remedy>{remedy}</p>");
    if is_looked_for(page.status) {
        out.push_str(&frame::lookup_box(look, page.wanted, &[]));
    }
    if !page.similar.is_empty() {
        let _ = write!(out, "<h2>{}</h2><ul class=similar>", words.similar);
        for similar in page.similar.iter().take(limit::SIMILAR_MAX) {
            out.push_str("<li><a href=");
            similar.push_href(out);
            out.push('>');
            push_text(out, &similar.shown);
            out.push_str("</a>");
        }
        out.push_str("</ul>");
    }
    let _ = write!(out, "<p><a class=button href=/>{}</a>", words.home);
    if !page.id.is_empty() {
        let _ = write!(out, "<p class=id>{}: <code>", words.log_id);
        push_text(out, page.id);
        out.push_str("</code>");
    }
    out.push_str("</main>");
}

/// Looking for it helps when it is missing, and when the address was wrong.
fn is_looked_for(status: Status) -> bool {
    matches!(status, Status::NOT_FOUND | Status::FORBIDDEN | Status::BAD_REQUEST | Status::URI_TOO_LONG)
}

/// What the template of errors is given.
fn values(look: &Look, page: &ErrorPage<'_>) -> Value {
    let (happened, remedy) = (look.words().error)(page.status.code());
    let find = if is_looked_for(page.status) { frame::lookup_box(look, page.wanted, &[]) } else { String::new() };
    let similar = page.similar.iter().take(limit::SIMILAR_MAX).map(|similar| {
        let mut href = String::new();
        similar.push_href(&mut href);
        context! { name => similar.shown.as_str(), href }
    });
    context! {
        status => page.status.code(),
        happened,
        remedy,
        box => template::safe(find),
        similar => similar.collect::<Vec<_>>(),
        id => page.id,
        ..template::common(look)
    }
}

/// The text for programs: status, what happened, what can be done, the id.
pub fn plain(language: Language, status: Status, id: &str) -> String {
    let (happened, remedy) = (language.words().error)(status.code());
    let mut out = format!("{} {}\n{happened}\n{remedy}\n", status.code(), status.reason());
    if !id.is_empty() {
        let _ = writeln!(out, "{}: {id}", language.words().log_id);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_sentences() {
        for language in [Language::English, Language::SimplifiedChinese] {
            let fallback = (language.words().error)(499);
            let known = [400, 401, 403, 404, 405, 406, 408, 411, 412, 413, 414, 415, 416, 417, 421, 425, 426, 429, 431];
            for code in known.into_iter().chain([500, 501, 503, 505]) {
                assert_ne!((language.words().error)(code), fallback, "{code}");
            }
        }
    }

    #[test]
    fn programs_get_plain_text() {
        assert_eq!(
            plain(Language::English, Status::NOT_FOUND, "7f3a"),
            "404 Not Found\nThere is nothing at this address.\n\
             Check the address, or look for it from the first page.\nId in the log: 7f3a\n"
        );
        assert_eq!(
            plain(Language::SimplifiedChinese, Status::SERVICE_UNAVAILABLE, ""),
            "503 Service Unavailable\n服务器正忙。\n请稍候再试。\n"
        );
    }

    #[test]
    fn what_was_asked_for_cannot_write_the_page() {
        let similar =
            [Similar { path: vec![b"a\"><script>".to_vec()], shown: String::from("a\"><script>"), is_folder: false }];
        let text = page(
            &Look::default(),
            &ErrorPage { status: Status::NOT_FOUND, id: "<id>", wanted: "<b>", similar: &similar },
        );
        assert!(text.contains("<a href=/a%22%3E%3Cscript%3E>a&quot;&gt;&lt;script&gt;</a>"), "{text}");
        assert!(text.contains("<code>&lt;id&gt;</code>"));
    }
}
