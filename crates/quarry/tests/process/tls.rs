//! HTTPS as its clients have it: curl, openssl, h2load, and bytes as none of them sends them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::response::Response;
use super::running::{Running, until};
use super::tls_client::{self as client, certificate};
use super::{curl, program, run, start, write};

/// A folder to be served, and a certificate beside it.
struct Site {
    _folder: tempfile::TempDir,
    root: PathBuf,
    chain: PathBuf,
    key: PathBuf,
}

const LARGE_BYTES: usize = 20_000_000;

impl Site {
    fn new() -> Site {
        Site::valid(-1..30)
    }

    /// Valid in these days, counted from today.
    fn valid(days: std::ops::Range<i64>) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("site");
        write(&root, "a.txt", "0123456789");
        let large: Vec<u8> =
            (0..LARGE_BYTES as u32 / 4).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        write(&root, "large.bin", large);
        for number in 0..200 {
            write(&root, &format!("many/{number}.txt"), format!("this is {number}"));
        }
        let (chain, key) = certificate(folder.path(), days);
        Site { _folder: folder, root, chain, key }
    }

    fn start(&self, flags: &[&str]) -> Running {
        start(&self.root, &[&["--tls-cert", text(&self.chain), "--tls-key", text(&self.key)], flags].concat())
    }

    /// What curl gets, and what it says of it.
    #[track_caller]
    fn curl(&self, arguments: &[&str]) -> String {
        curl(&[&["--cacert", text(&self.chain)], arguments].concat())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn both_versions_of_http_are_served() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    assert!(running.url.starts_with("https://127.0.0.1:"), "{}", running.url);
    for target in ["a.txt", "large.bin", "many/?format=json", "many/", "missing", "many/?archive=tar"] {
        let url = format!("{}{target}", running.url);
        // The second is from memory.
        for _ in 0..2 {
            assert!(site.curl(&["--http2", &url]) == site.curl(&["--http1.1", &url]), "{target}");
        }
    }
    let url = format!("{}a.txt", running.url);
    let status = |arguments: &[&str]| {
        let told = ["--output", "/dev/null", "--write-out", "%{http_version} %{http_code}", &url];
        site.curl(&[arguments, &told].concat())
    };
    for (version, name) in [("--http1.1", "1.1"), ("--http2", "2")] {
        assert_eq!(status(&[version]), format!("{name} 200"));
        assert_eq!(status(&[version, "--head"]), format!("{name} 200"));
        assert_eq!(status(&[version, "--range", "2-4"]), format!("{name} 206"));
        assert_eq!(status(&[version, "--header", "If-None-Match: *"]), format!("{name} 304"));
        assert_eq!(status(&[version, "--data", "content"]), format!("{name} 405"));
        assert_eq!(site.curl(&[version, "--range", "2-4", &url]), "234");
    }
}

#[test]
fn a_large_file_and_a_part_of_it_come_to_the_byte() {
    let site = Site::new();
    let running = site.start(&[]);
    let file = fs::read(site.root.join("large.bin")).expect("read");
    let url = format!("{}large.bin", running.url);
    for version in ["--http1.1", "--http2"] {
        let get = |arguments: &[&str]| {
            let trusted = ["--silent", "--max-time", "60", "--cacert", text(&site.chain), version];
            program("curl", &[&trusted, arguments, &[&url]].concat())
        };
        assert!(get(&[]) == file, "{version}");
        assert!(get(&["--range", "12345-9876543"]) == file[12_345..=9_876_543], "{version}");
        // Slower than the kernel's buffers let it be written at once.
        assert!(get(&["--limit-rate", "20M"]) == file, "{version}");
    }
}

#[test]
fn a_reader_that_stops_and_goes_on_gets_all_of_it() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    let file = fs::read(site.root.join("large.bin")).expect("read");
    let config = client::config(&site.chain);
    let mut stream = client::connect(&running, &config);
    stream.write_all(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    // Others are served while it does not read.
    for _ in 0..3 {
        assert_eq!(site.curl(&[&format!("{}a.txt", running.url)]), "0123456789");
    }
    // What it asks meanwhile is answered behind.
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut reader = BufReader::new(stream);
    assert!(Response::read(&mut reader).content == file);
    assert_eq!(Response::read(&mut reader).text(), "0123456789");
    assert_eq!(client::read_all(reader.get_mut()), b"");
}

#[test]
fn the_listing_knows_that_it_is_https() {
    let site = Site::new();
    let running = site.start(&[]);
    let told = site.curl(&[&format!("{}-/opensearch.xml", running.url)]);
    assert!(told.contains(&format!("{}-/find", running.url)), "{told}");
}

