//! What routes change of an answer.

use super::*;
use site::route::{Cors, Errors, Security};

#[test]
fn changes_add_up_and_the_first_action_ends() {
    let set = |pattern: &str, name: &str, value: &str| {
        change(pattern, Changes { set: vec![(name.into(), value.into())], ..Changes::default() })
    };
    let routes = [
        set("", "X-A", "1"),
        set(r"\.(\w+)$", "X-Kind", "$1"),
        set("^/a", "X-A", "2"),
        serve("^/b", &["/a.txt"]),
        set("", "X-Late", "too late for b"),
    ];
    field(&routes, "GET /a.txt", "X-A", "2");
    field(&routes, "GET /a.txt", "X-Kind", "txt");
    field(&routes, "GET /b.css", "X-A", "1");
    field(&routes, "GET /b.css", "X-Kind", "css");
    field(&routes, "GET /b.css", "X-Late", "");
    field(&routes, "GET /a.txt", "X-Late", "too late for b");
    field(&routes, "GET /missing", "X-A", "1");
    let several = change(
        "",
        Changes { set: vec![("Link".into(), "</a>".into()), ("Link".into(), "</b>".into())], ..Changes::default() },
    );
    field(&[several], "GET /a.txt", "Link", "</a> | </b>");
    let odd = set("^/(.*)$", "X-Path", "$1");
    field(&[odd], "GET /a%0d%0aSet-Cookie:%20x,%22%3E", "X-Path", "a%0D%0ASet-Cookie%3A%20x%2C%22%3E");
    let bare = change("", Changes { remove: vec!["referrer-policy".into()], ..Changes::default() });
    field(&[bare], "GET /a.txt", "Referrer-Policy", "");
}

#[test]
fn what_is_kept_for_long_is_no_error() {
    let long = change("", Changes { cache_control: Some("max-age=31536000, immutable".into()), ..Changes::default() });
    field(from_ref(&long), "GET /a.txt", "Cache-Control", "max-age=31536000, immutable");
    field(from_ref(&long), "GET /missing", "Cache-Control", "");
    field(&[long], "GET /docs", "Cache-Control", "max-age=31536000, immutable");
}

#[test]
fn files_are_labelled_as_the_owner_says() {
    let media_type =
        |media_type: &str| change("bin$", Changes { media_type: Some(media_type.into()), ..Changes::default() });
    field(&[media_type("application/x-own")], "GET /old.bin", "Content-Type", "application/x-own");
    field(&[media_type("text/plain")], "GET /old.bin", "Content-Type", "text/plain; charset=utf-8");
    field(&[media_type("text/html; charset=gbk")], "GET /old.bin", "Content-Type", "text/html; charset=gbk");
    field(&[media_type("text/plain")], "GET /old.bin?charset=gbk", "Content-Type", "text/plain; charset=gbk");
}

#[test]
fn folders_are_listed_or_not_route_by_route() {
    let listing = |listing| change("^/list/", Changes { listing: Some(listing), ..Changes::default() });
    check(&[listing(false)], "GET /list/", "page 404");
    check(&[listing(false)], "GET /list/x.txt", "200 x");
    check(&[listing(false)], "GET /errors/", "listing /errors/");
    check(&[listing(false), listing(true)], "GET /list/", "listing /list/");
    check(&[listing(false)], "GET /list/?archive=zip", "page 404");
}

#[test]
fn where_nothing_is_the_owner_may_have_something() {
    let fallback = |file: &str| change(r"^/list/(\w+)", Changes { fallback: Some(file.into()), ..Changes::default() });
    check(&[fallback("/a.txt")], "GET /list/none.png", "200 a");
    check(&[fallback("/a.txt")], "GET /list/x.txt", "200 x");
    check(&[fallback("/a.txt")], "GET /none.png", "page 404");
    check(&[fallback("/.secret")], "GET /list/none.png", "page 404");
    check(&[fallback("/archive/2024-$1.html")], "GET /list/spring", "200 spring");
    let errors =
        |errors, file: &str| change("^/[ab]", Changes { errors: vec![(errors, file.into())], ..Changes::default() });
    let forbidden = [
        errors(Errors::Hundred(4), "/errors/any.html"),
        errors(Errors::Of(Status::FORBIDDEN), "/errors/403.html"),
        deny("^/b", None),
    ];
    check(&forbidden, "GET /b.css", "403 no entry");
    check(&forbidden, "GET /a/none", "404 any");
    check(&forbidden, "GET /c/none", "page 404");
    check(&forbidden, "POST /a.txt", "405 any");
    field(&forbidden, "POST /a.txt", "Allow", "GET, HEAD, OPTIONS");
    field(&forbidden, "GET /b.css", "Content-Type", "text/html; charset=utf-8");
    check(&[errors(Errors::Hundred(4), "/gone.html"), deny("^/b", None)], "GET /b.css", "page 403");
}

