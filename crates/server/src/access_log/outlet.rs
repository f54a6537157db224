//! Text on its way to a descriptor that may block: a bounded queue, and a thread of its own that writes.

use crate::limit;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

/// Where text goes out.
pub(super) trait Out: Write + Send + 'static {
    /// It may have been moved away: writes go to what has its name now.
    fn reopen(&mut self) {}
}

impl Out for std::io::Stderr {}

/// Where text goes in: the same for all threads.
#[derive(Clone, Debug)]
pub(super) struct Outlet {
    batches: SyncSender<Batch>,
    /// Bytes in those batches.
    waiting_bytes: Arc<AtomicUsize>,
    bytes_max: usize,
    /// Lines that found no room or could not be written, and are not told of yet.
    dropped: Arc<AtomicU64>,
    /// The same, told or not.
    lost: Arc<AtomicU64>,
}

/// What the thread is given.
#[derive(Debug)]
enum Batch {
    /// So many.
    Lines(Vec<u8>, u64),
    Reopen,
    /// Everything before is written: whoever waits for that is told.
    Flushed(SyncSender<()>),
}

impl Outlet {
    /// Starts the thread. Whenever lines were dropped, `tell` is given how many, on that thread, as soon as it can write
    /// again; what it returns is written too. It gives `None` when it could not pass that on: then it is asked again.
    ///
    /// Errs when there is no thread to be had.
    pub(super) fn start(
        name: &str,
        out: impl Out,
        bytes_max: usize,
        tell: impl Fn(u64) -> Option<Vec<u8>> + Send + 'static,
    ) -> std::io::Result<Outlet> {
        let (batches, waiting) = sync_channel(limit::LOG_BATCHES_MAX);
        let (waiting_bytes, dropped, lost) = (Arc::default(), Arc::default(), Arc::default());
        let outlet = Outlet { batches, waiting_bytes, bytes_max, dropped, lost };
        let counts = Counts {
            waiting_bytes: Arc::clone(&outlet.waiting_bytes),
            dropped: Arc::clone(&outlet.dropped),
            lost: Arc::clone(&outlet.lost),
        };
        let work = move || counts.write_batches(&waiting, out, tell);
        thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(outlet)
    }

    /// Takes `lines`, of which there are `count`, and never waits. Where too many wait they are counted and given back.
    pub(super) fn give(&self, lines: Vec<u8>, count: u64) -> Result<(), Vec<u8>> {
        let bytes = lines.len();
        let has_room = self.waiting_bytes.fetch_add(bytes, Relaxed) + bytes <= self.bytes_max;
        let refused = match has_room {
            true => self.batches.try_send(Batch::Lines(lines, count)).err().map(|refused| match refused {
                TrySendError::Full(batch) | TrySendError::Disconnected(batch) => batch,
            }),
            false => Some(Batch::Lines(lines, count)),
        };
        let Some(Batch::Lines(lines, _)) = refused else { return Ok(()) };
        self.waiting_bytes.fetch_sub(bytes, Relaxed);
        self.dropped.fetch_add(count, Relaxed);
        self.lost.fetch_add(count, Relaxed);
        Err(lines)
    }

    /// Lines that were dropped since the beginning.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    /// What came so far is written as before; what comes from now on goes to whatever has the name.
    pub(super) fn reopen(&self) {
        // Whoever has that many batches waiting has not written for long: then they go to the new one, too.
        let _ = self.batches.try_send(Batch::Reopen);
    }

    /// Waits until what came so far is written, though not for ever.
    pub(super) fn flush(&self) {
        let (told, heard) = sync_channel(1);
        let batches = self.batches.clone();
        // On a thread of its own, for a writer whose reader has stopped takes nothing more.
        let send = move || batches.send(Batch::Flushed(told));
        if thread::Builder::new().name("last-lines".into()).spawn(send).is_ok() {
            let _ = heard.recv_timeout(limit::LOG_LAST_LINES);
        }
    }
}

