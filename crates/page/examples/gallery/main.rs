//! Writes sample pages with their assets into a folder, to be looked at: `cargo run -p page --example gallery -- DIR`.

mod found;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use page::error::{self, ErrorPage, Similar};
use page::find::{self, Asked};
use page::listing::{self, Entries, ListingPage, Query, Row, Segment};
use page::markdown::{self, MarkdownPage};
use page::order::Order;
use page::preview::{self, Charset, Ground, Material, Picture, PreviewPage, Sureness};
use page::window::Window;
use page::{Accent, Kind, Language, Look};
use semantics::{Status, Timestamp};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "gallery".into()));
    let gallery = Gallery { folder };
    for (look, suffix) in [(english(), ""), (chinese(), "-zh")] {
        gallery.listings(&look, suffix)?;
        gallery.previews(&look, suffix)?;
        gallery.readings(&look, suffix)?;
        gallery.errors(&look, suffix)?;
        gallery.finds(&look, suffix)?;
    }
    Ok(())
}

/// 4 March 2026, 11:23:05 UTC.
const NOW: Timestamp = Timestamp(1_772_623_385_000_000_000);

struct Gallery {
    folder: PathBuf,
}

impl Gallery {
    fn write(&self, name: &str, html: &str) -> io::Result<()> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        for address in html.split('"').filter_map(|piece| piece.strip_prefix("/-/assets/")) {
            if let Some(asset) = page::asset::get(address) {
                fs::create_dir_all(self.folder.join("-/assets"))?;
                fs::write(self.folder.join("-/assets").join(address), asset.bytes)?;
            }
        }
        fs::write(path, html)
    }

    fn listing(
        &self,
        name: &str,
        look: &Look,
        path: &[&str],
        query: &str,
        rows: Vec<Row>,
        readme: bool,
    ) -> io::Result<()> {
        let query = Query::parse(query.as_bytes());
        let order = Order::new(look.language.tag().as_bytes()).by(query.sort, query.direction);
        let mut window = Window::new(order, query.start.clone(), 100);
        for row in rows {
            window.offer(row.key(), || row.clone());
        }
        let mut entries = Entries::new(window.finish(), query.sort);
        if readme {
            entries.readme = Box::new(|| Some(markdown::render(README).html));
        }
        let page = ListingPage { path: segments(path), query, now: NOW, open: Box::new(move || entries) };
        let html: String = listing::html(look.clone(), page).collect();
        println!("{name}: {} bytes", html.len());
        self.write(name, &html)
    }

    fn listings(&self, look: &Look, suffix: &str) -> io::Result<()> {
        self.listing(&format!("small{suffix}.html"), look, &[], "", small(), true)?;
        self.listing(&format!("hundred{suffix}.html"), look, &["photos", "2025", "summer"], "", hundred(250), false)?;
        self.listing(&format!("grid{suffix}.html"), look, &["photos"], "view=grid", small(), false)?;
        self.listing(&format!("empty{suffix}.html"), look, &["archive"], "", Vec::new(), false)?;
        self.listing(&format!("match{suffix}.html"), look, &["archive"], "match=zzz", Vec::new(), false)?;
        self.listing(&format!("chinese{suffix}.html"), look, &["资料", "文学"], "", chinese_names(), false)?;
        self.listing(&format!("odd{suffix}.html"), look, &["a <b>&\"'"], "sort=size&order=desc", odd_names(), false)
    }

    fn previews(&self, look: &Look, suffix: &str) -> io::Result<()> {
        let charset = Charset { label: "gbk", sureness: Sureness::Likely(Ground::Characters) };
        let doubtful = Charset { label: "windows-1252", sureness: Sureness::Doubtful(Ground::Characters, 3) };
        let utf8 = Charset { label: "utf-8", sureness: Sureness::Utf8 };
        let entries = [(String::from("docs/a.txt"), Some(1200)), (String::from("docs/图.png"), Some(52_000))];
        let picture = Picture {
            pixels: Some((1600, 1000)),
            camera: Some("Canon EOS R5".into()),
            lens: None,
            taken: Some((2025, 6, 1, 18, 40)),
            exposure: Some("1/250 s · f/2.8 · ISO 200 · 35 mm".into()),
        };
        let cases = [
            ("image", "quarry-wall.svg", "image/svg+xml", Material::Image(picture)),
            ("sound", "bell.ogg", "audio/ogg", Material::Sound),
            ("film", "river.webm", "video/webm", Material::Film),
            ("pdf", "report.pdf", "application/pdf", Material::Pdf),
            ("text", "静夜思.txt", "text/plain; charset=gbk", Material::Text { text: POEM, charset, is_cut: false }),
            (
                "code",
                "worker.rs",
                "text/plain; charset=utf-8",
                Material::Text { text: CODE, charset: doubtful, is_cut: true },
            ),
            (
                "markdown",
                "README.md",
                "text/markdown",
                Material::Markdown { text: README, charset: utf8, is_cut: false },
            ),
            ("table", "rivers.csv", "text/csv", Material::Table { text: RIVERS, charset: utf8, is_cut: false }),
            ("archive", "all.zip", "application/zip", Material::Archive { entries: &entries, is_cut: false }),
            ("facts", "firmware.bin", "application/octet-stream", Material::Facts),
        ];
        for (name, file, media_type, material) in cases {
            let page = PreviewPage {
                path: &segments(&["materials", file]),
                kind: Kind::from_name(file.as_bytes()),
                media_type,
                size: 1_234_567,
                modified: Some(Timestamp(NOW.0 - 40 * DAY)),
                now: NOW,
                material,
                previous: Some(&segment("a first material.txt")),
                next: Some(&segment("the one behind it.png")),
            };
            self.write(&format!("preview-{name}{suffix}.html"), &preview::page(look, &page))?;
        }
        fs::write(self.folder.join("quarry-wall.svg"), PICTURE)
    }

    fn readings(&self, look: &Look, suffix: &str) -> io::Result<()> {
        let path = segments(&["docs", "README.md"]);
        self.write(&format!("reading{suffix}.html"), &markdown::page(look, &MarkdownPage { path: &path, text: README }))
    }

    fn finds(&self, look: &Look, suffix: &str) -> io::Result<()> {
        for (name, query, found) in found::cases() {
            let (asked, _) = Asked::parse(query.as_bytes(), |bytes| String::from_utf8_lossy(bytes).into_owned());
            let html = find::page(look, &asked, &found);
            println!("find-{name}{suffix}.html: {} bytes", html.len());
            self.write(&format!("find-{name}{suffix}.html"), &html)?;
        }
        let (asked, _) =
            Asked::parse(b"q=stone&here=notes%2Fcode%2F", |bytes| String::from_utf8_lossy(bytes).into_owned());
        let fragment = find::fragment(look, &asked, &found::suggestions());
        fs::write(self.folder.join(format!("suggest{suffix}.html")), fragment)?;
        fs::write(self.folder.join("opensearch.xml"), find::description(look, "http://127.0.0.1:8000"))?;
        for (name, is_building) in [("ready", false), ("building", true)] {
            let html = find::index_page(look, &found::progress(is_building));
            self.write(&format!("index-{name}{suffix}.html"), &html)?;
        }
        Ok(())
    }

    fn errors(&self, look: &Look, suffix: &str) -> io::Result<()> {
        let similar = ["report-2025.pdf", "reports/", "资料/report 2024.pdf"].map(|name| Similar {
            path: name.trim_end_matches('/').split('/').map(|part| part.as_bytes().to_vec()).collect(),
            shown: name.to_owned(),
            is_folder: name.ends_with('/'),
        });
        for status in [Status::NOT_FOUND, Status::FORBIDDEN, Status::INTERNAL_SERVER_ERROR] {
            let similar: &[Similar] = if status == Status::NOT_FOUND { &similar } else { &[] };
            let html = error::page(look, &ErrorPage { status, id: "7f3a-19c2", wanted: "raport-2025.pdf", similar });
            self.write(&format!("error-{}{suffix}.html", status.code()), &html)?;
        }
        Ok(())
    }
}

