//! Certificate and key as the owner has them: read, compared with each other, and made an offer to clients.

use super::der;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, ProducesTickets, ResolvesServerCert, ServerConfig};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where certificate and key stand. It may be one file that has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// In PEM: the certificate of this server, and behind it those that lead to an authority that clients know.
    pub chain: PathBuf,
    /// In PEM: its private key.
    pub key: PathBuf,
}

/// Longest file that is read. A chain has some KiB; whoever names a disk image by mistake is told so.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// From here on people are told that a certificate is about to expire: what renews it should have done so.
const EXPIRES_SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl CertificateFiles {
    /// The certificate with its key, and what its owner should know of it.
    ///
    /// Errs with a sentence that names the file, what was found and what was expected.
    pub(super) fn load(&self) -> Result<(Arc<CertifiedKey>, Option<String>), String> {
        let chain = self.chain()?;
        let key = self.key()?;
        let refuse = |cause: &str| format!("cannot use the certificate {}: {cause}", quoted(&self.chain));
        let signing_key = provider().key_provider.load_private_key(key).map_err(|_| {
            let cause =
                "it is of no kind that TLS signs with here: expected ECDSA (P-256, P-384, P-521), Ed25519 or RSA";
            format!("cannot use the key {}: {cause}", quoted(&self.key))
        })?;
        let validity = chain.first().and_then(|leaf| der::validity(leaf));
        let validity = validity.ok_or_else(|| refuse("what stands between its lines is no X.509 certificate"))?;
        let certified = CertifiedKey::new(chain, signing_key);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                return Err(refuse(&format!("the key {} is that of another certificate", quoted(&self.key))));
            }
            Err(error) => return Err(refuse(&format!("no client could read it: {}", lowered(&error.to_string())))),
        }
        let now = seconds(SystemTime::now());
        let soon = now + EXPIRES_SOON.as_secs() as i64;
        let remark = match () {
            () if now > validity.end => Some(format!("has expired {} ago", span(now - validity.end))),
            () if now < validity.start => Some(format!("is not valid before {} from now", span(validity.start - now))),
            () if soon > validity.end => Some(format!("expires {} from now", span(validity.end - now))),
            () => None,
        };
        let remark = remark.map(|remark| format!("the certificate {} {remark}", quoted(&self.chain)));
        Ok((Arc::new(certified), remark))
    }

    /// Whether clients could be offered this. Errs as [`load`](CertificateFiles::load).
    pub(crate) fn check(&self) -> Result<(), String> {
        self.load().map(drop)
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        let refuse = |cause: String| format!("cannot read the certificate {}: {cause}", quoted(&self.chain));
        let text = read(&self.chain).map_err(refuse)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let chain = chain.map_err(|error| refuse(syntax(error)))?;
        if chain.is_empty() {
            return Err(refuse(format!("expected -----BEGIN CERTIFICATE-----, found {}", found(&text))));
        }
        Ok(chain)
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, String> {
        let refuse = |cause: String| format!("cannot read the key {}: {cause}", quoted(&self.key));
        let text = read(&self.key).map_err(refuse)?;
        match PrivateKeyDer::from_pem_slice(&text) {
            Ok(key) => Ok(key),
            Err(pem::Error::NoItemsFound) if text.windows(9).any(|word| word == b"ENCRYPTED") => Err(refuse(
                "it is locked with a password, which nobody could type when the server starts by itself; expected a key \
                 without one"
                    .into(),
            )),
            Err(pem::Error::NoItemsFound) => {
                Err(refuse(format!("expected -----BEGIN PRIVATE KEY-----, found {}", found(&text))))
            }
            Err(error) => Err(refuse(syntax(error))),
        }
    }
}

/// The cryptography. One place, so that another can be tried.
pub(super) fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

/// What encrypts sessions for clients to keep, the same for all workers and all certificates, so that whoever comes back is
/// known again.
///
/// Errs when the machine has no random numbers.
pub(super) fn tickets() -> Result<Arc<dyn ProducesTickets>, String> {
    aws_lc_rs::Ticketer::new().map_err(|error| format!("cannot make keys for TLS: {}", lowered(&error.to_string())))
}

/// What clients are offered with this certificate: TLS 1.3 and 1.2, HTTP/2 first.
///
/// Errs when the library was built without what it needs.
pub(super) fn config(
    certified: Arc<CertifiedKey>,
    tickets: Arc<dyn ProducesTickets>,
) -> Result<Arc<ServerConfig>, String> {
    let resolver: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(certified));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("cannot speak TLS: {}", lowered(&error.to_string())))?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = tickets;
    // Sessions are kept by the clients. A store here would be one that all workers share, behind a lock.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| cause(&error))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| cause(&error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err("it has more than 1 MiB; expected a file in PEM".into());
    }
    Ok(bytes)
}

fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        _ => {
            let text = error.to_string();
            lowered(text.split_once(" (os error").map_or(&text[..], |(before, _)| before))
        }
    }
}

fn syntax(error: pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!("its line -----END {}----- is missing", String::from_utf8_lossy(&end_marker).trim())
        }
        pem::Error::IllegalSectionStart { .. } => {
            "one of its lines begins a section and does not end with -----".into()
        }
        _ => "what stands between its lines is not base64".into(),
    }
}

/// What a file has instead, as far as one can tell.
fn found(text: &[u8]) -> String {
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    match lines.clone().find(|line| line.starts_with(b"-----BEGIN ")) {
        Some(line) => String::from_utf8_lossy(&line[..line.len().min(60)]).escape_debug().to_string(),
        None if text.is_empty() => "an empty file".into(),
        None if text.first() == Some(&0x30) => "DER; openssl x509 -inform DER makes PEM of a certificate".into(),
        None => "no line that begins with -----BEGIN".into(),
    }
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().escape_debug())
}

/// In the middle of a sentence.
fn lowered(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    }
}

/// How long something is, as people say it.
fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
