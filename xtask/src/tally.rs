//! What test runners print about how many passed.

/// Whose words count in the output of a program: its tests may print anything, also what others say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// No tests are told of.
    Silent,
    /// cargo.
    Cargo,
    /// node, in TAP.
    Tap,
    /// Our own closing line.
    Plain,
}

/// How many passed and failed, as far as a runner has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Whether anything was said at all.
    pub(crate) is_said: bool,
}

impl Tally {
    /// Takes one line of a runner's output.
    pub(crate) fn read_line(&mut self, runner: Runner, line: &str) {
        let line = line.trim_end();
        let counts = match runner {
            Runner::Silent => None,
            Runner::Cargo => cargo(line),
            Runner::Tap => tap(line),
            Runner::Plain => plain(line),
        };
        let Some((passed, failed)) = counts else { return };
        self.passed += passed;
        self.failed += failed;
        self.is_said = true;
    }
}

/// `test result: ok. 18 passed; 0 failed; …`
fn cargo(line: &str) -> Option<(u64, u64)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let (passed, rest) = counts.split_once(" passed; ")?;
    let (failed, _) = rest.split_once(" failed")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

/// `# pass 3` and `# fail 0`, each on its line.
fn tap(line: &str) -> Option<(u64, u64)> {
    if let Some(passed) = line.strip_prefix("# pass ") {
        return Some((passed.parse().ok()?, 0));
    }
    Some((0, line.strip_prefix("# fail ")?.parse().ok()?))
}

/// `3 passed, 0 failed`, alone on its line.
fn plain(line: &str) -> Option<(u64, u64)> {
    let (passed, rest) = line.split_once(" passed, ")?;
    Some((passed.parse().ok()?, rest.strip_suffix(" failed")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(runner: Runner, lines: &[&str], passed: u64, failed: u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read_line(runner, line));
        assert_eq!(tally, Tally { passed, failed, is_said: passed + failed > 0 });
    }

    #[test]
    fn what_runners_say_is_added_up() {
        let cargo = "test result: ok. 18 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 2.18s";
        check(Runner::Cargo, &[cargo, cargo], 36, 0);
        check(Runner::Cargo, &["test result: FAILED. 16 passed; 2 failed; 0 ignored; 0 measured"], 16, 2);
        check(Runner::Tap, &["# tests 4", "# pass 3", "# fail 1", "# cancelled 0"], 3, 1);
        check(Runner::Plain, &["nginx: 70 requirements", "140 passed, 0 failed"], 140, 0);
    }

    #[test]
    fn what_others_say_is_not() {
        check(Runner::Cargo, &["5 passed, 2 failed", "# fail 3", "test a ... ok", "error: 3 targets failed"], 0, 0);
        check(Runner::Plain, &["passed, failed", "a passed, b failed", "5 passed, 2 failed, or so"], 0, 0);
        check(Runner::Silent, &["5 passed, 2 failed"], 0, 0);
    }
}
