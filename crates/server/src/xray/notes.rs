//! What was decided about one request, step by step: the witness that writes down.

use super::limit::{NOTES_MAX, PATHS_SHOWN_MAX};
use super::mask::{MASK, is_secret_field, is_secret_parameter, mask_query, mask_value};
use super::watch::Watch;
use charset::{TextKind, Verdict};
use semantics::coding::Coding;
use site::route::{Condition, Route};
use site::witness::{Outcome, Tried};
use site::{
    Batches, CharsetBy, DirectoryEntry, Metadata, Node, NodeKind, Page, Refusal, SitePath, Step, Tree, WhyPlain,
};
use site::{Witness, Workshop};
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;

/// One step, as it outlives the decision.
#[derive(Clone, Debug)]
pub(crate) enum Note {
    Path(SitePath),
    /// A route whose path matched: its number, and whether all of it holds.
    Route(usize, Held),
    /// What such a route said: its number, the word of the config, and what comes of it.
    Rule(usize, &'static str, String),
    /// The site's own limit turned the client away.
    SiteLimit(String),
    BuiltIn,
    Hidden,
    TooLong(SitePath),
    Found(SitePath, NodeKind),
    Refused(SitePath, Refusal),
    Index(SitePath),
    CleanUrl(SitePath),
    SinglePage(SitePath),
    Fallback(SitePath),
    ErrorFile(SitePath),
    NotFoundFile(SitePath),
    Redirect,
    Charset(Option<String>, CharsetBy),
    MediaType(String),
    Sibling(SitePath, Coding),
    OldSibling(SitePath),
    Compressed(Coding),
    Plain(WhyPlain),
    Bytes(Metadata),
    EntityTag(String),
    Unsettled,
    Answer,
}

/// Whether a route holds.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// With these captures.
    Yes(Vec<String>),
    /// But for this condition.
    But(String),
}

/// What came of a decision that was looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) steps: Vec<Note>,
    /// When each of these was noted, in nanoseconds; of none, when there is no watch.
    pub(crate) times: Vec<u64>,
    /// The time. None: it does not matter, for all of it happens again only to be told.
    watch: Option<Watch>,
    /// The numbers of routes whose expression does not match the path.
    pub(crate) missed: Vec<u32>,
    /// Steps that had no room.
    pub(crate) lost: usize,
    /// What the text turned out to be, where its bytes were read for that.
    pub(crate) verdict: Option<Verdict>,
    /// The page that was to be made.
    pub(crate) page: Option<Page>,
    /// Whether what was decided may be kept in memory.
    pub(crate) is_kept: bool,
    /// Calls of the kernel for the files.
    pub(crate) calls: FileCalls,
    /// When a thread of the pool began with it; 0: none did.
    pub(crate) begun: u64,
    /// When the pool was done, with whatever it needed.
    pub(crate) done: u64,
}

/// Calls of the kernel for files, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileCalls {
    /// `openat2`, with a `statx` each where something was there.
    pub(crate) opened: u64,
    /// `statx`
    pub(crate) looked: u64,
    /// `pread64`
    pub(crate) read: u64,
    /// `preadv2`, which says so where it would have to wait.
    pub(crate) read_at_hand: u64,
    /// `getdents64`
    pub(crate) listed: u64,
}

