//! What is written for a response.

use super::*;
use crate::h2::ready_block;
use semantics::Field;

fn field(name: &'static str, value: &'static str) -> Field {
    Field { name: name.into(), value: value.into() }
}

#[track_caller]
fn check(lines: &[(&str, &str)], status: Status, fields: &[Field], length: Option<u64>, expected: &str, sends: Sends) {
    let mut trial = Trial::silent();
    trial.receive(headers(1, true, lines));
    let sent = trial.connection.respond(StreamId(1), status, fields, length, DATE, &mut trial.out);
    assert_eq!(sent, sends);
    trial.expect_out(&[expected]);
    assert_eq!(trial.connection.is_open(StreamId(1)), sends == Sends::Content);
}

const HEAD: &[(&str, &str)] = &[(":method", "HEAD"), (":scheme", "http"), (":authority", "a"), (":path", "/")];

#[test]
fn a_response_says_how_long_it_is_where_it_can() {
    use Sends::{Content, Nothing};
    check(GET, Status::OK, &[], Some(5), "HEADERS 1 :status=200 content-length=5", Content);
    check(GET, Status::OK, &[], None, "HEADERS 1 :status=200", Content);
    check(GET, Status::OK, &[], Some(0), "HEADERS 1 end :status=200 content-length=0", Nothing);
    check(GET, Status::NO_CONTENT, &[], Some(0), "HEADERS 1 end :status=204", Nothing);
    check(GET, Status::NOT_MODIFIED, &[], Some(5), "HEADERS 1 end :status=304", Nothing);
    check(HEAD, Status::OK, &[], Some(5), "HEADERS 1 end :status=200 content-length=5", Nothing);
    check(HEAD, Status::OK, &[], None, "HEADERS 1 end :status=200", Nothing);
}

#[test]
fn names_are_lowered_and_what_http_2_does_not_have_is_left_out() {
    let fields = [
        field("Content-Type", "text/html"),
        field("X-Odd_Name", "a"),
        field("Connection", "close"),
        field("Vary", " a "),
    ];
    let expected = "HEADERS 1 :status=200 content-type=text/html x-odd_name=a vary=a content-length=1";
    check(GET, Status::OK, &fields, Some(1), expected, Sends::Content);
}

#[test]
fn fields_that_come_again_are_a_byte_each() {
    let mut trial = Trial::silent();
    let fields = [field("Content-Type", "text/html; charset=utf-8"), field("Cache-Control", "no-cache")];
    let mut lengths = Vec::new();
    for stream in [1, 3, 5] {
        trial.receive(get(stream));
        trial.connection.respond(StreamId(stream), Status::OK, &fields, Some(1), DATE, &mut trial.out);
        lengths.push(trial.out.len());
        let head = "200 content-type=text/html; charset=utf-8 cache-control=no-cache content-length=1";
        trial.expect_out(&[&format!("HEADERS {stream} :status={head}")]);
    }
    assert!(lengths[1] + 20 < lengths[0] && lengths[1] == lengths[2], "{lengths:?}");
}

#[test]
fn a_long_block_is_continued() {
    let mut trial = Trial::silent();
    trial.receive(get(1));
    let long = Field { name: "x-long".into(), value: "~".repeat(40_000).into() };
    trial.connection.respond(StreamId(1), Status::OK, &[long], None, DATE, &mut trial.out);
    let (mut kinds, mut bytes) = (Vec::new(), &trial.out[..]);
    while let Some(header) = Header::read(bytes) {
        kinds.push((header.kind, header.flags, header.length <= 16_384));
        bytes = &bytes[HEADER_BYTES + header.length as usize..];
    }
    assert_eq!(
        kinds,
        [(kind::HEADERS, 0, true), (kind::CONTINUATION, 0, true), (kind::CONTINUATION, flag::END_HEADERS, true)]
    );
}

#[test]
fn a_ready_block_means_the_same_whatever_the_tables_are() {
    let fields = [field("Content-Type", "text/html"), field("ETag", "\"a\"")];
    let (mut block, date_at) = ready_block(Status::OK, &fields, Some(3));
    block[date_at..date_at + 29].copy_from_slice(DATE);
    let mut decoder = Decoder::new();
    let mut lines = Vec::new();
    let each = |name: &[u8], value: &[u8]| lines.push(format!("{}: {}", name.escape_ascii(), value.escape_ascii()));
    decoder.decode(&block, &mut Vec::new(), each).expect("valid");
    assert_eq!(
        lines,
        [
            ":status: 200",
            "date: Sun, 06 Nov 1994 08:49:37 GMT",
            "content-type: text/html",
            "etag: \\\"a\\\"",
            "content-length: 3"
        ]
    );
    assert_eq!(decoder.table_size(), 0);
    let mut trial = Trial::silent();
    trial.receive([settings(&[(1, 0)]), get(1), get(3)].concat()).frames();
    for (stream, whole) in [(1, true), (3, true)] {
        let stream = StreamId(stream);
        assert_eq!(trial.connection.respond_ready(stream, &block, true, &mut trial.out), Sends::Content);
        assert_eq!(trial.connection.send_whole(stream, 3, &mut trial.out), whole);
        trial.out.extend_from_slice(b"abc");
    }
    let head = ":status=200 content-type=text/html etag=\\\"a\\\" content-length=3";
    trial.expect_out(&[&format!("HEADERS 1 {head}"), "DATA 1 3 end", &format!("HEADERS 3 {head}"), "DATA 3 3 end"]);
    assert!(trial.connection.is_idle());
}

#[test]
fn what_does_not_fit_the_windows_or_overtakes_is_not_sent_whole() {
    let block = ready_block(Status::OK, &[], Some(100)).0;
    let mut trial = Trial::silent();
    trial.receive([settings(&[(4, 99)]), get(1), get(3)].concat()).frames();
    for (stream, length) in [(1, 100), (3, 50)] {
        let stream = StreamId(stream);
        trial.connection.respond_ready(stream, &block, true, &mut trial.out);
        assert!(!trial.connection.send_whole(stream, length, &mut trial.out), "{stream:?}");
        trial.connection.offer(stream, length);
        trial.connection.finish(stream);
    }
    trial.pump();
    assert_eq!(trial.frames()[2..], ["DATA 1 99", "DATA 3 50 end"]);
}

#[test]
fn content_that_cannot_be_completed_is_reset() {
    let mut trial = Trial::silent();
    trial.receive(get(1));
    trial.connection.respond(StreamId(1), Status::OK, &[], None, DATE, &mut trial.out);
    trial.connection.offer(StreamId(1), 5);
    trial.connection.reset(StreamId(1), &mut trial.out);
    trial.pump().expect_out(&["HEADERS 1 :status=200", "RST_STREAM 1 INTERNAL_ERROR"]);
}
