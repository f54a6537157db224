//! Everything around the server: what it calls the kernel, and everybody beyond it. Time passes only here, while the
//! server waits.

use crate::chance::Chance;
use crate::client::tls::Configs;
use crate::client::{Client, Exchange, Manner};
use crate::clock::{Clock, SECOND};
use crate::disk::Disk;
use crate::network::{Link, Network};
use crate::oracle::possible::Window;
use crate::oracle::response::Response;
use crate::oracle::{self, Case, Tags};
use crate::pool::Pool;
use crate::statistics::Statistics;
use crate::temper::{Temper, any_peer};
use crate::trace::Trace;
use reactor::PeerAddress;
use server::origin::Control;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// What happens at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    Connect(usize),
    Act(usize),
    Continue(usize),
    /// A client of HTTP/2 does something without need.
    Fidget(usize),
    Deliver(usize),
    Read(usize),
    Cut(usize),
    /// Something on the disk.
    Change,
    /// The pool runs an errand.
    Run,
    /// The pool gives back a result.
    Finish,
    /// The word to stop.
    Drain,
}

/// The world.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) trace: Trace,
    pub(crate) temper: Temper,
    pub(crate) network: Network,
    pub(crate) clients: Vec<Client>,
    /// What clients know of answers.
    pub(crate) seen: Vec<crate::client::ask::Seen>,
    pub(crate) draining_since: Option<u64>,
    pub(crate) statistics: Statistics,
    pub(crate) failure: Option<String>,
    chance: Chance,
    disk: Disk,
    pub(crate) pool: Pool,
    control: Arc<Control>,
    tags: Tags,
    /// How clients come by TLS, once one does.
    configs: Option<Configs>,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    count: u64,
    /// Clock and calendar as of the last wait.
    pub(crate) now: u64,
    pub(crate) date: i128,
    /// No life is so long.
    ends: u64,
    /// Waits in which no time passed.
    idle_waits: u32,
}

impl World {
    pub(crate) fn new(
        chance: &mut Chance,
        temper: Temper,
        clock: Clock,
        disk: Disk,
        pool: Pool,
        control: Arc<Control>,
        trace: Trace,
    ) -> World {
        let mut world = World {
            network: Network::new(chance.fork(), temper.sockets_max),
            clients: Vec::new(),
            seen: Vec::new(),
            draining_since: None,
            statistics: Statistics::default(),
            failure: None,
            chance: chance.fork(),
            disk,
            pool,
            control,
            tags: Tags::default(),
            configs: None,
            events: BinaryHeap::new(),
            count: 0,
            now: clock.now(),
            date: clock.date().0,
            ends: clock.now() + LIFE_MAX,
            idle_waits: 0,
            clock,
            trace,
            temper,
        };
        for index in 0..world.temper.clients {
            let client = Client::any(&mut world.chance);
            let at = world.chance.between(0..=world.temper.arrival);
            world.schedule(at, Event::Connect(index));
            if client.manner == Manner::Cutter && !(client.garbles && world.temper.is_tls) {
                let at = at + world.chance.skewed(0..=2 * SECOND);
                world.schedule(at, Event::Cut(index));
            }
            world.clients.push(client);
        }
        if world.temper.disk.changing > 0 {
            for _ in 0..world.chance.below(20) {
                let at = world.chance.skewed(0..=10 * SECOND);
                world.schedule(at, Event::Change);
            }
        }
        if let Some(at) = world.temper.drain_at {
            world.schedule(at, Event::Drain);
        }
        world
    }

    /// `delay`: from now, in nanoseconds.
    pub(crate) fn schedule(&mut self, delay: u64, event: Event) {
        self.count += 1;
        self.events.push(Reverse((self.clock.now() + delay, self.count, event)));
    }

    /// The life has shown a mistake: it ends here.
    pub(crate) fn fail(&mut self, client: usize, cause: &str) {
        let manner = self.clients[client].manner;
        self.fail_with(&format!("client {client} ({manner:?}): {cause}"));
    }

