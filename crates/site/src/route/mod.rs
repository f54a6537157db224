//! Routes: what the owner wants done with some of the targets.
//!
//! They are tried in order. Each asks the path by a regular expression, and perhaps the request by conditions; where all of it holds,
//! its guards let the client in or not, its changes add up with those of others, and its action, if it has one, ends the search. All
//! expressions are one automaton: a request costs the same for one route and for a thousand.
//!
//! ```text
//! path ─▶ which expressions match ─▶ in order: conditions ─▶ guards ─▶ changes ─▶ action ─▶ Ruling
//!         (one walk over the path)
//! ```

mod address;
mod change;
mod condition;
mod host;
mod limits;
mod location;
mod near;
pub mod pattern;
pub mod proof;
mod ruling;
mod show;
mod template;

pub use address::AddressRange;
pub use change::{Amendments, Changes, Cors, Errors, Security};
pub(crate) use change::{Edit, Effects};
pub use condition::{Condition, Test};
pub use host::{HOST_BYTES_MAX, HostPattern, host_of};
pub use limits::{Gate, Limit, Rate, TurnedAway};
pub use near::{NearMiss, near_miss};
pub(crate) use ruling::Act;
pub use ruling::{challenge, credentials, may_come_in};
pub use show::CLASS_BITS_MAX;

use crate::limit;
use condition::Question;
use location::Location;
use pattern::Patterns;
use regex_automata::PatternID;
use regex_automata::meta::Regex;
use semantics::Status;
use template::{Template, TemplateFault, Wanted};

/// One route as its owner wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The line of the config it begins at, from 1; `None`: it stands in none.
    pub line: Option<usize>,
    /// The expression that the decoded path has to match somewhere; `None`: every path does.
    pub pattern: Option<String>,
    /// What else has to hold.
    pub conditions: Vec<Condition>,
    /// Who is turned away.
    pub guards: Guards,
    /// What of the answer is changed.
    pub changes: Changes,
    /// What ends the search.
    pub action: Option<Action>,
}

/// Who is turned away: asked in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// These are.
    pub deny: Option<Deny>,
    /// All others than these are.
    pub allow: Option<Vec<AddressRange>>,
    /// Those who come too often, or ask for too much at a time.
    pub limit: Option<Limit>,
    /// Those without a right password.
    pub auth: Option<Auth>,
}

/// Who gets no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deny {
    /// Clients in these ranges; `None`: everybody.
    pub addresses: Option<Vec<AddressRange>>,
    /// 403, or 404 where not even that it is there shall be known.
    pub status: Status,
}

/// Who may come in by name and password (RFC 7617).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// What browsers show when they ask.
    pub realm: String,
    /// Names with the hashes of their passwords, in the form of argon2 (`$argon2id$…`) or bcrypt (`$2b$…`).
    pub users: Vec<(String, String)>,
}

/// What ends the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Another file answers: the first of these that is there; with captures.
    Serve(Vec<String>),
    /// The client is sent elsewhere: 301, 302, 303, 307 or 308; with captures. The query goes along.
    Redirect(Status, String),
    /// This status answers, with this text; with captures. Without a text, an error has its page.
    Answer(Status, Option<String>),
}

impl Action {
    /// The word that the config has for it.
    pub fn key(&self) -> &'static str {
        match self {
            Action::Serve(_) => "serve",
            Action::Redirect(..) => "redirect",
            Action::Answer(..) => "answer",
        }
    }
}

/// What is wrong with a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFault {
    /// Its number, from 0.
    pub route: usize,
    /// The word of the config it is wrong in; `match` for the expression.
    pub key: &'static str,
    /// Which of several values of that key, from 0.
    pub item: usize,
    /// Lower case, no full stop.
    pub cause: String,
    /// The byte of the value where it is wrong.
    pub at: usize,
}

/// All routes of a site, compiled.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    routes: Vec<Route>,
    compiled: Vec<Compiled>,
    patterns: Option<Patterns>,
    /// The route that each expression is of; ascending.
    patterned: Vec<usize>,
    /// Routes without an expression; ascending.
    always: Vec<usize>,
}

/// What of a route had to be read.
#[derive(Clone, Debug)]
struct Compiled {
    questions: Vec<Question>,
    /// The expression by itself, where its groups are wanted.
    regex: Option<Regex>,
    slots: Vec<Slot>,
    set: Vec<Template>,
    fallback: Option<Template>,
    action: Prepared,
}

#[derive(Clone, Debug)]
enum Prepared {
    None,
    Serve(Vec<Template>),
    Redirect(Status, Location),
    Answer(Status, Option<Template>),
}

/// What is filled into templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// A group of the expression for the path.
    Group(usize),
    /// The whole path.
    Path,
    /// A group of the expression of a condition: its number, that of the group.
    Question(usize, usize),
    /// The host that was asked for.
    Host,
}

