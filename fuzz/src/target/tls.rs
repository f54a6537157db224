//! A whole connection with TLS beneath: a worker of the server, a site of a few files, and a client whose bytes these are.
//!
//! ```text
//! bytes ─▶ first byte: how they go ─┬─▶ as they are, before a handshake or behind one
//!                                   └─▶ sealed by a client of the library ─▶ records, cut anywhere
//! ```

use crate::Target;
use reactor::{Completion, Key, PeerAddress, Reactor};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use semantics::Timestamp;
use server::access_log::{AccessLog, LogWriter};
use server::limit::Limits;
use server::origin::{Files, Origin, Shared, Site};
use server::pool::{self, Done, Errand, Pool};
use server::{Look, Offer, Worker};
use site::{DirectoryEntry, Identity, Metadata, Node, NodeKind, Refusal, SiteOptions, SitePath, Tree};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// What is answered by TLS is what is answered in clear, however the records are cut; and whoever does not keep to TLS is told
/// so in a few bytes, and that is the end.
pub const TARGET: Target = Target { name: "tls", run };

fn run(bytes: &[u8]) {
    let Some((&[how, piece], rest)) = bytes.split_first_chunk() else { return };
    let piece = 1 + usize::from(piece) * 8;
    match how % 4 {
        0 => raw(None, rest, piece),
        1 => raw(Some(Http::One), rest, piece),
        2 => sealed(Http::One, rest, piece),
        _ => sealed(Http::Two, &[wire::h2::PREFACE, rest].concat(), piece),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Http {
    One,
    Two,
}

/// Bytes that are no records, or some of somebody else's.
fn raw(behind_handshake: Option<Http>, bytes: &[u8], piece: usize) {
    let mut server = Served::new(true);
    let mut client = behind_handshake.map(Client::new);
    if let Some(client) = &mut client {
        client.talk(&mut server, usize::MAX);
        assert!(client.is_agreed(), "a handshake of the library's own");
    }
    let before = server.line().sent.len();
    bytes.chunks(piece).for_each(|piece| server.receive(piece));
    server.receive(b"");
    let said = server.line().sent.len() - before;
    // Hello, certificate and its proof, or an alert; in clear the way to here, for each of some requests.
    let most = 4096 + 64 * bytes.len();
    assert!(said <= most, "{said} bytes to {}", bytes.len());
    if client.is_some() && bytes.len() >= 5 {
        assert!(said <= 64, "{said} bytes to what nobody has sealed");
    }
}

/// The same bytes in clear and by TLS, in the same pieces and in others.
fn sealed(http: Http, bytes: &[u8], piece: usize) {
    let mut clear = Served::new(false);
    bytes.chunks(piece).for_each(|piece| clear.receive(piece));
    let expected = clear.line().sent.clone();

    let (mut server, mut client) = (Served::new(true), Client::new(http));
    client.talk(&mut server, usize::MAX);
    for piece in bytes.chunks(piece) {
        client.connection.writer().write_all(piece).expect("in memory");
        client.talk(&mut server, usize::MAX);
    }
    assert!(client.heard == expected, "{} bytes by TLS, {} in clear", client.heard.len(), expected.len());
    assert_eq!(server.line().is_closed, clear.line().is_closed);

    // Records cut anywhere; what comes then depends on when it comes, but not its being sound.
    let (mut server, mut client) = (Served::new(true), Client::new(http));
    client.connection.writer().write_all(bytes).expect("in memory");
    client.talk(&mut server, 1 + piece % 61);
    assert!(server.worker.busy_count() <= 1);
}

/// A client of the library.
struct Client {
    connection: ClientConnection,
    heard: Vec<u8>,
    /// Bytes of the server that were read.
    read: usize,
}

impl Client {
    fn new(http: Http) -> Client {
        let config = Arc::clone(&CLIENTS[usize::from(http == Http::Two)]);
        let mut connection =
            ClientConnection::new(config, ServerName::try_from(NAME).expect("a name")).expect("begins");
        connection.set_buffer_limit(None);
        Client { connection, heard: Vec::new(), read: 0 }
    }

    fn is_agreed(&self) -> bool {
        !self.connection.is_handshaking()
    }

    /// Both say what they have to say, until nobody has anything more.
    fn talk(&mut self, server: &mut Served, piece: usize) {
        loop {
            let mut out = Vec::new();
            while self.connection.wants_write() {
                self.connection.write_tls(&mut out).expect("in memory");
            }
            out.chunks(piece).for_each(|piece| server.receive(piece));
            let said = server.line().sent[self.read..].to_vec();
            self.read += said.len();
            let mut rest = &said[..];
            while !rest.is_empty() {
                self.connection.read_tls(&mut rest).expect("in memory");
                self.connection.process_new_packets().expect("the server keeps to TLS");
                match self.connection.reader().read_to_end(&mut self.heard) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => panic!("{error}"),
                    _ => {}
                }
            }
            if out.is_empty() && said.is_empty() {
                return;
            }
        }
    }
}

const NAME: &str = "fuzz.test";

static IDENTITY: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new([NAME.to_owned()]).expect("a name");
    (params.self_signed(&key).expect("signed").der().to_vec(), key.serialize_der())
});

