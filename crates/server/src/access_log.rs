//! The access log: one line an exchange, formatted by the worker, written by a thread of its own; and what whoever runs the
//! site should know, as sentences on standard error, which have such a thread too. No worker ever waits for either: where
//! nobody reads, lines are dropped, counted, and the count is said.

mod draft;
mod format;
mod line;
mod outlet;
mod sink;

pub(crate) use draft::Draft;
pub use format::Format;
pub(crate) use line::Record;
pub(crate) use sink::LogFile;

use crate::due::{Due, End};
use crate::{limit, load};
use line::Sentence;
use outlet::Outlet;
use semantics::{Instant, RequestHead, Timestamp};
use sink::Sink;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{panic, thread};
use wire::Fault;

/// How exchanges are written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// As the owner writes it.
    Own(Arc<Format>),
}

/// Where lines and sentences go to: the same for all workers.
#[derive(Clone, Debug)]
pub struct LogWriter {
    format: AccessLog,
    is_coloured: bool,
    /// Lines go to this file; none: to standard output.
    file: Option<PathBuf>,
    /// None when exchanges are not written down.
    lines: Option<Outlet>,
    /// To standard error; none where nobody is to be told.
    sentences: Option<Outlet>,
}

impl AccessLog {
    /// Whether a line tells what is known only when its exchange has ended.
    fn tells_of_end(&self) -> bool {
        match self {
            AccessLog::Off | AccessLog::Short | AccessLog::Combined => false,
            AccessLog::Json => true,
            AccessLog::Own(format) => format.tells_of_end(),
        }
    }
}

impl LogWriter {
    /// Starts the threads that write. Causes of failures go to standard error in every format.
    ///
    /// Errs when there is no thread to be had.
    pub(crate) fn start(format: AccessLog, file: Option<LogFile>) -> std::io::Result<LogWriter> {
        let sentences = Outlet::start("causes", std::io::stderr(), limit::LOG_SENTENCE_BYTES_MAX, |lost| {
            Some(sentence(
                format!("{lost} more lines about failures were dropped: they were not read in time").as_bytes(),
            ))
        })?;
        LogWriter::writing(format, file, Some(sentences))
    }

    fn writing(format: AccessLog, file: Option<LogFile>, sentences: Option<Outlet>) -> std::io::Result<LogWriter> {
        let is_terminal = file.is_none() && std::io::stdout().is_terminal();
        let is_coloured = is_terminal && std::env::var_os("NO_COLOR").is_none();
        let path = file.as_ref().map(|file| file.path().to_owned());
        let lines = if format == AccessLog::Off { None } else { Some(lines(file, &sentences)?) };
        Ok(LogWriter { format, is_coloured, file: path, lines, sentences })
    }

    /// The same, with exchanges written down so from now on.
    ///
    /// Errs with a sentence when the file cannot be opened.
    pub(crate) fn with(&self, format: &AccessLog, file: Option<&Path>) -> Result<LogWriter, String> {
        if *format == self.format && file == self.file.as_deref() {
            return Ok(self.clone());
        }
        let file = file.map(LogFile::open).transpose()?;
        LogWriter::writing(format.clone(), file, self.sentences.clone())
            .map_err(|error| format!("cannot start the access log: {error}"))
    }

    /// Opens the file of lines again, by its name.
    pub(crate) fn reopen(&self) {
        self.lines.iter().for_each(Outlet::reopen);
    }

    /// Lines and sentences that were dropped, for they were not read in time or could not be written.
    pub(crate) fn lost(&self) -> u64 {
        self.lines.iter().chain(&self.sentences).map(Outlet::lost).sum()
    }

    /// Lines are made and thrown away, causes too, and there is no thread: for who runs a worker without a process around
    /// it, as the simulator does.
    pub fn silent(format: AccessLog) -> LogWriter {
        LogWriter { format, is_coloured: false, file: None, lines: None, sentences: None }
    }

    /// What whoever runs the site should know, as a sentence to standard error. It may come from any thread.
    pub(crate) fn remark(&self, text: impl AsRef<[u8]>) {
        if let Some(sentences) = &self.sentences {
            // Dropped, it is counted.
            let _ = sentences.give(sentence(text.as_ref()), 1);
        }
    }

    /// From now on a panic of a thread that serves is a remark: what Rust does by itself writes on that thread, and waits.
    pub(crate) fn hear_panics(&self) {
        // Not the lines: their writer ends when nobody holds it any more.
        let (log, before) = (LogWriter { lines: None, ..self.clone() }, panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            let thread = thread::current();
            let Some(name) = thread.name().filter(|name| load::serves(name)) else { return before(info) };
            let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
            let what = info.payload_as_str().unwrap_or("no reason given");
            log.remark(format!("a mistake in Quarry, please report it: {name} panicked{place}: {what}"));
        }));
    }

    /// Waits until the lines so far are written, though not for ever.
    pub(crate) fn flush(&self) {
        // In this order: the lines that were dropped are a sentence.
        self.lines.iter().chain(&self.sentences).for_each(Outlet::flush);
    }

    /// The log as one worker sees it.
    pub(crate) fn for_worker(&self) -> Log {
        Log { writer: self.clone(), lines: Vec::new(), count: 0, failures: 0, peer: None, ended: Vec::new() }
    }
}

