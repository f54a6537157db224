//! What somebody who looks is told, in order.

use crate::sample::{Bench, Site, long, with_head};
use site::{Step, Witness, select};

#[derive(Default)]
struct Notes(Vec<String>);

impl Witness for Notes {
    fn step(&mut self, step: Step<'_>) {
        let text = format!("{step:?}");
        // The tag depends on how files are numbered; that there is one is enough.
        self.0.push(text.split_once("(\"\\\"").map_or(text.clone(), |(name, _)| name.to_owned()));
    }
}

#[track_caller]
fn check(site: &Site, request: &str, expected: &[&str]) {
    let mut notes = Notes::default();
    let _ = with_head(request, |head| select(&site.options, head, site.now, &site.tree, &Bench, &mut notes));
    assert_eq!(notes.0, expected, "{request}");
}

#[test]
fn each_step_is_told() {
    let site = Site::new(&[("a/index.html", &long('a')), ("a/index.html.gz", "GZ")]);
    check(
        &site,
        "GET /a/\nAccept-Encoding: br, gzip\nRange: bytes=0-0",
        &[
            "Path(/a/)",
            "Found(/a/)",
            "Found(/a/index.html)",
            "Index(/a/index.html)",
            "MediaType(\"text/html; charset=utf-8\")",
            "Refused(/a/index.html.br, Missing)",
            "Found(/a/index.html.gz)",
            "Sibling(/a/index.html.gz, Gzip)",
            "EntityTag",
            "Answer(Status(206))",
        ],
    );
    check(&site, "GET /a", &["Path(/a)", "Found(/a)", "Redirect(\"/a/\")"]);
    check(&site, "GET /.git/x", &["Path(/.git/x)", "Hidden(/.git/x)", "Refused(/404.html, Missing)"]);
    check(&site, "GET /-/status", &["Path(/-/status)", "BuiltIn(/-/status)"]);
    check(&site, "GET /%00", &[]);
}
