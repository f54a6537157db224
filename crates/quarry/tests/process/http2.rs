//! HTTP/2 as its clients have it: curl, h2load, and frames as neither sends them.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::Signal;

use super::running::Running;
use super::{curl, program, start, write};

const LARGE_BYTES: u64 = 64 << 20;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "0123456789");
    write(folder.path(), "b.bin", (0..300_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    for number in 0..200 {
        write(folder.path(), &format!("many/{number}.txt"), format!("this is {number}"));
    }
    File::create(folder.path().join("large.bin")).and_then(|file| file.set_len(LARGE_BYTES)).expect("made");
    folder
}

const PRIOR: &str = "--http2-prior-knowledge";

#[test]
fn both_versions_answer_alike_on_one_port() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    for target in ["a.txt", "b.bin", "many/?format=json", "many/", "missing", "many/?archive=tar", "many/7.txt"] {
        let url = format!("{}{target}", running.url);
        // The second is from memory.
        for _ in 0..2 {
            assert!(curl(&[PRIOR, &url]) == curl(&[&url]), "{target}");
        }
    }
    let url = format!("{}a.txt", running.url);
    let status = |arguments: &[&str]| {
        curl(
            &[&[PRIOR, "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"], arguments, &[&url]]
                .concat(),
        )
    };
    assert_eq!(status(&[]), "2 200");
    assert_eq!(status(&["--head"]), "2 200");
    assert_eq!(status(&["--range", "2-4"]), "2 206");
    assert_eq!(status(&["--range", "20-"]), "2 416");
    assert_eq!(status(&["--header", "If-None-Match: *"]), "2 304");
    assert_eq!(status(&["--data", "content"]), "2 405");
    assert_eq!(status(&["--data", "content", "--request", "GET", "--header", "Expect: 100-continue"]), "2 200");
    assert_eq!(curl(&[PRIOR, "--range", "2-4", &url]), "234");
}

/// As proxies have it that end TLS and speak to us in clear.
#[test]
fn a_gateway_on_this_machine_may_say_that_it_was_asked_by_https() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let url = format!("{}a.txt", running.url);
    let ask = |scheme: &str| {
        let said = program("nghttp", &["--header", &format!(":scheme: {scheme}"), &url]);
        String::from_utf8(said).expect("text")
    };
    assert_eq!(ask("https"), "0123456789");
    assert_eq!(ask("http"), "0123456789");
    assert!(ask("ftp").starts_with("421 Misdirected Request"), "{}", ask("ftp"));
}

#[test]
fn an_upgrade_is_passed_over() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let url = format!("{}a.txt", running.url);
    assert_eq!(curl(&["--http2", "--write-out", " %{http_version}", &url]), "0123456789 1.1");
}

#[test]
fn many_streams_on_many_connections_are_answered_without_a_fault() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let urls =
        ["a.txt", "many/1.txt", "b.bin", "many/?format=json", "missing"].map(|name| format!("{}{name}", running.url));
    let mut arguments = vec!["--requests=4000", "--clients=8", "--max-concurrent-streams=100"];
    arguments.extend(urls.iter().map(String::as_str));
    let told = String::from_utf8_lossy(&program("h2load", &arguments)).into_owned();
    // One of five is missing; to h2load that is a response as good as any, but no success.
    assert!(told.contains("4000 done, 3200 succeeded, 800 failed, 0 errored, 0 timeout"), "{told}");
    assert!(told.contains("status codes: 3200 2xx, 0 3xx, 800 4xx, 0 5xx"), "{told}");
}

/// Frames out and in.
struct Client(TcpStream);

#[derive(Debug, PartialEq)]
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

impl Client {
    /// With windows of this many bytes, of streams and of the connection (which has at least 65,535).
    fn connect(running: &Running, window: u32) -> Client {
        let mut client = Client(running.connect());
        client.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("sent");
        client.send(SETTINGS, 0, 0, &[&[0, 4], &window.to_be_bytes()[..]].concat());
        if window > 65_535 {
            client.send(WINDOW_UPDATE, 0, 0, &(window - 65_535).to_be_bytes());
        }
        client
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.0.write_all(&[&head, payload].concat()).expect("sent");
    }

    fn get(&mut self, stream: u32, target: &str) {
        // GET, http, the path and the authority as literals.
        let length = u8::try_from(target.len()).expect("short");
        let block = [&[0x82, 0x86, 0x04, length], target.as_bytes(), &[0x01, 1, b'a']].concat();
        self.send(HEADERS, 0x5, stream, &block);
    }

    /// The next frame; `None`: the server has ended the connection.
    fn receive(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        let first = self.0.read(&mut head).expect("a frame or an end");
        if first == 0 {
            return None;
        }
        self.0.read_exact(&mut head[first..]).expect("a whole header");
        let [a, b, c, kind, flags, d, e, f, g] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.0.read_exact(&mut payload).expect("a whole frame");
        Some(Frame { kind, flags, stream: u32::from_be_bytes([d, e, f, g]), payload })
    }

    /// The next one of that type.
    fn receive_kind(&mut self, kind: u8) -> Frame {
        loop {
            let frame = self.receive().expect("not the end");
            if frame.kind == kind {
                return frame;
            }
        }
    }
}

