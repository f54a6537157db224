//! Pages as a whole: what they hold, how large they are, what they never do.

mod sample;

use page::listing::{self, Entries, ListingPage, Query, Row, Segment};
use page::order::Order;
use page::preview::{self, Charset, Ground, Material, Picture, PreviewPage, Sureness};
use page::window::Window;
use page::{Kind, Language, Look, error, markdown};
use sample::{NOW, listing_page, row, segments};
use semantics::Status;

fn html(look: &Look, query: &str, path: &[&str], rows: &[Row]) -> String {
    listing::html(look.clone(), listing_page(query, path, rows, 100)).collect()
}

/// The main part of a page, which is what differs from page to page.
fn main_part(html: &str) -> &str {
    let start = html.find("<main").expect("a page has a main part");
    let end = html.find("</main>").expect("the main part ends");
    &html[start..end]
}

#[test]
fn a_small_folder_is_written_as_this() {
    let rows = [row("b.txt", 1500), row("docs/", 12), row("a \"1\".jpg", 999)];
    assert_eq!(
        main_part(&html(&Look::default(), "", &["x"], &rows)),
        "<main id=main tabindex=-1><div class=lead><h1>x</h1><p class=count>1 folder, 2 files</div>\
         <table class=rows><thead><tr><th scope=col aria-sort=ascending><a href=?sort=name&amp;order=desc>Name</a>\
         <th scope=col><a href=?sort=size&amp;order=desc>Size</a>\
         <th scope=col title=UTC><a href=?sort=modified&amp;order=desc>Modified</a><tbody>\n\
         <tr><td><a href=docs/><svg><use href=#f /></svg><b>docs<i>/</i></b></a><td>12 items\
         <td><time datetime=2026-03-04T11:22Z title=\"4 March 2026 11:22\">11:22</time>\n\
         <tr><td><a href=a%20%221%22.jpg><svg><use href=#i /></svg><b>a &quot;1&quot;<i>.jpg</i></b></a><td>999 B\
         <td><time datetime=2026-03-04T11:06Z title=\"4 March 2026 11:06\">11:06</time>\n\
         <tr><td><a href=b.txt><svg><use href=#p /></svg><b>b<i>.txt</i></b></a><td title=\"1,500 bytes\">1.5 kB\
         <td><time datetime=2026-03-04T10:58Z title=\"4 March 2026 10:58\">10:58</time>\n</table>"
    );
}

#[test]
fn a_folder_for_programs_is_one_object() {
    let rows = [row("b.txt", 1500), row("docs/", 12), row("资.md", 3)];
    let text: String = listing::json(listing_page("sort=size", &["x y"], &rows, 2)).collect();
    assert_eq!(
        text,
        "{\"path\":\"/x%20y/\",\"sort\":\"size\",\"order\":\"asc\",\"total\":3,\"folders\":1,\"files\":2,\
         \"next\":\"/x%20y/?sort=size&order=asc&after=%E8%B5%84.md&at=3&format=json\",\"entries\":[\n\
         {\"name\":\"docs\",\"target\":\"/x%20y/docs/\",\"type\":\"folder\",\"kind\":\"folder\",\
         \"modified\":\"2026-03-04T11:22:53Z\",\"count\":12},\n\
         {\"name\":\"资.md\",\"target\":\"/x%20y/%E8%B5%84.md\",\"type\":\"file\",\"kind\":\"page\",\"size\":3,\
         \"modified\":\"2026-03-04T11:23:02Z\"}\n]}\n"
    );
    let empty: String = listing::json(listing_page("", &[], &[], 2)).collect();
    assert_eq!(
        empty,
        "{\"path\":\"/\",\"sort\":\"name\",\"order\":\"asc\",\"total\":0,\"folders\":0,\"files\":0,\"entries\":[\n]}\n"
    );
}

#[test]
fn the_top_of_a_page_is_there_before_the_folder_is_read() {
    let page = ListingPage {
        path: segments(&["x"]),
        query: Query::default(),
        now: NOW,
        open: Box::new(|| panic!("the folder is read")),
    };
    let first = listing::html(Look::default(), page).next().expect("a page has a beginning");
    assert!(first.contains("<h1>x</h1>"));
}

