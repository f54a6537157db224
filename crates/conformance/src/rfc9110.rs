//! RFC 9110: HTTP semantics.

mod condition;
mod date;
mod expect;
mod if_range;
mod method;
mod multipart;
mod negotiation;
mod range;
mod representation;
mod security;
mod status;
mod validator;

use crate::requirement::Requirement;

pub(crate) const CHAPTERS: &[&[Requirement]] = &[
    date::REQUIREMENTS,
    representation::REQUIREMENTS,
    validator::REQUIREMENTS,
    method::REQUIREMENTS,
    expect::REQUIREMENTS,
    negotiation::REQUIREMENTS,
    condition::REQUIREMENTS,
    if_range::REQUIREMENTS,
    range::REQUIREMENTS,
    multipart::REQUIREMENTS,
    status::REQUIREMENTS,
    security::REQUIREMENTS,
];
