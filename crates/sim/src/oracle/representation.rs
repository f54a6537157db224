//! Answers that carry a file, or say that the client has it: 200, 206, 304, 406, 412, 416.

use super::Case;
use super::possible::{Possible, is_torn, states};
use super::tag::Tags;
use crate::client::ask::{Ask, Condition, Query, Range};
use crate::disk::{State, Version};
use semantics::Timestamp;
use semantics::date::parse_date;
use std::io::Read;
use std::sync::Arc;

/// Checks an answer about a file.
pub(crate) fn check(case: &Case<'_>, possible: &Possible, tags: &mut Tags) -> Result<(), String> {
    if possible.versions.is_empty() {
        return Err("there is no such file".to_owned());
    }
    let found = Found { case, possible, tag: case.response.field("ETag").unwrap_or_default() };
    if found.tag.is_empty() && !matches!(case.response.status, 406) {
        return Err("no entity tag".to_owned());
    }
    match case.response.status {
        200 => found.whole(tags),
        206 => found.part(),
        304 => found.not_modified(tags),
        406 if case.ask.coding.is_some_and(|coding| coding.contains("identity;q=0")) => Ok(()),
        412 => found.precondition_failed(),
        416 => found.not_satisfiable(),
        other => Err(format!("{other} for a file")),
    }
}

struct Found<'a> {
    case: &'a Case<'a>,
    possible: &'a Possible,
    tag: &'a str,
}

