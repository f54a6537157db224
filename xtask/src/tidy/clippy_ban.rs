//! What clippy forbids: each ban says why, and the room that has no clock has its bans.

use super::Finding;
use crate::repository::Repository;

/// The room that needs std but neither clock nor thread.
const SITE: &str = "crates/site/clippy.toml";

/// What is banned there at least.
const SITE_BANS: &[&str] = &["std::time::Instant::now", "std::time::SystemTime::now", "std::thread::spawn"];

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.files.iter().filter(|file| file.path.ends_with("clippy.toml")) {
        for (at, line) in file.text.lines().enumerate() {
            if line.contains("path = ") && !line.contains("reason = ") {
                findings
                    .push(Finding::new(format!("{}:{}", file.path, at + 1), "a ban without a reason teaches nothing"));
            }
        }
    }
    let text = repository.text(SITE).unwrap_or_default();
    for ban in SITE_BANS {
        if !text.contains(&format!("path = \"{ban}\"")) {
            findings.push(Finding::new(SITE, format!("does not ban {ban}: time and threads are arguments of site")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bans(count: usize, reason: &str) -> String {
        SITE_BANS[..count].iter().map(|path| format!("{{ path = \"{path}\"{reason} }},\n")).collect()
    }

    #[track_caller]
    fn check_site(text: &str, expected: usize) {
        assert_eq!(check(&Repository::of_files(&[(SITE, text)])).len(), expected);
    }

    #[test]
    fn site_keeps_its_bans_and_they_say_why() {
        check_site(&bans(3, ", reason = \"time is an argument\""), 0);
        check_site(&bans(2, ", reason = \"time is an argument\""), 1);
        check_site(&bans(3, ""), 3);
        check_site("", 3);
    }
}
