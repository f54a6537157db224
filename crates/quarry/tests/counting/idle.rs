//! What a connection costs that is open and says nothing.

use std::io::{BufReader, Write};
use std::net::TcpStream;

use super::response::Response;
use super::running::{Running, allow_descriptors};
use super::{REQUEST, start};

#[test]
fn ten_thousand_idle_connections_cost_at_most_256_bytes_each() {
    const CONNECTIONS: usize = 10_000;
    allow_descriptors(CONNECTIONS as u64 + 500);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.html"), "found").expect("written");
    let running = start(folder.path(), &["--max-connections", "30000"]);
    // What is only needed once is there before.
    let mut connections = open(&running, 500);
    let before = private_bytes(&running);
    connections.extend(open(&running, CONNECTIONS));
    let each = (private_bytes(&running) as f64 - before as f64) / CONNECTIONS as f64;
    println!("{each:.0} bytes for each idle connection");
    assert!(each <= 256.0, "{each:.0} bytes for each idle connection");
    // They are still there, the first and the last.
    for at in [0, CONNECTIONS + 499] {
        let stream = &mut connections[at];
        stream.write_all(REQUEST.as_bytes()).expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(stream)).text(), "found");
    }
}

/// Connections that have had an answer each, and may ask again.
fn open(running: &Running, count: usize) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = running.connect();
        stream.write_all(REQUEST.as_bytes()).expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(&mut stream)).text(), "found");
        stream
    };
    (0..count).map(one).collect()
}

/// Memory of the process that is not the content of files.
fn private_bytes(running: &Running) -> u64 {
    let path = format!("/proc/{}/smaps_rollup", running.child.id());
    let text = std::fs::read_to_string(path).expect("it runs");
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("the kernel says so");
    line.trim().strip_suffix(" kB").and_then(|number| number.parse::<u64>().ok()).expect("a number") * 1024
}
