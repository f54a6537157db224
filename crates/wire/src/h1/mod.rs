//! HTTP/1.1 and 1.0 (RFC 9112): one connection.

mod content;
mod encode;
mod framing;
mod head;
mod name;
mod recent;
mod state;
mod target;
#[cfg(test)]
mod tests;

use crate::connection::{ContentLength, End, Event, Limits, Sends, StreamId};
use crate::fault::{Fault, Reason};
use crate::input::Input;
use crate::limit;
use alloc::vec::Vec;
use content::{Content, Part};
use core::time::Duration;
use encode::{Framed, Persistence};
use framing::Framing;
use head::Progress;
use semantics::{Field, Fields, Instant, Method, RequestHead, Status, Version};
use state::{State, Step, next};

pub use recent::RecentSections;

/// A connection of HTTP/1.x. Idle, it owns no memory but itself.
#[derive(Debug)]
pub struct Connection {
    /// Bytes that are not understood yet.
    kept: Option<Vec<u8>>,
    /// How far they were looked at for the end of a head.
    progress: Progress,
    stream: StreamId,
    /// Since when the connection waits for what it waits for.
    since: Instant,
    idle_milliseconds: u32,
    content: Content,
    state: State,
    waiting: Waiting,
    request: Request,
    sending: Sending,
    /// The peer will send nothing more.
    has_ended: bool,
    /// The response under way is the last.
    is_last: bool,
    /// An empty line ahead of the request line was passed over; one is enough (RFC 9112 §2.2).
    has_skipped_line: bool,
    has_timed_out: bool,
    /// The peer waits for `100 Continue`.
    is_continue_due: bool,
}

/// What of the request under way binds its response.
#[derive(Clone, Copy, Debug)]
struct Request {
    version: Version,
    is_head: bool,
}

/// How the content of the response under way is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    /// There is none.
    Nothing,
    /// As it is.
    Plain,
    /// In chunks.
    Chunks,
}

/// What the deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    /// The clock has not been read since the last response.
    Unset,
    /// A first byte.
    Idle,
    /// The rest of a head.
    Head,
    /// The rest of a content.
    Content,
}

impl Connection {
    /// A connection on which nothing has happened yet.
    pub fn new(limits: Limits, now: Instant) -> Connection {
        Connection {
            kept: None,
            progress: Progress::default(),
            stream: StreamId(0),
            since: now,
            idle_milliseconds: u32::try_from(limits.idle.as_millis()).unwrap_or(u32::MAX),
            content: Content::Length(0),
            state: State::Idle,
            waiting: Waiting::Idle,
            request: Request { version: Version::Http11, is_head: false },
            sending: Sending::Nothing,
            has_ended: false,
            is_last: false,
            has_skipped_line: false,
            has_timed_out: false,
            is_continue_due: false,
        }
    }

    /// The bytes kept from before, to be put before those that arrive now. Usually there are none, and what arrives is
    /// understood where it is.
    pub fn take_kept(&mut self) -> Option<Vec<u8>> {
        self.kept.take()
    }

    /// Keeps what is not understood yet: a part of a head, or requests behind a response under way.
    pub fn keep(&mut self, input: Input<'_>) {
        let remaining = input.remaining();
        let is_over = matches!(self.state, State::Refused | State::MustClose);
        // Behind the last request nothing is read, so it is nothing to keep.
        if remaining.is_empty() || is_over || self.state == State::Responding && self.is_last {
            return;
        }
        match &mut self.kept {
            Some(kept) => kept.extend_from_slice(remaining),
            None => self.kept = Some(remaining.to_vec()),
        }
    }

