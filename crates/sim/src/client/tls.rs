//! The client's end of TLS, by the same library as the server's: what is proved here is not the library, but what goes on
//! around it.
//!
//! Keys and nonces come from the machine, not from the seed. All that depends on them has one length each, and a trace tells
//! of lengths alone, so that one seed is still one life: an Ed25519 certificate, for a signature of ECDSA has many lengths.

use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, SerialNumber};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, version};
use server::Offer;
use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, OnceLock};

/// The name that clients ask for.
const NAME: &str = "quarry.test";

/// What the server shows.
struct Identity {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let key = KeyPair::generate_for(&PKCS_ED25519).expect("the machine has random numbers");
        let mut params = CertificateParams::new([NAME.to_owned()]).expect("it is a name");
        params.serial_number = Some(SerialNumber::from(7));
        let certificate = params.self_signed(&key).expect("a key signs");
        Identity { certificate: certificate.der().to_vec(), key: key.serialize_der() }
    })
}

/// What the server of a life offers.
pub(crate) fn offer() -> Arc<Offer> {
    Offer::of_one(identity().certificate.clone(), identity().key.clone())
        .expect("certificate and key are of each other")
}

/// How clients of one life come; who comes back is known again.
pub(crate) struct Configs(Vec<Arc<ClientConfig>>);

impl Configs {
    pub(crate) fn new() -> Configs {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(identity().certificate.clone())).expect("it is a certificate");
        let roots = Arc::new(roots);
        let config = |of_old: bool, protocols: &[&[u8]]| {
            let versions = if of_old { &[&version::TLS12] } else { &[&version::TLS13] };
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(versions)
                .expect("the library has them")
                .with_root_certificates(Arc::clone(&roots));
            let mut config = config.with_no_client_auth();
            config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
            Arc::new(config)
        };
        let both = |protocols: &[&[u8]]| [config(false, protocols), config(true, protocols)];
        Configs([both(&[b"h2", b"http/1.1"]), both(&[b"http/1.1"]), both(&[])].concat())
    }

    /// One that is to speak in that version. `number`: any, of which it depends how.
    pub(crate) fn begin(&self, is_http2: bool, number: usize) -> Tls {
        let is_old = usize::from(number.is_multiple_of(4));
        let at = if is_http2 { is_old } else { 2 + is_old + 2 * (number / 4 % 2) };
        let name = ServerName::try_from(NAME).expect("it is a name");
        let mut connection = ClientConnection::new(Arc::clone(&self.0[at]), name).expect("it begins");
        connection.set_buffer_limit(None);
        Tls { connection, is_http2, has_ended: false, has_heard_end: false }
    }
}

/// One connection's.
pub(crate) struct Tls {
    connection: ClientConnection,
    is_http2: bool,
    /// We have said that nothing more comes.
    pub(crate) has_ended: bool,
    /// So has the server.
    pub(crate) has_heard_end: bool,
}

impl Tls {
    /// Whether both sides have agreed on keys.
    pub(crate) fn is_agreed(&self) -> bool {
        !self.connection.is_handshaking()
    }

    /// Takes what is to be said; until keys are agreed on, it waits.
    pub(crate) fn say(&mut self, plain: &[u8]) {
        // Behind our end nothing goes, and nothing to a server that has said that something is wrong.
        if !self.has_ended {
            self.has_ended = self.connection.writer().write_all(plain).is_err();
        }
    }

    /// Says that nothing more comes.
    pub(crate) fn end(&mut self) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.connection.send_close_notify();
        }
    }

    /// What is to go out.
    pub(crate) fn take_records(&mut self) -> Vec<u8> {
        let mut records = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut records).expect("in memory");
        }
        records
    }

    /// What the server says. Errs when it does not keep to TLS, or says that we do not.
    pub(crate) fn hear(&mut self, mut records: &[u8]) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        while !records.is_empty() {
            if self.has_heard_end {
                return Err("bytes behind the end of TLS".to_owned());
            }
            let was_agreed = self.is_agreed();
            self.connection.read_tls(&mut records).map_err(|error| format!("TLS: {error}"))?;
            let state = self.connection.process_new_packets().map_err(|error| format!("TLS: {error}"))?;
            self.has_heard_end |= state.peer_has_closed();
            match self.connection.reader().read_to_end(&mut plain) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(format!("TLS: {error}")),
                _ => {}
            }
            if self.is_agreed() && !was_agreed {
                let protocol = self.connection.alpn_protocol();
                if self.is_http2 != (protocol == Some(b"h2")) {
                    return Err(format!("TLS: agreed on {protocol:?}"));
                }
            }
        }
        Ok(plain)
    }
}
