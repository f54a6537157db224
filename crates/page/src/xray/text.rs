//! A journey as text: for a terminal, and for whoever pastes it into a message.

use std::fmt::Write as _;
use std::time::Duration;

use super::dump::shown;
use super::moment::time;
use super::word::Word;
use super::{Cause, Dump, Fact, Journey, Place, Station, timeline};
use crate::language::Language;

/// The journey: when each step was, then a fact a line with its reason below.
pub fn text(journey: &Journey, language: Language) -> String {
    let mut out = String::with_capacity(4096);
    let entry = &journey.entry;
    let (method, target) = (shown(entry.method.as_bytes()), shown(entry.target.as_bytes()));
    let _ = write!(out, "{method} {target} → {} {}", entry.status, journey.reason);
    push_took(&mut out, entry.took);
    out.push('\n');
    push_cause(&mut out, &journey.cause, language, "");
    timeline::push_text(&mut out, journey, language);
    for (index, station) in journey.stations.iter().enumerate() {
        let _ = write!(out, "\n{} {}", index + 1, name(station.place, language));
        push_took(&mut out, station.took);
        out.push('\n');
        push_station(&mut out, station, language);
    }
    out
}

/// What people call a place.
pub(super) fn name(place: Place, language: Language) -> &'static str {
    match (place, language) {
        (Place::Socket, Language::English) => "Socket",
        (Place::Bytes, Language::English) => "Bytes",
        (Place::Request, Language::English) => "Request",
        (Place::Rules, Language::English) => "Rules",
        (Place::Material, Language::English) => "Material",
        (Place::Response, Language::English) => "Response",
        (Place::Socket, Language::SimplifiedChinese) => "套接字",
        (Place::Bytes, Language::SimplifiedChinese) => "字节",
        (Place::Request, Language::SimplifiedChinese) => "请求",
        (Place::Rules, Language::SimplifiedChinese) => "规则",
        (Place::Material, Language::SimplifiedChinese) => "材料",
        (Place::Response, Language::SimplifiedChinese) => "应答",
    }
}

/// `12 µs`, `3.4 ms`, `1.2 s`.
pub(super) fn duration(took: Duration) -> String {
    // To the whole microsecond, as the script of the page has it: beyond that, as the timeline does.
    match (took.as_nanos() + 500) / 1000 {
        micros @ 0..1000 => format!("{micros} µs"),
        _ => time(i64::try_from(took.as_nanos()).unwrap_or(i64::MAX)),
    }
}

fn push_took(out: &mut String, took: Option<Duration>) {
    if let Some(took) = took {
        let _ = write!(out, "  ({})", duration(took));
    }
}

fn push_station(out: &mut String, station: &Station, language: Language) {
    let dump = station.dump.as_ref();
    // What came is told of ahead of what it became; what goes comes last.
    if let Some(dump) = dump.filter(|_| station.place != Place::Response) {
        push_dump(out, dump, language);
    }
    let mut group = None;
    for fact in &station.facts {
        // What there may be several of stands below what they are called.
        if !fact.name.is_empty() && group != Some(fact.key) {
            let _ = writeln!(out, "  {}", fact.key.label(language));
        }
        group = (!fact.name.is_empty()).then_some(fact.key);
        push_fact(out, fact, language);
    }
    if let Some(dump) = dump.filter(|_| station.place == Place::Response) {
        let _ = writeln!(out, "  {}", Word::AsSent.say(language));
        push_dump(out, dump, language);
    }
}

fn push_fact(out: &mut String, fact: &Fact, language: Language) {
    let (indent, label) = match fact.name.as_str() {
        "" => ("  ", fact.key.label(language).to_owned()),
        name => ("    ", shown(name.as_bytes())),
    };
    let value = shown(fact.value.as_bytes());
    if value.is_empty() {
        let _ = writeln!(out, "{indent}{label}");
    } else {
        let room = COLUMN.saturating_sub(indent.len() + columns(&label));
        let _ = writeln!(out, "{indent}{label}{:room$}  {value}", "");
    }
    if let Some(cause) = &fact.cause {
        push_cause(out, cause, language, INDENT);
    }
}

fn push_cause(out: &mut String, cause: &Cause, language: Language, indent: &str) {
    let sentence = shown(cause.sentence(language).as_bytes());
    match cause.section() {
        "" => writeln!(out, "{indent}{sentence}"),
        section => writeln!(out, "{indent}{sentence} (RFC {section})"),
    }
    .unwrap_or_default();
}

fn push_dump(out: &mut String, dump: &Dump, language: Language) {
    for piece in dump.pieces() {
        let Some(span) = piece.span else { continue };
        let text = shown(&dump.bytes[piece.range.clone()]);
        let _ = write!(
            out,
            "  {:>5}–{:<5} {:<26} ",
            piece.range.start,
            piece.range.end - 1,
            dump.hex(piece.range.clone(), 8)
        );
        let _ = write!(out, "{text}  {}", span.key.label(language));
        if !span.name.is_empty() {
            let _ = write!(out, " {}", shown(span.name.as_bytes()));
        }
        out.push('\n');
    }
    if dump.left_out > 0 {
        let _ = writeln!(out, "  … +{}", dump.left_out);
    }
}

/// Where values begin.
const COLUMN: usize = 28;
const INDENT: &str = "                              ";

/// The columns of a terminal that a text takes: Chinese characters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character >= '\u{2e80}' { 2 } else { 1 }).sum()
}