impl Witness for Notes {
    fn step(&mut self, step: Step<'_>) {
        if let Step::Route(Tried { number, outcome: Outcome::Path, .. }) = step {
            // There are at most thousands.
            return self.missed.push(number as u32);
        }
        if self.steps.len() >= NOTES_MAX {
            self.lost += 1;
            return;
        }
        self.times.extend(self.watch.map(|watch| watch.now()));
        self.steps.push(match step {
            Step::Path(path) => Note::Path(short(path)),
            Step::Route(Tried { number, route, outcome }) => Note::Route(number, held(route, outcome)),
            Step::Rule { number, key, value, .. } => Note::Rule(number, key, without_secrets(key, value)),
            Step::SiteLimit(value) => Note::SiteLimit(value.to_owned()),
            Step::BuiltIn(_) => Note::BuiltIn,
            Step::Hidden(_) => Note::Hidden,
            Step::TooLong(path) => Note::TooLong(short(path)),
            Step::Found(path, kind) => Note::Found(path.clone(), kind),
            Step::Refused(path, refusal) => Note::Refused(path.clone(), refusal.clone()),
            Step::Index(path) => Note::Index(path.clone()),
            Step::CleanUrl(path) => Note::CleanUrl(path.clone()),
            Step::SinglePage(path) => Note::SinglePage(path.clone()),
            Step::Fallback(path) => Note::Fallback(path.clone()),
            Step::ErrorFile(path, _) => Note::ErrorFile(path.clone()),
            Step::NotFoundFile(path) => Note::NotFoundFile(path.clone()),
            Step::Redirect(_) => Note::Redirect,
            Step::Charset(label, by) => Note::Charset(label.map(str::to_owned), by),
            Step::MediaType(value) => Note::MediaType(value.to_owned()),
            Step::Sibling(path, coding) => Note::Sibling(path.clone(), coding),
            Step::OldSibling(path) => Note::OldSibling(path.clone()),
            Step::Compressed(coding) => Note::Compressed(coding),
            Step::Plain(why) => Note::Plain(why),
            Step::Bytes(metadata) => Note::Bytes(*metadata),
            Step::EntityTag(tag) => Note::EntityTag(tag.to_owned()),
            Step::Unsettled => Note::Unsettled,
            Step::Answer(_) => Note::Answer,
        });
    }
}

/// What a rule says, without secrets that it took from the request.
fn without_secrets(key: &str, value: &str) -> String {
    let (name, said) = match key {
        "set" => value.split_at(value.find(": ").map_or(0, |colon| colon + 2)),
        _ => ("", value),
    };
    let mut said = said.as_bytes().to_vec();
    match key {
        "set" => mask_value(name.trim_end_matches(": ").as_bytes(), &mut said),
        "redirect" => mask_query(&mut said),
        _ => {}
    }
    format!("{name}{}", String::from_utf8_lossy(&said))
}

fn held(route: &Route, outcome: Outcome<'_>) -> Held {
    let is_secret = |condition: &Condition| match condition {
        Condition::Field(name, _) => is_secret_field(name.as_bytes()),
        Condition::Query(name, _) => is_secret_parameter(name.as_bytes()),
        _ => false,
    };
    // Which of the captures are of that condition is not told: none is kept.
    let has_secrets = route.conditions.iter().any(is_secret);
    let text = |value: &Vec<u8>| match has_secrets {
        true => char::from(MASK).to_string().repeat(value.len()),
        false => String::from_utf8_lossy(value).into_owned(),
    };
    match outcome {
        Outcome::Matched(values) => Held::Yes(values.iter().map(text).collect()),
        Outcome::Condition(condition) => Held::But(condition.key().to_owned()),
        Outcome::Path => Held::But("match".to_owned()),
    }
}

impl Notes {
    /// None yet; each step will have its time.
    pub(crate) fn at(watch: Watch) -> Notes {
        Notes { watch: Some(watch), ..Notes::default() }
    }

    /// A thread of the pool begins with it: of what was decided before, nothing holds.
    pub(crate) fn begin(&mut self) {
        let begun = self.watch.map_or(0, |watch| watch.now());
        *self = Notes { watch: self.watch, begun, ..Notes::default() };
    }

    /// The pool is done with it.
    pub(crate) fn end(&mut self) {
        self.done = self.watch.map_or(0, |watch| watch.now());
    }

    /// Why the decision could not be made at once.
    pub(crate) fn waits_for(&self) -> &'static str {
        let would_wait = |note: &Note| matches!(note, Note::Refused(_, Refusal::WouldWait));
        match self.steps.last() {
            _ if self.page.is_some() => "a page has to be made",
            Some(Note::Route(..) | Note::Rule(..)) => "a password has to be held against its hash",
            Some(last) if would_wait(last) => "a file is not in the kernel's caches",
            Some(Note::MediaType(_) | Note::Refused(..)) => "the bytes have to be compressed",
            _ => "the charset has to be found in the bytes",
        }
    }

    /// Whether it is a part of one of Quarry's own pages.
    pub(crate) fn is_asset(&self) -> bool {
        matches!(&self.page, Some(Page::Asset { .. }))
    }

    /// Whether it is for the X-ray itself.
    pub(crate) fn is_own_page(&self) -> bool {
        match &self.page {
            Some(Page::BuiltIn { name, .. }) => name == "xray" || name.starts_with("xray/"),
            Some(Page::Asset { name }) => name.starts_with("xray-"),
            _ => false,
        }
    }
}

