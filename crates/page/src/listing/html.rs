//! A folder as a page: the top at once, the rows as they come, what is written about it last.

use std::collections::VecDeque;
use std::fmt::Write as _;

use semantics::Timestamp;

use super::{Entries, ListingPage, Query, Row, Start, View, grid, own};
use crate::escape::push_text;
use crate::frame::{self, Foot, Frame, Here};
use crate::icon;
use crate::limit;
use crate::look::Look;
use crate::order::{Direction, Sort};
use crate::quantity;

/// The page of a folder, in pieces; the first is there before the folder is read.
pub fn html(look: Look, page: ListingPage) -> impl Iterator<Item = String> + Send {
    let ListingPage { path, query, now, open } = page;
    let title = path.last().map_or_else(|| look.title.clone(), |segment| segment.shown.clone());
    let mut top = String::with_capacity(8 * 1024);
    let tools = tools(&look, &query);
    let find = match look.has_lookup {
        true => frame::lookup_box(&look, "", &path),
        false => folder_box(&look, &query),
    };
    let window_title = path.last().map_or("", |segment| segment.shown.as_str());
    let is_passing = false;
    let foot = Frame {
        look: &look,
        title: window_title,
        class: "listing",
        path: &path,
        here: Here::Folder,
        find,
        tools,
        is_passing,
    }
    .push_top(&mut top);
    // A template of the owner's is given the folder as a whole.
    if !own::has_page(&look) {
        push_lead(&mut top, &title);
    }

    let (mut stage, mut open) = (Stage::empty(foot), Some(open));
    let rest = std::iter::from_fn(move || {
        if let Some(open) = open.take() {
            stage.begin(&look, &query, &title, open());
        }
        stage.next(&look, &query, now)
    });
    std::iter::once(top).chain(rest)
}

/// What is still to be given out.
struct Stage {
    /// In this order.
    parts: VecDeque<Part>,
    rows: Box<dyn Iterator<Item = Row> + Send>,
    readme: Option<Box<dyn FnOnce() -> Option<String> + Send>>,
    rows_template: own::Rows,
    foot: Foot,
}

/// A part of the page.
pub(super) enum Part {
    /// As it is.
    Html(String),
    /// The rows, as they come.
    Rows,
    /// What is written about the folder. It may take long to render, so what stands before it does not wait for it.
    Readme,
}

impl Stage {
    /// Of which nothing is known but how it ends.
    fn empty(foot: Foot) -> Stage {
        Stage {
            parts: VecDeque::new(),
            rows: Box::new(std::iter::empty()),
            readme: None,
            rows_template: own::Rows::default(),
            foot,
        }
    }

    /// The folder has been read.
    fn begin(&mut self, look: &Look, query: &Query, title: &str, entries: Entries) {
        let parts = own::parts(look, query, title, &entries);
        let mut parts = parts.unwrap_or_else(|| built_in(look, query, title, &entries));
        let mut end = String::new();
        self.foot.push(&mut end, look);
        parts.push_back(Part::Html(end));
        self.rows_template = own::Rows::of(look, query.view);
        (self.parts, self.rows, self.readme) = (parts, entries.rows, Some(entries.readme));
    }

    fn next(&mut self, look: &Look, query: &Query, now: Timestamp) -> Option<String> {
        let mut out = String::with_capacity(limit::LISTING_PIECE_BYTES + 1024);
        while let Some(part) = self.parts.pop_front() {
            match part {
                Part::Html(html) => out.push_str(&html),
                Part::Rows => {
                    while out.len() < limit::LISTING_PIECE_BYTES
                        && let Some(row) = self.rows.next()
                    {
                        match self.rows_template.render(look, &row, now) {
                            Some(html) => out.push_str(&html),
                            None => match query.view {
                                View::List => row.push_html(&mut out, look, now),
                                View::Grid => grid::push_tile(&mut out, &row),
                            },
                        }
                    }
                    if out.len() >= limit::LISTING_PIECE_BYTES {
                        self.parts.push_front(Part::Rows);
                        return Some(out);
                    }
                }
                Part::Readme if !out.is_empty() => {
                    self.parts.push_front(Part::Readme);
                    return Some(out);
                }
                Part::Readme => {
                    if let Some(readme) = self.readme.take().and_then(|readme| readme()) {
                        own::push_readme(&mut out, look, &readme);
                    }
                }
            }
        }
        (!out.is_empty()).then_some(out)
    }
}

/// The parts as they are without a template.
fn built_in(look: &Look, query: &Query, title: &str, entries: &Entries) -> VecDeque<Part> {
    let mut head = String::with_capacity(1024);
    // When the template failed, this is still to be said.
    if own::has_page(look) {
        push_lead(&mut head, title);
    }
    push_head(&mut head, look, query, entries);
    let mut parts = VecDeque::from([Part::Html(head)]);
    let has_rows = entries.folders + entries.files > 0;
    if has_rows {
        parts.push_back(Part::Rows);
        let end = match query.view {
            View::List => "</table>",
            View::Grid => "</ul>",
        };
        parts.push_back(Part::Html(format!("{end}{}", pager_of(look, query, entries))));
    }
    parts.push_back(Part::Readme);
    let mut tail = String::new();
    push_tail(&mut tail, look, has_rows);
    parts.push_back(Part::Html(tail));
    parts
}

