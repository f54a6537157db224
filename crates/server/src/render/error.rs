//! Answers without a representation: a page for people, a line for programs.

use super::field;
use super::name::shown;
use super::sight::Sight;
use crate::known::Known;
use crate::limit::SIMILAR_MAX;
use crate::origin::{Answer, Files, Origin, Site};
use crate::workshop::Brief;
use page::error::{self, ErrorPage};
use page::{Language, Look};
use semantics::{Content, Field, Fields, Method, RequestHead, Response, Status, Timestamp, Version};
use site::client::Closed;
use site::{Amendments, Client, Page, SitePath, is_navigation};
use std::borrow::Cow;
use wire::Fault;

impl<T: Files> Site<T> {
    /// The answer to a program is short enough to be made without the pool. `None`: the page is something else, or
    /// people want to see it.
    pub(crate) fn plain_error(
        &self,
        head: &RequestHead<'_>,
        page: &Page,
        amendments: &Amendments,
    ) -> Option<Response<T::File>> {
        match page {
            Page::Error { status, allow, .. } if !is_navigation(head) => {
                let response = with_allow(self.error(head, *status, None), *allow);
                let mut response = match page.vary() {
                    Some(vary) => response.with("Vary", vary),
                    None => response,
                };
                amendments.apply(*status, false, &mut response.fields);
                Some(response)
            }
            _ => None,
        }
    }

    /// An error that is no matter of what was asked for, on a thread of the pool: the owner's file for it, else a line that says what
    /// happened.
    pub(crate) fn error_with_time(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        status: Status,
    ) -> Response<T::File> {
        let own = site::own_error(&self.options, head, client, now, &self.files, &self.workshop(now), status);
        // What cannot be found out now is said in our own words.
        own.ok().flatten().unwrap_or_else(|| self.error(head, status, None))
    }

    /// The owner's file in place of a page that says an error, with what that page says of what the client could do. What routes make of
    /// its fields is still to come.
    pub(super) fn own_instead(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        page: Response<T::File>,
    ) -> Response<T::File> {
        let (options, workshop) = (&self.options, self.workshop(now));
        match site::own_error_unamended(options, head, client, now, &self.files, &workshop, page.status) {
            Ok(Some(mut own)) => {
                let says = |field: &Field| REMEDIES.iter().any(|name| field.name.eq_ignore_ascii_case(name));
                own.fields.extend(page.fields.into_iter().filter(says));
                own
            }
            Ok(None) | Err(_) => page,
        }
    }

    /// The same without waiting: where the kernel does not have that file at hand, the line says it. `id`: under which the log has the
    /// cause.
    pub(crate) fn error_at_hand(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        status: Status,
        id: Option<&str>,
    ) -> Response<T::File> {
        let own = site::own_error(&self.options, head, client, now, &self.at_hand, &Brief(&self.at_hand), status);
        match (own.ok().flatten(), id) {
            (None, id) => self.error(head, status, id),
            (Some(response), None) => response,
            // The file cannot tell it.
            (Some(response), Some(id)) => response.with("X-Error-Id", id.to_owned()),
        }
    }

    /// A line that says what happened. `id`: under which the log has the cause.
    pub(crate) fn error(&self, head: &RequestHead<'_>, status: Status, id: Option<&str>) -> Response<T::File> {
        let language = Language::from_accept_language(super::accept_language(head));
        plain(&self.options.fields, status, &error::plain(language, status, id.unwrap_or_default()))
    }

    /// The answer in clear at a port for TLS: for good, and with the same method.
    pub(crate) fn elsewhere(&self, location: String) -> Response<T::File> {
        let status = Status::PERMANENT_REDIRECT;
        let text = "308 Permanent Redirect: this port speaks HTTPS\n";
        let mut response = plain(&self.options.fields, status, text);
        // RFC 6797 §7.2: not over a transport that anybody may have changed.
        response.fields.retain(|field| !field.name.eq_ignore_ascii_case("Strict-Transport-Security"));
        response.with("Location", location)
    }

    /// The page for people, with names like the one that is missing; a line for programs.
    pub(crate) fn error_page(
        &self,
        head: &RequestHead<'_>,
        sight: &Sight,
        status: Status,
        allow: Option<&'static str>,
        path: Option<&SitePath>,
    ) -> Answer<T::File> {
        if !is_navigation(head) {
            return Answer::Whole(with_allow(self.error(head, status, None), allow), None);
        }
        let missing = path.filter(|path| status == Status::NOT_FOUND && !path.is_root());
        let wanted = missing.map_or(Cow::Borrowed(""), |path| shown(path.name()));
        let mut similar = match missing {
            Some(path) => self.similar(sight, path),
            None => Vec::new(),
        };
        if similar.len() < SIMILAR_MAX && !wanted.is_empty() {
            // Perhaps it has moved.
            let mut elsewhere = self.similar_anywhere(sight, &wanted);
            elsewhere.retain(|found| similar.iter().all(|near| near.path != found.path));
            similar.extend(elsewhere);
            similar.truncate(SIMILAR_MAX);
        }
        let look: Look = self.look(head);
        let html = error::page(&look, &ErrorPage { status, id: "", wanted: &wanted, similar: &similar });
        match self.html(status, html) {
            Answer::Whole(response, _) => Answer::Whole(with_allow(response, allow), None),
            other => other,
        }
    }
}

impl<T: Files> Origin<T> {
    /// The answer to a peer that broke a rule: the file that the owner has for it, else which rule it was. `asked`: the head, where that
    /// was understood; else the site for all hosts answers, for nobody knows which was meant.
    pub(crate) fn refusal(
        &self,
        status: Status,
        fault: &Fault,
        asked: Option<&RequestHead<'_>>,
        known: Known,
        now: Timestamp,
    ) -> Response<T::File> {
        let (method, authority, version, fields) = (Method::Get, &b""[..], Version::Http11, Fields::new());
        // No target: no route is asked.
        let nothing = RequestHead { method, target: b"", authority, version, fields };
        let head = asked.unwrap_or(&nothing);
        if let Some(site) = self.site(head) {
            let client = known.at(&Closed);
            let own = site::own_error(&site.options, head, &client, now, &site.at_hand, &Brief(&site.at_hand), status);
            if let Ok(Some(response)) = own {
                return response;
            }
        }
        plain(&self.fields, status, &format!("{} {}: {fault}\n", status.code(), status.reason()))
    }

    /// The answer to a request for a host that is none of ours (RFC 9110 §7.4): a client that took us for its server by
    /// mistake, as one of HTTP/2 may that has a connection to us already, asks elsewhere (§15.5.20).
    pub(crate) fn misdirected(&self, head: &RequestHead<'_>) -> Response<T::File> {
        let language = Language::from_accept_language(super::accept_language(head));
        let status = Status::MISDIRECTED_REQUEST;
        plain(&self.fields, status, &error::plain(language, status, ""))
    }
}

/// Fields that say what a client could do.
const REMEDIES: [&str; 3] = ["Allow", "Retry-After", "WWW-Authenticate"];

/// A text with the fields of every response.
fn plain<F>(fields: &[Field], status: Status, text: &str) -> Response<F> {
    let mut fields = fields.to_vec();
    fields.push(field("Content-Type", "text/plain; charset=utf-8"));
    Response { status, fields, content: Content::from_bytes(text.as_bytes()) }
}

fn with_allow<F>(response: Response<F>, allow: Option<&'static str>) -> Response<F> {
    match allow {
        Some(allow) => response.with("Allow", allow),
        None => response,
    }
}
