//! What is owed for an exchange until it has ended: a seat among those that its client may have, and a line of the log that tells how it
//! ended.

use crate::access_log::Draft;
use crate::door::Seat;

/// Of one exchange.
#[derive(Debug, Default)]
pub(crate) struct Due {
    /// Given up when this is dropped.
    pub(crate) seats: Vec<Seat>,
    /// Written when it has ended; dropped, it is lost.
    pub(crate) line: Option<Box<Draft>>,
}

/// How an exchange has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The kernel has its last byte.
    Done,
    /// Before that: the client has gone, gave it up or took too long, or the content could not be completed.
    Cut,
}

impl Due {
    pub(crate) fn is_nothing(&self) -> bool {
        self.seats.is_empty() && self.line.is_none()
    }

    /// So many bytes more of its content are on their way.
    pub(crate) fn add(&mut self, bytes: usize) {
        if let Some(line) = &mut self.line {
            line.add(bytes as u64);
        }
    }
}
