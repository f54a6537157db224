//! JPEG: segments, the size in one of them, EXIF in another.

use super::exif::InMemory;
use super::{Picture, exif, take};
use crate::limit;
use std::io::{self, Read, Seek, SeekFrom};

/// Adds what is known.
pub(super) fn fill(picture: &mut Picture, reader: &mut (impl Read + Seek)) -> io::Result<()> {
    let mut is_turned = false;
    picture.pixels = walk(reader, |tiff| is_turned |= exif::read(InMemory(tiff), picture).is_turned)?;
    picture.turn(is_turned);
    Ok(())
}

/// The size as it is stored, in the segments up to the one that has it (ITU T.81 §B.1.1); what EXIF stands before it is shown.
pub(super) fn walk(reader: &mut (impl Read + Seek), mut show: impl FnMut(&[u8])) -> io::Result<Option<(u32, u32)>> {
    reader.seek(SeekFrom::Start(2))?;
    for _ in 0..limit::PICTURE_PARTS_MAX {
        let marker = next_marker(reader)?;
        // Those that stand alone.
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let length = take_u16(reader)?.checked_sub(2).ok_or(io::ErrorKind::InvalidData)?;
        match marker {
            // All frames but the tables that stand among them: DHT, JPG, DAC.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                reader.seek_relative(1)?;
                let (height, width) = (take_u16(reader)?.into(), take_u16(reader)?.into());
                return Ok(Some((width, height)));
            }
            // The picture itself, or its end.
            0xd9 | 0xda => return Ok(None),
            0xe1 => {
                let mut segment = vec![0; length.into()];
                reader.read_exact(&mut segment)?;
                if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                    show(tiff);
                }
            }
            _ => reader.seek_relative(length.into())?,
        }
    }
    Ok(None)
}

fn next_marker(reader: &mut impl Read) -> io::Result<u8> {
    if take(reader)? != [0xff] {
        return Err(io::ErrorKind::InvalidData.into());
    }
    for _ in 0..limit::FILL_BYTES_MAX {
        match take(reader)? {
            [0xff] => {}
            [marker] => return Ok(marker),
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn take_u16(reader: &mut impl Read) -> io::Result<u16> {
    take(reader).map(u16::from_be_bytes)
}
