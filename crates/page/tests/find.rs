//! The look-up as a whole: what its pages, its suggestions and its JSON hold, and what they never do.

use std::time::Duration;

use page::find::{self, Asked, Facets, Found, Hit, Marked, Progress, Step, Suggestions};
use page::listing::Segment;
use page::{Kind, Language, Look};
use semantics::Timestamp;

/// 4 March 2026, 11:23:05 UTC.
const NOW: Timestamp = Timestamp(1_772_623_385_000_000_000);

fn look() -> Look {
    Look { title: String::from("Materials"), has_lookup: true, ..Look::default() }
}

fn asked(query: &str) -> Asked {
    Asked::parse(query.as_bytes(), |bytes| String::from_utf8_lossy(bytes).into_owned()).0
}

/// Text with `[marks]`.
fn marked(text: &str) -> Marked {
    let pieces = text.split('[').flat_map(|piece| match piece.split_once(']') {
        Some((inside, rest)) => vec![(inside.to_owned(), true), (rest.to_owned(), false)],
        None => vec![(piece.to_owned(), false)],
    });
    Marked(pieces.filter(|(text, _)| !text.is_empty()).collect())
}

fn hit(path: &[&str], name: &str, title: Option<&str>, snippet: &str) -> Hit {
    let file = path[path.len() - 1];
    Hit {
        path: path.iter().map(|name| Segment { name: name.as_bytes().to_vec(), shown: (*name).into() }).collect(),
        name: marked(name),
        title: title.map(marked),
        extension: file.rsplit_once('.').map_or("", |(_, extension)| extension).into(),
        kind: Kind::from_name(file.as_bytes()),
        size: Some(1500),
        modified: Some(Timestamp(NOW.0 - 1_000_000_000)),
        snippet: marked(snippet),
        unreadable: None,
        score: 2.5,
    }
}

fn found(hits: Vec<Hit>) -> Found {
    Found {
        total: hits.len(),
        total_is_exact: true,
        hits,
        took: Duration::from_micros(840),
        index: Progress { names: 9, documents: 9, ..Progress::default() },
        now: NOW,
        ..Found::default()
    }
}

/// The main part of a page, which is what differs from page to page.
fn main_part(html: &str) -> &str {
    let start = html.find("<main").expect("a page has a main part");
    let end = html.find("</main>").expect("the main part ends");
    &html[start..end]
}

#[test]
fn what_is_found_is_written_as_this() {
    let hits = vec![
        hit(&["a b", "x.html"], "x.html", Some("A [stone] & more"), "… the [stone]\nof “x” …"),
        hit(&["stone.pdf"], "[stone].pdf", None, ""),
    ];
    assert_eq!(
        main_part(&find::page(&look(), &asked("q=stone"), &found(hits))),
        "<main id=main tabindex=-1><div class=lead><h1><bdi>stone</bdi></h1><p class=count>2 found · \
         <span title=\"840 µs\">in 0.8 ms</span></p></div><div class=found><ol class=hits start=1>\n\
         <li><h2><a href=/a%20b/x.html><svg><use href=#p /></svg><bdi>A <mark>stone</mark> &amp; more</bdi></a></h2>\
         <p class=where><a href=/a%20b/><bdi>a b</bdi></a> <i>/</i> <bdi>x.html</bdi></p>\
         <p class=snippet>… the <mark>stone</mark> of “x” …</p>\
         <p class=about>HTML · 1.5 kB · <time datetime=2026-03-04T11:23Z title=\"4 March 2026 11:23\">11:23</time> · \
         <a class=peek href=/a%20b/x.html?preview>Preview</a></p>\n\
         <li><h2><a href=/stone.pdf><svg><use href=#d /></svg><bdi><mark>stone</mark>.pdf</bdi></a></h2>\
         <p class=where><a href=/><bdi>Materials</bdi></a></p>\
         <p class=about>PDF · 1.5 kB · <time datetime=2026-03-04T11:23Z title=\"4 March 2026 11:23\">11:23</time> · \
         <a class=peek href=/stone.pdf?preview>Preview</a></p>\n\
         </ol></div><p class=indexed>9 materials can be found. <a href=\"/-/index\">Index</a></p>"
    );
}

