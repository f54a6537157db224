//! The page of what was found.

use std::fmt::Write as _;

use minijinja::Value;
use minijinja::context;

use super::{Asked, Found, Hit, LIMIT_MAX, OFFSET_MAX, Step, facet, href, words};
use crate::escape::push_text;
use crate::frame::{self, Frame, Here};
use crate::look::Look;
use crate::template;

/// The page of what was found; without words, what can be typed. `found`: nothing yet asked when the words are empty.
pub fn page(look: &Look, asked: &Asked, found: &Found) -> String {
    let strings = look.words();
    let is_empty = asked.is_empty();
    let mut out = String::with_capacity(16 * 1024);
    let title = match is_empty {
        true => String::from(strings.find_title),
        false => format!("{} – {}", asked.words, strings.find_title),
    };
    let foot = Frame {
        look,
        title: &title,
        class: if is_empty { "ask" } else { "find" },
        path: &[],
        here: Here::Anywhere,
        find: if is_empty { String::new() } else { frame::lookup_box(look, &asked.words, &[]) },
        tools: String::new(),
        is_passing: true,
    }
    .push_top(&mut out);
    match template::render(look, "find.html", || values(look, asked, found)) {
        Some(content) => out.push_str(&content),
        None => {
            out.push_str("<main id=main tabindex=-1>");
            if is_empty {
                push_invitation(&mut out, look);
            } else {
                push_found(&mut out, look, asked, found);
            }
            push_index(&mut out, look, found);
            out.push_str("</main>");
        }
    }
    foot.push(&mut out, look);
    out
}

/// What the template of what was found is given.
fn values(look: &Look, asked: &Asked, found: &Found) -> Value {
    let strings = look.words();
    let made = |push: &dyn Fn(&mut String)| {
        let mut out = String::new();
        push(&mut out);
        template::safe(out)
    };
    let hit = |hit: &Hit| made(&|out| hit.push_html(out, look, found.now));
    context! {
        is_empty => asked.is_empty(),
        box => template::safe(frame::lookup_box(look, "", &[])),
        operators => made(&|out| push_operators(out, look)),
        asked => bare(asked),
        count => (strings.found)(found.total, found.total_is_exact),
        micros => found.took.as_micros().to_string(),
        took => took(look, found),
        facets => made(&|out| facet::push(out, look, &asked.words, &found.facets)),
        understood => made(&|out| push_understood(out, look, found)),
        first => asked.offset + 1,
        hits => found.hits.iter().map(hit).collect::<Vec<_>>(),
        nothing => made(&|out| push_nothing(out, look, asked, found)),
        pager => made(&|out| push_pager(out, look, asked, found)),
        indexed => template::safe(found.index.sentence(look)),
        index_href => format!("{}/index", look.prefix),
        ..template::common(look)
    }
}

/// The words without what narrows: that stands in the column beside.
fn bare(asked: &Asked) -> String {
    let bare = words::without(&asked.words, &["type", "in", "after", "before"]);
    if bare.is_empty() { String::from(asked.words.trim()) } else { bare }
}

/// The box, and what can be typed into it.
fn push_invitation(out: &mut String, look: &Look) {
    let strings = look.words();
    let _ = write!(out, "<h1>{}</h1>{}", strings.find, frame::lookup_box(look, "", &[]));
    push_operators(out, look);
}

fn push_operators(out: &mut String, look: &Look) {
    let strings = look.words();
    let _ = write!(out, "<section class=operators aria-label=\"{0}\"><h2>{0}</h2><dl>", strings.operators);
    for (example, meaning) in strings.operator_list {
        out.push_str("<div><dt><code>");
        push_text(out, example);
        let _ = write!(out, "</code><dd>{meaning}</div>");
    }
    out.push_str("</dl></section>");
}

fn push_found(out: &mut String, look: &Look, asked: &Asked, found: &Found) {
    let strings = look.words();
    out.push_str("<div class=lead><h1><bdi>");
    push_text(out, &bare(asked));
    let _ = write!(out, "</bdi></h1><p class=count>{}", (strings.found)(found.total, found.total_is_exact));
    let _ = write!(out, " · <span title=\"{} µs\">{}</span></p></div>", found.took.as_micros(), took(look, found));
    facet::push(out, look, &asked.words, &found.facets);
    out.push_str("<div class=found>");
    push_understood(out, look, found);
    if found.hits.is_empty() {
        push_nothing(out, look, asked, found);
    } else {
        let _ = writeln!(out, "<ol class=hits start={}>", asked.offset + 1);
        for hit in &found.hits {
            hit.push_html(out, look, found.now);
        }
        out.push_str("</ol>");
    }
    push_pager(out, look, asked, found);
    out.push_str("</div>");
}

