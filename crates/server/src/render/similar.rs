//! Names like one that is missing. It must stay cheap to ask for what is not there, so names are compared with all
//! their bytes in one machine number.

use super::name::shown;
use super::sight::Sight;
use crate::limit;
use crate::origin::{Files, Site};
use page::error::Similar;
use site::{NodeKind, SitePath};
use std::ops::ControlFlow;

impl<T: Files> Site<T> {
    /// What stands beside the missing name and looks like it: the nearest folder that is there is searched.
    pub(super) fn similar(&self, sight: &Sight, path: &SitePath) -> Vec<Similar> {
        let eyes = sight.of(&self.files);
        let (mut folder, mut wanted) = (path.parent(), path.name().to_vec());
        while let Some(at) = folder {
            if !eyes.list(&at) {
                return Vec::new();
            }
            let mut near: Vec<(usize, Vec<u8>, bool)> = Vec::new();
            let mut looked_at = 0;
            let pattern = Pattern::new(&wanted);
            let listed = self.files.list(&at, &mut |entry| {
                looked_at += 1;
                if let Some(distance) = pattern.as_ref().and_then(|pattern| pattern.near(&entry.name))
                    && eyes.see_in(&at, &entry.name, entry.kind == Some(NodeKind::Directory))
                {
                    near.push((distance, entry.name, entry.kind == Some(NodeKind::Directory)));
                }
                let is_enough = looked_at >= limit::SIMILAR_LOOKED_AT_MAX || pattern.is_none();
                if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if listed.is_ok() {
                near.sort();
                let similar = near.into_iter().take(limit::SIMILAR_MAX).filter_map(|(_, name, is_folder)| {
                    let path: Vec<Vec<u8>> = at.join(&name)?.segments().map(<[u8]>::to_vec).collect();
                    let shown = path.iter().map(|name| shown(name)).collect::<Vec<_>>().join("/");
                    Some(Similar { path, shown, is_folder })
                });
                return similar.collect();
            }
            wanted = at.name().to_vec();
            folder = at.parent();
        }
        Vec::new()
    }
}

/// A name that others are compared with: where each byte stands in it, as one number (Myers 1999, in Hyyrö's form of 2003).
/// Letters of ASCII are the same in either case.
struct Pattern {
    places: Box<[u128; 256]>,
    length: usize,
}

impl Pattern {
    /// `None`: too long for one number; or empty, and like nothing.
    fn new(name: &[u8]) -> Option<Pattern> {
        let is_comparable = (1..=u128::BITS as usize).contains(&name.len());
        is_comparable.then(|| {
            let mut places = Box::new([0; 256]);
            for (at, byte) in name.iter().enumerate() {
                for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                    places[usize::from(byte)] |= 1 << at;
                }
            }
            Pattern { places, length: name.len() }
        })
    }

    /// How far it is from a name that looks like it: a third of its bytes may be others. `None`: it does not.
    fn near(&self, name: &[u8]) -> Option<usize> {
        let far = self.length.div_ceil(3);
        // Each byte that one has more is a change.
        if self.length.abs_diff(name.len()) > far {
            return None;
        }
        Some(self.distance(name)).filter(|&distance| distance <= far)
    }

    /// How many bytes must be put in, taken out or replaced to make one name of the other (Levenshtein).
    fn distance(&self, name: &[u8]) -> usize {
        let (mut rises, mut falls) = (u128::MAX, 0);
        let (last, mut distance) = (1 << (self.length - 1), self.length);
        for &byte in name {
            // A column of the table of distances, as its differences from row to row: all rows at once.
            let places = self.places[usize::from(byte)];
            let diagonal = ((places & rises).wrapping_add(rises) ^ rises) | places | falls;
            let (grows, shrinks) = (falls | !(diagonal | rises), rises & diagonal);
            distance = distance + usize::from(grows & last != 0) - usize::from(shrinks & last != 0);
            let grows = grows << 1 | 1;
            (rises, falls) = (shrinks << 1 | !(diagonal | grows), grows & diagonal);
        }
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    /// The same from the table, cell by cell.
    fn plainly(one: &[u8], other: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (index, byte) in one.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = index + 1;
            for (column, against) in other.iter().enumerate() {
                let replaced = diagonal + usize::from(!byte.eq_ignore_ascii_case(against));
                diagonal = row[column + 1];
                row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
            }
        }
        row[other.len()]
    }

    #[track_caller]
    fn check(one: &str, other: &str, expected: usize) {
        for (one, other) in [(one, other), (other, one)] {
            assert_eq!(plainly(one.as_bytes(), other.as_bytes()), expected);
            if let Some(pattern) = Pattern::new(one.as_bytes()) {
                assert_eq!(pattern.distance(other.as_bytes()), expected, "{one} {other}");
            }
        }
    }

    #[test]
    fn the_distance_is_the_least_number_of_changes() {
        check("", "abc", 3);
        check("kitten", "sitting", 3);
        check("readme.md", "README.txt", 3);
        check("about.html", "abuot.html", 2);
        check(&"a".repeat(128), &"a".repeat(127), 1);
        check(&"ab".repeat(64), &"ba".repeat(64), 2);
    }

    #[test]
    fn names_that_share_too_little_are_not_near() {
        let near = |one: &str, other: &str| Pattern::new(one.as_bytes()).and_then(|one| one.near(other.as_bytes()));
        assert_eq!(near("about.html", "abut.htm"), Some(2));
        assert_eq!(near("about.html", "index.html"), None);
        assert_eq!(near("a", "ab"), Some(1));
        assert_eq!(near("", "a"), None);
        assert_eq!(near(&"a".repeat(129), &"a".repeat(129)), None);
    }

    proptest! {
        #[test]
        fn all_rows_at_once_are_as_cell_by_cell(one in "[a-dA-B]{1,128}", other in "[a-dA-B]{0,140}") {
            let pattern = Pattern::new(one.as_bytes()).expect("not too long");
            prop_assert_eq!(pattern.distance(other.as_bytes()), plainly(one.as_bytes(), other.as_bytes()));
        }
    }
}
