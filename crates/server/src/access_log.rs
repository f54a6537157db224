//! The access log: one line an exchange, formatted by the worker, written by a thread of its own. A worker never waits
//! for it: when the writer falls behind, lines are dropped, counted, and the count is said.

use semantics::{FieldName, RequestHead, Status, Timestamp, Version};
use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;
use wire::Fault;

/// How exchanges are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessLog {
    /// Not at all.
    #[default]
    Off,
    /// A short line for people at a terminal, in colour when it is one.
    Short,
    /// The Combined Log Format of Apache and nginx.
    Combined,
    /// One JSON object a line.
    Json,
}

/// Batches that wait for the writer. Each is what one worker wrote in one turn.
const WAITING_MAX: usize = 1024;

/// Bytes that wait for the writer. Batches have any size, so that their number alone bounds nothing when whoever reads the
/// log has stopped.
const WAITING_BYTES_MAX: usize = 16 << 20;

/// At the end, the writer gets so long for what waits: enough for who reads, and who does not shall not keep us.
const LAST_LINES: Duration = Duration::from_secs(1);

/// What the writer is given.
#[derive(Debug)]
enum Batch {
    Lines(Vec<u8>),
    /// Everything before is written: whoever waits for that is told.
    Flushed(SyncSender<()>),
}

/// Where lines go to: the same for all workers.
#[derive(Clone, Debug)]
pub struct LogWriter {
    format: AccessLog,
    is_coloured: bool,
    batches: SyncSender<Batch>,
    /// Bytes in those batches.
    waiting_bytes: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
    /// Nobody reads it: what would be printed is not.
    is_silent: bool,
}

impl LogWriter {
    /// Starts the thread that writes to standard output. Causes of failures go to standard error in every format.
    ///
    /// Errs when there is no thread to be had.
    pub fn start(format: AccessLog) -> std::io::Result<LogWriter> {
        let (batches, waiting) = sync_channel(WAITING_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let (bytes, counter) = (Arc::clone(&waiting_bytes), Arc::clone(&dropped));
        thread::Builder::new().name("access-log".into()).spawn(move || write_batches(&waiting, &bytes, &counter))?;
        let is_coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Ok(LogWriter { format, is_coloured, batches, waiting_bytes, dropped, is_silent: false })
    }

    /// Lines are made and thrown away, causes too, and there is no thread: for who runs a worker without a process around
    /// it, as the simulator does.
    pub fn silent(format: AccessLog) -> LogWriter {
        let (batches, _) = sync_channel(0);
        LogWriter {
            format,
            is_coloured: false,
            batches,
            waiting_bytes: Arc::default(),
            dropped: Arc::default(),
            is_silent: true,
        }
    }

    /// What whoever runs the site should know, as a sentence to standard error. It may come from any thread.
    pub(crate) fn remark(&self, sentence: &str) {
        if !self.is_silent {
            complain(format_args!("{}", Visible(sentence.as_bytes())));
        }
    }

    /// Waits until the lines so far are written, though not for ever.
    pub(crate) fn flush(&self) {
        let (told, heard) = sync_channel(1);
        let batches = self.batches.clone();
        // On a thread of its own, for a writer whose reader has stopped takes nothing more.
        let send = move || batches.send(Batch::Flushed(told));
        if thread::Builder::new().name("last-lines".into()).spawn(send).is_ok() {
            let _ = heard.recv_timeout(LAST_LINES);
        }
    }

    /// The log as one worker sees it.
    pub(crate) fn for_worker(&self) -> Log {
        Log { writer: self.clone(), lines: Vec::new(), count: 0, failures: 0, peer: None }
    }
}

/// A sentence to standard error. Where nobody reads that any more, it is lost: `eprintln!` would panic.
fn complain(sentence: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "quarry: {sentence}");
}

fn write_batches(waiting: &Receiver<Batch>, waiting_bytes: &AtomicUsize, dropped: &AtomicU64) {
    let mut out = std::io::stdout();
    while let Ok(batch) = waiting.recv() {
        if let Batch::Lines(lines) = &batch {
            // A closed pipe is no error: whoever read the log has gone, and the site goes on.
            let _ = out.write_all(lines).and_then(|()| out.flush());
            waiting_bytes.fetch_sub(lines.len(), Relaxed);
        }
        let lost = dropped.swap(0, Relaxed);
        if lost > 0 {
            complain(format_args!("the access log cannot keep up: {lost} lines dropped"));
        }
        if let Batch::Flushed(told) = batch {
            let _ = told.send(());
        }
    }
}

/// One exchange, as the log has it.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    head: &'a RequestHead<'a>,
    status: Status,
    bytes: u64,
    at: Timestamp,
}

impl<'a> Record<'a> {
    /// `bytes`: of the content that goes out.
    pub(crate) fn new(head: &'a RequestHead<'a>, status: Status, bytes: u64, at: Timestamp) -> Record<'a> {
        Record { head, status, bytes, at }
    }
}

