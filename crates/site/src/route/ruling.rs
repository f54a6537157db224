//! What routes make of one request.

use super::change::{Edit, Effects, Security};
use super::condition::Condition;
use super::{Auth, Compiled, Cors, Gate, Prepared, Route, Routes, Slot, TurnedAway};
use crate::answer::field;
use crate::client::Client;
use crate::path::SitePath;
use crate::tree::Refusal;
use crate::witness::{Outcome, Step, Tried, Witness};
use regex_automata::Input;
use semantics::{Field, FieldName, Method, RequestHead, Status, Target};

/// What routes decided.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    pub(crate) act: Act,
    pub(crate) effects: Effects,
}

/// How the search ended.
#[derive(Debug, Default)]
pub(crate) enum Act {
    /// No route has an answer: the target is the file of that name.
    #[default]
    Open,
    /// The first of these that is there.
    Serve(Vec<SitePath>),
    /// Elsewhere.
    Redirect(Status, String),
    /// A status; with a text, or with its page.
    Answer(Status, Option<String>),
    /// Not for this client: which status, and which field says what it could do.
    Refuse(Status, Option<Field>),
}

impl Routes {
    /// Asks the routes. `path`: decoded; `target`: for its query, where there is one.
    ///
    /// Errs only with what the door errs with.
    pub(crate) fn rule(
        &self,
        head: &RequestHead<'_>,
        path: &[u8],
        target: Option<&Target<'_>>,
        client: &Client<'_>,
        witness: &mut impl Witness,
    ) -> Result<Ruling, Refusal> {
        let mut ruling = Ruling::default();
        if self.is_empty() {
            return Ok(ruling);
        }
        let request = Request { head, path, target, client };
        let mut told = 0;
        // A browser asks what a script may do before anybody has typed a password.
        let mut challenge = None;
        for number in self.matching(path) {
            let (route, compiled) = (&self.routes[number], &self.compiled[number]);
            self.tell_others(told..number, witness);
            told = number + 1;
            if let Some(condition) = request.failing(compiled, &mut ruling.effects) {
                witness.step(Step::Route(Tried { number, route, outcome: Outcome::Condition(condition) }));
                continue;
            }
            // Somebody else asks for another host at the same target.
            ruling.effects.amendments.is_for_some |= compiled.slots.contains(&Slot::Host);
            let values = request.values(compiled);
            witness.step(Step::Route(Tried { number, route, outcome: Outcome::Matched(&values) }));
            if let Some(refusal) = request.turned_away(number, route, &mut ruling.effects, witness)? {
                match refusal {
                    Act::Refuse(Status::UNAUTHORIZED, _) if is_preflight(head) => {
                        challenge.get_or_insert(refusal);
                    }
                    refusal => {
                        Change { number, route, witness, effects: &mut ruling.effects }.of_refusal(&request);
                        ruling.act = refusal;
                        return Ok(ruling);
                    }
                }
            }
            let mut change = Change { number, route, witness, effects: &mut ruling.effects };
            change.all(compiled, &request, &values);
            if let Some(act) = request.act(compiled, &values, is_markup(ruling.effects.media_type.as_deref())) {
                let key = route.action.as_ref().map_or("", super::Action::key);
                witness.step(Step::Rule { number, route, key, value: &act.shown() });
                ruling.act = act;
                told = self.routes.len();
                break;
            }
        }
        self.tell_others(told..self.routes.len(), witness);
        if let Some(challenge) = challenge
            && ruling.effects.preflight.is_empty()
        {
            ruling.act = challenge;
        }
        Ok(ruling)
    }

    /// For who looks: those whose expression does not match.
    fn tell_others(&self, numbers: std::ops::Range<usize>, witness: &mut impl Witness) {
        if witness.looks() {
            for number in numbers {
                witness.step(Step::Route(Tried { number, route: &self.routes[number], outcome: Outcome::Path }));
            }
        }
    }
}

