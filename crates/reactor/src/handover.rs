//! The way by which a process hands open sockets to the one that follows it: a pair of sockets, of which the other end is
//! the standard input of the new process (unix(7), `SCM_RIGHTS`).
//!
//! Nothing has to be left open for a child to inherit, so that no other child which starts meanwhile inherits it too; and what
//! is secret stands neither in a file, nor among arguments or in an environment, where others could read it.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use rustix::cmsg_space;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, Shutdown, SocketFlags, SocketType, sockopt,
};
use rustix::process::getppid;

/// One end of the way.
#[derive(Debug)]
pub struct Passage {
    socket: OwnedFd,
}

impl From<OwnedFd> for Passage {
    /// The other end, in a process that has both.
    fn from(socket: OwnedFd) -> Passage {
        Passage { socket }
    }
}

/// What came at once, as it was sent.
#[derive(Debug, Default)]
pub struct Packet {
    /// Of which the reactor knows nothing.
    pub words: Vec<u8>,
    /// Open files, now open here too.
    pub descriptors: Vec<OwnedFd>,
}

impl Passage {
    /// Both ends; the second is to be the standard input of the new process. Errs when the kernel gives none.
    pub fn pair() -> io::Result<(Passage, OwnedFd)> {
        // Packets stay as they are sent, and the end of one side is seen at the other.
        let (ours, theirs) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Passage { socket: ours }, theirs))
    }

    /// The end that the parent has left for us as our standard input, which is empty from then on; `None`: it has not. `parent`:
    /// who is said to have done so.
    ///
    /// Errs when it has, and it cannot be taken.
    pub fn inherited(parent: u32) -> io::Result<Option<Passage>> {
        let is_ours = getppid().and_then(|process| u32::try_from(process.as_raw_nonzero().get()).ok()) == Some(parent);
        let input = io::stdin();
        let is_end = sockopt::socket_domain(&input) == Ok(AddressFamily::UNIX)
            && sockopt::socket_type(&input) == Ok(SocketType::SEQPACKET);
        if !is_ours || !is_end {
            return Ok(None);
        }
        let socket = input.as_fd().try_clone_to_owned()?;
        let null = File::open("/dev/null")?;
        // SAFETY: it is open, for it was asked above of which kind it is; and since it is never dropped, whoever reads standard
        // input goes on having it.
        #[expect(unsafe_code, reason = "standard input has no owner whom a safe function could ask for it")]
        let mut input = ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(STANDARD_INPUT) });
        rustix::io::dup2(&null, &mut input)?;
        Ok(Some(Passage { socket }))
    }

    /// Hands these over. Those who send keep what they have. Errs when nobody is at the other end, or does not take it in time.
    ///
    /// For some dozens of KiB, and [`DESCRIPTORS_MAX`] descriptors.
    pub fn send(&self, words: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
        let mut rights = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !rights.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "more descriptors than fit"));
        }
        let until = Instant::now() + SEND_PATIENCE;
        loop {
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            match rustix::net::sendmsg(&self.socket, &[IoSlice::new(words)], &mut rights, flags) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, until)?,
                sent => return Ok(sent.map(drop)?),
            }
        }
    }

    /// What comes next; `None`: the other end is closed.
    ///
    /// Errs when nothing comes in time, or something that is more than anybody sends.
    pub fn receive(&self, patience: Duration) -> io::Result<Option<Packet>> {
        let until = Instant::now() + patience;
        let mut words = vec![0; WORDS_MAX];
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
        let mut rights = RecvAncillaryBuffer::new(&mut space);
        let received = loop {
            let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
            match rustix::net::recvmsg(&self.socket, &mut [IoSliceMut::new(&mut words)], &mut rights, flags) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::IN, until)?,
                // What was sent and not read when the other end was closed is gone.
                Err(Errno::CONNRESET) => return Ok(None),
                received => break received?,
            }
        };
        let mut packet = Packet::default();
        for message in rights.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                packet.descriptors.extend(descriptors);
            }
        }
        if received.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something was cut off on its way"));
        }
        if received.bytes == 0 {
            return Ok(None);
        }
        words.truncate(received.bytes);
        packet.words = words;
        Ok(Some(packet))
    }

    /// Ends it for both sides, also for a thread that waits in [`receive`](Passage::receive).
    pub fn cut(&self) {
        // Fails only where there is nobody any more.
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
    }

    fn wait(&self, what: PollFlags, until: Instant) -> io::Result<()> {
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let rest = Timespec { tv_sec: rest.as_secs() as i64, tv_nsec: i64::from(rest.subsec_nanos()) };
        match poll(&mut [PollFd::new(&self.socket, what)], Some(&rest)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Most descriptors in one packet (the kernel's `SCM_MAX_FD`).
pub const DESCRIPTORS_MAX: usize = 253;
const STANDARD_INPUT: RawFd = 0;
/// Longer than anything that is sent.
const WORDS_MAX: usize = 128 << 10;
/// Whoever was started to take it takes it at once.
const SEND_PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn pair() -> (Passage, Passage) {
        let (ours, theirs) = Passage::pair().expect("a pair");
        (ours, Passage { socket: theirs })
    }

    #[test]
    fn what_is_handed_over_is_open_at_the_other_end() {
        let (ours, theirs) = pair();
        let (mut near, far) = UnixStream::pair().expect("a pair");
        ours.send(b"one", &[far.as_fd()]).expect("sent");
        ours.send(b"two", &[]).expect("sent");
        drop(far);
        let packet = theirs.receive(PATIENCE).expect("it came").expect("a packet");
        assert_eq!((&packet.words[..], packet.descriptors.len()), (&b"one"[..], 1));
        let flags = rustix::io::fcntl_getfd(&packet.descriptors[0]).expect("open");
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC), "no child is to have it by accident");
        near.write_all(b"through").expect("somebody is there");
        let mut file = File::from(packet.descriptors.into_iter().next().expect("one"));
        let mut buffer = [0; 7];
        file.read_exact(&mut buffer).expect("it is open");
        assert_eq!(&buffer, b"through");
        assert_eq!(theirs.receive(PATIENCE).expect("it came").expect("a packet").words, b"two");
        drop(ours);
        assert!(theirs.receive(PATIENCE).expect("an end").is_none());
        assert_eq!(theirs.send(b"x", &[]).expect_err("nobody").kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn as_many_as_the_kernel_lets_through_go_at_once() {
        let (ours, theirs) = pair();
        let null = File::open("/dev/null").expect("open");
        ours.send(b"many", &[null.as_fd(); DESCRIPTORS_MAX]).expect("sent");
        let packet = theirs.receive(PATIENCE).expect("it came").expect("a packet");
        assert_eq!(packet.descriptors.len(), DESCRIPTORS_MAX);
        ours.send(b"more", &[null.as_fd(); DESCRIPTORS_MAX + 1]).expect_err("one more");
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (ours, theirs) = pair();
        assert_eq!(theirs.receive(Duration::ZERO).expect_err("nothing").kind(), io::ErrorKind::TimedOut);
        let waiting = std::thread::spawn(move || theirs.receive(PATIENCE).map(|packet| packet.is_some()));
        ours.cut();
        assert!(!waiting.join().expect("no panic").expect("an end"));
    }

    #[test]
    fn an_input_that_is_something_else_is_left_alone() {
        assert!(Passage::inherited(std::process::id()).expect("looked at").is_none());
    }
}
