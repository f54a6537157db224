//! What belongs to a process and not to a thread: limits, identity, inherited sockets. Each check is a child process of
//! this program.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use reactor::disk::{Links, NodeKind, Refusal, Root, Waiting};
use reactor::handover::Passage;
use reactor::privilege::{Identity, forgo_new_privileges, raise_descriptor_limit};
use reactor::{Completion, Epoll, ListenAddress, ListenOptions, Listener, Reactor};
use rustix::io::FdFlags;
use rustix::process::{Resource, Rlimit, setrlimit};

const CHECKS: [(&str, fn()); 7] = [
    ("out_of_descriptors_goes_on", out_of_descriptors_goes_on),
    ("the_descriptor_limit_is_raised", the_descriptor_limit_is_raised),
    ("root_is_given_up_for_good", root_is_given_up_for_good),
    ("permissions_are_the_kernels", permissions_are_the_kernels),
    ("a_low_port_needs_a_right", a_low_port_needs_a_right),
    ("inherited_sockets_listen", inherited_sockets_listen),
    ("a_child_is_handed_what_its_parent_has", a_child_is_handed_what_its_parent_has),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("--child") => {
            let name = arguments.next().unwrap_or_default();
            CHECKS.iter().filter(|(known, _)| *known == name).for_each(|(_, check)| check());
            ExitCode::SUCCESS
        }
        Some("--inherited") => {
            serve_inherited();
            ExitCode::SUCCESS
        }
        Some("--successor") => {
            follow(arguments.next().and_then(|parent| parent.parse().ok()).expect("a number"));
            ExitCode::SUCCESS
        }
        // What a test runner asks for; a filter is a part of a name.
        Some("--list") => {
            CHECKS.iter().for_each(|(name, _)| println!("{name}: test"));
            ExitCode::SUCCESS
        }
        first => run_all(first.filter(|first| !first.starts_with('-')).unwrap_or("")),
    }
}

