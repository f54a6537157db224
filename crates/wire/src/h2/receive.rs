//! From bytes to events: frames in, one after the other.

use super::error::ErrorCode;
use super::frame::{self, HEADER_BYTES, Header, flag, kind};
use super::head::{Framing, Head, Refusal};
use super::priority::Priority;
use super::settings::WINDOW_DEFAULT;
use super::state::{State, Step, StreamState, StreamStep, next, next_stream};
use super::stream::Stream;
use super::{Block, Connection, FAREWELL, PREFACE};
use crate::connection::{End, StreamId};
use crate::fault::{Fault, Reason, Scope};
use crate::input::Input;
use crate::limit;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::take;
use semantics::Instant;

/// An event, but for the head that is lent with it.
#[derive(Debug)]
pub(crate) enum Told<'i> {
    Request { stream: u32, framing: Framing, has_ended: bool },
    Content { stream: u32, bytes: &'i [u8] },
    RequestEnd { stream: u32 },
    Cancelled { stream: u32 },
    Fault(Fault),
    Closed(End),
}

/// A broken rule, and how much must stop for it (RFC 9113 §5.4).
enum Breach {
    Connection(u32, Reason),
    Stream(u32, Reason),
}

impl Breach {
    fn connection(reason: Reason) -> Breach {
        Breach::Connection(0, reason)
    }
}

/// What a step of reading came to.
enum Progress<'i> {
    /// A frame is done with, and there was nothing to tell.
    Done,
    Told(Told<'i>),
    /// More bytes are needed.
    Waits,
}

type Stepped<'i> = Result<Progress<'i>, Breach>;

fn told<'i>(told: Option<Told<'i>>) -> Progress<'i> {
    told.map_or(Progress::Done, Progress::Told)
}

