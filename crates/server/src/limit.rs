//! Every number of the server that bounds something, its reason, and what happens beyond it. Those of the protocol
//! stand in `wire`'s `limit.rs`.

use std::time::Duration;

/// Bytes taken from a socket at a time. The largest request head fits four times; a pipeline of 16 browser requests fits.
pub(crate) const RECEIVE_BYTES: usize = 64 << 10;

/// A client must take [`SEND_WINDOW_BYTES_MIN`] within this, again and again. Beyond it: the connection is closed.
pub(crate) const SEND_WINDOW: Duration = Duration::from_secs(30);

/// 16 KiB in 30 s is 546 bytes a second: less than any modem, more than who only wants to hold a connection.
pub(crate) const SEND_WINDOW_BYTES_MIN: u64 = 16 << 10;

/// After an error response the peer may still be sending; we read and forget for this long, so that it sees the response.
pub(crate) const LINGER_MAX: Duration = Duration::from_secs(2);

/// And this much: an upload of any size is not read to its end.
pub(crate) const LINGER_BYTES_MAX: u32 = 1 << 20;

/// A streamed content that is complete within this many bytes is sent with its length; else it is framed in chunks.
pub(crate) const GATHER_BYTES_MAX: usize = 64 << 10;

/// What the owner may set.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Those of the protocol.
    pub wire: wire::h1::Limits,
    /// Connections of one worker. Beyond it the oldest idle one makes room.
    pub connections_max: usize,
    /// Whether new ones are closed when none can make room: where the owner set the limit. Else they are let in, as far
    /// as there are descriptors; then the kernel lets clients wait.
    pub turns_away: bool,
    /// Connections of one address to one worker (a /64 of IPv6; never loopback). Beyond it new ones are closed at once.
    pub per_address_max: Option<u32>,
    /// What one worker keeps ready to send, in bytes.
    pub memory_bytes: u64,
    /// For how long what is kept is believed without a look at the files.
    pub fresh: Duration,
    /// How long responses under way may take after the word to stop.
    pub drain: Duration,
}
