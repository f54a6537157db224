//! What the main thread of a server waits for: the word to stop, to read the settings again, to open the log again, to let a new
//! program follow. Told to stop once, it finishes what is under way; told again, it ends at once. A worker that ends by itself
//! ends the server too: the others would serve a part of the clients, and nobody would know.

use crate::limit;
use crate::origin::{Control, Shared};
use crate::upgrade::Ready;
use reactor::Waker;
use reactor::signal::{Signal, Signals};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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
    /// USR2, or somebody who waits to be told what came of it.
    Upgrade(Option<Asker>),
    /// The program that is to follow is ready, or there is none, for this reason.
    Followed(Result<Ready, String>),
    /// Signals cannot be heard any more.
    Deaf(io::Error),
    WorkerEnded,
}

/// What came of new settings: what their owner should know of them, or why the old ones are still at work.
pub type Reloaded = Result<Vec<String>, String>;

/// What came of an upgrade: the number of the process that serves now, or why it is still this one.
pub type Upgraded = Result<u32, String>;

/// Waits to be told what came of an upgrade, with what tells that it has given that on: this process may end then.
type Asker = Sender<(Upgraded, Sender<()>)>;

/// What is done meanwhile.
pub(crate) trait Duty {
    /// Reads the settings again.
    fn reload(&mut self) -> Reloaded;

    /// Opens the log again.
    fn reopen(&mut self);

    /// Starts a program that is to follow; [`Happening::Followed`] will tell whether it does. Errs when it cannot be tried.
    fn upgrade(&mut self) -> Result<(), String>;

    /// What is to be done when it is ready, or when it is not. Errs with the reason why this one goes on.
    fn followed(&mut self, by: Result<Ready, String>) -> Upgraded;
}

/// Why nothing more is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// To stop.
    End,
    /// Another process has followed.
    Followed,
}

/// Where happenings are waited for.
#[derive(Debug)]
pub(crate) struct Happenings {
    happenings: Receiver<Happening>,
    sender: Sender<Happening>,
    /// Workers that have not ended.
    working: usize,
    is_at_work: Arc<AtomicBool>,
    /// They asked for the upgrade under way.
    askers: Vec<Asker>,
    /// Until all of them have given on what they were told, this is not at its end.
    token: Sender<()>,
    told: Receiver<()>,
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
pub struct Remote {
    sender: Sender<Happening>,
    is_at_work: Arc<AtomicBool>,
}

impl Remote {
    /// Whether clients are this one's: not before it follows another process, and not once another one has followed.
    pub fn is_at_work(&self) -> bool {
        self.is_at_work.load(Relaxed)
    }

    /// Has the program started anew, and waits until that serves. Gives the number of its process, which `tell` is told too
    /// before this process ends.
    ///
    /// Errs with a sentence that says why this one still serves.
    pub fn upgrade<T>(&self, tell: impl FnOnce(Upgraded) -> T) -> T {
        let (asker, told) = channel();
        let _ = self.sender.send(Happening::Upgrade(Some(asker)));
        let (upgraded, _given_on) = match told.recv() {
            Ok((upgraded, token)) => (upgraded, Some(token)),
            Err(_) => (Err("the server is ending".into()), None),
        };
        tell(upgraded)
    }

    /// Has the settings read again, and waits until they are at work. Gives what their owner should know of them.
    ///
    /// Errs with a sentence that says why the old ones still are.
    pub fn reload(&self) -> Reloaded {
        let (asker, told) = channel();
        let _ = self.sender.send(Happening::Reload(Some(asker)));
        // Who does not answer has no time any more to read settings.
        told.recv().unwrap_or_else(|_| Err("the server is ending".into()))
    }
}

impl Happenings {
    pub(crate) fn new() -> Happenings {
        let (sender, happenings) = channel();
        let (token, told) = channel();
        let is_at_work = Arc::new(AtomicBool::new(true));
        Happenings { happenings, sender, working: 0, is_at_work, askers: Vec::new(), token, told }
    }

    /// For one more worker.
    pub(crate) fn notice(&mut self) -> Notice {
        self.working += 1;
        Notice(self.sender.clone())
    }

    /// For whoever else may tell.
    pub(crate) fn remote(&self) -> Remote {
        Remote { sender: self.sender.clone(), is_at_work: Arc::clone(&self.is_at_work) }
    }

    /// Whether clients are this process's.
    pub(crate) fn set_at_work(&self, is_at_work: bool) {
        self.is_at_work.store(is_at_work, Relaxed);
    }

    /// What is to be called with [`Happening::Followed`], from another thread.
    pub(crate) fn follower(&self) -> impl Fn(Result<Ready, String>) + Clone + Send + 'static {
        let sender = self.sender.clone();
        move |by| {
            if let Err(unheard) = sender.send(Happening::Followed(by))
                && let Happening::Followed(Ok(ready)) = unheard.0
            {
                // Too late: we are ending by ourselves.
                ready.give_up();
            }
        }
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
                    Ok(Signal::User2) => Happening::Upgrade(None),
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

