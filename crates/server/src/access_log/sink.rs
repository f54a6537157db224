//! Where lines end: standard output, or a file that is opened again when it was moved away.

use super::outlet::{Out, Outlet};
use super::sentence;
use crate::own::cause;
use reactor::privilege::Identity;
use std::fs::{File, OpenOptions};
use std::io::{self, Stdout, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where the thread that writes puts lines.
#[derive(Debug)]
pub(super) enum Sink {
    Output(Stdout),
    File(LogFile),
}

/// A file that lines are appended to.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    file: File,
    /// Where it is told when it cannot be written.
    sentences: Option<Outlet>,
    is_failing: bool,
}

impl LogFile {
    /// Opens it, or makes it: for its owner and group alone, since it tells who asked for what.
    ///
    /// Errs with a sentence that names it.
    pub(crate) fn open(path: &Path) -> Result<LogFile, String> {
        let file = open(path);
        let file =
            file.map_err(|error| format!("cannot open the access log \"{}\": {}", path.display(), cause(&error)));
        Ok(LogFile { path: path.to_owned(), file: file?, sentences: None, is_failing: false })
    }

    /// The same, which tells there when it cannot be written.
    pub(super) fn telling(self, sentences: Option<Outlet>) -> LogFile {
        LogFile { sentences, ..self }
    }

    /// The name it was opened by.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it to whom the server will be, so that it can be opened again by its name.
    pub(crate) fn belong_to(&self, user: &Identity) {
        // Who may not do so is that user already, or has no say.
        let _ = user.own(&self.file);
    }

    fn remark(&self, act: &str, error: &io::Error) {
        if let Some(sentences) = &self.sentences {
            let text = format!("cannot {act} the access log \"{}\": {}", self.path.display(), cause(error));
            let _ = sentences.give(sentence(text.as_bytes()), 1);
        }
    }
}

impl Out for Sink {
    /// Opens the file by its name again. Where that is not possible, lines go on to where the old one is now.
    fn reopen(&mut self) {
        if let Sink::File(log) = self {
            match open(&log.path) {
                Ok(file) => (log.file, log.is_failing) = (file, false),
                Err(error) => log.remark("open again", &error),
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

impl Write for Sink {
    /// Of a file: all of it. Errs when that cannot be, and the first time says so.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Output(output) => {
                // A closed pipe is no error: whoever read has gone, and the site goes on.
                let _ = output.write_all(bytes);
                Ok(bytes.len())
            }
            Sink::File(log) => match log.file.write_all(bytes) {
                Ok(()) => {
                    log.is_failing = false;
                    Ok(bytes.len())
                }
                Err(error) => {
                    if !std::mem::replace(&mut log.is_failing, true) {
                        log.remark("write", &error);
                    }
                    Err(error)
                }
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Output(output) => output.flush().or(Ok(())),
            Sink::File(_) => Ok(()),
        }
    }
}
