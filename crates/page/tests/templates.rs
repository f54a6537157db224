//! Templates of an owner: those that Quarry gives are what is built in; and what owners and names can do wrong.

mod sample;

use std::sync::{Arc, Mutex};

use page::error::{self, ErrorPage, Similar};
use page::find::{self, Asked, Facets, Found, Hit, Marked, Progress, Step};
use page::listing;
use page::markdown::{self, MarkdownPage};
use page::preview::{self, Charset, Material, Picture, PreviewPage, Sureness};
use page::template::{SAMPLES, Templates};
use page::{Accent, Kind, Language, Look};
use sample::{NOW, listing_page, row, segments};
use semantics::Status;

fn take(sources: &[(&str, &str)]) -> Result<Templates, String> {
    let sources = sources.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    Templates::new(sources, Box::new(|sentence| panic!("{sentence}")))
}

/// Every page with everything that can be in it, by name.
fn pages(look: &Look) -> Vec<(String, String)> {
    let rows = [
        row("<b>'\"&.js", 1500),
        row("evil\u{202e}gpj.png", 999),
        row("docs/", 12),
        row("film.mp4", 5_000_000),
        row("large.jpg", 50_000_000),
        row("the annual report of the quarry association, second edition.pdf", 8_234_112),
    ];
    let mut pages = Vec::new();
    let folders: [(&str, &[&str], usize); 6] = [
        ("", &[], 9),
        ("view=grid", &["a <b>", "x"], 9),
        ("sort=size&order=desc", &["x"], 2),
        ("match=%3Cb%3E&view=grid", &["x"], 9),
        ("after=docs/", &["x"], 2),
        ("sort=modified", &[], 0),
    ];
    for (query, path, rows_max) in folders {
        let mut page = listing_page(query, path, &rows[..rows.len().min(rows_max * 9)], rows_max);
        let open = page.open;
        page.open = Box::new(|| {
            let mut entries = open();
            entries.readme = Box::new(|| Some(String::from("<p>About <i>it</i>.</p>\n")));
            entries
        });
        pages.push((format!("listing {query}"), listing::html(look.clone(), page).collect()));
    }
    let empty = listing::html(look.clone(), listing_page("", &["x"], &[], 9)).collect();
    pages.push((String::from("empty"), empty));

    let path = segments(&["a<b", "it's \"x\".txt"]);
    let charset = Charset { label: "gbk", sureness: Sureness::Bom };
    let camera = Some(String::from("<script>"));
    let materials = [
        Material::Image(Picture { pixels: Some((3, 2)), camera, ..Picture::default() }),
        Material::Text { text: "<script>\n\"", charset, is_cut: true },
        Material::Facts,
    ];
    for (number, material) in materials.into_iter().enumerate() {
        let (previous, next) = if number == 0 { (None, None) } else { (Some(&path[0]), Some(&path[1])) };
        let modified = Some(NOW).filter(|_| number != 2);
        let (media_type, kind, now) = ("text/plain", Kind::Page, NOW);
        let page = PreviewPage { path: &path, kind, media_type, size: 3, modified, now, material, previous, next };
        pages.push((format!("preview {number}"), preview::page(look, &page)));
    }
    for text in ["plain", "# One <b>\n## Two\ntext\n### 三\n#### Four\n"] {
        pages.push((format!("reading {text}"), markdown::page(look, &MarkdownPage { path: &path, text })));
    }
    let similar = [("a\"><b", false), ("docs", true)].map(|(name, is_folder)| Similar {
        path: vec![name.into()],
        shown: name.into(),
        is_folder,
    });
    for (status, id) in [(Status::NOT_FOUND, ""), (Status::INTERNAL_SERVER_ERROR, "<id>")] {
        let similar = if id.is_empty() { &similar[..] } else { &[] };
        let page = ErrorPage { status, id, wanted: "<b>", similar };
        pages.push((format!("error {id}"), error::page(look, &page)));
    }
    for query in ["", "q=stone+type:pdf", "q=%3Cb%3E&offset=20", "q=nothing"] {
        let (asked, _) = Asked::parse(query.as_bytes(), |bytes| String::from_utf8_lossy(bytes).into_owned());
        pages.push((format!("find {query}"), find::page(look, &asked, &found(!query.contains("nothing")))));
    }
    pages.push((String::from("index"), find::index_page(look, &Progress::default())));
    pages
}

