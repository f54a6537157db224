//! The parent's side of a child that reads: asks, waits no longer than is right, and tells how it ended.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::child::message::{self, Ask};
use super::fault::Size;
use super::{Extract, limit};

/// A child that waits for files.
#[derive(Debug)]
pub(crate) struct Reader {
    child: Child,
    socket: UnixStream,
    /// Files read so far.
    count: u32,
    /// What could not be locked up.
    pub(crate) gaps: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum End {
    /// It had ended before it was asked: not the file's fault.
    Before,
    /// This file was the reason: a sentence for people.
    File(String),
    /// Killed from outside, perhaps for lack of memory, perhaps with the thread that had started it.
    Killed,
}

impl Reader {
    /// Starts a child and waits until it is locked up.
    pub(crate) fn start(program: &Path, arguments: &[OsString]) -> io::Result<Reader> {
        let (socket, theirs) = UnixStream::pair()?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            // One heap for all threads: each further one takes 64 MiB of addresses, which are counted.
            .env("MALLOC_ARENA_MAX", "1")
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        socket.set_read_timeout(Some(PULSE))?;
        let mut reader = Reader { child, socket, count: 0, gaps: Vec::new() };
        let hello = reader.answer(GAPS_BYTES_MAX).map_err(|_| io::Error::other("it ended before it was ready"))?;
        reader.gaps = String::from_utf8_lossy(&hello).lines().map(str::to_owned).collect();
        Ok(reader)
    }

    /// The words of a file.
    pub(crate) fn words(&mut self, file: &File, name: &[u8]) -> Result<Extract, End> {
        self.count += 1;
        let answer = self.ask(Ask::Words, name, Some(file), message::ANSWER_BYTES_MAX)?;
        message::decode(&answer).ok_or_else(|| self.end("gave an answer that makes no sense"))
    }

    /// What the child could do and should not.
    pub(crate) fn escapes(&mut self) -> Result<Vec<String>, End> {
        let answer = self.ask(Ask::Escapes, b"", None, GAPS_BYTES_MAX)?;
        Ok(String::from_utf8_lossy(&answer).lines().map(str::to_owned).collect())
    }

    /// Lets the child do what a bad file could make of it.
    pub(crate) fn misbehave(&mut self, how: &[u8]) -> Result<Extract, End> {
        let answer = self.ask(Ask::Misbehave, how, None, message::ANSWER_BYTES_MAX)?;
        message::decode(&answer).ok_or_else(|| self.end("gave an answer that makes no sense"))
    }

    /// Whether it has read so much that a new one is better: memory in pieces, or what a panic left.
    pub(crate) fn is_worn(&mut self) -> bool {
        self.count >= limit::READER_FILES_MAX || !matches!(self.child.try_wait(), Ok(None))
    }

    /// The process, for those who want to see it.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn ask(&mut self, ask: Ask, name: &[u8], file: Option<&File>, bytes_max: usize) -> Result<Vec<u8>, End> {
        if message::send(&self.socket, ask, name, file.map(|file| file.as_fd())).is_err() {
            return Err(End::Before);
        }
        self.answer(bytes_max)
    }

    fn answer(&mut self, bytes_max: usize) -> Result<Vec<u8>, End> {
        let patience = Patience { begin: Instant::now(), core_before: core_time(self.child.id()) };
        let mut length = [0; 4];
        self.fill(&mut length, &patience)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > bytes_max {
            return Err(self.end("gave an answer that is too long"));
        }
        let mut answer = vec![0; length];
        self.fill(&mut answer, &patience)?;
        Ok(answer)
    }

