//! A client of the same library, with what both say given on whole, byte by byte, and in odd pieces.

use super::*;
use crate::tls::certificate::Loaded;
use crate::tls::choice::Choice;
use crate::tls::config::{Ground, provider};
use crate::tls::ticket::Tickets;
use proptest::collection::vec;
use proptest::prelude::*;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, NamedGroup, RootCertStore};
use std::io::{ErrorKind, Read, Write};

struct Pair {
    server: Session,
    client: ClientConnection,
    /// How many bytes are given on at a time.
    piece: usize,
    opened: Vec<u8>,
    records: Records,
}

struct Setting {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

fn setting(protocols: &[&[u8]], versions: &[&'static rustls::SupportedProtocolVersion]) -> Setting {
    let pair = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let certificate: CertificateDer<'static> = params.self_signed(&pair).expect("signed").into();
    let key = PrivateKeyDer::Pkcs8(pair.serialize_der().into());
    let key = provider().key_provider.load_private_key(key).expect("a key");
    let certified = Arc::new(CertifiedKey::new(vec![certificate.clone()], key));
    let loaded = Loaded { certified, names: vec!["localhost".into()], stapled_until: None, ends: 0, remark: None };
    let ground = Ground::new(None, &Tickets::new(Vec::new()).expect("keys")).expect("a ground");
    let server = ground.config(Choice::among([&loaded], None)).expect("a config");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a root");
    let client = ClientConfig::builder_with_provider(Arc::new(provider()));
    let client = client.with_protocol_versions(versions).expect("versions").with_root_certificates(roots);
    let mut client = client.with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Setting { server, client: Arc::new(client) }
}

fn both(setting: &Setting, piece: usize) -> Pair {
    let server = Session::new(Arc::clone(&setting.server), Instant(7)).expect("it begins");
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::clone(&setting.client), name).expect("it begins");
    Pair { server, client, piece, opened: Vec::new(), records: Records::default() }
}

impl Pair {
    /// Gives on whatever there is, until nobody has anything to say. What the server was told is in `opened`.
    fn talk(&mut self) -> Result<(), Broken> {
        loop {
            let mut out = Vec::new();
            while self.client.wants_write() {
                self.client.write_tls(&mut out).expect("in memory");
            }
            if out.is_empty() {
                return Ok(());
            }
            let mut answer = Vec::new();
            for piece in out.chunks_mut(self.piece) {
                self.server.open(piece, &mut self.opened, &mut answer)?;
            }
            self.tell(&answer);
        }
    }

    fn tell(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.client.read_tls(&mut rest).expect("in memory");
            self.client.process_new_packets().expect("as TLS has it");
        }
    }

    fn seal(&mut self, plain: &[u8]) {
        self.records.clear();
        self.server.seal(plain, &mut self.records).expect("sealed");
        let records = self.records.bytes().to_vec();
        self.tell(&records);
    }

    /// What the client has been told, and whether it was told the end.
    fn heard(&mut self) -> (Vec<u8>, bool) {
        let mut heard = Vec::new();
        match self.client.reader().read_to_end(&mut heard) {
            Ok(_) => (heard, true),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                (heard, false)
            }
        }
    }
}

const PIECES: [usize; 4] = [usize::MAX, 1, 7, 1000];

#[track_caller]
fn check(version: &'static rustls::SupportedProtocolVersion, protocols: &[&[u8]], expected: Agreed) {
    let setting = setting(protocols, &[version]);
    for piece in PIECES {
        let mut pair = both(&setting, piece);
        assert_eq!(pair.server.deadline(), Some(Instant(7)));
        pair.talk().expect("a handshake");
        assert_eq!(pair.server.take_agreed(), Some(expected));
        assert_eq!((pair.server.take_agreed(), pair.server.deadline()), (None, None));
        assert_eq!(pair.client.protocol_version(), Some(version.version));
        let asked: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for part in asked.chunks(50_000) {
            pair.client.writer().write_all(part).expect("in memory");
            pair.talk().expect("records");
        }
        assert!(pair.opened == asked, "in pieces of {piece}");
        let answer: Vec<u8> = asked.iter().rev().copied().collect();
        let mut heard = Vec::new();
        // As much as the client takes at a time.
        for part in answer.chunks(16 << 10) {
            pair.seal(part);
            heard.extend(pair.heard().0);
        }
        assert!(heard == answer, "in pieces of {piece}");
        // Idle, it holds nothing.
        assert_eq!(pair.server.incoming.capacity(), 0);
        pair.client.send_close_notify();
        pair.talk().expect("an end");
        assert!(pair.server.has_peer_ended());
        // What comes behind the end is ignored (RFC 8446 §6.1), and we may still answer.
        assert_eq!(pair.server.open(&mut [0xFF; 100], &mut pair.opened, &mut Vec::new()), Ok(()));
        pair.seal(b"last");
        assert_eq!(pair.heard(), (b"last".to_vec(), false));
        pair.records.clear();
        pair.server.end(&mut pair.records).expect("ended");
        let records = pair.records.bytes().to_vec();
        assert!(!records.is_empty());
        pair.tell(&records);
        assert_eq!(pair.heard(), (Vec::new(), true));
        // Once is enough.
        pair.records.clear();
        assert_eq!(pair.server.end(&mut pair.records), Ok(()));
        assert_eq!(pair.records.bytes(), b"");
    }
}

