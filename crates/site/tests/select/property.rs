//! What is true of all requests.

use crate::sample::{Bench, Elsewhere, Site, bytes, long, with_head, with_head_of};
use proptest::prelude::*;
use semantics::{Content, Response};
use site::{Client, MemoryFile, Refusal, Selected, Unseen, answer, select};

fn site() -> Site {
    Site::new(&[
        ("index.html", &long('i')),
        ("a/b.txt", &long('b')),
        ("a/b.txt.gz", "GZ"),
        ("a/x.md", "# x"),
        ("img.png", "0123456789"),
        ("empty.txt", ""),
        ("404.html", "gone"),
    ])
    .with(|options| options.clean_urls = true)
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "/",
            "/index.html",
            "/index",
            "/a",
            "/a/",
            "/a/b.txt",
            "/a/b",
            "/a/x.md",
            "/img.png",
            "/img.png?download",
            "/empty.txt",
            "/nothing",
            "/a/b.txt?charset=gbk",
            "/img.png?preview",
            "/a/?archive=zip",
            "/-/find?q=x",
        ])
        .prop_map(str::to_owned),
        "/([ab./%-]|%2e|%2f|index|\\.html|\\?raw|\\?charset=gbk){0,8}",
    ]
}

fn fields() -> impl Strategy<Value = String> {
    let range = "Range: bytes=([0-9]{0,4}-[0-9]{0,4},?){1,6}";
    let codings = prop::sample::select(vec!["gzip", "br", "identity;q=0", "*;q=0", "gzip;q=0.5, br", ""]);
    let accept = prop::sample::select(vec!["text/html", "*/*", "application/json"]);
    let tags = prop::sample::select(vec!["*", "\"x\"", "W/\"x\", \"y\""]);
    (
        prop::option::of(range),
        prop::option::of(codings.prop_map(|codings| format!("Accept-Encoding: {codings}"))),
        prop::option::of(accept.prop_map(|accept| format!("Accept: {accept}"))),
        prop::option::weighted(0.2, tags.clone().prop_map(|tags| format!("If-None-Match: {tags}"))),
        prop::option::weighted(0.2, tags.prop_map(|tags| format!("If-Match: {tags}"))),
    )
        .prop_map(|(a, b, c, d, e)| [a, b, c, d, e].into_iter().flatten().map(|line| format!("\n{line}")).collect())
}

/// All that a client could see of it.
fn visible(selected: &Selected<MemoryFile>) -> String {
    match selected {
        Selected::Response(response, _) => {
            format!("{:?} {:?} {:?}", response.status, response.fields, bytes(&response.content))
        }
        Selected::Page(page, _) => format!("{page:?}"),
    }
}

/// `Content-Range` and the spans say the same, and no field could end a line.
fn is_sound(response: &Response<MemoryFile>) {
    let sent = bytes(&response.content).len() as u64;
    assert_eq!(response.content.length(), sent);
    for field in &response.fields {
        assert!(field.value.bytes().all(|byte| byte >= b' ' && byte != 0x7f), "{field:?}");
    }
    if let Some(range) = response.field("Content-Range").and_then(|value| value.strip_prefix("bytes ")) {
        let (span, length) = range.split_once('/').unwrap();
        match span.split_once('-') {
            Some((first, last)) => {
                let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
                assert_eq!(last + 1 - first, sent);
                assert!(last < length.parse().unwrap());
            }
            None => assert_eq!((span, sent), ("*", 0)),
        }
    }
    if matches!(response.status.code(), 304 | 412 | 416) {
        assert!(matches!(response.content, Content::Empty));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_asked_the_answer_is_sound(method in "GET|HEAD|OPTIONS|POST|FOO", target in target(), fields in fields()) {
        if let Ok(Selected::Response(response, _)) = site().select(&format!("{method} {target}{fields}")) {
            is_sound(&response);
        }
    }

    #[test]
    fn no_target_is_too_odd(target in prop::collection::vec(any::<u8>(), 0..40), query in any::<bool>()) {
        let site = site();
        let line = [b"GET ".as_slice(), if query { b"/a?" } else { b"/" }, &target].concat();
        with_head_of(&line, "", |head| {
            if let Ok(Selected::Response(response, _)) =
                select(&site.options, head, &Client::UNKNOWN, site.now, &site.tree, &Bench, &mut Unseen)
            {
                is_sound(&response);
            }
        });
    }

    #[test]
    fn fast_then_slow_is_the_same_as_slow(target in target(), fields in fields(), is_cold in any::<bool>()) {
        let mut site = site();
        let request = format!("GET {target}{fields}");
        let slow = site.select(&request).map(|selected| visible(&selected));
        site.tree.is_cold = is_cold;
        let fast = site.select_with(&request, &Elsewhere);
        site.tree.is_cold = false;
        let answer = match fast {
            Err(Refusal::WouldWait) => site.select(&request),
            other => other,
        };
        prop_assert_eq!(answer.map(|selected| visible(&selected)), slow);
    }

    #[test]
    fn from_memory_it_is_the_same(target in target(), first in fields(), later in fields()) {
        let site = site();
        let codings = |fields: &str| fields.lines().find(|line| line.starts_with("Accept-Encoding")).map(str::to_owned);
        let Ok(Selected::Response(_, Some(keep))) = site.select(&format!("GET {target}{first}")) else { return Ok(()) };
        if keep.vary_coding && codings(&first) != codings(&later) || later.contains("q=0") {
            return Ok(());
        }
        let request = format!("GET {target}{later}");
        let from_memory = with_head(&request, |head| answer(&keep, head, site.now));
        is_sound(&from_memory);
        let again = site.select(&request).map(|selected| visible(&selected));
        prop_assert_eq!(Ok(visible(&Selected::Response(from_memory, None))), again);
    }

    #[test]
    fn the_codings_of_one_class_get_the_same_answer(one in fields(), other in fields()) {
        use semantics::{FieldName, coding::AcceptedCodings};
        let site = site();
        let class = |fields: &str| {
            with_head(&format!("GET /{fields}"), |head| {
                AcceptedCodings::parse(head.fields.values(FieldName::AcceptEncoding)).class()
            })
        };
        if class(&one) == class(&other) {
            let outcome = |fields: &str| {
                let codings = fields.lines().find(|line| line.starts_with("Accept-Encoding")).unwrap_or_default().to_owned();
                site.outcome(format!("GET /a/b.txt\n{codings}").trim_end())
            };
            prop_assert_eq!(outcome(&one), outcome(&other));
        }
    }
}
