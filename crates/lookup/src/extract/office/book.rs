//! Books: EPUB 2 and 3, in the order of their spine.

use super::parts::{self, Parts};
use super::property;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};
use crate::extract::{Format, html};

/// The words of a book.
pub(super) fn read(parts: &mut Parts<'_>, draft: &mut Draft) {
    let Some(package) = package(parts) else {
        return parts.add_fault("a book that does not say where its text is".to_owned());
    };
    let rest = property::read(parts, &package, draft);
    let encrypted = encrypted(parts);
    for chapter in spine(parts, &package) {
        if encrypted.contains(&chapter) {
            parts.add_fault("a book with copy protection".to_owned());
            continue;
        }
        let Some(text) = parts.text_as(&chapter, Format::Html) else { continue };
        let page = html::read_xhtml(&text);
        draft.headings.line();
        draft.headings.push_lines(page.headings.as_str());
        draft.body.line();
        draft.body.push_lines(page.body.as_str());
        if draft.body.is_full() {
            break;
        }
    }
    property::push_rest(&rest, draft);
}

/// The member that says what the book is made of (OCF §4.2.6.3.1).
fn package(parts: &mut Parts<'_>) -> Option<String> {
    let text = parts.text("META-INF/container.xml")?;
    let mut package = None;
    xml::walk(&text, |node| {
        if let Node::Start(element) = node
            && element.name() == "rootfile"
        {
            package = element.attribute("full-path");
        }
        package.is_none()
    });
    package
}

/// The members that hold the text, in reading order, without the list of contents.
fn spine(parts: &mut Parts<'_>, package: &str) -> Vec<String> {
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut items, mut chapters) = (std::collections::HashMap::new(), Vec::new());
    let Some(text) = parts.text(package) else { return chapters };
    let fault = xml::walk(&text, |node| {
        if let Node::Start(element) = node {
            match element.name() {
                "item" if items.len() < crate::extract::limit::ZIP_MEMBERS_MAX => {
                    let is_contents =
                        element.attribute("properties").is_some_and(|all| all.split(' ').any(|one| one == "nav"));
                    if let (Some(id), Some(href), false) =
                        (element.attribute("id"), element.attribute("href"), is_contents)
                    {
                        items.insert(id, parts::resolve(folder, &unescape(&href)));
                    }
                }
                // Each once: a spine that names a chapter ten thousand times would be a bomb.
                "itemref" => chapters.extend(element.attribute("idref").and_then(|id| items.remove(&id))),
                _ => {}
            }
        }
        true
    });
    fault.into_iter().for_each(|fault| parts.add_fault(fault));
    chapters
}

/// Members that only a reader with a key can read. Fonts are often among them, and do not matter.
fn encrypted(parts: &mut Parts<'_>) -> Vec<String> {
    let mut members = Vec::new();
    let text = if parts.has("META-INF/encryption.xml") { parts.text("META-INF/encryption.xml") } else { None };
    xml::walk(&text.unwrap_or_default(), |node| {
        if let Node::Start(element) = node
            && element.name() == "CipherReference"
        {
            members.extend(element.attribute("URI").map(|target| parts::resolve("", &unescape(&target))));
        }
        members.len() < crate::extract::limit::ZIP_MEMBERS_MAX
    });
    members
}

/// `%20` and the like in a reference.
fn unescape(reference: &str) -> String {
    let mut bytes = Vec::with_capacity(reference.len());
    let mut rest = reference.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|code| first == b'%' && code.iter().all(u8::is_ascii_hexdigit));
        let byte = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_unescaped_once() {
        assert_eq!(unescape("a%20b%E8%B5%84.xhtml"), "a b资.xhtml");
        assert_eq!(unescape("100%"), "100%");
        assert_eq!(unescape("%2525"), "%25");
        assert_eq!(unescape("%+1%é"), "%+1%é");
    }
}
