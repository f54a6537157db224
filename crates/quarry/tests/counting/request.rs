//! What an answer from memory costs.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::response::Response;
use super::running::{Running, until};
use super::trace::{self, Counts};
use super::{REQUEST, start};

/// A server with one worker that has its file in memory, and does not look at it again while we count: looking takes a
/// system call a second, and a second is but a few requests long for who is followed step by step.
fn prepare(folder: &Path) -> Running {
    // Less than a KiB is never compressed.
    std::fs::write(folder.join("a.html"), "<!doctype html><meta charset=utf-8><p>".repeat(26)).expect("written");
    let running = start(folder, &["--workers", "1", "--fresh", "1h"]);
    let mut stream = running.connect();
    // A file that was written just now is not believed yet, and not kept.
    until("the file is kept", || {
        stream.write_all(REQUEST.as_bytes()).expect("sent");
        let response = Response::read(&mut BufReader::new(&mut stream));
        assert_eq!((response.status, response.content.len()), (200, 26 * 38));
        response.field("etag").is_some_and(|tag| !tag.starts_with("W/")).then_some(())
    });
    running
}

/// Follows the worker over `requests` requests, of which as many are under way at a time as there are connections.
fn count(running: &Running, connections: usize, request: &str, requests: u64) -> Counts {
    let process = running.child.id();
    let mut streams: Vec<TcpStream> = (0..connections).map(|_| running.connect()).collect();
    let mut ask = move || {
        streams.iter_mut().for_each(|stream| stream.write_all(request.as_bytes()).expect("sent"));
        let read = |stream: &mut TcpStream| Response::read(&mut BufReader::new(stream)).status;
        streams.iter_mut().map(read).collect::<Vec<u16>>()
    };
    // Accepted, and each has had an answer.
    ask();
    let is_counted = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = EndIfPanicking(process);
            while !is_counted.load(Relaxed) {
                ask();
            }
        });
        // What was under way when it began to follow is not counted.
        let counts = trace::follow(process, "worker-0", 2 * connections as u64, requests);
        is_counted.store(true, Relaxed);
        counts
    })
}

/// Who follows a server waits for ever when its client is lost.
struct EndIfPanicking(u32);

impl Drop for EndIfPanicking {
    fn drop(&mut self) {
        if thread::panicking() {
            let process = i32::try_from(self.0).ok().and_then(Pid::from_raw);
            process.map(|process| kill_process(process, Signal::KILL));
        }
    }
}

/// Counts requests as they come under load: one wait tells of many of them.
#[track_caller]
fn check(request: &str, instructions_max: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let running = prepare(folder.path());
    let requests = 96;
    let counts = count(&running, 32, request, requests);
    let each = counts.instructions / requests;
    println!("{each} instructions for a request of {} bytes", request.len());
    assert_eq!(counts.allocations, 0);
    assert!(each <= instructions_max, "{each} instructions a request");
}

#[test]
fn a_program_s_request_from_memory_takes_2500_instructions_and_no_allocation() {
    check("GET /a.html HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n", 2500);
}

/// Ten field lines cost no more than three: a section that came before is compared and not read.
#[test]
fn a_browser_s_request_from_memory_takes_2500_instructions_and_no_allocation() {
    check(REQUEST, 2500);
}

#[test]
fn when_many_ask_a_request_takes_2_system_calls() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = prepare(folder.path());
    // One wait tells of all of them.
    let requests = 96;
    let counts = count(&running, 32, REQUEST, requests);
    let each = counts.system_calls as f64 / requests as f64;
    println!("{each:.2} system calls a request, {} instructions", counts.instructions / requests);
    assert!(each <= 2.1, "{each} system calls a request");
    assert_eq!(counts.allocations, 0);
}

#[test]
fn what_is_missing_takes_more_or_the_counting_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = prepare(folder.path());
    let missing = REQUEST.replacen("/a.html", "/b.html", 1).replacen("text/html", "text/none", 1);
    let counts = count(&running, 1, &missing, 5);
    // From memory these would be two calls each.
    assert!(counts.allocations >= 5 && counts.system_calls > 10 && counts.instructions > 12_500, "{counts:?}");
}
