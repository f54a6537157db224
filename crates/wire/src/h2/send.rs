//! From commands to bytes: responses, and the order in which their content goes.

use super::frame::{self, HEADER_BYTES};
use super::state::{StreamState, StreamStep, next_stream};
use super::stream::Stream;
use super::{Connection, schedule};
use crate::compress::hpack;
use crate::connection::{Sends, StreamId};
use crate::decimal;
use crate::grammar::is_sound;
use crate::h2::error::ErrorCode;
use crate::limit;
use alloc::vec::Vec;
use semantics::{Field, Instant, Status};

/// A frame header was written; so many bytes of that stream's content follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data {
    /// Whose content.
    pub stream: StreamId,
    /// How many bytes of what was offered; 0: only the end was to be said.
    pub length: u64,
}

impl Connection {
    /// Writes `100 Continue`, once, to a peer that still waits for it with its content (RFC 9110 §15.2.1).
    pub fn proceed(&mut self, stream: StreamId, out: &mut Vec<u8>) {
        let Some(of) = self.streams.get_mut(stream.0) else { return };
        if core::mem::take(&mut of.is_continue_due) && of.state == StreamState::Open {
            let start = self.begin_block(out);
            hpack::plain_status(Status::CONTINUE, out);
            frame::headers::write(stream.0, false, start, self.peer.frame_bytes_max as usize, out);
        }
    }

    /// Writes the head of a response: `fields`, and those that belong to the message: Date, Content-Length. `length`: of
    /// the content in bytes; `None`: not known yet. Where content follows, it is offered; else the stream is over.
    pub fn respond(
        &mut self,
        stream: StreamId,
        status: Status,
        fields: &[Field],
        length: Option<u64>,
        date: &[u8; 29],
        out: &mut Vec<u8>,
    ) -> Sends {
        // Given up, or reset for a fault.
        let Some(of) = self.unanswered(stream) else { return Sends::Nothing };
        let has_content = !of.is_head && !status.has_no_content() && length != Some(0);
        let start = self.begin_block(out);
        hpack::plain_status(status, out);
        hpack::plain_field(b"date", date, out);
        for_each_field(fields, |name, value| self.encoder.field(name, value, out));
        if let Some(length) = length.filter(|_| !status.has_no_content()) {
            self.encoder.field(b"content-length", decimal::write(length, &mut [0; 20]), out);
        }
        self.end_block(stream, has_content, start, out)
    }

    /// Writes a head made by [`ready_block`], as it is: it means the same on any connection.
    pub fn respond_ready(&mut self, stream: StreamId, block: &[u8], has_content: bool, out: &mut Vec<u8>) -> Sends {
        let Some(of) = self.unanswered(stream) else { return Sends::Nothing };
        let has_content = has_content && !of.is_head;
        let start = self.begin_block(out);
        out.extend_from_slice(block);
        self.end_block(stream, has_content, start, out)
    }

    fn unanswered(&self, stream: StreamId) -> Option<&Stream> {
        self.streams.get(stream.0).filter(|of| of.state != StreamState::Answered)
    }

    /// Makes room for a frame header, and writes what must stand at the start of any block. Returns where that is.
    fn begin_block(&mut self, out: &mut Vec<u8>) -> usize {
        out.extend_from_slice(&[0; HEADER_BYTES]);
        let start = out.len();
        self.encoder.begin(out);
        start
    }

    fn end_block(&mut self, stream: StreamId, has_content: bool, start: usize, out: &mut Vec<u8>) -> Sends {
        frame::headers::write(stream.0, !has_content, start, self.peer.frame_bytes_max as usize, out);
        if let Some(of) = self.streams.get_mut(stream.0) {
            // Answered early: what still comes of the request is nothing to anybody.
            of.is_unread |= of.state == StreamState::Open;
            of.is_continue_due = false;
            of.is_sending = has_content;
        }
        if has_content {
            return Sends::Content;
        }
        self.end_response(stream.0);
        Sends::Nothing
    }

    /// Writes the frame header for the whole content of a response, where all of it may go at once. The content follows,
    /// and the stream is over. False: it must be offered.
    pub fn send_whole(&mut self, stream: StreamId, length: u64, out: &mut Vec<u8>) -> bool {
        let window = self.send_window;
        let Some(of) = self.streams.get(stream.0) else { return false };
        let fits = |max: i32| i64::try_from(length).is_ok_and(|length| length <= i64::from(max));
        let is_at_once = of.is_sending && of.offered == 0 && of.state == StreamState::Responding;
        // Others wait for their turn.
        let is_alone = !self.may_send && self.stalled_since.is_none();
        if !(is_at_once && is_alone && fits(window) && fits(of.send_window) && fits(WHOLE_BYTES_MAX)) {
            return false;
        }
        // It fits a frame of any size that a peer can ask for.
        frame::data::write(stream.0, length as u32, true, out);
        self.note_sent(length);
        self.end_response(stream.0);
        true
    }

