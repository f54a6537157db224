//! How a server ends: it is told to once, and finishes what is under way; it is told again, and ends at once. A worker
//! that ends by itself ends it too: the others would serve a part of the clients, and nobody would know.

use crate::limit;
use crate::origin::{Control, Shared};
use reactor::Waker;
use reactor::signal::{Signal, Signals};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;

/// What the main thread waits for.
#[derive(Debug)]
enum Happening {
    /// TERM or INT.
    Told,
    /// Signals cannot be heard any more.
    Deaf(io::Error),
    WorkerEnded,
}

/// Where happenings are waited for.
#[derive(Debug)]
pub(crate) struct Ending {
    happenings: Receiver<Happening>,
    sender: Sender<Happening>,
    /// Workers that have not ended.
    working: usize,
}

/// Kept by a worker's thread; tells of its end, however that comes.
#[derive(Debug)]
pub(crate) struct Notice(Sender<Happening>);

impl Drop for Notice {
    fn drop(&mut self) {
        // Nobody listens when the server could not start.
        let _ = self.0.send(Happening::WorkerEnded);
    }
}

impl Ending {
    pub(crate) fn new() -> Ending {
        let (sender, happenings) = channel();
        Ending { happenings, sender, working: 0 }
    }

    /// For one more worker.
    pub(crate) fn notice(&mut self) -> Notice {
        self.working += 1;
        Notice(self.sender.clone())
    }

    /// From now on signals are heard, on a thread of their own; `renewal` is told of HUP. Errs when there is none to be had.
    pub(crate) fn listen(&self, mut signals: Signals, renewal: Option<Sender<()>>) -> io::Result<()> {
        let told = self.sender.clone();
        let work = move || {
            loop {
                let happening = match signals.wait() {
                    Ok(Signal::Terminate | Signal::Interrupt) => Happening::Told,
                    Ok(Signal::Hangup) => {
                        // Nobody listens where there is nothing to be read again.
                        let _ = renewal.as_ref().map(|renewal| renewal.send(()));
                        continue;
                    }
                    // No file of ours is to be reopened.
                    Ok(_) => continue,
                    Err(error) => Happening::Deaf(error),
                };
                let is_deaf = matches!(happening, Happening::Deaf(_));
                if told.send(happening).is_err() || is_deaf {
                    return;
                }
            }
        };
        thread::Builder::new().name("signals".into()).spawn(work).map(drop)
    }

    /// Waits for the word to stop, or for a worker that ends without it.
    ///
    /// Errs when that word cannot be heard any more.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        match self.happenings.recv() {
            Ok(Happening::WorkerEnded) => self.working -= 1,
            Ok(Happening::Deaf(error)) => return Err(error),
            // The sender is ours: there is always one.
            Ok(Happening::Told) | Err(_) => {}
        }
        Ok(())
    }

    /// Lets the workers finish what is under way, and waits for that. `tells`: a person is to be told what it takes.
    pub(crate) fn drain(mut self, shared: &Shared, control: &Control, wakers: &[Waker], mut tells: bool) {
        control.is_draining.store(true, Relaxed);
        wakers.iter().for_each(Waker::wake);
        while self.working > 0 {
            match self.happenings.recv_timeout(limit::END_TOLD_AFTER) {
                Ok(Happening::WorkerEnded) => self.working -= 1,
                Ok(Happening::Told) => {
                    control.ends_at_once.store(true, Relaxed);
                    wakers.iter().for_each(Waker::wake);
                }
                Ok(Happening::Deaf(_)) => {}
                Err(RecvTimeoutError::Timeout) if tells => {
                    tells = false;
                    shared.log.remark(waiting(control.under_way.load(Relaxed), shared.limits.drain.as_secs_f64()));
                }
                Err(_) => {}
            }
        }
    }
}

fn waiting(connections: usize, seconds: f64) -> String {
    let connections = match connections {
        1 => "1 connection".to_owned(),
        count => format!("{count} connections"),
    };
    format!("finishing {connections}, for at most {seconds} s; Ctrl-C again ends at once")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_what_is_waited_for() {
        assert_eq!(waiting(1, 10.0), "finishing 1 connection, for at most 10 s; Ctrl-C again ends at once");
        assert_eq!(waiting(3, 0.5), "finishing 3 connections, for at most 0.5 s; Ctrl-C again ends at once");
    }

    #[test]
    fn a_worker_that_ends_by_itself_ends_the_wait() {
        let mut ending = Ending::new();
        let (one, other) = (ending.notice(), ending.notice());
        thread::spawn(move || drop(one));
        ending.wait().unwrap();
        assert_eq!(ending.working, 1);
        drop(other);
    }

    #[test]
    fn a_panic_is_an_end_too() {
        let mut ending = Ending::new();
        let notice = ending.notice();
        let thread = thread::spawn(move || {
            let _notice = notice;
            panic!("expected by this test");
        });
        assert!(thread.join().is_err());
        ending.wait().unwrap();
        assert_eq!(ending.working, 0);
    }
}