#[test]
fn both_versions_say_the_same_in_any_pieces() {
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        check(version, &[], Agreed::Http1);
        check(version, &[b"http/1.1"], Agreed::Http1);
        check(version, &[b"h2", b"http/1.1"], Agreed::Http2);
    }
}

#[test]
fn a_client_that_comes_back_is_known_and_keys_are_made_for_tomorrow_s_computers() {
    let setting = setting(&[b"h2"], &[&rustls::version::TLS13]);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let mut pair = both(&setting, usize::MAX);
        pair.talk().expect("a handshake");
        kinds.push(pair.client.handshake_kind());
        let group = pair.client.negotiated_key_exchange_group().map(|group| group.name());
        assert_eq!(group, Some(NamedGroup::X25519MLKEM768));
    }
    assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
}

#[test]
fn many_bytes_go_in_as_few_records_as_can_be() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    let mut pair = both(&setting, usize::MAX);
    pair.talk().expect("a handshake");
    pair.records.clear();
    pair.server.seal(&[b'a'; 64 << 10], &mut pair.records).expect("sealed");
    // Five bytes ahead, one for the type, sixteen to prove it.
    assert_eq!(pair.records.bytes().len(), (64 << 10) + 4 * 22);
}

#[test]
fn nobody_is_answered_who_does_not_keep_to_tls() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    let open = |bytes: &[u8]| {
        let mut pair = both(&setting, usize::MAX);
        let mut out = Vec::new();
        let result = pair.server.open(&mut bytes.to_vec(), &mut pair.opened, &mut out);
        assert_eq!(pair.opened, b"");
        assert_eq!(pair.server.seal(b"a", &mut pair.records), Err(Broken));
        (result, out)
    };
    // A record of type 255; one that says it is longer than any; a hello that is none.
    for bytes in [&[0xFF; 100][..], &[22, 3, 1, 0xFF, 0xFF, 0], &[22, 3, 1, 0, 4, 1, 0, 0, 0]] {
        let (result, out) = open(bytes);
        assert_eq!(result, Err(Broken), "{bytes:?}");
        // A fatal alert: record 21, level 2.
        assert!(matches!(out[..], [21, 3, _, 0, 2, 2, _]), "{out:?}");
    }
    assert_eq!(open(&[22, 3, 1]), (Ok(()), vec![]));
}

#[test]
fn a_hello_without_end_is_not_kept() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    let mut pair = both(&setting, usize::MAX);
    // Its message has 60,000 bytes, in records of 1,000.
    let mut record = [&[22, 3, 1, 0x03, 0xE8, 1, 0, 0xEA, 0x60][..], &[0; 996]].concat();
    let mut kept = 0;
    while pair.server.open(&mut record.clone(), &mut pair.opened, &mut Vec::new()).is_ok() {
        kept += record.len();
        record[5..9].fill(0);
        assert!(kept <= limit::RECORD_BYTES_MAX + 2000);
    }
    assert!(kept > 16_000);
    assert_eq!(pair.server.incoming.capacity(), 0);
}

#[test]
fn small_records_of_the_peer_are_put_together() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    let mut pair = both(&setting, usize::MAX);
    pair.talk().expect("a handshake");
    for number in 0..100_u8 {
        pair.client.writer().write_all(&[number]).expect("in memory");
    }
    pair.talk().expect("records");
    assert_eq!(pair.opened, (0..100).collect::<Vec<u8>>());
}

