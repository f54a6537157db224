//! A line as its owner writes it: text, with named parts in braces.
//!
//! `{client} {method} {target} {status} {field:X-Request-Id}`

use super::draft::Hole;
use super::line::{self, Line, Peer, Record, Visible};
use semantics::{FieldName, Fields, Timestamp};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::str::FromStr;
use wire::Fault;

/// The pieces of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Part(Part),
    /// Something of the message, by its name.
    Named(Named, String),
}

/// What can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// A field of the request.
    Field,
    /// A field of the response.
    Response,
    Cookie,
    /// A parameter of the query, as it was sent.
    Query,
}

const NAMED: [(&str, Named, &str); 4] = [
    ("field:", Named::Field, "X-Request-Id"),
    ("response:", Named::Response, "Content-Type"),
    ("cookie:", Named::Cookie, "session"),
    ("query:", Named::Query, "id"),
];

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
    Unix,
    Port,
    User,
    Scheme,
    Way,
    Took,
    End,
}

const PARTS: [(&str, Part); 21] = [
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
    ("unix", Part::Unix),
    ("port", Part::Port),
    ("user", Part::User),
    ("scheme", Part::Scheme),
    ("way", Part::Way),
    ("took", Part::Took),
    ("end", Part::End),
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
    for (prefix, named, example) in NAMED {
        let Some(of) = name.strip_prefix(prefix) else { continue };
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        // A parameter may have any name that a query can.
        let is_name = |byte: u8| match named {
            Named::Query => !b"{}&=# ".contains(&byte),
            Named::Field | Named::Response | Named::Cookie => is_token(byte),
        };
        return match !of.is_empty() && of.bytes().all(is_name) {
            true => Ok(Piece::Named(named, of.to_owned())),
            false => Err(format!("{{{name}}} names nothing, expected a name as in {{{prefix}{example}}}")),
        };
    }
    let found = PARTS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, part)| Piece::Part(*part))
        .ok_or_else(|| format!("{{{name}}} is no part, expected one of {}", names()))
}

fn names() -> String {
    let names: Vec<String> = PARTS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    let named: Vec<String> = NAMED.iter().map(|(prefix, ..)| format!("{{{prefix}NAME}}")).collect();
    format!("{}, {}", names.join(", "), named.join(", "))
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
    /// Whether some part is known only when the exchange has ended.
    pub(super) fn tells_of_end(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Part(Part::Took | Part::End)))
    }

    /// Appends the line. What is not there is `-`.
    pub(super) fn write(&self, line: &mut Line, told: Told<'_>, peer: Option<SocketAddr>) -> io::Result<()> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => line.text.extend_from_slice(text.as_bytes()),
                Piece::Named(of, name) => value(&mut line.text, told.named(*of, name))?,
                Piece::Part(part) => part.write(line, told, peer)?,
            }
        }
        line.text.push(b'\n');
        Ok(())
    }
}

impl<'a> Told<'a> {
    /// The first of that name.
    fn named(self, of: Named, name: &str) -> Option<&'a [u8]> {
        let Told::Exchange(record) = self else { return None };
        match of {
            Named::Field => named(&record.head.fields, name),
            Named::Response => {
                let field = record.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
                field.map(|field| field.value.as_bytes())
            }
            Named::Cookie => named(&record.head.fields, "cookie").and_then(|value| member(value, b';', name)),
            Named::Query => query(record.head.target).and_then(|query| member(query, b'&', name)),
        }
    }
}

fn named<'a>(fields: &Fields<'a>, wanted: &str) -> Option<&'a [u8]> {
    fields.lines().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes())).map(|(_, value)| value)
}

