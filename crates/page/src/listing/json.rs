//! A folder for programs.

use serde::Serialize;

use super::{Entries, ListingPage, Query, Row, Start};
use crate::escape::{push_segment, segment};
use crate::kind::Kind;
use crate::limit;
use crate::quantity::rfc3339;

/// The folder as one JSON object, in pieces: `path`, `sort`, `order`, `total`, `next`, `previous`, then `entries`.
pub fn json(page: ListingPage) -> impl Iterator<Item = String> + Send {
    let ListingPage { path, query, open, .. } = page;
    let mut target = String::from("/");
    for part in &path {
        push_segment(&mut target, &part.name);
        target.push('/');
    }
    let mut open = Some(open);
    let mut rows: Option<Box<dyn Iterator<Item = Row> + Send>> = None;
    let mut is_first = true;
    std::iter::from_fn(move || {
        let mut out = String::with_capacity(limit::LISTING_PIECE_BYTES + 1024);
        if let Some(open) = open.take() {
            let entries = open();
            out.push_str(&head(&target, &query, &entries));
            rows = Some(entries.rows);
        }
        let from = rows.as_mut()?;
        while out.len() < limit::LISTING_PIECE_BYTES {
            let Some(row) = from.next() else {
                out.push_str("\n]}\n");
                rows = None;
                return Some(out);
            };
            out.push_str(if is_first { "\n" } else { ",\n" });
            is_first = false;
            out.push_str(&to_json(&Entry::new(&target, &row)));
        }
        Some(out)
    })
}

#[derive(Serialize)]
struct Head<'a> {
    path: &'a str,
    sort: &'static str,
    order: &'static str,
    total: u64,
    folders: u64,
    files: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The object up to its entries.
fn head(target: &str, query: &Query, entries: &Entries) -> String {
    let link = |start: Start| {
        let mut out = String::new();
        Query { start, ..query.clone() }.push_href(&mut out);
        format!("{target}{}&format=json", out.replace("&amp;", "&"))
    };
    let head = to_json(&Head {
        path: target,
        sort: query.sort.token(),
        order: query.direction.token(),
        total: entries.folders + entries.files,
        folders: entries.folders,
        files: entries.files,
        previous: entries.previous.clone().map(Start::Before).map(link),
        next: entries.next.clone().map(Start::After).map(link),
    });
    format!("{},\"entries\":[", head.strip_suffix('}').unwrap_or(&head))
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    target: String,
    r#type: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

impl<'a> Entry<'a> {
    fn new(folder: &str, row: &'a Row) -> Entry<'a> {
        let is_folder = row.kind == Kind::Folder;
        Entry {
            name: &row.shown,
            target: format!("{folder}{}{}", segment(&row.name), if is_folder { "/" } else { "" }),
            r#type: if is_folder { "folder" } else { "file" },
            kind: row.kind.token(),
            size: row.size.filter(|_| !is_folder),
            modified: row.modified.map(rfc3339),
            count: row.count,
        }
    }
}

/// These values have only string keys and no floats, so they always have a JSON form.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| String::from("{}"))
}
