//! Flags: certificates that an authority gives.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};

use crate::value::duration;

/// Certificates that an authority gives, and that renew themselves.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Certificates that renew themselves")]
#[command(group(ArgGroup::new("acme").args(["acme_host", "acme_on_demand"]).multiple(true)))]
pub(crate) struct Acme {
    /// Get a certificate for this host from Let's Encrypt, and renew it: www.example.org, *.example.org
    #[arg(long, value_name = "NAME", value_parser = acme::name::parse, long_help = HOST_LONG_HELP)]
    pub(crate) acme_host: Vec<String>,
    /// Get one for a host beneath this name when a client first asks for it: *.example.org
    #[arg(long, value_name = "NAME", value_parser = acme::name::parse, hide_short_help = true)]
    pub(crate) acme_on_demand: Vec<String>,
    /// Where the authority may write to
    #[arg(long, value_name = "ADDRESS", value_parser = parse_email, requires = "acme", hide_short_help = true)]
    pub(crate) acme_email: Option<String>,
    /// Ask this authority: the address of its directory
    #[arg(long, value_name = "URL", default_value = acme::LETS_ENCRYPT, requires = "acme", hide_short_help = true)]
    pub(crate) acme_directory: String,
    /// Prove names only in this way (default: by the hook where there is one, else by what works)
    #[arg(long, value_name = "HOW", requires = "acme", hide_short_help = true)]
    pub(crate) acme_challenge: Option<Challenge>,
    /// Prove names by records that this program writes: PROGRAM present|cleanup NAME VALUE
    #[arg(long, value_name = "PROGRAM", requires = "acme", hide_short_help = true)]
    pub(crate) acme_dns_hook: Option<PathBuf>,
    /// Wait so long until such records can be seen
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "30s", requires = "acme_dns_hook")]
    #[arg(hide_short_help = true)]
    pub(crate) acme_dns_wait: Duration,
    /// The name of the key that binds to an account elsewhere, for authorities that want it
    #[arg(long, value_name = "ID", requires_all = ["acme", "acme_eab_key"], hide_short_help = true)]
    pub(crate) acme_eab_kid: Option<String>,
    /// The file with that key (base64url)
    #[arg(long, value_name = "FILE", requires = "acme_eab_kid", hide_short_help = true)]
    pub(crate) acme_eab_key: Option<PathBuf>,
    /// Trust the authority's own server by the certificates in this file alone (PEM; default: as the system does)
    #[arg(long, value_name = "FILE", requires = "acme", hide_short_help = true)]
    pub(crate) acme_roots: Option<PathBuf>,
}

const HOST_LONG_HELP: &str = "\
Get a certificate for this host from Let's Encrypt, and renew it: www.example.org, *.example.org

May be given several times; each host gets a certificate of its own. The host must lead to this machine, at port 443 or 80; one \
with a star is proved by --acme-dns-hook alone. Without --listen: port 443, and port 80 sends clients there. You agree to the \
terms of the authority.";

/// How a name is proved to be ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Challenge {
    /// At port 80
    #[value(name = "http-01")]
    Http,
    /// At port 443
    #[value(name = "tls-alpn-01")]
    TlsAlpn,
    /// By --acme-dns-hook
    #[value(name = "dns-01")]
    Dns,
}

impl Acme {
    /// Whether there is a name to get a certificate for.
    pub(crate) fn is_on(&self) -> bool {
        !self.acme_host.is_empty() || !self.acme_on_demand.is_empty()
    }
}

/// RFC 8555 §7.3 has a `mailto` address, which must have one recipient and no header fields.
pub(crate) fn parse_email(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b",?<>\"()".contains(&byte);
    match text.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') && text.bytes().all(is_plain) => {
            Ok(text.to_owned())
        }
        _ => Err("expected an address such as you@example.org".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_recipient() {
        assert_eq!(parse_email("a@example.org").as_deref(), Ok("a@example.org"));
        for text in ["", "a", "@b.c", "a@b", "a@b.c,d@e.f", "a@b.c?cc=x@y.z", "A <a@b.c>", "a b@c.d"] {
            assert!(parse_email(text).is_err(), "{text}");
        }
    }
}
