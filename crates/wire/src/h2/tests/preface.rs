//! RFC 9113 §3.4: how a connection begins.

use super::*;

#[test]
fn our_settings_are_the_first_that_is_sent() {
    Trial::new().expect_out(&["SETTINGS 3"]).receive(hello()).expect(&[]).expect_out(&["SETTINGS ack"]);
}

#[test]
fn the_preface_may_come_byte_by_byte() {
    let mut trial = Trial::new();
    for byte in [hello(), get(1)].concat() {
        trial.receive([byte]);
    }
    trial.expect(&["1 GET / at a"]);
}

#[track_caller]
fn check_first(input: impl AsRef<[u8]>, reason: &str) {
    let mut trial = Trial::new();
    trial.receive(input).expect(&[&format!("0 fault of connection: {reason}")]);
    trial.expect_out(&["SETTINGS 3", "GOAWAY 0 PROTOCOL_ERROR"]);
    assert!(trial.connection.is_closing());
}

#[test]
fn anything_but_the_preface_ends_the_connection_at_once() {
    check_first("GET / HTTP/1.1\r\n\r\n", "invalid connection preface");
    check_first("PRI * HTTP/2.0\r\n\r\nSX", "invalid connection preface");
    check_first("X", "invalid connection preface");
}

#[test]
fn the_first_frame_is_settings() {
    for first in
        [get(1), frame(kind::PING, 0, 0, [0; 8]), frame(kind::SETTINGS, flag::ACK, 0, ""), frame(0x7F, 0, 0, "")]
    {
        check_first([&PREFACE[..], &first].concat(), "the first frame is not SETTINGS");
    }
}

#[test]
fn a_slow_preface_is_not_waited_for() {
    let mut trial = Trial::new();
    trial.receive("PRI * HT").seconds(9).receive("TP").expect(&[]).seconds(1);
    trial.expect(&["0 fault of connection: request head too slow (more than 10 s)"]);
    let mut trial = Trial::new();
    trial.receive(PREFACE).seconds(10);
    trial.expect(&["0 fault of connection: request head too slow (more than 10 s)"]);
    trial.expect_out(&["SETTINGS 3", "GOAWAY 0 ENHANCE_YOUR_CALM"]);
}

#[test]
fn who_goes_before_the_end_of_the_preface_has_gone() {
    Trial::new().end().expect(&["closed Peer"]);
    Trial::new().receive("PRI").end().expect(&["0 fault of connection: the connection ended within a request"]);
    Trial::open().end().expect(&["closed Peer"]);
}

#[test]
fn an_idle_connection_is_told_that_it_ends() {
    let mut trial = Trial::open();
    trial.receive(get(1)).expect(&["1 GET / at a"]).frames();
    // PING is no use of it.
    trial.seconds(59).receive(frame(kind::PING, 0, 0, [0; 8])).expect(&[]).frames();
    trial.seconds(1).expect(&["closed Idle"]).expect_out(&["GOAWAY 1 NO_ERROR"]);
    assert!(trial.connection.is_closing());
}

#[test]
fn a_connection_with_a_request_is_not_idle() {
    let mut trial = Trial::silent();
    trial.receive(get(1)).expect(&["1 GET / at a"]).seconds(600).expect(&[]);
    trial.respond(1, Status::NO_CONTENT, 0).pump().seconds(59).expect(&[]).seconds(1).expect(&["closed Idle"]);
}
