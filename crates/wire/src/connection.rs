//! The contract that all versions of HTTP keep.
//!
//! `handle_*` take in what happened outside, `poll_*` give out what is next, plain verbs are commands. After any
//! `handle_*` or command: drain `poll_event`, send what was written, then read `poll_deadline`.

use crate::fault::Fault;
use crate::limit;
use core::time::Duration;
use semantics::RequestHead;

/// What the owner may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may be idle.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { idle: limit::IDLE_TIMEOUT }
    }
}

/// An exchange on a connection. HTTP/1.1 counts its requests; HTTP/2 has streams (RFC 9113 §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

/// What content a request says it has (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentLength {
    /// None at all: the request is complete with its head.
    None,
    /// That many bytes, at least one.
    Known(u64),
    /// Told by the framing as it comes.
    Unknown,
}

/// What the peer did.
#[derive(Debug)]
// A head is lent for one turn and lives on the stack; a box would be an allocation a request.
#[allow(clippy::large_enum_variant)]
pub enum Event<'a> {
    /// A request head is complete. With content, [`Event::RequestEnd`] follows unless the request is answered first.
    Request {
        /// Its exchange.
        stream: StreamId,
        /// What is asked.
        head: RequestHead<'a>,
        /// What is still to come.
        content: ContentLength,
        /// The peer waits for `100 Continue` before it sends the content (RFC 9110 §10.1.1).
        expects_continue: bool,
    },
    /// A part of the content, without framing.
    Content {
        /// Its exchange.
        stream: StreamId,
        /// Never empty.
        bytes: &'a [u8],
    },
    /// The content is complete, trailers too. Not sent for a request without content.
    RequestEnd {
        /// Its exchange.
        stream: StreamId,
    },
    /// The peer gave the exchange up: nothing more of it is read or sent. Not in HTTP/1.1.
    Cancelled {
        /// Its exchange.
        stream: StreamId,
    },
    /// The peer broke a rule or was too slow. With a status it may be answered once; nothing more is read, of the stream
    /// or of the connection.
    Fault(Fault),
    /// Nothing more will come, and nothing is owed.
    Closed(End),
}

/// How a connection came to its end without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer has ended its side between two requests.
    Peer,
    /// Nobody used it for [`Limits::idle`](Limits::idle).
    Idle,
}

/// Whether the content of a response follows its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// It does.
    Content,
    /// It does not: the request was HEAD, or the status has none (RFC 9110 §6.4.1). Only `finish` is left to do.
    Nothing,
}
