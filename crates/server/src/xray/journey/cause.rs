//! Why an answer has its status.

use super::View;
use super::material::page_made;
use super::rules::bound;
use crate::xray::notes::Note;
use crate::xray::plate::Way;
use page::xray::Cause;
use page::xray::cause::Why;
use semantics::{Method, Target};
use site::{NodeKind, Page};

/// The reason for the status.
pub(super) fn status(view: &View<'_>) -> Cause {
    if let Some(fault) = &view.plate.fault {
        let why = match view.status() {
            408 => Why::TookTooLong,
            413 => Why::ContentTooLarge,
            414 => Why::TargetTooLong,
            431 => Why::HeadTooLarge,
            501 => Why::NotImplemented,
            505 => Why::NotThatVersion,
            _ => Why::BadRequest,
        };
        return Cause::new(why, [fault.as_str()]);
    }
    let Some(head) = &view.head else { return Why::Refused.into() };
    match (head.method, view.status()) {
        (Method::Known(_), 405) => return Why::NotOffered.into(),
        (Method::Unknown(_), 501) => return Why::NoSuchMethod.into(),
        (Method::Options, 204) => return Why::SaysAllowed.into(),
        _ => {}
    }
    if let Some(cause) = by_rule(view) {
        return cause;
    }
    if let (Err(fault), 400 | 404) = (Target::parse(head.target), view.status()) {
        return Cause::new(Why::BadTarget, [fault.reason()]);
    }
    let page = view.notes.and_then(|notes| notes.page.as_ref());
    match view.status() {
        200 => page.map_or(Why::Whole, |page| page_made(page).1),
        206 if view.sent("content-type").is_some_and(|value| value.starts_with("multipart/")) => Why::Parts,
        206 => Why::Part,
        301 if location_ends_with_slash(view) => Why::FolderNeedsSlash,
        301 => Why::FileHasNoSlash,
        304 => Why::NotModified,
        308 if view.plate.way == Way::Refused => Why::Misled,
        403 => Why::MayNotRead,
        404 => missing(view),
        406 => Why::RefusesAll,
        412 => Why::PreconditionFailed,
        416 => Why::RangeNotSatisfiable,
        500 => Why::Failed,
        503 => Why::TooBusy,
        _ => Why::Made,
    }
    .into()
}

/// What a route has decided about the status.
fn by_rule(view: &View<'_>) -> Option<Cause> {
    let status = view.status();
    let says = |key, why| view.last_rule(key, |_| true).map(|rule| Cause::new(why, [rule]));
    let is_status = |value: &str| value.starts_with(&status.to_string());
    match status {
        401 => says("auth", Why::RuleAuth),
        429 => {
            let of_site = view.site_limit().map(|said| Cause::new(Why::SiteLimit, [bound(said)]));
            of_site.or_else(|| view.limit_of_route().map(|said| Cause::new(Why::RuleLimit, said)))
        }
        403 | 404 => view
            .last_rule("deny", is_status)
            .or_else(|| view.last_rule("allow", is_status))
            .map(|rule| Cause::new(Why::RuleDeny, [rule])),
        300..=399 => view.last_rule("redirect", is_status).map(|rule| Cause::new(Why::RuleRedirect, [rule])),
        421 => Some(Why::Misdirected.into()),
        _ => None,
    }
    .or_else(|| view.last_rule("answer", is_status).map(|rule| Cause::new(Why::RuleAnswer, [rule])))
}

fn location_ends_with_slash(view: &View<'_>) -> bool {
    let path = view.sent("location").and_then(|location| location.split('?').next());
    path.is_some_and(|path| path.ends_with('/'))
}

/// Why nothing is there.
fn missing(view: &View<'_>) -> Why {
    let asked = view.steps().iter().find_map(|note| match note {
        Note::Path(path) => Some(path),
        _ => None,
    });
    let found = asked.and_then(|asked| {
        view.steps().iter().find_map(|note| match note {
            Note::Found(path, kind) if path == asked => Some(*kind),
            _ => None,
        })
    });
    let page = view.notes.and_then(|notes| notes.page.as_ref());
    match found {
        _ if view.has(|note| matches!(note, Note::Hidden)) => Why::IsHidden,
        _ if matches!(page, Some(Page::BuiltIn { .. } | Page::Asset { .. })) => Why::NoSuchPage,
        _ if view.has(|note| matches!(note, Note::BuiltIn)) => Why::NoSuchPage,
        Some(NodeKind::Directory) => Why::NoListing,
        Some(NodeKind::File) => Why::FileIsNoFolder,
        Some(NodeKind::Other) => Why::FoundOther,
        None => Why::NothingThere,
    }
}
