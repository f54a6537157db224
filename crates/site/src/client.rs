//! Who asks: what is known beside the request itself, and who is asked whether they may come in.

use crate::route::{Auth, Gate, Limit, TurnedAway};
use crate::tree::Refusal;
use std::net::IpAddr;

/// What is known of a client.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Where it connects from; `None`: by a unix socket, or nobody asked the kernel because no route does.
    pub address: Option<IpAddr>,
    /// Whether it came by TLS.
    pub is_secured: bool,
    /// Who knows passwords, how often it came, and what it has under way.
    pub door: &'a dyn Door,
}

/// Whoever is asked at a route that not everybody may pass, or not as often as they like.
pub trait Door: Sync {
    /// Whether somebody of that name and password may come in. Errs with [`Refusal::WouldWait`] where there is no time to find out:
    /// to find out whether a password is right takes long, so that nobody tries many.
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal>;

    /// Counts one more request against a limit. Errs with why that is too much.
    ///
    /// Where [`select`](crate::select()) did not finish because it would have had to wait, the same limits are counted again when it is
    /// asked with slow files: whoever keeps count remembers how many of this request are counted already.
    fn admits(&self, limit: &Limit, gate: Gate, address: Option<IpAddr>) -> Result<(), TurnedAway>;
}

impl Client<'static> {
    /// Nobody in particular: without an address, in clear, before a door that opens to no password and counts nothing.
    pub const UNKNOWN: Client<'static> = Client { address: None, is_secured: false, door: &Closed };
}

impl std::fmt::Debug for Client<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Client { address, is_secured, door: _ } = self;
        formatter
            .debug_struct("Client")
            .field("address", address)
            .field("is_secured", is_secured)
            .finish_non_exhaustive()
    }
}

/// A door for who has come in already: it opens to whatever is said, and counts nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ajar;

impl Door for Ajar {
    fn opens(&self, _: &Auth, _: &[u8], _: &[u8]) -> Result<bool, Refusal> {
        Ok(true)
    }

    fn admits(&self, _: &Limit, _: Gate, _: Option<IpAddr>) -> Result<(), TurnedAway> {
        Ok(())
    }
}

/// A door that opens to no password, and counts nothing.
#[derive(Clone, Copy, Debug)]
pub struct Closed;

impl Door for Closed {
    fn opens(&self, _: &Auth, _: &[u8], _: &[u8]) -> Result<bool, Refusal> {
        Ok(false)
    }

    fn admits(&self, _: &Limit, _: Gate, _: Option<IpAddr>) -> Result<(), TurnedAway> {
        Ok(())
    }
}
