//! What a worker sees with, when somebody looks: the requests under way, on their plates.
//!
//! Without a plate in it each hook is one comparison, which is always told apart rightly: nothing is seen, nothing costs.

use super::frame::Head;
use super::limit::{ENDED_MAX, FRAMES_MAX, UNDER_WAY_MAX, WAITING_MAX};
use super::notes::Notes;
use super::plate::{self, Plate, Reply, Seen, Socket, Way};
use super::watch::Watch;
use super::{Teller, Xray};
use reactor::{Calls, Key};
use semantics::{FieldName, Timestamp};
use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use wire::{Event, StreamId};

/// The eye of one worker.
#[derive(Debug)]
pub(crate) struct Lens {
    xray: Arc<Xray>,
    /// Whether all requests are looked at: asked once a turn.
    is_open: bool,
    worker: u32,
    count: u64,
    /// Those of requests under way.
    plates: Vec<Plate>,
    /// The connection that the worker is busy with, as long as there are plates.
    key: Option<Key>,
    /// What was called when the worker turned to it.
    calls: Calls,
    /// Done, and not taken yet: somebody else held the film.
    waiting: VecDeque<Plate>,
    /// Connections on which something was seen, and where it is noted when they are closed. The latest of them.
    ended: VecDeque<(Key, Arc<AtomicU64>)>,
    /// The exchange that has begun to follow, of the connection that the worker is busy with.
    pub(crate) followed: Option<StreamId>,
}

/// When a request came, by the reactor's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came {
    /// Its connection was accepted.
    pub(crate) accepted: u64,
    /// Its handshake of TLS was over; 0: there was none.
    pub(crate) secured: u64,
    /// The kernel told of its first byte.
    pub(crate) told: u64,
    /// This moment: it is understood.
    pub(crate) now: u64,
}

impl Lens {
    pub(crate) fn new(xray: Arc<Xray>) -> Lens {
        let worker = xray.number();
        Lens {
            xray,
            is_open: false,
            worker,
            count: 0,
            plates: Vec::new(),
            key: None,
            calls: Calls::default(),
            waiting: VecDeque::new(),
            ended: VecDeque::new(),
            followed: None,
        }
    }

    /// At the beginning of a turn: does somebody look?
    #[inline]
    pub(crate) fn look(&mut self, second: i64) {
        self.is_open = self.xray.is_watched(second);
    }

    /// Whether this is to be seen: a request that is marked, and whatever comes while somebody looks.
    #[inline]
    pub(crate) fn sees(&self, event: &Event<'_>) -> bool {
        match event {
            Event::Request { head, .. } => self.is_open || head.field(FieldName::QuarryTrace).is_some(),
            _ => self.is_open,
        }
    }

    /// Whether anything is being looked at.
    #[inline]
    pub(crate) fn has_plates(&self) -> bool {
        !self.plates.is_empty()
    }

    /// Whether it matters when a connection is closed.
    #[inline]
    pub(crate) fn sees_closing(&self) -> bool {
        !self.plates.is_empty() || !self.ended.is_empty()
    }

    /// The worker turns to a connection.
    #[cold]
    pub(crate) fn turn_to(&mut self, key: Key, calls: Calls) {
        (self.key, self.calls) = (Some(key), calls);
    }

    /// Whether there was a request on that connection, and all of them have an answer.
    pub(crate) fn has_answered(&self, key: Key) -> bool {
        self.count > 0 && self.plates.iter().all(|plate| plate.socket.key != key || plate.reply.is_some())
    }

    /// A request came: `seen` are its own bytes.
    #[cold]
    pub(crate) fn expose(
        &mut self,
        socket: impl FnOnce(u32) -> Socket,
        at: Timestamp,
        seen: Seen<'_>,
        calls: Calls,
        Came { accepted, secured, told, now }: Came,
    ) {
        let mark = seen.head.and_then(|head| plate::mark(head, self.xray.token()));
        if mark.is_none() && !self.is_open {
            return;
        }
        if self.plates.len() >= UNDER_WAY_MAX {
            return self.xray.drop_one();
        }
        self.count += 1;
        let mut plate = Plate::new(socket(self.worker), (self.worker, self.count), at, seen, Watch::start(now));
        plate.mark = mark.unwrap_or_default().to_owned();
        (plate.times.accepted, plate.times.secured) = (accepted, secured);
        (plate.times.told, plate.times.understood) = (told, now);
        // It was received before it could be known that somebody wants to see it.
        plate.calls = Calls { wait: 1, receive: 1, ..Calls::default() };
        (self.key, self.calls) = (Some(plate.socket.key), calls);
        self.plates.push(plate);
    }

    /// The plate of an exchange on the connection that the worker is busy with.
    fn plate(&mut self, stream: StreamId) -> Option<&mut Plate> {
        let key = self.key?;
        self.plates.iter_mut().find(|plate| plate.socket.key == key && plate.socket.stream == stream)
    }

    /// Which way it is answered.
    #[cold]
    pub(crate) fn way(&mut self, stream: StreamId, way: Way, site: Option<Weak<dyn Teller>>) {
        if let Some(plate) = self.plate(stream) {
            (plate.way, plate.site, plate.times.found) = (way, site, plate.watch.now());
        }
    }

    /// Where what is decided for this exchange is written down, if it is looked at.
    #[cold]
    pub(crate) fn begin_notes(&mut self, stream: StreamId) -> Option<Notes> {
        self.plate(stream).map(|plate| Notes::at(plate.watch))
    }

