//! The rows of one page out of a folder of any size, chosen in one pass and in little memory.
//!
//! A page is named by the row it stands behind (or before), not by a number: rows that come and go elsewhere do not
//! move it, none is shown twice, none is skipped.

use core::cmp::Ordering;

use semantics::Timestamp;

use crate::listing::{Row, Start};
use crate::order::{Key, Order};

/// Chooses the rows of one page.
///
/// Invariant: held.len() <= 2 × rows_max; once `bound` is set, no row of the page is beyond `held[bound]`.
#[derive(Debug)]
pub struct Window {
    order: Order,
    start: Start,
    /// Only rows whose shown name is not before this.
    from: Option<String>,
    /// Only rows whose shown name has this in it; lower case.
    matching: Option<String>,
    rows_max: usize,
    held: Vec<Row>,
    /// Where the row stands that is the last of the page so far.
    bound: Option<usize>,
    folders: u64,
    files: u64,
    has_earlier: bool,
    has_later: bool,
}

/// What a [`Window`] chose.
#[derive(Debug, Default)]
pub struct Chosen {
    /// In order.
    pub rows: Vec<Row>,
    /// Folders in the whole folder (that match, if names were asked for).
    pub folders: u64,
    /// Files in the whole folder (that match, if names were asked for).
    pub files: u64,
    /// Rows stand before these.
    pub has_previous: bool,
    /// Rows stand behind these.
    pub has_next: bool,
}

impl Window {
    /// A page of at most `rows_max` rows at `start`.
    pub fn new(order: Order, start: Start, rows_max: usize) -> Window {
        Window {
            order,
            start,
            from: None,
            matching: None,
            rows_max: rows_max.max(1),
            held: Vec::new(),
            bound: None,
            folders: 0,
            files: 0,
            has_earlier: false,
            has_later: false,
        }
    }

    /// Leaves out names before `from`, and those without `matching` in them, whatever its case.
    #[must_use]
    pub fn only(self, from: Option<&str>, matching: Option<&str>) -> Window {
        Window { from: from.map(String::from), matching: matching.map(str::to_lowercase), ..self }
    }

    /// Takes in one entry of the folder; `make` is called only if it may be on the page.
    pub fn offer(&mut self, key: Key<'_>, make: impl FnOnce() -> Row) {
        if !self.is_wanted(key) {
            return;
        }
        if key.is_folder {
            self.folders += 1;
        } else {
            self.files += 1;
        }
        if let Some(from) = &self.from
            && self.order.compare_names(key.shown, from.as_bytes()) == Ordering::Less
        {
            self.has_earlier = true;
            return;
        }
        if !self.is_in_reach(key) {
            return;
        }
        self.held.push(make());
        if self.held.len() >= self.rows_max.saturating_mul(2) {
            self.trim();
        }
    }

    fn is_wanted(&self, key: Key<'_>) -> bool {
        self.matching
            .as_ref()
            .is_none_or(|matching| String::from_utf8_lossy(key.shown).to_lowercase().contains(matching.as_str()))
    }

    /// Whether the entry is on the right side of the start, and not beyond what is held already.
    fn is_in_reach(&mut self, key: Key<'_>) -> bool {
        match &self.start {
            Start::First => {}
            Start::After(cursor) => {
                if self.order.compare(key, cursor.key()) != Ordering::Greater {
                    self.has_earlier = true;
                    return false;
                }
            }
            Start::Before(cursor) => {
                if self.order.compare(key, cursor.key()) != Ordering::Less {
                    self.has_later = true;
                    return false;
                }
            }
        }
        let Some(bound) = self.bound.and_then(|bound| self.held.get(bound)) else { return true };
        if self.by_distance(key, bound.key()) == Ordering::Greater {
            self.note_beyond();
            return false;
        }
        true
    }

    /// Orders by the distance from the start: backwards for a page that ends there.
    fn by_distance(&self, one: Key<'_>, other: Key<'_>) -> Ordering {
        let forward = self.order.compare(one, other);
        if self.is_backward() { forward.reverse() } else { forward }
    }

    fn is_backward(&self) -> bool {
        matches!(self.start, Start::Before(_))
    }

    /// A row is left out at the far end.
    fn note_beyond(&mut self) {
        if self.is_backward() {
            self.has_earlier = true;
        } else {
            self.has_later = true;
        }
    }

    /// Drops what is beyond the page. Called once per `rows_max` rows kept, so a row costs O(1) on average.
    fn trim(&mut self) {
        if self.held.len() <= self.rows_max {
            return;
        }
        let mut held = core::mem::take(&mut self.held);
        let last = self.rows_max - 1;
        held.select_nth_unstable_by(last, |one, other| self.by_distance(one.key(), other.key()));
        held.truncate(self.rows_max);
        self.held = held;
        self.bound = Some(last);
        self.note_beyond();
    }

    /// The rows of the page, in order.
    pub fn finish(mut self) -> Chosen {
        self.trim();
        let mut rows = core::mem::take(&mut self.held);
        rows.sort_unstable_by(|one, other| self.order.compare(one.key(), other.key()));
        Chosen {
            rows,
            folders: self.folders,
            files: self.files,
            has_previous: self.has_earlier,
            has_next: self.has_later,
        }
    }
}

