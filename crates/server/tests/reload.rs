//! A server with real sockets takes new settings while clients are there: all of them or none.

use reactor::ListenAddress;
use server::{Options, Remote, Server, SiteSettings};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// A server, whose settings are those that stand here when it asks. It ends with this process.
struct Running {
    settings: Arc<Mutex<Result<Options, String>>>,
    remote: Remote,
    address: SocketAddr,
}

impl Running {
    fn start(options: Options) -> Running {
        let server = Server::bind(options.clone()).unwrap();
        let remote = server.remote();
        let address = server.addresses().find_map(tcp).unwrap();
        let settings = Arc::new(Mutex::new(Ok(options)));
        let own = Arc::clone(&settings);
        thread::spawn(move || server.run(|| own.lock().unwrap().clone()).unwrap());
        Running { settings, remote, address }
    }

    /// With other settings: what came of it.
    fn reload(&self, change: impl FnOnce(&mut Options)) -> Result<Vec<String>, String> {
        let mut settings = self.settings.lock().unwrap();
        let before = settings.clone();
        change(settings.as_mut().unwrap());
        drop(settings);
        let reloaded = self.remote.reload();
        if reloaded.is_err() {
            *self.settings.lock().unwrap() = before;
        }
        reloaded
    }

    fn connect(&self) -> TcpStream {
        connect(self.address).unwrap()
    }
}

fn tcp(address: &ListenAddress) -> Option<SocketAddr> {
    match address {
        ListenAddress::Tcp(address) => Some(*address),
        ListenAddress::Unix(_) => None,
    }
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

/// A folder that says its name.
fn folder(name: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.txt"), name).unwrap();
    folder
}

fn site(root: &Path, hosts: &[&str]) -> SiteSettings {
    let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
    SiteSettings { root: root.to_owned(), hosts, ..SiteSettings::default() }
}

fn options(sites: Vec<SiteSettings>) -> Options {
    let listen = vec![ListenAddress::Tcp("127.0.0.1:0".parse().unwrap())];
    Options { listen, workers: 2, sites, ..Options::default() }
}

/// An address where nobody is.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn ask(mut stream: impl Read + Write, host: &str) -> (u16, String) {
    write!(stream, "GET /a.txt HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().unwrap();
        } else if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim_end().parse().unwrap();
        } else if line.trim_end().is_empty() {
            break;
        }
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content).unwrap();
    (status, String::from_utf8(content).unwrap())
}

#[test]
fn a_connection_that_is_open_goes_on_with_the_new_settings() {
    let (one, other) = (folder("one"), folder("other"));
    let server = Running::start(options(vec![site(one.path(), &[])]));
    let streams = [server.connect(), server.connect(), server.connect()];
    streams.iter().for_each(|stream| assert_eq!(ask(stream, "a.org"), (200, "one".into())));
    let sites = vec![site(other.path(), &["b.org"]), site(one.path(), &["*.b.org"])];
    assert_eq!(server.reload(|options| options.sites = sites), Ok(Vec::new()));
    for stream in &streams {
        assert_eq!(ask(stream, "b.org"), (200, "other".into()));
        assert_eq!(ask(stream, "a.b.org"), (200, "one".into()));
        assert_eq!(ask(stream, "a.org").0, 421);
    }
}

