//! Whose content goes next (RFC 9218 §10).
//!
//! The most urgent go first. Among those of one urgency, the ones that are of use only as a whole go one after the other,
//! the oldest first; the incremental ones alternate with each other and with the oldest of those.

use super::stream::{Stream, Streams};
use core::mem::replace;

/// The stream that is to send a frame now; `None`: none can.
pub(crate) fn next(streams: &Streams, connection_window: i32) -> Option<u32> {
    let sendable = || streams.iter().filter(|stream| stream.is_sendable(connection_window));
    let urgency = sendable().map(|stream| stream.priority.urgency).min()?;
    let mut has_whole = false;
    let is_in_turn = |stream: &&Stream| {
        let is_urgent = stream.priority.urgency == urgency;
        is_urgent && (stream.priority.is_incremental || !replace(&mut has_whole, true))
    };
    sendable().filter(is_in_turn).min_by_key(|stream| stream.turn).map(|stream| stream.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::h2::priority::Priority;
    use crate::h2::state::StreamState;
    use alloc::vec::Vec;
    use semantics::Instant;

    /// Streams 1, 3, 5… with so many frames of content each, in the order in which they send.
    #[track_caller]
    fn check(priorities: &[&str], frames: u64, expected: &[u32]) {
        let mut streams = Streams::default();
        for (at, priority) in priorities.iter().enumerate() {
            streams.push(Stream {
                id: 2 * at as u32 + 1,
                state: StreamState::Responding,
                priority: Priority::parse(priority.as_bytes()),
                is_head: false,
                is_continue_due: false,
                is_unread: false,
                is_complete: false,
                is_sending: true,
                offered: frames,
                send_window: 100,
                receive_window: 100,
                received: 0,
                expected: None,
                moved: 0,
                stalled_since: None,
                turn: 0,
                since: Instant(0),
            });
        }
        let mut order = Vec::new();
        while let Some(id) = next(&streams, 100) {
            order.push(id);
            let stream = streams.get_mut(id).expect("it is there");
            stream.offered -= 1;
            stream.turn = order.len() as u64;
        }
        assert_eq!(order, expected, "{priorities:?}");
    }

    #[test]
    fn without_a_word_they_go_one_after_the_other() {
        check(&["", "", ""], 2, &[1, 1, 3, 3, 5, 5]);
    }

    #[test]
    fn the_most_urgent_go_first() {
        check(&["u=5", "", "u=1", "u=1"], 2, &[5, 5, 7, 7, 3, 3, 1, 1]);
    }

    #[test]
    fn incremental_ones_alternate() {
        check(&["i", "i", "i"], 2, &[1, 3, 5, 1, 3, 5]);
        check(&["u=1, i", "u=2, i", "u=1, i"], 2, &[1, 5, 1, 5, 3, 3]);
    }

    #[test]
    fn a_whole_one_alternates_with_incremental_ones_so_that_neither_starves() {
        check(&["", "i", "", "i"], 2, &[1, 3, 7, 1, 5, 3, 7, 5]);
        check(&["i", "", ""], 2, &[1, 3, 1, 3, 5, 5]);
    }
}
