//! The most memory that a process group has had.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::machine;

/// Looks again and again, until it is ended.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    most_kib: JoinHandle<u64>,
}

impl Watch {
    pub(crate) fn begin(group: u32) -> Watch {
        let is_over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_over);
        let most_kib = std::thread::spawn(move || {
            let mut most = 0;
            while !flag.load(Relaxed) {
                most = most.max(machine::own_memory_kib(group).unwrap_or(0));
                std::thread::sleep(EVERY);
            }
            most
        });
        Watch { is_over, most_kib }
    }

    /// The most so far, without what is read from files.
    pub(crate) fn end(self) -> u64 {
        self.is_over.store(true, Relaxed);
        self.most_kib.join().unwrap_or(0)
    }
}

/// What lasts shorter is not seen.
const EVERY: Duration = Duration::from_millis(50);
