//! Dependencies: a word why for each, one table, one version, one origin.

use super::Finding;
use crate::repository::Repository;
use std::collections::BTreeMap;

/// Packages that may be there in two versions, with the reason that makes it bearable.
const DOUBLES: &[(&str, &str)] = &[
    ("base64", "the older one writes what is signed for an authority, some lines a month; 40 lines of tables"),
    ("fax", "pictures inside PDF, two readers of them in pdf_oxide; runs only in the child that reads PDF"),
    ("getrandom", "comes with rand"),
    ("miniz_oxide", "the older one unpacks PNG inside PDF; runs only in the child that reads PDF"),
    ("nom", "the older one reads tantivy's own query language, which we do not use"),
    ("r-efi", "comes with getrandom, for machines without a system; not built here"),
    ("rand", "tantivy samples with the older one, tests use the newer one"),
    ("rand_core", "comes with rand"),
    ("syn", "macros are moving from one to the next; runs at build time only"),
    ("weezl", "the older one unpacks TIFF inside PDF; runs only in the child that reads PDF"),
    ("windows-sys", "not built here"),
    ("synstructure", "0.13 is named by readers of certificates that rcgen offers and we switch off: it is never built"),
    ("untrusted", "0.7 is named by a part of aws-lc-rs that we switch off: it is never built"),
];

/// Where packages may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check_comments(repository: &Repository) -> Vec<Finding> {
    let text = repository.text("Cargo.toml").unwrap_or_default();
    let entries = section(text, "[workspace.dependencies]").filter(|(_, line)| !line.contains("path = "));
    entries
        .filter(|(_, line)| line.contains('=') && !line.contains('#'))
        .map(|(at, _)| Finding::new(format!("Cargo.toml:{at}"), "say in a word behind it what this dependency is for"))
        .collect()
}

pub(super) fn check_table(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        for kind in ["[dependencies]", "[dev-dependencies]", "[build-dependencies]"] {
            for (at, line) in section(&file.text, kind).filter(|(_, line)| line.contains('=')) {
                if !line.contains("workspace = true") {
                    findings.push(Finding::new(
                        format!("{}:{at}", file.path),
                        "versions stand in the root table, so that all crates have the same: write `NAME.workspace = true`",
                    ));
                }
            }
        }
    }
    findings
}

pub(super) fn check_doubles(repository: &Repository) -> Vec<Finding> {
    doubles(repository, DOUBLES)
}

fn doubles(repository: &Repository, allowed: &[(&str, &str)]) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &repository.packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let is_double = |name: &str| versions.get(name).is_some_and(|versions| versions.len() > 1);
    let mut findings: Vec<Finding> = versions
        .iter()
        .filter(|(name, versions)| versions.len() > 1 && !allowed.iter().any(|(allowed, _)| allowed == *name))
        .map(|(name, versions)| {
            Finding::new(*name, format!("is there as {}: built twice, and mended once", versions.join(" and ")))
        })
        .collect();
    let idle = allowed.iter().filter(|(name, _)| !is_double(name));
    findings.extend(
        idle.map(|(name, _)| Finding::new(*name, "is allowed to be there twice, but is not: take it off the list")),
    );
    findings
}

pub(super) fn check_origins(repository: &Repository) -> Vec<Finding> {
    let foreign =
        repository.packages.iter().filter(|package| package.source.as_deref().is_some_and(|source| source != REGISTRY));
    foreign
        .map(|package| Finding::new(&package.name, "does not come from crates.io, where it could not be taken away"))
        .collect()
}

/// The lines of a section of TOML that are no comments, with their numbers.
fn section<'a>(text: &'a str, head: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let lines = text.lines().enumerate().skip_while(move |(_, line)| line.trim() != head).skip(1);
    lines
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .map(|(at, line)| (at + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Package;

    #[test]
    fn a_dependency_without_a_word_is_found() {
        let check = |text: &str| check_comments(&Repository::of_files(&[("Cargo.toml", text)])).len();
        assert_eq!(check("[workspace.dependencies]\na = \"1\" # for lines\n"), 0);
        assert_eq!(check("[workspace.dependencies]\na = \"1\"\n\nb = \"2\"\n[other]\nc = \"3\"\n"), 2);
        assert_eq!(check("[workspace.dependencies]\nwire = { path = \"crates/wire\" }\n"), 0);
    }

    #[test]
    fn a_version_beside_the_table_is_found() {
        let check = |text: &str| check_table(&Repository::of_files(&[("crates/a/Cargo.toml", text)])).len();
        assert_eq!(check("[dependencies]\na.workspace = true\nb = { workspace = true, optional = true }\n"), 0);
        assert_eq!(check("[dependencies]\na = \"1\"\n[dev-dependencies]\nb = { path = \"../b\" }\n"), 2);
    }

    fn packages(list: &[(&str, &str)]) -> Repository {
        let package = |(name, version): &(&str, &str)| Package {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            ..Package::default()
        };
        Repository::of_packages(list.iter().map(package).collect())
    }

    #[test]
    fn two_versions_are_found_unless_allowed_and_so_is_an_idle_permission() {
        assert_eq!(doubles(&packages(&[("a", "1.0.0"), ("a", "2.0.0"), ("b", "1.0.0")]), &[]).len(), 1);
        assert_eq!(doubles(&packages(&[("a", "1.0.0"), ("a", "2.0.0")]), &[("a", "why")]).len(), 0);
        assert_eq!(doubles(&packages(&[("a", "1.0.0")]), &[("a", "why")]).len(), 1);
    }

    #[test]
    fn a_package_from_elsewhere_is_found() {
        let check = |source: Option<&str>| {
            let source = source.map(str::to_owned);
            check_origins(&Repository::of_packages(vec![Package { source, ..Package::default() }])).len()
        };
        assert_eq!((check(None), check(Some(REGISTRY)), check(Some("git+https://example.org/a"))), (0, 0, 1));
    }
}
