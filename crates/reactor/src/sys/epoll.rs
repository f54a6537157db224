//! The reactor on epoll: level-triggered, and no system call that does not move bytes unless something is unusual.
//!
//! A request costs one `recv` and one `send`, and its share of an `epoll_wait`. `epoll_ctl` is for a connection that
//! outlives its first turn, for a peer that reads slower than we send, and for a half that has ended.

use std::io::{self, IoSlice};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown, SocketFlags};

use crate::listen::{ListenAddress, Listener, PeerAddress};
use crate::reactor::{Calls, Completion, Key, Reactor};
use crate::sys::clock;
use crate::sys::slab::{Interest, Slab};
use crate::sys::token::{WAKER_TOKEN, key_of, token_of};
use crate::sys::waker::Waker;
use crate::timer::Wheel;

/// One worker's view of the kernel.
pub struct Epoll {
    queue: OwnedFd,
    events: Box<[Event]>,
    /// Events of the last `wait`. Invariant: handled <= filled <= events.len()
    filled: usize,
    handled: usize,
    slab: Slab,
    wheel: Wheel,
    waker: Waker,
    gates: Vec<Gate>,
    /// The gate that clients are being taken from, and how many more in this turn.
    accepting: Option<(usize, usize)>,
    /// Just accepted from a listener that waits for the first bytes: they are there to be received.
    fresh: Option<Key>,
    /// Accepted and received from in this turn; in the queue only if they live at its end. One that is answered and
    /// closed at once has cost no call to the queue.
    unqueued: Vec<Key>,
    /// The queue would not take them.
    rejected: Vec<Key>,
    /// Told to be sendable last; if nobody sends on it, the kernel need not tell again.
    told_sendable: Option<Key>,
    /// Held for the moment when there are no others: it lets one client more in, for whom the worker can make room.
    spare: Option<OwnedFd>,
    now: u64,
    date: i128,
    calls: Calls,
}

/// A listener and its state.
#[derive(Debug)]
struct Gate {
    listener: Option<Listener>,
    state: GateState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GateState {
    Open,
    /// Out of descriptors: not listened to until then.
    Paused {
        until: u64,
    },
    /// Those who wait are let in, then it is closed.
    Closing,
}

impl Epoll {
    /// A reactor that takes clients from these listeners. Errs when the kernel gives no queue.
    pub fn new(listeners: Vec<Listener>) -> io::Result<Epoll> {
        let queue = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = Waker::new()?;
        epoll::add(&queue, &waker, EventData::new_u64(WAKER_TOKEN), EventFlags::IN)?;
        let now = clock::now();
        let mut reactor = Epoll {
            queue,
            events: vec![Event { flags: EventFlags::empty(), data: EventData::new_u64(0) }; EVENTS_MAX].into(),
            filled: 0,
            handled: 0,
            slab: Slab::default(),
            wheel: Wheel::new(now),
            spare: spare_descriptor(),
            waker,
            gates: Vec::new(),
            accepting: None,
            fresh: None,
            unqueued: Vec::new(),
            rejected: Vec::new(),
            told_sendable: None,
            now,
            date: clock::date(),
            calls: Calls::default(),
        };
        for listener in listeners {
            reactor.gates.push(Gate { listener: Some(listener), state: GateState::Open });
            reactor.listen_at(reactor.gates.len() - 1)?;
        }
        Ok(reactor)
    }

    /// What wakes this reactor from another thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// The addresses of the listeners that are still open, with their numbers.
    pub fn listeners(&self) -> impl Iterator<Item = (usize, &Listener)> {
        self.gates.iter().enumerate().filter_map(|(number, gate)| Some((number, gate.listener.as_ref()?)))
    }

    /// Takes clients from one more listener. Errs when the queue does not take it.
    pub fn listen(&mut self, listener: Listener) -> io::Result<()> {
        let gate = Gate { listener: Some(listener), state: GateState::Open };
        let number = match self.gates.iter().position(|gate| gate.listener.is_none()) {
            Some(free) => {
                self.gates[free] = gate;
                free
            }
            None => {
                self.gates.push(gate);
                self.gates.len() - 1
            }
        };
        self.listen_at(number).inspect_err(|_| self.gates[number].listener = None)
    }

