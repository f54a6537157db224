//! The TLS of one connection: a state machine without socket and clock, as those of `wire` are.

use super::choice::{self, Chosen};
use super::hello;
use crate::limit;
use crate::xray::TlsFacts;
use acme::certificate::Certificate;
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError};
use rustls::unbuffered::{UnbufferedStatus, WriteTraffic};
use rustls::{HandshakeKind, ProtocolVersion, ServerConfig};
use semantics::Instant;
use std::fmt;
use std::mem::take;
use std::sync::Arc;

/// The TLS of one connection. When it waits for its peer, it owns no buffer.
pub(crate) struct Session {
    tls: UnbufferedServerConnection,
    /// The part of a record, or of a message of the handshake, whose rest has not come. What TLS has noted of it counts
    /// from its first byte, so that it is given to all calls.
    incoming: Vec<u8>,
    /// When the handshake must be over; none: it is.
    deadline: Option<Instant>,
    /// The peer has said that it will send nothing more.
    has_peer_ended: bool,
    /// So have we, or that something is wrong.
    has_ended: bool,
    /// The name that the client wants to reach, for whoever looks.
    server_name: Option<Box<str>>,
    /// Its certificate, for whoever looks.
    chosen: Option<Chosen>,
    /// When the handshake was over, for the same.
    pub(crate) secured: Instant,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the keys.
        formatter.debug_struct("Session").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// The peer does not keep to TLS, or there is nobody any more to whom something could be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

impl Session {
    /// On which nothing has happened yet.
    ///
    /// Errs when the library will not begin, which it has no reason to.
    pub(crate) fn new(config: Arc<ServerConfig>, deadline: Instant) -> Result<Session, Broken> {
        let tls = UnbufferedServerConnection::new(config).map_err(|_| Broken)?;
        Ok(Session {
            tls,
            incoming: Vec::new(),
            deadline: Some(deadline),
            has_peer_ended: false,
            has_ended: false,
            server_name: None,
            chosen: None,
            secured: Instant(0),
        })
    }

    /// When the handshake must be over; `None`: it is.
    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether these first bytes are none of TLS but a request: it begins with a letter, and a record of a handshake with 22.
    pub(crate) fn is_cleartext(&self, bytes: &[u8]) -> bool {
        self.deadline.is_some()
            && self.incoming.is_empty()
            && self.tls.negotiated_cipher_suite().is_none()
            && matches!(bytes, [b'A'..=b'Z', ..])
    }

    /// Whether the peer has said that it will send nothing more.
    pub(crate) fn has_peer_ended(&self) -> bool {
        self.has_peer_ended
    }

