//! What is asked for: the query of `find` and `suggest`.

use std::fmt;

use crate::escape;

/// What somebody wants to find, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `q`, as it was typed.
    pub words: String,
    /// `offset`: hits left out at the beginning.
    pub offset: usize,
    /// `limit`: hits given at most; of suggestions, of each sort.
    pub limit: usize,
    /// `here`: the folder that the reader is in, as `in:` takes it; offered as a place to look in.
    pub here: String,
}

/// A parameter that makes no sense. People get what there is without it; programs are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    parameter: &'static str,
    found: String,
    expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is \"{}\", expected {}", self.parameter, self.found, self.expected)
    }
}

/// Hits given at once, unless more or fewer are asked for.
const LIMIT: usize = 20;
/// Hits given at once, at most.
pub const LIMIT_MAX: usize = 100;
/// The last hit that a page can begin behind. Whoever has not found it until there looks for something else.
pub const OFFSET_MAX: usize = 10_000;
/// Longer than anybody types; what is behind it is not looked for.
const WORDS_CHARS_MAX: usize = 1000;
/// More pairs than are known here; the rest is not looked at.
const PAIRS_MAX: usize = 32;

impl Asked {
    /// Reads a raw query, and says what in it makes no sense. `decode`: reads text that may be in an old encoding.
    pub fn parse(raw: &[u8], decode: impl Fn(&[u8]) -> String) -> (Asked, Option<Fault>) {
        let mut asked = Asked { words: String::new(), offset: 0, limit: LIMIT, here: String::new() };
        let mut first_fault = None;
        for pair in raw.split(|&byte| byte == b'&').take(PAIRS_MAX) {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let key = halves.next().unwrap_or_default();
            let bytes = escape::unescape_query(halves.next().unwrap_or_default());
            let fault = match key {
                b"q" => {
                    asked.words = decode(&bytes).chars().take(WORDS_CHARS_MAX).collect();
                    None
                }
                b"here" => {
                    asked.here = decode(&bytes);
                    None
                }
                b"limit" => number("limit", &bytes, LIMIT_MAX, &mut asked.limit),
                b"offset" => number("offset", &bytes, OFFSET_MAX, &mut asked.offset),
                _ => None,
            };
            first_fault = first_fault.or(fault);
        }
        (asked, first_fault)
    }

    /// Whether anything is to be found.
    pub fn is_empty(&self) -> bool {
        self.words.trim().is_empty()
    }
}

/// Takes a number up to `max` in; a larger one is `max`, and a fault.
fn number(parameter: &'static str, bytes: &[u8], max: usize, into: &mut usize) -> Option<Fault> {
    let fault = || {
        let found = String::from_utf8_lossy(bytes).chars().take(40).collect();
        Some(Fault { parameter, found, expected: format!("a number from 0 to {max}") })
    };
    // Digits alone: a sign or a space is no part of a number here.
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
        return fault();
    }
    let value = str::from_utf8(bytes).ok().and_then(|text| text.parse::<usize>().ok()).unwrap_or(usize::MAX);
    *into = value.min(max);
    if value > max { fault() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> (Asked, Option<Fault>) {
        Asked::parse(raw.as_bytes(), |bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    #[track_caller]
    fn check(raw: &str, words: &str, offset: usize, limit: usize, fault: Option<&str>) {
        let (asked, found) = parse(raw);
        assert_eq!((asked.words.as_str(), asked.offset, asked.limit), (words, offset, limit), "{raw}");
        assert_eq!(found.map(|fault| fault.to_string()).as_deref(), fault, "{raw}");
    }

    #[test]
    fn a_query_is_read() {
        check("", "", 0, 20, None);
        check("q=stone+age&offset=40&limit=5", "stone age", 40, 5, None);
        check("limit=0&q=%E8%B5%84%E6%96%99", "资料", 0, 0, None);
        check("q=a%26b%3Dc&format=json&x", "a&b=c", 0, 20, None);
        check("q=one&q=two", "two", 0, 20, None);
        check("q=%22a+b%22+-c", "\"a b\" -c", 0, 20, None);
    }

    #[test]
    fn what_makes_no_sense_is_told_and_left_out() {
        check("limit=ten", "", 0, 20, Some("limit is \"ten\", expected a number from 0 to 100"));
        check("limit=101", "", 0, 100, Some("limit is \"101\", expected a number from 0 to 100"));
        check("offset=-1", "", 0, 20, Some("offset is \"-1\", expected a number from 0 to 10000"));
        check("offset=+1", "", 0, 20, Some("offset is \" 1\", expected a number from 0 to 10000"));
        check("offset=&limit=", "", 0, 20, Some("offset is \"\", expected a number from 0 to 10000"));
        let digits = "9".repeat(60);
        let cut = format!("offset is \"{}\", expected a number from 0 to 10000", &digits[..40]);
        check(&format!("offset={digits}"), "", 10_000, 20, Some(&cut));
    }

    #[test]
    fn nobody_types_that_much() {
        let (asked, fault) = parse(&format!("q={}", "字".repeat(1001)));
        assert_eq!((asked.words.chars().count(), fault), (1000, None));
        assert!(parse("q=+%E3%80%80").0.is_empty());
    }
}
