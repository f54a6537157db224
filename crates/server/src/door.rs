//! Who may come in: by a password, not too often, and not with too much at a time.
//!
//! ```text
//! worker   AtHand    what is remembered of a password, else it would have to wait; counts against limits
//! pool     AtPool    finds out, when its client's turn has come; what the worker has counted is not counted again
//! later    Patient   finds out, for what is made while it is sent; counts nothing
//! ```

mod gates;
mod ledger;
pub mod password;
mod rate;
mod seat;
mod verdict;

pub(crate) use gates::Gates;
pub(crate) use ledger::Counted;
pub(crate) use seat::Seat;

use crate::known::Known;
use crate::limit;
use foldhash::fast::RandomState;
use ledger::Ledger;
use rate::Rates;
use seat::Seats;
use semantics::Status;
use site::route::{Auth, Gate, Limit, TurnedAway};
use site::{Door, Refusal};
use std::hash::{BuildHasher, Hash};
use std::hint::black_box;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use verdict::{Mark, Verdicts};

/// What is known of passwords, of how often clients came, and of what they have under way: one for all workers and all sites, from
/// the start of the process to its end.
pub(crate) struct Doors {
    verdicts: Verdicts,
    rates: Rates,
    seats: Arc<Seats>,
    /// Whose passwords are found out about while something is sent that was let in already.
    elsewhere: Mutex<Vec<Guesser>>,
    hasher: RandomState,
    begun: Instant,
}

/// Whoever tries passwords, told apart from others by this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guesser(pub(crate) u64);

impl Doors {
    pub(crate) fn new() -> Doors {
        Doors {
            verdicts: Verdicts::new(),
            rates: Rates::new(),
            seats: Arc::default(),
            elsewhere: Mutex::default(),
            hasher: RandomState::default(),
            begun: Instant::now(),
        }
    }

    /// What is remembered of a name and password at this door.
    fn remembered(&self, auth: &Auth, name: &[u8], password: &[u8]) -> (Mark, Option<bool>) {
        let mark = self.verdicts.mark(hash_of(auth, name), name, password);
        (mark, self.verdicts.get(mark))
    }

    /// Whose turn it takes to find out. Whoever comes by loopback or a unix socket may be brought by a proxy, with all its clients: they
    /// are told apart by whom they say they are. Names that nobody has are one.
    fn guesser(&self, auth: &Auth, name: &[u8], address: Option<IpAddr>) -> Guesser {
        let named = match is_counted(address) {
            Some(_) => None,
            None => hash_of(auth, name).map(|_| name),
        };
        Guesser(self.key((GUESSES, named), address))
    }

    /// Errs when so many passwords of that address were wrong that no other is looked at.
    fn may_guess(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let Some(address) = is_counted(address) else { return Ok(()) };
        let key = self.key(GUESSES, Some(address));
        self.rates
            .look(key, &limit::WRONG_PASSWORDS, self.now())
            .map_err(|seconds| Refusal::Later(Status::TOO_MANY_REQUESTS, seconds))
    }

    /// Finds out whether a password is right, which takes some tens of milliseconds, so that nobody tries many.
    fn find_out(&self, mark: Mark, auth: &Auth, name: &[u8], password: &[u8], address: Option<IpAddr>) -> bool {
        let is_right = is_right(auth, name, password);
        self.verdicts.note(mark, is_right);
        if let Some(address) = is_counted(address).filter(|_| !is_right) {
            let _ = self.rates.admit(self.key(GUESSES, Some(address)), &limit::WRONG_PASSWORDS, self.now());
        }
        is_right
    }

    /// Counts a request of a client against a limit: its rate last, for who is turned away for another reason has not come.
    fn admit(&self, gate: u64, limit: &Limit, address: Option<IpAddr>) -> Result<Option<Seat>, TurnedAway> {
        let seat = match limit.connections {
            Some(most) => {
                let key = self.key((UNDER_WAY, gate), address);
                self.seats.take(key, most).map_err(|_| TurnedAway::TooManyAtOnce)?
            }
            None => None,
        };
        if let Some(rate) = &limit.rate {
            self.rates.admit(self.key(gate, address), rate, self.now()).map_err(TurnedAway::TooOften)?;
        }
        Ok(seat)
    }