impl Found<'_> {
    fn ask(&self) -> &Ask {
        self.case.ask
    }

    fn whole(&self, tags: &mut Tags) -> Result<(), String> {
        self.check_conditions()?;
        let response = self.case.response;
        let coding = response.field("Content-Encoding");
        self.check_coding(coding)?;
        let candidates = self.candidates(coding);
        if self.ask().method == "HEAD" {
            let is_known =
                coding.is_some() || candidates.iter().any(|version| Some(version.bytes.len()) == response.promised());
            return if is_known {
                Ok(())
            } else {
                Err(format!("a length that no version has: {:?}", response.promised()))
            };
        }
        if self.is_range_due(&candidates, coding) {
            return Err("all of it, though a part was asked for".to_owned());
        }
        self.check_sibling(coding)?;
        let length = Some(response.content.len());
        let exact = same(&response.content, 0, length, &candidates, is_torn(&candidates));
        if let (Some(coding), true) = (coding, exact.is_err()) {
            let plain = decode(coding, &response.content)?;
            return same(&plain, 0, None, &self.possible.versions, self.possible.is_torn()).map(drop);
        }
        let exact = exact?;
        if coding.is_none() && !self.possible.is_torn() && !exact.is_empty() {
            self.check_label(&exact)?;
            if !self.tag.starts_with("W/") {
                tags.note(&self.possible.path, self.tag, exact)?;
            }
        }
        Ok(())
    }

    /// What a 200 or 206 must not be, after what the request said it has.
    fn check_conditions(&self) -> Result<(), String> {
        let modified = self.last_modified()?;
        let is_broken = match &self.ask().condition {
            Condition::None | Condition::IfRange(_) => false,
            Condition::IfNoneMatch(tag) => weak(tag) == weak(self.tag),
            Condition::IfMatch(tag) => tag != self.tag || tag.starts_with("W/"),
            Condition::IfModifiedSince(since) => modified <= *since,
            Condition::IfUnmodifiedSince(since) => modified > *since,
        };
        if is_broken { Err(format!("{:?} against {} of {modified}", self.ask().condition, self.tag)) } else { Ok(()) }
    }

    fn last_modified(&self) -> Result<i64, String> {
        let value = self.case.response.field("Last-Modified").ok_or("no Last-Modified")?;
        let modified =
            parse_date(value.as_bytes(), Timestamp(self.case.date.0)).ok_or("Last-Modified that is no date")?;
        // RFC 9110 §8.8.2.1
        if modified > self.case.date.seconds() {
            return Err("Last-Modified in the time to come".to_owned());
        }
        Ok(modified)
    }

    fn check_coding(&self, coding: Option<&str>) -> Result<(), String> {
        let accepted = self.ask().coding.unwrap_or_default();
        match coding {
            None if accepted.contains("identity;q=0") => Err("identity, though it was refused".to_owned()),
            Some(coding) if !accepted.split([',', ';', ' ']).any(|token| token == coding) => {
                Err(format!("{coding}, which was not asked for"))
            }
            _ => Ok(()),
        }
    }

    /// What could have been sent as it is: the file, or under a coding the file beside it.
    fn candidates(&self, coding: Option<&str>) -> Vec<Arc<Version>> {
        match coding {
            None => self.possible.versions.clone(),
            Some(coding) => {
                let suffix = match coding {
                    "gzip" => ".gz",
                    "zstd" => ".zst",
                    _ => ".br",
                };
                self.possible.siblings(self.case.history, suffix, self.case.window)
            }
        }
    }

    /// A coded copy that was there all the time is what a client gets who wants that coding.
    fn check_sibling(&self, coding: Option<&str>) -> Result<(), String> {
        let path = [&self.possible.path[..], b".gz"].concat();
        let states = states(self.case.history, &path, self.case.window);
        let (&[State::File(ref beside)], [original]) = (&states[..], &self.possible.versions[..]) else {
            return Ok(());
        };
        // Of nothing there is nothing to compress.
        let is_some = !beside.bytes.is_empty() && !original.bytes.is_empty();
        let is_newer = is_some && beside.modified >= original.modified;
        let is_due = self.ask().coding == Some("gzip") && self.possible.path.ends_with(b".css") && is_newer;
        let is_sent = coding == Some("gzip") && *beside.bytes == *self.case.response.content;
        if is_sent || !is_due || self.case.has_failed { Ok(()) } else { Err("not the copy beside it".to_owned()) }
    }

    /// Whether a part must be sent, whichever version was found.
    fn is_range_due(&self, candidates: &[Arc<Version>], coding: Option<&str>) -> bool {
        let Some(range) = self.ask().range.filter(|_| self.ask().method == "GET") else { return false };
        if let Condition::IfRange(tag) = &self.ask().condition
            && (tag != self.tag || tag.starts_with("W/"))
        {
            return false;
        }
        // Of bytes made for this answer we know no length.
        coding.is_none() && candidates.iter().all(|version| !matches!(spans(range, version.bytes.len()), Spans::Whole))
    }

    fn part(&self) -> Result<(), String> {
        self.check_conditions()?;
        let response = self.case.response;
        let Some(range) = self.ask().range.filter(|_| self.ask().method == "GET") else {
            return Err("a part that nobody asked for".to_owned());
        };
        if let Condition::IfRange(tag) = &self.ask().condition
            && (tag != self.tag || tag.starts_with("W/"))
        {
            return Err("a part of something else than what the client has".to_owned());
        }
        let coding = response.field("Content-Encoding");
        self.check_coding(coding)?;
        let candidates = self.candidates(coding);
        let parts = match response.field("Content-Range") {
            Some(value) => vec![(content_range(value)?, response.content.clone())],
            None => multipart(response.field("Content-Type").unwrap_or_default(), &response.content)?,
        };
        let total = parts.first().map_or(0, |(part, _)| part.total);
        let expected = match spans(range, total) {
            Spans::Some(spans) => spans,
            _ => return Err(format!("parts of {total} bytes, where {range:?} has none")),
        };
        let named: Vec<(usize, usize)> = parts.iter().map(|(part, _)| (part.first, part.last)).collect();
        if named != expected {
            return Err(format!("parts {named:?}, not {expected:?}"));
        }
        for (part, bytes) in &parts {
            if bytes.len() != part.last + 1 - part.first {
                return Err(format!("{} bytes in a part from {} to {}", bytes.len(), part.first, part.last));
            }
            // Parts of what was compressed for this answer: we have nothing to compare them with.
            if coding.is_none() || candidates.iter().any(|version| version.bytes.len() == part.total) {
                let torn = is_torn(&candidates);
                same(bytes, part.first, Some(part.total), &candidates, torn || coding.is_some() && bytes.len() < 64)
                    .or_else(|cause| if coding.is_some() { Ok(Vec::new()) } else { Err(cause) })?;
            }
        }
        Ok(())
    }

    fn not_modified(&self, tags: &Tags) -> Result<(), String> {
        match &self.ask().condition {
            Condition::IfNoneMatch(tag) if weak(tag) == weak(self.tag) => {
                tags.check(&self.possible.path, tag, &self.possible.versions)
            }
            Condition::IfModifiedSince(since) if self.some_modified(|modified| modified <= *since) => Ok(()),
            other => Err(format!("304 to {other:?} with {}", self.tag)),
        }
    }

    fn precondition_failed(&self) -> Result<(), String> {
        match &self.ask().condition {
            Condition::IfMatch(tag) if tag.starts_with("W/") || tag != self.tag => Ok(()),
            Condition::IfUnmodifiedSince(since) if self.some_modified(|modified| modified > *since) => Ok(()),
            other => Err(format!("412 to {other:?} with {}", self.tag)),
        }
    }

    /// Whether one of what could have been sent has such a time.
    fn some_modified(&self, is: impl Fn(i64) -> bool) -> bool {
        let siblings = ["", ".gz", ".zst", ".br"]
            .map(|suffix| self.possible.siblings(self.case.history, suffix, self.case.window));
        let mut all = siblings.iter().flatten().chain(&self.possible.versions);
        all.any(|version| is(version.modified.min(self.case.date).seconds()))
    }

    fn not_satisfiable(&self) -> Result<(), String> {
        self.last_range_length().and_then(|length| match self.ask().range.map(|range| spans(range, length)) {
            Some(Spans::None) => Ok(()),
            other => Err(format!("416 of {length} bytes, which have {other:?}")),
        })
    }

    fn last_range_length(&self) -> Result<usize, String> {
        let value = self.case.response.field("Content-Range").unwrap_or_default();
        value.strip_prefix("bytes */").and_then(|length| length.parse().ok()).ok_or("416 without a length".to_owned())
    }

    /// A page of ours says in which encoding it is; the label must be that of these very bytes.
    fn check_label(&self, exact: &[Arc<Version>]) -> Result<(), String> {
        let is_ours = self.possible.path.ends_with(b".html") && self.case.response.content.len() > 200;
        let Some(version) = exact.first().filter(|_| is_ours && self.ask().query != Query::Charset) else {
            return Ok(());
        };
        let is_gbk = version.bytes.starts_with(b"<!doctype html><meta charset=\"gbk\"");
        let expected = if is_gbk { "text/html; charset=gbk" } else { "text/html; charset=utf-8" };
        match self.case.response.field("Content-Type") {
            Some(found) if found == expected || !version.bytes.starts_with(b"<!doctype html><meta charset") => Ok(()),
            found => Err(format!("{found:?} on bytes that are {expected}")),
        }
    }
}