/// What writes the lines. `sentences`: where it is said that lines were dropped.
fn lines(file: Option<LogFile>, sentences: &Option<Outlet>) -> std::io::Result<Outlet> {
    let complaints = sentences.clone();
    // What cannot be said now is counted in what is said later.
    let complain = move |lost: u64| {
        let text = format!("the access log cannot keep up: {lost} lines dropped");
        complaints.as_ref()?.give(sentence(text.as_bytes()), 0).is_ok().then(Vec::new)
    };
    let sink = match file {
        Some(file) => Sink::File(file.telling(sentences.clone())),
        None => Sink::Output(std::io::stdout()),
    };
    Outlet::start("access-log", sink, limit::LOG_LINE_BYTES_MAX, complain)
}

/// As standard error has it: one line, whatever stands in it.
fn sentence(text: &[u8]) -> Vec<u8> {
    format!("quarry: {}\n", Sentence(text)).into_bytes()
}

/// The lines of one worker that are not handed over yet.
#[derive(Debug)]
pub(crate) struct Log {
    writer: LogWriter,
    lines: Vec<u8>,
    count: u64,
    failures: u64,
    /// Whose exchanges the next records are.
    peer: Option<SocketAddr>,
    /// Lines whose exchange has ended just now.
    ended: Vec<(Box<Draft>, End)>,
}

impl Log {
    /// From now on they go to that writer; those so far go where they were meant for.
    pub(crate) fn follow(&mut self, writer: &LogWriter) {
        self.hand_over();
        self.writer = writer.clone();
    }

    /// Whether anybody wants lines: only then is the peer's address asked for.
    pub(crate) fn is_on(&self) -> bool {
        self.writer.format != AccessLog::Off
    }

    /// Whose exchanges the next records are.
    pub(crate) fn set_peer(&mut self, peer: Option<SocketAddr>) {
        self.peer = peer;
    }

    /// Writes down one exchange, where anybody wants lines. Some: its line tells what is not known yet.
    pub(crate) fn exchange(&mut self, record: &Record<'_>) -> Option<Box<Draft>> {
        let format = &self.writer.format;
        if record.bytes.is_none() || format.tells_of_end() {
            return Some(Box::new(line::draft(format, record, self.peer, self.writer.is_coloured)));
        }
        self.count += 1;
        line::exchange(format, record, self.peer, self.writer.is_coloured, &mut self.lines);
        None
    }

    /// An exchange has ended. When, is known in a moment.
    pub(crate) fn end_of(&mut self, due: Due, end: End) {
        self.ended.extend(due.line.map(|line| (line, end)));
    }

    /// Whether some have ended of which it is not written when.
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// They have ended now.
    pub(crate) fn write_ended(&mut self, now: Instant) {
        for (draft, end) in self.ended.drain(..) {
            self.count += 1;
            draft.write(&mut self.lines, now, end);
        }
    }

    /// A peer broke a rule.
    pub(crate) fn fault(&mut self, fault: &Fault, at: Timestamp) {
        if self.is_on() && line::fault(&self.writer.format, fault, self.peer, at, &mut self.lines) {
            self.count += 1;
        }
    }

    /// The machine failed: the cause goes to standard error under an id, which is given back for the client to see.
    pub(crate) fn failure(&mut self, head: &RequestHead<'_>, cause: &str) -> String {
        self.failures += 1;
        // Only has to be found again in this log, so a count with the name of the thread will do.
        let thread = thread::current();
        let id = format!("{}-{}", thread.name().unwrap_or("worker"), self.failures);
        self.writer.remark([id.as_bytes(), b": ", head.target, b": ", cause.as_bytes()].concat());
        id
    }

    /// A response had to be cut short.
    pub(crate) fn cause(&mut self, cause: &str) {
        self.writer.remark(format!("a response was cut short: {cause}"));
    }

    /// At the end of a turn: gives the lines to the writer, or drops them when it has too many.
    pub(crate) fn hand_over(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let lines = std::mem::take(&mut self.lines);
        let given = match &self.writer.lines {
            Some(outlet) => outlet.give(lines, self.count),
            None => Err(lines),
        };
        if let Err(mut lines) = given {
            lines.clear();
            self.lines = lines;
        }
        self.count = 0;
    }
}
