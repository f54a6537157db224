//! One connection, seen from both ends.

use reactor::PeerAddress;
use std::collections::VecDeque;

/// Bytes under way, and which ends are still there.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) peer: PeerAddress,
    pub(crate) to_server: VecDeque<u8>,
    /// How many of those fit: then the client has to wait.
    pub(crate) to_server_max: usize,
    pub(crate) to_client: VecDeque<u8>,
    pub(crate) to_client_max: usize,
    /// The client will send nothing more.
    pub(crate) has_client_ended: bool,
    /// The server will send nothing more.
    pub(crate) has_server_ended: bool,
    /// The client has broken it off.
    pub(crate) is_cut: bool,
    /// The server's kernel has: it was closed over bytes that nobody had read, or more came after.
    pub(crate) is_reset: bool,
    /// The server has closed its socket.
    pub(crate) is_closed: bool,
    /// When the server took it.
    pub(crate) accepted: Option<u64>,
    /// Bytes that were on their way to the client when the connection was reset.
    pub(crate) lost: usize,
}

impl Link {
    pub(crate) fn new(peer: PeerAddress, to_server_max: usize, to_client_max: usize) -> Link {
        Link {
            peer,
            to_server: VecDeque::new(),
            to_server_max,
            to_client: VecDeque::new(),
            to_client_max,
            has_client_ended: false,
            has_server_ended: false,
            is_cut: false,
            is_reset: false,
            is_closed: false,
            accepted: None,
            lost: 0,
        }
    }

    /// The client sends; tells how many bytes were taken.
    pub(crate) fn deliver(&mut self, bytes: &mut VecDeque<u8>, count: usize) -> usize {
        let count = count.min(bytes.len()).min(self.to_server_max.saturating_sub(self.to_server.len()));
        self.to_server.extend(bytes.drain(..count));
        count
    }

    /// The server sends; tells how many bytes were taken.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        self.to_client.extend(&bytes[..count]);
        count
    }

    /// How many bytes more the server can send.
    pub(crate) fn room(&self) -> usize {
        self.to_client_max.saturating_sub(self.to_client.len())
    }

    /// The client breaks it off: what is under way is lost both ways.
    pub(crate) fn cut(&mut self) {
        self.is_cut = true;
        self.to_server.clear();
        self.to_client.clear();
    }

    /// The server's kernel breaks it off: what the client has not read is lost from `kept` bytes on.
    pub(crate) fn reset(&mut self, kept: usize) {
        self.is_reset = true;
        self.lost = self.to_client.len().saturating_sub(kept);
        self.to_client.truncate(kept);
        self.to_server.clear();
    }
}
