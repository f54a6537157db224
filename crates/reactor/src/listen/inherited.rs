//! Sockets handed over by whoever started us: `LISTEN_PID` and `LISTEN_FDS`, as systemd does it (sd_listen_fds(3)).

use std::io;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::OFlags;
use rustix::io::FdFlags;
use rustix::net::{SocketAddrAny, SocketAddrUnix, sockopt};

use crate::listen::{ListenAddress, ListenOptions, Listener};

impl Listener {
    /// The listeners that the process which started us has opened for us; none when it has not, or the second time.
    ///
    /// Call it before anything else listens. Errs when one of them does not listen.
    pub fn inherited(options: &ListenOptions) -> io::Result<Vec<Listener>> {
        let count = promised(
            std::env::var("LISTEN_PID").ok().as_deref(),
            std::env::var("LISTEN_FDS").ok().as_deref(),
            std::process::id(),
        );
        if count == 0 || TAKEN.swap(true, Ordering::SeqCst) {
            return Ok(Vec::new());
        }
        (FIRST_DESCRIPTOR..FIRST_DESCRIPTOR + count).map(|number| adopt(number, options)).collect()
    }
}

/// How many descriptors are meant for the process `own`.
fn promised(process: Option<&str>, count: Option<&str>, own: u32) -> RawFd {
    let is_ours = process.and_then(|process| process.parse().ok()) == Some(own);
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    if is_ours && (0..=DESCRIPTORS_MAX).contains(&count) { count } else { 0 }
}

fn adopt(number: RawFd, options: &ListenOptions) -> io::Result<Listener> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("inherited descriptor {number} (LISTEN_FDS): {error}"));
    if !std::path::Path::new(&format!("/proc/self/fd/{number}")).exists() {
        return Err(named(io::Error::new(io::ErrorKind::NotFound, "it is not open")));
    }
    // SAFETY: it is open (looked at above), and is borrowed for one question.
    #[expect(unsafe_code, reason = "the number comes from the environment: no safe function can know whose it is")]
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    // Asked before it is taken: where the environment lies, it may be somebody else's, who must go on having it.
    if !sockopt::socket_acceptconn(borrowed).unwrap_or(false) {
        return Err(named(io::Error::new(io::ErrorKind::InvalidInput, "it is not a listening socket")));
    }
    // SAFETY: it is open (looked at above), and nobody else in this process owns it: the environment says that it was
    // left to us, it listens, `inherited` gives it out once, and its contract is to be called before anything listens.
    #[expect(unsafe_code, reason = "the number comes from the environment: no safe function can know whose it is")]
    let socket = unsafe { OwnedFd::from_raw_fd(number) };
    rustix::io::fcntl_setfd(&socket, FdFlags::CLOEXEC)?;
    let flags = rustix::fs::fcntl_getfl(&socket)?;
    rustix::fs::fcntl_setfl(&socket, flags | OFlags::NONBLOCK)?;
    let address = address_of(rustix::net::getsockname(&socket)?).map_err(named)?;
    Ok(Listener::adopt(socket, address, options))
}

fn address_of(name: SocketAddrAny) -> io::Result<ListenAddress> {
    if let Ok(address) = SocketAddr::try_from(name.clone()) {
        return Ok(ListenAddress::Tcp(address));
    }
    let unix = SocketAddrUnix::try_from(name)?;
    let path = unix.path_bytes().unwrap_or_default();
    Ok(ListenAddress::Unix(PathBuf::from(std::ffi::OsStr::from_bytes(path))))
}

static TAKEN: AtomicBool = AtomicBool::new(false);
/// After standard input, output and error (SD_LISTEN_FDS_START).
const FIRST_DESCRIPTOR: RawFd = 3;
/// More than anybody has sockets; a number beyond it is a mistake.
const DESCRIPTORS_MAX: RawFd = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_of_another_process_are_left_alone() {
        assert_eq!(promised(Some("42"), Some("2"), 42), 2);
        assert_eq!(promised(Some("41"), Some("2"), 42), 0);
        assert_eq!(promised(None, Some("2"), 42), 0);
        assert_eq!(promised(Some("42"), None, 42), 0);
        assert_eq!(promised(Some("42"), Some("-1"), 42), 0);
        assert_eq!(promised(Some("42"), Some("1000000"), 42), 0);
    }
}
