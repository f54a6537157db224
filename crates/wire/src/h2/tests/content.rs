//! RFC 9113 §8.1: content and trailers of a request.

use super::*;

#[test]
fn content_is_given_on_as_it_comes() {
    check(
        [headers(1, false, POST), data(1, false, "abc"), data(1, true, "def")].concat(),
        &["1 POST / at a +", "1 content abcdef", "1 end"],
        &["HEADERS 1 end :status=204"],
    );
    let known = [POST, &[("content-length", "6")]].concat();
    let padded = frame(kind::DATA, flag::PADDED, 1, [&[4][..], b"abc", &[0; 4]].concat());
    check(
        [headers(1, false, &known), padded, data(1, false, "def"), data(1, true, "")].concat(),
        &["1 POST / at a +6 content-length: 6\\r\\n", "1 content abcdef", "1 end"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn requests_go_side_by_side() {
    check(
        [headers(1, false, POST), headers(3, false, POST), data(3, true, "b"), get(5), data(1, true, "a")].concat(),
        &["1 POST / at a +", "3 POST / at a +", "3 content b", "3 end", "5 GET / at a", "1 content a", "1 end"],
        &["HEADERS 3 end :status=204", "HEADERS 5 end :status=204", "HEADERS 1 end :status=204"],
    );
}

#[test]
fn content_is_as_long_as_it_says() {
    let known = [POST, &[("content-length", "3")]].concat();
    let reason = "content is not as long as Content-Length says";
    for content in [data(1, true, "ab"), data(1, false, "abcd"), data(1, true, ""), headers(1, true, &[("a", "b")])] {
        check_reset([headers(1, false, &known), content].concat(), 1, "PROTOCOL_ERROR", reason);
    }
}

#[test]
fn trailers_end_a_request_and_are_no_fields_of_it() {
    let trailers = headers(1, true, &[("checksum", "1"), ("content-length", "9")]);
    check(
        [headers(1, false, POST), data(1, false, "abc"), trailers].concat(),
        &["1 POST / at a +", "1 content abc", "1 end"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn trailers_that_are_wrong_reset_the_stream() {
    let with = |trailers: Vec<u8>| [headers(1, false, POST), trailers].concat();
    let reason = "trailers that do not end the request";
    check_reset(with(headers(1, false, &[("a", "b")])), 1, "PROTOCOL_ERROR", reason);
    let reason = "pseudo-field that is unknown, repeated or out of place";
    check_reset(with(headers(1, true, &[(":path", "/")])), 1, "PROTOCOL_ERROR", reason);
    let reason = "field that belongs to a connection of HTTP/1.1";
    check_reset(with(headers(1, true, &[("connection", "close")])), 1, "PROTOCOL_ERROR", reason);
}

#[test]
fn who_expects_100_is_told_to_go_on() {
    let expecting = [POST, &[("expect", "100-continue")]].concat();
    check(
        [headers(1, false, &expecting), data(1, true, "x")].concat(),
        &["1 POST / at a + expects 100 expect: 100-continue\\r\\n", "1 content x", "1 end"],
        &["HEADERS 1 :status=100", "HEADERS 1 end :status=204"],
    );
    // Who does not wait needs no word.
    let mut trial = Trial::silent();
    trial.receive([headers(1, false, &expecting), data(1, false, "x".repeat(300))].concat());
    trial.connection.proceed(StreamId(1), &mut trial.out);
    trial.expect_out(&[]);
}

#[test]
fn a_request_that_is_answered_early_has_a_moment_to_end() {
    let mut trial = Trial::silent();
    trial.receive(headers(1, false, POST)).expect(&["1 POST / at a +"]);
    trial.respond(1, Status::METHOD_NOT_ALLOWED, 10).pump();
    trial.expect_out(&["HEADERS 1 :status=405 content-length=10", "DATA 1 10 end"]);
    assert!(!trial.connection.is_open(StreamId(1)));
    trial.receive(data(1, true, "x")).seconds(5).expect(&[]).expect_out(&[]);
    assert!(trial.connection.is_idle());
}

#[test]
fn a_request_that_is_answered_early_and_does_not_end_is_reset() {
    let mut trial = Trial::silent();
    trial.receive(headers(1, false, POST)).expect(&["1 POST / at a +"]);
    trial.respond(1, Status::METHOD_NOT_ALLOWED, 10).pump().frames();
    trial.seconds(1).expect_out(&[]).seconds(1).expect(&[]).expect_out(&["RST_STREAM 1 NO_ERROR"]);
    // What is under way is passed over.
    trial.receive([data(1, false, "x".repeat(1000)), data(1, true, "x"), get(3)].concat()).expect(&["3 GET / at a"]);
    trial.expect_out(&[]);
}

#[test]
fn a_request_that_ends_while_it_is_answered_is_not_reset() {
    let mut trial = Trial::silent();
    trial.receive([settings(&[(4, 5)]), headers(1, false, POST)].concat()).frames();
    trial.respond(1, Status::OK, 10).pump().expect_out(&["HEADERS 1 :status=200 content-length=10", "DATA 1 5"]);
    trial.receive(data(1, true, "x")).receive(window_update(1, 5)).expect(&["1 POST / at a +"]);
    trial.expect_out(&["DATA 1 5 end"]);
}

#[test]
fn content_beyond_what_is_read_is_413() {
    let mut trial = Trial::open();
    trial.receive(headers(1, false, POST));
    let full = data(1, false, [b'x'; 16_384]);
    for _ in 0..64 {
        trial.receive(&full);
    }
    assert_eq!(trial.events.len(), 2);
    trial.receive(data(1, false, "x".repeat(300)));
    assert_eq!(trial.events[2], "1 fault of stream 413: content too large (more than 1048576 bytes)");
    let frames = trial.frames();
    assert_eq!(frames.last().map(String::as_str), Some("HEADERS 1 end :status=413 content-length=0"));
    trial.events.clear();
    trial.receive([&full[..], &full, &full, &get(3)].concat()).expect(&["3 GET / at a"]);
    assert!(trial.frames().contains(&String::from("RST_STREAM 1 NO_ERROR")));
}

#[test]
fn content_that_does_not_come_is_408() {
    let mut trial = Trial::open();
    trial.receive([headers(1, false, POST), get(3)].concat()).seconds(20).receive(data(1, false, "x".repeat(300)));
    trial.events.clear();
    trial.frames();
    // A drip does not reset the clock.
    trial.seconds(10).expect(&["1 fault of stream 408: request content too slow (more than 30 s)"]);
    trial.expect_out(&["HEADERS 1 end :status=408 content-length=0"]);
    trial.seconds(2).expect_out(&["RST_STREAM 1 NO_ERROR"]);
    trial.receive(get(5)).expect(&["5 GET / at a"]);
}

#[test]
fn who_goes_within_a_request_has_gone() {
    let mut trial = Trial::silent();
    trial.receive(headers(1, false, POST)).end();
    trial.expect(&["1 POST / at a +", "0 fault of connection: the connection ended within a request"]);
}

#[test]
fn who_ends_its_side_behind_a_request_is_answered() {
    let mut trial = Trial::silent();
    trial.receive(get(1)).end().expect(&["1 GET / at a"]);
    trial.respond(1, Status::OK, 5).pump();
    assert!(trial.connection.is_closing());
    trial.expect_out(&["HEADERS 1 :status=200 content-length=5", "DATA 1 5 end"]);
}
