//! What each command does, a file per command.

mod check;
mod compress;
mod explain;
mod find;
mod generate;
mod password;
mod reload;
mod serve;
mod trust;
mod upgrade;

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;

use crate::config;
use crate::exit::{self, Failure, Outcome};
use crate::flag::{self, Command, Generate};

/// Does what the arguments say.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Outcome, Failure> {
    let command = match flag::parse(arguments) {
        Ok(command) => command,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return print(|out| write_styled(out, &error.render()));
        }
        Err(error) => return Err(Failure::Sentence(flag::sentence(&error))),
    };
    match command {
        Command::Serve(settings) => serve::run(&settings),
        Command::Find(flags) => find::run(&flags),
        Command::Explain(flags) => explain::run(&flags),
        Command::Check(flags) => check::run(&flags),
        Command::Compress(flags) => compress::run(&flags),
        Command::Password => password::run(),
        Command::Reload(flags) => reload::run(&flags),
        Command::Upgrade(flags) => upgrade::run(&flags),
        Command::Trust(flags) => trust::run(&flags),
        Command::Generate(Generate::Man { command }) => {
            let definition = generate::find(command.as_deref())?;
            print(|out| generate::man(definition, out))
        }
        Command::Generate(Generate::Config) => print(|out| write!(out, "{}", config::sample())),
        Command::Generate(Generate::Schema) => print(|out| writeln!(out, "{:#}", config::schema())),
        Command::Generate(Generate::Completions { shell }) => print(|out| generate::completions(shell, out)),
        Command::Generate(Generate::Templates { folder }) => {
            let written = generate::templates(&folder)?;
            print(|out| writeln!(out, "{} written into {}", count(written, "template"), exit::shown(&folder)))
        }
        Command::Help { command } => {
            let mut definition = generate::find(command.as_deref())?;
            let help = if command.is_some() { definition.render_long_help() } else { definition.render_help() };
            print(|out| write_styled(out, &help))
        }
    }
}

/// The folder under its one true name, so that it stays what it is when a link on the way to it does not. `act`: what is to be done
/// with it.
pub(crate) fn find_root(act: &str, path: &Path) -> Result<PathBuf, Failure> {
    let refuse = |cause: String| Failure::cannot(format!("{act} {}", exit::quoted(path)), cause);
    let root = fs::canonicalize(path).map_err(|error| {
        refuse(match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".into(),
            _ => exit::cause(&error),
        })
    })?;
    match fs::read_dir(&root) {
        Ok(_) => Ok(root),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(refuse("it is a file; name its folder".into()))
        }
        Err(error) => Err(refuse(exit::cause(&error))),
    }
}

/// Writes to standard output, all or nothing as far as the reader lets us.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Outcome, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Failure::output)?;
    Ok(Outcome::Done)
}

/// Headings stand out on a terminal that can show it.
fn write_styled(out: &mut dyn Write, text: &clap::builder::StyledStr) -> io::Result<()> {
    let has_colour = io::stdout().is_terminal() && crate::terminal::Terminal::of_output().has_colour;
    match has_colour {
        true => write!(out, "{}", text.ansi()),
        false => write!(out, "{text}"),
    }
}

/// A number with its noun: `1 file`, `1,204 files`.
fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest unit that leaves a number of 1 and more, with one digit after the point.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    // What would be shown as 1024.0 is one of the next unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(999, "file"), "999 files");
        assert_eq!(count(1_204_000, "text"), "1,204,000 texts");
    }

    #[test]
    fn sizes_are_written_for_people() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1.0 MiB"),
            (u64::MAX, "16384.0 PiB"),
        ];
        cases.iter().for_each(|(bytes, expected)| assert_eq!(size(*bytes), *expected));
    }
}
