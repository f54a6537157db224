//! The decision: from a request to the representation that answers it, or the page that is to be made.

use crate::answer::field;
use crate::client::Client;
use crate::error::of_site as own_error_of_site;
use crate::limit;
use crate::options::SiteOptions;
use crate::page::Page;
use crate::path::SitePath;
use crate::representation::{Keep, Workshop};
use crate::route::{Act, Amendments, Effects, Gate, TurnedAway};
use crate::tree::{Refusal, Tree};
use crate::visit::{Found, Visit};
use crate::witness::{Step, Witness};
use semantics::{Content, Method, RequestHead, Response, Status, Target, Timestamp};

/// What answers a request.
#[derive(Clone, Debug)]
pub enum Selected<F> {
    /// The complete answer; and, when it is a representation that may be kept in memory, the whole of it.
    Response(Response<F>, Option<Keep<F>>),
    /// A page or stream that the server makes, and what routes make of its fields.
    Page(Page, Amendments),
}

/// Selects what answers a request.
///
/// Errs with [`Refusal::WouldWait`] when tree, workshop or door are fast ones and did: the same call with slow ones gives the
/// answer. Errs with [`Refusal::OutOfDescriptors`] or [`Refusal::Failed`] when the machine cannot, which is a 503 or 500.
pub fn select<T: Tree, W: Workshop<T::File>>(
    options: &SiteOptions,
    head: &RequestHead<'_>,
    client: &Client<'_>,
    now: Timestamp,
    tree: &T,
    workshop: &W,
    witness: &mut impl Witness,
) -> Result<Selected<T::File>, Refusal> {
    // Of what? A target becomes a path that cannot leave the site, or nothing.
    if head.method == Method::Options && head.target == b"*" {
        return Ok(allowed(options));
    }
    let target = match Target::parse(head.target) {
        Ok(target) => target,
        Err(fault) => {
            let status = refusal(head).unwrap_or(fault.status());
            let own = own_error_of_site(options, head, client, now, tree, workshop, witness, status)?;
            return Ok(refused(status, own));
        }
    };
    let Some(path) = SitePath::new(target.path()) else {
        let status = Status::BAD_REQUEST;
        let own = own_error_of_site(options, head, client, now, tree, workshop, witness, status)?;
        return Ok(refused(status, own));
    };
    witness.step(Step::Path(&path));

    // Does this client ask for too much?
    if let Some(limit) = &options.limit
        && let Err(turned_away) = client.door.admits(limit, Gate::Site, client.address)
    {
        witness.step(Step::SiteLimit(&turned_away.shown(limit)));
        let visit = Visit::new(options, head, &target, client, now, tree, workshop, witness, Effects::default());
        let remedy = field("Retry-After", turned_away.retry_after().to_string());
        return visit.refuse(TurnedAway::STATUS, Some(path), Some(remedy));
    }

    // What do routes say?
    if target.path().len() > limit::PATH_BYTES_AT_ONCE && options.routes.has_patterns() && !workshop.has_time() {
        return Err(Refusal::WouldWait);
    }
    let ruling = options.routes.rule(head, target.path(), Some(&target), client, witness)?;
    let mut visit = Visit::new(options, head, &target, client, now, tree, workshop, witness, ruling.effects);
    match ruling.act {
        Act::Refuse(status, remedy) => return visit.refuse(status, Some(path), remedy),
        _ if !visit.effects.preflight.is_empty() => return Ok(visit.allowed()),
        Act::Redirect(status, location) => return Ok(visit.redirected(status, location)),
        Act::Answer(status, None) if status.code() >= 400 => return visit.refuse(status, Some(path), None),
        Act::Answer(status, text) => return Ok(visit.answered(status, text)),
        Act::Serve(_) | Act::Open => {}
    }

    // What is asked? A folder can only be read.
    match refusal(head) {
        Some(status) => return visit.refuse(status, None, None),
        None if head.method == Method::Options => return Ok(visit.allowed()),
        None => {}
    }

    // What is there?
    if let Some(page) = Page::built_in(options, &target) {
        visit.witness.step(Step::BuiltIn(&path));
        return Ok(visit.made(page));
    }
    if let Act::Serve(paths) = ruling.act {
        return visit.first_of(&paths, &path);
    }
    if path.is_hidden() && !options.hidden {
        visit.witness.step(Step::Hidden(&path));
        return visit.missing(&path);
    }
    match visit.look(&path)? {
        Found::File(file, metadata) if !path.has_trailing_slash() => visit.file(&path, &file, &metadata),
        // A file is no folder; links in it would lead elsewhere than it thinks.
        Found::File(..) if options.clean_urls => Ok(visit.redirect(&path.without_slash())),
        Found::File(..) => visit.missing(&path),
        Found::Directory(metadata) if path.has_trailing_slash() => visit.directory(&path, metadata),
        Found::Directory(metadata) => match visit.clean(&path)? {
            // `/about` is the page and `/about/` the folder, as everybody who makes both has it.
            Some((page, file, metadata)) => visit.stand_in(&page, &file, &metadata),
            None => visit.directory(&path, metadata),
        },
        Found::Forbidden => visit.refuse(Status::FORBIDDEN, Some(path), None),
        Found::Nothing => match visit.clean(&path)? {
            Some(_) if path.has_trailing_slash() => Ok(visit.redirect(&path.without_slash())),
            Some((page, file, metadata)) => visit.stand_in(&page, &file, &metadata),
            None => visit.missing(&path),
        },
    }
}

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    /// What a route says is served: the first of these that is there.
    fn first_of(mut self, candidates: &[SitePath], path: &SitePath) -> Result<Selected<T::File>, Refusal> {
        for candidate in candidates {
            if candidate.is_hidden() && !self.options.hidden {
                self.witness.step(Step::Hidden(candidate));
                continue;
            }
            match self.look(candidate)? {
                Found::File(file, metadata) if !candidate.has_trailing_slash() => {
                    return self.file(candidate, &file, &metadata);
                }
                Found::Directory(metadata) if candidate.has_trailing_slash() => {
                    if self.lists() || !matches!(self.index(candidate)?, Found::Nothing) {
                        return self.directory(candidate, metadata);
                    }
                }
                // Sent to where its slash is, it comes here again.
                Found::Directory(metadata) if candidate == path => return self.directory(candidate, metadata),
                Found::Forbidden => return self.refuse(Status::FORBIDDEN, Some(path.clone()), None),
                Found::File(..) | Found::Directory(_) | Found::Nothing => {}
            }
        }
        self.missing(path)
    }

    /// What a route says itself.
    fn answered(self, status: Status, text: Option<String>) -> Selected<T::File> {
        let mut response = Response::new(status);
        if let Some(text) = text {
            let media_type = self.effects.media_type.clone().unwrap_or_else(|| "text/plain; charset=utf-8".into());
            response = response.with("Content-Type", media_type).with_content(Content::from_bytes(text.into_bytes()));
        }
        self.complete(&mut response.fields, status);
        Selected::Response(response, None)
    }

    /// What can be asked here.
    fn allowed(mut self) -> Selected<T::File> {
        let preflight = std::mem::take(&mut self.effects.preflight);
        let mut response = Response::new(Status::NO_CONTENT);
        if preflight.is_empty() {
            response.fields.push(field("Allow", ALLOW));
        }
        response.fields.extend(preflight);
        response.fields.extend_from_slice(&self.options.fields);
        self.effects.amendments.apply(response.status, false, &mut response.fields);
        Selected::Response(response, None)
    }
}

/// Why the method cannot be used here; `None`: it can.
fn refusal(head: &RequestHead<'_>) -> Option<Status> {
    match head.method {
        Method::Get | Method::Head | Method::Options => None,
        Method::Known(_) => Some(Status::METHOD_NOT_ALLOWED),
        Method::Unknown(_) => Some(Status::NOT_IMPLEMENTED),
    }
}

fn allowed<F>(options: &SiteOptions) -> Selected<F> {
    let mut response = Response::new(Status::NO_CONTENT).with("Allow", ALLOW);
    response.fields.extend_from_slice(&options.fields);
    Selected::Response(response, None)
}

/// `own`: the answer with the owner's file for it.
fn refused<F>(status: Status, own: Option<Response<F>>) -> Selected<F> {
    if let Some(own) = own {
        return Selected::Response(own, None);
    }
    let allow = (status == Status::METHOD_NOT_ALLOWED).then_some(ALLOW);
    Selected::Page(Page::Error { status, allow, path: None }, Amendments::default())
}

/// The methods that every target here has.
pub(crate) const ALLOW: &str = "GET, HEAD, OPTIONS";
