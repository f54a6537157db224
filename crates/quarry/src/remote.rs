//! How one `quarry` tells another what to do: each server that runs listens on a socket of its own, of which nothing stays
//! when it ends, however it ends (unix(7), abstract sockets).
//!
//! ```text
//! @quarry/PID   ◀─ about     ─▶ {"serves": ["/srv/www"], "places": ["http://127.0.0.1:8000/"]}
//!               ◀─ reload    ─▶ {"remarks": []} or {"refused": "why the settings stay as they were"}
//!               ◀─ upgrade   ─▶ {"followed": 4712} or {"refused": "why this one still serves"}
//! ```
//!
//! Such a socket has no file and no permissions: each side asks the kernel who the other is. Only root and whoever the
//! server runs as is heard.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use server::Remote;

/// What a server is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// Folders and files, by their true names.
    pub(crate) serves: Vec<String>,
    /// Where it can be found.
    pub(crate) places: Vec<String>,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// It is done; what is to be known about it.
    Remarks(Vec<String>),
    /// It is done by the process of that number, from now on.
    Followed(u32),
    /// It is not done, for this reason.
    Refused(String),
}

/// From now on this server is heard of, on a thread of its own.
///
/// Errs when there is no socket or thread to be had.
pub(crate) fn listen(about: About, remote: Remote) -> io::Result<()> {
    let listener = UnixListener::bind_addr(&address(std::process::id())?)?;
    let work = move || {
        for stream in listener.incoming().flatten() {
            // Who asks and does not wait for the answer has gone.
            let _ = answer(&stream, &about, &remote);
        }
    };
    thread::Builder::new().name("remote".into()).spawn(work).map(drop)
}

fn answer(stream: &UnixStream, about: &About, remote: &Remote) -> io::Result<()> {
    let peer = socket_peercred(stream)?;
    if !peer.uid.is_root() && peer.uid != geteuid() {
        return Ok(());
    }
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut order = String::new();
    BufReader::new(stream.take(ORDER_BYTES_MAX)).read_line(&mut order)?;
    let mut stream = stream;
    let mut say = |answer: &Answer| writeln!(stream, "{}", serde_json::to_string(answer)?);
    match order.trim_end() {
        // While two processes of one server run, only one of them is meant.
        "about" if remote.is_at_work() => writeln!(stream, "{}", serde_json::to_string(about)?),
        "reload" => say(&remote.reload().map_or_else(Answer::Refused, Answer::Remarks)),
        // This process ends when that is said, and not before.
        "upgrade" => remote.upgrade(|upgraded| say(&upgraded.map_or_else(Answer::Refused, Answer::Followed))),
        _ => Ok(()),
    }
}

/// A server that runs, and that we may tell what to do.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) process: u32,
    pub(crate) about: About,
}

impl Found {
    /// All of them. Errs when the kernel does not tell.
    pub(crate) fn all() -> io::Result<Vec<Found>> {
        let sockets = fs::read_to_string("/proc/net/unix")?;
        let mut processes: Vec<u32> = sockets.lines().filter_map(process_of).collect();
        processes.sort_unstable();
        processes.dedup();
        Ok(processes.into_iter().filter_map(|process| Found::of(process).ok()).collect())
    }

    fn of(process: u32) -> io::Result<Found> {
        let about = serde_json::from_str(&ask(process, "about")?)?;
        Ok(Found { process, about })
    }

    /// Has its settings read again, and waits for what comes of it.
    pub(crate) fn reload(&self) -> io::Result<Answer> {
        Ok(serde_json::from_str(&ask(self.process, "reload")?)?)
    }

    /// Has its program started anew, and waits until that serves.
    pub(crate) fn upgrade(&self) -> io::Result<Answer> {
        Ok(serde_json::from_str(&ask(self.process, "upgrade")?)?)
    }

    /// Whether it is the one that somebody means by the number of its process or by something that it serves.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let path = fs::canonicalize(name).ok();
        let path = path.as_ref().map(|path| path.to_string_lossy());
        let is_path = |served: &String| path.as_ref().is_some_and(|path| path == served);
        name.parse() == Ok(self.process) || self.about.serves.iter().any(is_path)
    }
}

/// A line of `/proc/net/unix` ends with the name, which begins with `@` where it is no file.
fn process_of(line: &str) -> Option<u32> {
    line.rsplit_once(' ')?.1.strip_prefix(&format!("@{NAME}"))?.parse().ok()
}

fn ask(process: u32, order: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect_addr(&address(process)?)?;
    let peer = socket_peercred(&stream)?;
    let own = geteuid();
    // Anybody may have taken the name.
    if !own.is_root() && peer.uid != own {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    stream.set_write_timeout(Some(PATIENCE))?;
    let patience = match order {
        "about" => PATIENCE,
        "reload" => RELOAD_PATIENCE,
        _ => UPGRADE_PATIENCE,
    };
    stream.set_read_timeout(Some(patience))?;
    writeln!(stream, "{order}")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    match answer.is_empty() {
        true => Err(io::ErrorKind::UnexpectedEof.into()),
        false => Ok(answer),
    }
}

fn address(process: u32) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(format!("{NAME}{process}"))
}

const NAME: &str = "quarry/";

/// For one that only has to say who it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// For one that has to read all its settings, and open what they name.
const RELOAD_PATIENCE: Duration = Duration::from_secs(60);
/// For one that has to start a process, which has to do the same; longer than the server itself waits.
const UPGRADE_PATIENCE: Duration = Duration::from_secs(120);
const ORDER_BYTES_MAX: u64 = 64;
const ANSWER_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_found_among_the_sockets() {
        let check = |line, expected| assert_eq!(process_of(line), expected, "{line}");
        check("0000000000000000: 00000002 00000000 00010000 0001 01 27412 @quarry/4711", Some(4711));
        check("0000000000000000: 00000002 00000000 00010000 0001 01 27412 @quarry/4711x", None);
        check("0000000000000000: 00000002 00000000 00010000 0001 01 27412 /quarry/4711", None);
        check("Num       RefCount Protocol Flags    Type St Inode Path", None);
    }

    #[test]
    fn answers_are_read_as_they_were_written() {
        for answer in [Answer::Remarks(vec!["a\nb".into()]), Answer::Refused("no".into()), Answer::Followed(7)] {
            let text = serde_json::to_string(&answer).unwrap();
            assert_eq!(text.lines().count(), 1);
            assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
        }
    }
}
