//! Flags: HTTPS.

use std::path::PathBuf;

use clap::Args;

/// HTTPS.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "HTTPS")]
pub(crate) struct Tls {
    /// Serve by HTTPS; without a certificate of its own, with one for this machine: see quarry trust
    #[arg(long)]
    pub(crate) tls: bool,
    /// Serve by HTTPS with the certificate in this file (PEM, with those that lead to its authority)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Keep the authority for development certificates here (default: the state folder of the user)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) state: Option<PathBuf>,
}

/// The flags of `trust`.
#[derive(Args, Debug)]
pub(crate) struct Trust {
    /// Make this machine trust it (as root)
    #[arg(long)]
    pub(crate) install: bool,
    /// Where the authority is kept (default: the state folder of the user)
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

impl Tls {
    /// Whether clients have to speak TLS.
    pub(crate) fn is_on(&self) -> bool {
        self.tls || self.tls_cert.is_some()
    }
}
