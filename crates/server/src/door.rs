//! Who may come in: by a password, and not too often.
//!
//! ```text
//! worker   AtHand    what is remembered of a password, else it would have to wait; counts against limits
//! pool     AtPool    finds out; what the worker has counted of this request is not counted again
//! later    Patient   finds out, for what is made while it is sent; counts nothing
//! ```

pub mod password;
mod rate;
mod verdict;

use crate::limit;
use foldhash::fast::RandomState;
use rate::Rates;
use semantics::Status;
use site::route::{Auth, Limit};
use site::{Door, Refusal};
use std::hash::BuildHasher;
use std::hint::black_box;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use verdict::{Mark, Verdicts};

/// What is known of passwords, and of how often clients came: one for all workers and all sites, from the start of the process
/// to its end.
pub(crate) struct Doors {
    verdicts: Verdicts,
    rates: Rates,
    /// Passwords that threads of the pool are finding out about. Only they wait for it.
    under_way: Mutex<Vec<Mark>>,
    is_found_out: Condvar,
    hasher: RandomState,
    begun: Instant,
}

impl Doors {
    pub(crate) fn new() -> Doors {
        Doors {
            verdicts: Verdicts::new(),
            rates: Rates::new(),
            under_way: Mutex::default(),
            is_found_out: Condvar::new(),
            hasher: RandomState::default(),
            begun: Instant::now(),
        }
    }

    /// What is remembered of a name and password at this door.
    fn remembered(&self, auth: &Auth, name: &[u8], password: &[u8]) -> (Mark, Option<bool>) {
        let mark = self.verdicts.mark(hash_of(auth, name), name, password);
        (mark, self.verdicts.get(mark))
    }

    /// Finds out whether a password is right, which takes some tens of milliseconds, so that nobody tries many.
    ///
    /// Errs when too many are being found out about, or too many from that address were wrong.
    fn find_out(&self, auth: &Auth, name: &[u8], password: &[u8], address: Option<IpAddr>) -> Result<bool, Refusal> {
        // Of whom this machine brings, nobody knows who it is; and who sits here has better ways than to guess.
        let guesser = address.filter(|address| !address.to_canonical().is_loopback());
        let guesses = guesser.map(|address| self.key(GUESSES, GUESSES, Some(address)));
        let now = self.now();
        let mut under_way = self.under_way();
        let mark = loop {
            let (mark, verdict) = self.remembered(auth, name, password);
            if let Some(verdict) = verdict {
                return Ok(verdict);
            }
            if let Some(key) = guesses {
                self.rates
                    .look(key, &limit::WRONG_PASSWORDS, now)
                    .map_err(|seconds| later(Status::TOO_MANY_REQUESTS, seconds))?;
            }
            if under_way.contains(&mark) {
                // Somebody is about to know. A browser asks for many things at once with a password that is new to us.
                let waited = self.is_found_out.wait_timeout(under_way, limit::PASSWORD_PATIENCE);
                let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                under_way = guard;
                if timeout.timed_out() {
                    return Err(later(Status::SERVICE_UNAVAILABLE, 1));
                }
                continue;
            }
            if under_way.len() >= limit::PASSWORDS_AT_ONCE {
                return Err(later(Status::SERVICE_UNAVAILABLE, 1));
            }
            under_way.push(mark);
            break mark;
        };
        drop(under_way);
        let end = End { doors: self, mark };
        let is_right = is_right(auth, name, password);
        self.verdicts.note(mark, is_right);
        drop(end);
        if let Some(key) = guesses.filter(|_| !is_right) {
            let _ = self.rates.admit(key, &limit::WRONG_PASSWORDS, now);
        }
        Ok(is_right)
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, Vec<Mark>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of a client against a limit. Errs with how many seconds later there may be another.
    fn admit(&self, site: u32, route: usize, limit: &Limit, address: Option<IpAddr>) -> Result<(), u32> {
        let key = self.key(site, u32::try_from(route).unwrap_or(u32::MAX), address);
        self.rates.admit(key, limit, self.now())
    }

    /// What is counted under. A whole /64 of IPv6 is one client, for that is what one customer has; and so is whoever comes by
    /// unix sockets.
    fn key(&self, site: u32, route: u32, address: Option<IpAddr>) -> u64 {
        let client = address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
            address => address,
        });
        self.hasher.hash_one((site, route, client))
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// However finding out ends, nobody waits for it any longer.
struct End<'a> {
    doors: &'a Doors,
    mark: Mark,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.doors.under_way().retain(|mark| *mark != self.mark);
        self.doors.is_found_out.notify_all();
    }
}

