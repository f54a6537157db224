//! HTTP/2 (RFC 9113): one connection, as a server has it.
//!
//! ```text
//! bytes ─▶ receive ─▶ events ─▶ the server ─▶ commands ─▶ send ─▶ bytes
//!          frames                              respond offer finish
//! ```
//!
//! Content never passes through here: the server offers so many bytes, and `poll_data` says whose turn it is and how
//! many of them go next, behind a frame header that it writes.

mod budget;
mod error;
mod frame;
mod head;
mod priority;
mod receive;
mod schedule;
mod send;
mod settings;
mod state;
mod stream;
#[cfg(test)]
mod tests;

pub use frame::{HEADER_BYTES, flag, kind};
pub use head::Head;
pub use send::{Data, ready_block};

use crate::compress::hpack::{Decoder, Encoder};
use crate::connection::{End, Event, Limits, StreamId};
use crate::fault::{Fault, Reason, Scope};
use crate::input::Input;
use crate::limit;
use alloc::boxed::Box;
use alloc::vec::Vec;
use budget::Budget;
use core::time::Duration;
use error::ErrorCode;
use frame::STREAM_ID_MAX;
use priority::Priority;
use receive::Told;
use semantics::Instant;
use settings::{PeerSettings, WINDOW_DEFAULT};
use state::{State, Step, StreamState, next};
use stream::{Stream, Streams};

/// The 24 bytes that begin a connection (RFC 9113 §3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection of HTTP/2. Idle, it owns its tables, and those only as far as the peer has filled them.
#[derive(Debug)]
pub struct Connection {
    /// Bytes that are not understood yet: a part of a frame.
    kept: Option<Vec<u8>>,
    state: State,
    decoder: Decoder,
    encoder: Encoder,
    streams: Streams,
    /// A field block of which the end is still to come.
    block: Option<Box<Block>>,
    /// A DATA frame of which a part is still to come.
    data: Option<frame::data::Data>,
    /// Bytes of a frame that is passed over.
    skipping: u32,
    peer: PeerSettings,
    send_window: i32,
    receive_window: i32,
    /// The newest stream that the peer has opened.
    seen: u32,
    /// The newest that was dealt with: what GOAWAY says.
    taken: u32,
    /// The last numbers that were passed over, between these: such a stream cannot come any more (RFC 9113 §5.1.1).
    skipped: (u32, u32),
    /// Those that we reset last: the peer may not know yet (RFC 9113 §5.1).
    reset: [u32; RESET_KEPT],
    reset_at: u8,
    /// PRIORITY_UPDATE may come ahead of its stream.
    early: Option<(u32, Priority)>,
    resets: Budget,
    talk: Budget,
    /// DATA sent that gave no token for talk yet.
    talk_bytes: u64,
    /// Counts frames of DATA, for those that alternate.
    turn: u64,
    /// Since when the state is what it is.
    since: Instant,
    /// Since when a frame is not complete.
    frame_since: Option<Instant>,
    /// Since when there is no stream.
    idle_since: Option<Instant>,
    /// Since when the connection's window holds up content, and how much went out since.
    stalled_since: Option<Instant>,
    moved: u64,
    idle: Duration,
    /// When something was last done here: commands come without a time of their own.
    now: Instant,
    /// Something may be sendable that was not looked at.
    may_send: bool,
    is_secured: bool,
    is_draining: bool,
    has_ended: bool,
    has_timed_out: bool,
}

/// A field block under way (RFC 9113 §4.3).
#[derive(Debug)]
struct Block {
    stream: u32,
    is_last: bool,
    bytes: Vec<u8>,
    continuations: u8,
    since: Instant,
}

/// Streams that we reset and remember.
const RESET_KEPT: usize = 16;

/// What the PING says that goes out with the first GOAWAY.
const FAREWELL: [u8; 8] = *b"farewell";

impl Connection {
    /// A connection of which the preface is still to be read; writes our side of it. `is_secured`: by TLS, here or at a gateway.
    pub fn new(limits: Limits, is_secured: bool, now: Instant, out: &mut Vec<u8>) -> Connection {
        settings::write(out);
        Connection {
            kept: None,
            state: State::Preface,
            decoder: Decoder::new(),
            encoder: Encoder::new(),
            streams: Streams::default(),
            block: None,
            data: None,
            skipping: 0,
            peer: PeerSettings::new(),
            send_window: WINDOW_DEFAULT,
            receive_window: WINDOW_DEFAULT,
            seen: 0,
            taken: 0,
            skipped: (0, 0),
            reset: [0; RESET_KEPT],
            reset_at: 0,
            early: None,
            resets: Budget::new(limit::RESETS_BURST, limit::RESETS_A_SECOND, now),
            talk: Budget::new(limit::TALK_BURST, limit::TALK_A_SECOND, now),
            talk_bytes: 0,
            turn: 0,
            since: now,
            frame_since: None,
            idle_since: None,
            stalled_since: None,
            moved: 0,
            idle: limits.idle,
            now,
            may_send: false,
            is_secured,
            is_draining: false,
            has_ended: false,
            has_timed_out: false,
        }
    }

