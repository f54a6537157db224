//! Names as people read them. Those that are not UTF-8 are read in the encoding that fits them and their neighbours best.

use crate::limit;
use charset::{Confidence, Encoding};
use std::borrow::Cow;

/// A name without neighbours to compare with.
pub(crate) fn shown(name: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(name) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => charset::name(name, &[]).0,
    }
}

/// Names that stand together.
pub(crate) fn shown_together(names: &[&[u8]]) -> Vec<String> {
    let mut neighbours = Neighbours::default();
    names.iter().for_each(|name| neighbours.note(name));
    match neighbours.reading() {
        Some(reading) => names.iter().map(|name| reading.show(name)).collect(),
        None => names.iter().map(|name| shown(name).into_owned()).collect(),
    }
}

/// What the names of one place say about their encoding.
#[derive(Default)]
pub(crate) struct Neighbours {
    /// The first that are not ASCII.
    names: Vec<Vec<u8>>,
    /// Whether any at all is not UTF-8.
    has_odd: bool,
}

impl Neighbours {
    /// Takes in one of them.
    pub(crate) fn note(&mut self, name: &[u8]) {
        if name.is_ascii() {
            return;
        }
        self.has_odd |= str::from_utf8(name).is_err();
        if self.names.len() < limit::NAMES_COMPARED_MAX {
            self.names.push(name.to_vec());
        }
    }

    /// How to read them; `None`: all are UTF-8.
    pub(crate) fn reading(&self) -> Option<Reading<'_>> {
        self.has_odd.then(|| {
            let odd: Vec<&[u8]> =
                self.names.iter().map(Vec::as_slice).filter(|name| str::from_utf8(name).is_err()).collect();
            let (_, verdict) = charset::name(odd.first().copied().unwrap_or_default(), &odd);
            let encoding = (!odd.is_empty() && verdict.confidence >= Confidence::Likely).then_some(verdict.encoding);
            Reading { neighbours: self.names.iter().map(Vec::as_slice).collect(), encoding }
        })
    }
}

/// How names that stand together are read.
pub(crate) struct Reading<'a> {
    neighbours: Vec<&'a [u8]>,
    /// The one that is clear from all of them. Each name is weighed alone where it does not fit, which takes a hundred
    /// times longer.
    encoding: Option<&'static Encoding>,
}

impl Reading<'_> {
    pub(crate) fn show(&self, name: &[u8]) -> String {
        if str::from_utf8(name).is_err()
            && let Some(encoding) = self.encoding
            && let Some(shown) = encoding.decode_without_bom_handling_and_without_replacement(name)
        {
            return shown.into_owned();
        }
        charset::name(name, &self.neighbours).0.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&[u8]], expected: &[&str]) {
        assert_eq!(shown_together(names), expected);
    }

    #[test]
    fn names_help_each_other() {
        // "石头", "采石场的照片" and "目录" in GBK; the last is UTF-8 by chance.
        let (stone, photos, index) = (
            &b"\xca\xaf\xcd\xb7"[..],
            &b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac"[..],
            &b"\xc4\xbf\xc2\xbc"[..],
        );
        check(&[stone, photos, index, b"a"], &["石头", "采石场的照片", "目录", "a"]);
        check(&["石头".as_bytes(), b"a", "né".as_bytes()], &["石头", "a", "né"]);
        check(&["石头".as_bytes(), photos], &["石头", "采石场的照片"]);
        check(&[], &[]);
    }

    #[test]
    fn a_name_that_fits_no_other_is_read_alone() {
        let photos = &b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac"[..];
        let names = shown_together(&[photos, b"\xff\xff.txt"]);
        assert_eq!(names[0], "采石场的照片");
        assert!(names[1].ends_with(".txt"), "{}", names[1]);
    }
}
