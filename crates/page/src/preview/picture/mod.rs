//! What a picture says about itself: its size in pixels, and what the camera wrote into it. Each format is recognised by its
//! first bytes, and only its head is read.

mod chunk;
mod exif;
mod heif;
mod jpeg;
#[cfg(test)]
mod tests;
mod thumbnail;

pub use thumbnail::thumbnail;

use std::io::{self, Read, Seek, SeekFrom};

/// What is known of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Width and height as it is shown: a photo that was taken upright is turned.
    pub pixels: Option<(u32, u32)>,
    /// Who made the camera, and its model.
    pub camera: Option<String>,
    /// The lens.
    pub lens: Option<String>,
    /// When it was taken by the clock of the camera: year, month, day, hour, minute.
    pub taken: Option<(u16, u8, u8, u8, u8)>,
    /// Time, aperture, sensitivity and focal length.
    pub exposure: Option<String>,
}

impl Picture {
    /// Reads the head of a JPEG, PNG, GIF, WebP, TIFF, HEIC or AVIF. Nothing is known of any other.
    pub fn read(reader: &mut (impl Read + Seek)) -> Picture {
        let mut picture = Picture::default();
        // What was found ahead of the damage is right.
        let _ = picture.fill(reader);
        picture.pixels = picture.pixels.filter(|&(width, height)| width > 0 && height > 0);
        picture
    }

    fn fill(&mut self, reader: &mut (impl Read + Seek)) -> io::Result<()> {
        let mut start = [0; 30];
        read_up_to(reader, &mut start)?;
        let little = |at: usize| u32::from(u16::from_le_bytes([start[at], start[at + 1]]));
        let big = |at: usize| u32::from_be_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]]);
        match &start {
            [0xff, 0xd8, ..] => return jpeg::fill(self, reader),
            // RFC 2083 §11.2.1: IHDR comes first.
            [0x89, b'P', b'N', b'G', ..] => {
                self.pixels = Some((big(16), big(20)));
                return chunk::fill_from_png(self, reader);
            }
            [b'G', b'I', b'F', b'8', ..] => self.pixels = Some((little(6), little(8))),
            // RFC 9649 §2.5 to §2.7: lossy, lossless, extended.
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', b'V', b'P', b'8', kind, ..] => {
                let bits = u32::from_le_bytes([start[21], start[22], start[23], start[24]]);
                let wide = |at: usize| little(at) | u32::from(start[at + 2]) << 16;
                self.pixels = match kind {
                    b' ' => Some((little(26) & 0x3fff, little(28) & 0x3fff)),
                    b'L' => Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)),
                    b'X' => Some((wide(24) + 1, wide(27) + 1)),
                    _ => None,
                };
                // Only an extended one has room for what a camera says.
                if *kind == b'X' {
                    return chunk::fill_from_webp(self, reader);
                }
            }
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => {
                let found = exif::read(exif::InFile { reader, start: 0 }, self);
                self.pixels = found.pixels;
                self.turn(found.is_turned);
            }
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => return heif::fill(self, reader),
            _ => {}
        }
        Ok(())
    }

    /// A picture that lies on its side is shown upright.
    fn turn(&mut self, is_turned: bool) {
        if is_turned {
            self.pixels = self.pixels.map(|(width, height)| (height, width));
        }
    }
}

fn take<const COUNT: usize>(reader: &mut impl Read) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// As much as there is; the rest stays zero.
fn read_up_to(reader: &mut impl Read, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match reader.read(buffer)? {
            0 => break,
            count => buffer = &mut buffer[count..],
        }
    }
    Ok(())
}

/// Passes over bytes without reading them.
fn skip(reader: &mut impl Seek, count: u64) -> io::Result<()> {
    let count = i64::try_from(count).map_err(|_| io::ErrorKind::InvalidData)?;
    reader.seek(SeekFrom::Current(count)).map(drop)
}
