//! The trip, from bytes to bytes: one worker per core, nothing shared that changes.
//!
//! ```text
//! reactor ─▶ received ─▶ drive ─▶ exchange ─▶ flush ─▶ reactor
//!  bytes     connection   events   response    bytes
//! ```
//!
//! `Worker::drive` is the place to begin; where many exchanges share a connection it goes on in `http2`.

mod http2;
mod peer;
mod tls;
mod woken;
mod xray;

use crate::connection::{Connection, Connections, Phase, Progress, Reading, Ticket, Until};
use crate::due::End;
use crate::exchange::{Exchange, Held};
use crate::limit;
use crate::order::Order;
use crate::origin::{Control, Files, Origin};
use crate::outgoing::{Sent, send};
use crate::pool::{Errand, Pool, Work};
use crate::protocol::Protocol;
use crate::request::OwnedHead;
use crate::tls::Offer;
use crate::transport::{Buffers, Sealing, Transport};
use reactor::{Completion, Key, PeerAddress, Reactor};
use semantics::{Instant, RequestHead, Timestamp};
use std::collections::HashMap;
use std::io;
use std::mem::take;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Receiver;
use wire::{ContentLength, Event, Input, Reason, StreamId, h1, h2};

/// A worker: a reactor, its connections, and what answers them.
pub struct Worker<R: Reactor, T: Files, P> {
    reactor: R,
    connections: Connections<R::File>,
    origin: Arc<Origin<T>>,
    exchange: Exchange<T, P>,
    /// How many connections each address has, where that is limited.
    addresses: HashMap<IpAddr, u32>,
    control: Arc<Control>,
    orders: Option<Receiver<Order<R, T>>>,
    /// Another process takes new clients. Until then those that are idle may stay.
    leaves_until: Option<Instant>,
    drain_until: Option<Instant>,
    /// Connections that it last said were to be finished.
    under_way: usize,
    /// What clients say of themselves again with each request.
    recent: h1::RecentSections,
    /// What arrives stands here while it is understood; one for all connections, so an idle one owns none.
    received: Vec<u8>,
    /// And heads that are decoded stand here while they are answered.
    head: h2::Head,
    /// What clients are offered where they have to come by TLS.
    offer: Option<Arc<Offer>>,
    buffers: Buffers,
    /// Exchanges that are told what happens as it does.
    followers: Vec<(Key, StreamId)>,
}

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    /// A worker that answers from `origin`, with its part of the memory.
    pub fn new(reactor: R, origin: Arc<Origin<T>>, pool: P, control: Arc<Control>) -> Worker<R, T, P> {
        let now = Timestamp(reactor.date_nanoseconds());
        Worker {
            connections: Connections::new(),
            exchange: Exchange::new(&origin, pool, now),
            origin,
            addresses: HashMap::new(),
            control,
            orders: None,
            leaves_until: None,
            drain_until: None,
            under_way: 0,
            recent: h1::RecentSections::new(),
            received: vec![0; limit::RECEIVE_BYTES],
            head: h2::Head::default(),
            offer: None,
            buffers: Buffers::default(),
            followers: Vec::new(),
            reactor,
        }
    }

    /// The same, which takes orders when it is woken.
    #[must_use]
    pub fn with_orders(self, orders: Receiver<Order<R, T>>) -> Worker<R, T, P> {
        Worker { orders: Some(orders), ..self }
    }

    /// The reactor it works with: for whoever drives a worker turn by turn.
    pub fn reactor(&self) -> &R {
        &self.reactor
    }

    /// Connections that own more than their place in the table: none that is idle does.
    pub fn busy_count(&self) -> usize {
        self.connections.busy_count()
    }

    /// Works until the server is told to stop and nothing is under way any more.
    ///
    /// Errs when the kernel no longer tells what happens.
    pub fn run(&mut self) -> io::Result<()> {
        while self.turn()? {}
        Ok(())
    }

    /// Waits for something to happen and deals with all that did. False: the end.
    ///
    /// Errs when the kernel no longer tells what happens.
    pub fn turn(&mut self) -> io::Result<bool> {
        self.reactor.wait(self.wakes_at().map(|until| until.0))?;
        self.exchange.set_time(self.now(), Timestamp(self.reactor.date_nanoseconds()));
        let mut received = take(&mut self.received);
        while let Some(completion) = self.reactor.next(&mut received) {
            self.handle(completion, &mut received);
        }
        self.received = received;
        let answered = self.exchange.take_answered();
        if answered > 0 {
            // All of them waited for the turn to come to its end, for only then is it known that they are out.
            self.exchange.counters.took(answered, Instant(self.reactor.clock_nanoseconds()).since(self.now()));
        }
        if self.leaves_until.is_some_and(|until| self.now() >= until) && self.drain_until.is_none() {
            self.drain();
        }
        self.write_ended();
        self.exchange.log.hand_over();
        self.exchange.lens.hand_over();
        if !self.followers.is_empty() {
            self.tell_followers();
        }
        if self.is_ending() {
            self.tell_under_way();
        }
        Ok(!self.is_drained())
    }

    fn handle(&mut self, completion: Completion, received: &mut [u8]) {
        match completion {
            Completion::Accepted { key, mark } => self.accepted(key, mark),
            Completion::Received { key, bytes } => {
                self.guarded(key, |worker| worker.received(key, &mut received[..bytes]));
            }
            Completion::Sendable { key } => self.guarded(key, |worker| worker.sendable(key)),
            Completion::DeadlinePassed { key } => self.guarded(key, |worker| worker.deadline_passed(key)),
            Completion::Failed { key, .. } => self.close(key),
            Completion::Woken => self.woken(),
            Completion::AcceptPaused { .. } => {
                self.control.out_of_descriptors.fetch_add(1, Relaxed);
                let _ = self.make_room();
            }
        }
    }

    /// A panic is our mistake: it ends one connection, is counted, and the others never know.
    fn guarded(&mut self, key: Key, work: impl FnOnce(&mut Self)) {
        if self.exchange.lens.has_plates() {
            self.exchange.lens.turn_to(key, self.reactor.calls());
        }
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.control.panics.fetch_add(1, Relaxed);
            self.exchange.output.clear();
            self.exchange.forget_due();
            self.close(key);
        }
    }

    fn accepted(&mut self, key: Key, mark: u8) {
        let now = self.now();
        let limits = &self.origin.shared.limits;
        let address = limits.per_address_max.and_then(|max| Some((peer::limited(&self.reactor, key)?, max)));
        let has_its_share =
            address.is_some_and(|(address, max)| self.addresses.get(&address).is_some_and(|&count| count >= max));
        let is_full = self.connections.count() >= limits.connections_max;
        // In this order: who has its share already shall not push out others.
        let turns_away = limits.turns_away;
        self.exchange.counters.accepted.add(1);
        if has_its_share || is_full && !self.make_room() && turns_away {
            self.exchange.counters.turned_away.add(1);
            return self.reactor.close(key);
        }
        let address = address.map(|(address, _)| address);
        if let Some(address) = address {
            *self.addresses.entry(address).or_insert(0) += 1;
        }
        let limits = self.origin.shared.limits.wire;
        let transport = if self.offer.is_some() { self.transport(key, mark) } else { None };
        let mut connection = Connection::new(h1::Connection::new(limits, now), transport, address, now);
        if self.is_ending() {
            // It stood at the gate when that was closed.
            connection.wire.refuse_more(now, &mut self.exchange.output);
        }
        self.reactor.set_deadline(key, connection.deadline().map(|at| at.0));
        self.connections.insert(key, connection);
        self.exchange.counters.open.set(self.connections.count() as u64);
    }

    /// The oldest idle connection goes, so that a new one may come. False: none can.
    fn make_room(&mut self) -> bool {
        let Some(key) = self.connections.dispensable() else { return false };
        if let Some(connection) = self.connections.get(key)
            && let Protocol::Http2(http2) = &mut connection.wire
        {
            self.exchange.output.write(|out| http2.wire.dismiss(out));
            self.flush(key);
        }
        self.say_end(key);
        self.close(key);
        true
    }

    /// Bytes came from the peer; none: it has closed its side.
    fn received(&mut self, key: Key, bytes: &mut [u8]) {
        self.take_in::<true>(key, bytes);
    }

    /// What the peer says; nothing: it has ended. `AS_RECEIVED`: by TLS it is still to be opened. Known when this is
    /// built, so that who speaks in clear pays one comparison.
    fn take_in<const AS_RECEIVED: bool>(&mut self, key: Key, bytes: &mut [u8]) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        if AS_RECEIVED && connection.is_secured() {
            return self.received_sealed(key, bytes);
        }
        let bytes = &*bytes;
        match connection.phase {
            Phase::Open => {}
            Phase::Closing { .. } => return self.reactor.set_receiving(key, false),
            Phase::Lingering { bytes: before } => {
                let so_far = before.saturating_add(bytes.len() as u32);
                connection.phase = Phase::Lingering { bytes: so_far };
                if bytes.is_empty() || so_far > limit::LINGER_BYTES_MAX {
                    self.close(key);
                }
                return;
            }
        }
        if bytes.is_empty() && !connection.is_responding() {
            connection.wire.handle_end_of_input(now);
        }
        let kept = connection.wire.take_kept();
        let joined = kept.map(|mut kept| {
            kept.extend_from_slice(bytes);
            kept
        });
        let mut input = Input::new(joined.as_deref().unwrap_or(bytes));
        if connection.is_responding() {
            // The next requests wait in the socket: what reads no answers gets no more of our memory than one buffer.
            connection.wire.keep(input);
            connection.busy(now).reading = if bytes.is_empty() { Reading::Ended } else { Reading::Paused };
            return self.reactor.set_receiving(key, false);
        }
        if bytes.is_empty() && matches!(connection.wire, Protocol::Http2(_)) {
            // Its exchanges go on, and there is nothing more to be told.
            self.reactor.set_receiving(key, false);
        }
        self.drive(key, &mut input);
    }

    /// One turn of one connection: what arrived has gone in, what is ready goes out.
    fn drive(&mut self, key: Key, input: &mut Input<'_>) {
        let (now, is_ending) = (self.now(), self.is_ending());
        self.note_peer(key);
        while let Some(connection) = self.connections.get(key) {
            let Protocol::Http1(wire) = &mut connection.wire else { return self.drive_http2(key, input) };
            let before = input.remaining();
            self.exchange.began = wire.head_began().unwrap_or(now);
            let event = wire.poll_event(input, &mut self.recent, now);
            if let Some(event) = &event
                && self.exchange.lens.sees(event)
            {
                let bytes = xray::taken(before, input.remaining(), event);
                xray::expose(&self.reactor, &mut self.exchange, connection, key, event, bytes);
            }
            match event {
                Some(Event::Request { stream, ref head, content: ContentLength::None, .. }) => {
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Borrowed(head));
                }
                Some(Event::Request { stream, ref head, expects_continue, .. }) if takes_content(head) => {
                    if expects_continue {
                        connection.wire.proceed(stream, &mut self.exchange.output);
                    }
                    connection.wait(stream, Until::ContentEnds(OwnedHead::new(head).since(self.exchange.began)), now);
                }
                // Refused before its content is read: to read it costs more than a new connection.
                Some(Event::Request { stream, ref head, .. }) => {
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Borrowed(head));
                    connection.phase = Phase::Closing { linger: true };
                }
                // A folder asks for no content, but must read it to reach the next request.
                Some(Event::Content { .. }) => {}
                Some(Event::RequestEnd { stream }) => {
                    let Some(head) = connection.busy(now).take_request(stream) else { continue };
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Owned(head));
                }
                // Nothing of it is taken from the input: it begins again, in the other version.
                Some(Event::Fault(fault)) if fault.reason() == Reason::Http2Preface => {
                    self.go_on_as_http2(key);
                    continue;
                }
                Some(Event::Fault(fault)) => {
                    let asked = connection.busy.as_mut().and_then(|busy| busy.take_request(fault.stream()));
                    self.exchange.refuse(&self.origin, connection, &fault, asked.as_ref());
                }
                // Nobody can in HTTP/1.1.
                Some(Event::Cancelled { .. }) => {}
                Some(Event::Closed(_)) => {
                    connection.phase = Phase::Closing { linger: false };
                }
                None if connection.wire.is_closing() && !connection.is_responding() => {
                    // Who was not told beforehand may be sending the next request already.
                    let is_within = connection.session().is_some_and(|session| session.has_partial());
                    let linger = is_ending || !input.remaining().is_empty() || is_within;
                    connection.phase = Phase::Closing { linger };
                }
                None => break,
            }
            if connection.phase != Phase::Open || connection.is_responding() {
                break;
            }
            if self.exchange.output.is_full() {
                self.flush(key);
            }
        }
        if let Some(connection) = self.connections.get(key) {
            connection.wire.keep(take(input));
            self.flush(key);
        }
    }

    /// Sends what this turn made; what the kernel cannot take yet stays with the connection.
    fn flush(&mut self, key: Key) {
        let now = self.now();
        if self.exchange.lens.has_plates() {
            self.see_written(key);
        }
        let Some(connection) = self.connections.get(key) else { return };
        let output = &mut self.exchange.output;
        if !output.is_empty() {
            let mut bytes = 0;
            let behind = connection.behind();
            let sent = if connection.busy.as_ref().is_some_and(|busy| !busy.pending.is_empty()) {
                Ok(Sent::Blocked)
            } else if let Some(session) = connection.session() {
                let sealing = Sealing { session, buffers: &mut self.buffers, files: self.origin.reader() };
                sealing.send(&mut self.reactor, key, &mut output.segments, &output.scratch, behind, &mut bytes)
            } else {
                send(&mut self.reactor, key, &mut output.segments, &output.scratch, behind, &mut bytes)
            };
            match sent {
                Ok(Sent::All) => output.clear(),
                Ok(sent @ (Sent::Blocked | Sent::Shared)) => {
                    let busy = connection.busy(now);
                    if busy.pending.is_empty() {
                        busy.progress = Progress { since: now, bytes };
                    }
                    output.keep_rest(&mut busy.pending);
                    if sent == Sent::Shared {
                        self.reactor.ask_sendable(key);
                    }
                }
                Ok(Sent::FileEnded) | Err(_) => {
                    output.clear();
                    return self.close(key);
                }
            }
        }
        if self.exchange.lens.has_plates() {
            self.see_sent(key);
        }
        self.settle(key);
    }

    /// The kernel can take more.
    fn sendable(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        let behind = connection.behind();
        let Some(busy) = &mut connection.busy else {
            // It had more than its share of a turn, and nothing that the kernel could not take.
            if matches!(connection.wire, Protocol::Http2(_)) {
                self.resume(key);
            }
            return;
        };
        let (pending, bytes) = (&mut busy.pending, &mut busy.progress.bytes);
        let sent = match connection.transport.as_deref_mut() {
            Some(Transport::Secured(session)) => {
                let sealing = Sealing { session, buffers: &mut self.buffers, files: self.origin.reader() };
                sealing.send(&mut self.reactor, key, pending, &[], behind, bytes)
            }
            Some(Transport::Cleartext(_)) | None => send(&mut self.reactor, key, pending, &[], behind, bytes),
        };
        match sent {
            Ok(Sent::All) => {}
            Ok(Sent::Blocked) => return self.set_deadline(key),
            Ok(Sent::Shared) => return self.reactor.ask_sendable(key),
            Ok(Sent::FileEnded) | Err(_) => return self.close(key),
        }
        if self.exchange.lens.has_plates() {
            self.see_sent(key);
        }
        self.settle(key);
        self.resume(key);
    }

    /// After output went out: is there more to make, is the connection at its end, when must something happen?
    fn settle(&mut self, key: Key) {
        self.settle_connection(key);
        self.write_ended();
    }

    /// Exchanges have ended: the log says when.
    #[inline]
    pub(super) fn write_ended(&mut self) {
        if self.exchange.log.has_ended() {
            self.exchange.log.write_ended(Instant(self.reactor.clock_nanoseconds()));
        }
    }

    fn settle_connection(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        if let Some((stream, source)) = connection.busy.as_mut().and_then(|busy| busy.take_source()) {
            let ticket = Ticket::default();
            let errand = Errand { key, stream, work: Work::Next(source), is_abandoned: ticket.is_abandoned() };
            // The pool is full: the content cannot go on, and only an early end says so.
            if self.exchange.pool.submit(errand).is_err() {
                return self.close(key);
            }
            connection.wait(stream, Until::PoolIsDone { since: now, ticket }, now);
        }
        if !connection.is_responding() {
            self.exchange.ended(connection.take_due(), End::Done);
            match connection.phase {
                // Content was read, or a response was short of its turn: idle, it shall own nothing.
                Phase::Open => drop(connection.busy.take_if(|busy| busy.is_over())),
                // It has its deadline.
                Phase::Lingering { .. } => return,
                Phase::Closing { linger: false } => {
                    self.say_end(key);
                    return self.close(key);
                }
                Phase::Closing { linger: true } => {
                    connection.phase = Phase::Lingering { bytes: 0 };
                    connection.busy = None;
                    self.say_end(key);
                    self.reactor.shutdown(key);
                    self.reactor.set_receiving(key, true);
                    return self.reactor.set_deadline(key, Some((now + limit::LINGER_MAX).0));
                }
            }
        }
        self.reactor.set_deadline(key, connection.deadline().map(|at| at.0));
    }

    /// A response that took longer than its turn is complete: the next request may be waiting.
    fn resume(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        if connection.phase != Phase::Open || connection.is_responding() {
            return;
        }
        let reading = connection.busy.as_mut().map(|busy| take(&mut busy.reading)).unwrap_or_default();
        if reading == Reading::Ended {
            connection.wire.handle_end_of_input(now);
        }
        // A request whose content is still to come stays: `100 Continue` was what could not go out at once.
        drop(connection.busy.take_if(|busy| busy.is_over()));
        let was_paused = reading == Reading::Paused;
        if was_paused && connection.wire.is_closing() {
            // Requests came meanwhile that are not answered any more; to close over them would destroy the response.
            connection.phase = Phase::Closing { linger: true };
            return self.settle(key);
        }
        let kept = connection.wire.take_kept();
        self.drive(key, &mut Input::new(kept.as_deref().unwrap_or(&[])));
        if was_paused {
            self.unpause(key);
        }
        if self.drain_until.is_some() {
            // Its head went out before the word to stop, and could not say that it was the last.
            self.end_if_idle(key);
        }
    }

    /// Reads no more until the output is sent.
    fn pause(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        let reading = &mut connection.busy(now).reading;
        if *reading == Reading::On {
            *reading = Reading::Paused;
            self.reactor.set_receiving(key, false);
        }
    }

    /// Reads on, unless one of the requests at hand has begun another response: to read more behind each of them would
    /// keep whatever a peer cares to send ahead.
    fn unpause(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        match connection.phase {
            Phase::Open if connection.is_responding() => connection.busy(now).reading = Reading::Paused,
            Phase::Open => self.reactor.set_receiving(key, true),
            Phase::Closing { .. } | Phase::Lingering { .. } => {}
        }
    }

    fn set_deadline(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        self.reactor.set_deadline(key, connection.deadline().map(|at| at.0));
    }

    fn deadline_passed(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        let is_over = connection.phase != Phase::Open && !connection.is_responding();
        if is_over || connection.handshake_deadline().is_some() {
            return self.close(key);
        }
        if let Some(busy) = connection.busy.as_mut().filter(|busy| !busy.pending.is_empty()) {
            // A drip does not reset this: each window must move its share, or the client is no reader but an anchor.
            if busy.progress.bytes < limit::SEND_WINDOW_BYTES_MIN {
                return self.close(key);
            }
            busy.progress = Progress { since: now, bytes: 0 };
            return self.set_deadline(key);
        }
        if connection.is_responding() {
            return;
        }
        connection.wire.handle_timeout(now);
        self.drive(key, &mut Input::new(&[]));
    }

    /// The log says whose exchanges it tells of, and routes ask who comes; the kernel is asked only where one of them does.
    fn note_peer(&mut self, key: Key) {
        if self.exchange.log.is_on() || self.origin.asks_for_address {
            let peer = match self.reactor.peer(key) {
                Some(PeerAddress::Tcp(peer)) => Some(peer),
                Some(PeerAddress::Unix) | None => None,
            };
            self.exchange.peer = peer.map(|peer| peer.ip());
            self.exchange.log.set_peer(peer);
        }
    }

    fn close(&mut self, key: Key) {
        let Some(mut connection) = self.connections.remove(key) else { return };
        self.exchange.ended(connection.take_all_due(), End::Cut);
        if self.exchange.lens.sees_closing() {
            self.exchange.lens.closed(key, self.reactor.clock_nanoseconds());
        }
        self.exchange.counters.open.set(self.connections.count() as u64);
        if let Some(address) = connection.address
            && let Some(count) = self.addresses.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&address);
            }
        }
        self.reactor.close(key);
    }

    fn now(&self) -> Instant {
        Instant(self.reactor.now_nanoseconds())
    }
}

/// Methods whose content we read to the end, to answer on a connection that goes on.
fn takes_content(head: &RequestHead<'_>) -> bool {
    use semantics::Method::{Get, Head, Options};
    matches!(head.method, Get | Head | Options)
}
