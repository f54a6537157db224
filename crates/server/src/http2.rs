//! A connection of HTTP/2 as its worker keeps it: the state machine, and of each exchange that did not end at once what is
//! still to be sent and what it waits for.

use crate::clock::Clock;
use crate::connection::{Gone, Until};
use crate::due::Due;
use crate::limit;
use crate::memory::Ready;
use crate::outgoing::{Output, Segment};
use crate::request::OwnedHead;
use crate::source::Source;
use semantics::{Content, Instant, Status};
use std::collections::VecDeque;
use std::mem::take;
use std::sync::Arc;
use wire::h2::{Connection, Data};
use wire::limit::CONTENT_BYTES_MAX;
use wire::{ContentLength, Limits, Sends, StreamId};

/// A connection of HTTP/2.
#[derive(Debug)]
pub(crate) struct Http2<F> {
    pub(crate) wire: Connection,
    /// Those that did not end at once, in the order of their streams. At most as many as there can be streams.
    exchanges: Vec<Lasting<F>>,
}

/// An exchange that did not end at once.
#[derive(Debug)]
struct Lasting<F> {
    stream: StreamId,
    /// What is offered to the peer and not sent.
    content: VecDeque<Segment<F>>,
    until: Option<Until>,
    /// Until all is sent.
    due: Due,
}

/// Content up to this many bytes is copied behind its head: that costs less than another slice in the call.
const COPIED_BYTES_MAX: usize = 4 << 10;

impl<F> Http2<F> {
    /// Writes our side of the beginning. `is_secured`: what is asked for may be https.
    pub(crate) fn new(limits: Limits, is_secured: bool, now: Instant, out: &mut Vec<u8>) -> Http2<F> {
        Http2 { wire: Connection::new(limits, is_secured, now, out), exchanges: Vec::new() }
    }

    /// Whether there is still something to be done for that exchange.
    pub(crate) fn has_exchange(&self, stream: StreamId) -> bool {
        self.exchanges.binary_search_by_key(&stream, |exchange| exchange.stream).is_ok()
    }

    /// Whether requests are under way.
    pub(crate) fn has_exchanges(&self) -> bool {
        !self.exchanges.is_empty()
    }

    fn get_mut(&mut self, stream: StreamId) -> Option<&mut Lasting<F>> {
        let at = self.exchanges.binary_search_by_key(&stream, |exchange| exchange.stream).ok()?;
        Some(&mut self.exchanges[at])
    }

    fn entry(&mut self, stream: StreamId) -> &mut Lasting<F> {
        let at = match self.exchanges.binary_search_by_key(&stream, |exchange| exchange.stream) {
            Ok(at) => at,
            Err(at) => {
                self.exchanges
                    .insert(at, Lasting { stream, content: VecDeque::new(), until: None, due: Due::default() });
                at
            }
        };
        &mut self.exchanges[at]
    }

    /// The exchange is over, or was given up: nothing more of it is sent, and the pool need not go on. What is due of it.
    #[must_use]
    pub(crate) fn forget(&mut self, stream: StreamId) -> Option<Due> {
        let at = self.exchanges.binary_search_by_key(&stream, |exchange| exchange.stream).ok()?;
        let forgotten = self.exchanges.remove(at);
        if self.exchanges.is_empty() {
            self.exchanges = Vec::new();
        }
        Some(forgotten.due)
    }

    /// All of them.
    #[must_use]
    pub(crate) fn forget_all(&mut self) -> Vec<Due> {
        take(&mut self.exchanges).into_iter().map(|exchange| exchange.due).collect()
    }

    /// The exchange goes on when that is so. One that was given up waits for nothing.
    pub(crate) fn wait(&mut self, stream: StreamId, until: Until) {
        if self.wire.is_open(stream) {
            self.entry(stream).until = Some(until);
        }
    }

    /// A response has begun: what is due when all of it is sent. Some: it is over already, for there is nothing to be sent.
    pub(crate) fn owe(&mut self, stream: StreamId, due: Due) -> Option<Due> {
        match self.get_mut(stream) {
            Some(exchange) if exchange.content.is_empty() && exchange.until.is_none() => {
                drop(self.forget(stream));
            }
            Some(exchange) => {
                exchange.due = due;
                return None;
            }
            None => {}
        }
        Some(due)
    }

    /// So many bytes more of a content whose length was not known are on their way.
    pub(crate) fn note_piece(&mut self, stream: StreamId, bytes: usize) {
        if let Some(exchange) = self.get_mut(stream) {
            exchange.due.add(bytes);
        }
    }

    /// Whether one more request may be kept until its content has come. Else it is answered without.
    pub(crate) fn has_patience(&self, content: ContentLength) -> bool {
        let is_too_large = matches!(content, ContentLength::Known(length) if length > CONTENT_BYTES_MAX);
        let kept = self.exchanges.iter().map(|exchange| match &exchange.until {
            Some(Until::ContentEnds(head)) => head.bytes(),
            _ => 0,
        });
        !is_too_large && kept.sum::<usize>() < limit::HEADS_AWAITING_BYTES_MAX
    }

    /// Whether so much content was made for this connection, and waits for the windows of the peer, that no more shall
    /// be. What others hold too, the memory or the store of coded copies, is no burden.
    pub(crate) fn is_overloaded(&self) -> bool {
        let made = self.exchanges.iter().flat_map(|exchange| &exchange.content).map(|segment| match segment {
            Segment::Shared(bytes, _) if Arc::strong_count(bytes) == 1 => bytes.len(),
            _ => 0,
        });
        made.sum::<usize>() > limit::MADE_BYTES_MAX
    }

