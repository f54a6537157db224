//! OpenDocument: texts, sheets and presentations in one form (OASIS ODF 1.3 Part 3).

use super::parts::Parts;
use super::property;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};

/// The words of an OpenDocument package.
pub(super) fn read(parts: &mut Parts<'_>, draft: &mut Draft) {
    let rest = property::read(parts, "meta.xml", draft);
    let manifest = parts.text("META-INF/manifest.xml").unwrap_or_default();
    if manifest.contains("encryption-data") {
        return parts.add_fault("an office document with a password".to_owned());
    }
    if let Some(text) = parts.text("content.xml") {
        let fault = walk(&text, draft);
        fault.into_iter().for_each(|fault| parts.add_fault(fault));
    }
    property::push_rest(&rest, draft);
}

/// The words of the content, also of a document that is one XML file.
pub(crate) fn walk(text: &str, draft: &mut Draft) -> Option<String> {
    let (mut is_heading, mut is_sheet, mut unseen, mut depth) = (false, false, 0_usize, 0_usize);
    xml::walk(text, |node| {
        match node {
            Node::Start(element) => match element.name() {
                "tracked-changes" | "forms" | "scripts" | "styles" | "automatic-styles" | "master-styles" | "meta"
                | "settings" => {
                    unseen += 1;
                }
                "spreadsheet" => is_sheet = true,
                "h" => {
                    depth += 1;
                    let level = element.attribute("outline-level").and_then(|level| level.parse::<u32>().ok());
                    is_heading = unseen == 0 && level.is_none_or(|level| level <= 3);
                    draft.body.line();
                }
                "p" => {
                    depth += 1;
                    if is_sheet { draft.body.space() } else { draft.body.line() }
                }
                "table" if is_sheet && unseen == 0 => {
                    draft.headings.line();
                    draft.headings.push(&element.attribute("name").unwrap_or_default());
                    draft.body.line();
                }
                "table-row" => draft.body.line(),
                "table-cell" | "s" | "tab" => space(draft, is_heading),
                "line-break" if is_heading => draft.headings.space(),
                "line-break" => draft.body.line(),
                "desc" => {
                    depth += 1;
                    draft.body.line();
                }
                _ => {}
            },
            Node::End(name) => match name {
                "tracked-changes" | "forms" | "scripts" | "styles" | "automatic-styles" | "master-styles" | "meta"
                | "settings" => {
                    unseen = unseen.saturating_sub(1);
                }
                "h" => {
                    depth = depth.saturating_sub(1);
                    is_heading = false;
                    draft.headings.line();
                }
                "p" | "desc" => {
                    depth = depth.saturating_sub(1);
                    if is_sheet { draft.body.space() } else { draft.body.line() }
                }
                _ => {}
            },
            Node::Text(text) if depth > 0 && unseen == 0 => {
                if is_heading {
                    draft.headings.push(text)
                } else {
                    draft.body.push(text)
                }
            }
            Node::Text(_) => {}
        }
        !draft.body.is_full()
    })
}

fn space(draft: &mut Draft, is_heading: bool) {
    if is_heading { draft.headings.space() } else { draft.body.space() }
}
