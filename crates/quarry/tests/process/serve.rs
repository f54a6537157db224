//! `quarry serve`: where it says it is, it is; and it ends as it should.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use super::{quarry, run, write};

/// A server that runs, and its first line.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Running {
    fn start(folder: &Path, flags: &[&str]) -> Running {
        let mut command = quarry([folder.as_os_str()]);
        let mut child =
            command.args(flags).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = String::new();
        output.read_line(&mut url).expect("a first line");
        Running { child, output, url: url.trim_end().to_owned() }
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')).expect("a URL")
    }

    /// The whole response to a GET.
    fn get(&self, target: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        response
    }

    /// Sends a signal and waits: the exit code, the rest of the output, the errors.
    fn end(mut self, signal: rustix::process::Signal) -> (Option<i32>, String, String) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
        rustix::process::kill_process(id, signal).expect("it runs");
        let code = self.child.wait().expect("it ends").code();
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut errors).expect("text");
        (code, output, errors)
    }
}

#[test]
fn the_first_line_is_the_url_and_term_and_int_end_it_well() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let running = Running::start(folder.path(), &["--listen", "0"]);
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
    let running = Running::start(folder.path(), &flags);
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
    let running = Running::start(folder.path(), &["--listen", "0"]);
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
    let running = Running::start(folder.path(), &["--listen", ":0", "--qr"]);
    assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
    let (code, output, errors) = running.end(rustix::process::Signal::TERM);
    // A machine without any other address has no code to show.
    assert!(output.contains('█') || errors.contains("cannot show a QR code"), "{output}{errors}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_unix_socket_is_a_place_too() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "found");
    let socket = folder.path().join("socket");
    let running = Running::start(folder.path(), &["--listen", &format!("unix:{}", socket.display()), "-q"]);
    assert_eq!(running.url, format!("unix:{}", socket.display()));
    let mut stream = std::os::unix::net::UnixStream::connect(&socket).expect("it listens");
    stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a response");
    assert!(response.ends_with("\r\n\r\nfound"), "{response}");
    assert_eq!(running.end(rustix::process::Signal::TERM), (Some(0), String::new(), String::new()));
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
    let flags = ["--listen", "0", "--workers", "1", "--user", "nobody"];
    if !rustix::process::geteuid().is_root() {
        let arguments = [folder.path().as_os_str()].into_iter().chain(flags.iter().map(std::ffi::OsStr::new));
        assert_eq!(run(arguments).code, Some(2), "only root can become somebody else");
        return;
    }
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    let running = Running::start(folder.path(), &flags);
    assert!(running.get("/a.txt").ends_with("\r\n\r\nfound"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).expect("it runs");
    let line = |name: &str| status.lines().find(|line| line.starts_with(name)).map(str::to_owned).unwrap_or_default();
    let (user, privileges) = (line("Uid:"), line("CapEff:"));
    assert!(!user.split_whitespace().skip(1).any(|number| number == "0"), "{user}");
    assert_eq!(privileges.split_whitespace().nth(1), Some("0000000000000000"));
    assert_eq!(running.end(rustix::process::Signal::TERM).0, Some(0));
}
