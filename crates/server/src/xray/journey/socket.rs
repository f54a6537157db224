//! The connection: who is there, how it is spoken, what bounds it.

use super::{View, bytes};
use crate::limit;
use crate::tls::By;
use crate::xray::plate::TlsFacts;
use page::xray::cause::Why;
use page::xray::{Cause, Fact, Key, Station};
use reactor::{ListenOptions, PeerAddress};
use semantics::Version;
use std::time::Duration;

impl View<'_> {
    pub(super) fn socket(&self, station: &mut Station) {
        let (socket, facts) = (&self.plate.socket, &mut station.facts);
        let is_http2 = self.head.as_ref().is_some_and(|head| head.version == Version::Http2);
        if socket.is_paper {
            facts.push(Fact::new(Key::Client, "-").because(Why::NoNetwork));
        } else {
            facts.push(match socket.peer {
                Some(PeerAddress::Tcp(peer)) if peer.ip().to_canonical().is_loopback() => {
                    Fact::new(Key::Client, peer.to_string()).because(Why::Loopback)
                }
                Some(PeerAddress::Tcp(peer)) => Fact::new(Key::Client, peer.to_string()).because(Why::Remote),
                Some(PeerAddress::Unix) => Fact::new(Key::Client, "unix").because(Why::UnixSocket),
                None => Fact::new(Key::Client, "gone"),
            });
            if matches!(socket.peer, Some(PeerAddress::Tcp(_))) {
                options(facts);
            }
            match &socket.tls {
                Some(tls) => tls_facts(tls, facts),
                None => facts.push(Fact::new(Key::Tls, "-").because(Why::InClear)),
            }
            facts.push(Fact::new(Key::Worker, socket.worker.to_string()));
        }
        facts.push(Fact::new(Key::Protocol, self.version()));
        let number = socket.stream.0;
        facts.push(match is_http2 {
            true => Fact::new(Key::Exchange, number.to_string()).because(Why::StreamOfMany),
            false if number == 0 => Fact::new(Key::Exchange, "1").because(Why::FirstOnConnection),
            false => Fact::new(Key::Exchange, (u64::from(number) + 1).to_string()).because(Why::LaterOnConnection),
        });
        let mut limit =
            |name: &str, value: String, why| facts.push(Fact::new(Key::Limit, value).named(name).because(why));
        limit("head time", seconds(wire::limit::HEAD_TIMEOUT), Why::HeadTimeout);
        limit("idle time", seconds(self.setting.limits.wire.idle), Why::IdleTimeout);
        limit("head size", bytes(wire::limit::HEAD_BYTES_MAX as u64), Why::HeadBytes);
        limit("target size", bytes(wire::limit::TARGET_BYTES_MAX as u64), Why::TargetBytes);
        limit("field lines", wire::limit::FIELD_LINES_MAX.to_string(), Why::FieldLines);
        limit("sending time", seconds(limit::SEND_WINDOW), Why::SendWindow);
    }
}

/// What every connection inherits from its listener.
fn options(facts: &mut Vec<Fact>) {
    let how = ListenOptions::default();
    let mut option =
        |name: &str, value: String, why| facts.push(Fact::new(Key::Option, value).named(name).because(why));
    option("SO_REUSEADDR", "1".into(), Why::ReuseAddress);
    option("SO_REUSEPORT", "1".into(), Why::ReusePort);
    option("TCP_NODELAY", u8::from(how.no_delay).to_string(), Why::NoDelay);
    option("TCP_DEFER_ACCEPT", u8::from(how.defer_accept).to_string(), Why::DeferAccept);
    option("backlog", how.backlog.to_string(), Why::Backlog);
}

fn tls_facts(tls: &TlsFacts, facts: &mut Vec<Fact>) {
    facts.push(Fact::new(Key::Tls, &tls.version).named("version").because(Why::Sealed));
    let known = [
        ("cipher suite", tls.suite.as_str(), Why::TlsSuite),
        ("key exchange", &tls.group, Why::TlsGroup),
        ("server name", &tls.server_name, Why::TlsName),
        ("protocol", &tls.protocol, Why::TlsProtocol),
    ];
    for (name, value, why) in known {
        if !value.is_empty() {
            facts.push(Fact::new(Key::Tls, value).named(name).because(Cause::from(why)));
        }
    }
    if !tls.certificate.is_empty() {
        let why = match tls.by {
            By::Name => Why::CertificateByName,
            By::Wildcard => Why::CertificateByWildcard,
            By::NoOther => Why::CertificateNoOther,
            By::NoName => Why::CertificateNoName,
            By::Proof => Why::CertificateProof,
        };
        let cut = tls.certificate.char_indices().nth(NAMES_SHOWN_MAX);
        let names = match cut {
            Some((at, _)) => format!("{} …", &tls.certificate[..at]),
            None => tls.certificate.clone(),
        };
        facts.push(Fact::new(Key::Tls, names).named("certificate").because(why));
        if tls.is_resumed {
            facts.push(Fact::new(Key::Remark, "").because(Why::CertificateNotSent));
        }
    }
    let (handshake, why) = if tls.is_resumed { ("resumed", Why::TlsResumed) } else { ("full", Why::TlsFull) };
    facts.push(Fact::new(Key::Tls, handshake).named("handshake").because(why));
}

/// A certificate may be for hundreds of names.
const NAMES_SHOWN_MAX: usize = 200;

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
