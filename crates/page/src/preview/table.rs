//! Values separated by commas, semicolons or tabs (RFC 4180, and what programs make of it), as a table.

use crate::escape::push_text;
use crate::limit;

/// Appends the table; true when there was more than it shows.
pub(super) fn push(out: &mut String, text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Records { rest: text, separator: separator(text) };
    out.push_str("<div class=scroll tabindex=0><table class=cells>");
    let mut was_cut = false;
    for (index, record) in records.by_ref().take(limit::TABLE_RECORDS_MAX).enumerate() {
        out.push_str("<tr>");
        was_cut |= record.len() > limit::TABLE_COLUMNS_MAX;
        for value in record.iter().take(limit::TABLE_COLUMNS_MAX) {
            // The first record names the columns, nearly always.
            out.push_str(if index == 0 { "<th scope=col>" } else { "<td>" });
            push_text(out, value);
        }
    }
    out.push_str("</table></div>");
    was_cut || !records.rest.is_empty()
}

/// The sign that is most frequent in the first line, outside quotes.
fn separator(text: &str) -> char {
    let mut counts = [(',', 0_usize), ('\t', 0), (';', 0)];
    let mut is_quoted = false;
    for character in text.chars().take_while(|&character| character != '\n') {
        is_quoted ^= character == '"';
        for (sign, count) in &mut counts {
            *count += usize::from(!is_quoted && *sign == character);
        }
    }
    // The first of those that are alike wins: a comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(sign, _)| *sign)
}

struct Records<'a> {
    rest: &'a str,
    separator: char,
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut record, mut value, mut is_quoted) = (Vec::new(), String::new(), false);
        let mut characters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((index, character)) = characters.next() {
            match character {
                '"' if is_quoted && characters.peek().is_some_and(|&(_, next)| next == '"') => {
                    characters.next();
                    value.push('"');
                }
                '"' if is_quoted => is_quoted = false,
                '"' if value.is_empty() => is_quoted = true,
                '\r' | '\n' if !is_quoted => {
                    let is_pair = character == '\r' && characters.peek().is_some_and(|&(_, next)| next == '\n');
                    end = index + if is_pair { 2 } else { 1 };
                    break;
                }
                character if character == self.separator && !is_quoted => record.push(std::mem::take(&mut value)),
                character => value.push(character),
            }
        }
        record.push(value);
        self.rest = &self.rest[end..];
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let records: Vec<Vec<String>> = Records { rest: text, separator: separator(text) }.collect();
        assert_eq!(records, expected, "{text}");
    }

    #[test]
    fn records_are_read_as_programs_write_them() {
        check("", &[]);
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]);
        check("a;b\n1,5;2", &[&["a", "b"], &["1,5", "2"]]);
        check("a\tb\n", &[&["a", "b"]]);
        check("\"a,1\",\"b \"\"x\"\"\"\n", &[&["a,1", "b \"x\""]]);
        check("\"two\nlines\",b", &[&["two\nlines", "b"]]);
        check("a,,\n,\n", &[&["a", "", ""], &["", ""]]);
        check("a\"b,c", &[&["a\"b", "c"]]);
        check("\"never closed,\n", &[&["never closed,\n"]]);
    }

    #[test]
    fn a_long_table_is_cut() {
        let mut out = String::new();
        assert!(push(&mut out, &"a,b\n".repeat(limit::TABLE_RECORDS_MAX + 1)));
        assert_eq!(out.matches("<tr>").count(), limit::TABLE_RECORDS_MAX);
        assert!(!push(&mut String::new(), "<a>,b\n"));
    }
}