/// The lines of one worker that are not handed over yet.
#[derive(Debug)]
pub(crate) struct Log {
    writer: LogWriter,
    lines: Vec<u8>,
    count: u64,
    failures: u64,
    /// Whose exchanges the next records are.
    peer: Option<IpAddr>,
}

impl Log {
    /// Whether anybody wants lines: only then is the peer's address asked for.
    pub(crate) fn is_on(&self) -> bool {
        self.writer.format != AccessLog::Off
    }

    /// Whose exchanges the next records are.
    pub(crate) fn set_peer(&mut self, peer: Option<IpAddr>) {
        self.peer = peer;
    }

    /// Writes down one exchange. `record` is only made when somebody wants it.
    pub(crate) fn exchange<'a>(&mut self, record: impl FnOnce() -> Record<'a>) {
        let record = match self.writer.format {
            AccessLog::Off => return,
            _ => record(),
        };
        self.count += 1;
        let (peer, coloured) = (self.peer, self.writer.is_coloured);
        let out = &mut self.lines;
        // Writing to a Vec does not fail.
        let _ = match self.writer.format {
            AccessLog::Off => Ok(()),
            AccessLog::Short => short(out, &record, coloured),
            AccessLog::Combined => combined(out, &record, peer),
            AccessLog::Json => json(out, &record, peer),
        };
    }

    /// A peer broke a rule.
    pub(crate) fn fault(&mut self, fault: &Fault, at: Timestamp) {
        let Some(status) = fault.status() else { return };
        self.count += 1;
        let peer = Peer(self.peer);
        let _ = match self.writer.format {
            AccessLog::Off => {
                self.count -= 1;
                Ok(())
            }
            AccessLog::Short => writeln!(self.lines, "{} {} {fault}", time_of_day(at), status.code()),
            AccessLog::Combined => {
                writeln!(self.lines, "{peer} - - [{}] \"-\" {} 0 \"-\" \"-\"", calendar(at), status.code())
            }
            AccessLog::Json => {
                let line = serde_json::json!({"time": rfc3339(at), "client": peer.to_string(), "status": status.code(),
                    "fault": fault.to_string()});
                writeln!(self.lines, "{line}")
            }
        };
    }

    /// The machine failed: the cause goes to standard error under an id, which is given back for the client to see.
    pub(crate) fn failure(&mut self, head: &RequestHead<'_>, cause: &str) -> String {
        self.failures += 1;
        // Only has to be found again in this log, so a count with the name of the thread will do.
        let thread = thread::current();
        let id = format!("{}-{}", thread.name().unwrap_or("worker"), self.failures);
        if !self.writer.is_silent {
            complain(format_args!("{id}: {}: {cause}", Visible(head.target)));
        }
        id
    }

    /// A response had to be cut short.
    pub(crate) fn cause(&mut self, cause: &str) {
        if !self.writer.is_silent {
            complain(format_args!("a response was cut short: {cause}"));
        }
    }

    /// At the end of a turn: gives the lines to the writer, or drops them when it has too many.
    pub(crate) fn hand_over(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let (lines, waiting_bytes) = (std::mem::take(&mut self.lines), &self.writer.waiting_bytes);
        let bytes = lines.len();
        let has_room = waiting_bytes.fetch_add(bytes, Relaxed) + bytes <= WAITING_BYTES_MAX;
        let refused = match has_room {
            true => self.writer.batches.try_send(Batch::Lines(lines)).err(),
            false => Some(TrySendError::Full(Batch::Lines(lines))),
        };
        if let Some(refused) = refused {
            waiting_bytes.fetch_sub(bytes, Relaxed);
            if let TrySendError::Full(Batch::Lines(mut lines)) = refused {
                self.writer.dropped.fetch_add(self.count, Relaxed);
                lines.clear();
                self.lines = lines;
            }
        }
        self.count = 0;
    }
}

fn short(out: &mut Vec<u8>, record: &Record<'_>, coloured: bool) -> std::io::Result<()> {
    let (begin, end) = match record.status.code() {
        _ if !coloured => ("", ""),
        200..300 => ("\x1b[32m", "\x1b[0m"),
        300..400 => ("\x1b[36m", "\x1b[0m"),
        400..500 => ("\x1b[33m", "\x1b[0m"),
        _ => ("\x1b[31m", "\x1b[0m"),
    };
    let (method, target) = (Visible(record.head.method.as_bytes()), Visible(record.head.target));
    writeln!(out, "{} {begin}{}{end} {method} {target} {}", time_of_day(record.at), record.status.code(), record.bytes)
}