#[test]
fn a_hundred_rows_stay_within_their_budget() {
    let rows: Vec<Row> = (1..=250).map(|number| row(&format!("IMG_{number:04}.jpg"), 1_000_000 + number)).collect();
    for language in [Language::English, Language::SimplifiedChinese] {
        let look = Look { language, has_lookup: true, offset_seconds: 28_800, ..Look::default() };
        let page = html(&look, "", &["photos", "2025"], &rows);
        assert_eq!(page.matches("<tr><td>").count(), 100);
        assert!(page.len() <= 25 * 1024, "{language:?}: {} bytes", page.len());
    }
}

#[test]
fn rows_come_in_pieces() {
    let rows: Vec<Row> = (0..5000).map(|number| row(&format!("{number}.txt"), 5)).collect();
    let pieces: Vec<String> = listing::html(Look::default(), listing_page("", &[], &rows, 5000)).collect();
    assert!(pieces.len() > 40, "{}", pieces.len());
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() < 20 * 1024));
    let text: String = listing::json(listing_page("", &[], &rows, 5000)).collect();
    assert_eq!(text.matches("\"name\":").count(), 5000);
}

#[test]
fn pages_of_a_large_folder_lead_to_each_other() {
    let rows: Vec<Row> = (1..=250).map(|number| row(&format!("f{number}"), 1)).collect();
    let page = html(&Look::default(), "after=f100", &[], &rows);
    assert!(
        page.contains("<a href=?before=f101 rel=prev>") && page.contains("<a href=?after=f200 rel=next>"),
        "{page}"
    );
    assert!(page.contains("<a href=?>First</a>") && page.contains("<input name=from"));
    assert!(!html(&Look::default(), "", &[], &rows[..99]).contains("class=pager"));
}

#[test]
fn the_box_finds_everywhere_or_else_here() {
    let look = Look { has_lookup: true, ..Look::default() };
    let everywhere = html(&look, "", &[], &[]);
    assert!(everywhere.contains("action=\"/-/find\"") && everywhere.contains("name=q "));
    let here = html(&Look::default(), "match=%3Cb%3E&sort=size", &[], &[]);
    assert!(here.contains("name=match value=\"&lt;b&gt;\"") && here.contains("name=sort value=\"size\""), "{here}");
    assert!(here.contains("Names with “&lt;b&gt;”") && !here.contains("<b>"), "{here}");
}

#[test]
fn the_language_of_a_page_is_said() {
    assert!(html(&Look::default(), "", &[], &[]).starts_with("<!doctype html><html lang=en>"));
    let look = Look::default().in_language(Language::SimplifiedChinese);
    let page = html(&look, "", &[], &[]);
    assert!(page.starts_with("<!doctype html><html lang=zh-CN>") && page.contains("此文件夹是空的。"));
}

fn preview_of(material: Material<'_>) -> String {
    let path = segments(&["a<b", "it's \"x\".txt"]);
    preview::page(
        &Look::default(),
        &PreviewPage {
            path: &path,
            kind: Kind::Page,
            media_type: "text/plain",
            size: 3,
            modified: Some(NOW),
            now: NOW,
            material,
            previous: Some(&path[0]),
            next: None,
        },
    )
}

fn every_page() -> Vec<String> {
    let charset = Charset { label: "<gbk>", sureness: Sureness::Doubtful(Ground::Characters, 2) };
    let text = "<script>alert(1)</script>\n\"',<b>";
    let archive = [(String::from("<script>"), None)];
    let materials = [
        Material::Image(Picture { pixels: Some((3, 2)), camera: Some(String::from("<script>")), ..Picture::default() }),
        Material::Sound,
        Material::Film,
        Material::Pdf,
        Material::Text { text, charset, is_cut: true },
        Material::Markdown { text, charset, is_cut: true },
        Material::Table { text, charset, is_cut: false },
        Material::Archive { entries: &archive, is_cut: true },
        Material::Facts,
    ];
    let mut pages: Vec<String> = materials.into_iter().map(preview_of).collect();
    let rows = [row("<script>alert(1)</script>", 1), row("\"onload='x'.png", 2), row("evil\u{202e}\n/", 3)];
    for view in ["", "view=grid"] {
        pages.push(html(&Look::default(), view, &["<script>"], &rows));
    }
    let path = segments(&["<script>.md"]);
    pages.push(markdown::page(&Look::default(), &markdown::MarkdownPage { path: &path, text }));
    let error = error::ErrorPage { status: Status::NOT_FOUND, id: "<script>", wanted: "<script>", similar: &[] };
    pages.push(error::page(&Look::default(), &error));
    pages
}

