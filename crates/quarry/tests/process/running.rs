//! A server that runs: started, asked, told to end. It is ended with the test, whatever becomes of that.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, setrlimit};

/// A server that runs, and its first line.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) output: BufReader<ChildStdout>,
    pub(crate) url: String,
}

/// The longest that anything here is waited for. Nothing takes so long on a machine that does nothing else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl Running {
    /// Starts it; it runs when it has said where it is.
    pub(crate) fn spawn(command: &mut Command) -> Running {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = String::new();
        output.read_line(&mut url).expect("a first line");
        Running { child, output, url: url.trim_end().to_owned() }
    }

    /// Host and port, as in its URL.
    pub(crate) fn address(&self) -> &str {
        self.url
            .strip_prefix("https://")
            .or(self.url.strip_prefix("http://"))
            .and_then(|rest| rest.strip_suffix('/'))
            .expect("a URL")
    }

    pub(crate) fn port(&self) -> u16 {
        self.address().parse::<SocketAddr>().expect("an address").port()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        stream
    }

    /// Sends these bytes on a connection of their own, and reads until the server ends it.
    pub(crate) fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).expect("sent");
        read_text(&mut stream)
    }

    /// The whole response to a GET.
    pub(crate) fn get(&self, target: &str) -> String {
        self.exchange(format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        rustix::process::kill_process(id, signal).expect("it runs");
    }

    /// Waits for the end: the exit code, the rest of the output, the errors.
    pub(crate) fn wait(&mut self) -> (Option<i32>, String, String) {
        let end = until("the server ends", || self.child.try_wait().expect("ours"));
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut errors).expect("text");
        (end.code(), output, errors)
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(mut self, signal: Signal) -> (Option<i32>, String, String) {
        self.signal(signal);
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything until the peer ends the connection.
pub(crate) fn read_text(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a response");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Tries again and again until something is there.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "in vain waited until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lets this process have so many sockets open: it holds the other ends.
pub(crate) fn allow_descriptors(count: u64) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < count) {
        assert!(maximum.is_none_or(|maximum| maximum >= count), "at most {maximum:?} descriptors may be open here");
        setrlimit(Resource::Nofile, Rlimit { current: Some(count), maximum }).expect("allowed");
    }
}
