//! An authority for certificates of this machine alone, made once: who trusts it can use HTTPS while a site is built.
//!
//! It is confined: its own certificate says that it may vouch for this machine, for names that no public authority gives, and
//! for private addresses. Whoever steals its key cannot pass for anybody on the internet.
//!
//! ```text
//! authority.pem   its certificate, to be trusted; ahead of it the names that it may vouch for
//! authority.key   its key
//! localhost.pem   the certificate of the server, and its key: one file, so that the two are never apart
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::iter;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose};
use rcgen::{GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType};

use crate::exit::{self, Failure};

/// The authority of this machine.
#[derive(Debug)]
pub(crate) struct Authority {
    folder: PathBuf,
    key: KeyPair,
    /// Beneath these it may vouch for names.
    domains: Vec<String>,
}

impl Authority {
    /// The one in the first of these folders that has one, or else a new one in the first that can be written.
    ///
    /// Errs with what is in the way of it in the first.
    pub(crate) fn open(folders: &[PathBuf], names: &[String]) -> Result<Authority, Failure> {
        if let Some(folder) = folders.iter().find(|folder| folder.join(CERTIFICATE).exists()) {
            return Authority::read(folder);
        }
        let mut first = None;
        for folder in folders {
            match Authority::make(folder, names) {
                Ok(authority) => return Ok(authority),
                Err(error) => first = first.or(Some(Failure::cannot(format!("write {}", exit::quoted(folder)), error))),
            }
        }
        Err(first.unwrap_or_else(|| Failure::cannot("keep a development certificate", "expected --state DIR")))
    }

    fn read(folder: &Path) -> Result<Authority, Failure> {
        let read = |name: &str| {
            let path = folder.join(name);
            let refuse =
                |error: io::Error| Failure::cannot(format!("read {}", exit::quoted(&path)), exit::cause(&error));
            fs::read_to_string(&path).map_err(refuse)
        };
        let (certificate, key) = (read(CERTIFICATE)?, read(KEY)?);
        let key = KeyPair::from_pem(&key).map_err(|_| {
            let cause =
                "it is no private key; delete the folder for a new authority, which then has to be trusted anew";
            Failure::cannot(format!("use {}", exit::quoted(&folder.join(KEY))), cause)
        })?;
        let domains = certificate.lines().filter_map(|line| line.strip_prefix(PERMITTED)).map(str::to_owned).collect();
        Ok(Authority { folder: folder.to_owned(), key, domains })
    }

    fn make(folder: &Path, names: &[String]) -> Result<Authority, String> {
        let said = |error: io::Error| exit::cause(&error);
        let key = KeyPair::generate().map_err(|error| error.to_string())?;
        let mut domains: Vec<String> = PRIVATE_DOMAINS.map(str::to_owned).into();
        domains.extend(names.iter().filter(|name| !is_beneath(name, &domains)).cloned().collect::<Vec<_>>());
        let certificate = params(&domains).self_signed(&key).map_err(|error| error.to_string())?;
        let preface: String = domains.iter().map(|domain| format!("{PERMITTED}{domain}\n")).collect();
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(said)?;
        // The certificate comes last: where it is, the key is.
        write(&folder.join(KEY), &key.serialize_pem(), 0o600).map_err(said)?;
        write(&folder.join(CERTIFICATE), &(preface + &certificate.pem()), 0o644).map_err(said)?;
        Ok(Authority { folder: folder.to_owned(), key, domains })
    }

