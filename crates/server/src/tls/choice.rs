//! Which certificate a client gets: the one for the name that it asks for (RFC 6066 §3).

use super::certificate::Loaded;
use super::config::provider;
use acme::Desk;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::Arc;

/// The certificates by their names.
#[derive(Debug)]
pub(super) struct Choice {
    /// For exactly this name: one of each kind of key that the owner has for it.
    exact: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// For all names one label longer than this (RFC 9525 §6.3).
    beneath: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// For who asks for no name, or for one that is not here.
    others: Vec<Arc<CertifiedKey>>,
    /// Where authorities look whether names are ours, and where new ones are asked for.
    desk: Option<Desk>,
}

impl Choice {
    /// Those that come first are preferred where several are for one name. The names of the first are those of `others`.
    pub(super) fn among<'a>(all: impl IntoIterator<Item = &'a Loaded>, desk: Option<Desk>) -> Choice {
        let mut choice = Choice { exact: HashMap::new(), beneath: HashMap::new(), others: Vec::new(), desk };
        let mut first: Option<&Loaded> = None;
        for loaded in all {
            let first = *first.get_or_insert(loaded);
            if first.names == loaded.names {
                choice.others.push(Arc::clone(&loaded.certified));
            }
            for name in &loaded.names {
                let place = match name.strip_prefix("*.") {
                    Some(above) => choice.beneath.entry(above.to_owned()),
                    None => choice.exact.entry(name.clone()),
                };
                place.or_default().push(Arc::clone(&loaded.certified));
            }
        }
        choice
    }

    pub(super) fn has_desk(&self) -> bool {
        self.desk.is_some()
    }

    fn named(&self, name: &str) -> Option<&[Arc<CertifiedKey>]> {
        let beneath = || self.beneath.get(name.split_once('.')?.1);
        self.exact.get(name).or_else(beneath).map(Vec::as_slice)
    }

    /// What an authority is to see that asks whether a name is ours.
    fn proof(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let (certificate, key) = self.desk.as_ref()?.tls(name)?;
        let key = provider().key_provider.load_private_key(PrivateKeyDer::Pkcs8(key.into())).ok()?;
        Some(Arc::new(CertifiedKey::new(vec![CertificateDer::from(certificate)], key)))
    }
}

impl ResolvesServerCert for Choice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let lowered;
        let name = match hello.server_name() {
            Some(name) if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                lowered = name.to_ascii_lowercase();
                Some(&lowered[..])
            }
            name => name,
        };
        // RFC 8737 §3: by that protocol and by no other.
        if hello
            .alpn()
            .is_some_and(|mut protocols| protocols.next() == Some(acme::TLS_PROTOCOL) && protocols.next().is_none())
        {
            return self.proof(name?);
        }
        let named = name.and_then(|name| self.named(name));
        let several = match (named, name, &self.desk) {
            (Some(named), _, _) => named,
            // Somebody else's certificate would only look like a mistake of ours.
            (None, Some(name), Some(desk)) if desk.ask_for(name) => return None,
            _ => &self.others,
        };
        let fits = |certified: &&Arc<CertifiedKey>| certified.key.choose_scheme(hello.signature_schemes()).is_some();
        several.iter().find(fits).or(several.first()).cloned()
    }
}
