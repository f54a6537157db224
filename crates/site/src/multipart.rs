//! Several ranges in one answer: `multipart/byteranges` (RFC 9110 §14.6).
//!
//! ```text
//! --BOUNDARY CRLF
//! Content-Type: TYPE CRLF
//! Content-Range: bytes 0-4/10 CRLF
//! CRLF
//! <the bytes> CRLF
//! --BOUNDARY CRLF ... --BOUNDARY-- CRLF
//! ```

use crate::answer::{field, part};
use crate::fingerprint::Fingerprint;
use crate::representation::Keep;
use semantics::range::content_range;
use semantics::{Content, Response, Status};
use std::ops::Range;

/// A 206 with a part for each range.
pub(crate) fn answer<F: Clone>(keep: &Keep<F>, ranges: &[Range<u64>]) -> Response<F> {
    let length = keep.content.length();
    let boundary = boundary(&keep.etag, ranges);
    let is_type = |name: &str| name.eq_ignore_ascii_case("Content-Type");
    let media_type = keep.fields.iter().find(|field| is_type(&field.name)).map(|field| field.value.as_ref());
    let media_type = media_type.map(|value| format!("Content-Type: {value}\r\n")).unwrap_or_default();

    let mut pieces = Vec::with_capacity(ranges.len() * 2 + 1);
    let mut line_end = "";
    for range in ranges {
        let content_range = content_range(range, length);
        let head = format!("{line_end}--{boundary}\r\n{media_type}Content-Range: {content_range}\r\n\r\n");
        pieces.push(Content::from_bytes(head.into_bytes()));
        pieces.push(part(&keep.content, range.clone()));
        line_end = "\r\n";
    }
    pieces.push(Content::from_bytes(format!("{line_end}--{boundary}--\r\n").into_bytes()));

    let mut fields = vec![field("Content-Type", format!("multipart/byteranges; boundary={boundary}"))];
    // No Content-Range in the head: RFC 9110 §15.3.7.2 forbids it, lest it be taken for a single part.
    fields.extend(keep.fields.iter().filter(|field| !is_type(&field.name)).cloned());
    Response { status: Status::PARTIAL_CONTENT, fields, content: Content::Pieces(pieces) }
}

/// The same for the same request, so that nothing here needs chance. That these 128 bits stand in the file is as
/// unlikely as if they were random: they depend on its inode and its time.
fn boundary(etag: &str, ranges: &[Range<u64>]) -> String {
    let first = ranges
        .iter()
        .fold(Fingerprint::new().with_bytes(etag.as_bytes()), |mark, range| mark.with(range.start).with(range.end));
    format!("quarry-{:016x}{:016x}", first.finish(), first.with(1).finish())
}
