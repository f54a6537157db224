//! What is no answer to what was asked: too much to do, a failure of the machine, a broken request, the wrong port.

use super::Exchange;
use crate::connection::{Connection, Phase};
use crate::origin::{Files, Origin, Site};
use crate::pool::Pool;
use crate::request::OwnedHead;
use crate::transport::ToTls;
use crate::xray::Sent;
use semantics::{RequestHead, Status};
use site::client::Closed;
use wire::{Fault, Scope, Sends, StreamId};

impl<T: Files, P: Pool<T>> Exchange<T, P> {
    /// A request in clear where TLS is spoken: the same, but by TLS.
    #[cold]
    pub(super) fn send_to_tls(
        &mut self,
        site: &Site<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        way: ToTls,
    ) {
        let response = match tls_location(head, way) {
            Some(location) => site.elsewhere(location),
            None => {
                let client = self.known(connection).at(&Closed);
                site.error_at_hand(head, &client, self.clock.now, Status::BAD_REQUEST, None)
            }
        };
        self.send(connection, stream, head, response);
    }

    /// There is too much to do: the client may ask again.
    pub(super) fn put_off(
        &mut self,
        site: &Site<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
    ) {
        self.counters.put_off.add(1);
        let client = self.known(connection).at(&Closed);
        let response = site.error_at_hand(head, &client, self.clock.now, Status::SERVICE_UNAVAILABLE, None);
        let response = response.with("Retry-After", "1");
        self.send(connection, stream, head, response);
    }

    /// The machine failed us: the client gets a 500 with an id, the log the same id and the cause.
    pub(crate) fn failed(
        &mut self,
        site: &Site<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        cause: &str,
    ) {
        let id = self.log.failure(head, cause);
        let client = self.known(connection).at(&Closed);
        let status = Status::INTERNAL_SERVER_ERROR;
        let response = site.error_at_hand(head, &client, self.clock.now, status, Some(&id));
        self.send(connection, stream, head, response);
    }

    /// The peer broke a rule: it is told which status, and the exchange or the connection ends. `asked`: the head of its request, where it
    /// was in the content behind it.
    pub(crate) fn refuse(
        &mut self,
        origin: &Origin<T>,
        connection: &mut Connection<T::File>,
        fault: &Fault,
        asked: Option<&OwnedHead>,
    ) {
        if fault.scope() == Scope::Connection {
            connection.phase = Phase::Closing { linger: fault.reason().is_peer_sending() };
        }
        self.counters.faults.add(1);
        self.log.fault(fault, self.clock.now);
        let Some(status) = fault.status() else { return };
        let head = asked.map(OwnedHead::head);
        let response = origin.refusal(status, fault, head.as_ref(), self.known(connection), self.clock.now);
        let start = self.output.scratch.len();
        let (wire, date, output) = (&mut connection.wire, &self.clock.date, &mut self.output);
        let (stream, length) = (fault.stream(), response.content.length());
        let sends = wire.respond(stream, status, &response.fields, Some(length), date, output);
        if self.lens.has_plates() {
            let (fields, sends) = (&response.fields[..], sends == Sends::Content);
            let head = self.written(connection, start);
            self.lens.fault(stream, fault.to_string());
            self.see_reply(stream, &head, Sent { status, fields, content: Some(length), sends }, true);
        }
        let (wire, output) = (&mut connection.wire, &mut self.output);
        if sends == Sends::Content {
            wire.push_content(stream, response.content, output);
        }
        wire.finish(stream, output);
    }
}

/// The same target by TLS; `None`: an old client did not say of which host.
fn tls_location(head: &RequestHead<'_>, way: ToTls) -> Option<String> {
    let authority = std::str::from_utf8(head.authority).ok().filter(|authority| !authority.is_empty())?;
    // The brackets of an address of IPv6 have colons, too.
    let host = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(host, _)| host);
    let mut location = match (way, host) {
        // Who names no port knows this server by its name alone, which leads to the usual port of TLS.
        (ToTls::Here, _) | (ToTls::Port(_), None) => format!("https://{authority}"),
        (ToTls::Port(443), Some(host)) => format!("https://{host}"),
        (ToTls::Port(port), Some(host)) => format!("https://{host}:{port}"),
    };
    match head.target {
        // Of the server as a whole, which has no place.
        b"*" => location.push('/'),
        target => {
            if !target.starts_with(b"/") {
                location.push('/');
            }
            for &byte in target {
                match byte {
                    0x21..=0x7E => location.push(char::from(byte)),
                    _ => location.push_str(&format!("%{byte:02X}")),
                }
            }
        }
    }
    Some(location)
}
