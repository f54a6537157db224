//! The program: flags to settings, settings to a server, and the small tools beside it.

mod browser;
mod command;
mod exit;
mod flag;
mod interface;
mod qr;
mod serve;
mod terminal;
mod value;
mod walk;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code(command::run(std::env::args_os()))
}
