//! The look-up as browsers can take it over into their own box (OpenSearch 1.1).

use std::fmt::Write as _;

use super::{Suggestions, json::to_json};
use crate::asset;
use crate::escape::text;
use crate::look::Look;

/// Longer names are not allowed there.
const SHORT_NAME_CHARS_MAX: usize = 16;

/// Describes the look-up. `origin`: where browsers reach it, such as `https://example.org`.
pub fn description(look: &Look, origin: &str) -> String {
    let words = look.words();
    let origin = text(origin);
    let find = text(&look.prefix);
    let short: String = look.title.chars().take(SHORT_NAME_CHARS_MAX).collect();
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n",
    );
    let _ = write!(
        out,
        "<ShortName>{}</ShortName>\n<Description>{}: {}</Description>\n<InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"16\" height=\"16\" type=\"image/svg+xml\">{origin}{}</Image>\n\
         <Url type=\"text/html\" template=\"{origin}{find}/find?q={{searchTerms}}\"/>\n\
         <Url type=\"application/json\" template=\"{origin}{find}/find?format=json&amp;q={{searchTerms}}\"/>\n\
         <Url type=\"application/x-suggestions+json\" template=\"{origin}{find}/suggest?format=opensearch&amp;q={{searchTerms}}\"/>\n\
         </OpenSearchDescription>\n",
        text(&short),
        text(&look.title),
        words.find,
        text(&asset::favicon(look)),
    );
    out
}

/// Suggestions in the form that browsers ask for: the words, then completions, descriptions and addresses, each in its list.
pub fn suggestions(words: &str, suggestions: &Suggestions, origin: &str) -> String {
    let hits = || suggestions.names.iter().chain(&suggestions.pages);
    let names: Vec<String> = hits().map(|hit| hit.heading().text()).collect();
    let places: Vec<String> =
        hits().map(|hit| hit.path.iter().map(|segment| segment.shown.as_str()).collect::<Vec<_>>().join("/")).collect();
    let addresses: Vec<String> = hits().map(|hit| format!("{origin}{}", hit.target())).collect();
    to_json(&(words, names, places, addresses))
}
