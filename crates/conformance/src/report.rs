//! Running all requirements against one server, and saying what came of it.

use crate::known::Known;
use crate::launch::Launched;
use crate::requirement::{Level, Requirement};
use std::io::{self, Write};

/// How many were as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Met.
    pub passed: usize,
    /// Not met, and known to be so.
    pub known: usize,
    /// Not met, or known not to be met and yet met, or known and no requirement at all.
    pub failed: usize,
}

/// Runs these requirements, prints a line for each, and counts.
pub fn run(
    name: &str,
    launched: &Launched,
    requirements: &[&Requirement],
    known: &[Known],
    out: &mut impl Write,
) -> io::Result<Count> {
    let mut count = Count::default();
    writeln!(out, "{name}")?;
    for requirement in requirements {
        let reason = known.iter().find(|known| known.name == requirement.name).map(|known| known.reason);
        let (word, remark) = match ((requirement.check)(&launched.server), reason) {
            (Ok(()), None) => ("ok", String::new()),
            (Ok(()), Some(_)) => ("FAIL", "is known not to be met, but is: take it out of known.rs".to_owned()),
            (Err(_), Some(reason)) => ("known", reason.to_owned()),
            (Err(finding), None) => ("FAIL", finding.to_string()),
        };
        match word {
            "ok" => count.passed += 1,
            "known" => count.known += 1,
            _ => count.failed += 1,
        }
        let level = match requirement.level {
            Level::Must => "must",
            Level::Should => "should",
        };
        let Requirement { rfc, section, .. } = requirement;
        writeln!(out, "  {word:<5} {rfc} §{section:<9} {level:<6} {}", requirement.sentence())?;
        if !remark.is_empty() {
            writeln!(out, "        {remark}")?;
        }
    }
    writeln!(out, "{name}: {} passed, {} known, {} failed", count.passed, count.known, count.failed)?;
    Ok(count)
}