fn english() -> Look {
    Look { title: String::from("Materials"), has_lookup: true, ..Look::default() }
}

fn chinese() -> Look {
    Look {
        title: String::from("资料室"),
        language: Language::SimplifiedChinese,
        accent: Accent::parse("#9a3b1f"),
        has_lookup: true,
        offset_seconds: 8 * 3600,
        ..Look::default()
    }
}

fn segment(name: &str) -> Segment {
    Segment { name: name.as_bytes().to_vec(), shown: name.to_owned() }
}

fn segments(names: &[&str]) -> Vec<Segment> {
    names.iter().map(|name| segment(name)).collect()
}

/// A row from its name (a slash at the end makes a folder), size or count, and age in days.
fn row(name: &str, size: u64, days: i128) -> Row {
    let bare = name.trim_end_matches('/');
    let is_folder = bare.len() < name.len();
    Row {
        name: bare.as_bytes().to_vec(),
        shown: bare.to_owned(),
        kind: if is_folder { Kind::Folder } else { Kind::from_name(bare.as_bytes()) },
        size: (!is_folder).then_some(size),
        modified: Some(Timestamp(NOW.0 - days * DAY - 3_700_000_000_000)),
        count: is_folder.then_some(size),
    }
}

fn small() -> Vec<Row> {
    vec![
        row("documents/", 12, 1),
        row("photos/", 1834, 300),
        row("recordings/", 1, 2000),
        row("README.md", 2431, 0),
        row("quarry-wall.svg", 1_204_332, 0),
        row("annual report of the quarry association, second and corrected edition 2025.pdf", 8_234_112, 12),
        row("worker.rs", 8112, 3),
        row("bell.ogg", 512_000, 45),
        row("river.webm", 64_211_000, 90),
        row("rivers.csv", 934, 170),
        row("materials.tar.gz", 4_900_000_000, 400),
        row("talk.odp", 3_300_000, 900),
        row("firmware.bin", 65_536, 1500),
        row("静夜思.txt", 96, 5000),
    ]
}

