//! What the main thread of a server waits for: the word to stop, to read the settings again, to open the log again. Told to
//! stop once, it finishes what is under way; told again, it ends at once. A worker that ends by itself ends the server too:
//! the others would serve a part of the clients, and nobody would know.

use crate::limit;
use crate::origin::{Control, Shared};
use reactor::Waker;
use reactor::signal::{Signal, Signals};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Happening {
    /// TERM or INT.
    Told,
    /// HUP, or somebody who waits to be told what came of it.
    Reload(Option<Sender<Reloaded>>),
    /// USR1.
    Reopen,
    /// Signals cannot be heard any more.
    Deaf(io::Error),
    WorkerEnded,
}

/// What came of new settings: what their owner should know of them, or why the old ones are still at work.
pub type Reloaded = Result<Vec<String>, String>;

/// What is to be done meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Read the settings again.
    Reload,
    /// Open the log again.
    Reopen,
}

/// Where happenings are waited for.
#[derive(Debug)]
pub(crate) struct Happenings {
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

/// Tells a server what to do, from another thread.
#[derive(Clone, Debug)]
pub struct Remote(Sender<Happening>);

impl Remote {
    /// Has the settings read again, and waits until they are at work. Gives what their owner should know of them.
    ///
    /// Errs with a sentence that says why the old ones still are.
    pub fn reload(&self) -> Reloaded {
        let (asker, told) = channel();
        let _ = self.0.send(Happening::Reload(Some(asker)));
        // Who does not answer has no time any more to read settings.
        told.recv().unwrap_or_else(|_| Err("the server is ending".into()))
    }
}

impl Happenings {
    pub(crate) fn new() -> Happenings {
        let (sender, happenings) = channel();
        Happenings { happenings, sender, working: 0 }
    }

    /// For one more worker.
    pub(crate) fn notice(&mut self) -> Notice {
        self.working += 1;
        Notice(self.sender.clone())
    }

    /// For whoever else may tell.
    pub(crate) fn remote(&self) -> Remote {
        Remote(self.sender.clone())
    }

    /// From now on signals are heard, on a thread of their own. Errs when there is none to be had.
    pub(crate) fn listen(&self, mut signals: Signals) -> io::Result<()> {
        let told = self.sender.clone();
        let work = move || {
            loop {
                let happening = match signals.wait() {
                    Ok(Signal::Terminate | Signal::Interrupt) => Happening::Told,
                    Ok(Signal::Hangup) => Happening::Reload(None),
                    Ok(Signal::User1) => Happening::Reopen,
                    Ok(Signal::User2) => continue,
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

    /// Waits for the word to stop, or for a worker that ends without it; has the rest done meanwhile by `act`.
    ///
    /// Errs when that word cannot be heard any more.
    pub(crate) fn wait(&mut self, mut act: impl FnMut(Asked) -> Reloaded) -> io::Result<()> {
        loop {
            match self.happenings.recv() {
                Ok(Happening::Reload(asker)) => {
                    let reloaded = act(Asked::Reload);
                    // Whoever asked may have gone.
                    let _ = asker.map(|asker| asker.send(reloaded));
                }
                Ok(Happening::Reopen) => drop(act(Asked::Reopen)),
                Ok(Happening::WorkerEnded) => {
                    self.working -= 1;
                    return Ok(());
                }
                Ok(Happening::Deaf(error)) => return Err(error),
                // The sender is ours: there is always one.
                Ok(Happening::Told) | Err(_) => return Ok(()),
            }
        }
    }

    /// Lets the workers finish what is under way, and waits for that. `tells`: a person is to be told what it takes.
    pub(crate) fn drain<'a>(
        mut self,
        shared: &Shared,
        control: &Control,
        wakers: impl Iterator<Item = &'a Waker> + Clone,
        mut tells: bool,
    ) {
        control.is_draining.store(true, Relaxed);
        wakers.clone().for_each(Waker::wake);
        while self.working > 0 {
            match self.happenings.recv_timeout(limit::END_TOLD_AFTER) {
                Ok(Happening::WorkerEnded) => self.working -= 1,
                Ok(Happening::Told) => {
                    control.ends_at_once.store(true, Relaxed);
                    wakers.clone().for_each(Waker::wake);
                }
                Ok(Happening::Deaf(_) | Happening::Reload(_) | Happening::Reopen) => {}
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

    fn never(_: Asked) -> Reloaded {
        panic!("nobody asked for it");
    }

    #[test]
    fn people_are_told_what_is_waited_for() {
        assert_eq!(waiting(1, 10.0), "finishing 1 connection, for at most 10 s; Ctrl-C again ends at once");
        assert_eq!(waiting(3, 0.5), "finishing 3 connections, for at most 0.5 s; Ctrl-C again ends at once");
    }

    #[test]
    fn a_worker_that_ends_by_itself_ends_the_wait() {
        let mut happenings = Happenings::new();
        let (one, other) = (happenings.notice(), happenings.notice());
        thread::spawn(move || drop(one));
        happenings.wait(never).unwrap();
        assert_eq!(happenings.working, 1);
        drop(other);
    }

    #[test]
    fn a_panic_is_an_end_too() {
        let mut happenings = Happenings::new();
        let notice = happenings.notice();
        let thread = thread::spawn(move || {
            let _notice = notice;
            panic!("expected by this test");
        });
        assert!(thread.join().is_err());
        happenings.wait(never).unwrap();
        assert_eq!(happenings.working, 0);
    }

    #[test]
    fn who_asks_for_new_settings_is_told_what_came_of_it() {
        let mut happenings = Happenings::new();
        let (notice, remote) = (happenings.notice(), happenings.remote());
        let asker = thread::spawn(move || {
            let told = [remote.reload(), remote.reload()];
            drop(notice);
            told
        });
        let mut answers = [Err("no".to_owned()), Ok(vec!["yes".to_owned()])].into_iter();
        happenings.wait(|_| answers.next().unwrap()).unwrap();
        assert_eq!(asker.join().unwrap(), [Err("no".to_owned()), Ok(vec!["yes".to_owned()])]);
        let remote = happenings.remote();
        drop(happenings);
        assert_eq!(remote.reload(), Err("the server is ending".to_owned()));
    }
}