/// What openssl says of a connection on which it says nothing.
fn openssl(running: &Running, arguments: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", running.address(), "-servername", "localhost"]).args(arguments);
    let output = command.stdin(Stdio::null()).output().expect("openssl is there");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn openssl_agrees_on_versions_protocols_and_sessions() {
    let site = Site::new();
    // Whoever comes back may meet another worker.
    let running = site.start(&["--workers", "2"]);
    let trusted = ["-CAfile", text(&site.chain), "-verify_return_error"];
    let told = |arguments: &[&str]| openssl(&running, &[&trusted, arguments].concat());
    let says = |arguments: &[&str], expected: &[&str]| {
        let told = told(arguments);
        for word in expected {
            assert!(told.contains(word), "{arguments:?}: {word}: {told}");
        }
    };
    says(&["-tls1_3", "-alpn", "h2,http/1.1"], &["New, TLSv1.3", "ALPN protocol: h2", "Verification: OK"]);
    says(
        &["-tls1_2", "-alpn", "http/1.1"],
        &["New, TLSv1.2", "ALPN protocol: http/1.1", "Extended master secret: yes"],
    );
    says(&["-tls1_3"], &["No ALPN negotiated"]);
    // What nobody has in common with us is told (RFC 7301 §3.2), and old versions are no more.
    says(&["-alpn", "smtp"], &["no application protocol"]);
    says(&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], &["SSL alert number 40", "New, (NONE)"]);
    let session = site.root.join("session");
    for version in ["-tls1_3", "-tls1_2"] {
        // One that has asked something has also read its ticket.
        let ask = |arguments: &[&str]| {
            let mut command = Command::new("openssl");
            command.args(["s_client", "-connect", running.address(), version, "-ign_eof"]).args(arguments);
            let mut child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it is there");
            let request = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            child.stdin.as_mut().expect("piped").write_all(request).expect("sent");
            String::from_utf8_lossy(&child.wait_with_output().expect("it ends").stdout).into_owned()
        };
        let first = ask(&["-sess_out", text(&session)]);
        assert!(first.contains("New, TLSv1") && first.contains("0123456789"), "{first}");
        for _ in 0..4 {
            let again = ask(&["-sess_in", text(&session)]);
            assert!(again.contains("Reused, TLSv1") && again.contains("0123456789"), "{again}");
        }
    }
}

#[test]
fn twenty_thousand_requests_bring_no_fault() {
    let site = Site::new();
    let running = site.start(&[]);
    let url = format!("{}a.txt", running.url);
    for arguments in [&["--max-concurrent-streams=20"][..], &["--h1"]] {
        let arguments = [&["--requests=20000", "--clients=20", &url][..], arguments].concat();
        let told = String::from_utf8_lossy(&program("h2load", &arguments)).into_owned();
        assert!(told.contains("20000 succeeded, 0 failed, 0 errored, 0 timeout"), "{told}");
        assert!(told.contains("TLS Protocol: TLSv1.3"), "{told}");
    }
}

#[test]
fn nghttp_gets_a_page_and_what_belongs_to_it() {
    let site = Site::new();
    let running = site.start(&[]);
    let told = program("nghttp", &["--no-verify-peer", &format!("{}a.txt", running.url)]);
    assert_eq!(String::from_utf8_lossy(&told), "0123456789");
}

#[test]
fn a_request_in_clear_is_sent_to_https() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    let address = running.address();
    let told = |arguments: &[&str]| {
        let plain = format!("http://{address}/many/?sort=name");
        curl(
            &[
                arguments,
                &["--output", "/dev/null", "--write-out", "%{http_version} %{http_code} %{redirect_url}", &plain],
            ]
            .concat(),
        )
    };
    let expected = format!("308 https://{address}/many/?sort=name");
    assert_eq!(told(&[]), format!("1.1 {expected}"));
    assert_eq!(told(&["--head"]), format!("1.1 {expected}"));
    assert_eq!(told(&["--data", "content"]), format!("1.1 {expected}"));
    assert_eq!(told(&["--http2-prior-knowledge"]), format!("2 {expected}"));
    // Who follows arrives, with the same certificate.
    assert_eq!(site.curl(&["--location", &format!("http://{address}/a.txt")]), "0123456789");
    // Byte by byte it is the same.
    let mut stream = running.connect();
    for byte in b"GET /a.txt HTTP/1.1\r\nHost: example.org\r\n\r\nGET * HTTP/1.0\r\n\r\n" {
        stream.write_all(&[*byte]).expect("sent");
    }
    let mut reader = BufReader::new(stream);
    let response = Response::read(&mut reader);
    assert_eq!((response.status, response.field("location")), (308, Some("https://example.org/a.txt")));
    assert_eq!(Response::read(&mut reader).status, 400);
}

