//! From the whole 200 to what this request gets: preconditions, then ranges (RFC 9110 §13.2.2).

use crate::multipart;
use crate::representation::Keep;
use semantics::condition::{Verdict, evaluate};
use semantics::range::{Ranges, content_range, select_ranges};
use semantics::{Content, Field, RequestHead, Response, Status, Timestamp};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Answers GET or HEAD from a representation that is known whole: 200, 206, 304, 412 or 416.
///
/// It decides nothing about which representation that is; see [`Keep`] for what must be the same.
pub fn answer<F: Clone>(keep: &Keep<F>, head: &RequestHead<'_>, now: Timestamp) -> Response<F> {
    let (etag, modified) = (Some(keep.etag.as_bytes()), Some(keep.last_modified));
    match evaluate(head, etag, modified, now) {
        Verdict::Proceed => {}
        Verdict::NotModified => return without_content(keep, Status::NOT_MODIFIED),
        Verdict::PreconditionFailed => return without_content(keep, Status::PRECONDITION_FAILED),
    }
    let length = keep.content.length();
    match select_ranges(head, etag, modified, length, now) {
        Ranges::Whole => Response { status: Status::OK, fields: keep.fields.clone(), content: keep.content.clone() },
        // RFC 9110 §15.3.7 would have most fields left out after If-Range. They stay: players that begin anew take the
        // media type from a 206, and a label that is sometimes absent is a wrong label.
        Ranges::One(range) => {
            let mut response = Response::new(Status::PARTIAL_CONTENT);
            response.fields = Vec::with_capacity(keep.fields.len() + 1);
            response.fields.extend_from_slice(&keep.fields);
            response.with("Content-Range", content_range(&range, length)).with_content(part(&keep.content, range))
        }
        Ranges::Many(ranges) => multipart::answer(keep, &ranges),
        Ranges::NotSatisfiable => {
            without_content(keep, Status::RANGE_NOT_SATISFIABLE).with("Content-Range", format!("bytes */{length}"))
        }
    }
}

/// The fields of the 304 (§15.4.5), and of 412 and 416: what a client updates its stored response with, and nothing that
/// describes bytes which do not follow.
pub fn not_modified_fields<F>(keep: &Keep<F>) -> Vec<Field> {
    keep.fields.iter().filter(|field| !describes_content(field)).cloned().collect()
}

fn without_content<F>(keep: &Keep<F>, status: Status) -> Response<F> {
    Response { status, fields: not_modified_fields(keep), content: Content::Empty }
}

/// Representation metadata (§8). `ETag` is not among them, for it is what the client compares; `Last-Modified` is,
/// for beside an entity tag it guides nobody (§15.4.5).
fn describes_content(field: &Field) -> bool {
    const NAMES: [&str; 6] = [
        "Content-Type",
        "Content-Encoding",
        "Content-Language",
        "Content-Disposition",
        "Last-Modified",
        "Accept-Ranges",
    ];
    NAMES.iter().any(|name| field.name.eq_ignore_ascii_case(name))
}

/// A span of the content; what lies beyond its end is left out.
pub(crate) fn part<F: Clone>(content: &Content<F>, range: Range<u64>) -> Content<F> {
    let end = range.end.min(content.length());
    let start = range.start.min(end);
    match content {
        _ if start == end => Content::Empty,
        Content::Empty => Content::Empty,
        Content::Bytes(bytes, all) => {
            // Neither is beyond the length of a slice, so both fit.
            let at = |offset: u64| all.start + usize::try_from(offset).unwrap_or(usize::MAX);
            Content::Bytes(Arc::clone(bytes), at(start)..at(end))
        }
        Content::File { file, offset, .. } => {
            Content::File { file: file.clone(), offset: offset + start, length: end - start }
        }
        Content::Pieces(pieces) => {
            let mut parts = Vec::new();
            let mut before = 0;
            for piece in pieces {
                let behind = before + piece.length();
                if before < end && start < behind {
                    parts.push(part(piece, start.saturating_sub(before)..end.min(behind) - before));
                }
                before = behind;
            }
            Content::Pieces(parts)
        }
    }
}

/// A field whose name is known here.
pub(crate) fn field(name: &'static str, value: impl Into<Cow<'static, str>>) -> Field {
    Field { name: Cow::Borrowed(name), value: value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bytes, those of a file being what its offset says.
    fn bytes(content: &Content<()>) -> Vec<u8> {
        match content {
            Content::Empty => Vec::new(),
            Content::Bytes(bytes, range) => bytes[range.clone()].to_vec(),
            Content::File { offset, length, .. } => (*offset..offset + length).map(|at| at as u8).collect(),
            Content::Pieces(pieces) => pieces.iter().flat_map(bytes).collect(),
        }
    }

    fn content() -> impl Strategy<Value = Content<()>> {
        let leaf = prop_oneof![
            Just(Content::Empty),
            (0usize..5, 0usize..5)
                .prop_map(|(start, length)| { Content::Bytes(Arc::from(&b"abcdefghij"[..]), start..start + length) }),
            (0u64..9, 0u64..9).prop_map(|(offset, length)| Content::File { file: (), offset, length }),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Content::Pieces))
    }

    proptest! {
        #[test]
        fn a_part_is_those_bytes(content in content(), start in 0u64..40, length in 0u64..40) {
            let all = bytes(&content);
            let end = all.len().min((start + length) as usize);
            let expected = &all[end.min(start as usize)..end];
            let part = part(&content, start..start + length);
            prop_assert_eq!(part.length(), expected.len() as u64);
            prop_assert_eq!(bytes(&part), expected);
        }
    }
}
