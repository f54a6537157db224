//! What the worker shows to whoever looks: when a request came, when its answer was written, when the kernel had it.

use super::Worker;
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::origin::Files;
use crate::pool::Pool;
use crate::protocol::Protocol;
use crate::xray::{Seen, Socket};
use reactor::{Key, Reactor};
use wire::Event;

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
        Event::Fault(fault) => (fault.stream(), None),
        _ => return,
    };
    let (peer, tls) = (reactor.peer(key), connection.session().map(|session| session.facts()));
    let socket = |worker| Socket { key, stream, worker, peer, tls, is_paper: false };
    let times = (reactor.now_nanoseconds(), reactor.clock_nanoseconds());
    exchange.expose(socket, Seen { bytes, head }, reactor.calls(), times);
}

/// The bytes of an event: those that were taken from the input for it. Of a broken request nothing is taken.
pub(super) fn taken<'a>(before: &'a [u8], behind: &[u8], event: &Event<'_>) -> &'a [u8] {
    match event {
        Event::Fault(_) => before,
        _ => &before[..before.len() - behind.len()],
    }
}

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    /// Answers are written, and go to the kernel.
    #[cold]
    pub(super) fn see_written(&mut self) {
        let now = self.reactor.clock_nanoseconds();
        self.exchange.lens.written(now);
    }

    /// Whether nothing of that connection's requests is under way, or all is known of their answer that its head says.
    pub(crate) fn has_answered(&self, key: Key) -> bool {
        self.exchange.lens.has_answered(key)
    }

    /// What is seen of a connection so far is all that is wanted.
    pub(crate) fn see_end(&mut self, key: Key) {
        self.exchange.lens.end(key, None, self.reactor.clock_nanoseconds());
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