    /// So many bytes more of a response's content are ready.
    pub fn offer(&mut self, stream: StreamId, bytes: u64) {
        if let Some(of) = self.streams.get_mut(stream.0).filter(|of| of.is_sending) {
            of.offered += bytes;
            self.may_send = true;
        }
    }

    /// All content of a response is offered.
    pub fn finish(&mut self, stream: StreamId) {
        if let Some(of) = self.streams.get_mut(stream.0).filter(|of| of.is_sending) {
            of.is_complete = true;
            self.may_send = true;
        }
    }

    /// Gives a stream up: its content cannot be completed, and only a reset says so.
    pub fn reset(&mut self, stream: StreamId, out: &mut Vec<u8>) {
        if self.is_open(stream) {
            self.end_stream(stream.0, ErrorCode::Internal, out);
        }
    }

    /// Writes the next frame header of DATA, and says what must follow it. `None`: nothing can be sent now.
    pub fn poll_data(&mut self, out: &mut Vec<u8>, now: Instant) -> Option<Data> {
        self.now = now;
        let id = if self.may_send { schedule::next(&self.streams, self.send_window) } else { None };
        let Some(of) = id.and_then(|id| self.streams.get_mut(id)) else {
            self.note_stalls(now);
            self.rest(now);
            return None;
        };
        let window = u64::try_from(self.send_window.min(of.send_window)).unwrap_or(0);
        let length =
            of.offered.min(window).min(u64::from(self.peer.frame_bytes_max)).min(limit::FRAME_BYTES_MAX as u64);
        of.offered -= length;
        // Within the window.
        of.send_window -= length as i32;
        of.moved += length;
        self.turn += 1;
        of.turn = self.turn;
        let (id, is_last) = (of.id, of.is_complete && of.offered == 0);
        if of.offered == 0 {
            of.stalled_since = None;
        }
        frame::data::write(id, length as u32, is_last, out);
        self.note_sent(length);
        if is_last {
            self.end_response(id);
        }
        Some(Data { stream: StreamId(id), length })
    }

    fn note_sent(&mut self, length: u64) {
        // Within the window.
        self.send_window -= length as i32;
        self.moved += length;
        self.talk_bytes += length;
        if self.talk_bytes >= limit::TALK_BYTES {
            self.talk.give((self.talk_bytes / limit::TALK_BYTES) as u32);
            self.talk_bytes %= limit::TALK_BYTES;
        }
    }

    /// Nothing can be sent: begins the clocks of those that have something, and wait for the peer.
    fn note_stalls(&mut self, now: Instant) {
        if !core::mem::take(&mut self.may_send) {
            return;
        }
        let mut is_held_up = false;
        for stream in self.streams.iter_mut().filter(|stream| stream.has_output()) {
            if stream.send_window > 0 {
                is_held_up = true;
            } else if stream.stalled_since.is_none() {
                (stream.stalled_since, stream.moved) = (Some(now), 0);
            }
        }
        match (is_held_up, self.stalled_since) {
            (true, None) => (self.stalled_since, self.moved) = (Some(now), 0),
            (false, Some(_)) => self.stalled_since = None,
            _ => {}
        }
    }

    /// END_STREAM was sent.
    fn end_response(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        stream.is_sending = false;
        stream.stalled_since = None;
        stream.state = next_stream(stream.state, StreamStep::ResponseEnd);
        stream.since = self.now;
        if stream.state == StreamState::Closed {
            self.streams.remove(id);
        }
    }
}

/// The field block of a response that is made once and sent many times: it refers to the static table alone. And where
/// the value of `Date` stands in it.
pub fn ready_block(status: Status, fields: &[Field], length: Option<u64>) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(256);
    hpack::plain_status(status, &mut out);
    // `date` of the static table, a literal value that is not coded, 29 bytes: so it can be written over.
    out.extend_from_slice(&[0x0F, 33 - 15, 29]);
    let date_at = out.len();
    out.extend_from_slice(&[b' '; 29]);
    for_each_field(fields, |name, value| hpack::plain_field(name, value, &mut out));
    if let Some(length) = length.filter(|_| !status.has_no_content()) {
        hpack::plain_field(b"content-length", decimal::write(length, &mut [0; 20]), &mut out);
    }
    (out, date_at)
}

/// Gives each field with its name in lower case. One that could be read otherwise further on is left out: whoever made it
/// has made a mistake (RFC 9113 §8.2.1); so is one that HTTP/2 does not have (§8.2.2).
fn for_each_field(fields: &[Field], mut each: impl FnMut(&[u8], &[u8])) {
    let mut lower = Vec::new();
    for field in fields {
        let value = field.value.trim_ascii();
        lower.clear();
        lower.extend(field.name.bytes().map(|byte| byte.to_ascii_lowercase()));
        let is_of_connection = matches!(
            &lower[..],
            b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade"
        );
        if is_sound(&field.name, value) && !is_of_connection {
            each(&lower, value.as_bytes());
        }
    }
}

/// A content of one frame.
const WHOLE_BYTES_MAX: i32 = limit::FRAME_BYTES_MAX as i32;
