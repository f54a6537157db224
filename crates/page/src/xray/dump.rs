//! Bytes for people: what stands for those that cannot be seen.

use std::ops::Range;

use super::{Dump, Key, Span};
use crate::escape::is_deceptive;

/// A part of the bytes: with a meaning, or between two that have one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) range: Range<usize>,
    pub(super) span: Option<&'a Span>,
}

impl Dump {
    /// All bytes in their order, cut where meanings begin and end.
    pub(super) fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::with_capacity(self.spans.len() * 2 + 1);
        let mut at = 0;
        for span in &self.spans {
            let range = span.range.start.max(at)..span.range.end.min(self.bytes.len());
            if range.is_empty() {
                continue;
            }
            if range.start > at {
                pieces.push(Piece { range: at..range.start, span: None });
            }
            at = range.end;
            pieces.push(Piece { range, span: Some(span) });
        }
        if at < self.bytes.len() {
            pieces.push(Piece { range: at..self.bytes.len(), span: None });
        }
        pieces
    }

    /// `47 45 54`, of at most `max` bytes.
    pub(super) fn hex(&self, range: Range<usize>, max: usize) -> String {
        let bytes = &self.bytes[range];
        let mut out = String::with_capacity(max * 3);
        for (index, byte) in bytes.iter().take(max).enumerate() {
            if index > 0 {
                out.push(' ');
            }
            out.push_str(&format!("{byte:02x}"));
        }
        if bytes.len() > max {
            out.push_str(" …");
        }
        out
    }
}

/// Bytes as text: what cannot be seen is written as programs write it, what is no UTF-8 a mark of it.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\x{:02x}", u32::from(character))),
            character if is_deceptive(character) => out.push(char::REPLACEMENT_CHARACTER),
            character => out.push(character),
        }
    }
    out
}

impl Span {
    /// A part of `whole` that stands at `part`; `None`: it is no part of it, or empty.
    pub fn of(whole: &[u8], part: &[u8], key: Key, name: impl Into<String>) -> Option<Span> {
        let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        let end = start.checked_add(part.len()).filter(|&end| end <= whole.len() && start < end)?;
        Some(Span { range: start..end, key, name: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_without_a_meaning_stand_between_those_with_one() {
        let span = |start, end| Span { range: start..end, key: Key::Method, name: String::new() };
        let dump =
            Dump { bytes: b"GET / HTTP/1.1".to_vec(), left_out: 0, spans: vec![span(0, 3), span(4, 5), span(9, 99)] };
        let ranges: Vec<(Range<usize>, bool)> =
            dump.pieces().into_iter().map(|piece| (piece.range, piece.span.is_some())).collect();
        assert_eq!(ranges, [(0..3, true), (3..4, false), (4..5, true), (5..9, false), (9..14, true)]);
        assert_eq!(dump.hex(0..3, 8), "47 45 54");
        assert_eq!(dump.hex(0..3, 2), "47 45 …");
    }

    #[test]
    fn a_span_is_found_by_where_it_stands() {
        let whole = b"GET /a";
        assert_eq!(Span::of(whole, &whole[4..], Key::Target, "").map(|span| span.range), Some(4..6));
        assert_eq!(Span::of(whole, b"", Key::Target, ""), None);
        assert_eq!(Span::of(&whole[..3], &whole[4..], Key::Target, ""), None);
    }

    #[test]
    fn what_cannot_be_seen_is_a_sign() {
        assert_eq!(shown(b"a\r\n\x7f\xff\xe2\x80\xae"), "a\\r\\n\\x7f\u{fffd}\u{fffd}");
    }
}
