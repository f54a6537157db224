//! `quarry serve`: where it says it is, it is; and it ends as it should.

use std::io::{Read, Write};

use rustix::process::Signal;

use super::{quarry, run, start, write};

#[test]
fn the_first_line_is_the_url_and_term_and_int_end_it_well() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    for signal in [Signal::TERM, Signal::INT] {
        let running = start(folder.path(), &["--listen", "0"]);
        let response = running.get("/a.txt");
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n") && response.ends_with("\r\n\r\nfound"), "{response}");
        assert_eq!(running.end(signal), (Some(0), String::new(), String::new()));
    }
}

#[test]
fn flags_reach_the_responses() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), ".hidden.txt", "found");
    write(folder.path(), "about.html", "about");
    let flags = [
        "--listen",
        "0",
        "--hidden",
        "--clean-urls",
        "--no-listing",
        "--header",
        "X-Robots-Tag: noindex",
        "--header",
        "Referrer-Policy: no-referrer",
        "--cache-control",
        "max-age=60",
    ];
    let running = start(folder.path(), &flags);
    let response = running.get("/.hidden.txt");
    assert!(response.ends_with("\r\n\r\nfound"), "{response}");
    for field in ["X-Robots-Tag: noindex", "Referrer-Policy: no-referrer", "Cache-Control: max-age=60"] {
        assert!(response.contains(&format!("\r\n{field}\r\n")), "{field} in {response}");
    }
    assert_eq!(response.matches("Referrer-Policy").count(), 1);
    assert!(running.get("/about").ends_with("\r\n\r\nabout"));
    assert!(running.get("/").starts_with("HTTP/1.1 404 "));
}

#[test]
fn a_port_that_is_taken_is_an_error_when_it_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--listen", "0"]);
    let address = running.address().to_owned();
    let ended = run([folder.path().to_str().expect("UTF-8"), "--listen", &address]);
    let process = running.child.id();
    assert_eq!(
        ended.errors,
        format!("quarry: cannot listen on {address}: it is in use by quarry (process {process})\n")
    );
    assert_eq!(ended.code, Some(2));
}

#[test]
fn everywhere_is_told_address_by_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--listen", ":0", "--qr"]);
    assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
    let (code, output, errors) = running.end(Signal::TERM);
    // A machine without any other address has no code to show.
    assert!(output.contains('█') || errors.contains("cannot show a QR code"), "{output}{errors}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_unix_socket_is_a_place_too() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let socket = folder.path().join("socket");
    let running = start(folder.path(), &["--listen", &format!("unix:{}", socket.display()), "-q"]);
    assert_eq!(running.url, format!("unix:{}", socket.display()));
    let mut stream = std::os::unix::net::UnixStream::connect(&socket).expect("it listens");
    stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a response");
    assert!(response.ends_with("\r\n\r\nfound"), "{response}");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
    assert!(!socket.exists());
}

#[test]
fn it_serves_although_nobody_reads_its_output() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let socket = folder.path().join("socket");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let listen = format!("unix:{}", socket.display());
    let mut child = quarry([folder.path().as_os_str(), "--listen".as_ref(), listen.as_ref()])
        .stdout(writer)
        .spawn()
        .expect("the program starts");
    // The socket is there before the output is tried, and clients wait in its backlog; so two answers prove it.
    for _ in 0..2 {
        let mut response = String::new();
        let mut stream = loop {
            match std::os::unix::net::UnixStream::connect(&socket) {
                Ok(stream) => break stream,
                Err(_) => assert_eq!(child.try_wait().expect("known"), None, "it has ended"),
            }
        };
        stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
        stream.read_to_string(&mut response).expect("a response");
        assert!(response.ends_with("\r\n\r\nfound"), "{response}");
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn with_user_it_is_root_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let flags = ["--listen", "0", "--workers", "3", "--user", "nobody"];
    if !rustix::process::geteuid().is_root() {
        let arguments = [folder.path().as_os_str()].into_iter().chain(flags.iter().map(std::ffi::OsStr::new));
        assert_eq!(run(arguments).code, Some(2), "only root can become somebody else");
        return;
    }
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    let running = start(folder.path(), &flags);
    // Whichever worker the kernel gives them to.
    for _ in 0..24 {
        assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).expect("it runs");
    let line = |name: &str| status.lines().find(|line| line.starts_with(name)).map(str::to_owned).unwrap_or_default();
    let (user, privileges) = (line("Uid:"), line("CapEff:"));
    assert!(!user.split_whitespace().skip(1).any(|number| number == "0"), "{user}");
    assert_eq!(privileges.split_whitespace().nth(1), Some("0000000000000000"));
    assert_eq!(running.end(Signal::TERM).0, Some(0));
}
