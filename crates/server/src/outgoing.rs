//! What goes out on a connection: segments in order, sent from where they are.

use crate::limit;
use reactor::{Key, Reactor};
use semantics::Content;
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// A piece of output.
#[derive(Clone, Debug)]
pub(crate) enum Segment<F> {
    /// In the worker's scratch bytes of this turn.
    Scratch(Range<usize>),
    /// In the worker's memory: head and content of a response, ready to send.
    Ready(Rc<[u8]>, Range<usize>),
    /// Shared between workers.
    Shared(Arc<[u8]>, Range<usize>),
    /// A span of an open file.
    File { file: F, offset: u64, length: u64 },
    /// Records of TLS that are ready to send, ahead of all that is not sealed yet: they are numbered in their order.
    Sealed(Arc<[u8]>, Range<usize>),
    /// The same, in the worker's scratch bytes of this turn: what TLS itself has to say.
    SealedScratch(Range<usize>),
}

impl<F> Segment<F> {
    /// Its bytes; `None`: they are in a file.
    #[inline]
    pub(crate) fn bytes<'a>(&'a self, scratch: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Segment::Scratch(range) | Segment::SealedScratch(range) => Some(&scratch[range.clone()]),
            Segment::Ready(bytes, range) => Some(&bytes[range.clone()]),
            Segment::Shared(bytes, range) | Segment::Sealed(bytes, range) => Some(&bytes[range.clone()]),
            Segment::File { .. } => None,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        match self {
            Segment::Scratch(range) | Segment::SealedScratch(range) => range.len() as u64,
            Segment::Ready(_, range) | Segment::Shared(_, range) | Segment::Sealed(_, range) => range.len() as u64,
            Segment::File { length, .. } => *length,
        }
    }
}

impl<F: Clone> Segment<F> {
    /// Takes its first bytes, as many as there are and at most so many, as a segment of their own. Nothing is copied.
    pub(crate) fn split_off_front(&mut self, length: u64) -> Segment<F> {
        let length = length.min(self.length());
        let mut front = self.clone();
        match (&mut front, &mut *self) {
            (Segment::Scratch(taken), Segment::Scratch(left))
            | (Segment::Ready(_, taken), Segment::Ready(_, left))
            | (Segment::Shared(_, taken), Segment::Shared(_, left)) => {
                // At most its length.
                taken.end = taken.start + length as usize;
                left.start = taken.end;
            }
            (Segment::File { length: taken, .. }, Segment::File { offset, length: left, .. }) => {
                *taken = length;
                *offset += length;
                *left -= length;
            }
            // It is a clone.
            _ => {}
        }
        front
    }
}

/// The output of one turn of one connection. One per worker, used again and again, so that nothing is allocated.
#[derive(Debug)]
pub(crate) struct Output<F> {
    /// Heads, chunk sizes and other small things, written one after the other.
    pub(crate) scratch: Vec<u8>,
    pub(crate) segments: VecDeque<Segment<F>>,
    bytes: u64,
}

/// How sending ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it is with the kernel.
    All,
    /// The kernel's buffer is full; `Sendable` will come.
    Blocked,
    /// The connection had more than its share of this turn; others first.
    Shared,
    /// A file ended before the span that was promised: the length in the head was a lie, so the connection must end
    /// rather than continue as if nothing were (RFC 9112 §6.3).
    FileEnded,
}

impl<F: Clone> Output<F> {
    pub(crate) fn new() -> Output<F> {
        Output { scratch: Vec::with_capacity(16 << 10), segments: VecDeque::with_capacity(limit::SLICES_MAX), bytes: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether it should be sent before more is made.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > limit::BYTES_BEFORE_SENDING || self.segments.len() >= limit::SLICES_MAX
    }

    /// Forgets what was sent.
    pub(crate) fn clear(&mut self) {
        self.scratch.clear();
        self.segments.clear();
        self.bytes = 0;
    }

    /// Adds whatever `write` appends to the scratch bytes, and gives on what it returns.
    pub(crate) fn write<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let start = self.scratch.len();
        let result = write(&mut self.scratch);
        let end = self.scratch.len();
        if end > start {
            self.bytes += (end - start) as u64;
            match self.segments.back_mut() {
                // Two heads without content between them go out as one slice.
                Some(Segment::Scratch(last)) if last.end == start => last.end = end,
                _ => self.segments.push_back(Segment::Scratch(start..end)),
            }
        }
        result
    }

    /// Adds what TLS itself has to say, which `write` appends, and gives on what that returns. Ahead of everything else.
    pub(crate) fn write_sealed<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        debug_assert!(self.is_empty(), "it is sealed before what an answer says");
        let start = self.scratch.len();
        let result = write(&mut self.scratch);
        self.push(Segment::SealedScratch(start..self.scratch.len()));
        result
    }

    pub(crate) fn push(&mut self, segment: Segment<F>) {
        let length = segment.length();
        if length > 0 {
            self.bytes += length;
            self.segments.push_back(segment);
        }
    }

    pub(crate) fn push_content(&mut self, content: Content<F>) {
        match content {
            Content::Empty => {}
            Content::Bytes(bytes, range) => self.push(Segment::Shared(bytes, range)),
            Content::File { file, offset, length } => self.push(Segment::File { file, offset, length }),
            Content::Pieces(pieces) => pieces.into_iter().for_each(|piece| self.push_content(piece)),
        }
    }

    /// Moves what is left into `pending`, which outlives this turn.
    pub(crate) fn keep_rest(&mut self, pending: &mut VecDeque<Segment<F>>) {
        for segment in self.segments.drain(..) {
            match segment {
                Segment::Scratch(range) => {
                    let length = range.len();
                    pending.push_back(Segment::Shared(Arc::from(&self.scratch[range]), 0..length));
                }
                Segment::SealedScratch(range) => {
                    let length = range.len();
                    // Behind what was sealed before it, ahead of what will be.
                    let at = pending.iter().take_while(|segment| matches!(segment, Segment::Sealed(..))).count();
                    pending.insert(at, Segment::Sealed(Arc::from(&self.scratch[range]), 0..length));
                }
                other => pending.push_back(other),
            }
        }
        self.clear();
    }
}

