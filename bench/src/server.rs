//! The servers, as data: how each is started, and its configuration as its manual says it is fastest and fair.

use std::error::Error;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::case::{Case, Load};
use crate::install::Place;
use crate::machine;
use crate::options::Options;

/// A server that can be started.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) name: String,
    /// Program and arguments; `{port}`, `{site}`, `{run}`, `{config}` stand for what is not known before.
    command: Vec<String>,
    config: &'static str,
    filling: Filling,
    environment: &'static [(&'static str, &'static str)],
    pub(crate) port: u16,
}

/// Names in braces, and what is put in their place.
type Filling = &'static [(&'static str, &'static str)];

/// A peer.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    config: &'static str,
    /// What stands in its config for a transport: in clear, and by TLS; nothing: it is not asked there.
    cleartext: Filling,
    secured: Filling,
    environment: &'static [(&'static str, &'static str)],
}

pub(crate) const PEERS: [Peer; 6] = [
    Peer {
        name: "nginx",
        program: "nginx",
        arguments: &["-c", "{config}", "-e", "stderr"],
        config: NGINX,
        cleartext: NGINX_CLEARTEXT,
        secured: NGINX_SECURED,
        environment: &[],
    },
    Peer {
        name: "nginx-current",
        program: "nginx-current",
        arguments: &["-c", "{config}", "-e", "stderr", "-p", "{run}"],
        config: NGINX,
        cleartext: NGINX_CLEARTEXT,
        secured: &[],
        environment: &[],
    },
    Peer {
        name: "h2o",
        program: "h2o",
        arguments: &["-m", "worker", "-c", "{config}"],
        config: H2O,
        cleartext: H2O_CLEARTEXT,
        secured: H2O_SECURED,
        environment: &[],
    },
    Peer {
        name: "lighttpd",
        program: "lighttpd",
        arguments: &["-D", "-f", "{config}"],
        config: LIGHTTPD,
        cleartext: &[],
        secured: &[],
        environment: &[],
    },
    Peer {
        name: "caddy",
        program: "caddy",
        arguments: &["run", "--adapter", "caddyfile", "--config", "{config}"],
        config: CADDY,
        cleartext: CADDY_CLEARTEXT,
        secured: CADDY_SECURED,
        environment: &[("GOMAXPROCS", "1"), ("HOME", "/nonexistent")],
    },
    Peer {
        name: "static-web-server",
        program: "static-web-server",
        arguments: &[
            "--host",
            "127.0.0.1",
            "--port",
            "{port}",
            "--root",
            "{site}",
            "--log-level",
            "error",
            "--cache-control-headers",
            "false",
        ],
        config: "",
        cleartext: &[],
        secured: &[],
        environment: &[],
    },
];

/// The floor first, Quarry, others asked for, and the peers. Errs when there is nothing to measure against.
pub(crate) fn servers(options: &Options, place: &Place, case: &Case) -> Result<Vec<Server>, Box<dyn Error>> {
    let mut servers = Vec::new();
    let mut add = |name: &str, command: Vec<String>, config, filling, environment| -> io::Result<()> {
        servers.push(Server { name: name.to_owned(), command, config, filling, environment, port: free_port()? });
        Ok(())
    };
    add("floor", floor(place, case)?, "", &[], &[])?;
    let arguments = ["{site}", "--listen", "127.0.0.1:{port}", "--workers", "1", "--access-log", "off"];
    add("quarry", command(place.quarry.clone(), &arguments), "", &[], &[])?;
    for (name, text) in &options.also {
        add(name, text.split_ascii_whitespace().map(str::to_owned).collect(), "", &[], &[])?;
    }
    for peer in PEERS.iter().filter(|peer| options.wants(peer.name)) {
        let program = place.program(peer.program).ok_or(format!("{} is not installed", peer.program))?;
        add(peer.name, command(program, peer.arguments), peer.config, peer.cleartext, peer.environment)?;
    }
    Ok(servers)
}

