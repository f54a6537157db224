//! JSON: its strings and numbers as words, with escapes resolved: `"\u8d44"` is found as 资.

use super::words::Draft;

/// The words of JSON, also of several values one after another. What is no JSON is read as far as it looks like it.
pub(crate) fn read(text: &str) -> Draft {
    let mut draft = Draft::new();
    let mut string = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']', ',']) {
        draft.body.push(&rest[..at]);
        let is_string = rest.as_bytes()[at] == b'"';
        rest = &rest[at + 1..];
        if is_string {
            string.clear();
            rest = take_string(rest, &mut string);
            draft.body.push_lines(&string);
        } else {
            draft.body.line();
        }
        if draft.body.is_full() {
            return draft;
        }
    }
    draft.body.push(rest);
    draft
}

/// Puts what stands before the closing quote into `out`, and returns what stands behind it.
fn take_string<'a>(text: &'a str, out: &mut String) -> &'a str {
    let mut rest = text;
    loop {
        let Some(at) = rest.find(['"', '\\']) else {
            out.push_str(rest);
            return "";
        };
        out.push_str(&rest[..at]);
        let is_end = rest.as_bytes()[at] == b'"';
        rest = &rest[at + 1..];
        if is_end {
            return rest;
        }
        let mut characters = rest.chars();
        let Some(escaped) = characters.next() else { return "" };
        rest = characters.as_str();
        match escaped {
            'n' => out.push('\n'),
            't' | 'r' | 'b' | 'f' => out.push(' '),
            'u' => rest = take_unit(rest, out),
            other => out.push(other),
        }
    }
}

/// The digits behind `\u`, and those of the second half of a pair.
fn take_unit<'a>(text: &'a str, out: &mut String) -> &'a str {
    let Some((first, rest)) = unit(text) else { return text };
    let (pair, behind) = match rest.strip_prefix("\\u").and_then(unit) {
        Some((second, behind)) if (0xd800..0xdc00).contains(&first) => ([first, second], behind),
        _ => ([first, 0], rest),
    };
    let units = if pair[1] == 0 { &pair[..1] } else { &pair[..] };
    out.extend(char::decode_utf16(units.iter().copied()).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    behind
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, &text[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).finish().body, expected, "{text}");
    }

    #[test]
    fn strings_are_words_and_escapes_characters() {
        check(r#"{"title": "\u8d44\u6599", "n": [1, 2.5, true]}"#, "title: 资料\nn:\n1\n2.5\ntrue");
        check(r#""a\"b\\c\/d\ne""#, "a\"b\\c/d\ne");
        check(r#""\ud83d\ude00 \ud83d x \ude00""#, "😀 \u{fffd} x \u{fffd}");
        check("{\"a\":1}\n{\"a\":2}\n", "a:1\na:2");
    }

    #[test]
    fn what_is_no_json_is_read_all_the_same() {
        check("plain words", "plain words");
        check(r#"{"never ends"#, "never ends");
        check(r#""\"#, "");
        check(r#""\u12"#, "12");
        check(r#""\u12资x""#, "12资x");
        check(r#""\ud800\u0041""#, "\u{fffd}A");
        check(&"[".repeat(1_000_000), "");
    }

    #[test]
    fn a_notebook_is_read_line_by_line() {
        check(r##"{"cells": [{"source": ["# 标题\n", "一段"]}]}"##, "cells:\nsource:\n# 标题\n一段");
    }
}
