//! The command line: commands, and the flags of `serve` in groups, a file per group.
//!
//! Help, manual page and completions are printed from these values.

pub(crate) mod acme;
mod explain;
mod fault;
mod find;
pub(crate) mod limits;
pub(crate) mod listening;
pub(crate) mod log;
mod look_up;
mod pages;
pub(crate) mod serving;
mod tls;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use acme::{Acme, Challenge};
pub(crate) use explain::Explain;
pub(crate) use fault::sentence;
pub(crate) use find::{Find, When};
pub(crate) use limits::Limits;
pub(crate) use listening::Listening;
pub(crate) use log::{Inside, Log, Xray};
pub(crate) use look_up::{LookUp, places};
pub(crate) use pages::Pages;
pub(crate) use serving::{Serving, Symlinks};
pub(crate) use tls::{Tls, Trust};

/// Turn a folder into a fast, correct website
#[derive(Debug, Parser)]
#[command(name = "quarry", version, long_about = LONG_ABOUT, help_template = TEMPLATE, override_usage = USAGE)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Settings,
}

/// What the program is asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a folder (the word may be left out)
    #[command(after_help = "Examples and more: quarry --help", max_term_width = 100)]
    Serve(Box<Settings>),
    /// Find files by their names and their words
    #[command(after_help = FIND_AFTER_HELP, max_term_width = 100)]
    Find(Find),
    /// Tell why a request is answered as it is, without a network
    #[command(after_help = EXPLAIN_AFTER_HELP, max_term_width = 100)]
    Explain(Box<Explain>),
    /// Report doubtful charsets, stray links and unreadable files
    #[command(after_help = CHECK_AFTER_HELP, max_term_width = 100)]
    Check(Check),
    /// Write .br, .zst and .gz next to files that get smaller by it
    #[command(after_help = COMPRESS_AFTER_HELP, max_term_width = 100)]
    Compress(Compress),
    /// Ask for a password, and print its hash for the config
    #[command(after_help = PASSWORD_AFTER_HELP, max_term_width = 100)]
    Password,
    /// Have a server that runs read its settings and certificates again
    #[command(after_help = RELOAD_AFTER_HELP, max_term_width = 100)]
    Reload(Reload),
    /// Have a server that runs start its program anew, and lose no connection
    #[command(after_help = UPGRADE_AFTER_HELP, max_term_width = 100)]
    Upgrade(Upgrade),
    /// Explain how to trust the certificates of --tls, or do so
    #[command(max_term_width = 100)]
    Trust(Trust),
    /// Print the manual page or completions; write templates
    #[command(subcommand, arg_required_else_help = false, max_term_width = 100)]
    Generate(Generate),
    /// Explain a command: quarry help check
    #[command(max_term_width = 100)]
    Help {
        /// The command; without one, Quarry as a whole
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

/// What the flags of `serve` mean, parsed and checked.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// The folder to serve
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(crate) root: PathBuf,
    /// Serve what this file says; none is read unasked
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The flags that were given, by the names of their fields.
    #[arg(skip)]
    pub(crate) given: Vec<String>,
    #[command(flatten)]
    pub(crate) listening: Listening,
    #[command(flatten)]
    pub(crate) tls: Tls,
    #[command(flatten)]
    pub(crate) acme: Acme,
    #[command(flatten)]
    pub(crate) serving: Serving,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) log: Log,
    #[command(flatten)]
    pub(crate) look_up: LookUp,
}

impl Settings {
    /// Whether clients have to speak TLS.
    pub(crate) fn is_secured(&self) -> bool {
        self.tls.is_on() || self.acme.is_on()
    }
}

/// The flags of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The folder to look through
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(crate) root: PathBuf,
    /// Look through what this file serves, and whether its rules can be as they are meant
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "hidden"])]
    pub(crate) config: Option<PathBuf>,
    /// Look at hidden files too (names that begin with a dot)
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// The flags of `compress`.
#[derive(Args, Debug)]
pub(crate) struct Compress {
    /// The folder to go through
    #[arg(value_name = "DIR")]
    pub(crate) root: PathBuf,
    /// Go into hidden folders too (names that begin with a dot)
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Delete the files that compress would write
    #[arg(long)]
    pub(crate) remove: bool,
}

/// The flags of `reload`.
#[derive(Args, Debug)]
pub(crate) struct Reload {
    /// Which, where several run: the number of its process, its folder or its config
    #[arg(value_name = "SERVER")]
    pub(crate) server: Option<String>,
}

/// The flags of `upgrade`.
#[derive(Args, Debug)]
pub(crate) struct Upgrade {
    /// Which, where several run: the number of its process, its folder or its config
    #[arg(value_name = "SERVER")]
    pub(crate) server: Option<String>,
}

