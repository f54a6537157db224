//! Too many clients: who makes room for whom.

use super::stage::{Stage, limits};
use server::limit::Limits;
use std::time::Duration;

/// A worker for three connections.
fn stage(turns_away: bool) -> Stage {
    let stage = Stage::with(Limits { connections_max: 3, turns_away, ..limits() });
    stage.shelf.write("a.png", "picture");
    stage.shelf.write("b.txt", "text");
    stage
}

/// One that is in the middle of a head, one that waits for the pool, one that is idle.
fn three(stage: &mut Stage) -> [usize; 3] {
    let [partial, busy, idle] = [stage.connect(), stage.connect(), stage.connect()];
    stage.send(partial, "GET /a.png HT");
    stage.get(busy, "/b.txt");
    stage.get(idle, "/a.png");
    [partial, busy, idle]
}

#[test]
fn an_idle_connection_makes_room_first() {
    let mut stage = stage(true);
    let [partial, busy, idle] = three(&mut stage);
    let new = stage.connect();
    assert_eq!([partial, busy, idle, new].map(|client| stage.state(client)), ["open", "open", "closed", "open"]);
}

#[test]
fn one_that_lingers_goes_before_one_that_is_idle() {
    let mut stage = stage(true);
    let [idle, lingering, other] = [stage.connect(), stage.connect(), stage.connect()];
    stage.get(idle, "/a.png");
    stage.send(lingering, "BAD\r\n\r\n");
    stage.get(other, "/a.png");
    stage.connect();
    assert_eq!([idle, lingering, other].map(|client| stage.state(client)), ["open", "closed", "open"]);
}

#[test]
fn of_the_idle_the_oldest_goes() {
    let mut stage = stage(true);
    let clients = [stage.connect(), stage.connect(), stage.connect()];
    for client in [1, 0, 2] {
        stage.get(clients[client], "/a.png");
        stage.advance(Duration::from_secs(1));
    }
    stage.connect();
    assert_eq!(clients.map(|client| stage.state(client)), ["open", "closed", "open"]);
}

#[test]
fn one_in_the_middle_of_a_head_goes_only_when_none_is_idle() {
    let mut stage = stage(true);
    let [partial, busy, _] = three(&mut stage);
    let (first, second) = (stage.connect(), stage.connect());
    // The first is idle, newer than nobody: it goes before the head does.
    assert_eq!([partial, busy, first, second].map(|client| stage.state(client)), ["open", "open", "closed", "open"]);
    stage.advance(Duration::from_secs(1));
    stage.send(second, "G");
    let third = stage.connect();
    assert_eq!([partial, busy, second, third].map(|client| stage.state(client)), ["closed", "open", "open", "open"]);
}

#[test]
fn who_comes_when_all_are_busy_is_turned_away_only_at_a_limit_the_owner_set() {
    for (turns_away, expected) in [(true, "closed"), (false, "open")] {
        let mut stage = stage(turns_away);
        let clients = [stage.connect(), stage.connect(), stage.connect()];
        clients.iter().for_each(|client| stage.get(*client, "/b.txt"));
        let new = stage.connect();
        assert_eq!(stage.state(new), expected);
        assert_eq!(clients.map(|client| stage.state(client)), ["open"; 3]);
    }
}

#[test]
fn without_descriptors_an_idle_connection_goes() {
    let mut stage = stage(false);
    let [partial, busy, idle] = three(&mut stage);
    stage.run_out_of_descriptors();
    assert_eq!([partial, busy, idle].map(|client| stage.state(client)), ["open", "open", "closed"]);
    stage.run_pool();
    assert_eq!(stage.take_contents(busy), ["text"]);
}

#[test]
fn a_file_that_cannot_be_opened_for_want_of_descriptors_is_a_503() {
    let mut stage = stage(false);
    let client = stage.connect();
    stage.shelf.fail(Some(site::Refusal::OutOfDescriptors));
    stage.get(client, "/a.png");
    stage.run_pool();
    let answer = stage.take(client);
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    stage.shelf.fail(None);
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture"]);
}
