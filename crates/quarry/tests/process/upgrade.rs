//! USR2 and `quarry upgrade`: a new program takes the place of the one that runs, and no connection is lost.

mod failure;
mod load;
mod sockets;
mod streams;

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, set_child_subreaper, waitpid};

use super::response::Response;
use super::running::{Running, until};
use super::tls_client::certificate;
use super::{Ended, quarry_at, run, write};

/// A site, and a program of its own, so that another can be put in its place.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        // On the disk that the program is on, so that it need not be copied.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let place = Place { folder };
        write(&place.root(), "a.txt", "found");
        place.install();
        place
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("quarry")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).into_os_string().into_string().expect("UTF-8")
    }

    /// Puts the program there, as a package manager does: a new file of the same name.
    fn install(&self) {
        let (built, new) = (env!("CARGO_BIN_EXE_quarry"), self.folder.path().join("new"));
        if fs::hard_link(built, &new).is_err() {
            fs::copy(built, &new).expect("copied");
        }
        fs::rename(new, self.program()).expect("in its place");
    }

    /// Puts a script there instead.
    fn install_script(&self, script: &str) {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&new, Permissions::from_mode(0o755)).expect("set");
        fs::rename(new, self.program()).expect("in its place");
    }

    fn config(&self, text: &str) -> String {
        write(self.folder.path(), "quarry.toml", text);
        self.path("quarry.toml")
    }

    fn start(&self, flags: &[&str]) -> Line {
        let mut command = quarry_at(&self.program(), [self.root()]);
        if !flags.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        Line::start(command.args(flags))
    }
}

/// Processes that follow each other. The last of them is ended with the test.
struct Line {
    running: Running,
    errors: BufReader<ChildStderr>,
    process: u32,
}

impl Line {
    fn start(command: &mut Command) -> Line {
        // Those whose parent has ended are ours then, so that their end can be seen.
        set_child_subreaper(Some(rustix::process::getpid())).expect("set");
        let mut running = Running::spawn(command);
        let errors = BufReader::new(running.child.stderr.take().expect("piped"));
        let process = running.child.id();
        Line { running, errors, process }
    }

    /// `quarry upgrade`, which has to work. Gives the number of the process before.
    #[track_caller]
    fn upgrade(&mut self) -> u32 {
        let ended = self.ask();
        let followed = ended.errors.trim_end().rsplit_once(" is followed by process ");
        let (described, process) = followed.unwrap_or_else(|| panic!("{}", ended.errors));
        assert_eq!((ended.code, ended.output.as_str()), (Some(0), ""));
        assert!(described.starts_with(&format!("{} (", self.process)), "{described}");
        let before = self.take_note();
        assert_eq!(process.parse(), Ok(self.process));
        before
    }

    /// One has followed, and says so. Gives the number of the one before.
    #[track_caller]
    fn take_note(&mut self) -> u32 {
        let (said, before) = (self.said(), self.process);
        let words: Vec<&str> = said.split(' ').collect();
        self.process = words.get(2).and_then(|process| process.parse().ok()).unwrap_or_else(|| panic!("{said}"));
        assert_ne!(self.process, before);
        let process = self.process;
        let expected = format!("quarry: process {process} serves from now on; {before} finishes what is under way");
        assert_eq!(said, expected);
        before
    }

    fn ask(&self) -> Ended {
        run(["upgrade", &self.process.to_string()])
    }

