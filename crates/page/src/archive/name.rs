//! Names inside an archive: relative, without dot segments, each one once.

use super::{Item, ItemKind};
use crate::limit;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

/// Why an item cannot stand in an archive under its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// No name, a slash at an end, or two slashes in a row.
    EmptySegment,
    /// `.` or `..`: where the item goes would depend on where it is unpacked.
    DotSegment,
    /// A NUL ends the name for many readers, so that they would see another name than we checked.
    Nul,
    /// Longer than zip can say.
    TooLong,
    /// A file of that name is in the archive, so nothing can be below it, nor can it be a folder.
    BelowFile,
}

impl fmt::Display for NameFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            NameFault::EmptySegment => "the name has an empty segment",
            NameFault::DotSegment => "the name has a dot segment",
            NameFault::Nul => "the name contains NUL",
            NameFault::TooLong => "the name is longer than 60000 bytes",
            NameFault::BelowFile => "a file of that name is in the archive already",
        })
    }
}

impl std::error::Error for NameFault {}

/// The names given so far. Kept as hashes, a few bytes each: should two of 64 bits meet, a file gets a number it did not need.
#[derive(Default)]
pub(super) struct Names {
    hasher: RandomState,
    taken: HashMap<u64, ItemKind>,
}

impl Names {
    /// The name under which the item stands; `None` for a folder that stands already.
    pub(super) fn take(&mut self, item: &Item, name: &str) -> Result<Option<String>, NameFault> {
        check(name)?;
        for (slash, _) in name.match_indices('/') {
            if self.kind_of(&name[..slash]) == Some(ItemKind::File) {
                return Err(NameFault::BelowFile);
            }
        }
        let unique = match (self.kind_of(name), item.kind) {
            (None, _) => name.to_owned(),
            (Some(ItemKind::Directory), ItemKind::Directory) => return Ok(None),
            (Some(ItemKind::File), ItemKind::Directory) => return Err(NameFault::BelowFile),
            (Some(_), ItemKind::File) => self.numbered(name),
        };
        self.taken.insert(self.hasher.hash_one(&unique), item.kind);
        // A folder stands by what is below it, even when it has no item of its own.
        for (slash, _) in unique.match_indices('/') {
            self.taken.entry(self.hasher.hash_one(&unique[..slash])).or_insert(ItemKind::Directory);
        }
        Ok(Some(unique))
    }

    fn kind_of(&self, name: &str) -> Option<ItemKind> {
        self.taken.get(&self.hasher.hash_one(name)).copied()
    }

    /// `a.txt` becomes `a (2).txt`, or the first number that is free.
    fn numbered(&self, name: &str) -> String {
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        // A dot at the start of a segment begins a hidden name, not an extension.
        let dot = name[last..].rfind('.').filter(|&dot| dot > 0).map_or(name.len(), |dot| last + dot);
        let (stem, extension) = name.split_at(dot);
        (2u64..)
            .map(|number| format!("{stem} ({number}){extension}"))
            .find(|name| self.kind_of(name).is_none())
            // Unreachable: fewer than 2^64 names fit into memory.
            .unwrap_or_default()
    }
}

fn check(name: &str) -> Result<(), NameFault> {
    if name.len() > limit::ARCHIVE_NAME_BYTES_MAX {
        return Err(NameFault::TooLong);
    }
    if name.contains('\0') {
        return Err(NameFault::Nul);
    }
    for segment in name.split('/') {
        match segment {
            "" => return Err(NameFault::EmptySegment),
            "." | ".." => return Err(NameFault::DotSegment),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::Timestamp;

    /// Each line is `name` for a file or `name/` for a folder, with what becomes of it.
    #[track_caller]
    fn check_all(lines: &[(&str, Result<Option<&str>, NameFault>)]) {
        let mut names = Names::default();
        for (line, expected) in lines {
            let (name, kind) = match line.strip_suffix('/') {
                Some(name) => (name, ItemKind::Directory),
                None => (*line, ItemKind::File),
            };
            let item = Item {
                name: name.to_owned(),
                kind,
                size: 0,
                modified: Timestamp(0),
                is_compressible: false,
                is_executable: false,
            };
            let taken = names.take(&item, name);
            assert_eq!(taken.as_ref().map(Option::as_deref), expected.as_ref().map(|name| *name), "{line}");
        }
    }

    #[test]
    fn a_name_that_could_leave_the_folder_is_refused() {
        check_all(&[
            ("/etc/passwd", Err(NameFault::EmptySegment)),
            ("../a", Err(NameFault::DotSegment)),
            ("a/../../b", Err(NameFault::DotSegment)),
            ("a/./b", Err(NameFault::DotSegment)),
            ("..", Err(NameFault::DotSegment)),
            ("a//b", Err(NameFault::EmptySegment)),
            ("", Err(NameFault::EmptySegment)),
            ("a\0b", Err(NameFault::Nul)),
            ("..a/b..", Ok(Some("..a/b.."))),
            ("...", Ok(Some("..."))),
        ]);
        check_all(&[(&"a".repeat(60_001), Err(NameFault::TooLong))]);
    }

    #[test]
    fn no_two_files_get_one_name() {
        check_all(&[
            ("a.txt", Ok(Some("a.txt"))),
            ("a.txt", Ok(Some("a (2).txt"))),
            ("a (3).txt", Ok(Some("a (3).txt"))),
            ("a.txt", Ok(Some("a (4).txt"))),
            ("d.d/a", Ok(Some("d.d/a"))),
            ("d.d/a", Ok(Some("d.d/a (2)"))),
            (".a", Ok(Some(".a"))),
            (".a", Ok(Some(".a (2)"))),
        ]);
    }

    #[test]
    fn a_folder_stands_once_and_never_where_a_file_is() {
        check_all(&[
            ("a/", Ok(Some("a"))),
            ("a/", Ok(None)),
            ("a", Ok(Some("a (2)"))),
            ("a (2)/", Err(NameFault::BelowFile)),
            ("a (2)/b", Err(NameFault::BelowFile)),
            ("x/y/z", Ok(Some("x/y/z"))),
            ("x/y/", Ok(None)),
            ("x", Ok(Some("x (2)"))),
        ]);
    }
}
