//! Byte ranges (RFC 9110 §14): parsed, clipped, merged, or refused.

use crate::date::parse_date;
use crate::field::FieldName;
use crate::message::RequestHead;
use crate::method::Method;
use crate::time::Timestamp;
use crate::validator::{EntityTag, Validator};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Which bytes of the selected representation are to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// All, as 200: no range was asked for, or it is ignored.
    Whole,
    /// One span that is not empty, as 206 with `Content-Range`.
    One(Range<u64>),
    /// At least two and at most [`PARTS_MAX`], as 206 with `multipart/byteranges`: in the order asked for, none empty, no two overlapping
    /// or next to each other.
    Many(Vec<Range<u64>>),
    /// None of them has a byte here: 416 with `Content-Range: bytes */length`.
    NotSatisfiable,
}

/// More parts than this, after merging, are answered with the whole. A reader of PDF asks for a few dozen at most;
/// hundreds of tiny parts cost more than they save, and have been an attack (RFC 9110 §17.15).
pub const PARTS_MAX: usize = 64;

/// More members than this are not even looked at: merging compares each with each.
pub const MEMBERS_MAX: usize = 256;

/// What `Range` and `If-Range` ask of a representation with these validators and this length.
///
/// Only when [`evaluate`](crate::condition::evaluate) has said to proceed (§13.2.2, step 5). Whatever is not
/// understood is ignored, as a server may do with each Range (§14.2).
pub fn select_ranges(
    head: &RequestHead,
    etag: Option<&[u8]>,
    last_modified: Option<i64>,
    length: u64,
    now: Timestamp,
) -> Ranges {
    let Some(value) = head.field(FieldName::Range) else { return Ranges::Whole };
    // RFC 9110 §14.2: a server MUST ignore Range with a method that does not define it; only GET does.
    if head.method != Method::Get || head.fields.is_repeated(FieldName::Range) {
        return Ranges::Whole;
    }
    if !is_same(head, Validator::new(etag, last_modified), now) {
        return Ranges::Whole;
    }
    parse(value, length).unwrap_or(Ranges::Whole)
}

/// `bytes 0-4/10`: the value of `Content-Range` for a span that is not empty.
pub fn content_range(range: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1))
}

/// Whether the client's part is of this very representation: If-Range is absent or true (§13.1.5).
fn is_same(head: &RequestHead, validator: Validator, now: Timestamp) -> bool {
    let Some(value) = head.field(FieldName::IfRange) else { return true };
    if head.fields.is_repeated(FieldName::IfRange) {
        return false;
    }
    if let Some(theirs) = EntityTag::parse(value) {
        return validator.etag.is_some_and(|ours| ours.is_strongly(&theirs));
    }
    // A date is strong only when nothing can change within its second any more (§8.8.2.2). Equal, not "not later":
    // a restored older file is another file.
    match (parse_date(value, now), validator.last_modified) {
        (Some(theirs), Some(ours)) => theirs == ours && ours < now.seconds() - 1,
        _ => false,
    }
}

/// `None`: not a byte range set, or too much of it.
fn parse(value: &[u8], length: u64) -> Option<Ranges> {
    let equals = value.iter().position(|&byte| byte == b'=')?;
    // Range units are case-insensitive (§14.1).
    if !value[..equals].eq_ignore_ascii_case(b"bytes") {
        return None;
    }
    let mut ranges: Vec<Range<u64>> = Vec::new();
    let mut members = 0;
    for member in value[equals + 1..].split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
        // RFC 9110 §5.6.1.2: a recipient MUST parse and ignore a reasonable number of empty list elements.
        if member.is_empty() {
            continue;
        }
        members += 1;
        if members > MEMBERS_MAX {
            return None;
        }
        match clip(member, length)? {
            Member::Satisfiable(range) => merge(&mut ranges, range),
            Member::NotSatisfiable => {}
            // No Content-Range can name it, so it is sent as it is: whole, and empty.
            Member::SuffixOfNothing => return Some(Ranges::Whole),
        }
    }
    match ranges.len() {
        0 if members == 0 => None,
        0 => Some(Ranges::NotSatisfiable),
        1 => ranges.pop().map(Ranges::One),
        2..=PARTS_MAX => Some(Ranges::Many(ranges)),
        _ => None,
    }
}

enum Member {
    Satisfiable(Range<u64>),
    NotSatisfiable,
    SuffixOfNothing,
}

