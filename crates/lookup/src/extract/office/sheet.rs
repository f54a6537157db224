//! Workbooks of Office Open XML: XLSX (ECMA-376 Part 1 §18).

use super::parts::Parts;
use super::property;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};

/// The words of all sheets: a row is a line, the name of a sheet a heading.
pub(super) fn read(parts: &mut Parts<'_>, main: &str, draft: &mut Draft) {
    let rest = property::read(parts, "docProps/core.xml", draft);
    let relations = parts.relations(main);
    let strings = relations.iter().find(|relation| relation.kind.ends_with("/sharedStrings"));
    let strings = strings.and_then(|relation| parts.text(&relation.target)).unwrap_or_default();
    let strings = Strings::of(&strings);
    let mut sheets = Vec::new();
    let text = parts.text(main).unwrap_or_default();
    xml::walk(&text, |node| {
        if let Node::Start(element) = node
            && element.name() == "sheet"
        {
            let id = element.attribute_named("r:id").or_else(|| element.attribute("id")).unwrap_or_default();
            let part = relations.iter().find(|relation| relation.id == id).map(|relation| relation.target.clone());
            sheets.push((element.attribute("name").unwrap_or_default(), part));
        }
        true
    });
    for (name, part) in sheets {
        draft.headings.line();
        draft.headings.push(&name);
        let Some(part) = part else { continue };
        draft.body.line();
        if let Some(text) = parts.text(&part) {
            let fault = read_sheet(&text, &strings, draft);
            fault.into_iter().for_each(|fault| parts.add_fault(fault));
        }
        for relation in parts.relations(&part) {
            if relation.kind.ends_with("/comments") {
                read_comments(parts, &relation.target, draft);
            }
        }
        if draft.body.is_full() {
            break;
        }
    }
    property::push_rest(&rest, draft);
}

/// Texts that cells share, one after the other in one piece of memory.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn of(text: &str) -> Strings {
        let mut strings = Strings::default();
        // How it is read stands beside a text in Japanese; it is no part of it.
        let (mut is_text, mut is_reading) = (false, false);
        xml::walk(text, |node| {
            match node {
                Node::Start(element) => match element.name() {
                    "t" => is_text = true,
                    "rPh" => is_reading = true,
                    _ => {}
                },
                Node::End("t") => is_text = false,
                Node::End("rPh") => is_reading = false,
                Node::End("si") => strings.ends.push(strings.text.len()),
                Node::Text(text) if is_text && !is_reading => strings.text.push_str(text),
                Node::End(_) | Node::Text(_) => {}
            }
            true
        });
        strings
    }

    fn get(&self, index: usize) -> Option<&str> {
        let start = if index == 0 { 0 } else { *self.ends.get(index - 1)? };
        self.text.get(start..*self.ends.get(index)?)
    }
}

fn read_sheet(text: &str, strings: &Strings, draft: &mut Draft) -> Option<String> {
    let (mut is_shared, mut is_value, mut is_number) = (false, false, false);
    let mut value = String::new();
    xml::walk(text, |node| {
        match node {
            Node::Start(element) => match element.name() {
                "row" => draft.body.line(),
                "c" => {
                    draft.body.space();
                    let kind = element.attribute("t");
                    is_shared = kind.as_deref() == Some("s");
                    is_number = matches!(kind.as_deref(), None | Some("n"));
                }
                "v" | "t" => {
                    is_value = true;
                    value.clear();
                }
                _ => {}
            },
            Node::End("v" | "t") => {
                is_value = false;
                match value.trim().parse() {
                    Ok(index) if is_shared => draft.body.push(strings.get(index).unwrap_or_default()),
                    _ if is_number => draft.body.push(&number(&value)),
                    _ => draft.body.push(&value),
                }
            }
            Node::Text(text) if is_value && value.len() < VALUE_BYTES_MAX => value.push_str(text),
            Node::End(_) | Node::Text(_) => {}
        }
        !draft.body.is_full()
    })
}

/// A number as people see it: programs write 0.1 + 0.2 as 0.30000000000000004.
fn number(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if value.len() > 12 && number.abs() < 1e15 => {
            let text = format!("{number:.6}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => value.to_owned(),
    }
}

fn read_comments(parts: &mut Parts<'_>, name: &str, draft: &mut Draft) {
    let Some(text) = parts.text(name) else { return };
    let mut is_text = false;
    xml::walk(&text, |node| {
        match node {
            Node::Start(element) => is_text = element.name() == "t",
            Node::End("t") => is_text = false,
            Node::End("comment") => draft.body.line(),
            Node::Text(text) if is_text => draft.body.push(text),
            Node::End(_) | Node::Text(_) => {}
        }
        !draft.body.is_full()
    });
}

/// The most that a cell holds, four times.
const VALUE_BYTES_MAX: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_people_see() {
        assert_eq!(number("42"), "42");
        assert_eq!(number("0.30000000000000004"), "0.3");
        assert_eq!(number("123456789012345"), "123456789012345");
        assert_eq!(number("1.5E+300000000000"), "1.5E+300000000000");
        assert_eq!(number(""), "");
    }
}
