//! A listening socket, with the options its connections inherit.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, sockopt};

use crate::listen::{ListenAddress, ListenError, ListenFault, holder_of_port};
use crate::sys::option::defer_accept;

/// How to listen. The default is what a server wants.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    /// Clients that may wait to be accepted; the kernel caps it by `net.core.somaxconn`.
    pub backlog: i32,
    /// Answers are sent whole, so there is nothing for Nagle's algorithm to gather.
    pub no_delay: bool,
    /// A client is accepted when its first bytes are there, so that it need not be waited for: a third less CPU for a
    /// connection that brings one request. One that keeps silent is accepted after a second.
    pub defer_accept: bool,
}

impl Default for ListenOptions {
    fn default() -> ListenOptions {
        ListenOptions { backlog: 4096, no_delay: true, defer_accept: true }
    }
}

/// A socket that listens. Dropping it closes it; the file of a unix socket stays until [`Listener::remove_file`].
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    address: ListenAddress,
    options: ListenOptions,
    /// Several workers take clients from this one socket.
    is_shared: bool,
    /// Identity of the file of a unix socket, so that only our own is ever removed.
    file: Option<(u64, u64)>,
    /// What its owner knows it by.
    mark: u8,
}

impl Listener {
    /// Listens on an address that nobody else listens on.
    ///
    /// Errs with what is in the way. A unix socket left by a server that has died is replaced.
    pub fn bind(address: &ListenAddress, options: &ListenOptions) -> Result<Listener, ListenError> {
        let bound = match address {
            // The port is shared by our workers (`another`), but never with another server: SO_REUSEPORT is set
            // after the bind, which fails if anybody is there.
            ListenAddress::Tcp(tcp) => bind_tcp(*tcp, options, Sharing::AfterBind),
            ListenAddress::Unix(path) => bind_unix(path, options),
        };
        bound.map_err(|fault| ListenError { address: address.clone(), fault })
    }

    /// As [`Listener::bind`], but goes on to the next ports while the port is in use, trying at most `tries` of them.
    pub fn bind_next_free(address: SocketAddr, tries: u16, options: &ListenOptions) -> Result<Listener, ListenError> {
        let mut next = address;
        loop {
            match Listener::bind(&ListenAddress::Tcp(next), options) {
                Err(error) if error.is_in_use() && next.port() - address.port() < tries.saturating_sub(1) => {
                    let Some(port) = next.port().checked_add(1) else { return Err(error) };
                    next.set_port(port);
                }
                result => return result,
            }
        }
    }

    /// One more listener on the same address, for another worker. The kernel spreads the clients over them.
    pub fn another(&self) -> Result<Listener, ListenError> {
        let error = |fault| ListenError { address: self.address.clone(), fault };
        match &self.address {
            ListenAddress::Tcp(tcp) if !self.is_shared => {
                let another = bind_tcp(*tcp, &self.options, Sharing::BeforeBind).map_err(error)?;
                Ok(another.marked(self.mark))
            }
            _ => Ok(Listener {
                socket: self.socket.try_clone().map_err(|other| error(ListenFault::Other(other)))?,
                address: self.address.clone(),
                options: self.options,
                is_shared: true,
                file: self.file,
                mark: self.mark,
            }),
        }
    }

    /// The same, with a mark that clients who come by it are told apart by; 0 unless set.
    #[must_use]
    pub fn marked(self, mark: u8) -> Listener {
        Listener { mark, ..self }
    }

    /// Its mark.
    pub fn mark(&self) -> u8 {
        self.mark
    }

    /// The same socket once more, to be handed over to another process: whoever waits there is let in by who comes first.
    pub fn duplicate(&self) -> io::Result<Listener> {
        Ok(Listener {
            socket: self.socket.try_clone()?,
            address: self.address.clone(),
            options: self.options,
            is_shared: self.is_shared,
            file: self.file,
            mark: self.mark,
        })
    }

    /// The same, for several workers that take clients from this one socket.
    pub fn shared(&self) -> io::Result<Listener> {
        Ok(Listener { is_shared: true, ..self.duplicate()? })
    }

