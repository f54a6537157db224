//! How much one client may have under way, on connections of either version, and that nothing of it stays counted.

use super::stage::{Stage, limits};
use server::Look;
use server::origin::{Origin, Site};
use server::site::SiteOptions;
use server::site::route::{Guards, Limit, Route, Routes};
use std::sync::Arc;
use std::time::Duration;

const LARGE: usize = 300_000;

fn of(connections: u32) -> Option<Limit> {
    Some(Limit { rate: None, connections: Some(connections) })
}

/// A site that has so much at a time of `large.png` for one client, and of all together.
fn stage(of_route: Option<Limit>, of_site: Option<Limit>) -> Stage {
    let guards = Guards { limit: of_route, ..Guards::default() };
    let route = Route { pattern: Some("^/large".into()), guards, ..Route::default() };
    let routes = Arc::new(Routes::new(vec![route]).unwrap());
    let options = SiteOptions { routes, limit: of_site, ..SiteOptions::default() };
    let mut stage = Stage::of(limits(), |shelf, shared| Origin::of(Site::new(shelf, options, Look::default(), shared)));
    stage.shelf.write("large.png", vec![b'l'; LARGE]);
    stage.shelf.write("small.png", "0123456789");
    // Then it is sure that they are what they seem.
    stage.advance(Duration::from_secs(3600));
    stage
}

impl Stage {
    /// Somebody from there asks, and takes so many bytes.
    fn ask(&mut self, peer: &str, target: &str, room: usize) -> usize {
        let client = self.connect_from(peer);
        self.set_room(client, room);
        self.get(client, target);
        client
    }

    /// What comes of a whole request from there, on a connection of its own.
    fn status(&mut self, peer: &str, target: &str) -> String {
        let client = self.ask(peer, target, usize::MAX);
        self.run_pool();
        let reply = self.take(client);
        let head = reply.split("\r\n\r\n").next().unwrap();
        let retry = head.lines().find(|line| line.starts_with("Retry-After"));
        format!("{} {}", &head[9..12], retry.unwrap_or_default()).trim_end().to_owned()
    }
}

const HERE: &str = "192.0.2.1:7";
const THERE: &str = "192.0.2.2:7";

#[test]
fn one_more_than_may_be_under_way_is_told_to_come_again() {
    let mut stage = stage(of(2), None);
    let first = stage.ask(HERE, "/large.png", 1000);
    stage.ask(HERE, "/large.png", 0);
    assert_eq!(stage.status(HERE, "/large.png"), "429 Retry-After: 1");
    // What has no limit is there for all, and others have their own share.
    assert_eq!(stage.status(HERE, "/small.png"), "200");
    assert_eq!(stage.status(THERE, "/large.png"), "200");
    assert_eq!(stage.status("[2001:db8::1]:7", "/large.png"), "200");
    // Its last byte is out: another may come; and as long as that one is on its way, no other.
    stage.set_room(first, usize::MAX);
    assert!(stage.take_bytes(first).len() > LARGE);
    stage.ask(HERE, "/large.png", 1000);
    assert_eq!(stage.status(HERE, "/large.png"), "429 Retry-After: 1");
}

#[test]
fn what_ends_before_its_time_is_not_counted_any_longer() {
    let mut stage = stage(of(2), None);
    let slow = stage.ask(HERE, "/large.png", 10);
    stage.ask(HERE, "/large.png", 10);
    assert_eq!(stage.status(HERE, "/large.png"), "429 Retry-After: 1");
    // They take too little for too long.
    stage.advance(Duration::from_secs(600));
    assert_eq!(stage.state(slow), "closed");
    stage.ask(HERE, "/large.png", 10);
    assert_eq!(stage.status(HERE, "/large.png"), "200");
}

