//! The addresses of this machine, from the kernel by rtnetlink: one message asks, several answer.
//!
//! ```text
//! nlmsghdr   length u32 | type u16 | flags u16 | sequence u32 | port u32
//! ifaddrmsg  family u8 | prefix u8 | flags u8 | scope u8 | index u32
//! rtattr     length u16 | type u16 | value, padded to 4 bytes …
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

/// The addresses under which others may reach this machine: the one of the default route first, IPv4 before IPv6,
/// loopback and link-local ones left out. Empty when there are none, or when the kernel does not tell.
pub(crate) fn addresses() -> Vec<IpAddr> {
    let mut found = ask_kernel().unwrap_or_default();
    let first = toward_internet();
    found.retain(|address| Some(*address) != first);
    found.sort_by_key(IpAddr::is_ipv6);
    first.into_iter().chain(found).collect()
}

/// The address that a packet to the internet would carry. Connecting a datagram socket sends nothing.
fn toward_internet() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // RFC 5737: an address for documentation, which is nobody's and takes the default route.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| is_reachable(*address))
}

fn ask_kernel() -> Result<Vec<IpAddr>, Errno> {
    // No protocol is protocol 0, which is NETLINK_ROUTE.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    sendto(&socket, &request(), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut buffer = vec![0; ANSWER_BYTES_MAX];
    let mut found = Vec::new();
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        if length == 0 || read_answers(&buffer[..length], &mut found) {
            return Ok(found);
        }
    }
}

/// RTM_GETADDR for all families, as a dump.
fn request() -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[0..4].copy_from_slice(&24u32.to_ne_bytes());
    bytes[4..6].copy_from_slice(&RTM_GETADDR.to_ne_bytes());
    bytes[6..8].copy_from_slice(&NLM_F_REQUEST_DUMP.to_ne_bytes());
    bytes
}

/// Takes the addresses out of one datagram; whether it was the last.
fn read_answers(mut bytes: &[u8], found: &mut Vec<IpAddr>) -> bool {
    while let (Some(length), Some(kind)) = (u32_at(bytes, 0), u16_at(bytes, 4)) {
        let length = length as usize;
        if matches!(kind, NLMSG_ERROR | NLMSG_DONE) || length < 16 || length > bytes.len() {
            return true;
        }
        if kind == RTM_NEWADDR {
            found.extend(read_address(&bytes[16..length]).filter(|address| is_reachable(*address)));
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

/// The address in one message, if it is in use.
fn read_address(message: &[u8]) -> Option<IpAddr> {
    // Still being tried out, or found to be somebody else's (RFC 4862).
    if message.get(2)? & (IFA_F_TENTATIVE | IFA_F_DADFAILED) != 0 {
        return None;
    }
    let mut attributes = message.get(8..)?;
    let mut address = None;
    while let (Some(length), Some(kind)) = (u16_at(attributes, 0), u16_at(attributes, 2)) {
        let value = attributes.get(4..length as usize)?;
        match kind {
            // On a point-to-point link IFA_ADDRESS is the other end, and ours is IFA_LOCAL.
            IFA_LOCAL => return read_ip(value),
            IFA_ADDRESS => address = read_ip(value),
            _ => {}
        }
        attributes = attributes.get((length as usize).next_multiple_of(4)..).unwrap_or_default();
    }
    address
}

fn read_ip(value: &[u8]) -> Option<IpAddr> {
    let ipv4 = <[u8; 4]>::try_from(value).ok().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)));
    ipv4.or_else(|| <[u8; 16]>::try_from(value).ok().map(|octets| IpAddr::V6(Ipv6Addr::from(octets))))
}

/// Link-local addresses need a zone, which browsers do not take.
fn is_reachable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local() && !address.is_unspecified(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local() && !address.is_unspecified(),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

// From <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_addr.h>.
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_F_DADFAILED: u8 = 0x08;
const IFA_F_TENTATIVE: u8 = 0x40;

/// The kernel fills at most 32 KiB of a dump at a time.
const ANSWER_BYTES_MAX: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// One RTM_NEWADDR with these attributes.
    fn message(flags: u8, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = vec![2, 24, flags, 0, 1, 0, 0, 0];
        for (kind, value) in attributes {
            body.extend((value.len() as u16 + 4).to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        header(RTM_NEWADDR, &body)
    }

    fn header(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32 + 16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.resize(16, 0);
        bytes.extend(body);
        bytes
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &[&str], is_last: bool) {
        let mut found = Vec::new();
        assert_eq!(read_answers(bytes, &mut found), is_last);
        assert_eq!(found.iter().map(IpAddr::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn addresses_are_taken_until_the_dump_is_done() {
        let ipv6 = "2001:db8::1".parse::<Ipv6Addr>().unwrap().octets();
        let bytes = [
            message(0, &[(IFA_ADDRESS, &[192, 168, 1, 5]), (3, b"eth0\0"), (IFA_LOCAL, &[192, 168, 1, 5])]),
            message(0, &[(IFA_ADDRESS, &ipv6)]),
        ]
        .concat();
        check(&bytes, &["192.168.1.5", "2001:db8::1"], false);
        check(&[bytes, header(NLMSG_DONE, &[0; 4])].concat(), &["192.168.1.5", "2001:db8::1"], true);
    }

    #[test]
    fn our_end_of_a_link_is_meant() {
        check(&message(0, &[(IFA_ADDRESS, &[10, 0, 0, 2]), (IFA_LOCAL, &[10, 0, 0, 1])]), &["10.0.0.1"], false);
    }

    #[test]
    fn addresses_nobody_can_use_are_left_out() {
        let link_local = "fe80::1".parse::<Ipv6Addr>().unwrap().octets();
        check(&message(0, &[(IFA_ADDRESS, &link_local)]), &[], false);
        check(&message(0, &[(IFA_LOCAL, &[127, 0, 0, 1])]), &[], false);
        check(&message(IFA_F_TENTATIVE, &[(IFA_LOCAL, &[10, 0, 0, 1])]), &[], false);
    }

    #[test]
    fn damaged_answers_end_the_reading() {
        check(&[], &[], false);
        check(&[0; 16], &[], true);
        check(&header(RTM_NEWADDR, &[0; 8])[..20], &[], true);
        check(&message(0, &[(IFA_LOCAL, &[1, 2, 3])]), &[], false);
        let mut short = message(0, &[(IFA_LOCAL, &[10, 0, 0, 1])]);
        short[24] = 0;
        short[25] = 0;
        check(&short, &[], false);
    }

    #[test]
    fn this_machine_tells_its_addresses_without_loopback() {
        assert!(addresses().iter().all(|address| is_reachable(*address)));
    }
}
