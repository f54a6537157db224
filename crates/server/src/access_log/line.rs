//! The forms of a line: for people, for the tools of Apache and nginx, for programs.

use super::AccessLog;
use super::draft::{Draft, Hole};
use super::format::Told;
use semantics::{Field, FieldName, Instant, RequestHead, Status, Timestamp, Version};
use serde_json::{Map, Value};
use site::route::credentials;
use std::io::Write;
use std::net::SocketAddr;
use wire::Fault;

/// One exchange, as the log has it.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) head: &'a RequestHead<'a>,
    pub(crate) status: Status,
    /// The fields of the response that were chosen for it; those of its framing are not among them.
    pub(crate) fields: &'a [Field],
    /// Of the content that goes out; `None`: that is not known before it ends.
    pub(crate) bytes: Option<u64>,
    pub(crate) at: Timestamp,
    /// When the first byte of the request was there.
    pub(crate) began: Instant,
    /// Which way it was answered: `memory`, `hand`, `pool`.
    pub(crate) way: &'static str,
    pub(crate) is_secured: bool,
}

impl Record<'_> {
    /// The name that the client gave with a password. Where that was refused it is anybody's word.
    pub(super) fn user(&self) -> Option<Vec<u8>> {
        let given = self.head.field(FieldName::Authorization).filter(|_| self.status != Status::UNAUTHORIZED)?;
        let mut given = credentials(given)?;
        given.truncate(given.iter().position(|&byte| byte == b':')?);
        Some(given).filter(|name| !name.is_empty())
    }
}

/// Bytes of a line, and where something is to be filled in.
#[derive(Default)]
pub(super) struct Line {
    pub(super) text: Vec<u8>,
    pub(super) holes: Vec<(usize, Hole)>,
}

impl Line {
    pub(super) fn leave(&mut self, hole: Hole) {
        self.holes.push((self.text.len(), hole));
    }

    /// The bytes of the content, now or later.
    pub(super) fn bytes(&mut self, bytes: Option<u64>) -> std::io::Result<()> {
        match bytes {
            Some(bytes) => write!(self.text, "{bytes}"),
            None => {
                self.leave(Hole::Bytes);
                Ok(())
            }
        }
    }
}

/// The line of an exchange, as far as it is known.
pub(super) fn draft(format: &AccessLog, record: &Record<'_>, peer: Option<SocketAddr>, is_coloured: bool) -> Draft {
    let bytes = record.bytes.unwrap_or(0);
    if *format == AccessLog::Json {
        return Draft::of_json(json(record, peer), record.began, bytes);
    }
    let mut line = Line::default();
    write(format, record, peer, is_coloured, &mut line);
    Draft::of_text(line.text, line.holes, record.began, bytes)
}

/// Appends the line of an exchange of which all is known that it tells.
pub(super) fn exchange(
    format: &AccessLog,
    record: &Record<'_>,
    peer: Option<SocketAddr>,
    is_coloured: bool,
    out: &mut Vec<u8>,
) {
    let mut line = Line { text: std::mem::take(out), holes: Vec::new() };
    write(format, record, peer, is_coloured, &mut line);
    debug_assert!(line.holes.is_empty(), "what is not known is no line yet");
    *out = line.text;
}

fn write(format: &AccessLog, record: &Record<'_>, peer: Option<SocketAddr>, is_coloured: bool, line: &mut Line) {
    // Writing to a Vec does not fail.
    let _ = match format {
        AccessLog::Off | AccessLog::Json => Ok(()),
        AccessLog::Short => short(line, record, is_coloured),
        AccessLog::Combined => combined(line, record, peer),
        AccessLog::Own(format) => format.write(line, Told::Exchange(record), peer),
    };
}

/// Appends the line of a request that was refused; false when there is nothing to say.
pub(super) fn fault(
    format: &AccessLog,
    fault: &Fault,
    peer: Option<SocketAddr>,
    at: Timestamp,
    out: &mut Vec<u8>,
) -> bool {
    // Where a frame said it, the status is the one that a response would have had.
    let Some(status) = fault.reason().status().map(Status::code) else { return false };
    if let AccessLog::Own(format) = format {
        let mut line = Line { text: std::mem::take(out), holes: Vec::new() };
        let written = format.write(&mut line, Told::Fault(fault, status, at), peer);
        *out = line.text;
        return written.is_ok();
    }
    let peer = Peer(peer);
    let _ = match format {
        AccessLog::Off | AccessLog::Own(_) => return false,
        AccessLog::Short => writeln!(out, "{} {status} {fault}", time_of_day(at)),
        AccessLog::Combined => writeln!(out, "{peer} - - [{}] \"-\" {status} 0 \"-\" \"-\"", calendar(at)),
        AccessLog::Json => {
            let (time, client, fault) = (rfc3339(at), peer.to_string(), fault.to_string());
            writeln!(out, "{}", serde_json::json!({"time": time, "client": client, "status": status, "fault": fault}))
        }
    };
    true
}

