//! Who connects: how they send and read, what they ask, and when they go.

pub(crate) mod act;
pub(crate) mod ask;
mod attack;

use crate::chance::Chance;
use crate::clock::{MILLISECOND, SECOND};
use crate::oracle::response::Parser;
use ask::Ask;
use std::collections::VecDeque;

/// One client, and its one connection.
pub(crate) struct Client {
    pub(crate) manner: Manner,
    pub(crate) pace: Pace,
    pub(crate) chance: Chance,
    /// Once it has connected.
    pub(crate) link: Option<usize>,
    /// Bytes that have not reached the server.
    pub(crate) outgoing: VecDeque<u8>,
    /// Asked and not answered, in order.
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
    /// An answer said that it was the last.
    pub(crate) has_heard_last: bool,
}

/// A request under way.
#[derive(Debug)]
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
        Client {
            manner,
            pace,
            link: None,
            outgoing: VecDeque::new(),
            exchanges: VecDeque::new(),
            left: chance.between(1..=20) as usize,
            depth: if chance.one_in(2) { 1 } else { chance.between(1..=16) as usize },
            parser: Parser::default(),
            withheld: None,
            ends_half: false,
            is_done: false,
            statuses: Vec::new(),
            is_delivering: false,
            is_reading: false,
            has_heard_last: false,
            chance: chance.fork(),
        }
    }
}