/// The hash of the password of that name; `None`: there is nobody of that name.
fn hash_of<'a>(auth: &'a Auth, name: &[u8]) -> Option<&'a str> {
    auth.users.iter().find(|(user, _)| user.as_bytes() == name).map(|(_, hash)| hash.as_str())
}

/// Whether it is the password of that user. For a name that nobody has, the password of somebody else is tried, and is not right: it
/// takes as long, and nobody learns by a clock who is there.
fn is_right(auth: &Auth, name: &[u8], password: &[u8]) -> bool {
    match hash_of(auth, name) {
        Some(hash) => password::is_right(hash, password),
        None => {
            black_box(auth.users.first().map(|(_, hash)| password::is_right(hash, password)));
            false
        }
    }
}

fn later(status: Status, seconds: u32) -> Refusal {
    Refusal::Later(status, seconds)
}

/// A site and a route that there are not, for what is counted of guesses.
const GUESSES: u32 = u32::MAX;

/// What was counted of one request: it passed so many limits, and then maybe one turned it away, which ends the search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    passed: u16,
    turned_away: Option<u32>,
}

/// The same in one number, for doors are shared by threads, though only one counts.
///
/// `seconds << 32 | is_turned_away << 16 | passed`
#[derive(Debug, Default)]
struct Tally(AtomicU64);

impl Tally {
    fn new(counted: Counted) -> Tally {
        let tally = Tally::default();
        tally.set(counted);
        tally
    }

    fn get(&self) -> Counted {
        let number = self.0.load(Relaxed);
        let is_turned_away = number >> 16 & 1 == 1;
        Counted { passed: number as u16, turned_away: is_turned_away.then_some((number >> 32) as u32) }
    }

    fn set(&self, counted: Counted) {
        let turned_away = counted.turned_away.map_or(0, |seconds| u64::from(seconds) << 32 | 1 << 16);
        self.0.store(turned_away | u64::from(counted.passed), Relaxed);
    }
}

/// The door as a worker has it: it never waits.
pub(crate) struct AtHand<'a> {
    doors: &'a Doors,
    site: u32,
    counted: Tally,
}

impl<'a> AtHand<'a> {
    pub(crate) fn new(doors: &'a Doors, site: u32) -> AtHand<'a> {
        AtHand { doors, site, counted: Tally::default() }
    }

    /// What was counted, for whoever goes on with the same request.
    pub(crate) fn counted(&self) -> Counted {
        self.counted.get()
    }
}

impl Door for AtHand<'_> {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        self.doors.remembered(auth, name, password).1.ok_or(Refusal::WouldWait)
    }

    fn admits(&self, limit: &Limit, route: usize, address: Option<IpAddr>) -> Result<(), u32> {
        let admitted = self.doors.admit(self.site, route, limit, address);
        let mut counted = self.counted.get();
        match admitted {
            Ok(()) => counted.passed = counted.passed.saturating_add(1),
            Err(seconds) => counted.turned_away = Some(seconds),
        }
        self.counted.set(counted);
        admitted
    }
}

/// The door as a thread of the pool has it, which goes on with what a worker began.
pub(crate) struct AtPool<'a> {
    doors: &'a Doors,
    site: u32,
    address: Option<IpAddr>,
    /// Counted already, and not met again yet.
    left: Tally,
}

impl<'a> AtPool<'a> {
    pub(crate) fn new(doors: &'a Doors, site: u32, address: Option<IpAddr>, counted: Counted) -> AtPool<'a> {
        AtPool { doors, site, address, left: Tally::new(counted) }
    }
}

impl Door for AtPool<'_> {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        self.doors.find_out(auth, name, password, self.address)
    }

    fn admits(&self, limit: &Limit, route: usize, address: Option<IpAddr>) -> Result<(), u32> {
        let mut left = self.left.get();
        match left {
            Counted { passed: 1.., .. } => {
                left.passed -= 1;
                self.left.set(left);
                Ok(())
            }
            Counted { turned_away: Some(seconds), .. } => Err(seconds),
            Counted { .. } => self.doors.admit(self.site, route, limit, address),
        }
    }
}

/// The door for what is made while it is sent, which asks whether a client may see what it does not ask for.
pub(crate) struct Patient {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
}

impl Patient {
    pub(crate) fn new(doors: &Arc<Doors>, address: Option<IpAddr>) -> Patient {
        Patient { doors: Arc::clone(doors), address }
    }
}

impl Door for Patient {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        self.doors.find_out(auth, name, password, self.address)
    }

    fn admits(&self, _: &Limit, _: usize, _: Option<IpAddr>) -> Result<(), u32> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
