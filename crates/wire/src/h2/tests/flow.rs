//! RFC 9113 §5.2, §6.9: windows of both sides. RFC 9218: whose content goes first.

use super::*;

#[test]
fn content_stops_where_the_window_of_its_stream_ends() {
    let mut trial = Trial::with_content(100);
    trial.receive([settings(&[(4, 60)]), get(1)].concat());
    trial.expect_out(&["SETTINGS ack", "HEADERS 1 :status=200 content-length=100", "DATA 1 60"]);
    trial.receive(window_update(1, 30)).expect_out(&["DATA 1 30"]);
    trial.receive(window_update(1, 30)).expect_out(&["DATA 1 10 end"]);
}

#[test]
fn content_stops_where_the_window_of_the_connection_ends() {
    let mut trial = Trial::with_content(50_000);
    trial.receive([get(1), get(3)].concat());
    trial.expect_out(&[
        "HEADERS 1 :status=200 content-length=50000",
        "HEADERS 3 :status=200 content-length=50000",
        "DATA 1 16384",
        "DATA 1 16384",
        "DATA 1 16384",
        "DATA 1 848 end",
        "DATA 3 15535",
    ]);
    trial.receive(window_update(3, 100_000)).expect_out(&[]);
    trial.receive(window_update(0, 1)).expect_out(&["DATA 3 1"]);
    trial.receive(window_update(0, 100_000));
    trial.expect_out(&["DATA 3 16384", "DATA 3 16384", "DATA 3 1696 end"]);
}

#[test]
fn a_changed_initial_window_changes_those_of_open_streams() {
    let mut trial = Trial::with_content(100);
    trial.receive([settings(&[(4, 60)]), get(1)].concat()).frames();
    // Less than nothing: what was sent is more than what may be.
    trial.receive(settings(&[(4, 10)])).expect_out(&["SETTINGS ack"]);
    trial.receive(window_update(1, 50)).expect_out(&[]);
    trial.receive(window_update(1, 5)).expect_out(&["DATA 1 5"]);
    trial.receive(settings(&[(4, 100)])).expect_out(&["SETTINGS ack", "DATA 1 35 end"]);
}

#[test]
fn an_end_without_content_needs_no_window() {
    let mut trial = Trial::silent();
    trial.receive([settings(&[(4, 5)]), get(1)].concat()).frames();
    let stream = StreamId(1);
    trial.connection.respond(stream, Status::OK, &[], None, DATE, &mut trial.out);
    trial.connection.offer(stream, 5);
    trial.pump().expect_out(&["HEADERS 1 :status=200", "DATA 1 5"]);
    trial.connection.finish(stream);
    trial.pump().expect_out(&["DATA 1 0 end"]);
}

#[test]
fn a_window_beyond_31_bits_is_a_fault_of_its_scope() {
    let reason = "flow-control window beyond 2^31-1";
    check_goaway(window_update(0, 0x7FFF_FFFF), "FLOW_CONTROL_ERROR", reason);
    check_reset([get(1), window_update(1, 0x7FFF_FFFF)].concat(), 1, "FLOW_CONTROL_ERROR", reason);
    let grown = [get(1), window_update(1, 0x7FFF_0000), settings(&[(4, 0x7FFF_FFFF)])].concat();
    check_goaway(grown, "FLOW_CONTROL_ERROR", reason);
    let reason = "WINDOW_UPDATE of 0";
    check_goaway(window_update(0, 0), "PROTOCOL_ERROR", reason);
    check_reset([get(1), window_update(1, 0)].concat(), 1, "PROTOCOL_ERROR", reason);
}

#[test]
fn content_beyond_our_windows_is_a_fault() {
    let full = [0; 16_384];
    // The window of the connection is opened again as content is read, that of a stream that nobody reads is not.
    let mut trial = Trial::silent();
    trial.receive(headers(1, false, POST));
    trial.respond(1, Status::OK, 100_000).pump().frames();
    trial.events.clear();
    for _ in 0..3 {
        trial.receive(data(1, false, full)).expect(&[]);
    }
    assert!(trial.frames().iter().all(|frame| frame.starts_with("WINDOW_UPDATE 0 ")));
    trial.receive(data(1, false, full)).expect(&["1 fault of stream: content beyond the flow-control window"]);
    assert_eq!(trial.frames().last().map(String::as_str), Some("RST_STREAM 1 FLOW_CONTROL_ERROR"));
}

