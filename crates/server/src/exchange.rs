//! A request and its response: which of the three paths answers, and what is written.

mod pooled;
mod trouble;

use crate::absence::Absences;
use crate::access_log::{Log, Record};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::door::{AtHand, Counted};
use crate::due::{Due, End};
use crate::known::Known;
use crate::memory::{Memory, Ready};
use crate::origin::{Files, Origin, Site};
use crate::outgoing::Output;
use crate::pool::Pool;
use crate::protocol::Protocol;
use crate::request::OwnedHead;
use crate::vitals::Counters;
use crate::workshop::Elsewhere;
use crate::xray::{Came, Lens, Reply, Seen, Sent, Socket, Teller, Way};
use reactor::{Calls, Key};
use semantics::coding::{AcceptedCodings, Coding};
use semantics::{Content, Field, FieldName, Instant, Method, RequestHead, Response, Status, Timestamp};
use site::route::{Gate, Limit};
use site::{Door, Keep, Refusal, Selected};
use std::mem::take;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use wire::{Sends, StreamId};

/// What a worker answers with.
pub(crate) struct Exchange<T: Files, P> {
    pub(crate) pool: P,
    pub(crate) output: Output<T::File>,
    pub(crate) log: Log,
    /// Where the client of this turn connects from, where the log or a route asks.
    pub(crate) peer: Option<IpAddr>,
    memory: Memory<T::File>,
    absences: Absences,
    pub(crate) counters: Arc<Counters>,
    /// Requests that were answered in the turn in which they came.
    answered: u64,
    /// What was counted against limits of the request that was looked at last.
    counted: Counted,
    /// What is due of the exchange that is answered, when it has ended.
    due: Due,
    /// When the first byte of its request was there.
    pub(crate) began: Instant,
    /// Which way it is answered.
    way: Way,
    is_secured: bool,
    /// When the request was there whose answer has come from the pool.
    asked: Option<Instant>,
    /// What the last `Accept-Encoding` meant. Browsers of one make send the same value with each request.
    accepted: (Vec<u8>, AcceptedCodings),
    clock: Clock,
    now: Instant,
    /// What is seen of requests under way, if anybody looks.
    pub(crate) lens: Lens,
}

/// A request head, still in the bytes it came in or copied out of them.
pub(crate) enum Held<'a> {
    Borrowed(&'a RequestHead<'a>),
    Owned(OwnedHead),
}

/// What became of a request without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decided {
    Answered,
    MustWait,
}

impl<T: Files, P: Pool<T>> Exchange<T, P> {
    pub(crate) fn new(origin: &Origin<T>, pool: P, now: Timestamp) -> Self {
        Exchange {
            pool,
            output: Output::new(),
            log: origin.shared.log.for_worker(),
            peer: None,
            accepted: (Vec::new(), AcceptedCodings::parse([&[][..]].into_iter())),
            memory: Memory::new(origin.shared.limits.memory_bytes),
            absences: Absences::new(),
            counters: origin.shared.vitals.worker(),
            answered: 0,
            counted: Counted::default(),
            due: Due::default(),
            began: Instant(0),
            way: Way::Refused,
            is_secured: false,
            asked: None,
            clock: Clock::new(now),
            now: Instant(0),
            lens: Lens::new(Arc::clone(&origin.shared.xray)),
        }
    }

    /// From now on answers are of that origin. What is kept is of another.
    pub(crate) fn follow(&mut self, origin: &Origin<T>) {
        self.log.follow(&origin.shared.log);
        self.memory = Memory::new(origin.shared.limits.memory_bytes);
        self.absences = Absences::new();
    }

    /// A response begins: it is counted, and written down. `bytes`: of its content; `None`: that is not known before it ends.
    fn note(&mut self, head: &RequestHead<'_>, status: Status, fields: &[Field], bytes: Option<u64>) {
        self.counters.response(head, status, bytes.unwrap_or(0));
        match self.asked {
            Some(asked) => self.counters.took(1, self.now.since(asked)),
            None => self.answered += 1,
        }
        if self.log.is_on() {
            let (at, began, is_secured) = (self.clock.now, self.began, self.is_secured);
            let way = match self.way {
                _ if self.asked.is_some() => "pool",
                Way::Memory | Way::Absence => "memory",
                Way::Open | Way::AtHand | Way::Pool | Way::Refused => "hand",
            };
            self.due.line = self.log.exchange(&Record { head, status, fields, bytes, at, began, way, is_secured });
        }
    }

