//! The program from outside: arguments in; output, files and exit code out.

mod access_log;
mod acme;
mod archive;
mod change;
mod charset;
mod check;
mod client;
mod command_line;
mod compress;
mod config;
mod crowd;
mod drain;
mod errors;
mod explain;
mod find;
mod generate;
mod golden;
mod http2;
mod inside;
mod limits;
mod listen;
mod listing;
mod look;
mod look_up;
mod many_streams;
mod password;
mod pebble;
mod recipe;
mod reload;
mod response;
mod running;
mod serve;
mod shown;
mod suggestion;
mod tls;
mod tls_choice;
mod tls_client;
mod upgrade;
mod xray;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use running::Running;

/// The program, with nothing of the caller's terminal to adapt to.
fn quarry(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    quarry_at(Path::new(env!("CARGO_BIN_EXE_quarry")), arguments)
}

/// The same, at another place.
fn quarry_at(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).env_clear().env("COLUMNS", "100").env("PATH", "/usr/bin:/bin");
    command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command
}

/// What became of a run that ends by itself.
struct Ended {
    code: Option<i32>,
    output: String,
    errors: String,
}

fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
    let Output { status, stdout, stderr } = quarry(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is said is UTF-8");
    Ended { code: status.code(), output: text(stdout), errors: text(stderr) }
}

/// A server for a folder, on a port that the kernel chooses unless the flags say otherwise.
fn start(folder: &Path, flags: &[&str]) -> Running {
    let mut command = quarry([folder.as_os_str()]);
    if !flags.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    Running::spawn(command.args(flags))
}

/// Runs a program that is not ours, and gives what it prints; it must succeed.
#[track_caller]
fn program(name: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(name).args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{name} is needed, see `cargo x tools`: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {}: {errors}", output.status);
    output.stdout
}

/// What curl prints.
#[track_caller]
fn curl(arguments: &[&str]) -> String {
    let bytes = program("curl", &[&["--silent", "--show-error", "--max-time", "60"], arguments].concat());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, content).expect("written");
}
