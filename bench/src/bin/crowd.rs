//! Many clients that are no use to anybody: slow on purpose, or silent.
//!
//! `crowd drip PORT COUNT`: nine of ten send a request head that has no end, a byte a second; one of ten asks for a large
//! file and reads 16 bytes of it a second. `crowd idle PORT COUNT`: each asks once, then says nothing. Who is put out
//! comes back at once. How many there are is printed twice a second, as `there N returned N`. Each opens only what
//! COUNT says, and nothing is kept of what is read.
//!
//! `crowd sink PORT` is where the crowd goes to be measured itself: it lets in, reads nothing, and puts out after 10 s.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, connect, recv, send, socket_with,
};

struct Crowd {
    port: u16,
    queue: OwnedFd,
    clients: Vec<Client>,
    returned: u64,
}

struct Client {
    manner: Manner,
    /// `None`: not opened yet, or it could not be; its next turn tries again.
    socket: Option<OwnedFd>,
    /// Of its request.
    sent: usize,
    /// Has got what it wants: a place, or an answer.
    is_settled: bool,
    /// Turns of this connection.
    age: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    SlowToWrite,
    SlowToRead,
    Silent,
}

fn main() -> Result<(), Box<dyn Error>> {
    // Never ends by itself, and who started it may be killed.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [manner, port] = &arguments[..]
        && manner == "sink"
    {
        return sink(port.parse()?);
    }
    let [manner, port, count] = &arguments[..] else { return Err("crowd drip|idle PORT COUNT".into()) };
    let manners = match &manner[..] {
        "drip" => [Manner::SlowToWrite, Manner::SlowToRead],
        "idle" => [Manner::Silent; 2],
        other => return Err(format!("drip or idle expected, found {other}").into()),
    };
    let manner_of = |number: usize| if number.is_multiple_of(10) { manners[1] } else { manners[0] };
    let client = |number| Client { manner: manner_of(number), socket: None, sent: 0, is_settled: false, age: 0 };
    let clients: Vec<Client> = (0..count.parse()?).map(client).collect();
    let mut crowd = Crowd { port: port.parse()?, queue: epoll::create(CreateFlags::CLOEXEC)?, clients, returned: 0 };
    crowd.run(if manners[0] == Manner::Silent { 1 } else { OPENING_SECONDS })
}