/// Quarry and those peers that speak HTTP/2 by TLS, all with the same certificate.
pub(crate) fn secure_servers(options: &Options, place: &Place) -> Result<Vec<Server>, Box<dyn Error>> {
    let mut servers = Vec::new();
    let mut add = |name: &str, command: Vec<String>, config, filling, environment| -> io::Result<()> {
        servers.push(Server { name: name.to_owned(), command, config, filling, environment, port: free_port()? });
        Ok(())
    };
    let certificate = ["--tls-cert", "{run}/chain.pem", "--tls-key", "{run}/key.pem", "--no-lookup"];
    let arguments = ["{site}", "--listen", "127.0.0.1:{port}", "--workers", "1", "--access-log", "off"];
    add("quarry", command(place.quarry.clone(), &[&arguments[..], &certificate].concat()), "", &[], &[])?;
    for peer in PEERS.iter().filter(|peer| options.wants(peer.name) && !peer.secured.is_empty()) {
        let program = place.program(peer.program).ok_or(format!("{} is not installed", peer.program))?;
        add(peer.name, command(program, peer.arguments), peer.config, peer.secured, peer.environment)?;
    }
    Ok(servers)
}

fn command(program: PathBuf, arguments: &[&str]) -> Vec<String> {
    let program = program.to_string_lossy().into_owned();
    std::iter::once(program).chain(arguments.iter().map(|argument| (*argument).to_owned())).collect()
}

/// The floor sends what Quarry would: head and content ready-made, or a file after the head.
fn floor(place: &Place, case: &Case) -> Result<Vec<String>, Box<dyn Error>> {
    let path = place.site.join(&case.target[1..]);
    let is_file = case.name == "large";
    let content = match case.status {
        304 => Vec::new(),
        404 => b"not found\n".to_vec(),
        _ if is_file => Vec::new(),
        _ if case.load == Load::Gzip => gzip(&path)?,
        _ => fs::read(&path)?,
    };
    let length = if is_file { fs::metadata(&path)?.len() } else { content.len() as u64 };
    let mut response = format!(
        "HTTP/1.1 {} Floor\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"0123456789abcdef\"\r\nAccept-Ranges: bytes\r\n\
         X-Content-Type-Options: nosniff\r\n",
        case.status
    );
    if case.status != 304 {
        response.push_str(&format!("Content-Length: {length}\r\n"));
    }
    if case.load == Load::Gzip {
        response.push_str("Content-Encoding: gzip\r\n");
    }
    if case.load == Load::Close {
        response.push_str("Connection: close\r\n");
    }
    response.push_str("\r\n");
    let file = place.run.join(format!("floor-{}", case.name));
    fs::write(&file, [response.as_bytes(), &content].concat())?;
    let mode = match case.load {
        Load::Close => "close",
        Load::Pipelined => "count",
        _ => "one",
    };
    let mut command = command(place.programs.join("floor"), &["{port}", &file.to_string_lossy(), mode]);
    if is_file {
        command.push(path.to_string_lossy().into_owned());
    }
    Ok(command)
}

fn gzip(path: &std::path::Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let output = Command::new("gzip").args(["-6", "-n", "-c"]).arg(path).stderr(Stdio::inherit()).output()?;
    Ok(output.stdout)
}

impl Server {
    /// Starts it on the first core, in a process group of its own.
    pub(crate) fn start(&self, place: &Place) -> Result<Running, Box<dyn Error>> {
        let config = place.run.join(format!("{}.conf", self.name));
        let user = if rustix::process::getuid().is_root() { "root" } else { "" };
        let filled = |text: &str| {
            let text = text.replace("{port}", &self.port.to_string()).replace("{user}", user);
            text.replace("{site}", &place.site.to_string_lossy())
                .replace("{run}", &place.run.to_string_lossy())
                .replace("{config}", &config.to_string_lossy())
        };
        fs::create_dir_all(place.run.join("cache"))?;
        let text = self.filling.iter().fold(self.config.to_owned(), |text, (name, said)| text.replace(name, said));
        fs::write(&config, filled(&text))?;
        let log = fs::File::create(place.run.join(format!("{}.log", self.name)))?;
        let mut command = Command::new(filled(&self.command[0]));
        command.args(self.command[1..].iter().map(|argument| filled(argument)));
        command.envs(self.environment.iter().copied()).process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = machine::spawn_on(0, &mut command)
            .map_err(|error| format!("cannot start \"{}\": {error}", self.command[0]))?;
        Ok(Running::new(child))
    }
}

