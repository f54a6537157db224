//! Routes, from request to answer.

mod change;
mod property;

use crate::sample::{Bench, Elsewhere, Site, brief, long, with_head};
use semantics::{RequestHead, Status};
use site::client::{Client, Door};
use site::route::{
    Action, Amendments, Auth, Changes, Condition, Deny, Gate, Guards, Limit, Rate, Route, Routes, Test, TurnedAway,
};
use site::{MemoryFile, Page, Refusal, Selected, Unseen, select};
use std::net::IpAddr;
use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// One password, `open`, that takes time to try; and a number of requests that may come.
struct Porter {
    is_quick: bool,
    left: AtomicU32,
}

impl Door for Porter {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        let is_known = auth.users.iter().any(|(user, _)| user.as_bytes() == name);
        if self.is_quick { Ok(is_known && password == b"open") } else { Err(Refusal::WouldWait) }
    }

    fn admits(&self, limit: &Limit, _: Gate, _: Option<IpAddr>) -> Result<(), TurnedAway> {
        let told = if limit.rate.is_some() { TurnedAway::TooOften(7) } else { TurnedAway::TooManyAtOnce };
        self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).map(|_| ()).map_err(|_| told)
    }
}

fn porter() -> Porter {
    Porter { is_quick: true, left: AtomicU32::new(2) }
}

fn site(routes: Vec<Route>) -> Site {
    let files = [
        ("index.html", "home"),
        ("archive/2024-spring.html", "spring"),
        ("a.txt", "a"),
        ("b.css", "css"),
        ("old.bin", "bin"),
        ("docs/index.html", "docs"),
        ("list/x.txt", "x"),
        (".secret", "secret"),
        ("errors/403.html", "no entry"),
        ("errors/any.html", "any"),
        ("资料.txt", "materials"),
    ];
    Site::new(&files).with(|options| options.routes = Arc::new(Routes::new(routes).unwrap()))
}

fn on(pattern: &str) -> Route {
    Route { pattern: Some(pattern.into()), ..Route::default() }
}

fn act(pattern: &str, action: Action) -> Route {
    Route { action: Some(action), ..on(pattern) }
}

fn serve(pattern: &str, files: &[&str]) -> Route {
    act(pattern, Action::Serve(files.iter().map(ToString::to_string).collect()))
}

fn redirect(pattern: &str, to: &str) -> Route {
    act(pattern, Action::Redirect(Status::FOUND, to.into()))
}

fn when(condition: Condition, action: Action) -> Route {
    Route { conditions: vec![condition], action: Some(action), ..Route::default() }
}

fn gone() -> Action {
    Action::Answer(Status::OK, Some("matched".into()))
}

fn deny(pattern: &str, addresses: Option<&[&str]>) -> Route {
    let addresses = addresses.map(|ranges| ranges.iter().map(|range| range.parse().unwrap()).collect());
    Route {
        guards: Guards { deny: Some(Deny { addresses, status: Status::FORBIDDEN }), ..Guards::default() },
        ..on(pattern)
    }
}

fn change(pattern: &str, changes: Changes) -> Route {
    Route { changes, ..on(pattern) }
}

/// A client at 192.0.2.7, before that door; a `Host` line says which host it means.
fn ask(site: &Site, request: &str, door: &Porter) -> Result<Selected<MemoryFile>, Refusal> {
    let host = request.lines().find_map(|line| line.strip_prefix("Host: ")).unwrap_or_default();
    let client = Client { address: "192.0.2.7".parse().ok(), is_secured: false, door };
    with_head(request, |head| {
        let head = RequestHead { authority: host.as_bytes(), ..*head };
        select(&site.options, &head, &client, site.now, &site.tree, &Bench, &mut Unseen)
    })
}

fn told(selected: &Selected<MemoryFile>) -> String {
    match selected {
        Selected::Response(response, _) => match response.field("Location") {
            Some(location) => format!("{} {location}", response.status.code()),
            None => brief(response),
        },
        Selected::Page(Page::Error { status, .. }, _) => format!("page {}", status.code()),
        Selected::Page(Page::Listing { path, .. }, _) => format!("listing {path:?}"),
        Selected::Page(page, _) => format!("{page:?}"),
    }
}

