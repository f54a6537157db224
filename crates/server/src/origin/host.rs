//! Which site a request is for: that of the host it names (RFC 9110 §7.2), whatever the port.

use foldhash::fast::RandomState;
use site::route::{HOST_BYTES_MAX, HostPattern};
use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// A host that a site answers for, as its owner writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// This one, or all below one at any depth.
    Named(HostPattern),
    /// `*`: every other.
    Any,
}

impl FromStr for Host {
    type Err = String;

    /// Errs with what was expected.
    fn from_str(text: &str) -> Result<Host, String> {
        if text == "*" { Ok(Host::Any) } else { text.parse().map(Host::Named) }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Named(name) => name.fmt(formatter),
            Host::Any => formatter.write_str("*"),
        }
    }
}

/// Which of several sites a host belongs to.
#[derive(Debug, Default)]
pub struct Hosts {
    /// How many sites there are.
    count: u32,
    exact: HashMap<Box<[u8]>, u32, RandomState>,
    below: HashMap<Box<[u8]>, u32, RandomState>,
    otherwise: Option<u32>,
    /// There is nothing to be looked up.
    is_one_for_all: bool,
}

impl Hosts {
    /// Of each site its hosts; none: it is the site for all that no other has.
    ///
    /// Errs with a sentence when there is no site, or two have the same.
    pub fn new<'a>(sites: impl IntoIterator<Item = &'a [Host]>) -> Result<Hosts, String> {
        let mut hosts = Hosts::default();
        for (number, of_site) in (0..).zip(sites) {
            hosts.count = number + 1;
            let of_site = if of_site.is_empty() { &[Host::Any] } else { of_site };
            of_site.iter().try_for_each(|host| hosts.give(host, number))?;
        }
        if hosts.count == 0 {
            return Err("there is no site, expected at least one".into());
        }
        hosts.is_one_for_all = hosts.exact.is_empty() && hosts.below.is_empty();
        Ok(hosts)
    }

    /// One site, for all hosts.
    pub(super) fn of_one() -> Hosts {
        Hosts { count: 1, otherwise: Some(0), is_one_for_all: true, ..Hosts::default() }
    }

    /// How many sites there are, at least one.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    fn give(&mut self, host: &Host, number: u32) -> Result<(), String> {
        let before = match host {
            Host::Named(host) if host.is_wildcard() => self.below.insert(host.name().as_bytes().into(), number),
            Host::Named(host) => self.exact.insert(host.name().as_bytes().into(), number),
            Host::Any => self.otherwise.replace(number),
        };
        match (before, host) {
            (Some(other), Host::Any) if other != number => {
                Err("two sites are for all other hosts, expected one without hosts at most".into())
            }
            (Some(other), _) if other != number => Err(format!("two sites have the host \"{host}\", expected one")),
            _ => Ok(()),
        }
    }

    /// The site for an authority (RFC 3986 §3.2): the one that has its host, else the one with the nearest domain above it,
    /// else the one for all others.
    #[inline]
    pub(super) fn find(&self, authority: &[u8]) -> Option<u32> {
        match self.is_one_for_all {
            true => self.otherwise,
            false => self.look_up(authority),
        }
    }

    fn look_up(&self, authority: &[u8]) -> Option<u32> {
        let mut buffer = [0; HOST_BYTES_MAX];
        let Some(name) = normal(authority, &mut buffer) else { return self.otherwise };
        if let Some(&number) = self.exact.get(name) {
            return Some(number);
        }
        if !self.below.is_empty() {
            let mut rest = name;
            while let Some(dot) = rest.iter().position(|&byte| byte == b'.') {
                rest = &rest[dot + 1..];
                if let Some(&number) = self.below.get(rest) {
                    return Some(number);
                }
            }
        }
        self.otherwise
    }
}

