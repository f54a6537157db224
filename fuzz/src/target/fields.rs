//! Field values that decide: codings, preconditions, ranges. Each line of the input is one of them.

use crate::Target;
use semantics::condition::evaluate;
use semantics::range::{PARTS_MAX, Ranges, select_ranges};
use semantics::{AcceptedCodings, Coding, FieldName, Fields, Method, RequestHead, Timestamp, Version};

/// Ranges stay within the content; what is chosen was acceptable; equal classes choose equally.
pub const TARGET: Target = Target { name: "fields", run };

const LENGTH: u64 = 1000;

fn run(bytes: &[u8]) {
    let names = [
        FieldName::AcceptEncoding,
        FieldName::Range,
        FieldName::IfMatch,
        FieldName::IfNoneMatch,
        FieldName::IfModifiedSince,
        FieldName::IfUnmodifiedSince,
        FieldName::IfRange,
    ];
    let mut fields = Fields::new();
    fields.set_section(bytes);
    for (name, value) in names.into_iter().zip(bytes.split(|&byte| byte == b'\n')) {
        if !value.is_empty() {
            fields.note(name, value.trim_ascii());
        }
    }
    let method = Method::Get;
    let head = RequestHead { method, target: b"/a", authority: b"a", version: Version::Http11, fields };
    let now = Timestamp::from_seconds(1_800_000_000);
    let (etag, modified) = (Some(&b"\"abc\""[..]), Some(784_111_777));
    let _ = evaluate(&head, etag, modified, now);
    match select_ranges(&head, etag, modified, LENGTH, now) {
        Ranges::Whole | Ranges::NotSatisfiable => {}
        Ranges::One(range) => assert!(range.start < range.end && range.end <= LENGTH),
        Ranges::Many(ranges) => {
            assert!((2..=PARTS_MAX).contains(&ranges.len()));
            assert!(ranges.iter().all(|range| range.start < range.end && range.end <= LENGTH));
            let mut sorted = ranges.clone();
            sorted.sort_by_key(|range| range.start);
            assert!(sorted.windows(2).all(|pair| pair[0].end < pair[1].start), "neither overlapping nor touching");
        }
    }
    let accepted = AcceptedCodings::parse(fields.values(FieldName::AcceptEncoding));
    let all = [Coding::Identity, Coding::Gzip, Coding::Brotli, Coding::Zstd];
    match accepted.choose(&all) {
        Some(coding) => assert!(accepted.quality(coding) > 0),
        None => assert!(all.iter().all(|coding| accepted.quality(*coding) == 0)),
    }
}
