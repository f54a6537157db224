//! What the kernel alone costs: epoll, `recv`, and `send` of bytes that were there before. No parsing, no files, no limits.
//!
//! `floor PORT RESPONSE [close|count] [FILE]` answers whatever comes with the bytes of RESPONSE, which is head and content
//! as they go over the wire. `close` ends the connection after each, `count` answers each empty line with one (pipelining),
//! and FILE is sent by `sendfile` after RESPONSE. Never to be used for anything but as a measure.

use std::error::Error;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};

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
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    // The backlog of the standard library is 128: too few for a connection per request.
    rustix::net::listen(&listener, 4096)?;
    rustix::net::sockopt::set_tcp_nodelay(&listener, true)?;
    listener.set_nonblocking(true)?;
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
                    epoll::add(&queue, &socket, EventData::new_u64(number as u64), EventFlags::IN)?;
                    if connections.len() <= number {
                        connections.resize_with(number + 1, || None);
                    }
                    connections[number] = Some(Connection { socket, sent: 0, total: 0, is_armed: false });
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
        let (bytes, _) = rustix::net::recv(&connection.socket, &mut *buffer, RecvFlags::DONTWAIT).ok()?;
        if bytes == 0 {
            return None;
        }
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
    arm(connection, false, queue, token);
    (answer.mode != Mode::Close).then_some(())
}

fn arm(connection: &mut Connection, is_armed: bool, queue: &OwnedFd, token: u64) {
    if connection.is_armed != is_armed {
        connection.is_armed = is_armed;
        let flags = if is_armed { EventFlags::OUT } else { EventFlags::IN };
        let _ = epoll::modify(queue, &connection.socket, EventData::new_u64(token), flags);
    }
}

const LISTENER: u64 = u64::MAX;
/// Requests answered at a time.
const COPIES: usize = 64;
