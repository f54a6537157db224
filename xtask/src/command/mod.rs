//! The commands, in the order in which the help shows them.

mod check;
mod fuzz;
mod test;
mod tls;

use crate::failure::Failure;
use crate::repository::root;
use crate::step::{self, Step};
use crate::{install, tidy};
use std::path::PathBuf;

/// One developer command.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// What may follow the name, for people.
    pub(crate) arguments: &'static str,
    /// One line.
    pub(crate) help: &'static str,
    pub(crate) run: fn(&[String]) -> Result<(), Failure>,
}

/// All there are.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        arguments: "[DIR]",
        help: "build Quarry for speed and serve DIR, or the example site",
        run: serve,
    },
    Command {
        name: "tools",
        arguments: "",
        help: "only install what the tests need: curl, nginx, a browser and such",
        run: |_| install::all(),
    },
    Command {
        name: "test",
        arguments: "",
        help: "install what the tests need, then run all of them",
        run: test::command,
    },
    Command {
        name: "check",
        arguments: "",
        help: "all that CI does: format, house rules, lints, documents, tests",
        run: check::command,
    },
    Command { name: "ci", arguments: "", help: "the same as check, under the name that CI calls", run: check::command },
    Command {
        name: "tidy",
        arguments: "",
        help: "only the house rules that a machine can check; takes a second",
        run: tidy::command,
    },
    Command {
        name: "conform",
        arguments: "[ARGUMENTS…]",
        help: "the requirements of the RFCs, run on Quarry and, as control, on nginx",
        run: conform,
    },
    Command {
        name: "sim",
        arguments: "[SEED]",
        help: "a whole server on a false network, disk and clock; one seed, one run",
        run: simulate,
    },
    Command {
        name: "tls",
        arguments: "[QUARRY]",
        help: "what testssl.sh finds in how Quarry speaks TLS; takes some minutes",
        run: tls::command,
    },
    Command {
        name: "fuzz",
        arguments: "[NAME [SECONDS]]",
        help: "random bytes for one parser, for 600 seconds; without a name: the list of targets",
        run: fuzz::command,
    },
    Command {
        name: "bench",
        arguments: "[CASES…] [--help]",
        help: "measure Quarry against the other servers, interleaved; `lookup`: against others that find; `routes`: what rules cost",
        run: bench,
    },
    Command {
        name: "quality",
        arguments: "lookup [--help]",
        help: "whether the look-up finds what it should, and reads old encodings as they were written",
        run: quality,
    },
];

fn serve(arguments: &[String]) -> Result<(), Failure> {
    let directory = match arguments {
        [] => "examples/site",
        [directory] => directory,
        _ => return Err(Failure::broken("takes one folder; `cargo run --release -- …` takes all of Quarry's flags")),
    };
    step::run(&Step::cargo("serve", &["run", "--release", "--package", "quarry", "--", directory]))
}

fn conform(arguments: &[String]) -> Result<(), Failure> {
    step::run(&test::build_release())?;
    step::run(&test::conformance(arguments))
}

fn simulate(arguments: &[String]) -> Result<(), Failure> {
    if arguments.len() > 1 || arguments.iter().any(|seed| seed.parse::<u64>().is_err()) {
        return Err(Failure::broken("takes one seed, a number"));
    }
    step::run(&test::build_release())?;
    step::run(&test::simulation(arguments))
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    // It builds Quarry itself, or takes another build that is named.
    step::run(&Step::cargo("measure", &["run", "--release", "--package", "bench", "--"]).arguments(arguments))
}

fn quality(arguments: &[String]) -> Result<(), Failure> {
    let quality =
        Step::cargo("quality", &["run", "--release", "--package", "bench", "--bin", "bench", "--", "quality"]);
    step::run(&quality.arguments(arguments))
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path))
}

/// A program of ours, as the release build left it.
pub(crate) fn binary(name: &str) -> String {
    target_directory().join("release").join(name).to_string_lossy().into_owned()
}