fn run_all(filter: &str) -> ExitCode {
    let program = std::env::current_exe().expect("a program");
    let mut failures = 0;
    // Removed by us: a child that has become somebody else cannot.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("set");
    for (name, _) in CHECKS.iter().filter(|(name, _)| name.contains(filter)) {
        let mut child = Command::new(&program);
        let is_ok = child.args(["--child", name]).env("TMPDIR", folder.path()).status().expect("started").success();
        println!("test {name} ... {}", if is_ok { "ok" } else { "FAILED" });
        failures += usize::from(!is_ok);
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn any_port() -> Listener {
    let address = ListenAddress::Tcp("127.0.0.1:0".parse().expect("an address"));
    // The clients of these tests say nothing.
    Listener::bind(&address, &ListenOptions { defer_accept: false, ..ListenOptions::default() }).expect("free")
}

fn connect(listener: &ListenAddress) -> TcpStream {
    let ListenAddress::Tcp(address) = listener else { unreachable!("TCP") };
    let client = TcpStream::connect(address).expect("connected");
    client.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
    client
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Clients come until no descriptor is left: it is told, it does not spin, and each that is closed lets one in.
fn out_of_descriptors_goes_on() {
    let listener = any_port();
    let address = listener.address().clone();
    let mut reactor = Epoll::new(vec![listener]).expect("a queue");
    let clients: Vec<TcpStream> = (0..20).map(|_| connect(&address)).collect();
    // Up to the first that is free, and ten more.
    let first = std::fs::File::open("/").expect("opened").as_raw_fd() as u64;
    setrlimit(Resource::Nofile, Rlimit { current: Some(first + 10), maximum: Some(first + 10) }).expect("set");

    let mut keys = Vec::new();
    let (mut paused, mut turns) = (0, 0);
    let mut collect = |reactor: &mut Epoll, keys: &mut Vec<_>, milliseconds: u64| {
        let until = reactor.now_nanoseconds() + milliseconds * 1_000_000;
        let before = (paused, keys.len());
        while reactor.now_nanoseconds() < until {
            turns += 1;
            reactor.wait(Some(until)).expect("waited");
            while let Some(completion) = reactor.next(&mut [0; 16]) {
                match completion {
                    Completion::Accepted { key, .. } => keys.push(key),
                    Completion::AcceptPaused { listener: 0 } => paused += 1,
                    other => panic!("{other:?}"),
                }
            }
        }
        (paused - before.0, keys.len() - before.1, turns)
    };
    let (pauses, accepted, turns) = collect(&mut reactor, &mut keys, 200);
    assert_eq!(accepted, 11, "all ten, and one for the spare");
    assert!((1..=6).contains(&pauses), "{pauses} pauses in 200 ms");
    assert!(turns < 20, "it spins: {turns} turns");

    for _ in 0..3 {
        reactor.close(keys.remove(0));
        let (_, accepted, _) = collect(&mut reactor, &mut keys, 20);
        assert_eq!(accepted, 1, "one goes, one comes");
    }
    for key in keys.drain(..) {
        reactor.close(key);
    }
    let (pauses, accepted, _) = collect(&mut reactor, &mut keys, 100);
    assert_eq!((pauses, accepted), (0, clients.len() - 14), "all others");
}

fn the_descriptor_limit_is_raised() {
    let maximum = rustix::process::getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(50), maximum }).expect("set");
    assert_eq!(raise_descriptor_limit().expect("raised"), maximum);
    assert_eq!(rustix::process::getrlimit(Resource::Nofile).current, maximum);
    forgo_new_privileges().expect("set");
    assert!(rustix::thread::no_new_privs().expect("known"));
}

fn root_is_given_up_for_good() {
    let nobody = Identity::find("12345:12346").expect("numbers need no name");
    if !is_root() {
        assert!(nobody.assume().is_err(), "only root may");
        return;
    }
    let helper = std::thread::spawn(std::thread::park);
    assert!(nobody.assume().is_err(), "another thread would stay root");
    helper.thread().unpark();
    helper.join().expect("ended");
    nobody.assume().expect("root may");
    let status = std::fs::read_to_string("/proc/self/status").expect("read");
    for expected in ["Uid:\t12345\t12345\t12345\t12345", "Gid:\t12346\t12346\t12346\t12346", "NoNewPrivs:\t1"] {
        assert!(status.lines().any(|line| line == expected), "{expected}: {status}");
    }
    let groups = status.lines().find_map(|line| line.strip_prefix("Groups:")).map(str::trim);
    assert_eq!(groups, Some("12346"));
}

fn permissions_are_the_kernels() {
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    let sub = folder.path().join("sub");
    std::fs::create_dir(&sub).expect("made");
    std::fs::write(sub.join("open"), "open").expect("written");
    std::fs::write(sub.join("shut"), "shut").expect("written");
    mode(folder.path(), 0o755);
    mode(&sub.join("shut"), 0);
    // May be passed through and not listed.
    mode(&sub, 0o711);
    if is_root() {
        Identity::find("12345:12346").and_then(|nobody| nobody.assume()).expect("root may");
    } else {
        mode(&sub, 0o111);
    }
    let root = Root::open(folder.path(), Links::Inside).expect("opened");
    let directory = root.open_node(b"sub", Waiting::Allowed).expect("seen");
    assert_eq!(directory.metadata.kind, NodeKind::Directory);
    assert!(matches!(root.open_directory(b"sub"), Err(Refusal::NotPermitted)));
    assert!(root.open_node(b"sub/open", Waiting::Allowed).expect("opened").file.is_some());
    assert!(matches!(root.open_node(b"sub/shut", Waiting::Allowed), Err(Refusal::NotPermitted)));
    assert!(matches!(root.open_node(b"sub/none", Waiting::Allowed), Err(Refusal::Missing)));
    // Whoever this is now cannot remove what root has made.
    std::mem::forget(folder);
}

fn a_low_port_needs_a_right() {
    if is_root() {
        Identity::find("12345:12346").and_then(|nobody| nobody.assume()).expect("root may");
    }
    let lowest = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap_or_default();
    if lowest.trim().parse::<u16>().is_ok_and(|lowest| lowest <= 1) {
        // This machine needs no right.
        return;
    }
    let address = ListenAddress::Tcp("127.0.0.1:1".parse().expect("an address"));
    let error = Listener::bind(&address, &ListenOptions::default()).expect_err("no right").to_string();
    assert!(error.starts_with("cannot listen on 127.0.0.1:1: ports below 1024 need a right"), "{error}");
    assert!(error.contains("setcap") && error.contains("--user") && error.contains("1023"), "{error}");
}

fn inherited_sockets_listen() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("free");
    let address = listener.local_addr().expect("bound");
    rustix::io::fcntl_setfd(&listener, FdFlags::empty()).expect("set");
    let program = std::env::current_exe().expect("a program");
    let script = format!("exec 3<&{}; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --inherited", listener.as_raw_fd());
    let mut server = Command::new("sh").arg0("sh").arg("-c").arg(script).arg(program).spawn().expect("started");
    drop(listener);
    let mut answer = String::new();
    let mut client = connect(&ListenAddress::Tcp(address));
    client.write_all(b"?").expect("written");
    client.read_to_string(&mut answer).expect("answered");
    assert_eq!(answer, format!("inherited {address}"));
    assert!(server.wait().expect("ended").success());
}

