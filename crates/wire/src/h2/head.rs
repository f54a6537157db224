//! A request head: pseudo-fields and field lines, checked as they are decoded (RFC 9113 §8.2, §8.3).
//!
//! What comes out is in the form in which HTTP/1.1 has it, so that nobody behind this needs to know the version: the lines
//! as `name: value CRLF`, the crumbs of `Cookie` as one line.

use crate::compress::hpack::LINE_BYTES;
use crate::connection::ContentLength;
use crate::fault::Reason;
use crate::grammar::TOKEN;
use crate::host::is_host;
use crate::{decimal, grammar, limit};
use alloc::vec::Vec;
use core::ops::Range;
use semantics::{FieldName, Fields, Method, RequestHead, Version};

/// Where a head stands while it is given out: one for all connections of a worker, so that an idle one owns none.
#[derive(Debug, Default)]
pub struct Head {
    /// For strings while they are decoded.
    pub(crate) scratch: Vec<u8>,
    /// The values of pseudo-fields, one behind the other.
    pseudo: Vec<u8>,
    spans: [Option<Range<usize>>; 4],
    section: Vec<u8>,
    cookies: Vec<u8>,
    /// Fields that we act on, and where their values stand in the section.
    known: Vec<(FieldName, Range<usize>)>,
    lines: usize,
    crumbs: usize,
    list_bytes: usize,
    has_lines: bool,
    is_trailers: bool,
    /// The first rule that was broken.
    broken: Option<Reason>,
    /// The first limit that was reached. Nothing is kept from there on.
    beyond: Option<Reason>,
}

/// Pseudo-fields of a request, in the order of their places in [`Head::spans`].
const PSEUDO: [&[u8]; 4] = [b":method", b":scheme", b":authority", b":path"];
const METHOD: usize = 0;
const SCHEME: usize = 1;
const AUTHORITY: usize = 2;
const PATH: usize = 3;

/// What a head says about its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) expected: Option<u64>,
    pub(crate) expects_continue: bool,
}

/// Why a head is not given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Malformed (RFC 9113 §8.1.1): the stream is reset.
    Malformed(Reason),
    /// Understood, and answered with a status.
    Answered(Reason),
}

impl Framing {
    /// What content the request says it has.
    pub(crate) fn content(self, has_ended: bool) -> ContentLength {
        match self.expected {
            _ if has_ended => ContentLength::None,
            Some(length @ 1..) => ContentLength::Known(length),
            // Said to be empty; only the end of the stream makes it so.
            Some(0) | None => ContentLength::Unknown,
        }
    }

    /// Whether more content is announced than we read.
    pub(crate) fn is_too_large(self) -> bool {
        self.expected.is_some_and(|length| length > limit::CONTENT_BYTES_MAX)
    }
}

impl Head {
    /// Empty, for the next one.
    pub(crate) fn begin(&mut self, is_trailers: bool) {
        self.pseudo.clear();
        self.spans = [const { None }; 4];
        self.section.clear();
        self.cookies.clear();
        self.known.clear();
        (self.lines, self.crumbs, self.list_bytes) = (0, 0, 0);
        (self.has_lines, self.is_trailers) = (false, is_trailers);
        (self.broken, self.beyond) = (None, None);
    }

    /// Takes in a line.
    pub(crate) fn line(&mut self, name: &[u8], value: &[u8]) {
        // All lines count, whatever becomes of them.
        self.list_bytes = self.list_bytes.saturating_add(name.len() + value.len() + LINE_BYTES);
        if self.list_bytes > limit::FIELD_LIST_BYTES_MAX {
            self.beyond = self.beyond.or(Some(Reason::HeadTooLong));
        }
        if self.broken.is_some() || self.beyond.is_some() {
            return;
        }
        let taken = match name {
            [b':', ..] => self.pseudo_field(name, value),
            _ => self.field(name, value),
        };
        if let Err(reason) = taken {
            self.broken = Some(reason);
        }
    }

