//! The sockets of one worker, by key.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::SocketAddrAny;

use crate::listen::PeerAddress;
use crate::reactor::Key;

/// All sockets. Places are used again, generations are not (until 2³² of them have gone by).
#[derive(Debug, Default)]
pub(crate) struct Slab {
    slots: Vec<Slot>,
    /// First free place; the others hang on it by `Slot::next_free`.
    free: Option<u32>,
}

/// One connection, or a free place.
#[derive(Debug)]
pub(crate) struct Slot {
    socket: Option<OwnedFd>,
    generation: u32,
    next_free: u32,
    peer_port: u16,
    /// The peer, IPv4 written as IPv6; for a unix socket: nobody (`::`, port 0).
    peer_address: Ipv6Addr,
    pub(crate) interest: Interest,
}

/// What we want of a socket, and what the kernel has been told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interest {
    /// The worker takes bytes.
    pub(crate) receiving: bool,
    /// The peer has ended its half; there is nothing more to receive.
    pub(crate) ended: bool,
    /// A send was short.
    pub(crate) sending: bool,
    /// The kernel has been told of the socket at all.
    pub(crate) queued: bool,
    /// The kernel tells when bytes come.
    pub(crate) armed_in: bool,
    /// The kernel tells when there is room.
    pub(crate) armed_out: bool,
}

impl Slab {
    pub(crate) fn insert(&mut self, socket: OwnedFd, peer: Option<SocketAddrAny>) -> Key {
        let (peer_address, peer_port) = pack(peer);
        let interest =
            Interest { receiving: true, ended: false, sending: false, queued: false, armed_in: true, armed_out: false };
        let index = match self.free {
            Some(index) => {
                let slot = &mut self.slots[index as usize];
                self.free = (slot.next_free != NONE).then_some(slot.next_free);
                let generation = slot.generation;
                *slot = Slot { socket: Some(socket), generation, next_free: NONE, peer_port, peer_address, interest };
                index
            }
            None => {
                let generation = 1;
                self.slots.push(Slot {
                    socket: Some(socket),
                    generation,
                    next_free: NONE,
                    peer_port,
                    peer_address,
                    interest,
                });
                // Descriptors are ints, so there are never 2³² sockets.
                (self.slots.len() - 1) as u32
            }
        };
        Key { index, generation: self.slots[index as usize].generation }
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<OwnedFd> {
        let free = self.free.unwrap_or(NONE);
        let slot = self.slots.get_mut(key.index as usize).filter(|slot| slot.generation == key.generation)?;
        let socket = slot.socket.take()?;
        // 0 names what is not a connection.
        slot.generation = slot.generation.checked_add(1).unwrap_or(1);
        slot.next_free = free;
        self.free = Some(key.index);
        Some(socket)
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<(&OwnedFd, &mut Interest)> {
        let slot = self.slots.get_mut(key.index as usize).filter(|slot| slot.generation == key.generation)?;
        Some((slot.socket.as_ref()?, &mut slot.interest))
    }

    pub(crate) fn socket(&self, key: Key) -> Option<BorrowedFd<'_>> {
        Some(self.slot(key)?.socket.as_ref()?.as_fd())
    }

    pub(crate) fn peer(&self, key: Key) -> Option<PeerAddress> {
        let slot = self.slot(key)?;
        if slot.peer_port == 0 {
            return Some(PeerAddress::Unix);
        }
        let address = slot.peer_address.to_ipv4_mapped().map_or(IpAddr::V6(slot.peer_address), IpAddr::V4);
        Some(PeerAddress::Tcp(SocketAddr::new(address, slot.peer_port)))
    }

    /// The key of who is at this place now.
    pub(crate) fn key_at(&self, index: u32) -> Option<Key> {
        let slot = self.slots.get(index as usize).filter(|slot| slot.socket.is_some())?;
        Some(Key { index, generation: slot.generation })
    }

    fn slot(&self, key: Key) -> Option<&Slot> {
        self.slots.get(key.index as usize).filter(|slot| slot.generation == key.generation && slot.socket.is_some())
    }
}

fn pack(peer: Option<SocketAddrAny>) -> (Ipv6Addr, u16) {
    match peer.and_then(|peer| SocketAddr::try_from(peer).ok()) {
        Some(SocketAddr::V4(peer)) => (peer.ip().to_ipv6_mapped(), peer.port()),
        Some(SocketAddr::V6(peer)) => (*peer.ip(), peer.port()),
        None => (Ipv6Addr::UNSPECIFIED, 0),
    }
}

const NONE: u32 = u32::MAX;

// With the entry of the timer wheel an idle connection costs 72 bytes here at most.
const _: () = assert!(std::mem::size_of::<Slot>() <= 40);

#[cfg(test)]
mod tests {
    use super::*;

    fn socket() -> OwnedFd {
        rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).expect("a descriptor")
    }

    #[test]
    fn a_place_is_used_again_under_a_new_generation() {
        let mut slab = Slab::default();
        let first = slab.insert(socket(), None);
        let second = slab.insert(socket(), None);
        assert_eq!((first.index, second.index), (0, 1));
        assert!(slab.remove(first).is_some());
        assert!(slab.remove(first).is_none(), "stale");
        let third = slab.insert(socket(), None);
        assert_eq!(third, Key { index: 0, generation: 2 });
        assert!(slab.socket(first).is_none() && slab.get_mut(first).is_none() && slab.peer(first).is_none());
        assert!(slab.socket(third).is_some() && slab.socket(second).is_some());
        assert_eq!(slab.key_at(0), Some(third));
        assert_eq!(slab.key_at(2), None);
    }

    #[test]
    fn peers_come_back_as_they_went_in() {
        let mut slab = Slab::default();
        for text in ["127.0.0.1:80", "[2001:db8::1]:65535"] {
            let address: SocketAddr = text.parse().expect("an address");
            let key = slab.insert(socket(), Some(address.into()));
            assert_eq!(slab.peer(key), Some(PeerAddress::Tcp(address)));
        }
        let key = slab.insert(socket(), None);
        assert_eq!(slab.peer(key), Some(PeerAddress::Unix));
    }
}
