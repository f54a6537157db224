//! The reactor on real sockets, on loopback and in the file system.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use reactor::{Completion, Epoll, Key, ListenAddress, ListenOptions, Listener, PeerAddress, Reactor};

/// A reactor with one listener, and what it has told.
struct Bench {
    reactor: Epoll,
    address: ListenAddress,
    buffer: Vec<u8>,
}

impl Bench {
    fn new() -> Bench {
        Bench::at(&ListenAddress::Tcp("127.0.0.1:0".parse().expect("an address")))
    }

    fn at(address: &ListenAddress) -> Bench {
        // Clients that say nothing are accepted at once, unless a test is about those that speak.
        Bench::with(address, ListenOptions { defer_accept: false, ..ListenOptions::default() })
    }

    fn with(address: &ListenAddress, options: ListenOptions) -> Bench {
        let listener = Listener::bind(address, &options).expect("free");
        let address = listener.address().clone();
        Bench { reactor: Epoll::new(vec![listener]).expect("a queue"), address, buffer: vec![0; 65_536] }
    }

    fn connect(&self) -> TcpStream {
        let ListenAddress::Tcp(address) = self.address else { unreachable!("only for TCP") };
        let client = TcpStream::connect(address).expect("connected");
        client.set_read_timeout(Some(PATIENCE)).expect("set");
        client
    }

    /// The next thing that happens, and the bytes if they are some.
    fn next(&mut self) -> (Completion, Vec<u8>) {
        loop {
            if let Some(completion) = self.reactor.next(&mut self.buffer) {
                let bytes = if let Completion::Received { bytes, .. } = completion { bytes } else { 0 };
                return (completion, self.buffer[..bytes].to_vec());
            }
            let until = self.reactor.now_nanoseconds() + PATIENCE.as_nanos() as u64;
            self.reactor.wait(Some(until)).expect("waited");
            assert!(self.reactor.now_nanoseconds() < until, "nothing happens");
        }
    }

    /// Nothing happens for a moment.
    #[track_caller]
    fn is_quiet(&mut self) {
        let until = self.reactor.now_nanoseconds() + 30_000_000;
        while self.reactor.now_nanoseconds() < until {
            if let Some(completion) = self.reactor.next(&mut self.buffer) {
                panic!("{completion:?}");
            }
            self.reactor.wait(Some(until)).expect("waited");
        }
    }

    fn accept(&mut self) -> Key {
        match self.next() {
            (Completion::Accepted { key, mark: 0 }, _) => key,
            (other, _) => panic!("{other:?}"),
        }
    }

    fn pair(&mut self) -> (Key, TcpStream) {
        let client = self.connect();
        (self.accept(), client)
    }

    #[track_caller]
    fn receives(&mut self, key: Key, expected: &[u8]) {
        let (completion, bytes) = self.next();
        assert_eq!((completion, &bytes[..]), (Completion::Received { key, bytes: expected.len() }, expected));
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn what_comes_in_can_go_out() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    assert_eq!(bench.reactor.peer(key), Some(PeerAddress::Tcp(client.local_addr().expect("bound"))));
    client.write_all(b"hello").expect("written");
    bench.receives(key, b"hello");
    assert_eq!(bench.reactor.send(key, &[b"hel"], true).expect("sent"), 3);
    assert_eq!(bench.reactor.send(key, &[b"lo", b"", b", world"], false).expect("sent"), 9);
    let mut answer = [0; 12];
    client.read_exact(&mut answer).expect("read");
    assert_eq!(&answer, b"hello, world");
    bench.is_quiet();
}

fn deferring() -> Bench {
    Bench::with(&ListenAddress::Tcp("127.0.0.1:0".parse().expect("an address")), ListenOptions::default())
}

#[test]
fn a_client_that_speaks_first_is_received_from_at_once() {
    let mut bench = deferring();
    let mut clients: Vec<TcpStream> = (0..100).map(|_| bench.connect()).collect();
    clients.iter_mut().for_each(|client| client.write_all(b"hello").expect("written"));
    let mut keys = Vec::new();
    for _ in &clients {
        let key = bench.accept();
        bench.receives(key, b"hello");
        keys.push(key);
    }
    // Each other one is closed in its first turn; the rest is told of what comes later.
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(bench.reactor.send(*key, &[b"world"], false).expect("sent"), 5);
        if number % 2 == 0 {
            bench.reactor.close(*key);
        }
    }
    let mut answers = Vec::new();
    for (number, client) in clients.iter_mut().enumerate() {
        let mut answer = [0; 5];
        client.read_exact(&mut answer).expect("answered");
        answers.push(answer);
        if number % 2 == 1 {
            client.write_all(b"again").expect("written");
        }
    }
    assert!(answers.iter().all(|answer| answer == b"world"));
    let mut again = 0;
    while again < 50 {
        let (completion, bytes) = bench.next();
        assert!(matches!(completion, Completion::Received { .. }), "{completion:?}");
        assert_eq!(bytes, b"again");
        again += 1;
    }
    bench.is_quiet();
}