    /// Lets those in who wait at an address, and then listens there no more.
    pub fn leave(&mut self, address: &ListenAddress) {
        for number in 0..self.gates.len() {
            if self.gates[number].listener.as_ref().is_some_and(|listener| listener.address() == address) {
                self.begin_to_close(number);
            }
        }
    }

    /// Listens at an address no more, at once: those who wait there are let in by somebody else who has the same sockets.
    pub fn leave_to_others(&mut self, address: &ListenAddress) {
        for gate in &mut self.gates {
            if let Some(listener) = gate.listener.take_if(|listener| listener.address() == address) {
                // Said in so many words: as long as another process has the socket open, to close it here is not enough.
                let _ = epoll::delete(&self.queue, &listener);
                gate.state = GateState::Closing;
            }
        }
    }

    fn begin_to_close(&mut self, number: usize) {
        let gate = &mut self.gates[number];
        if let (Some(listener), GateState::Open) = (&gate.listener, gate.state) {
            let _ = epoll::delete(&self.queue, listener);
        }
        gate.state = GateState::Closing;
    }

    fn handle_event(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        let Event { flags, data } = self.events[self.handled];
        let token = data.u64();
        if token == WAKER_TOKEN {
            self.handled += 1;
            self.waker.reset();
            return Some(Completion::Woken);
        }
        let key = key_of(token);
        if key.generation == 0 {
            self.handled += 1;
            self.accepting = Some((key.index as usize, ACCEPTS_PER_TURN));
            return None;
        }
        let Some((_, interest)) = self.slab.get_mut(key) else {
            // Closed since the kernel wrote this.
            self.handled += 1;
            return None;
        };
        if flags.contains(EventFlags::OUT) && interest.sending {
            interest.sending = false;
            self.told_sendable = Some(key);
            // What else the event says is handled at the next call: the buffer is free then.
            self.events[self.handled].flags = flags - EventFlags::OUT;
            return Some(Completion::Sendable { key });
        }
        self.handled += 1;
        if !flags.intersects(EventFlags::IN | EventFlags::ERR | EventFlags::HUP) {
            return None;
        }
        if interest.receiving && !interest.ended {
            return self.receive(key, buffer);
        }
        if flags.intersects(EventFlags::ERR | EventFlags::HUP) {
            return self.fail(key);
        }
        // Not wanted now; told to the kernel only when it asks, as most connections are closed or turned on before.
        interest.armed_in = false;
        self.arm(key);
        None
    }

    fn receive(&mut self, key: Key, buffer: &mut [u8]) -> Option<Completion> {
        let (socket, interest) = self.slab.get_mut(key)?;
        self.calls.receive += 1;
        // Never called again to see EAGAIN: had the buffer been too small, the next `wait` would tell.
        match retried(|| rustix::net::recv(socket, &mut *buffer, RecvFlags::DONTWAIT).map(|(bytes, _)| bytes)) {
            Ok(bytes) => {
                interest.ended = bytes == 0;
                Some(Completion::Received { key, bytes })
            }
            Err(Errno::AGAIN) => None,
            Err(error) => Some(self.detach(key, io::Error::from(error).kind())),
        }
    }

    /// The first bytes of a new connection.
    fn receive_first(&mut self, key: Key, buffer: &mut [u8]) -> Option<Completion> {
        let is_wanted = self.slab.get_mut(key).is_some_and(|(_, interest)| interest.receiving);
        let completion = if is_wanted { self.receive(key, buffer) } else { None };
        match completion {
            Some(Completion::Received { .. }) => self.unqueued.push(key),
            // They were not there after all (the client has kept silent for a second).
            None => self.arm(key),
            Some(_) => {}
        }
        completion
    }

    /// Those who have outlived the turn they came in.
    fn queue_the_unqueued(&mut self) {
        while let Some(key) = self.unqueued.pop() {
            if self.slab.get_mut(key).is_some_and(|(_, interest)| !interest.queued) {
                self.arm(key);
            }
        }
    }

    /// The kernel says the connection is broken while nobody receives from it.
    fn fail(&mut self, key: Key) -> Option<Completion> {
        let error = match rustix::net::sockopt::socket_error(self.slab.socket(key)?) {
            Ok(Err(error)) => io::Error::from(error).kind(),
            _ => io::ErrorKind::ConnectionReset,
        };
        Some(self.detach(key, error))
    }

