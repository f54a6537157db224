//! What other threads have for a worker: orders, results of the pool, the word to stop.

use super::Worker;
use crate::connection::Phase;
use crate::order::Act;
use crate::origin::Files;
use crate::pool::{Outcome, Pool};
use crate::protocol::Protocol;
use reactor::{Key, Reactor};
use std::mem::replace;
use std::sync::atomic::Ordering::Relaxed;

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    fn obey(&mut self) {
        while let Some(order) = self.orders.as_ref().and_then(|orders| orders.try_recv().ok()) {
            match order.act {
                Act::Serve(origin) => {
                    self.exchange.follow(&origin);
                    self.origin = origin;
                }
                Act::Reactor(act) => act(&mut self.reactor),
            }
        }
    }

    /// Another thread has something for us: orders, results of the pool, or the word to stop.
    pub(super) fn woken(&mut self) {
        self.obey();
        while let Some(done) = self.exchange.pool.collect() {
            let key = done.key;
            self.guarded(key, |worker| {
                worker.note_peer(key);
                let Some(connection) = worker.connections.get(key) else { return };
                let Some(submitted) = connection.take_errand(done.stream) else { return };
                match done.result {
                    Outcome::Answer(answer, mut question) => {
                        let (exchange, origin) = (&mut worker.exchange, &worker.origin);
                        exchange.answered(origin, connection, done.stream, &mut question, answer, submitted);
                        worker.followers.extend(worker.exchange.lens.followed.take().map(|stream| (key, stream)));
                    }
                    Outcome::Panicked(Some(question)) => {
                        worker.control.panics.fetch_add(1, Relaxed);
                        let (site, head) = (&question.site, &question.request.head());
                        worker.exchange.failed(site, connection, done.stream, head, "a panic on the pool");
                    }
                    Outcome::Panicked(None) => {
                        worker.control.panics.fetch_add(1, Relaxed);
                        worker.abandon(key, done.stream);
                    }
                    Outcome::Piece(piece, source) => {
                        if let Err(cause) = worker.exchange.piece(connection, done.stream, piece, source) {
                            worker.exchange.log.cause(&cause);
                            worker.abandon(key, done.stream);
                        }
                    }
                }
                worker.flush(key);
                worker.resume(key);
            });
        }
        if self.control.is_leaving.load(Relaxed) && !self.is_ending() {
            self.leave();
        }
        if self.control.is_draining.load(Relaxed) && self.drain_until.is_none() {
            self.drain();
        }
        if self.control.ends_at_once.load(Relaxed) {
            self.drain_until = Some(self.now());
        }
    }

    /// All workers add up what they have to finish.
    pub(super) fn tell_under_way(&mut self) {
        let before = replace(&mut self.under_way, self.connections.count());
        self.control.under_way.fetch_add(self.under_way, Relaxed);
        self.control.under_way.fetch_sub(before, Relaxed);
    }

    /// Whether it takes no more than what is here.
    pub(super) fn is_ending(&self) -> bool {
        self.drain_until.is_some() || self.leaves_until.is_some()
    }

    /// Another process takes new connections. Nobody waits for us to end, and a client that is idle may just have sent its next
    /// request: it is answered, and told that it was the last.
    fn leave(&mut self) {
        let now = self.now();
        self.leaves_until = Some(now + self.origin.shared.limits.drain);
        for key in self.connections.keys() {
            let Some(connection) = self.connections.get(key) else { continue };
            connection.wire.refuse_more(now, &mut self.exchange.output);
            if let Protocol::Http2(_) = connection.wire {
                self.flush(key);
            }
        }
    }

    /// No new connections; the idle ones go at once, the others after the response under way.
    pub(super) fn drain(&mut self) {
        self.reactor.stop_accepting();
        let now = self.now();
        self.drain_until = Some(now + self.origin.shared.limits.drain);
        for key in self.connections.keys() {
            let Some(connection) = self.connections.get(key) else { continue };
            connection.wire.refuse_more(now, &mut self.exchange.output);
            match connection.wire {
                Protocol::Http1(_) => self.end_if_idle(key),
                // It was asked to end, and does when it has heard.
                Protocol::Http2(_) => self.flush(key),
            }
        }
    }

    pub(super) fn end_if_idle(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        if connection.is_idle() && matches!(connection.wire, Protocol::Http1(_)) {
            // A request may be on its way; to close over it would destroy responses that are not read yet.
            connection.phase = Phase::Closing { linger: true };
            self.settle(key);
        }
    }

    pub(super) fn is_drained(&self) -> bool {
        let is_over = |until| self.connections.count() == 0 || self.now() >= until;
        // Who leaves has one more stage to go through when its time is up.
        self.drain_until.is_some_and(is_over) || self.leaves_until.is_some() && self.connections.count() == 0
    }
}
