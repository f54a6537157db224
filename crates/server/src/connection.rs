//! One connection as its worker keeps it. Thousands are idle at a time, so what only a busy one needs is boxed.

use crate::due::Due;
use crate::limit;
use crate::outgoing::{Behind, Segment};
use crate::protocol::Protocol;
use crate::request::OwnedHead;
use crate::source::Source;
use crate::tls::Session;
use crate::transport::{ToTls, Transport};
use reactor::Key;
use semantics::Instant;
use std::collections::VecDeque;
use std::mem::take;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use wire::{StreamId, h1};

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection<F> {
    pub(crate) wire: Protocol<F>,
    pub(crate) busy: Option<Box<Busy<F>>>,
    /// By a port for TLS only.
    pub(crate) transport: Option<Box<Transport>>,
    /// Counted against its limit; none on unix sockets, on loopback, and where no limit is set.
    pub(crate) address: Option<Box<IpAddr>>,
    pub(crate) phase: Phase,
    /// When it was, for whoever looks at its requests.
    pub(crate) accepted: Instant,
}

/// How far the end of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Requests are read and answered.
    Open,
    /// Nothing more is read; it closes when the output is sent. `linger`: bytes of the peer may be under way, and to
    /// close over them would reset the connection and destroy the response (RFC 9112 §9.6).
    Closing {
        /// Whether to wait for the peer's end first.
        linger: bool,
    },
    /// Our side is closed; what still comes is thrown away until the peer closes too.
    Lingering {
        /// Thrown away so far.
        bytes: u32,
    },
}

/// What a connection has while something is under way that did not end within its turn.
#[derive(Debug)]
pub(crate) struct Busy<F> {
    /// Output that the kernel could not take yet.
    pub(crate) pending: VecDeque<Segment<F>>,
    /// Since when, and how much went out since: to tell a slow client from one that only drips.
    pub(crate) progress: Progress,
    /// The exchange that cannot go on yet. None: only output is under way. Those of HTTP/2 wait on their own.
    pub(crate) waiting: Option<Waiting>,
    pub(crate) reading: Reading,
    /// Until the response is out. Of HTTP/2 it stands at the streams.
    due: Due,
}

/// An exchange that cannot go on yet.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) stream: StreamId,
    pub(crate) until: Until,
}

/// What lets it go on.
#[derive(Debug)]
pub(crate) enum Until {
    /// The end of its request's content.
    ContentEnds(OwnedHead),
    /// The pool is done with what it was asked for `since` then: no file was looked at before.
    PoolIsDone {
        since: Instant,
        #[expect(dead_code, reason = "held for its end, which is what it tells the pool")]
        ticket: Ticket,
    },
    /// The client has taken what there is of a streamed content: then the next piece is made.
    OutputIsSent(Box<dyn Source>),
}

/// Whether bytes of the peer are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reading {
    #[default]
    On,
    /// Switched off, for bytes came while a response is under way.
    Paused,
    /// The peer will send nothing more, which its exchanges are told when the response is out.
    Ended,
}

/// Of somebody who waits for an errand: when it is dropped, the pool need not run it any more.
#[derive(Debug, Default)]
pub(crate) struct Ticket(Arc<AtomicBool>);

impl Ticket {
    /// Becomes true when nobody waits any more.
    pub(crate) fn is_abandoned(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl<F> Busy<F> {
    /// Whether nothing of it is needed any more, once the response is out.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_none() && self.reading == Reading::On
    }

    /// Whether a response is under way.
    fn is_responding(&self) -> bool {
        let is_made = |waiting: &Waiting| !matches!(waiting.until, Until::ContentEnds(_));
        !self.pending.is_empty() || self.waiting.as_ref().is_some_and(is_made)
    }

    /// The request whose content has now ended.
    pub(crate) fn take_request(&mut self, stream: StreamId) -> Option<OwnedHead> {
        let is_meant =
            |waiting: &mut Waiting| waiting.stream == stream && matches!(waiting.until, Until::ContentEnds(_));
        match self.waiting.take_if(is_meant)?.until {
            Until::ContentEnds(head) => Some(head),
            Until::PoolIsDone { .. } | Until::OutputIsSent(_) => None,
        }
    }

    /// What makes the next piece of a streamed content, when the client has taken all there is.
    pub(crate) fn take_source(&mut self) -> Option<(StreamId, Box<dyn Source>)> {
        let is_due = |waiting: &mut Waiting| matches!(&waiting.until, Until::OutputIsSent(source) if !source.is_live());
        if !self.pending.is_empty() {
            return None;
        }
        match self.waiting.take_if(is_due)? {
            Waiting { stream, until: Until::OutputIsSent(source) } => Some((stream, source)),
            _ => None,
        }
    }
}

/// Nobody follows there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// Bytes sent within a window of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) since: Instant,
    pub(crate) bytes: u64,
}

