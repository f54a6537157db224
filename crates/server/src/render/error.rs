//! Answers without a representation: a page for people, a line for programs.

use super::field;
use super::name::shown;
use crate::origin::{Answer, Files, Origin};
use page::error::{self, ErrorPage, Similar};
use page::{Language, Look};
use semantics::{Content, RequestHead, Response, Status};
use site::{NodeKind, Page, SitePath, is_hidden_name, is_navigation};
use std::ops::ControlFlow;
use wire::Fault;

impl<T: Files> Origin<T> {
    /// The answer to a program is short enough to be made without the pool. `None`: the page is something else, or
    /// people want to see it.
    pub(crate) fn plain_error(&self, head: &RequestHead<'_>, page: &Page) -> Option<Response<T::File>> {
        match page {
            Page::Error { status, allow, .. } if !is_navigation(head) => {
                let response = with_allow(self.error(head, *status, None), *allow);
                Some(match page.vary() {
                    Some(vary) => response.with("Vary", vary),
                    None => response,
                })
            }
            _ => None,
        }
    }

    /// A line that says what happened. `id`: under which the log has the cause.
    pub(crate) fn error(&self, head: &RequestHead<'_>, status: Status, id: Option<&str>) -> Response<T::File> {
        let language = Language::from_accept_language(super::accept_language(head));
        self.plain(status, &error::plain(language, status, id.unwrap_or_default()))
    }

    /// The answer to a peer that broke a rule: which one.
    pub(crate) fn refusal(&self, status: Status, fault: &Fault) -> Response<T::File> {
        self.plain(status, &format!("{} {}: {fault}\n", status.code(), status.reason()))
    }

    fn plain(&self, status: Status, text: &str) -> Response<T::File> {
        let mut fields = self.options.fields.clone();
        fields.push(field("Content-Type", "text/plain; charset=utf-8"));
        Response { status, fields, content: Content::from_bytes(text.as_bytes()) }
    }

    /// The page for people, with names like the one that is missing; a line for programs.
    pub(crate) fn error_page(
        &self,
        head: &RequestHead<'_>,
        status: Status,
        allow: Option<&'static str>,
        path: Option<&SitePath>,
    ) -> Answer<T::File> {
        if !is_navigation(head) {
            return Answer::Whole(with_allow(self.error(head, status, None), allow), None);
        }
        let similar = match path {
            Some(path) if status == Status::NOT_FOUND && self.options.listing => self.similar(path),
            _ => Vec::new(),
        };
        let look: Look = self.look(head);
        let html = error::page(&look, &ErrorPage { status, id: "", similar: &similar });
        match self.html(status, html) {
            Answer::Whole(response, _) => Answer::Whole(with_allow(response, allow), None),
            other => other,
        }
    }

    /// What stands beside the missing name and looks like it: the nearest folder that is there is searched.
    fn similar(&self, path: &SitePath) -> Vec<Similar> {
        let (mut folder, mut wanted) = (path.parent(), path.name().to_ascii_lowercase());
        while let Some(at) = folder {
            let mut near: Vec<(usize, Vec<u8>, bool)> = Vec::new();
            let mut looked_at = 0;
            let listed = self.files.list(&at, &mut |entry| {
                looked_at += 1;
                let distance = distance(&wanted, &entry.name.to_ascii_lowercase());
                if distance <= wanted.len().div_ceil(3) && (self.options.hidden || !is_hidden_name(&entry.name)) {
                    near.push((distance, entry.name, entry.kind == Some(NodeKind::Directory)));
                }
                if looked_at < NAMES_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            if listed.is_ok() {
                near.sort();
                let similar = near.into_iter().take(SIMILAR_MAX).filter_map(|(_, name, is_folder)| {
                    let path: Vec<Vec<u8>> = at.join(&name)?.segments().map(<[u8]>::to_vec).collect();
                    let shown = path.iter().map(|name| shown(name)).collect::<Vec<_>>().join("/");
                    Some(Similar { path, shown, is_folder })
                });
                return similar.collect();
            }
            wanted = at.name().to_ascii_lowercase();
            folder = at.parent();
        }
        Vec::new()
    }
}

/// Names compared for one error page: it must stay cheap to ask for what is not there.
const NAMES_MAX: usize = 2000;
/// Names offered.
const SIMILAR_MAX: usize = 5;
/// Names longer than this are not compared.
const COMPARED_BYTES_MAX: usize = 100;

fn with_allow<F>(response: Response<F>, allow: Option<&'static str>) -> Response<F> {
    match allow {
        Some(allow) => response.with("Allow", allow),
        None => response,
    }
}

/// How many bytes must be put in, taken out or replaced to make one name of the other (Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    if one.len() > COMPARED_BYTES_MAX || other.len() > COMPARED_BYTES_MAX {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, &byte) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, &against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != against);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[track_caller]
    fn check(one: &str, other: &str, expected: usize) {
        assert_eq!(distance(one.as_bytes(), other.as_bytes()), expected);
        assert_eq!(distance(other.as_bytes(), one.as_bytes()), expected);
    }

    #[test]
    fn the_distance_is_the_least_number_of_changes() {
        check("", "", 0);
        check("", "abc", 3);
        check("kitten", "sitting", 3);
        check("readme.md", "readme.txt", 3);
        check("about.html", "abuot.html", 2);
    }
}
