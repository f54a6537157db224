//! Preconditions (RFC 9110 §13), evaluated in their one order.

use crate::date::parse_date;
use crate::field::FieldName;
use crate::message::RequestHead;
use crate::method::Method;
use crate::time::Timestamp;
use crate::validator::{EntityTag, entity_tags};

/// What becomes of a request with preconditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer as if there were none; then look at `Range` ([`select_ranges`](crate::range::select_ranges)).
    Proceed,
    /// The client has it already: 304.
    NotModified,
    /// 412
    PreconditionFailed,
}

/// Holds the preconditions of a request against the selected representation, in the order of RFC 9110 §13.2.2.
///
/// Only for requests that would be answered with a 2xx without them (§13.2.1): not for 404, redirects and the like.
/// Allocates nothing: it runs for each answer from memory.
pub fn evaluate(head: &RequestHead, etag: Option<&[u8]>, last_modified: Option<i64>, now: Timestamp) -> Verdict {
    use FieldName::{IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince};
    let is_read = match head.method {
        Method::Get | Method::Head => true,
        // RFC 9110 §13.2.1: ignored by methods that neither select nor modify a representation.
        Method::Options | Method::Known(b"CONNECT" | b"TRACE") => return Verdict::Proceed,
        Method::Known(_) | Method::Unknown(_) => false,
    };
    let date = |name| single_date(head, name, now);

    // Steps 1 and 2. If-Unmodified-Since is for those who know no entity tags, so If-Match puts it aside (§13.1.4).
    if head.field(IfMatch).is_some() {
        if !is_listed(head, IfMatch, etag, Comparison::Strong) {
            return Verdict::PreconditionFailed;
        }
    } else if head.field(IfUnmodifiedSince).is_some()
        && let (Some(date), Some(modified)) = (date(IfUnmodifiedSince), last_modified)
        && modified > date
    {
        return Verdict::PreconditionFailed;
    }

    // Steps 3 and 4. If-None-Match puts If-Modified-Since aside (§13.1.3), also when it is true or unreadable.
    if head.field(IfNoneMatch).is_some() {
        return match is_listed(head, IfNoneMatch, etag, Comparison::Weak) {
            true if is_read => Verdict::NotModified,
            true => Verdict::PreconditionFailed,
            false => Verdict::Proceed,
        };
    }
    if is_read
        && head.field(IfModifiedSince).is_some()
        && let (Some(date), Some(modified)) = (date(IfModifiedSince), last_modified)
        && modified <= date
    {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

/// Whether the representation is among those of a list field: `*` stands for any, and there is one.
fn is_listed(head: &RequestHead, name: FieldName, etag: Option<&[u8]>, comparison: Comparison) -> bool {
    let first = head.field(name);
    // What clients send is what we sent, to the byte; so this is nearly always the end of it.
    if let Some(tag) = first
        && first == etag
        && (comparison == Comparison::Weak || !tag.starts_with(b"W/"))
    {
        return true;
    }
    // `*` is a whole field value, not a member of a list (§13.1.1, §13.1.2).
    if first == Some(b"*") && !head.fields.is_repeated(name) {
        return true;
    }
    let Some(own) = etag.and_then(EntityTag::parse) else { return false };
    let mut tags = head.fields.values(name).flat_map(entity_tags);
    match comparison {
        Comparison::Strong => tags.any(|tag| tag.is_strongly(&own)),
        Comparison::Weak => tags.any(|tag| tag.is_weakly(&own)),
    }
}

/// RFC 9110 §8.8.3.2
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// RFC 9110 §13.1.3, §13.1.4: a date field with several members, or one that is no date, is ignored.
fn single_date(head: &RequestHead, name: FieldName, now: Timestamp) -> Option<i64> {
    if head.fields.is_repeated(name) {
        return None;
    }
    parse_date(head.field(name)?, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::request;
    use Verdict::{NotModified, PreconditionFailed, Proceed};
    use proptest::prelude::*;

    const MODIFIED: i64 = 784_111_777;
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    #[track_caller]
    fn check_method(method: &str, lines: &str, expected: Verdict) {
        let lines = lines.replace("SAME", SAME).replace("BEFORE", BEFORE).replace("AFTER", AFTER);
        let now = Timestamp::from_seconds(1_782_907_200);
        request(method, &lines, |head| {
            assert_eq!(evaluate(head, Some(b"\"a\""), Some(MODIFIED), now), expected, "{method} with {lines}");
        });
    }

    #[track_caller]
    fn check(lines: &str, expected: Verdict) {
        check_method("GET", lines, expected);
        check_method("HEAD", lines, expected);
    }

    #[track_caller]
    fn check_without_validator(lines: &str, expected: Verdict) {
        request("GET", lines, |head| {
            assert_eq!(evaluate(head, None, None, Timestamp::from_seconds(1_782_907_200)), expected, "{lines}");
        });
    }

    #[test]
    fn no_preconditions_proceed() {
        check("", Proceed);
        check("Accept: */*", Proceed);
    }

    #[test]
    fn if_match_wants_one_that_is_strongly_the_same() {
        check("If-Match: \"a\"", Proceed);
        check("If-Match: \"b\", \"a\"", Proceed);
        check("If-Match: \"b\"|If-Match: \"a\"", Proceed);
        check("If-Match: *", Proceed);
        check("If-Match: \"b\"", PreconditionFailed);
        check("If-Match: W/\"a\"", PreconditionFailed);
        check("If-Match: a", PreconditionFailed);
        check("If-Match:", PreconditionFailed);
        check("If-Match: \"b\", *", PreconditionFailed);
    }

    #[test]
    fn a_weak_tag_of_ours_is_good_for_nothing_but_if_none_match() {
        let check = |lines: &str, expected| {
            request("GET", lines, |head| {
                assert_eq!(evaluate(head, Some(b"W/\"a\""), None, Timestamp(0)), expected, "{lines}");
            });
        };
        check("If-Match: W/\"a\"", PreconditionFailed);
        check("If-Match: \"a\"", PreconditionFailed);
        check("If-Match: *", Proceed);
        check("If-None-Match: W/\"a\"", NotModified);
        check("If-None-Match: \"a\"", NotModified);
        check("If-None-Match: W/\"b\"", Proceed);
    }

    #[test]
    fn if_none_match_wants_none_that_is_weakly_the_same() {
        check("If-None-Match: \"b\"", Proceed);
        check("If-None-Match: \"a\"", NotModified);
        check("If-None-Match: W/\"a\"", NotModified);
        check("If-None-Match: \"b\", W/\"a\"", NotModified);
        check("If-None-Match: \"b\"|If-None-Match: \"a\"", NotModified);
        check("If-None-Match: *", NotModified);
        check("If-None-Match: a", Proceed);
    }

    #[test]
    fn if_modified_since_wants_a_later_change() {
        check("If-Modified-Since: SAME", NotModified);
        check("If-Modified-Since: AFTER", NotModified);
        check("If-Modified-Since: BEFORE", Proceed);
        check("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", NotModified);
        check("If-Modified-Since: Sun Nov  6 08:49:37 1994", NotModified);
    }

    #[test]
    fn if_unmodified_since_wants_no_later_change() {
        check("If-Unmodified-Since: SAME", Proceed);
        check("If-Unmodified-Since: AFTER", Proceed);
        check("If-Unmodified-Since: BEFORE", PreconditionFailed);
    }

    #[test]
    fn dates_that_are_none_are_ignored() {
        check("If-Modified-Since: yesterday", Proceed);
        check("If-Modified-Since: SAME, SAME", Proceed);
        check("If-Modified-Since: SAME|If-Modified-Since: SAME", Proceed);
        check("If-Unmodified-Since: 0", Proceed);
        check("If-Unmodified-Since: BEFORE|If-Unmodified-Since: BEFORE", Proceed);
    }

    #[test]
    fn entity_tags_put_dates_aside() {
        check("If-None-Match: \"b\"|If-Modified-Since: AFTER", Proceed);
        check("If-None-Match: \"a\"|If-Modified-Since: BEFORE", NotModified);
        check("If-None-Match: nonsense|If-Modified-Since: AFTER", Proceed);
        check("If-Match: \"a\"|If-Unmodified-Since: BEFORE", Proceed);
        check("If-Match: \"b\"|If-Unmodified-Since: AFTER", PreconditionFailed);
    }

    #[test]
    fn conditions_on_state_come_before_conditions_on_what_the_client_has() {
        check("If-Match: \"b\"|If-None-Match: \"a\"", PreconditionFailed);
        check("If-Match: \"a\"|If-None-Match: \"a\"", NotModified);
        check("If-Unmodified-Since: BEFORE|If-Modified-Since: SAME", PreconditionFailed);
        check("If-Unmodified-Since: SAME|If-Modified-Since: SAME", NotModified);
        check("If-None-Match: \"a\"|If-Unmodified-Since: BEFORE", PreconditionFailed);
    }

    #[test]
    fn other_methods_fail_where_a_read_is_not_modified() {
        check_method("POST", "If-None-Match: *", PreconditionFailed);
        check_method("PUT", "If-None-Match: \"b\"", Proceed);
        check_method("DELETE", "If-Modified-Since: SAME", Proceed);
        check_method("PUT", "If-Match: \"b\"", PreconditionFailed);
        check_method("OPTIONS", "If-Match: \"b\"", Proceed);
        check_method("OPTIONS", "If-None-Match: *", Proceed);
    }

    #[test]
    fn a_representation_without_validators_still_exists() {
        check_without_validator("If-Match: *", Proceed);
        check_without_validator("If-None-Match: *", NotModified);
        check_without_validator("If-Match: \"a\"", PreconditionFailed);
        check_without_validator("If-None-Match: \"a\"", Proceed);
        check_without_validator("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", Proceed);
        check_without_validator("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", Proceed);
    }

    /// The five steps as RFC 9110 §13.2.2 writes them, over what each field is: absent, true or false.
    fn steps(
        if_match: Option<bool>,
        unmodified: Option<bool>,
        none_match: Option<bool>,
        modified: Option<bool>,
    ) -> Verdict {
        let state = if_match.or(unmodified);
        let copy = none_match.or(modified);
        match (state, copy) {
            (Some(false), _) => PreconditionFailed,
            (_, Some(false)) => NotModified,
            _ => Proceed,
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_rfc(a in any::<Option<bool>>(), b in any::<Option<bool>>(), c in any::<Option<bool>>(),
                                        d in any::<Option<bool>>()) {
            let mut lines = alloc::vec::Vec::new();
            if let Some(a) = a { lines.push(if a { "If-Match: \"a\"" } else { "If-Match: \"b\"" }); }
            if let Some(b) = b { lines.push(if b { "If-Unmodified-Since: SAME" } else { "If-Unmodified-Since: BEFORE" }); }
            if let Some(c) = c { lines.push(if c { "If-None-Match: \"b\"" } else { "If-None-Match: \"a\"" }); }
            if let Some(d) = d { lines.push(if d { "If-Modified-Since: BEFORE" } else { "If-Modified-Since: SAME" }); }
            check(&lines.join("|"), steps(a, b, c, d));
        }
    }
}