impl<F> Connection<F> {
    pub(crate) fn new(
        wire: h1::Connection,
        transport: Option<Box<Transport>>,
        address: Option<IpAddr>,
        accepted: Instant,
    ) -> Connection<F> {
        let address = address.map(Box::new);
        Connection { wire: Protocol::Http1(wire), busy: None, transport, address, phase: Phase::Open, accepted }
    }

    /// Its TLS, where it has one.
    #[inline]
    pub(crate) fn session(&mut self) -> Option<&mut Session> {
        match self.transport.as_deref_mut()? {
            Transport::Secured(session) => Some(session),
            Transport::Cleartext(_) => None,
        }
    }

    /// Whether what it says is sealed.
    #[inline]
    pub(crate) fn is_secured(&self) -> bool {
        matches!(self.transport.as_deref(), Some(Transport::Secured(_)))
    }

    /// Where its client has to come back to, if it has to come back by TLS.
    #[inline]
    pub(crate) fn way_to_tls(&self) -> Option<ToTls> {
        match self.transport.as_deref()? {
            Transport::Cleartext(to) => Some(*to),
            Transport::Secured(_) => None,
        }
    }

    /// When its handshake must be over, if it is not.
    #[inline]
    pub(crate) fn handshake_deadline(&self) -> Option<Instant> {
        match self.transport.as_deref()? {
            Transport::Secured(session) => session.deadline(),
            Transport::Cleartext(_) => None,
        }
    }

    /// When something must have happened; `None`: it may stay as it is.
    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let sending = self.busy.as_ref().filter(|busy| !busy.pending.is_empty());
        let deadline = match sending {
            Some(busy) => Some(busy.progress.since + limit::SEND_WINDOW),
            None => self.wire.poll_deadline(),
        };
        // A client that neither reads nor writes has no more time for its handshake than one that writes too slowly.
        self.handshake_deadline().or(deadline)
    }

    pub(crate) fn busy(&mut self, now: Instant) -> &mut Busy<F> {
        self.busy.get_or_insert_with(|| {
            Box::new(Busy {
                pending: VecDeque::new(),
                progress: Progress { since: now, bytes: 0 },
                waiting: None,
                reading: Reading::On,
                due: Due::default(),
            })
        })
    }

    /// A response has begun: what is due when all of it is out. Some: it is over already.
    #[inline]
    pub(crate) fn owe(&mut self, stream: StreamId, due: Due, now: Instant) -> Option<Due> {
        match &mut self.wire {
            Protocol::Http1(_) if due.is_nothing() => None,
            // In HTTP/1.1 that is known when its output has gone out.
            Protocol::Http1(_) => {
                self.busy(now).due = due;
                None
            }
            Protocol::Http2(http2) => http2.owe(stream, due),
        }
    }

    /// What is due of an exchange of HTTP/1.1 that is over.
    #[inline]
    pub(crate) fn take_due(&mut self) -> Option<Due> {
        self.busy.as_mut().filter(|busy| !busy.due.is_nothing()).map(|busy| take(&mut busy.due))
    }

    /// All that is due, of a connection that ends.
    pub(crate) fn take_all_due(&mut self) -> Vec<Due> {
        let mut due: Vec<Due> = self.take_due().into_iter().collect();
        if let Protocol::Http2(http2) = &mut self.wire {
            due.extend(http2.forget_all());
        }
        due
    }

    /// So many bytes more of a content whose length was not known are on their way.
    pub(crate) fn note_piece(&mut self, stream: StreamId, bytes: usize) {
        match &mut self.wire {
            Protocol::Http1(_) => self.busy.iter_mut().for_each(|busy| busy.due.add(bytes)),
            Protocol::Http2(http2) => http2.note_piece(stream, bytes),
        }
    }

    /// Whether a response is under way that did not end within its turn.
    pub(crate) fn is_responding(&self) -> bool {
        self.busy.as_ref().is_some_and(|busy| busy.is_responding())
    }

    /// The exchange goes on when that is so.
    pub(crate) fn wait(&mut self, stream: StreamId, until: Until, now: Instant) {
        match &mut self.wire {
            Protocol::Http1(_) => self.busy(now).waiting = Some(Waiting { stream, until }),
            Protocol::Http2(http2) => http2.wait(stream, until),
        }
    }

    /// The pool is done with its errand for that exchange: since when the exchange waited. `None`: it does not wait for
    /// the pool, so the result is for nobody.
    pub(crate) fn take_errand(&mut self, stream: StreamId) -> Option<Instant> {
        if let Protocol::Http2(http2) = &mut self.wire {
            return http2.take_errand(stream);
        }
        let waiting = &mut self.busy.as_mut()?.waiting;
        match waiting {
            Some(Waiting { stream: of, until: Until::PoolIsDone { since, .. } }) if *of == stream => {
                let since = *since;
                *waiting = None;
                Some(since)
            }
            _ => None,
        }
    }

    /// What makes a content that goes on as things happen, when the client has taken all there is. Errs when there is no such
    /// content any more.
    pub(crate) fn take_live(&mut self, stream: StreamId) -> Result<Option<Box<dyn Source>>, Gone> {
        if let Protocol::Http2(http2) = &mut self.wire {
            return http2.take_live(stream);
        }
        let busy = self.busy.as_mut().ok_or(Gone)?;
        let is_meant = |waiting: &&mut Waiting| {
            waiting.stream == stream && matches!(&waiting.until, Until::OutputIsSent(source) if source.is_live())
        };
        busy.waiting.as_mut().filter(is_meant).ok_or(Gone)?;
        if !busy.pending.is_empty() {
            return Ok(None);
        }
        match busy.waiting.take() {
            Some(Waiting { until: Until::OutputIsSent(source), .. }) => Ok(Some(source)),
            _ => Err(Gone),
        }
    }

    /// What follows at once behind the output under way. In HTTP/2, more content may.
    pub(crate) fn behind(&self) -> Behind {
        let is_complete = self.busy.as_ref().is_none_or(|busy| busy.waiting.is_none());
        match self.wire {
            Protocol::Http1(_) if self.phase != Phase::Open && is_complete => Behind::End,
            _ => Behind::Nothing,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        let is_open = self.phase == Phase::Open && self.handshake_deadline().is_none();
        is_open && self.busy.is_none() && self.wire.is_idle()
    }

    /// How little it would be missed; `None`: an exchange is under way.
    fn rank(&self) -> Option<Use> {
        match self.phase {
            Phase::Lingering { .. } => Some(Use::Lingering),
            // It has asked for nothing yet, and others want to come in too.
            Phase::Open if self.handshake_deadline().is_some() => Some(Use::Idle(self.handshake_deadline())),
            Phase::Open if self.busy.is_none() && self.wire.is_idle() => Some(Use::Idle(self.wire.poll_deadline())),
            Phase::Open if matches!(&self.wire, Protocol::Http2(http2) if http2.has_exchanges()) => None,
            Phase::Open if self.busy.is_none() => Some(Use::Head(self.wire.poll_deadline())),
            Phase::Open | Phase::Closing { .. } => None,
        }
    }
}

