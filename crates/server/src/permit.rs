//! What only so many may do at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A number of permits, shared by all threads.
#[derive(Clone, Debug)]
pub(crate) struct Permits {
    /// Not taken at the moment.
    free: Arc<AtomicUsize>,
}

/// One of them; dropped, it is free again.
#[derive(Debug)]
pub(crate) struct Permit(Arc<AtomicUsize>);

impl Permits {
    pub(crate) fn new(count: usize) -> Permits {
        Permits { free: Arc::new(AtomicUsize::new(count)) }
    }

    /// `None`: all are taken. Nobody waits here.
    pub(crate) fn take(&self) -> Option<Permit> {
        self.free.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1)).ok()?;
        Some(Permit(Arc::clone(&self.free)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_more_than_so_many() {
        let permits = Permits::new(2);
        let first = permits.take();
        let second = permits.take();
        assert!(first.is_some() && second.is_some() && permits.take().is_none());
        drop(first);
        let third = permits.take();
        assert!(third.is_some() && permits.take().is_none());
    }
}
