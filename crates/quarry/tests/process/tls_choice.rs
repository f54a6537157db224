//! Which certificate a client gets, what comes with it, and which clients are let in.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustix::process::Signal;

use super::running::{Running, until};
use super::{curl, program, run, start, write};

/// An authority, and what it has vouched for, in a folder.
struct Authority {
    folder: tempfile::TempDir,
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new() -> Authority {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("site"), "a.txt", "0123456789");
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "who vouches");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        write(folder.path(), "ca.pem", params.self_signed(&key).expect("signed").pem());
        write(folder.path(), "ca.key", key.serialize_pem());
        Authority { folder, params, key }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// A certificate for these names, in `FILE.pem` with its chain, its key in `FILE.key`.
    fn vouch(&self, file: &str, names: &[&str], algorithm: &'static rcgen::SignatureAlgorithm) {
        let key = KeyPair::generate_for(algorithm).expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, file);
        params.serial_number = Some(vec![0x12, 0x34].into());
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let signed = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).expect("signed");
        write(self.folder.path(), &format!("{file}.pem"), signed.pem());
        write(self.folder.path(), &format!("{file}.key"), key.serialize_pem());
    }

    /// A server with these certificates, in this order.
    fn start(&self, files: &[&str], flags: &[&str]) -> Running {
        let mut all: Vec<String> = Vec::new();
        for file in files {
            all.extend(["--tls-cert".into(), self.path(&format!("{file}.pem"))]);
            all.extend(["--tls-key".into(), self.path(&format!("{file}.key"))]);
        }
        let flags: Vec<&str> = all.iter().map(String::as_str).chain(flags.iter().copied()).collect();
        start(&self.root(), &flags)
    }

    /// What openssl says of a handshake.
    fn handshake(&self, running: &Running, arguments: &[&str]) -> String {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", running.address(), "-CAfile", &self.path("ca.pem")]).args(arguments);
        let output = command.stdin(Stdio::null()).output().expect("openssl is needed, see `cargo x tools`");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// The common name of the certificate that who asks for this name gets.
    fn given(&self, running: &Running, arguments: &[&str]) -> String {
        let said = self.handshake(running, arguments);
        let subject = said.lines().find_map(|line| line.strip_prefix("subject="));
        subject
            .unwrap_or_else(|| panic!("{said}"))
            .trim()
            .trim_start_matches("CN")
            .trim_start_matches([' ', '='])
            .to_owned()
    }
}

