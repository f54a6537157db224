//! The page of one journey: six stations on a line, each with its facts.

use std::fmt::Write as _;

use super::dump::shown;
use super::text::{duration, name};
use super::word::Word;
use super::{Cause, Dump, Fact, Journey, Key, Place, Station, rfc_address, timeline};
use crate::asset;
use crate::escape::{push_text, text};
use crate::frame::{Frame, Here};
use crate::language::Language;
use crate::look::Look;
use crate::quantity;

/// The page of a request. Whole without a script; with one, a station at a time is shown.
pub fn page(look: &Look, journey: &Journey) -> String {
    let title = format!("{} {}", journey.entry.method, journey.entry.target);
    around(look, &title, |out| {
        let back = Word::AllRequests.say(look.language);
        let _ = write!(out, "<p class=back><a href=\"{}/xray\" rel=up>{back}</a></p>", text(&look.prefix));
        push_journey(out, look, journey);
    })
}

/// A page that says that there is no such request any more.
pub fn gone(look: &Look) -> String {
    around(look, Word::Title.say(look.language), |out| {
        let (gone, all) = (Word::Gone.say(look.language), Word::AllRequests.say(look.language));
        let _ = write!(out, "<p class=empty>{gone} <a href=\"{}/xray\">{all}</a></p>", text(&look.prefix));
    })
}

/// What stands around the pages of the X-ray: with their own style and script, which no other page asks for.
pub(super) fn around(look: &Look, title: &str, content: impl FnOnce(&mut String)) -> String {
    let mut out = String::with_capacity(32 * 1024);
    // Nothing is looked up here: neither its box nor its script is needed.
    let look = &Look { has_lookup: false, ..look.clone() };
    let foot = Frame {
        look,
        title,
        class: "xray",
        path: &[],
        here: Here::Anywhere,
        find: String::new(),
        tools: String::new(),
        is_passing: true,
    }
    .push_top(&mut out);
    let _ = write!(
        out,
        "<main id=main tabindex=-1><link rel=stylesheet href=\"{}\"><script src=\"{}\" defer></script>",
        text(&asset::xray_style(look)),
        text(&asset::xray_script(look)),
    );
    content(&mut out);
    out.push_str("</main>");
    foot.push(&mut out, look);
    out
}

fn push_journey(out: &mut String, look: &Look, journey: &Journey) {
    let (entry, language) = (&journey.entry, look.language);
    let _ = write!(out, "<article class=journey data-id=\"{}\"><header class=lead><h1><code>", text(&entry.id));
    push_shown(out, &entry.method);
    out.push(' ');
    push_shown(out, &entry.target);
    let _ = write!(out, "</code></h1><p class=count><b class=\"status s{}\">{}</b> ", entry.status / 100, entry.status);
    push_text(out, journey.reason);
    let _ = write!(out, " · {}", (look.words().bytes)(&quantity::grouped(entry.bytes)));
    if let Some(took) = entry.took {
        let _ = write!(out, " · {}", duration(took));
    }
    out.push_str("</p></header><p class=verdict>");
    push_cause(out, &journey.cause, language);
    let _ = write!(out, "</p><nav class=way aria-label=\"{}\"><ol>", Word::Stations.say(language));
    for station in &journey.stations {
        let token = station.place.token();
        let _ = write!(out, "<li><a href=\"#{token}\">{}", name(station.place, language));
        if let Some(took) = station.took {
            let _ = write!(out, " <small>{}</small>", duration(took));
        }
        out.push_str("</a>");
    }
    out.push_str("</ol></nav>");
    timeline::push_html(out, journey, language);
    push_acts(out, look, &entry.id);
    journey.stations.iter().for_each(|station| push_station(out, station, language));
    out.push_str("</article>");
}

/// To take it along, as text or JSON.
fn push_acts(out: &mut String, look: &Look, id: &str) {
    let (prefix, id, language) = (text(&look.prefix), text(id), look.language);
    out.push_str("<p class=acts>");
    for (format, copy, open) in [("text", Word::CopyText, Word::AsText), ("json", Word::CopyJson, Word::AsJson)] {
        let address = format!("{prefix}/xray/{id}?format={format}");
        let (copy, open) = (copy.say(language), open.say(language));
        let _ = write!(
            out,
            "<button data-copy=\"{address}\" hidden>{copy}</button> <a class=button href=\"{address}\">{open}</a> "
        );
    }
    out.push_str("</p>");
}

fn push_station(out: &mut String, station: &Station, language: Language) {
    let (token, name) = (station.place.token(), name(station.place, language));
    let _ = write!(out, "<section id={token} class=station aria-labelledby=h-{token}><h2 id=h-{token}>{name}</h2>");
    let dump = station.dump.as_ref().filter(|dump| !dump.bytes.is_empty());
    // What came is shown ahead of what it became; what goes comes last.
    if let Some(dump) = dump.filter(|_| station.place != Place::Response) {
        push_dump(out, dump, language);
    }
    if station.facts.is_empty() {
        let _ = write!(out, "<p class=count>{}</p>", Word::Nothing.say(language));
    } else {
        push_facts(out, station, language);
    }
    if let Some(dump) = dump.filter(|_| station.place == Place::Response) {
        let _ = write!(out, "<h3>{}</h3>", Word::AsSent.say(language));
        push_dump(out, dump, language);
    }
    out.push_str("</section>");
}

