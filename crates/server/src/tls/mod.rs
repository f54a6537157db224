//! TLS: what stands between a socket and HTTP where the owner asks for it.
//!
//! Only this module knows the library that does it (`docs/decisions/0014`). Bytes in, bytes out: it has no socket, and keeps
//! nothing of a connection that waits but its keys.

mod certificate;
mod choice;
mod client;
mod config;
pub(crate) mod hello;
mod renewal;
mod session;
mod ticket;

pub use certificate::CertificateFiles;
pub(crate) use choice::By;
pub use client::{Secured, Trust};
pub use renewal::Offer;
pub(crate) use renewal::{Nudge, Offers};
pub(crate) use session::{Agreed, Broken, Records, Session};
pub(crate) use ticket::{TicketKey, Tickets};

use std::path::PathBuf;

/// How TLS is spoken, and with which certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The owner's certificates. A client gets one for the name that it asks for, and the first when it asks for none or
    /// for one that none is for.
    pub certificates: Vec<CertificateFiles>,
    /// Certificates that an authority gives, and that renew themselves.
    pub acme: Option<acme::Settings>,
    /// A file, in PEM, with those who vouch for clients: only clients with a certificate of theirs are let in.
    pub client_authorities: Option<PathBuf>,
}

impl Tls {
    /// Whether a server that has the old settings can go on with these. Errs with a sentence that says why not.
    pub(crate) fn can_follow(&self, old: &Tls) -> Result<(), String> {
        if self == old {
            // What is the same is looked after anyway, by who says so when something is wrong with it.
            return Ok(());
        }
        self.certificates
            .iter()
            .filter(|files| !old.certificates.contains(files))
            .try_for_each(CertificateFiles::check)?;
        if self.client_authorities != old.client_authorities {
            self.client_authorities.as_deref().map(config::verifier).transpose()?;
        }
        match (&self.acme, &old.acme) {
            (Some(new), Some(old)) => new.can_follow(old),
            (None, None) => Ok(()),
            _ => Err(
                "whether an authority gives certificates cannot change while the server runs: stop it and start it \
                      again"
                    .into(),
            ),
        }
    }
}
