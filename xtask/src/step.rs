//! Running other programs one after the other, saying which, how long, and how it ended.

use crate::failure::Failure;
use crate::repository::root;
use crate::tally::{Runner, Tally};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

/// One program to run at the root of the repository.
pub(crate) struct Step {
    name: String,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    runner: Runner,
}

impl Step {
    /// Any program.
    pub(crate) fn program(name: &str, program: &str) -> Step {
        Step {
            name: name.to_owned(),
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            runner: Runner::Silent,
        }
    }

    /// The cargo that runs us.
    pub(crate) fn cargo(name: &str, arguments: &[&str]) -> Step {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        Step::program(name, &cargo).arguments(arguments)
    }

    /// More arguments.
    pub(crate) fn arguments(mut self, arguments: &[impl AsRef<str>]) -> Step {
        self.arguments.extend(arguments.iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// One more variable of the environment.
    pub(crate) fn environment(mut self, name: &str, value: &str) -> Step {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// In whose words it tells of its tests.
    pub(crate) fn tests(mut self, runner: Runner) -> Step {
        self.runner = runner;
        self
    }

    fn command(&self) -> Command {
        let mut command = if std::env::var_os("CI").is_some() {
            // Nobody is there to interrupt it, and a run that is killed from outside tells nothing of the steps before.
            let mut command = Command::new("timeout");
            command.args(["--kill-after=10", STEP_SECONDS_MAX, &self.program]);
            command
        } else {
            Command::new(&self.program)
        };
        command.args(&self.arguments).current_dir(root());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn cannot_run(&self, error: &std::io::Error) -> Failure {
        Failure::broken(format!("cannot run {}: {error}", self.program))
    }
}

/// Runs one step with our terminal as its own.
pub(crate) fn run(step: &Step) -> Result<(), Failure> {
    let status = step.command().status().map_err(|error| step.cannot_run(&error))?;
    if status.success() { Ok(()) } else { Err(Failure::no(format!("{} failed: {status}", step.name))) }
}

/// Steps one after the other: all are run, so that one run tells all that is wrong.
pub(crate) struct Run {
    started: Instant,
    passed: u64,
    failed: u64,
    broken: Vec<String>,
    /// Where the output of the programs goes on to.
    out: Box<dyn Write>,
}

impl Run {
    pub(crate) fn new() -> Run {
        Run::with_output(Box::new(std::io::stdout()))
    }

    fn with_output(out: Box<dyn Write>) -> Run {
        Run { started: Instant::now(), passed: 0, failed: 0, broken: Vec::new(), out }
    }

    /// Runs a program; true when it ended well. What it says about its tests is added to ours.
    pub(crate) fn step(&mut self, step: &Step) -> bool {
        let mut out = std::mem::replace(&mut self.out, Box::new(std::io::sink()));
        let is_good = self.own(&step.name, || {
            let (tally, status) = run_and_read(step, &mut out)?;
            Ok(verdict(tally, status.success()))
        });
        self.out = out;
        is_good
    }

    /// Runs something of our own that says how much passed and failed.
    pub(crate) fn own(&mut self, name: &str, work: impl FnOnce() -> Result<(u64, u64), Failure>) -> bool {
        println!("── {name}");
        let started = Instant::now();
        let (passed, failed) = work().unwrap_or_else(|failure| {
            println!("{name}: {}", failure.message);
            (0, 1)
        });
        let seconds = started.elapsed().as_secs_f64();
        let outcome = if failed == 0 { "ok" } else { "FAILED" };
        println!("── {name}: {outcome} after {seconds:.1} s\n");
        self.passed += passed;
        self.failed += failed;
        if failed > 0 {
            self.broken.push(name.to_owned());
        }
        failed == 0
    }

    /// Says how all of it ended.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        println!("all steps took {:.1} s", self.started.elapsed().as_secs_f64());
        if !self.broken.is_empty() {
            println!("failed: {}", self.broken.join(", "));
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { Ok(()) } else { Err(Failure::no("not all is well")) }
    }
}

/// A step that says nothing of tests is one itself; one that fails has failed, whatever it said.
fn verdict(tally: Tally, is_success: bool) -> (u64, u64) {
    match (tally.is_said, is_success) {
        (false, true) => (1, 0),
        (true, true) => (tally.passed, tally.failed),
        (_, false) => (tally.passed, tally.failed.max(1)),
    }
}

/// Its output goes on to ours line by line, and is read on the way.
fn run_and_read(step: &Step, out: &mut dyn Write) -> Result<(Tally, ExitStatus), Failure> {
    let mut child = step.command().stdout(Stdio::piped()).spawn().map_err(|error| step.cannot_run(&error))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            // If nobody reads us any more, the verdict still counts.
            let _ = out.write_all(&line);
            tally.read_line(step.runner, &String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child.wait().map_err(|error| Failure::broken(format!("lost {}: {error}", step.name)))?;
    if status.code() == Some(TIMED_OUT) {
        println!("{} did not end within {STEP_SECONDS_MAX} s", step.name);
    }
    Ok((tally, status))
}

/// Longest step of CI. The longest honest one builds all dependencies for the tests from nothing: some twenty minutes on two cores.
const STEP_SECONDS_MAX: &str = "2700";
/// What `timeout` ends with when it had to end the program.
const TIMED_OUT: i32 = 124;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expected: (u64, u64)) {
        let mut run = Run::with_output(Box::new(std::io::sink()));
        let is_good = run.step(&Step::program("a step", "sh").arguments(&["-c", script]).tests(Runner::Plain));
        assert_eq!((run.passed, run.failed), expected);
        assert_eq!(is_good, expected.1 == 0);
        assert_eq!(run.finish().is_ok(), expected.1 == 0);
    }

    #[test]
    fn a_step_counts_what_it_says_or_itself() {
        check("true", (1, 0));
        check("exit 3", (0, 1));
        check("echo '5 passed, 0 failed'", (5, 0));
        check("echo '5 passed, 2 failed'; exit 1", (5, 2));
        // It crashed after its tests were fine.
        check("echo '5 passed, 0 failed'; exit 1", (5, 1));
        // It said that tests failed and ended well all the same: the tests count.
        check("echo '5 passed, 2 failed'", (5, 2));
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failed_step() {
        let mut run = Run::with_output(Box::new(std::io::sink()));
        assert!(!run.step(&Step::program("a step", "no-such-program")));
        assert_eq!(run.finish().expect_err("it failed").exit_code, 1);
    }
}