    /// The next line on standard error, which all of them share.
    fn said(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    fn signal(&self, signal: Signal) {
        kill_process(pid(self.process), signal).expect("it runs");
    }

    /// Has the newest of them end, as it should: nothing more is said.
    fn end(mut self) {
        self.signal(Signal::TERM);
        assert_eq!(ended(self.process), Some(0));
        let mut rest = String::new();
        self.errors.read_to_string(&mut rest).expect("text");
        assert_eq!(rest, "");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = kill_process(pid(self.process), Signal::KILL);
    }
}

fn pid(process: u32) -> Pid {
    i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process")
}

/// Waits until a process has ended; gives its exit code.
#[track_caller]
fn ended(process: u32) -> Option<i32> {
    until("the process ends", || match waitpid(Some(pid(process)), WaitOptions::NOHANG) {
        Ok(Some((_, status))) => Some(status.exit_status()),
        // Not ours yet.
        Ok(None) | Err(_) => None,
    })
}

fn get(stream: &mut (impl Read + Write)) -> Response {
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    Response::read(&mut BufReader::new(stream))
}

#[test]
fn the_new_one_serves_and_the_old_one_finishes_what_it_has() {
    let place = Place::new();
    let mut line = place.start(&["--workers", "2", "--fresh", "0"]);
    let (mut kept, mut idle) = (line.running.connect(), line.running.connect());
    for stream in [&mut kept, &mut idle] {
        assert_eq!(get(stream).text(), "found");
    }
    place.install();
    write(&place.root(), "a.txt", "found later");
    let before = line.upgrade();
    // Whoever is connected to the old one is answered, and told that it was the last time.
    let response = get(&mut kept);
    assert_eq!((response.text(), response.field("connection")), ("found later", Some("close")));
    assert_eq!(kept.read(&mut [0; 16]).expect("an end, no reset"), 0);
    let response = get(&mut line.running.connect());
    assert_eq!((response.text(), response.field("connection")), ("found later", None));
    // Only one of them is still heard of.
    let ended = run([Path::new("reload"), &place.root()]);
    assert!(ended.errors.starts_with(&format!("{} (", line.process)), "{}", ended.errors);
    assert_eq!(get(&mut idle).field("connection"), Some("close"));
    assert_eq!(self::ended(before), Some(0));
    line.end();
}

#[test]
fn the_signal_does_the_same() {
    let place = Place::new();
    let mut line = place.start(&[]);
    line.signal(Signal::USR2);
    let before = line.take_note();
    assert_eq!(ended(before), Some(0));
    assert_eq!(get(&mut line.running.connect()).text(), "found");
    line.end();
}

fn secured(place: &Place) -> Line {
    let (chain, key) = certificate(place.folder.path(), -1..30);
    let (chain, key) = (chain.to_str().expect("UTF-8"), key.to_str().expect("UTF-8"));
    place.start(&["--workers", "2", "--tls-cert", chain, "--tls-key", key])
}

#[test]
fn clients_come_back_with_the_sessions_they_had() {
    let place = Place::new();
    let mut line = secured(&place);
    let session = place.path("session");
    let address = line.running.address().to_owned();
    for version in ["-tls1_3", "-tls1_2"] {
        let ask = |arguments: &[&str]| {
            let mut command = Command::new("openssl");
            command.args(["s_client", "-connect", &address, version, "-ign_eof"]).args(arguments);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn().expect("openssl is needed");
            let request = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            child.stdin.as_mut().expect("piped").write_all(request).expect("sent");
            String::from_utf8_lossy(&child.wait_with_output().expect("it ends").stdout).into_owned()
        };
        let first = ask(&["-sess_out", &session]);
        assert!(first.contains("New, TLSv1") && first.contains("found"), "{first}");
        // Over new settings, and over two new processes.
        assert_eq!(run(["reload", &line.process.to_string()]).code, Some(0));
        let again = ask(&["-sess_in", &session]);
        assert!(again.contains("Reused, TLSv1") && again.contains("found"), "{again}");
        for _ in 0..2 {
            let before = line.upgrade();
            assert_eq!(ended(before), Some(0));
            let again = ask(&["-sess_in", &session]);
            assert!(again.contains("Reused, TLSv1") && again.contains("found"), "{again}");
        }
    }
    line.end();
}

#[test]
fn what_was_found_is_found_throughout_and_what_is_new_afterwards() {
    let place = Place::new();
    for number in 0..50 {
        write(&place.root(), &format!("{number}.txt"), format!("granite number {number}"));
    }
    let mut line = place.start(&["--index", &place.path("index")]);
    let count = |line: &Line, words: &str| {
        let answer = line.running.get(&format!("/-/find?q={words}&format=json"));
        let (_, behind) = answer.split_once("{\"total\":").unwrap_or_else(|| panic!("{answer}"));
        behind.split_once(',').expect("more").0.parse::<usize>().expect("a number")
    };
    until("all is read", || (count(&line, "granite") == 50).then_some(()));
    for round in 0..3 {
        line.upgrade();
        // At once, and from then on.
        for _ in 0..5 {
            assert_eq!(count(&line, "granite"), 50, "round {round}");
        }
        write(&place.root(), &format!("new-{round}.txt"), format!("basalt of round {round}"));
        until("the new one has taken over the index", || (count(&line, "basalt") == round + 1).then_some(()));
    }
    line.end();
}
