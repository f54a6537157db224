//! RFC 9112: HTTP/1.1.

mod chunked;
mod connection;
mod content_length;
mod field_syntax;
mod message_format;
mod request_line;
mod request_target;
mod transfer_encoding;

use crate::requirement::Requirement;

pub(crate) const CHAPTERS: &[&[Requirement]] = &[
    message_format::REQUIREMENTS,
    request_line::REQUIREMENTS,
    request_target::REQUIREMENTS,
    field_syntax::REQUIREMENTS,
    transfer_encoding::REQUIREMENTS,
    content_length::REQUIREMENTS,
    chunked::REQUIREMENTS,
    connection::REQUIREMENTS,
];
