//! What is in a folder, for its listing.

use crate::origin::Files;
use page::Kind;
use page::listing::{Entries, Query, Row, Segment};
use page::order::{Key, Order, Sort};
use page::window::{Chosen, Window};
use semantics::Timestamp;
use site::{DirectoryEntry, NodeKind, Refusal, SitePath, is_hidden_name};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// Rows of one page; the folder may have a million.
const ROWS_MAX: usize = 500;

/// Reads the folder once, and picks the rows of the page that was asked for.
pub(crate) fn entries<T: Files>(
    files: &T,
    folder: &SitePath,
    query: &Query,
    accept_language: &[u8],
    is_hidden_shown: bool,
) -> Result<Entries, Refusal> {
    let needs_facts = query.sort != Sort::Name;
    let order = Order::new(accept_language).by(query.sort, query.direction);
    let mut window =
        Window::new(order, query.start.clone(), ROWS_MAX).only(query.from.as_deref(), query.matching.as_deref());
    files.list(folder, &mut |entry| {
        if is_hidden_shown || !is_hidden_name(&entry.name) {
            offer(files, folder, entry, needs_facts, &mut window);
        }
        ControlFlow::Continue(())
    })?;
    let mut chosen = window.finish();
    decode_names(&mut chosen);
    if !needs_facts {
        chosen.rows.iter_mut().for_each(|row| look(files, folder, row));
    }
    Ok(Entries::new(chosen, query.sort))
}

fn offer<T: Files>(files: &T, folder: &SitePath, entry: DirectoryEntry, needs_facts: bool, window: &mut Window) {
    let DirectoryEntry { name, kind } = entry;
    let mut facts = None;
    let is_folder = match kind {
        Some(NodeKind::Other) => return,
        Some(kind) => kind == NodeKind::Directory,
        // A symbolic link is shown as what it leads to, if it may be followed: what cannot be had is not shown.
        None => {
            let Some(Ok(node)) = folder.join(&name).map(|path| files.open(&path)) else { return };
            facts = Some((node.metadata.size, node.metadata.modified));
            match node.metadata.kind {
                NodeKind::Other => return,
                kind => kind == NodeKind::Directory,
            }
        }
    };
    if facts.is_none() && needs_facts {
        let Some(Ok(Some(found))) = folder.join(&name).map(|path| files.identify(&path)) else { return };
        facts = Some((found.size, found.modified));
    }
    let (size, modified) = facts.unwrap_or_default();
    let shown = String::from_utf8_lossy(&name);
    let key = Key { name: &name, shown: shown.as_bytes(), is_folder, size: if is_folder { 0 } else { size }, modified };
    window.offer(key, || Row {
        shown: shown.clone().into_owned(),
        kind: if is_folder { Kind::Folder } else { Kind::from_name(&name) },
        size: (facts.is_some() && !is_folder).then_some(size),
        modified: facts.map(|_| modified),
        count: None,
        name: name.clone(),
    });
}

/// Size and date, for a row that will be shown. What vanished meanwhile has none.
fn look<T: Files>(files: &T, folder: &SitePath, row: &mut Row) {
    if row.modified.is_none()
        && let Some(Ok(Some(found))) = folder.join(&row.name).map(|path| files.identify(&path))
    {
        row.size = (row.kind != Kind::Folder).then_some(found.size);
        row.modified = Some(found.modified);
    }
}

/// Names that are not UTF-8 are read in the encoding that fits them and their neighbours best.
fn decode_names(chosen: &mut Chosen) {
    let is_odd = |row: &&Row| str::from_utf8(&row.name).is_err();
    let odd: Vec<Vec<u8>> = chosen.rows.iter().filter(is_odd).map(|row| row.name.clone()).collect();
    let neighbours: Vec<&[u8]> = odd.iter().map(Vec::as_slice).collect();
    if !odd.is_empty() {
        for row in chosen.rows.iter_mut().filter(|row| str::from_utf8(&row.name).is_err()) {
            row.shown = charset::name(&row.name, &neighbours).0.into_owned();
        }
    }
}

/// A name as people read it, without neighbours to compare with.
pub(crate) fn shown(name: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(name) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => charset::name(name, &[]).0,
    }
}

/// The way from the root.
pub(crate) fn way(path: &SitePath) -> Vec<Segment> {
    path.segments().map(|name| Segment { name: name.to_vec(), shown: shown(name).into_owned() }).collect()
}

/// The files of the folder a file stands in: the one before it and the one behind it, in the reader's order.
pub(crate) fn neighbours<T: Files>(
    files: &T,
    path: &SitePath,
    accept_language: &[u8],
    is_hidden_shown: bool,
) -> (Option<Segment>, Option<Segment>) {
    let Some(folder) = path.parent() else { return (None, None) };
    let order = Order::new(accept_language);
    let own = shown(path.name()).into_owned();
    let own =
        Key { name: path.name(), shown: own.as_bytes(), is_folder: false, size: 0, modified: Timestamp::default() };
    let (mut before, mut behind): (Option<Segment>, Option<Segment>) = (None, None);
    let key = |segment: &Segment| (segment.name.clone(), segment.shown.clone());
    let compare = |one: &Segment, other: &Key<'_>| {
        let (name, shown) = key(one);
        order.compare(Key { name: &name, shown: shown.as_bytes(), ..Key::of_name(&name, false) }, *other)
    };
    let listed = files.list(&folder, &mut |entry| {
        if entry.kind == Some(NodeKind::File) && (is_hidden_shown || !is_hidden_name(&entry.name)) {
            let segment = Segment { shown: shown(&entry.name).into_owned(), name: entry.name };
            let than = |nearest: &Segment| {
                compare(&segment, &Key { shown: nearest.shown.as_bytes(), ..Key::of_name(&nearest.name, false) })
            };
            match compare(&segment, &own) {
                std::cmp::Ordering::Less if before.as_ref().is_none_or(|nearest| than(nearest).is_gt()) => {
                    before = Some(segment)
                }
                std::cmp::Ordering::Greater if behind.as_ref().is_none_or(|nearest| than(nearest).is_lt()) => {
                    behind = Some(segment)
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    });
    // A folder that cannot be read has no neighbours to go to.
    if listed.is_ok() { (before, behind) } else { (None, None) }
}
