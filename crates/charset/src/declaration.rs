//! What a text says about its own encoding.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

use crate::detect::TextKind;

/// What is declared at the head of a text: none when nothing is, `Some(None)` when no browser knows the name.
pub(crate) fn find(kind: TextKind, head: &[u8]) -> Option<Option<&'static Encoding>> {
    let name = match kind {
        TextKind::Plain => None,
        TextKind::Html => in_xml(head).or_else(|| in_html(head)),
        TextKind::Css => in_css(head),
        TextKind::Xml => in_xml(head),
    }?;
    Some(Encoding::for_label(&name).filter(|&encoding| encoding != REPLACEMENT).map(|encoding| match encoding {
        // HTML §13.2.3.2, CSS Syntax §3.2: whoever could read the declaration as ASCII does not read UTF-16.
        e if e == UTF_16LE || e == UTF_16BE => UTF_8,
        e if e == X_USER_DEFINED => WINDOWS_1252,
        e => e,
    }))
}

/// The language a page says it is in: `<html lang=ja>`.
pub(crate) fn language(kind: TextKind, head: &[u8]) -> Option<String> {
    let tag = |at: &usize| head[*at..].get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<html"));
    let at = (kind == TextKind::Html).then(|| memchr::memchr_iter(b'<', head).take(16).find(tag)).flatten()?;
    let mut attributes = Attributes { bytes: head, at: at + 5 };
    while let Some((name, value)) = attributes.next() {
        if name == b"lang" || name == b"xml:lang" {
            return String::from_utf8(value).ok().map(|language| language.to_ascii_lowercase());
        }
    }
    None
}

/// CSS Syntax §3.2: exactly these bytes, at the very beginning.
fn in_css(head: &[u8]) -> Option<Vec<u8>> {
    let name = head.strip_prefix(b"@charset \"")?;
    let end = name.iter().take(NAME_BYTES_MAX).position(|&byte| byte == b'"')?;
    (name.get(end + 1) == Some(&b';')).then(|| name[..end].to_vec())
}

/// XML 1.0 §4.3.3: `<?xml version="1.0" encoding="…"?>`.
fn in_xml(head: &[u8]) -> Option<Vec<u8>> {
    let rest = head.strip_prefix(b"<?xml")?;
    let rest = &rest[..rest.iter().take(1024).position(|&byte| byte == b'>')?];
    let rest = &rest[memchr::memmem::find(rest, b"encoding")? + b"encoding".len()..];
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, name) = rest.split_first().filter(|&(&quote, _)| quote == b'"' || quote == b'\'')?;
    let end = name.iter().position(|&byte| byte == quote)?;
    Some(name[..end].to_vec())
}

/// HTML §13.2.3.2, "prescan a byte stream to determine its encoding", with two differences: it goes on beyond the first
/// 1024 bytes, because we send what we find in time; and it steps over scripts and styles, which may write tags.
fn in_html(head: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    while let Some(next) = head.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        at += next;
        let rest = &head[at..];
        if rest.starts_with(b"<!--") {
            // `<!-->` is a whole comment, so its two dashes count for the end too.
            at += 2 + memchr::memmem::find(&rest[2..], b"-->")? + 3;
            continue;
        }
        let name_at = if rest.get(1) == Some(&b'/') { 2 } else { 1 };
        match rest.get(name_at) {
            Some(byte) if byte.is_ascii_alphabetic() => {
                let name = &rest[name_at..];
                let name = &name[..name.iter().position(|&byte| is_space(byte) || byte == b'/' || byte == b'>')?];
                let mut attributes = Attributes { bytes: head, at: at + name_at + name.len() };
                if name_at == 1 && name.eq_ignore_ascii_case(b"meta") {
                    if let Some(found) = in_meta(&mut attributes) {
                        return Some(found);
                    }
                } else {
                    while attributes.next().is_some() {}
                }
                at = attributes.at;
                if name_at == 1 && RAW_TEXT.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
                    at += find_end_tag(head.get(at..)?, name)?;
                }
            }
            Some(b'!' | b'/' | b'?') => at += memchr::memchr(b'>', rest)?,
            Some(_) if name_at == 2 => at += memchr::memchr(b'>', rest)?,
            Some(b'>') => at += 1,
            _ if rest.starts_with(b"<!") || rest.starts_with(b"<?") => at += memchr::memchr(b'>', rest)?,
            _ => at += 1,
        }
    }
    None
}

/// The name in a `meta` element: `charset`, or `content` beside `http-equiv="content-type"`.
fn in_meta(attributes: &mut Attributes<'_>) -> Option<Vec<u8>> {
    let (mut charset, mut content, mut is_content_type) = (None, None, false);
    while let Some((name, value)) = attributes.next() {
        match name.as_slice() {
            b"charset" => charset = charset.or(Some(value)),
            b"content" => content = content.or_else(|| charset_in_content(&value)),
            b"http-equiv" => is_content_type |= value.eq_ignore_ascii_case(b"content-type"),
            _ => {}
        }
    }
    charset.or(content.filter(|_| is_content_type))
}

