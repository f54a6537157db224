//! Many clients at once, some of them of no good will.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use rustix::process::Signal;

use super::response::Response;
use super::running::{Running, allow_descriptors};
use super::{start, write};

#[test]
fn out_of_descriptors_it_goes_on_serving() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..200 {
        write(folder.path(), &format!("{number}.txt"), format!("this is {number}"));
    }
    let mut command = std::process::Command::new("prlimit");
    command.args(["--nofile=64:64", env!("CARGO_BIN_EXE_quarry")]).arg(folder.path());
    let running = Running::spawn(command.args(["--listen", "127.0.0.1:0", "--workers", "2"]));
    let mut connections = Vec::new();
    for number in 0..200 {
        let mut stream = running.connect();
        write!(stream, "GET /{number}.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        let response = Response::read(&mut BufReader::new(&mut stream));
        assert_eq!((response.status, response.text()), (200, format!("this is {number}").as_str()));
        // All stay open, as far as the server lets them.
        connections.push(stream);
    }
    // At once, they need more than there are: some wait for others, and each is answered.
    let mut waiting: Vec<TcpStream> = (0..200).map(|_| running.connect()).collect();
    for stream in &mut waiting {
        stream.write_all(b"GET /0.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
    }
    for mut stream in waiting {
        let response = Response::read(&mut BufReader::new(&mut stream));
        assert!([200, 503].contains(&response.status), "{response:?}");
    }
    drop(connections);
    assert!(running.get("/7.txt").ends_with("\r\n\r\nthis is 7"));
    assert_eq!(running.end(Signal::TERM).0, Some(0));
}

#[test]
fn two_thousand_that_drip_do_not_keep_others_from_their_answers() {
    const DRIPS: usize = 2000;
    allow_descriptors(DRIPS as u64 + 500);
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let running = start(folder.path(), &[]);
    let mut drips: Vec<TcpStream> = (0..DRIPS).map(|_| running.connect()).collect();
    drips.iter_mut().for_each(|drip| drip.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\nX-Drip: ").expect("sent"));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Relaxed) {
                // Those that were given up are not missed.
                drips.iter_mut().for_each(|drip| drop(drip.write_all(b"x")));
                std::thread::park_timeout(Duration::from_secs(1));
            }
        });
        for _ in 0..50 {
            assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
        }
        is_over.store(true, Relaxed);
    });
}

#[test]
fn beyond_the_limit_the_oldest_idle_connection_makes_room() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let running = start(folder.path(), &["--workers", "1", "--max-connections", "4"]);
    let mut connections: Vec<TcpStream> = Vec::new();
    let ask = |stream: &mut TcpStream| {
        let sent = stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        sent.is_ok() && std::io::Read::read(stream, &mut [0; 1024]).is_ok_and(|bytes| bytes > 0)
    };
    for _ in 0..8 {
        let mut stream = running.connect();
        assert!(ask(&mut stream));
        connections.push(stream);
    }
    let alive: Vec<bool> = connections.iter_mut().map(ask).collect();
    // Those that came within one turn are as old as each other; which of them goes is told by the scenarios.
    assert_eq!(alive.iter().filter(|&&is_alive| is_alive).count(), 4, "{alive:?}");
    assert!(!alive[0] && alive[7], "{alive:?}");
}
