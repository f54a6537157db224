//! The list of requests, as a page: those there are, and with a script those that come.

use std::fmt::Write as _;

use super::dump::shown;
use super::html::around;
use super::text::duration;
use super::word::Word;
use super::{Entry, entry_json};
use crate::escape::{push_text, text};
use crate::look::Look;
use crate::quantity;

/// What is in the list now.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The oldest first.
    pub entries: Vec<Entry>,
    /// Requests so far: by this number, a reader goes on.
    pub count: u64,
    /// Seen, and not kept.
    pub dropped: u64,
    /// Marks a request to be seen; empty: none can be.
    pub token: String,
    /// Only these: words of the method, the target or the status.
    pub filter: String,
    /// Where the site is, for an example.
    pub address: String,
}

impl Feed {
    /// Whether an entry has all words of the filter.
    fn has(&self, entry: &Entry) -> bool {
        let line = format!("{} {} {}", entry.method, entry.target, entry.status).to_lowercase();
        self.filter.to_lowercase().split_whitespace().all(|word| line.contains(word))
    }
}

/// The page. Without a script it shows the latest requests, and is loaded again by hand.
pub fn page(look: &Look, feed: &Feed) -> String {
    let language = look.language;
    let say = |word: Word| word.say(language);
    around(look, say(Word::Title), |out| {
        let prefix = text(&look.prefix);
        let _ = write!(
            out,
            "<div class=lead><h1>{}</h1><p class=count role=status data-live=\"{}\" data-paused=\"{}\" data-broken=\"{}\"></p></div>",
            say(Word::Title),
            say(Word::Live),
            say(Word::Paused),
            say(Word::Broken),
        );
        let _ = write!(
            out,
            "<form class=panel action=\"{prefix}/xray\"><input type=search name=q value=\"{}\" placeholder=\"{filter}\" \
             aria-label=\"{filter}\" autocomplete=off spellcheck=false><button class=again>{}</button>\
             <button type=button class=pause data-on=\"{}\" hidden>{}</button></form>",
            text(&feed.filter),
            say(Word::Reload),
            say(Word::GoOn),
            say(Word::Pause),
            filter = say(Word::Filter),
        );
        let _ = write!(
            out,
            "<div class=watch data-events=\"{prefix}/xray/events\" data-from={} data-way=\"{prefix}/xray/\">\
             <section class=seen aria-label=\"{}\"><table class=requests><thead><tr>",
            feed.count,
            say(Word::Requests),
        );
        for word in [Word::Time, Word::Method, Word::Target, Word::Status, Word::Bytes, Word::Took] {
            let _ = write!(out, "<th scope=col>{}", say(word));
        }
        out.push_str("</thead><tbody>");
        let shown: Vec<&Entry> = feed.entries.iter().rev().filter(|entry| feed.has(entry)).collect();
        shown.iter().for_each(|entry| push_row(out, look, entry));
        let none = if feed.entries.is_empty() { Word::None } else { Word::NoneMatches };
        let hidden = if shown.is_empty() { "" } else { " hidden" };
        let _ = write!(out, "</tbody></table><p class=empty{hidden}>{}</p></section>", say(none));
        let _ = write!(out, "<section class=pane aria-label=\"{0}\"><p>{0}</p></section></div>", say(Word::Choose));
        if feed.dropped > 0 {
            let _ = write!(out, "<p class=count>{} {}</p>", quantity::grouped(feed.dropped), say(Word::Dropped));
        }
        if !feed.token.is_empty() {
            let _ = write!(out, "<p class=count>{}</p><pre class=tracer tabindex=0>", say(Word::MarkOne));
            push_text(out, &format!("curl -H 'Quarry-Trace: {}' {}", feed.token, feed.address));
            out.push_str("</pre>");
        }
    })
}

fn push_row(out: &mut String, look: &Look, entry: &Entry) {
    let rfc3339 = entry.at.map(quantity::rfc3339).unwrap_or_default();
    // To the second, by the clock of the server; the script shows that of the reader.
    let _ = write!(out, "<tr><td title=\"{rfc3339}\">{}<td>", rfc3339.get(11..19).unwrap_or_default());
    push_text(out, &shown(entry.method.as_bytes()));
    let _ = write!(out, "<td><a href=\"{}/xray/{}\">", text(&look.prefix), text(&entry.id));
    push_text(out, &shown(entry.target.as_bytes()));
    let _ = write!(out, "</a><td><b class=\"status s{}\">{}</b>", entry.status / 100, entry.status);
    let _ = write!(out, "<td>{}<td>{}", quantity::grouped(entry.bytes), entry.took.map(duration).unwrap_or_default());
}

/// Entries as an event of the live list (WHATWG HTML §9.2.6). `count`: requests so far, by which a reader that was cut off
/// goes on; `lost`: those that it came too late for.
pub fn event(entries: &[Entry], count: u64, lost: u64) -> String {
    let mut out = String::new();
    if lost > 0 {
        let _ = write!(out, "event: lost\ndata: {lost}\n\n");
    }
    if !entries.is_empty() {
        let _ = write!(out, "id: {count}\ndata: [");
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            // Without a line end: JSON writes those within strings as escapes.
            out.push_str(&entry_json(entry));
        }
        out.push_str("]\n\n");
    }
    out
}
