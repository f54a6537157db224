//! What encrypts sessions for clients to keep (RFC 8446 §4.6.1, RFC 5077): keys that all workers share, and that are handed on
//! when another process takes the place of this one, so that whoever comes back is known again.
//!
//! ```text
//! 16 name of the key │ 12 nonce │ … sealed by AES-256-GCM │ 16 tag
//! ```

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use rustls::server::ProducesTickets;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use super::certificate::seconds;

/// A key, as it is handed on.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TicketKey {
    /// By which a ticket says that it is of this one.
    name: [u8; NAME_BYTES],
    secret: [u8; 32],
    /// When it began to be used, in seconds since 1970.
    since: i64,
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the secret.
        formatter.debug_struct("TicketKey").field("since", &self.since).finish_non_exhaustive()
    }
}

/// The keys of a server.
#[derive(Debug)]
pub(crate) struct Tickets {
    keys: RwLock<Keys>,
}

#[derive(Debug)]
struct Keys {
    newest: Key,
    before: Option<Key>,
}

#[derive(Debug)]
struct Key {
    words: TicketKey,
    cipher: LessSafeKey,
}

impl Key {
    /// Errs when the machine has no random numbers.
    fn new(now: i64) -> Result<Key, String> {
        let mut words = TicketKey { name: [0; NAME_BYTES], secret: [0; 32], since: now };
        let filled = rand::fill(&mut words.name).and_then(|()| rand::fill(&mut words.secret));
        filled.map_err(|_| "cannot make keys for TLS: this machine has no random numbers".to_owned())?;
        Key::of(words).ok_or_else(|| "cannot make keys for TLS".to_owned())
    }

    fn of(words: TicketKey) -> Option<Key> {
        let key = UnboundKey::new(&AES_256_GCM, &words.secret).ok()?;
        Some(Key { words, cipher: LessSafeKey::new(key) })
    }

    /// Whether it still opens what it sealed. A clock that was set back makes no key older than it is.
    fn is_good(&self, now: i64) -> bool {
        now - self.words.since < 2 * ROTATION
    }
}

impl Tickets {
    /// With a new key, or those that were handed on, of which the first is the newest.
    ///
    /// Errs with a sentence when the machine has no random numbers.
    pub(crate) fn new(handed: Vec<TicketKey>) -> Result<Arc<Tickets>, String> {
        let now = seconds(SystemTime::now());
        let mut handed = handed.into_iter().filter_map(Key::of);
        let keys = match handed.next() {
            Some(newest) => Keys { newest, before: handed.next() },
            None => Keys { newest: Key::new(now)?, before: None },
        };
        Ok(Arc::new(Tickets { keys: RwLock::new(keys) }))
    }

    /// The keys, for whoever comes after us; the newest first.
    pub(crate) fn keys(&self) -> Vec<TicketKey> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        [Some(&keys.newest), keys.before.as_ref()].into_iter().flatten().map(|key| key.words.clone()).collect()
    }

    /// Tickets for clients for whom `clients` vouch: a session that was begun with others is not taken up again, for its client
    /// would not be looked at once more.
    pub(super) fn producer(self: &Arc<Tickets>, clients: &[u8]) -> Arc<dyn ProducesTickets> {
        let mut bound = [0; 32];
        bound.copy_from_slice(digest(&SHA256, clients).as_ref());
        Arc::new(Producer { tickets: Arc::clone(self), bound })
    }

    fn seal(&self, plain: &[u8], bound: &[u8; 32], now: i64) -> Option<Vec<u8>> {
        if now - self.keys.read().unwrap_or_else(PoisonError::into_inner).newest.words.since >= ROTATION {
            self.rotate(now);
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = &keys.newest;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut sealed = plain.to_vec();
        let number = Nonce::assume_unique_for_key(nonce);
        key.cipher.seal_in_place_append_tag(number, Aad::from(bound), &mut sealed).ok()?;
        Some([&key.words.name[..], &nonce, &sealed].concat())
    }

    /// A new key, unless another worker was quicker. Without random numbers the old one stays.
    fn rotate(&self, now: i64) {
        let Ok(new) = Key::new(now) else { return };
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if now - keys.newest.words.since >= ROTATION {
            let before = std::mem::replace(&mut keys.newest, new);
            keys.before = Some(before);
        }
    }

    fn open(&self, ticket: &[u8], bound: &[u8; 32], now: i64) -> Option<Vec<u8>> {
        let (name, rest) = ticket.split_at_checked(NAME_BYTES)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        // Names are no secret: they stand in each ticket.
        let mut all = [Some(&keys.newest), keys.before.as_ref()].into_iter().flatten();
        let key = all.find(|key| key.words.name == name && key.is_good(now))?;
        let mut opened = sealed.to_vec();
        let number = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let length = key.cipher.open_in_place(number, Aad::from(bound), &mut opened).ok()?.len();
        opened.truncate(length);
        Some(opened)
    }
}

