//! HEIC and AVIF (ISO/IEC 23008-12 over 14496-12): boxes in boxes, and one of them lists what is in the file.
//!
//! ```text
//! box     length 4 │ kind 4 │ content      length 1: the length follows in 8 bytes; 0: up to the end
//! ftyp, meta ─┬─ pitm  which item is the picture
//!             ├─ iinf  infe*: the kind of each item
//!             ├─ iloc  where each item is
//!             └─ iprp ─┬─ ipco  properties: ispe is a size, irot a turn
//!                      └─ ipma  which item has which
//! ```

use super::{Picture, exif, skip, take};
use crate::limit;
use std::io::{self, Read, Seek, SeekFrom};

/// Size and EXIF, from the box `meta`.
pub(super) fn fill(picture: &mut Picture, reader: &mut (impl Read + Seek)) -> io::Result<()> {
    reader.seek(SeekFrom::Start(0))?;
    for _ in 0..limit::PICTURE_PARTS_MAX {
        let length = u32::from_be_bytes(take(reader)?);
        let kind: [u8; 4] = take(reader)?;
        let content = match length {
            1 => u64::from_be_bytes(take(reader)?).checked_sub(16),
            0 => Some(u64::MAX),
            length => u64::from(length).checked_sub(8),
        };
        let content = content.ok_or(io::ErrorKind::InvalidData)?;
        if &kind == b"meta" {
            let mut meta = Vec::new();
            reader.take(content.min(u64::from(limit::EXIF_BYTES_MAX))).read_to_end(&mut meta)?;
            // The first four bytes are a version and flags.
            let meta = Meta::of(meta.get(4..).unwrap_or_default());
            meta.size().into_iter().for_each(|pixels| picture.pixels = Some(pixels));
            if let Some(place) = meta.exif_at() {
                fill_from_exif(picture, reader, place)?;
            }
            return Ok(());
        }
        skip(reader, content)?;
    }
    Ok(())
}

/// The item begins with how far behind its own length the TIFF begins. The turn that the camera noted is not what is shown:
/// `irot` says that.
fn fill_from_exif(picture: &mut Picture, reader: &mut (impl Read + Seek), place: u64) -> io::Result<()> {
    reader.seek(SeekFrom::Start(place))?;
    let ahead = u32::from_be_bytes(take(reader)?);
    let start = place.checked_add(4 + u64::from(ahead)).ok_or(io::ErrorKind::InvalidData)?;
    exif::read(exif::InFile { reader, start }, picture);
    Ok(())
}

/// The boxes that matter.
#[derive(Default)]
struct Meta<'a> {
    primary: Option<u32>,
    locations: &'a [u8],
    items: &'a [u8],
    properties: &'a [u8],
    associations: &'a [u8],
}

impl<'a> Meta<'a> {
    fn of(content: &'a [u8]) -> Meta<'a> {
        let mut meta = Meta::default();
        for (kind, content) in boxes(content) {
            match &kind {
                b"pitm" => meta.primary = Cursor(content).full().and_then(|(version, mut rest)| rest.id(version >= 1)),
                b"iloc" => meta.locations = content,
                b"iinf" => meta.items = content,
                b"iprp" => {
                    for (kind, content) in boxes(content) {
                        match &kind {
                            b"ipco" => meta.properties = content,
                            b"ipma" => meta.associations = content,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        meta
    }

    /// Width and height of the picture as it is shown.
    fn size(&self) -> Option<(u32, u32)> {
        let own = self.own_properties()?;
        let (mut size, mut is_turned) = (None, false);
        for (index, (kind, content)) in (1..).zip(boxes(self.properties)) {
            if !own.contains(&index) {
                continue;
            }
            match &kind {
                b"ispe" => {
                    let mut rest = Cursor(content).full()?.1;
                    size = Some((rest.u32()?, rest.u32()?));
                }
                // Quarters of a turn.
                b"irot" => is_turned = content.first().is_some_and(|turns| turns % 2 == 1),
                _ => {}
            }
        }
        size.map(|(width, height)| if is_turned { (height, width) } else { (width, height) })
    }

    /// The numbers of the properties of the picture, counted from 1.
    fn own_properties(&self) -> Option<Vec<u16>> {
        let (version, mut rest) = Cursor(self.associations).full()?;
        let is_wide = self.associations.get(3)? & 1 == 1;
        for _ in 0..rest.u32()? {
            let item = rest.id(version >= 1)?;
            let count = rest.u8()?;
            let own = (0..count).map(|_| match is_wide {
                true => rest.u16().map(|index| index & 0x7fff),
                false => rest.u8().map(|index| u16::from(index & 0x7f)),
            });
            let own: Option<Vec<u16>> = own.collect();
            if Some(item) == self.primary {
                return own;
            }
            own?;
        }
        None
    }

    /// Where in the file the item of EXIF begins.
    fn exif_at(&self) -> Option<u64> {
        let exif = self.exif_item()?;
        let (version, mut rest) = Cursor(self.locations).full()?;
        let (sizes, others) = (rest.u8()?, rest.u8()?);
        let (offset_bytes, length_bytes, base_bytes) = (sizes >> 4, sizes & 15, others >> 4);
        let index_bytes = if version >= 1 { others & 15 } else { 0 };
        let count = rest.id(version >= 2)?;
        for _ in 0..count {
            let item = rest.id(version >= 2)?;
            let method = if version >= 1 { rest.u16()? & 15 } else { 0 };
            rest.u16()?;
            let base = rest.number(base_bytes)?;
            let extents = rest.u16()?;
            let mut first = None;
            for _ in 0..extents {
                rest.number(index_bytes)?;
                let offset = rest.number(offset_bytes)?;
                rest.number(length_bytes)?;
                first = first.or(base.checked_add(offset));
            }
            if item == exif {
                // Others are inside of `meta` or made of other items; no camera does that.
                return first.filter(|_| method == 0);
            }
        }
        None
    }

    fn exif_item(&self) -> Option<u32> {
        let (version, mut rest) = Cursor(self.items).full()?;
        rest.id(version >= 1)?;
        boxes(rest.0).find_map(|(kind, content)| {
            let (version, mut rest) = Cursor(content).full().filter(|_| &kind == b"infe")?;
            let item = rest.id(version >= 3)?;
            rest.u16()?;
            rest.0.starts_with(b"Exif").then_some(item)
        })
    }
}

/// The boxes in a box. Ends at the first that is not whole.
fn boxes(content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = Cursor(content);
    std::iter::from_fn(move || {
        let length = rest.u32()? as usize;
        let kind = *rest.0.first_chunk()?;
        let (content, behind) = rest.0.split_at_checked(length.checked_sub(4)?)?;
        rest = Cursor(behind);
        Some((kind, content.get(4..)?))
    })
}

/// Numbers, one after the other.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// Of a box with version and flags: its version, and what follows.
    fn full(self) -> Option<(u8, Cursor<'a>)> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        Some((head[0], Cursor(rest)))
    }

    /// A number of so many bytes; none of them is 0.
    fn number(&mut self, bytes: u8) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(usize::from(bytes).min(8))?;
        self.0 = rest;
        Some(number.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn u8(&mut self) -> Option<u8> {
        self.number(1).map(|number| number as u8)
    }

    fn u16(&mut self) -> Option<u16> {
        self.number(2).map(|number| number as u16)
    }

    fn u32(&mut self) -> Option<u32> {
        self.number(4).map(|number| number as u32)
    }

    /// Of an item: two bytes, or four.
    fn id(&mut self, is_wide: bool) -> Option<u32> {
        self.number(if is_wide { 4 } else { 2 }).map(|number| number as u32)
    }
}