#[test]
fn scripts_of_other_sites_may_read_what_they_may() {
    let cors = |origins: &[&str], with_credentials| {
        let origins = origins.iter().map(ToString::to_string).collect();
        let (methods, request_fields, exposed) = (vec!["PUT".into()], vec!["X-Own".into()], vec!["ETag".into()]);
        let cors = Cors { origins, methods, request_fields, exposed, with_credentials, max_age: Some(600) };
        change("^/a", Changes { cors: Some(cors), ..Changes::default() })
    };
    let preflight = "OPTIONS /a.txt\nOrigin: https://b.example\nAccess-Control-Request-Method: PUT";
    let all = [cors(&["*"], false)];
    field(&all, "GET /a.txt", "Access-Control-Allow-Origin", "*");
    field(&all, "GET /a.txt", "Vary", "Accept-Encoding");
    field(&all, "GET /b.css", "Access-Control-Allow-Origin", "");
    field(&all, preflight, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, PUT");
    field(&all, preflight, "Access-Control-Allow-Headers", "X-Own");
    field(&all, preflight, "Access-Control-Max-Age", "600");
    let some = [cors(&["https://b.example"], true)];
    field(&some, "GET /a.txt\nOrigin: https://b.example", "Access-Control-Allow-Origin", "https://b.example");
    field(&some, "GET /a.txt\nOrigin: https://b.example", "Access-Control-Allow-Credentials", "true");
    field(&some, "GET /a.txt\nOrigin: https://b.example", "Access-Control-Expose-Headers", "ETag");
    field(&some, "GET /a.txt\nOrigin: https://c.example", "Access-Control-Allow-Origin", "");
    field(&some, "GET /a.txt\nOrigin: null", "Access-Control-Allow-Origin", "");
    field(&some, "GET /a.txt", "Vary", "Accept-Encoding, Origin");
    field(
        &[cors(&["*"], true)],
        "GET /a.txt\nOrigin: https://c.example",
        "Access-Control-Allow-Origin",
        "https://c.example",
    );
    field(
        &some,
        "OPTIONS /a.txt\nOrigin: https://c.example\nAccess-Control-Request-Method: PUT",
        "Access-Control-Allow-Methods",
        "",
    );
    // No browser sends a password along with this question.
    let auth = Auth { realm: "r".into(), users: Vec::new() };
    let closed = Route { guards: Guards { auth: Some(auth), ..Guards::default() }, ..on("^/a") };
    check(&[closed.clone(), some[0].clone()], preflight, "204");
    check(&[some[0].clone(), closed.clone()], preflight, "204");
    check(from_ref(&closed), preflight, "page 401");
    check(&[closed, some[0].clone()], "OPTIONS /a.txt\nOrigin: https://b.example", "page 401");
}

#[test]
fn sets_of_fields_protect_readers() {
    let security = |security| change("^/a", Changes { security: Some(security), ..Changes::default() });
    field(&[], "GET /a.txt", "X-Content-Type-Options", "nosniff");
    field(&[security(Security::Off)], "GET /a.txt", "X-Content-Type-Options", "");
    field(&[security(Security::Strict)], "GET /a.txt", "X-Frame-Options", "SAMEORIGIN");
    field(&[security(Security::Strict)], "GET /a.txt", "X-Content-Type-Options", "nosniff");
    field(&[security(Security::Strict)], "GET /b.css", "X-Frame-Options", "");
}
