//! `bench lookup`: what the look-up is to reach, beside others over the same materials, in the same run.
//!
//! Quarry is the program that users get, over a folder; what it does is seen from outside. Recoll reads the same files. Groonga and SQLite
//! read none: they are given the words, which costs them nothing here.

mod bench;
mod memory;
mod options;
mod peer;
mod query;
mod save;
mod serving;
mod stage;
mod stroke;
mod table;

use std::error::Error;

use bench::Bench;
use options::{HELP, Options};

/// `true`: all goals that were measured are reached.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<bool, Box<dyn Error>> {
    let Some(options) = Options::parse(arguments)? else {
        print!("{HELP}");
        return Ok(true);
    };
    let mut bench = Bench::prepare(options)?;
    let _machine = crate::machine::settle()?;
    let done = stage::all(&mut bench);
    bench.clean();
    done?;
    // Small corpora say nothing of goals that were set for large ones.
    Ok(bench.options.is_quick || bench.table.are_all_reached())
}