#[test]
fn a_first_answer_that_is_not_taken_at_once_is_waited_for() {
    let mut bench = deferring();
    let mut client = bench.connect();
    client.write_all(b"all of it").expect("written");
    let key = bench.accept();
    bench.receives(key, b"all of it");
    let content = vec![7; 20_000_000];
    let mut sent = bench.reactor.send(key, &[&content], false).expect("sent");
    assert!(sent < content.len(), "the kernel took all at once: nothing was tested");
    let reader = std::thread::spawn(move || slow_read(client).len());
    while sent < content.len() {
        assert_eq!(bench.next().0, Completion::Sendable { key });
        sent += bench.reactor.send(key, &[&content[sent..]], false).expect("sent");
    }
    bench.reactor.close(key);
    assert_eq!(reader.join().expect("read"), content.len());
}

#[test]
fn a_client_that_keeps_silent_is_accepted_all_the_same() {
    let mut bench = deferring();
    let mut client = bench.connect();
    let key = bench.accept();
    bench.is_quiet();
    client.write_all(b"at last").expect("written");
    bench.receives(key, b"at last");
}

#[test]
fn receiving_can_be_off_from_the_start() {
    let mut bench = deferring();
    let mut client = bench.connect();
    client.write_all(b"early").expect("written");
    let key = bench.accept();
    bench.reactor.set_receiving(key, false);
    bench.is_quiet();
    bench.reactor.set_receiving(key, true);
    bench.receives(key, b"early");
}

#[test]
fn more_slices_than_the_kernel_takes_at_once_are_a_short_send() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    let slices = [&b"ab"[..]; 40];
    let mut sent = bench.reactor.send(key, &slices, false).expect("sent");
    while sent < 80 {
        assert_eq!(bench.next().0, Completion::Sendable { key });
        sent += bench.reactor.send(key, &slices[sent / 2..], false).expect("sent");
    }
    let mut answer = [0; 80];
    client.read_exact(&mut answer).expect("read");
    assert_eq!(answer[..], b"ab".repeat(40)[..]);
    bench.is_quiet();
}

#[test]
fn unix_sockets_are_sockets() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let mut bench = Bench::at(&ListenAddress::Unix(path.clone()));
    let mut client = UnixStream::connect(&path).expect("connected");
    let key = bench.accept();
    assert_eq!(bench.reactor.peer(key), Some(PeerAddress::Unix));
    client.write_all(b"hello").expect("written");
    bench.receives(key, b"hello");
    bench.reactor.close(key);
    assert_eq!(client.read(&mut [0; 8]).expect("read"), 0);
}

#[test]
fn ipv6_is_spoken_where_there_is_ipv6() {
    let Ok(address) = "[::1]:0".parse::<SocketAddr>() else { return };
    if Listener::bind(&ListenAddress::Tcp(address), &ListenOptions::default()).is_err() {
        return;
    }
    let mut bench = Bench::at(&ListenAddress::Tcp(address));
    let (key, client) = bench.pair();
    assert_eq!(bench.reactor.peer(key), Some(PeerAddress::Tcp(client.local_addr().expect("bound"))));
}

#[test]
fn a_small_buffer_gets_the_rest_at_the_next_turn() {
    let mut bench = Bench::new();
    bench.buffer.truncate(4);
    let (key, mut client) = bench.pair();
    client.write_all(b"123456789").expect("written");
    for expected in [&b"1234"[..], b"5678", b"9"] {
        bench.receives(key, expected);
    }
    bench.is_quiet();
}

