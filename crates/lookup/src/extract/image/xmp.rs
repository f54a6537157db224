//! XMP: what programs for pictures write, as RDF in XML, found in the bytes wherever it stands (XMP Part 1 §7).

use super::push;
use crate::extract::words::Draft;
use crate::extract::xml::{self, Node};

/// Reads title, description, keywords, author and places that are written in words.
pub(super) fn read(bytes: &[u8], draft: &mut Draft) {
    let Some(start) = memchr::memmem::find(bytes, b"<x:xmpmeta") else { return };
    let Some(length) = memchr::memmem::find(&bytes[start..], b"</x:xmpmeta>") else { return };
    let text = String::from_utf8_lossy(&bytes[start..start + length + b"</x:xmpmeta>".len()]);
    let mut field: Option<bool> = None;
    let mut value = String::new();
    xml::walk(&text, |node| {
        match node {
            Node::Start(element) => {
                if let Some(is_title) = of_name(element.name()) {
                    field = Some(is_title);
                }
                value.clear();
                // Some programs write short ones as attributes.
                for name in ["Headline", "City", "State", "Country", "CaptionWriter", "Label", "Nickname"] {
                    if element.name() == "Description"
                        && let Some(text) = element.attribute(name)
                    {
                        push(draft, &text);
                    }
                }
            }
            Node::Text(text) if field.is_some() => value.push_str(text),
            Node::Text(_) => {}
            Node::End(name) => {
                match field {
                    Some(true) if draft.title.is_empty() => draft.title.push(&value),
                    Some(_) => push(draft, &value),
                    None => {}
                }
                value.clear();
                if of_name(name).is_some() {
                    field = None;
                }
            }
        }
        true
    });
}

/// Whether an element is read, and whether it is the title.
fn of_name(name: &str) -> Option<bool> {
    match name {
        "title" => Some(true),
        "description" | "subject" | "creator" | "Headline" | "City" | "State" | "Country" | "Location"
        | "PersonInImage" | "Event" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_as_elements_and_attributes() {
        let xmp = "junk\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description photoshop:City='杭州' exif:GPSLatitude='30,15N'>\
                   <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>西湖</rdf:li></rdf:Alt></dc:title>\
                   <dc:subject><rdf:Bag><rdf:li>湖</rdf:li><rdf:li>秋</rdf:li></rdf:Bag></dc:subject>\
                   <xmp:CreatorTool>x</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>more";
        let mut draft = Draft::new();
        read(xmp.as_bytes(), &mut draft);
        let extract = draft.finish();
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("西湖"), "杭州\n湖\n秋"));
    }
}