/// The value of that name among `a=b` with this between them.
fn member<'a>(list: &'a [u8], between: u8, name: &str) -> Option<&'a [u8]> {
    let mut members = list.split(|&byte| byte == between).map(<[u8]>::trim_ascii);
    members.find_map(|member| member.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

fn query(target: &[u8]) -> Option<&[u8]> {
    target.iter().position(|&byte| byte == b'?').map(|mark| &target[mark + 1..])
}

fn value(out: &mut Vec<u8>, value: Option<&[u8]>) -> io::Result<()> {
    write!(out, "{}", Visible(value.filter(|value| !value.is_empty()).unwrap_or(b"-")))
}

impl Part {
    fn write(self, line: &mut Line, told: Told<'_>, peer: Option<SocketAddr>) -> io::Result<()> {
        match (self, told) {
            (Part::Bytes, Told::Exchange(record)) => return line.bytes(record.bytes),
            (Part::Took, Told::Exchange(_)) => {
                line.leave(Hole::Took);
                return Ok(());
            }
            (Part::End, Told::Exchange(_)) => {
                line.leave(Hole::End);
                return Ok(());
            }
            _ => {}
        }
        let out = &mut line.text;
        let at = match told {
            Told::Exchange(record) => record.at,
            Told::Fault(_, _, at) => at,
        };
        match (self, told) {
            (Part::Time, _) => write!(out, "{}", line::rfc3339(at)),
            (Part::Date, _) => write!(out, "{}", line::calendar(at)),
            (Part::Unix, _) => {
                let milliseconds = at.0.div_euclid(1_000_000);
                write!(out, "{}.{:03}", milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000))
            }
            (Part::Client, _) => write!(out, "{}", Peer(peer)),
            (Part::Port, _) => match peer {
                Some(peer) => write!(out, "{}", peer.port()),
                None => out.write_all(b"-"),
            },
            (Part::Status, Told::Exchange(record)) => write!(out, "{}", record.status.code()),
            (Part::Status, Told::Fault(_, status, _)) => write!(out, "{status}"),
            (Part::Bytes, Told::Fault(..)) => out.write_all(b"0"),
            (Part::Fault, Told::Fault(fault, ..)) => write!(out, "{}", Visible(fault.to_string().as_bytes())),
            (_, Told::Fault(..)) | (Part::Fault, _) => out.write_all(b"-"),
            (_, Told::Exchange(record)) => {
                let head = record.head;
                let query = query(head.target);
                let path = &head.target[..head.target.len() - query.map_or(0, |query| query.len() + 1)];
                match self {
                    Part::Version => out.write_all(line::version(head.version).as_bytes()),
                    Part::Host => value(out, Some(head.authority)),
                    Part::Method => value(out, Some(head.method.as_bytes())),
                    Part::Target => value(out, Some(head.target)),
                    Part::Path => value(out, Some(path)),
                    Part::Query => value(out, query),
                    Part::User => out.write_all(line::user(record).as_bytes()),
                    Part::Scheme => out.write_all(if record.is_secured { b"https" } else { b"http" }),
                    Part::Way => out.write_all(record.way.as_bytes()),
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
    use crate::access_log::Draft;
    use crate::due::End;
    use semantics::{Field, Instant, Method, RequestHead, Status, Version};

    #[track_caller]
    fn check(format: &str, expected: &str) {
        let section =
            b"X-Id: a\"b\r\nReferer: http://r/\r\nCookie: a=1; session=x=y; b\r\nAuthorization: Basic YW5uOm9wZW4=\r\n";
        let mut fields = Fields::new();
        fields.set_section(section);
        let lines = fields;
        for (name, value) in lines.lines() {
            FieldName::from_bytes(name).into_iter().for_each(|name| fields.note(name, value));
        }
        let head = RequestHead {
            method: Method::Get,
            target: b"/a?b=c&id=7",
            authority: b"h:80",
            version: Version::Http2,
            fields,
        };
        let fields = [Field { name: "Content-Type".into(), value: "text/plain".into() }];
        let record = Record {
            head: &head,
            status: Status::NOT_FOUND,
            fields: &fields,
            bytes: Some(12),
            at: Timestamp(784_111_777_123_000_000),
            began: Instant(0),
            way: "pool",
            is_secured: true,
        };
        let format: Format = format.parse().unwrap();
        let mut line = Line::default();
        let tells_of_end = format.tells_of_end();
        format.write(&mut line, Told::Exchange(&record), Some(SocketAddr::from(([192, 0, 2, 1], 4711)))).unwrap();
        assert_eq!(!line.holes.is_empty(), tells_of_end);
        let mut out = Vec::new();
        Draft::of_text(line.text, line.holes, Instant(0), 0).write(&mut out, Instant(1_234_567), End::Cut);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn each_part_has_its_place() {
        check("{time} [{date}]", "1994-11-06T08:49:37.123Z [06/Nov/1994:08:49:37 +0000]");
        check("{client}\t{host} {version}".replace('\t', "|").as_str(), "192.0.2.1|h:80 HTTP/2.0");
        check("{method} {target} {path} {query}", "GET /a?b=c&id=7 /a b=c&id=7");
        check("{unix} {port} {user} {scheme} {way}", "784111777.123 4711 ann https pool");
        check("{took} ms, {end}, {took}", "1.234 ms, cut, 1.234");
        check("{cookie:session} {cookie:b} {cookie:c} {query:id} {query:x}", "x=y - - 7 -");
        check("{response:content-type} {response:ETag}", "text/plain -");
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
        check("{field:}", "{field:} names nothing, expected a name as in {field:X-Request-Id}");
        check("{field:a b}", "{field:a b} names nothing");
        check("{cookie:a=b}", "{cookie:a=b} names nothing");
        check("{query:a&b}", "{query:a&b} names nothing");
        check("text", "it has no part, expected some of {time}");
        check("", "it has no part");
        check("{client}\n", "it has a control character");
        check("\u{1b}{client}", "it has a control character");
    }
}