impl Connection {
    /// Reads until there is something to tell.
    pub(super) fn receive<'i>(
        &mut self,
        input: &mut Input<'i>,
        head: &mut Head,
        out: &mut Vec<u8>,
        now: Instant,
    ) -> Option<Told<'i>> {
        while self.state != State::Over {
            match self.step(input, head, out, now) {
                Ok(Progress::Done) => {}
                Ok(Progress::Told(told)) => return Some(told),
                Ok(Progress::Waits) => return self.wait(input, out, now),
                Err(Breach::Connection(stream, reason)) => return Some(self.fail(stream, reason, out)),
                Err(Breach::Stream(stream, reason)) => return Some(self.fail_stream(stream, reason, out, now)),
            }
        }
        None
    }

    fn step<'i>(&mut self, input: &mut Input<'i>, head: &mut Head, out: &mut Vec<u8>, now: Instant) -> Stepped<'i> {
        if self.skipping > 0 {
            self.skipping -= input.take(self.skipping as usize).len() as u32;
            return Ok(if self.skipping > 0 { Progress::Waits } else { Progress::Done });
        }
        if self.data.is_some() {
            return self.content(input, out);
        }
        let bytes = input.remaining();
        if self.state == State::Preface {
            let length = bytes.len().min(PREFACE.len());
            if bytes[..length] != PREFACE[..length] {
                return Err(Breach::connection(Reason::InvalidPreface));
            }
            if length < PREFACE.len() {
                return Ok(Progress::Waits);
            }
            input.take(length);
            self.state = next(self.state, Step::Preface);
            return Ok(Progress::Done);
        }
        let Some(header) = Header::read(bytes) else { return Ok(Progress::Waits) };
        if header.length as usize > limit::FRAME_BYTES_MAX {
            return Err(Breach::connection(Reason::FrameTooLong));
        }
        if self.state == State::Settings && (header.kind != kind::SETTINGS || header.has(flag::ACK)) {
            return Err(Breach::connection(Reason::MissingSettings));
        }
        if let Some(block) = &self.block
            && (header.kind != kind::CONTINUATION || header.stream != block.stream)
        {
            return Err(Breach::connection(Reason::InterruptedFieldBlock));
        }
        match header.kind {
            kind::DATA => self.begin_data(&header, input, out, now),
            ..=kind::CONTINUATION | kind::PRIORITY_UPDATE => {
                let length = HEADER_BYTES + header.length as usize;
                if bytes.len() < length {
                    return Ok(Progress::Waits);
                }
                let payload = &input.take(length)[HEADER_BYTES..];
                self.frame_since = None;
                self.frame(&header, payload, head, out, now).map(told)
            }
            // RFC 9113 §4.1: frames of unknown types are passed over.
            _ => {
                input.take(HEADER_BYTES);
                self.frame_since = None;
                self.skipping = header.length;
                self.talk(now)?;
                Ok(Progress::Done)
            }
        }
    }

    /// More bytes are needed: how long may they take?
    fn wait<'i>(&mut self, input: &Input<'i>, out: &mut Vec<u8>, now: Instant) -> Option<Told<'i>> {
        let is_partial = !input.remaining().is_empty();
        if self.has_ended {
            // Nothing more of these will come.
            while let Some(id) = self.streams.first(|stream| stream.state == StreamState::Answered) {
                self.remove(id);
            }
            let is_within = is_partial || self.block.is_some() || self.data.is_some() || self.skipping > 0;
            let is_awaited = self.streams.iter().any(|stream| stream.state == StreamState::Open && !stream.is_unread);
            if is_within || is_awaited || self.state == State::Settings {
                return Some(self.fail(0, Reason::Truncated, out));
            }
            if self.streams.is_empty() {
                self.state = next(self.state, Step::End);
                return Some(Told::Closed(End::Peer));
            }
        }
        // The clock of a frame begins with its first byte, and no later byte sets it back.
        if is_partial && self.state != State::Preface {
            self.frame_since = self.frame_since.or(Some(now));
        }
        self.rest(now);
        None
    }

    fn frame<'i>(
        &mut self,
        header: &Header,
        payload: &[u8],
        head: &mut Head,
        out: &mut Vec<u8>,
        now: Instant,
    ) -> Result<Option<Told<'i>>, Breach> {
        let is_of_connection =
            matches!(header.kind, kind::SETTINGS | kind::PING | kind::GOAWAY | kind::PRIORITY_UPDATE);
        // WINDOW_UPDATE is of both.
        if header.kind != kind::WINDOW_UPDATE && is_of_connection != (header.stream == 0) {
            return Err(Breach::Connection(header.stream, Reason::InvalidStreamId));
        }
        match header.kind {
            kind::HEADERS => return self.headers(header, payload, head, now),
            kind::CONTINUATION => return self.continuation(header, payload, head, now),
            kind::RST_STREAM => return self.rst_stream(header, payload, now),
            kind::PUSH_PROMISE => return Err(Breach::connection(Reason::PushFromClient)),
            _ => {}
        }
        // All others move nothing by themselves.
        self.talk(now)?;
        match header.kind {
            kind::SETTINGS => self.settings(header, payload, out, now)?,
            kind::PING => {
                let data = frame::ping::read(payload).map_err(Breach::connection)?;
                match header.has(flag::ACK) {
                    false => frame::ping::write(data, true, out),
                    true if data == FAREWELL && self.state == State::Leaving => self.say_farewell(out, now),
                    true => {}
                }
            }
            kind::GOAWAY => frame::goaway::check(payload).map_err(Breach::connection)?,
            kind::WINDOW_UPDATE => self.window_update(header.stream, payload)?,
            kind::PRIORITY => {
                if let Err(reason) = frame::priority::check(payload) {
                    // RFC 9113 §6.3: of the stream; but one that is not open cannot be reset.
                    return Err(match self.is_idle_stream(header.stream) {
                        true => Breach::Connection(header.stream, reason),
                        false => Breach::Stream(header.stream, reason),
                    });
                }
            }
            kind::PRIORITY_UPDATE => {
                let (id, priority) = frame::priority_update::read(payload).map_err(Breach::connection)?;
                self.prioritize(id, priority)?;
            }
            _ => {}
        }
        Ok(None)
    }

    /// A frame that moves nothing has come.
    fn talk(&mut self, now: Instant) -> Result<(), Breach> {
        if self.talk.take(now) { Ok(()) } else { Err(Breach::connection(Reason::TooMuchTalk)) }
    }

    fn settings(&mut self, header: &Header, payload: &[u8], out: &mut Vec<u8>, now: Instant) -> Result<(), Breach> {
        if header.has(flag::ACK) {
            return match payload {
                [] => Ok(()),
                _ => Err(Breach::connection(Reason::InvalidFrameLength)),
            };
        }
        let before = self.peer.initial_window;
        self.peer.apply(payload, &mut self.encoder).map_err(Breach::connection)?;
        // RFC 9113 §6.9.2: windows of open streams change by as much.
        let difference = i64::from(self.peer.initial_window) - i64::from(before);
        if difference != 0 {
            // A frame that opens all of them may make us write one for each: it costs more than others.
            for _ in 0..self.streams.len() / STREAMS_A_TOKEN {
                self.talk(now)?;
            }
            for stream in self.streams.iter_mut() {
                let window = i64::from(stream.send_window) + difference;
                stream.send_window = i32::try_from(window).map_err(|_| Breach::connection(Reason::WindowOverflow))?;
            }
            self.may_send = true;
        }
        frame::settings::write_answer(out);
        let is_first = self.state == State::Settings;
        self.state = next(self.state, Step::Settings);
        if is_first && self.is_draining {
            self.refuse_more(out, now);
        }
        Ok(())
    }

    fn window_update(&mut self, id: u32, payload: &[u8]) -> Result<(), Breach> {
        let increment = frame::window_update::read(payload).map_err(Breach::connection)?;
        let added = |window: i32| match increment {
            0 => Err(Reason::EmptyWindowUpdate),
            _ => i32::try_from(i64::from(window) + i64::from(increment)).map_err(|_| Reason::WindowOverflow),
        };
        if id == 0 {
            self.send_window = added(self.send_window).map_err(Breach::connection)?;
        } else if self.is_idle_stream(id) {
            return Err(Breach::Connection(id, Reason::IdleStream));
        } else if let Some(stream) = self.streams.get_mut(id) {
            stream.send_window = added(stream.send_window).map_err(|reason| Breach::Stream(id, reason))?;
        }
        self.may_send = true;
        Ok(())
    }

    fn prioritize(&mut self, id: u32, priority: Priority) -> Result<(), Breach> {
        if id.is_multiple_of(2) {
            return Err(Breach::connection(Reason::InvalidPriorityUpdate));
        }
        match self.streams.get_mut(id) {
            Some(stream) => stream.priority = priority,
            None if id > self.seen => self.early = Some((id, priority)),
            None => {}
        }
        Ok(())
    }

    fn rst_stream<'i>(&mut self, header: &Header, payload: &[u8], now: Instant) -> Result<Option<Told<'i>>, Breach> {
        let id = header.stream;
        frame::rst_stream::check(payload).map_err(|reason| Breach::Connection(id, reason))?;
        if self.is_idle_stream(id) {
            return Err(Breach::Connection(id, Reason::IdleStream));
        }
        if !self.remove(id) {
            self.talk(now)?;
            return Ok(None);
        }
        // CVE-2023-44487: a request costs us more than it costs to give it up.
        if !self.resets.take(now) {
            return Err(Breach::Connection(id, Reason::TooManyResets));
        }
        Ok(Some(Told::Cancelled { stream: id }))
    }

    fn headers<'i>(
        &mut self,
        header: &Header,
        payload: &[u8],
        head: &mut Head,
        now: Instant,
    ) -> Result<Option<Told<'i>>, Breach> {
        let id = header.stream;
        let fragment = frame::headers::read(header, payload).map_err(|reason| Breach::Connection(id, reason))?;
        // RFC 9113 §5.1.1: the streams of a client have odd numbers.
        if id.is_multiple_of(2) {
            return Err(Breach::Connection(id, Reason::InvalidStreamId));
        }
        let is_last = header.has(flag::END_STREAM);
        if header.has(flag::END_HEADERS) {
            return self.field_block(id, is_last, fragment, head, now);
        }
        let bytes = fragment.to_vec();
        self.block = Some(Box::new(Block { stream: id, is_last, bytes, continuations: 0, since: now }));
        Ok(None)
    }

    fn continuation<'i>(
        &mut self,
        header: &Header,
        payload: &[u8],
        head: &mut Head,
        now: Instant,
    ) -> Result<Option<Told<'i>>, Breach> {
        let id = header.stream;
        let block = self.block.as_mut().ok_or(Breach::Connection(id, Reason::UnexpectedContinuation))?;
        block.continuations += 1;
        if block.continuations > limit::CONTINUATIONS_MAX {
            return Err(Breach::Connection(id, Reason::TooManyContinuations));
        }
        if block.bytes.len() + payload.len() > limit::FIELD_BLOCK_BYTES_MAX {
            return Err(Breach::Connection(id, Reason::FieldBlockTooLong));
        }
        block.bytes.extend_from_slice(payload);
        match self.block.take_if(|_| header.has(flag::END_HEADERS)) {
            Some(block) => self.field_block(id, block.is_last, &block.bytes, head, now),
            None => Ok(None),
        }
    }

    /// A field block is complete. Whatever becomes of it, it is decoded, for the tables of both sides to be the same.
    fn field_block<'i>(
        &mut self,
        id: u32,
        is_last: bool,
        block: &[u8],
        head: &mut Head,
        now: Instant,
    ) -> Result<Option<Told<'i>>, Breach> {
        let state = self.streams.get(id).map(|stream| stream.state);
        head.begin(state.is_some());
        let mut scratch = take(&mut head.scratch);
        let decoded = self.decoder.decode(block, &mut scratch, |name, value| head.line(name, value));
        head.scratch = scratch;
        decoded.map_err(|reason| Breach::Connection(id, reason))?;
        match state {
            Some(StreamState::Open | StreamState::Answered) => self.trailers(id, is_last, head),
            Some(StreamState::Responding | StreamState::Closed) => Err(Breach::Stream(id, Reason::ClosedStream)),
            None if id > self.seen => self.open(id, is_last, head, now),
            None if self.is_late(id) => self.talk(now).map(|()| None),
            None if self.skipped.0 < id && id < self.skipped.1 => Err(Breach::Connection(id, Reason::InvalidStreamId)),
            None => Err(Breach::Connection(id, Reason::ClosedStream)),
        }
    }

    fn trailers<'i>(&mut self, id: u32, is_last: bool, head: &Head) -> Result<Option<Told<'i>>, Breach> {
        if !is_last {
            return Err(Breach::Stream(id, Reason::UnendedTrailers));
        }
        head.end_trailers().map_err(|reason| Breach::Stream(id, reason))?;
        self.end_request(id)
    }

    /// A new stream.
    fn open<'i>(&mut self, id: u32, is_last: bool, head: &mut Head, now: Instant) -> Result<Option<Told<'i>>, Breach> {
        if id > self.seen + 2 {
            self.skipped = (self.seen, id);
        }
        self.seen = id;
        // RFC 9113 §6.8: beyond what the last word said, nothing is dealt with.
        if self.state == State::Left {
            return self.talk(now).map(|()| None);
        }
        if self.streams.len() >= limit::STREAMS_MAX {
            return Err(Breach::Stream(id, Reason::TooManyStreams));
        }
        (self.taken, self.idle_since) = (id, None);
        self.talk.give(limit::TALK_A_REQUEST);
        let ended = head.end(is_last, self.is_secured);
        if let Err(Refusal::Malformed(reason)) = ended {
            return Err(Breach::Stream(id, reason));
        }
        let early = self.early.take_if(|(of, _)| *of <= id).filter(|(of, _)| *of == id).map(|(_, early)| early);
        let framing = ended.ok();
        self.streams.push(Stream {
            id,
            state: if is_last { StreamState::Responding } else { StreamState::Open },
            // RFC 9218 §7: the frame is the newer word.
            priority: early.unwrap_or_else(|| head.priority().map_or_else(Priority::default, Priority::parse)),
            is_head: head.is_head(),
            is_continue_due: framing.is_some_and(|framing| framing.expects_continue && !framing.is_too_large()),
            is_unread: framing.is_none(),
            is_complete: false,
            is_sending: false,
            offered: 0,
            send_window: self.peer.initial_window,
            receive_window: WINDOW_DEFAULT,
            received: 0,
            expected: framing.and_then(|framing| framing.expected),
            stalled_since: None,
            moved: 0,
            turn: 0,
            since: now,
        });
        Ok(Some(match ended {
            Ok(framing) => Told::Request { stream: id, framing, has_ended: is_last },
            Err(Refusal::Malformed(reason) | Refusal::Answered(reason)) => {
                Told::Fault(Fault::of_stream(StreamId(id), reason))
            }
        }))
    }

    /// The request of a stream is complete.
    fn end_request<'i>(&mut self, id: u32) -> Result<Option<Told<'i>>, Breach> {
        let Some(stream) = self.streams.get_mut(id) else { return Ok(None) };
        if !stream.is_unread && stream.expected.is_some_and(|expected| expected != stream.received) {
            return Err(Breach::Stream(id, Reason::ContentLengthMismatch));
        }
        stream.state = next_stream(stream.state, StreamStep::RequestEnd);
        if stream.state == StreamState::Closed {
            self.remove(id);
            return Ok(None);
        }
        let is_told = !stream.is_unread;
        Ok(is_told.then_some(Told::RequestEnd { stream: id }))
    }

    fn begin_data<'i>(
        &mut self,
        header: &Header,
        input: &mut Input<'i>,
        out: &mut Vec<u8>,
        now: Instant,
    ) -> Stepped<'i> {
        let id = header.stream;
        if id == 0 {
            return Err(Breach::connection(Reason::InvalidStreamId));
        }
        if self.is_idle_stream(id) {
            return Err(Breach::Connection(id, Reason::IdleStream));
        }
        let payload = &input.remaining()[HEADER_BYTES..];
        let read = frame::data::Data::read(header, payload).map_err(|reason| Breach::Connection(id, reason))?;
        let Some((data, ahead)) = read else { return Ok(Progress::Waits) };
        input.take(HEADER_BYTES + ahead);
        self.frame_since = None;
        // RFC 9113 §6.9: padding is counted, and what nobody reads is too.
        let length = data.length as i32;
        if length > self.receive_window {
            return Err(Breach::Connection(id, Reason::WindowExceeded));
        }
        self.receive_window -= length;
        let is_late = self.is_late(id);
        if is_late || (data.content as usize) < limit::SMALL_DATA_BYTES && !data.is_last {
            self.talk(now)?;
        }
        match self.account(&data) {
            Ok(is_too_large) => {
                self.data = Some(data);
                let fault = Fault::of_stream(StreamId(id), Reason::ContentTooLarge);
                Ok(if is_too_large { Progress::Told(Told::Fault(fault)) } else { Progress::Done })
            }
            Err(reason) => {
                self.skipping = data.content + data.padding;
                self.open_window(out);
                if is_late { Ok(Progress::Done) } else { Err(Breach::Stream(id, reason)) }
            }
        }
    }

    /// Counts a DATA frame for its stream. Whether its content is beyond what we read.
    fn account(&mut self, data: &frame::data::Data) -> Result<bool, Reason> {
        let stream = self.streams.get_mut(data.stream).ok_or(Reason::ClosedStream)?;
        if stream.state == StreamState::Responding {
            return Err(Reason::ClosedStream);
        }
        // A frame is shorter than 2^24.
        if data.length as i32 > stream.receive_window {
            return Err(Reason::WindowExceeded);
        }
        stream.receive_window -= data.length as i32;
        stream.received += u64::from(data.content);
        if stream.is_unread {
            return Ok(false);
        }
        if stream.expected.is_some_and(|expected| stream.received > expected) {
            return Err(Reason::ContentLengthMismatch);
        }
        stream.is_unread = stream.received > limit::CONTENT_BYTES_MAX;
        Ok(stream.is_unread)
    }

    /// The content of a DATA frame, as it comes.
    fn content<'i>(&mut self, input: &mut Input<'i>, out: &mut Vec<u8>) -> Stepped<'i> {
        // It is there: that is when this is called.
        let Some(data) = &mut self.data else { return Ok(Progress::Done) };
        let id = data.stream;
        if data.content > 0 {
            let bytes = input.take(data.content as usize);
            if bytes.is_empty() {
                return Ok(Progress::Waits);
            }
            data.content -= bytes.len() as u32;
            return Ok(match self.streams.get_mut(id) {
                Some(stream) if !stream.is_unread => {
                    // RFC 9110 §10.1.1: who sends content waits no more.
                    stream.is_continue_due = false;
                    Progress::Told(Told::Content { stream: id, bytes })
                }
                _ => Progress::Done,
            });
        }
        data.padding -= input.take(data.padding as usize).len() as u32;
        if data.padding > 0 {
            return Ok(Progress::Waits);
        }
        let is_last = data.is_last;
        self.data = None;
        self.open_window(out);
        if is_last {
            return self.end_request(id).map(told);
        }
        let is_answered = |stream: &Stream| stream.state == StreamState::Answered;
        if let Some(stream) = self.streams.get(id)
            && is_answered(stream)
            && due_increment(stream.receive_window).is_some()
        {
            self.end_stream(id, ErrorCode::No, out);
        } else if let Some(stream) = self.streams.get_mut(id).filter(|stream| !stream.is_unread)
            && let Some(increment) = due_increment(stream.receive_window)
        {
            stream.receive_window = WINDOW_DEFAULT;
            frame::window_update::write(id, increment, out);
        }
        Ok(Progress::Done)
    }

    /// What was received is dealt with: the peer may send as much again.
    fn open_window(&mut self, out: &mut Vec<u8>) {
        if let Some(increment) = due_increment(self.receive_window) {
            self.receive_window = WINDOW_DEFAULT;
            frame::window_update::write(0, increment, out);
        }
    }

    /// A stream ends by a fault of the peer. Each counts: we can be made to reset streams (CVE-2025-8671).
    fn fail_stream<'i>(&mut self, id: u32, reason: Reason, out: &mut Vec<u8>, now: Instant) -> Told<'i> {
        self.end_stream(id, ErrorCode::of(reason), out);
        if !self.resets.take(now) {
            return self.fail(id, Reason::TooManyStreamFaults, out);
        }
        Told::Fault(Fault::told(StreamId(id), reason, Scope::Stream))
    }

    /// Whether nobody has opened it (RFC 9113 §5.1); those with even numbers would be ours.
    fn is_idle_stream(&self, id: u32) -> bool {
        id > self.seen || id.is_multiple_of(2)
    }

    /// Whether the peer may not know yet that nobody reads it: we have reset it (RFC 9113 §5.1), or it is beyond the last
    /// one that is dealt with (§6.8).
    fn is_late(&self, id: u32) -> bool {
        self.reset.contains(&id) || self.state == State::Left && id > self.taken
    }
}

/// Streams whose windows change with a setting, for a token more of the budget for talk.
const STREAMS_A_TOKEN: usize = 8;

/// How much a window of ours is to be opened, once half of it is used: not a frame for each frame.
fn due_increment(window: i32) -> Option<u32> {
    let used = WINDOW_DEFAULT - window;
    (used >= WINDOW_DEFAULT / 2).then_some(used.unsigned_abs())
}