fn short(line: &mut Line, record: &Record<'_>, coloured: bool) -> std::io::Result<()> {
    let (begin, end) = match record.status.code() {
        _ if !coloured => ("", ""),
        200..300 => ("\x1b[32m", "\x1b[0m"),
        300..400 => ("\x1b[36m", "\x1b[0m"),
        400..500 => ("\x1b[33m", "\x1b[0m"),
        _ => ("\x1b[31m", "\x1b[0m"),
    };
    let (method, target) = (Visible(record.head.method.as_bytes()), Visible(record.head.target));
    let (time, status) = (time_of_day(record.at), record.status.code());
    write!(line.text, "{time} {begin}{status}{end} {method} {target} ")?;
    line.bytes(record.bytes)?;
    writeln!(line.text)
}

fn combined(line: &mut Line, record: &Record<'_>, peer: Option<SocketAddr>) -> std::io::Result<()> {
    let field = |name| Visible(record.head.field(name).unwrap_or(b"-"));
    write!(
        line.text,
        "{} - {} [{}] \"{} {} {}\" {} ",
        Peer(peer),
        user(record),
        calendar(record.at),
        Visible(record.head.method.as_bytes()),
        Visible(record.head.target),
        version(record.head.version),
        record.status.code(),
    )?;
    line.bytes(record.bytes)?;
    writeln!(line.text, " \"{}\" \"{}\"", field(FieldName::Referer), field(FieldName::UserAgent))
}

fn json(record: &Record<'_>, peer: Option<SocketAddr>) -> Map<String, Value> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let field = |name| record.head.field(name).map(text);
    let line = serde_json::json!({
        "time": rfc3339(record.at),
        "client": Peer(peer).to_string(),
        "user": record.user().map(|user| text(&user)),
        "method": text(record.head.method.as_bytes()),
        "host": text(record.head.authority),
        "target": text(record.head.target),
        "version": version(record.head.version),
        "status": record.status.code(),
        "referer": field(FieldName::Referer),
        "user_agent": field(FieldName::UserAgent),
        "way": record.way,
    });
    match line {
        Value::Object(line) => line,
        _ => Map::new(),
    }
}

/// A name that a client gave, as one word; `-`: it gave none.
pub(super) fn user(record: &Record<'_>) -> String {
    record.user().map_or_else(|| "-".into(), |user| Visible(&user).to_string().replace(' ', "\\x20"))
}

pub(super) fn version(version: Version) -> &'static str {
    match version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
        Version::Http2 => "HTTP/2.0",
        Version::Http3 => "HTTP/3.0",
    }
}

/// Bytes from outside as text that cannot end a line, close a quotation or colour a terminal.
pub(super) struct Visible<'a>(pub(super) &'a [u8]);

impl std::fmt::Display for Visible<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_visible(formatter, self.0, |character| matches!(character, '"' | '\\'))
    }
}

/// A sentence, which has no quotes around it: those within mean themselves.
pub(super) struct Sentence<'a>(pub(super) &'a [u8]);

impl std::fmt::Display for Sentence<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_visible(formatter, self.0, |character| character == '\\')
    }
}

fn write_visible(
    formatter: &mut std::fmt::Formatter<'_>,
    bytes: &[u8],
    is_escaped: impl Fn(char) -> bool,
) -> std::fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                character if is_escaped(character) => write!(formatter, "\\{character}")?,
                character if character.is_control() => write!(formatter, "\\x{:02X}", character as u32)?,
                character => write!(formatter, "{character}")?,
            }
        }
        for byte in chunk.invalid() {
            write!(formatter, "\\x{byte:02X}")?;
        }
    }
    Ok(())
}

/// An address, or `-` for a unix socket.
pub(super) struct Peer(pub(super) Option<SocketAddr>);

impl std::fmt::Display for Peer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(address) => write!(formatter, "{}", address.ip()),
            None => formatter.write_str("-"),
        }
    }
}

/// The parts of `Sun, 06 Nov 1994 08:49:37 GMT`: every other way to write the time is made of them.
fn parts(at: Timestamp) -> (String, [String; 4]) {
    let date = semantics::date::format_date(at.seconds());
    let date = String::from_utf8_lossy(&date).into_owned();
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default().to_owned();
    let parts = [part(5..7), part(8..11), part(12..16), part(17..25)];
    (date, parts)
}

