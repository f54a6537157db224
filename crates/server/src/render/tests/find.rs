//! The look-up as a client gets it. What it finds is said here; how it finds is tested elsewhere.

use super::{PEOPLE, Reply, Site};
use crate::look_up::LookUp;
use lookup::answer::{Answer, Facets, Gate, Hit, Marked, Piece, Request, State, Step, Suggestions};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Finds all the paths it has that it may show, and remembers what it was asked.
#[derive(Default)]
struct Shelf {
    paths: Vec<&'static [u8]>,
    asked: Mutex<Vec<String>>,
}

impl Shelf {
    fn hits(&self, request: &Request<'_>, gate: &dyn Gate) -> Vec<Hit> {
        let Request { words, offset, limit, language } = request;
        self.asked.lock().unwrap().push(format!("{words}|{offset}|{limit}|{}", language.unwrap_or("-")));
        let open = self.paths.iter().filter(|path| gate.may_show(path, false));
        open.map(|path| hit(path)).collect()
    }
}

fn hit(path: &[u8]) -> Hit {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap();
    let piece = |text: &str, is_match| Piece { text: text.into(), is_match };
    Hit {
        path: path.to_vec(),
        name: Marked::plain(charset::name(name, &[]).0),
        title: None,
        kind: String::from("txt"),
        is_folder: false,
        size: Some(7),
        modified: Some(1_800_000_000_000_000_000),
        snippet: Marked { pieces: vec![piece("a <b> ", false), piece("stone", true)] },
        unreadable: None,
        score: 1.5,
    }
}

impl LookUp for Shelf {
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer {
        let hits = self.hits(request, gate);
        let facets = Facets { kinds: vec![("txt".into(), 2), ("md".into(), 1)], ..Facets::default() };
        let took = Duration::from_micros(12);
        Answer { total: hits.len(), total_is_exact: true, step: Step::Most, instead: None, hits, facets, took }
    }

    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions {
        Suggestions { names: self.hits(request, gate), ..Suggestions::default() }
    }

    fn state(&self) -> State {
        let examples =
            vec![(b"a.pdf".to_vec(), "a PDF with a password".into()), (b".git/b.pdf".to_vec(), "it is broken".into())];
        State { is_building: true, names: 9, documents: 7, waiting: 2, unreadable: 2, examples, ..State::default() }
    }
}

