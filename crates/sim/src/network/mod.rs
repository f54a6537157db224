//! A false network: bounded buffers, short sends, splits, delays, resets, deadlines, too few descriptors.

mod link;

pub(crate) use link::Link;

use crate::chance::Chance;
use reactor::{Completion, Key};
use std::collections::VecDeque;
use std::io;

/// The kernel's side of all connections.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) chance: Chance,
    pub(crate) links: Vec<Link>,
    sockets: Vec<Slot>,
    /// The last that came free is taken first, so that old keys meet new connections.
    free: Vec<u32>,
    /// Clients that nobody has let in yet.
    backlog: VecDeque<usize>,
    /// Descriptors for connections.
    pub(crate) sockets_max: usize,
    paused_until: u64,
    pub(crate) is_woken: bool,
    /// What this turn has to tell.
    happenings: Vec<Happening>,
    /// Connections let in and not yet closed.
    pub(crate) open: usize,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    socket: Option<Socket>,
}

/// What the kernel knows of the server's end.
#[derive(Debug)]
struct Socket {
    link: usize,
    is_receiving: bool,
    /// The end of the client's half was told.
    has_ended: bool,
    /// A send was short.
    is_sending: bool,
    /// Told to be broken; nothing more is told.
    is_broken: bool,
    deadline: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Accept,
    Receive(Key),
    Send(Key),
    Fail(Key),
    Wake,
}

/// How long listeners rest when there is no descriptor.
const PAUSE: u64 = 50_000_000;

impl Network {
    pub(crate) fn new(chance: Chance, sockets_max: usize) -> Network {
        Network {
            chance,
            links: Vec::new(),
            sockets: Vec::new(),
            free: Vec::new(),
            backlog: VecDeque::new(),
            sockets_max,
            paused_until: 0,
            is_woken: false,
            happenings: Vec::new(),
            open: 0,
        }
    }

    /// A client connects.
    pub(crate) fn connect(&mut self, link: Link) -> usize {
        self.links.push(link);
        self.backlog.push_back(self.links.len() - 1);
        self.links.len() - 1
    }

    fn socket(&mut self, key: Key) -> Option<&mut Socket> {
        match self.sockets.get_mut(key.index as usize) {
            Some(slot) if slot.generation == key.generation => slot.socket.as_mut(),
            _ => None,
        }
    }

    fn each(&self) -> impl Iterator<Item = (Key, &Socket)> {
        self.sockets.iter().enumerate().filter_map(|(index, slot)| {
            Some((Key { index: index as u32, generation: slot.generation }, slot.socket.as_ref()?))
        })
    }

    /// What could be told of a socket now, as level-triggered epoll has it.
    fn happening(&self, key: Key, socket: &Socket) -> [Option<Happening>; 2] {
        let link = &self.links[socket.link];
        if socket.is_broken {
            return [None, None];
        }
        let is_hung_up = link.has_client_ended && link.has_server_ended;
        let receives = socket.is_receiving && !socket.has_ended;
        let has_something = !link.to_server.is_empty() || link.has_client_ended;
        if link.is_cut || is_hung_up && !receives {
            return [Some(Happening::Fail(key)), None];
        }
        let receive = (receives && has_something).then_some(Happening::Receive(key));
        let send = (socket.is_sending && link.room() > 0).then_some(Happening::Send(key));
        [receive, send]
    }

    fn can_accept(&self, now: u64) -> bool {
        !self.backlog.is_empty() && self.paused_until <= now
    }

    /// Whether there is something to tell.
    pub(crate) fn is_ready(&self, now: u64) -> bool {
        self.is_woken
            || self.can_accept(now)
            || self.each().any(|(key, socket)| {
                socket.deadline.is_some_and(|at| at <= now) || self.happening(key, socket).iter().any(Option::is_some)
            })
    }

    /// When the next thing happens by itself.
    pub(crate) fn next_time(&self) -> Option<u64> {
        let deadlines = self.each().filter_map(|(_, socket)| socket.deadline);
        let resumed = (!self.backlog.is_empty()).then_some(self.paused_until);
        deadlines.chain(resumed).min()
    }

    /// Begins a turn: what there is to tell, in any order.
    pub(crate) fn begin(&mut self, now: u64) {
        let mut happenings: Vec<Happening> =
            self.each().flat_map(|(key, socket)| self.happening(key, socket)).flatten().collect();
        happenings.extend(self.is_woken.then_some(Happening::Wake));
        happenings.extend(self.can_accept(now).then_some(Happening::Accept));
        self.chance.shuffle(&mut happenings);
        self.happenings = happenings;
    }

    /// The next thing to tell; deadlines last.
    pub(crate) fn next(&mut self, now: u64, buffer: &mut [u8]) -> Option<Completion> {
        while let Some(happening) = self.happenings.pop() {
            let told = match happening {
                Happening::Accept => self.accept(now),
                Happening::Receive(key) => self.receive(key, buffer),
                Happening::Send(key) => self.sendable(key),
                Happening::Fail(key) => self.fail(key),
                Happening::Wake => {
                    self.is_woken = false;
                    Some(Completion::Woken)
                }
            };
            if told.is_some() {
                return told;
            }
        }
        let due = self.each().find(|(_, socket)| socket.deadline.is_some_and(|at| at <= now)).map(|(key, _)| key)?;
        self.socket(due)?.deadline = None;
        Some(Completion::DeadlinePassed { key: due })
    }

