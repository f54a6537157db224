//! A worker with false files, a false network and a false pool, and a hand on the clock.

use super::network::Network;
use super::shelf::Shelf;
use server::access_log::{AccessLog, LogWriter};
use server::limit::Limits;
use server::origin::{Control, Origin, Shared, Site};
use server::pool::{Done, Errand, Pool, run};
use server::{Look, Worker};
use site::SiteOptions;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

pub(crate) struct Stage {
    pub(crate) shelf: Shelf,
    pub(crate) control: Arc<Control>,
    network: Network,
    desk: Rc<RefCell<Desk>>,
    worker: Worker<Network, Shelf, Errands>,
    has_ended: bool,
}

/// What the pool has on its desk.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) waiting: VecDeque<Errand<Shelf>>,
    done: VecDeque<Done<Shelf>>,
    /// Whether errands are given back.
    pub(crate) is_full: bool,
}

struct Errands(Rc<RefCell<Desk>>);

impl Pool<Shelf> for Errands {
    fn submit(&mut self, errand: Errand<Shelf>) -> Result<(), Errand<Shelf>> {
        let mut desk = self.0.borrow_mut();
        if desk.is_full {
            return Err(errand);
        }
        desk.waiting.push_back(errand);
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<Shelf>> {
        self.0.borrow_mut().done.pop_front()
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        wire: wire::Limits { idle: Duration::from_secs(60) },
        connections_max: 100,
        turns_away: false,
        per_address_max: None,
        memory_bytes: 1 << 20,
        drain: Duration::from_secs(10),
    }
}

pub(crate) fn site(shelf: Shelf, shared: &Arc<Shared>) -> Site<Shelf> {
    Site::new(shelf, SiteOptions::default(), Look::default(), shared)
}

impl Stage {
    pub(crate) fn new() -> Stage {
        Stage::with(limits())
    }

    pub(crate) fn with(limits: Limits) -> Stage {
        Stage::of(limits, |shelf, shared| Origin::of(site(shelf, shared)))
    }

    /// Where what is known is believed for so long.
    pub(crate) fn with_fresh(fresh: Duration) -> Stage {
        Stage::of(limits(), |shelf, shared| Origin::of(site(shelf, shared).with_fresh(fresh)))
    }

    /// With the sites that somebody makes over the shelf.
    pub(crate) fn of(limits: Limits, origin: impl FnOnce(Shelf, &Arc<Shared>) -> Origin<Shelf>) -> Stage {
        let (shelf, network, desk) = (Shelf::default(), Network::default(), Rc::<RefCell<Desk>>::default());
        network.0.borrow_mut().is_accepting = true;
        let log = LogWriter::silent(AccessLog::Combined);
        let origin = Arc::new(origin(shelf.clone(), &Arc::new(Shared::new(limits, log, 1 << 20, false))));
        let control = Arc::new(Control::default());
        let pool = Errands(Rc::clone(&desk));
        let worker = Worker::new(network.clone(), origin, pool, Arc::clone(&control));
        Stage { shelf, control, network, desk, worker, has_ended: false }
    }

    /// A client of this machine.
    pub(crate) fn connect(&mut self) -> usize {
        self.connect_from("127.0.0.1:1")
    }

    pub(crate) fn connect_from(&mut self, peer: &str) -> usize {
        let peer: SocketAddr = peer.parse().unwrap();
        let client = self.network.0.borrow_mut().connect(peer);
        self.turn();
        client
    }

    /// The client sends this, and the worker has a turn.
    pub(crate) fn send(&mut self, client: usize, bytes: impl AsRef<[u8]>) {
        self.network.0.borrow_mut().send(client, bytes.as_ref());
        self.turn();
    }

    /// The client sends nothing more.
    pub(crate) fn end(&mut self, client: usize) {
        self.send(client, b"");
    }

    pub(crate) fn get(&mut self, client: usize, target: &str) {
        self.send(client, format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    pub(crate) fn turn(&mut self) {
        self.has_ended |= !self.worker.turn().unwrap();
    }

    pub(crate) fn advance(&mut self, time: Duration) {
        self.network.0.borrow_mut().now += time.as_nanos() as u64;
        self.turn();
    }

    /// The client takes so many bytes more, and no others.
    pub(crate) fn set_room(&mut self, client: usize, room: usize) {
        self.network.0.borrow_mut().links[client].room = room;
        self.turn();
    }

    /// The pool does what it has, and the worker hears of it. How much that was.
    pub(crate) fn run_pool(&mut self) -> usize {
        let errands: Vec<Errand<Shelf>> = self.desk.borrow_mut().waiting.drain(..).collect();
        let count = errands.len();
        let done = errands.into_iter().map(run);
        self.desk.borrow_mut().done.extend(done);
        self.wake();
        count
    }

    pub(crate) fn desk(&self) -> std::cell::RefMut<'_, Desk> {
        self.desk.borrow_mut()
    }

    pub(crate) fn wake(&mut self) {
        self.network.0.borrow_mut().is_woken = true;
        self.turn();
    }

    pub(crate) fn drain(&mut self) {
        self.control.is_draining.store(true, Relaxed);
        self.wake();
    }

    /// Another process takes clients from now on.
    pub(crate) fn leave(&mut self) {
        self.control.is_leaving.store(true, Relaxed);
        self.wake();
    }

    /// There is no descriptor for the next client.
    pub(crate) fn run_out_of_descriptors(&mut self) {
        self.network.0.borrow_mut().accept_paused = true;
        self.turn();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    pub(crate) fn is_accepting(&self) -> bool {
        self.network.0.borrow().is_accepting
    }

    /// What the client has got since the last call of this.
    pub(crate) fn take_bytes(&mut self, client: usize) -> Vec<u8> {
        std::mem::take(&mut self.network.0.borrow_mut().links[client].output)
    }

    /// The same, where it is text.
    pub(crate) fn take(&mut self, client: usize) -> String {
        String::from_utf8(self.take_bytes(client)).unwrap()
    }

    /// The system calls that sent it, since the last call of this.
    pub(crate) fn take_calls(&mut self, client: usize) -> Vec<String> {
        std::mem::take(&mut self.network.0.borrow_mut().links[client].calls)
    }

    /// The contents of the responses got since the last call of this; all of them have a length.
    pub(crate) fn take_contents(&mut self, client: usize) -> Vec<String> {
        let output = self.take(client);
        let (mut rest, mut contents) = (output.as_str(), Vec::new());
        while let Some((head, behind)) = rest.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let length: usize = length.unwrap_or_else(|| panic!("no length: {head}")).parse().unwrap();
            contents.push(behind[..length].to_owned());
            rest = &behind[length..];
        }
        assert_eq!(rest, "", "half a response");
        contents
    }

    /// `open`, `shut` (our side has ended) or `closed`.
    pub(crate) fn state(&self, client: usize) -> &'static str {
        let wires = self.network.0.borrow();
        match &wires.links[client] {
            link if link.is_closed => "closed",
            link if link.is_shut => "shut",
            _ => "open",
        }
    }
}