/// One range-spec, cut to what there is; `None` when it is none.
fn clip(member: &[u8], length: u64) -> Option<Member> {
    let dash = member.iter().position(|&byte| byte == b'-')?;
    let (first, last) = (&member[..dash], &member[dash + 1..]);
    if first.is_empty() {
        return Some(match number(last)? {
            0 => Member::NotSatisfiable,
            _ if length == 0 => Member::SuffixOfNothing,
            // Longer than all: all of it (§14.1.2).
            suffix => Member::Satisfiable(length.saturating_sub(suffix)..length),
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    if first >= length {
        return Some(Member::NotSatisfiable);
    }
    Some(Member::Satisfiable(first..length.min(last.saturating_add(1))))
}

/// Digits and nothing else; a number beyond 64 bits is beyond any file, and stays at the end.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0u64, |sum, byte| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'))))
}

/// Adds a range. Those it overlaps or touches become one with it, at the place of the first of them: the parts come
/// in the order asked for (§15.3.7.2), and none twice.
///
/// Keeps: no two of `ranges` overlap or touch. So whatever touches the union touches the new range itself, and one
/// pass is enough.
fn merge(ranges: &mut Vec<Range<u64>>, new: Range<u64>) {
    let mut union = new.clone();
    let mut place = None;
    let mut index = 0;
    ranges.retain(|old| {
        let is_apart = old.end < new.start || new.end < old.start;
        if !is_apart {
            union = union.start.min(old.start)..union.end.max(old.end);
            place.get_or_insert(index);
        }
        index += usize::from(is_apart);
        is_apart
    });
    ranges.insert(place.unwrap_or(ranges.len()), union);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::request;
    use proptest::prelude::*;

    const MODIFIED: i64 = 784_111_777;

    fn select(method: &str, lines: &str, length: u64, now: i64) -> Ranges {
        let mut ranges = Ranges::Whole;
        request(method, lines, |head| {
            ranges = select_ranges(head, Some(b"\"a\""), Some(MODIFIED), length, Timestamp::from_seconds(now));
        });
        ranges
    }

    fn shown(ranges: &Ranges) -> String {
        match ranges {
            Ranges::Whole => "whole".into(),
            Ranges::One(range) => format!("{}..{}", range.start, range.end),
            Ranges::Many(ranges) => {
                ranges.iter().map(|range| format!("{}..{}", range.start, range.end)).collect::<Vec<_>>().join(" ")
            }
            Ranges::NotSatisfiable => "none".into(),
        }
    }

    /// Of ten bytes.
    #[track_caller]
    fn check(value: &str, expected: &str) {
        let ranges = select("GET", &format!("Range: {value}"), 10, MODIFIED + 1000);
        assert_eq!(shown(&ranges), expected, "{value}");
    }

    #[track_caller]
    fn check_if_range(value: &str, seconds_later: i64, expected: &str) {
        let lines = format!("Range: bytes=0-1|If-Range: {value}");
        assert_eq!(shown(&select("GET", &lines, 10, MODIFIED + seconds_later)), expected, "{value}");
    }

    #[test]
    fn one_range_is_clipped() {
        check("bytes=0-0", "0..1");
        check("bytes=2-4", "2..5");
        check("bytes=5-", "5..10");
        check("bytes=5-99", "5..10");
        check("bytes=0-18446744073709551616", "0..10");
        check("bytes=9-9", "9..10");
        check("BYTES=2-4", "2..5");
        check("bytes=002-0004", "2..5");
    }

    #[test]
    fn a_suffix_counts_from_the_end() {
        check("bytes=-1", "9..10");
        check("bytes=-10", "0..10");
        check("bytes=-99", "0..10");
        check("bytes=-99999999999999999999999", "0..10");
    }

    #[test]
    fn beyond_the_end_is_not_satisfiable() {
        check("bytes=10-", "none");
        check("bytes=10-11", "none");
        check("bytes=-0", "none");
        check("bytes=10-,-0,99-100", "none");
        check("bytes=99999999999999999999999-", "none");
    }

    #[test]
    fn what_is_no_byte_range_is_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-b",
            "bytes=1-0",
            "bytes=0-0,3-2",
            "bytes=0-1-2",
            "lines=0-1",
            "bytes =0-1",
            "bytes=0 -1",
            "bytes=0- 1",
            "bytes=+0-1",
            "bytes=0x0-1",
            "bytes=--1",
            "0-1",
            "bytes=0-1;2-3",
        ] {
            check(value, "whole");
        }
    }

    #[test]
    fn several_ranges_keep_their_order() {
        check("bytes=0-0,9-9", "0..1 9..10");
        check("bytes=9-9,0-0", "9..10 0..1");
        check("bytes=0-0 , ,\t-1,", "0..1 9..10");
        check("bytes=0-1,20-30,8-99", "0..2 8..10");
    }

    #[test]
    fn ranges_that_overlap_or_touch_become_one() {
        check("bytes=0-4,2-6", "0..7");
        check("bytes=0-4,5-9", "0..10");
        check("bytes=5-9,0-4", "0..10");
        check("bytes=0-0,9-9,4-5,1-3", "0..6 9..10");
        check("bytes=8-9,0-0,2-2,0-3", "8..10 0..4");
        check("bytes=0-,0-,0-", "0..10");
    }

    #[test]
    fn an_empty_representation_has_no_ranges() {
        assert_eq!(select("GET", "Range: bytes=0-", 0, MODIFIED), Ranges::NotSatisfiable);
        assert_eq!(select("GET", "Range: bytes=-5", 0, MODIFIED), Ranges::Whole);
    }

    #[test]
    fn too_many_parts_are_the_whole() {
        let apart = |count: u64| (0..count).map(|n| format!("{}-{}", n * 2, n * 2)).collect::<Vec<_>>().join(",");
        let ranges = |value: String| select("GET", &format!("Range: bytes={value}"), 10_000, MODIFIED);
        assert!(matches!(ranges(apart(64)), Ranges::Many(parts) if parts.len() == 64));
        assert_eq!(ranges(apart(65)), Ranges::Whole);
        assert_eq!(ranges(alloc::vec!["0-9"; 256].join(",")), Ranges::One(0..10));
        assert_eq!(ranges(alloc::vec!["0-9"; 257].join(",")), Ranges::Whole);
    }

    #[test]
    fn only_get_has_ranges_and_only_one_line_of_them() {
        assert_eq!(select("HEAD", "Range: bytes=0-1", 10, MODIFIED), Ranges::Whole);
        assert_eq!(select("POST", "Range: bytes=0-1", 10, MODIFIED), Ranges::Whole);
        assert_eq!(select("GET", "Range: bytes=0-1|Range: bytes=3-4", 10, MODIFIED), Ranges::Whole);
        assert_eq!(select("GET", "", 10, MODIFIED), Ranges::Whole);
    }

    #[test]
    fn if_range_compares_strongly() {
        check_if_range("\"a\"", 1000, "0..2");
        check_if_range("W/\"a\"", 1000, "whole");
        check_if_range("\"b\"", 1000, "whole");
        check_if_range("\"a\", \"a\"", 1000, "whole");
        check_if_range("*", 1000, "whole");
        check_if_range("Sun, 06 Nov 1994 08:49:37 GMT", 1000, "0..2");
        check_if_range("Sun, 06 Nov 1994 08:49:38 GMT", 1000, "whole");
        check_if_range("Sun, 06 Nov 1994 08:49:36 GMT", 1000, "whole");
        check_if_range("nonsense", 1000, "whole");
    }

    #[test]
    fn a_date_of_this_very_moment_is_no_strong_validator() {
        check_if_range("Sun, 06 Nov 1994 08:49:37 GMT", 0, "whole");
        check_if_range("Sun, 06 Nov 1994 08:49:37 GMT", 1, "whole");
        check_if_range("Sun, 06 Nov 1994 08:49:37 GMT", 2, "0..2");
    }

    #[test]
    fn content_range_counts_inclusively() {
        assert_eq!(content_range(&(0..5), 10), "bytes 0-4/10");
        assert_eq!(content_range(&(9..10), 10), "bytes 9-9/10");
    }

    /// Each byte that is asked for, by the words of RFC 9110 §14.1.2; no clipping, no merging.
    fn bitmap(specs: &[(Option<u64>, Option<u64>)], length: u64) -> Vec<bool> {
        let is_asked = |byte: u64| {
            specs.iter().any(|spec| match *spec {
                (Some(first), Some(last)) => first <= byte && byte <= last,
                (Some(first), None) => first <= byte,
                (None, Some(suffix)) => byte + suffix >= length,
                (None, None) => false,
            })
        };
        (0..length).map(is_asked).collect()
    }

    fn spec() -> impl Strategy<Value = (Option<u64>, Option<u64>)> {
        prop_oneof![
            (0u64..40, 0u64..10).prop_map(|(first, more)| (Some(first), Some(first + more))),
            (0u64..40).prop_map(|first| (Some(first), None)),
            (0u64..6).prop_map(|suffix| (None, Some(suffix))),
        ]
    }

    proptest! {
        #[test]
        fn exactly_the_bytes_asked_for_are_selected(specs in prop::collection::vec(spec(), 1..8), length in 1u64..32) {
            let digits = |number: Option<u64>| number.map(|number| format!("{number}")).unwrap_or_default();
            let text: Vec<String> = specs.iter().map(|(a, b)| format!("{}-{}", digits(*a), digits(*b))).collect();
            let ranges = select("GET", &format!("Range: bytes={}", text.join(",")), length, MODIFIED);
            let parts = match ranges {
                Ranges::One(range) => alloc::vec![range],
                Ranges::Many(parts) => { prop_assert!(parts.len() > 1); parts }
                Ranges::NotSatisfiable => Vec::new(),
                Ranges::Whole => return Err(TestCaseError::fail("ignored")),
            };
            let mut bits = alloc::vec![false; length as usize];
            for part in &parts {
                prop_assert!(part.start < part.end && part.end <= length);
                for byte in part.clone() {
                    prop_assert!(!bits[byte as usize], "twice");
                    bits[byte as usize] = true;
                }
            }
            prop_assert!(parts.iter().all(|a| parts.iter().all(|b| a.end != b.start)), "parts touch");
            prop_assert_eq!(bits, bitmap(&specs, length));
        }

        #[test]
        fn no_bytes_are_too_odd(value in "bytes=[0-9, -]{0,40}|.{0,20}", length in any::<u64>()) {
            if let Some(Ranges::Many(parts)) = parse(value.as_bytes(), length) {
                prop_assert!(parts.len() <= PARTS_MAX);
                prop_assert!(parts.iter().all(|part| part.start < part.end && part.end <= length));
            }
        }
    }
}