    /// Whether a part of a record is here, and its rest is on the way.
    pub(crate) fn has_partial(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Whether the handshake has ended since this was last asked, and if so in which protocol.
    pub(crate) fn take_agreed(&mut self) -> Option<Agreed> {
        if self.tls.is_handshaking() {
            return None;
        }
        self.deadline.take()?;
        Some(match self.tls.alpn_protocol() {
            Some(b"h2") => Agreed::Http2,
            Some(acme::TLS_PROTOCOL) => Agreed::Nothing,
            _ => Agreed::Http1,
        })
    }

    /// What both sides have agreed on, for whoever looks.
    #[cold]
    pub(crate) fn facts(&self) -> TlsFacts {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let version = match self.tls.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "",
        };
        let suite = self.tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
        let group = self.tls.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name()));
        let leaf = self.chosen.as_ref().and_then(|chosen| chosen.certified.cert.first());
        let leaf = leaf.and_then(|leaf| Certificate::read(leaf));
        TlsFacts {
            certificate: leaf.map(|leaf| leaf.names.join(", ")).unwrap_or_default(),
            by: self.chosen.as_ref().map(|chosen| chosen.by).unwrap_or_default(),
            version: version.to_owned(),
            suite: suite.unwrap_or_default(),
            group: group.unwrap_or_default(),
            server_name: self.server_name.as_deref().unwrap_or_default().to_owned(),
            protocol: self.tls.alpn_protocol().map(text).unwrap_or_default(),
            is_resumed: self.tls.handshake_kind() == Some(HandshakeKind::Resumed),
        }
    }

    /// Takes in what came. `plain` gets what the peer says by it, `out` what TLS itself has to answer.
    ///
    /// Errs when the peer does not keep to TLS; `out` then has what it is told of that, and nothing more can be done here.
    pub(crate) fn open(&mut self, bytes: &mut [u8], plain: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), Broken> {
        if self.has_peer_ended || self.has_ended {
            // RFC 8446 §6.1: what comes behind the end is ignored.
            return Ok(());
        }
        let mut joined = take(&mut self.incoming);
        let is_joined = !joined.is_empty();
        let buffer = if is_joined {
            joined.extend_from_slice(bytes);
            &mut joined[..]
        } else {
            bytes
        };
        if self.deadline.is_some() && self.server_name.is_none() {
            self.server_name = hello::server_name(buffer).map(Box::from);
        }
        let (taken, result) = self.process(buffer, plain, out);
        if self.deadline.is_some() {
            // Once in a handshake.
            self.chosen = choice::take_last().or(self.chosen.take());
        }
        if result.is_err() {
            self.has_ended = true;
            return result;
        }
        let rest = buffer.len() - taken;
        if rest > limit::RECORD_BYTES_MAX {
            // A hello this long is nobody's: whoever sends it wants to see us hold it.
            self.has_ended = true;
            return Err(Broken);
        }
        if rest > 0 && !self.has_peer_ended {
            if is_joined {
                joined.drain(..taken);
                self.incoming = joined;
            } else {
                self.incoming = buffer[taken..].to_vec();
            }
        }
        Ok(())
    }

    /// How many bytes are done with, and whether they were as TLS has them.
    fn process(&mut self, buffer: &mut [u8], plain: &mut Vec<u8>, out: &mut Vec<u8>) -> (usize, Result<(), Broken>) {
        let (mut taken, mut result) = (0, Ok(()));
        loop {
            let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(&mut buffer[taken..]);
            let goes_on = match state {
                Ok(ConnectionState::ReadTraffic(mut records)) => {
                    while let Some(Ok(record)) = records.next_record() {
                        plain.extend_from_slice(record.payload);
                        discard += record.discard;
                    }
                    true
                }
                Ok(ConnectionState::EncodeTlsData(message)) => encode(message, out),
                Ok(ConnectionState::TransmitTlsData(transmission)) => {
                    transmission.done();
                    true
                }
                Ok(ConnectionState::PeerClosed) => {
                    self.has_peer_ended = true;
                    true
                }
                Err(_) => {
                    result = Err(Broken);
                    true
                }
                // What can be done is done. Early data is offered to nobody, so that none comes.
                _ => false,
            };
            taken += discard;
            // Once it is broken, only the word that the peer is told may be asked for: the rest would be read again.
            if !goes_on || result.is_err() && !self.tls.wants_write() {
                return (taken, result);
            }
        }
    }

    /// Appends the records of these bytes.
    ///
    /// Errs when the handshake is not over, or the connection is at its end.
    pub(crate) fn seal(&mut self, plain: &[u8], records: &mut Records) -> Result<(), Broken> {
        if self.has_ended {
            return Err(Broken);
        }
        self.write(records, |traffic, room| traffic.encrypt(plain, room))
    }

    /// Appends our end, once: without it, the peer could not tell it from a connection that somebody has cut.
    ///
    /// Errs as [`seal`](Session::seal).
    pub(crate) fn end(&mut self, records: &mut Records) -> Result<(), Broken> {
        if self.has_ended {
            return Ok(());
        }
        self.has_ended = true;
        self.write(records, |traffic, room| traffic.queue_close_notify(room))
    }

    fn write(
        &mut self,
        records: &mut Records,
        write: impl Fn(&mut WriteTraffic<'_, ServerConnectionData>, &mut [u8]) -> Result<usize, EncryptError>,
    ) -> Result<(), Broken> {
        loop {
            let UnbufferedStatus { discard, state } = self.tls.process_tls_records(&mut self.incoming);
            let is_written = match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => loop {
                    match write(&mut traffic, &mut records.bytes[records.filled..]) {
                        Ok(written) => {
                            records.filled += written;
                            break true;
                        }
                        Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                            records.bytes.resize(records.filled + required_size, 0);
                        }
                        Err(EncryptError::EncryptExhausted) => return Err(Broken),
                    }
                },
                Ok(ConnectionState::EncodeTlsData(message)) => {
                    let mut encoded = Vec::new();
                    if !encode(message, &mut encoded) {
                        return Err(Broken);
                    }
                    records.push(&encoded);
                    false
                }
                Ok(ConnectionState::TransmitTlsData(transmission)) => {
                    transmission.done();
                    false
                }
                Ok(ConnectionState::PeerClosed) => {
                    self.has_peer_ended = true;
                    false
                }
                _ => return Err(Broken),
            };
            self.incoming.drain(..discard);
            if is_written {
                return Ok(());
            }
        }
    }
}

/// What both sides have agreed on (RFC 7301). A client that says nothing of it speaks HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreed {
    Http1,
    Http2,
    /// It was an authority that wanted to see a certificate, and has (RFC 8737 §4).
    Nothing,
}

/// Appends a message of the handshake. False: it cannot be, which has no reason.
fn encode(mut message: EncodeTlsData<'_, ServerConnectionData>, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) = message.encode(&mut []) else {
        return false;
    };
    out.resize(start + required_size, 0);
    message.encode(&mut out[start..]).is_ok()
}

/// Records on their way to the kernel, and what becomes of them. One for all connections of a worker.
///
/// Invariant: filled <= bytes.len()
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// Never made shorter: what was written once need not be made zeros for what comes next.
    bytes: Vec<u8>,
    filled: usize,
}

impl Records {
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if end > self.bytes.len() {
            self.bytes.resize(end, 0);
        }
        self.bytes[self.filled..end].copy_from_slice(bytes);
        self.filled = end;
    }
}

#[cfg(test)]
mod tests;