/// Whether it may be remembered, in memory or among absences.
fn is_kept(selected: &Selected<MemoryFile>) -> bool {
    match selected {
        Selected::Response(_, keep) => keep.is_some(),
        Selected::Page(_, amendments) => amendments.is_for_all(),
    }
}

#[track_caller]
fn check(routes: &[Route], request: &str, expected: &str) {
    let selected = ask(&site(routes.to_vec()), request, &porter()).unwrap();
    assert_eq!(told(&selected), expected, "{request}");
}

#[track_caller]
fn field(routes: &[Route], request: &str, name: &str, expected: &str) {
    let fields = match ask(&site(routes.to_vec()), request, &porter()).unwrap() {
        Selected::Response(response, _) => response.fields,
        Selected::Page(_, amendments) => {
            let mut fields = Vec::new();
            amendments.apply(Status::NOT_FOUND, false, &mut fields);
            fields
        }
    };
    let named = fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
    let found = named.map(|field| field.value.as_ref()).collect::<Vec<_>>().join(" | ");
    assert_eq!(found, expected, "{request}: {name}");
}

#[test]
fn another_file_is_served() {
    let posts = serve(r"^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)$", &["/archive/${year}-${slug}.html"]);
    check(from_ref(&posts), "GET /posts/2024/spring", "200 spring");
    check(from_ref(&posts), "HEAD /posts/2024/spring", "200 spring");
    check(from_ref(&posts), "GET /posts/2024/autumn", "page 404");
    check(from_ref(&posts), "GET /posts/24/spring", "page 404");
    check(&[posts], "POST /posts/2024/spring", "page 405");
    let fallback = serve(".*", &["$0", "$0.txt", "/index.html"]);
    check(from_ref(&fallback), "GET /a.txt", "200 a");
    check(from_ref(&fallback), "GET /a", "200 a");
    check(from_ref(&fallback), "GET /none", "200 home");
    check(from_ref(&fallback), "GET /docs/", "200 docs");
    check(from_ref(&fallback), "GET /docs", "301 /docs/");
    check(from_ref(&fallback), "GET /list/", "listing /list/");
    check(from_ref(&fallback), "GET /.secret", "200 home");
    check(&[fallback], "GET /%E8%B5%84%E6%96%99", "200 materials");
    check(&[serve("^/s$", &["/.secret"])], "GET /s", "page 404");
}

#[test]
fn what_a_host_fills_in_is_for_that_host_alone() {
    let site = site(vec![serve("^/x$", &["/${host}.txt"])]);
    for (request, expected) in [("GET /x\nHost: a", "200 a"), ("GET /x\nHost: nowhere", "page 404")] {
        let selected = ask(&site, request, &porter()).unwrap();
        assert_eq!((told(&selected).as_str(), is_kept(&selected)), (expected, false), "{request}");
    }
}

#[test]
fn a_rule_for_a_file_is_not_passed_by_asking_for_what_it_stands_for() {
    let closed = deny(r"/index\.html$", None);
    check(from_ref(&closed), "GET /docs/", "page 403");
    check(from_ref(&closed), "GET /list/", "listing /list/");
    let mut site = site(vec![closed]);
    site.options.clean_urls = true;
    assert_eq!(told(&ask(&site, "GET /docs/index", &porter()).unwrap()), "page 403");
    // Where the answer depends on who asks, it is not for all.
    let site = self::site(vec![deny(r"/index\.html$", Some(&["10.0.0.0/8"]))]);
    let selected = ask(&site, "GET /docs/", &porter()).unwrap();
    assert_eq!((told(&selected).as_str(), is_kept(&selected)), ("200 docs", false));
}