static OFFER: LazyLock<Arc<Offer>> =
    LazyLock::new(|| Offer::of_one(IDENTITY.0.clone(), IDENTITY.1.clone()).expect("of each other"));

/// For HTTP/1.1, and for HTTP/2.
static CLIENTS: LazyLock<[Arc<ClientConfig>; 2]> = LazyLock::new(|| {
    [&b"http/1.1"[..], b"h2"].map(|protocol| {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(IDENTITY.0.clone())).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    })
});

/// A worker with one connection.
struct Served {
    worker: Worker<Line, Shelf, AtOnce>,
}

impl Served {
    fn new(is_secured: bool) -> Served {
        let limits = Limits {
            wire: wire::Limits::default(),
            connections_max: 10,
            turns_away: true,
            per_address_max: None,
            memory_bytes: 1 << 20,
            drain: Duration::ZERO,
        };
        let shared = Arc::new(Shared::new(limits, LogWriter::silent(AccessLog::Off), 1 << 20, false));
        let site = Site::new(Shelf, SiteOptions::default(), Look::default(), &shared);
        let worker = Worker::new(Line::default(), Arc::new(Origin::of(site)), AtOnce::default(), Arc::default());
        let mut served = Served { worker: worker.with_tls(is_secured.then(|| Arc::clone(&OFFER))) };
        served.turn();
        served
    }

    fn line(&self) -> &Line {
        self.worker.reactor()
    }

    /// These bytes come, and all that follows from it happens; nothing: the client has ended.
    fn receive(&mut self, bytes: &[u8]) {
        COMING.with_borrow_mut(|coming| coming.push_back(bytes.to_vec()));
        self.turn();
        COMING.with_borrow_mut(VecDeque::clear);
    }

    fn turn(&mut self) {
        // The longest way leads over the pool and back.
        for _ in 0..8 {
            self.worker.turn().expect("a line does not break");
        }
    }
}

thread_local! {
    /// What comes next on the line of this thread: a worker lends its reactor to be looked at only.
    static COMING: std::cell::RefCell<VecDeque<Vec<u8>>> = const { std::cell::RefCell::new(VecDeque::new()) };
}

const KEY: Key = Key { index: 0, generation: 1 };

/// A reactor of one connection, which takes whatever it is given.
#[derive(Default)]
struct Line {
    is_accepted: bool,
    is_woken: bool,
    is_sendable: bool,
    is_paused: bool,
    is_closed: bool,
    /// What the server has said.
    sent: Vec<u8>,
}

impl Reactor for Line {
    type File = Arc<[u8]>;

    fn now_nanoseconds(&self) -> u64 {
        1
    }

    fn date_nanoseconds(&self) -> i128 {
        1_700_000_000_000_000_000
    }