    pub(crate) fn fail_with(&mut self, cause: &str) {
        self.trace.line(self.clock.now(), || format!("FAILURE {cause}"));
        self.failure.get_or_insert_with(|| cause.to_owned());
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Connect(index) => self.connect(index),
            Event::Act(index) => self.act(index),
            Event::Continue(index) => self.send_withheld(index),
            Event::Fidget(index) => self.fidget(index),
            Event::Deliver(index) => self.deliver(index),
            Event::Read(index) => self.read(index),
            Event::Cut(index) => {
                if let Some(link) = self.clients[index].link.filter(|_| !self.clients[index].is_done) {
                    self.network.links[link].cut();
                    self.clients[index].is_done = true;
                    self.trace.line(self.clock.now(), || format!("client {index} breaks off"));
                }
            }
            Event::Change => self.disk.platter().change(),
            Event::Run => {
                self.pool.run_one();
                let delay = self.pool.delay();
                self.schedule(delay, Event::Finish);
            }
            Event::Finish => {
                self.pool.finish_one();
                self.network.is_woken = true;
            }
            Event::Drain => self.drain(),
        }
        self.tell_changes();
    }

    pub(crate) fn tell_changes(&mut self) {
        if !self.trace.is_on() {
            return;
        }
        let told = self.disk.platter().told.as_mut().map(std::mem::take).unwrap_or_default();
        for line in told {
            self.trace.line(self.clock.now(), || line);
        }
    }

    fn connect(&mut self, index: usize) {
        if self.draining_since.is_some() {
            // Nobody listens any more.
            self.clients[index].is_done = true;
            return;
        }
        let peer = any_peer(&mut self.chance);
        let to_server_max = self.chance.skewed(100..=100_000) as usize;
        let to_client_max = match self.chance.below(6) {
            0 => self.chance.skewed(200..=4000) as usize,
            1..=3 => self.chance.skewed(4000..=300_000) as usize,
            _ => 5 << 20,
        };
        self.trace.line(self.clock.now(), || {
            let manner = self.clients[index].manner;
            format!("client {index} ({manner:?}) connects from {peer:?}; {to_server_max} and {to_client_max} bytes fit")
        });
        let link = self.network.connect(Link::new(peer, to_server_max, to_client_max));
        let client = &mut self.clients[index];
        client.link = Some(link);
        client.is_astray &= self.temper.is_tls && peer != PeerAddress::Unix;
        // Who comes by a unix socket is on this machine.
        let is_sealed = self.temper.is_tls && peer != PeerAddress::Unix && !client.is_astray;
        let tls = (is_sealed && client.manner != Manner::Silent).then(|| {
            let configs = self.configs.get_or_insert_with(Configs::new);
            configs.begin(client.speaks_http2, client.chance.below(8))
        });
        client.begin(tls);
        self.schedule(0, Event::Act(index));
    }

    fn drain(&mut self) {
        if self.draining_since.is_none() {
            self.draining_since = Some(self.clock.now());
            self.control.is_draining.store(true, Relaxed);
            self.network.is_woken = true;
            self.trace.line(self.clock.now(), || "the word to stop".to_owned());
        }
    }

    /// Time passes until there is something to tell the server, or until then.
    pub(crate) fn wait(&mut self, until: Option<u64>) {
        let before = self.clock.now();
        while self.failure.is_none() && !self.network.is_ready(self.clock.now()) {
            let event = self.events.peek().map(|Reverse((at, ..))| *at);
            let Some(at) = [event, self.network.next_time(), until].into_iter().flatten().min() else {
                if self.draining_since.is_some() {
                    self.fail_with("the server waits for nothing, for ever");
                    break;
                }
                self.rest();
                continue;
            };
            if at > self.ends {
                // Somebody tries again and again, and nobody hears.
                self.fail_with("it goes on for ever");
                break;
            }
            self.clock.advance_to(at);
            while let Some(Reverse((_, _, event))) = self.take_due() {
                self.happen(event);
            }
            if until.is_some_and(|until| until <= self.clock.now()) {
                break;
            }
        }
        (self.now, self.date) = (self.clock.now(), self.clock.date().0);
        self.idle_waits = if self.now == before { self.idle_waits + 1 } else { 0 };
        if self.idle_waits > IDLE_WAITS_MAX {
            self.fail_with("the server spins");
        }
        self.check_neighbours();
        self.network.begin(self.now);
    }

    fn take_due(&mut self) -> Option<Reverse<(u64, u64, Event)>> {
        let is_due = self.events.peek().is_some_and(|Reverse((at, ..))| *at <= self.clock.now());
        if is_due && self.failure.is_none() { self.events.pop() } else { None }
    }

    /// Nothing will happen any more: then nothing may be left, and the server may go.
    fn rest(&mut self) {
        if self.network.open > 0 {
            self.fail_with(&format!("{} connections are left for ever", self.network.open));
        }
        if !self.pool.is_empty() {
            self.fail_with("results of the pool that nobody collects");
        }
        self.drain();
    }

    /// Who has that connection must look at it.
    pub(crate) fn tell_client(&mut self, link: usize) {
        if let Some(index) = self.clients.iter().position(|client| client.link == Some(link)) {
            self.read_soon(index);
        }
    }
}

