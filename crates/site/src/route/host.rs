//! Hosts, as sites and routes name them.

use std::fmt;
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
            false => host.eq_ignore_ascii_case(self.name.as_bytes()),
            true => {
                let Some(dot) = host.len().checked_sub(self.name.len() + 1) else { return false };
                dot > 0 && host[dot] == b'.' && host[dot + 1..].eq_ignore_ascii_case(self.name.as_bytes())
            }
        }
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

    fn from_str(text: &str) -> Result<HostPattern, String> {
        let refuse = |expected: &str| Err(format!("{text:?} is no host; expected {expected}"));
        let (name, is_wildcard) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        if name.contains('*') {
            return refuse("* only as the whole first label, such as *.example.org");
        }
        if name.contains("://") || name.contains('/') {
            return refuse("a name without scheme and path, such as example.org");
        }
        let is_address = name.starts_with('[') && name.ends_with(']');
        if name.contains(':') && !is_address {
            return refuse("a name without a port, such as example.org; an address of IPv6 stands in brackets");
        }
        if !name.is_ascii() {
            return refuse("letters of ASCII; write the form that begins with xn--");
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let is_name = match is_address {
            true => !is_wildcard && name[1..name.len() - 1].parse::<std::net::Ipv6Addr>().is_ok(),
            false => name.len() <= 253 && name.split('.').all(is_label),
        };
        if !is_name {
            return refuse("a name such as example.org, or *.example.org for all below it");
        }
        Ok(HostPattern { name, is_wildcard })
    }
}

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
        check("*", "whole first label");
        check("a.*.org", "whole first label");
        check("https://example.org", "without scheme");
        check("example.org:80", "without a port");
        check("::1", "brackets");
        check("例.org", "xn--");
        check("", "a name such as");
        check("a..b", "a name such as");
        check("[::zz]", "a name such as");
        check("a b", "a name such as");
    }
}
