//! `quarry password`: from a password to its hash.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use server::password;

use crate::exit::{self, Failure, Outcome};

/// Asks for it, and prints its hash.
pub(crate) fn run() -> Result<Outcome, Failure> {
    let refuse = |cause: String| Failure::cannot("take the password", cause);
    let given = match io::stdin().is_terminal() {
        true => ask().map_err(refuse)?,
        false => first_line(io::stdin().lock()).map_err(|error| refuse(exit::cause(&error)))?,
    };
    let hash = password::hash(&given).map_err(refuse)?;
    super::print(|out| writeln!(out, "{hash}"))
}

/// What comes by a pipe, up to the end of its first line.
fn first_line(input: impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// Asks a person twice.
fn ask() -> Result<Vec<u8>, String> {
    let mut terminal = Terminal::open().map_err(|error| exit::cause(&error))?;
    let first = terminal.read("Password: ")?;
    match terminal.read("Once more: ")? == first {
        true => Ok(first),
        false => Err("it was not the same twice".into()),
    }
}

/// The terminal, while it shows nothing of what is typed. As it was, it is again when this is dropped.
struct Terminal {
    device: File,
    before: Termios,
}

impl Terminal {
    fn open() -> io::Result<Terminal> {
        // Not standard output: the hash goes there, maybe into a file.
        let device = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&device)?;
        let mut silent = before.clone();
        // Ctrl-C comes as a key too: else it would end us before the terminal is as it was.
        silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before anybody asked is no password.
        tcsetattr(&device, OptionalActions::Flush, &silent)?;
        Ok(Terminal { device, before })
    }

    fn read(&mut self, prompt: &str) -> Result<Vec<u8>, String> {
        let cause = |error: io::Error| exit::cause(&error);
        self.device.write_all(prompt.as_bytes()).map_err(cause)?;
        let mut typed = Vec::new();
        let mut key = [0];
        loop {
            let ended = self.device.read(&mut key).map_err(cause)? == 0;
            match key[0] {
                b'\n' | b'\r' => break,
                CTRL_C => return Err("it was taken back".into()),
                CTRL_D if typed.is_empty() => return Err("it was taken back".into()),
                CTRL_D => break,
                _ if ended => break,
                CTRL_U => typed.clear(),
                BACKSPACE | DELETE => remove_last(&mut typed),
                key => typed.push(key),
            }
        }
        self.device.write_all(b"\n").map_err(cause)?;
        Ok(typed)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.device, OptionalActions::Flush, &self.before);
    }
}

/// The last character, of however many bytes.
fn remove_last(typed: &mut Vec<u8>) {
    while typed.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
}

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CTRL_U: u8 = 21;
const DELETE: u8 = 127;

/// More than any password has.
const LINE_BYTES_MAX: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_it_ends() {
        let check = |input: &[u8], expected: &[u8]| assert_eq!(first_line(input).unwrap(), expected);
        check(b"secret\nmore\n", b"secret");
        check(b"secret\r\n", b"secret");
        check(b" sec ret ", b" sec ret ");
        check(b"", b"");
    }

    #[test]
    fn what_is_deleted_is_a_character() {
        let mut typed = "aö€".as_bytes().to_vec();
        remove_last(&mut typed);
        assert_eq!(typed, "aö".as_bytes());
        remove_last(&mut typed);
        remove_last(&mut typed);
        remove_last(&mut typed);
        assert_eq!(typed, b"");
    }
}