impl Act {
    fn shown(&self) -> String {
        match self {
            Act::Open => String::new(),
            Act::Serve(paths) => paths.iter().map(SitePath::to_target).collect::<Vec<_>>().join(", "),
            Act::Redirect(status, location) => format!("{} {location}", status.code()),
            Act::Answer(status, _) | Act::Refuse(status, _) => status.code().to_string(),
        }
    }
}

/// Who asks what.
struct Request<'a> {
    head: &'a RequestHead<'a>,
    path: &'a [u8],
    target: Option<&'a Target<'a>>,
    client: &'a Client<'a>,
}

impl Request<'_> {
    /// The first condition that does not hold. What was looked at is noted, for others may look otherwise there.
    fn failing<'c>(&self, compiled: &'c Compiled, effects: &mut Effects) -> Option<&'c Condition> {
        for question in &compiled.questions {
            effects.amendments.is_for_some |= question.condition.depends_on_client();
            if let Condition::Field(name, _) = &question.condition {
                effects.amendments.edits.push(Edit::Add(field("Vary", name.clone())));
            }
            if !question.holds(self.head, self.target, self.client) {
                return Some(&question.condition);
            }
        }
        None
    }

    /// What the route's templates are filled with.
    fn values(&self, compiled: &Compiled) -> Vec<Vec<u8>> {
        if compiled.slots.is_empty() {
            return Vec::new();
        }
        let groups = compiled.regex.as_ref().map(|regex| {
            let mut groups = regex.create_captures();
            regex.search_captures(&Input::new(self.path), &mut groups);
            groups
        });
        let value = |slot: &Slot| match *slot {
            Slot::Path => self.path.to_vec(),
            Slot::Group(group) => {
                let span = groups.as_ref().and_then(|groups| groups.get_group(group));
                span.map(|span| self.path[span].to_vec()).unwrap_or_default()
            }
            Slot::Question(number, group) => compiled.questions[number].capture(group, self.head, self.target),
            Slot::Host => super::location::asked_host(self.head.authority).unwrap_or_default().into(),
        };
        compiled.slots.iter().map(value).collect()
    }

    /// Asks the guards of a route. Some: the client is turned away.
    fn turned_away(
        &self,
        number: usize,
        route: &Route,
        effects: &mut Effects,
        witness: &mut impl Witness,
    ) -> Result<Option<Act>, Refusal> {
        let super::Guards { deny, allow, limit, auth } = &route.guards;
        let mut tell = |key, value: &str| witness.step(Step::Rule { number, route, key, value });
        let among = |ranges: &[super::AddressRange]| ranges.iter().any(|range| range.has(self.client.address));
        if let Some(deny) = deny {
            effects.amendments.is_for_some |= deny.addresses.is_some();
            if deny.addresses.as_deref().is_none_or(among) {
                tell("deny", &deny.status.code().to_string());
                return Ok(Some(Act::Refuse(deny.status, None)));
            }
        }
        if let Some(allowed) = allow {
            effects.amendments.is_for_some = true;
            if !among(allowed) {
                tell("allow", "403");
                return Ok(Some(Act::Refuse(Status::FORBIDDEN, None)));
            }
        }
        if let Some(limit) = limit {
            effects.amendments.is_for_some = true;
            if let Err(turned_away) = self.client.door.admits(limit, Gate::Route(number), self.client.address) {
                tell("limit", &turned_away.shown(limit));
                let remedy = field("Retry-After", turned_away.retry_after().to_string());
                return Ok(Some(Act::Refuse(TurnedAway::STATUS, Some(remedy))));
            }
        }
        if let Some(auth) = auth {
            effects.amendments.is_for_some = true;
            if !may_come_in(auth, self.head, self.client)? {
                tell("auth", "401");
                let challenge = challenge(auth);
                return Ok(Some(Act::Refuse(Status::UNAUTHORIZED, Some(field("WWW-Authenticate", challenge)))));
            }
            tell("auth", "passed");
        }
        Ok(None)
    }

    /// What the route ends the search with; `None`: nothing.
    fn act(&self, compiled: &Compiled, values: &[Vec<u8>], is_markup: bool) -> Option<Act> {
        Some(match &compiled.action {
            Prepared::None => return None,
            // What climbs out or is no path at all is not there.
            Prepared::Serve(templates) => {
                Act::Serve(templates.iter().filter_map(|template| SitePath::new(&template.raw(values))).collect())
            }
            Prepared::Redirect(status, location) => {
                let root = Target::parse(b"/");
                let target = self.target.or(root.as_ref().ok())?;
                Act::Redirect(*status, location.for_target(target, self.head.authority, values))
            }
            Prepared::Answer(status, text) => {
                Act::Answer(*status, text.as_ref().map(|text| text.text(values, is_markup)))
            }
        })
    }
}