    /// How many requests of this turn were answered in it.
    pub(crate) fn take_answered(&mut self) -> u64 {
        take(&mut self.answered)
    }

    /// What is known of the client of this turn.
    fn known(&self, connection: &Connection<T::File>) -> Known {
        Known { address: self.peer, is_secured: connection.is_secured(), ..Known::default() }
    }

    /// Which codings the client takes. Clients of one class of these get the same representation of a target.
    fn accepted(&mut self, head: &RequestHead<'_>) -> AcceptedCodings {
        let Some(value) = head.field(FieldName::AcceptEncoding) else { return AcceptedCodings::UNSTATED };
        let values = head.fields.values(FieldName::AcceptEncoding);
        if head.fields.is_repeated(FieldName::AcceptEncoding) {
            return AcceptedCodings::parse(values);
        }
        let (last, accepted) = &mut self.accepted;
        if last != value {
            *accepted = AcceptedCodings::parse(values);
            value.clone_into(last);
        }
        *accepted
    }

    pub(crate) fn set_time(&mut self, now: Instant, date: Timestamp) {
        self.now = now;
        self.clock.set(date);
        self.lens.look(self.clock.second);
    }

    /// Answers a request: from memory, else without waiting, else on the pool.
    pub(crate) fn respond(
        &mut self,
        origin: &Origin<T>,
        connection: &mut Connection<T::File>,
        key: Key,
        stream: StreamId,
        held: Held<'_>,
    ) {
        // What came before it on a connection of HTTP/1.1 is out, or on its way with the rest of this turn.
        self.ended(connection.take_due(), End::Done);
        debug_assert!(self.due.is_nothing(), "it was handed over with its exchange");
        self.way = Way::Refused;
        self.is_secured = connection.is_secured();
        if let Held::Owned(owned) = &held {
            self.began = owned.began();
        }
        self.answer(origin, connection, key, stream, held);
        self.owe(connection, stream);
    }

    /// A response has begun: what is due when it has ended goes with its exchange.
    #[inline]
    fn owe(&mut self, connection: &mut Connection<T::File>, stream: StreamId) {
        if !self.due.is_nothing() || connection.wire.is_http2() {
            let over = connection.owe(stream, take(&mut self.due), self.now);
            self.ended(over, End::Done);
        }
    }

    /// What answered came to no end.
    #[cold]
    pub(crate) fn forget_due(&mut self) {
        self.due = Due::default();
    }

    /// These have ended: what is due of them.
    pub(crate) fn ended(&mut self, due: impl IntoIterator<Item = Due>, end: End) {
        due.into_iter().for_each(|due| self.log.end_of(due, end));
    }

    fn answer(
        &mut self,
        origin: &Origin<T>,
        connection: &mut Connection<T::File>,
        key: Key,
        stream: StreamId,
        held: Held<'_>,
    ) {
        let owned_head;
        let head = match &held {
            Held::Borrowed(head) => *head,
            Held::Owned(owned) => {
                owned_head = owned.head();
                &owned_head
            }
        };
        if let Some(response) = origin.shared.desk.as_ref().and_then(|desk| proof(desk, head)) {
            return self.send(connection, stream, head, response);
        }
        let Some(site) = origin.site(head) else {
            self.see_way(stream, Way::Refused, None);
            return self.send(connection, stream, head, origin.misdirected(head));
        };
        if let Some(way) = connection.way_to_tls() {
            self.see_way(stream, Way::Refused, Some(site));
            return self.send_to_tls(site, connection, stream, head, way);
        }
        let entrance = site.options.limit.as_ref().map(|limit| self.enter(site, limit)).unwrap_or_default();
        if self.decide(site, connection, stream, head, entrance) == Decided::MustWait {
            self.submit(site, connection, key, stream, held);
        }
    }

    /// The limit of the whole site is asked before anything else, for what memory has counts as well.
    #[cold]
    fn enter(&mut self, site: &Site<T>, limit: &Limit) -> Counted {
        let door = AtHand::new(&site.shared.doors, &site.gates, Counted::default());
        // Whether it passes, is written down; who is turned away is told where the others are told.
        let _ = door.admits(limit, Gate::Site, self.peer);
        self.due.seats = door.take_seats();
        door.counted()
    }

