//! Rows and folders made up for tests.

use page::Kind;
use page::listing::{Entries, ListingPage, Query, Row, Segment};
use page::order::Order;
use page::window::Window;
use semantics::Timestamp;

/// 4 March 2026, 11:23:05 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_772_623_385_000_000_000);

pub(crate) fn row(name: &str, size: u64) -> Row {
    let (bare, kind) = match name.strip_suffix('/') {
        Some(bare) => (bare, Kind::Folder),
        None => (name, Kind::from_name(name.as_bytes())),
    };
    let is_folder = kind == Kind::Folder;
    Row {
        name: bare.into(),
        shown: bare.into(),
        kind,
        size: (!is_folder).then_some(size),
        modified: Some(Timestamp(NOW.0 - i128::from(size) * 1_000_000_000)),
        count: is_folder.then_some(size),
    }
}

pub(crate) fn segments(names: &[&str]) -> Vec<Segment> {
    names.iter().map(|name| Segment { name: name.as_bytes().to_vec(), shown: (*name).into() }).collect()
}

pub(crate) fn listing_page(query: &str, path: &[&str], rows: &[Row], rows_max: usize) -> ListingPage {
    let query = Query::parse(query.as_bytes());
    let mut window = Window::new(Order::new(b"en").by(query.sort, query.direction), query.start.clone(), rows_max);
    for row in rows {
        window.offer(row.key(), || row.clone());
    }
    let entries = Entries::new(window.finish(), query.sort);
    ListingPage { path: segments(path), query, now: NOW, open: Box::new(move || entries) }
}
