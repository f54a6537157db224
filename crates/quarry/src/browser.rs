//! Opening a browser: best effort, and never in the server's way.

use std::process::{Command, Stdio};
use std::{io, thread};

use crate::exit;

/// Opens the browser of the person at this machine, in the background. What goes wrong is said, and is not fatal.
pub(crate) fn open(url: &str) {
    let url = url.to_owned();
    // Waiting takes the exit code, and with it the process table entry.
    let waiter = thread::Builder::new().name("browser".into()).spawn(move || {
        if let Err(cause) = launch(&url, OPENERS) {
            exit::warn(format!("cannot open a browser: {cause}"));
        }
    });
    if let Err(error) = waiter {
        exit::warn(format!("cannot open a browser: {}", exit::cause(&error)));
    }
}

/// Tries the programs in turn until one says that it worked.
fn launch(url: &str, openers: &[&str]) -> Result<(), String> {
    let mut cause = format!("none of {} is installed", openers.join(", "));
    for opener in openers {
        let mut command = Command::new(opener);
        command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.status() {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => cause = format!("{opener} failed ({status})"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => cause = format!("{opener}: {}", exit::cause(&error)),
        }
    }
    Err(cause)
}

/// The standard of free desktops, then Windows around WSL, then Debian's choice.
#[cfg(not(target_os = "macos"))]
const OPENERS: &[&str] = &["xdg-open", "wslview", "x-www-browser"];
#[cfg(target_os = "macos")]
const OPENERS: &[&str] = &["open"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_that_works_is_enough() {
        assert_eq!(launch("http://127.0.0.1/", &["no-such-program-1", "false", "true"]), Ok(()));
    }

    #[test]
    fn the_cause_of_the_last_failure_is_told() {
        assert_eq!(launch("a", &["false"]), Err("false failed (exit status: 1)".into()));
        let nobody = launch("a", &["no-such-program-1", "no-such-program-2"]);
        assert_eq!(nobody, Err("none of no-such-program-1, no-such-program-2 is installed".into()));
    }
}
