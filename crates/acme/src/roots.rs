//! Whom this system trusts to vouch for a server.

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Where systems keep them in one file: Debian, Fedora, Alpine and others, SUSE, FreeBSD.
const FILES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// The file with those whom this system trusts; none: it has none, or keeps them elsewhere.
pub fn system_roots() -> Option<&'static Path> {
    FILES.iter().map(Path::new).find(|path| path.exists())
}

/// Settings of a client that believes whom the system trusts, or those in `file` alone.
///
/// Errs with a sentence when there are none.
pub(crate) fn client(file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let Some(path) = file.or(system_roots()) else {
        return Err("cannot ask an authority: this system has no certificates of those whom it trusts (on Debian: \
                    ca-certificates); expected them, or a file with them (--acme-roots)"
            .into());
    };
    let refuse = |cause: &str| format!("cannot trust those in {path:?}: {cause}");
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| refuse(&error.to_string()))?;
    for certificate in certificates.flatten() {
        // Some systems trust one or two that no library can read.
        let _ = roots.add(certificate);
    }
    if roots.is_empty() {
        return Err(refuse("expected certificates in PEM, found none"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
