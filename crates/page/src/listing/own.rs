//! A folder by the templates of its owner.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::Value;
use minijinja::context;
use semantics::Timestamp;

use super::html::{Part, pager_of, without_matching};
use super::row::{icon_of, push_name};
use super::{Entries, Query, Row, View, grid};
use crate::kind::Kind;
use crate::look::Look;
use crate::order::{Direction, Sort};
use crate::quantity;
use crate::template::{self, Piece, Slot, Templates, safe};

const PAGE: &str = "listing.html";

/// Whether the page of a folder is the owner's.
pub(super) fn has_page(look: &Look) -> bool {
    look.templates.as_ref().is_some_and(|templates| templates.has(PAGE))
}

/// The parts of the page by the owner's template; `None`: there is none, or it failed.
pub(super) fn parts(look: &Look, query: &Query, title: &str, entries: &Entries) -> Option<VecDeque<Part>> {
    let templates = look.templates.as_ref()?;
    let page = templates.render(PAGE, || values(look, query, title, entries))?;
    cut(&page, entries.folders + entries.files > 0).map_err(|fault| templates.fail(&format!("{PAGE}: {fault}"))).ok()
}

/// The page, cut where its rows stand, and where what is written about the folder does: before them or behind.
fn cut(page: &str, has_rows: bool) -> Result<VecDeque<Part>, String> {
    let pieces = template::pieces(page, &[Slot::Rows, Slot::Readme]);
    let count = |slot| pieces.iter().filter(|piece| **piece == Piece::Slot(slot)).count();
    match (count(Slot::Rows), count(Slot::Readme)) {
        (0, _) if has_rows => return Err(template::fault(Slot::Rows, "nowhere")),
        (2.., _) => return Err(template::fault(Slot::Rows, "more than once")),
        (_, 2..) => return Err(template::fault(Slot::Readme, "more than once")),
        _ => {}
    }
    let part = |piece: Piece<'_>| match piece {
        Piece::Html(html) => Part::Html(String::from(html)),
        Piece::Slot(Slot::Readme) => Part::Readme,
        Piece::Slot(_) => Part::Rows,
    };
    Ok(pieces.into_iter().map(part).collect())
}

fn values(look: &Look, query: &Query, title: &str, entries: &Entries) -> Value {
    let words = look.words();
    let href = |query: Query| {
        let mut href = String::new();
        query.push_href(&mut href);
        safe(href)
    };
    let matching = query.matching.as_deref().map(|matching| {
        context! { sentence => (words.matching)(matching), all_href => href(without_matching(query)) }
    });
    let column = |(sort, name): (Sort, &str)| {
        let state = match (query.sort == sort, query.direction) {
            (false, _) => None,
            (true, Direction::Ascending) => Some("ascending"),
            (true, Direction::Descending) => Some("descending"),
        };
        let zone = (sort == Sort::Modified).then(|| quantity::zone(look.offset_seconds));
        context! { name, state, zone, href => href(query.sorted_by(sort)) }
    };
    let columns = [(Sort::Name, words.name), (Sort::Size, words.size), (Sort::Modified, words.modified)];
    let is_empty = entries.folders + entries.files == 0;
    context! {
        title,
        count => (words.count)(entries.folders, entries.files),
        is_empty,
        nothing => if query.matching.is_some() { words.nothing_matches } else { words.empty },
        matching,
        view => if query.view == View::Grid { "grid" } else { "list" },
        columns => columns.map(column).to_vec(),
        pager => safe(pager_of(look, query, entries)),
        rows => Slot::Rows.value(),
        readme => Slot::Readme.value(),
        ..template::common(look)
    }
}

/// What renders the rows of one page: what is the same in all of them is made once.
#[derive(Default)]
pub(super) struct Rows {
    template: Option<(Arc<Templates>, &'static str, Value)>,
}

impl Rows {
    pub(super) fn of(look: &Look, view: View) -> Rows {
        let name = match view {
            View::List => "row.html",
            View::Grid => "tile.html",
        };
        let templates = look.templates.as_ref().filter(|templates| templates.has(name));
        Rows { template: templates.map(|templates| (Arc::clone(templates), name, template::common(look))) }
    }

    /// A row by the owner's template; `None`: as it is built in.
    pub(super) fn render(&self, look: &Look, row: &Row, now: Timestamp) -> Option<String> {
        let (templates, name, common) = self.template.as_ref()?;
        templates.render(name, || context! { row => row_values(look, row, now), ..common.clone() })
    }
}

/// What is known of a row.
fn row_values(look: &Look, row: &Row, now: Timestamp) -> Value {
    let words = look.words();
    let (mut href, mut shown) = (String::new(), String::new());
    row.push_href(&mut href);
    push_name(&mut shown, &row.shown, row.kind);
    let is_folder = row.kind == Kind::Folder;
    let size = row.size.filter(|_| !is_folder);
    let picture = grid::picture(row);
    context! {
        name => row.shown.as_str(),
        shown => safe(shown),
        href,
        is_long => row.is_long(),
        is_folder,
        kind => row.kind.token(),
        kind_name => (words.kind)(row.kind),
        icon => safe(icon_of(row.kind)),
        size => size.map(quantity::short_size).or_else(|| row.count.map(words.items)),
        bytes => size.filter(|size| *size >= 1000).map(|size| (words.bytes)(&quantity::grouped(size))),
        count => row.count,
        time => row.modified.map(|modified| safe(quantity::time(look, modified, now))),
        is_thumbnail => picture.as_deref().is_some_and(grid::is_thumbnail),
        picture,
    }
}

/// Appends what is written about the folder.
pub(super) fn push_readme(out: &mut String, look: &Look, readme: &str) {
    let values = || context! { readme => safe(readme), ..template::common(look) };
    match template::render(look, "readme.html", values) {
        Some(html) => out.push_str(&html),
        None => {
            let _ = write!(out, "<section class=\"readme prose\" aria-label=README>{readme}</section>");
        }
    }
}
