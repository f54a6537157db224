//! The kernel: sockets, timers, file spans. Nothing here knows what the bytes mean.
//!
//! ```text
//! listen ──▶ Epoll (trait Reactor) ──▶ Completion ──▶ the worker ──▶ send, send_file, set_deadline
//!                 ▲                                        │
//!               Waker ◀── pool threads, signals       disk::Root (open, read, list)
//! ```

pub mod disk;
pub mod handover;
pub mod listen;
pub mod priority;
pub mod privilege;
pub mod signal;
pub mod timer;

mod reactor;
mod sys;

pub use listen::{ListenAddress, ListenError, ListenOptions, Listener, PeerAddress};
pub use reactor::{Calls, Completion, Key, Reactor};
pub use sys::epoll::Epoll;
pub use sys::waker::Waker;