    /// A broken connection would be told of at every `wait` until it is closed.
    fn detach(&mut self, key: Key, error: io::ErrorKind) -> Completion {
        if let Some((socket, interest)) = self.slab.get_mut(key) {
            (interest.armed_in, interest.armed_out) = (false, false);
            (interest.ended, interest.sending) = (true, false);
            if interest.queued {
                let _ = epoll::delete(&self.queue, socket);
            }
        }
        Completion::Failed { key, error }
    }

    /// Tells the kernel what `armed_in` and `armed_out` say.
    fn arm(&mut self, key: Key) {
        let Some((socket, interest)) = self.slab.get_mut(key) else { return };
        let mut flags = EventFlags::empty();
        flags.set(EventFlags::IN, interest.armed_in);
        flags.set(EventFlags::OUT, interest.armed_out);
        let data = EventData::new_u64(token_of(key));
        self.calls.control += 1;
        if interest.queued {
            // Fails only for a socket that has been taken out: one that was found broken.
            let _ = epoll::modify(&self.queue, socket, data, flags);
        } else if epoll::add(&self.queue, socket, data, flags).is_ok() {
            interest.queued = true;
        } else {
            self.rejected.push(key);
        }
    }

    /// A send was short: tell when there is room.
    fn arm_sending(&mut self, key: Key) {
        let Some((_, interest)) = self.slab.get_mut(key) else { return };
        interest.sending = true;
        if !interest.armed_out {
            interest.armed_out = true;
            self.arm(key);
        }
    }

    /// Who was told `Sendable` last and did not fill the socket again need not be told any more.
    fn settle_sendable(&mut self) {
        let Some(key) = self.told_sendable.take() else { return };
        if let Some((_, interest)) = self.slab.get_mut(key)
            && interest.armed_out
            && !interest.sending
        {
            interest.armed_out = false;
            self.arm(key);
        }
    }

    /// Takes one client from the gate, or ends its turn.
    fn accept(&mut self, number: usize, left: usize) -> Option<Completion> {
        self.accepting = None;
        let gate = self.gates.get(number)?;
        let listener = gate.listener.as_ref()?;
        if matches!(gate.state, GateState::Paused { .. }) || left == 0 {
            return None;
        }
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        self.calls.accept += 1;
        let (accepted, is_last) = match rustix::net::acceptfrom_with(listener, flags) {
            Err(Errno::MFILE | Errno::NFILE) => {
                drop(self.spare.take());
                (rustix::net::acceptfrom_with(listener, flags), true)
            }
            accepted => (accepted, false),
        };
        match accepted {
            Ok((socket, peer)) => {
                let (has_bytes, mark) = (listener.defers_accept(), listener.mark());
                let key = self.slab.insert(socket, peer);
                if has_bytes {
                    self.fresh = Some(key);
                } else {
                    self.arm(key);
                }
                // The spare is gone: the next try finds none, and pauses.
                self.accepting = Some((number, if is_last { 1 } else { left - 1 }));
                Some(Completion::Accepted { key, mark })
            }
            Err(Errno::AGAIN) => {
                self.close_gate_if_closing(number);
                None
            }
            // The client has gone while it waited, or the network has told something about it: not about us (accept(2)).
            Err(Errno::INTR | Errno::CONNABORTED | Errno::PROTO | Errno::NETDOWN | Errno::NETUNREACH)
            | Err(Errno::HOSTDOWN | Errno::HOSTUNREACH | Errno::NONET | Errno::NOPROTOOPT | Errno::PERM) => {
                self.accepting = Some((number, left - 1));
                None
            }
            // Out of descriptors or memory, or something nobody knows: in any case no reason to spin.
            Err(_) => Some(self.pause(number)),
        }
    }

    fn pause(&mut self, number: usize) -> Completion {
        let gate = &mut self.gates[number];
        // A gate that is closing stays so: who waits there is let in when there is room, or at the end turned away.
        if gate.state == GateState::Open {
            gate.state = GateState::Paused { until: self.now + ACCEPT_PAUSE_NANOSECONDS };
            if let Some(listener) = &gate.listener {
                let _ = epoll::delete(&self.queue, listener);
            }
        } else {
            gate.listener = None;
        }
        Completion::AcceptPaused { listener: number }
    }

