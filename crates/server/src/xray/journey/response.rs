//! The answer: what decided it, which way it came, its fields, what it cost.

use super::bytes::{Line, spans};
use super::{View, bytes, span};
use crate::xray::plate::{Reply, Way};
use page::xray::cause::Why;
use page::xray::{Cause, Dump, Fact, Key, Span, Station};

impl View<'_> {
    pub(super) fn response(&self, station: &mut Station) {
        let plate = self.plate;
        station.took = span(plate.times.headed, plate.times.sent).filter(|_| !plate.socket.is_paper);
        let facts = &mut station.facts;
        self.preconditions(facts);
        self.range(facts);
        self.way(facts);
        if let Some(reply) = &plate.reply {
            facts.push(Fact::new(Key::Status, reply.status.to_string()).because(super::cause::status(self)));
            for (name, value) in &reply.fields {
                let fact = Fact::new(Key::Field, value).named(name);
                facts.push(match self.origin(name, value) {
                    Some(why) => fact.because(why),
                    None => fact,
                });
            }
            facts.push(self.length());
            if !reply.head.is_empty() {
                facts.push(Fact::new(Key::Sent, bytes(reply.head.len() as u64)).named("head"));
            }
            for head in &reply.frames {
                facts.push(Fact::new(Key::Sent, bytes(head.bytes.len() as u64 + head.carries())).named(&head.name));
            }
            if reply.frames_lost > 0 {
                let cause = Cause::new(Why::Lost, [reply.frames_lost.to_string()]);
                facts.push(Fact::new(Key::Remark, "").because(cause));
            }
            let content = reply.content.filter(|_| reply.sends).unwrap_or(0);
            let sent = Fact::new(Key::Sent, bytes(content)).named("content");
            facts.push(if content > 0 { sent.because(Why::ContentNotKept) } else { sent });
        }
        self.calls(facts);
        station.dump = plate.reply.as_ref().and_then(dump);
    }

    /// Which of the paths answered, and whether the next request will be answered from memory.
    fn way(&self, facts: &mut Vec<Fact>) {
        let plate = self.plate;
        let (way, cause): (_, Cause) = match plate.way {
            Way::Memory => ("memory", Why::FromMemory.into()),
            Way::Absence => ("absence", Why::KnownAbsent.into()),
            Way::AtHand => ("without waiting", Why::WithoutWaiting.into()),
            Way::Pool => ("pool", Cause::new(Why::OnThePool, [plate.waits_for.unwrap_or_default()])),
            Way::Refused => ("refused", Why::Refused.into()),
            Way::Open => return,
        };
        facts.push(Fact::new(Key::Way, way).because(cause));
        let (begun, done) = plate.notes.as_ref().map_or((0, 0), |notes| (notes.begun, notes.done));
        let sent = if plate.socket.is_paper { 0 } else { plate.times.sent };
        for (name, from, to) in [
            ("waiting for a thread", plate.times.asked, begun),
            ("work of the thread", begun, done),
            ("waiting for the worker", done, plate.times.taken),
            ("sending", plate.times.written, sent),
        ] {
            if let Some(took) = span(from, to) {
                facts.push(Fact::new(Key::Time, format!("{} µs", took.as_micros())).named(name));
            }
        }
        let Some(notes) = self.notes else { return };
        let is_unsettled = self.has(|note| matches!(note, crate::xray::notes::Note::Unsettled));
        let (kept, why) = match () {
            () if plate.way == Way::Memory => ("yes", Why::AlreadyKept),
            () if notes.is_kept => ("yes", Why::IsKept),
            () if notes.page.is_some() || !self.is_representation() => ("no", Why::NotKeptMade),
            () if is_unsettled => ("no", Why::NotKeptUnsettled),
            () if self.sent("vary").is_some_and(|vary| vary.contains("Sec-Fetch-Dest")) => {
                ("no", Why::NotKeptNavigation)
            }
            () => ("no", Why::NotKeptLink),
        };
        facts.push(Fact::new(Key::Kept, kept).because(why));
    }

    fn length(&self) -> Fact {
        let reply = self.plate.reply.as_ref();
        match reply.and_then(|reply| reply.content.map(|length| (length, reply.sends))) {
            _ if self.sent("transfer-encoding").is_some() => Fact::new(Key::ContentLength, "-").because(Why::Chunks),
            Some((length, false)) if length > 0 && !matches!(self.status(), 204 | 304) => {
                Fact::new(Key::ContentLength, bytes(length)).because(Why::LengthOfGet)
            }
            Some((length, _)) => Fact::new(Key::ContentLength, bytes(length)),
            None => Fact::new(Key::ContentLength, "-").because(Why::Streamed),
        }
    }

    /// What was asked of the kernel.
    fn calls(&self, facts: &mut Vec<Fact>) {
        let plate = self.plate;
        let mut call = |name: &str, count: u64, why| {
            if count > 0 {
                facts.push(Fact::new(Key::Call, count.to_string()).named(name).because(why));
            }
        };
        if !plate.socket.is_paper {
            if plate.is_first() {
                call("accept4", 1, Why::CallsConnection);
            }
            for (name, count) in plate.calls.named() {
                call(name, count, if name == "epoll_pwait" { Why::CallsShared } else { Why::CallsHere });
            }
        }
        let files = plate.file_calls;
        call("openat2", files.opened, Why::CallsFile);
        call("statx", files.looked, Why::CallsFile);
        call("pread64", files.read, Why::CallsFile);
        call("preadv2", files.read_at_hand, Why::CallsFileAtHand);
        call("getdents64", files.listed, Why::CallsFile);
        if facts.last().is_some_and(|fact| fact.key == Key::Call) {
            facts.push(Fact::new(Key::Remark, "").because(Why::CallsOnTop));
        }
    }
}

/// The bytes that went out ahead of the content: the head of HTTP/1.1, or of HTTP/2 the heads of its frames.
fn dump(reply: &Reply) -> Option<Dump> {
    if !reply.head.is_empty() {
        let left_out = reply.content.filter(|_| reply.sends).unwrap_or(0);
        return Some(Dump { bytes: reply.head.clone(), left_out, spans: spans(&reply.head, Line::Status) });
    }
    let mut dump = Dump::default();
    for head in &reply.frames {
        let start = dump.bytes.len();
        dump.bytes.extend_from_slice(&head.bytes);
        dump.left_out += head.carries();
        dump.spans.push(Span { range: start..dump.bytes.len(), key: Key::Frame, name: head.name.clone() });
    }
    (!dump.bytes.is_empty()).then_some(dump)
}
