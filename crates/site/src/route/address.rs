//! Ranges of addresses, as routes name clients by.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Some addresses: a network with its prefix, one address, or those of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRange {
    /// All addresses that begin as this one does, in so many bits.
    Network(IpAddr, u8),
    /// `loopback`: this machine.
    Loopback,
    /// `private`: networks that no router of the internet knows (RFC 1918, RFC 4193), link-local ones, and this machine.
    Private,
    /// `unix`: whoever comes by a unix socket, and so has no address.
    Unix,
}

impl AddressRange {
    /// Whether a client is among them; `None`: it came by a unix socket.
    pub fn has(&self, address: Option<IpAddr>) -> bool {
        // An IPv4 client of a socket for both is written as an address of IPv6.
        let Some(address) = address.map(|address| address.to_canonical()) else { return *self == AddressRange::Unix };
        match *self {
            AddressRange::Network(network, bits) => {
                bits_of(network, bits) == bits_of(address, bits) && network.is_ipv4() == address.is_ipv4()
            }
            AddressRange::Loopback => address.is_loopback(),
            AddressRange::Private => is_private(address),
            AddressRange::Unix => false,
        }
    }
}

/// The first bits of an address, the others being 0.
fn bits_of(address: IpAddr, bits: u8) -> u128 {
    let (value, length) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    // No bit at all is asked for: the shift by all of 128 would be none.
    value.checked_shr(length - u32::from(bits).min(length)).unwrap_or(0)
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local() || address.is_loopback(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback(),
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<AddressRange, String> {
        match text {
            "loopback" => return Ok(AddressRange::Loopback),
            "private" => return Ok(AddressRange::Private),
            "unix" => return Ok(AddressRange::Unix),
            _ => {}
        }
        let expected = || {
            format!(
                "{text:?} is no range of addresses; expected one such as 192.168.0.0/16, 2001:db8::/32, 10.0.0.1, loopback, private or unix"
            )
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| expected())?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => all,
            // Not `+8`, which numbers are read from too.
            Some(bits) => bits.parse().ok().filter(|&bits| bits <= all && !text.contains('+')).ok_or_else(expected)?,
        };
        let first = match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits((bits_of(address, bits) << (32 - u32::from(bits))) as u32)),
            IpAddr::V6(_) => {
                IpAddr::V6(Ipv6Addr::from_bits(bits_of(address, bits).checked_shl(128 - u32::from(bits)).unwrap_or(0)))
            }
        };
        if first != address {
            return Err(format!("{text:?} has bits beyond its prefix; expected {first}/{bits}"));
        }
        Ok(AddressRange::Network(address, bits))
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressRange::Network(address, bits) => write!(formatter, "{address}/{bits}"),
            AddressRange::Loopback => formatter.write_str("loopback"),
            AddressRange::Private => formatter.write_str("private"),
            AddressRange::Unix => formatter.write_str("unix"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: &str, address: &str, expected: bool) {
        let range: AddressRange = range.parse().unwrap();
        assert_eq!(range.has(address.parse().ok()), expected, "{range} {address}");
    }

    #[test]
    fn a_range_has_what_begins_as_it_does() {
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("10.0.0.0/8", "::a00:1", false);
        check("0.0.0.0/0", "1.2.3.4", true);
        check("0.0.0.0/0", "::1", false);
        check("::/0", "2001:db8::1", true);
        check("::/0", "1.2.3.4", false);
        check("2001:db8::/33", "2001:db8:7fff::1", true);
        check("2001:db8::/33", "2001:db8:8000::1", false);
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7", "192.0.2.6", false);
        check("::1", "::1", true);
    }

    #[test]
    fn words_stand_for_ranges() {
        check("loopback", "127.1.2.3", true);
        check("loopback", "::ffff:127.0.0.1", true);
        check("loopback", "10.0.0.1", false);
        check("private", "172.16.0.1", true);
        check("private", "172.32.0.1", false);
        check("private", "fd00::1", true);
        check("private", "fe80::1", true);
        check("private", "::1", true);
        check("private", "8.8.8.8", false);
        check("unix", "unix", true);
        check("loopback", "unix", false);
        check("0.0.0.0/0", "unix", false);
        check("unix", "127.0.0.1", false);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in
            ["", "10", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "localhost", "10.0.0.0/8/8", "10.0.0.0/-1"]
        {
            assert!(text.parse::<AddressRange>().unwrap_err().contains("no range of addresses"), "{text}");
        }
        assert_eq!(
            "10.1.0.0/8".parse::<AddressRange>().unwrap_err(),
            "\"10.1.0.0/8\" has bits beyond its prefix; expected 10.0.0.0/8"
        );
        assert!("2001:db8::1/32".parse::<AddressRange>().is_err());
    }
}