    /// What was decided for it. Decided twice, the second counts: the first did not come to an end.
    #[cold]
    pub(crate) fn note(&mut self, stream: StreamId, notes: Notes) {
        if let Some(plate) = self.plate(stream) {
            plate.file_calls = plate.file_calls.and(notes.calls);
            if notes.done > 0 {
                plate.times.taken = plate.watch.now();
            }
            plate.notes = Some(notes);
        }
    }

    /// The pool is asked. Where to write down what it decides.
    #[cold]
    pub(crate) fn ask(&mut self, stream: StreamId) -> Option<Box<Notes>> {
        let plate = self.plate(stream)?;
        let notes = plate.notes.as_ref();
        let is_part = || notes.is_some_and(Notes::is_asset) && plate.comes_from_xray();
        if plate.mark.is_empty() && (notes.is_some_and(Notes::is_own_page) || is_part()) {
            // The X-ray's own requests would be all that is seen, for looking makes them.
            let (key, stream) = (plate.socket.key, plate.socket.stream);
            self.plates.retain(|plate| plate.socket.key != key || plate.socket.stream != stream);
            return None;
        }
        (plate.way, plate.waits_for, plate.times.asked) = (Way::Pool, notes.map(Notes::waits_for), plate.watch.now());
        Some(Box::new(Notes::at(plate.watch)))
    }

    /// What broke a rule.
    #[cold]
    pub(crate) fn fault(&mut self, stream: StreamId, fault: String) {
        if let Some(plate) = self.plate(stream) {
            (plate.way, plate.fault) = (Way::Refused, Some(fault));
        }
    }

    /// What is answered.
    #[cold]
    pub(crate) fn reply(&mut self, stream: StreamId, reply: Reply) {
        if let Some(plate) = self.plate(stream) {
            (plate.reply, plate.times.headed) = (Some(reply), plate.watch.now());
        }
    }

    /// A frame that answers it, as HTTP/2 has it.
    #[cold]
    pub(crate) fn frame(&mut self, stream: StreamId, head: Head) {
        if let Some(reply) = self.plate(stream).and_then(|plate| plate.reply.as_mut()) {
            match reply.frames.len() < FRAMES_MAX {
                true => reply.frames.push(head),
                false => reply.frames_lost += 1,
            }
        }
    }

    /// More content of an answer whose length was not known; `None`: that was all.
    #[cold]
    pub(crate) fn piece(&mut self, stream: StreamId, bytes: Option<usize>) {
        if let Some(reply) = self.plate(stream).and_then(|plate| plate.reply.as_mut()) {
            match bytes {
                Some(bytes) => reply.content = Some(reply.content.unwrap_or(0) + bytes as u64),
                None => reply.is_complete = true,
            }
        }
    }

    /// What is answered on the connection that the worker is busy with goes to the kernel now.
    #[cold]
    pub(crate) fn written(&mut self, now: u64) {
        let key = self.key;
        let is_meant = |plate: &&mut Plate| Some(plate.socket.key) == key;
        for plate in self.plates.iter_mut().filter(is_meant) {
            if plate.reply.is_some() && plate.times.written == 0 {
                plate.times.written = now;
            }
        }
    }

    /// Something went to the kernel. `is_sent`: whether nothing of that exchange is left. `now`: the clock.
    #[cold]
    pub(crate) fn settle(&mut self, key: Key, calls: Calls, now: u64, is_sent: impl Fn(StreamId) -> bool) {
        let more = if self.key == Some(key) { calls.since(&self.calls) } else { Calls::default() };
        self.calls = calls;
        let mut index = 0;
        while index < self.plates.len() {
            let plate = &mut self.plates[index];
            if plate.socket.key != key {
                index += 1;
                continue;
            }
            plate.calls = plate.calls.and(&more);
            if plate.reply.is_some() && plate.times.began == 0 {
                plate.times.began = now;
            }
            let is_complete = plate.reply.as_ref().is_some_and(|reply| reply.is_complete);
            if is_complete && is_sent(plate.socket.stream) {
                plate.times.sent = now;
                let plate = self.plates.swap_remove(index);
                self.done(plate);
            } else {
                index += 1;
            }
        }
    }

    /// The connection is closed: so are the requests on it.
    #[cold]
    pub(crate) fn closed(&mut self, key: Key, now: u64) {
        self.end(key, None, now);
        self.ended.iter().filter(|(of, _)| *of == key).for_each(|(_, closed)| closed.store(now, Relaxed));
        self.ended.retain(|(of, _)| *of != key);
    }

    /// The connection has ended, or the exchange was given up: what there is of it is what there will be.
    #[cold]
    pub(crate) fn end(&mut self, key: Key, stream: Option<StreamId>, now: u64) {
        let mut index = 0;
        while index < self.plates.len() {
            let socket = &self.plates[index].socket;
            if socket.key == key && stream.is_none_or(|stream| stream == socket.stream) {
                let mut plate = self.plates.swap_remove(index);
                plate.times.sent = now;
                self.done(plate);
            } else {
                index += 1;
            }
        }
    }

    fn done(&mut self, plate: Plate) {
        if self.ended.len() >= ENDED_MAX {
            self.ended.pop_front();
        }
        // Of those on one connection the last is the one that it ends with.
        self.ended.retain(|(key, _)| *key != plate.socket.key);
        self.ended.push_back((plate.socket.key, Arc::clone(&plate.closed)));
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
            self.xray.drop_one();
        }
        self.waiting.push_back(plate);
    }

    /// At the end of a turn: what is done goes to whoever looks.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        if !self.waiting.is_empty() {
            self.xray.take(&mut self.waiting);
        }
    }
}
