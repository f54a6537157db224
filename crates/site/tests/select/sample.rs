//! A site in memory, requests as text, answers as text.

use charset::TextKind;
use semantics::coding::Coding;
use semantics::{Content, FieldName, Fields, Method, RequestHead, Response, Timestamp, Version};
use site::{
    Client, Keep, MemoryFile, MemoryTree, Metadata, Page, Refusal, Selected, SiteOptions, Unseen, Workshop, select,
};
use std::sync::Arc;

/// A site and the time.
pub(crate) struct Site {
    pub(crate) tree: MemoryTree,
    pub(crate) options: SiteOptions,
    pub(crate) now: Timestamp,
}

impl Site {
    /// Of these files; changed on 1970-01-01 at one, and it is now ten.
    pub(crate) fn new(files: &[(&str, &str)]) -> Site {
        let mut tree = MemoryTree::new();
        for (path, content) in files {
            tree.write(path, content);
        }
        Site { tree, options: SiteOptions::default(), now: Timestamp::from_seconds(36_000) }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut SiteOptions)) -> Site {
        change(&mut self.options);
        self
    }

    pub(crate) fn files(mut self, change: impl FnOnce(&mut MemoryTree)) -> Site {
        change(&mut self.tree);
        self
    }

    /// What `select` says to a request: its first line, then field lines.
    pub(crate) fn select(&self, request: &str) -> Result<Selected<MemoryFile>, Refusal> {
        self.select_with(request, &Bench)
    }

    pub(crate) fn select_with(
        &self,
        request: &str,
        workshop: &impl Workshop<MemoryFile>,
    ) -> Result<Selected<MemoryFile>, Refusal> {
        with_head(request, |head| {
            select(&self.options, head, &Client::UNKNOWN, self.now, &self.tree, workshop, &mut Unseen)
        })
    }

    #[track_caller]
    pub(crate) fn response(&self, request: &str) -> Response<MemoryFile> {
        match self.select(request) {
            Ok(Selected::Response(response, _)) => response,
            other => panic!("{request}: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn keep(&self, request: &str) -> Option<Keep<MemoryFile>> {
        match self.select(request) {
            Ok(Selected::Response(_, keep)) => keep,
            other => panic!("{request}: {other:?}"),
        }
    }

    /// The answer in short: status and content, or which page.
    #[track_caller]
    pub(crate) fn check(&self, request: &str, expected: &str) {
        assert_eq!(self.outcome(request), expected, "{request}");
    }

    /// The value of a field of the answer, or `-`.
    #[track_caller]
    pub(crate) fn check_field(&self, request: &str, name: &str, expected: &str) {
        let response = self.response(request);
        assert_eq!(response.field(name).unwrap_or("-"), expected, "{request}: {name}");
    }

    pub(crate) fn outcome(&self, request: &str) -> String {
        match self.select(request) {
            Ok(Selected::Response(response, _)) => brief(&response),
            Ok(Selected::Page(page, _)) => name(&page),
            Err(refusal) => format!("refused: {refusal}"),
        }
    }
}

pub(crate) fn brief(response: &Response<MemoryFile>) -> String {
    let content = String::from_utf8_lossy(&bytes(&response.content)).into_owned();
    format!("{} {content}", response.status.code()).trim_end().to_owned()
}

/// The request of a text: `GET /a`, then `Name: value` lines.
pub(crate) fn with_head<R>(request: &str, use_head: impl FnOnce(&RequestHead<'_>) -> R) -> R {
    with_head_of(request.lines().next().unwrap().as_bytes(), request, use_head)
}

/// The same with a request line of any bytes.
pub(crate) fn with_head_of<R>(line: &[u8], request: &str, use_head: impl FnOnce(&RequestHead<'_>) -> R) -> R {
    let space = line.iter().position(|&byte| byte == b' ').unwrap();
    let section: String = request.lines().skip(1).map(|line| format!("{line}\r\n")).collect();
    let mut fields = Fields::new();
    fields.set_section(section.as_bytes());
    for line in section.lines() {
        let (name, value) = line.split_once(':').unwrap();
        if let Some(name) = FieldName::from_bytes(name.as_bytes()) {
            fields.note(name, value.trim().as_bytes());
        }
    }
    let method = Method::from_token(&line[..space]);
    let target = &line[space + 1..];
    use_head(&RequestHead { method, target, authority: b"", version: Version::Http11, fields })
}

/// What would be sent.
pub(crate) fn bytes(content: &Content<MemoryFile>) -> Vec<u8> {
    match content {
        Content::Empty => Vec::new(),
        Content::Bytes(bytes, range) => bytes[range.clone()].to_vec(),
        Content::File { file, offset, length } => file.0[*offset as usize..][..*length as usize].to_vec(),
        Content::Pieces(pieces) => pieces.iter().flat_map(bytes).collect(),
    }
}

fn name(page: &Page) -> String {
    match page {
        Page::Listing { path, format, .. } => format!("listing {path:?} {format:?}"),
        Page::Archive { path, kind, .. } => format!("archive {path:?} {kind:?}"),
        Page::Markdown { path, .. } => format!("markdown {path:?}"),
        Page::Preview { path, charset, .. } => format!("preview {path:?} {}", charset.unwrap_or("-")),
        Page::Error { status, allow, .. } => format!("error {} {}", status.code(), allow.unwrap_or("")).trim().into(),
        Page::Icon => "icon".into(),
        Page::Asset { name } => format!("asset {name}"),
        Page::BuiltIn { name, query } => {
            format!("built-in {name} {}", String::from_utf8_lossy(query.as_deref().unwrap_or(b"-")))
        }
    }
}

/// A workshop that needs no files: knows UTF-8, GBK and NUL; compresses what is long to `CODING(FIRST LETTER)`.
pub(crate) struct Bench;

impl Workshop<MemoryFile> for Bench {
    fn charset(&self, file: &MemoryFile, _: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal> {
        let _ = kind;
        Ok(match std::str::from_utf8(&file.0) {
            _ if file.0.contains(&0) => None,
            Ok(_) => Some("utf-8"),
            Err(_) => Some("gbk"),
        })
    }

    fn compress(&self, file: &MemoryFile, _: &Metadata, coding: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        let first = char::from(file.0[0]);
        Ok((first != '!').then(|| Arc::from(format!("{}({first})", coding.as_str()).as_bytes())))
    }

    fn thumbnail(&self, file: &MemoryFile, _: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Ok(file.0.strip_prefix(b"small inside: ").map(Arc::from))
    }
}

/// The workshop of a fast path.
pub(crate) struct Elsewhere;

impl Workshop<MemoryFile> for Elsewhere {
    fn has_time(&self) -> bool {
        false
    }

    fn charset(&self, _: &MemoryFile, _: &Metadata, _: TextKind) -> Result<Option<&'static str>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn compress(&self, _: &MemoryFile, _: &Metadata, _: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn thumbnail(&self, _: &MemoryFile, _: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }
}

/// A text long enough to be worth compressing.
pub(crate) fn long(first: char) -> String {
    first.to_string().repeat(2000)
}