    fn pseudo_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), Reason> {
        let place = PSEUDO.iter().position(|of| *of == name).ok_or(Reason::InvalidPseudoField)?;
        // RFC 9113 §8.3: ahead of all field lines, once, and never in trailers.
        if self.has_lines || self.is_trailers || self.spans[place].is_some() {
            return Err(Reason::InvalidPseudoField);
        }
        let start = self.pseudo.len();
        self.pseudo.extend_from_slice(value);
        self.spans[place] = Some(start..self.pseudo.len());
        Ok(())
    }

    fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), Reason> {
        self.has_lines = true;
        if name.is_empty() || grammar::span(name, TOKEN) < name.len() {
            return Err(Reason::InvalidFieldName);
        }
        // RFC 9113 §8.2: names are in lower case.
        if name.iter().any(u8::is_ascii_uppercase) {
            return Err(Reason::UppercaseFieldName);
        }
        // RFC 9113 §8.2.1: no NUL, CR, LF within, no whitespace around. We refuse the other control characters too, as in
        // HTTP/1.1.
        let is_within = grammar::behind_value(grammar::behind_visible(value)).is_empty();
        if !is_within || value.trim_ascii().len() < value.len() {
            return Err(Reason::InvalidFieldValue);
        }
        let known = FieldName::from_bytes(name);
        match known {
            Some(FieldName::Connection | FieldName::TransferEncoding | FieldName::Upgrade) => {
                return Err(Reason::ConnectionSpecificField);
            }
            None if name == b"keep-alive" || name == b"proxy-connection" => {
                return Err(Reason::ConnectionSpecificField);
            }
            None if name == b"te" && !value.eq_ignore_ascii_case(b"trailers") => {
                return Err(Reason::ConnectionSpecificField);
            }
            Some(FieldName::Cookie) => {
                self.crumbs += 1;
                if self.crumbs > limit::COOKIE_CRUMBS_MAX {
                    self.beyond = Some(Reason::TooManyCookies);
                    return Ok(());
                }
                // RFC 9113 §8.2.3: joined by a semicolon and a space.
                self.cookies.extend_from_slice(if self.crumbs > 1 { b"; " } else { b"cookie: " });
                self.cookies.extend_from_slice(value);
                return Ok(());
            }
            _ => {}
        }
        self.lines += 1;
        if self.lines > limit::FIELD_LINES_MAX {
            self.beyond = Some(Reason::TooManyFieldLines);
            return Ok(());
        }
        self.section.extend_from_slice(name);
        self.section.extend_from_slice(b": ");
        let start = self.section.len();
        self.section.extend_from_slice(value);
        if let Some(known) = known {
            self.known.push((known, start..self.section.len()));
        }
        self.section.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// The block is complete: whether trailers were right. What they say is for nobody.
    pub(crate) fn end_trailers(&self) -> Result<(), Reason> {
        match (self.broken, self.beyond) {
            (Some(reason), _) | (None, Some(reason)) => Err(reason),
            (None, None) => Ok(()),
        }
    }

    /// The block is complete: joins the cookies, and tells what it says about its stream. `has_ended`: no content follows.
    ///
    /// Errs when there is no request to give out.
    pub(crate) fn end(&mut self, has_ended: bool, is_secured: bool) -> Result<Framing, Refusal> {
        use Refusal::{Answered, Malformed};
        if let Some(reason) = self.broken {
            return Err(Malformed(reason));
        }
        if let Some(reason) = self.beyond {
            return Err(Answered(reason));
        }
        if self.crumbs > 0 {
            let start = self.section.len();
            self.section.extend_from_slice(&self.cookies);
            self.known.push((FieldName::Cookie, start + b"cookie: ".len()..self.section.len()));
            self.section.extend_from_slice(b"\r\n");
        }
        self.check_target(is_secured)?;
        self.framing(has_ended)
    }

    /// RFC 9113 §8.3.1, §8.5.
    fn check_target(&mut self, is_secured: bool) -> Result<(), Refusal> {
        use Refusal::{Answered, Malformed};
        let method = self.of(METHOD).ok_or(Malformed(Reason::MissingPseudoField))?;
        if method.is_empty() || grammar::span(method, TOKEN) < method.len() {
            return Err(Malformed(Reason::InvalidMethod));
        }
        let is_connect = method == b"CONNECT";
        let parts = [SCHEME, PATH].map(|place| self.spans[place].is_some());
        let is_whole =
            if is_connect { parts == [false; 2] && self.spans[AUTHORITY].is_some() } else { parts == [true; 2] };
        if !is_whole {
            return Err(Malformed(Reason::MissingPseudoField));
        }
        self.check_host()?;
        if is_connect {
            return Ok(());
        }
        let path = self.of(PATH).unwrap_or_default();
        let is_target = match path {
            [b'/', ..] => grammar::behind_target(path).is_empty(),
            b"*" => method == b"OPTIONS",
            _ => false,
        };
        if !is_target {
            return Err(Malformed(Reason::InvalidTarget));
        }
        if path.len() > limit::TARGET_BYTES_MAX {
            return Err(Answered(Reason::TargetTooLong));
        }
        // RFC 9110 §7.4: what is `https` must come by a secured connection.
        let scheme = self.of(SCHEME).unwrap_or_default();
        match () {
            () if scheme.eq_ignore_ascii_case(b"https") && !is_secured => Err(Answered(Reason::UnsecuredConnection)),
            () if scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"http") => Ok(()),
            () => Err(Answered(Reason::UnknownScheme)),
        }
    }

    /// RFC 9113 §8.3.1: one host, in `:authority`, in `Host`, or the same in both.
    fn check_host(&self) -> Result<(), Refusal> {
        use Refusal::{Answered, Malformed};
        let mut hosts = self.known.iter().filter(|(name, _)| *name == FieldName::Host);
        let host = hosts.next().map(|(_, range)| &self.section[range.clone()]);
        if hosts.next().is_some() {
            return Err(Malformed(Reason::RepeatedHost));
        }
        let authority = self.of(AUTHORITY);
        if [authority, host].into_iter().flatten().any(|host| !is_host(host)) {
            return Err(Malformed(Reason::InvalidHost));
        }
        match (authority, host) {
            (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => {
                Err(Malformed(Reason::ConflictingAuthority))
            }
            // RFC 9110 §7.2: a request says which host it is for.
            (None, None) => Err(Answered(Reason::MissingHost)),
            _ => Ok(()),
        }
    }

    fn framing(&self, has_ended: bool) -> Result<Framing, Refusal> {
        let mut lengths = self.known.iter().filter(|(name, _)| *name == FieldName::ContentLength);
        let expected = match (lengths.next(), lengths.next()) {
            (None, _) => None,
            (Some((_, range)), None) => decimal::read(&self.section[range.clone()]),
            (Some(_), Some(_)) => None,
        };
        if expected.is_none() && self.has(FieldName::ContentLength) {
            return Err(Refusal::Malformed(Reason::InvalidContentLength));
        }
        if has_ended && expected.is_some_and(|length| length > 0) {
            return Err(Refusal::Malformed(Reason::ContentLengthMismatch));
        }
        let mut expectations = self.known.iter().filter(|(name, _)| *name == FieldName::Expect);
        let is_continue = |range: &Range<usize>| self.section[range.clone()].eq_ignore_ascii_case(b"100-continue");
        let expects_continue = match (expectations.next(), expectations.next()) {
            (None, _) => false,
            (Some((_, range)), None) if is_continue(range) => !has_ended,
            _ => return Err(Refusal::Answered(Reason::UnknownExpectation)),
        };
        Ok(Framing { expected, expects_continue })
    }

    fn has(&self, name: FieldName) -> bool {
        self.known.iter().any(|(of, _)| *of == name)
    }

    fn of(&self, place: usize) -> Option<&[u8]> {
        self.spans[place].clone().map(|span| &self.pseudo[span])
    }

    /// Whether it asks for a head alone, as far as can be told.
    pub(crate) fn is_head(&self) -> bool {
        self.of(METHOD) == Some(b"HEAD")
    }

    /// The value of the `Priority` field.
    pub(crate) fn priority(&self) -> Option<&[u8]> {
        let line = self.known.iter().find(|(name, _)| *name == FieldName::Priority);
        line.map(|(_, range)| &self.section[range.clone()])
    }

    /// What it has taken of memory.
    #[cfg(test)]
    pub(crate) fn bytes_owned(&self) -> usize {
        let known = self.known.capacity() * size_of::<(FieldName, Range<usize>)>();
        let texts = [&self.scratch, &self.pseudo, &self.section, &self.cookies];
        texts.into_iter().map(Vec::capacity).sum::<usize>() + known
    }

    /// The head, once [`Head::end`] found nothing wrong.
    pub(crate) fn request(&self) -> RequestHead<'_> {
        let mut fields = Fields::new();
        fields.set_section(&self.section);
        for (name, range) in &self.known {
            fields.note(*name, &self.section[range.clone()]);
        }
        let method = Method::from_token(self.of(METHOD).unwrap_or_default());
        let host = fields.get(FieldName::Host).unwrap_or_default();
        let authority = self.of(AUTHORITY).unwrap_or(host);
        let target = self.of(PATH).unwrap_or(authority);
        RequestHead { method, target, authority, version: Version::Http2, fields }
    }
}

// Of what may be kept of a head, all places are within reach of 16 bits.
const _: () = assert!(limit::FIELD_LIST_BYTES_MAX + 2 * limit::COOKIE_CRUMBS_MAX < u16::MAX as usize);