/// The changes of one route, on their way to the answer.
struct Change<'a, X> {
    number: usize,
    route: &'a Route,
    witness: &'a mut X,
    effects: &'a mut Effects,
}

impl<X: Witness> Change<'_, X> {
    fn all(&mut self, compiled: &Compiled, request: &Request<'_>, values: &[Vec<u8>]) {
        let route = self.route;
        let changes = &route.changes;
        if let Some(security) = changes.security {
            self.security(security);
        }
        if let Some(value) = &changes.cache_control {
            self.set("cache-control", field("Cache-Control", value.clone()));
        }
        for name in &changes.remove {
            self.tell("remove", name);
            self.effects.amendments.edits.push(Edit::Remove(name.clone().into()));
        }
        let mut last = None;
        for ((name, _), template) in changes.set.iter().zip(&compiled.set) {
            let field = Field { name: name.clone().into(), value: template.field_value(values).into() };
            match last.replace(name) == Some(name) {
                // One name with several values.
                true => {
                    self.tell("set", &format!("{}: {}", field.name, field.value));
                    self.effects.amendments.edits.push(Edit::Add(field));
                }
                false => self.set("set", field),
            }
        }
        if let Some(charset) = &changes.charset {
            self.tell("charset", charset);
            self.effects.charset = Some(charset.clone());
        }
        if let Some(media_type) = &changes.media_type {
            self.tell("media-type", media_type);
            self.effects.media_type = Some(media_type.clone());
        }
        if let Some(listing) = changes.listing {
            self.tell("listing", if listing { "true" } else { "false" });
            self.effects.listing = Some(listing);
        }
        if let Some(path) = compiled.fallback.as_ref().and_then(|template| SitePath::new(&template.raw(values))) {
            self.tell("fallback", &path.to_target());
            self.effects.fallback = Some(path);
        }
        self.of_refusal(request);
    }

    /// What is changed as well where the same route turns the client away: which file says so, and whether a script may read it.
    fn of_refusal(&mut self, request: &Request<'_>) {
        let changes = &self.route.changes;
        if !changes.errors.is_empty() {
            self.tell("errors", &changes.errors.iter().map(|(_, file)| file.as_str()).collect::<Vec<_>>().join(", "));
            self.effects.errors.extend_from_slice(&changes.errors);
        }
        if let Some(cors) = &changes.cors {
            self.cors(cors, request);
        }
    }

    fn tell(&mut self, key: &'static str, value: &str) {
        self.witness.step(Step::Rule { number: self.number, route: self.route, key, value });
    }

    fn set(&mut self, key: &'static str, field: Field) {
        self.tell(key, &format!("{}: {}", field.name, field.value));
        self.effects.amendments.edits.push(Edit::Set(field));
    }

    fn security(&mut self, security: Security) {
        let edits = &mut self.effects.amendments.edits;
        edits.extend(Security::names().map(|name| Edit::Remove(name.into())));
        for (name, value) in security.fields() {
            self.set("security", field(name, *value));
        }
    }

    fn cors(&mut self, cors: &Cors, request: &Request<'_>) {
        let origin = request.head.field(FieldName::Origin);
        if !cors.is_for_all() {
            self.effects.amendments.is_for_some = true;
            self.effects.amendments.edits.push(Edit::Add(field("Vary", "Origin")));
        }
        let Some(allowed) = cors.allowed(origin) else { return };
        self.set("cors", field("Access-Control-Allow-Origin", allowed));
        if cors.with_credentials {
            self.set("cors", field("Access-Control-Allow-Credentials", "true"));
        }
        if !cors.exposed.is_empty() {
            self.set("cors", field("Access-Control-Expose-Headers", cors.exposed.join(", ")));
        }
        if is_preflight(request.head) {
            let preflight = &mut self.effects.preflight;
            let mut methods = vec!["GET", "HEAD", "OPTIONS"];
            methods.extend(
                cors.methods.iter().map(String::as_str).filter(|method| !matches!(*method, "GET" | "HEAD" | "OPTIONS")),
            );
            preflight.push(field("Access-Control-Allow-Methods", methods.join(", ")));
            if !cors.request_fields.is_empty() {
                preflight.push(field("Access-Control-Allow-Headers", cors.request_fields.join(", ")));
            }
            preflight.extend(cors.max_age.map(|seconds| field("Access-Control-Max-Age", seconds.to_string())));
        }
    }
}

