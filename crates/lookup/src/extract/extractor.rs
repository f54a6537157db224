//! From an open file to its words: the one entry to all formats.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::input::Input;
use super::reader::{End, Reader};
use super::{Extract, Format, child, contained, limit, text};

/// Reads files. Shared by all threads that do; each has a reader of its own while it waits for one, so that there are never more
/// readers than threads.
#[derive(Debug)]
pub struct Extractor {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Readers that nobody waits for.
    idle: Mutex<Vec<Reader>>,
    health: Mutex<Health>,
}

/// How well readers start.
#[derive(Debug, Default)]
struct Health {
    /// Starts that failed, one after the other.
    failures: u32,
    /// When it last failed, and how.
    last: Option<(Instant, String)>,
    /// What readers could not lock up, once known.
    gaps: Option<Vec<String>>,
}

impl Extractor {
    /// An extractor whose readers are started from this program, which calls [`child::main`] when [`child::is_asked`].
    /// `/proc/self/exe` is the program itself, even when its file has been replaced.
    pub fn new(program: PathBuf) -> Extractor {
        Extractor::with_arguments(program, vec![child::ARGUMENT.into()])
    }

    /// The same for a program that comes to [`child::main`] in another way, such as a test.
    pub fn with_arguments(program: PathBuf, arguments: Vec<OsString>) -> Extractor {
        Extractor { program, arguments, idle: Mutex::default(), health: Mutex::default() }
    }

    /// The words of an open file. `name`: its last segment, which helps to tell its format. Never fails: what is wrong with the
    /// file is its [`fault`](Extract::fault).
    pub fn extract(&self, file: &File, name: &[u8]) -> Extract {
        self.read(file, name).unwrap_or_else(|error| Extract::faulty(format!("cannot be read: {error}")))
    }

    /// Ends the readers that nobody waits for. Whoever has read all that there is calls it, so that rest costs no memory.
    pub fn rest(&self) {
        // Outside of the lock: each is waited for.
        drop(std::mem::take(&mut *self.idle()));
    }

    /// What the kernel cannot lock up of a reader, in words; `None` before the first reader was started.
    pub fn gaps(&self) -> Option<Vec<String>> {
        self.health().gaps.clone()
    }

    /// Lets a reader try what it must not be able to do. Returns what worked all the same: nothing, if all is well.
    pub fn escapes(&self) -> Result<Vec<String>, String> {
        self.with_reader(Reader::escapes)
    }

    /// Lets a reader do what a bad file could make of it (`loop`, `sleep`, `memory`, `stack`, `panic`, `end`, `abort`), to see what
    /// comes of it.
    pub fn misbehave(&self, how: &str) -> Extract {
        self.with_reader(|reader| reader.misbehave(how.as_bytes())).unwrap_or_else(Extract::faulty)
    }

    /// The processes of readers that nobody waits for.
    pub fn idle_readers(&self) -> Vec<u32> {
        self.idle().iter().map(Reader::id).collect()
    }

    fn read(&self, file: &File, name: &[u8]) -> io::Result<Extract> {
        let input = Input::new(file)?;
        let head = input.head(limit::HEAD_BYTES)?;
        if head.is_empty() {
            return Ok(Extract::default());
        }
        Ok(match Format::of(name, &head) {
            Format::Other => Extract::default(),
            Format::Compound => super::compound::read(name, &input)?,
            format if format.is_contained() => {
                self.with_reader(|reader| reader.words(file, name)).unwrap_or_else(Extract::faulty)
            }
            format => text::read(format, &input, head, name)?,
        })
    }

    /// Asks a reader that is idle, or a new one. One that was killed from outside is not the file's fault: then once more.
    fn with_reader<T>(&self, mut ask: impl FnMut(&mut Reader) -> Result<T, End>) -> Result<T, String> {
        for _ in 0..ATTEMPTS {
            let mut reader = self.reader()?;
            match ask(&mut reader) {
                Ok(answer) => {
                    self.put_back(reader);
                    return Ok(answer);
                }
                Err(End::File(reason)) => return Err(reason),
                Err(End::Before | End::Killed) => {}
            }
        }
        Err("its reader was killed, again and again".to_owned())
    }

    fn reader(&self) -> Result<Reader, String> {
        let idle = self.idle().pop();
        match idle {
            Some(reader) => Ok(reader),
            None => self.start(),
        }
    }

    fn put_back(&self, mut reader: Reader) {
        if !reader.is_worn() {
            self.idle().push(reader);
        }
    }

    /// Starts a reader; not at once when several starts have failed, because the next would fail as well and cost time.
    fn start(&self) -> Result<Reader, String> {
        if let Health { failures: limit::START_FAILURES_MAX.., last: Some((when, reason)), .. } = &*self.health()
            && when.elapsed() < limit::START_PAUSE
        {
            return Err(format!("its reader does not start: {reason}"));
        }
        let started = Reader::start(&self.program, &self.arguments);
        let mut health = self.health();
        match started {
            Ok(reader) => {
                *health = Health { gaps: Some(reader.gaps.clone()), ..Health::default() };
                Ok(reader)
            }
            Err(error) => {
                health.failures += 1;
                health.last = Some((Instant::now(), error.to_string()));
                Err(format!("its reader does not start: {error}"))
            }
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The words of these bytes, as if a file of this name had them, read in this process: for tests and fuzzers. A bad container can take
/// all the memory and time there is; [`Extractor::extract`] is for files that anybody may have written.
pub fn of_bytes(bytes: &[u8], name: &[u8]) -> io::Result<Extract> {
    let mut file = File::from(rustix::fs::memfd_create("extract", rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    let input = Input::new(&file)?;
    let head = input.head(limit::HEAD_BYTES)?;
    match Format::of(name, &head) {
        Format::Other => Ok(Extract::default()),
        Format::Compound => super::compound::read(name, &input),
        format if format.is_contained() => contained::read(&file, name),
        format => text::read(format, &input, head, name),
    }
}

/// A reader may have ended while idle, and another be killed from outside; three times is no chance.
const ATTEMPTS: u32 = 3;
