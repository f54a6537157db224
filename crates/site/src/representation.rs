//! A representation before conditions: its fields, its bytes, and on what evidence it may be kept.

use crate::path::SitePath;
use crate::tree::{Identity, Metadata, Refusal};
use charset::TextKind;
use semantics::coding::Coding;
use semantics::{Content, Field, Timestamp};
use std::sync::Arc;

/// What may take long: reading a whole text, compressing it, looking into a picture. On the fast path, an implementation that always answers
/// [`Refusal::WouldWait`]. The results depend on nothing but the bytes, and are worth keeping by the identity of the file,
/// once that is settled ([`is_settled`]): before, the same identity may come to mean other bytes.
pub trait Workshop<F> {
    /// Whether there is time for what takes long; not on the fast path.
    fn has_time(&self) -> bool {
        true
    }

    /// The label for `Content-Type`; `None` when these bytes are no text.
    fn charset(&self, file: &F, metadata: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal>;

    /// The whole file in that coding; `None` when it did not get smaller. The same bytes must give the same bytes, for
    /// ranges of them are asked for one by one; who changes a compressor changes
    /// [`COMPRESSOR_GENERATION`] with it.
    fn compress(&self, file: &F, metadata: &Metadata, coding: Coding) -> Result<Option<Arc<[u8]>>, Refusal>;

    /// The small JPEG inside a JPEG; `None`: there is none.
    fn thumbnail(&self, file: &F, metadata: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal>;
}

/// The whole 200 of a representation, so that later requests with any precondition or range, and HEAD, can be answered
/// from memory by [`answer`](crate::answer()).
///
/// It depends on the request target and, when `vary_coding` says so, on the codings the client accepts; on nothing else.
#[derive(Clone, Debug)]
pub struct Keep<F> {
    /// Of the 200.
    pub fields: Vec<Field>,
    /// All of it.
    pub content: Content<F>,
    /// With its quotes, and `W/` when weak.
    pub etag: String,
    /// As `Last-Modified` says it, in seconds since 1970.
    pub last_modified: i64,
    /// What must still be true.
    pub evidence: Vec<Evidence>,
    /// Whether another `Accept-Encoding` could have another answer.
    pub vary_coding: bool,
}

/// Something looked at: while all of it is found the same, the answer is the same.
///
/// A name that was absent is not listed; the folder it would appear in is, for a new name changes its folder. What rests on a
/// symbolic link that leads nowhere has no evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where, without a trailing slash.
    pub path: SitePath,
    /// What was there; `None`: nothing, and no folder that could hold it.
    pub found: Option<Identity>,
}

/// Whether the clock has moved on since the last change, so that the next change will show in the identity.
///
/// The kernel stamps files with the time of its last tick, up to 10 ms old (`CONFIG_HZ` 100; finer from Linux 6.13 on);
/// two changes within a tick look like one. 20 ms leaves room for the age of `now`, which is read once a turn. A stamp
/// without a fraction comes from a file system that counts whole seconds, or two (FAT). A stamp from far ahead was
/// made before the clock was set back; what happens now will not look like it.
pub fn is_settled(metadata: &Metadata, now: Timestamp) -> bool {
    const MILLISECOND: i128 = 1_000_000;
    const SECOND: i128 = 1000 * MILLISECOND;
    let grain = if metadata.changed.0 % SECOND == 0 { 2 * SECOND } else { 20 * MILLISECOND };
    let age = now.0 - metadata.changed.0;
    age >= grain || age < -60 * SECOND
}

/// Part of the entity tag of what the workshop compressed, so that bytes from two releases are never put together.
pub const COMPRESSOR_GENERATION: u64 = 1;