    /// Answers a request that came to this site, unless something has to be waited for. `entrance`: what was counted of it on
    /// the way.
    #[inline]
    fn decide(
        &mut self,
        site: &Arc<Site<T>>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        entrance: Counted,
    ) -> Decided {
        let is_read = matches!(head.method, Method::Get | Method::Head);
        let comes_in = is_read && !entrance.is_turned_away();
        let accepted = self.accepted(head);
        // What is kept for clients of any class is not coded; who refuses that is none of them.
        if comes_in
            && accepted.quality(Coding::Identity) > 0
            && let Some(ready) = self.memory.get(site, head.target, accepted.class(), self.now)
        {
            self.see_way(stream, Way::Memory, Some(site));
            self.counters.hits.add(1);
            self.send_ready(connection, stream, head, &ready);
            return Decided::Answered;
        }
        // Only for programs: to people, a single-page application may answer, and the pool makes their page.
        if comes_in
            && let Some((page, amendments)) = self.absences.get(site, head.target, self.now)
            && let Some(response) = site.plain_error(head, page, amendments)
        {
            self.see_way(stream, Way::Absence, Some(site));
            self.send(connection, stream, head, response);
            return Decided::Answered;
        }
        self.counters.misses.add(u64::from(comes_in));
        self.see_way(stream, Way::AtHand, Some(site));
        match self.select(site, connection, stream, head, entrance) {
            Ok(Selected::Response(response, keep)) => {
                let keep = keep.map(|keep| (keep, self.now));
                self.selected(site, connection, stream, head, response, keep);
            }
            Ok(Selected::Page(page, amendments)) => {
                // Routes may say of other methods that nothing is there.
                if is_read {
                    self.absences.note(site, head.target, &page, &amendments, self.now);
                }
                match site.plain_error(head, &page, &amendments) {
                    Some(response) => self.send(connection, stream, head, response),
                    None => return Decided::MustWait,
                }
            }
            Err(Refusal::WouldWait) => return Decided::MustWait,
            Err(Refusal::OutOfDescriptors) => {
                self.memory.clear();
                return Decided::MustWait;
            }
            Err(refusal) => self.failed(site, connection, stream, head, &refusal.to_string()),
        }
        Decided::Answered
    }

    /// The decision, as far as nothing has to be waited for.
    #[inline]
    fn select(
        &mut self,
        site: &Site<T>,
        connection: &Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        entrance: Counted,
    ) -> Result<Selected<T::File>, Refusal> {
        let known = self.known(connection);
        let door = AtHand::new(&site.shared.doors, &site.gates, entrance);
        let client = known.at(&door);
        if self.lens.has_plates()
            && let Some(mut notes) = self.lens.begin_notes(stream)
        {
            let selected = site.select_seen(head, &client, self.clock.now, &site.at_hand, &Elsewhere, &mut notes);
            notes.calls = notes.calls.at_hand();
            self.lens.note(stream, notes);
            self.count(&door);
            return selected;
        }
        let selected = site.select(head, &client, self.clock.now, &site.at_hand, &Elsewhere);
        self.count(&door);
        selected
    }

    #[inline]
    fn count(&mut self, door: &AtHand<'_>) {
        self.counted = door.counted();
        self.due.seats.extend(door.take_seats());
    }

    /// A request is to be seen.
    #[cold]
    pub(crate) fn expose(&mut self, socket: impl FnOnce(u32) -> Socket, seen: Seen<'_>, calls: Calls, came: Came) {
        self.lens.expose(socket, self.clock.now, seen, calls, came);
    }

    /// Which way a request is answered, for whoever looks.
    #[inline]
    fn see_way(&mut self, stream: StreamId, way: Way, site: Option<&Arc<Site<T>>>) {
        self.way = way;
        if self.lens.has_plates() {
            let site = site.map(|site| Arc::downgrade(site) as Weak<dyn Teller>);
            self.lens.way(stream, way, site);
        }
    }

    fn send_ready(
        &mut self,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        ready: &Ready<T::File>,
    ) {
        use semantics::condition::{Verdict, evaluate};
        let keep = &ready.keep;
        let verdict = match is_plain(head) {
            true => Verdict::Proceed,
            false if head.field(FieldName::Range).is_some() => {
                let response = site::answer(keep, head, self.clock.now);
                return self.send(connection, stream, head, response);
            }
            false => evaluate(head, Some(keep.etag.as_bytes()), Some(keep.last_modified), self.clock.now),
        };
        let (status, bytes) = match (verdict, head.method) {
            (Verdict::Proceed, Method::Get) if self.is_sent(connection, stream, ready, Status::OK) => {
                (Status::OK, keep.content.length())
            }
            (Verdict::NotModified, _) if self.is_sent(connection, stream, ready, Status::NOT_MODIFIED) => {
                (Status::NOT_MODIFIED, 0)
            }
            _ => {
                let response = site::answer(keep, head, self.clock.now);
                return self.send(connection, stream, head, response);
            }
        };
        if self.lens.has_plates() {
            let fields = if status == Status::OK { keep.fields.clone() } else { site::not_modified_fields(keep) };
            let sent = Sent { status, fields: &fields, content: Some(bytes), sends: status == Status::OK };
            let head = if connection.wire.is_http2() { Vec::new() } else { ready.head(status, &self.clock) };
            self.see_reply(stream, &head, sent, true);
        }
        connection.wire.finish(stream, &mut self.output);
        self.note(head, status, &keep.fields, Some(bytes));
    }

