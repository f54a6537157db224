//! Pages about the server itself (`/-/status`, `/-/metrics`) and who may see them: whoever sits at this machine, or has the
//! password for them. To everybody else there is no such page.

use semantics::{FieldName, RequestHead};
use site::route::Auth;
use site::{Client, Refusal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who may see inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Whoever comes from this machine, by a name that means this machine.
    pub is_local: bool,
    /// Whoever has one of these passwords, from anywhere.
    pub auth: Option<Auth>,
}

impl Default for Inside {
    fn default() -> Inside {
        Inside { is_local: true, auth: None }
    }
}

/// Whether a client may see inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may.
    Open,
    /// It may with a password: the challenge (RFC 7617 §2).
    Password(String),
    /// For it there is nothing.
    Nothing,
}

impl Inside {
    /// Whether whoever sent this may see inside. Errs when that would have to be waited for.
    pub(crate) fn access(&self, head: &RequestHead<'_>, client: &Client<'_>) -> Result<Access, Refusal> {
        if self.knows(head, client) {
            return Ok(Access::Open);
        }
        self.by_password(head, client)
    }

    /// Whether somebody at this machine has sent this, and that is enough.
    pub(crate) fn knows(&self, head: &RequestHead<'_>, client: &Client<'_>) -> bool {
        self.is_local && is_local(head, client.address)
    }

    /// The same for whoever must have a password, wherever it comes from.
    pub(crate) fn by_password(&self, head: &RequestHead<'_>, client: &Client<'_>) -> Result<Access, Refusal> {
        let Some(auth) = &self.auth else { return Ok(Access::Nothing) };
        match site::route::may_come_in(auth, head, client)? {
            true => Ok(Access::Open),
            false => Ok(Access::Password(site::route::challenge(auth))),
        }
    }
}

/// Whether a request comes from this machine and was meant for it. A page of somebody else's, open in a browser here, comes
/// from here too: by a name of its own that leads here (DNS rebinding), or, as the browser says, from another site. And what a
/// proxy here brings comes from elsewhere.
fn is_local(head: &RequestHead<'_>, address: Option<IpAddr>) -> bool {
    let is_here = address.is_some_and(|address| address.to_canonical().is_loopback());
    let is_from_elsewhere = |(name, value): (&[u8], &[u8])| match name.len() {
        14 if name.eq_ignore_ascii_case(b"sec-fetch-site") => !matches!(value, b"none" | b"same-origin"),
        6 if name.eq_ignore_ascii_case(b"origin") => {
            let host = value.strip_prefix(b"http://").or_else(|| value.strip_prefix(b"https://"));
            host != Some(head.authority)
        }
        _ => BROUGHT.iter().any(|brought| name.eq_ignore_ascii_case(brought)),
    };
    is_here
        && is_local_host(head.authority)
        && head.field(FieldName::Forwarded).is_none()
        && !head.fields.lines().any(is_from_elsewhere)
}

/// Fields that proxies add.
const BROUGHT: [&[u8]; 6] =
    [b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"];

/// Whether a host and port name this machine: as RFC 6761 §6.3 has it, or by an address of it.
fn is_local_host(authority: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(authority) else { return false };
    if let Some(literal) = text.strip_prefix('[') {
        let address = literal.split_once(']').and_then(|(address, _)| address.parse::<Ipv6Addr>().ok());
        return address.is_some_and(|address| IpAddr::V6(address).to_canonical().is_loopback());
    }
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host.parse::<Ipv4Addr>().map_or_else(|_| host == "localhost" || host.ends_with(".localhost"), |ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::{Fields, Method, Version};

    fn check(address: &str, authority: &str, section: &str, expected: bool) {
        let mut fields = Fields::new();
        fields.set_section(section.as_bytes());
        let lines = fields;
        for (name, value) in lines.lines() {
            FieldName::from_bytes(name).into_iter().for_each(|name| fields.note(name, value));
        }
        let authority_bytes = authority.as_bytes();
        let head = RequestHead {
            method: Method::Get,
            target: b"/-/status",
            authority: authority_bytes,
            version: Version::Http11,
            fields,
        };
        assert_eq!(is_local(&head, address.parse().ok()), expected, "{address} {authority} {section}");
    }

    #[test]
    fn this_machine_by_its_own_names() {
        for address in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            check(address, "localhost:8000", "", true);
        }
        for authority in
            ["127.0.0.1", "127.1.2.3:80", "[::1]:8000", "LOCALHOST.", "a.localhost:1", "[::ffff:127.0.0.1]"]
        {
            check("127.0.0.1", authority, "", true);
        }
    }

    #[test]
    fn nobody_from_elsewhere() {
        for address in ["192.0.2.1", "10.0.0.1", "::", "2001:db8::1", "by a unix socket"] {
            check(address, "localhost", "", false);
        }
    }

    #[test]
    fn no_name_of_others_that_leads_here() {
        for authority in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]", "0.0.0.0", "notlocalhost"]
        {
            check("127.0.0.1", authority, "", false);
        }
    }

    #[test]
    fn no_page_of_others_and_nobody_behind_a_proxy() {
        check("127.0.0.1", "localhost", "Sec-Fetch-Site: none\r\n", true);
        check("127.0.0.1", "localhost", "Sec-Fetch-Site: same-origin\r\n", true);
        for section in [
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "X-Forwarded-For: 192.0.2.1\r\n",
            "Forwarded: for=192.0.2.1\r\n",
            "Via: 1.1 a\r\n",
            "X-REAL-IP: 192.0.2.1\r\n",
        ] {
            check("127.0.0.1", "localhost", section, false);
        }
    }
}