#[test]
fn what_is_found_for_programs_is_one_object() {
    let mut hits = vec![hit(&["a b", "x.html"], "x.html", Some("A [stone]"), "<b> [stone]")];
    hits.push(Hit {
        path: vec![Segment { name: b"\xc4\xe3.txt".to_vec(), shown: "你.txt".into() }],
        unreadable: Some("it is locked".into()),
        size: None,
        modified: None,
        score: f32::NAN,
        ..hit(&["你.txt"], "你.[txt]", None, "")
    });
    let found = Found {
        total: 1200,
        total_is_exact: false,
        step: Step::Typo,
        instead: Some("stone".into()),
        facets: Facets { types: vec![("html".into(), 7)], folders: vec![("a b".into(), 3)], years: vec![(2026, 9)] },
        index: Progress { is_building: true, documents: 5, waiting: 4, ..Progress::default() },
        ..found(hits)
    };
    assert_eq!(
        find::json(&found),
        "{\"total\":1200,\"total_is_exact\":false,\"step\":\"typo\",\"instead\":\"stone\",\"took_us\":840,\"hits\":[\
         {\"target\":\"/a%20b/x.html\",\"name\":\"x.html\",\"title\":\"A stone\",\"type\":\"html\",\"size\":1500,\
         \"modified\":\"2026-03-04T11:23:04Z\",\"snippet\":\"&lt;b&gt; <mark>stone</mark>\",\"score\":2.5},\
         {\"target\":\"/%C4%E3.txt\",\"name\":\"你.txt\",\"type\":\"txt\",\"snippet\":\"\",\"unreadable\":\"it is locked\",\"score\":0.0}],\
         \"facets\":{\"type\":[{\"value\":\"html\",\"count\":7}],\"in\":[{\"value\":\"a b\",\"count\":3}],\
         \"year\":[{\"value\":2026,\"count\":9}]},\"index\":{\"state\":\"building\",\"documents\":5,\"waiting\":4}}\n"
    );
    assert_eq!(
        find::json(&Found::default()),
        "{\"total\":0,\"total_is_exact\":false,\"step\":\"all\",\"took_us\":0,\"hits\":[],\
         \"facets\":{\"type\":[],\"in\":[],\"year\":[]},\"index\":{\"state\":\"ready\",\"documents\":0,\"waiting\":0}}\n"
    );
}

#[test]
fn suggestions_are_options_that_lead_somewhere() {
    let suggestions = Suggestions {
        names: vec![hit(&["a", "stone.md"], "[sto]ne.md", None, "")],
        pages: vec![hit(&["b", "x.md"], "x.md", Some("X"), "of [sto]nes")],
        took: Duration::ZERO,
    };
    assert_eq!(
        find::fragment(&look(), &asked("q=+sto&here=a/"), &suggestions),
        "<p hidden>2 suggestions</p><div role=group aria-label=\"Names\"><p role=presentation>Names</p>\
         <a role=option id=s0 tabindex=-1 aria-selected=false href=/a/stone.md><svg><use href=#p /></svg><span><b><bdi>\
         <mark>sto</mark>ne.md</bdi></b><small><bdi>a</bdi></small></span></a></div>\
         <div role=group aria-label=\"Words\"><p role=presentation>Words</p>\
         <a role=option id=s1 tabindex=-1 aria-selected=false href=/b/x.md><svg><use href=#p /></svg><span><b><bdi>X</bdi></b>\
         <small>of <mark>sto</mark>nes</small></span></a></div><div role=group aria-label=\"Find\">\
         <a role=option id=s2 tabindex=-1 aria-selected=false href=\"/-/find?q=sto\"><svg viewBox=\"0 0 24 24\" aria-hidden=true>\
         <circle cx=10.5 cy=10.5 r=6 /><path d=\"m15 15 5 5\"/></svg><span>All that is found for <bdi>sto</bdi></span></a>\
         <a role=option id=s3 tabindex=-1 aria-selected=false href=\"/-/find?q=sto%20in%3A%2Fa%2F\">\
         <svg viewBox=\"0 0 24 24\" aria-hidden=true><circle cx=10.5 cy=10.5 r=6 /><path d=\"m15 15 5 5\"/></svg>\
         <span>Only in <bdi>a/</bdi></span></a></div>"
    );
    // A folder in the words already is the one that is meant.
    assert!(!find::fragment(&look(), &asked("q=x+in:b/&here=a/"), &suggestions).contains("Only in"));
    assert_eq!(find::fragment(&look(), &asked("q=+"), &Suggestions::default()), "<p hidden>No suggestions</p>");
}

