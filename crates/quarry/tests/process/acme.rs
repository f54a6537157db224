//! Certificates that renew themselves, from an authority that is not ours and means it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{ChildStderr, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::pebble::Pebble;
use super::running::{Running, until};
use super::tls_client::day;
use super::{curl, quarry, run, start, write};

/// A folder to be served, and one for what is to outlast the server.
struct Site {
    _folder: tempfile::TempDir,
    root: PathBuf,
    state: PathBuf,
}

impl Site {
    fn new() -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("site");
        write(&root, "a.txt", "0123456789");
        let state = folder.path().join("state");
        Site { _folder: folder, root, state }
    }

    fn start(&self, pebble: &Pebble, flags: &[&str]) -> Running {
        let asked = pebble.flags(&self.state);
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        start(&self.root, &[&asked, flags].concat())
    }

    /// Where what the authority gave is.
    fn kept(&self) -> PathBuf {
        let mut folders = fs::read_dir(self.state.join("acme")).expect("it is made");
        folders.next().expect("one authority").expect("a folder").path()
    }

    fn history(&self, word: &str) -> usize {
        let text = fs::read_to_string(self.kept().join("history")).unwrap_or_default();
        text.lines().filter(|line| line.ends_with(word)).count()
    }
}

/// Whether a client that trusts this authority, and no other, gets the file under this name.
fn is_served(pebble: &Pebble, name: &str) -> bool {
    let url = format!("https://{name}:{}/a.txt", pebble.tls);
    let resolved = format!("{name}:{}:127.0.0.1", pebble.tls);
    let trusted = pebble.given_by();
    let mut command = Command::new("curl");
    command.args(["--silent", "--max-time", "20", "--resolve", &resolved, "--cacert"]).arg(trusted).arg(url);
    command.output().expect("curl").stdout == b"0123456789"
}

#[track_caller]
fn wait_for(pebble: &Pebble, name: &str) {
    until(&format!("{name} has a certificate"), || is_served(pebble, name).then_some(()));
}

/// The sentences that the server says, one after the other.
fn errors(running: &mut Running) -> BufReader<ChildStderr> {
    BufReader::new(running.child.stderr.take().expect("piped"))
}

#[track_caller]
fn wait_for_sentence(errors: &mut BufReader<ChildStderr>, part: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(errors.read_line(&mut line).expect("text") > 0, "in vain waited for {part:?}");
        if line.contains(part) {
            return line;
        }
    }
}