#[test]
fn windows_are_opened_when_half_of_them_is_used() {
    let mut trial = Trial::silent();
    trial.receive(headers(1, false, POST));
    let content = data(1, false, [b'x'; 16_000]);
    trial.receive(&content).receive(&content).expect_out(&[]);
    trial.receive(&content).expect_out(&["WINDOW_UPDATE 0 48000", "WINDOW_UPDATE 1 48000"]);
    // Padding counts.
    let padded = frame(kind::DATA, flag::PADDED, 1, [&[255][..], &[0; 16_383]].concat());
    trial.receive(&padded).expect_out(&[]);
    trial.receive(&padded).expect_out(&["WINDOW_UPDATE 0 32768", "WINDOW_UPDATE 1 32768"]);
}

#[test]
fn the_window_of_the_connection_is_opened_for_what_nobody_reads() {
    let mut trial = Trial::open();
    trial.receive(headers(1, false, &[(":method", "GET")])).frames();
    for _ in 0..10 {
        trial.receive(data(1, false, [0; 16_384]));
    }
    assert_eq!(trial.frames(), alloc::vec!["WINDOW_UPDATE 0 32768"; 5]);
}

#[test]
fn frames_are_as_long_as_the_peer_takes_and_no_longer_than_ours() {
    let mut trial = Trial::with_content(40_000);
    trial.receive([settings(&[(5, 100_000)]), get(1)].concat());
    trial.expect_out(&[
        "SETTINGS ack",
        "HEADERS 1 :status=200 content-length=40000",
        "DATA 1 16384",
        "DATA 1 16384",
        "DATA 1 7232 end",
    ]);
}

fn with_priority(stream: u32, priority: &str) -> Vec<u8> {
    headers(stream, true, &[GET, &[("priority", priority)]].concat())
}

fn update(stream: u32, priority: &str) -> Vec<u8> {
    frame(kind::PRIORITY_UPDATE, 0, 0, [&stream.to_be_bytes()[..], priority.as_bytes()].concat())
}

#[test]
fn the_most_urgent_goes_first() {
    let mut trial = Trial::with_content(10);
    trial.receive([with_priority(1, "u=5"), get(3), with_priority(5, "u=0, i")].concat());
    let frames = trial.frames();
    assert_eq!(frames[3..], ["DATA 5 10 end", "DATA 3 10 end", "DATA 1 10 end"]);
}

#[test]
fn incremental_ones_share() {
    let mut trial = Trial::with_content(20_000);
    trial.receive([with_priority(1, "i"), with_priority(3, "i")].concat());
    assert_eq!(trial.frames()[2..], ["DATA 1 16384", "DATA 3 16384", "DATA 1 3616 end", "DATA 3 3616 end"]);
}

#[test]
fn priority_update_is_the_newer_word_also_ahead_of_its_stream() {
    let mut trial = Trial::with_content(10);
    trial.receive(
        [get(1), update(5, "u=1"), update(3, "u=7"), with_priority(3, "u=0"), get(5), update(5, "u=2")].concat(),
    );
    assert_eq!(trial.frames()[3..], ["DATA 5 10 end", "DATA 1 10 end", "DATA 3 10 end"]);
}

#[test]
fn a_stream_that_is_given_up_sends_nothing_more() {
    let mut trial = Trial::with_content(100);
    trial.receive([settings(&[(4, 60)]), get(1), rst_stream(1)].concat()).expect(&["1 GET / at a", "1 cancelled"]);
    trial.frames();
    trial.receive(window_update(1, 100)).expect_out(&[]);
    assert!(!trial.connection.is_open(StreamId(1)));
    // The server may not know yet.
    trial.respond(1, Status::OK, 5).pump().expect_out(&[]);
}
