//! What a connection costs that is open and says nothing.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;

use super::response::Response;
use super::running::{Running, allow_descriptors};
use super::tls_client;
use super::{REQUEST, start};

/// The look-up takes and gives back memory in its own time, which would be taken for that of connections.
const FLAGS: &[&str] = &["--max-connections", "30000", "--no-lookup"];

#[test]
fn ten_thousand_idle_connections_cost_at_most_256_bytes_each() {
    const CONNECTIONS: usize = 10_000;
    allow_descriptors(CONNECTIONS as u64 + 500);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.html"), "found").expect("written");
    let running = start(folder.path(), FLAGS);
    // What is only needed once is there before.
    let mut connections = open(&running, 500);
    let before = private_bytes(&running);
    connections.extend(open(&running, CONNECTIONS));
    let each = (private_bytes(&running) as f64 - before as f64) / CONNECTIONS as f64;
    println!("{each:.0} bytes for each idle connection");
    assert!((1.0..=256.0).contains(&each), "{each:.0} bytes for each idle connection");
    // They are still there, the first and the last.
    for at in [0, CONNECTIONS + 499] {
        let stream = &mut connections[at];
        stream.write_all(REQUEST.as_bytes()).expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(stream)).text(), "found");
    }
}

/// One that has had an answer in HTTP/2 to what browsers send, and so has filled its tables.
fn open_http2(running: &Running) -> TcpStream {
    let mut stream = running.connect();
    // GET, http, then lines that enter the table: 600 bytes of them.
    let mut block = vec![0x82, 0x86];
    for (name, value) in [(":path", "/a.html"), (":authority", "example.org"), ("user-agent", &"u".repeat(110))] {
        line(name, value, &mut block);
    }
    for at in 0..8 {
        line(&format!("field-{at}"), &"v".repeat(50), &mut block);
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    bytes.extend_from_slice(&[0, (block.len() >> 8) as u8, block.len() as u8, 1, 5, 0, 0, 0, 1]);
    bytes.extend_from_slice(&block);
    stream.write_all(&bytes).expect("sent");
    let mut header = [0; 9];
    let mut content = Vec::new();
    // Frames until the one that ends the stream.
    while header[3] > 1 || header[4] & 1 == 0 || content.is_empty() {
        stream.read_exact(&mut header).expect("a frame");
        content = vec![0; u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize];
        stream.read_exact(&mut content).expect("a whole frame");
    }
    assert_eq!(content, b"found");
    stream
}

fn line(name: &str, value: &str, block: &mut Vec<u8>) {
    block.extend_from_slice(&[0x40, name.len() as u8]);
    block.extend_from_slice(name.as_bytes());
    block.push(value.len() as u8);
    block.extend_from_slice(value.as_bytes());
}

#[test]
fn two_thousand_idle_connections_of_http_2_cost_at_most_12_kib_each() {
    const CONNECTIONS: usize = 2000;
    allow_descriptors(CONNECTIONS as u64 + 700);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.html"), "found").expect("written");
    let running = start(folder.path(), FLAGS);
    let mut connections: Vec<TcpStream> = (0..500).map(|_| open_http2(&running)).collect();
    let before = private_bytes(&running);
    connections.extend((0..CONNECTIONS).map(|_| open_http2(&running)));
    let each = (private_bytes(&running) as f64 - before as f64) / CONNECTIONS as f64;
    println!("{each:.0} bytes for each idle connection of HTTP/2");
    assert!((1.0..=12_288.0).contains(&each), "{each:.0} bytes for each idle connection of HTTP/2");
}

#[test]
fn two_thousand_idle_connections_of_tls_cost_at_most_8_kib_each() {
    const CONNECTIONS: usize = 2000;
    allow_descriptors(CONNECTIONS as u64 + 700);
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::fs::write(folder.path().join("a.html"), "found").expect("written");
    let (chain, key) = tls_client::certificate(keys.path(), -1..30);
    let flags = ["--tls-cert", chain.to_str().expect("UTF-8"), "--tls-key", key.to_str().expect("UTF-8")];
    let running = start(folder.path(), &[FLAGS, &flags].concat());
    let config = tls_client::config(&chain);
    let open = |_| {
        let mut stream = tls_client::connect(&running, &config);
        stream.write_all(REQUEST.as_bytes()).expect("sent");
        assert_eq!(Response::read(&mut BufReader::new(&mut stream)).text(), "found");
        stream
    };
    let mut connections: Vec<tls_client::Client> = (0..500).map(open).collect();
    let before = private_bytes(&running);
    connections.extend((0..CONNECTIONS).map(open));
    let each = (private_bytes(&running) as f64 - before as f64) / CONNECTIONS as f64;
    println!("{each:.0} bytes for each idle connection of TLS");
    assert!((1.0..=8192.0).contains(&each), "{each:.0} bytes for each idle connection of TLS");
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
