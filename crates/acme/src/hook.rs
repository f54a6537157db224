//! Records of the domain name system, by a program of the owner's.
//!
//! ```text
//! HOOK present _acme-challenge.example.org. VALUE      the record is to be there
//! HOOK cleanup _acme-challenge.example.org. VALUE      it may go
//! ```
//!
//! These are the arguments that lego gives to its own (`exec`), so that what is written for one works with the other.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// A provider of names may be slow; one that never answers is not waited for.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Of what the hook says, so much is repeated.
const SAID_BYTES_MAX: u64 = 400;

/// A record that is there until this is dropped.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    hook: &'a Path,
    name: String,
    value: String,
}

impl Record<'_> {
    /// Has it written.
    ///
    /// Errs with a sentence when the hook does not succeed.
    pub(crate) fn present<'a>(hook: &'a Path, name: &str, value: &str) -> Result<Record<'a>, String> {
        let name = format!("_acme-challenge.{}.", name.trim_start_matches("*."));
        let record = Record { hook, name, value: value.to_owned() };
        // One that failed half way is cleaned up after as well.
        record.run("present").map(|()| record)
    }

    fn run(&self, act: &str) -> Result<(), String> {
        let refuse = |cause: String| format!("the hook {:?} could not {act} {}: {cause}", self.hook, self.name);
        let mut command = Command::new(self.hook);
        command.args([act, &self.name, &self.value]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| refuse(error.to_string()))?;
        let (say, said) = channel();
        if let Some(stderr) = child.stderr.take() {
            thread::spawn(move || {
                let mut said = Vec::new();
                let mut stderr = stderr.take(SAID_BYTES_MAX);
                let _ = stderr.read_to_end(&mut said);
                let _ = say.send(said);
                // It is not to fail for having more to say.
                let _ = std::io::copy(&mut stderr.into_inner(), &mut std::io::sink());
            });
        }
        if ended(&mut child).map_err(|error| refuse(error.to_string()))? {
            return Ok(());
        }
        // What it has left running may still hold the other end.
        let said = said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let said: String =
            String::from_utf8_lossy(&said).trim().chars().filter(|letter| !letter.is_control()).collect();
        Err(refuse(if said.is_empty() { "it says that it failed".into() } else { said }))
    }
}

/// Whether it has succeeded. After its time it is ended, and has not.
fn ended(child: &mut Child) -> std::io::Result<bool> {
    let until = Instant::now() + TIMEOUT;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        // A record that stays does no harm, and nobody could do anything about it here.
        let _ = self.run("cleanup");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_hook_is_told_what_is_to_be_there_and_when_it_may_go() {
        let folder = tempfile::tempdir().unwrap();
        let hook = folder.path().join("hook");
        fs::write(&hook, "#!/bin/sh\necho \"$@\" >> \"$(dirname \"$0\")/said\"\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o700)).unwrap();
        drop(Record::present(&hook, "*.example.org", "value").unwrap());
        let said = fs::read_to_string(folder.path().join("said")).unwrap();
        let name = "_acme-challenge.example.org.";
        assert_eq!(said, format!("present {name} value\ncleanup {name} value\n"));
    }

    #[test]
    fn what_a_hook_complains_of_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let hook = folder.path().join("hook");
        let refused = |text: &str| {
            fs::write(&hook, text).unwrap();
            fs::set_permissions(&hook, fs::Permissions::from_mode(0o700)).unwrap();
            Record::present(&hook, "a.test", "value").unwrap_err().replace(folder.path().to_str().unwrap(), "")
        };
        let said = "the hook \"/hook\" could not present _acme-challenge.a.test.: ";
        assert_eq!(refused("#!/bin/sh\nexit 3\n"), format!("{said}it says that it failed"));
        assert_eq!(refused("#!/bin/sh\necho no such zone >&2\nexit 1\n"), format!("{said}no such zone"));
        let chatty = refused("#!/bin/sh\nyes | head -c 1000000 >&2\nexit 1\n");
        assert!(chatty.len() < 1000, "{chatty}");
        assert!(Record::present(Path::new("/no/such/hook"), "a.test", "v").is_err());
    }
}
