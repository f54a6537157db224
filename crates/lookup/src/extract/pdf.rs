//! PDF: title, bookmarks, and the text of each page in reading order.

use std::io;
use std::time::Duration;

use pdf_oxide::document::PdfDocument;
use pdf_oxide::object::Object;
use pdf_oxide::outline::OutlineItem;

use super::fault::Size;
use super::input::Input;
use super::words::{Draft, is_unspaced};
use super::{Extract, limit};

/// The words of a PDF.
pub(crate) fn read(input: &Input<'_>, head: Vec<u8>) -> io::Result<Extract> {
    if input.size > limit::PDF_FILE_BYTES_MAX {
        let (size, limit) = (Size(input.size), Size(limit::PDF_FILE_BYTES_MAX));
        return Ok(Extract::faulty(format!("a PDF of {size}; those above {limit} are not read")));
    }
    let mut bytes = head;
    bytes.reserve_exact((input.size as usize).saturating_sub(bytes.len()));
    input.read_more(&mut bytes, limit::PDF_FILE_BYTES_MAX)?;
    let mut draft = Draft::new();
    if let Err(fault) = read_document(bytes, &mut draft) {
        draft.add_fault(fault);
    }
    Ok(draft.finish())
}

fn read_document(bytes: Vec<u8>, draft: &mut Draft) -> Result<(), String> {
    let before = core_time();
    if memchr::memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_none() {
        return Err("not a PDF, though its name says so".to_owned());
    }
    let document = PdfDocument::from_bytes(bytes).map_err(|error| format!("a damaged PDF: {error}"))?;
    if document.is_encrypted() && !document.is_authenticated() {
        return Err("a PDF with a password".to_owned());
    }
    if let Some(title) = title(&document) {
        draft.title.push(&title);
    }
    if let Ok(Some(outline)) = document.get_outline() {
        push_outline(&outline, draft, 0);
    }
    let count = document.page_count().map_err(|error| format!("a damaged PDF: {error}"))?;
    let mut damaged = 0;
    for page in 0..count {
        // What has been read is worth more than a reader that is killed in the middle.
        if core_time() > limit::PAGES_TIME_MAX + before {
            draft.add_fault(format!("read the first {page} of {count} pages; the rest would take too long"));
            return Ok(());
        }
        match document.extract_text(page) {
            Ok(text) => push_page(&text, draft),
            Err(_) => damaged += 1,
        }
        if draft.body.is_full() {
            break;
        }
    }
    match damaged {
        0 if draft.body.is_empty() && count > 0 => Err("a PDF without text: perhaps pictures of pages".to_owned()),
        0 => Ok(()),
        damaged if damaged == count => Err("a damaged PDF: no page can be read".to_owned()),
        damaged => Err(format!("a damaged PDF: {damaged} of {count} pages cannot be read")),
    }
}

/// What this thread has used of a core.
fn core_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Chapters, as deep as headings go.
fn push_outline(items: &[OutlineItem], draft: &mut Draft, depth: usize) {
    for item in items {
        draft.headings.line();
        draft.headings.push(&item.title);
        if depth < 2 {
            push_outline(&item.children, draft, depth + 1);
        }
    }
}

/// Lines of a page are lines of its layout: words and sentences go on behind them.
fn push_page(text: &str, draft: &mut Draft) {
    draft.body.line();
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        match line.strip_suffix(['-', '\u{ad}', '\u{2010}']) {
            // "infor-" and "mation" are one word.
            Some(part) if is_word_cut(part, next) => draft.body.push(part),
            _ => {
                draft.body.push(line);
                match line.chars().next_back().zip(next.chars().next()) {
                    Some((last, first)) if is_unspaced(last) && is_unspaced(first) && !ends_sentence(last) => {
                        draft.body.push("\n");
                    }
                    _ => draft.body.line(),
                }
            }
        }
    }
}

fn is_word_cut(part: &str, next: &str) -> bool {
    part.ends_with(char::is_alphabetic) && next.starts_with(char::is_lowercase)
}

fn ends_sentence(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '；' | '：')
}

/// The title in the information dictionary (ISO 32000-2 §14.3.3).
fn title(document: &PdfDocument) -> Option<String> {
    let info = resolve(document, document.trailer().as_dict()?.get("Info")?)?;
    let title = resolve(document, info.as_dict()?.get("Title")?)?;
    let title = text_string(title.as_string()?);
    // What programs write where people wrote nothing.
    let is_empty = title.trim().is_empty() || title.trim().eq_ignore_ascii_case("untitled");
    (!is_empty).then_some(title)
}

fn resolve(document: &PdfDocument, object: &Object) -> Option<Object> {
    document.resolve_object(object).ok()
}

/// A text string (ISO 32000-2 §7.9.2.2): UTF-16 or UTF-8 by its mark, else Latin; some programs write their own encoding there.
fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => charset::name(bytes, &[]).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        let mut draft = Draft::new();
        push_page(page, &mut draft);
        assert_eq!(draft.finish().body, expected);
    }

    #[test]
    fn what_the_layout_parted_is_one_again() {
        check("这是很长的一\n句话。\n下一句。", "这是很长的一句话。\n下一句。");
        check("much infor-\nmation here", "much information here");
        check("see pages 3-\n4", "see pages 3-\n4");
        check("Jean-\nPaul", "Jean-\nPaul");
        check("one\ntwo", "one\ntwo");
    }

    #[test]
    fn a_text_string_says_its_encoding_or_is_asked() {
        assert_eq!(text_string(b"\xfe\xff\x8d\x44\x65\x99"), "资料");
        assert_eq!(text_string("\u{feff}资料".as_bytes()), "资料");
        assert_eq!(text_string(b"plain"), "plain");
        assert_eq!(text_string(&encoding_rs::GBK.encode("中文资料查找系统").0), "中文资料查找系统");
    }
}
