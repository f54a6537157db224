//! Marks that something is not done, and files that have grown too long.

use super::Finding;
use crate::repository::Repository;

/// What does not reach the main branch, and why. Written in two parts, so that this file is not found itself.
const UNFINISHED: &[(&str, &str)] = &[
    (concat!("FIX", "ME"), "known to be wrong: mend it, or assert today's wrong answer in a test"),
    (concat!("dbg", "!("), "left over from a search"),
    (concat!("todo", "!("), "panics when reached"),
    (concat!("unimplemented", "!("), "panics when reached"),
    (concat!("#[", "ignore"), "an ignored test proves nothing: assert today's wrong answer and say why it is wrong"),
];

/// Past this a file is two.
const LINES_MAX: usize = 600;

pub(super) fn check_unfinished(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.sources() {
        for (at, line) in file.text.lines().enumerate() {
            for (mark, reason) in UNFINISHED {
                if line.contains(mark) {
                    findings.push(Finding::new(format!("{}:{}", file.path, at + 1), format!("{mark} {reason}")));
                }
            }
            let comment = line.split_once("//").map_or("", |(_, comment)| comment);
            if let Some((_, reason)) = comment.split_once(concat!("TO", "DO"))
                && reason.split_whitespace().count() < 3
            {
                findings.push(Finding::new(format!("{}:{}", file.path, at + 1), "does not say why it can wait"));
            }
        }
    }
    findings
}

pub(super) fn check_length(repository: &Repository) -> Vec<Finding> {
    let lengths = repository.sources().map(|file| (file, file.text.lines().count()));
    lengths
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(file, lines)| {
            Finding::new(&file.path, format!("{lines} lines, more than {LINES_MAX}: which part wants its own file?"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(line: &str, expected: usize) {
        assert_eq!(check_unfinished(&Repository::of_files(&[("crates/a/src/lib.rs", line)])).len(), expected, "{line}");
    }

    #[test]
    fn what_is_unfinished_is_found() {
        check_line(concat!("// FIX", "ME: wrong"), 1);
        check_line(concat!("dbg", "!(a);"), 1);
        check_line(concat!("todo", "!()"), 1);
        check_line(concat!("unimplemented", "!()"), 1);
        check_line(concat!("#[", "ignore]"), 1);
        check_line(concat!("#[", "ignore = \"slow\"]"), 1);
        check_line(concat!("// TO", "DO"), 1);
        check_line(concat!("// TO", "DO: faster with a table, once it shows"), 0);
        check_line(concat!("(\"TO", "DO\", Text),"), 0);
    }

    #[test]
    fn a_long_file_is_found() {
        let check = |lines: usize| check_length(&Repository::of_files(&[("a.rs", &"\n".repeat(lines))])).len();
        assert_eq!((check(600), check(601)), (0, 1));
    }
}
