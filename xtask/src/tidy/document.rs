//! Documents: what they link to is there, and the commands that they name exist.

use super::Finding;
use crate::command::COMMANDS;
use crate::repository::{Repository, TextFile};

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The materials to serve are not documents about us.
    let documents =
        repository.files.iter().filter(|file| file.path.ends_with(".md") && !file.path.contains("examples/"));
    for file in documents.filter(|file| !file.path.contains("/tests/")) {
        for (at, line) in file.text.lines().enumerate() {
            let place = || format!("{}:{}", file.path, at + 1);
            for target in links(line) {
                if !is_there(repository, file, target) {
                    findings.push(Finding::new(place(), format!("links to {target}, which is not there")));
                }
            }
            for name in commands(line) {
                if !COMMANDS.iter().any(|command| command.name == name) {
                    findings.push(Finding::new(place(), format!("names `cargo x {name}`, which is no command")));
                }
            }
        }
    }
    findings
}

/// Targets of `[text](target)` that are paths here.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.match_indices("](").filter_map(|(at, _)| line[at + 2..].split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.is_empty())
}

fn commands(line: &str) -> impl Iterator<Item = &str> {
    let rests = line.match_indices("cargo x ").map(|(at, mark)| &line[at + mark.len()..]);
    let names = rests.map(|rest| rest.split(|char: char| !char.is_ascii_lowercase()).next().unwrap_or_default());
    names.filter(|name| !name.is_empty())
}

fn is_there(repository: &Repository, file: &TextFile, target: &str) -> bool {
    let folder = file.path.rfind('/').map_or("", |slash| &file.path[..slash]);
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in target.split('#').next().unwrap_or_default().split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let path = segments.join("/");
    let folder = format!("{path}/");
    let is_text = repository.files.iter().any(|file| file.path == path || file.path.starts_with(&folder));
    // Pictures are no texts of the repository; they are there all the same.
    is_text || path.ends_with(".png") && crate::repository::root().join(&path).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(line: &str, expected: usize) {
        let files = [("docs/a.md", line), ("docs/b.md", ""), ("crates/wire/src/lib.rs", "")];
        assert_eq!(check(&Repository::of_files(&files)).len(), expected, "{line}");
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        check_line("[b](b.md) and [wire](../crates/wire) and [c](https://example.org/c.md) and [d](#d)", 0);
        check_line("[b](b.md#part)", 0);
        check_line("[b](../b.md)", 1);
        check_line("[b](b.md), [c](c.md), [d](d.md)", 2);
    }

    #[test]
    fn commands_that_do_not_exist_are_found() {
        check_line("run `cargo x test`, then `cargo x sim 7`", 0);
        check_line("run `cargo x frobnicate`", 1);
    }
}
