//! When to renew, as an authority suggests it that is not ours (RFC 9773): PyPI's acme2certifier (`suggestion.py`).

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use super::pebble::{ports, vouch};
use super::running::{Running, until};
use super::{curl, start, write};

/// Where `cargo x tools` puts it.
const PYTHON: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../acme2certifier/bin/python");

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/suggestion.py");

const NAME: &str = "one.test.example";

const DAY: i64 = 24 * 60 * 60;

/// Days for which it gives a certificate.
const LIFE: i64 = 30;

/// An authority that suggests when to renew.
struct Authority {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Authority {
    fn start() -> Authority {
        let folder = tempfile::tempdir().expect("a folder");
        vouch(folder.path(), -1..100);
        fs::create_dir(folder.path().join("given")).expect("made");
        let [port] = ports();
        let child = spawn(folder.path(), port, "renewalthreshold_pctg: 85");
        Authority { child, folder, port }
    }

    /// Starts it again: from now on it wants everybody to renew at once.
    fn change_its_mind(&mut self) {
        self.end();
        self.child = spawn(self.folder.path(), self.port, "renewal_force: True");
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How many certificates it has given.
    fn given(&self) -> usize {
        fs::read_dir(self.folder.path().join("given")).expect("a folder").count()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(folder: &Path, port: u16, suggestion: &str) -> Child {
    let config = format!(
        "[DEFAULT]\ndebug: False\n[Nonce]\nnonce_check_disable: False\n[Challenge]\nchallenge_validation_disable: True\n\
         [CAhandler]\nhandler_module: acme2certifier.cahandlers.openssl_ca_handler\nissuing_ca_key: {0}/root.key\n\
         issuing_ca_cert: {0}/roots.pem\nissuing_ca_crl: {0}/crl.pem\ncert_save_path: {0}/given\ncert_validity_days: {LIFE}\n[DBhandler]\nhandler: wsgi\ndbfile: {0}/acme.db\n\
         [Renewalinfo]\n{suggestion}\n",
        folder.display()
    );
    write(folder, "acme_srv.cfg", config);
    let mut command = Command::new(PYTHON);
    command.args(["-B", SCRIPT]).arg(folder).arg(port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child =
        command.spawn().unwrap_or_else(|error| panic!("acme2certifier is needed, see `cargo x tools`: {error}"));
    until("the authority listens", || TcpStream::connect(("127.0.0.1", port)).ok());
    child
}

/// A number that the server tells of itself.
fn metric(running: &Running, name: &str) -> Option<i64> {
    let page = curl(&["--insecure", &format!("https://127.0.0.1:{}/-/metrics", running.port())]);
    let line =
        page.lines().find_map(|line| line.strip_prefix(&format!("{name}{{host=\"{NAME}\"}} ")).map(str::to_owned));
    line?.parse().ok()
}

#[test]
fn a_certificate_is_renewed_when_its_authority_suggests_it() {
    let (mut authority, site) = (Authority::start(), tempfile::tempdir().expect("a folder"));
    let (root, state) = (site.path().join("site"), site.path().join("state"));
    write(&root, "a.txt", "0123456789");
    let directory = format!("https://127.0.0.1:{}/directory", authority.port);
    let roots = authority.folder.path().join("roots.pem");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (roots, state_text) = (text(&roots), text(&state));
    let flags = [
        "--acme-host",
        NAME,
        "--acme-email",
        "me@example.org",
        "--acme-directory",
        &directory,
        "--acme-roots",
        &roots,
        "--state",
        &state_text,
    ];
    let kept = || -> PathBuf {
        let mut folders = fs::read_dir(state.join("acme")).expect("it is made");
        folders.next().expect("one authority").expect("a folder").path()
    };
    // By name its authority is the one above; by number it is not, which that authority does otherwise than the RFC recommends.
    let is_served = |running: &Running| {
        let port = running.port();
        let (url, place) = (format!("https://{NAME}:{port}/a.txt"), format!("{NAME}:{port}:127.0.0.1"));
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--insecure",
            "--write-out",
            "%{certs}",
            "--max-time",
            "20",
            "--resolve",
            &place,
            &url,
        ]);
        let said = command.output().expect("curl").stdout;
        let said = String::from_utf8_lossy(&said);
        said.starts_with("0123456789") && said.contains("who vouches for the authority")
    };

    let running = start(&root, &flags);
    until("there is a certificate", || is_served(&running).then_some(()));
    let first = fs::read_to_string(kept().join(format!("{NAME}.pem"))).expect("kept");
    // Left to itself it would renew before two thirds of a life; the authority's window begins at 85 of 100.
    let next = until("the suggestion is known", || {
        let ends = metric(&running, "quarry_acme_expiry_seconds")?;
        let next = metric(&running, "quarry_acme_next_seconds")?;
        (next > ends - LIFE * DAY / 3).then_some((next, ends))
    });
    let window = next.1 - LIFE * DAY * 15 / 100 - 60..next.1;
    assert!(window.contains(&next.0), "{next:?} is not within {window:?}");
    let (code, _, said) = running.end(Signal::TERM);
    assert_eq!((code, said.matches("got a certificate for ").count()), (Some(0), 1), "{said}");
    assert_eq!(authority.given(), 1);

    // It was given a while ago, or the suggestion would not be believed: who suggests it of all that it gives is not followed.
    let history = kept().join("history");
    let lines = fs::read_to_string(&history).expect("kept");
    let earlier = |line: &str| {
        let (at, rest) = line.split_once(' ').expect("a time and what happened");
        format!("{} {rest}\n", at.parse::<i64>().expect("seconds") - DAY)
    };
    fs::write(&history, lines.lines().map(earlier).collect::<String>()).expect("written");
    authority.change_its_mind();
    let running = start(&root, &flags);
    until("it is renewed", || {
        let now = fs::read_to_string(kept().join(format!("{NAME}.pem"))).expect("kept");
        (now != first).then_some(())
    });
    until("it is served", || is_served(&running).then_some(()));
    assert_eq!(authority.given(), 2);
    // It suggests the same of the new one, and is not believed before some hours are over.
    until("the next time is known", || {
        let ends = metric(&running, "quarry_acme_expiry_seconds")?;
        let next = metric(&running, "quarry_acme_next_seconds")?;
        (next > ends - LIFE * DAY + DAY / 5 && next < ends - LIFE * DAY + DAY / 3).then_some(())
    });
    let (code, _, said) = running.end(Signal::TERM);
    assert_eq!((code, said.matches("got a certificate for ").count()), (Some(0), 1), "{said}");
}
