//! How the program ends: 0 done, 1 the answer is no, 2 it did not work; and the sentences it says then.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What was asked for is done.
    Done,
    /// It was looked into, and the answer is no.
    No,
}

/// Why a command did not work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// What cannot be done and why, without the name of the program before it.
    Sentence(String),
    /// Whoever read our output has read enough; no error.
    ClosedPipe,
}

impl Failure {
    /// `cannot ACT: CAUSE`.
    pub(crate) fn cannot(act: impl Display, cause: impl Display) -> Failure {
        Failure::Sentence(format!("cannot {act}: {cause}"))
    }

    /// As a part of what is said elsewhere.
    pub(crate) fn into_sentence(self) -> String {
        match self {
            Failure::Sentence(sentence) => sentence,
            Failure::ClosedPipe => "nobody reads the output".into(),
        }
    }

    /// The output could not be written.
    pub(crate) fn output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::cannot("write the output", cause(&error)),
        }
    }
}

/// Says what went wrong, if anything, and gives the exit code.
pub(crate) fn code(result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Done) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(Failure::Sentence(sentence)) => {
            warn(sentence);
            ExitCode::from(2)
        }
    }
}

/// Says a sentence on standard error; the program goes on.
pub(crate) fn warn(sentence: impl Display) {
    // Nobody can be told that nobody can be told.
    let _ = writeln!(io::stderr(), "quarry: {sentence}");
}

/// Says what a command came to, on standard error.
pub(crate) fn say(sentence: impl Display) {
    let _ = writeln!(io::stderr(), "{sentence}");
}

/// The cause as the machine gives it, in the middle of a sentence: no capital, no number.
pub(crate) fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    in_a_sentence(text.split_once(" (os error").map_or(text.as_str(), |(before, _)| before))
}

/// What others say, in the middle of a sentence: no capital, no full stop.
pub(crate) fn in_a_sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        // "Is a directory", but not "I/O error".
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A path in quotation marks, safe to print: what is not UTF-8 or moves the cursor is escaped.
pub(crate) fn quoted(path: &Path) -> String {
    format!("\"{}\"", shown(path))
}

/// A path, safe to print: bytes that are not UTF-8 as `\xD6`, control characters as `\n` or `\u{1b}`.
pub(crate) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        push_safe(&mut text, chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02X}")));
    }
    text
}

/// Appends a text, safe to print: control characters as `\n` or `\u{1b}`.
pub(crate) fn push_safe(out: &mut String, text: &str) {
    for character in text.chars() {
        match is_safe(character) {
            true => out.push(character),
            false => out.extend(character.escape_default()),
        }
    }
}

/// Whether a character neither moves the cursor nor turns the direction of what follows.
pub(crate) fn is_safe(character: char) -> bool {
    // Separators of lines and paragraphs; embeddings, overrides and isolates of direction. Marks of direction act on their
    // neighbours alone.
    !character.is_control() && !matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_cause_fits_into_a_sentence() {
        assert_eq!(cause(&io::Error::from_raw_os_error(13)), "permission denied");
        assert_eq!(cause(&io::Error::from_raw_os_error(2)), "no such file or directory");
        assert_eq!(cause(&io::Error::from_raw_os_error(5)), "input/output error");
        assert_eq!(cause(&io::Error::other("UTF-8 it is not")), "UTF-8 it is not");
        assert_eq!(cause(&io::Error::other("")), "");
    }

    #[test]
    fn a_path_cannot_play_tricks_on_a_terminal() {
        assert_eq!(quoted(Path::new("资料/a b.txt")), "\"资料/a b.txt\"");
        assert_eq!(shown(Path::new("a\u{1b}[2J\n")), "a\\u{1b}[2J\\n");
        assert_eq!(shown(Path::new("txt.\u{202e}gpj\u{9b}1m\u{200f}")), "txt.\\u{202e}gpj\\u{9b}1m\u{200f}");
        assert_eq!(shown(Path::new(std::ffi::OsStr::from_bytes(b"\xD6\xD0.txt"))), "\\xD6\\xD0.txt");
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert_eq!(Failure::output(io::ErrorKind::BrokenPipe.into()), Failure::ClosedPipe);
        let full = Failure::output(io::Error::from_raw_os_error(28));
        assert_eq!(full, Failure::Sentence("cannot write the output: no space left on device".into()));
    }
}
