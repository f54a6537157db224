//! Clients of TLS: one that shakes hands again and again, or many that have asked once and say nothing more.
//!
//! `handshake full|resumed PORT SECONDS`: a connection for each request, one after the other; what came of it is printed as
//! `RESULT requests seconds`. `handshake idle http1|http2 PORT COUNT`: each asks once and stays; `there COUNT` is printed when all
//! have. The key exchange is X25519 with all of them, for that is what every server here has.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind, SignatureScheme, StreamOwned};

type Client = StreamOwned<ClientConnection, TcpStream>;

fn main() -> Result<(), Box<dyn Error>> {
    // Idle ones never end by themselves, and who started them may be killed.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["full", port, seconds] => shake(port.parse()?, seconds.parse()?, HandshakeKind::Full),
        ["resumed", port, seconds] => shake(port.parse()?, seconds.parse()?, HandshakeKind::Resumed),
        ["idle", version, port, count] => idle(version, port.parse()?, count.parse()?),
        _ => Err("expected full|resumed PORT SECONDS or idle http1|http2 PORT COUNT".into()),
    }
}

/// Errs when an answer is not whole, or the handshake was of another kind.
fn shake(port: u16, seconds: u64, kind: HandshakeKind) -> Result<(), Box<dyn Error>> {
    let mut config = config(&[b"http/1.1"])?;
    if kind == HandshakeKind::Full {
        config.resumption = Resumption::disabled();
    }
    let config = Arc::new(config);
    // The first is always a full one.
    ask(&config, port, "close")?;
    let begin = Instant::now();
    let mut requests = 0_u32;
    while begin.elapsed() < Duration::from_secs(seconds) {
        let client = ask(&config, port, "close")?;
        if client.conn.handshake_kind() != Some(kind) {
            return Err(format!("a handshake was {:?}, expected {kind:?}", client.conn.handshake_kind()).into());
        }
        requests += 1;
    }
    println!("RESULT {requests} {}", begin.elapsed().as_secs_f64());
    Ok(())
}

fn idle(version: &str, port: u16, count: usize) -> Result<(), Box<dyn Error>> {
    let is_http2 = version == "http2";
    let config = Arc::new(config(if is_http2 { &[b"h2"] } else { &[b"http/1.1"] })?);
    let mut clients = Vec::new();
    while clients.len() < count {
        clients.push(if is_http2 { ask_http2(&config, port)? } else { ask(&config, port, "keep-alive")? });
    }
    println!("there {count}");
    std::io::stdout().flush()?;
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn connect(config: &Arc<ClientConfig>, port: u16) -> Result<Client, Box<dyn Error>> {
    let socket = TcpStream::connect(("127.0.0.1", port))?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let client = ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
    Ok(StreamOwned::new(client, socket))
}

/// Errs when the answer is not the file of 1 KiB.
fn ask(config: &Arc<ClientConfig>, port: u16, then: &str) -> Result<Client, Box<dyn Error>> {
    let mut client = connect(config, port)?;
    let request = format!("GET /small.txt HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: {then}\r\n\r\n");
    client.write_all(request.as_bytes())?;
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let received = client.read(&mut piece)?;
        bytes.extend_from_slice(&piece[..received]);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        match end {
            Some(end) if bytes.len() >= end + 4 + 1024 && bytes.starts_with(b"HTTP/1.1 200") => return Ok(client),
            _ if received == 0 => return Err("the connection has ended within an answer".into()),
            _ => {}
        }
    }
}

/// Errs when the answer does not end.
fn ask_http2(config: &Arc<ClientConfig>, port: u16) -> Result<Client, Box<dyn Error>> {
    let mut client = connect(config, port)?;
    // RFC 7541: GET, https, a target and an authority as they are.
    let block = [&[0x82, 0x87, 0x04, 10][..], b"/small.txt", &[0x41, 9], b"localhost"].concat();
    let mut request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    request.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    request.extend([0, 0, block.len() as u8, 1, 0x05, 0, 0, 0, 1]);
    request.extend(block);
    client.write_all(&request)?;
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let received = client.read(&mut piece)?;
        if received == 0 {
            return Err("the connection has ended within an answer".into());
        }
        bytes.extend_from_slice(&piece[..received]);
        while let Some(&[high, middle, low, kind, flags, _, _, _, stream]) = bytes.first_chunk() {
            let end = 9 + u32::from_be_bytes([0, high, middle, low]) as usize;
            if bytes.len() < end {
                break;
            }
            bytes.drain(..end);
            match (kind, stream) {
                // DATA with END_STREAM.
                (0, 1) if flags & 1 != 0 => return Ok(client),
                // RST_STREAM, GOAWAY.
                (3 | 7, _) => return Err("the server refuses the request".into()),
                // SETTINGS are to be acknowledged.
                (4, _) if flags & 1 == 0 => client.write_all(&[0, 0, 0, 4, 1, 0, 0, 0, 0])?,
                _ => {}
            }
        }
    }
}

fn config(protocols: &[&[u8]]) -> Result<ClientConfig, Box<dyn Error>> {
    let provider = CryptoProvider { kx_groups: vec![aws_lc_rs::kx_group::X25519], ..aws_lc_rs::default_provider() };
    let provider = Arc::new(provider);
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

/// Believes any certificate, for whoever it is: what is measured is the server.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("only TLS 1.3 is spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
