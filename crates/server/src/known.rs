//! What is known of a client, in a form that outlives its turn.

use crate::door::Counted;
use site::{Client, Door};
use std::net::IpAddr;

/// What of a [`Client`] can be handed to the pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Where it connects from; `None`: by a unix socket, or no route asks.
    pub address: Option<IpAddr>,
    /// Whether it came by TLS.
    pub is_secured: bool,
    /// What was counted of its request.
    pub(crate) counted: Counted,
    /// Whether its turn has come to have a password found out about.
    pub(crate) has_turn: bool,
}

impl Known {
    /// The client before this door.
    pub(crate) fn at(self, door: &dyn Door) -> Client<'_> {
        Client { address: self.address, is_secured: self.is_secured, door }
    }
}
