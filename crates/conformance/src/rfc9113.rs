//! RFC 9113: HTTP/2, with prior knowledge on a connection without TLS.

mod connection;
mod flow_control;
mod frame;
mod message;
mod stream;

use crate::requirement::Requirement;

pub(crate) const CHAPTERS: &[&[Requirement]] = &[
    connection::REQUIREMENTS,
    frame::REQUIREMENTS,
    stream::REQUIREMENTS,
    flow_control::REQUIREMENTS,
    message::REQUIREMENTS,
];
