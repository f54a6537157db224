//! Tries templates before anybody sees them: on pages that have all that a page can have, and on pages that have nothing.

use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use semantics::{Status, Timestamp};

use super::Templates;
use crate::error::{self, ErrorPage, Similar};
use crate::find::{self, Asked, Found, Hit, Marked};
use crate::kind::Kind;
use crate::listing::{self, Entries, ListingPage, Query, Row, Segment};
use crate::look::Look;
use crate::markdown::{self, MarkdownPage};
use crate::order::Sort;
use crate::preview::{self, Material, PreviewPage};
use crate::window::Chosen;

/// Gives the templates back if all pages can be made with them. Errs with the first fault.
pub(super) fn run(mut templates: Templates) -> Result<Templates, String> {
    // What fails now is told by who asked for this, not as something that has happened to a page.
    let report = mem::replace(&mut templates.report, Box::new(|_| ()));
    let templates = Arc::new(templates);
    for has_all in [true, false] {
        let look = Look {
            title: String::from("Site"),
            logo: has_all.then(|| String::from("/logo.svg")),
            has_lookup: has_all,
            templates: Some(Arc::clone(&templates)),
            ..Look::default()
        };
        folders(&look, has_all);
        materials(&look, has_all);
        finds(&look, has_all);
    }
    let fault = templates.said.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
    match (fault, Arc::try_unwrap(templates)) {
        (None, Ok(templates)) => Ok(Templates { report, ..templates }),
        (Some(fault), _) => Err(fault),
        // Each page that was made has let go of them.
        (None, Err(_)) => Err(String::from("templates are still in use")),
    }
}

fn folders(look: &Look, has_all: bool) {
    for query in ["", "view=grid", "match=a&sort=size&after=a&at=1"] {
        let query = Query::parse(query.as_bytes());
        let row = |name: &str, kind| Row {
            name: name.into(),
            shown: name.into(),
            kind,
            size: has_all.then_some(2048),
            modified: has_all.then_some(NOW),
            count: has_all.then_some(2),
        };
        let rows = vec![
            row("folder", Kind::Folder),
            row("a.jpg", Kind::Image),
            row("a.mp4", Kind::Film),
            row("a", Kind::Unknown),
        ];
        let rows = if has_all { rows } else { Vec::new() };
        let files = rows.len() as u64;
        let chosen = Chosen { rows, folders: 0, files, has_previous: has_all, has_next: has_all };
        let mut entries = Entries::new(chosen, Sort::Name);
        entries.readme = Box::new(move || has_all.then(|| String::from("<p>About it.</p>")));
        let path = if has_all { vec![segment("a"), segment("b")] } else { Vec::new() };
        let page = ListingPage { path, query, now: NOW, open: Box::new(|| entries) };
        listing::html(look.clone(), page).for_each(drop);
    }
}

fn materials(look: &Look, has_all: bool) {
    let (path, neighbour) = ([segment("folder"), segment("a.txt")], segment("b.txt"));
    preview::page(
        look,
        &PreviewPage {
            path: &path,
            kind: Kind::Page,
            media_type: "text/plain",
            size: 2048,
            modified: has_all.then_some(NOW),
            now: NOW,
            material: Material::Facts,
            previous: Some(&neighbour).filter(|_| has_all),
            next: Some(&neighbour).filter(|_| has_all),
        },
    );
    let text = if has_all { "# One\n## Two\n## Three\n" } else { "" };
    markdown::page(look, &MarkdownPage { path: &path, text });
    let similar = [Similar { path: vec![b"a".to_vec()], shown: String::from("a"), is_folder: false }];
    let (id, wanted, similar) = if has_all { ("7f3a", "b", &similar[..]) } else { ("", "", &[][..]) };
    for status in [Status::NOT_FOUND, Status::INTERNAL_SERVER_ERROR] {
        error::page(look, &ErrorPage { status, id, wanted, similar });
    }
}

fn finds(look: &Look, has_all: bool) {
    let hit = |kind, snippet: &str, unreadable: Option<&str>| Hit {
        path: vec![segment("folder"), segment("a.txt")],
        name: Marked::plain("a.txt"),
        title: None,
        extension: String::new(),
        kind,
        size: has_all.then_some(2048),
        modified: has_all.then_some(NOW),
        snippet: Marked::plain(snippet),
        unreadable: unreadable.map(String::from),
        score: 1.0,
    };
    let hits =
        vec![hit(Kind::Folder, "", None), hit(Kind::Page, "words", None), hit(Kind::Pdf, "", Some("it is locked"))];
    let found = Found {
        total: if has_all { 3 } else { 0 },
        hits: if has_all { hits } else { Vec::new() },
        took: Duration::from_millis(1),
        now: NOW,
        ..Found::default()
    };
    for words in ["q=words", ""] {
        let (asked, _) = Asked::parse(words.as_bytes(), |bytes| String::from_utf8_lossy(bytes).into_owned());
        find::page(look, &asked, &found);
    }
}

fn segment(name: &str) -> Segment {
    Segment { name: name.into(), shown: name.into() }
}

/// Any moment.
const NOW: Timestamp = Timestamp(1_772_623_385_000_000_000);
