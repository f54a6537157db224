//! Certificate and key as the owner has them: read, compared with each other, and made an offer to clients.

use super::config::provider;
use acme::certificate::{Certificate, staple_validity};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::ffi::OsString;
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

/// A certificate with its key, as clients are offered it.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) certified: Arc<CertifiedKey>,
    /// The names of hosts that it is for.
    pub(super) names: Vec<String>,
    /// Until when what its authority says of it may be given on, in seconds since 1970; none: nothing is.
    pub(super) stapled_until: Option<i64>,
    /// The last second in which it is valid, since 1970.
    pub(super) ends: i64,
    /// What its owner should know of it.
    pub(super) remark: Option<String>,
}

impl CertificateFiles {
    /// Where the word of its authority stands that it is still good (RFC 6960), for clients that would ask: the same name
    /// as its own with `.ocsp` behind it, as HAProxy has it.
    pub(super) fn staple(&self) -> PathBuf {
        let mut name = OsString::from(&self.chain);
        name.push(".ocsp");
        name.into()
    }

    /// The certificate with its key, and what its owner should know of it.
    ///
    /// Errs with a sentence that names the file, what was found and what was expected.
    pub(super) fn load(&self) -> Result<Loaded, String> {
        let chain = self.chain()?;
        let key = self.key()?;
        let refuse = |cause: &str| format!("cannot use the certificate {}: {cause}", quoted(&self.chain));
        let signing_key = provider().key_provider.load_private_key(key).map_err(|_| {
            let cause =
                "it is of no kind that TLS signs with here: expected ECDSA (P-256, P-384, P-521), Ed25519 or RSA";
            format!("cannot use the key {}: {cause}", quoted(&self.key))
        })?;
        let leaf = chain.first().and_then(|leaf| Certificate::read(leaf));
        let leaf = leaf.ok_or_else(|| refuse("what stands between its lines is no X.509 certificate"))?;
        let validity = leaf.validity;
        let mut certified = CertifiedKey::new(chain, signing_key);
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
        let (stapled, remark_of_staple) = self.read_staple(now);
        let (staple, stapled_until) = stapled.unzip();
        certified.ocsp = staple;
        let remark = remark.or(remark_of_staple);
        let ends = validity.end;
        Ok(Loaded { certified: Arc::new(certified), names: leaf.names, stapled_until, ends, remark })
    }

    /// What its authority says of it, and until when that may be given on. A client that is given what is no longer valid
    /// refuses the whole certificate, and one that is given nothing does not.
    fn read_staple(&self, now: i64) -> (Option<(Vec<u8>, i64)>, Option<String>) {
        let path = self.staple();
        if !path.exists() {
            return (None, None);
        }
        let remark = |cause: &str| (None, Some(format!("cannot use {}: {cause}", quoted(&path))));
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(cause) => return remark(&cause),
        };
        match staple_validity(&bytes) {
            Some(validity) if validity.contains(&now) => (Some((bytes, validity.end)), None),
            Some(_) => remark("what the authority says there is not valid any more, or not yet"),
            None => remark("expected a good response of OCSP, in DER"),
        }
    }

    /// Whether clients could be offered this. Errs as [`load`](CertificateFiles::load).
    pub(super) fn check(&self) -> Result<(), String> {
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

impl Loaded {
    /// For every name.
    pub(super) fn of_one(certificate: Vec<u8>, key: Vec<u8>) -> Result<Loaded, String> {
        let leaf = Certificate::read(&certificate).ok_or("the certificate is none of X.509")?;
        let key = provider().key_provider.load_private_key(PrivateKeyDer::Pkcs8(key.into()));
        let key = key.map_err(|error| format!("the key cannot be used: {}", lowered(&error.to_string())))?;
        let certified = CertifiedKey::new(vec![CertificateDer::from(certificate)], key);
        certified.keys_match().map_err(|error| format!("the key is not that of the certificate: {error}"))?;
        let ends = leaf.validity.end;
        Ok(Loaded { certified: Arc::new(certified), names: Vec::new(), stapled_until: None, ends, remark: None })
    }
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

pub(super) fn cause(error: &io::Error) -> String {
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

pub(super) fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().escape_debug())
}

/// In the middle of a sentence.
pub(super) fn lowered(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}

pub(super) fn seconds(time: SystemTime) -> i64 {
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
