//! Flags: which files are served, and how.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::value::field::{self, AddedField};
use crate::value::{duration, look};

/// Which files are served, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Serving")]
pub(crate) struct Serving {
    /// Serve hidden files too (names that begin with a dot)
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Which symbolic links to follow
    #[arg(long, value_name = "WHICH", value_enum, default_value_t, hide_short_help = true)]
    pub(crate) symlinks: Symlinks,
    /// Answer pages that do not exist with this file, for applications with their own router (default: index.html)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "index.html")]
    #[arg(value_parser = parse_file)]
    pub(crate) spa: Option<String>,
    /// Serve about.html as /about
    #[arg(long)]
    pub(crate) clean_urls: bool,
    /// Take this charset for texts that nobody can tell, such as gbk or windows-1252
    #[arg(long, value_name = "NAME", value_parser = look::parse_charset)]
    pub(crate) charset: Option<&'static str>,
    /// Set Cache-Control (default: no-cache, which asks each time and sends only what changed)
    #[arg(long, value_name = "VALUE", value_parser = field::parse_value)]
    pub(crate) cache_control: Option<String>,
    /// Add a field to every response; may be given several times
    #[arg(long, value_name = "NAME:VALUE", value_parser = field::parse)]
    pub(crate) header: Vec<AddedField>,
    /// See changed files at the latest after so long; 0: look at each request
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1s", hide_short_help = true)]
    pub(crate) fresh: Duration,
}

/// Which symbolic links are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Symlinks {
    /// Those that stay inside the folder
    #[default]
    Inside,
    /// None
    Never,
    /// All, wherever they lead: whoever can write a link can publish any file
    Anywhere,
}

/// A file below the folder, as a relative path.
pub(crate) fn parse_file(text: &str) -> Result<String, String> {
    let path = text.strip_prefix('/').unwrap_or(text);
    let is_inside = path.split('/').all(|segment| !matches!(segment, "" | "." | "..") && !segment.contains('\0'));
    is_inside.then(|| path.to_owned()).ok_or_else(|| "expected a file inside the folder, such as index.html".into())
}
