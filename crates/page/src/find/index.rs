//! How far the index is, and what could not be read.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::to_json;
use crate::escape::{push_segment, push_text};
use crate::frame::{self, Frame, Here};
use crate::listing::Segment;
use crate::look::Look;
use crate::quantity::{grouped, short_size};

/// How far the index is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Whether something is still to be read.
    pub is_building: bool,
    /// Materials that can be found by name.
    pub names: usize,
    /// Materials whose words can be found, or that have none.
    pub documents: usize,
    /// Materials still to be read.
    pub waiting: usize,
    /// Materials read per second, lately.
    pub rate: f32,
    /// Why changes are found late, if they are: a sentence.
    pub remark: Option<String>,
    /// Materials that could not be read.
    pub unreadable: usize,
    /// Some of those, with the reason; the latest first.
    pub examples: Vec<(Vec<Segment>, String)>,
    /// On disk, in bytes.
    pub index_bytes: u64,
}

impl Progress {
    /// A word for programs.
    pub(super) fn state(&self) -> &'static str {
        if self.is_building { "building" } else { "ready" }
    }

    /// How far it is, in a sentence; HTML.
    pub(super) fn sentence(&self, look: &Look) -> String {
        let words = look.words();
        match self.is_building {
            true => (words.index_building)(self.documents, self.documents + self.waiting),
            false => (words.index_ready)(self.documents.max(self.names)),
        }
    }

    /// Seconds until all is read, as far as can be told.
    fn seconds_left(&self) -> Option<u64> {
        // Rates are small positive numbers; anything else says nothing.
        let seconds = (self.rate > 0.5).then(|| self.waiting as f32 / self.rate)?;
        seconds.is_finite().then(|| seconds.ceil() as u64)
    }
}

/// The page of the index.
pub fn page(look: &Look, progress: &Progress) -> String {
    let words = look.words();
    let mut out = String::with_capacity(8 * 1024);
    let find = frame::lookup_box(look, "", &[]);
    let (here, tools) = (Here::Anywhere, String::new());
    let foot = Frame { look, title: words.index, class: "index", path: &[], here, find, tools, is_passing: true }
        .push_top(&mut out);
    let busy = if progress.is_building { " data-busy" } else { "" };
    let _ = write!(
        out,
        "<main id=main tabindex=-1{busy}><div class=lead><h1>{}</h1><p class=count>{}</p></div>",
        words.index,
        progress.sentence(look)
    );
    if progress.is_building {
        let whole = (progress.documents + progress.waiting).max(1);
        let _ = write!(
            out,
            "<progress value={} max={whole} aria-label=\"{}\"></progress>",
            progress.documents, words.index
        );
        out.push_str("<p class=count>");
        out.push_str(&(words.rate)(progress.rate.round() as u64));
        if let Some(seconds) = progress.seconds_left() {
            let _ = write!(out, " · {}", (words.seconds_left)(seconds));
        }
        out.push_str("</p>");
    }
    if let Some(remark) = &progress.remark {
        let _ = write!(out, "<p class=understood>{} ", words.found_late);
        push_text(&mut out, remark);
        out.push_str("</p>");
    }
    let _ = write!(out, "<section class=facts aria-label=\"{}\"><dl>", words.facts);
    let facts = [
        (words.found_by_name, grouped(progress.names as u64)),
        (words.found_by_words, grouped(progress.documents.saturating_sub(progress.unreadable) as u64)),
        (words.still_waiting, grouped(progress.waiting as u64)),
        (words.not_readable, grouped(progress.unreadable as u64)),
        (words.on_disk, short_size(progress.index_bytes)),
    ];
    for (name, value) in facts {
        let _ = write!(out, "<div><dt>{name}<dd>{value}</div>");
    }
    out.push_str("</dl></section>");
    push_unreadable(&mut out, look, progress);
    out.push_str("</main>");
    foot.push(&mut out, look);
    out
}

fn push_unreadable(out: &mut String, look: &Look, progress: &Progress) {
    if progress.examples.is_empty() {
        return;
    }
    let words = look.words();
    let _ = write!(out, "<h2>{}</h2><ul class=similar>", words.only_by_name);
    for (path, reason) in &progress.examples {
        let _ = write!(out, "<li><a href={}><bdi>", target(path));
        for (index, segment) in path.iter().enumerate() {
            out.push_str(if index > 0 { "/" } else { "" });
            push_text(out, &segment.shown);
        }
        out.push_str("</bdi> <small>");
        push_text(out, &look.language.reason(reason));
        out.push_str("</small></a>");
    }
    out.push_str("</ul>");
    let rest = progress.unreadable.saturating_sub(progress.examples.len());
    if rest > 0 {
        let _ = write!(out, "<p class=count>{}</p>", (words.and_more)(rest));
    }
}

fn target(path: &[Segment]) -> String {
    let mut out = String::new();
    for segment in path {
        out.push('/');
        push_segment(&mut out, &segment.name);
    }
    out
}

/// The state of the index for programs.
pub fn page_json(progress: &Progress) -> String {
    #[derive(Serialize)]
    struct Example {
        target: String,
        reason: String,
    }
    #[derive(Serialize)]
    struct Index {
        state: &'static str,
        names: usize,
        documents: usize,
        waiting: usize,
        rate: f32,
        remark: Option<String>,
        unreadable: usize,
        examples: Vec<Example>,
        bytes: u64,
    }
    let example = |(path, reason): &(Vec<Segment>, String)| Example { target: target(path), reason: reason.clone() };
    let mut text = to_json(&Index {
        state: progress.state(),
        names: progress.names,
        documents: progress.documents,
        waiting: progress.waiting,
        rate: if progress.rate.is_finite() { progress.rate } else { 0.0 },
        remark: progress.remark.clone(),
        unreadable: progress.unreadable,
        examples: progress.examples.iter().map(example).collect(),
        bytes: progress.index_bytes,
    });
    text.push('\n');
    text
}
