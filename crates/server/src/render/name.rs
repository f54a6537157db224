//! Names as people read them. Those that are not UTF-8 are read in the encoding that fits them and their neighbours best.

pub(crate) use charset::Neighbours;
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
