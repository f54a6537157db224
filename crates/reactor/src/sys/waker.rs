//! Waking a worker from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};

/// Makes the worker's `wait` return with `Woken`. Clones wake the same worker.
#[derive(Clone, Debug)]
pub struct Waker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    descriptor: OwnedFd,
    /// Set from a wake until the worker has seen it, so that a burst of wakes costs one system call.
    is_set: AtomicBool,
}

impl Waker {
    pub(crate) fn new() -> io::Result<Waker> {
        let descriptor = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        Ok(Waker { shared: Arc::new(Shared { descriptor, is_set: AtomicBool::new(false) }) })
    }

    /// Wakes the worker. What was handed over before this call is seen by the worker after `Woken`.
    pub fn wake(&self) {
        if !self.shared.is_set.swap(true, Ordering::SeqCst) {
            // Adding 1 to a counter of 64 bits: it cannot be full, as the worker empties it.
            let _ = rustix::io::write(&self.shared.descriptor, &1u64.to_ne_bytes());
        }
    }

    /// The worker has seen it. Emptied before the flag falls: a wake in between writes again.
    pub(crate) fn reset(&self) {
        let _ = rustix::io::read(&self.shared.descriptor, &mut [0; 8]);
        self.shared.is_set.store(false, Ordering::SeqCst);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.shared.descriptor.as_fd()
    }
}
