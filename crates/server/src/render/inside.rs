//! Pages about the server itself, for those who may see inside.

use super::sight::Sight;
use super::{HTML, whole};
use crate::inside::Access;
use crate::origin::{Answer, Files, Site};
use crate::vitals;
use page::status::{self, LookUp};
use semantics::{FieldName, RequestHead, Status, Target, Version};
use site::{Client, Refusal, prefers_json};

impl<T: Files> Site<T> {
    /// What is to be answered instead of a page about the server itself; `None`: the client may see it.
    ///
    /// Errs with [`Refusal::Missing`] where there is no such page for this client.
    pub(super) fn kept_out(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        sight: &Sight,
    ) -> Result<Option<Answer<T::File>>, Refusal> {
        let access = match is_by_proxy(head) {
            true => self.shared.inside.by_password(head, client)?,
            false => self.shared.inside.access(head, client)?,
        };
        self.kept_out_by(head, sight, access)
    }

    /// The same for requests that are seen. In a site that does not show them to everybody at this machine, a password is needed.
    pub(super) fn kept_out_of_xray(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        sight: &Sight,
    ) -> Result<Option<Answer<T::File>>, Refusal> {
        let access = match self.shows_xray(head, client) {
            true => Access::Open,
            // A browser that knows the password sends it for pages of others, too; but a link is followed by a person.
            false if is_of_others(head) => Access::Nothing,
            false => self.shared.inside.by_password(head, client)?,
        };
        self.kept_out_by(head, sight, access)
    }

    fn kept_out_by(
        &self,
        head: &RequestHead<'_>,
        sight: &Sight,
        access: Access,
    ) -> Result<Option<Answer<T::File>>, Refusal> {
        match access {
            Access::Open => Ok(None),
            Access::Nothing => Err(Refusal::Missing),
            Access::Password(challenge) => {
                let answer = self.error_page(head, sight, Status::UNAUTHORIZED, None, None);
                Ok(Some(match answer {
                    Answer::Whole(response, _) => Answer::Whole(response.with("WWW-Authenticate", challenge), None),
                    other => other,
                }))
            }
        }
    }

    /// Whether this client is shown a way to the requests that are seen.
    pub(super) fn shows_xray(&self, head: &RequestHead<'_>, client: &Client<'_>) -> bool {
        self.has_xray && !is_by_proxy(head) && self.shared.inside.knows(head, client)
    }

    /// `/-/metrics`
    pub(super) fn metrics(&self) -> Answer<T::File> {
        let text = self.shared.vitals.prometheus(self.shared.log.lost());
        whole(Status::OK, self.fields(vitals::MEDIA_TYPE, "no-store"), text.into_bytes())
    }

    /// `/-/status`: 200 as long as all is well, 503 once the server was told to stop, so that whoever spreads requests sends
    /// no more.
    pub(super) fn status(&self, head: &RequestHead<'_>) -> Answer<T::File> {
        let state = self.shared.vitals.state();
        let code = if state.is_ending { Status::SERVICE_UNAVAILABLE } else { Status::OK };
        let is_page = match format(head) {
            Some(is_page) => is_page,
            // Whoever asks for nothing in particular is a program.
            None => !prefers_json(head) && site::is_navigation(head),
        };
        let shown = shown(state);
        let (media_type, text) = match is_page {
            true => (HTML, status::page(&self.look(head), &shown)),
            false => ("application/json", status::json(&shown)),
        };
        let mut fields = self.page_fields(media_type);
        fields.retain(|field| field.name != "Cache-Control");
        fields.push(super::field("Cache-Control", "no-store"));
        fields.push(super::field("Vary", "Accept, Accept-Language, Sec-Fetch-Dest"));
        whole(code, fields, text.into_bytes())
    }
}

/// Whether it looks like what a proxy sends that says nothing of itself: most speak HTTP/1.0 to a server until told otherwise, and
/// nobody else does.
fn is_by_proxy(head: &RequestHead<'_>) -> bool {
    head.version == Version::Http10
}

/// Whether the page of another origin has asked for it, as something to be a part of that page.
fn is_of_others(head: &RequestHead<'_>) -> bool {
    let is = |name, value: &[u8]| head.field(name) == Some(value);
    let from = |(name, value): (&[u8], &[u8])| {
        name.eq_ignore_ascii_case(b"sec-fetch-site") && !matches!(value, b"none" | b"same-origin")
    };
    head.fields.lines().any(from)
        && !(is(FieldName::SecFetchMode, b"navigate") && is(FieldName::SecFetchDest, b"document"))
}

/// Whether `?format=` asks for a page; `None`: it asks for nothing.
fn format(head: &RequestHead<'_>) -> Option<bool> {
    match &*Target::parse(head.target).ok()?.parameter("format")? {
        b"html" => Some(true),
        b"json" => Some(false),
        _ => None,
    }
}

fn shown(state: vitals::State) -> status::Status {
    let site = |site: vitals::SiteState| status::Site {
        host: site.name,
        title: site.title,
        look_up: site.look_up.map(|state| LookUp {
            state: if state.is_building { "building" } else { "ready" },
            names: state.names,
            documents: state.documents,
            waiting: state.waiting,
        }),
    };
    let certificate = |certificate: acme::State| status::Certificate {
        host: certificate.name,
        ends: certificate.valid_until,
        next: certificate.next,
        failures: certificate.failures,
        failure: certificate.failure,
    };
    status::Status {
        status: if state.is_ending { "ending" } else { "ok" },
        version: env!("CARGO_PKG_VERSION"),
        started: state.started,
        uptime: state.uptime.as_secs(),
        workers: state.workers,
        connections: state.connections,
        requests: state.requests,
        panics: state.panics,
        certificate_ends: state.certificate_ends,
        certificates: state.certificates.into_iter().map(certificate).collect(),
        sites: state.sites.into_iter().map(site).collect(),
    }
}
