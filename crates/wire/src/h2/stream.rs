//! The streams of a connection that are open or half-closed.

use super::priority::Priority;
use super::state::StreamState;
use crate::limit;
use alloc::vec::Vec;
use semantics::Instant;

/// One request and its response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub(crate) id: u32,
    pub(crate) state: StreamState,
    pub(crate) priority: Priority,
    pub(crate) is_head: bool,
    /// The peer waits for `100 Continue`.
    pub(crate) is_continue_due: bool,
    /// What still comes of the request is thrown away without a word to the server: it has its answer.
    pub(crate) is_unread: bool,
    /// All content of the response is offered.
    pub(crate) is_complete: bool,
    /// The response has begun, and END_STREAM is still to be sent.
    pub(crate) is_sending: bool,
    /// Content that the server has ready and that is not sent.
    pub(crate) offered: u64,
    /// What the peer lets us send; less than 0 after it made its initial window smaller (RFC 9113 §6.9.2).
    pub(crate) send_window: i32,
    /// What we let the peer send.
    pub(crate) receive_window: i32,
    /// Received of the request's content.
    pub(crate) received: u64,
    /// What it says its content is.
    pub(crate) expected: Option<u64>,
    /// Since when its own window holds it up, and how much it sent since: see
    /// [`STALL_WINDOW`](crate::limit::STALL_WINDOW).
    pub(crate) stalled_since: Option<Instant>,
    pub(crate) moved: u64,
    /// When it had its last turn among those that alternate.
    pub(crate) turn: u64,
    /// Since when its content is awaited; once it is answered: since when it is.
    pub(crate) since: Instant,
}

impl Stream {
    /// Whether there is something to send: content, or the end alone.
    #[inline]
    pub(crate) fn has_output(&self) -> bool {
        self.is_sending && (self.offered > 0 || self.is_complete)
    }

    /// Whether the windows let it be sent. An end without content needs no window (RFC 9113 §6.9).
    #[inline]
    pub(crate) fn is_sendable(&self, connection_window: i32) -> bool {
        self.has_output() && (self.offered == 0 || self.send_window > 0 && connection_window > 0)
    }

    /// When its content must have come.
    pub(crate) fn content_deadline(&self) -> Option<Instant> {
        let is_awaited = self.state == StreamState::Open && !self.is_unread;
        is_awaited.then(|| self.since + limit::CONTENT_TIMEOUT)
    }

    /// When the rest of a request that has its response must have come.
    pub(crate) fn farewell_deadline(&self) -> Option<Instant> {
        (self.state == StreamState::Answered).then(|| self.since + limit::ANSWERED_TIMEOUT)
    }

    /// When more of its response must have been taken.
    pub(crate) fn stall_deadline(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + limit::STALL_WINDOW)
    }
}

/// The table, in the order of the streams' numbers. At most [`STREAMS_MAX`](crate::limit::STREAMS_MAX).
#[derive(Debug, Default)]
pub(crate) struct Streams {
    streams: Vec<Stream>,
}

/// Room that is kept while there are no streams.
const KEPT: usize = 8;

impl Streams {
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Adds one, whose number is above all others.
    pub(crate) fn push(&mut self, stream: Stream) {
        debug_assert!(self.streams.last().is_none_or(|last| last.id < stream.id));
        self.streams.push(stream);
    }

    #[inline]
    fn find(&self, id: u32) -> Option<usize> {
        match self.streams.last() {
            // A request that is answered at once is the newest.
            Some(last) if last.id == id => Some(self.streams.len() - 1),
            _ => self.streams.binary_search_by_key(&id, |stream| stream.id).ok(),
        }
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Stream> {
        self.find(id).map(|at| &self.streams[at])
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Stream> {
        self.find(id).map(|at| &mut self.streams[at])
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<Stream> {
        let removed = self.find(id).map(|at| self.streams.remove(at));
        if self.streams.is_empty() && self.streams.capacity() > KEPT {
            self.streams = Vec::new();
        }
        removed
    }

    /// The oldest of those that are meant.
    pub(crate) fn first(&self, is_meant: impl Fn(&Stream) -> bool) -> Option<u32> {
        self.streams.iter().find(|stream| is_meant(stream)).map(|stream| stream.id)
    }

    #[cfg(test)]
    pub(crate) fn bytes_owned(&self) -> usize {
        self.streams.capacity() * size_of::<Stream>()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.streams.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.streams.iter_mut()
    }
}

/// An idle connection keeps little of this.
const _: () = assert!(KEPT * size_of::<Stream>() <= 1024);
