//! The decision: from a request to the representation that answers it, or the page that is to be made.

use crate::options::SiteOptions;
use crate::page::Page;
use crate::path::SitePath;
use crate::representation::{Keep, Workshop};
use crate::tree::{Refusal, Tree};
use crate::visit::{Found, Visit};
use crate::witness::{Step, Witness};
use semantics::{Method, RequestHead, Response, Status, Target, Timestamp};

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
    // What is asked? A folder can only be read.
    match head.method {
        Method::Get | Method::Head => {}
        Method::Options => return Ok(allowed(options)),
        Method::Known(_) => return Ok(refused(Status::METHOD_NOT_ALLOWED, Some(ALLOW))),
        Method::Unknown(_) => return Ok(refused(Status::NOT_IMPLEMENTED, None)),
    }

    // Of what? A target becomes a path that cannot leave the site, or nothing.
    let target = match Target::parse(head.target) {
        Ok(target) => target,
        Err(fault) => return Ok(refused(fault.status(), None)),
    };
    let Some(path) = SitePath::new(target.path()) else { return Ok(refused(Status::BAD_REQUEST, None)) };
    witness.step(Step::Path(&path));
    if let Some(page) = Page::built_in(options, &target) {
        witness.step(Step::BuiltIn(&path));
        return Ok(Selected::Page(page));
    }
    let mut visit = Visit::new(options, head, &target, now, tree, workshop, witness);
    if path.is_hidden() && !options.hidden {
        visit.witness.step(Step::Hidden(&path));
        return visit.missing(&path);
    }

    // What is there?
    match visit.look(&path)? {
        Found::File(file, metadata) if !path.has_trailing_slash() => visit.file(&path, &file, &metadata),
        // A file is no folder; links in it would lead elsewhere than it thinks.
        Found::File(..) if options.clean_urls => Ok(visit.redirect(&path.without_slash())),
        Found::File(..) => visit.missing(&path),
        Found::Directory(metadata) if path.has_trailing_slash() => visit.directory(&path, metadata),
        Found::Directory(metadata) => match visit.clean(&path)? {
            // `/about` is the page and `/about/` the folder, as everybody who makes both has it.
            Some((page, file, metadata)) => visit.file(&page, &file, &metadata),
            None => visit.directory(&path, metadata),
        },
        Found::Forbidden => Ok(visit.error(Status::FORBIDDEN, Some(path))),
        Found::Nothing => match visit.clean(&path)? {
            Some(_) if path.has_trailing_slash() => Ok(visit.redirect(&path.without_slash())),
            Some((page, file, metadata)) => visit.file(&page, &file, &metadata),
            None => visit.missing(&path),
        },
    }
}

fn allowed<F>(options: &SiteOptions) -> Selected<F> {
    let mut response = Response::new(Status::NO_CONTENT).with("Allow", ALLOW);
    response.fields.extend_from_slice(&options.fields);
    Selected::Response(response, None)
}

fn refused<F>(status: Status, allow: Option<&'static str>) -> Selected<F> {
    Selected::Page(Page::Error { status, allow, path: None })
}

/// The methods that every target here has.
pub(crate) const ALLOW: &str = "GET, HEAD, OPTIONS";
