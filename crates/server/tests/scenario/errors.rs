//! The owner's files for errors that come up late: when there is too much to do, when the machine fails.

use super::stage::{Stage, limits};
use server::Look;
use server::origin::{Origin, Site};
use server::site::route::{Changes, Errors, Route, Routes};
use server::site::{Refusal, SiteOptions};
use std::sync::Arc;
use std::time::Duration;

/// A site with a file for all that is its own fault, and a route with another.
fn stage() -> Stage {
    let changes = Changes { errors: vec![(Errors::Hundred(5), "/part.txt".into())], ..Changes::default() };
    let route = Route { pattern: Some("^/part/".into()), changes, ..Route::default() };
    let routes = Arc::new(Routes::new(vec![route]).unwrap());
    let errors = vec![(Errors::Hundred(5), "/ours.txt".into())];
    let options = SiteOptions { routes, errors, ..SiteOptions::default() };
    let mut stage = Stage::of(limits(), |shelf, shared| Origin::of(Site::new(shelf, options, Look::default(), shared)));
    for name in ["a.png", "part/a.png", "ours.txt", "part.txt"] {
        stage.shelf.write(name, name);
    }
    stage.advance(Duration::from_secs(3600));
    let client = stage.connect();
    // The kernel has them at hand, and their charset is known.
    for target in ["/ours.txt", "/part.txt"] {
        stage.get(client, target);
        stage.run_pool();
        stage.take(client);
    }
    stage
}

impl Stage {
    #[track_caller]
    fn expect(&mut self, target: &str, status: &str, field: &str, content: &str) {
        let client = self.connect();
        self.get(client, target);
        self.run_pool();
        let reply = self.take(client);
        let (head, found) = reply.split_once("\r\n\r\n").unwrap();
        assert_eq!((&head[9..12], found), (status, content), "{target}: {head}");
        assert!(head.contains(field), "{target}: {head}");
    }
}

#[test]
fn too_much_to_do_is_said_in_the_owner_s_words() {
    let mut stage = stage();
    stage.desk().is_full = true;
    // To list a folder takes the pool.
    stage.expect("/", "503", "Retry-After: 1", "ours.txt");
    stage.expect("/part/", "503", "Retry-After: 1", "part.txt");
}

#[test]
fn where_the_file_is_not_at_hand_quarry_says_it() {
    let mut stage = stage();
    (stage.desk().is_full, _) = (true, stage.shelf.set_cold(true));
    let plain = "503 Service Unavailable\n";
    let client = stage.connect();
    stage.get(client, "/other");
    let reply = stage.take(client);
    assert!(reply.contains(plain) && !reply.contains("ours.txt"), "{reply}");
    stage.shelf.set_cold(false);
    stage.desk().is_full = false;
    stage.shelf.fail(Some(Refusal::Failed("broken".into())));
    let client = stage.connect();
    stage.get(client, "/other");
    stage.run_pool();
    let reply = stage.take(client);
    assert!(reply.starts_with("HTTP/1.1 500 ") && !reply.contains("ours.txt"), "{reply}");
}
