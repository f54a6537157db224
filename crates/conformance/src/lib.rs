//! Requirements of the RFCs from outside, run against any server.
//!
//! A function per requirement of RFC 9110, RFC 9112, RFC 9113 and RFC 7541 that concerns an origin server of files, named as a sentence
//! that is true of a server that keeps it, in a file per chapter. They speak to the server by raw sockets, and share
//! no code with the server they test.

pub mod dialog;
pub mod finding;
pub mod http2;
pub mod known;
pub mod launch;
pub mod material;
pub mod report;
pub mod requirement;
pub mod response;
mod rfc7541;
mod rfc9110;
mod rfc9112;
mod rfc9113;
pub mod server;

pub use finding::Finding;
pub use requirement::{Level, Requirement};
pub use response::Response;
pub use server::Server;

/// All requirements, in the order of the RFCs.
pub fn requirements() -> Vec<&'static Requirement> {
    let http2 = rfc9113::CHAPTERS.iter().chain(rfc7541::CHAPTERS);
    rfc9110::CHAPTERS.iter().chain(rfc9112::CHAPTERS).chain(http2).copied().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_requirement_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = requirements().iter().map(|requirement| requirement.name).collect();
        assert_eq!(names.len(), requirements().len());
    }

    #[test]
    fn the_table_for_people_names_all_of_http_2_and_nothing_else() {
        let table = include_str!("../../../docs/http2-requirements.md");
        // Names of tests elsewhere stand behind the place where they are, or behind others of that place.
        let elsewhere = ["wire ", "process test ", "process tests "];
        let quoted: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
        let of_http2 = |requirement: &&&Requirement| matches!(requirement.rfc, 9113 | 7541);
        for requirement in requirements().iter().filter(of_http2) {
            assert!(quoted.contains(&requirement.name), "{} is not in docs/http2-requirements.md", requirement.name);
        }
        let names: BTreeSet<&str> = requirements().iter().map(|requirement| requirement.name).collect();
        for (at, name) in quoted.iter().enumerate().filter(|(_, name)| name.contains('_') && !name.contains('/')) {
            let before = table.split('`').nth(2 * at).unwrap_or_default();
            let is_elsewhere = elsewhere.iter().any(|place| before.ends_with(place)) || before == ", ";
            assert!(names.contains(name) || is_elsewhere, "{name} is no requirement");
        }
    }

    #[test]
    fn each_known_difference_names_a_requirement_and_has_a_reason() {
        let names: BTreeSet<&str> = requirements().iter().map(|requirement| requirement.name).collect();
        for known in known::QUARRY.iter().chain(known::NGINX) {
            assert!(names.contains(known.name), "{} is no requirement", known.name);
            assert!(!known.reason.is_empty(), "{} has no reason", known.name);
        }
    }
}
