//! The pages of the X-ray: what was seen of requests goes to crate `page`.

use super::{HTML, accept_language, whole};
use crate::known::Known;
use crate::origin::{Answer, Files, Site};
use crate::xray::limit::ENTRIES_MAX;
use crate::xray::{Follow, Plate, Setting, Teller, entry, journey};
use page::Language;
use page::xray::{self, Feed};
use semantics::{Field, RequestHead, Status, Target, Timestamp};
use site::{Refusal, prefers_json};
use std::borrow::Cow;

impl<T: Files> Site<T> {
    /// The page of the X-ray with this name: the list, the live list, or a request. For who may see it.
    pub(super) fn xray_page(
        &self,
        head: &RequestHead<'_>,
        name: &str,
        now: Timestamp,
    ) -> Result<Answer<T::File>, Refusal> {
        match name {
            "" => Ok(self.requests(head, now)),
            "events" => Ok(self.live(head, now)),
            "token" => {
                Ok(self.of_xray("application/json", format!("{{\"token\":\"{}\"}}\n", self.shared.xray.token())))
            }
            id => self.one_request(head, id),
        }
    }

    fn requests(&self, head: &RequestHead<'_>, now: Timestamp) -> Answer<T::File> {
        let xray = &self.shared.xray;
        xray.watch(now.seconds());
        let (entries, count) = xray.read(|film| {
            let (plates, _) = film.since(film.count().saturating_sub(ENTRIES_MAX as u64));
            (plates.map(|plate| entry(plate)).collect::<Vec<_>>(), film.count())
        });
        let parameter = |name: &str| {
            let value = Target::parse(head.target).ok().and_then(|target| target.parameter(name).map(Cow::into_owned));
            value.map(|value| String::from_utf8_lossy(&value).into_owned())
        };
        if wants(head, "json") || wants(head, "") && prefers_json(head) {
            let text = xray::entries_json(&entries, xray.dropped(), xray.token());
            return self.of_xray("application/json", text);
        }
        let scheme = if self.shared.is_secured { "https" } else { "http" };
        let feed = Feed {
            entries,
            count,
            dropped: xray.dropped(),
            token: xray.token().to_owned(),
            filter: parameter("q").unwrap_or_default(),
            address: format!("{scheme}://{}/", String::from_utf8_lossy(head.authority)),
        };
        self.of_xray(HTML, xray::list_page(&self.look(head), &feed))
    }

    fn live(&self, head: &RequestHead<'_>, now: Timestamp) -> Answer<T::File> {
        let xray = &self.shared.xray;
        xray.watch(now.seconds());
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
        // A browser that was cut off says how far it had come (WHATWG HTML §9.2.4).
        let last = head.fields.lines().find(|(name, _)| name.eq_ignore_ascii_case(b"last-event-id"));
        let asked = Target::parse(head.target).ok().and_then(|target| text(&target.parameter("from")?));
        let from = last.and_then(|(_, value)| text(value)).or(asked).unwrap_or_else(|| xray.count());
        let Some(mut follow) = Follow::new(xray, from) else {
            return Answer::Whole(self.error(head, Status::SERVICE_UNAVAILABLE, None).with("Retry-After", "10"), None);
        };
        let mut fields = self.fields("text/event-stream", "no-store");
        fields.push(field("X-Accel-Buffering", "no"));
        let first = follow.begin();
        Answer::Stream { status: Status::OK, fields, first, source: Box::new(follow) }
    }

    fn one_request(&self, head: &RequestHead<'_>, id: &str) -> Result<Answer<T::File>, Refusal> {
        let Some(plate) = self.shared.xray.find(id) else {
            let page = xray::gone_page(&self.look(head));
            return match wants(head, "json") || wants(head, "text") {
                true => Err(Refusal::Missing),
                false => Ok(whole(Status::NOT_FOUND, self.page_fields(HTML), page.into_bytes())),
            };
        };
        let told = match plate.teller() {
            Some(site) => site.told(&plate),
            // Settings are new since, or there never was one.
            None => journey(&plate, None, self.setting()),
        };
        if wants(head, "json") {
            return Ok(self.of_xray("application/json", xray::json(&told)));
        }
        if wants(head, "text") {
            let language = Language::from_accept_language(accept_language(head));
            return Ok(self.of_xray("text/plain; charset=utf-8", xray::text(&told, language)));
        }
        Ok(self.of_xray(HTML, xray::journey_page(&self.look(head), &told)))
    }

    /// What holds for the requests of this site.
    pub(crate) fn setting(&self) -> Setting<'_> {
        Setting { options: &self.options, limits: &self.shared.limits }
    }

    /// An answer that is of this moment, and for whoever asked alone.
    fn of_xray(&self, media_type: &'static str, text: String) -> Answer<T::File> {
        let mut fields = self.page_fields(media_type);
        fields.retain(|field| !field.name.eq_ignore_ascii_case("cache-control"));
        fields.push(field("Cache-Control", "no-store"));
        whole(Status::OK, fields, text.into_bytes())
    }
}

impl<T: Files> Teller for Site<T> {
    /// What memory answered is decided once more, to know why.
    fn told(&self, plate: &Plate) -> xray::Journey {
        let again = match &plate.head {
            Some(request) if plate.notes.is_none() && plate.fault.is_none() => {
                Some(self.decide_again(&request.head(), Known::default(), plate.at))
            }
            _ => None,
        };
        journey(plate, again.as_ref(), self.setting())
    }
}

/// Whether the query asks for that format; for none, where the name is empty.
fn wants(head: &RequestHead<'_>, format: &str) -> bool {
    let asked = Target::parse(head.target).ok().and_then(|target| target.parameter("format").map(Cow::into_owned));
    asked.unwrap_or_default() == format.as_bytes()
}

fn field(name: &'static str, value: &'static str) -> Field {
    Field { name: name.into(), value: value.into() }
}
