//! Signals, as something to be read.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

/// The signals a server listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// TERM: finish and stop.
    Terminate,
    /// INT: the same, from a keyboard.
    Interrupt,
    /// HUP: read the configuration again.
    Hangup,
    /// USR1: open the logs again.
    User1,
    /// USR2: hand over to a new program.
    User2,
}

/// Receives the signals of the process. One of these is enough.
///
/// Its descriptor ([`AsFd`]) is readable when a signal has come, for those who wait for other things too.
#[derive(Debug)]
pub struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

impl Signals {
    /// From now on the signals come here and no longer end the process. Errs when the kernel gives no pipe.
    pub fn new() -> io::Result<Signals> {
        let (read, write) = UnixStream::pair()?;
        read.set_nonblocking(true)?;
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, KNOWN.map(|(number, _)| number))?;
        Ok(Signals { delivery })
    }

    /// A signal that has come, without waiting. Several of one kind may be told as one.
    pub fn take(&mut self) -> Option<Signal> {
        let mut pending = self.delivery.pending();
        let number = pending.next()?;
        KNOWN.iter().find(|(known, _)| *known == number).map(|(_, signal)| *signal)
    }

    /// Waits for the next signal. Errs only when the kernel cannot wait.
    pub fn wait(&mut self) -> io::Result<Signal> {
        loop {
            if let Some(signal) = self.take() {
                return Ok(signal);
            }
            match poll(&mut [PollFd::new(self, PollFlags::IN)], None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }
}

const KNOWN: [(i32, Signal); 5] = [
    (SIGTERM, Signal::Terminate),
    (SIGINT, Signal::Interrupt),
    (SIGHUP, Signal::Hangup),
    (SIGUSR1, Signal::User1),
    (SIGUSR2, Signal::User2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_come_one_by_one() {
        let mut signals = Signals::new().expect("a pipe");
        assert_eq!(signals.take(), None);
        for number in [SIGUSR2, SIGHUP] {
            signal_hook::low_level::raise(number).expect("raised");
        }
        let mut seen = [signals.wait().expect("a signal"), signals.wait().expect("another")];
        seen.sort_by_key(|signal| *signal as u8);
        assert_eq!(seen, [Signal::Hangup, Signal::User2]);
        assert_eq!(signals.take(), None);
    }
}
