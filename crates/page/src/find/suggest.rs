//! What suggests itself under the box: options for the script to put there.

use std::fmt::Write as _;

use super::{Asked, Hit, Suggestions, href, words};
use crate::escape::push_text;
use crate::listing::push_icon;
use crate::look::Look;

/// The options of the list under the box: names, then pages, then the ways to all that is found. Each is a link; which one
/// is chosen is the script's.
pub fn fragment(look: &Look, asked: &Asked, suggestions: &Suggestions) -> String {
    let strings = look.words();
    let Suggestions { names, pages, .. } = suggestions;
    let mut out = String::with_capacity(4 * 1024);
    let said = (strings.suggested)(names.len() + pages.len());
    let _ = write!(out, "<p hidden>{said}</p>");
    let mut number = 0;
    for (label, hits, has_words) in [(strings.suggest_names, names, false), (strings.suggest_pages, pages, true)] {
        if hits.is_empty() {
            continue;
        }
        let _ = write!(out, "<div role=group aria-label=\"{label}\"><p role=presentation>{label}</p>");
        for hit in hits {
            push_option(&mut out, number, &hit.target());
            push_hit(&mut out, look, hit, has_words);
            number += 1;
        }
        out.push_str("</div>");
    }
    if asked.is_empty() {
        return out;
    }
    let _ = write!(out, "<div role=group aria-label=\"{}\">", strings.find_title);
    let typed = asked.words.trim();
    push_option(&mut out, number, &href(look, typed, 0));
    push_way(&mut out, strings.all_found, typed);
    let here = asked.here.trim_matches('/');
    if !here.is_empty() && words::last(typed, "in").is_none() {
        let narrowed = words::with(typed, &[("in", &format!("/{here}/"))]);
        push_option(&mut out, number + 1, &href(look, &narrowed, 0));
        push_way(&mut out, strings.found_here, &format!("{here}/"));
    }
    out.push_str("</div>");
    out
}

fn push_option(out: &mut String, number: usize, href: &str) {
    let _ = write!(out, "<a role=option id=s{number} tabindex=-1 aria-selected=false href={href}>");
}

fn push_hit(out: &mut String, look: &Look, hit: &Hit, has_words: bool) {
    push_icon(out, hit.kind);
    out.push_str("<span><b><bdi>");
    hit.heading().push_html(out);
    out.push_str("</bdi></b><small>");
    match has_words && !hit.snippet.is_empty() {
        true => hit.snippet.near_match().push_html(out),
        false => hit.push_way(out, look, false),
    }
    out.push_str("</small></span></a>");
}

fn push_way(out: &mut String, label: &str, value: &str) {
    let _ = write!(out, "{}<span>{label} <bdi>", crate::icon::FIND);
    push_text(out, value);
    out.push_str("</bdi></span></a>");
}
