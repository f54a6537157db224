//! What was found, for programs. The shape is promised to them: names and meanings stay.

use serde::Serialize;

use super::{Facets, Fault, Found, Hit, Suggestions};
use crate::quantity::rfc3339;

/// What was found, as one JSON object.
pub fn found(found: &Found) -> String {
    line(&Answer {
        total: found.total,
        total_is_exact: found.total_is_exact,
        step: found.step.token(),
        instead: found.instead.as_deref(),
        took_us: micros(found.took),
        hits: found.hits.iter().map(Item::new).collect(),
        facets: Groups::new(&found.facets),
        index: State { state: found.index.state(), documents: found.index.documents, waiting: found.index.waiting },
    })
}

/// What suggests itself, as one JSON object.
pub fn suggestions(suggestions: &Suggestions) -> String {
    #[derive(Serialize)]
    struct Answer<'a> {
        names: Vec<Item<'a>>,
        pages: Vec<Item<'a>>,
        took_us: u64,
    }
    line(&Answer {
        names: suggestions.names.iter().map(Item::new).collect(),
        pages: suggestions.pages.iter().map(Item::new).collect(),
        took_us: micros(suggestions.took),
    })
}

/// What makes no sense in the query, as one JSON object.
pub fn fault(fault: &Fault) -> String {
    #[derive(Serialize)]
    struct Refusal {
        error: String,
    }
    line(&Refusal { error: fault.to_string() })
}

#[derive(Serialize)]
struct Answer<'a> {
    total: usize,
    total_is_exact: bool,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<&'a str>,
    took_us: u64,
    hits: Vec<Item<'a>>,
    facets: Groups<'a>,
    index: State,
}

#[derive(Serialize)]
struct State {
    state: &'static str,
    documents: usize,
    waiting: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    target: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    /// Escaped HTML, with marks.
    snippet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<&'a str>,
    score: f32,
}

impl<'a> Item<'a> {
    fn new(hit: &'a Hit) -> Item<'a> {
        Item {
            target: hit.target(),
            name: hit.name.text(),
            title: hit.title.as_ref().filter(|title| !title.is_empty()).map(super::Marked::text),
            r#type: &hit.extension,
            size: hit.size,
            modified: hit.modified.map(rfc3339),
            snippet: hit.snippet.html(),
            unreadable: hit.unreadable.as_deref(),
            // JSON knows no infinity.
            score: if hit.score.is_finite() { hit.score } else { 0.0 },
        }
    }
}

/// By the operator that narrows to a value.
#[derive(Serialize)]
struct Groups<'a> {
    r#type: Vec<Count<&'a str>>,
    r#in: Vec<Count<&'a str>>,
    year: Vec<Count<i32>>,
}

#[derive(Serialize)]
struct Count<T> {
    value: T,
    count: usize,
}

impl<'a> Groups<'a> {
    fn new(facets: &'a Facets) -> Groups<'a> {
        let text = |values: &'a [(String, usize)]| {
            values.iter().map(|(value, count)| Count { value: value.as_str(), count: *count }).collect()
        };
        Groups {
            r#type: text(&facets.types),
            r#in: text(&facets.folders),
            year: facets.years.iter().map(|&(value, count)| Count { value, count }).collect(),
        }
    }
}

fn micros(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

fn line(value: &impl Serialize) -> String {
    let mut text = to_json(value);
    text.push('\n');
    text
}

/// These values have only string keys and finite numbers, so they always have a JSON form.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| String::from("{}"))
}