/// HTML, "extracting a character encoding from a meta element": `text/html; charset=gbk`.
fn charset_in_content(value: &[u8]) -> Option<Vec<u8>> {
    let lower = value.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    loop {
        rest = &rest[memchr::memmem::find(rest, b"charset")? + b"charset".len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let end = match value.first()? {
            quote @ (b'"' | b'\'') => return value[1..].split(|byte| byte == quote).next().map(<[u8]>::to_vec),
            _ => value.iter().position(|&byte| is_space(byte) || byte == b';').unwrap_or(value.len()),
        };
        return Some(value[..end].to_vec());
    }
}

/// The attributes of one tag; names in lower case, values as they are.
struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Attributes<'_> {
    fn next(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip(|byte| is_space(byte) || byte == b'/');
        if self.peek()? == b'>' {
            return None;
        }
        let start = self.at;
        // An attribute may begin with `=`, which then belongs to its name.
        self.at += 1;
        self.skip(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | b'='));
        let name = self.bytes[start..self.at].to_ascii_lowercase();
        self.skip(is_space);
        if self.peek()? != b'=' {
            return Some((name, Vec::new()));
        }
        self.at += 1;
        self.skip(is_space);
        let quote = self.peek()?;
        let value = if quote == b'"' || quote == b'\'' {
            self.at += 1;
            let start = self.at;
            self.skip(|byte| byte != quote);
            self.peek()?;
            self.at += 1;
            &self.bytes[start..self.at - 1]
        } else {
            let start = self.at;
            self.skip(|byte| !is_space(byte) && byte != b'>');
            self.peek()?;
            &self.bytes[start..self.at]
        };
        Some((name, value.to_vec()))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| !is_skipped(byte)).unwrap_or(rest.len());
    }
}

/// Where `</name` begins, or none when the element is not closed.
fn find_end_tag(bytes: &[u8], name: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"</")
        .find(|&at| bytes.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// Elements whose content is no markup.
const RAW_TEXT: [&[u8]; 7] = [b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noframes"];

/// No name of an encoding is longer; browsers look for the whole `@charset` within 1024 bytes.
const NAME_BYTES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: TextKind, head: &str, expected: &str) {
        let found = match find(kind, head.as_bytes()) {
            None => "nothing",
            Some(None) => "unknown",
            Some(Some(encoding)) => encoding.name(),
        };
        assert_eq!(found, expected, "{head}");
    }

    #[test]
    fn meta_is_found_in_all_its_forms() {
        check(TextKind::Html, "<meta charset=gbk>", "GBK");
        check(TextKind::Html, "<META CHARSET='GB2312' />", "GBK");
        check(TextKind::Html, "<html><head><meta name=a content=b><meta\n charset = \"big5\" >", "Big5");
        check(TextKind::Html, "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>", "Shift_JIS");
        check(TextKind::Html, "<meta content=\"text/html;charset = 'euc-kr' \" http-equiv=\"content-type\">", "EUC-KR");
        check(TextKind::Html, "<p a=1 b='<' c>x</p><meta/charset=koi8-r>", "KOI8-R");
        check(TextKind::Html, "<?xml version='1.0' encoding='euc-jp'?><html>", "EUC-JP");
    }

    #[test]
    fn meta_is_not_found_where_there_is_none() {
        check(TextKind::Html, "<!-- <meta charset=gbk> -->", "nothing");
        check(TextKind::Html, "<script>document.write('<meta charset=gbk>')</script>", "nothing");
        check(TextKind::Html, "<title><meta charset=gbk></title>", "nothing");
        check(TextKind::Html, "<p title='<meta charset=gbk>'>", "nothing");
        check(TextKind::Html, "<meta content='text/html; charset=gbk'>", "nothing");
        check(TextKind::Html, "<metal charset=gbk>", "nothing");
        check(TextKind::Html, "</meta charset=gbk>", "nothing");
        check(TextKind::Html, "<meta charset=gbk", "nothing");
        check(TextKind::Plain, "<meta charset=gbk>", "nothing");
        check(TextKind::Html, "<", "nothing");
        check(TextKind::Html, "</", "nothing");
        check(TextKind::Html, "<!-->", "nothing");
    }

    #[test]
    fn meta_is_found_behind_what_is_stepped_over() {
        check(TextKind::Html, "<!--><meta charset=gbk>", "GBK");
        check(TextKind::Html, "<!doctype html><!-- a --><script>if (a<b) '</p>'</script><meta charset=gbk>", "GBK");
        check(TextKind::Html, "a < b <> </ > <?php ?> <meta charset=gbk>", "GBK");
        check(TextKind::Html, &format!("<style>{}</style><meta charset=gbk>", "a{}".repeat(1000)), "GBK");
        check(TextKind::Html, "<meta http-equiv=refresh content='0; charset=x'><meta charset=gbk>", "GBK");
    }

    #[test]
    fn css_and_xml_declare_at_the_very_beginning() {
        check(TextKind::Css, "@charset \"gbk\";", "GBK");
        check(TextKind::Css, " @charset \"gbk\";", "nothing");
        check(TextKind::Css, "@charset 'gbk';", "nothing");
        check(TextKind::Css, "@charset \"gbk\"", "nothing");
        check(TextKind::Xml, "<?xml version=\"1.0\" encoding=\"Big5\"?>", "Big5");
        check(TextKind::Xml, "<?xml version=\"1.0\"?><a encoding='gbk'>", "nothing");
        check(TextKind::Xml, "<a><?xml encoding='gbk'?>", "nothing");
    }

    #[test]
    fn the_language_of_a_page_is_known() {
        let language = |page: &str| language(TextKind::Html, page.as_bytes());
        assert_eq!(language("<!DOCTYPE html>\n<HTML dir=ltr lang=\"zh-TW\">").as_deref(), Some("zh-tw"));
        assert_eq!(language("<html><p lang=ja>").as_deref(), None);
        assert_eq!(language("<htm").as_deref(), None);
    }

    #[test]
    fn some_names_mean_another_encoding_when_declared() {
        check(TextKind::Html, "<meta charset=utf-16le>", "UTF-8");
        check(TextKind::Html, "<meta charset=x-user-defined>", "windows-1252");
        check(TextKind::Html, "<meta charset=iso-8859-1>", "windows-1252");
        check(TextKind::Html, "<meta charset=klingon>", "unknown");
        check(TextKind::Html, "<meta charset=iso-2022-kr>", "unknown");
    }
}
