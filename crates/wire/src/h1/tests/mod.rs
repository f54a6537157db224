//! A connection with a false clock, driven as the server does.

mod content;
mod head;
mod limit;
mod recent;
mod response;
mod smuggling;
mod split;
mod state;

use super::{Connection, Limits, RecentSections};
use crate::{ContentLength, Event, Fault, Input, StreamId};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::take;
use core::time::Duration;
use semantics::{Instant, RequestHead, Status};

pub(super) const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";
pub(super) const BEHIND: &str = "GET /behind HTTP/1.1\r\nHost: b\r\n\r\n";

/// A connection, what it told, and what it wrote.
pub(super) struct Trial {
    pub(super) connection: Connection,
    pub(super) recent: RecentSections,
    pub(super) now: Instant,
    pub(super) events: Vec<String>,
    pub(super) out: Vec<u8>,
    /// Requests are answered when they are complete; else they wait for [`Trial::answer`].
    pub(super) answers: bool,
    pub(super) waiting: Option<StreamId>,
}

impl Trial {
    pub(super) fn new() -> Trial {
        let now = Instant(1_000_000_000);
        let connection = Connection::new(Limits::default(), now);
        Trial {
            connection,
            recent: RecentSections::new(),
            now,
            events: Vec::new(),
            out: Vec::new(),
            answers: true,
            waiting: None,
        }
    }

    /// One that leaves requests unanswered.
    pub(super) fn silent() -> Trial {
        Trial { answers: false, ..Trial::new() }
    }

    /// One of a worker that has read these sections before.
    pub(super) fn knowing(recent: RecentSections) -> Trial {
        Trial { recent, ..Trial::new() }
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
        while self.waiting.is_none() && !self.connection.is_closing() {
            match self.connection.poll_event(input, &mut self.recent, self.now) {
                Some(Event::Request { stream, head, content, expects_continue }) => {
                    self.events.push(request(&head, content, expects_continue));
                    if content == ContentLength::None {
                        self.complete(stream);
                    } else if self.answers && expects_continue {
                        self.connection.proceed(&mut self.out);
                    }
                }
                Some(Event::Content { bytes, .. }) => {
                    assert!(!bytes.is_empty());
                    let text = bytes.escape_ascii();
                    match self.events.last_mut() {
                        Some(event) if event.starts_with("content ") => *event = format!("{event}{text}"),
                        _ => self.events.push(format!("content {text}")),
                    }
                }
                Some(Event::RequestEnd { stream }) => {
                    self.events.push("end".to_owned());
                    self.complete(stream);
                }
                Some(Event::Cancelled { stream }) => panic!("{stream:?} given up in HTTP/1.1"),
                Some(Event::Fault(fault)) => self.refuse(fault),
                Some(Event::Closed(end)) => self.events.push(format!("closed {end:?}")),
                None => break,
            }
        }
    }

    fn complete(&mut self, stream: StreamId) {
        self.waiting = Some(stream);
        if self.answers {
            self.respond(Status::NO_CONTENT);
        }
    }

    fn refuse(&mut self, fault: Fault) {
        let code = fault.status().map_or_else(|| "without a word".to_owned(), |status| format!("{}", status.code()));
        self.events.push(format!("fault {code}: {fault}"));
        self.waiting = Some(fault.stream());
        if self.answers {
            self.respond(fault.status().unwrap_or(Status::BAD_REQUEST));
        }
    }

    fn respond(&mut self, status: Status) {
        if let Some(stream) = self.waiting.take() {
            self.connection.respond(stream, status, &[], Some(0), DATE, &mut self.out);
            self.connection.finish(stream, &mut self.out);
        }
    }

    /// The response that was waited for; then what was kept is read.
    pub(super) fn answer(&mut self) -> &mut Trial {
        self.respond(Status::NO_CONTENT);
        self.receive("")
    }

    /// The peer closes its side.
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

    #[track_caller]
    pub(super) fn expect_out(&mut self, bytes: &str) -> &mut Trial {
        assert_eq!(self.out.escape_ascii().to_string(), bytes.as_bytes().escape_ascii().to_string());
        self.out.clear();
        self
    }
}

fn request(head: &RequestHead<'_>, content: ContentLength, expects_continue: bool) -> String {
    let (method, target) = (head.method.as_bytes().escape_ascii(), head.target.escape_ascii());
    let content = match content {
        ContentLength::None => String::new(),
        ContentLength::Known(length) => format!(" +{length}"),
        ContentLength::Unknown => " +chunks".to_owned(),
    };
    let expects = if expects_continue { " expects 100" } else { "" };
    format!("{method} {target} at {}{content}{expects}", head.authority.escape_ascii())
}

/// What a connection tells when the input comes in these pieces.
pub(super) fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Trial {
    events_of(Trial::new(), pieces)
}

pub(super) fn events_of<'a>(mut trial: Trial, pieces: impl IntoIterator<Item = &'a [u8]>) -> Trial {
    for piece in pieces {
        trial.receive(piece);
    }
    trial
}

/// The input makes these events: whole, known from before, byte by byte, in twos and threes, and with bytes behind it.
#[track_caller]
pub(super) fn check(input: impl AsRef<[u8]>, expected: &[&str]) {
    let input = input.as_ref();
    let mut whole = events([input]);
    assert_eq!(whole.events, expected, "whole");
    let again = events_of(Trial::knowing(take(&mut whole.recent)), [input]);
    assert_eq!(again.events, expected, "known from before");
    for size in 1..=3 {
        let pieces = events(input.chunks(size));
        assert_eq!(pieces.events, expected, "in pieces of {size}");
        assert_eq!(pieces.out, whole.out, "in pieces of {size}");
    }
    let behind = [input, BEHIND.as_bytes()].concat();
    let mut expected = expected.to_vec();
    if whole.connection.is_idle() {
        expected.push("GET /behind at b");
    } else if !whole.connection.is_closing() {
        return; // What stands behind an incomplete request is part of it.
    }
    assert_eq!(events([&behind[..]]).events, expected, "with bytes behind");
    assert_eq!(events(behind.chunks(1)).events, expected, "byte by byte with bytes behind");
}

/// The input is refused, with this status and reason.
#[track_caller]
pub(super) fn check_fault(input: impl AsRef<[u8]>, expected: &str) {
    check(input, &[&format!("fault {expected}")]);
}

/// A request with these field lines is refused.
#[track_caller]
pub(super) fn check_fields(lines: &str, expected: &str) {
    check_fault(format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n"), expected);
}
