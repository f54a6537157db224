//! A line as its owner writes it: text, with named parts in braces.
//!
//! `{client} {method} {target} {status} {field:X-Request-Id}`

use super::line::{self, Peer, Record, Visible};
use semantics::{FieldName, Fields, Timestamp};
use std::io::{self, Write};
use std::net::IpAddr;
use std::str::FromStr;
use wire::Fault;

/// The pieces of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Part(Part),
    /// A field of the request, by its name.
    Field(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Time,
    Date,
    Client,
    Host,
    Method,
    Target,
    Path,
    Query,
    Version,
    Status,
    Bytes,
    Referer,
    UserAgent,
    Fault,
}

const PARTS: [(&str, Part); 14] = [
    ("time", Part::Time),
    ("date", Part::Date),
    ("client", Part::Client),
    ("host", Part::Host),
    ("method", Part::Method),
    ("target", Part::Target),
    ("path", Part::Path),
    ("query", Part::Query),
    ("version", Part::Version),
    ("status", Part::Status),
    ("bytes", Part::Bytes),
    ("referer", Part::Referer),
    ("user_agent", Part::UserAgent),
    ("fault", Part::Fault),
];

impl FromStr for Format {
    type Err = String;

    /// Errs with what was found and what was expected.
    fn from_str(text: &str) -> Result<Format, String> {
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(behind) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                literal.push_str(&rest[..1]);
                rest = behind;
                continue;
            }
            let Some((name, behind)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
                let brace = &rest[..1];
                return Err(format!(
                    "a {brace} stands alone, expected {{NAME}}; a brace itself is written {brace}{brace}"
                ));
            };
            pieces.extend(Some(std::mem::take(&mut literal)).filter(|text| !text.is_empty()).map(Piece::Text));
            pieces.push(piece(name)?);
            rest = behind;
        }
        literal.push_str(rest);
        if literal.chars().chain(pieces.iter().flat_map(Piece::characters)).any(char::is_control) {
            return Err("it has a control character, expected one line of text".into());
        }
        pieces.extend(Some(literal).filter(|text| !text.is_empty()).map(Piece::Text));
        match pieces.iter().any(|piece| !matches!(piece, Piece::Text(_))) {
            true => Ok(Format(pieces)),
            false => Err(format!("it has no part, expected some of {}", names())),
        }
    }
}

fn piece(name: &str) -> Result<Piece, String> {
    if let Some(field) = name.strip_prefix("field:") {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        return match !field.is_empty() && field.bytes().all(is_token) {
            true => Ok(Piece::Field(field.to_owned())),
            false => Err(format!("{{{name}}} names no field, expected one such as {{field:X-Request-Id}}")),
        };
    }
    let found = PARTS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, part)| Piece::Part(*part))
        .ok_or_else(|| format!("{{{name}}} is no part, expected one of {}", names()))
}

fn names() -> String {
    let names: Vec<String> = PARTS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    format!("{}, {{field:NAME}}", names.join(", "))
}

impl Piece {
    fn characters(&self) -> impl Iterator<Item = char> {
        let text = if let Piece::Text(text) = self { text } else { "" };
        text.chars()
    }
}

/// What a line tells of: an exchange, or a request that could not be understood.
#[derive(Clone, Copy)]
pub(super) enum Told<'a> {
    Exchange(&'a Record<'a>),
    Fault(&'a Fault, u16, Timestamp),
}

impl Format {
    /// Appends the line. What is not there is `-`.
    pub(super) fn write(&self, out: &mut Vec<u8>, told: Told<'_>, peer: Option<IpAddr>) -> io::Result<()> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Field(name) => value(out, told.fields().and_then(|fields| named(fields, name)))?,
                Piece::Part(part) => part.write(out, told, peer)?,
            }
        }
        out.push(b'\n');
        Ok(())
    }
}

impl<'a> Told<'a> {
    fn fields(self) -> Option<&'a Fields<'a>> {
        match self {
            Told::Exchange(record) => Some(&record.head.fields),
            Told::Fault(..) => None,
        }
    }
}

fn named<'a>(fields: &Fields<'a>, wanted: &str) -> Option<&'a [u8]> {
    fields.lines().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes())).map(|(_, value)| value)
}

