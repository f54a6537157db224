//! From the arguments of a shell to what would have been typed into the box.
//!
//! A shell takes quotation marks away: `"annual meeting"` arrives as one argument with a space in it. So that is a phrase; and
//! `in:"old names/"`, which arrives as `in:old names/`, has a value with a space.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use lookup::query::{Clause, Place, Query, What};

/// All arguments as one query.
pub(super) fn join(arguments: &[OsString]) -> String {
    let clauses = arguments.iter().map(|argument| clause(&read(argument)));
    clauses.collect::<Vec<_>>().join(" ")
}

/// Text in quotation marks, which it loses if it has some itself.
pub(super) fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace(is_quote, " "))
}

/// An argument as it is read: a terminal may be set to an old encoding.
fn read(argument: &OsStr) -> String {
    match argument.to_str() {
        Some(text) => text.to_owned(),
        None => charset::name(argument.as_bytes(), &[]).0.into_owned(),
    }
}

/// An argument as it would have been typed.
fn clause(argument: &str) -> String {
    // With quotation marks in it, it is a query of its own.
    if !argument.contains(char::is_whitespace) || argument.contains(is_quote) {
        return argument.to_owned();
    }
    let trimmed = argument.trim();
    if trimmed.is_empty() {
        return String::new();
    }
    let sign = if trimmed.starts_with('-') { "-" } else { "" };
    let positive = &trimmed[sign.len()..];
    if let Some((key, value)) = positive.split_once(':')
        && KEYS_OF_TEXTS.iter().any(|known| key.eq_ignore_ascii_case(known))
        && is_plain(value)
    {
        return format!("{sign}{key}:{}", phrase(value.trim()));
    }
    match is_plain(positive) {
        true => format!("{sign}{}", phrase(positive)),
        false => argument.to_owned(),
    }
}

/// Whether a text is nothing but words to be there.
fn is_plain(text: &str) -> bool {
    let is_word = |clause: &Clause| {
        !clause.is_excluded && matches!(clause.what, What::Words { place: Place::Anywhere, is_quoted: false, .. })
    };
    Query::parse(text).clauses.iter().all(is_word)
}

/// Those of all languages that the query knows.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '＂' | '«' | '»' | '「' | '」' | '『' | '』')
}

/// Operators whose value may have spaces in it.
const KEYS_OF_TEXTS: [&str; 3] = ["in", "name", "title"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], expected: &str) {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert_eq!(join(&arguments), expected);
    }

    #[test]
    fn words_are_words() {
        check(&["granite", "wall"], "granite wall");
        check(&["granite", "-draft", "type:pdf", "in:notes/"], "granite -draft type:pdf in:notes/");
        check(&["资料"], "资料");
    }

    #[test]
    fn an_argument_with_spaces_is_a_phrase() {
        check(&["annual meeting", "2024"], "\"annual meeting\" 2024");
        check(&["-first draft"], "-\"first draft\"");
        check(&["in:old names/"], "in:\"old names/\"");
        check(&["-name:first draft"], "-name:\"first draft\"");
        // As a space behind a word in the box: it does not go on.
        check(&["rep "], "\"rep\"");
        check(&["a\nb\tc"], "\"a\nb\tc\"");
        check(&[" ", "a"], " a");
    }

    #[test]
    fn one_that_is_a_query_itself_stays_one() {
        check(&["\"annual meeting\" -draft"], "\"annual meeting\" -draft");
        check(&["annual meeting type:pdf"], "annual meeting type:pdf");
        check(&["type:pdf annual"], "type:pdf annual");
        check(&["annual -draft"], "annual -draft");
        check(&["in:notes type:pdf"], "in:notes type:pdf");
        check(&["年度「会议」"], "年度「会议」");
    }

    #[test]
    fn an_old_encoding_is_read() {
        // "采石场的照片" in GBK.
        let argument = OsStr::from_bytes(b"\xb2\xc9\xca\xaf\xb3\xa1\xb5\xc4\xd5\xd5\xc6\xac").to_owned();
        assert_eq!(join(&[argument]), "采石场的照片");
    }
}
