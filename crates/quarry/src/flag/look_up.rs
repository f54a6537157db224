//! Flags: looking up names and contents.

use std::path::PathBuf;

use clap::Args;

/// Looking up names and contents.
#[derive(Args, Debug)]
#[command(next_help_heading = "Look-up")]
pub(crate) struct LookUp {
    /// Do not index names and contents
    #[arg(long)]
    pub(crate) no_lookup: bool,
    /// Keep the index here (default: the cache folder of the user)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) index: Option<PathBuf>,
}
