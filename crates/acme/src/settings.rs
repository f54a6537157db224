//! What the owner of a server wants of an authority.

use crate::{client, name};
use std::path::PathBuf;
use std::time::Duration;

/// What is wanted, from whom, and how it is proved that the names are ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the authority: its one address that must be known (RFC 8555 §7.1.1).
    pub directory: String,
    /// Names of hosts, as [`name::parse`] gives them; each gets a certificate of its own, so that one that fails takes no
    /// other with it.
    pub names: Vec<String>,
    /// Names that get one when a client first asks for them: these, and those that a star stands for.
    pub on_demand: Vec<String>,
    /// Where the authority may write to.
    pub email: Option<String>,
    /// The only way in which names are proved; `None`: by the hook where there is one, else by what works.
    pub challenge: Option<Challenge>,
    /// A program that puts records into the domain name system and takes them out again.
    pub dns_hook: Option<PathBuf>,
    /// How long records take until the authority can see them.
    pub dns_wait: Duration,
    /// A binding to an account that the authority has given out by other means (RFC 8555 §7.3.4).
    pub binding: Option<Binding>,
    /// A file with certificates, in PEM: who vouches for the authority's own server. `None`: whom the system trusts.
    pub roots: Option<PathBuf>,
    /// Where all that is to outlast the process is kept.
    pub state: PathBuf,
    /// Whom the state shall belong to, user and group, when the process goes on as another one.
    pub owner: Option<(u32, u32)>,
}

/// The authority that is asked when none is named.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// A way to prove that a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// By HTTP, at port 80 of the name (RFC 8555 §8.3).
    Http,
    /// In a handshake of TLS, at port 443 of the name (RFC 8737).
    TlsAlpn,
    /// By a record of the domain name system (RFC 8555 §8.4). The only one for names with a star.
    Dns,
}

/// A binding to an account elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of its key.
    pub id: String,
    /// The key, as bytes.
    pub key: Vec<u8>,
}

impl Binding {
    /// `key`: as authorities give it, in base64url (RFC 4648 §5).
    ///
    /// Errs with what was expected.
    pub fn new(id: &str, key: &str) -> Result<Binding, String> {
        let expected = || "expected it in base64url, as the authority gives it".to_owned();
        let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
        for byte in key.trim().trim_end_matches('=').bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'-' | b'+' => 62,
                b'_' | b'/' => 63,
                _ => return Err(expected()),
            };
            (bits, count) = (bits << 6 | u32::from(value), count + 6);
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
            }
        }
        if bytes.is_empty() { Err(expected()) } else { Ok(Binding { id: id.to_owned(), key: bytes }) }
    }
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Binding").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Settings {
    /// Those for Let's Encrypt and no name, with this folder for the state.
    pub fn new(state: PathBuf) -> Settings {
        Settings {
            directory: LETS_ENCRYPT.into(),
            names: Vec::new(),
            on_demand: Vec::new(),
            email: None,
            challenge: None,
            dns_hook: None,
            dns_wait: Duration::from_secs(30),
            binding: None,
            roots: None,
            state,
            owner: None,
        }
    }

    /// Errs with a sentence when they cannot lead to certificates.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !client::is_place(&self.directory) {
            return Err(format!(
                "cannot ask the authority {:?}: expected the https:// address of its directory",
                self.directory
            ));
        }
        if self.challenge == Some(Challenge::Dns) && self.dns_hook.is_none() {
            return Err(
                "cannot prove names by records of the domain name system: expected a hook that writes them".into()
            );
        }
        let starred = self.names.iter().find(|name| name.starts_with('*'));
        if let Some(name) =
            starred.filter(|_| self.dns_hook.is_none() || self.challenge.is_some_and(|it| it != Challenge::Dns))
        {
            return Err(format!(
                "cannot get a certificate for {name}: authorities give such by a record of the domain name system alone; \
                 expected a hook that writes it"
            ));
        }
        Ok(())
    }

    /// Whether who works with the old settings can go on with these. Errs with a sentence that says why not.
    pub fn can_follow(&self, old: &Settings) -> Result<(), String> {
        self.check()?;
        let belongs = |settings: &Settings| {
            let Settings { directory, binding, roots, state, owner, .. } = settings;
            (directory.clone(), binding.clone(), roots.clone(), state.clone(), *owner)
        };
        if belongs(self) != belongs(old) {
            return Err(
                "the authority for certificates and where they are kept cannot change while the server runs: stop it \
                        and start it again"
                    .into(),
            );
        }
        Ok(())
    }

    /// Whether a certificate for this name may be asked for because a client wants it.
    pub(crate) fn allows(&self, asked: &str) -> bool {
        self.on_demand.iter().any(|rule| name::is_meant(rule, asked))
    }

    /// How to prove a name, when so many ways were in vain; where the choice is ours, the next one is tried.
    pub(crate) fn challenge(&self, ways: usize) -> Challenge {
        match self.challenge {
            Some(challenge) => challenge,
            None if self.dns_hook.is_some() => Challenge::Dns,
            None if ways.is_multiple_of(2) => Challenge::TlsAlpn,
            None => Challenge::Http,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_authorities_give_it() {
        assert_eq!(Binding::new("a", "-_8\n").unwrap().key, [0xFB, 0xFF]);
        assert_eq!(Binding::new("a", "YWJjZA==").unwrap().key, b"abcd");
        for text in ["", "=", "a b", "%"] {
            assert!(Binding::new("a", text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_lead_to_a_certificate_is_told_at_once() {
        let settings = |change: fn(&mut Settings)| {
            let mut settings = Settings::new("/state".into());
            change(&mut settings);
            settings.check().err().unwrap_or_default()
        };
        assert_eq!(settings(|_| ()), "");
        assert!(settings(|it| it.directory = "http://a.test/".into()).contains("https://"));
        assert!(settings(|it| it.challenge = Some(Challenge::Dns)).contains("hook"));
        assert!(settings(|it| it.names = vec!["*.a.test".into()]).contains("*.a.test"));
        let starred = |challenge| {
            let mut it = Settings { challenge, dns_hook: Some("hook".into()), ..Settings::new("/state".into()) };
            it.names = vec!["*.a.test".into()];
            it.check().is_ok()
        };
        assert!(starred(None) && starred(Some(Challenge::Dns)) && !starred(Some(Challenge::Http)));
    }

    #[test]
    fn where_the_choice_is_ours_each_way_is_tried() {
        let settings = Settings::new("/state".into());
        let tried: Vec<Challenge> = (0..3).map(|ways| settings.challenge(ways)).collect();
        assert_eq!(tried, [Challenge::TlsAlpn, Challenge::Http, Challenge::TlsAlpn]);
    }
}
