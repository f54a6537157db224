//! The trip where many exchanges share a connection: HTTP/2.
//!
//! Requests are answered as in `Worker::drive`; what differs is that their content waits for its turn and for the windows
//! of the peer, and that one exchange that waits for the pool keeps no other from going on.

use super::{Worker, takes_content, xray};
use crate::connection::{Phase, Ticket, Until};
use crate::due::End;
use crate::exchange::{Exchange, Held};
use crate::http2::Http2;
use crate::limit;
use crate::origin::Files;
use crate::pool::{Errand, Pool, Work};
use crate::protocol::Protocol;
use crate::request::OwnedHead;
use reactor::{Key, PeerAddress, Reactor};
use std::mem::take;
use std::net::IpAddr;
use wire::{ContentLength, Event, Input, Scope, StreamId};

impl<R: Reactor, T: Files<File = R::File>, P: Pool<T>> Worker<R, T, P> {
    /// From now on the connection is one of HTTP/2.
    pub(super) fn go_on_as_http2(&mut self, key: Key) {
        let (now, is_ending) = (self.now(), self.is_ending());
        let Some(connection) = self.connections.get(key) else { return };
        let limits = self.origin.shared.limits.wire;
        // RFC 9110 §7.4: what is `https` comes by a secured connection, or by a gateway that is trusted. Such a one has ended
        // TLS for us, and says in `:scheme` how it was asked itself (RFC 9113 §8.3.1).
        let is_gateway = || connection.way_to_tls().is_none() && self.reactor.peer(key).is_some_and(may_be_gateway);
        let may_be_https = connection.is_secured() || is_gateway();
        let http2 = self.exchange.output.write(|out| Http2::new(limits, may_be_https, now, out));
        connection.wire = Protocol::Http2(Box::new(http2));
        if is_ending {
            connection.wire.refuse_more(now, &mut self.exchange.output);
        }
    }