#[test]
fn a_reader_that_is_slow_is_waited_for() {
    let mut bench = Bench::new();
    let (key, client) = bench.pair();
    let content: Vec<u8> = (0..20_000_000u32).map(|number| (number / 7) as u8).collect();
    let reader = std::thread::spawn(move || slow_read(client));
    let (mut sent, mut shorts) = (0, 0);
    loop {
        sent += bench.reactor.send(key, &[&content[sent..]], false).expect("sent");
        if sent == content.len() {
            break;
        }
        shorts += 1;
        assert_eq!(bench.next().0, Completion::Sendable { key });
    }
    bench.is_quiet();
    bench.reactor.close(key);
    assert!(shorts > 0, "the kernel took all at once: nothing was tested");
    assert!(reader.join().expect("read") == content);
}

fn slow_read(mut client: TcpStream) -> Vec<u8> {
    let (mut all, mut part) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        match client.read(&mut part).expect("read") {
            0 => return all,
            bytes => all.extend_from_slice(&part[..bytes]),
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_span_of_a_file_is_sent() {
    let mut bench = Bench::new();
    let (key, client) = bench.pair();
    let content: Vec<u8> = (0..5_000_000u32).map(|number| (number / 11) as u8).collect();
    let file = file_of(&content);
    let reader = std::thread::spawn(move || slow_read(client));
    let (mut offset, end) = (100, content.len() - 100);
    while offset < end {
        match bench.reactor.send_file(key, &file, offset as u64, end - offset) {
            Ok(0) => panic!("the file has not ended"),
            Ok(sent) => offset += sent,
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
        if offset < end {
            assert_eq!(bench.next().0, Completion::Sendable { key });
        }
    }
    bench.is_quiet();
    bench.reactor.close(key);
    assert!(reader.join().expect("read") == content[100..end]);
}

#[test]
fn who_asks_is_told_of_room_though_nothing_was_short() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    for _ in 0..2 {
        assert_eq!(bench.reactor.send(key, &[b"abc"], false).expect("sent"), 3);
        bench.reactor.ask_sendable(key);
        assert_eq!(bench.next().0, Completion::Sendable { key });
    }
    bench.is_quiet();
    client.read_exact(&mut [0; 6]).expect("read");
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_noticed() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    std::fs::write(&path, [7; 1000]).expect("written");
    let file: Arc<OwnedFd> = Arc::new(std::fs::File::open(&path).expect("opened").into());
    assert_eq!(bench.reactor.send_file(key, &file, 0, 400).expect("sent"), 400);
    std::fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(600)).expect("cut");
    assert_eq!(bench.reactor.send_file(key, &file, 400, 600).expect("sent"), 200);
    assert_eq!(bench.next().0, Completion::Sendable { key }, "a short send");
    assert_eq!(bench.reactor.send_file(key, &file, 600, 400).expect("sent"), 0, "it ends early");
    bench.is_quiet();
    client.read_exact(&mut [0; 600]).expect("read");
}

fn file_of(content: &[u8]) -> Arc<OwnedFd> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(content).expect("written");
    Arc::new(file.into())
}

#[test]
fn half_an_end_is_told_once_and_leaves_the_other_half() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    client.write_all(b"bye").expect("written");
    client.shutdown(std::net::Shutdown::Write).expect("shut");
    bench.receives(key, b"bye");
    bench.receives(key, b"");
    bench.is_quiet();
    assert_eq!(bench.reactor.send(key, &[b"farewell"], false).expect("sent"), 8);
    bench.reactor.shutdown(key);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("read");
    assert_eq!(answer, b"farewell");
}

#[test]
fn our_half_can_end_first() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    bench.reactor.shutdown(key);
    assert_eq!(client.read(&mut [0; 8]).expect("read"), 0);
    client.write_all(b"late").expect("written");
    bench.receives(key, b"late");
    drop(client);
    bench.receives(key, b"");
}

#[test]
fn a_reset_is_told_once() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    reset(&mut bench, key, &mut client);
    assert_eq!(bench.next().0, Completion::Failed { key, error: io::ErrorKind::ConnectionReset });
    bench.is_quiet();
    assert!(bench.reactor.send(key, &[b"x"], false).is_err());
    bench.reactor.close(key);
    bench.is_quiet();
}

#[test]
fn a_reset_is_told_also_when_nobody_receives() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    bench.reactor.set_receiving(key, false);
    reset(&mut bench, key, &mut client);
    assert_eq!(bench.next().0, Completion::Failed { key, error: io::ErrorKind::ConnectionReset });
    bench.is_quiet();
}

