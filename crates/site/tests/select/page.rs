//! What is made for people: Markdown, previews, built-in pages.

use crate::sample::Site;
use site::Page;

const NAVIGATION: &str = "Accept: text/html,*/*;q=0.8\nSec-Fetch-Dest: document";

fn site() -> Site {
    Site::new(&[("a.md", "# a"), ("b.png", "png"), ("-/assets/site.css", "own"), ("-x/y", "y"), ("d/README.md", "r")])
}

#[test]
fn markdown_is_rendered_for_people() {
    site().check(&format!("GET /a.md\n{NAVIGATION}"), "markdown /a.md");
    site().check("GET /a.md\nAccept: text/html", "markdown /a.md");
    site().check(&format!("HEAD /a.md\n{NAVIGATION}"), "markdown /a.md");
    site().check(&format!("GET /a.md\n{NAVIGATION}\nIf-None-Match: *"), "markdown /a.md");
}

#[test]
fn markdown_is_raw_for_programs_and_when_asked() {
    site().check("GET /a.md", "200 # a");
    site().check("GET /a.md\nAccept: */*", "200 # a");
    site().check("GET /a.md\nAccept: text/html\nSec-Fetch-Dest: empty", "200 # a");
    site().check(&format!("GET /a.md?raw\n{NAVIGATION}"), "200 # a");
    site().check(&format!("GET /a.md?download\n{NAVIGATION}"), "200 # a");
    site().check_field("GET /a.md", "Content-Type", "text/markdown; charset=utf-8");
    site().check_field("GET /a.md", "Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest");
    site().check_field("GET /a.md?raw", "Vary", "Accept-Encoding");
}

#[test]
fn raw_markdown_is_kept_only_where_nobody_gets_it_rendered() {
    assert!(site().keep("GET /a.md").is_none());
    assert!(site().keep("GET /a.md?raw").is_some());
    assert!(site().with(|options| options.markdown = false).keep("GET /a.md").is_some());
}

#[test]
fn markdown_can_be_left_as_it_is() {
    let request = format!("GET /a.md\n{NAVIGATION}");
    site().with(|options| options.markdown = false).check(&request, "200 # a");
    site().with(|options| options.prefix = None).check(&request, "200 # a");
}

#[test]
fn any_file_has_a_preview() {
    site().check("GET /b.png?preview", "preview /b.png -");
    site().check("GET /a.md?preview&charset=gb2312", "preview /a.md gbk");
    site().check("GET /b.png?preview=1", "200 png");
    site().check("GET /d/?preview", "listing /d/ Html");
    site().check("GET /nothing?preview", "error 404");
    site().with(|options| options.prefix = None).check("GET /b.png?preview", "200 png");
}

#[test]
fn a_photo_is_shown_small_by_the_picture_inside_of_it() {
    let large = "x".repeat(4 * 1024 * 1024 + 1);
    let site =
        || Site::new(&[("a.jpg", "small inside: tiny"), ("b.JPEG", "photo"), ("c.jpg", &large), ("d.png", &large)]);
    site().check("GET /a.jpg?thumbnail", "200 tiny");
    site().check("GET /a.jpg?thumbnail\nRange: bytes=1-2", "206 in");
    site().check_field("GET /a.jpg?thumbnail", "Content-Type", "image/jpeg");
    let (small, whole) = (site().keep("GET /a.jpg?thumbnail").unwrap(), site().keep("GET /a.jpg").unwrap());
    assert_ne!(small.etag, whole.etag);
    assert_eq!(small.evidence, whole.evidence);
    // One without stands for itself, unless it is large.
    site().check("GET /b.JPEG?thumbnail", "200 photo");
    site().check("GET /c.jpg?thumbnail", "404 <svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    assert!(site().keep("GET /c.jpg?thumbnail").is_none());
    // Nobody else means this by it.
    site().check("GET /a.jpg?thumbnail=1", "200 small inside: tiny");
    site().check("GET /d.png?thumbnail", &format!("200 {large}"));
    site().with(|options| options.prefix = None).check("GET /a.jpg?thumbnail", "200 small inside: tiny");
}

#[test]
fn built_in_pages_live_below_the_prefix() {
    site().check("GET /-/find?q=a%20b", "built-in find q=a%20b");
    site().check("GET /-/status", "built-in status -");
    site().check("GET /-/", "built-in  -");
    site().check("GET /-", "built-in  -");
    site().check("GET /%2d/status", "built-in status -");
    site().check("GET /a/../-/status", "built-in status -");
    site().check("GET /-/assets/site.css", "asset site.css");
    site().check("GET /-/%ff", "error 404");
    site().check("GET /-x/y", "200 y");
    site().check("POST /-/find", "error 405 GET, HEAD, OPTIONS");
}

#[test]
fn the_prefix_can_be_changed_or_switched_off() {
    let other = site().with(|options| options.prefix = Some("/.quarry/".into()));
    other.check("GET /.quarry/status", "built-in status -");
    other.check("GET /-/assets/site.css", "200 own");
    let off = site().with(|options| options.prefix = None);
    off.check("GET /-/assets/site.css", "200 own");
    off.check("GET /-/status", "error 404");
    site().with(|options| options.prefix = Some("/".into())).check("GET /b.png", "200 png");
}

#[test]
fn an_error_page_knows_what_was_asked_for() {
    match site().select("GET /a%20b/c") {
        Ok(site::Selected::Page(Page::Error { path: Some(path), .. }, _)) => assert_eq!(path.as_bytes(), b"a b/c"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_of_the_owner_go_with_everything() {
    let site = Site::new(&[("a.png", "x"), ("404.html", ""), ("d/x", "")]);
    for request in ["GET /a.png", "GET /nothing", "GET /d", "OPTIONS *", "GET /a.png\nIf-None-Match: *"] {
        site.check_field(request, "X-Content-Type-Options", "nosniff");
        site.check_field(request, "Referrer-Policy", "strict-origin-when-cross-origin");
    }
    let bare = site.with(|options| (options.fields, options.cache_control) = (Vec::new(), None));
    bare.check_field("GET /a.png", "X-Content-Type-Options", "-");
    bare.check_field("GET /a.png", "Cache-Control", "-");
}
