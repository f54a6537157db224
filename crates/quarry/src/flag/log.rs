//! Flags: what is said while serving.

use clap::{Args, ValueEnum};

use crate::terminal::Terminal;

/// What is said while serving.
#[derive(Args, Debug)]
#[command(next_help_heading = "Log")]
pub(crate) struct Log {
    /// Print a line per request (default: short on a terminal, else off)
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) access_log: Option<AccessLog>,
    /// Print the address and errors, nothing else
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// The form of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessLog {
    /// No line
    Off,
    /// As Apache and nginx write it
    Combined,
    /// One JSON object a line
    Json,
    /// For people: status, method, target, size, time
    Short,
}

impl Log {
    /// The form to write, where nothing was asked for: what suits the reader.
    pub(crate) fn access_log(&self, terminal: Terminal) -> AccessLog {
        self.access_log.unwrap_or(match terminal.is_terminal && !self.quiet {
            true => AccessLog::Short,
            false => AccessLog::Off,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(access_log: Option<AccessLog>, quiet: bool, is_terminal: bool, expected: AccessLog) {
        let terminal = Terminal { is_terminal, has_colour: false, is_light: false };
        assert_eq!(Log { access_log, quiet }.access_log(terminal), expected);
    }

    #[test]
    fn people_see_requests_and_programs_do_not_unless_they_ask() {
        check(None, false, true, AccessLog::Short);
        check(None, false, false, AccessLog::Off);
        check(None, true, true, AccessLog::Off);
        check(Some(AccessLog::Json), true, true, AccessLog::Json);
        check(Some(AccessLog::Off), false, true, AccessLog::Off);
    }
}