#[test]
fn what_is_neither_is_told_and_ended() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    for bytes in [&b"\x16\x03\x01\xFF\xFF\x00"[..], b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", &[0xFF; 1000], b"\r\n\r\n"]
    {
        let mut stream = running.connect();
        stream.write_all(bytes).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an end");
        // A fatal alert, and then the end.
        assert!(matches!(answer[..], [21, 3, _, 0, 2, 2, _]), "{bytes:?}: {answer:?}");
    }
    assert_eq!(site.curl(&[&format!("{}a.txt", running.url)]), "0123456789");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn a_client_that_has_ended_its_half_gets_its_answers() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    let config = client::config(&site.chain);
    let mut stream = client::connect(&running, &config);
    // The second is made by the pool, and what has no end is no request.
    let requests = "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /many/?format=json HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(requests.as_bytes()).expect("sent");
    client::end(&mut stream);
    let mut reader = BufReader::new(stream);
    assert_eq!(Response::read(&mut reader).text(), "0123456789");
    assert!(Response::read(&mut reader).text().contains("199.txt"));
    assert_eq!(client::read_all(reader.get_mut()), b"");
}

#[test]
fn a_client_that_is_cut_off_is_no_trouble() {
    let site = Site::new();
    let mut running = site.start(&["--workers", "1"]);
    let config = client::config(&site.chain);
    // In the middle of its hello, of its request, and behind it, without the word that it is the end.
    drop(running.connect());
    running.connect().write_all(b"\x16\x03\x01\x02\x00\x01").expect("sent");
    for request in ["GET /a.txt HT", "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let mut stream = client::connect(&running, &config);
        stream.write_all(request.as_bytes()).expect("sent");
        stream.flush().expect("sent");
        stream.sock.shutdown(std::net::Shutdown::Both).expect("cut");
    }
    let mut stream = client::connect(&running, &config);
    stream.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    stream.flush().expect("sent");
    // Its half of the connection ends, but it has not said so: the answer to a whole request is sent all the same.
    stream.sock.shutdown(std::net::Shutdown::Write).expect("cut");
    assert!(String::from_utf8_lossy(&client::read_all(&mut stream)).ends_with("\r\n\r\n0123456789"));
    running.signal(Signal::TERM);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_handshake_that_drips_is_ended_at_its_deadline() {
    let site = Site::new();
    let running = site.start(&["--workers", "1"]);
    let mut stream = running.connect();
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("set");
    let begun = Instant::now();
    stream.write_all(b"\x16\x03\x01\x20\x00\x01\x00\x1F\xFC").expect("sent");
    let ended = loop {
        assert!(begun.elapsed() < Duration::from_secs(40), "drips go on for ever");
        // One more byte each half second.
        if stream.write_all(b"x").is_err() {
            break begun.elapsed();
        }
        match stream.read(&mut [0; 10]) {
            Ok(0) => break begun.elapsed(),
            Ok(_) => panic!("it was told something"),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            // It was closed over what drips.
            Err(_) => break begun.elapsed(),
        }
    };
    assert!(ended >= Duration::from_millis(9500), "{ended:?}");
}

#[test]
fn at_the_word_to_stop_the_end_is_said() {
    let site = Site::new();
    let mut running = site.start(&["--workers", "1", "--drain", "1h"]);
    let config = client::config(&site.chain);
    let mut idle = client::connect(&running, &config);
    idle.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert_eq!(Response::read(&mut BufReader::new(&mut idle)).text(), "0123456789");
    let mut busy = client::connect(&running, &config);
    busy.write_all(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let mut first = [0; 12];
    busy.read_exact(&mut first).expect("an answer");
    running.signal(Signal::TERM);
    assert_eq!(client::read_all(&mut idle), b"");
    drop(idle);
    assert!(client::read_all(&mut busy).len() > LARGE_BYTES);
    drop(busy);
    assert_eq!(running.wait(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_unix_socket_stays_in_clear() {
    let site = Site::new();
    let socket = site.root.join("socket");
    let running = site.start(&["--listen", &format!("unix:{}", text(&socket)), "--listen", "127.0.0.1:0"]);
    assert_eq!(curl(&["--unix-socket", text(&socket), "http://a/a.txt"]), "0123456789");
    assert_eq!(running.url, format!("unix:{}", text(&socket)));
}

#[test]
fn a_certificate_that_changes_is_served_within_seconds() {
    let site = Site::new();
    let mut running = site.start(&["--workers", "2"]);
    let url = format!("{}a.txt", running.url);
    assert_eq!(site.curl(&[&url]), "0123456789");
    let folder = site.chain.parent().expect("a folder");
    certificate(folder, -1..60);
    // The old one is trusted no more, the new one is.
    until("the new certificate is served", || {
        let mut command = Command::new("curl");
        let output = command.args(["--silent", "--cacert", text(&site.chain), &url]).output().expect("curl");
        output.status.success().then_some(())
    });
    // What cannot be used is said once, and nobody notices but its owner.
    fs::write(&site.key, "nothing").expect("written");
    running.signal(Signal::HUP);
    assert_eq!(site.curl(&[&url]), "0123456789");
    let expected = format!(
        "cannot read the key \"{}\": expected -----BEGIN PRIVATE KEY-----, found no line that begins with -----BEGIN; clients \
         still get the certificate from before\n",
        text(&site.key)
    );
    let mut errors = BufReader::new(running.child.stderr.take().expect("piped"));
    let mut sentence = String::new();
    errors.read_line(&mut sentence).expect("a sentence");
    assert!(sentence.ends_with(&expected), "{sentence}");
    assert_eq!(site.curl(&[&url]), "0123456789");
}

#[test]
fn what_cannot_be_used_is_told_in_a_sentence() {
    let site = Site::new();
    let other = tempfile::tempdir().expect("a folder");
    let (other_chain, other_key) = certificate(other.path(), -1..30);
    let file = |name: &str, content: &str| {
        let path = site.root.join(name);
        fs::write(&path, content).expect("written");
        path
    };
    let (empty, prose) = (file("empty", ""), file("prose", "a certificate\n"));
    let locked = file("locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let cut = file("cut", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    let hollow = file("hollow", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let missing = site.root.join("missing");
    let check = |chain: &Path, key: &Path, expected: &str| {
        let arguments =
            [text(&site.root), "--tls-cert", text(chain), "--tls-key", text(key), "--listen", "127.0.0.1:0"];
        let ended = run(arguments);
        let show = |text: &str| text.replace(self::text(&site.root), "SITE").replace(self::text(other.path()), "OTHER");
        assert_eq!(
            (ended.code, show(&ended.errors)),
            (
                Some(2),
                format!("quarry: {expected}\n")
                    .replace("OTHERKEY", "OTHER/key.pem")
                    .replace("CHAIN", self::text(&site.chain))
            )
        );
    };
    check(&missing, &site.key, "cannot read the certificate \"SITE/missing\": there is no such file");
    check(&site.chain, &missing, "cannot read the key \"SITE/missing\": there is no such file");
    check(
        &empty,
        &site.key,
        "cannot read the certificate \"SITE/empty\": expected -----BEGIN CERTIFICATE-----, found an empty file",
    );
    check(
        &prose,
        &site.key,
        "cannot read the certificate \"SITE/prose\": expected -----BEGIN CERTIFICATE-----, found no line that begins with -----BEGIN",
    );
    check(
        &other_key,
        &other_key,
        "cannot read the certificate \"OTHERKEY\": expected -----BEGIN CERTIFICATE-----, found -----BEGIN PRIVATE KEY-----",
    );
    check(
        &site.chain,
        &other_chain,
        "cannot read the key \"OTHER/chain.pem\": expected -----BEGIN PRIVATE KEY-----, found -----BEGIN CERTIFICATE-----",
    );
    check(
        &site.chain,
        &locked,
        "cannot read the key \"SITE/locked\": it is locked with a password, which nobody could type when the server starts by \
         itself; expected a key without one",
    );
    check(&cut, &site.key, "cannot read the certificate \"SITE/cut\": its line -----END CERTIFICATE----- is missing");
    check(
        &hollow,
        &site.key,
        "cannot use the certificate \"SITE/hollow\": what stands between its lines is no X.509 certificate",
    );
    check(
        &site.chain,
        &other_key,
        "cannot use the certificate \"CHAIN\": the key \"OTHERKEY\" is that of another certificate",
    );
}

#[test]
fn one_flag_needs_the_other() {
    let ended = run(["--tls-cert", "a.pem"]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(2), "quarry: cannot start: --tls-key is missing\n"));
    let ended = run(["--tls-key", "a.pem"]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(2), "quarry: cannot start: --tls-cert is missing\n"));
}

#[test]
fn an_old_certificate_is_served_with_a_warning() {
    for (days, expected) in [
        (-30..-3, "has expired 3 days ago"),
        (3..30, "is not valid before 3 days from now"),
        (-3..5, "expires 5 days from now"),
    ] {
        let site = Site::valid(days);
        let running = site.start(&[]);
        assert_eq!(curl(&["--insecure", &format!("{}a.txt", running.url)]), "0123456789");
        let warning = format!("quarry: the certificate \"{}\" {expected}\n", text(&site.chain));
        assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), warning));
    }
}

/// A server with a certificate of its own making, whose authority is kept in this folder.
fn start_with_authority(site: &Site, state: &Path) -> Running {
    start(&site.root, &["--tls", "--state", text(state)])
}

#[test]
fn a_development_certificate_is_trusted_by_who_trusts_its_authority() {
    let site = Site::new();
    let state = site.key.with_file_name("state");
    let told = run(["trust", "--state", text(&state)]);
    assert_eq!((told.code, told.errors.as_str()), (Some(0), ""));
    let authority = state.join("authority.pem");
    assert_eq!(told.output.lines().next(), Some(text(&authority)));
    let before = fs::read(&authority).expect("it is made");
    let running = start_with_authority(&site, &state);
    assert!(running.url.starts_with("https://127.0.0.1:"), "{}", running.url);
    let get = |host: &str| {
        let url = format!("https://{host}:{}/a.txt", running.port());
        let resolved = format!("{host}:{}:127.0.0.1", running.port());
        curl(&["--cacert", text(&authority), "--resolve", &resolved, &url])
    };
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(get(host), "0123456789", "{host}");
    }
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("a name").trim().to_ascii_lowercase();
    assert_eq!(get(&host), "0123456789", "{host}");
    // Once made, it stays, and whoever trusts it need not do so again.
    let again = start_with_authority(&site, &state);
    assert!(fs::read(&authority).expect("it is there") == before);
    assert_eq!(curl(&["--cacert", text(&authority), &format!("{}a.txt", again.url)]), "0123456789");
    // Its key is its owner's alone.
    for (name, mode) in [("", 0o700), ("authority.key", 0o600), ("authority.pem", 0o644), ("localhost.pem", 0o600)] {
        let found = fs::metadata(state.join(name)).expect("it is there").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&found) & 0o777, mode, "{name}");
    }
    let names: Vec<_> =
        fs::read_dir(&state).expect("a folder").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

