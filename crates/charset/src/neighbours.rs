//! Names that stand together were most likely written by the same machine: what is clear from all of them reads each.

use encoding_rs::Encoding;

use crate::name::name;
use crate::verdict::Confidence;

/// What the names of one place say about their encoding.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// The first that are not ASCII.
    names: Vec<Vec<u8>>,
    /// Whether any at all is not UTF-8.
    has_odd: bool,
}

impl Neighbours {
    /// Takes in one of them.
    pub fn note(&mut self, name: &[u8]) {
        if name.is_ascii() {
            return;
        }
        self.has_odd |= str::from_utf8(name).is_err();
        if self.names.len() < NEIGHBOURS_MAX {
            self.names.push(name.to_vec());
        }
    }

    /// How to read them; `None`: all are UTF-8.
    pub fn reading(&self) -> Option<Reading> {
        self.has_odd.then(|| {
            let names = self.names.iter().map(Vec::as_slice);
            let odd: Vec<&[u8]> = names.filter(|name| str::from_utf8(name).is_err()).collect();
            let (_, verdict) = name(odd.first().copied().unwrap_or_default(), &odd);
            let encoding = (!odd.is_empty() && verdict.confidence >= Confidence::Likely).then_some(verdict.encoding);
            Reading { neighbours: self.names.clone(), encoding }
        })
    }
}

/// How names that stand together are read.
#[derive(Clone, Debug)]
pub struct Reading {
    neighbours: Vec<Vec<u8>>,
    /// The one that is clear from all of them. Each name is weighed alone where it does not fit, which takes a hundred
    /// times longer.
    encoding: Option<&'static Encoding>,
}

impl Reading {
    /// One of the names, or another from the same place, as people read it.
    pub fn show(&self, bytes: &[u8]) -> String {
        if str::from_utf8(bytes).is_err()
            && let Some(encoding) = self.encoding
            && let Some(shown) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
        {
            return shown.into_owned();
        }
        let neighbours: Vec<&[u8]> = self.neighbours.iter().map(Vec::as_slice).collect();
        name(bytes, &neighbours).0.into_owned()
    }
}

/// Names in which the encoding of the others is looked for: a dozen decide, more only make it slow.
const NEIGHBOURS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_whose_names_are_utf8_needs_no_reading() {
        let mut neighbours = Neighbours::default();
        ["a", "石头", "né"].iter().for_each(|name| neighbours.note(name.as_bytes()));
        assert!(neighbours.reading().is_none());
    }

    #[test]
    fn what_is_clear_from_all_reads_each() {
        let mut neighbours = Neighbours::default();
        // "石头" and "采石场的照片" in GBK.
        neighbours.note(b"\xca\xaf\xcd\xb7");
        neighbours.note(b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac");
        let reading = neighbours.reading().unwrap();
        assert_eq!(reading.show(b"\xca\xaf\xcd\xb7"), "石头");
        // "目录", which is UTF-8 by chance.
        assert_eq!(reading.show(b"\xc4\xbf\xc2\xbc"), "目录");
        assert_eq!(reading.show(b"a"), "a");
        assert!(reading.show(b"\xff\xff.txt").ends_with(".txt"));
    }
}