#[test]
fn settings_that_cannot_be_used_change_nothing() {
    let (one, other) = (folder("one"), folder("other"));
    let server = Running::start(options(vec![site(one.path(), &[])]));
    let stream = server.connect();
    let new = free_address();
    #[track_caller]
    fn refused(server: &Running, stream: &TcpStream, expected: &str, change: impl FnOnce(&mut Options)) {
        let cause = server.reload(change).unwrap_err();
        assert!(cause.contains(expected), "{cause}");
        assert_eq!(ask(stream, "a.org"), (200, "one".into()), "{expected}");
    }
    refused(&server, &stream, "/nowhere", |options| {
        options.sites = vec![site(other.path(), &[]), site(Path::new("/nowhere"), &["b.org"])];
    });
    refused(&server, &stream, "two sites have the host \"b.org\"", |options| {
        options.sites = vec![site(other.path(), &["b.org"]), site(one.path(), &["b.org"])];
        options.listen.push(ListenAddress::Tcp(new));
    });
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    refused(&server, &stream, &taken.local_addr().unwrap().to_string(), |options| {
        options.sites = vec![site(other.path(), &[])];
        options.listen.push(ListenAddress::Tcp(new));
        options.listen.push(ListenAddress::Tcp(taken.local_addr().unwrap()));
    });
    // Of what was bound before that, nothing is left.
    assert!(connect(new).is_err());
    refused(&server, &stream, "the number of workers cannot change while the server runs", |options| {
        options.workers = 3
    });
    let tls = server::Tls {
        certificates: vec![server::CertificateFiles { chain: "none".into(), key: "none".into() }],
        ..server::Tls::default()
    };
    refused(&server, &stream, "whether clients speak TLS cannot change", |options| options.tls = Some(tls));
    // The next that can be used are used.
    assert_eq!(server.reload(|options| options.sites = vec![site(other.path(), &[])]), Ok(Vec::new()));
    assert_eq!(ask(&stream, "a.org"), (200, "other".into()));
    // And who cannot read them says so itself.
    *server.settings.lock().unwrap() = Err("line 3: no such key".into());
    assert_eq!(server.remote.reload(), Err("line 3: no such key".into()));
    assert_eq!(ask(&stream, "a.org"), (200, "other".into()));
}

#[test]
fn addresses_come_and_go_and_connections_stay() {
    let one = folder("one");
    let server = Running::start(options(vec![site(one.path(), &[])]));
    let sockets = TempDir::new().unwrap();
    let (new, path) = (free_address(), sockets.path().join("q.sock"));
    let old = server.connect();
    assert_eq!(ask(&old, "a"), (200, "one".into()));
    let unix = ListenAddress::Unix(path.clone());
    server.reload(|options| options.listen.extend([ListenAddress::Tcp(new), unix])).unwrap();
    // Each worker listens there: the kernel spreads clients over them.
    let streams: Vec<TcpStream> = (0..32).map(|_| connect(new).unwrap()).collect();
    streams.iter().for_each(|stream| assert_eq!(ask(stream, "a"), (200, "one".into())));
    assert_eq!(ask(&UnixStream::connect(&path).unwrap(), "a"), (200, "one".into()));
    assert_eq!(ask(&server.connect(), "a"), (200, "one".into()));

    server.reload(|options| options.listen = vec![ListenAddress::Tcp(new)]).unwrap();
    assert!(connect(server.address).is_err());
    assert!(UnixStream::connect(&path).is_err() && !path.exists());
    streams.iter().chain([&old]).for_each(|stream| assert_eq!(ask(stream, "a"), (200, "one".into())));
    assert_eq!(ask(&connect(new).unwrap(), "a"), (200, "one".into()));
    // And back, where it was asked for by another name.
    server
        .reload(|options| options.listen = vec![ListenAddress::Tcp(new), ListenAddress::Tcp(server.address)])
        .unwrap();
    assert_eq!(ask(&server.connect(), "a"), (200, "one".into()));
}

#[test]
fn a_thousand_new_settings_leave_nothing_behind() {
    let one = folder("one");
    let server = Running::start(options(vec![site(one.path(), &[])]));
    let stream = server.connect();
    assert_eq!(ask(&stream, "a"), (200, "one".into()));
    let open = || {
        let links = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        links.filter(|link| std::fs::read_link(link.path()).is_ok_and(|path| path == one.path())).count()
    };
    server.reload(|_| {}).unwrap();
    let before = open();
    (0..1000).for_each(|_| assert_eq!(server.reload(|_| {}), Ok(Vec::new())));
    assert_eq!(ask(&stream, "a"), (200, "one".into()));
    assert_eq!((before, open()), (1, 1));
}
