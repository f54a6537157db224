//! Whatever there is to listen at is handed on, and whoever looks after the service is told.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::set_child_subreaper;

use super::super::quarry_at;
use super::super::running::{PATIENCE, Running, read_text};
use super::{Line, Place, ended, get};

#[test]
fn a_unix_socket_stays_where_it_is() {
    let place = Place::new();
    let socket = place.path("socket");
    let mut line = place.start(&["--listen", &format!("unix:{socket}"), "--workers", "2"]);
    let connect = || {
        let stream = UnixStream::connect(&socket).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream
    };
    assert_eq!(get(&mut connect()).text(), "found");
    for _ in 0..2 {
        let before = line.upgrade();
        assert_eq!(get(&mut connect()).text(), "found");
        assert_eq!(ended(before), Some(0));
        assert_eq!(get(&mut connect()).text(), "found");
    }
    line.end();
    assert!(!Path::new(&socket).exists(), "the last one removes it");
}

#[test]
fn more_or_fewer_workers_and_other_addresses_lose_nobody() {
    let place = Place::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("free");
    let other = free.local_addr().expect("bound").to_string();
    drop(free);
    let config = |workers: usize, listen: &str| {
        place.config(&format!("workers = {workers}\nlisten = [{listen}]\n[[site]]\nroot = \"site\"\n"))
    };
    let mut line = Line::start(&mut quarry_at(&place.program(), ["--config", &config(2, "\"127.0.0.1:0\"")]));
    for workers in [5, 1, 4, 3] {
        config(workers, "\"127.0.0.1:0\"");
        let before = line.upgrade();
        // The kernel puts them into one queue or the other by their ports; each queue has somebody who takes them.
        let many: Vec<_> = (0..100).map(|_| line.running.connect()).collect();
        for mut stream in many {
            stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
            assert!(read_text(&mut stream).ends_with("\r\n\r\nfound"));
        }
        assert_eq!(ended(before), Some(0));
    }
    // One more address, and then only that one.
    config(2, &format!("\"127.0.0.1:0\", \"{other}\""));
    line.upgrade();
    let connect = |address: &str| std::net::TcpStream::connect(address);
    for address in [line.running.address(), &other] {
        assert_eq!(get(&mut connect(address).expect("it listens")).text(), "found");
    }
    config(2, &format!("\"{other}\""));
    let before = line.upgrade();
    assert_eq!(get(&mut connect(&other).expect("it listens")).text(), "found");
    assert_eq!(ended(before), Some(0));
    connect(line.running.address()).expect_err("nobody listens there any more");
    line.end();
}

#[test]
fn systemd_is_told_which_process_is_the_one() {
    let place = Place::new();
    let path = place.path("notify");
    let socket = UnixDatagram::bind(&path).expect("bound");
    socket.set_read_timeout(Some(PATIENCE)).expect("set");
    let heard = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).expect("told");
        String::from_utf8_lossy(&buffer[..length]).trim_end().to_owned()
    };
    let mut command = quarry_at(&place.program(), [place.root()]);
    let mut line = Line::start(command.args(["--listen", "127.0.0.1:0"]).env("NOTIFY_SOCKET", &path));
    assert_eq!(heard(), "READY=1");
    place.install_script("exit 3");
    assert_eq!(line.ask().code, Some(1));
    line.said();
    assert!(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    assert_eq!(heard(), "READY=1");
    place.install();
    let before = line.upgrade();
    assert!(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    assert_eq!(heard(), format!("MAINPID={}\nREADY=1", line.process));
    assert_eq!(ended(before), Some(0));
    line.end();
    // By the new one: the old one says nothing more.
    assert_eq!(heard(), "STOPPING=1");
}

#[test]
fn sockets_of_systemd_are_handed_on() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("free");
    let address = listener.local_addr().expect("bound");
    let input: std::os::fd::OwnedFd = listener.into();
    let script = r#"exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$1" --workers 2"#;
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(place.program()).arg(place.root());
    let mut child =
        command.stdin(Stdio::from(input)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh");
    drop(command);
    set_child_subreaper(Some(rustix::process::getpid())).expect("set");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut url = String::new();
    output.read_line(&mut url).expect("a first line");
    assert_eq!(url.trim_end(), format!("http://{address}/"));
    let errors = BufReader::new(child.stderr.take().expect("piped"));
    let process = child.id();
    let mut line = Line { running: Running { child, output, url: url.trim_end().to_owned() }, errors, process };
    for _ in 0..2 {
        let before = line.upgrade();
        assert_eq!(ended(before), Some(0));
        assert_eq!(get(&mut line.running.connect()).text(), "found");
    }
    line.end();
}

#[test]
fn who_has_given_up_root_is_followed_by_one_who_never_had_it() {
    if !rustix::process::geteuid().is_root() {
        // Only root can become somebody else.
        return;
    }
    let place = Place::new();
    let can_enter = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 1 == 1);
    fs::set_permissions(place.folder.path(), Permissions::from_mode(0o755)).expect("set");
    if !place.folder.path().ancestors().all(can_enter) {
        // Nobody else can start a program that is built here.
        return;
    }
    let config = |workers: usize| {
        let listen = "listen = [\"127.0.0.1:0\"]\nuser = \"nobody\"";
        place.config(&format!("{listen}\nworkers = {workers}\n[[site]]\nroot = \"site\"\nlook-up = false\n"))
    };
    let mut line = Line::start(&mut quarry_at(&place.program(), ["--config", &config(2)]));
    for workers in [5, 1] {
        // It may bind no more sockets beside those that root has bound: workers share them.
        config(workers);
        line.upgrade();
        for _ in 0..50 {
            assert!(line.running.get("/a.txt").ends_with("\r\n\r\nfound"));
        }
        let status = fs::read_to_string(format!("/proc/{}/status", line.process)).expect("it runs");
        let user = status.lines().find(|line| line.starts_with("Uid:")).expect("a user");
        assert!(!user.split_whitespace().skip(1).any(|number| number == "0"), "{user}");
    }
    line.end();
}
