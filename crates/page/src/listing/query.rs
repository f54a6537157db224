//! What a reader asks of a listing: the query, read and written.

use crate::limit;
use std::fmt::Write as _;

use crate::escape;
use crate::order::{Direction, Sort};
use crate::window::Cursor;

/// How rows are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// One row under another.
    #[default]
    List,
    /// Pictures side by side.
    Grid,
}

/// Where the page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At the first row.
    #[default]
    First,
    /// Behind this place.
    After(Cursor),
    /// As far before this place as one page is long.
    Before(Cursor),
}

/// The query of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `sort`.
    pub sort: Sort,
    /// `order`.
    pub direction: Direction,
    /// `view`.
    pub view: View,
    /// `after` or `before`, with `at` (the size or time of that row) and `as` (its shown name, if another).
    pub start: Start,
    /// `from`: only names not before this one.
    pub from: Option<String>,
    /// `match`: only names with this in them.
    pub matching: Option<String>,
}

impl Query {
    /// Reads a raw query. What is not known or makes no sense is left out: a listing has no wrong address.
    pub fn parse(raw: &[u8]) -> Query {
        let mut query = Query::default();
        let (mut after, mut before, mut value, mut shown) = (None, None, 0, None);
        for pair in raw.split(|&byte| byte == b'&').take(limit::QUERY_PAIRS_MAX) {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let key = halves.next().unwrap_or_default();
            let bytes = escape::unescape_query(halves.next().unwrap_or_default());
            let text = || String::from_utf8_lossy(&bytes).into_owned();
            match key {
                b"sort" => query.sort = sort(&bytes),
                b"order" if bytes == b"desc" => query.direction = Direction::Descending,
                b"view" if bytes == b"grid" => query.view = View::Grid,
                b"after" => after = place(bytes),
                b"before" => before = place(bytes),
                b"at" => value = text().parse().unwrap_or(0),
                b"as" => shown = Some(text()),
                b"from" => query.from = Some(text()).filter(|text| !text.trim().is_empty()),
                b"match" => query.matching = Some(text()).filter(|text| !text.trim().is_empty()),
                _ => {}
            }
        }
        let with = |cursor: Cursor| Cursor { value, shown: shown.clone(), ..cursor };
        query.start = match (after, before) {
            (Some(cursor), _) => Start::After(with(cursor)),
            (None, Some(cursor)) => Start::Before(with(cursor)),
            (None, None) => Start::First,
        };
        query
    }

    /// The same query at the first row, by another column: the other way round if it is that column already.
    pub(super) fn sorted_by(&self, sort: Sort) -> Query {
        let direction = match sort {
            sort if sort == self.sort => self.direction.reversed(),
            Sort::Name => Direction::Ascending,
            // The largest and the newest are what one looks for.
            Sort::Size | Sort::Modified => Direction::Descending,
        };
        Query { sort, direction, start: Start::First, ..self.clone() }
    }

    /// Appends the query as a relative address, escaped for an attribute without quotes.
    pub(super) fn push_href(&self, out: &mut String) {
        let mut next = "?";
        self.each_pair(|key, value| {
            let _ = write!(out, "{next}{key}={}", escape::segment(value));
            next = "&amp;";
        });
        // Without any pair, `?` alone still drops the query of the page.
        if next == "?" {
            out.push_str(next);
        }
    }

    /// Appends the query as hidden inputs of a form that begins at the first row, without `except`.
    pub(super) fn push_inputs(&self, out: &mut String, except: &str) {
        Query { start: Start::First, ..self.clone() }.each_pair(|key, value| {
            if key != except {
                let value = escape::text(&String::from_utf8_lossy(value));
                let _ = write!(out, "<input type=hidden name={key} value=\"{value}\">");
            }
        });
    }

    /// The pairs that differ from what is so without them.
    fn each_pair(&self, mut visit: impl FnMut(&str, &[u8])) {
        if self.sort != Sort::Name || self.direction != Direction::Ascending {
            visit("sort", self.sort.token().as_bytes());
            visit("order", self.direction.token().as_bytes());
        }
        if self.view == View::Grid {
            visit("view", b"grid");
        }
        for (key, text) in [("match", &self.matching), ("from", &self.from)] {
            if let Some(text) = text {
                visit(key, text.as_bytes());
            }
        }
        let (key, cursor) = match &self.start {
            Start::First => return,
            Start::After(cursor) => ("after", cursor),
            Start::Before(cursor) => ("before", cursor),
        };
        let mut name = cursor.name.clone();
        if cursor.is_folder {
            name.push(b'/');
        }
        visit(key, &name);
        if self.sort != Sort::Name {
            visit("at", cursor.value.to_string().as_bytes());
        }
        if let Some(shown) = &cursor.shown {
            visit("as", shown.as_bytes());
        }
    }
}

fn sort(token: &[u8]) -> Sort {
    [Sort::Size, Sort::Modified].into_iter().find(|sort| sort.token().as_bytes() == token).unwrap_or_default()
}

/// A name; that of a folder has a slash at its end.
fn place(mut name: Vec<u8>) -> Option<Cursor> {
    let is_folder = name.last() == Some(&b'/');
    if is_folder {
        name.pop();
    }
    (!name.is_empty()).then(|| Cursor { name, is_folder, ..Cursor::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let query = Query::parse(raw.as_bytes());
        let mut out = String::new();
        query.push_href(&mut out);
        assert_eq!(out, expected, "{raw}");
        assert_eq!(Query::parse(out.replace("&amp;", "&").trim_start_matches('?').as_bytes()), query, "again");
    }

    #[test]
    fn a_query_is_read_and_written() {
        check("", "?");
        check("sort=name&order=asc", "?");
        check("sort=size", "?sort=size&amp;order=asc");
        check("order=desc&sort=modified", "?sort=modified&amp;order=desc");
        check("view=grid&match=a+b", "?view=grid&amp;match=a%20b");
        check("after=%C4%E3.txt&as=%E4%BD%A0.txt", "?after=%C4%E3.txt&amp;as=%E4%BD%A0.txt");
        check("after=docs/&before=x", "?after=docs%2F");
        check("sort=size&order=desc&before=a&at=12", "?sort=size&amp;order=desc&amp;before=a&amp;at=12");
        check("sort=banana&order=up&view=3d&after=&from=%20&x=y&&=", "?");
        check("match=%22%3E%3Cscript%3E", "?match=%22%3E%3Cscript%3E");
        check("sort=modified&after=a&at=-5", "?sort=modified&amp;order=asc&amp;after=a&amp;at=-5");
    }

    #[test]
    fn a_column_sorts_the_useful_way_first() {
        let by = |query: &Query, sort| {
            let query = query.sorted_by(sort);
            (query.sort, query.direction)
        };
        let query = Query::default();
        assert_eq!(by(&query, Sort::Name), (Sort::Name, Direction::Descending));
        assert_eq!(by(&query, Sort::Size), (Sort::Size, Direction::Descending));
        assert_eq!(by(&query.sorted_by(Sort::Size), Sort::Size), (Sort::Size, Direction::Ascending));
    }
}