#[test]
fn suggestions_for_programs_are_one_object_and_for_browsers_four_lists() {
    let suggestions = Suggestions {
        names: vec![hit(&["a", "s.md"], "[s].md", None, "")],
        pages: vec![hit(&["b", "x.md"], "x.md", Some("[X]"), "")],
        took: Duration::from_micros(7),
    };
    let json = find::suggestions_json(&suggestions);
    assert!(json.starts_with("{\"names\":[{\"target\":\"/a/s.md\",\"name\":\"s.md\",\"type\":\"md\""), "{json}");
    assert!(json.ends_with("\"score\":2.5}],\"took_us\":7}\n"), "{json}");
    assert_eq!(
        find::opensearch_suggestions("s\"", &suggestions, "http://h"),
        "[\"s\\\"\",[\"s.md\",\"X\"],[\"a/s.md\",\"b/x.md\"],[\"http://h/a/s.md\",\"http://h/b/x.md\"]]"
    );
}

#[test]
fn the_description_for_browsers_names_the_host_and_escapes_it() {
    let look = Look { title: String::from("A <very> long title & more"), prefix: String::from("/_q"), ..look() };
    let text = find::description(&look, "https://a\"b");
    assert!(text.contains("<ShortName>A &lt;very&gt; long ti</ShortName>"), "{text}");
    assert!(text.contains("<Url type=\"text/html\" template=\"https://a&quot;b/_q/find?q={searchTerms}\"/>"), "{text}");
    assert!(
        text.contains("template=\"https://a&quot;b/_q/suggest?format=opensearch&amp;q={searchTerms}\"/>"),
        "{text}"
    );
}

