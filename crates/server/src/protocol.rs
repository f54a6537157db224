//! Which HTTP a connection speaks. What both versions do is asked of them here; what only one does, where it is done.

use crate::http2::Http2;
use crate::outgoing::{Output, Segment};
use semantics::{Content, Field, Instant, Status};
use std::sync::Arc;
use wire::{Input, Sends, StreamId, h1};

/// A connection's state machine, with the content that it is to send.
#[derive(Debug)]
pub(crate) enum Protocol<F> {
    /// One exchange after the other. The state of an idle one is all that it has.
    Http1(h1::Connection),
    /// Many at a time.
    Http2(Box<Http2<F>>),
}

impl<F: Clone> Protocol<F> {
    /// Writes the head of a response, as `wire` says it.
    pub(crate) fn respond(
        &mut self,
        stream: StreamId,
        status: Status,
        fields: &[Field],
        length: Option<u64>,
        date: &[u8; 29],
        output: &mut Output<F>,
    ) -> Sends {
        output.write(|out| match self {
            Protocol::Http1(wire) => wire.respond(stream, status, fields, length, date, out),
            Protocol::Http2(http2) => http2.wire.respond(stream, status, fields, length, date, out),
        })
    }

    /// Sends content whose length the head said.
    pub(crate) fn push_content(&mut self, stream: StreamId, content: Content<F>, output: &mut Output<F>) {
        match self {
            Protocol::Http1(_) => output.push_content(content),
            Protocol::Http2(http2) => http2.push_content(stream, content),
        }
    }

    /// Sends a piece of content whose length was not known.
    pub(crate) fn frame(&mut self, stream: StreamId, piece: Vec<u8>, output: &mut Output<F>) {
        match self {
            Protocol::Http1(wire) => output.write(|out| wire.frame(stream, &piece, out)),
            Protocol::Http2(http2) => {
                let all = 0..piece.len();
                http2.push(stream, Segment::Shared(Arc::from(piece), all));
            }
        }
    }

    /// Whether it is HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self, Protocol::Http2(_))
    }

    /// The response is complete.
    #[inline]
    pub(crate) fn finish(&mut self, stream: StreamId, output: &mut Output<F>) {
        match self {
            Protocol::Http1(wire) => output.write(|out| wire.finish(stream, out)),
            Protocol::Http2(http2) => http2.wire.finish(stream),
        }
    }

    /// Tells a client that waits for it to send its content.
    pub(crate) fn proceed(&mut self, stream: StreamId, output: &mut Output<F>) {
        output.write(|out| match self {
            Protocol::Http1(wire) => wire.proceed(out),
            Protocol::Http2(http2) => http2.wire.proceed(stream, out),
        });
    }

    /// The response under way is the last, or no new streams shall come.
    pub(crate) fn refuse_more(&mut self, now: Instant, output: &mut Output<F>) {
        match self {
            Protocol::Http1(wire) => wire.refuse_more(),
            Protocol::Http2(http2) => output.write(|out| http2.wire.refuse_more(out, now)),
        }
    }
}

impl<F> Protocol<F> {
    #[inline]
    pub(crate) fn take_kept(&mut self) -> Option<Vec<u8>> {
        match self {
            Protocol::Http1(wire) => wire.take_kept(),
            Protocol::Http2(http2) => http2.wire.take_kept(),
        }
    }

    #[inline]
    pub(crate) fn keep(&mut self, input: Input<'_>) {
        match self {
            Protocol::Http1(wire) => wire.keep(input),
            Protocol::Http2(http2) => http2.wire.keep(input),
        }
    }

    /// Whether what was made for this connection shall go out before more is. In HTTP/1.1 there is one response at a time.
    pub(crate) fn is_overloaded(&self) -> bool {
        matches!(self, Protocol::Http2(http2) if http2.is_overloaded())
    }

    pub(crate) fn handle_end_of_input(&mut self, now: Instant) {
        match self {
            Protocol::Http1(wire) => wire.handle_end_of_input(now),
            Protocol::Http2(http2) => http2.wire.handle_end_of_input(now),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        match self {
            Protocol::Http1(wire) => wire.handle_timeout(now),
            Protocol::Http2(http2) => http2.wire.handle_timeout(now),
        }
    }

    #[inline]
    pub(crate) fn poll_deadline(&self) -> Option<Instant> {
        match self {
            Protocol::Http1(wire) => wire.poll_deadline(),
            Protocol::Http2(http2) => http2.wire.poll_deadline(),
        }
    }

    #[inline]
    pub(crate) fn is_closing(&self) -> bool {
        match self {
            Protocol::Http1(wire) => wire.is_closing(),
            Protocol::Http2(http2) => http2.wire.is_closing(),
        }
    }

    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        match self {
            Protocol::Http1(wire) => wire.is_idle(),
            Protocol::Http2(http2) => http2.wire.is_idle(),
        }
    }
}

// Whoever speaks HTTP/1.1 pays nothing for those who do not.
const _: () = assert!(size_of::<Protocol<()>>() == size_of::<h1::Connection>());