    /// Its certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// A certificate with its key for a server on this machine: for localhost, and as far as this authority may vouch for
    /// them, these names and addresses.
    ///
    /// Errs when it cannot be written.
    pub(crate) fn vouch(&self, names: &[String], addresses: &[IpAddr]) -> Result<PathBuf, Failure> {
        let path = self.folder.join(LEAF);
        let refuse = |cause: String| Failure::cannot(format!("write {}", exit::quoted(&path)), cause);
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "localhost");
        let names = names.iter().filter(|name| is_beneath(name, &self.domains)).map(String::as_str);
        for name in iter::once("localhost").chain(names) {
            // What is no name of the domain name system is nobody's to ask for.
            params.subject_alt_names.extend(name.try_into().map(SanType::DnsName));
        }
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let addresses = addresses.iter().copied().filter(|address| is_private(*address));
        params.subject_alt_names.extend(loopback.into_iter().chain(addresses).map(SanType::IpAddress));
        // Some clients take none that is valid for more than 398 days.
        (params.not_before, params.not_after) = (from_now(-DAY).into(), from_now(397 * DAY - 60).into());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let made = || {
            let key = KeyPair::generate()?;
            let issuer = self::params(&self.domains);
            let certificate = params.signed_by(&key, &Issuer::from_params(&issuer, &self.key))?;
            Ok(certificate.pem() + &key.serialize_pem())
        };
        let text = made().map_err(|error: rcgen::Error| refuse(error.to_string()))?;
        write(&path, &text, 0o600).map_err(|error| refuse(exit::cause(&error)))?;
        Ok(path)
    }
}

/// Of the authority itself.
fn params(domains: &[String]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Quarry development authority of this machine");
    (params.not_before, params.not_after) = (from_now(-DAY).into(), from_now(3650 * DAY).into());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let subnets = PRIVATE_SUBNETS.iter().map(|(address, prefix)| CidrSubnet::from_addr_prefix(*address, *prefix));
    let domains = domains.iter().cloned().map(GeneralSubtree::DnsName);
    let permitted_subtrees = domains.chain(subnets.map(GeneralSubtree::IpAddress)).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    params
}

/// Whether a name is one of these domains or beneath one.
fn is_beneath(name: &str, domains: &[String]) -> bool {
    domains.iter().any(|domain| {
        let ahead = name.len().checked_sub(domain.len()).and_then(|at| name.split_at_checked(at));
        ahead.is_some_and(|(ahead, end)| end.eq_ignore_ascii_case(domain) && (ahead.is_empty() || ahead.ends_with('.')))
    })
}

fn is_private(address: IpAddr) -> bool {
    PRIVATE_SUBNETS.iter().any(|(subnet, prefix)| match (address, subnet) {
        (IpAddr::V4(address), IpAddr::V4(subnet)) => (address.to_bits() ^ subnet.to_bits()) >> (32 - prefix) == 0,
        (IpAddr::V6(address), IpAddr::V6(subnet)) => {
            (address.to_bits() ^ subnet.to_bits()).checked_shr(128 - u32::from(*prefix)).unwrap_or(0) == 0
        }
        _ => false,
    })
}

/// The names of this machine, as the kernel has them. None where it does not tell, or has what is no name.
pub(crate) fn names() -> Vec<String> {
    names_of(&fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default())
}

/// That alone, and as its neighbours find it (RFC 6762).
fn names_of(host: &str) -> Vec<String> {
    let name = host.trim().to_ascii_lowercase();
    let is_name = |name: &str| {
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        name.split('.').all(is_part) && name.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    match name.split_once('.') {
        _ if !is_name(&name) => Vec::new(),
        None => vec![format!("{name}.local"), name],
        Some((host, _)) => vec![format!("{host}.local"), name],
    }
}

/// Where the certificate of an authority stands that is kept in that folder.
pub(crate) fn certificate_in(folder: &Path) -> PathBuf {
    folder.join(CERTIFICATE)
}

/// Where it may live, the best place first. `state`: where it shall.
pub(crate) fn folders(state: Option<&Path>) -> Vec<PathBuf> {
    match state {
        Some(folder) => vec![folder.to_owned()],
        None => default_folders(|name| std::env::var_os(name).map(PathBuf::from)),
    }
}

/// Where a server may keep what is to outlast it, when it goes on as another user: not with those who start it.
pub(crate) fn folders_of_system(state: Option<&Path>) -> Vec<PathBuf> {
    match state {
        Some(folder) => vec![folder.to_owned()],
        None => default_folders(|name| std::env::var_os(name).filter(|_| name == MANAGED).map(PathBuf::from)),
    }
}

/// The state folder: that which the service manager gives, that of the user (XDG Base Directory Specification), or that of
/// the system, for users without a home.
fn default_folders(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let folder = |name| variable(name).filter(|path| path.is_absolute());
    // systemd.exec(5): several may be given, with colons between them.
    let managed = variable(MANAGED).and_then(|all| Some(PathBuf::from(all.to_str()?.split(':').next()?)));
    let of_user = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    let folders = [managed, of_user.map(|state| state.join("quarry")), Some(SYSTEM.into())];
    folders.into_iter().flatten().filter(|folder| folder.is_absolute()).collect()
}

/// Writes a file as a whole: whoever reads it meanwhile reads the old one. The rights are there before the content is.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

fn from_now(seconds: i64) -> SystemTime {
    let span = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::now() - span } else { SystemTime::now() + span }
}

