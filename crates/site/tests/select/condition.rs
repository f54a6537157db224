//! Preconditions (RFC 9110 §13), with the tag and the date that the answer itself gave.

use crate::sample::{Site, brief, long, with_head};
use semantics::Timestamp;
use site::answer;

fn site() -> Site {
    Site::new(&[("a.html", &long('a')), ("b.png", "0123456789")])
}

/// `TAG` and `DATE` stand for what a plain GET of `/b.png` says.
#[track_caller]
fn check(fields: &str, expected: &str) {
    let site = site();
    let plain = site.response("GET /b.png");
    let (tag, date) = (plain.field("ETag").unwrap(), plain.field("Last-Modified").unwrap());
    let fields = fields.replace("TAG", tag).replace("DATE", date);
    for method in ["GET", "HEAD"] {
        site.check(&format!("{method} /b.png\n{fields}"), expected);
    }
    // Out of memory it is the same.
    let keep = site.keep("GET /b.png").unwrap();
    let from_memory = with_head(&format!("GET /b.png\n{fields}"), |head| answer(&keep, head, site.now));
    assert_eq!(brief(&from_memory), expected, "{fields}, from memory");
}

const WHOLE: &str = "200 0123456789";
const EARLY: &str = "Thu, 01 Jan 1970 00:30:00 GMT";
const LATE: &str = "Thu, 01 Jan 1970 02:00:00 GMT";

#[test]
fn if_none_match() {
    check("If-None-Match: TAG", "304");
    check("If-None-Match: W/TAG", "304");
    check("If-None-Match: \"x\", TAG", "304");
    check("If-None-Match: *", "304");
    check("If-None-Match: \"x\"", WHOLE);
    check("If-None-Match: \"x\"\nIf-None-Match: TAG", "304");
}

#[test]
fn if_match() {
    check("If-Match: TAG", WHOLE);
    check("If-Match: *", WHOLE);
    check("If-Match: \"x\", TAG", WHOLE);
    check("If-Match: \"x\"", "412");
    check("If-Match: W/TAG", "412");
}

#[test]
fn dates() {
    check("If-Modified-Since: DATE", "304");
    check(&format!("If-Modified-Since: {LATE}"), "304");
    check(&format!("If-Modified-Since: {EARLY}"), WHOLE);
    check("If-Modified-Since: yesterday", WHOLE);
    check("If-Unmodified-Since: DATE", WHOLE);
    check(&format!("If-Unmodified-Since: {EARLY}"), "412");
    check(&format!("If-Unmodified-Since: {LATE}"), WHOLE);
}

#[test]
fn tags_go_before_dates_and_failures_before_not_modified() {
    check("If-None-Match: \"x\"\nIf-Modified-Since: DATE", WHOLE);
    check(&format!("If-None-Match: TAG\nIf-Modified-Since: {EARLY}"), "304");
    check("If-Match: \"x\"\nIf-None-Match: TAG", "412");
    check("If-Match: TAG\nIf-None-Match: TAG", "304");
    check(&format!("If-Match: TAG\nIf-Unmodified-Since: {EARLY}"), WHOLE);
}

#[test]
fn preconditions_go_before_ranges() {
    check("If-None-Match: TAG\nRange: bytes=0-1", "304");
    check("If-Match: \"x\"\nRange: bytes=99-", "412");
}

#[test]
fn they_hold_for_the_coding_that_is_sent() {
    let site = site();
    let tag = |codings: &str| {
        let response = site.response(&format!("GET /a.html\nAccept-Encoding: {codings}"));
        response.field("ETag").unwrap().to_owned()
    };
    for (sent, held, expected) in [("br", "br", "304"), ("gzip", "gzip", "304"), ("br", "gzip", "200 br(a)")] {
        let request = format!("GET /a.html\nAccept-Encoding: {sent}\nIf-None-Match: {}", tag(held));
        site.check(&request, expected);
    }
}

#[test]
fn a_304_has_what_a_cache_needs_and_nothing_of_the_content() {
    let site = site();
    let request = "GET /a.html\nAccept-Encoding: br\nIf-None-Match: *";
    let tag = site.response("GET /a.html\nAccept-Encoding: br").field("ETag").unwrap().to_owned();
    site.check_field(request, "ETag", &tag);
    site.check_field(request, "Vary", "Accept-Encoding");
    site.check_field(request, "Cache-Control", "no-cache");
    site.check_field(request, "X-Content-Type-Options", "nosniff");
    for name in ["Content-Type", "Content-Encoding", "Content-Disposition", "Last-Modified", "Accept-Ranges"] {
        site.check_field(request, name, "-");
    }
}

#[test]
fn errors_and_redirects_have_no_conditions() {
    let site = Site::new(&[("a/x", "")]);
    site.check("GET /nothing\nIf-None-Match: *", "error 404");
    site.check("GET /nothing\nIf-Match: *", "error 404");
    site.check("GET /a\nIf-None-Match: *", "301");
    site.check("GET /a\nIf-Match: \"x\"", "301");
}

#[test]
fn a_file_from_tomorrow_was_modified_now() {
    let mut site = site();
    site.tree.set_modified("b.png", Timestamp::from_seconds(1_000_000_000));
    site.check_field("GET /b.png", "Last-Modified", "Thu, 01 Jan 1970 10:00:00 GMT");
    site.tree.set_modified("b.png", Timestamp::from_seconds(-86_400));
    site.check_field("GET /b.png", "Last-Modified", "Wed, 31 Dec 1969 00:00:00 GMT");
}

#[test]
fn what_changed_this_moment_has_a_weak_tag_of_its_own() {
    let mut site = site();
    let settled = site.response("GET /b.png").field("ETag").unwrap().to_owned();
    for (milliseconds, is_strong) in [(-5, false), (0, false), (19, false), (20, true), (5000, true), (-70_000, true)] {
        site.now = Timestamp(site.tree.now.0 + milliseconds * 1_000_000);
        let tag = site.response("GET /b.png").field("ETag").unwrap().to_owned();
        assert_eq!(tag == settled, is_strong, "{milliseconds} ms");
        assert_eq!(!tag.starts_with("W/"), is_strong, "{milliseconds} ms");
        assert_eq!(site.keep("GET /b.png").is_some(), is_strong, "{milliseconds} ms");
        // Not even by weak comparison: the bytes may be others by then.
        let later = site.outcome(&format!("GET /b.png\nIf-None-Match: {settled}"));
        assert_eq!(later == "304", is_strong, "{milliseconds} ms");
    }
}

#[test]
fn a_settled_sibling_of_a_file_that_just_changed_is_not_settled() {
    let mut site = site();
    site.tree.write("b.css.br", "BR");
    site.tree.now = Timestamp(site.now.0 - 1_500_000);
    site.tree.write("b.css", "b").set_modified("b.css", Timestamp::from_seconds(10));
    let response = site.response("GET /b.css\nAccept-Encoding: br");
    assert_eq!(brief(&response), "200 BR");
    assert!(response.field("ETag").is_some_and(|tag| tag.starts_with("W/")));
}

#[test]
fn a_file_system_that_counts_seconds_settles_after_two() {
    let mut site = site();
    site.tree.now = Timestamp::from_seconds(36_000);
    site.tree.write("c.png", "c");
    for (milliseconds, is_kept) in [(1000, false), (1999, false), (2000, true)] {
        site.now = Timestamp(site.tree.now.0 + milliseconds * 1_000_000);
        assert_eq!(site.keep("GET /c.png").is_some(), is_kept, "{milliseconds} ms");
    }
}
