//! Who looks at how a decision is made: the X-ray, `quarry explain`. Costs nothing when nobody does.

use crate::path::SitePath;
use crate::tree::{Metadata, Refusal};
use semantics::Status;
use semantics::coding::Coding;

/// One thing that was decided, in the order it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The target was understood as this place in the site.
    Path(&'a SitePath),
    /// The target lies below the prefix of the built-in pages.
    BuiltIn(&'a SitePath),
    /// A name on the way begins with a dot: nothing was looked at.
    Hidden(&'a SitePath),
    /// A name longer than any file system allows: nothing was looked at.
    TooLong(&'a SitePath),
    /// Something was there.
    Found(&'a SitePath),
    /// The tree gave nothing, and why.
    Refused(&'a SitePath, &'a Refusal),
    /// This file stands for its folder.
    Index(&'a SitePath),
    /// `/about` is `about.html`.
    CleanUrl(&'a SitePath),
    /// The single-page application answers.
    SinglePage(&'a SitePath),
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

/// Sees each step of a decision.
pub trait Witness {
    /// One more thing was decided.
    fn step(&mut self, step: Step<'_>) {
        let _ = step;
    }
}

/// Nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unseen;

impl Witness for Unseen {}
