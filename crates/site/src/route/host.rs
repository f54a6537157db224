//! Hosts, as sites and routes name them.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// One host, or all below one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPattern {
    /// In small letters, without a dot at the end; of a wildcard, what follows `*.`.
    name: String,
    is_wildcard: bool,
}

impl HostPattern {
    /// Whether it is `*.name`.
    pub fn is_wildcard(&self) -> bool {
        self.is_wildcard
    }

    /// The host; of a wildcard, what follows `*.`. In small letters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this host is meant, as [`host_of`] gives it. A wildcard has whatever is below its name, in any depth, and not the name.
    pub fn has(&self, host: &[u8]) -> bool {
        match self.is_wildcard {
            false => host.eq_ignore_ascii_case(self.name.as_bytes()) || self.has_address(host),
            true => {
                let Some(dot) = host.len().checked_sub(self.name.len() + 1) else { return false };
                dot > 0 && host[dot] == b'.' && host[dot + 1..].eq_ignore_ascii_case(self.name.as_bytes())
            }
        }
    }
}

impl HostPattern {
    /// An address of IPv6 can be written in many ways.
    fn has_address(&self, host: &[u8]) -> bool {
        let address = |text: &str| text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
        let host = str::from_utf8(host).ok().filter(|host| host.starts_with('['));
        host.and_then(address).is_some_and(|host| address(&self.name) == Some(host))
    }
}

/// The host of an authority (RFC 3986 §3.2.2): without a port, and without the dot that makes a name absolute.
pub fn host_of(authority: &[u8]) -> &[u8] {
    let host = match authority.iter().rposition(|&byte| byte == b':') {
        // In `[::1]` colons are of the address.
        Some(colon) if !authority[colon..].contains(&b']') => &authority[..colon],
        _ => authority,
    };
    host.strip_suffix(b".").unwrap_or(host)
}

impl FromStr for HostPattern {
    type Err = String;

    /// Reads a host as its owner writes it: `example.org`, `*.example.org`, `192.0.2.1`, `[::1]`. Errs with what was expected.
    fn from_str(text: &str) -> Result<HostPattern, String> {
        if !text.is_ascii() {
            return Err(format!("\"{text}\" is not ASCII: expected a host as DNS has it, with xn-- for other letters"));
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<Ipv6Addr>() {
            return Ok(HostPattern { name: format!("[{address}]"), is_wildcard: false });
        }
        if text.contains('/') {
            return Err(format!("\"{text}\" has a slash: expected a host alone, such as example.org"));
        }
        if text.contains(':') && !text.starts_with('[') {
            return Err(format!("\"{text}\" has a port: expected a host alone, which is the same at every port"));
        }
        let (is_wildcard, name) = text.strip_prefix("*.").map_or((false, text), |name| (true, name));
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if name.contains('*') {
            return Err(format!("\"{text}\" has a star: expected one at the beginning only, as in *.example.org"));
        }
        if name.len() > HOST_BYTES_MAX || !name.split('.').all(is_label) {
            return Err(format!("\"{text}\" is no host: expected one such as example.org, *.example.org or 192.0.2.1"));
        }
        Ok(HostPattern { name, is_wildcard })
    }
}

/// RFC 1035 §2.3.1; and the underscore, which names of machines have though none should.
fn is_label(label: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(is_letter)
}

/// RFC 1035 §2.3.4, without the length of the first label and of the root. A longer one is no host that anybody has.
pub const HOST_BYTES_MAX: usize = 253;

impl fmt::Display for HostPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_wildcard { "*." } else { "" };
        write!(formatter, "{star}{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, authority: &str, expected: bool) {
        let pattern: HostPattern = pattern.parse().unwrap();
        assert_eq!(pattern.has(host_of(authority.as_bytes())), expected, "{pattern} {authority}");
    }

    #[test]
    fn a_host_is_a_name_without_port_case_and_last_dot() {
        check("example.org", "Example.ORG:8080", true);
        check("Example.org.", "example.org.", true);
        check("example.org", "www.example.org", false);
        check("example.org", "example.org.evil", false);
        check("[::1]", "[::1]:8000", true);
        check("[::1]", "[::1]", true);
        check("::1", "[0:0:0:0:0:0:0:1]:80", true);
        check("[2001:DB8:0::1]", "[2001:db8::1]", true);
        check("[::1]", "[::2]", false);
        check("127.0.0.1", "127.0.0.1:80", true);
        check("example.org", "", false);
    }

    #[test]
    fn a_wildcard_has_all_below_and_not_the_name_itself() {
        check("*.example.org", "www.example.org", true);
        check("*.example.org", "a.b.example.org:1", true);
        check("*.example.org", "example.org", false);
        check("*.example.org", ".example.org", false);
        check("*.example.org", "wwwexample.org", false);
        check("*.example.org", "", false);
    }

    #[test]
    fn what_is_no_host_is_refused_with_advice() {
        let check = |text: &str, needle: &str| {
            let error = text.parse::<HostPattern>().unwrap_err();
            assert!(error.contains(needle), "{error}");
        };
        check("*", "has a star");
        check("a.*.org", "has a star");
        check("*example.org", "has a star");
        check("https://example.org", "has a slash");
        check("example.org:80", "has a port");
        check("例.org", "xn--");
        for text in ["", "a b", "a..b", "*.", &"a".repeat(64), &"a.".repeat(128)] {
            check(text, "is no host");
        }
        check("[::zz]", "is no host");
    }
}