fn value(out: &mut Vec<u8>, value: Option<&[u8]>) -> io::Result<()> {
    write!(out, "{}", Visible(value.filter(|value| !value.is_empty()).unwrap_or(b"-")))
}

impl Part {
    fn write(self, out: &mut Vec<u8>, told: Told<'_>, peer: Option<IpAddr>) -> io::Result<()> {
        let at = match told {
            Told::Exchange(record) => record.at,
            Told::Fault(_, _, at) => at,
        };
        match (self, told) {
            (Part::Time, _) => write!(out, "{}", line::rfc3339(at)),
            (Part::Date, _) => write!(out, "{}", line::calendar(at)),
            (Part::Client, _) => write!(out, "{}", Peer(peer)),
            (Part::Status, Told::Exchange(record)) => write!(out, "{}", record.status.code()),
            (Part::Status, Told::Fault(_, status, _)) => write!(out, "{status}"),
            (Part::Bytes, Told::Exchange(record)) => write!(out, "{}", record.bytes),
            (Part::Bytes, Told::Fault(..)) => out.write_all(b"0"),
            (Part::Fault, Told::Fault(fault, ..)) => write!(out, "{}", Visible(fault.to_string().as_bytes())),
            (_, Told::Fault(..)) | (Part::Fault, _) => out.write_all(b"-"),
            (_, Told::Exchange(record)) => {
                let head = record.head;
                let (path, query) = match head.target.iter().position(|&byte| byte == b'?') {
                    Some(mark) => (&head.target[..mark], Some(&head.target[mark + 1..])),
                    None => (head.target, None),
                };
                match self {
                    Part::Version => out.write_all(line::version(head.version).as_bytes()),
                    Part::Host => value(out, Some(head.authority)),
                    Part::Method => value(out, Some(head.method.as_bytes())),
                    Part::Target => value(out, Some(head.target)),
                    Part::Path => value(out, Some(path)),
                    Part::Query => value(out, query),
                    Part::Referer => value(out, head.field(FieldName::Referer)),
                    _ => value(out, head.field(FieldName::UserAgent)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::{Method, RequestHead, Status, Version};

    #[track_caller]
    fn check(format: &str, expected: &str) {
        let section = b"X-Id: a\"b\r\nReferer: http://r/\r\n";
        let mut fields = Fields::new();
        fields.set_section(section);
        let lines = fields;
        for (name, value) in lines.lines() {
            FieldName::from_bytes(name).into_iter().for_each(|name| fields.note(name, value));
        }
        let head =
            RequestHead { method: Method::Get, target: b"/a?b=c", authority: b"h:80", version: Version::Http2, fields };
        let record = Record::new(&head, Status::NOT_FOUND, 12, Timestamp(784_111_777_123_000_000));
        let mut out = Vec::new();
        let format: Format = format.parse().unwrap();
        format.write(&mut out, Told::Exchange(&record), Some(IpAddr::from([192, 0, 2, 1]))).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn each_part_has_its_place() {
        check("{time} [{date}]", "1994-11-06T08:49:37.123Z [06/Nov/1994:08:49:37 +0000]");
        check("{client}\t{host} {version}".replace('\t', "|").as_str(), "192.0.2.1|h:80 HTTP/2.0");
        check("{method} {target} {path} {query}", "GET /a?b=c /a b=c");
        check("{status}/{bytes}{{}}", "404/12{}");
        check("{referer} {user_agent} {field:x-ID} {field:None}", "http://r/ - a\\\"b -");
    }

    #[test]
    fn what_is_no_format_is_told() {
        let check = |text: &str, expected: &str| {
            let fault = text.parse::<Format>().unwrap_err();
            assert!(fault.starts_with(expected), "{text}: {fault}");
        };
        check("{stat}", "{stat} is no part, expected one of {time}, {date}, {client},");
        check("{}", "{} is no part");
        check("{client", "a { stands alone, expected {NAME}; a brace itself is written {{");
        check("client} {client}", "a } stands alone");
        check("{field:}", "{field:} names no field, expected one such as {field:X-Request-Id}");
        check("{field:a b}", "{field:a b} names no field");
        check("text", "it has no part, expected some of {time}");
        check("", "it has no part");
        check("{client}\n", "it has a control character");
        check("\u{1b}{client}", "it has a control character");
    }
}
