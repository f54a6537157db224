//! The owner's files for errors that come up when everything was decided: the machine failed, there is too much to do, the rest of a
//! request broke a rule. And for requests whose target is none.

use crate::client::{Ajar, Client};
use crate::options::SiteOptions;
use crate::representation::Workshop;
use crate::route::{Amendments, Effects};
use crate::tree::{Refusal, Tree};
use crate::visit::Visit;
use crate::witness::{Unseen, Witness};
use semantics::{RequestHead, Response, Status, Target, Timestamp};

/// The answer with the owner's file for an error, as the site has it, and the routes that hold for this request. `None`: there is no such
/// file, and the server says it in its own words. Nobody is asked again whether they may come in.
///
/// Errs when tree or workshop would have to wait, or the machine fails.
#[allow(clippy::too_many_arguments)] // The arguments of `select`, with the status.
pub fn own_error<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    client: &Client<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    status: Status,
) -> Result<Option<Response<T::File>>, Refusal> {
    find(options, head, client, now, tree, workshop, status, |_| {})
}

/// The same, without what routes make of its fields.
#[allow(clippy::too_many_arguments)] // The same.
pub fn own_error_unamended<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    client: &Client<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    status: Status,
) -> Result<Option<Response<T::File>>, Refusal> {
    let unamended = |effects: &mut Effects| effects.amendments = Amendments::default();
    find(options, head, client, now, tree, workshop, status, unamended)
}

#[allow(clippy::too_many_arguments)] // The same.
fn find<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    client: &Client<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    status: Status,
    change: impl FnOnce(&mut Effects),
) -> Result<Option<Response<T::File>>, Refusal> {
    if options.errors.is_empty() && !options.routes.have_errors() {
        return Ok(None);
    }
    let client = Client { door: &Ajar, ..*client };
    let Ok(target) = Target::parse(head.target) else {
        return of_site(options, head, &client, now, tree, workshop, &mut Unseen, status);
    };
    let mut effects = options.routes.rule(head, target.path(), Some(&target), &client, &mut Unseen)?.effects;
    change(&mut effects);
    Visit::new(options, head, &target, &client, now, tree, workshop, &mut Unseen, effects).own_error(status, None)
}

/// The same, by what the site alone says: where there is no target of which routes could be asked.
#[allow(clippy::too_many_arguments)] // The same.
pub(crate) fn of_site<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    client: &Client<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    witness: &mut impl Witness,
    status: Status,
) -> Result<Option<Response<T::File>>, Refusal> {
    // It is one.
    let Ok(root) = Target::parse(b"/") else { return Ok(None) };
    Visit::new(options, head, &root, client, now, tree, workshop, witness, Effects::default()).own_error(status, None)
}