fn hundred(count: u64) -> Vec<Row> {
    (1..=count)
        .map(|number| row(&format!("IMG_{number:04}.jpg"), 1_000_000 + number * 7919, i128::from(number)))
        .collect()
}

fn chinese_names() -> Vec<Row> {
    let names = ["红楼梦", "西游记", "三国演义", "水浒传", "聊斋志异", "儒林外史"];
    let mut rows = vec![row("唐诗/", 300, 20), row("宋词/", 281, 21), row("元曲/", 90, 22)];
    rows.extend(
        (0_u32..)
            .zip(names)
            .map(|(index, name)| row(&format!("{name}.txt"), 900_000 + u64::from(index), i128::from(index) * 50)),
    );
    rows.extend((1..=12).map(|number| {
        row(&format!("第{number}回 甄士隐梦幻识通灵贾雨村风尘怀闺秀林黛玉初进荣国府之全文.txt"), 30_000, 3)
    }));
    rows
}

fn odd_names() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        "<script>alert(1)</script>.js",
        "a \"quoted\" name.txt",
        "line\nbreak.txt",
        "evil\u{202e}gpj.exe",
        "שלום עולם.txt",
        "50% #1?.html",
        "  spaces  ",
        "日本語のファイル名.docx",
        "한국어.hwp",
        ".hidden",
        "no-extension",
    ]
    .iter()
    .map(|name| row(name, 120, 2))
    .collect();
    rows.push(Row { name: b"\xc4\xe3\xba\xc3.txt".to_vec(), shown: String::from("你好.txt"), ..row("x.txt", 44, 8) });
    rows
}

const DAY: i128 = 86_400_000_000_000;

const README: &str = include_str!("README.md");
const CODE: &str = include_str!("main.rs");
const POEM: &str = "静夜思\n李白\n\n床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。\n";
const RIVERS: &str = "River,Length (km),Continent\nNile,6650,Africa\nAmazon,6400,South America\n长江,6300,Asia\n\"Mississippi, with Missouri\",6275,North America\nYenisei,5539,Asia\n";
const PICTURE: &str = include_str!("quarry-wall.svg");