fn push_lead(out: &mut String, title: &str) {
    out.push_str("<div class=desk><main id=main tabindex=-1><div class=lead><h1>");
    push_text(out, title);
    out.push_str("</h1>");
}

/// The box that finds names in this folder: works without JavaScript, by a query.
fn folder_box(look: &Look, query: &Query) -> String {
    let mut hidden = String::new();
    query.push_inputs(&mut hidden, "match");
    let value = query.matching.as_deref().unwrap_or_default();
    frame::find_box("", "match", value, look.words().find_here, &hidden, "")
}

/// List or grid; the folder as an archive.
fn tools(look: &Look, query: &Query) -> String {
    let words = look.words();
    let mut out = format!("<div class=tools><div class=views role=group aria-label=\"{}\">", words.view);
    for (view, icon, label) in [(View::List, icon::LIST, words.list), (View::Grid, icon::GRID, words.grid)] {
        out.push_str("<a href=");
        Query { view, ..query.clone() }.push_href(&mut out);
        let current = if view == query.view { " aria-current=true" } else { "" };
        let _ = write!(out, " title=\"{label}\" aria-label=\"{label}\"{current}>{icon}</a>");
    }
    let _ = write!(
        out,
        "</div><details class=menu><summary title=\"{0}\" aria-label=\"{0}\">{1}</summary>\
         <div><a href=?archive=zip download>{0} {2}</a><a href=?archive=tar download>{0} {3}</a></div></details></div>",
        words.archive,
        icon::DOWNLOAD,
        words.as_zip,
        words.as_tar,
    );
    out
}

/// The count, and the head of the table.
fn push_head(out: &mut String, look: &Look, query: &Query, entries: &Entries) {
    let words = look.words();
    let _ = write!(out, "<p class=count>{}</div>", (words.count)(entries.folders, entries.files));
    if let Some(matching) = &query.matching {
        out.push_str("<p class=matching>");
        push_text(out, &(words.matching)(matching));
        out.push_str(" · <a href=");
        without_matching(query).push_href(out);
        let _ = write!(out, ">{}</a>", words.show_all);
    }
    if entries.folders + entries.files == 0 {
        let nothing = if query.matching.is_some() { words.nothing_matches } else { words.empty };
        let _ = write!(out, "<p class=empty>{nothing}</p>");
        return;
    }
    match query.view {
        View::List => {
            out.push_str("<table class=rows><thead><tr>");
            for (sort, label) in [(Sort::Name, words.name), (Sort::Size, words.size), (Sort::Modified, words.modified)]
            {
                let state = match (query.sort == sort, query.direction) {
                    (false, _) => "",
                    (true, Direction::Ascending) => " aria-sort=ascending",
                    (true, Direction::Descending) => " aria-sort=descending",
                };
                out.push_str("<th scope=col");
                if sort == Sort::Modified {
                    // Once, and not in the title of each row.
                    let _ = write!(out, " title={}", quantity::zone(look.offset_seconds));
                }
                let _ = write!(out, "{state}><a href=");
                query.sorted_by(sort).push_href(out);
                let _ = write!(out, ">{label}</a>");
            }
            out.push_str("<tbody>\n");
        }
        View::Grid => out.push_str("<ul class=tiles>\n"),
    }
}

/// The same, with all names.
pub(super) fn without_matching(query: &Query) -> Query {
    Query { matching: None, start: Start::First, ..query.clone() }
}

/// Links to the other pages of a folder.
pub(super) fn pager_of(look: &Look, query: &Query, entries: &Entries) -> String {
    let (previous, next) = (entries.previous.clone(), entries.next.clone());
    let total = entries.folders + entries.files;
    pager(look, query, previous.map(Start::Before), next.map(Start::After), total)
}

/// Links to the pages before and behind, and the box that jumps to letters; nothing where one page holds all.
fn pager(look: &Look, query: &Query, previous: Option<Start>, next: Option<Start>, total: u64) -> String {
    if previous.is_none() && next.is_none() || total == 0 {
        return String::new();
    }
    let words = look.words();
    let mut out = format!("<nav class=pager aria-label=\"{}\">", words.pages);
    let mut link = |start: Option<Start>, label: &str, rel: &str| {
        if let Some(start) = start {
            out.push_str("<a href=");
            // The first page is the first of all, whatever letters the way began at.
            let from = query.from.clone().filter(|_| start != Start::First);
            Query { start, from, ..query.clone() }.push_href(&mut out);
            let _ = write!(out, "{rel}>{label}</a>");
        }
    };
    link(previous.as_ref().map(|_| Start::First), words.first, "");
    link(previous, words.previous, " rel=prev");
    link(next, words.next, " rel=next");
    if query.sort == Sort::Name {
        out.push_str("<form>");
        query.push_inputs(&mut out, "from");
        let _ = write!(
            out,
            "<label>{} <input name=from size=12 placeholder=\"{}\" autocomplete=off></label><button>{}</button></form>",
            words.jump, words.jump_hint, words.go
        );
    }
    out.push_str("</nav>");
    out
}

/// What stands behind the rows and the README: the place for previews.
fn push_tail(out: &mut String, look: &Look, has_rows: bool) {
    out.push_str("</main>");
    if has_rows {
        let words = look.words();
        let _ = write!(out, "<aside class=pane aria-label=\"{}\"><p>{}</p></aside>", words.preview, words.preview_hint);
    }
    out.push_str("</div>");
}
