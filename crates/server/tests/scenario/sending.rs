//! What goes out, in which calls, to clients that take it all, little, slowly or nothing.

use super::stage::Stage;
use std::time::Duration;

const LARGE_BYTES: usize = 10 << 20;

fn stage() -> Stage {
    let stage = Stage::new();
    stage.shelf.write("small.png", "0123456789");
    stage.shelf.write("large.png", vec![b'x'; LARGE_BYTES]);
    stage
}

#[test]
fn a_small_response_is_one_slice_in_one_call() {
    let mut stage = stage();
    let client = stage.connect();
    for _ in 0..2 {
        stage.get(client, "/small.png");
        let length = stage.take(client).len();
        assert_eq!(stage.take_calls(client), [format!("send {length}")]);
    }
}

#[test]
fn responses_of_one_turn_go_out_in_one_call() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/small.png");
    let length = stage.take(client).len();
    stage.take_calls(client);
    stage.send(client, "GET /small.png HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
    assert_eq!(stage.take_calls(client), [format!("send {length} {length} {length}")]);
}

#[test]
fn the_head_of_a_large_file_waits_for_its_first_bytes() {
    let mut stage = stage();
    let client = stage.connect();
    stage.get(client, "/large.png");
    let calls = stage.take_calls(client);
    assert!(calls[0].starts_with("send ") && calls[0].ends_with(" +"), "{calls:?}");
    // After 4 MiB the others have their turn.
    assert_eq!(calls[1..], ["file 0 4194304"]);
    stage.turn();
    stage.turn();
    assert_eq!(stage.take_calls(client), ["file 4194304 4194304", "file 8388608 2097152"]);
    let contents = stage.take_contents(client);
    assert_eq!(contents[0].len(), LARGE_BYTES);
}

#[test]
fn a_large_file_does_not_keep_others_waiting() {
    let mut stage = stage();
    let (greedy, other) = (stage.connect(), stage.connect());
    stage.get(greedy, "/large.png");
    let before = stage.take(greedy).len();
    assert!(before < LARGE_BYTES);
    stage.get(other, "/small.png");
    assert_eq!(stage.take_contents(other), ["0123456789"]);
}

#[test]
fn what_does_not_fit_goes_on_where_it_stopped() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 30);
    stage.send(client, "GET /small.png HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
    let mut output = stage.take(client);
    assert_eq!(output.len(), 30);
    while output.len() < 31 || !output.ends_with("0123456789") || output.matches("0123456789").count() < 2 {
        stage.set_room(client, 7);
        output += &stage.take(client);
        assert!(output.len() < 10_000);
    }
    assert_eq!(output.matches("HTTP/1.1 200 OK\r\n").count(), 2);
    stage.set_room(client, usize::MAX);
    stage.get(client, "/small.png");
    assert_eq!(stage.take_contents(client), ["0123456789"]);
}

#[test]
fn a_file_that_is_cut_ends_the_connection() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 100_000);
    stage.get(client, "/large.png");
    stage.shelf.cut("large.png", 150_000);
    stage.set_room(client, usize::MAX);
    stage.turn();
    assert_eq!(stage.state(client), "closed");
    assert!(stage.take(client).len() < LARGE_BYTES, "a client can tell");
}

#[test]
fn who_takes_nothing_is_put_out() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 1000);
    stage.get(client, "/large.png");
    stage.advance(Duration::from_secs(29));
    assert_eq!(stage.state(client), "open");
    stage.advance(Duration::from_secs(2));
    assert_eq!(stage.state(client), "closed");
}

#[test]
fn who_only_drips_is_put_out_too() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 1000);
    stage.get(client, "/large.png");
    for _ in 0..30 {
        stage.advance(Duration::from_secs(1));
        stage.set_room(client, 500);
    }
    stage.advance(Duration::from_secs(1));
    assert_eq!(stage.state(client), "closed");
}

#[test]
fn who_is_slow_but_reads_is_served_for_hours() {
    let mut stage = stage();
    let client = stage.connect();
    stage.set_room(client, 1000);
    stage.get(client, "/large.png");
    // 1 KiB a second: more than 16 KiB in each 30 s.
    for _ in 0..2 * 3600 {
        stage.advance(Duration::from_secs(1));
        stage.set_room(client, 1024);
    }
    assert_eq!(stage.state(client), "open");
    assert!(stage.take(client).len() > 2 * 3600 * 1024);
}

#[test]
fn a_part_of_a_file_is_sent_from_where_it_stands() {
    let mut stage = stage();
    let client = stage.connect();
    stage.send(client, "GET /large.png HTTP/1.1\r\nHost: a\r\nRange: bytes=1000000-1099999\r\n\r\n");
    assert_eq!(stage.take_contents(client)[0].len(), 100_000);
    assert_eq!(stage.take_calls(client)[1], "file 1000000 100000");
}
