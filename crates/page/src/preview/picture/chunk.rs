//! PNG and WebP: both are rows of chunks, and EXIF is one of them.
//!
//! ```text
//! PNG   signature 8  │ (length 4, kind 4, content, check sum 4)*             numbers: big end first
//! WebP  RIFF head 12 │ (kind 4, length 4, content, filled up to even)*        little end first
//! ```

use super::exif::InMemory;
use super::{Picture, exif, skip, take};
use crate::limit;
use std::io::{self, Read, Seek, SeekFrom};

/// PNG (third edition §11.3.4.6): `eXIf` stands anywhere behind the head.
pub(super) fn fill_from_png(picture: &mut Picture, reader: &mut (impl Read + Seek)) -> io::Result<()> {
    reader.seek(SeekFrom::Start(8))?;
    for _ in 0..limit::PICTURE_PARTS_MAX {
        let length = u32::from_be_bytes(take(reader)?);
        match &take(reader)? {
            b"eXIf" => return fill(picture, reader, length),
            b"IEND" => return Ok(()),
            _ => skip(reader, u64::from(length) + 4)?,
        }
    }
    Ok(())
}

/// WebP (RFC 9649 §2.7.1.5): `EXIF` stands behind the picture.
pub(super) fn fill_from_webp(picture: &mut Picture, reader: &mut (impl Read + Seek)) -> io::Result<()> {
    reader.seek(SeekFrom::Start(12))?;
    for _ in 0..limit::PICTURE_PARTS_MAX {
        let kind: [u8; 4] = take(reader)?;
        let length = u32::from_le_bytes(take(reader)?);
        match &kind {
            b"EXIF" => return fill(picture, reader, length),
            _ => skip(reader, u64::from(length) + u64::from(length % 2))?,
        }
    }
    Ok(())
}

fn fill(picture: &mut Picture, reader: &mut impl Read, length: u32) -> io::Result<()> {
    let mut content = Vec::new();
    reader.take(u64::from(length.min(limit::EXIF_BYTES_MAX))).read_to_end(&mut content)?;
    // Some programs copy the head of a segment of JPEG too.
    let tiff = content.strip_prefix(b"Exif\0\0").unwrap_or(&content);
    let is_turned = exif::read(InMemory(tiff), picture).is_turned;
    picture.turn(is_turned);
    Ok(())
}