#[test]
fn no_page_has_script_or_style_of_its_own_or_asks_elsewhere() {
    for page in every_page() {
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<script src=\"/-/assets/quarry-"), "{page}");
        for never in ["<style", " style=", "http://", "https://", "href=//", "javascript:", "\u{202e}"] {
            assert!(!page.contains(never), "{never} in {page}");
        }
        for tag in page.split('<').filter_map(|piece| piece.split('>').next()) {
            let mut names = tag.split(' ').skip(1);
            assert!(!names.any(|name| name.starts_with("on") && name.contains('=')), "{tag} in {page}");
        }
    }
}

#[test]
fn every_asset_a_page_names_is_there() {
    for page in every_page() {
        let names: Vec<&str> = page.split('"').filter_map(|piece| piece.strip_prefix("/-/assets/")).collect();
        assert_eq!(names.len(), 3, "{page}");
        assert!(names.iter().all(|name| page::asset::get(name).is_some()), "{names:?}");
    }
}

#[test]
fn each_id_stands_once_in_a_page() {
    for page in every_page() {
        let mut ids: Vec<&str> = page
            .split(" id=")
            .skip(1)
            .filter_map(|rest| rest.trim_matches('"').split([' ', '>', '"']).next())
            .collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ids:?}");
    }
}

#[test]
fn the_charset_can_be_changed_and_doubt_is_shown() {
    let charset = Charset { label: "gb18030", sureness: Sureness::Chosen };
    let page = preview_of(Material::Text { text: "a", charset, is_cut: false });
    assert!(page.contains("<option value=gb18030 selected>") && page.contains("chosen by you"), "{page}");
    let charset = Charset { label: "big5", sureness: Sureness::Doubtful(Ground::Characters, 2) };
    let page = preview_of(Material::Text { text: "a", charset, is_cut: false });
    let doubt = "doubtful (its characters are frequent in this encoding; 2 places do not fit)";
    assert!(page.contains("class=unsure") && page.contains(doubt), "{page}");
}

#[test]
fn the_owner_changes_name_colour_logo_head_and_foot() {
    let look = Look {
        title: String::from("A & B"),
        accent: page::Accent::parse("#b4531f"),
        logo: Some(String::from("/logo.svg?a=\"b\"")),
        header: String::from("<p>above</p>"),
        footer: String::from("<p>below</p>"),
        prefix: String::from("/_q"),
        ..Look::default()
    };
    let page = html(&look, "", &["x"], &[]);
    for part in [
        "<title>x – A &amp; B</title>",
        "/_q/assets/accent-b4531f.css",
        "src=\"/logo.svg?a=&quot;b&quot;\"",
        "<p>above</p>",
        "<p>below</p>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn no_name_breaks_a_page() {
    proptest::proptest!(|(name: Vec<u8>, shown: String, path: Vec<u8>, query: Vec<u8>)| {
        let row = Row { name, shown, kind: Kind::Unknown, size: None, modified: None, count: None };
        let path = vec![Segment { shown: String::from_utf8_lossy(&path).into_owned(), name: path }];
        let query = Query::parse(&query);
        for view in [listing::View::List, listing::View::Grid] {
            let mut window = Window::new(Order::new(b"zh").by(query.sort, query.direction), Default::default(), 9);
            window.offer(row.key(), || row.clone());
            let entries = Entries::new(window.finish(), query.sort);
            let (path, query) = (path.clone(), Query { view, ..query.clone() });
            let page = ListingPage { path, query, now: NOW, open: Box::new(move || entries) };
            let html: String = listing::html(Look::default(), page).collect();
            proptest::prop_assert_eq!(html.matches("<script").count(), 1);
            proptest::prop_assert_eq!(html.matches("<main").count(), 1);
        }
    });
}
