//! What is wrong with a command line, as a sentence.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What cannot be taken, and what was expected.
pub(crate) fn sentence(error: &Error) -> String {
    let argument = context(error, ContextKind::InvalidArg);
    let flag = name(&argument);
    let value = context(error, ContextKind::InvalidValue);
    match error.kind() {
        // The value parsers' own words.
        ErrorKind::ValueValidation => {
            let expected = std::error::Error::source(error).map(|source| source.to_string()).unwrap_or_default();
            format!("cannot take {flag} {value:?}: {expected}")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("cannot take {flag}: its value is missing"),
        ErrorKind::InvalidValue => {
            format!("cannot take {flag} {value:?}: expected {}", list(&strings(error, ContextKind::ValidValue)))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let hint = match context(error, ContextKind::SuggestedArg) {
                suggestion if suggestion.is_empty() => "quarry --help lists them".into(),
                suggestion => format!("did you mean {suggestion}?"),
            };
            format!("cannot take {argument:?}: there is no such flag; {hint}")
        }
        ErrorKind::UnknownArgument => format!("cannot take {argument:?}: nothing more was expected"),
        ErrorKind::InvalidSubcommand => {
            let found = context(error, ContextKind::InvalidSubcommand);
            format!("cannot take {found:?}: expected {}", list(&kinds()))
        }
        ErrorKind::MissingSubcommand => format!("cannot generate: expected {}", list(&kinds())),
        ErrorKind::ArgumentConflict => conflict(error, flag),
        ErrorKind::MissingRequiredArgument => format!("cannot start: {flag} is missing"),
        ErrorKind::TooManyValues => format!("cannot take {flag} {value:?}: it has no value"),
        ErrorKind::NoEquals => format!("cannot take {flag}: write its value after an equals sign"),
        ErrorKind::InvalidUtf8 => "cannot take an argument that is not UTF-8, except as a folder".into(),
        // Clap's own first line, which is a sentence too.
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            format!("cannot start: {}", line.strip_prefix("error: ").unwrap_or(line))
        }
    }
}

/// Clap has one kind for a flag that is given twice and for a word where no command can be.
fn conflict(error: &Error, flag: &str) -> String {
    let prior = context(error, ContextKind::PriorArg);
    let command = context(error, ContextKind::InvalidSubcommand);
    if command.is_empty() {
        return match name(&prior) == flag {
            true => format!("cannot take {flag} twice"),
            false => format!("cannot take {flag} and {prior} together"),
        };
    }
    match super::definition().find_subcommand(&command) {
        Some(_) => {
            format!("cannot take {command:?} here: a command comes first; for a folder of that name write ./{command}")
        }
        None => format!("cannot take {command:?}: nothing more was expected"),
    }
}

/// `--spa` of `--spa[=<FILE>]`, `DIR` of `<DIR>`.
fn name(argument: &str) -> &str {
    let argument = argument.trim_start_matches(['<', '[']);
    argument.split([' ', '=', '[', ']', '>']).next().unwrap_or_default()
}

/// What can be generated; the only command with commands below it.
fn kinds() -> Vec<String> {
    let definition = super::definition();
    let generate = definition.find_subcommand("generate");
    generate.into_iter().flat_map(clap::Command::get_subcommands).map(|kind| kind.get_name().to_owned()).collect()
}

/// What clap noted under this kind; several things are joined by commas.
fn context(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    }
}

fn strings(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// `a, b or c`.
fn list(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
