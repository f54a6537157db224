//! A connection of HTTP/2: bytes of the peer, and between them whatever the server may do.

use crate::Target;
use semantics::{Instant, Status};
use std::time::Duration;
use wire::h2::{Connection, Head, PREFACE};
use wire::{ContentLength, Event, Input, Limits, Sends, StreamId};

/// However the bytes were cut, the events are the same. And whatever is done in whatever order, what is written is whole
/// frames, and the peer's windows are kept.
pub const TARGET: Target = Target { name: "h2", run };

const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";

fn run(bytes: &[u8]) {
    // The first byte says how the server behaves; behind it the frames.
    let Some((&behaviour, frames)) = bytes.split_first() else { return };
    let whole = Peer::of([frames].into_iter(), None);
    assert_eq!(whole, Peer::of(frames.chunks(1), None), "byte by byte");
    assert_eq!(whole, Peer::of(frames.chunks(7), None), "in sevens");
    Peer::of(frames.chunks(1 + usize::from(behaviour)), Some(behaviour));
}

/// What came of it.
#[derive(Default, PartialEq, Debug)]
struct Peer {
    events: Vec<String>,
    content: Vec<u8>,
    out: Vec<u8>,
    /// Requests that are not answered yet.
    open: Vec<StreamId>,
    /// Content sent on the connection.
    sent: u64,
}

impl Peer {
    fn of<'a>(pieces: impl Iterator<Item = &'a [u8]>, behaviour: Option<u8>) -> Peer {
        let mut peer = Peer::default();
        let (mut now, mut head) = (Instant(1), Head::default());
        let mut connection = Connection::new(Limits::default(), false, now, &mut peer.out);
        peer.take(&mut connection, &mut head, PREFACE, now, behaviour);
        for (turn, piece) in pieces.enumerate() {
            peer.take(&mut connection, &mut head, piece, now, behaviour);
            let Some(behaviour) = behaviour else { continue };
            peer.act(&mut connection, behaviour.wrapping_mul(31).wrapping_add(turn as u8), now);
            if turn % 5 == 4 {
                now = now + Duration::from_secs(u64::from(behaviour % 40));
                if connection.poll_deadline().is_some_and(|deadline| deadline <= now) {
                    connection.handle_timeout(now);
                }
            }
        }
        connection.handle_end_of_input(now);
        peer.take(&mut connection, &mut head, &[], now, behaviour);
        whole_frames(&peer.out);
        peer
    }

    fn take(
        &mut self,
        connection: &mut Connection,
        head: &mut Head,
        piece: &[u8],
        now: Instant,
        behaviour: Option<u8>,
    ) {
        let mut bytes = connection.take_kept().unwrap_or_default();
        bytes.extend_from_slice(piece);
        let mut input = Input::new(&bytes);
        while let Some(event) = connection.poll_event(&mut input, head, &mut self.out, now) {
            match event {
                Event::Request { stream, head, content, .. } => {
                    for (name, value) in head.fields.lines() {
                        assert!(!name.is_empty() && !name.iter().any(u8::is_ascii_uppercase));
                        assert!(!value.iter().any(|byte| b"\r\n\0".contains(byte)));
                    }
                    assert!(matches!(head.target.first(), Some(b'/' | b'*')) || head.method.as_bytes() == b"CONNECT");
                    self.events.push(format!("{stream:?} {head:?} {content:?}"));
                    self.open.push(stream);
                    if content == ContentLength::None && behaviour == Some(0) {
                        self.open.pop();
                        respond(connection, stream, 5, &mut self.out);
                    }
                }
                Event::Content { bytes, .. } => {
                    assert!(!bytes.is_empty());
                    self.content.extend_from_slice(bytes);
                }
                event => self.events.push(format!("{event:?}")),
            }
        }
        connection.keep(input);
        while let Some(data) = connection.poll_data(&mut self.out, now) {
            self.sent += data.length;
            self.out.resize(self.out.len() + data.length as usize, 0);
        }
        if behaviour.is_none() {
            assert_eq!(self.sent, 0, "nothing was offered");
        }
    }

    /// Something that a server may do.
    fn act(&mut self, connection: &mut Connection, what: u8, now: Instant) {
        let out = &mut self.out;
        let stream = if self.open.is_empty() {
            StreamId(u32::from(what))
        } else {
            self.open[usize::from(what) % self.open.len()]
        };
        match what % 8 {
            0..3 => {
                self.open.retain(|open| *open != stream);
                respond(connection, stream, u64::from(what) * 500, out);
            }
            3 => connection.proceed(stream, out),
            4 => connection.reset(stream, out),
            5 => connection.offer(stream, 100),
            6 => connection.finish(stream),
            _ if what > 250 => connection.refuse_more(out, now),
            _ => {}
        }
    }
}

fn respond(connection: &mut Connection, stream: StreamId, length: u64, out: &mut Vec<u8>) {
    if connection.respond(stream, Status::OK, &[], Some(length), DATE, out) == Sends::Content {
        connection.offer(stream, length);
        connection.finish(stream);
    }
}

fn whole_frames(mut bytes: &[u8]) {
    while let Some(header) = bytes.first_chunk::<9>() {
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
        assert!(length <= 16_384, "longer than the peer takes");
        bytes = &bytes[9 + length..];
    }
    assert!(bytes.is_empty(), "a part of a frame");
}
