//! The program from outside: arguments in; output, files and exit code out.

mod check;
mod command_line;
mod compress;
mod generate;
mod golden;
mod serve;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, with nothing of the caller's terminal to adapt to.
fn quarry(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarry"));
    command.args(arguments).stdin(Stdio::null()).env_clear().env("COLUMNS", "100").env("PATH", "/usr/bin:/bin");
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

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, content).expect("written");
}