/// Two are the same when their owners wrote the same.
impl PartialEq for Routes {
    fn eq(&self, other: &Routes) -> bool {
        self.routes == other.routes
    }
}

impl Eq for Routes {}

impl Routes {
    /// Compiles routes, to be tried in this order. Errs with all that is wrong.
    pub fn new(routes: Vec<Route>) -> Result<Routes, Vec<RouteFault>> {
        let fault = |route, key, cause: String| RouteFault { route, key, item: 0, cause, at: 0 };
        if routes.len() > limit::ROUTES_MAX {
            let cause = format!("there are {} routes, expected at most {}", routes.len(), limit::ROUTES_MAX);
            return Err(vec![fault(limit::ROUTES_MAX, "match", cause)]);
        }
        let (mut faults, mut compiled, mut hirs) = (Vec::new(), Vec::new(), Vec::new());
        let (mut patterned, mut always) = (Vec::new(), Vec::new());
        for (number, route) in routes.iter().enumerate() {
            let hir = route.pattern.as_deref().map(pattern::parse).transpose();
            let hir = hir.unwrap_or_else(|cause| {
                faults.push(RouteFault { at: cause.at, ..fault(number, "match", cause.cause) });
                None
            });
            match Compiled::new(number, route, hir.as_ref()) {
                Ok(route) => compiled.push(route),
                // What hangs on an expression that cannot be read is not worth telling.
                Err(more) if faults.last().is_none_or(|last| last.route != number) => faults.extend(more),
                Err(_) => {}
            }
            match hir {
                Some(hir) => {
                    patterned.push(number);
                    hirs.push(hir);
                }
                None => always.push(number),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let patterns = Patterns::new(&hirs).map_err(|cause| vec![fault(0, "match", cause)])?;
        Ok(Routes { routes, compiled, patterns, patterned, always })
    }

    /// As their owner wrote them, in order.
    pub fn as_slice(&self) -> &[Route] {
        &self.routes
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// Whether any has own files for errors.
    pub(crate) fn have_errors(&self) -> bool {
        self.routes.iter().any(|route| !route.changes.errors.is_empty())
    }

    /// Whether any has an expression.
    pub(crate) fn has_patterns(&self) -> bool {
        self.patterns.is_some()
    }

    /// Whether any asks for the address of a client, which costs a call to the kernel.
    pub fn asks_for_address(&self) -> bool {
        self.routes.iter().any(|route| {
            let Guards { deny, allow, limit, auth: _ } = &route.guards;
            let is_asked = |condition: &Condition| matches!(condition, Condition::Address(_));
            allow.is_some()
                || limit.is_some()
                || deny.as_ref().is_some_and(|deny| deny.addresses.is_some())
                || route.conditions.iter().any(is_asked)
        })
    }

    /// The numbers of the routes whose expression matches a decoded path, or that have none; ascending.
    pub fn matching(&self, path: &[u8]) -> Vec<usize> {
        let Some(patterns) = &self.patterns else { return self.always.clone() };
        let mut matching: Vec<usize> =
            patterns.matching(path).into_iter().map(|number| self.patterned[number]).collect();
        if !self.always.is_empty() {
            matching.extend_from_slice(&self.always);
            matching.sort_unstable();
        }
        matching
    }

    /// The same, each expression by itself: for tests, which must find no difference.
    #[doc(hidden)]
    pub fn matching_one_by_one(&self, path: &[u8]) -> Vec<usize> {
        let matches = |route: &Route| match &route.pattern {
            None => true,
            Some(text) => {
                pattern::parse(text).is_ok_and(|hir| pattern::compile(&hir).is_ok_and(|regex| regex.is_match(path)))
            }
        };
        (0..self.routes.len()).filter(|&number| matches(&self.routes[number])).collect()
    }

    /// The places of this site that a route leads to whatever is captured: to be looked for, before anybody asks. Each with the
    /// key it stands under and its number there.
    pub fn literal_targets(&self, route: usize) -> Vec<(&'static str, usize, String)> {
        let Some(compiled) = self.compiled.get(route) else { return Vec::new() };
        let mut found = Vec::new();
        match &compiled.action {
            Prepared::Serve(templates) => {
                let literals =
                    templates.iter().enumerate().filter_map(|(item, template)| Some((item, template.literal()?)));
                found.extend(literals.map(|(item, text)| ("serve", item, text.to_owned())));
            }
            Prepared::Redirect(_, location) => {
                found.extend(location.literal().map(|text| ("redirect", 0, text.to_owned())))
            }
            Prepared::Answer(..) | Prepared::None => {}
        }
        found.extend(
            compiled.fallback.as_ref().and_then(Template::literal).map(|text| ("fallback", 0, text.to_owned())),
        );
        found
    }

    /// Whether a route sends clients to a place of this site.
    pub fn leads_here(&self, route: usize) -> bool {
        self.compiled
            .get(route)
            .is_some_and(|compiled| matches!(&compiled.action, Prepared::Redirect(_, location) if location.is_here()))
    }
}

impl Compiled {
    fn new(number: usize, route: &Route, hir: Option<&regex_syntax::hir::Hir>) -> Result<Compiled, Vec<RouteFault>> {
        let mut faults = Vec::new();
        let fault = |key, item, cause: String, at| RouteFault { route: number, key, item, cause, at };
        let regex = hir.map(pattern::compile).transpose().unwrap_or_else(|cause| {
            faults.push(fault("match", 0, cause, 0));
            None
        });
        let mut questions = Vec::new();
        for (item, condition) in route.conditions.iter().enumerate() {
            match Question::new(condition.clone()) {
                Ok(question) => questions.push(question),
                Err(wrong) => faults.push(fault(condition.key(), item, wrong.cause, wrong.at)),
            }
        }
        // Whoever cannot get there by its method is not asked for more, and the answer to others does not hang on that.
        questions.sort_by_key(|question| !matches!(question.condition, Condition::Method(_)));

        let mut slots = Vec::new();
        let mut slot = |wanted| {
            let slot = find(wanted, regex.as_ref(), &questions)?;
            let known = slots.iter().position(|known| *known == slot);
            Ok(known.unwrap_or_else(|| {
                slots.push(slot);
                slots.len() - 1
            }))
        };
        let mut read = |key, item, text: &str| {
            Template::parse(text, &mut slot)
                .map_err(|TemplateFault { cause, at }| faults.push(fault(key, item, cause, at)))
                .ok()
        };
        let set =
            route.changes.set.iter().enumerate().filter_map(|(item, (_, value))| read("set", item, value)).collect();
        let fallback = route.changes.fallback.as_ref().and_then(|text| read("fallback", 0, text));
        let action = match &route.action {
            None => Prepared::None,
            Some(Action::Serve(texts)) => {
                Prepared::Serve(texts.iter().enumerate().filter_map(|(item, text)| read("serve", item, text)).collect())
            }
            Some(Action::Answer(status, text)) => {
                Prepared::Answer(*status, text.as_ref().and_then(|text| read("answer", 0, text)))
            }
            Some(Action::Redirect(status, text)) => match Location::parse(text, &mut slot) {
                Ok(location) => Prepared::Redirect(*status, location),
                Err(TemplateFault { cause, at }) => {
                    faults.push(fault("redirect", 0, cause, at));
                    Prepared::None
                }
            },
        };
        let files = match &route.action {
            Some(Action::Serve(texts)) => texts.as_slice(),
            _ => &[],
        };
        let files = files.iter().enumerate().map(|(item, text)| ("serve", item, text));
        for (key, item, text) in files.chain(route.changes.fallback.iter().map(|text| ("fallback", 0, text))) {
            if !text.starts_with(['/', '$']) {
                faults.push(fault(
                    key,
                    item,
                    format!("{text:?} is no place in the site; expected a path that begins with /"),
                    0,
                ));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let wants_groups = slots.iter().any(|slot| matches!(slot, Slot::Group(_)));
        Ok(Compiled { questions, regex: regex.filter(|_| wants_groups), slots, set, fallback, action })
    }
}

/// Where a capture comes from. Errs with why there is none.
fn find(wanted: Wanted, regex: Option<&Regex>, questions: &[Question]) -> Result<Slot, String> {
    match (wanted, regex) {
        (Wanted::Number(0), None) => Ok(Slot::Path),
        (Wanted::Number(number), None) => {
            Err(format!("there is no ${number}: the route has no match; $0 is the whole path"))
        }
        (Wanted::Number(number), Some(regex)) => {
            // One of them is the whole.
            let groups = regex.captures_len() - 1;
            match number <= groups {
                true => Ok(Slot::Group(number)),
                false if groups == 0 => Err(format!("there is no ${number}: the expression has no groups")),
                false => Err(format!(
                    "there is no ${number}: the expression has {groups} group{}",
                    if groups == 1 { "" } else { "s" }
                )),
            }
        }
        (Wanted::Name(name), regex) => {
            let index = |regex: &Regex| regex.group_info().to_index(PatternID::ZERO, &name);
            if let Some(group) = regex.and_then(index) {
                return Ok(Slot::Group(group));
            }
            let mut of_questions = questions.iter().enumerate();
            if let Some(slot) = of_questions
                .find_map(|(number, question)| Some(Slot::Question(number, question.regex.as_ref().and_then(index)?)))
            {
                return Ok(slot);
            }
            if name == "host" {
                return Ok(Slot::Host);
            }
            let all = regex.into_iter().chain(questions.iter().filter_map(|question| question.regex.as_ref()));
            let names: Vec<&str> =
                all.flat_map(|regex| regex.group_info().pattern_names(PatternID::ZERO).flatten()).collect();
            Err(match names.is_empty() {
                true => format!("there is no group {name:?}: no expression has groups with names; write (?<{name}>…)"),
                false => format!("there is no group {name:?}; there is {}", names.join(", ")),
            })
        }
    }
}