    /// The head of an answer, for whoever looks. `head`: as HTTP/1.1 wrote it, else nothing.
    #[cold]
    fn see_reply(&mut self, stream: StreamId, head: &[u8], sent: Sent<'_>, is_complete: bool) {
        let mut reply = Reply::new(sent, head, &self.clock.date);
        reply.is_complete = is_complete;
        self.lens.reply(stream, reply);
    }

    /// Sends what is ready, unless something must be said about this connection.
    #[inline]
    fn is_sent(
        &mut self,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        ready: &Ready<T::File>,
        status: Status,
    ) -> bool {
        let wire = match &mut connection.wire {
            Protocol::Http1(wire) => wire,
            Protocol::Http2(http2) => {
                http2.respond_ready(stream, status, ready, &self.clock, &mut self.output);
                return true;
            }
        };
        if !wire.respond_ready(stream) {
            return false;
        }
        if status == Status::OK {
            let (segment, rest) = ready.whole(&self.clock);
            self.output.push(segment);
            self.output.push_content(rest);
        } else {
            self.output.push(ready.not_modified(&self.clock));
        }
        true
    }

    /// A response that `select` made; what may be kept is, and believed from when the files were looked at.
    fn selected(
        &mut self,
        site: &Site<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        response: Response<T::File>,
        keep: Option<(Keep<T::File>, Instant)>,
    ) {
        if let Some((keep, looked)) = keep {
            let class = keep.vary_coding.then(|| self.accepted(head).class());
            let ready = self.memory.insert(site, head.target, class, Ready::new(keep, &self.clock, looked));
            return self.send_ready(connection, stream, head, &ready);
        }
        self.send(connection, stream, head, response);
    }

    /// Writes a response whose whole content is known.
    pub(crate) fn send(
        &mut self,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        head: &RequestHead<'_>,
        response: Response<T::File>,
    ) {
        let length = response.content.length();
        let start = self.output.scratch.len();
        let (wire, date, output) = (&mut connection.wire, &self.clock.date, &mut self.output);
        let sends = wire.respond(stream, response.status, &response.fields, Some(length), date, output);
        if self.lens.has_plates() {
            let (status, fields, sends) = (response.status, &response.fields[..], sends == Sends::Content);
            let head = self.written(connection, start);
            self.see_reply(stream, &head, Sent { status, fields, content: Some(length), sends }, true);
        }
        let (wire, output) = (&mut connection.wire, &mut self.output);
        let Response { fields, content, .. } = response;
        if sends == Sends::Content {
            wire.push_content(stream, content, output);
        }
        connection.wire.finish(stream, &mut self.output);
        let bytes = if sends == Sends::Content { length } else { 0 };
        self.note(head, response.status, &fields, Some(bytes));
    }

    /// What HTTP/1.1 wrote since then; nothing of HTTP/2, which writes it in its own way.
    #[cold]
    fn written(&self, connection: &Connection<T::File>, start: usize) -> Vec<u8> {
        if connection.wire.is_http2() { Vec::new() } else { self.output.scratch[start..].to_vec() }
    }
}

/// What an authority finds that looks whether a name is ours.
#[cold]
fn proof<F>(desk: &acme::Desk, head: &RequestHead<'_>) -> Option<Response<F>> {
    let content = desk.http(head.target).filter(|_| matches!(head.method, Method::Get | Method::Head))?;
    let media_type = Field { name: "Content-Type".into(), value: "application/octet-stream".into() };
    Some(Response { status: Status::OK, fields: vec![media_type], content: Content::from_bytes(content) })
}

/// Whether nothing in the request asks for anything but the whole representation.
fn is_plain(head: &RequestHead<'_>) -> bool {
    use FieldName::{IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince, Range};
    !head.fields.has_any(&[IfNoneMatch, IfModifiedSince, Range, IfMatch, IfUnmodifiedSince])
}
