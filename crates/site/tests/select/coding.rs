//! Content codings: siblings, the workshop, what the client takes.

use crate::sample::{Elsewhere, Site, long};
use semantics::Timestamp;
use site::Refusal;

fn site() -> Site {
    Site::new(&[("page.html", &long('p')), ("style.css", &long('s')), ("style.css.br", "BR"), ("style.css.gz", "GZ")])
}

#[track_caller]
fn check(site: &Site, request: &str, outcome: &str, coding: &str) {
    site.check(request, outcome);
    site.check_field(request, "Content-Encoding", coding);
}

#[test]
fn a_sibling_is_sent() {
    check(&site(), "GET /style.css\nAccept-Encoding: gzip, deflate, br, zstd", "200 BR", "br");
    check(&site(), "GET /style.css\nAccept-Encoding: gzip, zstd;q=0.5", "200 GZ", "gzip");
    check(&site(), "GET /style.css\nAccept-Encoding: br;q=0.5, gzip", "200 GZ", "gzip");
    check(&site(), "GET /style.css\nAccept-Encoding: br;q=0, gzip", "200 GZ", "gzip");
}

#[test]
fn a_sibling_goes_before_what_the_workshop_would_make_better() {
    let site = Site::new(&[("a.css", &long('a')), ("a.css.gz", "GZ")]);
    check(&site, "GET /a.css\nAccept-Encoding: gzip, br, zstd", "200 GZ", "gzip");
    check(&site, "GET /a.css\nAccept-Encoding: br", "200 br(a)", "br");
}

#[test]
fn without_sibling_the_workshop_compresses() {
    check(&site(), "GET /page.html\nAccept-Encoding: gzip, deflate, br, zstd", "200 br(p)", "br");
    check(&site(), "GET /page.html\nAccept-Encoding: gzip, zstd", "200 zstd(p)", "zstd");
    check(&site(), "GET /page.html\nAccept-Encoding: gzip", "200 gzip(p)", "gzip");
    check(&site(), "GET /page.html\nAccept-Encoding: *", "200 br(p)", "br");
}

#[test]
fn who_asks_for_none_gets_none() {
    let plain = format!("200 {}", long('p'));
    check(&site(), "GET /page.html", &plain, "-");
    check(&site(), "GET /page.html\nAccept-Encoding:", &plain, "-");
    check(&site(), "GET /page.html\nAccept-Encoding: deflate", &plain, "-");
    check(&site(), "GET /page.html\nAccept-Encoding: identity, br;q=0.5", &plain, "-");
    check(&site(), "GET /page.html\nAccept-Encoding: gzip;q=0", &plain, "-");
}

#[test]
fn whatever_may_be_coded_says_what_it_depends_on() {
    for request in ["GET /page.html", "GET /page.html\nAccept-Encoding: br", "HEAD /style.css\nAccept-Encoding: gzip"] {
        site().check_field(request, "Vary", "Accept-Encoding");
    }
    Site::new(&[("a.png", &long('a'))]).check_field("GET /a.png\nAccept-Encoding: br", "Vary", "-");
    let off = site().with(|options| (options.siblings, options.compress) = (false, false));
    off.check_field("GET /page.html\nAccept-Encoding: br", "Vary", "-");
    off.check_field("GET /page.html\nAccept-Encoding: br", "Content-Encoding", "-");
}

#[test]
fn each_coding_has_its_own_entity_tag() {
    let site = site();
    let tag = |codings| {
        site.response(&format!("GET /page.html\nAccept-Encoding: {codings}")).field("ETag").map(str::to_owned)
    };
    let tags = [tag(""), tag("br"), tag("zstd"), tag("gzip")];
    assert!(tags.iter().all(|tag| tags.iter().filter(|other| *other == tag).count() == 1), "{tags:?}");
}

#[test]
fn an_old_sibling_is_of_another_text() {
    let mut site = site();
    site.tree.set_modified("style.css.br", Timestamp::from_seconds(10));
    check(&site, "GET /style.css\nAccept-Encoding: gzip, br", "200 GZ", "gzip");
    site.tree.set_modified("style.css.gz", Timestamp::from_seconds(10));
    check(&site, "GET /style.css\nAccept-Encoding: gzip, br", "200 br(s)", "br");
}

#[test]
fn a_sibling_that_is_no_file_or_empty_or_unreadable_is_none() {
    let site = Site::new(&[("a.css", "a"), ("a.css.br/x", ""), ("a.css.gz", ""), ("a.css.zst", "Z")]).files(|tree| {
        tree.forbid("a.css.zst");
    });
    check(&site, "GET /a.css\nAccept-Encoding: br, gzip, zstd", "200 a", "-");
}

