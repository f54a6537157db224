//! Who looks at how a decision is made: the X-ray, `quarry explain`. Costs nothing when nobody does.

use crate::path::SitePath;
use crate::tree::Refusal;
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
    /// The value of `Content-Type`.
    MediaType(&'a str),
    /// A coded copy beside the file is sent.
    Sibling(&'a SitePath, Coding),
    /// A coded copy beside the file is older than it: not used.
    OldSibling(&'a SitePath),
    /// The workshop compressed it.
    Compressed(Coding),
    /// The entity tag.
    EntityTag(&'a str),
    /// It changed too recently for its tag to be strong or the answer to be kept.
    Unsettled,
    /// What preconditions and ranges made of it.
    Answer(Status),
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