    /// Waits for the word to stop, for a worker that ends without it, or until another process has followed; has the rest done
    /// meanwhile.
    ///
    /// Errs when that word cannot be heard any more.
    pub(crate) fn wait(&mut self, duty: &mut impl Duty) -> io::Result<Word> {
        loop {
            match self.happenings.recv() {
                Ok(Happening::Reload(asker)) => {
                    let reloaded = duty.reload();
                    // Whoever asked may have gone.
                    let _ = asker.map(|asker| asker.send(reloaded));
                }
                Ok(Happening::Reopen) => duty.reopen(),
                Ok(Happening::Upgrade(asker)) => match (duty.upgrade(), asker) {
                    (Ok(()), asker) => self.askers.extend(asker),
                    (Err(cause), Some(asker)) => self.tell(&asker, Err(cause)),
                    (Err(_), None) => {}
                },
                Ok(Happening::Followed(by)) => {
                    let upgraded = duty.followed(by);
                    self.set_at_work(upgraded.is_err());
                    let askers = std::mem::take(&mut self.askers);
                    askers.iter().for_each(|asker| self.tell(asker, upgraded.clone()));
                    if upgraded.is_ok() {
                        return Ok(Word::Followed);
                    }
                }
                Ok(Happening::WorkerEnded) => {
                    self.working -= 1;
                    return Ok(Word::End);
                }
                Ok(Happening::Deaf(error)) => return Err(error),
                // The sender is ours: there is always one.
                Ok(Happening::Told) | Err(_) => return Ok(Word::End),
            }
        }
    }

    fn tell(&self, asker: &Asker, upgraded: Upgraded) {
        // It may have gone.
        let _ = asker.send((upgraded, self.token.clone()));
    }

    /// Lets the workers finish what is under way, and waits for that: where another process has followed, with time for clients
    /// that are idle, until told to stop all the same. `tells`: a person is to be told what it takes.
    pub(crate) fn drain<'a>(
        mut self,
        word: Word,
        shared: &Shared,
        control: &Control,
        wakers: impl Iterator<Item = &'a Waker> + Clone,
        mut tells: bool,
    ) {
        let begun = match word {
            Word::End => &control.is_draining,
            Word::Followed => &control.is_leaving,
        };
        begun.store(true, Relaxed);
        wakers.clone().for_each(Waker::wake);
        while self.working > 0 {
            match self.happenings.recv_timeout(limit::END_TOLD_AFTER) {
                Ok(Happening::WorkerEnded) => self.working -= 1,
                Ok(Happening::Told) => {
                    let is_drained = control.is_draining.swap(true, Relaxed);
                    control.ends_at_once.store(is_drained, Relaxed);
                    wakers.clone().for_each(Waker::wake);
                }
                Ok(Happening::Followed(Ok(ready))) => ready.give_up(),
                Ok(Happening::Deaf(_) | Happening::Reload(_) | Happening::Reopen | Happening::Upgrade(_)) => {}
                Ok(Happening::Followed(Err(_))) => {}
                Err(RecvTimeoutError::Timeout) if tells && word == Word::End => {
                    tells = false;
                    shared.log.remark(waiting(control.under_way.load(Relaxed), shared.limits.drain.as_secs_f64()));
                }
                Err(_) => {}
            }
        }
        let Happenings { token, told, askers, .. } = self;
        drop((token, askers));
        // Nothing is ever sent: it ends when the last of those who could has given on what it was told.
        let _ = told.recv_timeout(limit::ASKER_PATIENCE);
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

    type Follower = Box<dyn Fn(Result<Ready, String>)>;

    /// Answers what it is asked with what stands here, in that order.
    #[derive(Default)]
    struct Answers {
        reloads: Vec<Reloaded>,
        upgrades: Vec<Result<(), String>>,
        followed: Option<Upgraded>,
        follower: Option<Follower>,
    }

    impl Duty for Answers {
        fn reload(&mut self) -> Reloaded {
            self.reloads.remove(0)
        }

        fn reopen(&mut self) {
            panic!("nobody asked for it");
        }

        fn upgrade(&mut self) -> Result<(), String> {
            let begun = self.upgrades.remove(0);
            if let (Ok(()), Some(follower)) = (&begun, &self.follower) {
                follower(Err("it is not asked here".into()));
            }
            begun
        }

        fn followed(&mut self, _: Result<Ready, String>) -> Upgraded {
            self.followed.clone().expect("an answer")
        }
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
        assert_eq!(happenings.wait(&mut Answers::default()).unwrap(), Word::End);
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
        happenings.wait(&mut Answers::default()).unwrap();
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
        let reloads = vec![Err("no".to_owned()), Ok(vec!["yes".to_owned()])];
        happenings.wait(&mut Answers { reloads, ..Answers::default() }).unwrap();
        assert_eq!(asker.join().unwrap(), [Err("no".to_owned()), Ok(vec!["yes".to_owned()])]);
        let remote = happenings.remote();
        drop(happenings);
        assert_eq!(remote.reload(), Err("the server is ending".to_owned()));
        assert_eq!(remote.upgrade(|upgraded| upgraded), Err("the server is ending".to_owned()));
    }

    #[test]
    fn who_asks_for_an_upgrade_is_told_when_it_is_over() {
        let mut happenings = Happenings::new();
        let (remote, follower) = (happenings.remote(), happenings.follower());
        assert!(remote.is_at_work());
        let asker = thread::spawn(move || {
            let refused = remote.upgrade(|upgraded| upgraded);
            (refused, remote.upgrade(|upgraded| (upgraded, remote.is_at_work())))
        });
        let upgrades = vec![Err("one is under way".to_owned()), Ok(())];
        let follower: Option<Follower> = Some(Box::new(follower));
        let mut answers = Answers { upgrades, followed: Some(Ok(7)), follower, ..Answers::default() };
        assert_eq!(happenings.wait(&mut answers).unwrap(), Word::Followed);
        assert_eq!(asker.join().unwrap(), (Err("one is under way".to_owned()), (Ok(7), false)));
    }
}
