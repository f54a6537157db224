//! A false network: what clients send is received in the pieces they send, and they take as much as they care to.

use super::shelf::Handle;
use reactor::{Completion, Key, PeerAddress, Reactor};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

/// The network as the worker's reactor.
#[derive(Clone, Default)]
pub(crate) struct Network(pub(crate) Rc<RefCell<Wires>>);

#[derive(Default)]
pub(crate) struct Wires {
    pub(crate) now: u64,
    pub(crate) is_woken: bool,
    pub(crate) is_accepting: bool,
    pub(crate) accept_paused: bool,
    pub(crate) links: Vec<Link>,
}

/// One connection. Its key's index is its place, so that places are not used again but where a test wants that.
pub(crate) struct Link {
    pub(crate) peer: SocketAddr,
    is_new: bool,
    /// Pieces on their way to the server; an empty one is the end.
    inbox: VecDeque<Vec<u8>>,
    is_receiving: bool,
    /// How many more bytes the client takes.
    pub(crate) room: usize,
    wants_room: bool,
    /// Wants it, but others come first: from the next turn on.
    asks_for_room: bool,
    deadline: Option<u64>,
    /// What the client has.
    pub(crate) output: Vec<u8>,
    /// The calls that made it, with `+` where more was to follow at once.
    pub(crate) calls: Vec<String>,
    pub(crate) is_shut: bool,
    pub(crate) is_closed: bool,
}

impl Wires {
    pub(crate) fn connect(&mut self, peer: SocketAddr) -> usize {
        self.links.push(Link {
            peer,
            is_new: true,
            inbox: VecDeque::new(),
            is_receiving: true,
            room: usize::MAX,
            wants_room: false,
            asks_for_room: false,
            deadline: None,
            output: Vec::new(),
            calls: Vec::new(),
            is_shut: false,
            is_closed: false,
        });
        self.links.len() - 1
    }

    pub(crate) fn send(&mut self, link: usize, bytes: &[u8]) {
        self.links[link].inbox.push_back(bytes.to_vec());
    }

    fn link(&mut self, key: Key) -> io::Result<&mut Link> {
        let link = self.links.get_mut(key.index as usize).filter(|link| !link.is_closed);
        link.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Link {
    fn take(&mut self, bytes: &[u8], offered: usize, call: String) -> usize {
        let count = bytes.len().min(self.room);
        self.room = self.room.saturating_sub(if self.room == usize::MAX { 0 } else { count });
        self.output.extend_from_slice(&bytes[..count]);
        self.wants_room = count < offered;
        self.calls.push(call);
        count
    }
}

fn key(index: usize) -> Key {
    Key { index: index as u32, generation: 1 }
}

impl Reactor for Network {
    type File = Handle;

    fn now_nanoseconds(&self) -> u64 {
        self.0.borrow().now
    }

    fn date_nanoseconds(&self) -> i128 {
        784_111_777_000_000_000 + i128::from(self.0.borrow().now)
    }

    fn wait(&mut self, _: Option<u64>) -> io::Result<()> {
        for link in &mut self.0.borrow_mut().links {
            link.wants_room |= std::mem::take(&mut link.asks_for_room);
        }
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        let mut wires = self.0.borrow_mut();
        let now = wires.now;
        if std::mem::take(&mut wires.accept_paused) {
            return Some(Completion::AcceptPaused { listener: 0 });
        }
        for (index, link) in wires.links.iter_mut().enumerate().filter(|(_, link)| !link.is_closed) {
            if std::mem::take(&mut link.is_new) {
                return Some(Completion::Accepted { key: key(index), mark: 0 });
            }
            if link.is_receiving
                && let Some(piece) = link.inbox.pop_front()
            {
                buffer[..piece.len()].copy_from_slice(&piece);
                // The end is told once.
                link.is_receiving &= !piece.is_empty();
                return Some(Completion::Received { key: key(index), bytes: piece.len() });
            }
            if link.wants_room && link.room > 0 {
                link.wants_room = false;
                return Some(Completion::Sendable { key: key(index) });
            }
            if link.deadline.take_if(|deadline| *deadline <= now).is_some() {
                return Some(Completion::DeadlinePassed { key: key(index) });
            }
        }
        std::mem::take(&mut wires.is_woken).then_some(Completion::Woken)
    }

    fn send(&mut self, key: Key, slices: &[&[u8]], more: bool) -> io::Result<usize> {
        let mut wires = self.0.borrow_mut();
        let lengths: Vec<String> = slices.iter().map(|slice| slice.len().to_string()).collect();
        let bytes = slices.concat();
        let call = format!("send {}{}", lengths.join(" "), if more { " +" } else { "" });
        Ok(wires.link(key)?.take(&bytes, bytes.len(), call))
    }

    fn send_file(&mut self, key: Key, file: &Handle, offset: u64, length: usize) -> io::Result<usize> {
        let mut wires = self.0.borrow_mut();
        let link = wires.link(key)?;
        if link.room == 0 {
            link.wants_room = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let bytes = file.lock().unwrap();
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let rest = &rest[..rest.len().min(length)];
        if rest.is_empty() {
            return Ok(0);
        }
        Ok(link.take(rest, length, format!("file {offset} {length}")))
    }

    fn ask_sendable(&mut self, key: Key) {
        if let Ok(link) = self.0.borrow_mut().link(key) {
            link.asks_for_room = true;
        }
    }

    fn set_receiving(&mut self, key: Key, on: bool) {
        if let Ok(link) = self.0.borrow_mut().link(key) {
            link.is_receiving = on;
        }
    }

    fn set_deadline(&mut self, key: Key, deadline: Option<u64>) {
        if let Ok(link) = self.0.borrow_mut().link(key) {
            link.deadline = deadline;
        }
    }

    fn shutdown(&mut self, key: Key) {
        if let Ok(link) = self.0.borrow_mut().link(key) {
            link.is_shut = true;
        }
    }

    fn close(&mut self, key: Key) {
        if let Ok(link) = self.0.borrow_mut().link(key) {
            link.is_closed = true;
        }
    }

    fn stop_accepting(&mut self) {
        self.0.borrow_mut().is_accepting = false;
    }

    fn peer(&self, key: Key) -> Option<PeerAddress> {
        Some(PeerAddress::Tcp(self.0.borrow_mut().link(key).ok()?.peer))
    }
}
