//! Names of modules.

use super::Finding;
use crate::repository::Repository;

/// Names that say nothing about what is inside, so that anything ends up there.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "base", "misc"];

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.sources() {
        let segments = file.path.trim_end_matches(".rs").split('/');
        if let Some(name) = segments.into_iter().find(|segment| EMPTY_NAMES.contains(segment)) {
            findings.push(Finding::new(
                &file.path,
                format!("`{name}` does not say what it holds, so anything ends up there"),
            ));
        }
        for (at, line) in file.text.lines().enumerate() {
            let words = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let name = words.strip_prefix("mod ").map(|rest| rest.trim_end_matches(" {"));
            if name.is_some_and(|name| EMPTY_NAMES.contains(&name)) {
                findings.push(Finding::new(
                    format!("{}:{}", file.path, at + 1),
                    "the module's name does not say what it holds",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_file(path: &str, text: &str, expected: usize) {
        assert_eq!(check(&Repository::of_files(&[(path, text)])).len(), expected);
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        check_file("crates/a/src/utils.rs", "", 1);
        check_file("crates/a/src/common/range.rs", "", 1);
        check_file("crates/a/src/lib.rs", "pub(crate) mod helpers {\n", 1);
        check_file("crates/a/src/database.rs", "mod baseline;\n", 0);
    }
}
