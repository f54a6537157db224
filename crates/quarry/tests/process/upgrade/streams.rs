//! A client of HTTP/2 by TLS that always has some requests under way, and holds a server to its word: when it is told to go
//! (RFC 9113 §6.8), each stream up to the last that is named has to be answered, and it goes on with a new connection.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::super::running::Running;
use super::super::tls_client::Client;

/// Requests under way at a time.
const AT_ONCE: usize = 16;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;

/// What it has seen so far.
pub(crate) struct Streams {
    config: Arc<ClientConfig>,
    link: Client,
    /// That were asked for and not answered.
    open: Vec<u32>,
    next: u32,
    is_told_to_go: bool,
    content: u32,
    pub(crate) answered: usize,
    pub(crate) connections: usize,
}

impl Streams {
    pub(crate) fn new(running: &Running, config: &Arc<ClientConfig>) -> Streams {
        let mut config = ClientConfig::clone(config);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let config = Arc::new(config);
        let link = connect(running, &config);
        let (open, next) = (Vec::new(), 1);
        let mut streams =
            Streams { config, link, open, next, is_told_to_go: false, content: 0, answered: 0, connections: 1 };
        streams.begin();
        streams
    }

    fn begin(&mut self) {
        self.link.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("sent");
        self.send(4, 0, 0, &[]);
        self.ask();
    }

    /// One frame of the server: what is to be done about it, and the next requests.
    pub(crate) fn turn(&mut self, running: &Running) {
        let mut head = [0; 9];
        self.link.read_exact(&mut head).expect("no end while requests are open");
        let mut content = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.link.read_exact(&mut content).expect("a whole frame");
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        match kind {
            0 => {
                assert_eq!(content, b"found");
                assert_eq!(flags & END_STREAM, END_STREAM);
                self.answered(stream);
            }
            // The first of its fields is an indexed `:status: 200`, perhaps behind a change of the table's size.
            1 => assert!(content.contains(&0x88), "{content:?}"),
            4 if flags & ACK == 0 => self.send(4, ACK, 0, &[]),
            6 if flags & ACK == 0 => self.send(6, ACK, 0, &content),
            7 => {
                assert_eq!(content[4..8], [0; 4], "no error");
                self.is_told_to_go = true;
                let last = u32::from_be_bytes([content[0], content[1], content[2], content[3]]);
                assert!(self.open.iter().all(|stream| *stream <= last), "{:?} {last}", self.open);
            }
            4 | 6 | 8 => {}
            other => panic!("frame {other}: {content:?}"),
        }
        if self.is_told_to_go && self.open.is_empty() {
            self.link = connect(running, &self.config);
            (self.next, self.is_told_to_go, self.content) = (1, false, 0);
            self.connections += 1;
            return self.begin();
        }
        self.ask();
    }

    fn answered(&mut self, stream: u32) {
        let at = self.open.iter().position(|open| *open == stream).expect("one that was asked for");
        self.open.swap_remove(at);
        self.answered += 1;
        self.content += 5;
        if self.content > 10_000 {
            let increment = std::mem::take(&mut self.content).to_be_bytes();
            self.send(8, 0, 0, &increment);
        }
    }

    fn ask(&mut self) {
        while !self.is_told_to_go && self.open.len() < AT_ONCE {
            // `GET`, `https`, and the two others as they are (RFC 7541 §6).
            self.send(1, 4 | END_STREAM, self.next, b"\x82\x87\x04\x06/a.txt\x01\x09localhost");
            self.open.push(self.next);
            self.next += 2;
        }
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, content: &[u8]) {
        let length = (content.len() as u32).to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.link.write_all(&[&head, content].concat()).expect("sent");
    }
}

fn connect(running: &Running, config: &Arc<ClientConfig>) -> Client {
    let name = ServerName::try_from("localhost").expect("a name");
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).expect("it begins"), running.connect())
}