fn push_facts(out: &mut String, station: &Station, language: Language) {
    out.push_str("<table class=known><colgroup><col><col></colgroup>");
    let mut group = None;
    for fact in &station.facts {
        let is_named = !fact.name.is_empty();
        if is_named && group != Some(fact.key) {
            let label = fact.key.label(language);
            let _ = write!(out, "<tr class=group><th scope=rowgroup colspan=2>{label}");
        }
        group = is_named.then_some(fact.key);
        push_fact(out, fact, language);
    }
    out.push_str("</table>");
}

fn push_fact(out: &mut String, fact: &Fact, language: Language) {
    if fact.name.is_empty() {
        let _ = write!(out, "<tr><th scope=row>{}<td>", fact.key.label(language));
    } else {
        out.push_str("<tr><th scope=row><code>");
        push_shown(out, &fact.name);
        out.push_str("</code><td>");
    }
    // Where what was looked for is a name, what came of it is said by the reason.
    if !matches!(fact.value.as_str(), "" | "-") && fact.key != Key::Looked {
        out.push_str("<code>");
        push_value(out, fact);
        out.push_str("</code>");
    }
    if let Some(cause) = &fact.cause {
        out.push_str("<small>");
        push_cause(out, cause, language);
        out.push_str("</small>");
    }
}

/// The value; of an expression what matched is underlined, and what did not is marked.
fn push_value(out: &mut String, fact: &Fact) {
    let value = fact.value.as_str();
    let parts = fact.came.as_ref().and_then(|came| {
        let (matched, failed) = (value.get(came.matched.clone())?, value.get(came.failed.clone())?);
        let before = value.get(..came.matched.start)?;
        let end = if failed.is_empty() { came.matched.end } else { came.failed.end };
        Some((before, matched, failed, value.get(end..)?))
    });
    let Some((before, matched, failed, behind)) = parts else { return push_shown(out, value) };
    push_shown(out, before);
    for (tag, part) in [("u", matched), ("mark", failed)].into_iter().filter(|(_, part)| !part.is_empty()) {
        let _ = write!(out, "<{tag}>");
        push_shown(out, part);
        let _ = write!(out, "</{tag}>");
    }
    push_shown(out, behind);
}

fn push_cause(out: &mut String, cause: &Cause, language: Language) {
    push_shown(out, &cause.sentence(language));
    let section = cause.section();
    if !section.is_empty() {
        let _ = write!(out, " <a href=\"{}\" rel=noreferrer>RFC {section}</a>", rfc_address(section));
    }
}

/// The bytes as they stand, in colours that come back in the list of what they mean.
fn push_dump(out: &mut String, dump: &Dump, language: Language) {
    out.push_str("<pre class=bytes tabindex=0>");
    for piece in dump.pieces() {
        let bytes = &dump.bytes[piece.range];
        match piece.span {
            None => push_shown_bytes(out, bytes),
            Some(span) => {
                let _ = write!(out, "<span class={} title=\"", colour(span.key));
                push_text(out, span.key.label(language));
                if !span.name.is_empty() {
                    out.push_str(" · ");
                    push_shown(out, &span.name);
                }
                out.push_str("\">");
                push_shown_bytes(out, bytes);
                out.push_str("</span>");
                if bytes.ends_with(b"\n") {
                    out.push('\n');
                }
            }
        }
    }
    out.push_str("</pre>");
    if dump.left_out > 0 {
        let _ = write!(out, "<p class=count>+{} {}</p>", dump.left_out, Word::LeftOut.say(language));
    }
    let (hex, meaning) = (Word::InHex.say(language), Word::Meaning.say(language));
    let _ = write!(out, "<details class=hex><summary>{hex}</summary><div class=scroll tabindex=0><table class=cells>");
    let _ = write!(out, "<tr><th scope=col>#<th scope=col>hex<th scope=col>{meaning}");
    for piece in dump.pieces() {
        let Some(span) = piece.span else { continue };
        let _ =
            write!(out, "<tr><td>{}–{}<td><code class={}>", piece.range.start, piece.range.end - 1, colour(span.key));
        out.push_str(&dump.hex(piece.range, HEX_BYTES_MAX));
        let _ = write!(out, "</code><td>{} ", span.key.label(language));
        push_shown(out, &span.name);
    }
    out.push_str("</table></div></details>");
}

/// What is alike has the same colour.
fn colour(key: Key) -> &'static str {
    match key {
        Key::Method | Key::Status => "k1",
        Key::Target | Key::ReasonPhrase => "k2",
        Key::Version => "k3",
        Key::FieldName => "k4",
        Key::FieldValue => "k5",
        Key::Frame => "k2",
        _ => "k0",
    }
}

fn push_shown(out: &mut String, value: &str) {
    push_text(out, &shown(value.as_bytes()));
}

fn push_shown_bytes(out: &mut String, bytes: &[u8]) {
    push_text(out, &shown(bytes));
}

/// Longer values are shown as text; nobody reads more of them in numbers.
const HEX_BYTES_MAX: usize = 48;

const _: () = assert!(Place::ALL.len() == 6);
