//! An authority for certificates, Debian's `pebble`, and a domain name system that says what it is told.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::running::until;
use super::tls_client::day;
use super::{program, write};

/// What all tests with an authority have: it asks at these ports, whatever the name.
pub(crate) struct Pebble {
    child: Option<Child>,
    names: Child,
    folder: tempfile::TempDir,
    port: u16,
    management: u16,
    names_port: u16,
    names_management: u16,
    /// Where it asks by HTTP, and by TLS.
    pub(crate) http: u16,
    pub(crate) tls: u16,
}

impl Pebble {
    /// One that runs.
    pub(crate) fn start() -> Pebble {
        let mut pebble = Pebble::down();
        pebble.rise();
        pebble
    }

    /// One that runs, as a machine sees it whose clock is years ahead.
    pub(crate) fn of_the_past() -> Pebble {
        let mut pebble = Pebble::down();
        vouch(pebble.folder.path(), -400..-300);
        pebble.rise();
        pebble
    }

    /// One that is to run later. The names are known already.
    pub(crate) fn down() -> Pebble {
        let [port, management, names_port, names_management, http, tls] = ports();
        let folder = tempfile::tempdir().expect("a folder");
        vouch(folder.path(), -1..100);
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "127.0.0.1:{port}", "managementListenAddress": "127.0.0.1:{management}",
                "certificate": "leaf.pem", "privateKey": "leaf.key", "httpPort": {http}, "tlsPort": {tls}}}}}"#
        );
        write(folder.path(), "config.json", config);
        let mut names = Command::new("pebble-challtestsrv");
        names.args(["-dns01", &format!("127.0.0.1:{names_port}"), "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
        names.args([
            "-management",
            &format!("127.0.0.1:{names_management}"),
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
        ]);
        let names = names.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let names = names.unwrap_or_else(|error| panic!("pebble is needed, see `cargo x tools`: {error}"));
        until("names are told", || std::net::TcpStream::connect(("127.0.0.1", names_management)).ok());
        Pebble { child: None, names, folder, port, management, names_port, names_management, http, tls }
    }

    pub(crate) fn rise(&mut self) {
        self.rise_with(&[]);
    }

    /// With variables that make it other than it is.
    pub(crate) fn rise_with(&mut self, variables: &[(&str, &str)]) {
        let mut command = Command::new("pebble");
        command.args(["-strict", "-config", "config.json", "-dnsserver", &format!("127.0.0.1:{}", self.names_port)]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // It takes its time only to be like others, and says of every fifth thing that it is too old.
        command.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "20");
        command.envs(variables.iter().copied());
        self.child = Some(command.spawn().expect("pebble starts"));
        until("the authority listens", || std::net::TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    /// Ends it. It forgets everything, as a process does.
    pub(crate) fn fall(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.port)
    }

    /// Who vouches for its own server.
    pub(crate) fn roots(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    /// The authority above all that it gives, in a file. It makes a new one each time that it starts.
    pub(crate) fn given_by(&self) -> PathBuf {
        let url = format!("https://127.0.0.1:{}/roots/0", self.management);
        let roots = self.roots();
        let text = program("curl", &["--silent", "--fail", "--cacert", roots.to_str().expect("UTF-8"), &url]);
        let path = self.folder.path().join("given-by.pem");
        std::fs::write(&path, text).expect("written");
        path
    }

    /// Flags to ask it.
    pub(crate) fn flags(&self, state: &Path) -> Vec<String> {
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let flags =
            ["--acme-directory", &self.directory(), "--acme-roots", &text(&self.roots()), "--state", &text(state)];
        let listen = format!("127.0.0.1:{}", self.tls);
        flags.iter().map(|flag| (*flag).to_owned()).chain(["--listen".to_owned(), listen]).collect()
    }

    /// A program that puts records into the domain name system of this authority.
    pub(crate) fn hook(&self) -> PathBuf {
        let url = format!("http://127.0.0.1:{}", self.names_management);
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = present ]; then body='{{\"host\":\"'$2'\",\"value\":\"'$3'\"}}' at=set-txt\nelse \
             body='{{\"host\":\"'$2'\"}}' at=clear-txt\nfi\necho \"$1 $2\" >> {}\nexec curl --silent --fail --data \"$body\" \
             {url}/$at\n",
            self.folder.path().join("hooked").display()
        );
        let path = self.folder.path().join("hook");
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("allowed");
        path
    }

    /// What the hook was told to do.
    pub(crate) fn hooked(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("hooked")).unwrap_or_default()
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        self.fall();
        let _ = self.names.kill();
        let _ = self.names.wait();
    }
}

/// Ports that are free now. Others could take them before they are used, which a machine for tests has no reason to.
pub(crate) fn ports<const N: usize>() -> [u16; N] {
    let sockets = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    sockets.map(|socket| socket.local_addr().expect("bound").port())
}

/// The certificate of its own server, and of who vouches for it.
pub(crate) fn vouch(folder: &Path, days: std::ops::Range<i64>) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let (above, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "who vouches for the authority");
    let root = params.self_signed(&above).expect("signed");
    let mut leaf = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    leaf.is_ca = IsCa::ExplicitNoCa;
    (leaf.not_before, leaf.not_after) = (day(days.start).into(), day(days.end).into());
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let leaf = leaf.signed_by(&key, &Issuer::from_params(&params, &above)).expect("signed");
    write(folder, "root.key", above.serialize_pem());
    write(folder, "roots.pem", root.pem());
    write(folder, "leaf.pem", leaf.pem());
    write(folder, "leaf.key", key.serialize_pem());
}