/// The client goes with bytes unread, which is a reset.
fn reset(bench: &mut Bench, key: Key, client: &mut TcpStream) {
    bench.reactor.send(key, &[b"unread"], false).expect("sent");
    let mut seen = [0; 1];
    client.peek(&mut seen).expect("arrived");
    let other = bench.connect();
    let client = std::mem::replace(client, other);
    assert!(matches!(bench.next().0, Completion::Accepted { .. }));
    drop(client);
}

#[test]
fn while_receiving_is_off_bytes_stay_in_the_kernel() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    bench.reactor.set_receiving(key, false);
    client.write_all(b"early").expect("written");
    bench.is_quiet();
    bench.reactor.set_receiving(key, true);
    bench.receives(key, b"early");
    bench.reactor.set_receiving(key, false);
    bench.reactor.set_receiving(key, true);
    client.write_all(b"again").expect("written");
    bench.receives(key, b"again");
}

#[test]
fn stale_keys_do_nothing() {
    let mut bench = Bench::new();
    let (old, client) = bench.pair();
    bench.reactor.close(old);
    let (new, mut other) = bench.pair();
    assert_eq!((old.index, old.generation + 1), (new.index, new.generation));
    bench.reactor.close(old);
    bench.reactor.shutdown(old);
    bench.reactor.set_receiving(old, false);
    bench.reactor.set_deadline(old, Some(0));
    assert_eq!(bench.reactor.peer(old), None);
    assert_eq!(bench.reactor.send(old, &[b"x"], false).expect_err("stale").kind(), io::ErrorKind::NotConnected);
    let file = file_of(b"x");
    assert_eq!(bench.reactor.send_file(old, &file, 0, 1).expect_err("stale").kind(), io::ErrorKind::NotConnected);
    bench.is_quiet();
    other.write_all(b"for the new one").expect("written");
    bench.receives(new, b"for the new one");
    drop(client);
}

