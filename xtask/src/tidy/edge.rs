//! Who may know whom.

use super::Finding;
use crate::repository::Repository;

/// Each crate, and those of ours that it may use. A new edge is a decision: write it down in `docs/decisions`.
const EDGES: &[(&str, &[&str])] = &[
    ("semantics", &[]),
    ("wire", &["semantics"]),
    ("charset", &[]),
    ("site", &["semantics", "charset"]),
    ("lookup", &["charset", "reactor"]),
    ("page", &["semantics", "charset"]),
    ("reactor", &[]),
    ("acme", &[]),
    ("server", &["semantics", "wire", "site", "charset", "lookup", "page", "reactor", "acme"]),
    ("quarry", &["semantics", "server", "charset", "lookup", "reactor", "acme"]),
    ("sim", &["semantics", "wire", "site", "charset", "page", "reactor", "server"]),
    ("conformance", &[]),
    ("fuzz", &["semantics", "wire", "site", "charset", "lookup", "page", "reactor", "server"]),
    ("bench", &["charset", "reactor", "semantics", "site"]),
    ("xtask", &[]),
];

/// Crates that read no clock, open no file and start no thread.
const NO_STD: &[&str] = &["semantics", "wire"];

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours: Vec<&str> = repository.members().map(|package| &package.name[..]).collect();
    for package in repository.members() {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == package.name) else {
            findings.push(Finding::new(
                &package.name,
                "a new crate: say in xtask/src/tidy/edge.rs whom it may know, and in docs/decisions why it is one",
            ));
            continue;
        };
        for dependency in &package.dependencies {
            if ours.contains(&&dependency[..]) && !allowed.contains(&&dependency[..]) {
                findings.push(Finding::new(
                    &package.name,
                    format!("uses {dependency}: rooms meet only in server; a new edge needs a decision record"),
                ));
            }
        }
    }
    findings
}

pub(super) fn check_no_std(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in NO_STD {
        let path = format!("crates/{name}/src/lib.rs");
        if !repository.text(&path).is_some_and(|text| text.lines().any(|line| line == "#![no_std]")) {
            findings
                .push(Finding::new(path, "lacks #![no_std]: it is the proof that time and files are arguments here"));
        }
        let prefix = format!("crates/{name}/src/");
        for file in repository.sources().filter(|file| file.path.starts_with(&prefix)) {
            let mut before = "";
            for (at, line) in file.text.lines().enumerate() {
                if line.trim() == "extern crate std;" && before.trim() != "#[cfg(test)]" {
                    findings.push(Finding::new(
                        format!("{}:{}", file.path, at + 1),
                        "brings std back: only tests may, else no_std proves nothing",
                    ));
                }
                before = line;
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Package;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependencies = dependencies.iter().map(|name| (*name).to_owned()).collect();
        Package { name: name.to_owned(), dependencies, ..Package::default() }
    }

    #[track_caller]
    fn check_edges(packages: &[(&str, &[&str])], expected: &[&str]) {
        let packages = packages.iter().map(|(name, dependencies)| package(name, dependencies)).collect();
        let findings = check(&Repository::of_packages(packages));
        assert_eq!(findings.iter().map(|finding| &finding.place[..]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn wire_and_site_never_meet() {
        check_edges(&[("site", &["wire"]), ("wire", &["semantics", "memchr"]), ("semantics", &[])], &["site"]);
        check_edges(&[("wire", &["site"]), ("site", &["charset"]), ("charset", &[])], &["wire"]);
    }

    #[test]
    fn nothing_uses_the_tests_from_outside() {
        check_edges(&[("server", &["sim"]), ("sim", &["server"])], &["server"]);
        check_edges(&[("quarry", &["conformance"]), ("conformance", &[])], &["quarry"]);
    }

    #[test]
    fn a_crate_that_nobody_decided_on_is_found() {
        check_edges(&[("goods", &[])], &["goods"]);
    }

    #[track_caller]
    fn check_std(files: &[(&str, &str)], expected: &[&str]) {
        let findings = check_no_std(&Repository::of_files(files));
        assert_eq!(findings.iter().map(|finding| &finding.place[..]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn std_does_not_come_back() {
        let (semantics, wire) = ("crates/semantics/src/lib.rs", "crates/wire/src/lib.rs");
        check_std(&[(semantics, "#![no_std]\n"), (wire, "//! Bytes.\n#![no_std]\n")], &[]);
        check_std(&[(semantics, "#![no_std]\n"), (wire, "// #![no_std]\n")], &[wire]);
        check_std(
            &[(semantics, "#![no_std]\n"), (wire, "#![no_std]\nextern crate std;\n")],
            &["crates/wire/src/lib.rs:2"],
        );
        check_std(&[(semantics, "#![no_std]\n"), (wire, "#![no_std]\n#[cfg(test)]\nextern crate std;\n")], &[]);
    }
}
