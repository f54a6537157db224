//! RFC 9113 §4 to §6: frames that are not as they have to be.

use super::*;

#[test]
fn a_frame_longer_than_we_said_ends_the_connection() {
    let reason = "frame too long (more than 16384 bytes)";
    for kind in [kind::DATA, kind::HEADERS, kind::SETTINGS, 0xEE] {
        // Its header is enough.
        let mut header = Vec::new();
        Header { length: 16_385, kind, flags: 0, stream: 1 }.write(&mut header);
        check_goaway(header, "FRAME_SIZE_ERROR", reason);
    }
}

#[test]
fn a_frame_of_the_wrong_length_ends_the_connection() {
    let reason = "frame with a length that its type cannot have";
    for (kind, stream, lengths) in [
        (kind::RST_STREAM, 1, &[0, 3, 5][..]),
        (kind::SETTINGS, 0, &[1, 5, 7]),
        (kind::PING, 0, &[0, 7, 9]),
        (kind::GOAWAY, 0, &[0, 7]),
        (kind::WINDOW_UPDATE, 0, &[0, 3, 5]),
        (kind::WINDOW_UPDATE, 1, &[0, 3, 5]),
        (kind::PRIORITY_UPDATE, 0, &[0, 3]),
    ] {
        for &length in lengths {
            let bytes = [get(1), frame(kind, 0, stream, alloc::vec![1; length])].concat();
            check_goaway(bytes, "FRAME_SIZE_ERROR", reason);
        }
    }
    check_goaway(frame(kind::SETTINGS, flag::ACK, 0, [0; 6]), "FRAME_SIZE_ERROR", reason);
    check_goaway(frame(kind::HEADERS, flag::PRIORITY, 1, [0; 4]), "FRAME_SIZE_ERROR", reason);
    check_goaway(frame(kind::HEADERS, flag::PADDED, 1, ""), "FRAME_SIZE_ERROR", reason);
    check_goaway([get(1), frame(kind::DATA, flag::PADDED, 1, "")].concat(), "FRAME_SIZE_ERROR", reason);
}

#[test]
fn a_priority_of_the_wrong_length_resets_its_stream() {
    let reason = "frame with a length that its type cannot have";
    check_reset([get(1), frame(kind::PRIORITY, 0, 1, [0; 4])].concat(), 1, "FRAME_SIZE_ERROR", reason);
    check_goaway(frame(kind::PRIORITY, 0, 1, [0; 6]), "FRAME_SIZE_ERROR", reason);
}

#[test]
fn a_frame_is_on_a_stream_where_it_can_be() {
    let reason = "frame on a stream that it cannot be on";
    for kind in [kind::DATA, kind::HEADERS, kind::PRIORITY, kind::RST_STREAM, kind::CONTINUATION, kind::PUSH_PROMISE] {
        check_goaway(frame(kind, flag::END_HEADERS, 0, [0; 5]), "PROTOCOL_ERROR", reason);
    }
    for kind in [kind::SETTINGS, kind::PING, kind::GOAWAY, kind::PRIORITY_UPDATE] {
        check_goaway([get(1), frame(kind, 0, 1, [0; 8])].concat(), "PROTOCOL_ERROR", reason);
    }
    // The streams of a client have odd numbers.
    check_goaway(headers(2, true, GET), "PROTOCOL_ERROR", reason);
}

#[test]
fn a_frame_on_a_stream_that_nobody_opened_ends_the_connection() {
    let reason = "frame on a stream that is not open yet";
    for frame in [data(3, true, "x"), rst_stream(3), window_update(3, 1), data(2, true, "x"), window_update(2, 1)] {
        check_goaway([get(1), frame].concat(), "PROTOCOL_ERROR", reason);
    }
}

#[test]
fn numbers_of_streams_go_up() {
    let reason = "frame on a stream that it cannot be on";
    check_goaway([get(1), get(7), get(5)].concat(), "PROTOCOL_ERROR", reason);
    // This one was there, and is closed.
    let mut trial = Trial::open();
    trial.receive([get(1), get(3), get(1)].concat());
    assert_eq!(trial.events[2], "1 fault of connection: frame on a stream that is closed");
    assert_eq!(trial.frames()[2], "GOAWAY 3 STREAM_CLOSED");
}

#[test]
fn more_on_a_request_that_has_ended_resets_its_stream() {
    let reason = "frame on a stream that is closed";
    check_reset([get(1), data(1, false, "x".repeat(300))].concat(), 1, "STREAM_CLOSED", reason);
    check_reset([get(1), get(1)].concat(), 1, "STREAM_CLOSED", reason);
}

#[test]
fn what_comes_behind_a_reset_of_ours_is_passed_over() {
    let bad = headers(1, false, &[(":method", "GET")]);
    let behind =
        [bad, data(1, false, "x".repeat(300)), headers(1, true, &[("a", "b")]), rst_stream(1), get(3)].concat();
    check(
        behind,
        &["1 fault of stream: pseudo-fields missing", "3 GET / at a"],
        &["RST_STREAM 1 PROTOCOL_ERROR", "HEADERS 3 end :status=204"],
    );
}