fn a_child_is_handed_what_its_parent_has() {
    let (passage, theirs) = Passage::pair().expect("a pair");
    let program = std::env::current_exe().expect("a program");
    let mut command = Command::new(program);
    let own = std::process::id();
    command.args(["--successor", &own.to_string()]).stdin(Stdio::from(theirs));
    let mut child = command.spawn().expect("started");
    drop(command);
    let file = std::fs::File::open("/proc/self/comm").expect("open");
    passage.send(b"this", &[file.as_fd()]).expect("sent");
    let answer = passage.receive(Duration::from_secs(60)).expect("it came").expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer.words), std::fs::read_to_string("/proc/self/comm").expect("a name"));
    assert!(passage.receive(Duration::from_secs(60)).expect("an end").is_none());
    assert!(child.wait().expect("ended").success());
}

fn follow(parent: u32) {
    assert!(Passage::inherited(parent + 1).expect("looked at").is_none(), "left by another process");
    let passage = Passage::inherited(parent).expect("taken").expect("an end");
    assert_eq!(std::io::read_to_string(std::io::stdin()).expect("readable"), "");
    assert!(Passage::inherited(parent).expect("looked at").is_none(), "it is taken once");
    let packet = passage.receive(Duration::from_secs(60)).expect("it came").expect("a packet");
    assert_eq!(packet.words, b"this");
    let file = packet.descriptors.into_iter().next().expect("one");
    let text = std::io::read_to_string(std::fs::File::from(file)).expect("readable");
    passage.send(text.as_bytes(), &[]).expect("sent");
}

fn serve_inherited() {
    let mut listeners = Listener::inherited(&ListenOptions::default()).expect("one");
    assert!(Listener::inherited(&ListenOptions::default()).expect("none").is_empty(), "given out once");
    assert_eq!(listeners.len(), 1);
    let answer = format!("inherited {}", listeners[0].address());
    listeners.push(listeners[0].another().expect("for another worker"));
    let mut reactor = Epoll::new(listeners).expect("a queue");
    loop {
        reactor.wait(None).expect("waited");
        while let Some(completion) = reactor.next(&mut [0; 16]) {
            if let Completion::Received { key, .. } = completion {
                reactor.send(key, &[answer.as_bytes()], false).expect("sent");
                reactor.close(key);
                return;
            }
        }
    }
}