    fn accept(&mut self, now: u64) -> Option<Completion> {
        if self.open >= self.sockets_max {
            self.paused_until = now + PAUSE;
            return Some(Completion::AcceptPaused { listener: 0 });
        }
        let link = self.backlog.pop_front()?;
        self.links[link].accepted = Some(now);
        let socket =
            Socket { link, is_receiving: true, has_ended: false, is_sending: false, is_broken: false, deadline: None };
        let index = self.free.pop().unwrap_or_else(|| {
            self.sockets.push(Slot { generation: 0, socket: None });
            self.sockets.len() as u32 - 1
        });
        let slot = &mut self.sockets[index as usize];
        slot.generation += 1;
        slot.socket = Some(socket);
        let key = Key { index, generation: slot.generation };
        self.open += 1;
        if self.can_accept(now) {
            self.happenings.push(Happening::Accept);
        }
        Some(Completion::Accepted { key, mark: 0 })
    }

    fn receive(&mut self, key: Key, buffer: &mut [u8]) -> Option<Completion> {
        let socket = self.socket(key)?;
        let (link, receives) = (socket.link, socket.is_receiving && !socket.has_ended && !socket.is_broken);
        let link = &mut self.links[link];
        if !receives || link.is_cut {
            return if link.is_cut { self.fail(key) } else { None };
        }
        let at_hand = link.to_server.len().min(buffer.len());
        if at_hand == 0 {
            self.socket(key)?.has_ended = true;
            return Some(Completion::Received { key, bytes: 0 });
        }
        let bytes = if self.chance.one_in(3) { 1 + self.chance.below(at_hand) } else { at_hand };
        for (place, byte) in buffer.iter_mut().zip(link.to_server.drain(..bytes)) {
            *place = byte;
        }
        Some(Completion::Received { key, bytes })
    }

    fn sendable(&mut self, key: Key) -> Option<Completion> {
        let socket = self.socket(key)?;
        if !socket.is_sending || socket.is_broken {
            return None;
        }
        socket.is_sending = false;
        Some(Completion::Sendable { key })
    }

    fn fail(&mut self, key: Key) -> Option<Completion> {
        let socket = self.socket(key)?;
        if socket.is_broken {
            return None;
        }
        socket.is_broken = true;
        Some(Completion::Failed { key, error: io::ErrorKind::ConnectionReset })
    }
}

/// What the server asks of the kernel.
impl Network {
    /// How many bytes can be sent now; with chance fewer than there is room for.
    ///
    /// Errs when the connection is not there or is broken.
    pub(crate) fn offer(&mut self, key: Key, length: usize) -> io::Result<usize> {
        let socket = self.socket(key).ok_or(io::ErrorKind::NotConnected)?;
        let link = socket.link;
        let link = &self.links[link];
        if link.is_cut {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if link.has_server_ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let room = link.room().min(length);
        Ok(if room > 0 && self.chance.one_in(6) { self.chance.below(room + 1) } else { room })
    }

    /// Sends as much as was offered; tells of room later when that is not all of `length`.
    pub(crate) fn send(&mut self, key: Key, bytes: &[u8], length: usize) {
        let Some(socket) = self.socket(key) else { return };
        socket.is_sending |= bytes.len() < length;
        let link = socket.link;
        self.links[link].send(bytes);
    }

    /// Which link a key stands for.
    pub(crate) fn link_of(&mut self, key: Key) -> Option<usize> {
        self.socket(key).map(|socket| socket.link)
    }

    pub(crate) fn ask_sendable(&mut self, key: Key) {
        if let Some(socket) = self.socket(key) {
            socket.is_sending = true;
        }
    }

    pub(crate) fn set_receiving(&mut self, key: Key, on: bool) {
        if let Some(socket) = self.socket(key) {
            socket.is_receiving = on;
        }
    }

    pub(crate) fn set_deadline(&mut self, key: Key, deadline: Option<u64>) {
        if let Some(socket) = self.socket(key) {
            socket.deadline = deadline;
        }
    }

    pub(crate) fn shutdown(&mut self, key: Key) {
        if let Some(link) = self.link_of(key) {
            self.links[link].has_server_ended = true;
        }
    }

    /// Closing over bytes that nobody has read resets the connection, as Linux does (RFC 9293 §3.6.1).
    pub(crate) fn close(&mut self, key: Key) -> Option<usize> {
        let index = self.link_of(key)?;
        self.sockets[key.index as usize].socket = None;
        self.free.push(key.index);
        self.open -= 1;
        self.paused_until = 0;
        let under_way = self.links[index].to_client.len();
        let kept = self.chance.below(under_way + 1);
        let link = &mut self.links[index];
        link.is_closed = true;
        link.has_server_ended = true;
        if !link.to_server.is_empty() && !link.is_cut {
            link.reset(kept);
        }
        Some(index)
    }

    /// Those who wait are let in first; the life makes no new clients from here on.
    pub(crate) fn stop_accepting(&mut self) {
        self.paused_until = 0;
    }
}