    fn listen_at(&mut self, number: usize) -> io::Result<()> {
        let Some(listener) = &self.gates[number].listener else { return Ok(()) };
        // Workers that share one socket are woken one at a time.
        let exclusive = if listener.is_shared() { EventFlags::EXCLUSIVE } else { EventFlags::empty() };
        let token = token_of(Key { index: number as u32, generation: 0 });
        epoll::add(&self.queue, listener, EventData::new_u64(token), EventFlags::IN | exclusive)?;
        Ok(())
    }

    /// Paused gates whose time has come listen again. Gives when the next one is due.
    fn resume_gates(&mut self) -> Option<u64> {
        let mut earliest = None;
        for number in 0..self.gates.len() {
            let GateState::Paused { until } = self.gates[number].state else { continue };
            if until > self.now {
                earliest = Some(earliest.map_or(until, |earliest: u64| earliest.min(until)));
                continue;
            }
            self.spare = self.spare.take().or_else(spare_descriptor);
            self.gates[number].state = if self.listen_at(number).is_ok() {
                GateState::Open
            } else {
                GateState::Paused { until: self.now + ACCEPT_PAUSE_NANOSECONDS }
            };
        }
        earliest
    }

    fn close_gate_if_closing(&mut self, number: usize) {
        let gate = &mut self.gates[number];
        if gate.state == GateState::Closing {
            gate.listener = None;
        }
    }

    /// A gate that is closing and has not let in all who wait.
    fn closing_gate(&self) -> Option<usize> {
        self.gates.iter().position(|gate| gate.state == GateState::Closing && gate.listener.is_some())
    }
}

impl Reactor for Epoll {
    type File = Arc<OwnedFd>;

    fn now_nanoseconds(&self) -> u64 {
        self.now
    }

    fn date_nanoseconds(&self) -> i128 {
        self.date
    }

    fn clock_nanoseconds(&self) -> u64 {
        clock::now()
    }

    fn calls(&self) -> Calls {
        self.calls
    }

