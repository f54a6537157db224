//! What a route asks besides the path: method, host, fields, query, address. None of it hangs on the path.

use super::address::AddressRange;
use super::host::{HostPattern, host_of};
use super::pattern;
use crate::client::Client;
use regex_automata::Input;
use regex_automata::meta::Regex;
use semantics::{FieldName, Method, RequestHead, Target};
use std::borrow::Cow;

/// One question to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The method is one of these. GET stands for HEAD too, for both get the same answer (RFC 9110 §9.3.2).
    Method(Vec<String>),
    /// The host is one of these.
    Host(Vec<HostPattern>),
    /// A request field passes the test.
    Field(String, Test),
    /// A parameter of the query passes the test.
    Query(String, Test),
    /// The client is in one of these ranges.
    Address(Vec<AddressRange>),
    /// Whether the client came by TLS.
    Secured(bool),
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Whether there is one.
    Present(bool),
    /// That one matches this expression.
    Matches(String),
}

impl Condition {
    /// The word that the config has for it.
    pub fn key(&self) -> &'static str {
        match self {
            Condition::Method(_) => "method",
            Condition::Host(_) => "host",
            Condition::Field(..) => "field",
            Condition::Query(..) => "query",
            Condition::Address(_) => "address",
            Condition::Secured(_) => "secured",
        }
    }

    /// Whether two clients that GET one target without a query can get different answers to it.
    pub(super) fn depends_on_client(&self) -> bool {
        match self {
            // A page is read by GET; only who names HEAD alone tells the two apart.
            Condition::Method(methods) => {
                methods.iter().any(|method| method == "HEAD") && !methods.iter().any(|method| method == "GET")
            }
            _ => true,
        }
    }
}

/// A question with its expression compiled.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) condition: Condition,
    pub(super) regex: Option<Regex>,
}

impl Question {
    /// Errs with what is wrong with its expression, and where.
    pub(super) fn new(condition: Condition) -> Result<Question, pattern::PatternFault> {
        let regex = match &condition {
            Condition::Field(_, Test::Matches(text)) | Condition::Query(_, Test::Matches(text)) => {
                let hir = pattern::parse(text)?;
                Some(pattern::compile(&hir).map_err(|cause| pattern::PatternFault { cause, at: 0 })?)
            }
            _ => None,
        };
        Ok(Question { condition, regex })
    }

    /// Whether the request passes.
    pub(super) fn holds(&self, head: &RequestHead<'_>, target: Option<&Target<'_>>, client: &Client<'_>) -> bool {
        match &self.condition {
            Condition::Method(methods) => methods.iter().any(|method| is_method(method, head.method)),
            Condition::Host(hosts) => hosts.iter().any(|pattern| pattern.has(host_of(head.authority))),
            Condition::Field(name, test) => self.passes(test, values_of(head, name)),
            Condition::Query(name, test) => self.passes(test, parameters_of(target, name)),
            Condition::Address(ranges) => ranges.iter().any(|range| range.has(client.address)),
            Condition::Secured(secured) => client.is_secured == *secured,
        }
    }

    fn passes<'a>(&self, test: &Test, mut values: impl Iterator<Item = Cow<'a, [u8]>>) -> bool {
        match test {
            Test::Present(present) => values.next().is_some() == *present,
            Test::Matches(_) => self.regex.as_ref().is_some_and(|regex| values.any(|value| regex.is_match(&value[..]))),
        }
    }

    /// What a group holds of the value that passed.
    pub(super) fn capture(&self, group: usize, head: &RequestHead<'_>, target: Option<&Target<'_>>) -> Vec<u8> {
        let Some(regex) = &self.regex else { return Vec::new() };
        let of = |mut values: Box<dyn Iterator<Item = Cow<'_, [u8]>> + '_>| {
            let mut found = regex.create_captures();
            values.find_map(|value| {
                regex.search_captures(&Input::new(&value[..]), &mut found);
                found.is_match().then(|| found.get_group(group).map(|span| value[span].to_vec()).unwrap_or_default())
            })
        };
        match &self.condition {
            Condition::Field(name, _) => of(Box::new(values_of(head, name))),
            Condition::Query(name, _) => of(Box::new(parameters_of(target, name))),
            _ => None,
        }
        .unwrap_or_default()
    }
}

fn is_method(method: &str, asked: Method<'_>) -> bool {
    method.as_bytes() == asked.as_bytes() || method == "GET" && asked == Method::Head
}

fn values_of<'a>(head: &RequestHead<'a>, name: &'a str) -> impl Iterator<Item = Cow<'a, [u8]>> {
    let known = FieldName::from_bytes(name.as_bytes());
    // Most questions are about a field that stood where it was noted, or on no line at all.
    let is_absent = known.is_some_and(|known| head.field(known).is_none());
    let lines = (!is_absent).then(|| head.fields.lines()).into_iter().flatten();
    lines.filter(move |(line, _)| line.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| Cow::Borrowed(value))
}

fn parameters_of<'a>(target: Option<&'a Target<'_>>, name: &'a str) -> impl Iterator<Item = Cow<'a, [u8]>> {
    let parameters = target.map(Target::parameters).into_iter().flatten();
    parameters.filter(move |(found, _)| **found == *name.as_bytes()).map(|(_, value)| value)
}
