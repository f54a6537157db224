//! How TLS is spoken: what all certificates have in common.

use super::certificate::{cause, lowered, quoted};
use super::choice::Choice;
use super::ticket::Tickets;
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{self, cipher_suite as suite};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ProducesTickets, ServerConfig, WebPkiClientVerifier};
use std::path::Path;
use std::sync::Arc;

/// What all offers of one server have in common.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// What encrypts sessions for clients to keep, the same for all workers and all certificates, so that whoever comes back
    /// is known again.
    tickets: Arc<dyn ProducesTickets>,
    /// Who vouches for clients; none: they need nobody.
    clients: Option<Arc<dyn ClientCertVerifier>>,
}

impl Ground {
    /// `clients`: a file, in PEM, with those who vouch for clients, where each has to show a certificate.
    ///
    /// `tickets`: what seals them, for those who vouch and no others.
    ///
    /// Errs with a sentence when the file cannot be used.
    pub(super) fn new(clients: Option<&Path>, tickets: &Arc<Tickets>) -> Result<Ground, String> {
        let (clients, who) = clients.map(verifier).transpose()?.unzip();
        Ok(Ground { tickets: tickets.producer(&who.unwrap_or_default()), clients })
    }

    /// What clients are offered: TLS 1.3 and 1.2, HTTP/2 first, and which certificate they get by `choice`.
    ///
    /// Errs when the library was built without what it needs.
    pub(super) fn config(&self, choice: Choice) -> Result<Arc<ServerConfig>, String> {
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("cannot speak TLS: {}", lowered(&error.to_string())))?;
        let config = match &self.clients {
            Some(verifier) => config.with_client_cert_verifier(Arc::clone(verifier)),
            None => config.with_no_client_auth(),
        };
        let mut protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if choice.has_desk() {
            protocols.push(acme::TLS_PROTOCOL.to_vec());
        }
        let mut config = config.with_cert_resolver(Arc::new(choice));
        config.alpn_protocols = protocols;
        // A client that puts what is weaker first may have been made to.
        config.ignore_client_order = true;
        config.ticketer = Arc::clone(&self.tickets);
        // Sessions are kept by the clients. A store here would be one that all workers share, behind a lock.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Arc::new(config))
    }
}

/// The cryptography. One place, so that another can be tried. The suites are in our order, which is that of browsers: AES-128
/// costs a quarter less than AES-256, and nobody can break either.
pub(super) fn provider() -> CryptoProvider {
    let cipher_suites = vec![
        suite::TLS13_AES_128_GCM_SHA256,
        suite::TLS13_AES_256_GCM_SHA384,
        suite::TLS13_CHACHA20_POLY1305_SHA256,
        suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    CryptoProvider { cipher_suites, ..aws_lc_rs::default_provider() }
}

/// Believes clients for whom one of these vouches, and lets in no others; with what the file says.
pub(super) fn verifier(path: &Path) -> Result<(Arc<dyn ClientCertVerifier>, Vec<u8>), String> {
    let refuse = |cause: &str| format!("cannot ask clients for certificates of those in {}: {cause}", quoted(path));
    let bytes = std::fs::read(path).map_err(|error| refuse(&cause(&error)))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|_| refuse("what stands between its lines is not base64"))?;
        roots.add(certificate).map_err(|_| refuse("one of them is no certificate of an authority"))?;
    }
    if roots.is_empty() {
        return Err(refuse("expected -----BEGIN CERTIFICATE-----, found none"));
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider())).build();
    let verifier = verifier.map_err(|error| refuse(&error.to_string()))?;
    Ok((verifier as Arc<dyn ClientCertVerifier>, bytes))
}
