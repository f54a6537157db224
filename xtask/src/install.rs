//! What the tests need besides Rust, installed when it is not there.

use crate::command::target_directory;
use crate::failure::Failure;
use crate::step::{self, Step};
use std::path::Path;
use std::process::{Command, Stdio};

/// A program that tests start.
struct Tool {
    program: &'static str,
    /// Debian's package with it.
    package: &'static str,
    /// What for.
    reason: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { program: "curl", package: "curl", reason: "a client that is not ours" },
    Tool { program: "python3", package: "python3", reason: "reads the archives that we write" },
    Tool { program: "nginx", package: "nginx-light", reason: "the control of the conformance tests" },
    Tool { program: "openssl", package: "openssl", reason: "a TLS that is not ours" },
    Tool { program: "pebble", package: "pebble", reason: "an authority for certificates" },
    Tool { program: "h2load", package: "nghttp2-client", reason: "many streams at a time" },
    Tool { program: "wrk", package: "wrk", reason: "many requests at a time" },
    Tool { program: "testssl", package: "testssl.sh", reason: "what others think of our TLS" },
    // A module, known by its file.
    Tool {
        program: "/usr/lib/python3/dist-packages/h2/__init__.py",
        package: "python3-h2",
        reason: "a client of HTTP/2 that holds us to every rule",
    },
    // Another.
    Tool {
        program: "/usr/lib/python3/dist-packages/hpack/__init__.py",
        package: "python3-hpack",
        reason: "field blocks that are not ours",
    },
    // Known by the list of its files: those themselves have the version of Python in their paths.
    Tool {
        program: "/var/lib/dpkg/info/python3-venv.list",
        package: "python3-venv",
        reason: "a place for an authority from PyPI",
    },
    Tool { program: "valgrind", package: "valgrind", reason: "counts instructions" },
    Tool { program: "strace", package: "strace", reason: "counts system calls" },
    Tool { program: "chromium", package: "chromium", reason: "the browser" },
    Tool { program: "node", package: "nodejs", reason: "drives the browser" },
    Tool { program: "npm", package: "npm", reason: "fetches what drives the browser" },
];

/// Where the browser's driver is, from the target folder.
pub(crate) const PLAYWRIGHT: &str = "browser/node_modules/playwright-core";

/// The version that the browser tests were written with.
const PLAYWRIGHT_VERSION: &str = "1.64.1";

/// An authority that suggests when to renew, from PyPI: Debian's does not. It stands in an environment of its own.
const AUTHORITY: &str = "acme2certifier";

/// The version that the tests were written with.
const AUTHORITY_VERSION: &str = "0.46.3";

/// Installs all that is missing.
pub(crate) fn all() -> Result<(), Failure> {
    debian_packages()?;
    playwright()?;
    authority()
}

fn debian_packages() -> Result<(), Failure> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !is_on_path(tool.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    for tool in &missing {
        println!("{} is missing: {}", tool.program, tool.reason);
    }
    if !is_on_path("apt-get") || !is_root() {
        return Err(Failure::broken(format!(
            "cannot install {} here; on Debian: sudo apt-get install {}",
            packages.join(", "),
            packages.join(" ")
        )));
    }
    // Another installation may be under way; it ends.
    const WAIT: &[&str] = &["-o", "DPkg::Lock::Timeout=300", "--quiet", "--quiet"];
    apt(&[WAIT, &["update"]].concat())?;
    apt(&[WAIT, &["install", "--yes", "--no-install-recommends"], &packages].concat())
}

fn apt(arguments: &[&str]) -> Result<(), Failure> {
    // Asked for a keyboard layout or a restart of services, it would wait for ever.
    step::run(
        &Step::program("apt-get", "apt-get").arguments(arguments).environment("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn playwright() -> Result<(), Failure> {
    let folder = target_directory().join("browser");
    let wanted = format!("\"version\": \"{PLAYWRIGHT_VERSION}\"");
    let description = target_directory().join(PLAYWRIGHT).join("package.json");
    if std::fs::read_to_string(description).is_ok_and(|text| text.contains(&wanted)) {
        return Ok(());
    }
    // npm installs into the nearest folder above that has a package.json: it must not look for one up there.
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("package.json"), "{}\n"))
        .map_err(|error| Failure::broken(format!("cannot write to {}: {error}", folder.display())))?;
    let package = format!("playwright-core@{PLAYWRIGHT_VERSION}");
    let folder = folder.to_string_lossy();
    step::run(&Step::program("npm", "npm").arguments(&[
        "install",
        "--no-save",
        "--silent",
        "--prefix",
        &folder,
        &package,
    ]))
}

fn authority() -> Result<(), Failure> {
    let folder = target_directory().join(AUTHORITY);
    let python = folder.join("bin/python");
    let version =
        format!("from importlib.metadata import version; assert version('{AUTHORITY}') == '{AUTHORITY_VERSION}'");
    let is_there = Command::new(&python).args(["-c", &version]).stderr(Stdio::null()).status();
    if is_there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    let (folder, python) = (folder.to_string_lossy(), python.to_string_lossy());
    step::run(&Step::program("python", "/usr/bin/python3").arguments(&["-m", "venv", "--clear", &folder]))?;
    let package = format!("{AUTHORITY}=={AUTHORITY_VERSION}");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package];
    step::run(&Step::program("pip", &python).arguments(&install))
}

/// The driver of libFuzzer; only for runs by hand.
pub(crate) fn cargo_fuzz() -> Result<(), Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let is_there = Command::new(cargo).args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    step::run(&Step::cargo("install cargo-fuzz", &["install", "cargo-fuzz", "--locked"]))
}

fn is_on_path(program: &str) -> bool {
    // Daemons stand in sbin, which is not on everybody's path.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]);
    folders.map(|folder| folder.join(program)).any(|file| file.is_file())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_it_is() {
        assert!(is_on_path("sh"));
        assert!(!is_on_path("no-such-program"));
    }
}
