//! A folder as a page: the top at once, the rows as they come, what is written about it last.

use std::fmt::Write as _;

use super::{Entries, ListingPage, Query, Row, Start, View, grid};
use crate::escape::push_text;
use crate::frame::{self, Frame, Here};
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
    Frame {
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
    top.push_str("<div class=desk><main id=main tabindex=-1><div class=lead><h1>");
    push_text(&mut top, &title);
    top.push_str("</h1>");

    let mut stage = Stage::Unread(open);
    let rest = std::iter::from_fn(move || {
        let mut out = String::with_capacity(limit::LISTING_PIECE_BYTES + 1024);
        loop {
            match std::mem::replace(&mut stage, Stage::Done) {
                Stage::Unread(open) => {
                    let entries = open();
                    push_head(&mut out, &look, &query, &entries);
                    if entries.folders + entries.files == 0 {
                        stage = Stage::Readme { readme: entries.readme, has_rows: false };
                        continue;
                    }
                    let Entries { rows, previous, next, readme, folders, files } = entries;
                    let pager =
                        pager(&look, &query, previous.map(Start::Before), next.map(Start::After), folders + files);
                    stage = Stage::Rows { rows, pager, readme };
                }
                Stage::Rows { mut rows, pager, readme } => {
                    while out.len() < limit::LISTING_PIECE_BYTES
                        && let Some(row) = rows.next()
                    {
                        match query.view {
                            View::List => row.push_html(&mut out, &look, now),
                            View::Grid => grid::push_tile(&mut out, &row),
                        }
                    }
                    if out.len() >= limit::LISTING_PIECE_BYTES {
                        stage = Stage::Rows { rows, pager, readme };
                        return Some(out);
                    }
                    out.push_str(match query.view {
                        View::List => "</table>",
                        View::Grid => "</ul>",
                    });
                    out.push_str(&pager);
                    stage = Stage::Readme { readme, has_rows: true };
                    // What is written about the folder may take long to render; the rows do not wait for it.
                    return Some(out);
                }
                Stage::Readme { readme, has_rows } => {
                    push_tail(&mut out, &look, readme().as_deref(), has_rows);
                    return Some(out);
                }
                Stage::Done => return None,
            }
        }
    });
    std::iter::once(top).chain(rest)
}

enum Stage {
    Unread(Box<dyn FnOnce() -> Entries + Send>),
    Rows {
        rows: Box<dyn Iterator<Item = Row> + Send>,
        pager: String,
        readme: Box<dyn FnOnce() -> Option<String> + Send>,
    },
    Readme {
        readme: Box<dyn FnOnce() -> Option<String> + Send>,
        has_rows: bool,
    },
    Done,
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
        Query { matching: None, start: Start::First, ..query.clone() }.push_href(out);
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

/// The README, the place for previews, the footer.
fn push_tail(out: &mut String, look: &Look, readme: Option<&str>, has_rows: bool) {
    if let Some(readme) = readme {
        let _ = write!(out, "<section class=\"readme prose\" aria-label=README>{readme}</section>");
    }
    out.push_str("</main>");
    if has_rows {
        let words = look.words();
        let _ = write!(out, "<aside class=pane aria-label=\"{}\"><p>{}</p></aside>", words.preview, words.preview_hint);
    }
    out.push_str("</div>");
    frame::push_foot(out, look);
}
