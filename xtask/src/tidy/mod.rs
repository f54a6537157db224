//! The rules of the house that a machine can check, each with its reason in its message.
//!
//! A rule is a pure function from what the repository holds to what is wrong with it, so that a test can show it failing.

mod clippy_ban;
mod decision;
mod dependency;
mod document;
mod edge;
mod licence;
mod module;
mod place;
mod source;
mod unsafety;

use crate::failure::Failure;
use crate::repository::Repository;

/// One thing that is against a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File and line, or the name of the thing.
    pub(crate) place: String,
    /// What is wrong, and why that matters.
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding { place: place.into(), message: message.into() }
    }
}

type Rule = fn(&Repository) -> Vec<Finding>;

/// All rules, with what each makes sure of.
const RULES: &[(&str, Rule)] = &[
    ("crates know only whom they may know", edge::check),
    ("rooms without clock, files and threads stay so", edge::check_no_std),
    ("unsafe code stands in reactor only, with its proof", unsafety::check),
    ("nothing unfinished", source::check_unfinished),
    ("files are short", source::check_length),
    ("modules are named after what they hold", module::check),
    ("every dependency has a word why", dependency::check_comments),
    ("dependencies stand in the root table", dependency::check_table),
    ("no dependency twice", dependency::check_doubles),
    ("dependencies come from the public registry", dependency::check_origins),
    ("licences are permissive", licence::check),
    ("bans carry their reason", clippy_ban::check),
    ("decisions are numbered", decision::check),
    ("documents lead somewhere", document::check),
    ("nothing names one machine", place::check),
];

/// Runs every rule and prints what it finds. Returns how many rules hold and how many do not.
pub(crate) fn run(repository: &Repository) -> (u64, u64) {
    let (mut passed, mut failed) = (0, 0);
    for (name, rule) in RULES {
        let findings = rule(repository);
        if findings.is_empty() {
            passed += 1;
            continue;
        }
        failed += 1;
        println!("against the rule: {name}");
        for finding in findings {
            println!("  {}: {}", finding.place, finding.message);
        }
    }
    (passed, failed)
}

/// `cargo x tidy`.
pub(crate) fn command(_: &[String]) -> Result<(), Failure> {
    let (passed, failed) = run(&Repository::read()?);
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(Failure::no("the house rules do not hold")) }
}
