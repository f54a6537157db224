//! Words that mean something on one machine only.

use super::Finding;
use crate::repository::Repository;

/// Written in two parts, so that this file is not found itself.
const PLACES: &[&str] =
    &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/tmp/tar", "get"), concat!(".cargo/regi", "stry")];

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &repository.files {
        for (at, line) in file.text.lines().enumerate() {
            for place in PLACES.iter().filter(|place| names(line, place)) {
                findings.push(Finding::new(
                    format!("{}:{}", file.path, at + 1),
                    format!("{place} is a place on one machine: say it by the root of the repository, or not at all"),
                ));
            }
        }
    }
    findings
}

/// Whether the place stands there by itself, and not within a longer path.
fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        !place.starts_with('/') || !line[..at].ends_with(|char: char| char.is_alphanumeric() || "-_./".contains(char))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(line: &str, expected: usize) {
        assert_eq!(check(&Repository::of_files(&[("README.md", line)])).len(), expected, "{line}");
    }

    #[test]
    fn places_on_one_machine_are_found() {
        check_line(concat!("see /wo", "rk/main/a.rs"), 1);
        check_line(concat!("`/ro", "ot/.profile`"), 1);
        check_line("GET /art/work/a.html and /home/a", 0);
        check_line(concat!("at ~/.cargo/regi", "stry/src"), 1);
    }
}
