//! The decision: from a request to the representation that answers it, or the page that is to be made.

use crate::options::SiteOptions;
use crate::page::Page;
use crate::representation::{Keep, Workshop};
use crate::tree::{Refusal, Tree};
use crate::witness::Witness;
use semantics::{RequestHead, Response, Status, Timestamp};

/// What answers a request.
#[derive(Clone, Debug)]
pub enum Selected<F> {
    /// The complete answer; and, when it is a representation that may be kept in memory, the whole of it.
    Response(Response<F>, Option<Keep<F>>),
    /// A page or stream that the server makes.
    Page(Page),
}

/// Selects what answers a request.
///
/// Errs with [`Refusal::WouldWait`] when tree or workshop are fast ones and did: the same call with slow ones gives the
/// answer. Errs with [`Refusal::OutOfDescriptors`] or [`Refusal::Failed`] when the machine cannot, which is a 503 or 500.
pub fn select<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    witness: &mut impl Witness,
) -> Result<Selected<T::File>, Refusal> {
    let _ = (options, head, now, tree, workshop, witness);
    Ok(Selected::Page(Page::Error { status: Status::NOT_FOUND, allow: None, path: None }))
}
