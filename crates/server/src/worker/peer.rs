//! Who is at the other end, as far as it is counted.

use reactor::{Key, PeerAddress, Reactor};
use std::net::IpAddr;

fn address<R: Reactor>(reactor: &R, key: Key) -> Option<IpAddr> {
    match reactor.peer(key)? {
        PeerAddress::Tcp(peer) => Some(peer.ip()),
        PeerAddress::Unix => None,
    }
}

/// The address whose connections are counted: a whole /64 of IPv6, for that is what one customer has; never loopback.
pub(super) fn limited<R: Reactor>(reactor: &R, key: Key) -> Option<IpAddr> {
    match address(reactor, key)? {
        address if address.is_loopback() => None,
        IpAddr::V6(address) => Some(IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into())),
        address => Some(address),
    }
}
