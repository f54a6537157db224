//! Pages as a client gets them: from files on a disk to the fields and bytes of an answer.

mod find;

use crate::access_log::{AccessLog, LogWriter};
use crate::disk_tree::DiskTree;
use crate::limit::Limits;
use crate::origin::{self, Answer, Shared};
use page::Look;
use reactor::disk::Links;
use semantics::{Content, Field, FieldName, Fields, Method, RequestHead, Timestamp, Version};
use site::{SiteOptions, Tree};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, iter};
use tempfile::TempDir;

const PEOPLE: &str = "Accept: text/html\r\n";

/// A folder on disk and the site over it.
struct Site {
    folder: TempDir,
    served: origin::Site<DiskTree>,
}

struct Reply {
    status: u16,
    fields: Vec<Field>,
    content: Vec<u8>,
}

impl Site {
    fn new(files: &[(&[u8], &[u8])]) -> Site {
        let folder = TempDir::new().unwrap();
        let limits = Limits {
            wire: wire::Limits::default(),
            connections_max: 1,
            turns_away: true,
            per_address_max: None,
            memory_bytes: 0,
            drain: Duration::ZERO,
        };
        let tree = DiskTree::open(folder.path(), Links::Inside).unwrap();
        let log = LogWriter::silent(AccessLog::Off);
        let shared = Arc::new(Shared::new(limits, log, 0, false));
        let served = origin::Site::new(tree, SiteOptions::default(), Look::default(), &shared);
        let site = Site { folder, served };
        files.iter().for_each(|(name, content)| site.write(name, content));
        site
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.folder.path().join(OsStr::from_bytes(name))
    }

    fn write(&self, name: &[u8], content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn ask(&self, target: &str, section: &str) -> Reply {
        let mut fields = Fields::new();
        fields.set_section(section.as_bytes());
        let lines = fields;
        for (name, value) in lines.lines() {
            if let Some(name) = FieldName::from_bytes(name) {
                fields.note(name, value);
            }
        }
        let target = target.as_bytes();
        let head = RequestHead { method: Method::Get, target, authority: b"a", version: Version::Http11, fields };
        match self.served.answer(&head, crate::known::Known::default(), Timestamp::from_seconds(1_800_000_000)) {
            Answer::Whole(response, _) => {
                let content = match response.content {
                    Content::Empty => Vec::new(),
                    Content::Bytes(bytes, range) => bytes[range].to_vec(),
                    Content::File { file, length, .. } => {
                        let mut bytes = vec![0; length as usize];
                        assert_eq!(self.served.files.read(&file, 0, &mut bytes), Ok(bytes.len()));
                        bytes
                    }
                    other => panic!("{other:?}"),
                };
                Reply { status: response.status.code(), fields: response.fields, content }
            }
            Answer::Stream { status, fields, first, mut source } => {
                let rest = iter::from_fn(|| source.next()).map(Result::unwrap);
                Reply { status: status.code(), fields, content: iter::once(first).chain(rest).flatten().collect() }
            }
            Answer::Failed(cause) => panic!("{cause}"),
        }
    }

    fn json(&self, target: &str) -> serde_json::Value {
        let reply = self.ask(target, "");
        assert_eq!(reply.field("Content-Type"), "application/json", "{target}");
        serde_json::from_slice(&reply.content).unwrap()
    }

    /// The text of a page.
    fn page(&self, target: &str) -> String {
        let reply = self.ask(target, PEOPLE);
        assert_eq!(reply.status, 200, "{target}");
        reply.text()
    }
}

impl Reply {
    fn field(&self, name: &str) -> &str {
        let mut named = self.fields.iter().filter(|field| field.name == name);
        let value = named.next().map_or("-", |field| &field.value);
        assert!(named.next().is_none(), "{name} stands twice");
        value
    }