#[test]
fn what_is_served_cannot_leave_the_site() {
    for (template, target) in [
        ("/x/$1", "/go/..a"),
        ("/$1/../../etc", "/go/a"),
        ("/$1.", "/go/."),
        ("/x/$1/..", "/go/a"),
        ("/a//$1", "/go/b"),
    ] {
        let route = serve("^/go/(.*)$", &[template]);
        let told = told(&ask(&site(vec![route]), &format!("GET {target}"), &porter()).unwrap());
        assert!(matches!(told.as_str(), "page 404" | "page 400"), "{template} {target}: {told}");
    }
}

#[test]
fn clients_are_sent_elsewhere() {
    let old = redirect("^/old/(.*)$", "/new/$1");
    check(from_ref(&old), "GET /old/a%20b?x=1", "302 /new/a%20b?x=1");
    check(&[old], "POST /old/a", "302 /new/a");
    check(&[redirect(".*", "https://example.org$0")], "GET /a/b", "302 https://example.org/a/b");
    check(&[redirect(".*", "https://${host}$0")], "GET /a\nHost: a.example:80", "302 https://a.example/a");
    check(&[redirect("^/(.*)$", "/$1")], "GET /a%5Cb", "302 /a%5Cb");
    check(&[redirect("^/go(.*)$", "$1")], "GET /go", "302 /");
    check(
        &[redirect("^/a%0d%0aX: y$", "/x"), redirect("^/(.*)$", "/new/$1")],
        "GET /a%0d%0aX:%20y",
        "302 /new/a%0D%0AX%3A%20y",
    );
    let page = Route {
        pattern: Some("^/page\\.php$".into()),
        conditions: vec![Condition::Query("id".into(), Test::Matches(r"^(?<id>\d+)$".into()))],
        action: Some(Action::Redirect(Status::PERMANENT_REDIRECT, "/pages/${id}?".into())),
        ..Route::default()
    };
    check(from_ref(&page), "GET /page.php?x=1&id=42", "308 /pages/42");
    check(&[page], "GET /page.php?id=x", "page 404");
}

#[test]
fn a_route_answers_itself() {
    let hello = |text: &str| act("^/hello/(.*)$", Action::Answer(Status::OK, Some(text.into())));
    check(&[hello("hello $1\n")], "GET /hello/you", "200 hello you");
    check(&[hello("hello $1\n")], "DELETE /hello/you", "200 hello you");
    field(&[hello("hello")], "GET /hello/", "Content-Type", "text/plain; charset=utf-8");
    let mut page = hello("<p>$1");
    page.changes.media_type = Some("text/html; charset=utf-8".into());
    check(&[page], "GET /hello/%3Cscript%3E", "200 <p>&lt;script&gt;");
    check(&[act("^/gone", Action::Answer(Status::new(410).unwrap(), None))], "GET /gone", "page 410");
    check(&[act("^/none", Action::Answer(Status::NO_CONTENT, None))], "GET /none", "204");
}