/// How the words were read, where that is not as they stand.
fn push_understood(out: &mut String, look: &Look, found: &Found) {
    let strings = look.words();
    if found.hits.is_empty() {
        return;
    }
    match (found.step, &found.instead) {
        (Step::All, _) => {}
        (Step::Most, _) => {
            let _ = write!(out, "<p class=understood>{}</p>", strings.step_most);
        }
        (Step::Typo, instead) => {
            let _ = write!(out, "<p class=understood>{}", strings.step_typo);
            if let Some(instead) = instead {
                let _ = write!(out, " {} <a href={}><bdi>", strings.did_you_mean, href(look, instead, 0));
                push_text(out, instead);
                let _ = write!(out, "</bdi></a>{}", strings.question_mark);
            }
            out.push_str("</p>");
        }
    }
}

/// Nothing was found, or nothing more: what can be tried.
fn push_nothing(out: &mut String, look: &Look, asked: &Asked, found: &Found) {
    let strings = look.words();
    if found.total > 0 && asked.offset > 0 {
        let _ = write!(out, "<p class=empty>{} ", strings.no_more);
        let _ = write!(out, "<a href={}>{}</a></p>", href(look, &asked.words, 0), strings.first);
        return;
    }
    let _ = write!(out, "<div class=nothing><p>{}</p><ul>", strings.nothing_found);
    let narrowing = ["name", "type", "in", "after", "before"];
    let wider = words::without(&asked.words, &narrowing);
    if wider != words::pieces(&asked.words).join(" ") && !wider.is_empty() {
        let _ = write!(out, "<li><a href={}>{} <bdi>", href(look, &wider, 0), strings.try_without);
        push_text(out, &wider);
        out.push_str("</bdi></a>");
    }
    for tip in strings.tips {
        let _ = write!(out, "<li>{tip}");
    }
    if found.index.is_building {
        let _ = write!(out, "<li>{}", strings.try_later);
    }
    out.push_str("</ul></div>");
    push_operators(out, look);
}

/// Links to the pages before and behind.
fn push_pager(out: &mut String, look: &Look, asked: &Asked, found: &Found) {
    let strings = look.words();
    let limit = asked.limit.clamp(1, LIMIT_MAX);
    let behind = asked.offset + found.hits.len();
    let has_next = behind < found.total && !found.hits.is_empty() && behind <= OFFSET_MAX;
    if asked.offset == 0 && !has_next || found.total == 0 {
        return;
    }
    let _ = write!(out, "<nav class=pager aria-label=\"{}\">", strings.pages);
    let mut link = |offset: usize, label: &str, rel: &str| {
        let _ = write!(out, "<a href={}{rel}>{label}</a>", href(look, &asked.words, offset));
    };
    if asked.offset > 0 {
        if asked.offset > limit {
            link(0, strings.first, "");
        }
        link(asked.offset.saturating_sub(limit), strings.previous, " rel=prev");
    }
    if has_next {
        link(behind, strings.next, " rel=next");
    }
    let range = (strings.range)(asked.offset + 1, behind.max(asked.offset + 1));
    let _ = write!(out, "<p class=count>{range}</p></nav>");
}

/// How far the index is, in a line that leads to more.
fn push_index(out: &mut String, look: &Look, found: &Found) {
    let strings = look.words();
    let address = crate::escape::text(&format!("{}/index", look.prefix));
    let _ =
        write!(out, "<p class=indexed>{} <a href=\"{address}\">{}</a></p>", found.index.sentence(look), strings.index);
}

/// `0.8 ms`, `12 ms`, `1.2 s`.
fn took(look: &Look, found: &Found) -> String {
    let micros = found.took.as_micros();
    let (whole, tenth, unit) = match micros {
        0..10_000 => (micros / 1000, Some(micros / 100 % 10), "ms"),
        10_000..1_000_000 => (micros / 1000, None, "ms"),
        _ => (micros / 1_000_000, Some(micros / 100_000 % 10), "s"),
    };
    let tenth = tenth.map(|tenth| format!(".{tenth}")).unwrap_or_default();
    (look.words().took)(&format!("{whole}{tenth} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_have_two_or_three_digits() {
        #[track_caller]
        fn check(micros: u64, expected: &str) {
            let found = Found { took: Duration::from_micros(micros), ..Found::default() };
            assert_eq!(took(&Look::default(), &found), expected);
        }
        check(0, "in 0.0 ms");
        check(830, "in 0.8 ms");
        check(9999, "in 9.9 ms");
        check(12_345, "in 12 ms");
        check(1_250_000, "in 1.2 s");
    }
}
