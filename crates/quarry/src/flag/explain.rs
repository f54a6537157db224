//! Flags: explaining an answer.

use std::path::PathBuf;

use clap::Args;

use super::Settings;

/// The flags of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The target: /docs/a.html?raw, or a whole address
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// Ask with this field; may be given several times
    #[arg(long, value_name = "NAME:VALUE", help_heading = "Request")]
    pub(crate) field: Vec<String>,
    /// Ask with this method
    #[arg(long, value_name = "METHOD", default_value = "GET", help_heading = "Request")]
    pub(crate) method: String,
    /// Ask as a browser does that goes there: for a page, and for compressed bytes
    #[arg(long, help_heading = "Request")]
    pub(crate) browser: bool,
    /// Ask this running server, instead of thinking the request through: http://127.0.0.1:8000, https://localhost:8000
    #[arg(long, value_name = "URL", help_heading = "Request")]
    pub(crate) live: Option<String>,
    /// Believe that server by who vouches for it in this file (PEM) (default: whom the system trusts, and quarry trust)
    #[arg(long, value_name = "FILE", requires = "live", help_heading = "Request")]
    pub(crate) ca: Option<PathBuf>,
    /// Believe that server whoever vouches for it
    #[arg(short = 'k', long, requires = "live", conflicts_with = "ca", help_heading = "Request")]
    pub(crate) insecure: bool,
    /// Ask that server with this name and password for what it has seen (its inside-auth)
    #[arg(long, value_name = "NAME:PASSWORD", requires = "live", help_heading = "Request")]
    pub(crate) login: Option<String>,
    /// Print one JSON object
    #[arg(long, help_heading = "Request")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) settings: Settings,
}