    fn wait(&mut self, until: Option<u64>) -> io::Result<()> {
        self.settle_sendable();
        self.queue_the_unqueued();
        (self.filled, self.handled) = (0, 0);
        let resumed = if self.gates.iter().any(|gate| matches!(gate.state, GateState::Paused { .. })) {
            self.resume_gates()
        } else {
            None
        };
        let look = [until, self.wheel.next_look(), resumed].into_iter().flatten().min();
        // A closing gate is read without being told: nobody would be woken for those who already wait.
        let has_work = self.closing_gate().is_some() || !self.rejected.is_empty();
        let look = if has_work { Some(0) } else { look };
        // From the clock as of the last turn: one look at it less, for waiting longer by what that turn took.
        let timeout = look.map(|at| clock::timeout(at.saturating_sub(self.now)));
        self.calls.wait += 1;
        match epoll::wait(&self.queue, &mut self.events[..], timeout.as_ref()) {
            Ok(filled) => self.filled = filled,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        self.now = clock::now();
        self.date = clock::date();
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        self.settle_sendable();
        loop {
            let completion = if let Some(key) = self.fresh.take() {
                self.receive_first(key, buffer)
            } else if let Some(key) = self.rejected.pop() {
                // Out of kernel memory or watches.
                Some(self.detach(key, io::ErrorKind::OutOfMemory))
            } else if let Some((number, left)) = self.accepting {
                self.accept(number, left)
            } else if self.handled < self.filled {
                self.handle_event(buffer)
            } else if let Some(number) = self.closing_gate() {
                self.accept(number, ACCEPTS_PER_TURN)
            } else {
                // Last, so that what has arrived counts before its deadline.
                let index = self.wheel.pop(self.now)?;
                self.slab.key_at(index).map(|key| Completion::DeadlinePassed { key })
            };
            if completion.is_some() {
                return completion;
            }
        }
    }

    fn send(&mut self, key: Key, slices: &[&[u8]], more: bool) -> io::Result<usize> {
        let socket = self.slab.socket(key).ok_or(io::ErrorKind::NotConnected)?;
        let mut flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        flags.set(SendFlags::MORE, more);
        let (offered, sent) = match slices {
            [slice] => {
                self.calls.send += 1;
                (slice.len(), retried(|| rustix::net::send(socket, slice, flags)))
            }
            slices => {
                self.calls.send_many += 1;
                let mut vector = [IoSlice::new(&[]); SLICES_MAX];
                let count = slices.len().min(SLICES_MAX);
                for (place, slice) in vector.iter_mut().zip(slices) {
                    *place = IoSlice::new(slice);
                }
                let sent = retried(|| {
                    rustix::net::sendmsg(socket, &vector[..count], &mut SendAncillaryBuffer::default(), flags)
                });
                (slices.iter().map(|slice| slice.len()).sum(), sent)
            }
        };
        let sent = match sent {
            Ok(sent) => sent,
            Err(Errno::AGAIN) => 0,
            Err(error) => return Err(error.into()),
        };
        if sent < offered {
            self.arm_sending(key);
        }
        Ok(sent)
    }

    fn send_file(&mut self, key: Key, file: &Self::File, offset: u64, length: usize) -> io::Result<usize> {
        let socket = self.slab.socket(key).ok_or(io::ErrorKind::NotConnected)?;
        let mut position = offset;
        let span = length.min(FILE_SPAN_MAX);
        self.calls.send_file += 1;
        match retried(|| rustix::fs::sendfile(socket, file, Some(&mut position), span)) {
            Ok(sent) => {
                // At the end of the file there is nothing to wait for.
                if 0 < sent && sent < length {
                    self.arm_sending(key);
                }
                Ok(sent)
            }
            Err(error) => {
                if error == Errno::AGAIN {
                    self.arm_sending(key);
                }
                Err(error.into())
            }
        }
    }

    fn ask_sendable(&mut self, key: Key) {
        self.arm_sending(key);
    }

    fn set_receiving(&mut self, key: Key, on: bool) {
        let Some((_, interest)) = self.slab.get_mut(key) else { return };
        interest.receiving = on;
        if on && !interest.armed_in && !interest.ended {
            interest.armed_in = true;
            self.arm(key);
        }
    }

    fn set_deadline(&mut self, key: Key, deadline: Option<u64>) {
        if self.slab.socket(key).is_none() {
            return;
        }
        match deadline {
            Some(deadline) => self.wheel.set(key.index, deadline),
            None => self.wheel.clear(key.index),
        }
    }

    fn shutdown(&mut self, key: Key) {
        if let Some(socket) = self.slab.socket(key) {
            // Fails only when the peer has gone already, which will be told by itself.
            let _ = rustix::net::shutdown(socket, Shutdown::Write);
        }
    }

    fn close(&mut self, key: Key) {
        // Closing takes the socket out of the queue: nobody else holds it.
        if self.slab.remove(key).is_some() {
            self.wheel.remove(key.index);
            for gate in &mut self.gates {
                if let GateState::Paused { until } = &mut gate.state {
                    *until = 0;
                }
            }
        }
    }

    fn stop_accepting(&mut self) {
        (0..self.gates.len()).for_each(|number| self.begin_to_close(number));
    }

    fn peer(&self, key: Key) -> Option<PeerAddress> {
        self.slab.peer(key)
    }
}

/// Any descriptor will do that costs the kernel little.
fn spare_descriptor() -> Option<OwnedFd> {
    rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).ok()
}

fn retried<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}

/// Beyond it the rest waits for the next turn. More than this gains nothing that could be measured.
const EVENTS_MAX: usize = 512;
/// New clients taken in a turn, so that a rush at the gate does not hold up those inside.
const ACCEPTS_PER_TURN: usize = 64;
/// Out of descriptors: how long the listeners rest, unless a connection is closed before.
const ACCEPT_PAUSE_NANOSECONDS: u64 = 50_000_000;
/// Slices in one `sendmsg`; more are told as a short send.
const SLICES_MAX: usize = 16;
/// One call of `sendfile`; a fast reader of a huge file would otherwise hold the worker. The rest follows in the next turn.
const FILE_SPAN_MAX: usize = 4 << 20;

const _: () = assert!(std::mem::size_of::<Interest>() <= 8);
