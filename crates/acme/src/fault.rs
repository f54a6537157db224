//! Why there is no certificate.

use instant_acme::{Error, Problem};
use std::io;

/// What went wrong, as its owner reads it, and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) cause: String,
    pub(crate) follows: Follows,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    /// It is tried again after a while.
    Again,
    /// What we sent was fine, and came too late (RFC 8555 §6.5): again, with what it wants now.
    AtOnce,
    /// It has looked and did not find what it should: another way to show it may do.
    OtherWay,
    /// The authority does not want to hear of it for a while.
    Patience,
    /// It does not know our account (any more).
    NewAccount,
    /// The order is of no use any more.
    NewOrder,
}

impl Fault {
    pub(crate) fn again(cause: impl Into<String>) -> Fault {
        Fault { cause: cause.into(), follows: Follows::Again }
    }

    /// What the authority thinks of it (RFC 8555 §6.7).
    pub(crate) fn problem(problem: &Problem) -> Fault {
        let kind = problem.r#type.as_deref().unwrap_or_default();
        let kind = kind.strip_prefix("urn:ietf:params:acme:error:").unwrap_or(kind);
        let follows = match kind {
            "badNonce" => Follows::AtOnce,
            "rateLimited" => Follows::Patience,
            "accountDoesNotExist" => Follows::NewAccount,
            "alreadyReplaced" | "orderNotReady" | "malformed" => Follows::NewOrder,
            _ => Follows::Again,
        };
        let mut told: Vec<&str> = problem.detail.as_deref().into_iter().collect();
        told.extend(problem.subproblems.iter().filter_map(|part| part.detail.as_deref()));
        let told = told.join("; ");
        // Somebody else's words, at most as many as a line of a log has.
        let told: String = told.chars().filter(|letter| !letter.is_control()).take(400).collect();
        let cause = match (told.is_empty(), kind.is_empty()) {
            (false, false) => format!("{told} ({kind})"),
            (false, true) => told,
            (true, false) => kind.to_owned(),
            (true, true) => "it does not say why".into(),
        };
        Fault { cause, follows }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        match error {
            Error::Api(problem) => Fault::problem(&problem),
            Error::Json(_) => Fault::again("what it answers is not what RFC 8555 has there"),
            error => Fault::again(error.to_string()),
        }
    }
}

/// With what was to be done to what.
pub(crate) fn machine(act: &str) -> impl Fn(io::Error) -> Fault + '_ {
    move |error| {
        let text = error.to_string();
        Fault::again(format!("cannot {act}: {}", text.split(" (os error").next().unwrap_or_default().to_lowercase()))
    }
}