/// The connections of a worker, found by the key that the reactor gave them.
#[derive(Debug)]
pub(crate) struct Connections<F> {
    slots: Vec<Option<(u32, Connection<F>)>>,
    count: usize,
    /// Where the search for an old idle one goes on.
    hand: usize,
}

/// Slots looked at to find a connection that can go: bounded work for each connection that a flood opens.
const LOOKED_AT_MAX: usize = 64;

impl<F> Connections<F> {
    pub(crate) fn new() -> Connections<F> {
        Connections { slots: Vec::new(), count: 0, hand: 0 }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn insert(&mut self, key: Key, connection: Connection<F>) {
        let index = key.index as usize;
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        if self.slots[index].replace((key.generation, connection)).is_none() {
            self.count += 1;
        }
    }

    /// The connection of that key, unless it has gone.
    pub(crate) fn get(&mut self, key: Key) -> Option<&mut Connection<F>> {
        match self.slots.get_mut(key.index as usize) {
            Some(Some((generation, connection))) if *generation == key.generation => Some(connection),
            _ => None,
        }
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Connection<F>> {
        self.get(key)?;
        self.count -= 1;
        self.slots[key.index as usize].take().map(|(_, connection)| connection)
    }

    /// Those that serve clients and are not idle.
    pub(crate) fn busy_count(&self) -> usize {
        let open = self.slots.iter().flatten().filter(|(_, connection)| connection.phase == Phase::Open);
        open.filter(|(_, connection)| !connection.is_idle()).count()
    }

    pub(crate) fn keys(&self) -> Vec<Key> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(index, slot)| Some(Key { index: index as u32, generation: slot.as_ref()?.0 })).collect()
    }

    /// Of the next few connections without an exchange the one that is missed least.
    pub(crate) fn dispensable(&mut self) -> Option<Key> {
        let mut least: Option<(Use, Key)> = None;
        for _ in 0..self.slots.len().min(LOOKED_AT_MAX) {
            self.hand = (self.hand + 1) % self.slots.len();
            let Some((generation, connection)) = &self.slots[self.hand] else { continue };
            if let Some(rank) = connection.rank()
                && least.is_none_or(|(of, _)| rank < of)
            {
                least = Some((rank, Key { index: self.hand as u32, generation: *generation }));
            }
        }
        least.map(|(_, key)| key)
    }
}

/// How much a connection without an exchange is missed when it makes room, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Its last response is out.
    Lingering,
    /// Idle, with the end of its patience: the oldest has the nearest.
    Idle(Option<Instant>),
    /// In the middle of a head, with its deadline. Only when all are: then it is a slowloris that holds them.
    Head(Option<Instant>),
}