impl Crowd {
    /// Never ends by itself.
    fn run(&mut self, opening_seconds: usize) -> Result<(), Box<dyn Error>> {
        let count = self.clients.len();
        let (mut opened, mut next) = (0, 0);
        let mut at = Instant::now();
        for tick in 0_u64.. {
            // Opened one after the other: what all begin together, the server ends together.
            let until = (opened + count.div_ceil(opening_seconds * TICKS)).min(count);
            for number in opened..until {
                self.open(number)?;
            }
            opened = until;
            // Each has its turn once a second.
            for _ in 0..count.div_ceil(TICKS) {
                if next < opened {
                    self.turn(next)?;
                }
                next = (next + 1) % count;
            }
            if tick.is_multiple_of(TICKS as u64 / 2) {
                self.say()?;
            }
            at += Duration::from_secs(1) / TICKS as u32;
            while let Some(rest) = at.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
                self.listen(rest)?;
            }
        }
        Ok(())
    }

    /// Deals with those to whom the server has said something.
    fn listen(&mut self, rest: Duration) -> Result<(), Box<dyn Error>> {
        let mut events = [Event { flags: EventFlags::empty(), data: EventData::new_u64(0) }; 256];
        let rest = Timespec { tv_sec: 0, tv_nsec: rest.subsec_nanos().into() };
        let count = match epoll::wait(&self.queue, &mut events[..], Some(&rest)) {
            Err(Errno::INTR) => 0,
            count => count?,
        };
        for event in &events[..count] {
            let number = event.data.u64() as usize;
            let client = &mut self.clients[number];
            let Some(socket) = &client.socket else { continue };
            let mut buffer = [0; 16_384];
            let is_answer = match client.manner {
                Manner::Silent => recv(socket, &mut buffer[..], RecvFlags::DONTWAIT).is_ok_and(|(bytes, _)| bytes > 0),
                // An answer to half a request is a farewell; and a reader listens only for the end.
                Manner::SlowToWrite => {
                    let _ = recv(socket, &mut buffer[..], RecvFlags::DONTWAIT);
                    false
                }
                Manner::SlowToRead => false,
            };
            if is_answer {
                client.is_settled = true;
            } else {
                self.come_back(number)?;
            }
        }
        Ok(())
    }

    fn come_back(&mut self, number: usize) -> Result<(), Box<dyn Error>> {
        self.returned += 1;
        self.open(number)
    }

    fn open(&mut self, number: usize) -> Result<(), Box<dyn Error>> {
        let manner = self.clients[number].manner;
        // The old one is closed before: there is never more than one for each client.
        self.clients[number] = Client { manner, socket: None, sent: 0, is_settled: false, age: 0 };
        let socket =
            socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
        if manner == Manner::SlowToRead {
            // As small as the kernel lets it be: what is not read is the server's burden, not ours.
            set_socket_recv_buffer_size(&socket, 1)?;
        }
        // From several addresses: ports of closed connections stay taken for a minute.
        bind(&socket, &SocketAddrV4::new([127, 0, 0, 2 + (number % ADDRESSES) as u8].into(), 0))?;
        match connect(&socket, &SocketAddrV4::new([127, 0, 0, 1].into(), self.port)) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(_) => return Ok(()),
        }
        let flags = if manner == Manner::SlowToRead { EventFlags::RDHUP } else { EventFlags::IN };
        epoll::add(&self.queue, &socket, EventData::new_u64(number as u64), flags)?;
        let client = &mut self.clients[number];
        client.socket = Some(socket);
        // If it is refused, its next turn finds out.
        let _ = client.act();
        Ok(())
    }

    /// What it does once a second.
    fn turn(&mut self, number: usize) -> Result<(), Box<dyn Error>> {
        let client = &mut self.clients[number];
        client.age += 1;
        let has_left = client.manner == Manner::SlowToRead && client.age > READER_SECONDS;
        if client.socket.is_none() {
            return self.open(number);
        }
        if has_left || client.act().is_err() {
            return self.come_back(number);
        }
        Ok(())
    }

    fn say(&self) -> Result<(), Box<dyn Error>> {
        let there = self.clients.iter().filter(|client| client.is_settled).count();
        let mut line = String::new();
        writeln!(line, "there {there} returned {}", self.returned)?;
        Ok(std::io::stdout().write_all(line.as_bytes())?)
    }
}

impl Client {
    /// Sends or reads its few bytes. Errs when the server has put it out.
    fn act(&mut self) -> Result<(), Errno> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let endless = ENDLESS.get(self.sent).copied().unwrap_or(b'a');
        let done = match self.manner {
            Manner::SlowToWrite => send(socket, &[endless], flags),
            Manner::SlowToRead if self.sent < LARGE.len() => send(socket, &LARGE[self.sent..], flags),
            Manner::SlowToRead => recv(socket, &mut [0; 16][..], RecvFlags::DONTWAIT).map(|_| 0),
            Manner::Silent if self.sent < SMALL.len() => send(socket, &SMALL[self.sent..], flags),
            Manner::Silent => Ok(0),
        };
        match done {
            Ok(sent) => {
                self.sent += sent;
                self.is_settled |= self.manner != Manner::Silent;
                Ok(())
            }
            // Not connected yet, or nothing there yet.
            Err(Errno::AGAIN | Errno::NOTCONN) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn sink(port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let mut guests: VecDeque<(Instant, TcpStream)> = VecDeque::new();
    loop {
        let (guest, _) = listener.accept()?;
        guests.push_back((Instant::now(), guest));
        while guests.front().is_some_and(|(since, _)| since.elapsed().as_secs() >= OPENING_SECONDS as u64) {
            guests.pop_front();
        }
    }
}

/// In a second.
const TICKS: usize = 100;
/// Time to open all that drip: as long as a server may bear with them, so that it has some to put out at any time.
const OPENING_SECONDS: usize = 10;
/// A server that puts out a reader cannot tell it, for its window is shut. After so long it leaves by itself.
const READER_SECONDS: u32 = 30;
const ADDRESSES: usize = 8;
const SMALL: &[u8] = b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LARGE: &[u8] = b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
const ENDLESS: &[u8] = b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\nEndless: ";