    fn text(&self) -> String {
        String::from_utf8(self.content.clone()).unwrap()
    }
}

/// The targets of a JSON listing.
fn targets(listing: &serde_json::Value) -> Vec<String> {
    let entries = listing["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["target"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn answers_say_what_they_vary_by() {
    let site = Site::new(&[(b"a.md", b"# a"), (b"b.png", b"x"), (b"d/x", b"x")]);
    let check = |target: &str, section: &str, status: u16, expected: &str| {
        let reply = site.ask(target, section);
        assert_eq!((reply.status, reply.field("Vary")), (status, expected), "{target}");
    };
    check("/d/", PEOPLE, 200, "Accept, Accept-Language");
    check("/d/?format=json", "", 200, "Accept, Accept-Language");
    check("/a.md", PEOPLE, 200, "Accept, Accept-Language, Sec-Fetch-Dest");
    check("/b.png?preview", PEOPLE, 200, "Accept-Language");
    check("/nothing", PEOPLE, 404, "Accept, Accept-Language, Sec-Fetch-Dest");
    check("/nothing", "", 404, "Accept, Accept-Language, Sec-Fetch-Dest");
    check("/-/nothing", PEOPLE, 404, "Accept, Accept-Language, Sec-Fetch-Dest");
    check("/-/assets/nothing.css", PEOPLE, 404, "Accept, Accept-Language, Sec-Fetch-Dest");
    // For nobody that is known.
    check("/-/status", "", 404, "Accept, Accept-Language, Sec-Fetch-Dest");
    check("/?archive=tar", "", 200, "-");
}

#[test]
fn errors_speak_the_language_of_the_reader() {
    let site = Site::new(&[]);
    let chinese = site.ask("/nothing", "Accept: text/html\r\nAccept-Language: zh-CN\r\n").text();
    assert!(chinese.starts_with("<!doctype html><html lang=zh-CN>"), "{chinese}");
}

#[test]
fn markdown_is_read_in_the_encoding_that_is_asked_for() {
    // The same bytes: "é" in windows-1252, "щ" in windows-1251.
    let site = Site::new(&[(b"a.md", b"caf\xe9")]);
    assert!(site.page("/a.md?charset=windows-1252").contains("<p>café</p>"));
    assert!(site.page("/a.md?charset=windows-1251").contains("<p>cafй</p>"));
    assert_eq!(site.page("/a.md?charset="), site.page("/a.md"));
    assert_eq!(site.page("/a.md?charset=utf-7"), site.page("/a.md"));
}

#[test]
fn a_doubtful_charset_is_shown_with_its_reason() {
    let site = Site::new(&[(b"a.txt", b"caf\xe9"), (b"b.txt", "\u{feff}x".as_bytes()), (b"c.txt", b"plain")]);
    let doubtful = site.page("/a.txt?preview");
    assert!(doubtful.contains("<p class=unsure>") && doubtful.contains("<span>doubtful ("), "{doubtful}");
    assert!(site.page("/a.txt?preview=&charset=koi8-r").contains("<b>koi8-r</b> · <span>chosen by you</span>"));
    let marked = "<b>utf-8</b> · <span>certain: the file begins with its mark</span>";
    assert!(site.page("/b.txt?preview=&charset=koi8-r").contains(marked), "a mark goes ahead of a wish");
    assert!(site.page("/c.txt?preview").contains("<span>certain: plain ASCII</span>"));
}

#[test]
fn pages_of_a_json_listing_lead_through_all_of_it() {
    let names: Vec<String> = (0..1203).map(|number| format!("{number} & %.txt")).collect();
    let files: Vec<(&[u8], &[u8])> = names.iter().map(|name| (name.as_bytes(), &b""[..])).collect();
    let site = Site::new(&files);
    for query in ["?format=json", "?format=json&sort=modified&order=desc", "?sort=size&format=json"] {
        let (mut target, mut pages) = (format!("/{query}"), Vec::new());
        loop {
            let page = site.json(&target);
            let next = page["next"].as_str().map(str::to_owned);
            pages.push(page);
            match next {
                Some(next) => target = next,
                None => break,
            }
        }
        let mut found: Vec<String> = pages.iter().flat_map(targets).collect();
        assert_eq!((found.len(), pages.len()), (1203, 3), "{query}");
        let back = site.json(pages[2]["previous"].as_str().unwrap());
        assert_eq!(targets(&back), targets(&pages[1]), "{query}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 1203, "{query}");
    }
}

#[test]
fn any_name_can_be_followed_from_its_row() {
    let odd: [&[u8]; 13] = [
        b"a\nb.txt",
        b"'quotes' \"and\" more.txt",
        b"100%.txt",
        b"%41.txt",
        b"a#b.txt",
        b"a?b.txt",
        b"  leading.txt",
        b"trailing ",
        b"a:b.txt",
        b"back\\slash",
        b"a&b=c+d;e.txt",
        "🗿 石.txt".as_bytes(),
        b"\xb2\xe2\xca\xd4.txt",
    ];
    let files: Vec<(&[u8], &[u8])> = odd.iter().map(|name| (*name, *name)).collect();
    let site = Site::new(&files);
    let listing = site.json("/?format=json");
    let html = site.page("/");
    let mut contents = Vec::new();
    for target in targets(&listing) {
        // The slash is that of the root; the row's link is relative to it.
        let link = target.trim_start_matches('/');
        assert!(html.contains(&format!("href={link}>")) || html.contains(&format!("href=./{link}>")), "{link}: {html}");
        let reply = site.ask(&target, "");
        assert_eq!(reply.status, 200, "{target}");
        contents.push(reply.content);
        assert!(site.ask(&format!("{target}?preview"), PEOPLE).status == 200, "{target}");
    }
    contents.sort();
    let mut expected: Vec<Vec<u8>> = odd.iter().map(|name| name.to_vec()).collect();
    expected.sort();
    assert_eq!(contents, expected);
}

#[test]
fn names_in_an_old_encoding_are_read_ordered_and_paged_together() {
    // "目录" in GBK is UTF-8 by chance, and read so if nothing stands beside it.
    let (word, encoding) = ("采石场的照片", charset::Encoding::for_label(b"gbk").unwrap());
    let mut names: Vec<Vec<u8>> =
        (0..600).map(|number| encoding.encode(&format!("{word} {number}.txt")).0.into_owned()).collect();
    names.push(encoding.encode("目录").0.into_owned());
    let files: Vec<(&[u8], &[u8])> = names.iter().map(|name| (name.as_slice(), &b""[..])).collect();
    let site = Site::new(&files);
    let first = site.json("/?format=json");
    let second = site.json(first["next"].as_str().unwrap());
    let shown = |page: &serde_json::Value| -> Vec<String> {
        page["entries"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = [shown(&first), shown(&second)].concat();
    all.retain(|name| name != "目录");
    // Digits by value, over both pages.
    let expected: Vec<String> = (0..600).map(|number| format!("{word} {number}.txt")).collect();
    assert_eq!(all, expected);
    assert_eq!(first["total"], 601);
}

#[test]
fn links_are_rows_where_they_may_be_followed() {
    let site = Site::new(&[(b"a.txt", b"abc"), (b"d/x", b"x")]);
    for (to, name) in [("a.txt", "file"), ("d", "folder"), ("/etc", "outside"), ("../..", "above"), ("gone", "broken")]
    {
        symlink(to, site.path(name.as_bytes())).unwrap();
    }
    assert_eq!(targets(&site.json("/?format=json")), ["/d/", "/folder/", "/a.txt", "/file"]);
    assert_eq!(site.ask("/outside/", PEOPLE).status, 404);
    assert_eq!(site.ask("/broken", PEOPLE).status, 404);
    assert_eq!(targets(&site.json("/folder/?format=json")), ["/folder/x"]);
}

#[test]
fn an_empty_folder_says_so() {
    let site = Site::new(&[]);
    assert!(site.page("/").contains("This folder is empty."));
    assert_eq!(targets(&site.json("/?format=json")), [""; 0]);
}

#[test]
fn a_preview_shows_what_an_archive_holds() {
    let site =
        Site::new(&[(b"d/a.txt", b"twelve bytes"), (b"d/e/b.txt", b""), (b"not.zip", b"PK\x05\x06"), (b"x.zip", b"")]);
    for format in ["zip", "tar"] {
        let archive = site.ask(&format!("/d/?archive={format}"), "").content;
        site.write(format!("all.{format}").as_bytes(), &archive);
        let page = site.page(&format!("/all.{format}?preview"));
        assert!(page.contains("<tr><td>d/a.txt<td>12&nbsp;B") || page.contains("<tr><td>d/a.txt<td>12 B"), "{page}");
        assert!(page.contains("<tr><td>d/e/b.txt<td>0"), "{page}");
        site.write(format!("cut.{format}").as_bytes(), &archive[..archive.len() / 2]);
        assert_eq!(site.ask(&format!("/cut.{format}?preview"), PEOPLE).status, 200);
    }
    assert!(site.page("/not.zip?preview").contains("There is no preview"));
    assert!(site.page("/x.zip?preview").contains("There is no preview"));
}

#[test]
fn a_preview_shows_the_size_of_a_picture() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02";
    let site = Site::new(&[(b"a.png", png), (b"broken.png", &png[..19]), (b"empty.jpg", b"")]);
    let page = site.page("/a.png?preview");
    assert!(page.contains("width=640 height=480") && page.contains("640 × 480"), "{page}");
    for name in ["broken.png", "empty.jpg"] {
        assert!(!site.page(&format!("/{name}?preview")).contains("Pixels"), "{name}");
    }
}

#[test]
fn a_thumbnail_is_the_small_picture_inside_a_photo() {
    // Lying on its side, 160 by 120, in a photo of 640 by 480.
    let size = |width: [u8; 2], height: [u8; 2]| {
        [&b"\xff\xc0\0\x0b\x08"[..], &height, &width, b"\x01\x01\x11\0\xff\xd9"].concat()
    };
    let small = [b"\xff\xd8".to_vec(), size([0, 160], [0, 120])].concat();
    let tiff = [
        &b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\x1a\0\x02"[..],
        b"\x02\x01\0\x04\0\0\0\x01\0\0\0\x38\x02\x02\0\x04\0\0\0\x01\0\0\0\x11\0\0\0\0",
        &small,
    ]
    .concat();
    let exif = [&b"\xff\xe1\0"[..], &[tiff.len() as u8 + 8], b"Exif\0\0", &tiff].concat();
    let photo = [b"\xff\xd8".to_vec(), exif, size([2, 128], [1, 224])].concat();
    let site = Site::new(&[(b"a.jpg", &photo), (b"none.jpg", &photo[..9])]);
    let answer = site.ask("/a.jpg?thumbnail", PEOPLE);
    assert_eq!((answer.status, answer.field("Content-Type")), (200, "image/jpeg"));
    assert_eq!((&answer.content[..6], &answer.content[38..]), (&b"\xff\xd8\xff\xe1\0\x22"[..], &small[2..]));
    assert_eq!(site.ask("/none.jpg?thumbnail", PEOPLE).content, photo[..9]);
}