    /// One turn of one connection of HTTP/2: what arrived has gone in, what is ready goes out.
    pub(super) fn drive_http2(&mut self, key: Key, input: &mut Input<'_>) {
        let now = self.now();
        let mut lent = take(&mut self.head);
        while let Some(connection) = self.connections.get(key) {
            let Protocol::Http2(http2) = &mut connection.wire else { break };
            let before = input.remaining();
            self.exchange.began = http2.wire.head_began().unwrap_or(now);
            let event = self.exchange.output.write(|out| http2.wire.poll_event(input, &mut lent, out, now));
            if let Some(event) = &event
                && self.exchange.lens.sees(event)
            {
                let bytes = xray::taken(before, input.remaining(), event);
                xray::expose(&self.reactor, &mut self.exchange, connection, key, event, bytes);
            }
            let Some(connection) = self.connections.get(key) else { break };
            let Protocol::Http2(http2) = &mut connection.wire else { break };
            match event {
                Some(Event::Request { stream, ref head, content: ContentLength::None, .. }) => {
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Borrowed(head));
                }
                Some(Event::Request { stream, ref head, content, expects_continue })
                    if takes_content(head) && http2.has_patience(content) =>
                {
                    if expects_continue {
                        connection.wire.proceed(stream, &mut self.exchange.output);
                    }
                    connection.wait(stream, Until::ContentEnds(OwnedHead::new(head).since(self.exchange.began)), now);
                }
                // Answered before its content is read; behind the response its stream is reset.
                Some(Event::Request { stream, ref head, .. }) => {
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Borrowed(head));
                }
                // A folder asks for no content, but must read it to reach the end of the request.
                Some(Event::Content { .. }) => {}
                Some(Event::RequestEnd { stream }) => {
                    let Some(head) = http2.take_request(stream) else { continue };
                    self.exchange.respond(&self.origin, connection, key, stream, Held::Owned(head));
                }
                Some(Event::Cancelled { stream }) => {
                    self.exchange.ended(http2.forget(stream), End::Cut);
                    if self.exchange.lens.has_plates() {
                        self.exchange.lens.end(key, Some(stream), self.reactor.clock_nanoseconds());
                    }
                }
                Some(Event::Fault(fault)) => {
                    let asked = http2.take_request(fault.stream());
                    match fault.scope() {
                        Scope::Stream => self.exchange.ended(http2.forget(fault.stream()), End::Cut),
                        Scope::Connection => self.exchange.ended(http2.forget_all(), End::Cut),
                    }
                    self.exchange.refuse(&self.origin, connection, &fault, asked.as_ref());
                }
                Some(Event::Closed(_)) => connection.phase = Phase::Closing { linger: false },
                None => break,
            }
            if self.connections.get(key).is_none_or(|connection| connection.phase != Phase::Open) {
                break;
            }
            if self.exchange.output.is_full() {
                self.flush(key);
                // What reads no answers is not read either.
                if self.connections.get(key).is_none_or(|connection| connection.is_responding()) {
                    break;
                }
            }
        }
        self.head = lent;
        if let Some(connection) = self.connections.get(key) {
            let is_behind = connection.is_responding() && !input.remaining().is_empty();
            connection.wire.keep(take(input));
            if is_behind {
                self.pause(key);
            }
            self.send_http2(key);
        }
    }

    /// Sends what the peer's windows and the kernel let go; then asks the pool for what comes next.
    fn send_http2(&mut self, key: Key) {
        let now = self.now();
        for _ in 0..limit::OUTPUTS_A_TURN {
            let Some(connection) = self.connections.get(key) else { return };
            let is_blocked = connection.is_responding();
            let Protocol::Http2(http2) = &mut connection.wire else { return };
            let Exchange { output, log, .. } = &mut self.exchange;
            let has_more = !is_blocked && http2.send(now, output, |due| log.end_of(due, End::Done));
            if http2.wire.is_closing() && connection.phase == Phase::Open {
                connection.phase = Phase::Closing { linger: true };
            }
            self.flush(key);
            if !has_more {
                return self.ask_for_pieces(key);
            }
        }
        self.reactor.ask_sendable(key);
    }

    /// Of each streamed content of which all is sent, the next piece is made.
    fn ask_for_pieces(&mut self, key: Key) {
        let now = self.now();
        while let Some(connection) = self.connections.get(key).filter(|connection| !connection.is_responding()) {
            let Protocol::Http2(http2) = &mut connection.wire else { return };
            let Some((stream, source)) = http2.take_source() else { return };
            let ticket = Ticket::default();
            let errand = Errand { key, stream, work: Work::Next(source), is_abandoned: ticket.is_abandoned() };
            match self.exchange.pool.submit(errand) {
                Ok(()) => http2.wait(stream, Until::PoolIsDone { since: now, ticket }),
                // The pool is full: the content cannot go on, and only an early end says so.
                Err(_) => {
                    self.abandon(key, stream);
                    self.flush(key);
                }
            }
        }
    }

    /// A content cannot be completed: the exchange ends in a way that cannot be taken for its end.
    pub(super) fn abandon(&mut self, key: Key, stream: StreamId) {
        let Some(connection) = self.connections.get(key) else { return };
        match &mut connection.wire {
            Protocol::Http1(_) => self.close(key),
            Protocol::Http2(http2) => {
                self.exchange.ended(http2.forget(stream), End::Cut);
                self.exchange.output.write(|out| http2.wire.reset(stream, out));
            }
        }
    }
}

/// Whether it is of this machine or of our own network, where gateways stand. Whoever comes from elsewhere in clear and says that
/// it is secured is not.
fn may_be_gateway(peer: PeerAddress) -> bool {
    let PeerAddress::Tcp(peer) = peer else { return true };
    match peer.ip().to_canonical() {
        IpAddr::V4(address) => {
            // RFC 6598: between a provider and its customers, and within clusters.
            let is_shared = matches!(address.octets(), [100, 64..=127, ..]);
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_stand_in_our_own_network() {
        let is_one = |ip: &str| may_be_gateway(PeerAddress::Tcp((ip.parse::<IpAddr>().unwrap(), 7).into()));
        assert!(may_be_gateway(PeerAddress::Unix));
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.9",
            "169.254.0.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(is_one(ip), "{ip}");
        }
        for ip in ["192.0.2.1", "172.32.0.1", "100.128.0.1", "8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(!is_one(ip), "{ip}");
        }
    }
}
