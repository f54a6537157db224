//! Pictures: what photographers and cameras wrote into them (EXIF, XMP, IPTC, texts of PNG).
//!
//! Where a photo was taken is never read: who shares it seldom knows that it says so. A place that somebody wrote there in words is.

mod iptc;
mod png;
mod xmp;

use std::io::{self, Cursor};

use exif::{Context, Exif, Field, Tag, Value};

use super::input::Input;
use super::words::Draft;
use super::{Extract, limit};

/// The words of a picture. One that says nothing of itself has none, and that is no fault.
pub(crate) fn read(input: &Input<'_>, head: Vec<u8>) -> io::Result<Extract> {
    let mut bytes = head;
    input.read_more(&mut bytes, limit::PICTURE_BYTES_MAX)?;
    let mut draft = Draft::new();
    xmp::read(&bytes, &mut draft);
    iptc::read(&bytes, &mut draft);
    png::read(&bytes, &mut draft);
    if let Some(exif) = exif(&bytes) {
        read_exif(&exif, &mut draft);
    }
    Ok(draft.finish())
}

/// Puts a text on a line of its own, once: each of the four ways says the same again.
fn push(draft: &mut Draft, text: &str) {
    let text = text.trim_matches(['\0', ' ', '\n', '\r', '\t']);
    let is_known = draft.title.as_str() == text || draft.body.as_str().lines().any(|line| line == text);
    if !text.is_empty() && !is_known {
        draft.body.line();
        draft.body.push_lines(text);
    }
}

fn exif(bytes: &[u8]) -> Option<Exif> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    match reader.read_from_container(&mut Cursor::new(bytes)) {
        Ok(exif) => Some(exif),
        Err(exif::Error::PartialResult(partial)) => Some(partial.into_inner().0),
        Err(_) => None,
    }
}

fn read_exif(exif: &Exif, draft: &mut Draft) {
    for tag in TEXTS {
        for field in exif.fields().filter(|field| field.tag == *tag && field.ifd_num == exif::In::PRIMARY) {
            if let Some(text) = text(field, exif.little_endian()) {
                push(draft, &text);
            }
        }
    }
}

/// What is read, in this order. Dates as they stand there: `2024:05:01 12:30:59`.
const TEXTS: &[Tag] = &[
    XP_TITLE,
    Tag::ImageDescription,
    XP_SUBJECT,
    XP_COMMENT,
    XP_KEYWORDS,
    Tag::UserComment,
    Tag::Artist,
    XP_AUTHOR,
    Tag::CameraOwnerName,
    Tag::Copyright,
    Tag::Make,
    Tag::Model,
    Tag::LensMake,
    Tag::LensModel,
    Tag::DateTimeOriginal,
];

/// Fields that Windows writes, in UTF-16.
const XP_TITLE: Tag = Tag(Context::Tiff, 0x9c9b);
const XP_COMMENT: Tag = Tag(Context::Tiff, 0x9c9c);
const XP_AUTHOR: Tag = Tag(Context::Tiff, 0x9c9d);
const XP_KEYWORDS: Tag = Tag(Context::Tiff, 0x9c9e);
const XP_SUBJECT: Tag = Tag(Context::Tiff, 0x9c9f);

fn text(field: &Field, is_little_endian: bool) -> Option<String> {
    let utf_16 = |bytes: &[u8], is_little_endian: bool| match is_little_endian {
        true => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
        false => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
    };
    let text = match &field.value {
        Value::Ascii(texts) if field.tag == Tag::DateTimeOriginal => date(texts.first()?)?,
        // ASCII by the standard, anything in truth.
        Value::Ascii(texts) => charset::name(texts.first()?, &[]).0.into_owned(),
        Value::Byte(bytes) => utf_16(bytes, true),
        Value::Undefined(bytes, _) => match bytes.split_at_checked(8)? {
            (b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0", text) => charset::name(until_zero(text), &[]).0.into_owned(),
            (b"UNICODE\0", text) => utf_16(text, is_little_endian),
            _ => return None,
        },
        _ => return None,
    };
    Some(text.split('\0').next()?.to_owned())
}

/// `2024:05:01 12:30:59` as people write it.
fn date(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let date = text.get(..10)?.replace(':', "-");
    let is_date = date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && date != "0000-00-00";
    is_date.then_some(date)
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_or_none() {
        assert_eq!(date(b"2024:05:01 12:30:59").as_deref(), Some("2024-05-01"));
        assert_eq!(date(b"0000:00:00 00:00:00"), None);
        assert_eq!(date(b"    :  :  "), None);
        assert_eq!(date("2024:05:é1".as_bytes()), None);
    }
}