/// The tickets of one way to look at clients.
#[derive(Debug)]
struct Producer {
    tickets: Arc<Tickets>,
    /// Sealed with each ticket, and without it none is opened.
    bound: [u8; 32],
}

impl ProducesTickets for Producer {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        (2 * ROTATION) as u32
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.tickets.seal(plain, &self.bound, seconds(SystemTime::now()))
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        self.tickets.open(ticket, &self.bound, seconds(SystemTime::now()))
    }
}

const NAME_BYTES: usize = 16;
/// A key seals for so long, and opens for twice as long: whoever steals it later finds out nothing of what was said before. At
/// ten thousand handshakes a second it seals fewer than 2³² tickets in that time, as many as nonces at random are good for
/// (NIST SP 800-38D §8.3).
const ROTATION: i64 = 6 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [u8; 32] = [1; 32];
    const OTHER: [u8; 32] = [2; 32];

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else() {
        let tickets = Tickets::new(Vec::new()).unwrap();
        let now = tickets.keys()[0].since;
        let ticket = tickets.seal(b"session", &ONE, now).unwrap();
        assert_eq!(ticket.len(), NAME_BYTES + NONCE_LEN + 7 + 16);
        assert_eq!(tickets.open(&ticket, &ONE, now).as_deref(), Some(&b"session"[..]));
        assert_eq!(tickets.open(&ticket, &OTHER, now), None, "others vouch for its client");
        assert_ne!(tickets.seal(b"session", &ONE, now).unwrap(), ticket);
        for at in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed[at] ^= 1;
            assert_eq!(tickets.open(&changed, &ONE, now), None, "{at}");
            assert_eq!(tickets.open(&ticket[..at], &ONE, now), None, "{at}");
        }
        let stranger = Tickets::new(Vec::new()).unwrap();
        assert_eq!(stranger.open(&ticket, &ONE, now), None);
    }

    #[test]
    fn keys_are_handed_on_and_told_to_nobody_else() {
        let tickets = Tickets::new(Vec::new()).unwrap();
        let now = tickets.keys()[0].since;
        let ticket = tickets.seal(b"session", &ONE, now).unwrap();
        let words = serde_json::to_string(&tickets.keys()).unwrap();
        let successor = Tickets::new(serde_json::from_str(&words).unwrap()).unwrap();
        assert_eq!(successor.open(&ticket, &ONE, now).as_deref(), Some(&b"session"[..]));
        let back = successor.seal(b"later", &ONE, now).unwrap();
        assert_eq!(tickets.open(&back, &ONE, now).as_deref(), Some(&b"later"[..]));
        let shown = format!("{tickets:?}");
        let secret = tickets.keys()[0].secret;
        assert!(!shown.contains(format!("{:?}", &secret[..4]).trim_matches(['[', ']'])), "{shown}");
    }

    #[test]
    fn keys_change_and_old_ones_are_forgotten() {
        let tickets = Tickets::new(Vec::new()).unwrap();
        let begun = tickets.keys()[0].since;
        let first = tickets.seal(b"first", &ONE, begun + ROTATION - 1).unwrap();
        assert_eq!(tickets.keys().len(), 1);
        let second = tickets.seal(b"second", &ONE, begun + ROTATION).unwrap();
        assert_eq!(tickets.keys().len(), 2);
        assert_eq!(tickets.open(&first, &ONE, begun + 2 * ROTATION - 1).as_deref(), Some(&b"first"[..]));
        assert_eq!(tickets.open(&first, &ONE, begun + 2 * ROTATION), None);
        assert_eq!(tickets.open(&second, &ONE, begun + 2 * ROTATION).as_deref(), Some(&b"second"[..]));
        let handed = Tickets::new(tickets.keys()).unwrap();
        assert_eq!(handed.open(&first, &ONE, begun + ROTATION).as_deref(), Some(&b"first"[..]));
        tickets.seal(b"third", &ONE, begun + 2 * ROTATION).unwrap();
        assert_eq!(tickets.keys().len(), 2, "of three, the newest two");
    }
}
