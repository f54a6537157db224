//! Index files, slashes, what is missing, clean targets, the single-page application.

use crate::sample::Site;

const NAVIGATION: &str = "Accept: text/html,*/*;q=0.8";

#[test]
fn an_index_file_stands_for_its_folder() {
    let site =
        Site::new(&[("index.html", "root"), ("a/index.htm", "old"), ("b/index.htm", "2"), ("b/index.html", "1")]);
    site.check("GET /", "200 root");
    site.check("GET /index.html", "200 root");
    site.check("GET /a/", "200 old");
    site.check("GET /b/", "200 1");
    site.check("HEAD /", "200 root");
}

#[test]
fn an_index_that_is_no_file_is_passed_over() {
    let site = Site::new(&[("a/index.html/x", ""), ("a/index.htm", "file")]);
    site.check("GET /a/", "200 file");
}

#[test]
fn an_index_that_cannot_be_read_still_hides_its_folder() {
    let site = Site::new(&[("a/index.html", "secret")]).files(|tree| {
        tree.forbid("a/index.html");
    });
    site.check("GET /a/", "error 403");
    site.check("GET /a/?archive=zip", "archive /a/ Zip");
}

#[test]
fn a_folder_without_slash_is_sent_to_the_one_with_it() {
    let site = Site::new(&[("a/b c/文.txt", "x")]);
    site.check("GET /a", "301");
    site.check_field("GET /a", "Location", "/a/");
    site.check_field("GET /a?x=1&y", "Location", "/a/?x=1&y");
    site.check_field("GET /a?", "Location", "/a/?");
    site.check_field("GET /a/b%20c", "Location", "/a/b%20c/");
    site.check_field("HEAD /a", "Location", "/a/");
    site.check_field("GET /a", "Cache-Control", "no-cache");
    site.check_field("GET /a", "X-Content-Type-Options", "nosniff");
}

#[test]
fn a_file_with_a_slash_is_missing() {
    let site = Site::new(&[("a.txt", "x")]);
    site.check("GET /a.txt/", "error 404");
    site.check("GET /a.txt/b", "error 404");
    site.with(|options| options.clean_urls = true).check_field("GET /a.txt/?q", "Location", "/a.txt?q");
}

#[test]
fn a_folder_is_listed_for_people_and_programs() {
    let site = Site::new(&[("a/x", "")]);
    site.check("GET /a/", "listing /a/ Html");
    site.check("GET /a/?format=json", "listing /a/ Json");
    site.check("GET /a/\nAccept: application/json", "listing /a/ Json");
    site.check("GET /a/\nAccept: application/json, text/plain, */*", "listing /a/ Json");
    site.check("GET /a/\nAccept: text/html, application/json", "listing /a/ Html");
    site.check("GET /a/?format=html\nAccept: application/json", "listing /a/ Html");
    site.check("HEAD /a/", "listing /a/ Html");
}

#[test]
fn a_folder_can_be_had_as_a_whole() {
    let site = Site::new(&[("a/x", ""), ("b/index.html", "page")]);
    site.check("GET /a/?archive=zip", "archive /a/ Zip");
    site.check("GET /a/?archive=tar", "archive /a/ Tar");
    site.check("GET /b/?archive=zip", "archive /b/ Zip");
    site.check("GET /a/?archive=exe", "listing /a/ Html");
    site.check_field("GET /a?archive=zip", "Location", "/a/?archive=zip");
    site.with(|options| options.archive = false).check("GET /a/?archive=zip", "listing /a/ Html");
}

#[test]
fn with_listings_off_a_folder_without_index_is_missing() {
    let site = Site::new(&[("a/x", "file"), ("b/index.html", "page")]).with(|options| options.listing = false);
    site.check("GET /a/", "error 404");
    site.check("GET /a", "error 404");
    site.check("GET /a/?archive=zip", "error 404");
    site.check("GET /a/?format=json", "error 404");
    site.check("GET /a/x", "200 file");
    site.check("GET /b/", "200 page");
    site.check("GET /b", "301");
}

