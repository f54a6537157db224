//! `cargo x check`: what a change must pass.

use super::test;
use crate::failure::Failure;
use crate::repository::Repository;
use crate::step::{Run, Step};
use crate::{install, tidy};

pub(super) fn command(_: &[String]) -> Result<(), Failure> {
    let mut run = Run::new();
    // Quickest first: what is told in seconds should not wait for minutes.
    run.step(&Step::cargo("format", &["fmt", "--all", "--check"]));
    run.own("house rules", || Repository::read().map(|repository| tidy::run(&repository)));
    run.own("tools for the tests", || install::all().map(|()| (1, 0)));
    run.step(&Step::cargo(
        "lints",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
    ));
    run.step(
        &Step::cargo("documents", &["doc", "--workspace", "--no-deps", "--locked"])
            .environment("RUSTDOCFLAGS", "--deny warnings"),
    );
    test::steps(&mut run);
    run.finish()
}
