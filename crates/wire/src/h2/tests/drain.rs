//! RFC 9113 §6.8: how a connection ends without a loss.

use super::*;

fn drain(trial: &mut Trial) -> &mut Trial {
    trial.connection.refuse_more(&mut trial.out, trial.now);
    trial
}

const GONE: &str = "GOAWAY 2147483647 NO_ERROR";
const PING: &str = "PING farewell";

fn answer() -> Vec<u8> {
    frame(kind::PING, flag::ACK, 0, "farewell")
}

#[test]
fn requests_that_were_under_way_are_answered() {
    let mut trial = Trial::silent();
    trial.receive(get(1)).expect(&["1 GET / at a"]);
    drain(&mut trial).expect_out(&[GONE, PING]);
    // Sent before the word was heard.
    trial.receive([get(3), answer()].concat()).expect(&["3 GET / at a"]).expect_out(&["GOAWAY 3 NO_ERROR"]);
    // Sent against it.
    trial.receive([get(5), data(5, false, "x".repeat(300)), window_update(5, 1)].concat()).expect(&[]).expect_out(&[]);
    trial.respond(3, Status::OK, 5).pump();
    assert!(!trial.connection.is_closing());
    trial.respond(1, Status::OK, 5).pump();
    assert!(trial.connection.is_closing());
    trial.expect_out(&[
        "HEADERS 3 :status=200 content-length=5",
        "DATA 3 5 end",
        "HEADERS 1 :status=200 content-length=5",
        "DATA 1 5 end",
    ]);
}

#[test]
fn who_does_not_answer_is_waited_for_a_second() {
    let mut trial = Trial::open();
    drain(&mut trial).expect_out(&[GONE, PING]);
    trial.wait(Duration::from_millis(999)).expect_out(&[]);
    trial.receive(get(1)).expect(&["1 GET / at a"]).expect_out(&["HEADERS 1 end :status=204"]);
    trial.wait(Duration::from_millis(1)).expect_out(&["GOAWAY 1 NO_ERROR"]);
    assert!(trial.connection.is_closing());
}

#[test]
fn an_idle_one_ends_when_it_has_heard() {
    let mut trial = Trial::open();
    drain(&mut trial);
    drain(&mut trial).expect_out(&[GONE, PING]);
    trial.receive(answer()).expect_out(&["GOAWAY 0 NO_ERROR"]);
    assert!(trial.connection.is_closing());
    trial.expect(&[]);
}

#[test]
fn one_that_has_just_begun_is_told_behind_its_settings() {
    let mut trial = Trial::new();
    drain(&mut trial).expect_out(&["SETTINGS 3"]);
    trial.receive([hello(), get(1)].concat());
    trial.expect_out(&["SETTINGS ack", GONE, PING, "HEADERS 1 end :status=204"]);
}

#[test]
fn one_that_makes_room_is_told_what_was_taken() {
    let mut trial = Trial::open();
    trial.receive(get(1)).expect(&["1 GET / at a"]).frames();
    trial.connection.dismiss(&mut trial.out);
    trial.connection.dismiss(&mut trial.out);
    trial.expect_out(&["GOAWAY 1 NO_ERROR"]);
    assert!(trial.connection.is_closing());
    trial.receive(get(3)).expect(&[]).expect_out(&[]);
}