#[test]
fn names_are_proved_by_tls_and_certificates_are_kept() {
    let (site, mut pebble) = (Site::new(), Pebble::start());
    let hosts = ["--acme-host", "one.test.example", "--acme-host", "two.test.example"];
    let flags = [&hosts[..], &["--acme-email", "me@example.org", "--acme-challenge", "tls-alpn-01"]].concat();
    let running = site.start(&pebble, &flags);
    for name in ["one.test.example", "two.test.example"] {
        wait_for(&pebble, name);
    }
    let kept = site.kept();
    for name in ["account.json", "history", "lock", "one.test.example.pem", "two.test.example.pem"] {
        let found = fs::metadata(kept.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::read_dir(&kept).expect("a folder").count(), 5);
    assert_eq!(fs::metadata(&kept).expect("a folder").permissions().mode() & 0o777, 0o700);
    let (code, output, said) = running.end(Signal::TERM);
    assert_eq!((code, output.as_str()), (Some(0), ""));
    assert_eq!(said.matches("got a certificate for ").count(), 2, "{said}");
    // Who comes back needs nobody.
    let trusted = pebble.given_by();
    let before = fs::read(kept.join("one.test.example.pem")).expect("read");
    let hello = fs::read(&trusted).expect("read");
    pebble.fall();
    let running = site.start(&pebble, &flags);
    fs::write(&trusted, hello).expect("written");
    let url = format!("https://one.test.example:{}/a.txt", pebble.tls);
    let resolved = format!("one.test.example:{}:127.0.0.1", pebble.tls);
    let got = curl(&["--resolve", &resolved, "--cacert", trusted.to_str().expect("UTF-8"), &url]);
    assert_eq!(got, "0123456789");
    assert!(fs::read(kept.join("one.test.example.pem")).expect("read") == before);
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
    assert_eq!((site.history("issued"), site.history("failed")), (2, 0));
}

#[test]
fn names_are_proved_by_http_where_clients_are_sent_to_https() {
    let (site, pebble) = (Site::new(), Pebble::start());
    let redirect = format!("127.0.0.1:{}", pebble.http);
    let flags = ["--acme-host", "web.test.example", "--acme-challenge", "http-01", "--redirect-http", &redirect];
    let _running = site.start(&pebble, &flags);
    wait_for(&pebble, "web.test.example");
    let told = |host: &str| {
        let url = format!("http://{redirect}/a%20b?c");
        let host = format!("Host: {host}");
        curl(&["--header", &host, "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", &url])
    };
    // By its name alone it is known where the usual ports lead here; by a port it is this machine that was meant.
    assert_eq!(told("web.test.example"), "308 https://web.test.example/a%20b?c");
    assert_eq!(told(&redirect), format!("308 https://127.0.0.1:{}/a%20b?c", pebble.tls));
    assert_eq!(told("[::1]:80"), format!("308 https://[::1]:{}/a%20b?c", pebble.tls));
}

#[test]
fn a_name_with_a_star_is_proved_by_a_record() {
    let (site, pebble) = (Site::new(), Pebble::start());
    let hook = pebble.hook();
    let hook = ["--acme-dns-hook", hook.to_str().expect("UTF-8"), "--acme-dns-wait", "0"];
    let running = site.start(&pebble, &[&["--acme-host", "*.dns.example"][..], &hook].concat());
    wait_for(&pebble, "any.dns.example");
    assert!(!is_served(&pebble, "dns.example") && !is_served(&pebble, "a.any.dns.example"));
    // More than once, if the authority found something too old.
    let once = "present _acme-challenge.dns.example.\ncleanup _acme-challenge.dns.example.\n";
    assert!(pebble.hooked().starts_with(once), "{}", pebble.hooked());
    assert_eq!(pebble.hooked().replace(once, ""), "");
    drop(running);
    let asked = pebble.flags(&site.state);
    let ended = run(["--acme-host", "*.a.example"].into_iter().chain(asked.iter().map(String::as_str)));
    assert_eq!(ended.code, Some(2));
    assert!(ended.errors.contains("cannot get a certificate for *.a.example"), "{}", ended.errors);
}

#[test]
fn a_name_is_had_when_it_is_first_asked_for_if_the_rule_allows_it() {
    let (site, pebble) = (Site::new(), Pebble::start());
    let _running = site.start(&pebble, &["--acme-on-demand", "*.customers.example"]);
    wait_for(&pebble, "one.customers.example");
    assert!(!is_served(&pebble, "one.others.example"));
    assert_eq!(site.history("issued"), 1);
    assert!(site.kept().join("one.customers.example.pem").exists());
}

/// Puts a certificate that is to be renewed where one would be that was given.
fn put_old(site: &Site, pebble: &Pebble, name: &str, days: std::ops::Range<i64>) -> PathBuf {
    let folder =
        site.state.join(format!("acme/{}", pebble.directory().trim_start_matches("https://").replace([':', '/'], "_")));
    fs::create_dir_all(&folder).expect("made");
    let pair = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (day(days.start).into(), day(days.end).into());
    let text = params.self_signed(&pair).expect("signed").pem() + &pair.serialize_pem();
    let path = folder.join(format!("{name}.pem"));
    fs::write(&path, text).expect("written");
    path
}

#[test]
fn an_authority_that_fails_leaves_the_old_certificate_and_is_asked_again() {
    let (site, mut pebble) = (Site::new(), Pebble::down());
    let old = put_old(&site, &pebble, "old.test.example", -80..10);
    let mut running = site.start(&pebble, &["--acme-host", "old.test.example"]);
    let mut errors = errors(&mut running);
    let said = wait_for_sentence(&mut errors, "no certificate for old.test.example");
    let authority = pebble.directory().trim_start_matches("https://").trim_end_matches("/dir").to_owned();
    let expected = format!(
        "quarry: no certificate for old.test.example from {authority}: 127.0.0.1 does not answer: connection refused; clients \
         still get the one that is valid for 10 days; attempt 2 is in 1 minute\n"
    );
    assert_eq!(said, expected);
    let url = format!("https://old.test.example:{}/a.txt", pebble.tls);
    let resolved = format!("old.test.example:{}:127.0.0.1", pebble.tls);
    let trusted = ["--resolve", &resolved, "--cacert", old.to_str().expect("UTF-8"), &url];
    assert_eq!(curl(&trusted), "0123456789");
    // Whoever watches over it sees the same.
    let inside = |page: &str| curl(&["--insecure", &format!("https://127.0.0.1:{}/-/{page}", pebble.tls)]);
    until("the failure is told", || {
        inside("status?format=json").contains("\"failures\":1,\"failure\":\"no certificate").then_some(())
    });
    assert!(inside("metrics").contains("quarry_acme_failures{host=\"old.test.example\"} 1\n"));
    // It is back, and the owner says so rather than wait.
    pebble.rise();
    running.signal(Signal::HUP);
    wait_for(&pebble, "old.test.example");
    wait_for_sentence(&mut errors, "got a certificate for old.test.example");
    // It forgets us, as authorities do when they are made anew.
    pebble.fall();
    pebble.rise();
    put_old(&site, &pebble, "old.test.example", -80..10);
    drop(running);
    let mut running = site.start(&pebble, &["--acme-host", "old.test.example"]);
    let mut errors = self::errors(&mut running);
    wait_for_sentence(&mut errors, "no certificate for old.test.example");
    running.signal(Signal::HUP);
    wait_for(&pebble, "old.test.example");
}

#[test]
fn a_clock_that_is_wrong_is_what_is_asked_about() {
    let (site, pebble) = (Site::new(), Pebble::of_the_past());
    let old = put_old(&site, &pebble, "late.test.example", -80..10);
    let mut running = site.start(&pebble, &["--acme-host", "late.test.example"]);
    let mut errors = errors(&mut running);
    let said = wait_for_sentence(&mut errors, "no certificate for late.test.example");
    let expected = ": 127.0.0.1 does not answer: its own certificate is not valid at the time that the clock of this machine \
                    shows; is that right?; clients still get the one that is valid for 10 days";
    assert!(said.contains(expected), "{said}");
    assert_eq!((site.history("ordered"), old.exists()), (0, true));
}

#[test]
fn what_the_authority_finds_wrong_is_said() {
    let (site, pebble) = (Site::new(), Pebble::start());
    // Nobody answers where it asks.
    let flags = ["--acme-host", "lost.test.example", "--acme-challenge", "http-01"];
    let mut running = site.start(&pebble, &flags);
    let mut errors = errors(&mut running);
    let said = wait_for_sentence(&mut errors, "no certificate for lost.test.example");
    assert!(said.contains(": asked by http-01: "), "{said}");
    assert!(said.ends_with("; there is none yet; attempt 2 is in 1 minute\n"), "{said}");
    let before = (site.history("ordered"), site.history("failed"));
    assert_eq!(before.1, 1);
    // Whoever starts it again and again gets no more attempts.
    drop((running, errors));
    for _ in 0..3 {
        let running = site.start(&pebble, &flags);
        std::thread::sleep(Duration::from_millis(100));
        running.end(Signal::TERM);
    }
    assert_eq!((site.history("ordered"), site.history("failed")), before);
}

#[test]
fn whoever_is_ended_at_any_moment_goes_on_where_it_stood() {
    let (site, mut pebble) = (Site::new(), Pebble::down());
    // It finds whatever it looks for: that nobody was there to show it is another matter.
    pebble.rise_with(&[("PEBBLE_VA_ALWAYS_VALID", "1")]);
    let flags = ["--acme-host", "kill.test.example"];
    let (mut orders, mut is_kept) = (0, false);
    let has_it = || site.state.join("acme").exists() && site.kept().join("kill.test.example.pem").exists();
    let mut moment = Duration::from_millis(20);
    let mut kills = 0;
    while !has_it() {
        let running = site.start(&pebble, &flags);
        std::thread::sleep(moment);
        running.end(Signal::KILL);
        moment += Duration::from_millis(17);
        kills += 1;
        // An order is kept as soon as it is made, and none is made for nothing.
        assert!(!is_kept || site.history("ordered") == orders, "one more order after {kills} kills");
        (orders, is_kept) = (site.history("ordered"), site.kept().join("kill.test.example.order").exists());
        for file in fs::read_dir(site.kept()).expect("a folder") {
            let path = file.expect("a file").path();
            let text = fs::read_to_string(&path).expect("text");
            if path.extension().is_some_and(|kind| kind == "json" || kind == "order") {
                assert!(text.starts_with('{') && text.ends_with('}'), "{}", path.display());
            }
        }
    }
    let running = site.start(&pebble, &flags);
    wait_for(&pebble, "kill.test.example");
    // Ended between the two, it has the certificate and the order it came from.
    let order = site.kept().join("kill.test.example.order");
    until("the order is forgotten", || (!order.exists()).then_some(()));
    assert_eq!(running.end(Signal::TERM).0, Some(0));
    assert!(kills > 1, "it was too quick to be ended half way");
    assert_eq!((site.history("ordered"), site.history("failed")), (orders, 0));
}

/// In a place of its own, where a file system of some KiB can be mounted.
#[test]
fn a_full_disk_is_said_before_anybody_is_asked() {
    let (site, pebble) = (Site::new(), Pebble::start());
    fs::create_dir(&site.state).expect("made");
    let script = "mount -t tmpfs -o size=256k tmpfs \"$STATE\" && head -c 240000 /dev/zero > \"$STATE/filler\" && \
                  exec \"$@\"";
    let served = quarry([site.root.as_os_str()]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(served.get_program());
    command.arg(&site.root).args(pebble.flags(&site.state)).args(["--acme-host", "full.test.example"]);
    command.env("STATE", &site.state).stdin(Stdio::null());
    let mut running = Running::spawn(&mut command);
    let mut errors = errors(&mut running);
    let said = wait_for_sentence(&mut errors, "no certificate for full.test.example");
    assert!(said.contains("no space left on device"), "{said}");
    // Seen from where the disk is: room is made, and it goes on.
    let inside = PathBuf::from(format!("/proc/{}/root{}", running.child.id(), site.state.display()));
    assert!(!inside.join("account.json").exists());
    fs::remove_file(inside.join("filler")).expect("removed");
    running.signal(Signal::HUP);
    wait_for(&pebble, "full.test.example");
}

#[test]
fn flags_that_lead_nowhere_are_told() {
    let site = Site::new();
    let state = site.state.to_str().expect("UTF-8");
    let check = |flags: &[&str], expected: &str| {
        let ended =
            run([&[site.root.to_str().expect("UTF-8"), "--listen", "127.0.0.1:0", "--state", state][..], flags]
                .concat());
        assert_eq!(
            (ended.code, ended.errors.as_str()),
            (Some(2), format!("quarry: {expected}\n").as_str()),
            "{flags:?}"
        );
    };
    check(
        &["--acme-host", "a.test", "--acme-directory", "http://a.test/"],
        "cannot ask the authority \"http://a.test/\": expected the https:// address of its directory",
    );
    check(
        &["--redirect-http", "8000"],
        "cannot heed --redirect-http: nothing is served by HTTPS; expected --tls, --tls-cert or --acme-host beside it",
    );
    let file = site.root.join("a.txt");
    let file = file.to_str().expect("UTF-8");
    check(
        &["--acme-host", "a.test", "--acme-roots", file],
        &format!("cannot trust those in {file:?}: expected certificates in PEM, found none"),
    );
    check(
        &["--acme-host", "a.test", "--acme-eab-kid", "a", "--acme-eab-key", "/no/such/file"],
        "cannot use the key \"/no/such/file\": no such file or directory",
    );
}