/// The host of an authority as [`Host`] writes it: without its port and the dot of the root, in lower case (RFC 9110 §4.2.3).
/// `None`: it is longer than any name.
fn normal<'b>(authority: &[u8], buffer: &'b mut [u8; HOST_BYTES_MAX]) -> Option<&'b [u8]> {
    if let Some(literal) = authority.strip_prefix(b"[") {
        let end = literal.iter().position(|&byte| byte == b']')?;
        let address: Ipv6Addr = str::from_utf8(&literal[..end]).ok()?.parse().ok()?;
        let mut room = &mut buffer[..];
        write!(room, "[{address}]").ok()?;
        let left = room.len();
        return Some(&buffer[..HOST_BYTES_MAX - left]);
    }
    let end = authority.iter().position(|&byte| byte == b':').unwrap_or(authority.len());
    let host = authority[..end].strip_suffix(b".").unwrap_or(&authority[..end]);
    let name = buffer.get_mut(..host.len())?;
    name.copy_from_slice(host);
    name.make_ascii_lowercase();
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(sites: &[&[&str]]) -> Result<Hosts, String> {
        let sites: Vec<Vec<Host>> =
            sites.iter().map(|hosts| hosts.iter().map(|host| host.parse().unwrap()).collect()).collect();
        Hosts::new(sites.iter().map(Vec::as_slice))
    }

    #[test]
    fn the_nearest_name_has_the_request() {
        let hosts = hosts(&[
            &["example.org", "www.example.org"],
            &["*.example.org"],
            &["*.deep.example.org", "deep.example.org", "[::1]", "127.0.0.1"],
            &[],
        ])
        .unwrap();
        let check = |authority: &str, expected| assert_eq!(hosts.find(authority.as_bytes()), expected, "{authority}");
        check("example.org", Some(0));
        check("www.example.org", Some(0));
        check("EXAMPLE.org:8080", Some(0));
        check("example.org.", Some(0));
        check("example.org.:80", Some(0));
        check("a.example.org", Some(1));
        check("a.b.example.org:1", Some(1));
        check("a.deep.example.org", Some(2));
        check("deep.example.org", Some(2));
        check("[::1]", Some(2));
        check("[::1]:8000", Some(2));
        check("[0:0:0:0:0:0:0:1]:8000", Some(2));
        check("127.0.0.1:8000", Some(2));
        for other in ["", "org", ".example.org.", "notexample.org", "[::2]", "[v1.a]", "127.0.0.2", &"a.".repeat(400)] {
            let expected = if other == ".example.org." { Some(1) } else { Some(3) };
            check(other, expected);
        }
    }

    #[test]
    fn what_no_site_has_has_none() {
        let hosts = hosts(&[&["example.org"]]).unwrap();
        assert_eq!(hosts.find(b"example.org"), Some(0));
        assert_eq!(hosts.find(b"other.org"), None);
        assert_eq!(hosts.find(b""), None);
        assert_eq!(hosts.find(&b"a".repeat(10_000)), None);
    }

    #[test]
    fn a_host_has_one_site() {
        let fault = |sites: &[&[&str]]| hosts(sites).err().unwrap();
        assert_eq!(fault(&[&["a.org"], &["b.org", "A.org."]]), "two sites have the host \"a.org\", expected one");
        assert_eq!(fault(&[&["*.a.org"], &["*.a.org"]]), "two sites have the host \"*.a.org\", expected one");
        let expected = "two sites are for all other hosts, expected one without hosts at most";
        assert_eq!(fault(&[&[], &["*"]]), expected);
        assert_eq!(fault(&[]), "there is no site, expected at least one");
        // What is said twice of one site is said.
        assert!(hosts(&[&["a.org", "a.org", "*", "*"]]).is_ok());
    }

    #[test]
    fn hosts_are_written_in_one_way() {
        for (text, expected) in [
            ("Example.ORG", "example.org"),
            ("*.Example.org.", "*.example.org"),
            ("*", "*"),
            ("::1", "[::1]"),
            ("[2001:DB8:0::1]", "[2001:db8::1]"),
            ("my_host", "my_host"),
        ] {
            assert_eq!(text.parse::<Host>().unwrap().to_string(), expected, "{text}");
        }
    }
}
