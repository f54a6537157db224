//! The side of the process that goes: what it leaves, and to whom.

use super::words::{self, FORMAT, Gate, Words, hear, say};
use super::{PREDECESSOR, Program};
use crate::limit;
use crate::tls::TicketKey;
use acme::Desk;
use reactor::handover::{DESCRIPTORS_MAX, Passage};
use reactor::{ListenAddress, Listener};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is left to the new process.
#[derive(Debug)]
pub(crate) struct Will {
    /// The sockets were given to us, so no settings say which.
    pub(crate) is_given: bool,
    pub(crate) gates: Vec<Left>,
    pub(crate) tickets: Vec<TicketKey>,
}

/// An address, and every socket there is for it.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) asked: ListenAddress,
    pub(crate) bound: ListenAddress,
    pub(crate) redirects: bool,
    pub(crate) sockets: Vec<Listener>,
}

/// A new process that is not ready yet.
#[derive(Debug)]
pub(crate) struct Upgrading {
    passage: Arc<Passage>,
    thread: JoinHandle<()>,
}

/// A new process that is.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Its number.
    pub(crate) process: u32,
    /// The gates that it goes on with, by their places in the will.
    pub(crate) gates: Vec<usize>,
    passage: Arc<Passage>,
    child: Child,
}

impl Upgrading {
    /// Starts the new program, which is told to `tell` when it is ready, or why it is not. Meanwhile no certificate is ordered:
    /// an authority would look for the proof at the other process.
    ///
    /// Errs with a sentence when it cannot even be tried.
    pub(crate) fn begin(
        program: Program,
        will: Will,
        desk: Option<Desk>,
        tell: impl FnOnce(Result<Ready, String>) + Send + 'static,
    ) -> Result<Upgrading, String> {
        let (passage, theirs) = Passage::pair().map_err(|error| format!("cannot make a passage: {error}"))?;
        let passage = Arc::new(passage);
        let own = Arc::clone(&passage);
        let work = move || {
            let rested = match &desk {
                Some(desk) if !desk.rest(limit::ORDER_PATIENCE) => {
                    Err("a certificate is being ordered; try again when it is there".into())
                }
                _ => Ok(()),
            };
            let result = rested.and_then(|()| follow(&program, theirs, &will, own, limit::UPGRADE_PATIENCE));
            if let (Err(_), Some(desk)) = (&result, &desk) {
                desk.go_on();
            }
            tell(result);
        };
        let thread = thread::Builder::new().name("upgrade".into()).spawn(work);
        Ok(Upgrading { passage, thread: thread.map_err(|error| format!("cannot start a thread: {error}"))? })
    }

    /// Ends the new process: we are to end ourselves before it is ready.
    pub(crate) fn give_up(self) {
        self.passage.cut();
        let _ = self.thread.join();
    }
}

impl Ready {
    /// From now on clients are the other's. Errs when it has gone since, with a sentence; then they are still ours.
    pub(crate) fn hand_over(mut self) -> Result<(), String> {
        say(&self.passage, &Words::Yours {}, &[]).map_err(|_| {
            end(&mut self.child);
            format!("process {} said that it was ready, and is gone", self.process)
        })
    }

    /// Ends it: there is no use for it any more.
    pub(crate) fn give_up(mut self) {
        end(&mut self.child);
    }
}

/// Starts the program and waits until it is ready. Errs with a sentence when it is not, and then it has ended.
fn follow(
    program: &Program,
    theirs: OwnedFd,
    will: &Will,
    passage: Arc<Passage>,
    patience: Duration,
) -> Result<Ready, String> {
    let path = format!("\"{}\"", program.path.to_string_lossy().escape_debug());
    let until = Instant::now() + patience;
    let mut child = start(program, theirs).map_err(|error| format!("cannot start {path}: {}", plain(&error)))?;
    // Whether it has heard all of that shows by what it says.
    let _ = leave(will, &passage);
    let heard = hear(&passage, until.saturating_duration_since(Instant::now()));
    let cause = match heard {
        Ok(Some((Words::Ready { gates }, _))) if gates.iter().all(|&gate| gate < will.gates.len()) => {
            return Ok(Ready { process: child.id(), gates, passage, child });
        }
        Ok(Some((Words::Failed { cause }, _))) => cause,
        Ok(Some(_)) => format!("{path} says something else than that it is ready"),
        Ok(None) => format!("{path} {}", ended(&mut child)),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            format!("{path} was not ready within {} s", patience.as_secs_f64())
        }
        Err(error) => format!("{path} is not understood: {error}"),
    };
    end(&mut child);
    Err(cause)
}

