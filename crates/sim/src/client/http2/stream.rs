//! One stream, as its client has it: what was asked, what came of it, and what both may still send.

use crate::client::Exchange;
use crate::oracle::response::{Framing, Response};

use super::hpack::Line;

/// A stream that somebody still waits for.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) exchange: Exchange,
    /// The final head, and as much content as came.
    pub(crate) response: Option<Response>,
    has_continued: bool,
    /// The response is complete.
    pub(crate) is_answered: bool,
    /// What the server may still send, as far as it has heard of our settings.
    pub(crate) window: i64,
    /// Bytes of content that wait for their turn, and what we may send.
    pub(crate) content: usize,
    pub(crate) send_window: i64,
    /// The head did not end the request, so that 100 may come: also when we waited no longer.
    pub(crate) has_content: bool,
    /// Content waits for 100.
    pub(crate) is_waiting: bool,
    /// We have ended our side.
    pub(crate) has_ended: bool,
    pub(crate) urgency: u8,
    pub(crate) is_incremental: bool,
    /// Frames of others that went since its last.
    pub(crate) passed_over: usize,
}

/// How a stream that nobody waits for came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// Both sides know that it is over: nothing of it may come.
    Over,
    /// Both sides have ended it, ours behind its head: until the server has heard of that, it may do what it does of streams
    /// whose request does not end.
    Ended,
    /// We gave it up; what is under way may still come.
    GivenUp,
}

impl Stream {
    pub(crate) fn new(exchange: Exchange, window: i64, send_window: i64) -> Stream {
        Stream {
            exchange,
            response: None,
            has_continued: false,
            is_answered: false,
            window,
            content: 0,
            send_window,
            has_content: false,
            is_waiting: false,
            has_ended: false,
            urgency: 3,
            is_incremental: false,
            passed_over: 0,
        }
    }

    /// A field block has come. True: it was 100.
    pub(crate) fn take_head(&mut self, lines: Vec<Line>, is_last: bool) -> Result<bool, String> {
        if self.is_answered || self.response.is_some() {
            return Err("trailers, which are never sent".to_owned());
        }
        let (status, fields) = read_head(lines)?;
        if status < 200 {
            let is_due = self.exchange.ask.expects_continue && self.has_content;
            let is_right = status == 100 && fields.is_empty() && !is_last && is_due && !self.has_continued;
            self.has_continued = true;
            return if is_right {
                Ok(true)
            } else {
                Err(format!("an interim response that nobody asked for: {status}"))
            };
        }
        let mut response = Response::of(status, fields);
        let promised = response.promised();
        let has_no_content = matches!(status, 204 | 304);
        if has_no_content && promised.is_some() {
            return Err(format!("{status} with a length"));
        }
        response.framing = match promised {
            _ if has_no_content || self.exchange.ask.method == "HEAD" => Framing::Nothing,
            Some(length) => Framing::Length(length),
            None => Framing::Chunked,
        };
        self.response = Some(response);
        if is_last { self.end().map(|()| false) } else { Ok(false) }
    }

    pub(crate) fn take_content(&mut self, bytes: &[u8], is_last: bool) -> Result<(), String> {
        let Some(response) = self.response.as_mut().filter(|_| !self.is_answered) else {
            return Err("content without a head, or behind its end".to_owned());
        };
        response.content.extend_from_slice(bytes);
        let is_too_long = match response.framing {
            Framing::Nothing => !response.content.is_empty(),
            Framing::Length(length) => response.content.len() > length,
            Framing::Chunked | Framing::Connection => false,
        };
        if is_too_long {
            return Err(format!("{} bytes of content, which is too many", response.content.len()));
        }
        if is_last { self.end() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), String> {
        self.is_answered = true;
        match &self.response {
            Some(Response { framing: Framing::Length(length), content, .. }) if content.len() != *length => {
                Err(format!("{} bytes of content, not the {length} that were said", content.len()))
            }
            _ => Ok(()),
        }
    }

    /// Bytes that must still come, where that is known: all of them are at hand.
    pub(crate) fn rest(&self) -> usize {
        match &self.response {
            Some(Response { framing: Framing::Length(length), content, .. }) => length - content.len(),
            _ => 0,
        }
    }
}

/// RFC 9113 §8.2, §8.3.2: one pseudo-field, ahead of the others; names in lower case; none of the connection.
fn read_head(lines: Vec<Line>) -> Result<(u16, Vec<Line>), String> {
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or("a head without lines")?;
    let digits = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let status = Some(&first).filter(|(name, value)| name == ":status" && digits(value));
    let status = status.and_then(|(_, value)| value.parse().ok()).filter(|status| (100..600).contains(status));
    let status = status.ok_or_else(|| format!("a head that begins with {first:?}"))?;
    let mut fields: Vec<Line> = Vec::new();
    for (name, value) in lines {
        let is_token =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_value = |byte: u8| byte == b'\t' || byte >= 0x20 && byte != 0x7f;
        let is_of_connection = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"];
        let is_sound = !name.is_empty() && name.bytes().all(is_token) && value.bytes().all(is_value);
        if !is_sound || value != value.trim_matches([' ', '\t']) || is_of_connection.contains(&&name[..]) {
            return Err(format!("a field that cannot be: {name}: {value}"));
        }
        if name != "vary" && fields.iter().any(|(known, _)| *known == name) {
            return Err(format!("{name} twice"));
        }
        fields.push((name, value));
    }
    Ok((status, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[(&str, &str)], expected: Option<u16>) {
        let lines: Vec<Line> = lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(read_head(lines.clone()).ok().map(|(status, _)| status), expected, "{lines:?}");
    }

    #[test]
    fn a_head_is_read_to_the_letter() {
        check(&[(":status", "200"), ("vary", "a"), ("vary", "b")], Some(200));
        check(&[], None);
        check(&[("a", "b"), (":status", "200")], None);
        check(&[(":status", "200"), (":status", "200")], None);
        check(&[(":status", "20")], None);
        check(&[(":status", "200"), ("A", "b")], None);
        check(&[(":status", "200"), ("a", " b")], None);
        check(&[(":status", "200"), ("etag", "b"), ("etag", "b")], None);
        check(&[(":status", "200"), ("connection", "close")], None);
    }
}
