//! Where unsafe code may stand, and what stands above it.

use super::Finding;
use crate::repository::Repository;

/// The one room that talks to the kernel.
const ROOM: &str = "crates/reactor/";

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = check_lints(repository);
    for file in repository.sources().filter(|file| file.path.starts_with(ROOM)) {
        let lines: Vec<&str> = file.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if is_unsafe(line) && !has_proof(&lines[..at]) {
                findings.push(Finding::new(
                    format!("{}:{}", file.path, at + 1),
                    "unsafe without `// SAFETY:` above it: say which fact makes it sound and where that was established",
                ));
            }
        }
    }
    findings
}

/// The root forbids it, and every crate but one takes its lints from the root.
fn check_lints(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let forbids = |text: &str| text.lines().any(|line| line.trim() == "unsafe_code = \"forbid\"");
    if !repository.text("Cargo.toml").is_some_and(forbids) {
        findings.push(Finding::new("Cargo.toml", "the workspace lints do not forbid unsafe_code"));
    }
    for file in repository.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        if !file.path.starts_with(ROOM) && !file.text.contains("[lints]\nworkspace = true") {
            findings.push(Finding::new(&file.path, "lacks `[lints] workspace = true`, which forbids unsafe code here"));
        }
    }
    findings
}

fn is_unsafe(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with("//") && (line.contains(concat!("unsafe", " {")) || line.starts_with(concat!("unsafe", " impl")))
}

/// Whether the comment right above, attributes aside, holds the proof.
fn has_proof(above: &[&str]) -> bool {
    let mut above = above.iter().rev().map(|line| line.trim()).skip_while(|line| line.starts_with("#["));
    above.by_ref().take_while(|line| line.starts_with("//")).any(|line| line.starts_with("// SAFETY:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: (&str, &str) = ("Cargo.toml", "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n");

    #[track_caller]
    fn check_files(files: &[(&str, &str)], expected: &[&str]) {
        let findings = check(&Repository::of_files(files));
        assert_eq!(findings.iter().map(|finding| &finding.place[..]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn unsafe_needs_a_proof() {
        let block = concat!("let a = unsafe", " { read() };\n");
        check_files(&[ROOT, ("crates/reactor/src/a.rs", &format!("// SAFETY: it is open.\n{block}"))], &[]);
        check_files(&[ROOT, ("crates/reactor/src/a.rs", &format!("// SAFETY: it is\n// open.\n{block}"))], &[]);
        check_files(
            &[ROOT, ("crates/reactor/src/a.rs", &format!("// SAFETY: no.\n\n{block}"))],
            &["crates/reactor/src/a.rs:3"],
        );
        check_files(&[ROOT, ("crates/reactor/src/a.rs", block)], &["crates/reactor/src/a.rs:1"]);
    }

    #[test]
    fn every_other_crate_forbids_it() {
        check_files(&[("Cargo.toml", "")], &["Cargo.toml"]);
        check_files(&[ROOT, ("crates/a/Cargo.toml", "[lints]\nworkspace = true\n")], &[]);
        check_files(&[ROOT, ("crates/a/Cargo.toml", "[package]\n")], &["crates/a/Cargo.toml"]);
        check_files(&[ROOT, ("crates/reactor/Cargo.toml", "[package]\n")], &[]);
    }
}
