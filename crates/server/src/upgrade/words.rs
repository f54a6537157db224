//! What the two processes say to each other. They may be of different versions: what is added to this later has to be what the
//! other can do without, and for anything else [`FORMAT`] changes.

use crate::listening::Purpose;
use crate::tls::TicketKey;
use reactor::ListenAddress;
use reactor::handover::{Packet, Passage};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::Duration;

/// One packet.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Words {
    /// The first of the old one.
    Begin {
        format: u32,
        /// The sockets were given to it by whoever started it (`LISTEN_FDS`), so no settings say where they listen.
        is_given: bool,
        gates: Vec<Gate>,
        /// What encrypts sessions that clients keep; the newest first.
        tickets: Vec<TicketKey>,
    },
    /// With sockets of the gate at that place, as many as go at once.
    Sockets { gate: usize },
    /// That was all.
    End,
    /// The new one has all that it needs, and will go on with the gates at these places.
    Ready { gates: Vec<usize> },
    /// It has not.
    Failed { cause: String },
    /// From now on clients are the new one's.
    Yours {},
}

/// Where the old one listens.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Gate {
    pub(super) asked: Address,
    pub(super) bound: Address,
    pub(super) redirects: bool,
    /// Device and number of the file of a unix socket.
    pub(super) file: Option<(u64, u64)>,
}

/// An address. The bytes of a path need not be text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Address {
    Tcp(std::net::SocketAddr),
    Unix(Vec<u8>),
}

impl Gate {
    pub(super) fn purpose(&self) -> Purpose {
        if self.redirects { Purpose::Redirect } else { Purpose::Serve }
    }
}

impl From<&ListenAddress> for Address {
    fn from(address: &ListenAddress) -> Address {
        match address {
            ListenAddress::Tcp(address) => Address::Tcp(*address),
            ListenAddress::Unix(path) => Address::Unix(path.as_os_str().as_bytes().to_vec()),
        }
    }
}

impl From<Address> for ListenAddress {
    fn from(address: Address) -> ListenAddress {
        match address {
            Address::Tcp(address) => ListenAddress::Tcp(address),
            Address::Unix(path) => ListenAddress::Unix(OsString::from_vec(path).into()),
        }
    }
}

/// Says something. Errs when nobody hears it.
pub(super) fn say(passage: &Passage, words: &Words, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    passage.send(&serde_json::to_vec(words)?, descriptors)
}

/// Hears what comes next; `None`: nobody says anything any more.
///
/// Errs when nothing comes in time, or something that means nothing in this version.
pub(super) fn hear(passage: &Passage, patience: Duration) -> io::Result<Option<(Words, Packet)>> {
    let Some(packet) = passage.receive(patience)? else { return Ok(None) };
    let unknown = |_| io::Error::new(io::ErrorKind::InvalidData, "it says what this version does not know");
    Ok(Some((serde_json::from_slice(&packet.words).map_err(unknown)?, packet)))
}

/// The way that this version hands over.
pub(super) const FORMAT: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_another_version_will_read() {
        let gates = vec![
            Gate {
                asked: Address::from(&ListenAddress::Tcp("127.0.0.1:0".parse().unwrap())),
                bound: Address::Tcp("127.0.0.1:8000".parse().unwrap()),
                redirects: false,
                file: None,
            },
            Gate {
                asked: Address::from(&ListenAddress::Unix("a\n".into())),
                bound: Address::Unix(b"a\n".to_vec()),
                redirects: true,
                file: Some((1, 2)),
            },
        ];
        let words = Words::Begin { format: FORMAT, is_given: false, gates, tickets: Vec::new() };
        let expected = r#"{"begin":{"format":1,"is_given":false,"gates":[{"asked":{"tcp":"127.0.0.1:0"},"bound":{"tcp":"127.0.0.1:8000"},"redirects":false,"file":null},{"asked":{"unix":[97,10]},"bound":{"unix":[97,10]},"redirects":true,"file":[1,2]}],"tickets":[]}}"#;
        assert_eq!(serde_json::to_string(&words).unwrap(), expected);
        for (words, expected) in [
            (Words::Sockets { gate: 1 }, r#"{"sockets":{"gate":1}}"#),
            (Words::End, r#""end""#),
            (Words::Ready { gates: vec![0] }, r#"{"ready":{"gates":[0]}}"#),
            (Words::Failed { cause: "no".into() }, r#"{"failed":{"cause":"no"}}"#),
            (Words::Yours {}, r#"{"yours":{}}"#),
        ] {
            assert_eq!(serde_json::to_string(&words).unwrap(), expected);
        }
        // What a later version adds is passed over.
        let later = r#"{"ready":{"gates":[0],"colour":"red"}}"#;
        assert!(matches!(serde_json::from_str(later), Ok(Words::Ready { gates }) if gates == [0]));
    }
}
