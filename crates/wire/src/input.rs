//! The bytes at hand, and how far they are understood.

/// A cursor over bytes from the peer. They stay where they were received: in the buffer that all connections of a
/// worker share, or in what a connection kept of an incomplete head.
///
/// Invariant: parsed <= bytes.len()
#[derive(Clone, Copy, Debug, Default)]
pub struct Input<'a> {
    bytes: &'a [u8],
    /// Already given out as events.
    parsed: usize,
}

impl<'a> Input<'a> {
    /// All of these bytes are still to be understood.
    pub fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { bytes, parsed: 0 }
    }

    /// What is not understood yet.
    pub fn remaining(&self) -> &'a [u8] {
        &self.bytes[self.parsed..]
    }

    /// Takes the next `count` bytes, at most all that remain.
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let count = count.min(self.bytes.len() - self.parsed);
        let taken = &self.bytes[self.parsed..self.parsed + count];
        self.parsed += count;
        taken
    }
}