impl FileCalls {
    /// The same, where nothing might wait.
    pub(crate) fn at_hand(self) -> FileCalls {
        FileCalls { read: 0, read_at_hand: self.read + self.read_at_hand, ..self }
    }

    pub(crate) fn and(self, others: FileCalls) -> FileCalls {
        FileCalls {
            opened: self.opened + others.opened,
            looked: self.looked + others.looked,
            read: self.read + others.read,
            read_at_hand: self.read_at_hand + others.read_at_hand,
            listed: self.listed + others.listed,
        }
    }
}

/// A path that is too long for a disk may be as long as a target.
fn short(path: &SitePath) -> SitePath {
    if path.as_bytes().len() <= PATHS_SHOWN_MAX {
        return path.clone();
    }
    SitePath::new(&[b"/", &path.as_bytes()[..PATHS_SHOWN_MAX]].concat()).unwrap_or_else(SitePath::root)
}

/// Files, with a count of what was asked of them.
pub(crate) struct Counted<'a, T> {
    files: &'a T,
    calls: Cell<FileCalls>,
}

impl<'a, T> Counted<'a, T> {
    pub(crate) fn new(files: &'a T) -> Counted<'a, T> {
        Counted { files, calls: Cell::default() }
    }

    /// What was asked so far.
    pub(crate) fn calls(&self) -> FileCalls {
        self.calls.get()
    }

    fn count(&self, count: impl FnOnce(&mut FileCalls)) {
        let mut calls = self.calls.get();
        count(&mut calls);
        self.calls.set(calls);
    }
}

impl<T: Tree> Tree for Counted<'_, T> {
    type File = T::File;

    fn open(&self, path: &SitePath) -> Result<Node<T::File>, Refusal> {
        let opened = self.files.open(path);
        self.count(|calls| {
            calls.opened += 1;
            calls.looked += u64::from(opened.is_ok());
        });
        opened
    }

    fn has_link(&self, path: &SitePath) -> Result<bool, Refusal> {
        self.count(|calls| calls.looked += 1);
        self.files.has_link(path)
    }

    fn read(&self, file: &T::File, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let room = buffer.len();
        let read = self.files.read(file, offset, buffer);
        // The kernel fills the buffer at once, unless the file ends before: that is told by another call, which gives nothing.
        self.count(|calls| {
            calls.read += match read {
                Ok(bytes) if bytes > 0 && bytes < room => 2,
                _ => u64::from(room > 0),
            };
        });
        read
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        self.count(|calls| calls.listed += 1);
        self.files.list(path, visit)
    }

    fn names(&self, path: &SitePath) -> Result<Batches, Refusal> {
        self.count(|calls| calls.listed += 1);
        self.files.names(path)
    }
}

/// A workshop, asked once more for the grounds of what it says: it keeps only the labels, for that is what each request needs.
pub(crate) struct Grounds<'a, W, E> {
    workshop: &'a W,
    /// What was found out about a text.
    find_out: E,
    verdict: RefCell<Option<Verdict>>,
}

impl<'a, W, E> Grounds<'a, W, E> {
    pub(crate) fn new(workshop: &'a W, find_out: E) -> Grounds<'a, W, E> {
        Grounds { workshop, find_out, verdict: RefCell::default() }
    }

    /// What the last text turned out to be.
    pub(crate) fn into_verdict(self) -> Option<Verdict> {
        self.verdict.into_inner()
    }
}

impl<F, W: Workshop<F>, E: Fn(&F, &Metadata, TextKind) -> Result<Verdict, Refusal>> Workshop<F> for Grounds<'_, W, E> {
    fn charset(&self, file: &F, metadata: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal> {
        let label = self.workshop.charset(file, metadata, kind)?;
        *self.verdict.borrow_mut() = Some((self.find_out)(file, metadata, kind)?);
        Ok(label)
    }

    fn compress(&self, file: &F, metadata: &Metadata, coding: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        self.workshop.compress(file, metadata, coding)
    }

    fn thumbnail(&self, file: &F, metadata: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        self.workshop.thumbnail(file, metadata)
    }
}
