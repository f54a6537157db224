//! What may be kept in memory, and on what evidence: whatever happens to the files, a kept answer that is still
//! believed is the answer.

use crate::sample::{Site, bytes, long};
use semantics::Timestamp;
use site::{Evidence, MemoryFile, MemoryTree, SitePath, Tree};

/// The paths of the evidence, in order.
#[track_caller]
fn check(site: &Site, request: &str, expected: &[&str]) {
    let keep = site.keep(request).unwrap();
    let mut paths: Vec<String> = keep.evidence.iter().map(|evidence| evidence.path.to_target()).collect();
    paths.sort();
    assert_eq!(paths, expected, "{request}");
    assert!(holds(&site.tree, &keep.evidence));
}

fn holds(tree: &MemoryTree, evidence: &[Evidence]) -> bool {
    let found = |path: &SitePath| tree.open(path).ok().map(|node| node.metadata.identity());
    evidence.iter().all(|evidence| found(&evidence.path) == evidence.found)
}

fn site() -> Site {
    Site::new(&[("a/index.htm", &long('i')), ("a/b.png", "png"), ("c.html", &long('c')), ("c.html.gz", "GZ")])
}

#[test]
fn the_evidence_is_what_was_looked_at() {
    check(&site(), "GET /a/b.png", &["/a/b.png"]);
    check(&site(), "GET /c.html", &["/c.html"]);
    check(&site(), "GET /c.html\nAccept-Encoding: gzip", &["/c.html", "/c.html.gz"]);
    check(&site(), "GET /c.html\nAccept-Encoding: gzip, br", &["/", "/c.html", "/c.html.gz"]);
    check(&site(), "GET /a/", &["/a", "/a/index.htm"]);
    check(&site(), "GET /a/\nAccept-Encoding: br", &["/a", "/a/index.htm"]);
    let clean = site().with(|options| options.clean_urls = true);
    check(&clean, "GET /c", &["/", "/c.html"]);
}

#[test]
fn an_answer_is_forgotten_when_something_else_would_be_sent() {
    let changes: [fn(&mut MemoryTree); 8] = [
        |tree| {
            tree.write("a/index.html", "new");
        },
        |tree| {
            tree.write("a/index.htm", "new");
        },
        |tree| {
            tree.write("a/index.htm.br", "BR");
        },
        |tree| {
            tree.remove("a/index.htm");
        },
        |tree| {
            tree.remove("a");
        },
        |tree| {
            tree.remove("a/index.htm").write("a/index.htm", long('i'));
        },
        |tree| {
            tree.remove("a/index.htm").link("a/index.htm", "../c.html");
        },
        |tree| {
            tree.forbid("a/index.htm");
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut site = site();
        let keep = site.keep("GET /a/\nAccept-Encoding: br").unwrap();
        site.tree.now = Timestamp(site.tree.now.0 + 100_000_000);
        change(&mut site.tree);
        assert!(!holds(&site.tree, &keep.evidence), "change {number}");
    }
}

#[test]
fn what_does_not_matter_does_not_forget() {
    let mut site = site();
    let keep = site.keep("GET /c.html").unwrap();
    site.tree.now = Timestamp(site.tree.now.0 + 100_000_000);
    site.tree.write("a/other", "").write("d.html", "").remove("c.html.gz");
    assert!(holds(&site.tree, &keep.evidence));
}

#[test]
fn a_folder_that_just_changed_vouches_for_no_absence() {
    let mut site = site();
    site.tree.now = Timestamp(site.now.0 - 1_500_000);
    site.tree.write("a/new", "");
    assert!(site.keep("GET /a/").is_none());
    assert!(site.keep("GET /a/b.png").is_some());
    site.check_field("GET /a/", "Content-Type", "text/html; charset=utf-8");
    assert!(site.response("GET /a/").field("ETag").is_some_and(|tag| !tag.starts_with("W/")));
}

#[test]
fn what_a_link_to_nothing_may_change_is_not_kept() {
    let request = "GET /a/\nAccept-Encoding: br";
    // Its target may appear anywhere, and the folder of the link stays as it is.
    for (link, target) in
        [("a/index.html", "../far/new.html"), ("a/index.htm.br", "../far.br"), ("a/index.html", "/out")]
    {
        let mut site = site();
        assert!(site.keep(request).is_some());
        site.tree.now = Timestamp(site.now.0 - 3_000_000_000);
        site.tree.link(link, target);
        assert!(site.keep(request).is_none(), "{link}");
        // Another answer does not rest on it.
        assert!(site.keep("GET /a/b.png").is_some(), "{link}");
    }
    let mut site = site();
    site.tree.now = Timestamp(site.now.0 - 3_000_000_000);
    site.tree.link("a/index.html", "../c.html");
    check(&site, "GET /a/", &["/a", "/a/index.html"]);
}

#[test]
fn a_kept_answer_is_whole_whatever_was_asked() {
    let site = site();
    let whole = site.keep("GET /c.html").unwrap();
    for request in ["HEAD /c.html", "GET /c.html\nRange: bytes=0-1", "GET /c.html\nIf-None-Match: *"] {
        let keep = site.keep(request).unwrap();
        assert_eq!((&keep.fields, &keep.etag), (&whole.fields, &whole.etag), "{request}");
        assert_eq!(bytes(&keep.content), bytes(&whole.content), "{request}");
    }
    assert!(whole.vary_coding);
    assert!(!site.keep("GET /a/b.png").unwrap().vary_coding);
}

#[test]
fn a_file_that_vanishes_on_the_way_is_sent_from_what_was_opened() {
    let mut site = site();
    site.tree.vanish_after("c.html", 1);
    site.check("GET /c.html", &format!("200 {}", long('c')));
    site.check("GET /c.html", "error 404");
    site.tree.vanish_after("c.html.gz", 0);
}

#[test]
fn a_sibling_that_vanishes_is_as_if_it_had_not_been() {
    let mut site = site();
    site.tree.vanish_after("c.html.gz", 0);
    site.check("GET /c.html\nAccept-Encoding: gzip", "200 gzip(c)");
}

#[test]
fn an_open_file_keeps_its_bytes() {
    let mut site = site();
    let keep = site.keep("GET /a/b.png").unwrap();
    site.tree.write("a/b.png", "other");
    assert_eq!(bytes(&keep.content), b"png");
    let mut buffer = [0; 2];
    let file = MemoryFile((*b"png").into());
    assert_eq!(site.tree.read(&file, 1, &mut buffer), Ok(2));
    assert_eq!(site.tree.read(&file, 9, &mut buffer), Ok(0));
}
