//! Responses that take longer than their turn: nothing overtakes them, and nothing more is read behind them.

use super::stage::Stage;
use server::pool::Work;
use std::sync::atomic::Ordering::Relaxed;

/// A picture is answered at once; a text wants its charset found out, which the pool does.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.shelf.write("a.png", "picture");
    stage.shelf.write("b.txt", "text");
    stage.shelf.write("c.txt", "more");
    stage
}

#[test]
fn a_response_from_the_pool_is_not_overtaken() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, "GET /b.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /a.png HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(stage.take(client), "");
    assert_eq!(stage.run_pool(), 1);
    assert_eq!(stage.take_contents(client), ["text", "picture"]);
}

#[test]
fn requests_behind_one_on_the_pool_go_there_one_by_one() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, "GET /b.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /c.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((stage.run_pool(), stage.run_pool(), stage.run_pool()), (1, 1, 0));
    assert_eq!(stage.take_contents(client), ["text", "more"]);
}

#[test]
fn what_comes_meanwhile_stays_in_the_socket_and_is_read_then() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.txt");
    // The first piece is received, and tells that there is more; the others wait.
    for _ in 0..5 {
        stage.get(client, "/a.png");
    }
    stage.send(client, "GET /a.png HTTP/1.1\r\nHo");
    assert_eq!(stage.take(client), "");
    stage.run_pool();
    stage.turn();
    assert_eq!(stage.take_contents(client), ["text", "picture", "picture", "picture", "picture", "picture"]);
    stage.send(client, "st: a\r\n\r\n");
    assert_eq!(stage.take_contents(client), ["picture"]);
}

#[test]
fn a_client_that_ends_its_side_gets_what_it_asked_for() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.txt");
    stage.get(client, "/a.png");
    stage.end(client);
    stage.run_pool();
    stage.turn();
    assert_eq!(stage.take_contents(client), ["text", "picture"]);
    assert_eq!(stage.state(client), "closed");
}

#[test]
fn an_errand_for_a_client_that_has_gone_is_abandoned() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/b.txt");
    let is_abandoned = stage.desk().waiting[0].is_abandoned.clone();
    assert!(!is_abandoned.load(Relaxed));
    stage.control.ends_at_once.store(true, Relaxed);
    drop(stage);
    assert!(is_abandoned.load(Relaxed));
}

#[test]
fn a_result_for_a_connection_that_was_closed_is_thrown_away() {
    let mut stage = stage();
    let client = stage.connect();
    // A response that blocks, and then times out: the connection goes while the pool works for another one.
    stage.get(client, "/b.txt");
    stage.set_room(client, 0);
    stage.run_pool();
    stage.advance(std::time::Duration::from_secs(31));
    assert_eq!(stage.state(client), "closed");
    let other = stage.connect();
    stage.get(other, "/c.txt");
    stage.run_pool();
    assert_eq!(stage.take_contents(other), ["more"]);
    assert_eq!(stage.take(client), "");
}

#[test]
fn a_full_pool_is_said_and_the_connection_goes_on() {
    let mut stage = stage();
    let client = stage.connect();
    stage.desk().is_full = true;
    stage.get(client, "/b.txt");
    let answer = stage.take(client);
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert!(answer.contains("\r\nRetry-After: 1\r\n"), "{answer}");
    stage.desk().is_full = false;
    stage.get(client, "/b.txt");
    stage.run_pool();
    assert_eq!(stage.take_contents(client), ["text"]);
}

#[test]
fn content_of_a_request_is_read_before_it_is_answered() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, "GET /a.png HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n123");
    assert_eq!(stage.take(client), "");
    stage.send(client, "456GET /a.png HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(stage.take_contents(client), ["picture", "picture"]);
}

#[test]
fn who_waits_for_100_continue_gets_it_even_through_a_full_socket() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 10);
    stage.send(client, "GET /b.txt HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(stage.take(client), "HTTP/1.1 1");
    stage.set_room(client, usize::MAX);
    assert_eq!(stage.take(client), "00 Continue\r\n\r\n");
    stage.send(client, "123");
    stage.run_pool();
    assert_eq!(stage.take_contents(client), ["text"]);
}

#[test]
fn a_streamed_content_is_made_a_piece_at_a_time_and_only_for_who_takes_it() {
    let mut stage = stage();
    for number in 0..20 {
        // Not compressible, so that the archive is as large.
        stage.shelf.write(&format!("d/{number}.png"), vec![b'x'; 64 << 10]);
    }
    let client = stage.connect();
    stage.get(client, "/d/?archive=tar");
    assert_eq!(stage.run_pool(), 1);
    // The head is out; the first piece is asked for among the pieces, so that no other answer waits for it.
    assert!(stage.take(client).ends_with("\r\n\r\n"));
    assert!(matches!(stage.desk().waiting[0].work, Work::Next(_)));
    stage.set_room(client, 1000);
    stage.run_pool();
    assert_eq!(stage.desk().waiting.len(), 0, "who takes nothing is made nothing");
    stage.set_room(client, usize::MAX);
    let mut pieces = 0;
    while stage.run_pool() > 0 {
        pieces += 1;
    }
    assert!((10..30).contains(&pieces), "{pieces}");
    let answer = stage.take(client);
    assert!(answer.ends_with("\r\n0\r\n\r\n"));
    assert!(answer.len() > 20 * (64 << 10), "{}", answer.len());
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture"]);
}

#[test]
fn a_failure_is_a_500_with_an_id_and_no_more() {
    let mut stage = stage();
    let client = stage.connect();
    stage.shelf.fail(Some(site::Refusal::Failed("secret place on the disk".into())));
    stage.get(client, "/a.png");
    let answer = stage.take(client);
    assert!(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{answer}");
    assert!(!answer.contains("secret"), "{answer}");
    stage.shelf.fail(None);
    stage.get(client, "/a.png");
    assert_eq!(stage.take_contents(client), ["picture"]);
}
