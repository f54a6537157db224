//! Flags: HTTPS.

use std::path::PathBuf;

use clap::Args;

/// HTTPS.
#[derive(Args, Debug)]
#[command(next_help_heading = "HTTPS")]
pub(crate) struct Tls {
    /// Serve by HTTPS with the certificate in this file (PEM, with those that lead to its authority)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

impl Tls {
    /// Whether clients have to speak TLS.
    pub(crate) fn is_on(&self) -> bool {
        self.tls_cert.is_some()
    }
}