    /// The bytes kept from before, to be put before those that arrive now.
    pub fn take_kept(&mut self) -> Option<Vec<u8>> {
        self.kept.take()
    }

    /// Keeps what is not understood yet.
    pub fn keep(&mut self, input: Input<'_>) {
        let remaining = input.remaining();
        if remaining.is_empty() || self.state == State::Over {
            return;
        }
        match &mut self.kept {
            Some(kept) => kept.extend_from_slice(remaining),
            None => self.kept = Some(remaining.to_vec()),
        }
    }

    /// What the peer has done next; `head` is where a request head is lent from. Writes what the protocol answers by
    /// itself. `None`: more bytes are needed, or nothing more is read.
    pub fn poll_event<'a, 'i: 'a>(
        &mut self,
        input: &mut Input<'i>,
        head: &'a mut Head,
        out: &mut Vec<u8>,
        now: Instant,
    ) -> Option<Event<'a>> {
        self.now = now;
        let told = if self.has_timed_out && self.state != State::Over { self.expire(out, now) } else { None };
        Some(match told.or_else(|| self.receive(input, head, out, now))? {
            Told::Request { stream, framing, has_ended } => Event::Request {
                stream: StreamId(stream),
                content: framing.content(has_ended),
                expects_continue: framing.expects_continue,
                head: head.request(),
            },
            Told::Content { stream, bytes } => Event::Content { stream: StreamId(stream), bytes },
            Told::RequestEnd { stream } => Event::RequestEnd { stream: StreamId(stream) },
            Told::Cancelled { stream } => Event::Cancelled { stream: StreamId(stream) },
            Told::Fault(fault) => Event::Fault(fault),
            Told::Closed(end) => Event::Closed(end),
        })
    }

    /// The peer will send nothing more. What it asked before is still answered, as far as its windows let us.
    pub fn handle_end_of_input(&mut self, _now: Instant) {
        self.has_ended = true;
    }

    /// The deadline has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.has_timed_out = self.poll_deadline().is_some_and(|deadline| now >= deadline);
    }

    /// When the first byte of a head was there that is not complete; of a frame that is not, for it may be one.
    #[inline]
    pub fn head_began(&self) -> Option<Instant> {
        self.block.as_ref().map(|block| block.since).or(self.frame_since)
    }

    /// When something must have happened.
    pub fn poll_deadline(&self) -> Option<Instant> {
        let begins = match self.state {
            State::Over => return None,
            State::Preface | State::Settings => Some(self.since + limit::HEAD_TIMEOUT),
            State::Leaving => Some(self.since + limit::FAREWELL_TIMEOUT),
            State::Open | State::Left => None,
        };
        let block = self.block.as_ref().map(|block| block.since);
        let partial = [self.frame_since, block].into_iter().flatten().map(|since| since + limit::HEAD_TIMEOUT);
        let stalled = self.stalled_since.map(|since| since + limit::STALL_WINDOW);
        let idle = self.idle_since.filter(|_| self.streams.is_empty()).map(|since| since + self.idle);
        let of_stream =
            |stream: &Stream| [stream.content_deadline(), stream.stall_deadline(), stream.farewell_deadline()];
        let streams = self.streams.iter().flat_map(of_stream);
        streams.flatten().chain(partial).chain(begins).chain(stalled).chain(idle).min()
    }

    /// Says what the passing of time means, one thing at a time.
    #[cold]
    fn expire<'i>(&mut self, out: &mut Vec<u8>, now: Instant) -> Option<Told<'i>> {
        let has_passed = |deadline: Option<Instant>| deadline.is_some_and(|deadline| now >= deadline);
        let is_beginning = matches!(self.state, State::Preface | State::Settings);
        let block = self.block.as_ref().map(|block| block.since);
        let partial = [self.frame_since, block, is_beginning.then_some(self.since)];
        if partial.into_iter().any(|since| has_passed(since.map(|since| since + limit::HEAD_TIMEOUT))) {
            return Some(self.fail(0, Reason::HeadTimeout, out));
        }
        if self.state == State::Leaving && now >= self.since + limit::FAREWELL_TIMEOUT {
            self.say_farewell(out, now);
        }
        if let Some(stream) = self.streams.iter_mut().find(|stream| has_passed(stream.content_deadline())) {
            stream.is_unread = true;
            return Some(Told::Fault(Fault::of_stream(StreamId(stream.id), Reason::ContentTimeout)));
        }
        while let Some(id) = self.streams.first(|stream| has_passed(stream.farewell_deadline())) {
            // RFC 9113 §8.1: the response is complete, and nobody needs the rest of the request.
            self.end_stream(id, ErrorCode::No, out);
        }
        let is_stalled = |stream: &Stream| has_passed(stream.stall_deadline()) && stream.moved < limit::STALL_BYTES_MIN;
        if let Some(id) = self.streams.first(is_stalled) {
            self.end_stream(id, ErrorCode::of(Reason::StreamStalled), out);
            return Some(Told::Fault(Fault::told(StreamId(id), Reason::StreamStalled, Scope::Stream)));
        }
        for stream in self.streams.iter_mut().filter(|stream| has_passed(stream.stall_deadline())) {
            (stream.stalled_since, stream.moved) = (Some(now), 0);
        }
        if has_passed(self.stalled_since.map(|since| since + limit::STALL_WINDOW)) {
            if self.moved < limit::STALL_BYTES_MIN {
                return Some(self.fail(0, Reason::ConnectionStalled, out));
            }
            (self.stalled_since, self.moved) = (Some(now), 0);
        }
        self.has_timed_out = false;
        if self.streams.is_empty() && has_passed(self.idle_since.map(|since| since + self.idle)) {
            frame::goaway::write(self.taken, ErrorCode::No, out);
            self.state = next(self.state, Step::End);
            return Some(Told::Closed(End::Idle));
        }
        None
    }

    /// The connection ends, and the peer is told why.
    #[cold]
    fn fail<'i>(&mut self, stream: u32, reason: Reason, out: &mut Vec<u8>) -> Told<'i> {
        frame::goaway::write(self.taken, ErrorCode::of(reason), out);
        self.state = next(self.state, Step::End);
        self.streams = Streams::default();
        (self.block, self.data) = (None, None);
        Told::Fault(Fault::told(StreamId(stream), reason, Scope::Connection))
    }

    /// Resets a stream, and remembers that we did.
    fn end_stream(&mut self, id: u32, code: ErrorCode, out: &mut Vec<u8>) {
        frame::rst_stream::write(id, code, out);
        self.remove(id);
        self.reset[usize::from(self.reset_at)] = id;
        self.reset_at = (self.reset_at + 1) % RESET_KEPT as u8;
    }

    /// Takes a stream out of the table. Whether it was there.
    fn remove(&mut self, id: u32) -> bool {
        // Perhaps it was the one that had something to send, and was held up.
        self.may_send |= self.stalled_since.is_some();
        self.streams.remove(id).is_some()
    }

    /// No new streams shall come; those that are there are answered (RFC 9113 §6.8).
    pub fn refuse_more(&mut self, out: &mut Vec<u8>, now: Instant) {
        self.is_draining = true;
        if self.state == State::Open {
            // Streams that are on their way are still taken: only when this has come back, all of them are here.
            frame::goaway::write(STREAM_ID_MAX, ErrorCode::No, out);
            frame::ping::write(FAREWELL, false, out);
            self.since = now;
        }
        self.state = next(self.state, Step::Drain);
    }

    /// The connection is given up without waiting for the peer, which is told what was taken of it (RFC 9113 §6.8). Only for
    /// one that is idle: streams would be lost.
    pub fn dismiss(&mut self, out: &mut Vec<u8>) {
        if self.state != State::Over {
            frame::goaway::write(self.taken, ErrorCode::No, out);
            self.state = next(self.state, Step::End);
        }
    }

    fn say_farewell(&mut self, out: &mut Vec<u8>, now: Instant) {
        frame::goaway::write(self.taken, ErrorCode::No, out);
        self.state = next(self.state, Step::Farewell);
        self.since = now;
        self.rest(now);
    }

    /// Nothing more can be done now: is there nothing more to do at all?
    fn rest(&mut self, now: Instant) {
        if !self.streams.is_empty() {
            self.idle_since = None;
        } else if self.state == State::Left {
            self.state = next(self.state, Step::Done);
        } else if self.has_ended {
            self.state = next(self.state, Step::End);
        } else if self.idle_since.is_none() {
            self.idle_since = Some(now);
        }
    }

    /// Whether nothing more is read, and all was said.
    pub fn is_closing(&self) -> bool {
        self.state == State::Over
    }

    /// Whether no request is under way, and nothing of one has come.
    pub fn is_idle(&self) -> bool {
        self.streams.is_empty() && self.kept.is_none() && self.block.is_none() && self.state != State::Over
    }

    /// What it has taken of memory, itself included.
    #[cfg(test)]
    fn bytes_owned(&self) -> usize {
        let tables = self.decoder.bytes_owned() + self.encoder.bytes_owned();
        let kept = self.kept.as_ref().map_or(0, Vec::capacity);
        size_of::<Connection>() + tables + kept + self.streams.bytes_owned()
    }

    /// Whether that stream is still to be answered.
    pub fn is_open(&self, stream: StreamId) -> bool {
        self.streams.get(stream.0).is_some_and(|stream| stream.state != StreamState::Answered)
    }
}

// What an idle connection has besides what the peer put into its tables.
const _: () = assert!(size_of::<Connection>() <= 768);
