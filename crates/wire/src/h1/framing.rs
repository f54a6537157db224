//! What the head says about the connection and the content behind it (RFC 9112 §6, §9.3; RFC 9110 §10.1.1).

use crate::connection::ContentLength;
use crate::fault::Reason;
use crate::host::is_host;
use crate::{decimal, grammar};
use semantics::{FieldName, RequestHead, Version};

/// What follows from a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) content: ContentLength,
    pub(crate) expects_continue: bool,
    /// Whether the connection may go on after this exchange.
    pub(crate) is_persistent: bool,
}

impl Framing {
    /// That of nearly every request: no content, and the connection goes on.
    pub(crate) const PLAIN: Framing =
        Framing { content: ContentLength::None, expects_continue: false, is_persistent: true };
}

/// Reads the fields that bind the connection, and sets the authority.
#[inline]
pub(crate) fn read(head: &mut RequestHead<'_>) -> Result<Framing, Reason> {
    check_host(head)?;
    set_authority(head);
    let content = content(head)?;
    Ok(Framing {
        content,
        expects_continue: expectation(head)? && content != ContentLength::None,
        is_persistent: is_persistent(head),
    })
}

/// RFC 9112 §3.2: exactly one valid `Host` in HTTP/1.1, even where an absolute-form target replaces it.
fn check_host(head: &RequestHead<'_>) -> Result<(), Reason> {
    match head.field(FieldName::Host) {
        _ if head.fields.is_repeated(FieldName::Host) => Err(Reason::RepeatedHost),
        None if head.version == Version::Http10 => Ok(()),
        None => Err(Reason::MissingHost),
        Some(host) if is_host(host) => Ok(()),
        Some(_) => Err(Reason::InvalidHost),
    }
}

/// RFC 9112 §3.2.2: the host of an absolute-form target replaces that of the field, which is checked before.
#[inline]
pub(crate) fn set_authority(head: &mut RequestHead<'_>) {
    if head.authority.is_empty() {
        head.authority = head.field(FieldName::Host).unwrap_or_default();
    }
}

/// RFC 9112 §6.3, items 3 to 7 as they concern a request.
fn content(request: &RequestHead<'_>) -> Result<ContentLength, Reason> {
    let length = request.field(FieldName::ContentLength);
    let Some(codings) = request.field(FieldName::TransferEncoding) else {
        let Some(length) = length else { return Ok(ContentLength::None) };
        if request.fields.is_repeated(FieldName::ContentLength) {
            return Err(Reason::InvalidContentLength);
        }
        return match decimal::read(length).ok_or(Reason::InvalidContentLength)? {
            0 => Ok(ContentLength::None),
            length => Ok(ContentLength::Known(length)),
        };
    };
    if length.is_some() {
        return Err(Reason::ConflictingLength);
    }
    if request.version == Version::Http10 || request.fields.is_repeated(FieldName::TransferEncoding) {
        return Err(Reason::InvalidTransferEncoding);
    }
    if codings.eq_ignore_ascii_case(b"chunked") {
        return Ok(ContentLength::Unknown);
    }
    // Only where `chunked` is the last, and only once, could the end be found (RFC 9112 §6.1). Where it is the only
    // one, but not written plainly, we do not guess what another reader makes of it.
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let chunked = grammar::members(codings).filter(|coding| is_chunked(coding)).count();
    match grammar::members(codings).last() {
        Some(last) if is_chunked(last) && chunked == 1 && grammar::members(codings).count() > 1 => {
            Err(Reason::UnsupportedTransferCoding)
        }
        _ => Err(Reason::InvalidTransferEncoding),
    }
}

fn expectation(request: &RequestHead<'_>) -> Result<bool, Reason> {
    match request.field(FieldName::Expect) {
        // RFC 9110 §10.1.1: an HTTP/1.0 client cannot mean it.
        None => Ok(false),
        Some(_) if request.version == Version::Http10 => Ok(false),
        Some(value)
            if value.eq_ignore_ascii_case(b"100-continue") && !request.fields.is_repeated(FieldName::Expect) =>
        {
            Ok(true)
        }
        Some(_) => Err(Reason::UnknownExpectation),
    }
}

/// RFC 9112 §9.3.
fn is_persistent(request: &RequestHead<'_>) -> bool {
    let has = |option: &[u8]| {
        let mut lines = request.fields.values(FieldName::Connection);
        lines.any(|line| grammar::members(line).any(|member| member.eq_ignore_ascii_case(option)))
    };
    match request.field(FieldName::Connection) {
        None => request.version == Version::Http11,
        // What browsers send.
        Some(value) if value == b"keep-alive" && !request.fields.is_repeated(FieldName::Connection) => true,
        Some(_) => !has(b"close") && (request.version == Version::Http11 || has(b"keep-alive")),
    }
}
