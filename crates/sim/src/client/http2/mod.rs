//! The client's end of a connection of HTTP/2: it asks on many streams at once, and holds the server to RFC 9113 to the
//! letter. It shares no code with `wire`: what the two read differently is a failure.

pub(crate) mod flood;
pub(crate) mod frame;
mod habit;
mod hear;
mod hpack;
mod huffman;
mod say;
mod stream;

pub(crate) use habit::{Grant, Habits};

use super::Exchange;
use crate::chance::Chance;
use crate::oracle::response::Response;
use frame::Reader;
use std::collections::{BTreeMap, VecDeque};
use stream::{Gone, Stream};

/// A connection.
#[derive(Debug)]
pub(crate) struct Http2 {
    pub(crate) habits: Habits,
    chance: Chance,
    reader: Reader,
    decoder: hpack::Decoder,
    encoder: hpack::Encoder,
    /// A field block of which the end is still to come.
    block: Option<Block>,
    /// Those that somebody waits for, and those that were, by their numbers.
    streams: BTreeMap<u32, Stream>,
    gone: BTreeMap<u32, Gone>,
    next: u32,
    /// What the server may still send on all of them together.
    window: i64,
    /// What the server has heard of our settings, and what it was told since.
    heard: Settings,
    said: VecDeque<Said>,
    /// What the server lets us do.
    theirs: Theirs,
    has_heard_settings: bool,
    /// Sent and not answered.
    pings: VecDeque<[u8; 8]>,
    ping_count: u32,
    /// The last stream that is dealt with, and why no more are.
    left: Option<(u32, u32)>,
    is_secured: bool,
    /// What is to go out.
    out: Vec<u8>,
}

#[derive(Debug)]
struct Block {
    stream: u32,
    is_last: bool,
    bytes: Vec<u8>,
}

/// Of ours, those that bind the server.
#[derive(Clone, Copy, Debug)]
struct Settings {
    window: i64,
    table: usize,
    frame: usize,
}

impl Settings {
    /// Before anybody said anything (RFC 9113 §6.5.2).
    const DEFAULT: Settings = Settings { window: 65_535, table: hpack::SIZE_DEFAULT, frame: 16_384 };
}

/// Settings that the server was told.
#[derive(Clone, Copy, Debug)]
struct Said {
    settings: Settings,
    /// Of the sizes of the table in that frame, the smallest.
    least: usize,
    /// The next stream at that time: windows of those before change with it.
    next: u32,
}

/// Of the server's, those that bind us.
#[derive(Clone, Copy, Debug)]
struct Theirs {
    send_window: i64,
    initial_window: i64,
    frame: usize,
    streams: usize,
}

/// Something that the life should know of.
#[derive(Debug)]
pub(crate) enum Told {
    /// Complete.
    Response(Exchange, Response),
    /// The server gave it up, with this code; so much of its content had come.
    Reset(Exchange, u32, usize),
    /// The server takes no more streams, with this code.
    Left(u32),
}

impl Http2 {
    /// Says the preface and the first settings.
    pub(crate) fn new(habits: Habits, is_secured: bool, mut chance: Chance) -> Http2 {
        let mut http2 = Http2 {
            habits,
            reader: Reader::default(),
            decoder: hpack::Decoder::new(),
            encoder: hpack::Encoder::new(),
            block: None,
            streams: BTreeMap::new(),
            gone: BTreeMap::new(),
            next: if chance.one_in(8) { 1 + 2 * chance.below(1000) as u32 } else { 1 },
            window: Settings::DEFAULT.window,
            heard: Settings::DEFAULT,
            said: VecDeque::new(),
            theirs: Theirs {
                send_window: 65_535,
                initial_window: 65_535,
                frame: 16_384,
                // Nothing is said yet; so many are always let (RFC 9113 §6.5.2).
                streams: 100,
            },
            has_heard_settings: false,
            pings: VecDeque::new(),
            ping_count: 0,
            left: None,
            is_secured,
            out: Vec::new(),
            chance,
        };
        http2.begin();
        http2
    }

    /// Exchanges that are not answered.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Exchange> {
        self.streams.values().filter(|stream| !stream.is_answered).map(|stream| &stream.exchange)
    }

    /// Those that the server said it would deal with, with how much of each has come.
    pub(crate) fn owed(&self) -> impl Iterator<Item = (&Exchange, Option<&Response>)> {
        let last = self.left.map_or(u32::MAX, |(last, _)| last);
        let owed = self.streams.range(..=last).map(|(_, stream)| stream).filter(|stream| !stream.is_answered);
        owed.map(|stream| (&stream.exchange, stream.response.as_ref()))
    }

    /// Whether no stream is left on either side.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.streams.is_empty()
    }

    /// Whether one more may be opened.
    pub(crate) fn has_room(&self, depth: usize) -> bool {
        self.streams.len() < depth.min(self.theirs.streams)
    }

    /// Whether all content that was to go is on its way.
    pub(crate) fn has_said_all(&self) -> bool {
        self.streams.values().all(|stream| stream.has_ended)
    }

    /// Whether the server has said that it takes no more streams.
    pub(crate) fn is_left(&self) -> bool {
        self.left.is_some()
    }

    /// Whether the server has shown that it speaks HTTP/2.
    pub(crate) fn is_understood(&self) -> bool {
        self.has_heard_settings
    }

    /// Whether a part of a frame or of a block is here.
    pub(crate) fn is_within(&self) -> bool {
        self.reader.is_within() || self.block.is_some()
    }

    pub(crate) fn take_out(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// What our settings will be once the server has heard of all.
    fn settings(&self) -> Settings {
        self.said.back().map_or(self.heard, |said| said.settings)
    }
}
