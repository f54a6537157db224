//! Starting a server on a folder of material, and stopping it.

use crate::material;
use crate::server::Server;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// A server that runs as long as this lives, on a folder of its own.
#[derive(Debug)]
pub struct Launched {
    /// What to ask.
    pub server: Server,
    process: Option<Child>,
    _folder: Option<TempDir>,
}

impl Drop for Launched {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may have ended by itself, which the requirements have noticed by then.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Starts a `quarry` binary on a port that the system chooses. Its first line of output is its URL.
pub fn quarry(binary: &Path) -> Result<Launched, String> {
    let folder = folder()?;
    let root = folder.path().join("site");
    let mut process = Command::new(binary)
        .args(["--listen", "127.0.0.1:0", "--no-lookup", "--access-log", "off"])
        .arg(&root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", binary.display()))?;
    let stdout = process.stdout.take();
    // From here on the process is stopped whatever happens.
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server { address: nowhere, http2: nowhere, root };
    let mut launched = Launched { server, process: Some(process), _folder: Some(folder) };
    let mut lines = BufReader::new(stdout.ok_or("the output of quarry cannot be read")?);
    let mut line = String::new();
    lines.read_line(&mut line).map_err(|error| format!("cannot read the output of quarry: {error}"))?;
    launched.server.address = address_in(&line).ok_or(format!("the first line of quarry is no URL: {line:?}"))?;
    launched.server.http2 = launched.server.address;
    // What else it prints is read and dropped, or it would wait for ever for room.
    thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
    Ok(launched)
}

/// Starts nginx in the foreground with a configuration of its own.
pub fn nginx() -> Result<Launched, String> {
    let folder = folder()?;
    let base = folder.path();
    // nginx takes no port of the system's choice; so we choose them, and give them back just before. And it needs one for
    // each version.
    let listeners = ["127.0.0.1:0"; 2].map(TcpListener::bind);
    let [address, http2] = listeners.each_ref().map(|listener| listener.as_ref().ok()?.local_addr().ok());
    let (Some(address), Some(http2)) = (address, http2) else { return Err("no port can be had".into()) };
    drop(listeners);
    let config = NGINX_CONFIG.replace("BASE", &base.display().to_string());
    let config = config.replace("ADDRESS", &address.to_string()).replace("HTTP2", &http2.to_string());
    let config_path = base.join("nginx.conf");
    fs::write(&config_path, config).map_err(|error| format!("cannot write {}: {error}", config_path.display()))?;
    let process = Command::new("nginx")
        .arg("-p")
        .arg(base)
        .arg("-c")
        .arg(&config_path)
        .arg("-e")
        .arg(base.join("error.log"))
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!("cannot start nginx: {error}; install it (Debian: nginx-light) or leave out --nginx")
        })?;
    let server = Server { address, http2, root: base.join("site") };
    let launched = Launched { server, process: Some(process), _folder: Some(folder) };
    for _ in 0..100 {
        if TcpStream::connect(address).is_ok() {
            return Ok(launched);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("nginx does not listen on {address} after 2 s"))
}

/// A server that somebody else has started on a folder written by [`material::write`].
pub fn elsewhere(address: &str, root: &Path) -> Result<Launched, String> {
    let address = address
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .ok_or(format!("{address:?} is no address: expected HOST:PORT"))?;
    Ok(Launched { server: Server { address, http2: address, root: root.to_owned() }, process: None, _folder: None })
}

fn folder() -> Result<TempDir, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder can be had: {error}"))?;
    material::write(folder.path()).map_err(|error| format!("cannot write the material: {error}"))?;
    Ok(folder)
}

/// `http://127.0.0.1:8123/`, wherever it stands in the line.
fn address_in(line: &str) -> Option<SocketAddr> {
    let rest = &line[line.find("http://")? + "http://".len()..];
    rest.split(['/', ' ', '\n']).next()?.to_socket_addrs().ok()?.next()
}

/// As Debian has it where it matters: gzip on, ranges, entity tags. BASE and ADDRESS are filled in.
const NGINX_CONFIG: &str = r#"
daemon off;
master_process off;
worker_processes 1;
pid BASE/nginx.pid;
error_log BASE/error.log crit;
user root;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path BASE/body;
    proxy_temp_path BASE/proxy;
    fastcgi_temp_path BASE/fastcgi;
    uwsgi_temp_path BASE/uwsgi;
    scgi_temp_path BASE/scgi;
    types {
        text/html html;
        text/css css;
        text/javascript js;
        text/plain txt;
        image/png png;
    }
    default_type application/octet-stream;
    gzip on;
    gzip_vary on;
    gzip_types text/css text/plain text/javascript;
    server {
        listen ADDRESS;
        listen HTTP2 http2;
        root BASE/site;
        index index.html;
        location /bare/ { autoindex on; }
    }
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(address_in(line).map(|address| address.to_string()).as_deref(), expected, "{line:?}");
    }

    #[test]
    fn the_address_is_found_in_the_first_line() {
        check("http://127.0.0.1:8123/\n", Some("127.0.0.1:8123"));
        check("serving . at http://[::1]:80/ now\n", Some("[::1]:80"));
        check("http://nowhere\n", None);
        check("", None);
    }
}
