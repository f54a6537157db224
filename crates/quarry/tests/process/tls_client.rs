//! A certificate, and a client that trusts it and nobody else.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::running::Running;

/// Writes a certificate for localhost and 127.0.0.1 that signs itself, and its key; gives where they are.
pub(crate) fn certificate(folder: &Path, days: std::ops::Range<i64>) -> (PathBuf, PathBuf) {
    let pair = rcgen::KeyPair::generate().expect("a key");
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut params = rcgen::CertificateParams::new(names).expect("names");
    params.not_before = day(days.start).into();
    params.not_after = day(days.end).into();
    let certificate = params.self_signed(&pair).expect("signed");
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    std::fs::write(&chain, certificate.pem()).expect("written");
    std::fs::write(&key, pair.serialize_pem()).expect("written");
    (chain, key)
}

/// A calendar day, counted from today.
pub(crate) fn day(days: i64) -> std::time::SystemTime {
    let span = std::time::Duration::from_secs(days.unsigned_abs() * 86_400 + 1800);
    let now = std::time::SystemTime::now();
    if days < 0 { now - span } else { now + span }
}

/// A connection by TLS, which tells an end from a cut.
pub(crate) type Client = StreamOwned<ClientConnection, TcpStream>;

/// What clients know. One is used by several connections of the same client, which then come back.
pub(crate) fn config(chain: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(chain).expect("a file") {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

pub(crate) fn connect(running: &Running, config: &Arc<ClientConfig>) -> Client {
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::clone(config), name).expect("it begins");
    StreamOwned::new(client, running.connect())
}

/// Says that nothing more will come, and ends our half.
pub(crate) fn end(client: &mut Client) {
    client.conn.send_close_notify();
    client.flush().expect("sent");
    client.sock.shutdown(Shutdown::Write).expect("ended");
}

/// Everything until the server says that it is the end; a cut is a panic.
#[track_caller]
pub(crate) fn read_all(client: &mut Client) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.read_to_end(&mut bytes).expect("an end that was said");
    bytes
}
