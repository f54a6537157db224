//! What somebody who looks is told, in order.

use crate::sample::{Bench, Site, long, with_head};
use site::{Client, Step, Witness, select};

#[derive(Default)]
struct Notes(Vec<String>);

impl Witness for Notes {
    fn step(&mut self, step: Step<'_>) {
        let text = format!("{step:?}");
        // Tag and metadata depend on how files are numbered; that there are some is enough.
        let name = ["(\"\\\"", "(Metadata"].iter().find_map(|mark| Some(text.split_once(mark)?.0.to_owned()));
        self.0.push(name.unwrap_or(text));
    }
}

#[track_caller]
fn check(site: &Site, request: &str, expected: &[&str]) {
    let mut notes = Notes::default();
    let _ = with_head(request, |head| {
        select(&site.options, head, &Client::UNKNOWN, site.now, &site.tree, &Bench, &mut notes)
    });
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
            "Found(/a/, Directory)",
            "Found(/a/index.html, File)",
            "Index(/a/index.html)",
            "Charset(Some(\"utf-8\"), Bytes)",
            "MediaType(\"text/html; charset=utf-8\")",
            "Refused(/a/index.html.br, Missing)",
            "Found(/a/index.html.gz, File)",
            "Sibling(/a/index.html.gz, Gzip)",
            "Bytes",
            "EntityTag",
            "Answer(Status(206))",
        ],
    );
    check(&site, "GET /a", &["Path(/a)", "Found(/a, Directory)", "Redirect(\"/a/\")"]);
    check(&site, "GET /.git/x", &["Path(/.git/x)", "Hidden(/.git/x)", "Refused(/404.html, Missing)"]);
    check(&site, "GET /-/status", &["Path(/-/status)", "BuiltIn(/-/status)"]);
    check(&site, "GET /%00", &[]);
}

#[track_caller]
fn check_plain(site: &Site, request: &str, expected: &str) {
    let mut notes = Notes::default();
    let _ = with_head(request, |head| {
        select(&site.options, head, &Client::UNKNOWN, site.now, &site.tree, &Bench, &mut notes)
    });
    let found = notes.0.iter().find(|note| note.starts_with("Plain") || note.starts_with("Compressed"));
    assert_eq!(found.map(String::as_str), Some(expected), "{request}");
}

#[test]
fn what_is_not_compressed_says_why() {
    let site = Site::new(&[
        ("a.txt", &long('a')),
        ("b.txt", "short"),
        ("c.txt", ""),
        ("d.txt", &long('!')),
        ("e.png", &long('e')),
    ]);
    check_plain(&site, "GET /a.txt\nAccept-Encoding: gzip", "Compressed(Gzip)");
    check_plain(&site, "GET /a.txt", "Plain(Client)");
    check_plain(&site, "GET /a.txt\nAccept-Encoding: identity, gzip;q=0.5", "Plain(Client)");
    check_plain(&site, "GET /b.txt\nAccept-Encoding: gzip", "Plain(Small)");
    check_plain(&site, "GET /c.txt\nAccept-Encoding: gzip", "Plain(Empty)");
    check_plain(&site, "GET /d.txt\nAccept-Encoding: gzip", "Plain(NotSmaller)");
    check_plain(&site, "GET /e.png\nAccept-Encoding: gzip", "Plain(Type)");
    let site = site.with(|options| options.compress = false);
    check_plain(&site, "GET /a.txt\nAccept-Encoding: gzip", "Plain(Off)");
}

#[test]
fn whoever_names_the_encoding_is_told() {
    let site = Site::new(&[("a.txt", "\0"), ("b.txt", "b"), ("c.png", "c")]);
    let charset = |site: &Site, request: &str| {
        let mut notes = Notes::default();
        let _ = with_head(request, |head| {
            select(&site.options, head, &Client::UNKNOWN, site.now, &site.tree, &Bench, &mut notes)
        });
        notes.0.into_iter().find(|note| note.starts_with("Charset")).unwrap_or_default()
    };
    assert_eq!(charset(&site, "GET /b.txt"), "Charset(Some(\"utf-8\"), Bytes)");
    assert_eq!(charset(&site, "GET /b.txt?charset=gbk"), "Charset(Some(\"gbk\"), Reader)");
    assert_eq!(charset(&site, "GET /a.txt"), "Charset(None, Nobody)");
    assert_eq!(charset(&site, "GET /c.png"), "Charset(None, Nobody)");
    let site = site.with(|options| options.default_charset = Some("big5".into()));
    assert_eq!(charset(&site, "GET /a.txt"), "Charset(Some(\"big5\"), Owner)");
    assert_eq!(charset(&site, "GET /c.png"), "Charset(None, Nobody)");
}
