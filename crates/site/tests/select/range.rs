//! Ranges (RFC 9110 §14), of files and of what the workshop made.

use crate::sample::{Site, bytes, long};

fn site() -> Site {
    Site::new(&[("a.png", "0123456789"), ("a.html", &long('a')), ("empty.png", "")])
}

#[track_caller]
fn check(range: &str, expected: &str, content_range: &str) {
    let request = format!("GET /a.png\nRange: {range}");
    site().check(&request, expected);
    site().check_field(&request, "Content-Range", content_range);
}

#[test]
fn one_range() {
    check("bytes=0-0", "206 0", "bytes 0-0/10");
    check("bytes=2-4", "206 234", "bytes 2-4/10");
    check("bytes=7-", "206 789", "bytes 7-9/10");
    check("bytes=-3", "206 789", "bytes 7-9/10");
    check("bytes=0-9", "206 0123456789", "bytes 0-9/10");
}

#[test]
fn a_range_is_clipped() {
    check("bytes=8-99", "206 89", "bytes 8-9/10");
    check("bytes=-99", "206 0123456789", "bytes 0-9/10");
}

#[test]
fn a_range_behind_the_end_is_refused_with_the_length() {
    check("bytes=10-", "416", "bytes */10");
    check("bytes=-0", "416", "bytes */10");
    check("bytes=99-100,200-", "416", "bytes */10");
    site().check_field("GET /a.png\nRange: bytes=10-", "Content-Type", "-");
    let tag = site().response("GET /a.png").field("ETag").unwrap().to_owned();
    site().check_field("GET /a.png\nRange: bytes=10-", "ETag", &tag);
}

#[test]
fn what_is_no_range_is_ignored() {
    for range in ["bytes=", "bytes=a-b", "bytes=4-2", "lines=0-1", "0-1", "bytes=0-1,x"] {
        check(range, "200 0123456789", "-");
    }
    site().check("HEAD /a.png\nRange: bytes=0-1", "200 0123456789");
}

#[test]
fn touching_ranges_are_one() {
    check("bytes=0-2,3-4", "206 01234", "bytes 0-4/10");
    check("bytes=2-5,0-3", "206 012345", "bytes 0-5/10");
    check("bytes=0-1,99-", "206 01", "bytes 0-1/10");
}

#[test]
fn several_ranges_are_parts() {
    let response = site().response("GET /a.png\nRange: bytes=0-1,-2");
    let media_type = response.field("Content-Type").unwrap();
    let boundary = media_type.strip_prefix("multipart/byteranges; boundary=").unwrap();
    let part = |range, text| {
        format!("--{boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes {range}/10\r\n\r\n{text}\r\n")
    };
    let expected = format!("{}{}--{boundary}--\r\n", part("0-1", "01"), part("8-9", "89"));
    assert_eq!(String::from_utf8(bytes(&response.content)).unwrap(), expected);
    assert_eq!((response.status.code(), response.field("Content-Range")), (206, None));
    assert_eq!(response.field("ETag"), site().response("GET /a.png").field("ETag"));
}

#[test]
fn the_boundary_is_the_same_for_the_same_request_only() {
    let boundary = |range: &str| {
        let response = site().response(&format!("GET /a.png\nRange: {range}"));
        response.field("Content-Type").unwrap().to_owned()
    };
    assert_eq!(boundary("bytes=0-0,9-9"), boundary("bytes=0-0,9-9"));
    assert_ne!(boundary("bytes=0-0,9-9"), boundary("bytes=0-0,8-8"));
}

#[test]
fn a_flood_of_ranges_gets_the_whole() {
    let site = Site::new(&[("a.png", &long('a'))]);
    let whole = format!("200 {}", long('a'));
    let flood = |count: usize, step: usize| {
        let ranges: Vec<String> = (0..count).map(|index| format!("{0}-{0}", index * step)).collect();
        format!("GET /a.png\nRange: bytes={}", ranges.join(","))
    };
    site.check(&flood(65, 2), &whole);
    site.check(&flood(900, 2), &whole);
    assert_eq!(site.response(&flood(64, 2)).status.code(), 206);
    let overlapping = format!("GET /a.png\nRange: bytes={}", vec!["0-"; 200].join(","));
    site.check(&overlapping, &format!("206 {}", long('a')));
}

#[test]
fn if_range_is_strong() {
    let site = site();
    let tag = site.response("GET /a.png").field("ETag").unwrap().to_owned();
    let date = site.response("GET /a.png").field("Last-Modified").unwrap().to_owned();
    let check =
        |value: &str, expected| site.check(&format!("GET /a.png\nRange: bytes=0-1\nIf-Range: {value}"), expected);
    check(&tag, "206 01");
    check(&date, "206 01");
    check(&format!("W/{tag}"), "200 0123456789");
    check("\"x\"", "200 0123456789");
    check("Thu, 01 Jan 1970 02:00:00 GMT", "200 0123456789");
    check("tomorrow", "200 0123456789");
}

#[test]
fn a_weak_tag_of_ours_serves_no_if_range() {
    let mut site = site();
    site.now = site.tree.now;
    let tag = site.response("GET /a.png").field("ETag").unwrap().to_owned();
    assert!(tag.starts_with("W/"));
    site.check(&format!("GET /a.png\nRange: bytes=0-1\nIf-Range: {tag}"), "200 0123456789");
}

#[test]
fn a_range_is_of_the_coded_bytes() {
    let site = site();
    let request = "GET /a.html\nAccept-Encoding: br\nRange: bytes=0-1";
    site.check(request, "206 br");
    site.check_field(request, "Content-Range", "bytes 0-1/5");
    site.check_field(request, "Content-Encoding", "br");
    site.check_field(request, "Vary", "Accept-Encoding");
    let tag = site.response("GET /a.html\nAccept-Encoding: gzip").field("ETag").unwrap().to_owned();
    site.check(&format!("{request}\nIf-Range: {tag}"), "200 br(a)");
}

#[test]
fn an_empty_file_is_sent_whole_or_refused() {
    site().check("GET /empty.png", "200");
    site().check("GET /empty.png\nRange: bytes=0-", "416");
    site().check_field("GET /empty.png\nRange: bytes=0-", "Content-Range", "bytes */0");
}

#[test]
fn a_206_has_the_fields_of_the_200() {
    let site = site();
    let whole = site.response("GET /a.png");
    let mut part = site.response("GET /a.png\nRange: bytes=0-1").fields;
    assert_eq!(part.pop().map(|field| field.name), Some("Content-Range".into()));
    assert_eq!(part, whole.fields);
}
