//! What the terminal can show, and what its owner wants of it.

use std::env;
use std::io::{self, IsTerminal};

/// What is known of the place where standard output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// A person is looking, not a program.
    pub(crate) is_terminal: bool,
    /// Escape sequences for colours are understood and wanted.
    pub(crate) has_colour: bool,
    /// Dark text on light ground, as far as the terminal says so.
    pub(crate) is_light: bool,
}

impl Terminal {
    /// Standard output, as the environment describes it.
    pub(crate) fn of_output() -> Terminal {
        let get = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Terminal::described(io::stdout().is_terminal(), get)
    }

    fn described(is_terminal: bool, get: impl Fn(&'static str) -> Option<String>) -> Terminal {
        // https://no-color.org: present and not empty, whatever the value.
        let is_refused = get("NO_COLOR").is_some_and(|value| !value.is_empty());
        // https://bixense.com/clicolors: 0 is no; forced, it is yes wherever the output goes.
        let is_unwanted = get("CLICOLOR").is_some_and(|value| value == "0");
        let is_forced = get("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
        let is_dumb = get("TERM").is_none_or(|value| value.is_empty() || value == "dumb");
        // rxvt, Konsole and others state "foreground;background" as numbers of the sixteen colours.
        let background = get("COLORFGBG").and_then(|value| value.rsplit(';').next().map(str::to_owned));
        Terminal {
            is_terminal,
            has_colour: !is_refused && (is_forced || is_terminal && !is_dumb && !is_unwanted),
            is_light: matches!(background.as_deref(), Some("7" | "15")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_terminal: bool, variables: &[(&str, &str)], has_colour: bool, is_light: bool) {
        let get = |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        let expected = Terminal { is_terminal, has_colour, is_light };
        assert_eq!(Terminal::described(is_terminal, get), expected, "{variables:?}");
    }

    #[test]
    fn colours_need_a_terminal_that_knows_them_and_an_owner_who_wants_them() {
        check(true, &[("TERM", "xterm")], true, false);
        check(true, &[("TERM", "xterm"), ("NO_COLOR", "")], true, false);
        check(true, &[("TERM", "xterm"), ("NO_COLOR", "0")], false, false);
        check(true, &[("TERM", "dumb")], false, false);
        check(true, &[], false, false);
        check(false, &[("TERM", "xterm")], false, false);
        check(true, &[("TERM", "xterm"), ("CLICOLOR", "1")], true, false);
        check(true, &[("TERM", "xterm"), ("CLICOLOR", "0")], false, false);
        check(false, &[("CLICOLOR", "1")], false, false);
        check(false, &[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true, false);
        check(false, &[("CLICOLOR_FORCE", "0")], false, false);
        check(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false, false);
    }

    #[test]
    fn the_ground_is_dark_unless_the_terminal_says_light() {
        check(true, &[("TERM", "xterm"), ("COLORFGBG", "0;15")], true, true);
        check(true, &[("TERM", "xterm"), ("COLORFGBG", "0;default;7")], true, true);
        check(true, &[("TERM", "xterm"), ("COLORFGBG", "15;0")], true, false);
    }
}
