//! A response parser of its own, strict to the letter: whatever Quarry's encoder and this disagree on is a failure.
//!
//! ```text
//! HTTP/1.1 SP 3DIGIT SP reason CRLF *( field-name ": " field-value CRLF ) CRLF [ content ]
//! ```

/// A complete response, or as much of it as came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
    pub(crate) framing: Framing,
}

/// Where the content ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none, whatever the head says.
    #[default]
    Nothing,
    Length(usize),
    /// By chunks; in HTTP/2, by the end of the stream.
    Chunked,
    /// With the connection.
    Connection,
}

/// What of the request bears on how its response is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) is_head: bool,
    /// HTTP/1.1 can be told chunks, and needs to see the end of a content.
    pub(crate) knows_chunks: bool,
    /// HTTP/1.0 takes the end of the connection for the end of the content.
    pub(crate) takes_end: bool,
    pub(crate) expects_continue: bool,
}

impl Response {
    /// A head whose content is still to come.
    pub(crate) fn of(status: u16, fields: Vec<(String, String)>) -> Response {
        Response { status, fields, content: Vec::new(), framing: Framing::Nothing }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the server says that this was the last.
    pub(crate) fn closes(&self) -> bool {
        self.framing == Framing::Connection || self.field("Connection") == Some("close")
    }

    /// The length that the head promises, be there content or not.
    pub(crate) fn promised(&self) -> Option<usize> {
        self.field("Content-Length").and_then(|value| value.parse().ok())
    }
}

/// The stream of one connection, read as it comes.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    bytes: Vec<u8>,
    /// Everything before is understood.
    at: usize,
    /// The head is complete, the content is not.
    partial: Option<Response>,
    /// Within a chunk: bytes of it that are still to come, its CRLF among them.
    chunk: usize,
    has_continued: bool,
}

/// What was read.
#[derive(Debug)]
pub(crate) enum Read {
    /// More bytes are needed.
    More,
    /// 100
    Continue,
    Response(Box<Response>),
}

impl Parser {
    pub(crate) fn feed(&mut self, bytes: impl Iterator<Item = u8>) {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        }
        self.bytes.extend(bytes);
    }

    /// Whether bytes came that belong to no complete response.
    pub(crate) fn is_within(&self) -> bool {
        self.partial.is_some() || self.at < self.bytes.len()
    }

    /// Whose content is not complete.
    pub(crate) fn partial(&self) -> Option<&Response> {
        self.partial.as_ref()
    }

    /// The next response, to a request like that. Errs with what breaks a rule.
    pub(crate) fn next(&mut self, asked: Asked) -> Result<Read, String> {
        if self.partial.is_none() {
            let Some(head) = self.take_head()? else { return Ok(Read::More) };
            let response = read_head(&head)?;
            if response.status < 200 {
                return self.interim(&response, asked);
            }
            self.has_continued = false;
            self.partial = Some(Response { framing: framing(&response, asked)?, ..response });
        }
        self.read_content()
    }

    /// The connection has ended in good order. The response that it completes, if there is one.
    pub(crate) fn end(&mut self) -> Option<Response> {
        self.partial.take_if(|partial| partial.framing == Framing::Connection)
    }

    fn interim(&mut self, response: &Response, asked: Asked) -> Result<Read, String> {
        if response.status != 100 || !response.fields.is_empty() {
            return Err(format!("an interim response that nobody asked for: {}", response.status));
        }
        if !asked.expects_continue || std::mem::replace(&mut self.has_continued, true) {
            return Err("100 Continue to a client that does not wait for it".to_owned());
        }
        Ok(Read::Continue)
    }

    /// All up to the empty line.
    fn take_head(&mut self) -> Result<Option<String>, String> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.windows(4).position(|window| window == b"\r\n\r\n") else {
            return if rest.len() > HEAD_BYTES_MAX { Err("a response head without end".to_owned()) } else { Ok(None) };
        };
        let head = std::str::from_utf8(&rest[..length + 2]).map_err(|_| "a response head that is not UTF-8".to_owned());
        self.at += length + 4;
        head.map(|head| Some(head.to_owned()))
    }

    fn read_content(&mut self) -> Result<Read, String> {
        let Some(partial) = &mut self.partial else { return Ok(Read::More) };
        let rest = &self.bytes[self.at..];
        let is_complete = match partial.framing {
            Framing::Nothing => true,
            Framing::Length(length) => {
                let count = rest.len().min(length - partial.content.len());
                partial.content.extend_from_slice(&rest[..count]);
                self.at += count;
                partial.content.len() == length
            }
            Framing::Connection => {
                partial.content.extend_from_slice(rest);
                self.at += rest.len();
                false
            }
            Framing::Chunked => {
                let (count, is_last) = read_chunks(rest, &mut self.chunk, &mut partial.content)?;
                self.at += count;
                is_last
            }
        };
        match self.partial.take_if(|_| is_complete) {
            Some(response) => Ok(Read::Response(Box::new(response))),
            None => Ok(Read::More),
        }
    }
}

