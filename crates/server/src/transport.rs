//! What is between a connection and its socket: nothing, or TLS.

use crate::limit;
use crate::origin::Files;
use crate::outgoing::{Behind, Segment, Sent, remove};
use crate::tls::{Broken, Records, Session};
use reactor::{Key, Reactor};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// What a connection by a port for TLS has; one by another port has none, and pays nothing for it.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a connection holds it behind a box, and the small one not for long")]
pub(crate) enum Transport {
    /// Its bytes are sealed.
    Secured(Session),
    /// Its client does not know that it should come by TLS, and is told.
    Cleartext(ToTls),
}

/// Where TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToTls {
    /// At the same port.
    Here,
    /// At this one.
    Port(u16),
}

/// The way out of a connection with TLS.
#[derive(Debug)]
pub(crate) struct Sealing<'a, T> {
    pub(crate) session: &'a mut Session,
    pub(crate) buffers: &'a mut Buffers,
    /// What `sendfile` would have read.
    pub(crate) files: &'a T,
}

/// What TLS needs while it works, one for all connections of a worker.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) records: Records,
    /// Small pieces and parts of files, put together to fill records.
    gathered: Vec<u8>,
    /// What the peer said.
    pub(crate) opened: Vec<u8>,
}

impl<T: Files> Sealing<'_, T> {
    /// As [`outgoing::send`](crate::outgoing::send), through TLS: what goes out at a time goes in as few records as it can.
    ///
    /// Errs when the connection is broken.
    pub(crate) fn send<R: Reactor<File = T::File>>(
        mut self,
        reactor: &mut R,
        key: Key,
        segments: &mut VecDeque<Segment<T::File>>,
        scratch: &[u8],
        behind: Behind,
        sent_bytes: &mut u64,
    ) -> io::Result<Sent> {
        let mut turn = 0;
        loop {
            if let Some(Segment::Sealed(bytes, range)) = segments.front() {
                let wanted = range.len();
                let sent = reactor.send(key, &[&bytes[range.clone()]], segments.len() > 1)?;
                remove(segments, sent as u64);
                *sent_bytes += sent as u64;
                turn += sent as u64;
                if sent < wanted {
                    return Ok(Sent::Blocked);
                }
                continue;
            }
            if segments.is_empty() {
                return Ok(Sent::All);
            }
            if turn >= limit::BYTES_A_TURN {
                return Ok(Sent::Shared);
            }
            let records = &mut self.buffers.records;
            records.clear();
            while let Some(Segment::SealedScratch(range)) = segments.front() {
                records.push(&scratch[range.clone()]);
                segments.pop_front();
            }
            if !segments.is_empty() && !self.seal_next(segments, scratch)? {
                return Ok(Sent::FileEnded);
            }
            let records = &mut self.buffers.records;
            if segments.is_empty() && behind == Behind::End {
                // In the packet of the last bytes, as our end of the connection is.
                self.session.end(records).map_err(broken)?;
            }
            let has_more = behind == Behind::End || !segments.is_empty();
            let sent = reactor.send(key, &[records.bytes()], has_more)?;
            *sent_bytes += sent as u64;
            turn += sent as u64;
            if let Some(rest @ [_, ..]) = records.bytes().get(sent..) {
                // Its number is in it: nothing else may go first, and it cannot be sealed once more.
                segments.push_front(Segment::Sealed(Arc::from(rest), 0..rest.len()));
                return Ok(Sent::Blocked);
            }
        }
    }

    /// Seals what comes next, and takes it off. False: a file has ended before the span that was promised.
    fn seal_next(&mut self, segments: &mut VecDeque<Segment<T::File>>, scratch: &[u8]) -> io::Result<bool> {
        let records = &mut self.buffers.records;
        let is_only = segments.len() == 1;
        let whole = segments.front().and_then(|first| first.bytes(scratch));
        if let Some(bytes) = whole.filter(|bytes| is_only || bytes.len() >= limit::SEALED_BYTES_AT_ONCE) {
            let bytes = &bytes[..bytes.len().min(limit::SEALED_BYTES_AT_ONCE)];
            self.session.seal(bytes, records).map_err(broken)?;
            let length = bytes.len() as u64;
            remove(segments, length);
            return Ok(true);
        }
        let gathered = &mut self.buffers.gathered;
        gathered.resize(limit::SEALED_BYTES_AT_ONCE, 0);
        let mut filled = 0;
        while let Some(first) = segments.front().filter(|_| filled < limit::SEALED_BYTES_AT_ONCE) {
            let room = &mut gathered[filled..];
            let taken = match first {
                Segment::File { file, offset, length } => {
                    let room = match usize::try_from(*length) {
                        Ok(length) if length < room.len() => &mut room[..length],
                        _ => room,
                    };
                    match self.files.read(file, *offset, room) {
                        Ok(0) => return Ok(false),
                        Ok(read) => read,
                        Err(refusal) => return Err(io::Error::other(refusal.to_string())),
                    }
                }
                bytes => {
                    let bytes = bytes.bytes(scratch).unwrap_or_default();
                    let length = bytes.len().min(room.len());
                    room[..length].copy_from_slice(&bytes[..length]);
                    length
                }
            };
            remove(segments, taken as u64);
            filled += taken;
        }
        self.session.seal(&gathered[..filled], records).map_err(broken)?;
        Ok(true)
    }
}

fn broken(_: Broken) -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}
