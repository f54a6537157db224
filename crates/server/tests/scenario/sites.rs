//! Several sites on one server: each answers for its hosts, from its own files.

use super::shelf::Shelf;
use super::stage::{Stage, limits, site};
use server::Host;
use server::origin::{Hosts, Origin};
use std::sync::Arc;
use std::time::Duration;

/// A site for `a.org` and `www.a.org` over the shelf of the stage, one for all below `a.org`, and maybe one for all others.
fn stage(has_default: bool) -> (Stage, Shelf, Shelf) {
    let (below, others) = (Shelf::default(), Shelf::default());
    let stage = Stage::of(limits(), |shelf, shared| {
        let hosts = |hosts: &[&str]| hosts.iter().map(|host| host.parse().unwrap()).collect::<Vec<Host>>();
        let mut of_sites = vec![hosts(&["a.org", "www.a.org"]), hosts(&["*.a.org"])];
        let mut sites = vec![site(shelf, shared), site(below.clone(), shared)];
        if has_default {
            of_sites.push(Vec::new());
            sites.push(site(others.clone(), shared));
        }
        let hosts = Hosts::new(of_sites.iter().map(Vec::as_slice)).unwrap();
        Origin::new(Arc::clone(shared), hosts, sites)
    });
    // A shelf counts what it is given: unlike things at the same place are not known for different by that.
    stage.shelf.write("a.png", "of a.org");
    below.write("a.png", "of below");
    others.write("a.png", "of others");
    (stage, below, others)
}

impl Stage {
    #[track_caller]
    fn check(&mut self, client: usize, host: &str, target: &str, expected: (u16, &str)) {
        self.send(client, format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        self.run_pool();
        let reply = self.take(client);
        let (head, content) = reply.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        assert_eq!((status, content), expected, "{host} {target}: {head}");
    }
}

#[test]
fn the_host_says_which_site_answers() {
    let (mut stage, _, _) = stage(true);
    let client = stage.connect();
    for (host, content) in [
        ("a.org", "of a.org"),
        ("www.a.org", "of a.org"),
        ("WWW.A.ORG:8000", "of a.org"),
        ("a.org.", "of a.org"),
        ("b.a.org", "of below"),
        ("c.b.a.org:80", "of below"),
        ("b.org", "of others"),
        ("nota.org", "of others"),
        ("127.0.0.1:8000", "of others"),
        ("[::1]:8000", "of others"),
    ] {
        stage.check(client, host, "/a.png", (200, content));
    }
    // RFC 9112 §3.2.2: what the target says goes before the field.
    stage.check(client, "a.org", "http://b.a.org/a.png", (200, "of below"));
}

#[test]
fn what_is_kept_is_kept_for_its_site() {
    let (mut stage, below, others) = stage(true);
    // Then it is sure that they are what they seem.
    stage.advance(Duration::from_secs(3600));
    let client = stage.connect();
    for _ in 0..3 {
        stage.check(client, "a.org", "/a.png", (200, "of a.org"));
        stage.check(client, "b.a.org", "/a.png", (200, "of below"));
        stage.check(client, "b.org", "/a.png", (200, "of others"));
    }
    // All were answered from memory by then.
    stage.shelf.take_looks();
    below.take_looks();
    others.take_looks();
    for (host, content) in [("a.org", "of a.org"), ("b.a.org", "of below"), ("b.org", "of others")] {
        stage.check(client, host, "/a.png", (200, content));
    }
    assert_eq!((stage.shelf.take_looks(), below.take_looks(), others.take_looks()), (0, 0, 0));
}

#[test]
fn what_is_missing_in_one_site_is_there_in_another() {
    let (mut stage, below, _) = stage(true);
    below.write("only.png", "below");
    let client = stage.connect();
    let missing =
        "404 Not Found\nThere is nothing at this address.\nCheck the address, or look for it from the first page.\n";
    for _ in 0..2 {
        stage.check(client, "a.org", "/only.png", (404, missing));
        stage.check(client, "b.a.org", "/only.png", (200, "below"));
    }
}

#[test]
fn a_request_for_nobody_of_ours_is_misdirected() {
    let (mut stage, _, _) = stage(false);
    let client = stage.connect();
    let text = "421 Misdirected Request\nThis address belongs to another server.\nCheck the address and try again.\n";
    let expected = (421, text);
    stage.check(client, "b.org", "/a.png", expected);
    stage.check(client, "127.0.0.1", "/a.png", expected);
    // The connection goes on, for the next may be for us.
    stage.check(client, "a.org", "/a.png", (200, "of a.org"));
    stage.send(client, "OPTIONS * HTTP/1.1\r\nHost: b.org\r\n\r\n");
    assert!(stage.take(client).starts_with("HTTP/1.1 421 "));
    // RFC 9112 §3.2: an old client need not say.
    stage.send(client, "GET /a.png HTTP/1.0\r\n\r\n");
    assert!(stage.take(client).starts_with("HTTP/1.1 421 "));
}

#[test]
fn an_answer_of_the_pool_is_of_the_site_that_was_asked() {
    let (mut stage, below, _) = stage(true);
    stage.shelf.set_cold(true);
    below.set_cold(true);
    let (one, other) = (stage.connect(), stage.connect());
    stage.send(one, "GET /a.png HTTP/1.1\r\nHost: a.org\r\n\r\n");
    stage.send(other, "GET /a.png HTTP/1.1\r\nHost: b.a.org\r\n\r\n");
    assert_eq!(stage.run_pool(), 2);
    assert_eq!(stage.take_contents(one), ["of a.org"]);
    assert_eq!(stage.take_contents(other), ["of below"]);
}

#[test]
fn in_http_2_each_request_says_its_host() {
    let (mut stage, _, _) = stage(false);
    let client = stage.connect();
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    // GET, http; `:path` and `:authority` as literals that enter no table.
    let head = |stream, host: &str| {
        let block = [&b"\x82\x86\x04\x06/a.png\x01"[..], &[host.len() as u8], host.as_bytes()].concat();
        frame(1, 5, stream, &block)
    };
    let preface = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[])].concat();
    stage.send(client, [preface, head(1, "a.org"), head(3, "b.a.org"), head(5, "b.org")].concat());
    let output = String::from_utf8_lossy(&stage.take_bytes(client)).into_owned();
    for expected in ["of a.org", "of below", "421 Misdirected Request"] {
        assert!(output.contains(expected), "{expected}: {output:?}");
    }
}