    /// What the peer has done next. `None`: more bytes are needed, or first the end of the response under way.
    ///
    /// `recent` is only to save work: with any, the events are the same.
    pub fn poll_event<'a>(
        &mut self,
        input: &mut Input<'a>,
        recent: &mut RecentSections,
        now: Instant,
    ) -> Option<Event<'a>> {
        match self.state {
            State::Idle => self.poll_head(input, recent, now),
            State::Receiving => self.poll_content(input, now),
            State::Responding | State::Refused | State::MustClose => None,
        }
    }

    fn poll_head<'a>(&mut self, input: &mut Input<'a>, recent: &mut RecentSections, now: Instant) -> Option<Event<'a>> {
        let bytes = input.remaining();
        if bytes.is_empty() {
            return self.wait_for_head(now);
        }
        let mut head = RequestHead {
            method: Method::Get,
            target: &[],
            authority: &[],
            version: Version::Http11,
            fields: Fields::new(),
        };
        let (framing, mut since) = if self.progress.is_new()
            && let Ok((length, framing)) = head::read(bytes, &mut head, recent)
        {
            input.take(length);
            (framing, now)
        } else {
            head.fields = Fields::new();
            match self.search_head(input, &mut head, recent) {
                Ok(Some(framing)) => (framing, if self.waiting == Waiting::Head { self.since } else { now }),
                Ok(None) => return self.wait_for_head(now),
                Err(reason) => return Some(self.refuse(reason, bytes)),
            }
        };
        self.is_last |= !framing.is_persistent;
        self.request = Request { version: head.version, is_head: head.method == Method::Head };
        let step = match framing.content {
            ContentLength::None => Step::Request,
            ContentLength::Known(length) => {
                (self.content, since) = (Content::Length(length), now);
                Step::RequestHead
            }
            ContentLength::Unknown => {
                (self.content, since) = (Content::chunked(), now);
                Step::RequestHead
            }
        };
        self.state = next(self.state, step);
        (self.waiting, self.since) = (Waiting::Content, since);
        (self.has_skipped_line, self.has_timed_out) = (false, false);
        self.is_continue_due = framing.expects_continue && !self.content.is_too_large();
        let expects_continue = self.is_continue_due;
        Some(Event::Request { stream: self.stream, head, content: framing.content, expects_continue })
    }

    /// A head that is not at hand as a whole, or breaks a rule. What follows from it when it is complete now.
    #[cold]
    fn search_head<'a>(
        &mut self,
        input: &mut Input<'a>,
        head: &mut RequestHead<'a>,
        recent: &mut RecentSections,
    ) -> Result<Option<Framing>, Reason> {
        if !self.has_skipped_line && input.remaining().starts_with(b"\r\n") {
            input.take(2);
            self.has_skipped_line = true;
            self.progress = Progress::default();
        }
        let bytes = input.remaining();
        // A handshake record of TLS (RFC 8446 §5.1); no method begins so.
        if bytes.first() == Some(&0x16) {
            return Err(Reason::TlsOnPlainPort);
        }
        let Some(length) = self.progress.search(bytes)? else { return Ok(None) };
        self.progress = Progress::default();
        let (_, framing) = head::read(input.take(length), head, recent)?;
        Ok(Some(framing))
    }

    /// The head is not complete: how long may it take?
    fn wait_for_head<'a>(&mut self, now: Instant) -> Option<Event<'a>> {
        // Bytes were looked at, here or in a turn before: a head has begun.
        let waiting = if self.progress.is_new() { Waiting::Idle } else { Waiting::Head };
        if self.has_ended || self.has_timed_out {
            return Some(match (waiting, self.has_ended) {
                (Waiting::Head, true) => self.refuse(Reason::Truncated, &[]),
                (Waiting::Head, false) => self.refuse(Reason::HeadTimeout, &[]),
                (_, has_ended) => {
                    self.state = next(self.state, Step::Closed);
                    Event::Closed(if has_ended { End::Peer } else { End::Idle })
                }
            });
        }
        // The clock of a head begins with its first byte, and no later byte sets it back.
        if self.waiting != waiting {
            (self.waiting, self.since) = (waiting, now);
        }
        None
    }

    fn poll_content<'a>(&mut self, input: &mut Input<'a>, now: Instant) -> Option<Event<'a>> {
        match self.content.next(input) {
            Ok(Part::Bytes(bytes)) => {
                // RFC 9110 §10.1.1: who sends content waits no more.
                self.is_continue_due = false;
                Some(Event::Content { stream: self.stream, bytes })
            }
            Ok(Part::End) => {
                self.state = next(self.state, Step::RequestEnd);
                self.since = now;
                Some(Event::RequestEnd { stream: self.stream })
            }
            Ok(Part::NeedsMore) if self.has_ended => Some(self.refuse(Reason::Truncated, &[])),
            Ok(Part::NeedsMore) if self.has_timed_out => Some(self.refuse(Reason::ContentTimeout, &[])),
            Ok(Part::NeedsMore) => None,
            Err(reason) => Some(self.refuse(reason, &[])),
        }
    }

    /// `head`: what is at hand of a head that was refused.
    #[cold]
    fn refuse<'a>(&mut self, reason: Reason, head: &[u8]) -> Event<'a> {
        // RFC 9113 §3.4: a preface is the first that a client sends, or it is none.
        let is_first = self.stream == StreamId(0) && !self.has_skipped_line;
        let reason = match reason {
            Reason::Http2Preface if !is_first => Reason::UnsupportedVersion,
            reason => reason,
        };
        if self.state == State::Idle {
            // Nothing of a broken head is to be believed, so it is answered as HTTP/1.1; but that HEAD gets no content
            // (RFC 9110 §9.3.2).
            self.request = Request { version: Version::Http11, is_head: head.starts_with(b"HEAD ") };
        }
        self.state = next(self.state, Step::Fault);
        self.is_last = true;
        Event::Fault(Fault::new(self.stream, reason))
    }

    /// When the first byte of the head came that was given out last; when content follows it, when the head was complete.
    pub fn head_since(&self) -> Instant {
        self.since
    }

    /// The peer will send nothing more. What it sent before is still answered.
    pub fn handle_end_of_input(&mut self, _now: Instant) {
        self.has_ended = true;
    }

    /// The deadline has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.has_timed_out = self.poll_deadline().is_some_and(|deadline| now >= deadline);
    }

    /// When the first byte of a head was there that is not complete.
    #[inline]
    pub fn head_began(&self) -> Option<Instant> {
        (self.state == State::Idle && self.waiting == Waiting::Head).then_some(self.since)
    }

    /// When something must have happened. None while a response is under way: that is the server's to watch.
    pub fn poll_deadline(&self) -> Option<Instant> {
        let after = match (self.state, self.waiting) {
            (State::Idle, Waiting::Head) => limit::HEAD_TIMEOUT,
            (State::Idle, _) => Duration::from_millis(u64::from(self.idle_milliseconds)),
            (State::Receiving, _) => limit::CONTENT_TIMEOUT,
            (State::Responding | State::Refused | State::MustClose, _) => return None,
        };
        Some(self.since + after)
    }

    /// Writes `100 Continue`, once, to a peer that still waits for it with its content (RFC 9110 §15.2.1).
    pub fn proceed(&mut self, out: &mut Vec<u8>) {
        if core::mem::take(&mut self.is_continue_due) && self.state == State::Receiving {
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
    }

    /// Writes the head of a response: `fields`, and those that belong to the message: Date, Content-Length or
    /// Transfer-Encoding, Connection. `length`: of the content in bytes; `None`: not known yet.
    pub fn respond(
        &mut self,
        stream: StreamId,
        status: Status,
        fields: &[Field],
        length: Option<u64>,
        date: &[u8; 29],
        out: &mut Vec<u8>,
    ) -> Sends {
        debug_assert_eq!(stream, self.stream);
        self.is_last |= self.state == State::Receiving;
        let has_content = !self.request.is_head && !status.has_no_content();
        let framed = match length {
            _ if status.has_no_content() => Framed::Unsaid,
            Some(length) => Framed::Length(length),
            None if !has_content => Framed::Unsaid,
            None if self.request.version == Version::Http10 => {
                // RFC 9112 §6.3 item 8: the end of the connection is the end of the content.
                self.is_last = true;
                Framed::Unsaid
            }
            None => Framed::Chunked,
        };
        let persistence = match self.request.version {
            _ if self.is_last => Persistence::Close,
            Version::Http10 => Persistence::KeepAlive,
            _ => Persistence::Unsaid,
        };
        encode::head(status, fields, framed, persistence, date, out);
        self.sending = match framed {
            _ if !has_content => Sending::Nothing,
            Framed::Chunked => Sending::Chunks,
            Framed::Length(_) | Framed::Unsaid => Sending::Plain,
        };
        if has_content { Sends::Content } else { Sends::Nothing }
    }

    /// Notes that a response made by [`ready_head`] is sent. False: this exchange must say something about the
    /// connection, so `respond` has to write its head.
    pub fn respond_ready(&mut self, stream: StreamId) -> bool {
        debug_assert_eq!(stream, self.stream);
        self.sending = Sending::Plain;
        self.state == State::Responding && !self.is_last && self.request.version == Version::Http11
    }

    /// Writes a piece of a content whose length was not known.
    pub fn frame(&mut self, stream: StreamId, piece: &[u8], out: &mut Vec<u8>) {
        debug_assert_eq!(stream, self.stream);
        match self.sending {
            Sending::Nothing => {}
            Sending::Plain => out.extend_from_slice(piece),
            Sending::Chunks => encode::chunk(piece, out),
        }
    }

    /// The response is complete. The next request may be read, if there can be one.
    pub fn finish(&mut self, stream: StreamId, out: &mut Vec<u8>) {
        debug_assert_eq!(stream, self.stream);
        if self.sending == Sending::Chunks {
            out.extend_from_slice(encode::LAST_CHUNK);
        }
        self.sending = Sending::Nothing;
        self.state = next(self.state, if self.is_last { Step::LastResponseEnd } else { Step::ResponseEnd });
        self.stream = StreamId(self.stream.0.wrapping_add(1));
        self.waiting = Waiting::Unset;
    }

    /// The response under way, or the next, is the last.
    pub fn refuse_more(&mut self) {
        self.is_last = true;
    }

    /// Whether nothing more is read, and all was said.
    pub fn is_closing(&self) -> bool {
        self.state == State::MustClose
    }

    /// Whether the connection stands between two requests, and nothing of the next has come.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle && self.kept.is_none()
    }
}

/// The head of a response that is made once and sent many times: the bytes, and where the value of `Date` stands in
/// them. It says nothing about the connection; see [`Connection::respond_ready`].
pub fn ready_head(status: Status, fields: &[Field], length: Option<u64>) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(512);
    let framed = length.map_or(Framed::Unsaid, Framed::Length);
    let date_at = encode::head(status, fields, framed, Persistence::Unsaid, &[b' '; 29], &mut out);
    (out, date_at)
}

// Ten thousand idle connections are a normal evening.
const _: () = assert!(size_of::<Connection>() <= 96);
