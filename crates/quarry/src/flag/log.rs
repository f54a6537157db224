//! Flags: what is said while serving.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use server::AccessLog;
use server::site::route::Auth;

use crate::terminal::Terminal;

/// What is said while serving.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Log")]
pub(crate) struct Log {
    /// A line per request: off, combined, json, short, or your own.
    #[arg(long, value_name = "FORM", value_parser = Forms, help = ACCESS_LOG_HELP, long_help = ACCESS_LOG_LONG_HELP)]
    #[arg(hide_possible_values = true)]
    pub(crate) access_log: Option<AccessLog>,
    /// Append these lines to a file, which is opened again at USR1 (default form: combined)
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) access_log_file: Option<PathBuf>,
    /// Print the address and errors, nothing else
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Who may see how the server is, at /-/status and /-/metrics
    #[arg(long, value_name = "WHO", value_enum, default_value_t, hide_short_help = true)]
    pub(crate) inside: Inside,
    /// Whether those may see requests, too, at /-/xray
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_short_help = true)]
    pub(crate) xray: Xray,
    /// Who else may, with a password: from the config alone.
    #[arg(skip)]
    pub(crate) inside_auth: Option<Auth>,
}

/// Who may see pages about the server itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Inside {
    /// Whoever is at this machine, by a name or an address that means this machine
    #[default]
    Local,
    /// Nobody: for a server behind a proxy on this machine, whose clients all seem to be here
    Off,
}

/// Whether requests are shown to those who may see inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Xray {
    /// Where a folder is served without a config; in the sites of a config only with the password of inside-auth
    #[default]
    Auto,
    /// In the sites of a config too
    On,
    /// Only with that password
    Off,
}

// Not as comments above the field: there, braces and brackets are links.
const ACCESS_LOG_HELP: &str = "Print a line per request: off, combined, json, short, or a line of your own such as '{client} {status} {target}' \
     (default: short on a terminal, else off)";
const ACCESS_LOG_LONG_HELP: &str = "\
Print a line per request: off, combined (as Apache and nginx write it), json (one object a line), short (for people), or a line of \
your own such as '{client} {status} {target}' (default: short on a terminal, else off)

A line of your own has parts in braces: {time} {date} {client} {host} {method} {target} {path} {query} {version} {status} {bytes} \
{referer} {user_agent} {field:NAME}, with any field of the request, and {fault}, why a request was refused that could not be understood; {{ and }} are braces.";

/// Words or a line; shells offer the words.
#[derive(Clone, Debug)]
struct Forms;

impl TypedValueParser for Forms {
    type Value = AccessLog;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<AccessLog, clap::Error> {
        StringValueParser::new().try_map(|text| parse_access_log(&text)).parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(["off", "combined", "json", "short"].into_iter().map(PossibleValue::new)))
    }
}

/// As the config has it.
pub(crate) fn parse_xray(text: &str) -> Result<Xray, String> {
    Xray::from_str(text, false).map_err(|_| "expected auto, on or off".into())
}

/// As the config has it.
pub(crate) fn parse_inside(text: &str) -> Result<Inside, String> {
    Inside::from_str(text, false).map_err(|_| "expected local or off".into())
}

pub(crate) fn parse_access_log(text: &str) -> Result<AccessLog, String> {
    Ok(match text {
        "off" => AccessLog::Off,
        "combined" => AccessLog::Combined,
        "json" => AccessLog::Json,
        "short" => AccessLog::Short,
        own if own.contains(['{', '}']) => AccessLog::Own(Arc::new(own.parse()?)),
        _ => return Err("expected off, combined, json, short, or a line with parts such as {client}".into()),
    })
}

impl Log {
    /// The form to write, where nothing was asked for: what suits the reader.
    pub(crate) fn access_log(&self, terminal: Terminal) -> AccessLog {
        self.access_log.clone().unwrap_or(match terminal.is_terminal && !self.quiet {
            _ if self.access_log_file.is_some() => AccessLog::Combined,
            true => AccessLog::Short,
            false => AccessLog::Off,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(access_log: Option<AccessLog>, quiet: bool, is_terminal: bool, expected: AccessLog) {
        let terminal = Terminal { is_terminal, has_colour: false, is_light: false };
        assert_eq!(
            Log {
                access_log,
                access_log_file: None,
                quiet,
                inside: Inside::Local,
                xray: Xray::Auto,
                inside_auth: None
            }
            .access_log(terminal),
            expected
        );
    }

    #[test]
    fn people_see_requests_and_programs_do_not_unless_they_ask() {
        check(None, false, true, AccessLog::Short);
        check(None, false, false, AccessLog::Off);
        check(None, true, true, AccessLog::Off);
        check(Some(AccessLog::Json), true, true, AccessLog::Json);
        check(Some(AccessLog::Off), false, true, AccessLog::Off);
    }

    #[test]
    fn whoever_names_a_file_wants_lines_in_it() {
        let terminal = Terminal { is_terminal: true, has_colour: false, is_light: false };
        let log = |access_log| Log {
            access_log,
            access_log_file: Some("log".into()),
            quiet: true,
            inside: Inside::Local,
            xray: Xray::Auto,
            inside_auth: None,
        };
        assert_eq!(log(None).access_log(terminal), AccessLog::Combined);
        assert_eq!(log(Some(AccessLog::Json)).access_log(terminal), AccessLog::Json);
    }

    #[test]
    fn a_form_is_a_word_or_a_line_with_parts() {
        assert_eq!(parse_access_log("json"), Ok(AccessLog::Json));
        assert!(matches!(parse_access_log("{client} {status}"), Ok(AccessLog::Own(_))));
        let expected = "expected off, combined, json, short, or a line with parts such as {client}";
        assert_eq!(parse_access_log("jsom"), Err(expected.into()));
        assert!(parse_access_log("{jsom}").unwrap_err().starts_with("{jsom} is no part, expected one of {time}"));
    }
}
