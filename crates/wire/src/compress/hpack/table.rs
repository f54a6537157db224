//! The dynamic table (RFC 7541 §2.3.2, §4): the same on both sides of a connection.
//!
//! ```text
//! bytes   ........name value name value name value
//!         evicted ^oldest               ^newest, index 62
//! ```

use super::{LINE_BYTES, static_table};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// Lines that were sent before, newest first. Owns no memory until the first one.
///
/// Invariant: size == the sum of the lines' bytes and [`LINE_BYTES`] each <= max <= [`MAX`]
#[derive(Debug)]
pub(crate) struct Table {
    /// Names and values of the lines, oldest first, behind those of evicted ones.
    bytes: Vec<u8>,
    /// Newest first.
    lines: VecDeque<Line>,
    size: usize,
    max: usize,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    start: u16,
    name_bytes: u16,
    value_bytes: u16,
}

impl Line {
    fn size(self) -> usize {
        usize::from(self.name_bytes) + usize::from(self.value_bytes) + LINE_BYTES
    }
}

/// The size that every table has until something else is said (RFC 9113 §6.5.2), and the largest that we use.
pub(crate) const MAX: usize = 4096;

/// Bytes are moved to the front when so many stand there: so many for each that is still in use.
const BYTES_MAX: usize = MAX + MAX / 4;
// Offsets fit.
const _: () = assert!(BYTES_MAX <= u16::MAX as usize);

impl Table {
    pub(crate) fn new(max: usize) -> Table {
        Table { bytes: Vec::new(), lines: VecDeque::new(), size: 0, max: max.min(MAX) }
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// What it holds by the measure of RFC 7541 §4.1.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// What it has taken of memory.
    #[cfg(test)]
    pub(crate) fn bytes_owned(&self) -> usize {
        self.bytes.capacity() + self.lines.capacity() * size_of::<Line>()
    }

    /// Sets the size; what no longer fits is evicted, the oldest first (§4.3).
    pub(crate) fn set_max(&mut self, max: usize) {
        self.max = max.min(MAX);
        self.evict(self.max);
        if self.lines.is_empty() {
            self.release();
        }
    }

    /// The line of an index; the static table comes first (§2.3.3).
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        if let Some((name, value)) = static_table::get(index) {
            return Some((name.as_bytes(), value.as_bytes()));
        }
        let line = self.lines.get(index.checked_sub(static_table::COUNT + 1)?)?;
        Some(self.bytes_of(*line))
    }

    /// Where a field line stands, as [`static_table::find`] tells it; the static table is preferred for names.
    pub(crate) fn find(&self, name: &[u8], value: &[u8]) -> Option<(usize, bool)> {
        let of_name = match static_table::find(name, value) {
            Some((index, true)) => return Some((index, true)),
            other => other,
        };
        let mut found = of_name;
        for (at, line) in self.lines.iter().enumerate() {
            let (its_name, its_value) = self.bytes_of(*line);
            if its_name == name {
                if its_value == value {
                    return Some((static_table::COUNT + 1 + at, true));
                }
                found = found.or(Some((static_table::COUNT + 1 + at, false)));
            }
        }
        found
    }

    /// Adds a line. One that is larger than the table empties it, and that is no error (§4.4).
    pub(crate) fn insert(&mut self, name: &[u8], value: &[u8]) {
        let bytes = name.len() + value.len();
        let size = bytes + LINE_BYTES;
        if size > self.max {
            self.evict(0);
            return;
        }
        self.evict(self.max - size);
        self.make_room(bytes);
        // Both fit: the table is smaller than 64 KiB.
        let line =
            Line { start: self.bytes.len() as u16, name_bytes: name.len() as u16, value_bytes: value.len() as u16 };
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(value);
        self.lines.push_front(line);
        self.size += size;
    }