    fn fill(&mut self, buffer: &mut [u8], patience: &Patience) -> Result<(), End> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.socket.read(&mut buffer[filled..]) {
                Ok(0) => return Err(self.autopsy()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if let Some(reason) = patience.is_over(self.child.id()) {
                        return Err(self.end(&reason));
                    }
                }
                Err(_) => return Err(self.autopsy()),
            }
        }
        Ok(())
    }

    /// Ends the child for this reason.
    fn end(&mut self, reason: &str) -> End {
        self.stop();
        End::File(reason.to_owned())
    }

    fn stop(&mut self) {
        // An error: it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How the child ended, from what it left.
    fn autopsy(&mut self) -> End {
        let Some(status) = self.wait_shortly() else {
            return self.end("made its reader close the line");
        };
        let mut words = Vec::new();
        if let Some(stream) = self.child.stderr.take() {
            let _ = stream.take(LAST_WORDS_BYTES_MAX).read_to_end(&mut words);
        }
        told(status, &String::from_utf8_lossy(&words))
    }

    /// A child that closed its end is about to end.
    fn wait_shortly(&mut self) -> Option<ExitStatus> {
        for _ in 0..ENDING_PULSES {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How long one answer may take.
struct Patience {
    begin: Instant,
    core_before: Option<Duration>,
}

impl Patience {
    /// Why nobody waits any longer. What counts is the time on a core: others may have kept the child from it.
    fn is_over(&self, id: u32) -> Option<String> {
        let seconds = limit::CORE_TIME_MAX.as_secs();
        let passed = self.begin.elapsed();
        let used = core_time(id).zip(self.core_before).map_or(passed, |(now, before)| now.saturating_sub(before));
        if used > limit::CORE_TIME_MAX {
            return Some(format!("takes longer than {seconds} s to read"));
        }
        (passed > limit::CLOCK_TIME_MAX).then(|| format!("was not read within {} s", limit::CLOCK_TIME_MAX.as_secs()))
    }
}

/// What a process used of all cores, as the kernel tells it (proc_pid_stat(5): fields 14 and 15).
fn core_time(id: u32) -> Option<Duration> {
    let line = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name may hold anything, even a bracket.
    let mut fields = line[line.rfind(')')? + 1..].split_ascii_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    // The kernel gives this in hundredths, whatever its own ticks are.
    Some(Duration::from_millis(ticks * 10))
}

/// An end in words.
fn told(status: ExitStatus, last_words: &str) -> End {
    if last_words.contains("memory allocation") {
        return End::File(format!("needs more than {} of memory to read", Size(limit::READER_MEMORY_BYTES_MAX)));
    }
    if last_words.contains("overflowed its stack") {
        return End::File("is nested too deep".to_owned());
    }
    match (status.signal(), status.code()) {
        (Some(9), _) => End::Killed,
        (Some(signal), _) => End::File(format!("is damaged in a way that ends its reader (signal {signal})")),
        (_, Some(0)) => End::Before,
        (_, code) => End::File(format!("is damaged in a way that ends its reader (exit {})", code.unwrap_or_default())),
    }
}

/// How often is looked whether it takes too long.
const PULSE: Duration = Duration::from_millis(200);

/// Milliseconds in which a child that closed its end has ended.
const ENDING_PULSES: u32 = 500;

/// What a library says before it gives up.
const LAST_WORDS_BYTES_MAX: u64 = 4 << 10;

/// Some lines about the kernel.
const GAPS_BYTES_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: i32, words: &str, expected: &str) {
        let told = match told(ExitStatus::from_raw(raw), words) {
            End::File(reason) => reason,
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn an_end_is_told_in_words() {
        check(6, "memory allocation of 1048576 bytes failed\n", "needs more than 512 MiB of memory to read");
        check(6, "\nthread 'main' has overflowed its stack\n", "is nested too deep");
        check(6, "", "is damaged in a way that ends its reader (signal 6)");
        check(3 << 8, "", "is damaged in a way that ends its reader (exit 3)");
        check(9, "", "Killed");
        check(0, "", "Before");
    }

    #[test]
    fn the_time_on_a_core_is_known() {
        let before = core_time(std::process::id()).expect("there is a /proc");
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(100) {
            std::hint::spin_loop();
        }
        assert!(core_time(std::process::id()).unwrap() > before);
        assert_eq!(core_time(u32::MAX), None);
    }
}