#[test]
fn clean_targets_leave_out_html() {
    let site = Site::new(&[("about.html", "about"), ("a/b.html", "b"), ("docs/x", ""), ("docs.html", "docs")])
        .with(|options| options.clean_urls = true);
    site.check("GET /about", "200 about");
    site.check_field("GET /about", "Content-Type", "text/html; charset=utf-8");
    site.check("GET /about.html", "200 about");
    site.check_field("GET /about/", "Location", "/about");
    site.check("GET /a/b", "200 b");
    site.check("GET /docs", "200 docs");
    site.check("GET /docs/", "listing /docs/ Html");
    site.check("GET /nothing", "error 404");
    site.with(|options| options.clean_urls = false).check("GET /about", "error 404");
}

#[test]
fn the_nearest_404_html_speaks_for_what_is_missing() {
    let site = Site::new(&[("404.html", "root"), ("zh/404.html", "zh"), ("zh/a/b.html", "")]);
    site.check("GET /nothing", "404 root");
    site.check("GET /no/thing", "404 root");
    site.check("GET /zh/nothing", "404 zh");
    site.check("GET /zh/a/nothing", "404 zh");
    site.check("GET /404.html", "200 root");
    site.check("HEAD /nothing", "404 root");
    site.check_field("GET /nothing", "Content-Type", "text/html; charset=utf-8");
    site.check_field("GET /nothing?charset=gbk", "Content-Type", "text/html; charset=utf-8");
    site.with(|options| options.not_found = None).check("GET /nothing", "error 404");
}

#[test]
fn a_404_html_has_no_conditions() {
    let site = Site::new(&[("404.html", "gone")]);
    site.check("GET /x\nIf-None-Match: *", "404 gone");
    site.check("GET /x\nIf-Match: \"a\"", "404 gone");
    site.check("GET /x\nRange: bytes=0-0", "404 gone");
    site.check_field("GET /x", "ETag", "-");
    site.check_field("GET /x", "Last-Modified", "-");
    site.check_field("GET /x", "Accept-Ranges", "-");
    assert!(site.keep("GET /x").is_none());
}

#[test]
fn a_deep_target_costs_few_looks() {
    let site = Site::new(&[("404.html", "root")]);
    site.tree.take_opened();
    site.check(&format!("GET {}", "/a".repeat(1000)), "404 root");
    assert!(site.tree.take_opened() <= 17);
}

#[test]
fn the_application_answers_navigations() {
    let site =
        Site::new(&[("index.html", "app"), ("a.js", "js")]).with(|options| options.spa = Some("/index.html".into()));
    site.check(&format!("GET /users/7\n{NAVIGATION}"), "200 app");
    site.check(&format!("GET /users/7\n{NAVIGATION}\nSec-Fetch-Dest: document"), "200 app");
    site.check_field(&format!("GET /users/7\n{NAVIGATION}"), "Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest");
    site.check("GET /users/7", "error 404");
    site.check("GET /users/7\nAccept: */*", "error 404");
    site.check("GET /api/7\nAccept: application/json", "error 404");
    site.check(&format!("GET /app.3f2a.js\n{NAVIGATION}"), "error 404");
    site.check(&format!("GET /x\n{NAVIGATION}\nSec-Fetch-Dest: script"), "error 404");
    site.check(&format!("GET /.git/users\n{NAVIGATION}"), "error 404");
    site.check("GET /a.js", "200 js");
    assert!(site.keep(&format!("GET /users/7\n{NAVIGATION}")).is_none());
    assert!(site.keep(&format!("GET /\n{NAVIGATION}")).is_some());
}

#[test]
fn methods_are_those_of_a_folder() {
    let site = Site::new(&[("a.txt", "x")]);
    site.check("OPTIONS /a.txt", "204");
    site.check("OPTIONS *", "204");
    site.check("OPTIONS /nothing", "204");
    site.check_field("OPTIONS *", "Allow", "GET, HEAD, OPTIONS");
    for method in ["POST", "PUT", "DELETE", "CONNECT", "TRACE", "PATCH"] {
        site.check(&format!("{method} /a.txt"), "error 405 GET, HEAD, OPTIONS");
    }
    site.check("BREW /a.txt", "error 501");
    site.check("get /a.txt", "error 501");
    site.check("GET *", "error 400");
}

#[test]
fn what_is_not_served_is_missing_or_forbidden() {
    let site = Site::new(&[("a.txt", "x")]).files(|tree| {
        tree.forbid("a.txt").make_pipe("pipe").break_down("disk.txt", "input/output error");
    });
    site.check("GET /a.txt", "error 403");
    site.check("GET /pipe", "error 404");
    site.check("GET /disk.txt", "refused: input/output error");
}
