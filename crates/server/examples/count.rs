//! Answers a number of requests from memory, with no kernel: what a tool counts here is what the server itself does
//! for them. Run it with two numbers under `valgrind`; the difference is the cost of a request.
//!
//! `count REQUESTS [TARGET]`

use reactor::{Completion, Key, PeerAddress, Reactor};
use server::limit::Limits;
use server::origin::{Control, Files, Origin, Shared, Site};
use server::pool::{self, Done, Errand, Pool};
use server::{AccessLog, Look, Worker, access_log::LogWriter};
use site::{DirectoryEntry, Identity, MemoryFile, MemoryTree, Node, Refusal, SiteOptions, SitePath, Tree};
use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a browser sends for an image, with 428 bytes.
const REQUEST: &str = "GET /TARGET HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 \
    (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nAccept: image/avif,\
    image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\n\
    Sec-Fetch-Dest: image\r\nReferer: http://127.0.0.1:8000/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB\r\n\r\n";

/// Connections that take turns, as under load.
const CONNECTIONS: u32 = 64;

/// A reactor without a kernel: each connection asks as soon as it is answered.
struct Script {
    request: Vec<u8>,
    left: usize,
    ready: VecDeque<Completion>,
    sent: u64,
}

impl Reactor for Script {
    type File = MemoryFile;

    fn now_nanoseconds(&self) -> u64 {
        1
    }

    fn date_nanoseconds(&self) -> i128 {
        1_800_000_000_000_000_000
    }

    fn wait(&mut self, _: Option<u64>) -> io::Result<()> {
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        let completion = self.ready.pop_front()?;
        if let Completion::Received { bytes, .. } = completion {
            buffer[..bytes].copy_from_slice(&self.request);
        }
        Some(completion)
    }

    fn send(&mut self, key: Key, slices: &[&[u8]], _: bool) -> io::Result<usize> {
        let bytes = slices.iter().map(|slice| slice.len()).sum();
        self.sent += bytes as u64;
        if self.left > 0 {
            self.left -= 1;
            self.ready.push_back(Completion::Received { key, bytes: self.request.len() });
        }
        Ok(bytes)
    }

    fn send_file(&mut self, _: Key, _: &MemoryFile, _: u64, length: usize) -> io::Result<usize> {
        Ok(length)
    }

    fn ask_sendable(&mut self, _: Key) {}
    fn set_receiving(&mut self, _: Key, _: bool) {}
    fn set_deadline(&mut self, _: Key, _: Option<u64>) {}
    fn shutdown(&mut self, _: Key) {}
    fn close(&mut self, _: Key) {}
    fn stop_accepting(&mut self) {}

    fn peer(&self, _: Key) -> Option<PeerAddress> {
        Some(PeerAddress::Unix)
    }
}

/// A site in memory, shared as the server wants it.
#[derive(Clone)]
struct Shelf(Arc<Mutex<MemoryTree>>);

impl Shelf {
    fn with<T>(&self, look: impl FnOnce(&MemoryTree) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tree for Shelf {
    type File = MemoryFile;

    fn open(&self, path: &SitePath) -> Result<Node<MemoryFile>, Refusal> {
        self.with(|tree| tree.open(path))
    }

    fn read(&self, file: &MemoryFile, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        self.with(|tree| tree.read(file, offset, buffer))
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        self.with(|tree| tree.list(path, visit))
    }
}

impl Files for Shelf {
    fn without_waiting(&self) -> Shelf {
        self.clone()
    }

    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal> {
        self.open(path).map(|node| Some(node.metadata.identity()))
    }
}

/// A pool that does each errand at once.
struct Inline(VecDeque<Done<Shelf>>);

impl Pool<Shelf> for Inline {
    fn submit(&mut self, errand: Errand<Shelf>) -> Result<(), Errand<Shelf>> {
        self.0.push_back(pool::run(errand));
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<Shelf>> {
        self.0.pop_front()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let requests: usize = arguments.next().ok_or("count REQUESTS [TARGET]")?.parse()?;
    let target = arguments.next().unwrap_or_else(|| "small.png".into());

    let mut tree = MemoryTree::new();
    tree.write("small.png", vec![b'x'; 1024]).write("page.html", vec![b'y'; 16 << 10]);
    let limits = Limits {
        wire: wire::Limits::default(),
        connections_max: 1000,
        turns_away: true,
        per_address_max: None,
        memory_bytes: 64 << 20,
        drain: Duration::from_secs(1),
    };
    let log = LogWriter::silent(AccessLog::Off);
    let shelf = Shelf(Arc::new(Mutex::new(tree)));
    let shared = Arc::new(Shared::new(limits, log, 1 << 20, false));
    let origin = Arc::new(Origin::of(Site::new(shelf, SiteOptions::default(), Look::default(), &shared)));
    let request = REQUEST.replace("TARGET", &target).into_bytes();
    let key = |index| Key { index, generation: 1 };
    let accepted = (0..CONNECTIONS).map(|index| Completion::Accepted { key: key(index), mark: 0 });
    let first = (0..CONNECTIONS).map(|index| Completion::Received { key: key(index), bytes: request.len() });
    // The pool's answers come with the word that wakes the worker.
    let ready = accepted.chain(first).chain([Completion::Woken]).collect();
    let script = Script { request, left: requests, ready, sent: 0 };
    let pool = Inline(VecDeque::new());
    let control = Arc::new(Control::default());
    let mut worker = Worker::new(script, origin, pool, control);
    for _ in 0..2 {
        worker.turn()?;
    }
    println!("{requests} requests, {} bytes sent", worker.reactor().sent);
    assert_eq!(worker.reactor().left, 0, "all requests were made");
    Ok(())
}