fn found(has_hits: bool) -> Found {
    let hit = |kind, title: Option<&str>, snippet: &str, unreadable: Option<&str>| Hit {
        path: segments(&["a <b>", "x.html"]),
        name: Marked(vec![("x".into(), true), (".html".into(), false)]),
        title: title.map(Marked::plain),
        extension: String::from(if title.is_some() { "html" } else { "" }),
        kind,
        size: Some(1500),
        modified: title.map(|_| NOW),
        snippet: Marked(vec![(snippet.into(), false), ("<i>".into(), true)].into_iter().take(snippet.len()).collect()),
        unreadable: unreadable.map(Into::into),
        score: 1.0,
    };
    let hits = vec![
        hit(Kind::Page, Some("A <title>"), "words & more", None),
        hit(Kind::Folder, None, "", None),
        hit(Kind::Pdf, None, "", Some("it is <locked>")),
    ];
    Found {
        total: if has_hits { 60 } else { 0 },
        step: Step::Typo,
        instead: Some("<stone>".into()),
        hits: if has_hits { hits } else { Vec::new() },
        facets: Facets { types: vec![("html".into(), 7), ("<b>".into(), 1)], ..Facets::default() },
        now: NOW,
        ..Found::default()
    }
}

/// A page without the line ends and indentation between its elements.
fn joined(html: &str) -> String {
    html.lines().map(str::trim_start).collect()
}

fn looks() -> [Look; 2] {
    let english = Look { title: String::from("A <b> & 'c'"), ..Look::default() };
    let chinese = Look {
        title: String::from("资料室"),
        accent: Accent::parse("#9a3b1f"),
        logo: Some(String::from("/a'b.svg")),
        header: String::from("<p>above & <b>"),
        footer: String::from("<p>below</p>"),
        language: Language::SimplifiedChinese,
        has_lookup: true,
        offset_seconds: 8 * 3600,
        ..Look::default()
    };
    [english, chinese]
}

#[test]
fn the_templates_that_are_given_make_the_pages_that_are_built_in() {
    let samples: Vec<(&str, &str)> = SAMPLES.iter().map(|sample| (sample.name, sample.text)).collect();
    let templates = Arc::new(take(&samples).unwrap());
    for look in looks() {
        let own = Look { templates: Some(Arc::clone(&templates)), ..look.clone() };
        for ((name, built_in), (_, own)) in pages(&look).into_iter().zip(pages(&own)) {
            assert_eq!(joined(&own), joined(&built_in), "{name}");
        }
    }
}

#[test]
fn each_template_alone_fits_into_what_is_built_in() {
    for sample in SAMPLES {
        let templates = Arc::new(take(&[(sample.name, sample.text)]).unwrap());
        let [look, _] = looks();
        let own = Look { templates: Some(templates), ..look.clone() };
        for ((name, built_in), (_, own)) in pages(&look).into_iter().zip(pages(&own)) {
            assert_eq!(joined(&own), joined(&built_in), "{} in {name}", sample.name);
        }
    }
}

/// The pages of an owner who has brought this.
fn pages_by(name: &str, text: &str) -> Vec<String> {
    let look = Look { templates: Some(Arc::new(take(&[(name, text)]).unwrap())), ..Look::default() };
    pages(&look).into_iter().map(|(_, page)| page).collect()
}

#[test]
fn names_are_only_text_in_a_template_too() {
    for page in pages_by("row.html", "<tr><td>{{ row.name }}<td title=\"{{ row.name }}\">{{ row.kind }}") {
        assert!(!page.contains("<b>'") && !page.contains('\u{202e}'), "{page}");
    }
    let page = &pages_by("row.html", "[{{ row.name }}]")[0];
    assert!(page.contains("[&lt;b&gt;&#39;&quot;&amp;.js]") && page.contains("[evil\u{fffd}gpj.png]"), "{page}");
    // Whatever the template is called, and wherever it includes it.
    let sources = [("row.html", "{% include \"part.txt\" %}"), ("part.txt", "({{ row.name }})")];
    let look = Look { templates: Some(Arc::new(take(&sources).unwrap())), ..Look::default() };
    assert!(pages(&look)[0].1.contains("(&lt;b&gt;&#39;&quot;&amp;.js)"));
}

#[test]
fn what_is_written_about_a_folder_may_stand_before_its_rows() {
    let pages =
        pages_by("listing.html", "<main id=main>{{ readme }}<hr>{% if not is_empty %}{{ rows }}{% endif %}</main>");
    let (readme, rows) = (pages[0].find("About <i>it</i>"), pages[0].find("<tr><td>"));
    assert!(readme.is_some() && readme < rows, "{}", pages[0]);
    assert!(pages[0].contains("</section><hr><tr><td>"), "{}", pages[0]);
}

