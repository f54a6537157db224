//! Media types and labels.

use crate::sample::{Site, long};

#[track_caller]
fn check(name: &str, content: &str, request: &str, expected: &str) {
    Site::new(&[(name, content)]).check_field(request, "Content-Type", expected);
}

fn gbk() -> Site {
    Site::new(&[]).files(|tree| {
        tree.write("a.html", b"\xd6\xd0\xce\xc4")
            .write("a.txt", b"\xd6\xd0")
            .write("a.svg", b"\xd6")
            .write("a", b"\xd6");
    })
}

#[test]
fn a_text_is_labelled_by_its_bytes() {
    gbk().check_field("GET /a.html", "Content-Type", "text/html; charset=gbk");
    gbk().check_field("GET /a.txt", "Content-Type", "text/plain; charset=gbk");
    check("a.css", "x", "GET /a.css", "text/css; charset=utf-8");
    check("a.js", "x", "GET /a.js", "text/javascript; charset=utf-8");
    check("a.xml", "x", "GET /a.xml", "application/xml; charset=utf-8");
}

#[test]
fn what_is_no_text_has_no_label() {
    gbk().check_field("GET /a.svg", "Content-Type", "image/svg+xml");
    check("a.png", "x", "GET /a.png", "image/png");
    check("a.png", "x", "GET /a.png?charset=gbk", "image/png");
    check("a.json", "{}", "GET /a.json", "application/json");
    check("a.json", "{}", "GET /a.json?charset=gbk", "application/json");
    check("a.pdf", "x", "GET /a.pdf", "application/pdf");
    check("a.txt", "\0", "GET /a.txt", "text/plain");
}

#[test]
fn a_name_that_says_nothing_is_looked_into() {
    gbk().check_field("GET /a", "Content-Type", "text/plain; charset=gbk");
    check("NEWS", "text", "GET /NEWS", "text/plain; charset=utf-8");
    check("data.zzzz", "\0\x01", "GET /data.zzzz", "application/octet-stream");
    check("empty.zzzz", "", "GET /empty.zzzz", "application/octet-stream");
    check("huge.zzzz", &"a".repeat((1 << 20) + 1), "GET /huge.zzzz", "application/octet-stream");
    check("NEWS", "text", "GET /NEWS?charset=gbk", "text/plain; charset=gbk");
}

#[test]
fn a_reader_can_ask_for_another_label() {
    let site = gbk();
    site.check_field("GET /a.html?charset=big5", "Content-Type", "text/html; charset=big5");
    site.check_field("GET /a.html?charset=GB2312", "Content-Type", "text/html; charset=gbk");
    site.check_field("GET /a.html?charset=utf-7", "Content-Type", "text/html; charset=gbk");
    site.check_field("GET /a.html?charset=", "Content-Type", "text/html; charset=gbk");
    let bytes = |request| crate::sample::bytes(&site.response(request).content);
    assert_eq!(bytes("GET /a.html?charset=big5"), bytes("GET /a.html"));
}

#[test]
fn nothing_runs_under_a_label_that_a_link_chose() {
    let site = gbk();
    site.check_field("GET /a.html?charset=iso-2022-jp", "Content-Security-Policy", "sandbox");
    site.check_field("GET /a.html?charset=iso-2022-jp\nRange: bytes=0-1", "Content-Security-Policy", "sandbox");
    site.check_field("GET /a.html", "Content-Security-Policy", "-");
    site.check_field("GET /a.html?charset=utf-7", "Content-Security-Policy", "-");
    site.check_field("GET /a.txt?charset=big5", "Content-Security-Policy", "-");
}

#[test]
fn another_label_is_another_entity_tag() {
    let site = gbk();
    let tag = |request| site.response(request).field("ETag").unwrap().to_owned();
    assert_ne!(tag("GET /a.html"), tag("GET /a.html?charset=big5"));
    assert_eq!(tag("GET /a.html"), tag("GET /a.html?charset=gb2312"));
}

#[test]
fn the_owner_can_say_what_the_workshop_cannot() {
    let site =
        Site::new(&[("a.txt", "\0"), ("b.txt", "b")]).with(|options| options.default_charset = Some("gbk".into()));
    site.check_field("GET /a.txt", "Content-Type", "text/plain; charset=gbk");
    site.check_field("GET /b.txt", "Content-Type", "text/plain; charset=utf-8");
}

#[test]
fn every_answer_with_this_content_has_the_same_label() {
    let site = Site::new(&[("a.html", &long('a'))]);
    let label = "text/html; charset=utf-8";
    site.check_field("HEAD /a.html", "Content-Type", label);
    site.check_field("GET /a.html\nRange: bytes=0-1", "Content-Type", label);
    site.check_field("GET /a.html\nAccept-Encoding: br", "Content-Type", label);
    let several = site.response("GET /a.html\nRange: bytes=0-1,5-6");
    let text = String::from_utf8(crate::sample::bytes(&several.content)).unwrap();
    assert_eq!(text.matches(&format!("Content-Type: {label}\r\n")).count(), 2);
}

#[test]
fn a_download_has_its_name() {
    let site = Site::new(&[("d/文.txt", "x"), ("index.html", "")]).files(|tree| {
        tree.write(b"d/\xff\xfe.txt", "x");
    });
    site.check_field(
        "GET /d/%E6%96%87.txt?download",
        "Content-Disposition",
        "attachment; filename=\"_.txt\"; filename*=UTF-8''%E6%96%87.txt",
    );
    site.check_field("GET /?download", "Content-Disposition", "attachment; filename=\"index.html\"");
    site.check_field("GET /d/%E6%96%87.txt", "Content-Disposition", "-");
    site.check_field("GET /d/%E6%96%87.txt?download=1", "Content-Disposition", "-");
    let odd = site.response("GET /d/%FF%FE.txt?download");
    assert!(odd.field("Content-Disposition").unwrap().starts_with("attachment; filename=\""));
}