    #[inline]
    fn bytes_of(&self, line: Line) -> (&[u8], &[u8]) {
        let start = usize::from(line.start);
        let name_end = start + usize::from(line.name_bytes);
        (&self.bytes[start..name_end], &self.bytes[name_end..name_end + usize::from(line.value_bytes)])
    }

    fn evict(&mut self, size_max: usize) {
        while self.size > size_max {
            // It is not empty: then the size were 0.
            let Some(oldest) = self.lines.pop_back() else { return };
            self.size -= oldest.size();
        }
        if self.lines.is_empty() {
            self.bytes.clear();
        }
    }

    /// Sees to it that so many bytes can be appended within [`BYTES_MAX`].
    fn make_room(&mut self, bytes: usize) {
        let needed = self.bytes.len() + bytes;
        if needed <= self.bytes.capacity() {
            return;
        }
        let unused = self.lines.back().map_or(0, |oldest| oldest.start);
        if needed > BYTES_MAX || usize::from(unused) >= self.bytes.len() / 2 {
            self.bytes.drain(..usize::from(unused));
            self.lines.iter_mut().for_each(|line| line.start -= unused);
        }
        let needed = self.bytes.len() + bytes;
        if needed > self.bytes.capacity() {
            let wanted = (2 * needed).clamp(256, BYTES_MAX).max(needed);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
    }

    fn release(&mut self) {
        self.bytes = Vec::new();
        self.lines = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn the_newest_line_is_the_first_behind_the_static_table() {
        let mut table = Table::new(MAX);
        table.insert(b"a", b"1");
        table.insert(b"b", b"2");
        assert_eq!(table.get(62), Some((&b"b"[..], &b"2"[..])));
        assert_eq!(table.get(63), Some((&b"a"[..], &b"1"[..])));
        assert_eq!((table.get(0), table.get(64)), (None, None));
        assert_eq!(table.get(61), Some((&b"www-authenticate"[..], &b""[..])));
        assert_eq!(table.find(b"a", b"1"), Some((63, true)));
        assert_eq!(table.find(b"a", b"3"), Some((63, false)));
        assert_eq!(table.find(b":method", b"POST"), Some((3, true)));
        assert_eq!(table.find(b"c", b""), None);
    }

    #[test]
    fn a_line_larger_than_the_table_empties_it() {
        let mut table = Table::new(100);
        table.insert(b"a", b"1");
        table.insert(b"name", &[b'v'; 65]);
        assert_eq!((table.get(62), table.size()), (None, 0));
        table.insert(b"name", &[b'v'; 64]);
        assert_eq!(table.size(), 100);
    }

    /// The plain twin.
    #[derive(Default)]
    struct Plain(Vec<(Vec<u8>, Vec<u8>)>);

    impl Plain {
        fn fit(&mut self, max: usize) {
            let size = |lines: &[(Vec<u8>, Vec<u8>)]| lines.iter().map(|(n, v)| n.len() + v.len() + 32).sum::<usize>();
            while size(&self.0) > max {
                self.0.pop();
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_put_in_the_table_is_what_a_plain_list_is(
            steps in prop::collection::vec((0_usize..40, 0_usize..300, prop::option::weighted(0.05, 0_usize..5000)), 1..300)
        ) {
            let (mut table, mut plain) = (Table::new(MAX), Plain::default());
            for (at, (name, value, max)) in steps.into_iter().enumerate() {
                if let Some(max) = max {
                    table.set_max(max);
                    plain.fit(table.max());
                }
                let (name, value) = (vec![at as u8; name], vec![!at as u8; value]);
                table.insert(&name, &value);
                plain.0.insert(0, (name, value));
                plain.fit(table.max());
                prop_assert_eq!(table.lines.len(), plain.0.len());
                for (at, (name, value)) in plain.0.iter().enumerate() {
                    prop_assert_eq!(table.get(62 + at), Some((&name[..], &value[..])));
                }
                prop_assert!(table.size() <= table.max());
                prop_assert!(table.bytes.capacity() <= BYTES_MAX);
            }
        }
    }
}
