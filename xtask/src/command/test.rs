//! `cargo x test`: every layer of tests, from two builds.
//!
//! One build is for speed (the programs that the tests from outside start), one is for the tests themselves. What must not
//! happen is a third: cargo builds a dependency again when other packages are selected, so each build has one fixed selection.

use super::{binary, target_directory};
use crate::failure::Failure;
use crate::install;
use crate::repository::root;
use crate::step::{Run, Step};
use crate::tally::Runner;

pub(super) fn command(_: &[String]) -> Result<(), Failure> {
    let mut run = Run::new();
    run.own("tools for the tests", || install::all().map(|()| (1, 0)));
    steps(&mut run);
    run.finish()
}

/// All tests; what they need is installed.
pub(super) fn steps(run: &mut Run) {
    if !run.step(&build_release()) {
        // Nothing from outside can run without the programs, and the tests below would say the same at length.
        return;
    }
    run.step(
        &Step::cargo("tests of the workspace", &["test", "--workspace", "--no-fail-fast", "--locked"])
            .environment("QUARRY", &binary("quarry"))
            .environment("FUZZ_SECONDS", FUZZ_SECONDS)
            .tests(Runner::Cargo),
    );
    run.step(&quality());
    run.step(&conformance(&[]));
    run.step(&simulation(&[]));
    match browser_tests() {
        // node would look for tests of its own choice.
        tests if tests.is_empty() => {
            run.own("browser", || Err(Failure::broken(format!("there is no NAME.test.mjs in {BROWSER_TESTS}"))))
        }
        tests => run.step(&browser(&tests)),
    };
}

/// The programs, as users get them.
pub(super) fn build_release() -> Step {
    let packages = ["--package", "quarry", "--package", "sim", "--package", "conformance"];
    Step::cargo("build for speed", &["build", "--release", "--locked", "--bins"]).arguments(&packages)
}

/// Whether the look-up finds what it should: the short form, on pages that it gets from Debian. Its own program comes from the build
/// of the tests, which has it for the sake of a test that starts it.
fn quality() -> Step {
    let bench = target_directory().join("debug/bench");
    Step::program("quality of the look-up", &bench.to_string_lossy())
        .arguments(&["quality", "lookup", "--short", "--misses", "--binary", &binary("quarry")])
        .tests(Runner::Plain)
}

/// The requirements of the RFCs, from outside: on Quarry and, as control, on nginx, unless the arguments name a server.
pub(super) fn conformance(arguments: &[String]) -> Step {
    let step = Step::program("conformance", &binary("conform")).tests(Runner::Plain);
    let names_server =
        |argument: &String| ["--quarry", "--nginx", "--at", "--material", "--list"].contains(&&argument[..]);
    let step = match arguments.iter().any(names_server) {
        true => step,
        false => step.arguments(&["--quarry", &binary("quarry"), "--nginx"]),
    };
    step.arguments(arguments)
}

/// Many seeds, or the one that is given.
pub(super) fn simulation(arguments: &[String]) -> Step {
    let step = Step::program("simulation", &binary("sim")).tests(Runner::Plain);
    match arguments {
        [] => step.arguments(&["--seeds", SEEDS]),
        seed => step.arguments(seed),
    }
}

/// What people see, in a real browser.
fn browser(tests: &[String]) -> Step {
    Step::program("browser", "node")
        .arguments(&["--test", "--test-reporter=tap"])
        .arguments(tests)
        .environment("QUARRY", &binary("quarry"))
        .environment("CHROMIUM", "/usr/bin/chromium")
        .environment("PLAYWRIGHT", &target_directory().join(install::PLAYWRIGHT).to_string_lossy())
        .tests(Runner::Tap)
}

/// Named one by one: what node makes of a folder is different from version to version.
fn browser_tests() -> Vec<String> {
    let entries = std::fs::read_dir(root().join(BROWSER_TESTS)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut tests: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("{BROWSER_TESTS}/{name}")).collect();
    tests.sort();
    tests
}

/// Where the browser tests stand.
const BROWSER_TESTS: &str = "crates/quarry/tests/browser";
/// How long each parser gets mutated inputs after its kept ones, in the plain test build: enough to notice what broke today. The
/// long runs under a sanitizer are by hand, `cargo x fuzz`; building for them takes longer than a short run would be worth.
const FUZZ_SECONDS: &str = "2";
/// How many simulated lives; one is some milliseconds.
const SEEDS: &str = "1000";