fn time_of_day(at: Timestamp) -> String {
    let (_, [.., time]) = parts(at);
    time
}

pub(super) fn calendar(at: Timestamp) -> String {
    let (_, [day, month, year, time]) = parts(at);
    format!("{day}/{month}/{year}:{time} +0000")
}

pub(super) fn rfc3339(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, [day, month, year, time]) = parts(at);
    let number = MONTHS.iter().position(|&name| name == month).map_or(0, |index| index + 1);
    let milliseconds = at.0.rem_euclid(1_000_000_000) / 1_000_000;
    format!("{year}-{number:02}-{day}T{time}.{milliseconds:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::due::End;
    use semantics::{Fields, Method};

    #[track_caller]
    fn check_of(format: &AccessLog, section: &[u8], target: &[u8], change: fn(&mut Record<'_>), expected: &str) {
        let mut fields = Fields::new();
        fields.set_section(section);
        let lines = fields;
        for (name, value) in lines.lines() {
            FieldName::from_bytes(name).into_iter().for_each(|name| fields.note(name, value));
        }
        let head = RequestHead { method: Method::Get, target, authority: b"a", version: Version::Http11, fields };
        let mut record = Record {
            head: &head,
            status: Status::OK,
            fields: &[],
            bytes: Some(12),
            at: Timestamp(784_111_777_123_000_000),
            began: Instant(1_000_000),
            way: "memory",
            is_secured: false,
        };
        change(&mut record);
        let mut out = Vec::new();
        let peer = Some(SocketAddr::from(([192, 0, 2, 1], 7)));
        draft(format, &record, peer, false).write(&mut out, Instant(3_500_000), End::Done);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[track_caller]
    fn check(format: AccessLog, target: &[u8], agent: &[u8], expected: &str) {
        let section = [b"User-Agent: ", agent, b"\r\n"].concat();
        check_of(&format, &section, target, |_| {}, expected);
    }

    #[test]
    fn who_gave_a_password_is_named_as_one_word() {
        let name = |status: fn(&mut Record<'_>), section: &[u8], expected: &str| {
            let rest = "[06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\"";
            let status_is = if expected == "401" { "401" } else { "200" };
            let named = if expected == "401" { "-" } else { expected };
            let line = format!("192.0.2.1 - {named} {rest} {status_is} 12 \"-\" \"-\"\n");
            check_of(&AccessLog::Combined, section, b"/", status, &line);
        };
        name(|_| {}, b"Authorization: Basic YW5uOm9wZW4gc2VzYW1l\r\n", "ann");
        name(|_| {}, b"Authorization: Basic YSAtICJiCjpjCg==\r\n", "a\\x20-\\x20\\\"b\\x0A");
        name(|_| {}, b"Authorization: Basic OmE=\r\n", "-");
        name(|_| {}, b"Authorization: Bearer YW5uOm9wZW4=\r\n", "-");
        let refused: fn(&mut Record<'_>) = |record| record.status = Status::UNAUTHORIZED;
        name(refused, b"Authorization: Basic YW5uOm9wZW4gc2VzYW1l\r\n", "401");
    }

    #[test]
    fn a_content_of_unknown_length_is_counted_as_it_goes() {
        let unknown: fn(&mut Record<'_>) = |record| record.bytes = None;
        check_of(&AccessLog::Short, b"", b"/a", unknown, "08:49:37 200 GET /a 0\n");
        let combined = "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" 200 0 \"-\" \"-\"\n";
        check_of(&AccessLog::Combined, b"", b"/a", unknown, combined);
    }

    #[test]
    fn an_exchange_is_one_line() {
        check(AccessLog::Short, b"/a?b", b"x", "08:49:37 200 GET /a?b 12\n");
        check(
            AccessLog::Combined,
            b"/a?b",
            b"curl/8",
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n",
        );
        check(
            AccessLog::Json,
            b"/a",
            b"x",
            "{\"bytes\":12,\"client\":\"192.0.2.1\",\"end\":\"done\",\"host\":\"a\",\"method\":\"GET\",\"referer\":null,\"status\":200,\"target\":\"/a\",\"time\":\"1994-11-06T08:49:37.123Z\",\"took_ms\":2.5,\"user\":null,\"user_agent\":\"x\",\"version\":\"HTTP/1.1\",\"way\":\"memory\"}\n",
        );
    }

    #[test]
    fn nothing_from_outside_breaks_a_line_or_its_quotes() {
        check(
            AccessLog::Combined,
            b"/\"\\",
            b"a\x1b[31m\xFF\"",
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /\\\"\\\\ HTTP/1.1\" 200 12 \"-\" \"a\\x1B[31m\\xFF\\\"\"\n",
        );
    }
}
