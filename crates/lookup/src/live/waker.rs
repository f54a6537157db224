//! Wakes the keeper.

use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// A bell that many may ring; rung often before it is heard, it costs one system call.
#[derive(Debug)]
pub(crate) struct Waker {
    bell: OwnedFd,
    is_rung: AtomicBool,
}

impl Waker {
    pub(crate) fn new() -> io::Result<Waker> {
        let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        Ok(Waker { bell, is_rung: AtomicBool::new(false) })
    }

    /// Wakes whoever waits.
    pub(crate) fn wake(&self) {
        if !self.is_rung.swap(true, SeqCst) {
            // It can fail only when it was rung 2^64 times.
            let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        }
    }

    /// Silences it; what was sent before a ring is there to be taken after this.
    pub(crate) fn clear(&self) {
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
        // In this order: whoever finds it rung in between has sent before, and is heard now.
        self.is_rung.store(false, SeqCst);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}