#[test]
fn how_the_words_were_understood_is_said() {
    #[track_caller]
    fn check(found: &Found, query: &str, parts: &[&str]) {
        let page = find::page(&look(), &asked(query), found);
        for part in parts {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    let one = || vec![hit(&["a.md"], "a.md", None, "")];
    check(&found(one()), "q=a", &["1 found"]);
    check(&Found { step: Step::Most, ..found(one()) }, "q=a", &["Nothing has all of these words."]);
    check(
        &Found { step: Step::Typo, instead: Some("a<b".into()), ..found(one()) },
        "q=x",
        &["Did you mean <a href=\"/-/find?q=a%3Cb\"><bdi>a&lt;b</bdi></a>?"],
    );
    check(&Found { total: 10_000, total_is_exact: false, ..found(one()) }, "q=a", &["More than 10,000 found"]);
    let building = Progress { is_building: true, documents: 9123, waiting: 877, ..Progress::default() };
    check(
        &Found { index: building, ..found(Vec::new()) },
        "q=a+type:pdf",
        &[
            "Nothing found",
            "Nothing has these words.",
            "<a href=\"/-/find?q=a\">Look everywhere for <bdi>a</bdi></a>",
            "Not everything has been read yet",
            "9,123 of 10,000 materials have been read so far.",
            "<code>type:pdf</code>",
        ],
    );
    check(&found(Vec::new()), "", &["<code>&quot;slate roof&quot;</code>", "placeholder=\"Find names and words\""]);
}

#[test]
fn pages_of_hits_lead_to_each_other() {
    let hits = || vec![hit(&["a.md"], "a.md", None, ""); 20];
    let page = |query: &str, total: usize, hits: Vec<Hit>| {
        let page = find::page(&look(), &asked(query), &Found { total, ..found(hits) });
        page[page.find("<div class=found>").unwrap()..].to_owned()
    };
    let first = page("q=a", 57, hits());
    assert!(
        first.contains("<a href=\"/-/find?q=a&amp;offset=20\" rel=next>Next</a>") && !first.contains("rel=prev"),
        "{first}"
    );
    assert!(first.contains("1 to 20"), "{first}");
    let second = page("q=a&offset=20", 57, hits());
    assert!(
        second.contains("<a href=\"/-/find?q=a\" rel=prev>Previous</a>") && second.contains("start=21>"),
        "{second}"
    );
    let third = page("q=a&offset=40", 57, hits()[..17].to_vec());
    assert!(
        third.contains(">First</a>") && third.contains("offset=20\" rel=prev>") && !third.contains("rel=next"),
        "{third}"
    );
    assert!(!page("q=a", 20, hits()).contains("class=pager"));
    let beyond = page("q=a&offset=60", 57, Vec::new());
    assert!(beyond.contains("There are no more.") && beyond.contains("rel=prev"), "{beyond}");
}

#[test]
fn the_index_says_how_far_it_is() {
    let progress = Progress {
        is_building: true,
        names: 12_800,
        documents: 9123,
        waiting: 3677,
        rate: 4123.4,
        remark: Some("too many <folders>".into()),
        unreadable: 3,
        examples: vec![(hit(&["a", "b<c.pdf"], "", None, "").path, "it is <locked>".into())],
        index_bytes: 24_300_000,
    };
    let page = find::index_page(&look(), &progress);
    for part in [
        "<main id=main tabindex=-1 data-busy>",
        "9,123 of 12,800 materials have been read so far.",
        "<progress value=9123 max=12800",
        "4,123 a second · about a second left",
        "Changes are found late: too many &lt;folders&gt;",
        "<dt>Index on disk<dd>24 MB",
        "<a href=/a/b%3Cc.pdf><bdi>a/b&lt;c.pdf</bdi> <small>it is &lt;locked&gt;</small></a>",
        "and 2 more",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert_eq!(
        find::index_json(&progress),
        "{\"state\":\"building\",\"names\":12800,\"documents\":9123,\"waiting\":3677,\"rate\":4123.4,\
         \"remark\":\"too many <folders>\",\"unreadable\":3,\"examples\":[{\"target\":\"/a/b%3Cc.pdf\",\"reason\":\"it is <locked>\"}],\
         \"bytes\":24300000}\n"
    );
    let ready = find::index_page(&look(), &Progress { rate: f32::NAN, ..Progress::default() });
    assert!(!ready.contains("data-busy") && !ready.contains("<progress"), "{ready}");
}

#[test]
fn pages_of_the_look_up_are_not_for_robots_and_browsers_may_take_it_over() {
    let look = look().in_language(Language::SimplifiedChinese);
    for page in [
        find::page(&look, &asked("q=a"), &found(Vec::new())),
        find::page(&look, &asked(""), &found(Vec::new())),
        find::index_page(&look, &Progress::default()),
    ] {
        assert!(page.starts_with("<!doctype html><html lang=zh-CN>"), "{page}");
        assert!(page.contains("<meta name=robots content=noindex>"), "{page}");
        let link = "<link rel=search type=\"application/opensearchdescription+xml\" title=\"Materials\" href=\"/-/opensearch.xml\">";
        assert!(page.contains(link), "{page}");
        assert_eq!(page.matches("role=search").count(), 1, "one box: {page}");
        let names: Vec<&str> = page.split('"').filter_map(|piece| piece.strip_prefix("/-/assets/")).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert!(names.iter().all(|name| page::asset::get(name).is_some()), "{names:?}");
    }
}

#[test]
fn nothing_found_or_typed_can_write_a_page() {
    proptest::proptest!(|(name: Vec<u8>, text: String, query: Vec<u8>, is_match: bool, offset in 0usize..50)| {
        let (mut asked, _) = Asked::parse(&query, |bytes| String::from_utf8_lossy(bytes).into_owned());
        asked.words.push_str(&text);
        (asked.here, asked.offset) = (text.clone(), offset);
        let marked = Marked(vec![(text.clone(), is_match), (String::from("<script>"), !is_match)]);
        let hit = Hit {
            path: vec![Segment { name: name.clone(), shown: text.clone() }],
            name: marked.clone(),
            title: Some(marked.clone()),
            extension: text.clone(),
            kind: Kind::Unknown,
            size: None,
            modified: None,
            snippet: marked,
            unreadable: Some(text.clone()),
            score: 0.0,
        };
        let facets = Facets {
            types: vec![(text.clone(), 1), (String::new(), 1)],
            folders: vec![(text.clone(), 1), (text.clone(), 1)],
            years: vec![(i32::MAX, 1), (i32::MIN, 2)],
        };
        let found = Found { facets, instead: Some(text.clone()), step: Step::Typo, ..found(vec![hit.clone()]) };
        let html = find::page(&look(), &asked, &found);
        proptest::prop_assert_eq!(html.matches("<script").count(), 2);
        proptest::prop_assert_eq!(html.matches("<main").count(), 1);
        let suggestions = Suggestions { names: vec![hit.clone()], pages: vec![hit], took: Duration::ZERO };
        proptest::prop_assert!(!find::fragment(&look(), &asked, &suggestions).contains("<script"));
        proptest::prop_assert!(!find::description(&look(), &text).contains("<script"));
        let parsed: serde_json::Value = serde_json::from_str(&find::json(&found)).unwrap();
        proptest::prop_assert!(!parsed["hits"][0]["snippet"].as_str().unwrap().contains("<script"));
    });
}
