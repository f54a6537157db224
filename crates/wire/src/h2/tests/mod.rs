//! A connection with a false clock, driven as the server does; and what it writes, read back.

mod attack;
mod content;
mod drain;
mod flow;
mod frame;
mod head;
mod preface;
mod response;
mod split;

use super::frame::{HEADER_BYTES, Header, flag, kind};
use super::{Connection, Data, Head, PREFACE};
use crate::compress::hpack::{Decoder, Encoder};
use crate::{ContentLength, Event, Input, Limits, Scope, Sends, StreamId};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use semantics::{Instant, RequestHead, Status};

pub(super) const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";
pub(super) const GET: &[(&str, &str)] = &[(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")];
pub(super) const POST: &[(&str, &str)] =
    &[(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/")];

/// A frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut out = Vec::new();
    Header { length: payload.len() as u32, kind, flags, stream }.write(&mut out);
    out.extend_from_slice(payload);
    out
}

/// A field block that changes no table.
pub(super) fn block(lines: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in lines {
        crate::compress::hpack::plain_field(name.as_bytes(), value.as_bytes(), &mut out);
    }
    out
}

/// HEADERS with the whole block.
pub(super) fn headers(stream: u32, is_last: bool, lines: &[(&str, &str)]) -> Vec<u8> {
    let flags = flag::END_HEADERS | if is_last { flag::END_STREAM } else { 0 };
    frame(kind::HEADERS, flags, stream, block(lines))
}

pub(super) fn get(stream: u32) -> Vec<u8> {
    headers(stream, true, GET)
}

pub(super) fn data(stream: u32, is_last: bool, content: impl AsRef<[u8]>) -> Vec<u8> {
    frame(kind::DATA, if is_last { flag::END_STREAM } else { 0 }, stream, content)
}

pub(super) fn settings(settings: &[(u16, u32)]) -> Vec<u8> {
    let mut out = Vec::new();
    super::frame::settings::write(settings, &mut out);
    out
}

pub(super) fn window_update(stream: u32, increment: u32) -> Vec<u8> {
    frame(kind::WINDOW_UPDATE, 0, stream, increment.to_be_bytes())
}

pub(super) fn rst_stream(stream: u32) -> Vec<u8> {
    frame(kind::RST_STREAM, 0, stream, 8_u32.to_be_bytes())
}

/// The preface and SETTINGS without any.
pub(super) fn hello() -> Vec<u8> {
    [&PREFACE[..], &settings(&[])].concat()
}

/// A connection, what it told, and what it wrote.
pub(super) struct Trial {
    pub(super) connection: Connection,
    pub(super) now: Instant,
    pub(super) events: Vec<String>,
    pub(super) out: Vec<u8>,
    head: Head,
    /// Reads what it writes, as a client would.
    decoder: Decoder,
    /// What each complete request is answered with; `None`: nothing.
    pub(super) answer: Option<(Status, usize)>,
    /// Steps of reading and writing, for those who count work.
    pub(super) steps: usize,
}

impl Trial {
    /// Before the preface.
    pub(super) fn new() -> Trial {
        let now = Instant(1_000_000_000);
        let mut out = Vec::new();
        let connection = Connection::new(Limits::default(), false, now, &mut out);
        Trial {
            connection,
            now,
            events: Vec::new(),
            out,
            head: Head::default(),
            decoder: Decoder::new(),
            answer: Some((Status::NO_CONTENT, 0)),
            steps: 0,
        }
    }

    /// Behind preface and settings of both sides.
    pub(super) fn open() -> Trial {
        let mut trial = Trial::new();
        trial.receive(hello());
        trial.out.clear();
        trial
    }

    /// One that leaves requests unanswered.
    pub(super) fn silent() -> Trial {
        Trial { answer: None, ..Trial::open() }
    }

    /// One whose answers have so many bytes of content.
    pub(super) fn with_content(bytes: usize) -> Trial {
        Trial { answer: Some((Status::OK, bytes)), ..Trial::open() }
    }

    /// Bytes come from the peer.
    pub(super) fn receive(&mut self, bytes: impl AsRef<[u8]>) -> &mut Trial {
        let joined = self.connection.take_kept().map(|kept| [&kept, bytes.as_ref()].concat());
        let mut input = Input::new(joined.as_deref().unwrap_or(bytes.as_ref()));
        self.drive(&mut input);
        self.connection.keep(input);
        self
    }

    fn drive(&mut self, input: &mut Input<'_>) {
        let mut head = core::mem::take(&mut self.head);
        loop {
            self.steps += 1;
            match self.connection.poll_event(input, &mut head, &mut self.out, self.now) {
                Some(Event::Request { stream, head, content, expects_continue }) => {
                    self.events.push(request(stream, &head, content, expects_continue));
                    if content == ContentLength::None {
                        self.complete(stream);
                    } else if self.answer.is_some() && expects_continue {
                        self.connection.proceed(stream, &mut self.out);
                    }
                }
                Some(Event::Content { stream, bytes }) => {
                    assert!(!bytes.is_empty());
                    let (text, start) = (bytes.escape_ascii(), format!("{} content ", stream.0));
                    match self.events.last_mut() {
                        Some(event) if event.starts_with(&start) => *event = format!("{event}{text}"),
                        _ => self.events.push(format!("{start}{text}")),
                    }
                }
                Some(Event::RequestEnd { stream }) => {
                    self.events.push(format!("{} end", stream.0));
                    self.complete(stream);
                }
                Some(Event::Cancelled { stream }) => self.events.push(format!("{} cancelled", stream.0)),
                Some(Event::Fault(fault)) => {
                    let code = fault.status().map(|status| format!(" {}", status.code())).unwrap_or_default();
                    let scope = if fault.scope() == Scope::Stream { "stream" } else { "connection" };
                    self.events.push(format!("{} fault of {scope}{code}: {fault}", fault.stream().0));
                    if let (Some(status), Some(_)) = (fault.status(), self.answer) {
                        self.respond(fault.stream().0, status, 0);
                    }
                }
                Some(Event::Closed(end)) => self.events.push(format!("closed {end:?}")),
                None => break,
            }
        }
        self.head = head;
        self.pump();
    }

    fn complete(&mut self, stream: StreamId) {
        if let Some((status, bytes)) = self.answer {
            self.respond(stream.0, status, bytes);
        }
    }

    /// A whole response, with content that is offered.
    pub(super) fn respond(&mut self, stream: u32, status: Status, bytes: usize) -> &mut Trial {
        let stream = StreamId(stream);
        let sends = self.connection.respond(stream, status, &[], Some(bytes as u64), DATE, &mut self.out);
        if sends == Sends::Content {
            self.connection.offer(stream, bytes as u64);
        }
        self.connection.finish(stream);
        self
    }

    /// Sends what can be sent; all content is `x`.
    pub(super) fn pump(&mut self) -> &mut Trial {
        while let Some(Data { length, .. }) = self.connection.poll_data(&mut self.out, self.now) {
            self.steps += 1;
            self.out.resize(self.out.len() + length as usize, b'x');
        }
        self
    }

    pub(super) fn end(&mut self) -> &mut Trial {
        self.connection.handle_end_of_input(self.now);
        self.receive("")
    }

    /// Time goes by; when the deadline passes, the connection is told so.
    pub(super) fn wait(&mut self, duration: Duration) -> &mut Trial {
        self.now = self.now + duration;
        if self.connection.poll_deadline().is_some_and(|deadline| deadline <= self.now) {
            self.connection.handle_timeout(self.now);
            // As the server does: what was kept stays where it is.
            self.drive(&mut Input::new(&[]));
        }
        self
    }

    pub(super) fn seconds(&mut self, seconds: u64) -> &mut Trial {
        self.wait(Duration::from_secs(seconds))
    }

    #[track_caller]
    pub(super) fn expect(&mut self, events: &[&str]) -> &mut Trial {
        assert_eq!(self.events, events);
        self.events.clear();
        self
    }

    /// What was written since the last look.
    #[track_caller]
    pub(super) fn expect_out(&mut self, frames: &[&str]) -> &mut Trial {
        assert_eq!(self.frames(), frames);
        self
    }

    #[track_caller]
    pub(super) fn frames(&mut self) -> Vec<String> {
        let out = core::mem::take(&mut self.out);
        shown(&out, &mut self.decoder)
    }
}

const CODES: [&str; 14] = [
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
];

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().expect("four bytes"))
}

/// Frames as a client reads them, one a line. A field block must be whole in its frame.
#[track_caller]
pub(super) fn shown(mut bytes: &[u8], decoder: &mut Decoder) -> Vec<String> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let header = Header::read(bytes).expect("a whole header");
        let payload = &bytes[HEADER_BYTES..HEADER_BYTES + header.length as usize];
        bytes = &bytes[HEADER_BYTES + header.length as usize..];
        let (stream, end) = (header.stream, if header.has(flag::END_STREAM) { " end" } else { "" });
        frames.push(match header.kind {
            kind::DATA => format!("DATA {stream} {}{end}", payload.len()),
            kind::HEADERS => {
                assert!(header.has(flag::END_HEADERS));
                let mut lines = String::new();
                let each = |name: &[u8], value: &[u8]| {
                    if name != b"date" {
                        lines += &format!(" {}={}", name.escape_ascii(), value.escape_ascii());
                    }
                };
                decoder.decode(payload, &mut Vec::new(), each).expect("a valid block");
                format!("HEADERS {stream}{end}{lines}")
            }
            kind::RST_STREAM => format!("RST_STREAM {stream} {}", CODES[number(payload) as usize]),
            kind::SETTINGS if header.has(flag::ACK) => "SETTINGS ack".to_owned(),
            kind::SETTINGS => format!("SETTINGS {}", payload.len() / 6),
            kind::PING if header.has(flag::ACK) => format!("PING ack {}", payload.escape_ascii()),
            kind::PING => format!("PING {}", payload.escape_ascii()),
            kind::GOAWAY => format!("GOAWAY {} {}", number(payload), CODES[number(&payload[4..]) as usize]),
            kind::WINDOW_UPDATE => format!("WINDOW_UPDATE {stream} {}", number(payload)),
            other => panic!("a server sends no frame of type {other}"),
        });
    }
    frames
}

