//! What a picture says about itself: its size in pixels, and what the camera wrote into it.

mod exif;

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
    /// Reads the head of a JPEG, PNG, GIF or WebP, by what the bytes are. Nothing is known of any other.
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
            [0xff, 0xd8, ..] => return self.fill_from_jpeg(reader),
            // RFC 2083 §11.2.1: IHDR comes first.
            [0x89, b'P', b'N', b'G', ..] => self.pixels = Some((big(16), big(20))),
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
            }
            _ => {}
        }
        Ok(())
    }

    /// The segments up to the one with the size (ITU T.81 §B.1.1).
    fn fill_from_jpeg(&mut self, reader: &mut (impl Read + Seek)) -> io::Result<()> {
        reader.seek(SeekFrom::Start(2))?;
        let mut is_turned = false;
        for _ in 0..SEGMENTS_MAX {
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
                    self.pixels = Some(if is_turned { (height, width) } else { (width, height) });
                    return Ok(());
                }
                // The picture itself, or its end.
                0xd9 | 0xda => return Ok(()),
                0xe1 => {
                    let mut segment = vec![0; length.into()];
                    reader.read_exact(&mut segment)?;
                    if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                        is_turned |= exif::read(tiff, self);
                    }
                }
                _ => reader.seek_relative(length.into())?,
            }
        }
        Ok(())
    }
}

/// Segments ahead of the picture; a camera writes about ten, and a large colour profile takes some dozens.
const SEGMENTS_MAX: usize = 256;

/// Bytes between two segments. Any number of 0xFF may stand there; nobody writes more than a few.
const FILL_BYTES_MAX: usize = 64;

fn next_marker(reader: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    reader.read_exact(&mut byte)?;
    if byte != [0xff] {
        return Err(io::ErrorKind::InvalidData.into());
    }
    for _ in 0..FILL_BYTES_MAX {
        reader.read_exact(&mut byte)?;
        if byte != [0xff] {
            return Ok(byte[0]);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn take_u16(reader: &mut impl Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    reader.read_exact(&mut bytes)?;
    Ok(u16::from_be_bytes(bytes))
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02";

    /// A TIFF with Make, Model, Orientation and, in an EXIF directory, what the camera did; and GPS.
    fn tiff(orientation: u8) -> Vec<u8> {
        let mut head = vec![b'M', b'M', 0, 42, 0, 0, 0, 8];
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
        };
        let at = |offset: u32| offset.to_be_bytes();
        let (first, second, third) = (8, 8 + 2 + 5 * 12 + 4, 8 + 2 + 5 * 12 + 4 + 2 + 5 * 12 + 4);
        let data = third + 2 + 12 + 4;
        let directories = [
            vec![
                entry(0x010f, 2, 6, at(data)),
                entry(0x0110, 2, 14, at(data + 6)),
                entry(0x0112, 3, 1, [0, orientation, 0, 0]),
                entry(0x8769, 4, 1, at(second)),
                entry(0x8825, 4, 1, at(third)),
            ],
            vec![
                entry(0x829a, 5, 1, at(data + 20)),
                entry(0x829d, 5, 1, at(data + 28)),
                entry(0x8827, 3, 1, [0, 200, 0, 0]),
                entry(0x9003, 2, 20, at(data + 36)),
                entry(0x920a, 5, 1, at(data + 56)),
            ],
            vec![entry(0x0001, 2, 2, *b"N\0\0\0")],
        ];
        assert_eq!(head.len(), first as usize);
        for directory in directories {
            head.extend((directory.len() as u16).to_be_bytes());
            head.extend(directory.concat());
            head.extend([0; 4]);
        }
        assert_eq!(head.len(), data as usize);
        head.extend(b"Canon\0Canon EOS R5\0\0");
        head.truncate(data as usize + 20);
        for (over, under) in [(1_u32, 250_u32), (28, 10)] {
            head.extend([over.to_be_bytes(), under.to_be_bytes()].concat());
        }
        head.extend(b"2024:05:01 12:30:59\0");
        head.extend([35_u32.to_be_bytes(), 1_u32.to_be_bytes()].concat());
        head
    }

    fn jpeg(orientation: u8) -> Vec<u8> {
        let tiff = tiff(orientation);
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04JF\xff\xff\xe1".to_vec();
        bytes.extend((tiff.len() as u16 + 8).to_be_bytes());
        bytes.extend(b"Exif\0\0");
        bytes.extend(tiff);
        bytes.extend(b"\xff\xc4\0\x03x\xff\xc2\0\x0b\x08\x01\xe0\x02\x80\x03\x01\x11\0\xff\xda");
        bytes
    }

    fn read(bytes: &[u8]) -> Picture {
        Picture::read(&mut Cursor::new(bytes))
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<(u32, u32)>) {
        assert_eq!(read(bytes).pixels, expected);
    }

    #[test]
    fn the_size_stands_in_the_head() {
        check(PNG, Some((640, 480)));
        check(b"GIF89a\x80\x02\xe0\x01\0\0", Some((640, 480)));
        check(b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01", Some((640, 480)));
        check(b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0", Some((640, 480)));
        check(b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0", Some((640, 480)));
        check(&jpeg(1), Some((640, 480)));
        check(&jpeg(6), Some((480, 640)));
        check(b"<svg/>", None);
        check(b"", None);
        check(b"GIF89a\0\0\0\0", None);
    }

    #[test]
    fn a_camera_says_what_it_did_but_not_where() {
        let picture = read(&jpeg(1));
        assert_eq!(
            picture,
            Picture {
                pixels: Some((640, 480)),
                camera: Some("Canon EOS R5".into()),
                lens: None,
                taken: Some((2024, 5, 1, 12, 30)),
                exposure: Some("1/250 s · f/2.8 · ISO 200 · 35 mm".into()),
            }
        );
    }

    #[test]
    fn damaged_pictures_say_less() {
        for whole in [jpeg(6), PNG.to_vec()] {
            for length in 0..whole.len() {
                let _ = read(&whole[..length]);
            }
            for position in 0..whole.len() {
                for value in [0, 1, 0x80, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[position] = value;
                    let _ = read(&damaged);
                }
            }
        }
        check(&b"\xff\xd8\xff\xe0\0\x02".repeat(1000), None);
        check(&[0xff; 5000], None);
        check(b"\xff\xd8\xff\xe0\0\0", None);
    }
}
