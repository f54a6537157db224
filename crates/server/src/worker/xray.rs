//! What the worker shows to whoever looks: when a request came, when its answer was written, when the kernel had it.

use super::Worker;
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::origin::Files;
use crate::outgoing::{Output, Segment};
use crate::pool::Pool;
use crate::protocol::Protocol;
use crate::xray::{Came, Head, Heads, Seen, Socket};
use reactor::{Key, Reactor};
use semantics::Instant;
use std::mem::take;
use std::time::Duration;
use wire::{Event, Reason, StreamId};

/// A request is to be seen: `bytes` are those it came in.
#[cold]
pub(super) fn expose<R: Reactor, T: Files<File = R::File>, P: Pool<T>>(
    reactor: &R,
    exchange: &mut Exchange<T, P>,
    connection: &mut Connection<R::File>,
    key: Key,
    event: &Event<'_>,
    bytes: &[u8],
) {
    let (stream, head) = match event {
        Event::Request { stream, head, .. } => (*stream, Some(head)),
        // The beginning of HTTP/2 is no broken request.
        Event::Fault(fault) if fault.reason() != Reason::Http2Preface => (fault.stream(), None),
        _ => return,
    };
    let (peer, tls) = (reactor.peer(key), connection.session().map(|session| session.facts()));
    let socket = |worker| Socket { key, stream, worker, peer, tls, is_paper: false };
    let told = match (&connection.wire, head) {
        (Protocol::Http1(wire), Some(_)) => wire.head_since().0,
        _ => reactor.now_nanoseconds(),
    };
    let secured = connection.session().map_or(0, |session| session.secured.0);
    let came = Came { accepted: connection.accepted.0, secured, told, now: reactor.clock_nanoseconds() };
    exchange.expose(socket, Seen { bytes, head, is_http2: connection.wire.is_http2() }, reactor.calls(), came);
}

/// How soon those who follow are told what other workers have seen.
const NEWS_EVERY: Duration = Duration::from_millis(200);

/// The bytes of an event: those that were taken from the input for it. Of a broken request nothing is taken.
pub(super) fn taken<'a>(before: &'a [u8], behind: &[u8], event: &Event<'_>) -> &'a [u8] {
    match event {
        Event::Fault(_) => before,
        _ => &before[..before.len() - behind.len()],
    }
}

/// The frames that go out now.
fn heads<F: Clone>(output: &Output<F>) -> Vec<(StreamId, Head)> {
    let mut heads = Heads::default();
    for segment in &output.segments {
        match (segment, segment.bytes(&output.scratch)) {
            // What TLS itself has to say.
            (Segment::Sealed(..) | Segment::SealedScratch(_), _) => {}
            (_, Some(bytes)) => heads.read(bytes),
            (_, None) => heads.skip(segment.length()),
        }
    }
    heads.found()
}

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    /// Answers are written, and go to the kernel.
    #[cold]
    pub(super) fn see_written(&mut self, key: Key) {
        let now = self.reactor.clock_nanoseconds();
        let Exchange { lens, output, .. } = &mut self.exchange;
        let is_http2 = self.connections.get(key).is_some_and(|connection| connection.wire.is_http2());
        if is_http2 {
            heads(output).into_iter().for_each(|(stream, head)| lens.frame(stream, head));
        }
        lens.written(now);
    }

    /// Whether nothing of that connection's requests is under way, or all is known of their answer that its head says.
    pub(crate) fn has_answered(&self, key: Key) -> bool {
        self.exchange.lens.has_answered(key)
    }

    /// What is seen of a connection so far is all that is wanted.
    pub(crate) fn see_end(&mut self, key: Key) {
        self.exchange.lens.end(key, None, self.reactor.clock_nanoseconds());
    }

    /// When the worker has something to do, whatever happens.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        let news = (!self.followers.is_empty()).then(|| self.now() + NEWS_EVERY);
        [self.drain_until.or(self.leaves_until), news].into_iter().flatten().min()
    }

    /// What has happened since goes to those who follow. One who reads slowly is asked again later, and told how much it missed.
    #[cold]
    pub(super) fn tell_followers(&mut self) {
        for (key, stream) in take(&mut self.followers) {
            let is_last = self.is_ending();
            let Some(connection) = self.connections.get(key) else { continue };
            let Ok(source) = connection.take_live(stream) else { continue };
            self.followers.push((key, stream));
            let Some(mut source) = source else { continue };
            let piece = if is_last { None } else { source.next() };
            let is_news = !matches!(&piece, Some(Ok(piece)) if piece.is_empty());
            if self.exchange.piece(connection, stream, piece, source).is_err() {
                self.abandon(key, stream);
            }
            if is_news {
                self.flush(key);
                self.resume(key);
            }
        }
    }

    /// The kernel has taken what it could.
    #[cold]
    pub(super) fn see_sent(&mut self, key: Key) {
        let (calls, now) = (self.reactor.calls(), self.reactor.clock_nanoseconds());
        let Some(connection) = self.connections.get(key) else { return };
        let is_pending = connection.busy.as_ref().is_some_and(|busy| !busy.pending.is_empty());
        let http2 = match &connection.wire {
            Protocol::Http1(_) => None,
            Protocol::Http2(http2) => Some(http2),
        };
        let is_sent = |stream| !is_pending && http2.is_none_or(|http2| !http2.has_exchange(stream));
        self.exchange.lens.settle(key, calls, now, is_sent);
    }
}