#[test]
fn one_behind_the_other_is_one_at_a_time() {
    let mut stage = stage(of(1), None);
    let client = stage.connect_from(HERE);
    stage.send(client, "GET /large.png HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5));
    stage.turn();
    let contents = stage.take_contents(client);
    assert_eq!(contents.iter().map(String::len).collect::<Vec<_>>(), [LARGE; 5]);
    assert_eq!(stage.status(HERE, "/large.png"), "200");
}

#[test]
fn what_the_pool_works_on_counts_until_it_is_done() {
    let mut stage = stage(of(1), None);
    stage.shelf.set_cold(true);
    let client = stage.ask(HERE, "/large.png", usize::MAX);
    // Turned away without a look at the disk.
    let other = stage.ask(HERE, "/large.png", usize::MAX);
    assert!(stage.take(other).starts_with("HTTP/1.1 429 "));
    assert_eq!(stage.run_pool(), 1);
    stage.turn();
    assert!(stage.take(client).starts_with("HTTP/1.1 200 "));
    assert_eq!(stage.status(HERE, "/large.png"), "200");
}

#[test]
fn the_limit_of_a_site_is_for_what_memory_has_too() {
    let mut stage = stage(None, of(1));
    assert_eq!(stage.status(HERE, "/small.png"), "200");
    let slow = stage.ask(HERE, "/large.png", 1000);
    for target in ["/small.png", "/large.png", "/missing", "/small.png"] {
        assert_eq!(stage.status(HERE, target), "429 Retry-After: 1", "{target}");
    }
    stage.shelf.take_looks();
    assert_eq!(stage.status(THERE, "/small.png"), "200");
    assert_eq!(stage.shelf.take_looks(), 0, "from memory as ever");
    stage.set_room(slow, usize::MAX);
    assert_eq!(stage.status(HERE, "/small.png"), "200");
    assert_eq!(stage.status(HERE, "/missing"), "404");
}

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream], payload].concat()
}

/// A GET of `/large.png`, over and done with.
fn large(stream: u8) -> Vec<u8> {
    frame(1, 5, stream, b"\x82\x86\x04\x0A/large.png\x01\x01a")
}

/// A connection of HTTP/2 on which no content may be sent yet.
fn http2(stage: &mut Stage) -> usize {
    let client = stage.connect_from(HERE);
    let settings = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    stage.send(client, [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &settings].concat());
    stage.take_bytes(client);
    client
}

/// The statuses that were sent on these streams since the last call of this. A 200 is a byte of the static table, at the beginning of
/// a block or behind what it says of its table.
fn statuses(stage: &mut Stage, client: usize) -> Vec<(u8, &'static str)> {
    let (bytes, mut found) = (stage.take_bytes(client), Vec::new());
    let mut rest = bytes.as_slice();
    while let Some((&[a, b, c, kind, _, _, _, _, stream], behind)) = rest.split_first_chunk::<9>() {
        let (payload, behind) = behind.split_at(u32::from_be_bytes([0, a, b, c]) as usize);
        if kind == 1 {
            let is_whole = payload[..4].contains(&0x88);
            found.push((stream, if is_whole { "200" } else { "not 200" }));
        }
        rest = behind;
    }
    found
}

#[test]
fn of_http_2_each_stream_counts() {
    let mut stage = stage(of(2), None);
    let client = http2(&mut stage);
    stage.send(client, [large(1), large(3), large(5)].concat());
    assert_eq!(statuses(&mut stage, client), [(1, "200"), (3, "200"), (5, "not 200")]);
    assert_eq!(stage.status(HERE, "/large.png"), "429 Retry-After: 1");
    // One is given up.
    stage.send(client, frame(3, 0, 1, &[0, 0, 0, 8]));
    stage.send(client, [large(7), large(9)].concat());
    assert_eq!(statuses(&mut stage, client), [(7, "200"), (9, "not 200")]);
    // One comes to its end.
    let more = [frame(8, 0, 0, &[0, 8, 0, 0]), frame(8, 0, 3, &[0, 8, 0, 0])].concat();
    stage.send(client, more);
    stage.turn();
    stage.take_bytes(client);
    stage.send(client, large(11));
    assert_eq!(statuses(&mut stage, client), [(11, "200")]);
    // And then the connection dies in the middle of the others.
    stage.advance(Duration::from_secs(3600));
    stage.advance(Duration::from_secs(3600));
    assert_eq!(stage.state(client), "closed");
    let next = http2(&mut stage);
    stage.send(next, [large(1), large(3), large(5)].concat());
    assert_eq!(statuses(&mut stage, next), [(1, "200"), (3, "200"), (5, "not 200")]);
}

#[test]
fn what_was_given_up_counts_until_the_pool_lets_go_of_it() {
    let mut stage = stage(of(1), None);
    stage.shelf.set_cold(true);
    let client = http2(&mut stage);
    stage.send(client, large(1));
    stage.send(client, frame(3, 0, 1, &[0, 0, 0, 8]));
    // Else whoever asks and gives up would have all threads.
    stage.send(client, large(3));
    assert_eq!(statuses(&mut stage, client), [(3, "not 200")]);
    stage.run_pool();
    stage.send(client, large(5));
    stage.run_pool();
    assert_eq!(statuses(&mut stage, client), [(5, "200")]);
}
