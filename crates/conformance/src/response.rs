//! Responses as they came, read strictly, and what a requirement expects of them.

use crate::finding::{Finding, expect};

/// A response and how its content was framed.
#[derive(Clone, Debug)]
pub struct Response {
    /// The digits behind `HTTP/1.`
    pub minor: u8,
    /// The status code.
    pub status: u16,
    /// Field lines in order, values without the whitespace around them.
    pub fields: Vec<(String, String)>,
    /// Content without framing.
    pub content: Vec<u8>,
    /// How its end was known.
    pub framing: Framing,
    /// The head as it came, with its empty line.
    pub head: Vec<u8>,
}

/// RFC 9112 §6.3
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none by rule: to HEAD, 1xx, 204, 304.
    None,
    /// `Content-Length`
    Length(u64),
    /// `Transfer-Encoding: chunked`
    Chunked,
    /// The connection ends with it.
    Close,
}

impl Response {
    /// Reads a head, which ends with its empty line; the content is not there yet.
    pub fn parse_head(head: &[u8], method: &str) -> Result<Response, Finding> {
        let bad = |what: &str, line: &[u8]| {
            Finding::new(format!("expected {what}, found {:?}", String::from_utf8_lossy(line)))
        };
        let text = head.strip_suffix(b"\r\n\r\n").ok_or_else(|| bad("a head with its empty line", head))?;
        let mut lines = split_lines(text);
        let first = lines.next().unwrap_or_default();
        let (minor, status) = parse_status_line(first).ok_or_else(|| bad("a status line", first))?;
        let mut fields = Vec::new();
        for line in lines {
            let colon = line.iter().position(|&byte| byte == b':').ok_or_else(|| bad("a field line", line))?;
            let name = &line[..colon];
            if name.is_empty() || !name.iter().all(|&byte| is_tchar(byte)) {
                return Err(bad("a field name that is a token", line));
            }
            let value = line[colon + 1..].trim_ascii();
            if value.iter().any(|&byte| (byte < b' ' && byte != b'\t') || byte == 0x7F) {
                return Err(bad("a field value without control characters", line));
            }
            fields.push((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(value).into_owned()));
        }
        let mut response =
            Response { minor, status, fields, content: Vec::new(), framing: Framing::None, head: head.to_vec() };
        response.framing = response.find_framing(method)?;
        Ok(response)
    }

    fn find_framing(&self, method: &str) -> Result<Framing, Finding> {
        if method == "HEAD" || self.status < 200 || self.status == 204 || self.status == 304 {
            return Ok(Framing::None);
        }
        if let Some(coding) = self.field("Transfer-Encoding") {
            expect(coding.eq_ignore_ascii_case("chunked"), || format!("expected chunked, found {coding:?}"))?;
            return Ok(Framing::Chunked);
        }
        match self.field("Content-Length") {
            None => Ok(Framing::Close),
            Some(length) => match length.parse() {
                Ok(number) if length.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Framing::Length(number)),
                _ => Err(Finding::new(format!("expected a length, found Content-Length: {length}"))),
            },
        }
    }

    /// The values of all lines of that name, joined as a list (RFC 9110 §5.3).
    pub fn list(&self, name: &str) -> String {
        let values = self.fields.iter().filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Whether a list field has that member, in any case.
    pub fn has_member(&self, name: &str, member: &str) -> bool {
        self.list(name).split(',').any(|candidate| candidate.trim().eq_ignore_ascii_case(member))
    }

    /// The value of the first line of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value of the one line of that name.
    pub fn expect_field(&self, name: &str) -> Result<&str, Finding> {
        let count = self.fields.iter().filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).count();
        expect(count == 1, || format!("expected one field {name} with status {}, found {count}", self.status))?;
        Ok(self.field(name).unwrap_or_default())
    }

    /// The field has exactly that value.
    pub fn expect_field_is(&self, name: &str, value: &str) -> Result<&Response, Finding> {
        let found = self.expect_field(name)?;
        expect(found == value, || format!("expected {name}: {value}, found {found}"))?;
        Ok(self)
    }

    /// There is no such field.
    pub fn expect_no_field(&self, name: &str) -> Result<&Response, Finding> {
        match self.field(name) {
            None => Ok(self),
            Some(value) => Err(Finding::new(format!("expected no {name} with status {}, found {value}", self.status))),
        }
    }

    /// The status is one of these.
    pub fn expect(&self, statuses: &[u16]) -> Result<&Response, Finding> {
        let wanted = statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
        expect(statuses.contains(&self.status), || format!("expected {wanted}, found {}", self.status))?;
        Ok(self)
    }

    /// The status is 4xx or 5xx.
    pub fn expect_refusal(&self) -> Result<&Response, Finding> {
        expect(self.status >= 400, || format!("expected a refusal, found {}", self.status))?;
        Ok(self)
    }

    /// The content is exactly this.
    pub fn expect_content(&self, content: &[u8]) -> Result<&Response, Finding> {
        let difference = content.iter().zip(&self.content).position(|(wanted, found)| wanted != found);
        match difference {
            Some(at) => Err(Finding::new(format!("expected another byte {at} of the content"))),
            None if content.len() != self.content.len() => {
                Err(Finding::new(format!("expected {} bytes of content, found {}", content.len(), self.content.len())))
            }
            None => Ok(self),
        }
    }
}

/// By CRLF and nothing else: a bare CR or LF stays in its line, and is found there.
fn split_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.windows(2).position(|two| two == b"\r\n");
        rest = end.map(|end| &text[end + 2..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// `HTTP/1.1 200 OK`; the space behind the code is part of it, the reason may be empty (RFC 9112 §4).
fn parse_status_line(line: &[u8]) -> Option<(u8, u16)> {
    let [minor, b' ', code @ ..] = line.strip_prefix(b"HTTP/1.")? else { return None };
    let [a, b, c, b' ', reason @ ..] = code else { return None };
    let is_text = |byte: &u8| *byte >= b' ' && *byte != 0x7F || *byte == b'\t';
    if ![minor, a, b, c].iter().all(|byte| byte.is_ascii_digit()) || !reason.iter().all(is_text) {
        return None;
    }
    Some((minor - b'0', [a, b, c].iter().fold(0, |code, digit| code * 10 + u16::from(**digit - b'0'))))
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, method: &str, expected: Result<(u16, Framing), &str>) {
        let found = Response::parse_head(head.as_bytes(), method);
        let found = found.map(|response| (response.status, response.framing)).map_err(|finding| finding.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{head:?}");
    }

    #[test]
    fn the_framing_is_that_of_the_rfc() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET", Ok((200, Framing::Length(5))));
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", Ok((200, Framing::None)));
        check("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n", "GET", Ok((200, Framing::Chunked)));
        check("HTTP/1.0 200 OK\r\nA: b\r\n\r\n", "GET", Ok((200, Framing::Close)));
        check("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "GET", Ok((304, Framing::None)));
    }

    #[test]
    fn a_bad_head_is_a_finding() {
        check("HTTP/1.1 200\r\n\r\n", "GET", Err("expected a status line, found \"HTTP/1.1 200\""));
        check("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "GET", Err("expected a field name that is a token, found \"A : b\""));
        check("HTTP/1.1 200 OK\r\n b\r\n\r\n", "GET", Err("expected a field line, found \" b\""));
        let bare = "expected a field value without control characters, found \"A: b\\nC: d\"";
        check("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n", "GET", Err(bare));
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
            "GET",
            Err("expected a length, found Content-Length: +5"),
        );
    }
}