/// Which of `versions` these bytes are, from `offset` on. When they are `torn`, each byte may be of another version.
fn same(
    bytes: &[u8],
    offset: usize,
    total: Option<usize>,
    versions: &[Arc<Version>],
    torn: bool,
) -> Result<Vec<Arc<Version>>, String> {
    let has_length = |version: &&Arc<Version>| total.is_none_or(|total| version.bytes.len() == total);
    let is_same = |version: &&Arc<Version>| {
        let span = version.bytes.get(offset..offset + bytes.len());
        span == Some(bytes) && (total.is_some() || version.bytes.len() == bytes.len())
    };
    let exact: Vec<Arc<Version>> = versions.iter().filter(has_length).filter(is_same).cloned().collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let is_of_some =
        |(index, byte): (usize, &u8)| versions.iter().any(|version| version.bytes.get(offset + index) == Some(byte));
    let is_mixed =
        torn && versions.iter().any(|version| has_length(&version)) && bytes.iter().enumerate().all(is_of_some);
    if is_mixed { Ok(Vec::new()) } else { Err(format!("{} bytes that no version has from {offset} on", bytes.len())) }
}

/// What a range is of so many bytes.
#[derive(Debug)]
enum Spans {
    Whole,
    None,
    Some(Vec<(usize, usize)>),
}

fn spans(range: Range, length: usize) -> Spans {
    let clip = |(first, last): (usize, usize)| (first < length).then(|| (first, last.min(length - 1)));
    let spans: Vec<(usize, usize)> = match range {
        Range::Other => return Spans::Whole,
        Range::Last(_) if length == 0 => return Spans::Whole,
        Range::Last(count) => vec![(length.saturating_sub(count), length - 1)],
        Range::Onward(first) => clip((first, usize::MAX)).into_iter().collect(),
        Range::From(first, last) => clip((first, last)).into_iter().collect(),
        Range::Two(two) => two.into_iter().filter_map(clip).collect(),
    };
    if spans.is_empty() { Spans::None } else { Spans::Some(spans) }
}

struct Part {
    first: usize,
    last: usize,
    total: usize,
}

fn content_range(value: &str) -> Result<Part, String> {
    let read = || {
        let (span, total) = value.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = span.split_once('-')?;
        let (first, last, total) = (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
        (first <= last && last < total).then_some(Part { first, last, total })
    };
    read().ok_or_else(|| format!("Content-Range: {value}"))
}

/// RFC 9110 §14.6, RFC 2046 §5.1
fn multipart(media_type: &str, content: &[u8]) -> Result<Vec<(Part, Vec<u8>)>, String> {
    let boundary = media_type.strip_prefix("multipart/byteranges; boundary=").ok_or("206 of no range")?;
    let (mut rest, mut parts) = (content, Vec::new());
    loop {
        let delimiter = format!("--{boundary}");
        rest = rest.strip_prefix(delimiter.as_bytes()).ok_or("a part without its boundary")?;
        if rest == b"--\r\n" {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("a boundary without end")?;
        let end = rest.windows(4).position(|window| window == b"\r\n\r\n").ok_or("a part without head")?;
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let line = head.lines().find_map(|line| line.strip_prefix("Content-Range: ")).ok_or("a part of no range")?;
        let part = content_range(line)?;
        let bytes = rest.get(end + 4..end + 4 + part.last + 1 - part.first).ok_or("a part that is short")?;
        rest = rest[end + 4 + bytes.len()..].strip_prefix(b"\r\n").ok_or("a part that is long")?;
        parts.push((part, bytes.to_vec()));
    }
}

fn decode(coding: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let read = match coding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).map(drop),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain).map(drop),
        "zstd" => zstd::stream::copy_decode(bytes, &mut plain),
        other => return Err(format!("Content-Encoding: {other}")),
    };
    read.map_err(|error| format!("not {coding}: {error}"))?;
    Ok(plain)
}

/// A tag as the weak comparison sees it.
fn weak(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}