#[test]
fn a_request_in_clear_is_told_from_a_handshake_by_its_first_byte() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    let mut pair = both(&setting, usize::MAX);
    assert!(pair.server.is_cleartext(b"GET / HTTP/1.1"));
    assert!(pair.server.is_cleartext(b"P"));
    assert!(!pair.server.is_cleartext(&[22, 3, 1]));
    assert!(!pair.server.is_cleartext(b""));
    pair.talk().expect("a handshake");
    assert!(!pair.server.is_cleartext(b"GET / HTTP/1.1"));
}

#[test]
fn keys_are_renewed_when_the_peer_asks_for_it() {
    let setting = setting(&[], &[&rustls::version::TLS13]);
    for piece in PIECES {
        let mut pair = both(&setting, piece);
        pair.talk().expect("a handshake");
        for round in 0..3_u8 {
            pair.client.refresh_traffic_keys().expect("after the handshake");
            pair.client.writer().write_all(&[round]).expect("in memory");
            pair.talk().expect("records by new keys");
            pair.seal(&[round + 100]);
            assert_eq!(pair.heard(), (vec![round + 100], false));
        }
        assert_eq!(pair.opened, [0, 1, 2]);
    }
}

/// What a client says in a whole connection: its hello, what ends the handshake, 40,000 bytes in records, and its end.
fn said_by_a_client(setting: &Setting) -> (Pair, Vec<Vec<u8>>) {
    let mut pair = both(setting, usize::MAX);
    let mut flights = Vec::new();
    for step in 0..4 {
        match step {
            2 => pair.client.writer().write_all(&[b'a'; 40_000]).expect("in memory"),
            3 => pair.client.send_close_notify(),
            _ => {}
        }
        let mut flight = Vec::new();
        while pair.client.wants_write() {
            pair.client.write_tls(&mut flight).expect("in memory");
        }
        let mut answer = Vec::new();
        pair.server.open(&mut flight.clone(), &mut pair.opened, &mut answer).expect("as TLS has it");
        pair.tell(&answer);
        flights.push(flight);
    }
    (pair, flights)
}

proptest! {
    /// The server of the test has other keys than the one that the client spoke to: what it is told is noise from the second
    /// flight on, and before that whatever became of a hello.
    #[test]
    fn whatever_comes_is_taken_or_refused_and_little_is_kept(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        piece in 1_usize..5000,
        seed in any::<bool>(),
    ) {
        let setting = setting(&[b"h2"], &[if seed { &rustls::version::TLS13 } else { &rustls::version::TLS12 }]);
        let (_, flights) = said_by_a_client(&setting);
        let mut bytes = flights.concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let mut pair = both(&setting, piece);
        let mut broken = false;
        for piece in bytes.chunks_mut(pair.piece) {
            let mut out = Vec::new();
            let result = pair.server.open(piece, &mut pair.opened, &mut out);
            // Once it is broken it stays so, and nothing is said but why.
            prop_assert!(!broken || result.is_ok() && out.is_empty());
            broken |= result.is_err();
            prop_assert!(pair.server.incoming.len() <= limit::RECORD_BYTES_MAX);
        }
        prop_assert_eq!(&pair.opened[..], b"", "nobody has agreed on keys");
        prop_assert!(!broken || pair.server.seal(b"a", &mut pair.records).is_err());
    }

    /// Of a connection that is agreed, a change is noticed, and what was read before it was said.
    #[test]
    fn a_byte_that_somebody_changes_ends_the_connection(at in any::<prop::sample::Index>(), bit in 0_u32..8, piece in 1_usize..5000) {
        let setting = setting(&[b"h2"], &[&rustls::version::TLS13]);
        let mut pair = both(&setting, piece);
        pair.talk().expect("a handshake");
        pair.client.writer().write_all(&[b'a'; 40_000]).expect("in memory");
        let mut bytes = Vec::new();
        while pair.client.wants_write() {
            pair.client.write_tls(&mut bytes).expect("in memory");
        }
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let mut broken = false;
        for piece in bytes.chunks_mut(piece) {
            broken |= pair.server.open(piece, &mut pair.opened, &mut Vec::new()).is_err();
        }
        prop_assert!(pair.opened.len() < 40_000 && pair.opened.iter().all(|byte| *byte == b'a'));
        // The length of a record may have grown: then its rest is waited for.
        prop_assert!(broken || !pair.server.incoming.is_empty());
    }
}
