//! What attackers send. None of it gets out of the site, and none of it gets an answer that another would not.

use crate::sample::{Site, with_head_of};
use site::{Client, Selected, Unseen, select};

fn site() -> Site {
    Site::new(&[
        ("index.html", "root"),
        ("a/b.txt", "b"),
        (".env", "secret"),
        (".env.br", "secret"),
        (".git/config", "secret"),
        ("a/.htpasswd", "secret"),
        (".well-known/security.txt", "contact"),
    ])
    .files(|tree| {
        tree.link("passwd", "/etc/passwd").link("up", "../outside").link("a/up", "../../outside").link("loop", "loop");
        tree.link("inside", "a/b.txt").link("folder", "a").link("a/back", "..").link("a/.hidden", "../index.html");
    })
}

#[test]
fn climbing_out_is_refused_in_every_guise() {
    let site = site();
    for target in [
        "/../etc/passwd",
        "/a/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/%2E%2e/etc/passwd",
        "/.%2e/etc/passwd",
        "/a/..%5c..%5c/../../../etc/passwd",
        "//../etc/passwd",
        "/./../etc/passwd",
        "/..;/../etc/passwd/../../..",
    ] {
        site.check(&format!("GET {target}"), "error 400");
    }
}

#[test]
fn what_looks_like_climbing_to_others_is_a_name_or_nothing_here() {
    let site = site();
    site.check("GET /..%2fetc/passwd", "error 404");
    site.check("GET /%2e%2e%2fetc%2fpasswd", "error 404");
    site.check("GET /%252e%252e/etc/passwd", "error 404");
    site.check("GET /%c0%ae%c0%ae/etc/passwd", "error 404");
    site.check("GET /%e0%80%ae%e0%80%ae/etc/passwd", "error 404");
    site.check("GET /..%5c..%5cetc/passwd", "error 404");
    site.check("GET /.../etc/passwd", "error 404");
    site.check("GET /..;/etc/passwd", "error 404");
    site.check("GET /C:/windows/win.ini", "error 404");
}

#[test]
fn dot_segments_inside_are_resolved() {
    let site = site();
    site.check("GET /a/../index.html", "200 root");
    site.check("GET /a/./b.txt", "200 b");
    site.check("GET /a/%2e%2e/index.html", "200 root");
    site.check("GET /nothing/../index.html", "200 root");
    site.check("GET //a///b.txt", "200 b");
}

#[test]
fn bytes_that_no_target_has_are_refused() {
    let site = site();
    site.check("GET /a%00b", "error 400");
    site.check("GET /index.html%00.png", "error 400");
    site.check("GET /%", "error 400");
    site.check("GET /%zz", "error 400");
    site.check("GET \\index.html", "error 400");
    site.check("GET /a\\b.txt", "error 400");
    site.check("GET /a\tb", "error 400");
    site.check("GET /\x7f", "error 400");
}

#[test]
fn no_redirect_leads_to_another_host() {
    let site = site().files(|tree| {
        tree.make_directory("evil.com").make_directory("\\evil.com").make_directory("a/evil.com\r\nX: y");
    });
    site.check_field("GET //evil.com", "Location", "/evil.com/");
    site.check_field("GET ///evil.com", "Location", "/evil.com/");
    site.check_field("GET /.//evil.com", "Location", "/evil.com/");
    site.check_field("GET /%5Cevil.com", "Location", "/%5Cevil.com/");
    site.check_field("GET //evil.com?//x", "Location", "/evil.com/?//x");
    site.check_field("GET /a/evil.com%0d%0aX:%20y", "Location", "/a/evil.com%0D%0AX%3A%20y/");
}

#[test]
fn a_query_puts_nothing_into_a_field() {
    let site = site();
    let answer = with_head_of(b"GET /a?x=\r\nX: y\x80\"<>", "", |head| {
        select(&site.options, head, &Client::UNKNOWN, site.now, &site.tree, &crate::sample::Bench, &mut Unseen)
    });
    match answer {
        Ok(Selected::Response(response, _)) => {
            assert_eq!(response.field("Location"), Some("/a/?x=%0D%0AX:%20y%80%22%3C%3E"));
        }
        other => panic!("{other:?}"),
    }
    site.check_field("GET /index.html?charset=x%0d%0aX:y", "Content-Type", "text/html; charset=utf-8");
}

#[test]
fn hidden_files_are_as_if_they_were_not() {
    let site = site();
    for target in [
        "/.env",
        "/.env.br",
        "/.git/config",
        "/.git/",
        "/.git",
        "/a/.htpasswd",
        "/%2egit/config",
        "/a/../.git/config",
        "/a/.hidden",
        "/.nothing",
        "/.git/?archive=zip",
        "/.env?preview",
        "/.env?download",
    ] {
        site.check(&format!("GET {target}"), "error 404");
    }
    site.check("GET /.well-known/security.txt", "200 contact");
    let site = site.with(|options| options.hidden = true);
    site.check("GET /.env", "200 secret");
    site.check("GET /.git/", "listing /.git/ Html");
}

#[test]
fn a_hidden_folder_has_no_404_html_of_its_own() {
    let site = site().files(|tree| {
        tree.write(".git/404.html", "git").write("404.html", "root");
    });
    site.check("GET /.git/nothing", "404 root");
    site.check("GET /.git/404.html", "404 root");
}

#[test]
fn links_lead_only_within_the_site() {
    let site = site();
    for target in ["/passwd", "/up", "/a/up", "/a/up/x", "/loop"] {
        site.check(&format!("GET {target}"), "error 404");
    }
    site.check("GET /inside", "200 b");
    site.check("GET /folder/b.txt", "200 b");
    site.check("GET /a/back/index.html", "200 root");
}

#[test]
fn a_link_out_of_the_site_is_no_sibling_index_or_404_page() {
    let site = Site::new(&[("a.css", "css"), ("d/x", "")]).files(|tree| {
        tree.link("a.css.br", "/etc/passwd").link("d/index.html", "/etc/passwd").link("404.html", "/etc/passwd");
    });
    site.check("GET /a.css\nAccept-Encoding: br", "200 css");
    site.check("GET /d/", "listing /d/ Html");
    site.check("GET /nothing", "error 404");
}

#[test]
fn names_that_no_file_system_has_cost_nothing() {
    let site = site().with(|options| options.not_found = None);
    site.tree.take_opened();
    site.check(&format!("GET /{}", "a".repeat(256)), "error 404");
    site.check(&format!("GET /{}", "a/".repeat(4000)), "error 404");
    assert_eq!(site.tree.take_opened(), 0);
    site.check(&format!("GET /{}", "a".repeat(255)), "error 404");
    assert_eq!(site.tree.take_opened(), 1);
}

#[test]
fn the_longest_name_has_no_sibling() {
    let name = format!("{}.css", "a".repeat(251));
    let site = Site::new(&[(&name, "css")]);
    site.check(&format!("GET /{name}\nAccept-Encoding: br, gzip"), "200 css");
}