#[test]
fn conditions_must_hold() {
    let check_one = |condition: Condition, request: &str, holds: bool| {
        check(&[when(condition, gone())], request, if holds { "200 matched" } else { "200 a" });
    };
    let methods = |methods: &[&str]| Condition::Method(methods.iter().map(ToString::to_string).collect());
    check_one(methods(&["GET"]), "GET /a.txt", true);
    check_one(methods(&["GET"]), "HEAD /a.txt", true);
    check_one(methods(&["HEAD"]), "GET /a.txt", false);
    check_one(methods(&["HEAD"]), "HEAD /a.txt", true);
    check_one(methods(&["POST", "PUT"]), "GET /a.txt", false);
    check(&[when(methods(&["POST", "PUT"]), gone())], "PUT /a.txt", "200 matched");
    let hosts = || Condition::Host(vec!["example.org".parse().unwrap(), "*.example.org".parse().unwrap()]);
    check_one(hosts(), "GET /a.txt\nHost: WWW.example.org:8080", true);
    check_one(hosts(), "GET /a.txt\nHost: example.com", false);
    check_one(hosts(), "GET /a.txt", false);
    let agent = |test| Condition::Field("user-agent".into(), test);
    check_one(agent(Test::Matches("(?i)bot".into())), "GET /a.txt\nUser-Agent: a Robot", true);
    check_one(agent(Test::Matches("(?i)bot".into())), "GET /a.txt\nUser-Agent: curl", false);
    check_one(agent(Test::Present(true)), "GET /a.txt\nUser-Agent: curl", true);
    check_one(agent(Test::Present(true)), "GET /a.txt", false);
    check_one(agent(Test::Present(false)), "GET /a.txt", true);
    check_one(Condition::Field("X-Own".into(), Test::Matches("^b$".into())), "GET /a.txt\nX-Own: a\nx-own: b", true);
    let query = |test| Condition::Query("v".into(), test);
    check_one(query(Test::Matches("^a b$".into())), "GET /a.txt?w=1&v=a+b", true);
    check_one(query(Test::Present(true)), "GET /a.txt?v", true);
    check_one(query(Test::Present(true)), "GET /a.txt?vv=1", false);
    let addresses = |range: &str| Condition::Address(vec![range.parse().unwrap()]);
    check_one(addresses("192.0.2.0/24"), "GET /a.txt", true);
    check_one(addresses("loopback"), "GET /a.txt", false);
    check_one(Condition::Secured(false), "GET /a.txt", true);
    check_one(Condition::Secured(true), "GET /a.txt", false);
}

#[test]
fn guards_turn_away() {
    check(&[deny("^/a", None)], "GET /a.txt", "page 403");
    check(&[deny("^/a", None)], "GET /b.css", "200 css");
    check(&[deny("", Some(&["192.0.2.0/24"]))], "GET /a.txt", "page 403");
    check(&[deny("", Some(&["loopback", "10.0.0.0/8"]))], "GET /a.txt", "200 a");
    let allow = |range: &str| Route {
        guards: Guards { allow: Some(vec![range.parse().unwrap()]), ..Guards::default() },
        ..Route::default()
    };
    check(&[allow("192.0.2.7")], "GET /a.txt", "200 a");
    check(&[allow("private")], "GET /a.txt", "page 403");
    check(&[allow("private")], "GET /-/find?q=a", "page 403");
    let auth = Auth { realm: "the \"staff\"".into(), users: vec![("ann".into(), "$2b$".into())] };
    let route = Route { guards: Guards { auth: Some(auth), ..Guards::default() }, ..on("^/a") };
    check(from_ref(&route), "GET /a.txt", "page 401");
    field(from_ref(&route), "GET /a.txt", "WWW-Authenticate", "Basic realm=\"the 'staff'\", charset=\"UTF-8\"");
    check(from_ref(&route), "GET /a.txt\nAuthorization: Basic YW5uOm9wZW4=", "200 a");
    check(from_ref(&route), "GET /a.txt\nAuthorization: Basic Ym9iOm9wZW4=", "page 401");
    check(from_ref(&route), "GET /a.txt\nAuthorization: Bearer YW5uOm9wZW4=", "page 401");
    check(from_ref(&route), "POST /a.txt", "page 401");
    // Nobody waits who gives no password; who gives one, the fast path does not answer.
    let slow = Porter { is_quick: false, left: AtomicU32::new(0) };
    let site = site(vec![route]);
    assert_eq!(told(&ask(&site, "GET /a.txt", &slow).unwrap()), "page 401");
    assert_eq!(ask(&site, "GET /a.txt\nAuthorization: Basic YW5uOm9wZW4=", &slow).unwrap_err(), Refusal::WouldWait);
}

