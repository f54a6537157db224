//! Pictures as cameras and programs write them, whole and damaged.

use super::*;
use std::io::Cursor;

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
    for whole in [jpeg(6), PNG.to_vec(), png(6), webp(6, b""), heic(1), tiff(6)] {
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

/// What [`jpeg`] says, in whatever else it is kept.
#[track_caller]
fn check_camera(bytes: &[u8], pixels: (u32, u32)) {
    let expected = Picture { pixels: Some(pixels), ..read(&jpeg(1)) };
    assert_eq!(read(bytes), expected);
}

fn png(orientation: u8) -> Vec<u8> {
    let chunk =
        |kind: &[u8; 4], content: &[u8]| [&(content.len() as u32).to_be_bytes()[..], kind, content, b"sums"].concat();
    let head = b"\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0";
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", head),
        chunk(b"IDAT", &[0; 5000]),
        chunk(b"eXIf", &tiff(orientation)),
        chunk(b"IEND", b""),
    ]
    .concat()
}

fn webp(orientation: u8, prefix: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let mut bytes = [&kind[..], &(content.len() as u32).to_le_bytes(), content].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    let exif = [prefix, &tiff(orientation)].concat();
    let extended = chunk(b"VP8X", b"\x08\0\0\0\x7f\x02\0\xdf\x01\0");
    [b"RIFF\0\0\0\0WEBP".to_vec(), extended, chunk(b"VP8 ", &[0; 777]), chunk(b"EXIF", &exif)].concat()
}

/// A HEIC as phones write it: the picture is item 20, made of tiles; EXIF is item 21, with its offset in four bytes.
fn heic(turns: u8) -> Vec<u8> {
    let wrap = |kind: &[u8; 4], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat();
    let full = |kind: &[u8; 4], version: u8, content: &[u8]| wrap(kind, &[&[version, 0, 0, 0][..], content].concat());
    let size = |width: u32, height: u32| full(b"ispe", 0, &[width.to_be_bytes(), height.to_be_bytes()].concat());
    let entry = |item: u8, kind: &[u8; 4]| full(b"infe", 2, &[&[0, item, 0, 0][..], kind, b"\0"].concat());
    let build = |exif_at: u32| {
        let location = |item: u8, offset: u32| {
            // Item, method, data reference, no base, one extent, its offset and length.
            [&[0, item, 0, 0, 0, 0, 0, 1][..], &offset.to_be_bytes(), &[0, 0, 0, 9]].concat()
        };
        let meta = [
            full(b"hdlr", 0, b"\0\0\0\0pict"),
            full(b"pitm", 0, &[0, 20]),
            full(b"iinf", 0, &[&[0, 3][..], &entry(1, b"hvc1"), &entry(20, b"grid"), &entry(21, b"Exif")].concat()),
            wrap(
                b"iprp",
                &[
                    wrap(b"ipco", &[size(512, 512), wrap(b"irot", &[turns]), size(640, 480)].concat()),
                    // Item 1 has property 1; item 20 has 3 and 2.
                    full(b"ipma", 0, &[0, 0, 0, 2, 0, 1, 1, 0x81, 0, 20, 2, 0x83, 0x82]),
                ]
                .concat(),
            ),
            full(b"iloc", 1, &[&[0x44, 0, 0, 2][..], &location(1, 7), &location(21, exif_at)].concat()),
        ];
        [wrap(b"ftyp", b"heic\0\0\0\0mif1heic"), full(b"meta", 0, &meta.concat()), wrap(b"mdat", b"")].concat()
    };
    let place = build(0).len() as u32;
    [&build(place)[..], b"\0\0\0\x06Exif\0\0", &tiff(6)].concat()
}

#[test]
fn a_camera_says_the_same_in_every_format() {
    check_camera(&png(1), (640, 480));
    check_camera(&png(6), (480, 640));
    check_camera(&webp(1, b""), (640, 480));
    check_camera(&webp(8, b"Exif\0\0"), (480, 640));
    check_camera(&heic(0), (640, 480));
    check_camera(&heic(3), (480, 640));
}

#[test]
fn a_tiff_tells_its_size_wherever_its_directory_is() {
    let entry = |tag: u16, kind: u16, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let directory = [&3_u16.to_le_bytes()[..], &entry(0x100, 3, 640), &entry(0x101, 4, 480), &entry(0x112, 3, 6)];
    for pixels in [0, 100_000] {
        let start = (8 + pixels as u32).to_le_bytes();
        let bytes = [b"II*\0", &start[..], &vec![7; pixels], &directory.concat()].concat();
        check(&bytes, Some((480, 640)));
    }
    check(b"II*\0\xff\xff\xff\xff", None);
    check(b"MM\0*\0\0\0\x08\xff\xff", None);
}
