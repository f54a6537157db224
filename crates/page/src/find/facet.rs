//! What the hits have in common, as links that narrow them down, and open them up again.

use std::fmt::Write as _;

use super::{Facets, href, words};
use crate::escape::push_text;
use crate::look::Look;

/// Links of one group; the rest can be typed.
const LINKS_MAX: usize = 8;

/// Appends the column; nothing where there is nothing to choose.
pub(super) fn push(out: &mut String, look: &Look, asked: &str, facets: &Facets) {
    let strings = look.words();
    let mut groups = String::new();
    push_group(&mut groups, look, strings.facet_type, &types(asked, facets));
    push_group(&mut groups, look, strings.facet_folder, &folders(asked, facets));
    push_group(&mut groups, look, strings.facet_year, &years(asked, facets));
    if !groups.is_empty() {
        let _ = write!(out, "<nav class=\"facets scroll\" aria-label=\"{}\">{groups}</nav>", strings.narrow);
    }
}

/// One link: what it says, how many hits it leaves, the words it leads to, and whether it takes something off.
struct Choice {
    shown: String,
    count: Option<usize>,
    words: String,
    is_chosen: bool,
}

fn types(asked: &str, facets: &Facets) -> Vec<Choice> {
    if let Some(chosen) = words::last(asked, "type") {
        return vec![off(asked, chosen.to_owned(), &["type"])];
    }
    choices(&facets.types, |extension| Choice {
        shown: extension.to_owned(),
        count: None,
        words: words::with(asked, &[("type", extension)]),
        is_chosen: false,
    })
}

fn folders(asked: &str, facets: &Facets) -> Vec<Choice> {
    let chosen = words::last(asked, "in").map(|folder| folder.trim_matches('/').to_owned());
    let mut all = Vec::new();
    if let Some(chosen) = &chosen {
        all.push(off(asked, format!("{chosen}/"), &["in"]));
    }
    let mut others = facets.folders.clone();
    others.retain(|(folder, _)| Some(folder.trim_matches('/')) != chosen.as_deref());
    all.extend(choices(&others, |folder| {
        let folder = folder.trim_matches('/');
        // Below a folder that is chosen already, what leads on is its last name.
        let shown = match &chosen {
            Some(chosen) => folder.strip_prefix(&format!("{chosen}/")).unwrap_or(folder),
            None => folder,
        };
        Choice {
            shown: format!("{shown}/"),
            count: None,
            words: words::with(asked, &[("in", &format!("/{folder}/"))]),
            is_chosen: false,
        }
    }));
    all
}

fn years(asked: &str, facets: &Facets) -> Vec<Choice> {
    let (after, before) = (words::last(asked, "after"), words::last(asked, "before"));
    if after.is_some() || before.is_some() {
        let shown = match (after, before) {
            (Some(after), Some(before)) if is_year(after, before) => after.to_owned(),
            (Some(after), None) => format!("{after} –"),
            (after, before) => format!("{} – {}", after.unwrap_or_default(), before.unwrap_or_default()),
        };
        return vec![off(asked, shown, &["after", "before"])];
    }
    let years: Vec<(String, usize)> = facets.years.iter().map(|(year, count)| (year.to_string(), *count)).collect();
    choices(&years, |year| {
        let next = year.parse::<i32>().unwrap_or_default().saturating_add(1).to_string();
        Choice {
            shown: year.to_owned(),
            count: None,
            words: words::with(asked, &[("after", year), ("before", &next)]),
            is_chosen: false,
        }
    })
}

/// Whether from the first to before the second is one year.
fn is_year(after: &str, before: &str) -> bool {
    matches!((after.parse::<i32>(), before.parse::<i32>()), (Ok(after), Ok(before)) if after.checked_add(1) == Some(before))
}

/// The choices of a group; none where all hits have the same.
fn choices(values: &[(String, usize)], choice: impl Fn(&str) -> Choice) -> Vec<Choice> {
    if values.len() < 2 {
        return Vec::new();
    }
    let known = values.iter().filter(|(value, _)| !value.is_empty()).take(LINKS_MAX);
    known.map(|(value, count)| Choice { count: Some(*count), ..choice(value) }).collect()
}

/// What is chosen, to be taken off.
fn off(asked: &str, shown: String, keys: &[&str]) -> Choice {
    Choice { shown, count: None, words: words::without(asked, keys), is_chosen: true }
}

fn push_group(out: &mut String, look: &Look, label: &str, choices: &[Choice]) {
    if choices.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{label}</h2><ul>");
    for choice in choices {
        let current = if choice.is_chosen { " aria-current=true" } else { "" };
        let _ = write!(out, "<li><a href={}{current}><bdi>", href(look, &choice.words, 0));
        push_text(out, &choice.shown);
        out.push_str("</bdi>");
        match choice.count {
            Some(count) => {
                let _ = write!(out, " <small>{}</small>", crate::quantity::grouped(count as u64));
            }
            None => {
                let _ = write!(out, " <small aria-label=\"{}\">×</small>", look.words().take_off);
            }
        }
        out.push_str("</a>");
    }
    out.push_str("</ul>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facets() -> Facets {
        let counted =
            |values: &[(&str, usize)]| values.iter().map(|(value, count)| ((*value).into(), *count)).collect();
        Facets {
            types: counted(&[("pdf", 1200), ("md", 3)]),
            folders: counted(&[("old names", 7), ("a<b", 2)]),
            years: vec![(2026, 9), (1999, 1)],
        }
    }

    #[track_caller]
    fn check(asked: &str, parts: &[&str]) {
        let mut out = String::new();
        push(&mut out, &Look::default(), asked, &facets());
        for part in parts {
            assert!(out.contains(part), "{part} in {out}");
        }
    }

    #[test]
    fn each_choice_adds_to_the_words() {
        check(
            "stone age",
            &[
                "<a href=\"/-/find?q=stone%20age%20type%3Apdf\"><bdi>pdf</bdi> <small>1,200</small></a>",
                "<a href=\"/-/find?q=stone%20age%20in%3A%22%2Fold%20names%2F%22\"><bdi>old names/</bdi> <small>7</small></a>",
                "<bdi>a&lt;b/</bdi>",
                "<a href=\"/-/find?q=stone%20age%20after%3A2026%20before%3A2027\"><bdi>2026</bdi> <small>9</small></a>",
            ],
        );
    }

    #[test]
    fn what_is_chosen_can_be_taken_off() {
        check(
            "a type:pdf",
            &["<a href=\"/-/find?q=a\" aria-current=true><bdi>pdf</bdi> <small aria-label=\"Take off\">×"],
        );
        check("a after:2026 before:2027", &["<a href=\"/-/find?q=a\" aria-current=true><bdi>2026</bdi>"]);
        check("a after:2020", &["<bdi>2020 –</bdi>"]);
        check("a before:2020-03", &["<bdi> – 2020-03</bdi>"]);
        check(
            "a in:\"x y\"",
            &["<a href=\"/-/find?q=a\" aria-current=true><bdi>x y/</bdi>", "in%3A%22%2Fold%20names%2F%22"],
        );
    }

    #[test]
    fn nothing_is_offered_where_all_hits_are_alike() {
        let mut out = String::new();
        let one = Facets { types: vec![("pdf".into(), 3)], folders: Vec::new(), years: vec![(2026, 3)] };
        push(&mut out, &Look::default(), "a", &one);
        assert_eq!(out, "");
    }
}
