//! The whole decision: a request as it comes, over a small site in memory.

use crate::Target;
use charset::TextKind;
use semantics::coding::Coding;
use semantics::{Content, FieldName, Instant, Method, RequestHead, Response, Status, Timestamp};
use site::route::{Action, Changes, Route};
use site::{Client, MemoryFile, MemoryTree, Metadata, Refusal, Routes, Selected, SiteOptions, Unseen, Workshop};
use std::sync::{Arc, LazyLock};
use wire::h1::{Connection, RecentSections};
use wire::{Event, Input, Limits};

/// Nothing hidden comes out, no redirect leads away, no field ends early, and HEAD says what GET says.
pub const TARGET: Target = Target { name: "select", run };

const SECRET: &[u8] = b"only for the owner";

/// The site, the same for all inputs: what is to be found, and what is not.
fn tree() -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.write("index.html", "<!doctype html><title>a</title>")
        .write("a.txt", "0123456789".repeat(200))
        .write("a.txt.gz", "a smaller copy")
        .write("folder/b.md", "# b")
        .write("folder/no index", "text")
        .write("about.html", "about")
        .write("404.html", "not here")
        .write(b"\xd7\xca\xc1\xcf.txt", b"\xd7\xca\xc1\xcf")
        .write(".secret", SECRET)
        .write("folder/.git/config", SECRET)
        .write("forbidden.txt", SECRET)
        .forbid("forbidden.txt")
        .link("out", "/etc/passwd")
        .link("inside", "a.txt")
        .make_pipe("pipe");
    tree
}

struct NoWork;

impl Workshop<MemoryFile> for NoWork {
    fn charset(&self, _: &MemoryFile, _: &Metadata, _: TextKind) -> Result<Option<&'static str>, Refusal> {
        Ok(Some("utf-8"))
    }

    fn compress(&self, _: &MemoryFile, _: &Metadata, _: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        Ok(Some(Arc::from(&b"made smaller"[..])))
    }

    fn thumbnail(&self, _: &MemoryFile, _: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Ok(None)
    }
}

/// As it comes by default, with all that can be switched on, and with routes that give away what they are given.
static OPTIONS: LazyLock<[SiteOptions; 3]> = LazyLock::new(|| {
    let all = SiteOptions { spa: Some("index.html".to_owned()), clean_urls: true, ..SiteOptions::default() };
    let routed = SiteOptions { routes: Arc::new(routes()), ..SiteOptions::default() };
    [SiteOptions::default(), all, routed]
});

fn routes() -> Routes {
    let on = |pattern: &str| Route { pattern: Some(pattern.to_owned()), ..Route::default() };
    let set =
        |name: &str, value: &str| Changes { set: vec![(name.to_owned(), value.to_owned())], ..Changes::default() };
    let routes = vec![
        Route { changes: set("X-Path", "$1"), ..on("^/(.*)$") },
        Route {
            action: Some(Action::Serve(vec!["/$1".into(), "$1/$2".into(), "/$2.$1".into()])),
            ..on("^/a/([^/]*)/?(.*)$")
        },
        Route { action: Some(Action::Redirect(Status::FOUND, "$1".into())), ..on("^/b(.*)$") },
        Route { action: Some(Action::Redirect(Status::FOUND, "/x/$1?$2#$1".into())), ..on("^/c(.)(.*)$") },
        Route { action: Some(Action::Answer(Status::OK, Some("$1".into()))), ..on("^/d(.*)$") },
        Route { changes: Changes { fallback: Some("/$1".into()), ..Changes::default() }, ..on("^/e/(.*)$") },
    ];
    Routes::new(routes).expect("they are right")
}

fn run(bytes: &[u8]) {
    let mut connection = Connection::new(Limits::default(), Instant(1));
    let mut input = Input::new(bytes);
    let Some(Event::Request { head, .. }) = connection.poll_event(&mut input, &mut RecentSections::new(), Instant(1))
    else {
        return;
    };
    for options in OPTIONS.iter() {
        let response = select(options, &head);
        if let Some(response) = &response {
            check(options, response);
        }
        // RFC 9110 §9.3.2; only GET has ranges.
        if head.method == Method::Get && head.field(FieldName::Range).is_none() {
            let other = select(options, &RequestHead { method: Method::Head, ..head });
            let said =
                |response: Option<Response<MemoryFile>>| response.map(|it| (it.status, it.fields, it.content.length()));
            assert_eq!(said(response), said(other), "HEAD says what GET says");
        }
    }
}

fn select(options: &SiteOptions, head: &RequestHead<'_>) -> Option<Response<MemoryFile>> {
    let now = Timestamp::from_seconds(1_800_000_000);
    match site::select(options, head, &Client::UNKNOWN, now, &tree(), &NoWork, &mut Unseen) {
        Ok(Selected::Response(response, _)) => Some(response),
        Ok(Selected::Page(..)) => None,
        Err(refusal) => panic!("nothing here fails or waits: {refusal:?}"),
    }
}

fn check(options: &SiteOptions, response: &Response<MemoryFile>) {
    for field in &response.fields {
        assert!(!field.value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f), "{field:?}");
        let is_of_the_message = ["date", "connection", "content-length", "transfer-encoding"]
            .contains(&&field.name.to_ascii_lowercase()[..]);
        assert!(!is_of_the_message, "{field:?}");
    }
    if let Some(location) = response.field("Location") {
        assert!(location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'), "{location}");
    }
    if response.status == Status::NOT_MODIFIED {
        assert_eq!(response.content.length(), 0);
    }
    let mut content = Vec::new();
    read(&response.content, &mut content);
    assert_eq!(content.len() as u64, response.content.length());
    let is_secret = content.windows(SECRET.len()).any(|window| window == SECRET);
    assert!(options.hidden || !is_secret, "what is hidden stays so");
}

fn read(content: &Content<MemoryFile>, out: &mut Vec<u8>) {
    match content {
        Content::Empty => {}
        Content::Bytes(bytes, range) => out.extend_from_slice(&bytes[range.clone()]),
        Content::File { file, offset, length } => {
            // Both are within a file in memory, or the slice says so.
            let (start, length) = (*offset as usize, *length as usize);
            out.extend_from_slice(&file.0[start..start + length]);
        }
        Content::Pieces(pieces) => pieces.iter().for_each(|piece| read(piece, out)),
    }
}
