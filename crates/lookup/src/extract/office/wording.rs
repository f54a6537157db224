//! Texts of Office Open XML: DOCX (ECMA-376 Part 1 §17).

use std::collections::HashSet;

use super::parts::Parts;
use super::property;
use crate::extract::words::{Draft, Words};
use crate::extract::xml::{self, Node};

/// The words of the main part, then those of notes and comments, of headers and footers.
pub(super) fn read(parts: &mut Parts<'_>, main: &str, draft: &mut Draft) {
    let rest = property::read(parts, "docProps/core.xml", draft);
    let relations = parts.relations(main);
    let styles = relations.iter().find(|relation| relation.kind.ends_with("/styles"));
    let styles = styles.and_then(|relation| parts.text(&relation.target));
    let styles = styles.map(|text| Styles::of(&text)).unwrap_or_default();
    read_part(parts, main, &styles, draft);
    for kind in ["/footnotes", "/endnotes", "/comments", "/header", "/footer", "/diagramData", "/chart"] {
        for relation in relations.iter().filter(|relation| relation.kind.ends_with(kind)) {
            draft.body.line();
            read_part(parts, &relation.target, &styles, draft);
        }
    }
    property::push_rest(&rest, draft);
}

fn read_part(parts: &mut Parts<'_>, name: &str, styles: &Styles, draft: &mut Draft) {
    let Some(text) = parts.text(name) else { return };
    let fault = walk(&text, styles, draft);
    fault.into_iter().for_each(|fault| parts.add_fault(fault));
}

/// Which styles are headings. Their ids are in the language of the program that wrote them, their names are not.
#[derive(Default)]
struct Styles {
    headings: HashSet<String>,
    titles: HashSet<String>,
}

impl Styles {
    fn of(text: &str) -> Styles {
        let mut styles = Styles::default();
        let mut id = None;
        xml::walk(text, |node| {
            if let Node::Start(element) = node {
                match element.name() {
                    "style" => id = element.attribute("styleId"),
                    "name" => {
                        let name = element.attribute("val").unwrap_or_default().to_lowercase();
                        match (id.clone(), name.as_str()) {
                            (Some(id), "heading 1" | "heading 2" | "heading 3") => drop(styles.headings.insert(id)),
                            (Some(id), "title") => drop(styles.titles.insert(id)),
                            _ => {}
                        }
                    }
                    "outlineLvl" if matches!(element.attribute("val").as_deref(), Some("0" | "1" | "2")) => {
                        styles.headings.extend(id.clone());
                    }
                    _ => {}
                }
            }
            true
        });
        styles
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Heading,
    Title,
}

/// Paragraphs of WordprocessingML, and those of DrawingML within it.
fn walk(text: &str, styles: &Styles, draft: &mut Draft) -> Option<String> {
    // A paragraph may hold a box with paragraphs.
    let mut places: Vec<Place> = Vec::new();
    // Depth within what is not shown: deleted text, codes of fields, what stands for a drawing in old programs.
    let mut unseen = 0_usize;
    let mut is_text = false;
    xml::walk(text, |node| {
        match node {
            Node::Start(element) => match element.name() {
                "delText" | "instrText" | "Fallback" | "del" | "moveFrom" => unseen += 1,
                "p" => {
                    words(draft, &places).line();
                    places.push(Place::Body);
                }
                "pStyle" => {
                    let style = element.attribute("val").unwrap_or_default();
                    let place = places.last_mut().filter(|_| unseen == 0);
                    match place {
                        Some(place) if styles.headings.contains(&style) => *place = Place::Heading,
                        Some(place) if styles.titles.contains(&style) && draft.title.is_empty() => {
                            *place = Place::Title
                        }
                        _ => {}
                    }
                }
                "outlineLvl" if matches!(element.attribute("val").as_deref(), Some("0" | "1" | "2")) => {
                    places.last_mut().into_iter().for_each(|place| *place = Place::Heading);
                }
                "t" | "v" => is_text = true,
                "tab" | "tc" | "ptab" => words(draft, &places).space(),
                "br" | "cr" if places.last() == Some(&Place::Body) => words(draft, &places).line(),
                "br" | "cr" => words(draft, &places).space(),
                "noBreakHyphen" if unseen == 0 => words(draft, &places).push("-"),
                "docPr" if unseen == 0 => {
                    // What a picture shows, for those who do not see it.
                    let words = words(draft, &places);
                    words.space();
                    words.push(&element.attribute("descr").unwrap_or_default());
                    words.space();
                }
                _ => {}
            },
            Node::End(name) => match name {
                "delText" | "instrText" | "Fallback" | "del" | "moveFrom" => unseen = unseen.saturating_sub(1),
                "p" => {
                    words(draft, &places).line();
                    places.pop();
                    draft.body.line();
                }
                "t" | "v" => is_text = false,
                _ => {}
            },
            Node::Text(text) if is_text && unseen == 0 => words(draft, &places).push(text),
            Node::Text(_) => {}
        }
        !draft.body.is_full()
    })
}

fn words<'a>(draft: &'a mut Draft, places: &[Place]) -> &'a mut Words {
    match places.last() {
        Some(Place::Heading) => &mut draft.headings,
        Some(Place::Title) => &mut draft.title,
        Some(Place::Body) | None => &mut draft.body,
    }
}
