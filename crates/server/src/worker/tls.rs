//! The trip through TLS: what arrives is opened before it is understood, and what goes out is sealed on its way to the
//! kernel (`Sealing::send`). Between the two, nothing differs.

use super::Worker;
use crate::connection::Phase;
use crate::due::End;
use crate::limit;
use crate::listening::Purpose;
use crate::origin::Files;
use crate::pool::Pool;
use crate::tls::{Agreed, Offer, Session};
use crate::transport::{ToTls, Transport};
use reactor::{Key, PeerAddress, Reactor};
use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    /// The same, where clients that come by the network have to speak TLS.
    #[must_use]
    pub fn with_tls(mut self, offer: Option<Arc<Offer>>) -> Worker<R, T, P> {
        self.offer = offer;
        self
    }

    /// What a new connection speaks through. Who comes by a unix socket is on this machine, and most likely a proxy that
    /// ends TLS itself.
    #[cold]
    pub(super) fn transport(&mut self, key: Key, mark: u8) -> Option<Box<Transport>> {
        let offer = self.offer.as_mut()?;
        if Purpose::of(mark) == Purpose::Redirect {
            let to = match self.control.port.load(Relaxed) {
                0 => ToTls::Here,
                port => ToTls::Port(port),
            };
            return Some(Box::new(Transport::Cleartext(to)));
        }
        if !matches!(self.reactor.peer(key), Some(PeerAddress::Tcp(_))) {
            return None;
        }
        if let Some(newest) = Offer::newest(offer) {
            *offer = newest;
        }
        let config = Arc::clone(offer.config());
        let deadline = self.now() + limit::HANDSHAKE_TIMEOUT;
        // It has no reason not to begin; if it does not, nothing is said in clear.
        let session = Session::new(config, deadline).ok();
        Some(Box::new(session.map_or(Transport::Cleartext(ToTls::Here), Transport::Secured)))
    }

    /// Bytes came by TLS; none: the peer has closed its side of the connection.
    pub(super) fn received_sealed(&mut self, key: Key, bytes: &mut [u8]) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else { return };
        let phase = connection.phase;
        let Some(session) = connection.session() else { return };
        if phase != Phase::Open {
            return self.take_in::<false>(key, bytes);
        }
        if bytes.is_empty() {
            // Without the word before it somebody may have cut it; but whether a request is complete is seen by itself
            // (RFC 9112 §9.8), and an answer is sealed for its client alone.
            return match session.deadline() {
                Some(_) => self.close(key),
                None if session.has_peer_ended() => {}
                None => self.take_in::<false>(key, &mut []),
            };
        }
        if session.is_cleartext(bytes) {
            connection.transport = Some(Box::new(Transport::Cleartext(ToTls::Here)));
            return self.take_in::<false>(key, bytes);
        }
        let had_ended = session.has_peer_ended();
        let mut opened = take(&mut self.buffers.opened);
        opened.clear();
        let result = self.exchange.output.write_sealed(|out| session.open(bytes, &mut opened, out));
        let has_ended = session.has_peer_ended() && !had_ended;
        if result.is_err() {
            self.exchange.counters.broken.add(u64::from(session.deadline().is_some()));
            return self.end_broken(key);
        }
        let agreed = session.take_agreed();
        if agreed.is_some() {
            session.secured = now;
        }
        self.exchange.counters.agreed.add(u64::from(agreed.is_some()));
        match agreed {
            Some(Agreed::Http2) => self.go_on_as_http2(key),
            Some(Agreed::Nothing) => {
                connection.phase = Phase::Closing { linger: false };
                return self.flush(key);
            }
            Some(Agreed::Http1) | None => {}
        }
        if !opened.is_empty() {
            self.take_in::<false>(key, &mut opened);
        }
        if has_ended {
            self.take_in::<false>(key, &mut []);
        }
        // What TLS has to say where nothing was answered; and what the deadline is for may have changed.
        if opened.is_empty() || !self.exchange.output.is_empty() {
            self.flush(key);
        }
        self.buffers.opened = opened;
    }

    /// The peer does not keep to TLS. It is told what is wrong, and that is all.
    fn end_broken(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        if connection.busy.as_ref().is_some_and(|busy| !busy.pending.is_empty()) {
            // It has not read what it was told before.
            self.exchange.output.clear();
            return self.close(key);
        }
        self.exchange.ended(connection.take_all_due(), End::Cut);
        connection.busy = None;
        // To close over what it still sends would destroy what it is told.
        connection.phase = Phase::Closing { linger: true };
        self.flush(key);
    }

    /// Says that nothing more will come from us. Who does not take even that any more cannot be helped.
    pub(super) fn say_end(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        if connection.busy.as_ref().is_some_and(|busy| !busy.pending.is_empty()) {
            // A part of a record may have gone: whatever came behind that would be taken for its rest.
            return;
        }
        let Some(session) = connection.session() else { return };
        let records = &mut self.buffers.records;
        records.clear();
        if session.end(records).is_ok() && !records.bytes().is_empty() {
            let _ = self.reactor.send(key, &[records.bytes()], false);
        }
    }
}
