//! Flags: the pages that Quarry makes.

use std::path::PathBuf;

use clap::Args;

use super::serving::parse_file;
use crate::value::look;
use crate::value::prefix::{self, Prefix};

/// The pages that Quarry makes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Pages")]
pub(crate) struct Pages {
    /// Do not list folders without an index page, nor look up
    #[arg(long)]
    pub(crate) no_listing: bool,
    /// Title of the site, on listings
    #[arg(long, value_name = "TEXT", value_parser = look::parse_title)]
    pub(crate) title: Option<String>,
    /// Colour of links and marks, such as #0a7d5c
    #[arg(long, value_name = "COLOUR", value_parser = look::parse_colour)]
    pub(crate) accent: Option<String>,
    /// Show this picture, a file inside the folder, instead of Quarry's mark
    #[arg(long, value_name = "FILE", value_parser = parse_file, hide_short_help = true)]
    pub(crate) logo: Option<String>,
    /// Put the HTML in this file at the top of every page
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) page_header: Option<PathBuf>,
    /// Put the HTML in this file at the bottom of every page
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) page_footer: Option<PathBuf>,
    /// Make pages by the templates in this folder; quarry generate templates DIR writes some to begin with
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) templates: Option<PathBuf>,
    /// Where Quarry's own pages and assets live, or off
    #[arg(long, value_name = "PATH", value_parser = prefix::parse, default_value = "/-", hide_short_help = true)]
    pub(crate) prefix: Prefix,
}