    fn wait(&mut self, _: Option<u64>) -> io::Result<()> {
        self.is_woken = false;
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        if !std::mem::replace(&mut self.is_accepted, true) {
            return Some(Completion::Accepted { key: KEY, mark: 0 });
        }
        if std::mem::take(&mut self.is_sendable) && !self.is_closed {
            return Some(Completion::Sendable { key: KEY });
        }
        if !self.is_paused
            && !self.is_closed
            && let Some(bytes) = COMING.with_borrow_mut(VecDeque::pop_front)
        {
            buffer[..bytes.len()].copy_from_slice(&bytes);
            return Some(Completion::Received { key: KEY, bytes: bytes.len() });
        }
        (!std::mem::replace(&mut self.is_woken, true)).then_some(Completion::Woken)
    }

    fn send(&mut self, _: Key, slices: &[&[u8]], _: bool) -> io::Result<usize> {
        slices.iter().for_each(|slice| self.sent.extend_from_slice(slice));
        Ok(slices.iter().map(|slice| slice.len()).sum())
    }

    fn send_file(&mut self, _: Key, file: &Arc<[u8]>, offset: u64, length: usize) -> io::Result<usize> {
        let span = span(file, offset, length);
        self.sent.extend_from_slice(span);
        Ok(span.len())
    }

    fn ask_sendable(&mut self, _: Key) {
        self.is_sendable = true;
    }

    fn set_receiving(&mut self, _: Key, on: bool) {
        self.is_paused = !on;
    }

    fn set_deadline(&mut self, _: Key, _: Option<u64>) {}
    fn shutdown(&mut self, _: Key) {}

    fn close(&mut self, _: Key) {
        self.is_closed = true;
    }

    fn stop_accepting(&mut self) {}

    fn peer(&self, _: Key) -> Option<PeerAddress> {
        Some(PeerAddress::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 7))))
    }
}

fn span(file: &[u8], offset: u64, length: usize) -> &[u8] {
    let rest = usize::try_from(offset).ok().and_then(|offset| file.get(offset..)).unwrap_or_default();
    &rest[..rest.len().min(length)]
}

/// A few files that never change.
#[derive(Clone)]
struct Shelf;

/// A name, and what is in the file.
type Named = (&'static [u8], Arc<[u8]>);

static FILES: LazyLock<[Named; 4]> = LazyLock::new(|| {
    [
        (&b"index.html"[..], Arc::from(&b"<!doctype html><title>a</title>"[..])),
        (b"a.txt", Arc::from(vec![b'a'; 2000])),
        (b"empty.txt", Arc::from(&b""[..])),
        (b"large.bin", Arc::from(vec![b'b'; 100_000])),
    ]
});

impl Tree for Shelf {
    type File = Arc<[u8]>;

    fn open(&self, path: &SitePath) -> Result<Node<Arc<[u8]>>, Refusal> {
        let file = FILES.iter().position(|(name, _)| *name == path.as_bytes());
        if file.is_none() && !path.is_root() {
            return Err(Refusal::Missing);
        }
        let bytes = file.map(|at| Arc::clone(&FILES[at].1));
        let metadata = Metadata {
            kind: if file.is_some() { NodeKind::File } else { NodeKind::Directory },
            size: bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            modified: Timestamp(1_600_000_000_000_000_000),
            changed: Timestamp(1_600_000_000_000_000_000),
            inode: file.map_or(1, |at| at as u64 + 2),
            device: 1,
            is_executable: false,
        };
        Ok(Node { metadata, file: bytes })
    }

    fn read(&self, file: &Arc<[u8]>, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let span = span(file, offset, buffer.len());
        buffer[..span.len()].copy_from_slice(span);
        Ok(span.len())
    }

    fn list(&self, _: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        for (name, _) in FILES.iter() {
            if visit(DirectoryEntry { name: name.to_vec(), kind: Some(NodeKind::File) }).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Files for Shelf {
    fn without_waiting(&self) -> Shelf {
        Shelf
    }

    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal> {
        match self.open(path) {
            Ok(node) => Ok(Some(node.metadata.identity())),
            Err(Refusal::Missing) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

/// A pool that does each errand at once.
#[derive(Default)]
struct AtOnce(VecDeque<Done<Shelf>>);

impl Pool<Shelf> for AtOnce {
    fn submit(&mut self, errand: Errand<Shelf>) -> Result<(), Errand<Shelf>> {
        self.0.push_back(pool::run(errand));
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<Shelf>> {
        self.0.pop_front()
    }
}