/// What follows at once behind what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Nothing, as far as anybody knows.
    Nothing,
    /// Our end of the connection, which goes in the packet of the last bytes: a packet less to send, to receive, to
    /// acknowledge.
    End,
}

/// Sends from the front of `segments` until all is sent or the kernel has enough; what was sent is removed.
///
/// Errs when the connection is broken.
pub(crate) fn send<R: Reactor>(
    reactor: &mut R,
    key: Key,
    segments: &mut VecDeque<Segment<R::File>>,
    scratch: &[u8],
    behind: Behind,
    sent_bytes: &mut u64,
) -> io::Result<Sent> {
    let mut turn = 0;
    loop {
        let Some(first) = segments.front_mut() else { return Ok(Sent::All) };
        if turn >= limit::BYTES_A_TURN {
            return Ok(Sent::Shared);
        }
        let (wanted, result) = match first {
            Segment::File { file, offset, length } => {
                let wanted = (*length).min(limit::BYTES_A_TURN);
                (wanted, reactor.send_file(key, file, *offset, wanted as usize))
            }
            _ => send_bytes(reactor, key, segments, scratch, behind),
        };
        let sent = match result {
            Ok(0) if matches!(segments.front(), Some(Segment::File { .. })) => return Ok(Sent::FileEnded),
            Ok(sent) => sent as u64,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Sent::Blocked),
            Err(error) => return Err(error),
        };
        *sent_bytes += sent;
        turn += sent;
        remove(segments, sent);
        // A short count means a full buffer, and the reactor has armed itself. That of a file may also mean its end,
        // which the next call tells.
        if sent < wanted {
            return Ok(Sent::Blocked);
        }
    }
}

/// One call for all byte segments at the front. Returns how many bytes were offered, and what the kernel said.
fn send_bytes<R: Reactor>(
    reactor: &mut R,
    key: Key,
    segments: &VecDeque<Segment<R::File>>,
    scratch: &[u8],
    behind: Behind,
) -> (u64, io::Result<usize>) {
    let mut more = behind == Behind::End;
    // One response from memory is one slice: nearly every request.
    if let (1, Some(bytes)) = (segments.len(), segments.front().and_then(|only| only.bytes(scratch))) {
        return (bytes.len() as u64, reactor.send(key, &[bytes], more));
    }
    let mut slices: [&[u8]; limit::SLICES_MAX] = [&[]; limit::SLICES_MAX];
    let (mut count, mut wanted) = (0, 0);
    for segment in segments.iter().take(limit::SLICES_MAX) {
        let Some(bytes) = segment.bytes(scratch) else {
            // The head waits in the kernel for the first bytes of the file, so that they share a packet.
            more = true;
            break;
        };
        slices[count] = bytes;
        wanted += bytes.len() as u64;
        count += 1;
    }
    (wanted, reactor.send(key, &slices[..count], more))
}

/// Takes `sent` bytes off the front.
pub(crate) fn remove<F>(segments: &mut VecDeque<Segment<F>>, mut sent: u64) {
    while sent > 0 {
        let Some(first) = segments.front_mut() else { return };
        let length = first.length();
        if length <= sent {
            sent -= length;
            segments.pop_front();
            continue;
        }
        match first {
            Segment::Scratch(range) | Segment::SealedScratch(range) => range.start += sent as usize,
            Segment::Ready(_, range) | Segment::Shared(_, range) | Segment::Sealed(_, range) => {
                range.start += sent as usize;
            }
            Segment::File { offset, length, .. } => {
                *offset += sent;
                *length -= sent;
            }
        }
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is pending, in its order: sealed or not.
    fn order(pending: &VecDeque<Segment<()>>) -> Vec<(bool, &[u8])> {
        let sealed = pending.iter().map(|segment| matches!(segment, Segment::Sealed(..)));
        sealed.zip(pending.iter().map(|segment| segment.bytes(&[]).unwrap_or_default())).collect()
    }

    #[test]
    fn what_is_sealed_stays_ahead_of_what_will_be_in_the_order_of_its_numbers() {
        let mut output = Output::<()>::new();
        let mut pending = VecDeque::new();
        for round in [b'a', b'b'] {
            output.write_sealed(|out| out.push(round));
            output.write(|out| out.push(round + 10));
            output.keep_rest(&mut pending);
        }
        assert_eq!(order(&pending), [(true, &b"a"[..]), (true, b"b"), (false, b"k"), (false, b"l")]);
    }
}