    /// One that another process has handed over. `file`: what it knew the file of a unix socket by.
    ///
    /// Errs when it does not listen.
    pub fn handed_over(
        socket: OwnedFd,
        address: ListenAddress,
        file: Option<(u64, u64)>,
        options: &ListenOptions,
    ) -> io::Result<Listener> {
        if !sockopt::socket_acceptconn(&socket)? {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the socket for {address} does not listen"),
            ));
        }
        Ok(Listener { socket, address, options: *options, is_shared: false, file, mark: 0 })
    }

    /// What its socket is known by in all processes that have it.
    pub fn identity(&self) -> io::Result<u64> {
        Ok(rustix::fs::fstat(&self.socket)?.st_ino)
    }

    /// What the file of a unix socket of ours is known by.
    pub fn file(&self) -> Option<(u64, u64)> {
        self.file
    }

    /// A socket that already listens, made by somebody else.
    pub(crate) fn adopt(socket: OwnedFd, address: ListenAddress, options: &ListenOptions) -> Listener {
        if matches!(address, ListenAddress::Tcp(_)) {
            // Wishes only: whoever made the socket has decided about it.
            let _ = set_tcp_options(&socket, options);
        }
        Listener { socket, address, options: *options, is_shared: true, file: None, mark: 0 }
    }

    /// Where it listens, with the port the kernel chose if it was 0.
    pub fn address(&self) -> &ListenAddress {
        &self.address
    }

    /// Whether several workers take clients from this one socket.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Whether a client is accepted only when its first bytes are there.
    pub fn defers_accept(&self) -> bool {
        self.options.defer_accept && matches!(self.address, ListenAddress::Tcp(_))
    }

    /// Removes the file of a unix socket, if it is still ours. For the end of the server.
    pub fn remove_file(&self) {
        if let (ListenAddress::Unix(path), Some(file)) = (&self.address, self.file)
            && identity(path) == Some(file)
        {
            let _ = fs::remove_file(path);
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    BeforeBind,
    AfterBind,
}

fn bind_tcp(address: SocketAddr, options: &ListenOptions, sharing: Sharing) -> Result<Listener, ListenFault> {
    let fault = |error| tcp_fault(address, error);
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = new_socket(family).map_err(fault)?;
    if address.is_ipv6() {
        // Each family by its own address, so that [::]:80 does not take 0.0.0.0:80 with it.
        sockopt::set_ipv6_v6only(&socket, true).map_err(fault)?;
    }
    // To start again while connections of the server before still linger in TIME-WAIT.
    sockopt::set_socket_reuseaddr(&socket, true).map_err(fault)?;
    set_tcp_options(&socket, options).map_err(fault)?;
    if sharing == Sharing::BeforeBind {
        sockopt::set_socket_reuseport(&socket, true).map_err(fault)?;
    }
    rustix::net::bind(&socket, &address).map_err(fault)?;
    if sharing == Sharing::AfterBind {
        sockopt::set_socket_reuseport(&socket, true).map_err(fault)?;
    }
    rustix::net::listen(&socket, options.backlog).map_err(fault)?;
    let bound = rustix::net::getsockname(&socket).and_then(SocketAddr::try_from).unwrap_or(address);
    Ok(Listener {
        socket,
        address: ListenAddress::Tcp(bound),
        options: *options,
        is_shared: false,
        file: None,
        mark: 0,
    })
}

/// What connections inherit, so that it is set once.
fn set_tcp_options(socket: &OwnedFd, options: &ListenOptions) -> Result<(), Errno> {
    if options.no_delay {
        sockopt::set_tcp_nodelay(socket, true)?;
    }
    if options.defer_accept {
        defer_accept(socket, DEFER_SECONDS)?;
    }
    Ok(())
}

fn tcp_fault(address: SocketAddr, error: Errno) -> ListenFault {
    match error {
        Errno::ADDRINUSE => ListenFault::InUse(holder_of_port(address.port())),
        Errno::ACCESS | Errno::PERM if address.port() < 1024 => ListenFault::PortNeedsRight,
        Errno::ACCESS | Errno::PERM => ListenFault::NotPermitted,
        Errno::ADDRNOTAVAIL => ListenFault::NotOurs,
        Errno::AFNOSUPPORT => ListenFault::NoSuchFamily,
        error => ListenFault::Other(error.into()),
    }
}

fn bind_unix(path: &Path, options: &ListenOptions) -> Result<Listener, ListenFault> {
    let name = SocketAddrUnix::new(path).map_err(unix_fault)?;
    let socket = new_socket(AddressFamily::UNIX).map_err(unix_fault)?;
    match rustix::net::bind(&socket, &name) {
        Err(Errno::ADDRINUSE) => {
            make_way(path, &name)?;
            rustix::net::bind(&socket, &name).map_err(unix_fault)?;
        }
        bound => bound.map_err(unix_fault)?,
    }
    rustix::net::listen(&socket, options.backlog).map_err(unix_fault)?;
    Ok(Listener {
        socket,
        address: ListenAddress::Unix(path.to_owned()),
        options: *options,
        is_shared: false,
        file: identity(path),
        mark: 0,
    })
}

/// Removes the socket that a server which has died left behind. Errs when it lives, or when it is something else.
fn make_way(path: &Path, name: &SocketAddrUnix) -> Result<(), ListenFault> {
    let metadata = fs::symlink_metadata(path).map_err(ListenFault::Other)?;
    if !metadata.file_type().is_socket() {
        return Err(ListenFault::NotASocket);
    }
    let probe = new_socket(AddressFamily::UNIX).map_err(unix_fault)?;
    match rustix::net::connect(&probe, name) {
        Err(Errno::CONNREFUSED) => fs::remove_file(path).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => ListenFault::NotPermitted,
            _ => ListenFault::Other(error),
        }),
        // Whoever made it listens, even if it is too busy to take us now.
        Ok(()) | Err(Errno::AGAIN) => Err(ListenFault::InUse(None)),
        Err(error) => Err(unix_fault(error)),
    }
}

