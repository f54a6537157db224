//! What the owner has said about such requests: which routes were tried, in their order, and how near the others came.

use super::View;
use crate::xray::notes::{Held, Note};
use page::xray::cause::Why;
use page::xray::{Came, Cause, Fact, Key, Station};
use site::route::{Route, near_miss};

impl View<'_> {
    pub(super) fn rules(&self, station: &mut Station) {
        let facts = &mut station.facts;
        let Some(notes) = self.notes.filter(|notes| !notes.steps.is_empty()) else { return };
        let options = self.setting.options;
        if options.routes.is_empty() {
            facts.push(Fact::new(Key::Order, "-").because(Why::NoRules));
        }
        let mut missed = notes.missed.iter().map(|number| *number as usize).peekable();
        for note in &notes.steps {
            let (Note::Route(number, _) | Note::Rule(number, ..)) = note else { continue };
            while let Some(other) = missed.next_if(|other| other < number) {
                self.missed(other, facts);
            }
            facts.push(match note {
                Note::Route(number, Held::Yes(values)) => {
                    let cause = match values.as_slice() {
                        [] => Why::RuleHolds.into(),
                        values => Cause::new(Why::RuleHoldsWith, [values.join(", ")]),
                    };
                    let all = 0..self.pattern(*number).len();
                    self.route(*number, cause).that_came(Came { failed: all.end..all.end, matched: all })
                }
                Note::Route(number, Held::But(condition)) => {
                    self.route(*number, Cause::new(Why::RuleCondition, [condition.as_str()]))
                }
                Note::Rule(number, key, value) => {
                    Fact::new(Key::Said, format!("{key}: {value}")).named(self.name(*number)).because(said(key))
                }
                _ => continue,
            });
        }
        missed.for_each(|number| self.missed(number, facts));
        if let Some(value) = self.site_limit() {
            facts.push(Fact::new(Key::Said, format!("limit: {value}")).because(Why::RuleGuards));
        }
        if self.has(|note| matches!(note, Note::BuiltIn)) {
            let prefix = options.prefix.clone().unwrap_or_default();
            facts.push(Fact::new(Key::Order, format!("{prefix}/")).because(Why::BuiltInFirst));
        }
        if self.has(|note| matches!(note, Note::Hidden)) {
            facts.push(Fact::new(Key::Order, ".").because(Why::HiddenRule));
        }
    }

    /// A route that was tried.
    fn route(&self, number: usize, cause: Cause) -> Fact {
        Fact::new(Key::Rule, self.pattern(number)).named(self.name(number)).because(cause)
    }

    /// A route whose expression does not match, and where it stopped. Of many, the first are looked at so closely.
    fn missed(&self, number: usize, facts: &mut Vec<Fact>) {
        let before = facts.iter().filter(|fact| fact.key == Key::Rule).count();
        if before >= MISSES_SHOWN_MAX {
            return;
        }
        let pattern = self.pattern(number);
        let path = self.head.as_ref().and_then(|head| semantics::Target::parse(head.target).ok());
        let near = path.as_ref().and_then(|target| Some((near_miss(&pattern, target.path())?, target)));
        let came = near.as_ref().map(|(near, _)| Came { matched: near.matched.clone(), failed: near.failed.clone() });
        let cause = near.map_or(Cause::from(Why::RuleMissed), |(near, target)| {
            let path = String::from_utf8_lossy(&target.path()[near.path.clone()]).into_owned();
            match pattern.get(near.failed.clone()) {
                Some(failed) if near.path.is_empty() => Cause::new(Why::RuleMissedAt, [failed]),
                Some(failed) => {
                    let matched = pattern.get(near.matched.clone()).unwrap_or_default();
                    Cause::new(Why::RuleStopped, [matched, &path, failed])
                }
                None => Why::RuleMissed.into(),
            }
        });
        facts.push(Fact { came, ..self.route(number, cause) });
    }

    fn written(&self, number: usize) -> Option<&Route> {
        self.setting.options.routes.as_slice().get(number)
    }

    fn pattern(&self, number: usize) -> String {
        self.written(number).and_then(|route| route.pattern.clone()).unwrap_or_default()
    }

    /// What the limit of the whole site said to a client that it turned away.
    pub(super) fn site_limit(&self) -> Option<&str> {
        self.steps().iter().find_map(|note| match note {
            Note::SiteLimit(value) => Some(value.as_str()),
            _ => None,
        })
    }

    /// The route whose limit turned the client away, and what it said: `429: more than 10/s`.
    pub(super) fn limit_of_route(&self) -> Option<[String; 2]> {
        self.steps().iter().rev().find_map(|note| match note {
            Note::Rule(number, "limit", value) => Some([self.name(*number), bound(value).to_owned()]),
            _ => None,
        })
    }

    /// A route as people call it: by its place, and by its line.
    fn name(&self, number: usize) -> String {
        match self.written(number).and_then(|route| route.line) {
            Some(line) => format!("{} (line {line})", number + 1),
            None => (number + 1).to_string(),
        }
    }

    /// Whether a route said something of that kind, and which one did last.
    pub(super) fn last_rule(&self, key: &str, has: impl Fn(&str) -> bool) -> Option<String> {
        self.steps().iter().rev().find_map(|note| match note {
            Note::Rule(number, of, value) if *of == key && has(value) => Some(self.name(*number)),
            _ => None,
        })
    }
}

/// `10/s` of `429: more than 10/s`.
pub(super) fn bound(said: &str) -> &str {
    said.split_once(": more than ").map_or(said, |(_, bound)| bound)
}

/// What a word of the config does.
fn said(key: &str) -> Why {
    match key {
        "serve" | "redirect" | "answer" => Why::RuleEnds,
        "deny" | "allow" | "auth" | "limit" => Why::RuleGuards,
        _ => Why::RuleChanges,
    }
}

/// Routes that are told of one by one; behind them come as many as there are, and nobody reads on.
const MISSES_SHOWN_MAX: usize = 200;