/// What asks a client for name and password (RFC 7617 §2): the value of `WWW-Authenticate`.
pub fn challenge(auth: &Auth) -> String {
    format!("Basic realm=\"{}\", charset=\"UTF-8\"", auth.realm.replace(['"', '\\'], "'"))
}

/// Whether name and password are right. Who gives none is not worth looking up. Errs when the door would have to wait.
pub fn may_come_in(auth: &Auth, head: &RequestHead<'_>, client: &Client<'_>) -> Result<bool, Refusal> {
    let given = head.field(FieldName::Authorization).and_then(credentials).unwrap_or_default();
    match given.iter().position(|&byte| byte == b':') {
        Some(colon) => client.door.opens(auth, &given[..colon], &given[colon + 1..]),
        None => Ok(false),
    }
}

/// Whether what is said to be of this type can have elements, and with them scripts.
fn is_markup(media_type: Option<&str>) -> bool {
    let essence = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    ["html", "xml", "svg"].iter().any(|word| essence.contains(word))
}

/// Whether a browser asks on behalf of a script what that may do (Fetch standard, CORS-preflight request).
pub(crate) fn is_preflight(head: &RequestHead<'_>) -> bool {
    let asks = |(name, _): (&[u8], &[u8])| name.eq_ignore_ascii_case(b"Access-Control-Request-Method");
    head.method == Method::Options && head.field(FieldName::Origin).is_some() && head.fields.lines().any(asks)
}

/// The name and password that a client gives: `name:password` out of `Basic dXNlcjpwYXNz` (RFC 7617 §2); `None`: it is another scheme, or no base64.
pub fn credentials(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, token) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let token = token.trim_ascii();
    let token = token.strip_suffix(b"==").or_else(|| token.strip_suffix(b"=")).unwrap_or(token);
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(token.len()), 0_u32, 0);
    for &byte in token {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            // The cast keeps the lowest eight bits, which are those that are meant.
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read() {
        let read =
            |value: &str| credentials(value.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(read("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").as_deref(), Some("Aladdin:open sesame"));
        assert_eq!(read("basic  dGVzdDoxMjPCow==").as_deref(), Some("test:123£"));
        assert_eq!(read("Basic YTo").as_deref(), Some("a:"));
        assert_eq!(read("Basic ").as_deref(), Some(""));
        assert_eq!(read("Basic a b"), None);
        assert_eq!(read("Bearer YTo="), None);
        assert_eq!(read("Basi"), None);
        assert_eq!(read(""), None);
    }
}
