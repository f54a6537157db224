//! What a camera wrote into a photo (EXIF 2.32, in the form of TIFF 6.0 §2): the few fields that people ask for.
//!
//! ```text
//! "II" or "MM" │ 42 │ offset ─▶ count 2 │ (tag 2 │ kind 2 │ count 4 │ value or its offset 4)* │ …
//! ```
//!
//! Where the photo was taken is never read: who shares a photo seldom knows that it says so, and a page would tell
//! everybody.

use super::Picture;
use crate::limit;
use std::io::{Read, Seek, SeekFrom};

/// What else is known by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// Whether the picture lies on its side, so that width and height change places.
    pub(super) is_turned: bool,
    /// Where it is a picture itself: its size as it is stored.
    pub(super) pixels: Option<(u32, u32)>,
}

/// Adds what is known.
pub(super) fn read(source: impl Source, picture: &mut Picture) -> Found {
    let mut found = Found::default();
    let Some(mut tiff) = Tiff::new(source) else { return found };
    let (mut maker, mut model, mut details, mut width, mut height) = (None, None, None, None, None);
    let first = tiff.u32_at(4);
    for entry in tiff.directory(first) {
        match entry.tag {
            MAKER => maker = tiff.text(&entry),
            MODEL => model = tiff.text(&entry),
            ORIENTATION => found.is_turned = tiff.number(&entry).is_some_and(|number| (5..=8).contains(&number)),
            DETAILS => details = tiff.number(&entry),
            WIDTH => width = tiff.number(&entry),
            HEIGHT => height = tiff.number(&entry),
            _ => {}
        }
    }
    found.pixels = width.zip(height);
    picture.camera = match (maker, model) {
        // "Canon", "Canon EOS R5"
        (Some(maker), Some(model)) if !begin_alike(&maker, &model) => Some(format!("{maker} {model}")),
        (maker, model) => model.or(maker),
    };
    let [mut time, mut aperture, mut sensitivity, mut length] = [const { None }; 4];
    let details = details.map(|offset| tiff.directory(Some(offset))).unwrap_or_default();
    for entry in details {
        match entry.tag {
            EXPOSURE_TIME => time = tiff.ratio(&entry).map(shutter),
            F_NUMBER => aperture = tiff.ratio(&entry).map(|number| format!("f/{}", short(number))),
            SENSITIVITY => sensitivity = tiff.number(&entry).map(|number| format!("ISO {number}")),
            FOCAL_LENGTH => length = tiff.ratio(&entry).map(|number| format!("{} mm", short(number))),
            TAKEN => picture.taken = tiff.text(&entry).and_then(|text| moment(&text)),
            LENS => picture.lens = tiff.text(&entry),
            _ => {}
        }
    }
    let exposure: Vec<String> = [time, aperture, sensitivity, length].into_iter().flatten().collect();
    picture.exposure = (!exposure.is_empty()).then(|| exposure.join(" · "));
    found
}

/// The small JPEG that a camera puts beside a large one, and how both lie (1 to 8; 1: upright). `None`: there is none.
pub(super) fn thumbnail(tiff: &[u8]) -> Option<(&[u8], u8)> {
    let mut reader = Tiff::new(InMemory(tiff))?;
    let first = reader.u32_at(4)?;
    let fields = reader.directory(Some(first));
    let lies = fields.iter().find(|entry| entry.tag == ORIENTATION).and_then(|entry| reader.number(entry));
    // Behind the fields of a directory stands where the next one is; the second is that of the small picture.
    let count = u64::from(reader.u16_at(first.into())?);
    let second = reader.u32_at(u64::from(first) + 2 + count * 12).filter(|&second| second != 0)?;
    let (mut start, mut length) = (None, None);
    for entry in reader.directory(Some(second)) {
        match entry.tag {
            SMALL_START => start = reader.number(&entry),
            SMALL_LENGTH => length = reader.number(&entry),
            _ => {}
        }
    }
    let bytes = tiff.get(usize::try_from(start?).ok()?..)?.get(..usize::try_from(length?).ok()?)?;
    let lies = lies.and_then(|number| u8::try_from(number).ok()).filter(|number| (1..=8).contains(number));
    Some((bytes, lies.unwrap_or(1)))
}

/// Where the bytes are.
pub(super) trait Source {
    /// Those from an offset on; `None` when there are not so many.
    fn bytes(&mut self, at: u64, count: usize) -> Option<Vec<u8>>;
}

/// In memory: at most [`EXIF_BYTES_MAX`](limit::EXIF_BYTES_MAX).
pub(super) struct InMemory<'a>(pub(super) &'a [u8]);

impl Source for InMemory<'_> {
    fn bytes(&mut self, at: u64, count: usize) -> Option<Vec<u8>> {
        Some(self.0.get(usize::try_from(at).ok()?..)?.get(..count)?.to_vec())
    }
}

/// In a file, from `start` on: a TIFF may keep its directory behind a gigabyte of pixels.
pub(super) struct InFile<'a, R> {
    pub(super) reader: &'a mut R,
    pub(super) start: u64,
}

