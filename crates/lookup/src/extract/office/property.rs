//! What a document says of itself: title, author, subject, keywords (Dublin Core, in all families alike).

use super::parts::Parts;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};

/// Reads the properties out of this member. What is no title goes to the end of the body with [`push_rest`].
pub(super) fn read(parts: &mut Parts<'_>, member: &str, draft: &mut Draft) -> Vec<String> {
    let mut rest = Vec::new();
    let Some(text) = parts.text(member) else { return rest };
    let mut field = Field::None;
    let mut value = String::new();
    let fault = xml::walk(&text, |node| {
        match node {
            Node::Start(element) => {
                field = Field::of(element.name());
                value.clear();
            }
            Node::Text(text) if field != Field::None && value.len() < VALUE_BYTES_MAX => value.push_str(text),
            Node::Text(_) => {}
            Node::End(_) => {
                match field {
                    Field::Title if draft.title.is_empty() && !is_empty_title(value.trim()) => draft.title.push(&value),
                    Field::Language => draft.set_language(&value),
                    Field::Rest if !value.trim().is_empty() && rest.len() < VALUES_MAX => rest.push(value.clone()),
                    _ => {}
                }
                field = Field::None;
            }
        }
        true
    });
    fault.into_iter().for_each(|fault| parts.add_fault(fault));
    rest
}

/// Puts authors, subjects and keywords behind the words of the document.
pub(super) fn push_rest(rest: &[String], draft: &mut Draft) {
    for value in rest {
        draft.body.line();
        draft.body.push(value);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    None,
    Title,
    Language,
    Rest,
}

impl Field {
    fn of(name: &str) -> Field {
        match name {
            "title" => Field::Title,
            "language" => Field::Language,
            "creator" | "subject" | "description" | "keywords" | "keyword" | "category" | "contributor"
            | "publisher" | "initial-creator" => Field::Rest,
            _ => Field::None,
        }
    }
}

/// What programs write where people wrote nothing.
fn is_empty_title(title: &str) -> bool {
    const EMPTY: [&str; 8] = [
        "PowerPoint Presentation",
        "PowerPoint 演示文稿",
        "PowerPoint 簡報",
        "PowerPoint プレゼンテーション",
        "PowerPoint 프레젠테이션",
        "Slide 1",
        "幻灯片 1",
        "Untitled",
    ];
    title.is_empty() || EMPTY.iter().any(|empty| title.eq_ignore_ascii_case(empty))
}

/// Longer ones are no properties.
const VALUE_BYTES_MAX: usize = 16 << 10;

/// A document has a dozen.
const VALUES_MAX: usize = 256;
