//! The program: flags to settings, settings to a server, and the small tools beside it.

mod authority;
mod browser;
mod command;
mod config;
mod exit;
mod flag;
mod interface;
mod program;
mod qr;
mod remote;
mod serve;
mod terminal;
mod value;
mod walk;

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all, for what is set up before is not locked up: the look-up reads strange files in a process of its own.
    if lookup::extract::child::is_asked() {
        return lookup::extract::child::main();
    }
    reactor::priority::share_heap();
    exit::code(command::run(std::env::args_os()))
}