#[test]
fn rows_come_in_pieces_and_the_top_before_the_folder_is_read() {
    let samples: Vec<(&str, &str)> = SAMPLES.iter().map(|sample| (sample.name, sample.text)).collect();
    let look = Look { templates: Some(Arc::new(take(&samples).unwrap())), ..Look::default() };
    let rows: Vec<_> = (0..5000).map(|number| row(&format!("{number}.txt"), 5)).collect();
    let pieces: Vec<String> = listing::html(look.clone(), listing_page("", &[], &rows, 5000)).collect();
    assert!(pieces.len() > 40, "{}", pieces.len());
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() < 20 * 1024));
    let mut page = listing_page("", &["x"], &[], 9);
    page.open = Box::new(|| panic!("the folder is read"));
    assert!(listing::html(look, page).next().unwrap().contains("<span>x</span></a>"));
}

#[test]
fn a_page_may_be_something_else_altogether() {
    let page = &pages_by("page.html", "<!doctype html><title>{{ title or site.title }}</title>{{ content }}")[0];
    assert!(page.starts_with("<!doctype html><title>Quarry</title><div class=desk><main"), "{page}");
    assert!(page.ends_with("</aside></div>"), "{page}");
}

#[test]
fn what_is_wrong_with_a_template_is_said_with_its_line() {
    #[track_caller]
    fn check(name: &str, text: &str, expected: &str) {
        assert_eq!(take(&[(name, text)]).map(|_| ()).unwrap_err(), expected, "{text}");
    }
    check(
        "row.html",
        "<tr>\n{{ row.name",
        "row.html, line 2: syntax error: unexpected end of input, expected end of variable block",
    );
    check(
        "row.html",
        "{% if row.name %}\n<tr>",
        "row.html, line 2: syntax error: unexpected end of input, expected end of block",
    );
    check("row.html", "\n\n{{ row.nmae }}", "row.html, line 3: undefined value: `row.nmae` is undefined");
    check("error.html", "{{ titel }}", "error.html, line 1: undefined value: `titel` is undefined");
    check("error.html", "{% if titel %}{% endif %}", "error.html, line 1: undefined value: `titel` is undefined");
    check("error.html", "{{ status|shiny }}", "error.html, line 1: unknown filter: filter shiny is unknown");
    check(
        "error.html",
        "{% include 'none.html' %}",
        "error.html, line 1: template not found: tried to include non-existing template 'none.html'",
    );
    check(
        "error.html",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "error.html, line 1: it does more than any page can need, as a loop in a loop may",
    );
    check("page.html", "<p>", "page.html: {{ content }} is written nowhere, expected once, as it is");
    check(
        "page.html",
        "{{ content }}{{ content }}",
        "page.html: {{ content }} is written more than once, expected once, as it is",
    );
    check("page.html", "{{ content|upper }}", "page.html: {{ content }} is written nowhere, expected once, as it is");
    check("listing.html", "{{ title }}", "listing.html: {{ rows }} is written nowhere, expected once, as it is");
    check(
        "listing.html",
        "{{ rows }}{{ readme }}{{ readme }}",
        "listing.html: {{ readme }} is written more than once, expected once, as it is",
    );
    check("hit.html", "a\0", "hit.html: it has a zero byte, expected a text");
    let names = "page.html, listing.html, row.html, tile.html, readme.html, preview.html, reading.html, error.html, find.html, hit.html";
    check("rows.html", "", &format!("none of its files is a template: expected one of {names}"));
}

#[test]
fn what_fails_later_is_as_it_is_built_in_and_told_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&told);
    // On the pages of the trial there is no such name.
    let text = "{% if row.name == 'docs' %}{{ row.name.nothing }}{% endif %}<tr><td>{{ row.name }}";
    let templates = Templates::new(
        vec![("row.html".into(), text.into())],
        Box::new(move |sentence| report.lock().unwrap().push(sentence.to_owned())),
    );
    let look = Look { templates: Some(Arc::new(templates.unwrap())), ..Look::default() };
    for _ in 0..2 {
        let page = &pages(&look)[0].1;
        assert!(page.contains("<tr><td><a href=docs/><svg>"), "{page}");
        assert!(page.contains("<tr><td>film.mp4<tr><td>"), "{page}");
    }
    assert_eq!(*told.lock().unwrap(), ["row.html, line 1: undefined value: `row.name.nothing` is undefined"]);
}
