//! Texts: in which encoding they are, and what of them is words.

use std::borrow::Cow;
use std::io;

use charset::{Detector, TextKind, Verdict};

use super::input::Input;
use super::words::Draft;
use super::{Extract, Format, fault, html, json, limit, mail, markdown, rtf, subtitle, troff, xml};

/// Reads a text. A file that is none has no words, and that is no fault.
pub(crate) fn read(format: Format, input: &Input<'_>, head: Vec<u8>, name: &[u8]) -> io::Result<Extract> {
    // The beginning of a large file that is no text tells enough.
    if head.len() as u64 != input.size && !verdict(format, &head).is_text {
        return Ok(Extract::default());
    }
    let mut bytes = head;
    input.read_more(&mut bytes, limit::TEXT_FILE_BYTES_MAX)?;
    let mut draft = of_bytes(format, name, &bytes);
    if bytes.len() as u64 == limit::TEXT_FILE_BYTES_MAX && input.size > limit::TEXT_FILE_BYTES_MAX {
        draft.add_fault(fault::cut(limit::TEXT_FILE_BYTES_MAX, input.size));
    }
    Ok(draft.finish())
}

/// The words of a text that is here as a whole.
pub(crate) fn of_bytes(format: Format, name: &[u8], bytes: &[u8]) -> Draft {
    match format {
        // These say within themselves which part is in which encoding.
        Format::Rtf => return rtf::read(bytes),
        Format::Mail => return mail::read(bytes),
        _ => {}
    }
    let Some(text) = decode(format, bytes) else { return Draft::new() };
    match format {
        Format::Html if is_xhtml(name) => html::read_xhtml(&text),
        Format::Html => html::read(&text),
        Format::Markdown => markdown::read(&text),
        Format::Xml => xml::read(&text),
        Format::Json => json::read(&text),
        Format::Subtitle => subtitle::read(&text),
        _ if troff::is_page(name, &text) => troff::read(&text),
        _ => plain(&text),
    }
}

/// XHTML that is served as such, and not as HTML.
fn is_xhtml(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(b".xhtml") || name.ends_with(b".xht")
}

/// Lines are lines.
pub(crate) fn plain(text: &str) -> Draft {
    let mut draft = Draft::new();
    draft.body.push_lines(text);
    draft
}

/// The text, in the encoding that it would be labelled with when it is served; none: it is no text.
pub(crate) fn decode(format: Format, bytes: &[u8]) -> Option<Cow<'_, str>> {
    let verdict = verdict(format, bytes);
    verdict.is_text.then(|| charset::decode(bytes, &verdict))
}

fn verdict(format: Format, bytes: &[u8]) -> Verdict {
    let kind = match format {
        Format::Html => TextKind::Html,
        Format::Xml => TextKind::Xml,
        Format::Css => TextKind::Css,
        _ => TextKind::Plain,
    };
    let mut detector = Detector::new(kind, None);
    detector.feed(bytes);
    detector.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(of_bytes(Format::Text, b"a.txt", bytes).finish().body, expected);
    }

    #[test]
    fn a_text_is_read_in_its_own_encoding() {
        let text = "中文资料的查找系统，能够查找各种文件。\n第二行。";
        check(text.as_bytes(), text);
        for encoding in [encoding_rs::GBK, encoding_rs::UTF_16LE] {
            let bytes = match encoding {
                e if e == encoding_rs::UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
                _ => encoding.encode(text).0.into_owned(),
            };
            check(&bytes, text);
        }
    }

    #[test]
    fn what_is_no_text_has_no_words() {
        check(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0words", "");
        check(b"", "");
    }

    #[test]
    fn lines_stay_and_spaces_become_one() {
        check(b"fn main() {\n    let a  = 1;\r\n\n}\n", "fn main() {\nlet a = 1;\n}");
    }
}