/// What can be generated.
#[derive(Debug, Subcommand)]
pub(crate) enum Generate {
    /// Print a manual page, for man -l
    Man {
        /// The command it is about; without one, Quarry as a whole
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print a config with all that it may say, explained
    Config,
    /// Print the schema of the config, for editors (JSON Schema)
    Schema,
    /// Write the templates that make the pages as they are, to be changed and served with --templates
    Templates {
        /// The folder to write them into
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Reads the arguments, the first of which is the name of the program.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // `quarry --hidden serve DIR`: the word counts behind flags too, unless it is the value of one, which shows by what
    // is before it being incomplete without it.
    let is_word = |index: &usize| {
        let before = Program::try_parse_from(&arguments[..*index]);
        arguments[*index] == "serve" && before.is_ok_and(|it| it.command.is_none() && it.serve.root == Path::new("."))
    };
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    if let Some(index) = (2..end).find(is_word) {
        arguments[1..=index].rotate_right(1);
    }
    if arguments.get(1).is_some_and(|word| word == "find") {
        arguments = find::arrange(arguments);
    }
    let mut matches = definition().try_get_matches_from(arguments)?;
    let of_serve = matches.subcommand().map_or(&matches, |(_, of_command)| of_command);
    let is_given = |id: &clap::Id| of_serve.value_source(id.as_str()) == Some(clap::parser::ValueSource::CommandLine);
    // Groups of flags have ids too.
    let is_flag = |id: &clap::Id| definition().get_arguments().any(|argument| argument.get_id() == id);
    let given: Vec<String> = of_serve.ids().filter(|id| is_given(id) && is_flag(id)).map(ToString::to_string).collect();
    let Program { command, serve } =
        Program::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut definition()))?;
    let mut command = command.unwrap_or_else(|| Command::Serve(Box::new(serve)));
    match &mut command {
        Command::Serve(settings) => settings.given = given,
        Command::Explain(flags) => flags.settings.given = given,
        _ => {}
    }
    Ok(command)
}

/// What `serve` does without any flag.
pub(crate) fn plain() -> Settings {
    match parse(["quarry".into()]) {
        Ok(Command::Serve(settings)) => *settings,
        // No argument is no other command, and no fault.
        _ => unreachable!("flags have defaults"),
    }
}

/// A flag as it is written, by the name of its field.
pub(crate) fn shown(field: &str) -> String {
    let definition = definition();
    let flag = definition.get_arguments().find(|argument| argument.get_id() == field);
    match flag.and_then(clap::Arg::get_long) {
        Some(long) => format!("--{long}"),
        None => "DIR".into(),
    }
}

/// The definition of the whole command line.
pub(crate) fn definition() -> clap::Command {
    <Program as clap::CommandFactory>::command()
}

const TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

{all-args}{after-help}
";

const USAGE: &str = "quarry [DIR] [FLAGS]\n       quarry COMMAND ...";

const AFTER_HELP: &str = "\
Examples:
  quarry                      this folder, at http://127.0.0.1:8000/
  quarry ~/site --open        that folder, and open the browser
  quarry --listen :8000 --qr  for the phones and computers around you
  quarry --tls                by HTTPS, at https://127.0.0.1:8000/
  quarry find granite wall    files with both words in this folder

quarry --help tells more; quarry help COMMAND explains one.";

const LONG_ABOUT: &str = "\
Turn a folder into a fast, correct website.

Every text gets the charset that it is written in, folders without an index page become listings, and a file that changes \
is served as it is now within a second. Only this machine can connect unless --listen says more.";

const AFTER_LONG_HELP: &str = "\
Examples:
  quarry                            this folder, at http://127.0.0.1:8000/
  quarry ~/site --open              that folder, and open the browser
  quarry --listen :8000 --qr        for the phones and computers around you
  quarry --tls                      by HTTPS; quarry trust makes browsers believe it
  quarry dist --spa --no-listing    an application with its own router
  quarry site --clean-urls --header 'X-Robots-Tag: noindex'
  quarry --listen unix:/run/quarry.sock /srv/www
  sudo quarry --listen :80 --user www-data /srv/www
  sudo quarry --listen :443 --tls-cert chain.pem --tls-key key.pem --user www-data /srv/www
  sudo quarry --acme-host example.org --user www-data /srv/www
  quarry find granite wall          files with both words in this folder

Durations are written 200ms, 10s, 2m, 1h or 0; sizes 64KiB, 256MiB, 1G or 0.
A folder named like a command is served by: quarry ./check, or quarry serve check.
TERM and INT stop the server once what is under way is sent; HUP, or quarry reload, has it read its settings again; USR1 opens the access log again; USR2, or quarry upgrade, lets a new program take its place.
Exit codes: 0 done; 1 the answer is no (find found nothing, check something); 2 it did not work.";

const PASSWORD_AFTER_HELP: &str = "\
At a terminal it is asked for twice and not shown; from a pipe its first line is taken. What is printed is a hash (argon2id), by \
which a password can be held to be right, and not be found.
Hashes of bcrypt, as htpasswd -B makes them, work too.";

