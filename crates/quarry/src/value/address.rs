//! Where to listen: `8000`, `:8000`, `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`, `unix:/path`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::path::{Path, PathBuf};

use reactor::ListenAddress;

use crate::exit::Failure;

/// Where to listen, as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    /// One address of this machine, or the unspecified one for all.
    Socket(SocketAddr),
    /// All addresses of this machine.
    Everywhere { port: u16 },
    /// The addresses of a name.
    Name { host: String, port: u16 },
    /// A socket in the file system.
    Unix(PathBuf),
}

impl Listen {
    /// The addresses to bind. Asks the resolver for names, so it may wait.
    pub(crate) fn resolve(&self) -> Result<Vec<ListenAddress>, Failure> {
        let addresses = match self {
            Listen::Unix(path) => return Ok(vec![ListenAddress::Unix(path.clone())]),
            Listen::Socket(address) => vec![*address],
            Listen::Everywhere { port } => with_ipv6(Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED, *port),
            // RFC 6761 §6.3: the name means loopback, whatever a resolver says.
            Listen::Name { host, port } if host.eq_ignore_ascii_case("localhost") => {
                with_ipv6(Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST, *port)
            }
            Listen::Name { host, port } => match (host.as_str(), *port).to_socket_addrs() {
                Ok(addresses) => addresses.collect(),
                Err(_) => return Err(Failure::cannot(format!("listen on \"{host}:{port}\""), "no such name")),
            },
        };
        Ok(addresses.into_iter().map(ListenAddress::Tcp).collect())
    }
}

/// Reads where to listen.
pub(crate) fn parse(text: &str) -> Result<Listen, String> {
    if let Some(path) = text.strip_prefix("unix:") {
        return parse_unix(path);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return Ok(Listen::Socket((Ipv4Addr::LOCALHOST, parse_port(text)?).into()));
    }
    if text.parse::<IpAddr>().is_ok() {
        let example = SocketAddr::new(text.parse().map_err(|_| EXPECTED)?, 8000);
        return Err(format!("the port is missing; expected for example {example}"));
    }
    let (host, port) = text.rsplit_once(':').ok_or(EXPECTED)?;
    let port = parse_port(port)?;
    if host.is_empty() {
        return Ok(Listen::Everywhere { port });
    }
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').and_then(|inner| inner.parse::<Ipv6Addr>().ok());
        return address.map(|address| Listen::Socket((address, port).into())).ok_or_else(|| EXPECTED.into());
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(Listen::Socket((address, port).into()));
    }
    match is_name(host) {
        true => Ok(Listen::Name { host: host.into(), port }),
        false => Err(EXPECTED.into()),
    }
}

fn parse_unix(path: &str) -> Result<Listen, String> {
    match path.len() {
        0 => Err("the path is missing; expected for example unix:/run/quarry.sock".into()),
        // sockaddr_un holds 108 bytes, the last of which ends the path.
        1..=107 => Ok(Listen::Unix(Path::new(path).to_owned())),
        length => Err(format!("a path of {length} bytes; a unix socket takes at most 107")),
    }
}

fn parse_port(text: &str) -> Result<u16, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(EXPECTED.into());
    }
    text.parse().map_err(|_| format!("there is no port {text}; expected 0 to 65535"))
}

/// Letters, digits, hyphens and dots, and not all digits: otherwise it is a mistyped address.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 253
        && host.trim_end_matches('.').split('.').all(is_label)
        && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// IPv6 can be switched off, in containers more often than not; then its address cannot be bound.
fn with_ipv6(ipv4: Ipv4Addr, ipv6: Ipv6Addr, port: u16) -> Vec<SocketAddr> {
    let mut addresses = vec![SocketAddr::from((ipv4, port))];
    // Two sockets cannot agree on "any free port".
    if port != 0 && UdpSocket::bind((ipv6, 0)).is_ok() {
        addresses.push((ipv6, port).into());
    }
    addresses
}

const EXPECTED: &str = "expected PORT, :PORT, ADDRESS:PORT, [IPV6]:PORT, NAME:PORT or unix:PATH";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Listen) {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refuse(text: &str, expected: &str) {
        assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
    }

    fn socket(text: &str) -> Listen {
        Listen::Socket(text.parse().unwrap())
    }

    #[test]
    fn a_port_alone_is_for_this_machine_only() {
        check("8000", socket("127.0.0.1:8000"));
        check("0", socket("127.0.0.1:0"));
    }

    #[test]
    fn a_colon_opens_it_to_all() {
        check(":8000", Listen::Everywhere { port: 8000 });
        check("0.0.0.0:80", socket("0.0.0.0:80"));
        check("[::]:80", socket("[::]:80"));
    }

    #[test]
    fn addresses_names_and_paths_are_taken() {
        check("127.0.0.1:8000", socket("127.0.0.1:8000"));
        check("[::1]:65535", socket("[::1]:65535"));
        check("localhost:8000", Listen::Name { host: "localhost".into(), port: 8000 });
        check("files.example.org:80", Listen::Name { host: "files.example.org".into(), port: 80 });
        check("unix:/run/q.sock", Listen::Unix("/run/q.sock".into()));
        check("unix:q.sock", Listen::Unix("q.sock".into()));
    }

    #[test]
    fn what_is_none_says_what_one_is() {
        for text in
            ["", "localhost", "a b:80", "[::1:80", "[1.2.3.4]:80", "::1:x", "1.2.3:80", "-", "a..b:80", "http://a:80"]
        {
            refuse(text, EXPECTED);
        }
        refuse("127.0.0.1:", EXPECTED);
        refuse(":+80", EXPECTED);
        refuse("127.0.0.1", "the port is missing; expected for example 127.0.0.1:8000");
        refuse("::1", "the port is missing; expected for example [::1]:8000");
        refuse("65536", "there is no port 65536; expected 0 to 65535");
        refuse("[::1]:99999999999", "there is no port 99999999999; expected 0 to 65535");
        refuse("unix:", "the path is missing; expected for example unix:/run/quarry.sock");
        refuse(&format!("unix:/{}", "a".repeat(107)), "a path of 108 bytes; a unix socket takes at most 107");
    }

    #[test]
    fn localhost_is_loopback_without_asking_anybody() {
        let addresses = parse("LocalHost:8000").unwrap().resolve().unwrap();
        assert_eq!(addresses[0], ListenAddress::Tcp("127.0.0.1:8000".parse().unwrap()));
        assert!(addresses.len() <= 2);
    }

    #[test]
    fn any_free_port_is_one_port() {
        assert_eq!(parse(":0").unwrap().resolve(), Ok(vec![ListenAddress::Tcp("0.0.0.0:0".parse().unwrap())]));
    }
}
