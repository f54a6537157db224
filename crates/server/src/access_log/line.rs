//! The forms of a line: for people, for the tools of Apache and nginx, for programs.

use super::AccessLog;
use super::format::Told;
use semantics::{FieldName, RequestHead, Status, Timestamp, Version};
use std::io::Write;
use std::net::IpAddr;
use wire::Fault;

/// One exchange, as the log has it.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(super) head: &'a RequestHead<'a>,
    pub(super) status: Status,
    pub(super) bytes: u64,
    pub(super) at: Timestamp,
}

impl<'a> Record<'a> {
    /// `bytes`: of the content that goes out.
    pub(crate) fn new(head: &'a RequestHead<'a>, status: Status, bytes: u64, at: Timestamp) -> Record<'a> {
        Record { head, status, bytes, at }
    }
}

/// Appends the line of an exchange.
pub(super) fn exchange(
    format: &AccessLog,
    record: &Record<'_>,
    peer: Option<IpAddr>,
    is_coloured: bool,
    out: &mut Vec<u8>,
) {
    // Writing to a Vec does not fail.
    let _ = match format {
        AccessLog::Off => Ok(()),
        AccessLog::Short => short(out, record, is_coloured),
        AccessLog::Combined => combined(out, record, peer),
        AccessLog::Json => json(out, record, peer),
        AccessLog::Own(format) => format.write(out, Told::Exchange(record), peer),
    };
}

/// Appends the line of a request that was refused; false when there is nothing to say.
pub(super) fn fault(format: &AccessLog, fault: &Fault, peer: Option<IpAddr>, at: Timestamp, out: &mut Vec<u8>) -> bool {
    // Where a frame said it, the status is the one that a response would have had.
    let Some(status) = fault.reason().status().map(Status::code) else { return false };
    if let AccessLog::Own(format) = format {
        return format.write(out, Told::Fault(fault, status, at), peer).is_ok();
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

fn short(out: &mut Vec<u8>, record: &Record<'_>, coloured: bool) -> std::io::Result<()> {
    let (begin, end) = match record.status.code() {
        _ if !coloured => ("", ""),
        200..300 => ("\x1b[32m", "\x1b[0m"),
        300..400 => ("\x1b[36m", "\x1b[0m"),
        400..500 => ("\x1b[33m", "\x1b[0m"),
        _ => ("\x1b[31m", "\x1b[0m"),
    };
    let (method, target) = (Visible(record.head.method.as_bytes()), Visible(record.head.target));
    writeln!(out, "{} {begin}{}{end} {method} {target} {}", time_of_day(record.at), record.status.code(), record.bytes)
}

fn combined(out: &mut Vec<u8>, record: &Record<'_>, peer: Option<IpAddr>) -> std::io::Result<()> {
    let field = |name| Visible(record.head.field(name).unwrap_or(b"-"));
    writeln!(
        out,
        "{} - - [{}] \"{} {} {}\" {} {} \"{}\" \"{}\"",
        Peer(peer),
        calendar(record.at),
        Visible(record.head.method.as_bytes()),
        Visible(record.head.target),
        version(record.head.version),
        record.status.code(),
        record.bytes,
        field(FieldName::Referer),
        field(FieldName::UserAgent),
    )
}

fn json(out: &mut Vec<u8>, record: &Record<'_>, peer: Option<IpAddr>) -> std::io::Result<()> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let field = |name| record.head.field(name).map(text);
    let line = serde_json::json!({
        "time": rfc3339(record.at),
        "client": Peer(peer).to_string(),
        "method": text(record.head.method.as_bytes()),
        "host": text(record.head.authority),
        "target": text(record.head.target),
        "version": version(record.head.version),
        "status": record.status.code(),
        "bytes": record.bytes,
        "referer": field(FieldName::Referer),
        "user_agent": field(FieldName::UserAgent),
    });
    writeln!(out, "{line}")
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
pub(super) struct Peer(pub(super) Option<IpAddr>);

impl std::fmt::Display for Peer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(address) => write!(formatter, "{address}"),
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
    use semantics::{Fields, Method};

    #[track_caller]
    fn check(format: AccessLog, target: &[u8], agent: &[u8], expected: &str) {
        let mut fields = Fields::new();
        fields.set_section(agent);
        fields.note(FieldName::UserAgent, agent);
        let head = RequestHead { method: Method::Get, target, authority: b"a", version: Version::Http11, fields };
        let record = Record::new(&head, Status::OK, 12, Timestamp(784_111_777_123_000_000));
        let mut out = Vec::new();
        let peer = Some(IpAddr::from([192, 0, 2, 1]));
        exchange(&format, &record, peer, false, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn an_exchange_is_one_line() {
        check(AccessLog::Short, b"/a?b", b"", "08:49:37 200 GET /a?b 12\n");
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
            "{\"bytes\":12,\"client\":\"192.0.2.1\",\"host\":\"a\",\"method\":\"GET\",\"referer\":null,\"status\":200,\"target\":\"/a\",\"time\":\"1994-11-06T08:49:37.123Z\",\"user_agent\":\"x\",\"version\":\"HTTP/1.1\"}\n",
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