fn site(paths: &[&'static [u8]]) -> (Site, Arc<Shelf>) {
    let shelf = Arc::new(Shelf { paths: paths.to_vec(), asked: Mutex::default() });
    let Site { folder, served } = Site::new(&[(b"here.txt", b"x"), (b"a.md", b"# a")]);
    (Site { folder, served: served.with_look_up(Arc::clone(&shelf) as Arc<dyn LookUp>) }, shelf)
}

#[track_caller]
fn check_fields(reply: &Reply, status: u16, media_type: &str) {
    assert_eq!((reply.status, reply.field("Content-Type")), (status, media_type));
    assert_eq!(reply.field("Vary"), "Accept, Accept-Language");
    assert_eq!(reply.field("Cache-Control"), "no-cache");
    assert_eq!(reply.field("X-Robots-Tag"), "noindex");
    let policy = reply.field("Content-Security-Policy");
    assert_eq!(policy != "-", media_type.starts_with("text/html"), "{policy}");
}

#[test]
fn people_get_a_page_and_programs_an_object() {
    let (site, shelf) = site(&[b"notes/x.txt", b"\xb2\xe2\xca\xd4.txt"]);
    let page = site.ask("/-/find?q=stone", PEOPLE);
    check_fields(&page, 200, "text/html; charset=utf-8");
    let html = page.text();
    for part in [
        "<a href=/notes/x.txt>",
        "<a href=/%B2%E2%CA%D4.txt>",
        "<bdi>测试.txt</bdi>",
        "a &lt;b&gt; <mark>stone</mark>",
        "7 of 9 materials have been read so far.",
        "These have most of them.",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    for (target, section) in [
        ("/-/find?q=stone&format=json", PEOPLE),
        ("/-/find?q=stone", "Accept: application/json\r\nAccept-Language: de\r\n"),
    ] {
        let reply = site.ask(target, section);
        check_fields(&reply, 200, "application/json");
        let found: serde_json::Value = serde_json::from_slice(&reply.content).unwrap();
        assert_eq!((&found["total"], &found["step"], &found["took_us"]), (&2.into(), &"most".into(), &12.into()));
        assert_eq!(found["hits"][1]["target"], "/%B2%E2%CA%D4.txt");
        assert_eq!(found["hits"][0]["modified"], "2027-01-15T08:00:00Z");
        assert_eq!(found["hits"][0]["snippet"], "a &lt;b&gt; <mark>stone</mark>");
        assert_eq!(found["facets"]["type"][0]["value"], "txt");
        assert_eq!(found["index"], serde_json::json!({"state": "building", "documents": 7, "waiting": 2}));
    }
    assert_eq!(*shelf.asked.lock().unwrap(), ["stone|0|20|-", "stone|0|20|-", "stone|0|20|de"]);
}

#[test]
fn what_a_client_could_not_get_it_cannot_find() {
    let hidden: [&[u8]; 5] = [b".git/config", b"a/.env", b"-/x.txt", b"-", b"..."];
    let (site, _) = site(&[b"-x/y.txt", hidden[0], hidden[1], hidden[2], hidden[3], hidden[4]]);
    for target in ["/-/find?q=x&format=json", "/-/suggest?q=x"] {
        let text = site.ask(target, "").text();
        assert_eq!(text.matches("\"target\"").count(), 1, "{text}");
        assert!(text.contains("\"/-x/y.txt\""), "{text}");
    }
    let index = site.json("/-/index?format=json");
    assert_eq!(index["examples"], serde_json::json!([{"target": "/a.pdf", "reason": "a PDF with a password"}]));
    assert!(!site.page("/-/index").contains("git"));
}

#[test]
fn what_is_asked_is_bounded_and_read_in_any_encoding() {
    let (site, shelf) = site(&[]);
    let asked = |target: &str| {
        let status = site.ask(target, PEOPLE).status;
        (status, shelf.asked.lock().unwrap().pop().unwrap_or_default())
    };
    assert_eq!(asked("/-/find?q=a&limit=5&offset=10"), (200, "a|10|5|-".into()));
    assert_eq!(asked("/-/find?q=a&limit=1000000&offset=99999999999999999999"), (200, "a|10000|100|-".into()));
    assert_eq!(asked("/-/find?q=a&limit=x&offset=-1"), (200, "a|0|20|-".into()));
    assert_eq!(asked("/-/find?q=%B2%C9%CA%AF%B3%A1"), (200, "采石场|0|20|-".into()), "GBK");
    assert_eq!(asked("/-/find?q=+"), (200, String::new()), "nothing is looked for");
    assert_eq!(asked("/-/suggest?q=a&limit=50"), (200, "a|0|5|-".into()));
    let refused = site.ask("/-/find?q=a&limit=x&format=json", "");
    check_fields(&refused, 400, "application/json");
    assert_eq!(refused.text(), "{\"error\":\"limit is \\\"x\\\", expected a number from 0 to 100\"}\n");
}

#[test]
fn suggestions_come_for_programs_pages_and_browsers() {
    let (site, _) = site(&[b"notes/x.txt"]);
    check_fields(&site.ask("/-/suggest?q=x", PEOPLE), 200, "application/json");
    let fragment = site.ask("/-/suggest?q=x&format=html&here=notes/", "Accept-Language: zh\r\n");
    check_fields(&fragment, 200, "text/html; charset=utf-8");
    assert!(fragment.text().starts_with("<p hidden>1 条建议</p>"), "{}", fragment.text());
    assert!(fragment.text().contains("?q=x%20in%3A%2Fnotes%2F"), "{}", fragment.text());
    let browser = site.ask("/-/suggest?q=x&format=opensearch", "");
    check_fields(&browser, 200, "application/x-suggestions+json");
    assert_eq!(browser.text(), "[\"x\",[\"x.txt\"],[\"notes/x.txt\"],[\"http://a/notes/x.txt\"]]");
}

#[test]
fn browsers_are_told_where_to_look_up() {
    let (site, _) = site(&[]);
    let check = |section: &str, origin: &str| {
        let reply = site.ask("/-/opensearch.xml", section);
        check_fields(&reply, 200, "application/opensearchdescription+xml; charset=utf-8");
        assert!(reply.text().contains(&format!("template=\"{origin}/-/find?q={{searchTerms}}\"")), "{}", reply.text());
    };
    check("", "http://a");
    check("X-Forwarded-Proto: https\r\n", "https://a");
    check("Forwarded: for=1.2.3.4;Proto=HTTPS\r\n", "https://a");
}

#[test]
fn every_page_has_the_box_where_there_is_a_look_up() {
    let (site, _) = site(&[b"moved/note.txt"]);
    let boxed = "role=search action=\"/-/find\"";
    for target in ["/", "/?view=grid", "/a.md", "/here.txt?preview", "/-/find?q=a", "/-/find", "/-/index"] {
        assert_eq!(site.page(target).matches(boxed).count(), 1, "{target}");
    }
    let missing = site.ask("/gone/note.txt", PEOPLE).text();
    assert!(missing.contains(boxed) && missing.contains("name=q value=\"note.txt\""), "{missing}");
    assert!(missing.contains("<a href=/moved/note.txt>moved/note.txt</a>"), "{missing}");
    let bare = Site::new(&[(b"a.md", b"# a")]);
    for target in ["/", "/a.md"] {
        assert!(!bare.page(target).contains("/-/find"), "{target}");
    }
    for target in ["/-/find?q=a", "/-/suggest?q=a", "/-/index", "/-/opensearch.xml", "/-/finds"] {
        assert_eq!(bare.ask(target, PEOPLE).status, 404, "{target}");
    }
}

#[test]
fn readers_are_told_in_their_language_why_something_has_no_words() {
    let (site, _) = site(&[]);
    assert!(site.page("/-/index").contains("a PDF with a password"));
    let chinese = site.ask("/-/index", "Accept: text/html\r\nAccept-Language: zh-CN\r\n").text();
    assert!(chinese.contains("PDF 有密码") && !chinese.contains("with a password"), "{chinese}");
    for sentence in lookup::extract::SENTENCES {
        assert!(page::Language::SimplifiedChinese.knows_reason(sentence), "{sentence}");
    }
}

#[test]
fn a_site_without_an_icon_has_ours() {
    let site = Site::new(&[(b"d/x", b"x")]);
    let icon = site.ask("/favicon.ico", "");
    assert_eq!((icon.status, icon.field("Content-Type")), (200, "image/svg+xml"));
    assert!(icon.content.starts_with(b"<svg"));
    assert_eq!(site.ask("/d/favicon.ico", "").status, 404);
    site.write(b"favicon.ico", b"own");
    assert_eq!(site.ask("/favicon.ico", "").content, b"own");
}