fn unix_fault(error: Errno) -> ListenFault {
    match error {
        Errno::ADDRINUSE => ListenFault::InUse(None),
        Errno::ACCESS | Errno::PERM | Errno::ROFS => ListenFault::NotPermitted,
        Errno::NAMETOOLONG => ListenFault::PathTooLong,
        error => ListenFault::Other(error.into()),
    }
}

fn new_socket(family: AddressFamily) -> Result<OwnedFd, Errno> {
    rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The shortest there is: a client that says nothing should meet its deadline, not this.
const DEFER_SECONDS: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(text: &str) -> ListenAddress {
        ListenAddress::Tcp(text.parse().expect("an address"))
    }

    fn port(listener: &Listener) -> u16 {
        match listener.address() {
            ListenAddress::Tcp(address) => address.port(),
            ListenAddress::Unix(_) => 0,
        }
    }

    #[track_caller]
    fn check(address: &ListenAddress, expected: &str) {
        let error = Listener::bind(address, &ListenOptions::default()).expect_err("somebody is in the way");
        assert_eq!(error.to_string(), format!("cannot listen on {address}: {expected}"));
    }

    #[test]
    fn a_port_is_shared_by_our_workers_and_with_nobody_else() {
        let first = Listener::bind(&tcp("127.0.0.1:0"), &ListenOptions::default()).expect("a free port");
        let second = first.another().expect("one more");
        assert_eq!(first.address(), second.address());
        let name = fs::read_to_string("/proc/self/comm").expect("a name");
        check(first.address(), &format!("it is in use by {} (process {})", name.trim_end(), std::process::id()));
    }

    #[test]
    fn the_next_free_port_is_found() {
        let first = Listener::bind(&tcp("127.0.0.1:0"), &ListenOptions::default()).expect("a free port");
        let ListenAddress::Tcp(taken) = *first.address() else { unreachable!("bound to TCP") };
        let next = Listener::bind_next_free(taken, 50, &ListenOptions::default()).expect("one of fifty is free");
        assert!(port(&next) > taken.port());
        assert!(Listener::bind_next_free(taken, 1, &ListenOptions::default()).expect_err("no other try").is_in_use());
    }

    #[test]
    fn both_families_can_have_one_port() {
        let Ok(six) = Listener::bind(&tcp("[::]:0"), &ListenOptions::default()) else { return };
        Listener::bind(&tcp(&format!("0.0.0.0:{}", port(&six))), &ListenOptions::default()).expect("not taken by [::]");
    }

    #[test]
    fn a_socket_that_was_handed_over_is_the_same_and_knows_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, options) = (folder.path().join("socket"), ListenOptions::default());
        let first = Listener::bind(&ListenAddress::Unix(path.clone()), &options).expect("free");
        let again = first.duplicate().expect("once more");
        assert_eq!(first.identity().expect("told"), again.identity().expect("told"));
        let (address, file) = (first.address().clone(), first.file());
        let handed = Listener::handed_over(again.socket, address.clone(), file, &options).expect("it listens");
        drop(first);
        handed.remove_file();
        assert!(!path.exists());
        let silent = new_socket(AddressFamily::UNIX).expect("a socket");
        Listener::handed_over(silent, address, None, &options).expect_err("it does not listen");
    }

    #[test]
    fn an_address_of_another_machine_is_refused() {
        check(&tcp("192.0.2.1:8000"), "this machine does not have that address");
    }

    #[test]
    fn a_dead_unix_socket_is_replaced_and_a_live_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = ListenAddress::Unix(folder.path().join("socket"));
        let options = ListenOptions::default();
        let dead = Listener::bind(&address, &options).expect("nobody is there");
        check(&address, "it is in use by another process");
        drop(dead);
        let live = Listener::bind(&address, &options).expect("the other has died");
        live.another().expect("one more for another worker");
        live.remove_file();
        assert!(!folder.path().join("socket").exists());
    }

    #[test]
    fn only_our_own_file_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let listener = Listener::bind(&ListenAddress::Unix(path.clone()), &ListenOptions::default()).expect("free");
        fs::rename(&path, folder.path().join("moved")).expect("moved");
        fs::write(&path, "precious").expect("written");
        listener.remove_file();
        assert!(path.exists());
    }

    #[test]
    fn a_file_in_the_way_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "precious").expect("written");
        check(&ListenAddress::Unix(path.clone()), "something that is not a socket stands there");
        assert_eq!(fs::read(&path).expect("still there"), b"precious");
        check(
            &ListenAddress::Unix(folder.path().join("x".repeat(200))),
            "the path of a socket can have at most 107 bytes",
        );
    }
}
