//! A response, taken apart: enough of a client for the tests that send bytes of their own.

use std::io::{BufRead, BufReader, Read};

/// A response with its content.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In order, names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
}

impl Response {
    /// Reads the response to a GET: as long as its length or its chunks say.
    pub(crate) fn read(from: &mut BufReader<impl Read>) -> Response {
        let mut response = Response::read_head(from);
        if let Some(length) = response.field("content-length") {
            let length: usize = length.parse().expect("a length");
            if ![204, 304].contains(&response.status) {
                response.content.resize(length, 0);
                from.read_exact(&mut response.content).expect("the content");
            }
        } else if response.field("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = Response::read_chunk(from) {
                response.content.extend(chunk);
            }
        }
        response
    }

    /// Reads only the head: what comes as answer to a HEAD.
    pub(crate) fn read_head(from: &mut BufReader<impl Read>) -> Response {
        let first = line(from);
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let mut response = Response { status: status.unwrap_or_else(|| panic!("{first:?}")), ..Response::default() };
        loop {
            let line = line(from);
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "");
                return response;
            };
            response.fields.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    /// The next chunk of a content that comes in chunks; none: the end.
    pub(crate) fn read_chunk(from: &mut BufReader<impl Read>) -> Option<Vec<u8>> {
        let length = usize::from_str_radix(&line(from), 16).expect("the length of a chunk");
        let mut chunk = vec![0; length];
        from.read_exact(&mut chunk).expect("a chunk");
        assert_eq!(line(from), "");
        (length > 0).then_some(chunk)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.content).expect("UTF-8")
    }
}

fn line(from: &mut BufReader<impl Read>) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("a line");
    line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no end of line: {line:?}")).to_owned()
}
