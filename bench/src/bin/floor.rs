//! What the kernel alone costs: epoll, `recv`, and `send` of bytes that were there before. No parsing, no files, no limits.
//!
//! `floor PORT RESPONSE [close|count] [FILE]` answers whatever comes with the bytes of RESPONSE, which is head and content
//! as they go over the wire. `close` ends the connection after each, `count` answers each empty line with one (pipelining),
//! and FILE is sent by `sendfile` after RESPONSE. Never to be used for anything but as a measure.

use std::error::Error;
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};

use reactor::{ListenAddress, ListenOptions, Listener};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketFlags};

/// What is sent for one request.
struct Answer {
    bytes: Vec<u8>,
    file: Option<(File, usize)>,
    /// Copies of `bytes` behind each other, to answer many requests with one `send`.
    copies: Vec<u8>,
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    One,
    Close,
    Count,
}

struct Connection {
    socket: OwnedFd,
    /// Sent of the answers under way, and their length in all. Equal: none is under way.
    sent: usize,
    total: usize,
    is_armed: bool,
    is_queued: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("port expected")?.parse()?;
    let bytes = std::fs::read(arguments.next().ok_or("file with the response expected")?)?;
    let mode = match arguments.next().as_deref() {
        Some("close") => Mode::Close,
        Some("count") => Mode::Count,
        _ => Mode::One,
    };
    let file = match arguments.next() {
        Some(path) => {
            let file = File::open(path)?;
            let length = file.metadata()?.len() as usize;
            Some((file, length))
        }
        None => None,
    };
    let copies = bytes.repeat(if mode == Mode::Count { COPIES } else { 1 });
    serve(port, &Answer { bytes, file, copies, mode })?;
    Ok(())
}

fn serve(port: u16, answer: &Answer) -> Result<(), Box<dyn Error>> {
    // With the options of the server that is measured by it: a client is there with its first bytes.
    let address = ListenAddress::Tcp(([127, 0, 0, 1], port).into());
    let listener = Listener::bind(&address, &ListenOptions::default())?;
    let queue = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(&queue, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = vec![Event { flags: EventFlags::empty(), data: EventData::new_u64(0) }; 512];
    let mut buffer = vec![0; 65_536];
    loop {
        let count = match epoll::wait(&queue, &mut events[..], None) {
            Err(Errno::INTR) => continue,
            count => count?,
        };
        for event in &events[..count] {
            let token = event.data.u64();
            if token == LISTENER {
                while let Ok(socket) = rustix::net::accept_with(&listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)
                {
                    let number = socket.as_raw_fd() as usize;
                    if connections.len() <= number {
                        connections.resize_with(number + 1, || None);
                    }
                    let mut connection = Connection { socket, sent: 0, total: 0, is_armed: false, is_queued: false };
                    if turn(&mut connection, &mut buffer, answer, &queue, number as u64).is_some() {
                        if !connection.is_queued {
                            arm(&mut connection, false, &queue, number as u64);
                        }
                        connections[number] = Some(connection);
                    }
                }
                continue;
            }
            let place = &mut connections[token as usize];
            let Some(connection) = place else { continue };
            if turn(connection, &mut buffer, answer, &queue, token).is_none() {
                *place = None;
            }
        }
    }
}

/// One event of one connection. `None`: it has ended.
fn turn(connection: &mut Connection, buffer: &mut [u8], answer: &Answer, queue: &OwnedFd, token: u64) -> Option<()> {
    if connection.sent == connection.total {
        let bytes = match rustix::net::recv(&connection.socket, &mut *buffer, RecvFlags::DONTWAIT) {
            Ok((0, _)) => return None,
            Ok((bytes, _)) => bytes,
            Err(Errno::AGAIN) => return Some(()),
            Err(_) => return None,
        };
        connection.sent = 0;
        connection.total = answer.bytes.len() + answer.file.as_ref().map_or(0, |(_, length)| *length);
        if answer.mode == Mode::Count {
            let requests = buffer[..bytes].windows(4).filter(|window| window == b"\r\n\r\n").count();
            connection.total *= requests.min(COPIES);
        }
    }
    let total = connection.total;
    while connection.sent < total {
        let sent = if connection.sent < answer.bytes.len() || answer.mode == Mode::Count {
            let mut flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            flags.set(SendFlags::MORE, answer.file.is_some());
            let end = if answer.mode == Mode::Count { total } else { answer.bytes.len() };
            rustix::net::send(&connection.socket, &answer.copies[connection.sent..end], flags)
        } else {
            let (file, _) = answer.file.as_ref()?;
            let mut offset = (connection.sent - answer.bytes.len()) as u64;
            rustix::fs::sendfile(&connection.socket, file, Some(&mut offset), total - connection.sent)
        };
        match sent {
            Ok(sent) => connection.sent += sent,
            Err(Errno::AGAIN) => {
                arm(connection, true, queue, token);
                return Some(());
            }
            Err(_) => return None,
        }
    }
    if answer.mode == Mode::Close {
        return None;
    }
    if connection.is_armed {
        arm(connection, false, queue, token);
    }
    Some(())
}

/// Tells the queue what the connection waits for, if that is not what it knows.
fn arm(connection: &mut Connection, is_armed: bool, queue: &OwnedFd, token: u64) {
    let data = EventData::new_u64(token);
    let flags = if is_armed { EventFlags::OUT } else { EventFlags::IN };
    if !connection.is_queued {
        connection.is_queued = epoll::add(queue, &connection.socket, data, flags).is_ok();
    } else if connection.is_armed != is_armed {
        let _ = epoll::modify(queue, &connection.socket, data, flags);
    }
    connection.is_armed = is_armed;
}

const LISTENER: u64 = u64::MAX;
/// Requests answered at a time.
const COPIES: usize = 64;