fn request(stream: StreamId, head: &RequestHead<'_>, content: ContentLength, expects_continue: bool) -> String {
    let (method, target) = (head.method.as_bytes().escape_ascii(), head.target.escape_ascii());
    let content = match content {
        ContentLength::None => String::new(),
        ContentLength::Known(length) => format!(" +{length}"),
        ContentLength::Unknown => " +".to_owned(),
    };
    let expects = if expects_continue { " expects 100" } else { "" };
    let section = head.fields.section();
    let lines = if section.is_empty() { String::new() } else { format!(" {}", section.escape_ascii()) };
    format!("{} {method} {target} at {}{content}{expects}{lines}", stream.0, head.authority.escape_ascii())
}

/// Behind the preface, these bytes make these events and this output: whole, byte by byte and in threes.
#[track_caller]
pub(super) fn check(input: impl AsRef<[u8]>, events: &[&str], out: &[&str]) {
    let input = input.as_ref();
    for size in [usize::MAX, 1, 3] {
        let mut trial = Trial::open();
        for piece in input.chunks(size.min(input.len().max(1))) {
            trial.receive(piece);
        }
        assert_eq!(trial.events, events, "in pieces of {size}");
        assert_eq!(trial.frames(), out, "in pieces of {size}");
    }
}

/// The bytes end the connection, with this error and for this reason.
#[track_caller]
pub(super) fn check_goaway(input: impl AsRef<[u8]>, code: &str, reason: &str) {
    let input = input.as_ref();
    for size in [usize::MAX, 1, 3] {
        let mut trial = Trial::silent();
        for piece in input.chunks(size.min(input.len().max(1))) {
            trial.receive(piece);
        }
        let event = trial.events.last().cloned().unwrap_or_default();
        assert!(event.ends_with(&format!("fault of connection: {reason}")), "{event}, not {reason}");
        let frames = trial.frames();
        let last = frames.last().cloned().unwrap_or_default();
        assert!(last.starts_with("GOAWAY ") && last.ends_with(&format!(" {code}")), "{last}, not {code}");
        assert!(trial.connection.is_closing());
        // Nothing more is read.
        trial.receive(get(1001));
        assert_eq!((trial.events.last(), trial.out.len()), (Some(&event), 0));
    }
}

