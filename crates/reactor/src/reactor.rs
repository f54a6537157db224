//! The contract between a worker and the kernel, shaped as completions so that epoll and others fit behind it.

use std::io;

use crate::listen::PeerAddress;

/// Names one connection of one reactor. A key that outlived its connection is stale: it is ignored everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Where the connection stands in tables; used again after `close`.
    pub index: u32,
    /// Counts the users of that place; never 0 for a connection.
    pub generation: u32,
}

/// What has happened, one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// A client has connected.
    Accepted {
        /// The new connection; it is already receiving.
        key: Key,
        /// That of the listener that it came by.
        mark: u8,
    },
    /// Bytes stand at the start of the buffer that was given to `next`; 0 of them: the peer has ended its half.
    Received {
        /// Whose bytes.
        key: Key,
        /// How many.
        bytes: usize,
    },
    /// An earlier send was short; now there is room.
    Sendable {
        /// Whose send.
        key: Key,
    },
    /// The deadline has passed; it is taken off and may be set anew.
    DeadlinePassed {
        /// Whose deadline.
        key: Key,
    },
    /// The connection is broken and must be closed by the worker; nothing more comes from it.
    Failed {
        /// Which connection.
        key: Key,
        /// Reset, timed out…
        error: io::ErrorKind,
    },
    /// Another thread has used the [`Waker`](crate::Waker); many wakes may be told as one.
    Woken,
    /// Out of descriptors or kernel memory: accepting rests a moment, or until a connection is closed.
    AcceptPaused {
        /// Which listener.
        listener: usize,
    },
}

/// Calls of the kernel for connections, since the reactor was made: counted, for whoever wants to see what a request costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// `epoll_pwait`
    pub wait: u64,
    /// `accept4`
    pub accept: u64,
    /// `recvfrom`
    pub receive: u64,
    /// `sendto`
    pub send: u64,
    /// `sendmsg`
    pub send_many: u64,
    /// `sendfile`
    pub send_file: u64,
    /// `epoll_ctl`
    pub control: u64,
}

impl Calls {
    /// Each with the name that the kernel has for it.
    pub fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("epoll_pwait", self.wait),
            ("accept4", self.accept),
            ("recvfrom", self.receive),
            ("sendto", self.send),
            ("sendmsg", self.send_many),
            ("sendfile", self.send_file),
            ("epoll_ctl", self.control),
        ]
    }

    /// What was called since `before`.
    #[must_use]
    pub fn since(&self, before: &Calls) -> Calls {
        Calls {
            wait: self.wait - before.wait,
            accept: self.accept - before.accept,
            receive: self.receive - before.receive,
            send: self.send - before.send,
            send_many: self.send_many - before.send_many,
            send_file: self.send_file - before.send_file,
            control: self.control - before.control,
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, others: &Calls) -> Calls {
        Calls {
            wait: self.wait + others.wait,
            accept: self.accept + others.accept,
            receive: self.receive + others.receive,
            send: self.send + others.send,
            send_many: self.send_many + others.send_many,
            send_file: self.send_file + others.send_file,
            control: self.control + others.control,
        }
    }
}

/// Sockets, timers and spans of files, as one worker sees them. All calls are of the worker's thread, and none waits but `wait`.
///
/// A turn: `wait`, then `next` until it gives `None`.
pub trait Reactor {
    /// An open file that spans can be sent of.
    type File: Clone;

    /// The clock that only goes forward, in nanoseconds, as of the last `wait`.
    fn now_nanoseconds(&self) -> u64;

    /// The calendar, in nanoseconds since 1970, as of the last `wait`.
    fn date_nanoseconds(&self) -> i128;

    /// The clock that only goes forward, as of this very moment: a look at it costs a call. Where time is made up, that of
    /// the last `wait`.
    fn clock_nanoseconds(&self) -> u64 {
        self.now_nanoseconds()
    }

    /// What the kernel was asked so far; nothing, where there is none.
    fn calls(&self) -> Calls {
        Calls::default()
    }

    /// Returns when completions may be there, at `until` (of [`Reactor::now_nanoseconds`]) at the latest.
    /// Errs only when the kernel's queue itself is broken.
    fn wait(&mut self, until: Option<u64>) -> io::Result<()>;

    /// The next thing that has happened since `wait`. Receives into `buffer`, which must not be empty.
    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion>;

    /// Sends the slices, one after the other, as far as there is room; `more` says that other bytes follow at once.
    ///
    /// Gives how many bytes were taken. Fewer than offered, even 0: `Sendable` will tell when to offer the rest.
    /// Errs when the connection is broken or the key is stale: `close` it.
    fn send(&mut self, key: Key, slices: &[&[u8]], more: bool) -> io::Result<usize>;

    /// Sends a span of a file, as far as there is room.
    ///
    /// Gives how many bytes were taken; fewer than `length`: `Sendable` will tell when to ask for the rest.
    /// `Ok(0)`: the file ends before `offset`. Errs with `WouldBlock` when there was no room at all (`Sendable` will
    /// tell), and otherwise when the connection or the file is broken. The kernel raises SIGPIPE for a broken one here,
    /// which must stay ignored, as it is when a Rust program starts.
    fn send_file(&mut self, key: Key, file: &Self::File, offset: u64, length: usize) -> io::Result<usize>;

    /// `Sendable` will come as soon as there is room, though nothing was short: others first.
    fn ask_sendable(&mut self, key: Key);

    /// Back-pressure: while off, what the peer sends stays in the kernel.
    fn set_receiving(&mut self, key: Key, on: bool);

    /// Sets, moves or takes off the one deadline of a connection. To move it later costs one store.
    fn set_deadline(&mut self, key: Key, deadline: Option<u64>);

    /// Ends our half: the peer will see the end after all that was sent.
    fn shutdown(&mut self, key: Key);

    /// Ends the connection; its key is stale from now on.
    fn close(&mut self, key: Key);

    /// No new clients: those who already wait are still handed out by `next`, then the listeners are closed.
    fn stop_accepting(&mut self);

    /// Who is at the other end. `None`: the key is stale.
    fn peer(&self, key: Key) -> Option<PeerAddress>;
}