/// As many chunks as are at hand. How many bytes that were, and whether the last chunk was among them.
fn read_chunks(bytes: &[u8], left: &mut usize, content: &mut Vec<u8>) -> Result<(usize, bool), String> {
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        if *left > 0 {
            let data = left.saturating_sub(2).min(rest.len());
            content.extend_from_slice(&rest[..data]);
            (*left, at) = (*left - data, at + data);
            let Some(ending) = bytes.get(at..at + 2).filter(|_| *left <= 2) else { return Ok((at, false)) };
            if ending != b"\r\n" {
                return Err("a chunk is longer than its size says".to_owned());
            }
            (*left, at) = (0, at + 2);
            continue;
        }
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else {
            return if rest.len() > 18 { Err("a chunk size without end".to_owned()) } else { Ok((at, false)) };
        };
        let is_size = !rest[..line].is_empty() && rest[..line].iter().all(u8::is_ascii_hexdigit);
        let text = std::str::from_utf8(&rest[..line]).ok().filter(|_| is_size);
        let size = text.and_then(|text| usize::from_str_radix(text, 16).ok()).ok_or("a chunk size that is none")?;
        if size > 0 {
            (*left, at) = (size + 2, at + line + 2);
            continue;
        }
        // No trailers are ever sent.
        return match rest.get(line + 2..line + 4) {
            None => Ok((at, false)),
            Some(b"\r\n") => Ok((at + line + 4, true)),
            Some(_) => Err("a last chunk that is not the end".to_owned()),
        };
    }
}

fn read_head(head: &str) -> Result<Response, String> {
    let mut lines = head.split_terminator("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let bad = || format!("not a status line: {status_line:?}");
    let (code, reason) = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split_once(' ')).ok_or_else(bad)?;
    let status: u16 = code.parse().map_err(|_| bad())?;
    if code.len() != 3 || !(100..600).contains(&status) || !reason.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(bad());
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        let bad = || format!("not a field line: {line:?}");
        let (name, value) = line.split_once(": ").ok_or_else(bad)?;
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_value = |byte: u8| byte == b'\t' || byte >= 0x20 && byte != 0x7f;
        let is_sound = !name.is_empty() && name.bytes().all(is_token) && value.bytes().all(is_value);
        if !is_sound || value != value.trim_matches([' ', '\t']) {
            return Err(bad());
        }
        if name != "Vary" && fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(format!("{name} twice"));
        }
        fields.push((name.to_owned(), value.to_owned()));
    }
    Ok(Response::of(status, fields))
}

/// RFC 9112 §6.3, from the client's side; and what a server must not send.
fn framing(response: &Response, asked: Asked) -> Result<Framing, String> {
    let length = response.field("Content-Length");
    let coding = response.field("Transfer-Encoding");
    let has_no_content = matches!(response.status, 204 | 304);
    if has_no_content && (length.is_some() || coding.is_some()) {
        return Err(format!("{} with a length", response.status));
    }
    if length.is_some() && coding.is_some() {
        return Err("Content-Length and Transfer-Encoding together".to_owned());
    }
    let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = length.map(|text| Some(text).filter(digits).and_then(|text| text.parse().ok()));
    let number: Option<usize> = match number {
        Some(None) => return Err("Content-Length that is no number".to_owned()),
        Some(number) => number,
        None => None,
    };
    Ok(match (coding, number) {
        _ if asked.is_head || has_no_content => Framing::Nothing,
        (Some(_), _) if !asked.knows_chunks => return Err("Transfer-Encoding to HTTP/1.0".to_owned()),
        (Some("chunked"), _) => Framing::Chunked,
        (Some(other), _) => return Err(format!("Transfer-Encoding: {other}")),
        (None, Some(length)) => Framing::Length(length),
        (None, None) if asked.takes_end => Framing::Connection,
        (None, None) => return Err("content without an end that HTTP/1.1 could see".to_owned()),
    })
}

/// Ours are a tenth of that.
const HEAD_BYTES_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Asked = Asked { is_head: false, knows_chunks: true, takes_end: false, expects_continue: false };

    #[track_caller]
    fn check(asked: Asked, stream: &str, expected: &str) {
        let read = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut parser = Parser::default();
            let mut seen = Vec::new();
            for piece in pieces {
                parser.feed(piece.iter().copied());
                loop {
                    match parser.next(asked) {
                        Ok(Read::More) => break,
                        Ok(Read::Continue) => seen.push("100".to_owned()),
                        Ok(Read::Response(response)) => {
                            seen.push(format!("{} {}", response.status, String::from_utf8_lossy(&response.content)));
                        }
                        Err(cause) => return cause,
                    }
                }
            }
            seen.extend(parser.is_within().then(|| "…".to_owned()));
            seen.join(", ")
        };
        assert_eq!(read(&mut stream.as_bytes().chunks(1)), expected, "byte by byte");
        assert_eq!(read(&mut std::iter::once(stream.as_bytes())), expected, "whole");
    }

    #[test]
    fn a_stream_is_its_responses() {
        check(PLAIN, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi");
        check(PLAIN, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", "…");
        check(PLAIN, "HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "304 , 200 ");
        check(
            PLAIN,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\nH",
            "200 abcd, …",
        );
        check(Asked { is_head: true, ..PLAIN }, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "200 ");
        check(
            Asked { expects_continue: true, ..PLAIN },
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "100, 200 ",
        );
    }

    #[test]
    fn whatever_a_strict_client_would_refuse_is_refused() {
        check(PLAIN, "HTTP/1.1 200 OK\r\n\r\n", "content without an end that HTTP/1.1 could see");
        check(PLAIN, "HTTP/1.0 200 OK\r\n\r\n", "not a status line: \"HTTP/1.0 200 OK\"");
        check(PLAIN, "HTTP/1.1 200 OK\r\nA:b\r\n\r\n", "not a field line: \"A:b\"");
        check(PLAIN, "HTTP/1.1 200 OK\r\nETag: b\r\nEtag: b\r\n\r\n", "Etag twice");
        check(PLAIN, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "204 with a length");
        check(PLAIN, "HTTP/1.1 100 Continue\r\n\r\n", "100 Continue to a client that does not wait for it");
        check(
            PLAIN,
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Content-Length and Transfer-Encoding together",
        );
        check(
            PLAIN,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            "a chunk is longer than its size says",
        );
        check(
            Asked { knows_chunks: false, takes_end: true, ..PLAIN },
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding to HTTP/1.0",
        );
    }
}
