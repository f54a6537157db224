//! What a look-up might have found.

use std::time::Duration;

use page::Kind;
use page::find::{Facets, Found, Hit, Marked, Progress, Step, Suggestions};
use page::listing::Segment;
use semantics::Timestamp;

use super::{DAY, NOW};

/// Pages: name, query, what was found.
pub(super) fn cases() -> Vec<(&'static str, &'static str, Found)> {
    let found = |hits: Vec<Hit>| Found {
        total: hits.len(),
        total_is_exact: true,
        hits,
        took: Duration::from_micros(840),
        index: progress(false),
        now: NOW,
        ..Found::default()
    };
    let counted = |values: &[(&str, usize)]| values.iter().map(|(value, count)| ((*value).into(), *count)).collect();
    let facets = Facets {
        types: counted(&[("html", 812), ("pdf", 240), ("md", 96), ("txt", 51), ("docx", 12), ("jpg", 3)]),
        folders: counted(&[("notes", 702), ("papers", 240), ("资料", 201), ("a folder with quite a long name", 71)]),
        years: vec![(2026, 96), (2025, 611), (2024, 300), (2019, 207)],
    };
    vec![
        ("empty", "", Found { index: progress(true), now: NOW, ..Found::default() }),
        ("many", "q=stone+wall", Found { total: 1214, total_is_exact: false, facets: facets.clone(), ..found(hits()) }),
        (
            "narrowed",
            "q=stone+type:pdf+in:notes/+after:2025+before:2026&offset=20",
            Found { total: 57, facets: facets.clone(), index: progress(true), ..found(hits()[..2].to_vec()) },
        ),
        ("most", "q=stone+wall+elephant", Found { step: Step::Most, facets, ..found(hits()[..3].to_vec()) }),
        ("typo", "q=sotne", Found { step: Step::Typo, instead: Some("stone".into()), ..found(hits()[..2].to_vec()) }),
        ("nothing", "q=xylophone+type:pdf", Found { index: progress(true), ..found(Vec::new()) }),
        ("odd", "q=%3Cscript%3E+%22a+b", found(odd())),
    ]
}

pub(super) fn suggestions() -> Suggestions {
    Suggestions {
        names: [hits()[1].clone(), hits()[4].clone(), odd()[1].clone()].into(),
        pages: hits()[..4].to_vec(),
        took: Duration::from_micros(300),
    }
}

pub(super) fn progress(is_building: bool) -> Progress {
    let examples = [
        ("papers/scan of 1911.pdf", "it holds pictures of pages, and no text"),
        ("锁住.docx", "it is locked with a password"),
    ];
    Progress {
        is_building,
        names: 12_800,
        documents: if is_building { 9123 } else { 12_800 },
        waiting: if is_building { 3677 } else { 0 },
        rate: 4123.4,
        remark: is_building.then(|| {
            String::from(
                "there are more folders than the system lets one watch; they are looked through every minute instead",
            )
        }),
        unreadable: 14,
        examples: examples.iter().map(|(path, reason)| (way(path), (*reason).into())).collect(),
        index_bytes: 24_300_000,
    }
}

/// Text with `[marks]`.
fn marked(text: &str) -> Marked {
    let pieces = text.split('[').flat_map(|piece| match piece.split_once(']') {
        Some((inside, rest)) => vec![(inside.to_owned(), true), (rest.to_owned(), false)],
        None => vec![(piece.to_owned(), false)],
    });
    Marked(pieces.filter(|(text, _)| !text.is_empty()).collect())
}

fn way(path: &str) -> Vec<Segment> {
    path.split('/').map(|name| Segment { name: name.as_bytes().to_vec(), shown: name.to_owned() }).collect()
}

fn hit(path: &str, name: &str, title: &str, days: i128, size: u64, snippet: &str) -> Hit {
    let path = way(path);
    let file = path.last().map(|segment| segment.shown.clone()).unwrap_or_default();
    Hit {
        name: marked(name),
        title: (!title.is_empty()).then(|| marked(title)),
        extension: file.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default(),
        kind: Kind::from_name(file.as_bytes()),
        size: Some(size),
        modified: Some(Timestamp(NOW.0 - days * DAY)),
        snippet: marked(snippet),
        unreadable: None,
        score: 1.0,
        path,
    }
}

fn hits() -> Vec<Hit> {
    vec![
        hit(
            "notes/walk.html",
            "walk.html",
            "A walk along the [stone] [wall]",
            12,
            18_230,
            "… behind the last house the path turns to the left, and there the old [stone] [wall] begins. It was laid without mortar: each [stone] \
             carries the next, and the [wall] stands since 1743 …",
        ),
        hit(
            "papers/A field guide to six stones.pdf",
            "A field guide to six [stone]s.pdf",
            "",
            300,
            2_400_000,
            "… granite, basalt, slate, marble, sandstone, agate: six [stone]s that make a [wall] …",
        ),
        hit(
            "资料/石头/1 花岗岩.txt",
            "1 花岗岩.txt",
            "[石]头与[墙]：花岗岩",
            0,
            912,
            "……花岗岩是最常见的[石]料，老[墙]多用它砌成，坚硬而耐久……",
        ),
        hit(
            "notes/code/density.rs",
            "density.rs",
            "",
            40,
            4211,
            "/// Density of a [stone] in a [wall], in kilograms per cubic metre. pub fn density(stone: &Stone) -> f64 {",
        ),
        Hit {
            unreadable: Some(String::from("it holds pictures of pages, and no text")),
            ..hit("papers/scans/stone.pdf", "[stone].pdf", "", 5000, 12_400_000, "")
        },
    ]
}

fn odd() -> Vec<Hit> {
    let long = format!("a-very-long-name-{}to-its-end.html", "that-goes-on-and-on-".repeat(8));
    vec![
        hit(
            "a<b/\"q\".html",
            "\"q\".html",
            "<[script]>alert(1)</[script]> & \"quotes\"",
            1,
            0,
            "<img src=x onerror=alert(1)> [<script>] \n next line",
        ),
        hit(
            "שלום עולם.html",
            "שלום [עולם].html",
            "שלום [עולם] ומלואו",
            2,
            1200,
            "זהו טקסט בעברית עם [מילה] מסומנת ו־English בתוכו, כדי לראות את הכיוון.",
        ),
        hit(&long, &long, "", 3, 999, "[a] b"),
        Hit {
            path: vec![Segment { name: b"\xc4\xe3\xba\xc3.txt".to_vec(), shown: String::from("你好.txt") }],
            ..hit("x.txt", "[你好].txt", "", 4, 44, "GBK 编码的[你好]")
        },
    ]
}
