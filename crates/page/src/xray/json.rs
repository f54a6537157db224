//! A journey for programs. The shape is promised to them: names and meanings stay; more may be added.

use serde::Serialize;

use super::dump::shown;
use super::{Cause, Dump, Entry, Fact, Journey, Moment, Station};
use crate::language::Language;
use crate::quantity::rfc3339;

/// The journey, as one JSON object and a line end.
pub fn journey(journey: &Journey) -> String {
    let stations = journey.stations.iter().map(|station| (station.place.token().to_owned(), place(station)));
    line(&Whole {
        entry: item(&journey.entry),
        version: journey.version,
        reason: journey.reason,
        cause: reason(&journey.cause),
        dry_run: journey.is_dry_run,
        timeline: journey.timeline.iter().map(when).collect(),
        stations: stations.collect(),
    })
}

/// A line of the list, as one JSON object without a line end: what an event of the live list carries.
pub fn entry(entry: &Entry) -> String {
    serde_json::to_string(&item(entry)).unwrap_or_default()
}

/// The list, as one JSON object. `dropped`: requests that were seen and could not be kept; `token`: marks one to be seen.
pub fn entries(entries: &[Entry], dropped: u64, token: &str) -> String {
    #[derive(Serialize)]
    struct List<'a> {
        requests: Vec<Item<'a>>,
        dropped: u64,
        token: &'a str,
    }
    line(&List { requests: entries.iter().map(item).collect(), dropped, token })
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    entry: Item<'a>,
    version: &'a str,
    reason: &'a str,
    #[serde(flatten)]
    cause: Reason<'a>,
    /// Whether nothing came by a network, and nothing was sent.
    dry_run: bool,
    timeline: Vec<When>,
    stations: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct When {
    event: &'static str,
    station: &'static str,
    at_ns: i64,
    text: &'static str,
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_us: Option<u64>,
    method: String,
    target: String,
    status: u16,
    bytes: u64,
}

#[derive(Serialize)]
struct Reason<'a> {
    cause: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    details: &'a [String],
    because: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    rfc: &'static str,
}

#[derive(Serialize)]
struct Known<'a> {
    key: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    value: String,
    #[serde(flatten)]
    cause: Option<Reason<'a>>,
    /// Start and end, in bytes of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<[usize; 2]>,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    took_us: Option<u64>,
    facts: Vec<Known<'a>>,
    #[serde(flatten)]
    dump: Option<Raw>,
}

#[derive(Serialize)]
struct Raw {
    hex: String,
    text: String,
    left_out: u64,
    spans: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    start: usize,
    /// The byte behind its last.
    end: usize,
    key: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    text: String,
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        time: entry.at.map(rfc3339),
        took_us: entry.took.map(|took| took.as_micros() as u64),
        method: shown(entry.method.as_bytes()),
        target: shown(entry.target.as_bytes()),
        status: entry.status,
        bytes: entry.bytes,
    }
}

fn when(moment: &Moment) -> When {
    let Moment { event, at } = *moment;
    When { event: event.token(), station: event.place().token(), at_ns: at, text: event.label(Language::English) }
}

fn reason(cause: &Cause) -> Reason<'_> {
    Reason {
        cause: cause.why.token(),
        details: &cause.details,
        because: cause.sentence(Language::English),
        rfc: cause.section(),
    }
}

fn place(station: &Station) -> serde_json::Value {
    let place = Place {
        took_us: station.took.map(|took| took.as_micros() as u64),
        facts: station.facts.iter().map(known).collect(),
        dump: station.dump.as_ref().map(raw),
    };
    serde_json::to_value(place).unwrap_or_default()
}

fn known(fact: &Fact) -> Known<'_> {
    Known {
        key: fact.key.token(),
        name: fact.name.clone(),
        value: fact.value.clone(),
        cause: fact.cause.as_ref().map(reason),
        matched: fact.came.as_ref().map(|came| [came.matched.start, came.matched.end]),
        failed: fact
            .came
            .as_ref()
            .filter(|came| !came.failed.is_empty())
            .map(|came| [came.failed.start, came.failed.end]),
    }
}

fn raw(dump: &Dump) -> Raw {
    let all = 0..dump.bytes.len();
    let part = |span: &super::Span| Part {
        start: span.range.start,
        end: span.range.end,
        key: span.key.token(),
        name: span.name.clone(),
        text: shown(dump.bytes.get(span.range.clone()).unwrap_or_default()),
    };
    Raw {
        hex: dump.hex(all, dump.bytes.len()).replace(' ', ""),
        text: shown(&dump.bytes),
        left_out: dump.left_out,
        spans: dump.spans.iter().map(part).collect(),
    }
}

fn line(value: &impl Serialize) -> String {
    // Strings, numbers and lists of them: nothing here can fail to be written.
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}
