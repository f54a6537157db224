//! A connection of HTTP/1.1.

use crate::Target;
use semantics::{Instant, Status};
use wire::h1::{Connection, RecentSections};
use wire::{ContentLength, Event, Input, Limits, StreamId, limit};

/// However the bytes were cut on their way, and whatever was read before, the events and the responses are the same.
pub const TARGET: Target = Target { name: "h1", run };

fn run(bytes: &[u8]) {
    let mut recent = RecentSections::new();
    let whole = Exchange::of([bytes].into_iter(), &mut recent);
    assert_eq!(whole, Exchange::of([bytes].into_iter(), &mut recent), "known from before");
    assert_eq!(whole, Exchange::of(bytes.chunks(1), &mut RecentSections::new()), "byte by byte");
    assert_eq!(whole, Exchange::of(bytes.chunks(7), &mut recent), "in sevens, known from before");
}

/// What came of it: events, one a line, and what was answered.
#[derive(Debug, Default, PartialEq)]
struct Exchange {
    events: Vec<String>,
    content: Vec<u8>,
    out: Vec<u8>,
}

const NOW: Instant = Instant(1);

impl Exchange {
    fn of<'a>(pieces: impl Iterator<Item = &'a [u8]>, recent: &mut RecentSections) -> Exchange {
        let mut exchange = Exchange::default();
        let mut connection = Connection::new(Limits::default(), NOW);
        for piece in pieces {
            exchange.take(&mut connection, recent, piece);
        }
        connection.handle_end_of_input(NOW);
        exchange.take(&mut connection, recent, &[]);
        exchange
    }

    fn take(&mut self, connection: &mut Connection, recent: &mut RecentSections, piece: &[u8]) {
        let mut bytes = connection.take_kept().unwrap_or_default();
        bytes.extend_from_slice(piece);
        let mut input = Input::new(&bytes);
        while let Some(event) = connection.poll_event(&mut input, recent, NOW) {
            match event {
                Event::Request { stream, head, content, expects_continue } => {
                    let lines: Vec<String> = head
                        .fields
                        .lines()
                        .map(|(name, value)| format!("{}: {}", name.escape_ascii(), value.escape_ascii()))
                        .collect();
                    self.events.push(format!(
                        "{} {} of {} {:?} {content:?} {expects_continue} {lines:?}",
                        head.method.as_bytes().escape_ascii(),
                        head.target.escape_ascii(),
                        head.authority.escape_ascii(),
                        head.version,
                    ));
                    if expects_continue {
                        connection.proceed(&mut self.out);
                    }
                    if content == ContentLength::None {
                        self.respond(connection, stream, Status::OK);
                    }
                }
                Event::Content { bytes, .. } => {
                    assert!(!bytes.is_empty());
                    self.content.extend_from_slice(bytes);
                }
                Event::RequestEnd { stream } => {
                    assert!(self.content.len() as u64 <= limit::CONTENT_BYTES_MAX);
                    self.events.push(format!("{} bytes", self.content.len()));
                    self.respond(connection, stream, Status::OK);
                }
                Event::Fault(fault) => {
                    self.events.push(format!("{:?}", fault.reason()));
                    if let Some(status) = fault.status() {
                        self.respond(connection, fault.stream(), status);
                    }
                }
                Event::Cancelled { stream } => panic!("{stream:?} given up in HTTP/1.1"),
                Event::Closed(end) => self.events.push(format!("{end:?}")),
            }
        }
        connection.keep(input);
    }

    fn respond(&mut self, connection: &mut Connection, stream: StreamId, status: Status) {
        connection.respond(stream, status, &[], Some(0), b"Sun, 06 Nov 1994 08:49:37 GMT", &mut self.out);
        connection.finish(stream, &mut self.out);
    }
}