const RELOAD_AFTER_HELP: &str = "\
All of the new settings are put to work or none, and no connection is lost. Works for root, and for whoever the server runs as. \
A HUP signal does the same.
Exit codes: 0 done; 1 the settings stay as they were, and it is said why; 2 there is no such server.";

const UPGRADE_AFTER_HELP: &str = "\
The file that is now where the program of the server was is started, with the same arguments; it is given the sockets and keys \
of the one that runs, and when it is ready, takes new clients. The old one finishes with its own, for at most twice --drain. Works \
for root, and for whoever the server runs as. A USR2 signal does the same.
Exit codes: 0 the new process serves; 1 the old one goes on, and it is said why; 2 there is no such server.";

const FIND_AFTER_HELP: &str = "\
Words are those of the box of a site: report -draft name:2024 title:guide type:pdf in:notes/ after:2024-03 before:2025. An \
argument with spaces in it is a phrase ('annual meeting') or the value of an operator ('in:old names/'); with quotation marks or \
several operators in it, it is read as it would be in the box. What begins with a dash and is no flag must not be there; behind \
-- there are no flags.

On a terminal each hit is shown with the lines that matched. Elsewhere each line is PATH:LINE:TEXT, without a number where \
there are no lines: PATH::TEXT. How many were found, by which reading of the words, is said on standard error.

The index is the one that quarry keeps while it serves the folder, with the same --hidden, --symlinks and --index. It is \
brought up to date first.

Examples:
  quarry find granite wall
  quarry find 'annual meeting' -draft type:pdf --dir ~/papers
  quarry find -0 type:image in:holidays | xargs -0 ls -l
  vim -q <(quarry find getUserName)

Exit codes: 0 found; 1 nothing found; 2 it did not work.";

const EXPLAIN_AFTER_HELP: &str = "\
Thinks the request through with the code that serves, from its bytes to the last field of the answer, and tells at each \
station what was decided and why: socket, bytes, request, rules, material, response. Nothing listens and nothing is sent. \
The flags of serve mean what they mean there.

Examples:
  quarry explain /docs/
  quarry explain /a.html ~/site --browser
  quarry explain /a.css --field 'Accept-Encoding: gzip' --field 'If-None-Match: \"0123\"'
  quarry explain '/film.mp4' --field 'Range: bytes=0-99' --json
  quarry explain /a.html --live http://127.0.0.1:8000

Exit codes: 0 answered; 1 the answer is an error (400 and above); 2 it did not work.";

const CHECK_AFTER_HELP: &str = "\
Reports texts whose charset is doubtful or contradicts their own declaration, names that are not \
UTF-8, symbolic links that leave the folder, and what cannot be read.

Exit codes: 0 nothing found; 1 something found; 2 it did not work.";

const COMPRESS_AFTER_HELP: &str = "\
Takes files of 1 KiB and more whose type compresses, and keeps a result that is at least 5 % smaller. \
What is there already and not older is left alone, so it can run after every build.

Example:
  quarry compress dist && quarry dist";

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &str) -> Settings {
        let arguments = ["quarry"].into_iter().chain(arguments.split_whitespace()).map(OsString::from);
        match parse(arguments).unwrap() {
            Command::Serve(settings) => *settings,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn serves(arguments: &str, expected: &str) {
        assert_eq!(settings(arguments).root, PathBuf::from(expected), "{arguments}");
    }

    #[test]
    fn clients_come_by_https_where_there_is_a_certificate() {
        for arguments in ["--tls", "--tls-cert a --tls-key b", "--acme-host a.test", "--acme-on-demand *.a.test"] {
            assert!(settings(arguments).is_secured(), "{arguments}");
        }
        assert!(!settings("").is_secured());
    }

    #[test]
    fn the_definition_holds_together() {
        definition().debug_assert();
    }

    #[test]
    fn a_folder_needs_no_word_before_it() {
        serves("", ".");
        serves("public", "public");
        serves("serve", ".");
        serves("serve public", "public");
        serves("public --hidden", "public");
        serves("--hidden public", "public");
    }

    #[test]
    fn a_folder_named_like_a_command_can_be_served() {
        serves("./check", "./check");
        serves("serve check", "check");
        serves("serve serve", "serve");
        serves("--hidden serve check", "check");
        serves("-- check", "check");
        serves("./find", "./find");
        serves("serve find", "find");
        serves("--hidden -- serve", "serve");
    }

    #[test]
    fn flags_may_stand_before_the_word() {
        let settings = settings("--title serve -q serve --hidden docs");
        assert_eq!(settings.root, PathBuf::from("docs"));
        assert_eq!(settings.pages.title.as_deref(), Some("serve"));
        assert!(settings.log.quiet && settings.serving.hidden);
    }

    #[test]
    fn an_optional_value_does_not_take_the_folder() {
        let settings = settings("--spa docs");
        assert_eq!((settings.root, settings.serving.spa.as_deref()), (PathBuf::from("docs"), Some("index.html")));
        assert_eq!(self::settings("--spa=app/a.html").serving.spa.as_deref(), Some("app/a.html"));
    }
}
