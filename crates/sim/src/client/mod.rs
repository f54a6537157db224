//! Who connects: how they send and read, what they ask, and when they go.

pub(crate) mod act;
pub(crate) mod ask;
mod attack;
pub(crate) mod http2;
mod many;
pub(crate) mod tls;

use crate::chance::Chance;
use crate::clock::{MILLISECOND, SECOND};
use crate::oracle::response::Parser;
use ask::Ask;
use http2::{Habits, Http2};
use std::collections::VecDeque;
use tls::Tls;

/// One client, and its one connection.
pub(crate) struct Client {
    pub(crate) manner: Manner,
    pub(crate) pace: Pace,
    pub(crate) chance: Chance,
    /// Once it has connected.
    pub(crate) link: Option<usize>,
    /// What it speaks: HTTP/2 where it may, HTTP/1.1 otherwise.
    pub(crate) speaks_http2: bool,
    /// Its end of HTTP/2, of those that ask; who only sends bytes has none, and reads none.
    pub(crate) http2: Option<Box<Http2>>,
    /// What its bytes are sealed with.
    pub(crate) tls: Option<Box<Tls>>,
    /// Everything that was said to one that keeps no rules.
    pub(crate) heard: Vec<u8>,
    /// It does not know that it should come by TLS.
    pub(crate) is_astray: bool,
    /// Changes a bit of what it has sealed, once.
    pub(crate) garbles: bool,
    pub(crate) has_garbled: bool,
    /// Bytes that have not reached the server.
    pub(crate) outgoing: VecDeque<u8>,
    /// Asked by HTTP/1.1 and not answered, in order.
    pub(crate) exchanges: VecDeque<Exchange>,
    /// Requests it still wants to make.
    pub(crate) left: usize,
    /// How many may be under way at a time.
    pub(crate) depth: usize,
    pub(crate) parser: Parser,
    /// Content that waits for 100.
    pub(crate) withheld: Option<Vec<u8>>,
    /// It ends its half when all is sent.
    pub(crate) ends_half: bool,
    /// Nothing more is expected of it.
    pub(crate) is_done: bool,
    /// Statuses of answers to raw bytes, so far.
    pub(crate) statuses: Vec<u16>,
    /// An event for it is on the way, so that there is one of each.
    pub(crate) is_delivering: bool,
    pub(crate) is_reading: bool,
    pub(crate) is_fidgeting: bool,
    /// It wants nothing more, and goes.
    pub(crate) is_leaving: bool,
    /// An answer said that it was the last.
    pub(crate) has_heard_last: bool,
}

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) ask: Ask,
    /// When its first byte was ready to go.
    pub(crate) asked: u64,
}

/// What kind of client it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Asks, reads, goes.
    Proper,
    /// The same, and says that nothing more will come while answers are still due.
    HalfCloser,
    /// Proper, but breaks off at any moment.
    Cutter,
    /// Asks, and reads nothing, or a few bytes at a time.
    Anchor,
    /// Connects and says nothing.
    Silent,
    /// One byte now and then, so that the head never ends.
    Dripper,
    /// A head without end, quickly.
    Endless,
    /// Good requests with bytes changed.
    Mutator,
    /// One of the known attacks.
    Attacker(usize),
    /// One of those by frames.
    Flooder(usize),
}

impl Manner {
    /// Whether it must get all answers.
    pub(crate) fn is_proper(self) -> bool {
        matches!(self, Manner::Proper | Manner::HalfCloser)
    }

    /// Whether it makes requests that we understand.
    pub(crate) fn is_asking(self) -> bool {
        self.is_proper() || matches!(self, Manner::Cutter | Manner::Anchor)
    }

    fn any(chance: &mut Chance) -> Manner {
        match chance.below(24) {
            0..=11 => Manner::Proper,
            12..=14 => Manner::HalfCloser,
            15 | 16 => Manner::Cutter,
            17 => Manner::Anchor,
            18 => *chance.pick(&[Manner::Silent, Manner::Dripper, Manner::Endless]),
            19 | 20 => Manner::Mutator,
            21 => Manner::Flooder(chance.below(http2::flood::FLOODS.len())),
            _ => Manner::Attacker(chance.below(attack::ATTACKS.len())),
        }
    }
}

