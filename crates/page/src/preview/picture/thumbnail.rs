//! The small picture that cameras put into a large one.

use std::io::{Cursor, Read, Seek};

use super::{Picture, exif, jpeg, take};

/// The small JPEG inside a JPEG, to be shown instead of it: as upright as the large one, and the same picture. `None`: there is
/// none, or it is not to be trusted.
pub fn thumbnail(reader: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    reader.rewind().ok()?;
    if take(reader).ok()? != [0xff, 0xd8] {
        return None;
    }
    let mut found = None;
    let whole = jpeg::walk(reader, |tiff| {
        found = exif::thumbnail(tiff).map(|(bytes, lies)| (bytes.to_vec(), lies));
    });
    let ((small, lies), whole) = (found?, whole.ok()??);
    let pixels = Picture::read(&mut Cursor::new(&small)).pixels?;
    (small.starts_with(&[0xff, 0xd8, 0xff]) && is_alike(whole, pixels)).then(|| laid(small, lies))
}

/// Whether both are pictures of one shape, as far as whole pixels let them be. Some cameras put bars around theirs.
fn is_alike(whole: (u32, u32), small: (u32, u32)) -> bool {
    let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
    let (one, other) = (product(whole.0, small.1), product(whole.1, small.0));
    // Larger than the whole it is none, and of a few pixels it shows nothing.
    let is_size = (SIDE_MIN..=SIDE_MAX).contains(&small.0.max(small.1));
    is_size && one.abs_diff(other) * 25 <= one.max(other)
}

/// The same with what says how it lies: that stood outside of it.
fn laid(mut small: Vec<u8>, lies: u8) -> Vec<u8> {
    if lies > 1 {
        let mut segment = *b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
        segment[LIES_AT] = lies;
        small.splice(2..2, segment);
    }
    small
}

/// Where the number stands: big-endian, in the first half of four bytes.
const LIES_AT: usize = 29;

/// In pixels, of the longer side. Cameras write 160, some phones 512.
const SIDE_MIN: u32 = 96;
const SIDE_MAX: u32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of this size, as far as its head goes.
    fn head(width: u16, height: u16) -> Vec<u8> {
        let [[a, b], [c, d]] = [height.to_be_bytes(), width.to_be_bytes()];
        vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, a, b, c, d, 1, 1, 0x11, 0, 0xff, 0xd9]
    }

    /// The same with another inside.
    fn with(large: &[u8], small: &[u8], lies: u8) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, value: u32| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &1_u32.to_be_bytes(), &value.to_be_bytes()].concat()
        };
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
        tiff.extend(entry(0x0112, 3, u32::from(lies) << 16));
        tiff.extend(26_u32.to_be_bytes());
        tiff.extend(2_u16.to_be_bytes());
        tiff.extend([entry(0x0201, 4, 56), entry(0x0202, 4, small.len() as u32)].concat());
        tiff.extend(0_u32.to_be_bytes());
        assert_eq!(tiff.len(), 56);
        tiff.extend(small);
        let length = (tiff.len() as u16 + 8).to_be_bytes();
        [&large[..2], &[0xff, 0xe1], &length, b"Exif\0\0", &tiff, &large[2..]].concat()
    }

    fn find(bytes: &[u8]) -> Option<Vec<u8>> {
        thumbnail(&mut Cursor::new(bytes))
    }

    #[test]
    fn the_small_picture_is_taken_out_of_the_large_one() {
        let (large, small) = (head(6000, 4000), head(160, 107));
        assert_eq!(find(&with(&large, &small, 1)), Some(small.clone()));
        assert_eq!(find(&with(&large, &small, 9)), Some(small.clone()), "as if it were upright");
        assert_eq!(find(&large), None);
        assert_eq!(find(b""), None);
        assert_eq!(find(b"\x89PNG"), None);
    }

    #[test]
    fn it_lies_as_the_large_one_does() {
        let (large, small) = (head(6000, 4000), head(160, 107));
        let whole = with(&large, &small, 6);
        let found = find(&whole).unwrap();
        assert_eq!((&found[..2], &found[38..]), (&small[..2], &small[2..]));
        for bytes in [whole, found] {
            let pixels = Picture::read(&mut Cursor::new(bytes)).pixels.unwrap();
            assert!(pixels.0 < pixels.1, "{pixels:?}: it stands");
        }
    }

    #[test]
    fn one_of_another_shape_or_size_is_none() {
        let large = head(6000, 4000);
        // Bars above and below; too small; no picture; larger than any.
        for small in [head(160, 120), head(12, 8), b"\xff\xd8no".to_vec(), Vec::new(), head(3000, 2000)] {
            assert_eq!(find(&with(&large, &small, 1)), None, "{small:?}");
        }
    }

    #[test]
    fn damage_is_no_fault() {
        let whole = with(&head(6000, 4000), &head(160, 107), 6);
        // What follows the size of the large one is not looked at.
        for length in 0..whole.len() - 6 {
            assert_eq!(find(&whole[..length]), None, "{length}");
        }
        for position in 0..whole.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[position] = value;
                let _ = find(&damaged);
            }
        }
    }
}