    /// The request whose content has now ended.
    pub(crate) fn take_request(&mut self, stream: StreamId) -> Option<OwnedHead> {
        match self.get_mut(stream)?.until.take_if(|until| matches!(until, Until::ContentEnds(_)))? {
            Until::ContentEnds(head) => Some(head),
            Until::PoolIsDone { .. } | Until::OutputIsSent(_) => None,
        }
    }

    /// The pool is done with its errand for that exchange: since when the exchange waited.
    pub(crate) fn take_errand(&mut self, stream: StreamId) -> Option<Instant> {
        match self.get_mut(stream)?.until.take_if(|until| matches!(until, Until::PoolIsDone { .. }))? {
            Until::PoolIsDone { since, .. } => Some(since),
            Until::ContentEnds(_) | Until::OutputIsSent(_) => None,
        }
    }

    /// What makes the next piece of a streamed content, of an exchange that has sent all there is.
    pub(crate) fn take_source(&mut self) -> Option<(StreamId, Box<dyn Source>)> {
        let is_due = |exchange: &&mut Lasting<F>| {
            let is_due = |until: &Until| matches!(until, Until::OutputIsSent(source) if !source.is_live());
            exchange.content.is_empty() && exchange.until.as_ref().is_some_and(is_due)
        };
        let exchange = self.exchanges.iter_mut().find(is_due)?;
        match exchange.until.take()? {
            Until::OutputIsSent(source) => Some((exchange.stream, source)),
            Until::ContentEnds(_) | Until::PoolIsDone { .. } => None,
        }
    }

    /// What makes a content that goes on as things happen, of an exchange that has sent all there is. Errs when there is none.
    pub(crate) fn take_live(&mut self, stream: StreamId) -> Result<Option<Box<dyn Source>>, Gone> {
        let exchange = self.get_mut(stream).ok_or(Gone)?;
        let is_live = |until: &Until| matches!(until, Until::OutputIsSent(source) if source.is_live());
        exchange.until.as_ref().filter(|until| is_live(until)).ok_or(Gone)?;
        if !exchange.content.is_empty() {
            return Ok(None);
        }
        match exchange.until.take() {
            Some(Until::OutputIsSent(source)) => Ok(Some(source)),
            _ => Err(Gone),
        }
    }

    /// Adds to the content of an exchange, unless it was given up.
    pub(crate) fn push(&mut self, stream: StreamId, segment: Segment<F>) {
        let length = segment.length();
        if length > 0 && self.wire.is_open(stream) {
            self.entry(stream).content.push_back(segment);
            self.wire.offer(stream, length);
        }
    }

    pub(crate) fn push_content(&mut self, stream: StreamId, content: Content<F>) {
        match content {
            Content::Empty => {}
            Content::Bytes(bytes, range) => self.push(stream, Segment::Shared(bytes, range)),
            Content::File { file, offset, length } => self.push(stream, Segment::File { file, offset, length }),
            Content::Pieces(pieces) => pieces.into_iter().for_each(|piece| self.push_content(stream, piece)),
        }
    }
}

impl<F: Clone> Http2<F> {
    /// Sends a response from memory: head and content at once where the windows let it.
    pub(crate) fn respond_ready(
        &mut self,
        stream: StreamId,
        status: Status,
        ready: &Ready<F>,
        clock: &Clock,
        output: &mut Output<F>,
    ) {
        let block = ready.block(status, clock);
        let length = if status.has_no_content() { 0 } else { ready.keep.content.length() };
        if output.write(|out| self.wire.respond_ready(stream, &block, length > 0, out)) == Sends::Nothing {
            return;
        }
        match &ready.keep.content {
            Content::Bytes(bytes, range) if output.write(|out| self.wire.send_whole(stream, length, out)) => {
                if range.len() <= COPIED_BYTES_MAX {
                    output.write(|out| out.extend_from_slice(&bytes[range.clone()]));
                } else {
                    output.push(Segment::Shared(Arc::clone(bytes), range.clone()));
                }
            }
            content => self.push_content(stream, content.clone()),
        }
    }

    /// Moves what may be sent now to the output, until that is full. False: there is nothing more that may. `ended`: takes what is due
    /// of exchanges that have come to their end.
    pub(crate) fn send(&mut self, now: Instant, output: &mut Output<F>, mut ended: impl FnMut(Due)) -> bool {
        while !output.is_full() {
            let Some(Data { stream, length }) = output.write(|out| self.wire.poll_data(out, now)) else { return false };
            if let Some(exchange) = self.get_mut(stream) {
                exchange.take(length, output);
            }
            if !self.wire.is_open(stream) {
                self.forget(stream).into_iter().for_each(&mut ended);
            }
        }
        true
    }
}

impl<F: Clone> Lasting<F> {
    /// The next bytes of the content.
    fn take(&mut self, mut length: u64, output: &mut Output<F>) {
        while length > 0 {
            // What was offered is here.
            let Some(first) = self.content.front_mut() else { return debug_assert!(false, "{length} bytes too few") };
            let taken = first.split_off_front(length);
            length -= taken.length();
            if first.length() == 0 {
                self.content.pop_front();
            }
            output.push(taken);
        }
        if self.content.is_empty() {
            // Its buffer is of no use to what waits for its next piece.
            drop(take(&mut self.content));
        }
    }
}
