//! What is in a folder, for its listing.

use super::name::{Neighbours, shown};
use super::sight::Eyes;
use crate::limit;
use crate::origin::Files;
use page::Kind;
use page::listing::{Entries, Query, Row, Segment};
use page::order::{Key, Order, Sort};
use page::window::Window;
use site::{DirectoryEntry, NodeKind, Refusal, SitePath};
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// Reads the folder, and picks the rows of the page that was asked for.
pub(crate) fn entries<T: Files>(
    eyes: &Eyes<'_, T>,
    (files, folder): (&T, &SitePath),
    query: &Query,
    accept_language: &[u8],
) -> Result<Entries, Refusal> {
    let needs_facts = query.sort != Sort::Name;
    let pick = |show: &mut dyn FnMut(&[u8]) -> String| {
        let order = Order::new(accept_language).by(query.sort, query.direction);
        let mut window = Window::new(order, query.start.clone(), limit::LISTING_ROWS_MAX)
            .only(query.from.as_deref(), query.matching.as_deref());
        files.list(folder, &mut |entry| {
            let shown = show(&entry.name);
            offer(eyes, (files, folder), entry, shown, needs_facts, &mut window);
            ControlFlow::Continue(())
        })?;
        Ok(window.finish())
    };
    let mut neighbours = Neighbours::default();
    let mut chosen = pick(&mut |name| {
        neighbours.note(name);
        String::from_utf8_lossy(name).into_owned()
    })?;
    if let Some(reading) = neighbours.reading() {
        // Once more, now that they can be read: rows are ordered, found and linked by what is shown of them.
        chosen = pick(&mut |name| reading.show(name))?;
    }
    if !needs_facts {
        chosen.rows.iter_mut().for_each(|row| look(files, folder, row));
    }
    Ok(Entries::new(chosen, query.sort))
}

fn offer<T: Files>(
    eyes: &Eyes<'_, T>,
    (files, folder): (&T, &SitePath),
    entry: DirectoryEntry,
    shown: String,
    needs_facts: bool,
    window: &mut Window,
) {
    let DirectoryEntry { name, kind } = entry;
    let mut facts = None;
    let is_folder = match kind {
        Some(NodeKind::Other) => return,
        Some(kind) => kind == NodeKind::Directory,
        // A symbolic link is shown as what it leads to, if it may be followed.
        None => {
            let Some(Ok(node)) = folder.join(&name).map(|path| files.open(&path)) else { return };
            facts = Some((node.metadata.size, node.metadata.modified));
            match node.metadata.kind {
                NodeKind::Other => return,
                kind => kind == NodeKind::Directory,
            }
        }
    };
    // What cannot be had is not shown.
    if !eyes.see_in(folder, &name, is_folder) {
        return;
    }
    if facts.is_none() && needs_facts {
        let Some(Ok(Some(found))) = folder.join(&name).map(|path| files.identify(&path)) else { return };
        facts = Some((found.size, found.modified));
    }
    let (size, modified) = facts.unwrap_or_default();
    let key = Key { name: &name, shown: shown.as_bytes(), is_folder, size: if is_folder { 0 } else { size }, modified };
    window.offer(key, || Row {
        shown: shown.clone(),
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

/// The way from the root.
pub(crate) fn way(path: &SitePath) -> Vec<Segment> {
    path.segments().map(|name| Segment { name: name.to_vec(), shown: shown(name).into_owned() }).collect()
}

/// The files of the folder a file stands in: the one before it and the one behind it, in the reader's order.
pub(crate) fn neighbours<T: Files>(
    eyes: &Eyes<'_, T>,
    (files, path): (&T, &SitePath),
    accept_language: &[u8],
) -> (Option<Segment>, Option<Segment>) {
    let Some(folder) = path.parent().filter(|folder| eyes.list(folder)) else { return (None, None) };
    let order = Order::new(accept_language);
    let pick = |show: &mut dyn FnMut(&[u8]) -> String| {
        let own = Segment { name: path.name().to_vec(), shown: show(path.name()) };
        let (mut before, mut behind): (Option<Segment>, Option<Segment>) = (None, None);
        let mut looked_at = 0;
        let listed = files.list(&folder, &mut |DirectoryEntry { name, kind }| {
            looked_at += 1;
            if looked_at > limit::NEIGHBOURS_MAX {
                return ControlFlow::Break(());
            }
            let file = Segment { shown: show(&name), name };
            if kind == Some(NodeKind::File) && eyes.see_in(&folder, &file.name, false) {
                let is_between = |nearest: &Option<Segment>, side| {
                    nearest.as_ref().is_none_or(|nearest| order.compare(key(nearest), key(&file)) == side)
                };
                match order.compare(key(&file), key(&own)) {
                    Ordering::Less if is_between(&before, Ordering::Less) => before = Some(file),
                    Ordering::Greater if is_between(&behind, Ordering::Greater) => behind = Some(file),
                    _ => {}
                }
            }
            ControlFlow::Continue(())
        });
        // The nearest of some of the names would lead past the others.
        let is_whole = listed.is_ok() && looked_at <= limit::NEIGHBOURS_MAX;
        if is_whole { (before, behind) } else { (None, None) }
    };
    let mut names = Neighbours::default();
    let chosen = pick(&mut |name| {
        names.note(name);
        String::from_utf8_lossy(name).into_owned()
    });
    match names.reading() {
        // Once more, now that they can be read: they are ordered by what is shown of them.
        Some(reading) => pick(&mut |name| reading.show(name)),
        None => chosen,
    }
}

/// Where a file stands among others by its name.
fn key(file: &Segment) -> Key<'_> {
    Key { shown: file.shown.as_bytes(), ..Key::of_name(&file.name, false) }
}
