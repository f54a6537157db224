//! TERM: no new clients, the word kept to those that are here, and an end.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::response::Response;
use super::running::until;
use super::{program, start, write};

const LARGE_BYTES: u64 = 64 << 20;

/// A folder with a file larger than what the kernel takes at once.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    File::create(folder.path().join("large.bin")).and_then(|file| file.set_len(LARGE_BYTES)).expect("made");
    folder
}

/// A download that has begun.
fn begin(stream: &mut TcpStream) -> BufReader<&mut TcpStream> {
    stream.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let mut reader = BufReader::new(stream);
    let head = Response::read_head(&mut reader);
    assert_eq!((head.status, head.field("content-length")), (200, Some("67108864")));
    reader
}

#[test]
fn a_download_under_way_is_finished_and_nothing_new_is_begun() {
    let folder = folder();
    // So long that it is never the reason for the end.
    let mut running = start(folder.path(), &["--drain", "1h"]);
    let address = running.address().to_owned();
    let mut idle = running.connect();
    idle.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Response::read(&mut BufReader::new(&mut idle)).text(), "found");
    let mut stream = running.connect();
    let mut download = begin(&mut stream);
    running.signal(Signal::TERM);
    assert_eq!(idle.read(&mut [0; 16]).expect("an end, no reset"), 0);
    until("new clients are refused", || TcpStream::connect(&address).err());
    assert_eq!(running.child.try_wait().expect("ours"), None, "it has ended too early");
    let mut content = Vec::new();
    download.read_to_end(&mut content).expect("all of it, and then the end");
    assert_eq!(content.len() as u64, LARGE_BYTES);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_client_that_takes_nothing_is_cut_off_when_the_time_is_up() {
    let folder = folder();
    let mut running = start(folder.path(), &["--drain", "1s"]);
    let mut stream = running.connect();
    let mut download = begin(&mut stream);
    let told = Instant::now();
    running.signal(Signal::TERM);
    let (code, output, errors) = running.wait();
    assert_eq!((code, output.as_str()), (Some(0), ""), "{errors}");
    assert!(told.elapsed() >= Duration::from_millis(900), "{:?}", told.elapsed());
    let mut content = Vec::new();
    // An end or a reset, but before the length that was promised.
    let _ = download.read_to_end(&mut content);
    assert!((content.len() as u64) < LARGE_BYTES);
}

#[test]
fn a_request_that_has_begun_to_arrive_is_still_answered() {
    let folder = folder();
    let mut running = start(folder.path(), &["--drain", "1h", "--workers", "1"]);
    let mut stream = running.connect();
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Response::read(&mut BufReader::new(&mut stream)).text(), "found");
    // Whether the server has seen these is told by the connection being kept when the idle one goes.
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost:").expect("sent");
    let mut idle = running.connect();
    idle.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Response::read(&mut BufReader::new(&mut idle)).text(), "found");
    running.signal(Signal::TERM);
    assert_eq!(idle.read(&mut [0; 16]).expect("an end, no reset"), 0);
    stream.write_all(b" a\r\n\r\n").expect("sent");
    let mut reader = BufReader::new(&mut stream);
    let response = Response::read(&mut reader);
    assert_eq!((response.text(), response.field("connection")), ("found", Some("close")));
    assert_eq!(reader.read(&mut [0; 16]).expect("an end, no reset"), 0);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
}

#[test]
fn told_again_it_ends_at_once() {
    let folder = folder();
    let mut running = start(folder.path(), &["--drain", "1h"]);
    let address = running.address().to_owned();
    let mut stream = running.connect();
    let mut download = begin(&mut stream);
    running.signal(Signal::TERM);
    until("new clients are refused", || TcpStream::connect(&address).err());
    assert_eq!(running.child.try_wait().expect("ours"), None, "it finishes what is under way");
    running.signal(Signal::INT);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
    let mut content = Vec::new();
    let _ = download.read_to_end(&mut content);
    assert!((content.len() as u64) < LARGE_BYTES);
}

/// Runs the server with a terminal as its standard error, begins a download, interrupts it twice, and prints what the
/// terminal showed and the exit code.
const AT_A_TERMINAL: &str = r#"
import os, pty, socket, subprocess, sys
controller, terminal = pty.openpty()
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=terminal, stdin=subprocess.DEVNULL)
os.close(terminal)
host, port = server.stdout.readline().decode().strip()[len("http://"):-1].split(":")
client = socket.create_connection((host, int(port)))
client.sendall(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
client.recv(1)
shown = b""
def read_until(word):
    global shown
    while word not in shown:
        shown += os.read(controller, 1024)
read_until(b"Ctrl-C stops")
server.send_signal(2)
read_until(b"ends at once")
server.send_signal(2)
print(server.wait(60), shown.decode())
"#;

#[test]
fn people_are_told_what_it_waits_for() {
    let folder = folder();
    let quarry = env!("CARGO_BIN_EXE_quarry");
    let root = folder.path().to_str().expect("text");
    let flags = ["--listen", "127.0.0.1:0", "--drain", "2h", "--access-log", "off"];
    let told = program("timeout", &[&["120", "python3", "-c", AT_A_TERMINAL, quarry, root][..], &flags].concat());
    let told = String::from_utf8(told).expect("text");
    assert!(told.starts_with("0 serving "), "{told}");
    let expected = "quarry: finishing 1 connection, for at most 7200 s; Ctrl-C again ends at once";
    assert!(told.contains(expected), "{told}");
}