const DAY: i64 = 24 * 60 * 60;
const CERTIFICATE: &str = "authority.pem";
const KEY: &str = "authority.key";
const LEAF: &str = "localhost.pem";
const PERMITTED: &str = "It may vouch for names beneath: ";
const MANAGED: &str = "STATE_DIRECTORY";
const SYSTEM: &str = "/var/lib/quarry";

/// Names that no public authority gives (RFC 6761, 6762, 8375; ICANN keeps `internal` free).
const PRIVATE_DOMAINS: [&str; 6] = ["localhost", "local", "test", "home.arpa", "internal", "lan"];

/// Addresses that mean another machine in each network (RFC 6890).
const PRIVATE_SUBNETS: [(IpAddr, u8); 9] = [
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xFE80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::new(0xFC00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_what_is_beneath_it_and_nothing_that_looks_like_it() {
        let domains = ["local".to_owned(), "web.example.org".to_owned()];
        for name in ["local", "desk.local", "A.B.LOCAL", "web.example.org", "a.web.example.org"] {
            assert!(is_beneath(name, &domains), "{name}");
        }
        for name in ["", "xlocal", "local.org", "example.org", "aweb.example.org"] {
            assert!(!is_beneath(name, &domains), "{name}");
        }
    }

    #[test]
    fn only_addresses_of_ones_own_networks_are_private() {
        let is_private = |text: &str| super::is_private(text.parse().unwrap());
        for address in
            ["127.0.0.1", "10.255.0.1", "172.31.255.255", "192.168.1.5", "100.127.0.1", "::1", "fe80::1", "fd00::1"]
        {
            assert!(is_private(address), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "::2", "2001:db8::1"] {
            assert!(!is_private(address), "{address}");
        }
    }

    #[test]
    fn a_machine_is_known_by_its_name_and_to_its_neighbours() {
        assert_eq!(names_of("Desk\n"), ["desk.local", "desk"]);
        assert_eq!(names_of("web.example.org"), ["web.local", "web.example.org"]);
        for name in ["", "10.0.0.1", "a b", "a..b", "-_-", "ü"] {
            assert_eq!(names_of(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn the_authority_lives_where_states_live() {
        let check = |variables: &[(&str, &str)], expected: &[&str]| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| PathBuf::from(value))
            };
            let expected: Vec<&Path> = expected.iter().map(Path::new).collect();
            assert_eq!(default_folders(variable), expected);
        };
        check(&[], &[SYSTEM]);
        check(&[("HOME", "/home/a")], &["/home/a/.local/state/quarry", SYSTEM]);
        check(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "/state")], &["/state/quarry", SYSTEM]);
        check(&[("XDG_STATE_HOME", "state")], &[SYSTEM]);
        check(&[("STATE_DIRECTORY", "/var/lib/one:/var/lib/two")], &["/var/lib/one", SYSTEM]);
    }
}
