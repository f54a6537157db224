//! From what was seen to what it means: a plate becomes a journey, station by station, with a reason for each thing.

mod bytes;
mod cause;
mod field;
mod material;
mod precondition;
mod request;
mod response;
mod rules;
mod socket;
mod timeline;

use super::limit::{BYTES_MAX, TARGET_SHOWN_MAX};
use super::notes::{Note, Notes};
use super::plate::{Plate, method};
use crate::limit::Limits;
use page::xray::{Entry, Fact, Journey, Key, Place, Station, cause::Why};
use semantics::{RequestHead, Status, Timestamp, Version};
use site::SiteOptions;
use std::time::Duration;

/// What the server was told, as far as it made the answer what it is.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) options: &'a SiteOptions,
    pub(crate) limits: &'a Limits,
}

/// What there is to tell from.
struct View<'a> {
    plate: &'a Plate,
    /// As it was understood.
    head: Option<RequestHead<'a>>,
    /// What was decided: for this request, or once more.
    notes: Option<&'a Notes>,
    setting: Setting<'a>,
}

/// What is in the list of a request.
pub(crate) fn entry(plate: &Plate) -> Entry {
    let head = plate.head.as_ref().map(|head| head.head());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (method, target) = match &head {
        Some(head) => (method(head), text(shown(head.target))),
        // Of what was not understood, the beginning of its first line.
        None => {
            let line = plate.bytes.split(|&byte| byte == b'\r' || byte == b'\n').next().unwrap_or_default();
            (String::from("?"), text(&line[..line.len().min(200)]))
        }
    };
    let reply = plate.reply.as_ref();
    Entry {
        id: if plate.socket.is_paper { String::new() } else { plate.name() },
        at: (!plate.socket.is_paper).then_some(plate.at),
        took: span(plate.times.told, plate.times.sent).filter(|_| !plate.socket.is_paper),
        method,
        target,
        status: reply.map_or(0, |reply| reply.status),
        bytes: reply.filter(|reply| reply.sends).and_then(|reply| reply.content).unwrap_or(0),
    }
}

/// A target as lists have it: two hundred of the longest would be more than a megabyte. The request's station has all of it.
fn shown(target: &[u8]) -> &[u8] {
    &target[..target.len().min(TARGET_SHOWN_MAX)]
}

/// Tells a request's journey. `again`: what comes of deciding it now, where it was answered without deciding.
pub(crate) fn journey(plate: &Plate, again: Option<&Notes>, setting: Setting<'_>) -> Journey {
    let head = plate.head.as_ref().map(|head| head.head());
    let view = View { plate, head, notes: plate.notes.as_ref().or(again), setting };
    let status = plate.reply.as_ref().and_then(|reply| Status::new(reply.status));
    let mut stations = Place::ALL.map(|place| view.station(place));
    if let (None, Some(again)) = (&plate.notes, again) {
        stations[4].facts.push(Fact::new(Key::Remark, "").because(match is_same(plate, again) {
            true => Why::SameAgain,
            false => Why::OtherNow,
        }));
    }
    Journey {
        entry: entry(plate),
        version: view.version(),
        reason: status.map_or("", Status::reason),
        cause: cause::status(&view),
        stations,
        timeline: view.timeline(),
        is_dry_run: plate.socket.is_paper,
    }
}

/// Whether what was decided once more gives the answer that was given: its tag tells.
fn is_same(plate: &Plate, again: &Notes) -> bool {
    let sent = plate.reply.iter().flat_map(|reply| &reply.fields).find(|(name, _)| name.eq_ignore_ascii_case("etag"));
    let found = again.steps.iter().find_map(|note| match note {
        Note::EntityTag(tag) => Some(tag),
        _ => None,
    });
    sent.map(|(_, value)| value) == found
}

/// Between two moments; `None`: one of them did not come.
fn span(from: u64, to: u64) -> Option<Duration> {
    (from > 0 && to >= from).then(|| Duration::from_nanos(to - from))
}

impl View<'_> {
    fn station(&self, place: Place) -> Station {
        let mut station = Station::new(place);
        match place {
            Place::Socket => self.socket(&mut station),
            Place::Bytes => self.bytes(&mut station),
            Place::Request => self.request(&mut station),
            Place::Rules => self.rules(&mut station),
            Place::Material => self.material(&mut station),
            Place::Response => self.response(&mut station),
        }
        station
    }

    fn steps(&self) -> &[Note] {
        self.notes.map_or(&[], |notes| &notes.steps)
    }

    fn version(&self) -> &'static str {
        match self.head.as_ref().map(|head| head.version) {
            Some(Version::Http10) => "HTTP/1.0",
            Some(Version::Http11) => "HTTP/1.1",
            Some(Version::Http2) => "HTTP/2",
            Some(Version::Http3) => "HTTP/3",
            None if self.plate.frames.is_empty() => "HTTP/1.1",
            None => "HTTP/2",
        }
    }

    /// The value of a field of the answer.
    fn sent(&self, name: &str) -> Option<&str> {
        let fields = self.plate.reply.iter().flat_map(|reply| &reply.fields);
        fields.into_iter().find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn status(&self) -> u16 {
        self.plate.reply.as_ref().map_or(0, |reply| reply.status)
    }

    fn tag(&self) -> Option<&str> {
        self.steps().iter().find_map(|note| match note {
            Note::EntityTag(tag) => Some(tag.as_str()),
            _ => None,
        })
    }

    /// When the bytes changed last, as `Last-Modified` says it.
    fn modified(&self) -> Option<i64> {
        self.steps().iter().find_map(|note| match note {
            Note::Bytes(metadata) => Some(metadata.modified.min(self.now()).seconds()),
            _ => None,
        })
    }

    fn now(&self) -> Timestamp {
        self.plate.at
    }

    /// Whether a representation was selected, so that conditions and ranges count.
    fn is_representation(&self) -> bool {
        self.steps().iter().any(|note| matches!(note, Note::Answer))
    }

    fn has(&self, is_meant: impl Fn(&Note) -> bool) -> bool {
        self.steps().iter().any(is_meant)
    }
}

/// A size as people and programs read it.
fn bytes(count: u64) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}

const _: () = assert!(BYTES_MAX >= wire::limit::HEAD_BYTES_MAX);
