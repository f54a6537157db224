//! `quarry trust`: how to make this machine, and others, believe its development certificates; or does it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::print;
use crate::authority::{self, Authority};
use crate::exit::{self, Failure, Outcome};
use crate::flag::Trust;

/// Prints how, or installs.
pub(crate) fn run(flags: &Trust) -> Result<Outcome, Failure> {
    let authority = Authority::open(&authority::folders(flags.state.as_deref()), &authority::names())?;
    let certificate = authority.certificate();
    let system = System::find(Path::new("/"));
    if flags.install {
        return install(&certificate, system);
    }
    let shown = exit::shown(&certificate);
    print(|out| {
        writeln!(out, "{shown}")?;
        writeln!(
            out,
            "\nThis is the authority behind quarry --tls on this machine. Once it is trusted, browsers say nothing.\n"
        )?;
        if let Some(System { folder, update }) = &system {
            let folder = exit::shown(&folder.join(NAME));
            writeln!(out, "This machine:       sudo cp {shown} {folder}")?;
            writeln!(out, "                    sudo {update}")?;
        }
        writeln!(out, "Chrome, Chromium:   certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n quarry -i {shown}")?;
        writeln!(out, "Firefox:            Settings, Certificates, View Certificates, Authorities, Import")?;
        writeln!(out, "curl, once:         curl --cacert {shown} https://localhost:8000/")?;
        writeln!(out, "A phone:            send it the file; it asks what to do with it")?;
        writeln!(
            out,
            "\nIt may vouch for this machine, for names such as NAME.local and for private addresses only. Its key is beside it: \
             whoever has that can pass for those. quarry trust --install does what stands behind \"This machine\"."
        )
    })
}

fn install(certificate: &Path, system: Option<System>) -> Result<Outcome, Failure> {
    let act = "trust the authority";
    let Some(System { folder, update }) = system else {
        return Err(Failure::cannot(act, "this system has no folder for authorities that is known here"));
    };
    let target = folder.join(NAME);
    fs::copy(certificate, &target).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                let state = certificate.parent().map(exit::shown).unwrap_or_default();
                format!("; try sudo quarry trust --install --state {state}")
            }
            _ => String::new(),
        };
        Failure::cannot(format!("write {}", exit::quoted(&target)), exit::cause(&error) + &hint)
    })?;
    let ended = Command::new(update).stdin(Stdio::null()).stdout(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(Failure::cannot(act, format!("{update} has failed: {status}"))),
        Err(error) => return Err(Failure::cannot(format!("run {update}"), exit::cause(&error))),
    }
    exit::say(format_args!(
        "trusted as {}; browsers with authorities of their own: quarry trust",
        exit::shown(&target)
    ));
    Ok(Outcome::Done)
}

/// How a system takes up an authority.
#[derive(Debug, PartialEq, Eq)]
struct System {
    folder: PathBuf,
    update: &'static str,
}

impl System {
    /// The one beneath this root. `None`: it is none that is known here.
    fn find(root: &Path) -> Option<System> {
        let (folder, update) = SYSTEMS.iter().find(|(folder, _)| root.join(folder).is_dir())?;
        Some(System { folder: root.join(folder), update })
    }
}

/// Folders for authorities that the owner of a machine adds, and what makes one file of all.
const SYSTEMS: [(&str, &str); 4] = [
    // Debian, Ubuntu, Alpine.
    ("usr/local/share/ca-certificates", "update-ca-certificates"),
    // Fedora, RHEL.
    ("etc/pki/ca-trust/source/anchors", "update-ca-trust"),
    // Arch.
    ("etc/ca-certificates/trust-source/anchors", "update-ca-trust"),
    // openSUSE.
    ("etc/pki/trust/anchors", "update-ca-certificates"),
];

const NAME: &str = "quarry-development.crt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_known_by_its_folder() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(System::find(root.path()), None);
        for (folder, update) in SYSTEMS.iter().rev() {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            assert_eq!(System::find(root.path()), Some(System { folder: root.path().join(folder), update }));
        }
    }
}
