//! Which certificate a client gets: the one for the name that it asks for (RFC 6066 §3).

use super::certificate::Loaded;
use super::config::provider;
use acme::Desk;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::cell::Cell;
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

    fn named(&self, name: &str) -> Option<(&[Arc<CertifiedKey>], By)> {
        let beneath = || Some((self.beneath.get(name.split_once('.')?.1)?.as_slice(), By::Wildcard));
        self.exact.get(name).map(|exact| (exact.as_slice(), By::Name)).or_else(beneath)
    }

    /// What an authority is to see that asks whether a name is ours.
    fn proof(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let (certificate, key) = self.desk.as_ref()?.tls(name)?;
        let key = provider().key_provider.load_private_key(PrivateKeyDer::Pkcs8(key.into())).ok()?;
        Some(Arc::new(CertifiedKey::new(vec![CertificateDer::from(certificate)], key)))
    }
}

/// The certificate that a client got, and why that one: for whoever looks.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) by: By,
}

/// Why a client got its certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// It is for the name that was asked for.
    Name,
    /// It is for all names beneath the one above that name.
    Wildcard,
    /// None is for that name: the first.
    NoOther,
    /// No name was asked for: the first.
    #[default]
    NoName,
    /// An authority wanted to see it.
    Proof,
}

thread_local! {
    /// The last choice. The library asks in the middle of a handshake, does not say for which connection, and tells nobody what
    /// it was told; but it asks on the thread that drives that connection.
    static LAST: Cell<Option<Chosen>> = const { Cell::new(None) };
}

/// What was chosen on this thread since this was last asked.
pub(super) fn take_last() -> Option<Chosen> {
    LAST.take()
}

impl ResolvesServerCert for Choice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let chosen = self.choose(hello)?;
        LAST.set(Some(chosen.clone()));
        Some(chosen.certified)
    }
}

impl Choice {
    fn choose(&self, hello: ClientHello<'_>) -> Option<Chosen> {
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
            return Some(Chosen { certified: self.proof(name?)?, by: By::Proof });
        }
        let named = name.and_then(|name| self.named(name));
        let (several, by) = match (named, name, &self.desk) {
            (Some(named), _, _) => named,
            // Somebody else's certificate would only look like a mistake of ours.
            (None, Some(name), Some(desk)) if desk.ask_for(name) => return None,
            (None, Some(_), _) => (&self.others[..], By::NoOther),
            (None, None, _) => (&self.others[..], By::NoName),
        };
        let fits = |certified: &&Arc<CertifiedKey>| certified.key.choose_scheme(hello.signature_schemes()).is_some();
        let certified = Arc::clone(several.iter().find(fits).or(several.first())?);
        Some(Chosen { certified, by })
    }
}
