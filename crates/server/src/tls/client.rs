//! The other side of TLS: for whoever asks a server that runs what it has seen (`quarry explain --live`). Blocking, for there is
//! nothing else to do meanwhile.

use super::certificate::lowered;
use super::config::provider;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore};
use rustls::{SignatureScheme, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

/// Whom a client believes that a server is who it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those in these files (PEM); what is no certificate there is passed over.
    Files(Vec<PathBuf>),
    /// Nobody is asked.
    Anybody,
}

/// A connection by TLS that a client has begun.
#[derive(Debug)]
pub struct Secured(StreamOwned<ClientConnection, TcpStream>);

impl Secured {
    /// Shakes hands with the server of that name, which speaks HTTP/1.1 from then on.
    ///
    /// Errs with a sentence when it does not speak TLS, or is not believed.
    pub fn connect(mut stream: TcpStream, host: &str, trust: &Trust) -> Result<Secured, String> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("{host:?} is no name of a server"))?;
        let mut client = ClientConnection::new(Arc::new(config(trust)?), name).map_err(|error| said(&error, host))?;
        while client.is_handshaking() {
            client.complete_io(&mut stream).map_err(|error| {
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    return "it does not speak TLS there".into();
                }
                let fault = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
                fault.map_or_else(|| lowered(&error.to_string()), |fault| said(fault, host))
            })?;
        }
        Ok(Secured(StreamOwned::new(client, stream)))
    }

    /// Says that nothing more will come from us.
    pub fn end(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()
    }
}

impl Read for Secured {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Secured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn config(trust: &Trust) -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| lowered(&error.to_string()))?;
    let mut config = match trust {
        Trust::Anybody => config.dangerous().with_custom_certificate_verifier(Arc::new(Believer)),
        Trust::Files(files) => {
            let mut roots = RootCertStore::empty();
            for file in files {
                let read = CertificateDer::pem_file_iter(file);
                let read = read.map_err(|error| format!("cannot read {file:?}: {}", lowered(&error.to_string())))?;
                read.flatten().for_each(|certificate| {
                    let _ = roots.add(certificate);
                });
            }
            config.with_root_certificates(roots)
        }
    }
    .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What is in the way, for people.
fn said(error: &Error, host: &str) -> String {
    use CertificateError as Of;
    match error {
        Error::InvalidCertificate(Of::UnknownIssuer) => {
            "its certificate is vouched for by nobody whom this machine trusts".into()
        }
        Error::InvalidCertificate(Of::NotValidForName | Of::NotValidForNameContext { .. }) => {
            format!("its certificate is for other names than {host}")
        }
        Error::InvalidCertificate(Of::Expired | Of::ExpiredContext { .. }) => "its certificate has expired".into(),
        Error::InvalidMessage(_) => "it does not speak TLS there".into(),
        other => lowered(&other.to_string()),
    }
}

/// Believes everybody, as whoever asked for it wants.
#[derive(Debug)]
struct Believer;

impl ServerCertVerifier for Believer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