fn combined(out: &mut Vec<u8>, record: &Record<'_>, peer: Option<IpAddr>) -> std::io::Result<()> {
    let field = |name| Visible(record.head.field(name).unwrap_or(b"-"));
    writeln!(
        out,
        "{} - - [{}] \"{} {} {}\" {} {} \"{}\" \"{}\"",
        Peer(peer),
        calendar(record.at),
        Visible(record.head.method.as_bytes()),
        Visible(record.head.target),
        version(record.head.version),
        record.status.code(),
        record.bytes,
        field(FieldName::Referer),
        field(FieldName::UserAgent),
    )
}

fn json(out: &mut Vec<u8>, record: &Record<'_>, peer: Option<IpAddr>) -> std::io::Result<()> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let field = |name| record.head.field(name).map(text);
    let line = serde_json::json!({
        "time": rfc3339(record.at),
        "client": Peer(peer).to_string(),
        "method": text(record.head.method.as_bytes()),
        "host": text(record.head.authority),
        "target": text(record.head.target),
        "version": version(record.head.version),
        "status": record.status.code(),
        "bytes": record.bytes,
        "referer": field(FieldName::Referer),
        "user_agent": field(FieldName::UserAgent),
    });
    writeln!(out, "{line}")
}

fn version(version: Version) -> &'static str {
    match version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
        Version::Http2 => "HTTP/2.0",
        Version::Http3 => "HTTP/3.0",
    }
}

/// Bytes from outside as text that cannot end a line, close a quotation or colour a terminal.
struct Visible<'a>(&'a [u8]);

impl std::fmt::Display for Visible<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '"' | '\\' => write!(formatter, "\\{character}")?,
                    character if character.is_control() => write!(formatter, "\\x{:02X}", character as u32)?,
                    character => write!(formatter, "{character}")?,
                }
            }
            for byte in chunk.invalid() {
                write!(formatter, "\\x{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// An address, or `-` for a unix socket.
struct Peer(Option<IpAddr>);

impl std::fmt::Display for Peer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(address) => write!(formatter, "{address}"),
            None => formatter.write_str("-"),
        }
    }
}

/// The parts of `Sun, 06 Nov 1994 08:49:37 GMT`: every other way to write the time is made of them.
fn parts(at: Timestamp) -> (String, [String; 4]) {
    let date = semantics::date::format_date(at.seconds());
    let date = String::from_utf8_lossy(&date).into_owned();
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default().to_owned();
    let parts = [part(5..7), part(8..11), part(12..16), part(17..25)];
    (date, parts)
}

fn time_of_day(at: Timestamp) -> String {
    let (_, [.., time]) = parts(at);
    time
}

fn calendar(at: Timestamp) -> String {
    let (_, [day, month, year, time]) = parts(at);
    format!("{day}/{month}/{year}:{time} +0000")
}

fn rfc3339(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, [day, month, year, time]) = parts(at);
    let number = MONTHS.iter().position(|&name| name == month).map_or(0, |index| index + 1);
    let milliseconds = at.0.rem_euclid(1_000_000_000) / 1_000_000;
    format!("{year}-{number:02}-{day}T{time}.{milliseconds:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::{Fields, Method};

    #[track_caller]
    fn check(format: AccessLog, target: &[u8], agent: &[u8], expected: &str) {
        let mut fields = Fields::new();
        fields.set_section(agent);
        fields.note(FieldName::UserAgent, agent);
        let head = RequestHead { method: Method::Get, target, authority: b"a", version: Version::Http11, fields };
        let record = Record::new(&head, Status::OK, 12, Timestamp(784_111_777_123_000_000));
        let mut out = Vec::new();
        let peer = Some(IpAddr::from([192, 0, 2, 1]));
        match format {
            AccessLog::Off => Ok(()),
            AccessLog::Short => short(&mut out, &record, false),
            AccessLog::Combined => combined(&mut out, &record, peer),
            AccessLog::Json => json(&mut out, &record, peer),
        }
        .expect("a Vec takes everything");
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn an_exchange_is_one_line() {
        check(AccessLog::Short, b"/a?b", b"", "08:49:37 200 GET /a?b 12\n");
        check(
            AccessLog::Combined,
            b"/a?b",
            b"curl/8",
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n",
        );
        check(
            AccessLog::Json,
            b"/a",
            b"x",
            "{\"bytes\":12,\"client\":\"192.0.2.1\",\"host\":\"a\",\"method\":\"GET\",\"referer\":null,\"status\":200,\"target\":\"/a\",\"time\":\"1994-11-06T08:49:37.123Z\",\"user_agent\":\"x\",\"version\":\"HTTP/1.1\"}\n",
        );
    }

    #[test]
    fn nothing_from_outside_breaks_a_line_or_its_quotes() {
        check(
            AccessLog::Combined,
            b"/\"\\",
            b"a\x1b[31m\xFF\"",
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /\\\"\\\\ HTTP/1.1\" 200 12 \"-\" \"a\\x1B[31m\\xFF\\\"\"\n",
        );
    }
}