/// The bytes reset a stream, with this error and for this reason; the connection goes on.
#[track_caller]
pub(super) fn check_reset(input: impl AsRef<[u8]>, stream: u32, code: &str, reason: &str) {
    let input = input.as_ref();
    for size in [usize::MAX, 1, 3] {
        let mut trial = Trial::silent();
        for piece in input.chunks(size.min(input.len().max(1))) {
            trial.receive(piece);
        }
        let event = format!("{stream} fault of stream: {reason}");
        assert_eq!(trial.events.last(), Some(&event), "in pieces of {size}");
        assert_eq!(trial.frames().last(), Some(&format!("RST_STREAM {stream} {code}")), "in pieces of {size}");
        trial.events.clear();
        trial.receive(get(1001)).expect(&["1001 GET / at a"]);
    }
}

/// The same table on the other side, for those who want to use it.
pub(super) fn indexed(encoder: &mut Encoder, stream: u32, lines: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    encoder.begin(&mut out);
    lines.iter().for_each(|(name, value)| encoder.field(name.as_bytes(), value.as_bytes(), &mut out));
    frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream, out)
}

#[test]
fn a_request_is_answered() {
    check(get(1), &["1 GET / at a"], &["HEADERS 1 end :status=204"]);
    assert_eq!(Trial::new().events.len().to_string(), "0");
}
