//! Who looks at how a decision is made: the X-ray, `quarry explain`. Costs nothing when nobody does.

use crate::path::SitePath;
use crate::route::{Condition, Route};
use crate::tree::{Metadata, NodeKind, Refusal};
use semantics::Status;
use semantics::coding::Coding;

/// One thing that was decided, in the order it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The target was understood as this place in the site.
    Path(&'a SitePath),
    /// The site's limit turns the client away, and which part of it: `429: more than 10/s`.
    SiteLimit(&'a str),
    /// A route was tried.
    Route(Tried<'a>),
    /// A route that was tried and holds says something: a guard whether the client may pass, a change what becomes of the answer, an
    /// action what answers.
    Rule {
        /// The number of the route, from 0.
        number: usize,
        /// The route.
        route: &'a Route,
        /// The word of the config: `set`, `deny`, `redirect`…
        key: &'static str,
        /// What comes of it, captures filled in: `Cache-Control: no-store`, `403`, `308 /new/a`.
        value: &'a str,
    },
    /// The target lies below the prefix of the built-in pages.
    BuiltIn(&'a SitePath),
    /// A name on the way begins with a dot: nothing was looked at.
    Hidden(&'a SitePath),
    /// A name longer than any file system allows: nothing was looked at.
    TooLong(&'a SitePath),
    /// Something was there, and what.
    Found(&'a SitePath, NodeKind),
    /// The tree gave nothing, and why.
    Refused(&'a SitePath, &'a Refusal),
    /// This file stands for its folder.
    Index(&'a SitePath),
    /// `/about` is `about.html`.
    CleanUrl(&'a SitePath),
    /// The single-page application answers.
    SinglePage(&'a SitePath),
    /// A route says that this file answers where nothing is.
    Fallback(&'a SitePath),
    /// The owner's file for errors of this status answers.
    ErrorFile(&'a SitePath, Status),
    /// This file answers for what is missing.
    NotFoundFile(&'a SitePath),
    /// The client is sent to this target.
    Redirect(&'a str),
    /// Which encoding a text is labelled with, if any, and who says so.
    Charset(Option<&'a str>, CharsetBy),
    /// The value of `Content-Type`.
    MediaType(&'a str),
    /// A coded copy beside the file is sent.
    Sibling(&'a SitePath, Coding),
    /// A coded copy beside the file is older than it: not used.
    OldSibling(&'a SitePath),
    /// The workshop compressed it.
    Compressed(Coding),
    /// It is sent as it is, and why.
    Plain(WhyPlain),
    /// What the bytes to send are read from, or were made from.
    Bytes(&'a Metadata),
    /// The entity tag.
    EntityTag(&'a str),
    /// It changed too recently for its tag to be strong or the answer to be kept.
    Unsettled,
    /// What preconditions and ranges made of it.
    Answer(Status),
}

/// Who says in which encoding a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharsetBy {
    /// The query (`?charset=`).
    Reader,
    /// The bytes, as the workshop read them.
    Bytes,
    /// The owner, for what the workshop cannot tell.
    Owner,
    /// Nobody: it is no text, or one whose encoding nobody can tell.
    Nobody,
}

/// Why a representation has no content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyPlain {
    /// Its type is compressed already, or does not get smaller.
    Type,
    /// It is empty.
    Empty,
    /// It has fewer bytes than are worth it.
    Small,
    /// It has more bytes than are compressed for one request.
    Large,
    /// It changed this moment, and may change while it is compressed.
    Unsettled,
    /// The owner wants nothing compressed, and there is no coded copy that the client takes.
    Off,
    /// The client takes no coding, or likes the plain bytes better.
    Client,
    /// It was tried, and did not get smaller.
    NotSmaller,
}

/// One route that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried<'a> {
    /// Its number, from 0.
    pub number: usize,
    /// As its owner wrote it.
    pub route: &'a Route,
    /// Whether it holds.
    pub outcome: Outcome<'a>,
}

/// Whether a route holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The path does not match its expression. Told only to a witness that [looks](Witness::looks).
    Path,
    /// The path matches; the first condition that does not hold.
    Condition(&'a Condition),
    /// All holds: what its templates are filled with, in the order they first ask for it.
    Matched(&'a [Vec<u8>]),
}

/// Sees each step of a decision.
pub trait Witness {
    /// Whether anybody wants to know what it would cost time to tell.
    fn looks(&self) -> bool {
        true
    }

    /// One more thing was decided.
    fn step(&mut self, step: Step<'_>) {
        let _ = step;
    }
}

/// Nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unseen;

impl Witness for Unseen {
    fn looks(&self) -> bool {
        false
    }
}