/// The thread's part of an outlet.
struct Counts {
    waiting_bytes: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl Counts {
    fn write_batches(&self, waiting: &Receiver<Batch>, mut out: impl Out, tell: impl Fn(u64) -> Option<Vec<u8>>) {
        // While nothing can be written, what is lost adds up: there is nobody to be told each time.
        let mut is_failing = false;
        while let Ok(batch) = waiting.recv() {
            match &batch {
                Batch::Lines(lines, count) => {
                    is_failing = out.write_all(lines).and_then(|()| out.flush()).is_err();
                    if is_failing {
                        self.dropped.fetch_add(*count, Relaxed);
                        self.lost.fetch_add(*count, Relaxed);
                    }
                    self.waiting_bytes.fetch_sub(lines.len(), Relaxed);
                }
                Batch::Reopen => out.reopen(),
                Batch::Flushed(_) => {}
            }
            let lost = if is_failing { 0 } else { self.dropped.swap(0, Relaxed) };
            if lost > 0 {
                match tell(lost) {
                    Some(sentence) => drop(out.write_all(&sentence).and_then(|()| out.flush())),
                    None => drop(self.dropped.fetch_add(lost, Relaxed)),
                }
            }
            if let Batch::Flushed(told) = batch {
                let _ = told.send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// Somebody who reads one piece of text for each permit, and gives on what was read.
    struct Slow {
        permits: Receiver<()>,
        read: Sender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            // No more permits will come: from now on all is read.
            let _ = self.permits.recv();
            let _ = self.read.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Out for Slow {}

    fn told(lost: u64) -> Option<Vec<u8>> {
        Some(format!("{lost} lost\n").into_bytes())
    }

    #[test]
    fn what_finds_no_room_is_given_back_counted_and_told() {
        let (permit, permits) = channel();
        let (read, heard) = channel();
        let outlet = Outlet::start("test", Slow { permits, read }, 10, told).unwrap();
        assert_eq!(outlet.give(b"12345\n".to_vec(), 1), Ok(()));
        // Beyond ten bytes, whether or not the thread has the first in its hands already.
        assert_eq!(outlet.give(b"678\n90\n".to_vec(), 2), Err(b"678\n90\n".to_vec()));
        assert_eq!(outlet.give(b"abcdef\n".to_vec(), 1), Err(b"abcdef\n".to_vec()));
        assert_eq!(outlet.give(b"abc\n".to_vec(), 1), Ok(()));
        drop(permit);
        outlet.flush();
        drop(outlet);
        assert_eq!(heard.iter().collect::<String>(), "12345\n3 lost\nabc\n");
    }

    #[test]
    fn batches_are_bounded_in_number_too() {
        let (permit, permits) = channel();
        let (read, heard) = channel();
        let outlet = Outlet::start("test", Slow { permits, read }, usize::MAX, told).unwrap();
        let given = (0..3 * limit::LOG_BATCHES_MAX).filter(|_| outlet.give(b"x".to_vec(), 1).is_ok()).count();
        // One may be with the thread already.
        assert!((limit::LOG_BATCHES_MAX..=limit::LOG_BATCHES_MAX + 1).contains(&given), "{given}");
        drop(permit);
        // Full: the last lines wait for room, which comes.
        outlet.flush();
        drop(outlet);
        let text: String = heard.iter().collect();
        assert_eq!(text.matches('x').count(), given);
        assert!(text.contains(&format!("{} lost\n", 3 * limit::LOG_BATCHES_MAX - given)), "{text}");
    }

    #[test]
    fn a_count_that_could_not_be_passed_on_is_told_with_the_next() {
        let (permit, permits) = channel();
        let (read, heard) = channel();
        let asked = std::sync::Mutex::new(Vec::new());
        let (tell, told) = channel();
        let outlet = Outlet::start("test", Slow { permits, read }, 2, move |lost| {
            let mut asked = asked.lock().unwrap();
            asked.push(lost);
            tell.send(lost).unwrap();
            (asked.len() > 1).then(Vec::new)
        })
        .unwrap();
        assert_eq!(outlet.give(b"1\n".to_vec(), 1), Ok(()));
        assert!(outlet.give(b"2\n".to_vec(), 1).is_err());
        drop(permit);
        outlet.flush();
        outlet.flush();
        drop(outlet);
        drop(heard);
        assert_eq!(told.iter().collect::<Vec<_>>(), [1, 1]);
    }
}