fn start(program: &Program, theirs: OwnedFd) -> io::Result<Child> {
    let mut command = Command::new(&program.path);
    let mut arguments = program.arguments.iter();
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // What is ours alone: the sockets of systemd come by the passage.
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::from(theirs)).env(PREDECESSOR, std::process::id().to_string()).spawn()
}

/// Hands over all that there is.
fn leave(will: &Will, passage: &Passage) -> io::Result<()> {
    let gate = |left: &Left| Gate {
        asked: words::Address::from(&left.asked),
        bound: words::Address::from(&left.bound),
        redirects: left.redirects,
        file: left.sockets.first().and_then(Listener::file),
    };
    let begin = Words::Begin {
        format: FORMAT,
        is_given: will.is_given,
        gates: will.gates.iter().map(gate).collect(),
        tickets: will.tickets.clone(),
    };
    say(passage, &begin, &[])?;
    for (gate, left) in will.gates.iter().enumerate() {
        for some in left.sockets.chunks(DESCRIPTORS_MAX) {
            let descriptors: Vec<_> = some.iter().map(AsFd::as_fd).collect();
            say(passage, &Words::Sockets { gate }, &descriptors)?;
        }
    }
    say(passage, &Words::End, &[])
}

/// How a process ended that does not answer any more.
fn ended(child: &mut Child) -> String {
    let until = Instant::now() + END_PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return told(status),
            Ok(None) if Instant::now() < until => thread::sleep(END_LOOK),
            _ => return "does not listen to us".into(),
        }
    }
}

fn told(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code} before it was ready"),
        (None, Some(signal)) => format!("was ended by signal {signal} before it was ready"),
        (None, None) => "ended before it was ready".into(),
    }
}

/// Ends it, if it has not ended.
fn end(child: &mut Child) {
    // Both fail only when there is nothing left to end.
    let _ = child.kill();
    let _ = child.wait();
}

fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(&text[..], |(before, _)| before).to_lowercase()
}

/// It has closed its side, so it is about to end.
const END_PATIENCE: Duration = Duration::from_secs(2);
const END_LOOK: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn fails(script: &str, patience: Duration) -> String {
        let arguments = ["sh", "-c", script].map(OsString::from).to_vec();
        let program = Program { path: "/bin/sh".into(), arguments };
        let (passage, theirs) = Passage::pair().unwrap();
        let will = Will { is_given: false, gates: Vec::new(), tickets: Vec::new() };
        follow(&program, theirs, &will, Arc::new(passage), patience).unwrap_err()
    }

    #[test]
    fn why_a_program_does_not_follow_is_said() {
        let long = Duration::from_secs(30);
        assert_eq!(fails("exit 3", long), "\"/bin/sh\" ended with exit code 3 before it was ready");
        assert_eq!(fails("kill -9 $$", long), "\"/bin/sh\" was ended by signal 9 before it was ready");
        let late = fails("exec sleep 1000", Duration::from_millis(200));
        assert_eq!(late, "\"/bin/sh\" was not ready within 0.2 s");
        let (passage, theirs) = Passage::pair().unwrap();
        let will = Will { is_given: false, gates: Vec::new(), tickets: Vec::new() };
        let program = Program { path: "/nowhere/quarry".into(), arguments: Vec::new() };
        let told = follow(&program, theirs, &will, Arc::new(passage), long).unwrap_err();
        assert_eq!(told, "cannot start \"/nowhere/quarry\": no such file or directory");
    }

    #[test]
    fn one_that_is_given_up_ends() {
        let arguments = ["sh", "-c", "exec sleep 1000"].map(OsString::from).to_vec();
        let program = Program { path: "/bin/sh".into(), arguments };
        let will = Will { is_given: false, gates: Vec::new(), tickets: Vec::new() };
        let (tell, told) = std::sync::mpsc::channel();
        let upgrading = Upgrading::begin(program, will, None, move |result| tell.send(result).unwrap()).unwrap();
        upgrading.give_up();
        assert!(told.recv().unwrap().is_err());
    }
}