/// The place of a row, for links that go on from there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The name in the file system.
    pub name: Vec<u8>,
    /// The name as shown, if it is not the name itself.
    pub shown: Option<String>,
    /// Whether it is a folder's.
    pub is_folder: bool,
    /// The size, or the time of the last change in nanoseconds, as the order needs it.
    pub value: i128,
}

impl Cursor {
    /// The place of `row` in a folder sorted by `sort`.
    pub fn of(row: &Row, sort: crate::order::Sort) -> Cursor {
        let key = row.key();
        Cursor {
            name: row.name.clone(),
            shown: (row.shown.as_bytes() != row.name).then(|| row.shown.clone()),
            is_folder: key.is_folder,
            value: match sort {
                crate::order::Sort::Name => 0,
                crate::order::Sort::Size => i128::from(key.size),
                crate::order::Sort::Modified => key.modified.0,
            },
        }
    }

    pub(crate) fn key(&self) -> Key<'_> {
        Key {
            name: &self.name,
            shown: self.shown.as_ref().map_or(self.name.as_slice(), |shown| shown.as_bytes()),
            is_folder: self.is_folder,
            size: u64::try_from(self.value).unwrap_or(0),
            modified: Timestamp(self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::order::{Direction, Sort};

    fn row(name: &str) -> Row {
        let (name, kind) = match name.strip_suffix('/') {
            Some(name) => (name, Kind::Folder),
            None => (name, Kind::Unknown),
        };
        Row { name: name.into(), shown: name.into(), kind, size: Some(name.len() as u64), modified: None, count: None }
    }

    fn choose(names: &[&str], order: Order, start: Start, rows_max: usize) -> Chosen {
        let mut window = Window::new(order, start, rows_max);
        for name in names {
            let row = row(name);
            window.offer(row.key(), || row.clone());
        }
        window.finish()
    }

    fn shown(chosen: &Chosen) -> String {
        let names: Vec<&str> = chosen.rows.iter().map(|row| row.shown.as_str()).collect();
        let mark = |has, mark| if has { mark } else { "" };
        format!("{}{}{}", mark(chosen.has_previous, "< "), names.join(" "), mark(chosen.has_next, " >"))
    }

    const NAMES: [&str; 9] = ["f9", "f10", "d2/", "f1", "d1/", "f3", "f2", "f5", "f4"];

    fn after(name: &str) -> Start {
        Start::After(Cursor::of(&row(name), Sort::Name))
    }

    fn before(name: &str) -> Start {
        Start::Before(Cursor::of(&row(name), Sort::Name))
    }

    #[test]
    fn a_page_begins_behind_a_row_or_ends_before_it() {
        #[track_caller]
        fn check(start: Start, expected: &str) {
            let chosen = choose(&NAMES, Order::new(b"en"), start, 3);
            assert_eq!(shown(&chosen), expected);
            assert_eq!((chosen.folders, chosen.files), (2, 7));
        }
        check(Start::First, "d1 d2 f1 >");
        check(after("f1"), "< f2 f3 f4 >");
        check(after("f4"), "< f5 f9 f10");
        check(after("d1/"), "< d2 f1 f2 >");
        check(before("f5"), "< f2 f3 f4 >");
        check(before("f2"), "d1 d2 f1 >");
        check(before("d1/"), " >");
        check(after("f10"), "< ");
        // The row itself may be gone.
        check(after("f6"), "< f9 f10");
    }

    #[test]
    fn the_other_direction_and_another_column_page_alike() {
        let order = Order::new(b"en").by(Sort::Size, Direction::Descending);
        let start = Start::After(Cursor::of(&row("f10"), Sort::Size));
        assert_eq!(shown(&choose(&NAMES, order, start, 2)), "< f9 f5 >");
    }

    #[test]
    fn names_can_be_asked_for() {
        let mut window = Window::new(Order::new(b"en"), Start::First, 10).only(None, Some("PHOTO"));
        for name in ["photo1", "My Photo", "text"] {
            let row = row(name);
            window.offer(row.key(), || row.clone());
        }
        let chosen = window.finish();
        assert_eq!((shown(&chosen).as_str(), chosen.files), ("My Photo photo1", 2));
    }

    #[test]
    fn a_page_can_begin_at_letters() {
        let mut window = Window::new(Order::new(b"en"), Start::First, 2).only(Some("b"), None);
        for name in ["a", "c", "B", "d"] {
            let row = row(name);
            window.offer(row.key(), || row.clone());
        }
        assert_eq!(shown(&window.finish()), "< B c >");
    }

    #[test]
    fn paging_through_shows_each_row_once() {
        let names: Vec<String> = (0..1000).map(|number| format!("n{}", number * 7919 % 1000)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (mut start, mut seen) = (Start::First, Vec::new());
        loop {
            let chosen = choose(&names, Order::new(b"en"), start, 64);
            let Some(last) = chosen.rows.last() else { break };
            start = Start::After(Cursor::of(last, Sort::Name));
            let has_next = chosen.has_next;
            seen.extend(chosen.rows.into_iter().map(|row| row.shown));
            if !has_next {
                break;
            }
        }
        assert_eq!(seen, (0..1000).map(|number| format!("n{number}")).collect::<Vec<_>>());
    }
}
