//! Why there is no listener, as a sentence that says what can be done.

use std::fmt;
use std::io;

use crate::listen::{Holder, ListenAddress};

/// An address that cannot be listened on.
#[derive(Debug)]
pub struct ListenError {
    /// The address asked for.
    pub address: ListenAddress,
    /// What is in the way.
    pub fault: ListenFault,
}

/// What is in the way.
#[derive(Debug)]
#[non_exhaustive]
pub enum ListenFault {
    /// Somebody listens there: who, where that can be known.
    InUse(Option<Holder>),
    /// A port below 1024, and no right to it.
    PortNeedsRight,
    /// No right to that place in the file system.
    NotPermitted,
    /// No such address on this machine.
    NotOurs,
    /// Something that is not a socket stands at that path.
    NotASocket,
    /// Longer than a socket's name may be.
    PathTooLong,
    /// This machine has no IPv6 (or no IPv4).
    NoSuchFamily,
    /// Anything else the kernel said.
    Other(io::Error),
}

impl ListenError {
    /// Whether somebody else listens there: another port may be free.
    pub fn is_in_use(&self) -> bool {
        matches!(self.fault, ListenFault::InUse(_))
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot listen on {}: ", self.address)?;
        match &self.fault {
            ListenFault::InUse(None) => formatter.write_str("it is in use by another process"),
            ListenFault::InUse(Some(holder)) => {
                write!(formatter, "it is in use by {} (process {})", holder.name, holder.process)
            }
            ListenFault::PortNeedsRight => formatter.write_str(
                "ports below 1024 need a right; give it with \"setcap cap_net_bind_service=+ep\" on the program, \
                 or start as root with --user NAME, or take a port above 1023",
            ),
            ListenFault::NotPermitted => formatter.write_str("permission denied"),
            ListenFault::NotOurs => formatter.write_str("this machine does not have that address"),
            ListenFault::NotASocket => formatter.write_str("something that is not a socket stands there"),
            ListenFault::PathTooLong => formatter.write_str("the path of a socket can have at most 107 bytes"),
            ListenFault::NoSuchFamily => formatter.write_str("this machine does not speak that kind of address"),
            ListenFault::Other(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for ListenError {}
