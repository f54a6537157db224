//! The decision records: numbered without a gap, so that a number means one record for ever.

use super::Finding;
use crate::repository::Repository;

const FOLDER: &str = "docs/decisions/";

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut records: Vec<_> = repository.files.iter().filter(|file| file.path.starts_with(FOLDER)).collect();
    records.sort_by(|a, b| a.path.cmp(&b.path));
    for (at, file) in records.iter().enumerate() {
        let number = format!("{:04}", at + 1);
        let name = &file.path[FOLDER.len()..];
        if !name.starts_with(&format!("{number}-")) || !name.ends_with(".md") {
            findings.push(Finding::new(
                &file.path,
                format!("expected {number}-name.md here: numbers have no gap and none is used twice"),
            ));
        } else if !file.text.starts_with(&format!("# {number}: ")) {
            findings.push(Finding::new(
                &file.path,
                format!("its first line should be `# {number}: ` and what was decided"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_records(records: &[(&str, &str)], expected: usize) {
        assert_eq!(check(&Repository::of_files(records)).len(), expected);
    }

    #[test]
    fn gaps_doubles_and_wrong_titles_are_found() {
        let first = ("docs/decisions/0001-a.md", "# 0001: a\n");
        check_records(&[first, ("docs/decisions/0002-b.md", "# 0002: b\n")], 0);
        check_records(&[first, ("docs/decisions/0003-b.md", "# 0003: b\n")], 1);
        check_records(&[first, ("docs/decisions/0001-b.md", "# 0001: b\n")], 1);
        check_records(&[first, ("docs/decisions/0002-b.md", "# b\n")], 1);
    }
}