impl<R: Read + Seek> Source for InFile<'_, R> {
    fn bytes(&mut self, at: u64, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.reader.seek(SeekFrom::Start(self.start.checked_add(at)?)).ok()?;
        self.reader.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const MAKER: u16 = 0x010f;
const MODEL: u16 = 0x0110;
const ORIENTATION: u16 = 0x0112;
/// Where the directory of the camera's own fields is.
const DETAILS: u16 = 0x8769;
const EXPOSURE_TIME: u16 = 0x829a;
const F_NUMBER: u16 = 0x829d;
const SENSITIVITY: u16 = 0x8827;
const TAKEN: u16 = 0x9003;
const FOCAL_LENGTH: u16 = 0x920a;
const LENS: u16 = 0xa434;
const SMALL_START: u16 = 0x0201;
const SMALL_LENGTH: u16 = 0x0202;

struct Tiff<S> {
    source: S,
    is_little: bool,
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// The value, or its offset.
    value: [u8; 4],
}

impl<S: Source> Tiff<S> {
    fn new(mut source: S) -> Option<Tiff<S>> {
        let is_little = match source.bytes(0, 2)?.as_slice() {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut tiff = Tiff { source, is_little };
        (tiff.u16_at(2) == Some(42)).then_some(tiff)
    }

    fn u16(&self, bytes: [u8; 2]) -> u16 {
        if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    fn u32(&self, bytes: [u8; 4]) -> u32 {
        if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    fn u16_at(&mut self, at: u64) -> Option<u16> {
        let bytes = self.source.bytes(at, 2)?;
        bytes.first_chunk().map(|bytes| self.u16(*bytes))
    }

    fn u32_at(&mut self, at: u64) -> Option<u32> {
        let bytes = self.source.bytes(at, 4)?;
        bytes.first_chunk().map(|bytes| self.u32(*bytes))
    }

    /// The fields of the directory at an offset; of one that is cut short those that are whole.
    fn directory(&mut self, offset: Option<u32>) -> Vec<Entry> {
        let Some(start) = offset.map(u64::from) else { return Vec::new() };
        let count = self.u16_at(start).unwrap_or(0).min(limit::EXIF_FIELDS_MAX);
        let fields = (0..u64::from(count)).map_while(|index| self.source.bytes(start + 2 + index * 12, 12));
        let fields: Vec<Vec<u8>> = fields.collect();
        let entry = |bytes: &Vec<u8>| match **bytes {
            [t, u, k, l, a, b, c, d, ref value @ ..] => {
                let value = *value.first_chunk()?;
                Some(Entry { tag: self.u16([t, u]), kind: self.u16([k, l]), count: self.u32([a, b, c, d]), value })
            }
            _ => None,
        };
        fields.iter().filter_map(entry).collect()
    }

    fn text(&mut self, entry: &Entry) -> Option<String> {
        const ASCII: u16 = 2;
        let length = usize::try_from(entry.count).ok().filter(|_| entry.kind == ASCII)?;
        let bytes = match length {
            0..=4 => entry.value[..length].to_vec(),
            _ if length > limit::EXIF_BYTES_MAX as usize => return None,
            _ => self.source.bytes(self.u32(entry.value).into(), length)?,
        };
        let text = bytes.split(|&byte| byte == 0).next().map(String::from_utf8_lossy)?;
        let text: String =
            text.chars().filter(|char| !char.is_control()).take(limit::EXIF_TEXT_CHARACTERS_MAX).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn number(&self, entry: &Entry) -> Option<u32> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        match entry.kind {
            SHORT => Some(self.u16([entry.value[0], entry.value[1]]).into()),
            LONG => Some(self.u32(entry.value)),
            _ => None,
        }
    }

    fn ratio(&mut self, entry: &Entry) -> Option<f64> {
        const RATIONAL: u16 = 5;
        let at = u64::from(self.u32(entry.value));
        let (over, under) = (self.u32_at(at).filter(|_| entry.kind == RATIONAL)?, self.u32_at(at + 4)?);
        let ratio = f64::from(over) / f64::from(under);
        // Neither a division by zero nor a number that nobody could mean.
        (1e-6..1e6).contains(&ratio).then_some(ratio)
    }
}

fn begin_alike(maker: &str, model: &str) -> bool {
    let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_lowercase();
    word(maker) == word(model)
}

/// `2024:05:01 12:30:59`
fn moment(text: &str) -> Option<(u16, u8, u8, u8, u8)> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    let year = text.get(..4)?.parse().ok()?;
    let (month, day, hour, minute) = (part(5..7)?, part(8..10)?, part(11..13)?, part(14..16)?);
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    is_time.then_some((year, month, day, hour, minute))
}

/// Below a second as photographers say it.
fn shutter(seconds: f64) -> String {
    match seconds {
        ..0.4 => format!("1/{:.0} s", 1.0 / seconds),
        _ => format!("{} s", short(seconds)),
    }
}

/// With one digit behind the point, if it says anything.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposure_is_written_as_photographers_do() {
        assert_eq!([shutter(0.004), shutter(0.5), shutter(1.0), shutter(30.0)], ["1/250 s", "0.5 s", "1 s", "30 s"]);
    }

    #[test]
    fn a_moment_is_whole_or_none() {
        assert_eq!(moment("2024:05:01 12:30:59"), Some((2024, 5, 1, 12, 30)));
        assert_eq!(moment("2024:05:01 12:30"), Some((2024, 5, 1, 12, 30)));
        assert_eq!(moment("0000:00:00 00:00:00"), None);
        assert_eq!(moment("    :  :     :  :  "), None);
        assert_eq!(moment("2024:05:01"), None);
        assert_eq!(moment("2024:05:é1 12:30:59"), None);
    }

    #[test]
    fn a_maker_is_named_once() {
        assert!(begin_alike("Canon", "Canon EOS R5"));
        assert!(begin_alike("NIKON CORPORATION", "NIKON D850"));
        assert!(!begin_alike("SONY", "ILCE-7M3"));
    }
}