#[test]
fn what_comes_behind_a_reset_of_the_peer_is_a_fault() {
    check_reset(
        [headers(1, false, POST), rst_stream(1), data(1, true, "x")].concat(),
        1,
        "STREAM_CLOSED",
        "frame on a stream that is closed",
    );
    // These may have been under way.
    check(
        [get(1), rst_stream(1), window_update(1, 5), frame(kind::PRIORITY, 0, 1, [0; 5])].concat(),
        &["1 GET / at a"],
        &["HEADERS 1 end :status=204"],
    );
}

#[test]
fn frames_of_unknown_types_are_passed_over() {
    let unknown = [frame(0xEE, 0xFF, 1, "something"), frame(0x0A, 0, 0, ""), frame(0xFF, 0, 5, [0; 16_384])].concat();
    check([unknown.clone(), get(1), unknown].concat(), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
}

#[test]
fn nothing_comes_between_a_block_and_its_continuation() {
    let block = block(GET);
    let begin = frame(kind::HEADERS, flag::END_STREAM, 1, &block[..3]);
    let end = frame(kind::CONTINUATION, flag::END_HEADERS, 1, &block[3..]);
    let empty = frame(kind::CONTINUATION, 0, 1, "");
    check([begin.clone(), empty, end.clone()].concat(), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
    let reason = "another frame within a field block";
    let other = frame(kind::CONTINUATION, flag::END_HEADERS, 3, &block[3..]);
    for between in [get(3), frame(kind::PING, 0, 0, [0; 8]), frame(0xEE, 0, 0, ""), data(1, false, "x"), other] {
        check_goaway([begin.clone(), between].concat(), "PROTOCOL_ERROR", reason);
    }
    let reason = "CONTINUATION without a field block before it";
    check_goaway(&end, "PROTOCOL_ERROR", reason);
    check_goaway([get(1), end].concat(), "PROTOCOL_ERROR", reason);
}

#[test]
fn padding_and_the_old_priority_are_taken_off() {
    let block = block(GET);
    let padded = [&[3][..], &[0x80, 0, 0, 1, 255], &block, &[0, 0, 0]].concat();
    let flags = flag::END_HEADERS | flag::END_STREAM | flag::PADDED | flag::PRIORITY;
    // It depends on itself: that was a fault once, and is nothing now.
    check(frame(kind::HEADERS, flags, 1, padded), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
    check_goaway(
        frame(kind::HEADERS, flags, 1, [200, 0, 0, 0, 1, 2, 3]),
        "PROTOCOL_ERROR",
        "padding longer than its frame",
    );
    check_goaway(
        [headers(1, false, POST), frame(kind::DATA, flag::PADDED, 1, [2, 0])].concat(),
        "PROTOCOL_ERROR",
        "padding longer than its frame",
    );
}

#[test]
fn ping_comes_back() {
    check(frame(kind::PING, 0, 0, "12345678"), &[], &["PING ack 12345678"]);
    check(frame(kind::PING, flag::ACK, 0, "12345678"), &[], &[]);
}

#[test]
fn settings_are_acknowledged_and_checked() {
    check(settings(&[(1, 0), (3, 1), (0xAAAA, 7)]), &[], &["SETTINGS ack"]);
    check(frame(kind::SETTINGS, flag::ACK, 0, ""), &[], &[]);
    check_goaway(settings(&[(2, 2)]), "PROTOCOL_ERROR", "setting with a value that it cannot have");
    check_goaway(settings(&[(4, 0x8000_0000)]), "FLOW_CONTROL_ERROR", "initial window beyond 2^31-1");
}

#[test]
fn what_a_client_cannot_do_ends_the_connection() {
    check_goaway(
        [get(1), frame(kind::PUSH_PROMISE, 0, 1, [0; 4])].concat(),
        "PROTOCOL_ERROR",
        "PUSH_PROMISE from a client",
    );
    let reason = "PRIORITY_UPDATE for a stream that is none of a client";
    check_goaway(frame(kind::PRIORITY_UPDATE, 0, 0, [0, 0, 0, 0, b'u']), "PROTOCOL_ERROR", reason);
    check_goaway(frame(kind::PRIORITY_UPDATE, 0, 0, [0, 0, 0, 2, b'u']), "PROTOCOL_ERROR", reason);
}

#[test]
fn goaway_of_a_client_is_about_streams_that_we_do_not_open() {
    check([frame(kind::GOAWAY, 0, 0, [0; 30]), get(1)].concat(), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
}

#[test]
fn a_block_that_hpack_refuses_ends_the_connection() {
    for (block, reason) in [
        (&[0x80][..], "field block: index in no table"),
        (&[0x3F, 0xE2, 0x1F], "field block: invalid size of the dynamic table"),
        (&[0x40, 0x81, 0x00], "field block: invalid Huffman code"),
        (&[0x40, 0x05, b'a'], "field block: ends within a line"),
        (&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "field block: integer too large"),
    ] {
        check_goaway(frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 1, block), "COMPRESSION_ERROR", reason);
    }
}

#[test]
fn a_frame_that_does_not_end_is_not_waited_for() {
    let get = get(1);
    let mut trial = Trial::open();
    trial.receive(&get[..5]).seconds(9).receive(&get[5..get.len() - 1]).expect(&[]).seconds(1);
    trial.expect(&["0 fault of connection: request head too slow (more than 10 s)"]);
    let mut trial = Trial::open();
    trial.receive(frame(kind::HEADERS, 0, 1, "")).seconds(10);
    trial.expect(&["0 fault of connection: request head too slow (more than 10 s)"]);
}