#[test]
fn a_sibling_that_fails_does_not_fail_the_file() {
    let site = Site::new(&[("a.css", "a")]).files(|tree| {
        tree.break_down("a.css.br", "input/output error").break_down("404.html", "input/output error");
    });
    check(&site, "GET /a.css\nAccept-Encoding: br", "200 a", "-");
    assert!(site.keep("GET /a.css\nAccept-Encoding: br").is_none());
    site.check("GET /nothing", "error 404");
}

#[test]
fn a_sibling_asked_for_by_its_own_name_is_a_file() {
    check(&site(), "GET /style.css.gz\nAccept-Encoding: gzip, br", "200 GZ", "-");
    site().check_field("GET /style.css.gz", "Content-Type", "application/gzip");
    site().check_field("GET /style.css.gz", "Vary", "-");
    Site::new(&[("b.css.gz", "GZ")]).check("GET /b.css\nAccept-Encoding: gzip", "error 404");
}

#[test]
fn media_and_small_or_huge_texts_are_left_alone() {
    let codings = "Accept-Encoding: br, gzip";
    let png = Site::new(&[("a.png", &long('a')), ("a.png.br", "BR")]);
    check(&png, &format!("GET /a.png\n{codings}"), &format!("200 {}", long('a')), "-");
    let small = Site::new(&[("a.txt", &"a".repeat(1023)), ("b.txt", &"b".repeat(1024))]);
    small.check_field(&format!("GET /a.txt\n{codings}"), "Content-Encoding", "-");
    small.check_field(&format!("GET /b.txt\n{codings}"), "Content-Encoding", "br");
    let huge = Site::new(&[("a.txt", &"a".repeat((8 << 20) + 1))]);
    huge.check_field(&format!("HEAD /a.txt\n{codings}"), "Content-Encoding", "-");
}

#[test]
fn what_does_not_get_smaller_is_sent_as_it_is() {
    let site = Site::new(&[("a.txt", &long('!'))]);
    check(&site, "GET /a.txt\nAccept-Encoding: br, gzip", &format!("200 {}", long('!')), "-");
}

#[test]
fn who_refuses_identity_gets_a_coding_or_406() {
    let site = Site::new(&[("a.txt", "small"), ("a.png", "png"), ("b.txt", &long('!')), ("empty.txt", "")]);
    check(&site, "GET /a.txt\nAccept-Encoding: gzip, identity;q=0", "200 gzip(s)", "gzip");
    site.check("GET /a.txt\nAccept-Encoding: identity;q=0", "error 406");
    site.check("GET /a.png\nAccept-Encoding: gzip, identity;q=0", "error 406");
    site.check("GET /b.txt\nAccept-Encoding: gzip, *;q=0", "error 406");
    site.check("GET /empty.txt\nAccept-Encoding: *;q=0", "error 406");
}

#[test]
fn what_may_be_changing_is_not_compressed() {
    let mut site = site();
    site.now = Timestamp(site.tree.now.0 + 1_000_000);
    check(&site, "GET /page.html\nAccept-Encoding: br", &format!("200 {}", long('p')), "-");
    site.check_field("GET /page.html\nAccept-Encoding: br", "Vary", "Accept-Encoding");
}

#[test]
fn only_what_takes_long_waits() {
    let site = Site::new(&[("a.txt", &long('a')), ("a.png", "png"), ("a.json", &long('{')), ("b.json", "{}")]);
    let waits = |request| site.select_with(request, &Elsewhere).err() == Some(Refusal::WouldWait);
    assert!(waits("GET /a.txt"));
    assert!(!waits("GET /a.txt?charset=utf-8"));
    assert!(waits("GET /a.txt?charset=utf-8\nAccept-Encoding: br"));
    assert!(!waits("GET /a.png\nAccept-Encoding: br"));
    assert!(!waits("GET /a.json"));
    assert!(waits("GET /a.json\nAccept-Encoding: br"));
    assert!(!waits("GET /b.json\nAccept-Encoding: br"));
    assert!(!waits("GET /nothing"));
    assert!(!waits("GET /"));
}

#[test]
fn the_fast_path_looks_once_before_it_waits() {
    let site = Site::new(&[("a.html", &long('a')), ("a.png", "png")]);
    let looks = |request| {
        site.tree.take_opened();
        let _ = site.select_with(request, &Elsewhere);
        site.tree.take_opened()
    };
    assert_eq!(looks("GET /a.html\nAccept-Encoding: br, gzip, zstd"), 1);
    assert_eq!(looks("GET /a.png\nAccept-Encoding: br, gzip, zstd"), 1);
}
