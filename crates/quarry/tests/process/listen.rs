//! Where it listens, and what is said when it cannot.

use std::io::{BufRead, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Stdio;

use rustix::process::Signal;

use super::response::Response;
use super::running::{Running, read_text};
use super::{Ended, quarry, run, start, write};

#[test]
fn when_no_port_was_asked_for_the_next_free_one_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let first = Running::spawn(&mut quarry([folder.path()]));
    let second = Running::spawn(&mut quarry([folder.path()]));
    // Others may be here, too, on port 8000 and behind it.
    assert!(first.port() >= 8000 && second.port() > first.port(), "{} and {}", first.url, second.url);
    for running in [&first, &second] {
        assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
    }
}

#[test]
fn a_port_that_somebody_else_holds_is_an_error_that_names_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = holder.local_addr().expect("known").to_string();
    let Ended { code, output, errors } = run([folder.path().to_str().expect("UTF-8"), "--listen", &address]);
    let (name, process) = (std::fs::read_to_string("/proc/self/comm").expect("Linux"), std::process::id());
    let expected =
        format!("quarry: cannot listen on {address}: it is in use by {} (process {process})\n", name.trim_end());
    assert_eq!((code, output.as_str(), errors), (Some(2), "", expected));
}

#[test]
fn too_few_descriptors_are_an_error_that_says_how_many_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let with = |count: u32| {
        let mut command = std::process::Command::new("prlimit");
        command.arg(format!("--nofile={count}:{count}")).arg(env!("CARGO_BIN_EXE_quarry")).arg(folder.path());
        command.args(["--listen", "127.0.0.1:0", "--workers", "2"]).stdin(Stdio::null());
        command
    };
    let refused = |count: u32| {
        let ended = with(count).output().expect("the program starts");
        assert_eq!((ended.status.code(), ended.stdout.as_slice()), (Some(2), &b""[..]));
        String::from_utf8(ended.stderr).expect("text")
    };
    // Those that this process hands on count too, so how many there are is not known here.
    let told = refused(8);
    let needed = told.split_once("and ").and_then(|(_, rest)| rest.split_once(' ')).expect("a number").0;
    let needed: u32 = needed.parse().expect("a number");
    for count in [8, needed - 1] {
        let expected = format!(
            "quarry: cannot serve: {count} files may be open at once, and {needed} are needed with 2 workers (ulimit -n \
             {needed}, or fewer --workers)\n"
        );
        assert_eq!(refused(count), expected);
    }
    // So many are enough.
    let running = Running::spawn(&mut with(needed));
    assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
    let told = format!("quarry: no look-up: {needed} files may be open at once, and it needs 128 (ulimit -n)\n");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), told));
}

#[test]
fn a_low_port_needs_a_right_and_the_error_says_how_to_get_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let limit = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").expect("Linux");
    let limit: u16 = limit.trim_end().parse().expect("a number");
    let program = env!("CARGO_BIN_EXE_quarry");
    let mut command = quarry([folder.path()]);
    if rustix::process::geteuid().is_root() {
        // Root without this one right, for nobody else may be able to read the program here.
        command = std::process::Command::new("setpriv");
        command.args(["--bounding-set=-net_bind_service", program]).arg(folder.path());
    }
    command.args(["--listen", "127.0.0.1:81"]);
    if limit <= 81 {
        // Here everybody has the right, as in many containers.
        assert_eq!(Running::spawn(&mut command).url, "http://127.0.0.1:81/");
        return;
    }
    let ended = command.output().expect("the program starts");
    assert_eq!(
        String::from_utf8_lossy(&ended.stderr),
        "quarry: cannot listen on 127.0.0.1:81: ports below 1024 need a right; give it with \"setcap \
         cap_net_bind_service=+ep\" on the program, or start as root with --user NAME, or take a port above 1023\n"
    );
    assert_eq!(ended.status.code(), Some(2));
}