/// Between two requests.
impl World {
    /// Whether every client has all it asked for, and nothing is on its way anywhere.
    pub(crate) fn is_at_rest(&self) -> bool {
        let is_satisfied = |client: &Client| client.is_done || client.is_satisfied();
        let is_still = |link: &Link| link.is_closed || link.to_server.is_empty() && link.to_client.is_empty();
        self.clients.iter().all(is_satisfied)
            // The end of a half may still have to be told.
            && self.network.links.iter().all(|link| is_still(link) && (link.is_closed || !link.has_client_ended))
            && !self.network.links.iter().any(|link| link.is_cut && !link.is_closed)
    }
}

/// The slowest clients that are borne take some minutes.
const LIFE_MAX: u64 = 3 * 3600 * SECOND;
/// Beyond the time of being idle: a head, and the wait for the peer's end after an error.
const PATIENCE: u64 = 20 * SECOND;
/// A turn without time passing is normal; so many are not.
const IDLE_WAITS_MAX: u32 = 100_000;

/// Judging.
impl World {
    /// Connections of one address, or of its /64, that are open now. `None`: nobody counts them.
    fn neighbours(&self, peer: PeerAddress) -> Option<usize> {
        let place = |peer| match peer {
            PeerAddress::Tcp(SocketAddr::V4(peer)) if !peer.ip().is_loopback() => Some(peer.ip().to_bits().into()),
            PeerAddress::Tcp(SocketAddr::V6(peer)) => Some(peer.ip().to_bits() >> 64),
            _ => None,
        };
        let own: u128 = place(peer)?;
        let open = self.network.links.iter().filter(|link| link.accepted.is_some() && !link.is_closed);
        Some(open.filter(|link| place(link.peer) == Some(own)).count())
    }

    /// Nobody may have more connections than the owner allows.
    fn check_neighbours(&mut self) {
        if self.temper.turns_away && self.network.open > self.temper.connections_max {
            self.fail_with("more connections than are allowed");
        }
        let Some(max) = self.temper.per_address_max else { return };
        let open = self.network.links.iter().filter(|link| link.accepted.is_some() && !link.is_closed);
        if open.filter_map(|link| self.neighbours(link.peer)).any(|count| count > max as usize) {
            self.fail_with("more connections of one address than are allowed");
        }
    }

    /// The server has closed a connection: was it time?
    pub(crate) fn check_close(&mut self, index: usize) {
        let link = &self.network.links[index];
        let Some(accepted) = link.accepted else { return };
        let is_refused = accepted == self.now && link.to_client.is_empty() && !link.is_cut && !link.has_client_ended;
        let has_room = || match self.temper.per_address_max {
            Some(max) => self.neighbours(link.peer).is_none_or(|others| others < max as usize),
            None => true,
        };
        let may_make_room =
            self.temper.clients > self.temper.connections_max || self.temper.clients > self.temper.sockets_max;
        if is_refused && has_room() && !may_make_room && self.draining_since.is_none() {
            return self.fail_with("a connection is refused without a reason");
        }
        let Some(client) = self.clients.iter().find(|client| client.link == Some(index)) else { return };
        let is_stubborn = matches!(client.manner, Manner::Silent | Manner::Dripper | Manner::Endless);
        if is_stubborn && self.now > accepted + self.temper.idle + PATIENCE {
            self.fail_with("who says nothing of use was borne too long");
        }
    }

    fn window(&self, asked: u64) -> Window {
        // The server's idea of the time is that of its last wait, and each call takes a little.
        let slack = SECOND / 10;
        Window { from: asked.saturating_sub(self.temper.fresh + slack), asked, to: self.clock.now() }
    }

    /// Errs with what is wrong with an answer.
    pub(crate) fn judge(&mut self, exchange: &Exchange, response: &Response) -> Result<(), String> {
        let window = self.window(exchange.asked);
        let platter = self.disk.platter();
        let case = Case {
            ask: &exchange.ask,
            response,
            history: &platter.history,
            window,
            date: self.clock.date(),
            seconds: ((window.to - window.asked) / SECOND) as i64,
            has_failed: platter.has_failed_during(window.from, window.to),
            is_pool_full: self.pool.has_refused_during(window.asked, window.to),
            is_draining: self.draining_since.is_some(),
        };
        oracle::judge(&case, &mut self.tags)
    }

    /// Whether something has happened since then that may cut an answer short.
    pub(crate) fn is_excused(&self, since: u64) -> bool {
        let now = self.clock.now();
        let is_over = self.draining_since.is_some_and(|began| now >= began + self.temper.drain);
        is_over || self.disk.platter().has_failed_during(since, now) || self.pool.has_refused_during(since, now)
    }
}