/// How fast it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Bytes that arrive at a time, at most.
    pub(crate) piece_max: usize,
    /// Between two pieces, in nanoseconds, at most.
    pub(crate) gap_max: u64,
    /// Bytes read at a time, at most; 0: it reads nothing.
    pub(crate) read_max: usize,
    pub(crate) read_gap_max: u64,
    /// Between an answer and the next request.
    pub(crate) thought_max: u64,
}

impl Client {
    /// Any client, who connects with the life's first events.
    pub(crate) fn any(chance: &mut Chance) -> Client {
        let manner = Manner::any(chance);
        let pace = Pace {
            piece_max: chance.skewed(1..=20_000) as usize,
            gap_max: chance.skewed(0..=4 * MILLISECOND),
            read_max: chance.skewed(100..=400_000) as usize,
            read_gap_max: chance.skewed(0..=20 * MILLISECOND),
            thought_max: if chance.one_in(3) { chance.skewed(0..=2 * SECOND) } else { 0 },
        };
        let pace = match manner {
            Manner::Anchor if chance.one_in(2) => Pace { read_max: 0, ..pace },
            Manner::Anchor => Pace { read_max: 100, read_gap_max: 10 * SECOND, ..pace },
            Manner::Dripper => Pace { piece_max: 1, gap_max: 2 * SECOND, ..pace },
            _ => pace,
        };
        // What mutates frames is a client of HTTP/2, too; the other raw ones have bytes of their own.
        let speaks_http2 = match manner {
            Manner::Flooder(_) => true,
            Manner::Attacker(_) | Manner::Silent | Manner::Dripper | Manner::Endless => false,
            _ => chance.one_in(2),
        };
        let pace = match speaks_http2 {
            // One byte at a time, many streams together would take longer than one of them may.
            true => Pace { piece_max: pace.piece_max.max(64), ..pace },
            false => pace,
        };
        let depth = match (chance.one_in(2), speaks_http2) {
            (true, false) => 1,
            (true, true) => chance.between(1..=4) as usize,
            (false, _) => chance.between(1..=16) as usize,
        };
        let left = if speaks_http2 { chance.between(1..=40) } else { chance.between(1..=20) } as usize;
        Client {
            manner,
            pace,
            link: None,
            speaks_http2,
            http2: None,
            tls: None,
            heard: Vec::new(),
            is_astray: manner == Manner::Proper && !speaks_http2 && chance.one_in(8),
            garbles: manner == Manner::Cutter && chance.one_in(3),
            has_garbled: false,
            outgoing: VecDeque::new(),
            exchanges: VecDeque::new(),
            left,
            depth,
            parser: Parser::default(),
            withheld: None,
            ends_half: false,
            is_done: false,
            statuses: Vec::new(),
            is_delivering: false,
            is_reading: false,
            is_fidgeting: false,
            is_leaving: false,
            has_heard_last: false,
            chance: chance.fork(),
        }
    }
}

impl Client {
    /// Puts bytes on their way, sealed where that is to be.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        match &mut self.tls {
            Some(tls) => {
                tls.say(bytes);
                self.outgoing.extend(tls.take_records());
            }
            None => self.outgoing.extend(bytes),
        }
    }

    /// Begins to speak, at a connection that has just come about.
    pub(crate) fn begin(&mut self, tls: Option<Tls>) {
        self.tls = tls.map(Box::new);
        if self.speaks_http2 && self.manner.is_asking() {
            let habits = Habits::any(&mut self.chance, self.manner);
            let mut http2 = Http2::new(habits, self.tls.is_some(), self.chance.fork());
            let first = http2.take_out();
            self.http2 = Some(Box::new(http2));
            self.say(&first);
        } else if self.tls.is_some() {
            self.say(b"");
        }
    }

    /// Whether it has all that it asked for.
    pub(crate) fn is_satisfied(&self) -> bool {
        let is_at_rest = match &self.http2 {
            Some(http2) => http2.is_at_rest(),
            None => self.exchanges.is_empty(),
        };
        self.manner.is_asking() && is_at_rest && self.outgoing.is_empty()
    }
}
