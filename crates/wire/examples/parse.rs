//! Reads the same request N times as a server does, and notes a ready response: what the room `wire` costs a request.
//!
//! Instructions, not time: run it under callgrind with N and with 2 N, and divide the difference by N.

use core::hint::black_box;
use semantics::Instant;
use std::error::Error;
use wire::h1::{Connection, RecentSections};
use wire::{Event, Input, Limits};

/// What a browser sends for a page within a site, 428 bytes.
const REQUEST: &[u8] = b"GET /docs/guides/ HTTP/1.1\r\n\
    Host: 127.0.0.1:8000\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    DNT: 1\r\n\
    Connection: keep-alive\r\n\
    Sec-Fetch-Dest: document\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Site: none\r\n\
    Sec-Fetch-User: ?1\r\n\
    Priority: u=0, i\r\n\
    \r\n";
const _: () = assert!(REQUEST.len() == 428);

fn main() -> Result<(), Box<dyn Error>> {
    let count: u32 = std::env::args().nth(1).ok_or("usage: parse N")?.parse()?;
    let now = Instant(1);
    let mut connection = Connection::new(Limits::default(), now);
    let mut out = Vec::new();
    let mut recent = RecentSections::new();
    for _ in 0..count {
        let kept = connection.take_kept();
        let mut input = Input::new(black_box(kept.as_deref().unwrap_or(REQUEST)));
        match connection.poll_event(&mut input, &mut recent, now) {
            // By reference: a head is large, and to move it costs 76 instructions.
            Some(Event::Request { stream, ref head, .. }) => {
                black_box(head);
                if !connection.respond_ready(stream) {
                    return Err("no ready response for a plain request".into());
                }
                connection.finish(stream, &mut out);
            }
            event => return Err(format!("no request: {event:?}").into()),
        }
        // As a server does: is there more?
        if let Some(event) = connection.poll_event(&mut input, &mut recent, now) {
            return Err(format!("more than one request: {event:?}").into());
        }
        connection.keep(input);
        black_box(connection.poll_deadline());
    }
    Ok(())
}