#[test]
fn streams_under_way_are_finished_at_the_word_to_stop() {
    let folder = folder();
    let mut running = start(folder.path(), &["--drain", "1h"]);
    let mut client = Client::connect(&running, 0x7FFF_FFFF);
    client.get(1, "/large.bin");
    assert_eq!(
        client.receive_kind(HEADERS).payload.first().map(|byte| byte & 0xE0),
        Some(0x20),
        "a size of the table first"
    );
    running.signal(Signal::TERM);
    let (mut content, mut words, mut is_complete) = (0, Vec::new(), false);
    while let Some(frame) = client.receive() {
        match frame.kind {
            DATA => {
                content += frame.payload.len() as u64;
                is_complete |= frame.flags & 1 != 0;
            }
            GOAWAY => words.push(frame.payload[..8].to_vec()),
            PING if frame.flags == 0 => {
                // It was on its way when the word came.
                client.get(3, "/a.txt");
                client.send(PING, 1, 0, &frame.payload);
            }
            HEADERS => assert_eq!(frame.stream, 3),
            _ => assert_eq!(frame.kind, SETTINGS),
        }
    }
    assert_eq!((content, is_complete), (LARGE_BYTES + 10, true));
    assert_eq!(words, [[0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0, 0, 0]]);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_large_file_waits_for_its_window_and_others_go_on() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let mut client = Client::connect(&running, 1000);
    client.get(1, "/large.bin");
    let frame = client.receive_kind(DATA);
    assert_eq!((frame.stream, frame.payload.len(), frame.flags), (1, 1000, 0));
    client.get(3, "/a.txt");
    let frame = client.receive_kind(DATA);
    assert_eq!((frame.stream, frame.payload.as_slice(), frame.flags), (3, &b"0123456789"[..], 1));
    // A page that the pool makes, of more than its window.
    client.get(5, "/many/?format=json");
    let frame = client.receive_kind(DATA);
    assert_eq!((frame.stream, frame.payload.len()), (5, 1000));
    client.send(RST_STREAM, 0, 5, &[0, 0, 0, 8]);
    client.send(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 7]);
    let frame = client.receive_kind(DATA);
    assert_eq!((frame.stream, frame.payload.len()), (1, 7));
}

#[test]
fn a_fault_of_a_stream_ends_it_alone_and_one_of_the_connection_is_told() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let mut client = Client::connect(&running, 65_535);
    // Without a path.
    client.send(HEADERS, 0x5, 1, &[0x82, 0x86, 0x01, 1, b'a']);
    let frame = client.receive_kind(RST_STREAM);
    assert_eq!((frame.stream, frame.payload), (1, vec![0, 0, 0, 1]));
    client.get(3, "/a.txt");
    assert_eq!(client.receive_kind(DATA).payload, b"0123456789");
    // An index that no table has.
    client.send(HEADERS, 0x5, 5, &[0xFE]);
    assert_eq!(client.receive_kind(GOAWAY).payload, [0, 0, 0, 3, 0, 0, 0, 9]);
    assert_eq!(client.receive(), None);
}

/// One that has been answered on one stream, and then waits.
fn idle(running: &Running) -> Client {
    let mut client = Client::connect(running, 65_535);
    client.get(1, "/a.txt");
    assert_eq!(client.receive_kind(DATA).payload, b"0123456789");
    client
}

#[test]
fn who_has_been_idle_too_long_is_told_so() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--idle-timeout", "1s"]);
    let mut client = idle(&running);
    // The newest stream that was dealt with, and NO_ERROR.
    assert_eq!(client.receive_kind(GOAWAY).payload, [0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(client.receive(), None);
    // Nobody has ever asked anything here.
    let mut client = Client::connect(&running, 65_535);
    assert_eq!(client.receive_kind(GOAWAY).payload, [0; 8]);
    assert_eq!(client.receive(), None);
}

#[test]
fn who_makes_room_is_told_so() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--max-connections", "1"]);
    let mut client = idle(&running);
    assert!(running.get("/a.txt").ends_with("\r\n\r\n0123456789"));
    assert_eq!(client.receive_kind(GOAWAY).payload, [0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(client.receive(), None);
}

#[test]
fn a_client_that_has_closed_its_side_gets_its_answers() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let mut client = Client::connect(&running, 0x7FFF_FFFF);
    client.get(1, "/b.bin");
    client.get(3, "/many/?format=json");
    client.0.shutdown(std::net::Shutdown::Write).expect("closed");
    let (mut content, mut ends) = (0, 0);
    while let Some(frame) = client.receive() {
        if frame.kind == DATA {
            content += frame.payload.len();
            ends += frame.flags & 1;
        }
    }
    assert!(content > 1_200_000 && ends == 2, "{content} bytes, {ends} ends");
}

#[test]
fn the_log_says_which_version_it_was() {
    let folder = folder();
    let running = start(folder.path(), &["--access-log", "combined"]);
    curl(&[PRIOR, &format!("{}a.txt", running.url)]);
    let (code, output, _) = running.end(Signal::TERM);
    assert_eq!(code, Some(0));
    assert!(output.contains("\"GET /a.txt HTTP/2.0\" 200 10 "), "{output}");
}