#[test]
fn who_comes_too_often_is_told_when_to_come_again() {
    let rate = Rate { requests: 2, period: Duration::from_secs(1), burst: 0 };
    let often = Limit { rate: Some(rate), connections: None };
    let many = Limit { rate: None, connections: Some(2) };
    let route = |limit: &Limit| {
        let guards = Guards { limit: Some(limit.clone()), ..Guards::default() };
        site(vec![Route { guards, ..Route::default() }])
    };
    let whole = |limit: &Limit| {
        let mut whole = site(Vec::new());
        whole.options.limit = Some(limit.clone());
        whole
    };
    for (site, seconds) in [(route(&often), "7"), (route(&many), "1"), (whole(&often), "7"), (whole(&many), "1")] {
        let porter = porter();
        let mut answers = (0..3).map(|_| ask(&site, "GET /a.txt", &porter).unwrap());
        assert_eq!(answers.by_ref().take(2).map(|answer| told(&answer)).collect::<Vec<_>>(), ["200 a", "200 a"]);
        let last = answers.next().unwrap();
        assert_eq!(told(&last), "page 429");
        let Selected::Page(_, amendments) = last else { panic!("a page") };
        let mut fields = Vec::new();
        amendments.apply(Status::TOO_MANY_REQUESTS, false, &mut fields);
        assert_eq!((fields[0].name.as_ref(), fields[0].value.as_ref()), ("Retry-After", seconds));
    }
}

#[test]
fn only_what_is_the_same_for_all_is_kept() {
    let check = |routes: &[Route], request: &str, expected: bool| {
        let selected = ask(&site(routes.to_vec()), request, &porter()).unwrap();
        assert_eq!(is_kept(&selected), expected, "{routes:?} {request}");
    };
    let set = || Changes { set: vec![("X-A".into(), "1".into())], ..Changes::default() };
    let asking = |condition| Route { conditions: vec![condition], changes: set(), ..on("^/a") };
    check(&[change("", set())], "GET /a.txt", true);
    check(&[serve("^/x$", &["/a.txt"])], "GET /x", true);
    check(&[change("", set())], "GET /missing", true);
    check(&[deny("^/b", None)], "GET /b.css", true);
    // It is read by GET and by HEAD, and both get the same.
    check(&[asking(Condition::Method(vec!["POST".into()]))], "GET /a.txt", true);
    check(&[asking(Condition::Method(vec!["GET".into()]))], "GET /a.txt", true);
    check(&[asking(Condition::Method(vec!["HEAD".into()]))], "GET /a.txt", false);
    // Whether it holds or not: the next client may be another.
    for condition in [
        Condition::Host(vec!["a".parse().unwrap()]),
        Condition::Field("X-A".into(), Test::Present(true)),
        Condition::Query("x".into(), Test::Present(true)),
        Condition::Address(vec!["192.0.2.7".parse().unwrap()]),
        Condition::Secured(true),
    ] {
        check(&[asking(condition.clone())], "GET /a.txt", false);
        check(&[asking(condition.clone())], "GET /a/missing", false);
        check(&[asking(condition)], "GET /b.css", true);
    }
    check(&[deny("^/a", Some(&["10.0.0.0/8"]))], "GET /a.txt", false);
    check(&[deny("^/a", Some(&["10.0.0.0/8"]))], "GET /b.css", true);
    let limit = Limit { connections: Some(9), ..Limit::default() };
    check(&[Route { guards: Guards { limit: Some(limit), ..Guards::default() }, ..on("^/a") }], "GET /a.txt", false);
    let fields = asking(Condition::Field("X-A".into(), Test::Present(true)));
    field(&[fields], "GET /a.txt", "Vary", "Accept-Encoding, X-A");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let fault = |route: Route| {
        let fault = Routes::new(vec![Route::default(), route]).unwrap_err().remove(0);
        assert_eq!(fault.route, 1);
        format!("{} {} {}: {}", fault.key, fault.item, fault.at, fault.cause)
    };
    assert_eq!(fault(on("^/(a")), "match 0 2: unclosed group");
    assert_eq!(fault(serve("^/(a)$", &["/x", "/$2"])), "serve 1 1: there is no $2: the expression has 1 group");
    assert_eq!(fault(redirect("^/a$", "/$1")), "redirect 0 1: there is no $1: the expression has no groups");
    assert_eq!(fault(redirect("^/(?<a>.)(?<b>.)$", "/${c}")), "redirect 0 1: there is no group \"c\"; there is a, b");
    assert_eq!(
        fault(redirect("^/a$", "new")),
        "redirect 0 0: expected a path that begins with /, or an address that begins with https://"
    );
    assert_eq!(
        fault(serve("^/a$", &["a.html"])),
        "serve 0 0: \"a.html\" is no place in the site; expected a path that begins with /"
    );
    assert_eq!(
        fault(when(Condition::Query("a".into(), Test::Matches("[".into())), gone())),
        "query 0 0: unclosed character class"
    );
    assert_eq!(
        fault(change(
            "^/a",
            Changes { set: vec![("X".into(), "1".into()), ("Y".into(), "$1".into())], ..Changes::default() }
        )),
        "set 1 0: there is no $1: the expression has no groups"
    );
    assert!(fault(on("(a{1000}){1000}")).starts_with("match 0 0: it is too large"));
    assert!(Routes::new(vec![on("a"); 10_001]).unwrap_err()[0].cause.starts_with("there are 10001 routes"));
}

