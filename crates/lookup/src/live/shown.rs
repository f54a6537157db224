//! Paths as people read them. Names that are not UTF-8 are read in the encoding that fits them and their neighbours best.

use crate::live::tree::Tree;
use crate::live::watch::join;
use charset::{Neighbours, Reading};
use std::collections::HashMap;

/// How the names of folders are read, as far as it was found out.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    readings: HashMap<Vec<u8>, Option<Reading>>,
}

impl Shown {
    /// A path as it is read.
    pub(crate) fn path(&mut self, tree: &Tree, path: &[u8]) -> String {
        // One that is UTF-8 by chance can be told by its neighbours only; where none of them is odd, there is no doubt.
        if path.is_ascii() || self.readings.is_empty() && str::from_utf8(path).is_ok() {
            return String::from_utf8_lossy(path).into_owned();
        }
        let mut shown = String::with_capacity(path.len());
        let mut folder: Vec<u8> = Vec::new();
        for name in path.split(|byte| *byte == b'/') {
            if !shown.is_empty() {
                shown.push('/');
            }
            if name.is_ascii() {
                shown.push_str(&String::from_utf8_lossy(name));
            } else {
                shown.push_str(&self.name(tree, &folder, name));
            }
            folder = join(&folder, name);
        }
        shown
    }

    fn name(&mut self, tree: &Tree, folder: &[u8], name: &[u8]) -> String {
        if !self.readings.contains_key(folder) {
            if str::from_utf8(name).is_ok() {
                return String::from_utf8_lossy(name).into_owned();
            }
            let folders = tree.folders_in(folder);
            let others = tree.materials_in(folder).chain(folders.iter().map(Vec::as_slice));
            self.keep(folder, others.chain([name]));
        }
        match self.readings.get(folder).and_then(Option::as_ref) {
            Some(reading) => reading.show(name),
            None => charset::name(name, &[]).0.into_owned(),
        }
    }

    /// These names are in a folder: what they say about each other may have changed.
    pub(crate) fn learn<'a>(&mut self, folder: &[u8], names: impl Iterator<Item = &'a [u8]> + Clone) {
        self.readings.remove(folder);
        if names.clone().any(|name| str::from_utf8(name).is_err()) {
            self.keep(folder, names);
        }
    }

    fn keep<'a>(&mut self, folder: &[u8], names: impl Iterator<Item = &'a [u8]>) {
        if self.readings.len() >= FOLDERS_MAX {
            self.readings.clear();
        }
        let mut neighbours = Neighbours::default();
        names.for_each(|name| neighbours.note(name));
        self.readings.insert(folder.to_vec(), neighbours.reading());
    }
}

/// So many are remembered.
const FOLDERS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tree::Mark;

    #[test]
    fn names_are_read_by_their_neighbours() {
        // "采石场的照片", "石头" and "目录" in GBK; the last is UTF-8 by chance.
        let photos = &b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac"[..];
        let stone = [photos, b"/\xca\xaf\xcd\xb7.txt"].concat();
        let index = [photos, b"/\xc4\xbf\xc2\xbc"].concat();
        let mut tree = Tree::default();
        let odd = [photos, b"/", photos].concat();
        for path in [&stone[..], &index, &odd, "石头/né".as_bytes(), b"plain/a"] {
            tree.set(path, Mark::NONE);
        }
        let mut shown = Shown::default();
        let names = tree.materials_in(photos);
        shown.learn(photos, names.collect::<Vec<_>>().into_iter());
        shown.learn(b"plain", [&b"a"[..]].into_iter());
        assert_eq!(shown.readings.len(), 1);
        assert_eq!(shown.path(&tree, b"plain/a"), "plain/a");
        assert_eq!(shown.path(&tree, "石头/né".as_bytes()), "石头/né");
        assert_eq!(shown.path(&tree, &stone), "采石场的照片/石头.txt");
        assert_eq!(shown.path(&tree, &index), "采石场的照片/目录");
        assert_eq!(shown.path(&tree, "石头/né".as_bytes()), "石头/né");
        shown.learn(photos, [].into_iter());
        assert_eq!(shown.path(&tree, &stone), "采石场的照片/ʯͷ.txt", "nothing says otherwise any more");
    }
}