#[test]
fn events_of_a_connection_closed_in_the_same_turn_are_dropped() {
    let mut bench = Bench::new();
    let (first, mut one) = bench.pair();
    let (second, mut two) = bench.pair();
    one.write_all(b"1").expect("written");
    two.write_all(b"2").expect("written");
    let mut seen = Vec::new();
    while seen.is_empty() {
        bench.reactor.wait(None).expect("waited");
        while let Some(completion) = bench.reactor.next(&mut bench.buffer) {
            seen.push(completion);
            bench.reactor.close(first);
            bench.reactor.close(second);
        }
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn a_deadline_passes_once_and_can_be_moved() {
    let mut bench = Bench::new();
    let (key, _client) = bench.pair();
    let (other, _other) = bench.pair();
    let now = bench.reactor.now_nanoseconds();
    bench.reactor.set_deadline(other, Some(now + 5_000_000));
    bench.reactor.set_deadline(other, None);
    bench.reactor.set_deadline(key, Some(now + 5_000_000));
    bench.reactor.set_deadline(key, Some(now + 20_000_000));
    assert_eq!(bench.next().0, Completion::DeadlinePassed { key });
    assert!(bench.reactor.now_nanoseconds() >= now + 20_000_000);
    bench.is_quiet();
    bench.reactor.set_deadline(key, Some(0));
    assert_eq!(bench.next().0, Completion::DeadlinePassed { key });
    bench.reactor.set_deadline(key, Some(0));
    bench.reactor.close(key);
    bench.is_quiet();
}

#[test]
fn bytes_count_before_the_deadline_they_have_met() {
    let mut bench = Bench::new();
    let (key, mut client) = bench.pair();
    client.write_all(b"in time").expect("written");
    bench.reactor.set_deadline(key, Some(0));
    bench.reactor.wait(None).expect("waited");
    bench.receives(key, b"in time");
    bench.reactor.set_deadline(key, None);
    bench.is_quiet();
}

#[test]
fn another_thread_can_wake() {
    let mut bench = Bench::new();
    let waker = bench.reactor.waker();
    let thread = std::thread::spawn(move || (0..100).for_each(|_| waker.clone().wake()));
    assert_eq!(bench.next().0, Completion::Woken);
    thread.join().expect("ended");
    bench.reactor.waker().wake();
    while !matches!(bench.reactor.next(&mut bench.buffer), Some(Completion::Woken)) {
        bench.reactor.wait(None).expect("waited");
    }
    bench.is_quiet();
}

#[test]
fn the_calendar_is_the_systems() {
    let mut bench = Bench::new();
    bench.reactor.wait(Some(0)).expect("waited");
    let system = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let difference = system.as_nanos() as i128 - bench.reactor.date_nanoseconds();
    assert!((0..10_000_000_000).contains(&difference), "{difference}");
}

#[test]
fn a_thousand_connections_are_served() {
    let mut bench = Bench::new();
    let ListenAddress::Tcp(address) = bench.address else { unreachable!("TCP") };
    let clients = std::thread::spawn(move || {
        let mut clients: Vec<TcpStream> = Vec::new();
        for number in 0..1000u32 {
            let mut client = TcpStream::connect(address).expect("connected");
            client.write_all(&number.to_be_bytes()).expect("written");
            clients.push(client);
        }
        for (number, client) in clients.iter_mut().enumerate() {
            let mut answer = [0; 4];
            client.read_exact(&mut answer).expect("read");
            assert_eq!(u32::from_be_bytes(answer), !(number as u32));
        }
    });
    let (mut asked, mut ended) = (HashMap::new(), 0);
    while ended < 1000 {
        match bench.next() {
            (Completion::Accepted { key, .. }, _) => assert!(asked.insert(key, Vec::new()).is_none()),
            (Completion::Received { key, bytes: 0 }, _) => {
                bench.reactor.close(key);
                ended += 1;
            }
            (Completion::Received { key, .. }, bytes) => {
                let question = asked.get_mut(&key).expect("accepted before");
                question.extend(bytes);
                if let Ok(number) = <[u8; 4]>::try_from(question.as_slice()) {
                    let answer = (!u32::from_be_bytes(number)).to_be_bytes();
                    assert_eq!(bench.reactor.send(key, &[&answer], false).expect("sent"), 4);
                }
            }
            (Completion::Failed { key, .. }, _) => panic!("{key:?} has failed"),
            _ => {}
        }
    }
    clients.join().expect("served");
}

#[test]
fn clients_that_wait_at_the_end_are_let_in_and_no_others() {
    let mut bench = Bench::new();
    let waiting: Vec<TcpStream> = (0..70).map(|_| bench.connect()).collect();
    bench.reactor.stop_accepting();
    for _ in &waiting {
        bench.accept();
    }
    bench.is_quiet();
    let ListenAddress::Tcp(address) = bench.address else { unreachable!("TCP") };
    assert_eq!(TcpStream::connect(address).expect_err("closed").kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(bench.reactor.listeners().count(), 0);
}

#[test]
fn a_port_can_be_listened_on_again_at_once() {
    let mut bench = Bench::new();
    let address = bench.address.clone();
    let (key, client) = bench.pair();
    bench.reactor.close(key);
    drop(bench);
    Bench::at(&address);
    drop(client);
}

#[test]
fn workers_share_the_clients_of_one_port() {
    let any = ListenAddress::Tcp("127.0.0.1:0".parse().expect("an address"));
    let options = ListenOptions { defer_accept: false, ..ListenOptions::default() };
    let listener = Listener::bind(&any, &options).expect("free");
    let address = listener.address().clone();
    let mut benches: Vec<Bench> = [listener.another().expect("another"), listener]
        .into_iter()
        .map(|listener| Bench {
            reactor: Epoll::new(vec![listener]).expect("a queue"),
            address: address.clone(),
            buffer: vec![0; 16],
        })
        .collect();
    let clients: Vec<TcpStream> = (0..100).map(|_| benches[0].connect()).collect();
    let mut counts = [0, 0];
    for (bench, count) in benches.iter_mut().zip(&mut counts) {
        bench.reactor.wait(Some(bench.reactor.now_nanoseconds())).expect("waited");
        while let Some(completion) = bench.reactor.next(&mut bench.buffer) {
            assert!(matches!(completion, Completion::Accepted { .. }), "{completion:?}");
            *count += 1;
            // The kernel tells again of those beyond one turn.
            bench.reactor.wait(Some(bench.reactor.now_nanoseconds())).expect("waited");
        }
    }
    assert_eq!(counts[0] + counts[1], clients.len());
    assert!(counts[0] > 10 && counts[1] > 10, "{counts:?}");
}
