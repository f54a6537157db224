//! Licences of what we build on: nothing that asks more than naming its authors.

use super::Finding;
use crate::repository::Repository;

/// SPDX names that we take.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "NCSA",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
];

/// Packages under another licence, each with the reason that makes it bearable.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("cssparser", "MPL-2.0", "asks for the source of its own files only, which are unchanged; comes with ammonia"),
    ("dtoa-short", "MPL-2.0", "asks for the source of its own files only, which are unchanged; comes with cssparser"),
    ("webpki-root-certs", "CDLA-Permissive-2.0", "named by a client of instant-acme that we switch off: never built"),
    ("nucleo-matcher", "MPL-2.0", "asks for the source of its own files only, which are unchanged"),
];

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    judge(repository, EXCEPTIONS)
}

fn judge(repository: &Repository, exceptions: &[(&str, &str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let licence = package.licence.as_deref().unwrap_or("none");
        let is_exception = exceptions.iter().any(|(name, known, _)| *name == package.name && *known == licence);
        if !is_exception && !is_allowed(licence) {
            findings.push(Finding::new(
                &package.name,
                format!("its licence, {licence}, may ask more of users than naming its authors"),
            ));
        }
    }
    for (name, licence, _) in exceptions {
        let is_met =
            |package: &crate::repository::Package| package.name == *name && package.licence.as_deref() == Some(licence);
        if !repository.packages.iter().any(is_met) {
            findings.push(Finding::new(*name, "is an exception for licences, but is not there: take it off the list"));
        }
    }
    findings
}

/// Whether an SPDX expression can be met with what we take. `AND` binds closer than `OR`; old packages write `/` for `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any_of(&mut words);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>) -> bool {
    let mut met = all_of(words);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words);
    }
    met
}

fn all_of(words: &mut Words<'_>) -> bool {
    let mut met = one(words);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words);
    }
    met
}

fn one(words: &mut Words<'_>) -> bool {
    match words.next() {
        Some("(") => {
            let met = any_of(words);
            words.next() == Some(")") && met
        }
        Some(name) => {
            // An exception only gives more rights than the licence that it stands behind.
            if words.next_if_eq(&"WITH").is_some() {
                words.next();
            }
            ALLOWED.contains(&name)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Package;

    #[track_caller]
    fn check_expression(expression: &str, expected: bool) {
        assert_eq!(is_allowed(expression), expected, "{expression}");
    }

    #[test]
    fn one_way_to_permissive_is_enough_but_every_part_must_be() {
        check_expression("MIT", true);
        check_expression("MIT/Apache-2.0", true);
        check_expression("MIT OR GPL-3.0", true);
        check_expression("MIT AND GPL-3.0", false);
        check_expression("(MIT OR GPL-3.0) AND Zlib", true);
        check_expression("GPL-3.0 AND MIT OR ISC", true);
        check_expression("Apache-2.0 WITH LLVM-exception", true);
        check_expression("GPL-3.0 WITH Classpath-exception-2.0", false);
        check_expression("AGPL-3.0-only", false);
        check_expression("none", false);
        check_expression("", false);
        check_expression("MIT)", false);
    }

    #[test]
    fn an_exception_that_matches_nothing_is_found() {
        let package = Package { name: "a".to_owned(), licence: Some("MPL-2.0".to_owned()), ..Package::default() };
        let there = Repository::of_packages(vec![package]);
        assert_eq!(judge(&there, &[]).len(), 1);
        assert_eq!(judge(&there, &[("a", "MPL-2.0", "why")]).len(), 0);
        assert_eq!(judge(&Repository::default(), &[("a", "MPL-2.0", "why")]).len(), 1);
        // Its licence changed: the exception was not made for that.
        assert_eq!(judge(&there, &[("a", "GPL-3.0", "why")]).len(), 2);
    }
}
