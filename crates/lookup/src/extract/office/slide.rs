//! Presentations of Office Open XML: PPTX (ECMA-376 Part 1 §19, §21.1).

use super::parts::Parts;
use super::property;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};

/// The words of all slides in their order, each with its notes.
pub(super) fn read(parts: &mut Parts<'_>, main: &str, draft: &mut Draft) {
    let rest = property::read(parts, "docProps/core.xml", draft);
    for slide in order(parts, main) {
        read_part(parts, &slide, draft);
        for relation in parts.relations(&slide) {
            let is_read =
                ["/notesSlide", "/diagramData", "/chart", "/comments"].iter().any(|kind| relation.kind.ends_with(kind));
            if is_read {
                read_part(parts, &relation.target, draft);
            }
        }
        if draft.body.is_full() {
            break;
        }
    }
    property::push_rest(&rest, draft);
}

/// The slides as they are shown, by the list in the main part.
fn order(parts: &mut Parts<'_>, main: &str) -> Vec<String> {
    let relations = parts.relations(main);
    let mut slides = Vec::new();
    let text = parts.text(main).unwrap_or_default();
    xml::walk(&text, |node| {
        if let Node::Start(element) = node
            && element.name() == "sldId"
            && let Some(id) = element.attribute_named("r:id").or_else(|| element.attribute("id"))
        {
            slides.extend(relations.iter().find(|relation| relation.id == id).map(|relation| relation.target.clone()));
        }
        true
    });
    if slides.is_empty() { parts.numbered("ppt/slides/slide", ".xml") } else { slides }
}

fn read_part(parts: &mut Parts<'_>, name: &str, draft: &mut Draft) {
    let Some(text) = parts.text(name) else { return };
    draft.body.line();
    let (mut is_title, mut is_text, mut is_number) = (false, false, false);
    let fault = xml::walk(&text, |node| {
        match node {
            Node::Start(element) => match element.name() {
                "sp" => (is_title, is_number) = (false, false),
                "ph" => match element.attribute("type").as_deref() {
                    Some("title" | "ctrTitle") => is_title = true,
                    Some("sldNum" | "dt" | "ftr" | "hdr") => is_number = true,
                    _ => {}
                },
                "t" | "v" => is_text = true,
                "br" | "tab" | "tc" => {
                    draft.body.space();
                    draft.headings.space();
                }
                "cNvPr" => {
                    draft.body.space();
                    draft.body.push(&element.attribute("descr").unwrap_or_default());
                    draft.body.space();
                }
                _ => {}
            },
            Node::End(name) => match name {
                "t" | "v" => is_text = false,
                "p" if is_title => draft.headings.space(),
                "p" | "tr" => draft.body.line(),
                "sp" if is_title => {
                    draft.headings.line();
                    is_title = false;
                }
                _ => {}
            },
            Node::Text(text) if is_text && !is_number => {
                if is_title {
                    draft.headings.push(text)
                } else {
                    draft.body.push(text)
                }
            }
            Node::Text(_) => {}
        }
        !draft.body.is_full()
    });
    fault.into_iter().for_each(|fault| parts.add_fault(fault));
}