/// Made by openssl, with the key of the authority, for a name on the internet.
#[test]
fn the_authority_cannot_vouch_for_anybody_else() {
    let site = Site::new();
    let state = site.key.with_file_name("state");
    run(["trust", "--state", text(&state)]);
    let file = |name: &str| text(&site.root.join(name)).to_owned();
    let (authority, key) = (state.join("authority.pem"), state.join("authority.key"));
    for (name, expected) in [("example.org", "permitted subtree violation"), ("desk.local", "OK")] {
        fs::write(file("extensions"), format!("subjectAltName=DNS:{name}\n")).expect("written");
        let subject = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/"];
        program("openssl", &[&subject[..], &["-keyout", &file("key"), "-out", &file("request")]].concat());
        let signed = ["x509", "-req", "-in", &file("request"), "-CA", text(&authority), "-CAkey", text(&key)];
        program(
            "openssl",
            &[&signed[..], &["-CAcreateserial", "-extfile", &file("extensions"), "-out", &file("leaf")]].concat(),
        );
        let output = Command::new("openssl").args(["verify", "-CAfile", text(&authority), &file("leaf")]).output();
        let output = output.expect("openssl is there");
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(told.contains(expected), "{name}: {told}");
    }
}

#[test]
fn what_is_in_the_way_of_an_authority_is_told() {
    let site = Site::new();
    let state = site.root.join("a.txt");
    let ended = run([text(&site.root), "--tls", "--state", text(&state)]);
    let expected = format!("quarry: cannot write \"{}\": file exists\n", text(&state));
    assert_eq!((ended.code, ended.errors.as_str()), (Some(2), expected.as_str()));
    let state = site.root.join("state");
    run(["trust", "--state", text(&state)]);
    fs::write(state.join("authority.key"), "nothing").expect("written");
    let ended = run([text(&site.root), "--tls", "--state", text(&state)]);
    let expected = format!(
        "quarry: cannot use \"{}\": it is no private key; delete the folder for a new authority, which then has to be trusted \
         anew\n",
        text(&state.join("authority.key"))
    );
    assert_eq!((ended.code, ended.errors.as_str()), (Some(2), expected.as_str()));
}