#[test]
fn a_long_path_is_matched_by_who_has_time() {
    let long = |length: usize| format!("GET /{}", "a".repeat(length - 1));
    let routed = site(vec![act("^/a+$", gone())]);
    for (site, length, waits) in [(&routed, 256, false), (&routed, 257, true), (&site(Vec::new()), 257, false)] {
        let answer = site.select_with(&long(length), &Elsewhere);
        assert_eq!(matches!(answer, Err(Refusal::WouldWait)), waits, "{length}: {answer:?}");
    }
    assert_eq!(routed.outcome(&long(8000)), "200 matched");
}

#[test]
fn fast_paths_decide_as_slow_ones() {
    let routes = vec![
        change("", Changes { charset: Some("gbk".into()), ..Changes::default() }),
        serve("^/x$", &["/none", "/a.txt"]),
    ];
    let mut site = site(routes);
    site.tree.write("long.txt", long('l'));
    for target in ["/x", "/a.txt", "/long.txt", "/missing"] {
        let request = format!("GET {target}");
        let slow = site.outcome(&request);
        match site.select_with(&request, &Elsewhere) {
            Err(Refusal::WouldWait) => {}
            Ok(Selected::Response(response, _)) => assert_eq!(brief(&response), slow),
            Ok(Selected::Page(..)) => assert_eq!(target, "/missing"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn nothing_is_amended_without_routes() {
    assert_eq!(Amendments::default(), Amendments::default());
    assert!(Routes::default().is_empty() && !Routes::default().hide_anything());
}

#[test]
fn what_a_client_could_not_get_is_not_shown() {
    let routes = Routes::new(vec![
        when(Condition::Field("X-No".into(), Test::Present(true)), gone()),
        serve("^/kept$", &["$0", "/other"]),
        serve("^/replaced$", &["/other"]),
        redirect("^/moved$", "/x"),
        deny("^/closed/", None),
        deny("^/some$", Some(&["192.0.2.0/24"])),
    ])
    .unwrap();
    let client = Client { address: "192.0.2.7".parse().ok(), ..Client::UNKNOWN };
    let show = |path: &str, request: &str| {
        let path = site::SitePath::new(path.as_bytes()).unwrap();
        with_head(request, |head| routes.show(&path, head, &client))
    };
    for (path, expected) in [
        ("/kept", true),
        ("/replaced", false),
        ("/moved", false),
        ("/closed", true),
        ("/closed/", false),
        ("/closed/a", false),
        ("/some", false),
        ("/else", true),
        ("/", true),
    ] {
        assert_eq!(show(path, "GET /"), expected, "{path}");
        assert!(!show(path, "GET /\nX-No: 1"), "{path}");
    }
    let class = |request: &str, client: &Client<'_>| with_head(request, |head| routes.class(head, client)).unwrap();
    assert_eq!(class("GET /", &client), class("GET /x?y", &client));
    assert_ne!(class("GET /", &client), class("GET /\nX-No: 1", &client));
    assert_ne!(class("GET /", &client), class("GET /", &Client::UNKNOWN));
}
