//! The request as it came, each byte tied to what it became.

use super::{View, span};
use page::xray::cause::Why;
use page::xray::{Cause, Dump, Fact, Key, Span, Station};

impl View<'_> {
    pub(super) fn bytes(&self, station: &mut Station) {
        let plate = self.plate;
        station.took = span(plate.times.told, plate.times.understood);
        let received = Fact::new(Key::Received, plate.received.to_string());
        station.facts.push(match (&plate.fault, plate.frames.is_empty()) {
            (Some(fault), _) => received.because(Cause::new(Why::Broken, [fault.as_str()])),
            (None, true) => received.because(Why::WholeHead),
            (None, false) => received.because(Why::Decoded),
        });
        let spans = match plate.frames.as_slice() {
            [] => spans(&plate.bytes, Line::Request),
            frames => frames
                .iter()
                .map(|frame| Span { range: frame.start..frame.end, key: Key::Frame, name: frame.name.clone() })
                .collect(),
        };
        let left_out = (plate.received - plate.bytes.len().min(plate.received)) as u64;
        station.dump = Some(Dump { bytes: plate.bytes.clone(), left_out, spans });
    }
}

/// What a message begins with (RFC 9112 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Request,
    Status,
}

/// What each part of a message of HTTP/1.1 is (RFC 9112 §2.1): as far as it keeps to the form.
pub(super) fn spans(bytes: &[u8], begin: Line) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut push = |part: &[u8], key, name: &str| spans.extend(Span::of(bytes, part, key, name));
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let Some(first) = lines.next() else { return spans };
    let (line, end) = ending(first);
    let mut parts = line.splitn(3, |&byte| byte == b' ');
    let keys = match begin {
        Line::Request => [Key::Method, Key::Target, Key::Version],
        Line::Status => [Key::Version, Key::Status, Key::ReasonPhrase],
    };
    for key in keys {
        push(parts.next().unwrap_or_default(), key, "");
    }
    push(end, Key::LineEnd, "");
    for line in lines {
        let (line, end) = ending(line);
        if line.is_empty() {
            push(end, Key::HeadEnd, "");
            break;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { break };
        let name = String::from_utf8_lossy(&line[..colon]).into_owned();
        push(&line[..colon], Key::FieldName, "");
        push(line[colon + 1..].trim_ascii(), Key::FieldValue, &name);
        push(end, Key::LineEnd, "");
    }
    spans
}

/// A line, and what ends it.
fn ending(line: &[u8]) -> (&[u8], &[u8]) {
    let length = match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    };
    line.split_at(line.len() - length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_request_has_its_bytes() {
        let bytes = b"GET /a?b HTTP/1.1\r\nHost: a \r\nAccept:*/*\r\n\r\nGET";
        let found: Vec<(&str, &str)> = spans(bytes, Line::Request)
            .into_iter()
            .map(|span| (span.key.token(), std::str::from_utf8(&bytes[span.range]).unwrap()))
            .collect();
        let expected = [
            ("method", "GET"),
            ("target", "/a?b"),
            ("version", "HTTP/1.1"),
            ("line-end", "\r\n"),
            ("field-name", "Host"),
            ("field-value", "a"),
            ("line-end", "\r\n"),
            ("field-name", "Accept"),
            ("field-value", "*/*"),
            ("line-end", "\r\n"),
            ("head-end", "\r\n"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_have_parts() {
        for bytes in [&b""[..], b"\r\n", b"\x16\x03\x01", b"GET", b"GET /\n: \n", b"a b c d e\r\nx"] {
            assert!(spans(bytes, Line::Request).iter().all(|span| span.range.end <= bytes.len()));
        }
    }
}