    /// What a client is counted under. A whole /64 of IPv6 is one, for that is what one customer has; and so is whoever comes by unix
    /// sockets.
    fn key(&self, what: impl Hash, address: Option<IpAddr>) -> u64 {
        let client = address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
            address => address,
        });
        self.hasher.hash_one((what, client))
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// An address whose wrong passwords are counted. Of whom this machine brings, nobody knows who it is; and who sits here has better ways
/// than to guess.
fn is_counted(address: Option<IpAddr>) -> Option<IpAddr> {
    address.filter(|address| !address.to_canonical().is_loopback())
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

/// What is counted besides requests, so that no two counts have one key.
const GUESSES: &str = "guesses";
const UNDER_WAY: &str = "under way";

/// The door as a worker has it: it never waits.
pub(crate) struct AtHand<'a> {
    doors: &'a Doors,
    gates: &'a Gates,
    ledger: Ledger,
}

impl<'a> AtHand<'a> {
    /// `before`: what was counted of this request already.
    pub(crate) fn new(doors: &'a Doors, gates: &'a Gates, before: Counted) -> AtHand<'a> {
        AtHand { doors, gates, ledger: Ledger::new(before) }
    }

    /// What was counted, for whoever goes on with the same request.
    pub(crate) fn counted(&self) -> Counted {
        self.ledger.counted()
    }

    /// What counts as under way as long as these are there.
    pub(crate) fn take_seats(&self) -> Vec<Seat> {
        self.ledger.take_seats()
    }
}

impl Door for AtHand<'_> {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        self.doors.remembered(auth, name, password).1.ok_or(Refusal::WouldWait)
    }

    fn admits(&self, limit: &Limit, gate: Gate, address: Option<IpAddr>) -> Result<(), TurnedAway> {
        self.ledger.count(|| self.doors.admit(self.gates.of(gate), limit, address))
    }
}

/// The door as a thread of the pool has it, which goes on with what was begun.
pub(crate) struct AtPool<'a> {
    doors: &'a Doors,
    gates: &'a Gates,
    known: Known,
    ledger: Ledger,
    /// Whose turn has to come first, and whether there is any: two words, for doors are shared by threads, though one alone uses this.
    waits: [AtomicU64; 2],
}

impl<'a> AtPool<'a> {
    pub(crate) fn new(doors: &'a Doors, gates: &'a Gates, known: Known) -> AtPool<'a> {
        AtPool { doors, gates, known, ledger: Ledger::new(known.counted), waits: Default::default() }
    }

    /// What was counted, and what counts as under way as long as it is there.
    pub(crate) fn into_counted(self) -> (Counted, Vec<Seat>) {
        (self.ledger.counted(), self.ledger.take_seats())
    }

    /// Whose turn it takes to go on. `None`: it came to its end.
    pub(crate) fn waits_for(&self) -> Option<Guesser> {
        (self.waits[1].load(Relaxed) != 0).then(|| Guesser(self.waits[0].load(Relaxed)))
    }
}

impl Door for AtPool<'_> {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        let (mark, verdict) = self.doors.remembered(auth, name, password);
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        self.doors.may_guess(self.known.address)?;
        if !self.known.has_turn {
            self.waits[0].store(self.doors.guesser(auth, name, self.known.address).0, Relaxed);
            self.waits[1].store(1, Relaxed);
            return Err(Refusal::WouldWait);
        }
        Ok(self.doors.find_out(mark, auth, name, password, self.known.address))
    }

    fn admits(&self, limit: &Limit, gate: Gate, address: Option<IpAddr>) -> Result<(), TurnedAway> {
        self.ledger.count(|| self.doors.admit(self.gates.of(gate), limit, address))
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
    /// There is no turn to wait for while something is sent: what cannot be found out now is not shown.
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        let (mark, verdict) = self.doors.remembered(auth, name, password);
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        self.doors.may_guess(self.address)?;
        let guesser = self.doors.guesser(auth, name, self.address);
        let Some(_place) = Place::take(&self.doors, guesser) else {
            return Err(Refusal::Later(Status::SERVICE_UNAVAILABLE, 1));
        };
        Ok(self.doors.find_out(mark, auth, name, password, self.address))
    }

    fn admits(&self, _: &Limit, _: Gate, _: Option<IpAddr>) -> Result<(), TurnedAway> {
        Ok(())
    }
}

/// One of the few who find out without a turn; no two for one guesser. However it ends, the place is free again.
struct Place<'a> {
    doors: &'a Doors,
    guesser: Guesser,
}

impl<'a> Place<'a> {
    fn take(doors: &'a Doors, guesser: Guesser) -> Option<Place<'a>> {
        let mut elsewhere = doors.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        if elsewhere.len() >= limit::PASSWORDS_AT_ONCE || elsewhere.contains(&guesser) {
            return None;
        }
        elsewhere.push(guesser);
        Some(Place { doors, guesser })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut elsewhere = self.doors.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        elsewhere.retain(|guesser| *guesser != self.guesser);
    }
}

#[cfg(test)]
mod tests;