#[test]
fn a_client_gets_the_certificate_for_the_name_that_it_asks_for() {
    let authority = Authority::new();
    authority.vouch("first", &["one.test", "www.one.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    authority.vouch("star", &["*.two.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    authority.vouch("exact", &["exact.two.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let running = authority.start(&["first", "star", "exact"], &[]);
    for (name, expected) in [
        ("one.test", "first"),
        ("WWW.One.Test", "first"),
        ("a.two.test", "star"),
        ("exact.two.test", "exact"),
        // One label only, and not the name itself (RFC 9525 §6.3).
        ("b.a.two.test", "first"),
        ("two.test", "first"),
        ("elsewhere.test", "first"),
    ] {
        assert_eq!(authority.given(&running, &["-servername", name]), expected, "{name}");
        assert_eq!(authority.given(&running, &["-servername", name, "-tls1_2"]), expected, "{name}");
    }
    assert_eq!(authority.given(&running, &["-noservername"]), "first");
    let url = |name: &str| format!("https://{name}:{}/a.txt", running.port());
    for name in ["one.test", "any.two.test", "exact.two.test"] {
        let resolved = format!("{name}:{}:127.0.0.1", running.port());
        assert_eq!(curl(&["--cacert", &authority.path("ca.pem"), "--resolve", &resolved, &url(name)]), "0123456789");
    }
}

#[test]
fn of_two_kinds_of_keys_a_client_gets_the_one_that_it_can_read() {
    let authority = Authority::new();
    authority.vouch("modern", &["one.test"], &rcgen::PKCS_ED25519);
    authority.vouch("usual", &["one.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let running = authority.start(&["modern", "usual"], &[]);
    assert_eq!(authority.given(&running, &["-servername", "one.test"]), "modern");
    let usual = ["-servername", "one.test", "-sigalgs", "ECDSA+SHA256"];
    assert_eq!(authority.given(&running, &usual), "usual");
    // For a name that none is for as well.
    assert_eq!(authority.given(&running, &["-noservername", "-sigalgs", "ECDSA+SHA256"]), "usual");
}

#[test]
fn one_of_several_that_changes_is_served_and_one_that_is_spoilt_takes_no_other_with_it() {
    let authority = Authority::new();
    authority.vouch("first", &["one.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    authority.vouch("second", &["two.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let running = authority.start(&["first", "second"], &[]);
    let serial = |name: &str| {
        let said = authority.handshake(&running, &["-servername", name, "-showcerts"]);
        said.split("-----").nth(2).expect("a certificate").to_owned()
    };
    let before = (serial("one.test"), serial("two.test"));
    fs::write(authority.path("first.pem"), "nothing").expect("written");
    authority.vouch("second", &["two.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    until("the second is served anew", || (serial("two.test") != before.1).then_some(()));
    assert_eq!(serial("one.test"), before.0);
    let (code, _, said) = running.end(Signal::TERM);
    assert_eq!(code, Some(0));
    assert_eq!(said.matches("clients still get the certificate from before").count(), 1, "{said}");
}

/// What an authority says of a certificate, as openssl makes it.
fn staple(authority: &Authority, file: &str, days: &str, word: &str) {
    let index = format!(
        "{word}\t400101000000Z\t{}\t1234\tunknown\t/CN={file}\n",
        if word == "R" { "200101000000Z" } else { "" }
    );
    write(authority.folder.path(), "index.txt", index);
    let path = |name: &str| authority.path(name);
    let (ca, leaf, asked) = (path("ca.pem"), path(&format!("{file}.pem")), path("asked.der"));
    program("openssl", &["ocsp", "-issuer", &ca, "-cert", &leaf, "-no_nonce", "-reqout", &asked]);
    let signer = ["-CA", &ca, "-rsigner", &ca, "-rkey", &path("ca.key")];
    let out = path(&format!("{file}.pem.ocsp"));
    let answer = ["ocsp", "-index", &path("index.txt"), "-reqin", &asked, "-respout", &out, "-ndays", days];
    program("openssl", &[&answer[..], &signer].concat());
}

#[test]
fn what_the_authority_says_of_a_certificate_is_given_on_as_long_as_it_is_good() {
    let authority = Authority::new();
    authority.vouch("first", &["one.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let running = authority.start(&["first"], &[]);
    let status = || authority.handshake(&running, &["-servername", "one.test", "-status"]);
    assert!(status().contains("OCSP response: no response sent"));
    staple(&authority, "first", "3", "V");
    until("it is given on", || status().contains("Cert Status: good").then_some(()));
    // Whoever says that it is not good would only take clients away.
    staple(&authority, "first", "3", "R");
    until("it is not given on", || status().contains("OCSP response: no response sent").then_some(()));
    let (_, _, said) = running.end(Signal::TERM);
    assert!(said.contains("first.pem.ocsp\": expected a good response of OCSP, in DER\n"), "{said}");
}

#[test]
fn clients_without_a_certificate_of_that_authority_are_not_let_in() {
    let (authority, other) = (Authority::new(), Authority::new());
    authority.vouch("server", &["localhost", "127.0.0.1"], &rcgen::PKCS_ECDSA_P256_SHA256);
    authority.vouch("client", &["me.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    other.vouch("client", &["me.test"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let running = authority.start(&["server"], &["--tls-client-ca", &authority.path("ca.pem")]);
    let url = format!("{}a.txt", running.url);
    let ask = |of: Option<&Authority>, latest: &str| {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--max-time",
            "20",
            "--tls-max",
            latest,
            "--cacert",
            &authority.path("ca.pem"),
            &url,
        ]);
        if let Some(of) = of {
            command.args(["--cert", &of.path("client.pem"), "--key", &of.path("client.key")]);
        }
        String::from_utf8(command.output().expect("curl").stdout).expect("text")
    };
    for latest in ["1.2", "1.3"] {
        assert_eq!(ask(Some(&authority), latest), "0123456789");
        assert_eq!(ask(Some(&other), latest), "");
        assert_eq!(ask(None, latest), "");
    }
    // Once others vouch, those from before are strangers.
    let trusted = fs::copy(authority.path("ca.pem"), authority.path("trusted.pem"));
    trusted.and_then(|_| fs::copy(other.path("ca.pem"), authority.path("ca.pem"))).expect("copied");
    let is_let_in = |of: &Authority| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--max-time", "20", "--cacert", &authority.path("trusted.pem"), &url]);
        command.args(["--cert", &of.path("client.pem"), "--key", &of.path("client.key")]);
        command.output().expect("curl").stdout == b"0123456789"
    };
    until("the others are let in", || is_let_in(&other).then_some(()));
    assert!(!is_let_in(&authority));
}

#[test]
fn browsers_are_told_to_come_by_https_alone_and_never_in_clear() {
    let authority = Authority::new();
    authority.vouch("server", &["localhost", "127.0.0.1"], &rcgen::PKCS_ECDSA_P256_SHA256);
    let field = |running: &Running, scheme: &str| {
        let url = running.url.replace("https:", scheme);
        let head = curl(&["--cacert", &authority.path("ca.pem"), "--head", &url]);
        head.lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("strict-transport-security: ").map(str::to_owned))
    };
    let running = authority.start(&["server"], &["--hsts"]);
    assert_eq!(field(&running, "https:").as_deref(), Some("max-age=31536000"));
    assert_eq!(field(&running, "http:"), None);
    let running = authority.start(&["server"], &["--hsts=0"]);
    assert_eq!(field(&running, "https:").as_deref(), Some("max-age=0"));
    let own = "Strict-Transport-Security: max-age=1; preload";
    let running = authority.start(&["server"], &["--hsts", "--header", own]);
    assert_eq!(field(&running, "https:").as_deref(), Some("max-age=1; preload"));
    assert_eq!(field(&running, "http:"), None);
}

#[test]
fn certificates_and_keys_come_in_pairs() {
    let ended = run(["--tls-cert", "a.pem", "--tls-cert", "b.pem", "--tls-key", "a.key"]);
    let expected = "quarry: cannot pair certificates with keys: found 2 --tls-cert and 1 --tls-key\n";
    assert_eq!((ended.code, ended.errors.as_str()), (Some(2), expected));
    for flags in [&["--hsts"][..], &["--tls-client-ca", "a.pem"], &["--redirect-http", "80"]] {
        let ended = run(flags);
        assert_eq!(ended.code, Some(2));
        assert!(ended.errors.starts_with(&format!("quarry: cannot heed {}: nothing is served by HTTPS", flags[0])));
    }
}
