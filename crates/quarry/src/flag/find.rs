//! Flags: looking up at a terminal.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Symlinks;

/// The flags of `find`.
#[derive(Args, Debug)]
pub(crate) struct Find {
    /// What to look for
    #[arg(value_name = "WORDS", required = true)]
    pub(crate) words: Vec<OsString>,
    /// The folder to look in (default: this one)
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(crate) dir: PathBuf,
    /// Show so many hits, the best first (default: 20; with -l and -0 10000)
    #[arg(long, value_name = "N", value_parser = parse_limit)]
    pub(crate) limit: Option<usize>,
    /// Print paths alone, one a line
    #[arg(short = 'l', long, conflicts_with = "json")]
    pub(crate) names: bool,
    /// Print paths alone, byte for byte, with a zero byte behind each
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// Print one JSON object, as /-/find?format=json has it
    #[arg(long)]
    pub(crate) json: bool,
    /// Use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto", alias = "colour")]
    pub(crate) color: When,
    /// Look into hidden files too (names that begin with a dot)
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Which symbolic links to follow
    #[arg(long, value_name = "WHICH", value_enum, default_value_t, hide_short_help = true)]
    pub(crate) symlinks: Symlinks,
    /// Keep the index here (default: the cache folder of the user)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) index: Option<PathBuf>,
}

impl Find {
    /// Whether nothing but paths is asked for.
    pub(crate) fn is_for_paths(&self) -> bool {
        self.names || self.null
    }

    /// How many hits are given at most.
    pub(crate) fn hits_max(&self) -> usize {
        self.limit.unwrap_or(if self.is_for_paths() { LIMIT_MAX } else { LIMIT })
    }
}

/// When something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb says otherwise; elsewhere with CLICOLOR_FORCE
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn parse_limit(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=LIMIT_MAX).contains(number));
    number.ok_or_else(|| format!("expected a number from 1 to {LIMIT_MAX}"))
}

/// As many as a page of a site has.
const LIMIT: usize = 20;
/// Nobody reads more, and programs that want all of a folder have other tools.
const LIMIT_MAX: usize = 10_000;

/// Puts flags before words: `-draft` is a word to be without, although it begins as flags do. What begins with two dashes is
/// meant as a flag in any case. The first two arguments are the program and the command.
pub(crate) fn arrange(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut definition = super::definition();
    definition.build();
    let Some(find) = definition.find_subcommand("find") else { return arguments };
    let (mut flags, mut words): (Vec<OsString>, Vec<OsString>) = (Vec::new(), Vec::new());
    let mut rest = arguments.into_iter();
    flags.extend(rest.by_ref().take(2));
    while let Some(argument) = rest.next() {
        if argument == "--" {
            words.extend(rest);
            break;
        }
        if !is_flag(find, &argument) {
            words.push(argument);
            continue;
        }
        let takes_next = takes_next(find, &argument);
        flags.push(argument);
        flags.extend(rest.by_ref().take(usize::from(takes_next)));
    }
    if !words.is_empty() {
        flags.push("--".into());
        flags.append(&mut words);
    }
    flags
}

/// Whether an argument is a flag, or is meant as one.
fn is_flag(command: &clap::Command, argument: &OsStr) -> bool {
    let is_short = |letter| command.get_arguments().any(|known| known.get_short() == Some(letter));
    match argument.as_encoded_bytes() {
        [b'-', b'-', ..] => true,
        [b'-', letters @ ..] => !letters.is_empty() && letters.iter().all(|&letter| is_short(char::from(letter))),
        _ => false,
    }
}

/// Whether the argument behind a flag is its value.
fn takes_next(command: &clap::Command, argument: &OsStr) -> bool {
    let Some(name) = argument.to_str().and_then(|argument| argument.strip_prefix("--")) else { return false };
    let is_named = |known: &clap::Arg| {
        known.get_long() == Some(name) || known.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    };
    command.get_arguments().any(|known| is_named(known) && known.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &str, expected: &str) {
        let split = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(arrange(split(arguments)), split(expected));
    }

    #[test]
    fn what_begins_with_a_dash_and_is_no_flag_is_a_word() {
        check("quarry find a -draft b", "quarry find -- a -draft b");
        check("quarry find -draft", "quarry find -- -draft");
        check("quarry find -\"a -资料 - -2024", "quarry find -- -\"a -资料 - -2024");
        check("quarry find -listen a", "quarry find -- -listen a");
    }

    #[test]
    fn flags_may_stand_anywhere_before_two_dashes() {
        check("quarry find a -l b --json", "quarry find -l --json -- a b");
        check("quarry find a --dir -x b --limit=3 -l0 c", "quarry find --dir -x --limit=3 -l0 -- a b c");
        check("quarry find a -- -l --json", "quarry find -- a -l --json");
        check("quarry find a --colour never", "quarry find --colour never -- a");
        check("quarry find --jsn a", "quarry find --jsn -- a");
        check("quarry find -h", "quarry find -h");
        check("quarry find a --dir", "quarry find --dir -- a");
        check("quarry find", "quarry find");
        check("quarry find --", "quarry find");
    }
}