/// A server at work; stopped when it is dropped.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Takes a process over that is alone in its group.
    pub(crate) fn new(child: Child) -> Running {
        Running { child }
    }

    /// Asks it to end, and waits for that; not for ever.
    pub(crate) fn stop(mut self) {
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
        let begin = Instant::now();
        while !self.has_ended() && begin.elapsed() < END_MAX {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn group(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The group is ours alone: also what the server has started.
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// A port that is free now. Below those that the kernel gives to clients: of these ten thousand are in use at times.
pub(crate) fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(FIRST_PORT);
    loop {
        let port = NEXT.fetch_add(1, Relaxed);
        match TcpListener::bind(("0.0.0.0", port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            bound => return bound.map(|_| port),
        }
    }
}

const FIRST_PORT: u16 = 18_000;
/// A server that is asked to end and does not is killed.
const END_MAX: Duration = Duration::from_secs(20);

const NGINX: &str = "\
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {run}/nginx.pid;
error_log stderr crit;
events { worker_connections 12000; use epoll; multi_accept on; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 75s;
    reset_timedout_connection on;
    open_file_cache max=15000 inactive=60s;
    open_file_cache_valid 60s;
    open_file_cache_min_uses 1;
    open_file_cache_errors on;
    gzip on;
    gzip_types text/plain text/css application/javascript;
    types { text/html html; text/plain txt; image/png png; application/octet-stream bin; }
    client_body_temp_path {run}/nginx-body;
    proxy_temp_path {run}/nginx-proxy;
    fastcgi_temp_path {run}/nginx-fastcgi;
    uwsgi_temp_path {run}/nginx-uwsgi;
    scgi_temp_path {run}/nginx-scgi;
{certificate}    server { listen 127.0.0.1:{port}{protocol} reuseport backlog=4096; root {site}; }
}
";

const NGINX_CLEARTEXT: Filling = &[("{certificate}", ""), ("{protocol}", "")];
const NGINX_SECURED: Filling = &[
    (
        "{certificate}",
        "\
    ssl_certificate {run}/chain.pem;
    ssl_certificate_key {run}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache none;
    ssl_session_tickets on;
",
    ),
    ("{protocol}", " ssl http2"),
];

const H2O: &str = "\
num-threads: 1
max-connections: 12000
user: \"{user}\"
pid-file: {run}/h2o.pid
error-log: /dev/null
listen: { host: 127.0.0.1, port: {port}{certificate} }
compress: ON
file.mime.addtypes: { text/plain: .txt }
hosts:
  default:
    paths:
      \"/\":
        file.dir: {site}
";

const H2O_CLEARTEXT: Filling = &[("{certificate}", "")];
const H2O_SECURED: Filling =
    &[("{certificate}", ", ssl: { certificate-file: {run}/chain.pem, key-file: {run}/key.pem }")];

const LIGHTTPD: &str = "\
server.modules = (\"mod_deflate\")
server.document-root = \"{site}\"
server.bind = \"127.0.0.1\"
server.port = {port}
server.max-fds = 24000
server.max-connections = 12000
server.listen-backlog = 4096
server.max-keep-alive-requests = 1000000000
server.max-keep-alive-idle = 75
server.stat-cache-engine = \"inotify\"
server.network-backend = \"sendfile\"
server.event-handler = \"linux-sysepoll\"
mimetype.assign = (\".html\" => \"text/html\", \".txt\" => \"text/plain\", \".png\" => \"image/png\", \"\" => \"application/octet-stream\")
deflate.mimetypes = (\"text/html\", \"text/plain\")
deflate.allowed-encodings = (\"gzip\")
deflate.cache-dir = \"{run}/cache\"
";

const CADDY: &str = "\
{
    admin off
    auto_https off
    persist_config off
    log {
        level ERROR
    }
}
{origins} {
    bind 127.0.0.1
{certificate}    root * {site}
    encode gzip
    file_server
}
";

const CADDY_CLEARTEXT: Filling = &[("{origins}", "http://127.0.0.1:{port}"), ("{certificate}", "")];
const CADDY_SECURED: Filling = &[
    ("{origins}", "https://127.0.0.1:{port}, https://localhost:{port}"),
    ("{certificate}", "    tls {run}/chain.pem {run}/key.pem\n"),
];
