//! Flags: HTTPS.

use std::path::PathBuf;

use clap::Args;

use crate::value::address::{self, Listen};

/// HTTPS.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "HTTPS")]
pub(crate) struct Tls {
    /// Serve by HTTPS; without a certificate of its own, with one for this machine: see quarry trust
    #[arg(long)]
    pub(crate) tls: bool,
    /// Serve by HTTPS with the certificate in this file (PEM, with those that lead to its authority)
    #[arg(long, value_name = "FILE", requires = "tls_key", long_help = CERT_LONG_HELP)]
    pub(crate) tls_cert: Vec<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Vec<PathBuf>,
    /// Let in only clients with a certificate of an authority in this file (PEM)
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) tls_client_ca: Option<PathBuf>,
    /// Listen here too, for clients that do not know of HTTPS, and send them there
    #[arg(long, value_name = "ADDR", value_parser = address::parse)]
    pub(crate) redirect_http: Vec<Listen>,
    /// Tell browsers to come by HTTPS alone from now on, for so many days
    #[arg(long, value_name = "DAYS", num_args = 0..=1, require_equals = true, default_missing_value = "365")]
    #[arg(hide_short_help = true)]
    pub(crate) hsts: Option<u32>,
    /// Keep certificates, their keys and the development authority here (default: the state folder of the user)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) state: Option<PathBuf>,
}

const CERT_LONG_HELP: &str = "\
Serve by HTTPS with the certificate in this file (PEM, with those that lead to its authority)

May be given several times, each with a --tls-key behind it: a client gets the one for the host that it asks for, else the \
first. FILE.ocsp beside it, if it is there, is what its authority says of it (DER). All are read again when they change.";

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
        self.tls || !self.tls_cert.is_empty()
    }
}
