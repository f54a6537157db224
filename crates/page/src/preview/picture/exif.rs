//! What a camera wrote into a photo (EXIF 2.32, in the form of TIFF 6.0 §2): the few fields that people ask for.
//!
//! ```text
//! "II" or "MM" │ 42 │ offset ─▶ count 2 │ (tag 2 │ kind 2 │ count 4 │ value or its offset 4)* │ …
//! ```
//!
//! Where the photo was taken is never read: who shares a photo seldom knows that it says so, and a page would tell
//! everybody.

use super::Picture;

/// Adds what is known. Returns whether the picture lies on its side, so that width and height change places.
pub(super) fn read(bytes: &[u8], picture: &mut Picture) -> bool {
    let Some(tiff) = Tiff::new(bytes) else { return false };
    let (mut maker, mut model, mut is_turned, mut details) = (None, None, false, None);
    for entry in tiff.directory(tiff.u32_at(4)) {
        match entry.tag {
            MAKER => maker = tiff.text(&entry),
            MODEL => model = tiff.text(&entry),
            ORIENTATION => is_turned = tiff.number(&entry).is_some_and(|number| (5..=8).contains(&number)),
            DETAILS => details = tiff.number(&entry),
            _ => {}
        }
    }
    picture.camera = match (maker, model) {
        // "Canon", "Canon EOS R5"
        (Some(maker), Some(model)) if !begin_alike(&maker, &model) => Some(format!("{maker} {model}")),
        (maker, model) => model.or(maker),
    };
    let [mut time, mut aperture, mut sensitivity, mut length] = [const { None }; 4];
    for entry in details.into_iter().flat_map(|offset| tiff.directory(Some(offset))) {
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
    is_turned
}

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

/// Fields of one directory; cameras write some dozens.
const ENTRIES_MAX: u16 = 512;

/// Longest text that is shown of what a camera wrote.
const TEXT_CHARACTERS_MAX: usize = 80;

struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// Where the value is, or its offset.
    at: usize,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Tiff<'a>> {
        let is_little = match bytes.first_chunk()? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let tiff = Tiff { bytes, is_little };
        (tiff.u16_at(2) == Some(42)).then_some(tiff)
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// The fields of the directory at an offset; none where none is.
    fn directory(&self, offset: Option<u32>) -> impl Iterator<Item = Entry> {
        let start = offset.and_then(|offset| usize::try_from(offset).ok()).filter(|&start| start < self.bytes.len());
        let count = start.and_then(|start| self.u16_at(start)).unwrap_or(0).min(ENTRIES_MAX);
        (0..usize::from(count)).map_while(move |index| {
            let at = start? + 2 + index * 12;
            let (tag, kind, count) = (self.u16_at(at)?, self.u16_at(at + 2)?, self.u32_at(at + 4)?);
            Some(Entry { tag, kind, count, at: at + 8 })
        })
    }

    fn text(&self, entry: &Entry) -> Option<String> {
        const ASCII: u16 = 2;
        let length = usize::try_from(entry.count).ok().filter(|_| entry.kind == ASCII)?;
        let at = if length <= 4 { entry.at } else { self.u32_at(entry.at)? as usize };
        let bytes = self.bytes.get(at..)?.get(..length)?;
        let text = bytes.split(|&byte| byte == 0).next().map(String::from_utf8_lossy)?;
        let text: String = text.chars().filter(|char| !char.is_control()).take(TEXT_CHARACTERS_MAX).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn number(&self, entry: &Entry) -> Option<u32> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        match entry.kind {
            SHORT => self.u16_at(entry.at).map(u32::from),
            LONG => self.u32_at(entry.at),
            _ => None,
        }
    }

    fn ratio(&self, entry: &Entry) -> Option<f64> {
        const RATIONAL: u16 = 5;
        let at = self.u32_at(entry.at).filter(|_| entry.kind == RATIONAL)? as usize;
        let ratio = f64::from(self.u32_at(at)?) / f64::from(self.u32_at(at.checked_add(4)?)?);
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
