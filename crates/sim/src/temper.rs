//! What kind of life it is: how everything behaves, chosen once from the seed.

use crate::chance::Chance;
use crate::clock::{MILLISECOND, SECOND};
use crate::{disk, pool, sample};
use reactor::PeerAddress;
use server::limit::Limits;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Of a whole life.
#[derive(Clone, Debug)]
pub(crate) struct Temper {
    pub(crate) clients: usize,
    /// What is asked for and changed more than other things.
    pub(crate) favourites: Vec<&'static [u8]>,
    /// Within which all of them connect, in nanoseconds.
    pub(crate) arrival: u64,
    pub(crate) disk: disk::Temper,
    pub(crate) pool: pool::Temper,
    pub(crate) sockets_max: usize,
    /// When the server is told to stop, if that is before all is over.
    pub(crate) drain_at: Option<u64>,
    /// In nanoseconds.
    pub(crate) fresh: u64,
    pub(crate) drain: u64,
    pub(crate) idle: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) connections_max: usize,
    pub(crate) turns_away: bool,
    pub(crate) per_address_max: Option<u32>,
    /// Whoever comes by the network has to speak TLS.
    pub(crate) is_tls: bool,
}

impl Temper {
    pub(crate) fn any(chance: &mut Chance) -> Temper {
        let grain = *chance.pick(&[1, 4 * MILLISECOND, 10 * MILLISECOND, 10 * MILLISECOND, SECOND, 2 * SECOND]);
        let is_calm = chance.one_in(3);
        let fails = chance.one_in(8);
        let rare = |chance: &mut Chance, is: bool, max| if is { chance.skewed(1..=max) as u32 } else { 0 };
        let is_cold = chance.one_in(3);
        let has_few = chance.one_in(12);
        let disk = disk::Temper {
            cold: if is_cold { *chance.pick(&[20, 200, 1000]) } else { 0 },
            failing: rare(chance, fails, 60),
            without_descriptors: rare(chance, has_few, 100),
            changing: rare(chance, !is_calm, 300),
            short: *chance.pick(&[0, 0, 300]),
            grain,
        };
        let favourites = match chance.below(6) {
            0 => vec![*chance.pick(sample::NAMES)],
            1 => vec![&b"c.css"[..], b"c.css.gz"],
            _ => (0..3).map(|_| *chance.pick(sample::NAMES)).collect(),
        };
        let is_small = chance.one_in(10);
        let pool = pool::Temper {
            waiting_max: if chance.one_in(10) { chance.between(0..=2) as usize } else { 4096 },
            delay_max: if chance.one_in(4) { 3 * SECOND } else { 5 * MILLISECOND },
        };
        let clients = chance.between(1..=6) as usize;
        Temper {
            clients,
            favourites,
            arrival: chance.skewed(1..=5 * SECOND),
            disk,
            pool,
            sockets_max: if chance.one_in(12) { chance.between(1..=4) as usize } else { usize::MAX },
            drain_at: chance.one_in(4).then(|| chance.skewed(1..=6 * SECOND)),
            fresh: *chance.pick(&[0, 100 * MILLISECOND, SECOND, SECOND, 5 * SECOND]),
            drain: *chance.pick(&[0, SECOND, 10 * SECOND]),
            idle: *chance.pick(&[5 * SECOND, 60 * SECOND]),
            memory_bytes: if chance.one_in(6) { chance.skewed(0..=200_000) } else { 64 << 20 },
            connections_max: if is_small { chance.between(1..=4) as usize } else { 1000 },
            turns_away: chance.one_in(2),
            per_address_max: chance.one_in(10).then(|| chance.between(1..=3) as u32),
            is_tls: chance.one_in(3),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            wire: wire::Limits { idle: Duration::from_nanos(self.idle) },
            connections_max: self.connections_max,
            turns_away: self.turns_away,
            per_address_max: self.per_address_max,
            memory_bytes: self.memory_bytes,
            drain: Duration::from_nanos(self.drain),
        }
    }

    pub(crate) fn fresh(&self) -> Duration {
        Duration::from_nanos(self.fresh)
    }

    /// Whether there may be too many clients: then one may have to go before it was served.
    pub(crate) fn is_crowded(&self) -> bool {
        self.clients > self.connections_max || self.clients > self.sockets_max || self.per_address_max.is_some()
    }
}

/// Where somebody calls from.
pub(crate) fn any_peer(chance: &mut Chance) -> PeerAddress {
    let address = match chance.below(8) {
        0 => return PeerAddress::Unix,
        1 => IpAddr::V4(Ipv4Addr::LOCALHOST),
        2 | 3 => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, chance.below(9) as u16)),
        _ => IpAddr::V4(Ipv4Addr::new(192, 0, 2, chance.below(2) as u8)),
    };
    PeerAddress::Tcp(SocketAddr::new(address, 1024 + chance.below(60_000) as u16))
}
