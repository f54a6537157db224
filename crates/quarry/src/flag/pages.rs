//! Flags: the pages that Quarry makes.

use clap::Args;

use crate::value::look;
use crate::value::prefix::{self, Prefix};

/// The pages that Quarry makes.
#[derive(Args, Debug)]
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
    /// Where Quarry's own pages and assets live, or off
    #[arg(long, value_name = "PATH", value_parser = prefix::parse, default_value = "/-", hide_short_help = true)]
    pub(crate) prefix: Prefix,
}