#[test]
fn a_socket_that_a_dead_server_left_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let socket = folder.path().join("socket");
    drop(UnixListener::bind(&socket).expect("bound"));
    let listen = format!("unix:{}", socket.display());
    let running = start(folder.path(), &["--listen", &listen]);
    let mut stream = UnixStream::connect(&socket).expect("it listens");
    stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
    assert!(read_text(&mut stream).ends_with("\r\n\r\nfound"));
    // The living one keeps its place.
    let other = run([folder.path().to_str().expect("UTF-8"), "--listen", &listen]);
    assert_eq!(other.errors, format!("quarry: cannot listen on {listen}: it is in use by another process\n"));
    assert_eq!(running.end(Signal::TERM).0, Some(0));
    assert!(!socket.exists());
}

#[test]
fn a_file_in_the_place_of_a_socket_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "socket", "precious");
    let listen = format!("unix:{}", folder.path().join("socket").display());
    let ended = run([folder.path().to_str().expect("UTF-8"), "--listen", &listen]);
    assert_eq!(
        ended.errors,
        format!("quarry: cannot listen on {listen}: something that is not a socket stands there\n")
    );
    assert_eq!(std::fs::read(folder.path().join("socket")).expect("there"), b"precious");
}

#[test]
fn several_addresses_are_all_told_and_all_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let socket = format!("unix:{}", folder.path().join("socket").display());
    let mut listen = vec!["--listen", "127.0.0.1:0", "--listen", "127.0.0.2:0", "--listen", &socket];
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    if has_ipv6 {
        listen.extend(["--listen", "[::1]:0"]);
    }
    let mut running = start(folder.path(), &listen);
    let mut places = vec![running.url.clone()];
    for _ in 1..listen.len() / 2 {
        let mut line = String::new();
        running.output.read_line(&mut line).expect("a line");
        places.push(line.trim_end().to_owned());
    }
    assert_eq!(places[2], socket);
    for (place, start) in places.iter().zip(["http://127.0.0.1:", "http://127.0.0.2:", "unix:", "http://[::1]:"]) {
        assert!(place.starts_with(start), "{place}");
        let Some(url) = place.strip_prefix("http://") else { continue };
        let mut stream = std::net::TcpStream::connect(url.trim_end_matches('/')).expect("it listens");
        stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
        assert!(read_text(&mut stream).ends_with("\r\n\r\nfound"), "{place}");
    }
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn with_the_address_of_no_family_it_says_so() {
    if TcpListener::bind("[::1]:0").is_ok() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.txt", "found");
        let running = start(folder.path(), &["--listen", "[::1]:0"]);
        assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"), "{}", running.url);
    } else {
        let ended = run([".", "--listen", "[::1]:8000"]);
        assert!(
            ended.errors.starts_with("quarry: cannot listen on [::1]:8000: this machine does not"),
            "{}",
            ended.errors
        );
    }
}

#[test]
fn it_starts_again_on_its_port_while_connections_linger() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let mut running = start(folder.path(), &[]);
    let address = running.address().to_owned();
    for signal in [Signal::KILL, Signal::TERM, Signal::INT] {
        // Ended by the server, they stay behind in TIME-WAIT or FIN-WAIT.
        let mut lingering = Vec::new();
        for _ in 0..20 {
            let mut stream = running.connect();
            stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
            let response = Response::read(&mut std::io::BufReader::new(&mut stream));
            assert_eq!(response.status, 200);
            lingering.push(stream);
        }
        running.end(signal);
        running = start(folder.path(), &["--listen", &address]);
        assert_eq!(running.address(), address);
        assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
        for mut stream in lingering {
            // An end, or a reset: but nothing of the new server.
            assert!(!matches!(stream.read(&mut [0; 16]), Ok(1..)));
        }
    }
}

#[test]
fn sockets_that_were_promised_and_did_not_come_are_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    // What stands under that number then is ours, and must not be taken for a socket nor closed.
    let command = format!(
        "LISTEN_FDS=1 LISTEN_PID=$$ exec '{}' '{}' --workers 1",
        env!("CARGO_BIN_EXE_quarry"),
        folder.path().display()
    );
    let output = std::process::Command::new("sh").args(["-c", &command]).output().expect("sh runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.starts_with("quarry: cannot take over the sockets of systemd: inherited descriptor 3 "), "{errors}");
}
