//! Mail (RFC 5322, MIME): subject, people, and the text of each part; also pages saved as mail (MHTML).

use std::borrow::Cow;

use charset::Encoding;

use super::words::Draft;
use super::{Format, html, limit, text};

/// The words of a mail.
pub(crate) fn read(bytes: &[u8]) -> Draft {
    let mut draft = Draft::new();
    read_part(bytes, &mut draft, 0);
    draft
}

/// A header section and what stands behind it.
fn read_part(bytes: &[u8], draft: &mut Draft, depth: usize) {
    let (fields, content) = split(bytes);
    let field =
        |name: &str| fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| &value[..]);
    if depth == 0 {
        if let Some(subject) = field("Subject") {
            draft.title.push(&decode_words(subject));
        }
        for name in ["From", "To", "Cc", "Date"] {
            if let Some(value) = field(name) {
                draft.body.push(&decode_words(value));
                draft.body.line();
            }
        }
    }
    let kind = field("Content-Type").map_or_else(|| "text/plain".into(), String::from_utf8_lossy);
    let (kind, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let name = field("Content-Disposition").map(String::from_utf8_lossy);
    let name = name.as_deref().and_then(|value| parameter(value, "filename")).or_else(|| parameter(parameters, "name"));
    if let Some(name) = name {
        // What is attached is found by its name.
        draft.body.line();
        draft.body.push(&decode_words(name.as_bytes()));
        draft.body.line();
    }
    if kind.starts_with("multipart/") {
        let Some(boundary) = parameter(parameters, "boundary").filter(|_| depth < limit::MAIL_NESTING_MAX) else {
            return;
        };
        return read_parts(content, &boundary, kind == "multipart/alternative", draft, depth);
    }
    let encoding = field("Content-Transfer-Encoding").unwrap_or_default().trim_ascii().to_ascii_lowercase();
    let content = match &encoding[..] {
        b"base64" => Cow::Owned(base64(content)),
        b"quoted-printable" => Cow::Owned(quoted_printable(content, false)),
        _ => Cow::Borrowed(content),
    };
    let charset = parameter(parameters, "charset").and_then(|name| Encoding::for_label(name.as_bytes()));
    match &kind[..] {
        "message/rfc822" if depth < limit::MAIL_NESTING_MAX => read_part(&content, draft, depth + 1),
        "text/html" | "application/xhtml+xml" => {
            let Some(text) = decode(&content, charset, Format::Html) else { return };
            let page = html::read(&text);
            if draft.title.is_empty() {
                draft.title.push(page.title.as_str());
            }
            draft.headings.push_lines(page.headings.as_str());
            draft.headings.line();
            draft.body.line();
            draft.body.push_lines(page.body.as_str());
        }
        _ if kind.starts_with("text/") && kind != "text/css" => {
            let Some(text) = decode(&content, charset, Format::Text) else { return };
            draft.body.line();
            draft.body.push_lines(&text);
        }
        _ => {}
    }
    draft.body.line();
}

/// The parts between the lines of a boundary. Of alternatives, only the first that has words: they all say the same.
fn read_parts(content: &[u8], boundary: &str, is_alternative: bool, draft: &mut Draft, depth: usize) {
    let mark = format!("--{boundary}");
    let mut parts = Parts { rest: content, mark: mark.as_bytes(), is_begun: false };
    let before = draft.body.as_str().len();
    while let Some(part) = parts.next_part() {
        read_part(part, draft, depth + 1);
        if draft.body.is_full() || is_alternative && draft.body.as_str().len() > before {
            break;
        }
    }
}

struct Parts<'a> {
    rest: &'a [u8],
    mark: &'a [u8],
    is_begun: bool,
}

impl<'a> Parts<'a> {
    fn next_part(&mut self) -> Option<&'a [u8]> {
        loop {
            let found = self.boundary();
            let (end, behind) = found.unwrap_or((self.rest.len(), self.rest.len()));
            let part = &self.rest[..end];
            let is_last = self.rest[end..behind].trim_ascii_end().ends_with(b"--") && found.is_some();
            let was_begun = std::mem::replace(&mut self.is_begun, true);
            self.rest = if is_last { &[] } else { &self.rest[behind..] };
            match (was_begun, found) {
                (true, _) if !part.is_empty() => return Some(part),
                (_, None) => return None,
                _ if is_last => return None,
                _ => {}
            }
        }
    }

    /// Where the next line of the boundary begins and ends.
    fn boundary(&self) -> Option<(usize, usize)> {
        for at in memchr::memmem::find_iter(self.rest, self.mark) {
            if at == 0 || self.rest[at - 1] == b'\n' {
                let length = memchr::memchr(b'\n', &self.rest[at..]).map_or(self.rest.len() - at, |end| end + 1);
                let line = self.rest[at + self.mark.len()..at + length].trim_ascii();
                // A longer boundary may begin with this one.
                if line.is_empty() || line == b"--" {
                    return Some((at, at + length));
                }
            }
        }
        None
    }
}

/// Fields of the header section, unfolded, and what stands behind the empty line.
fn split(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, &[u8]) {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, behind) = rest.split_at(end);
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return (fields, behind);
        }
        let is_folded = line[0] == b' ' || line[0] == b'\t';
        match line.iter().position(|&byte| byte == b':') {
            _ if is_folded && !fields.is_empty() => {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(b' ');
                    value.extend_from_slice(line.trim_ascii());
                }
            }
            Some(at) if !is_folded && fields.len() < FIELDS_MAX => {
                fields.push((String::from_utf8_lossy(&line[..at]).into_owned(), line[at + 1..].trim_ascii().to_vec()));
            }
            // A line before the mails of an archive.
            _ if line.starts_with(b"From ") => {}
            // No header section at all.
            _ if fields.is_empty() => return (fields, bytes),
            _ => {}
        }
        rest = behind;
    }
    (fields, rest)
}

/// Mails that travelled far have a hundred.
const FIELDS_MAX: usize = 1000;

/// A parameter of a field, in quotes or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let at = lower.match_indices(name).map(|(at, _)| at).find(|&at| {
        let is_begun = at == 0 || matches!(lower.as_bytes()[at - 1], b';' | b' ' | b'\t');
        is_begun && lower[at + name.len()..].trim_start().starts_with('=')
    })?;
    let rest = value[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let found = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split([';', ' ', '\t']).next(),
    };
    found.filter(|found| !found.is_empty()).map(str::to_owned)
}

/// The text of a part: as it is declared, if it decodes so; else as its bytes say.
fn decode<'a>(bytes: &'a [u8], declared: Option<&'static Encoding>, format: Format) -> Option<Cow<'a, str>> {
    let declared = declared.and_then(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes));
    declared.or_else(|| text::decode(format, bytes))
}

/// A field with words in other encodings: `=?gbk?B?16rByw==?=` (RFC 2047). Between two of them, spaces are nothing.
fn decode_words(field: &[u8]) -> String {
    let field = charset::name(field, &[]).0;
    let mut out = String::new();
    let (mut rest, mut was_word) = (&field[..], false);
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        if !(was_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        match decode_word(word) {
            Some((text, behind)) => {
                out.push_str(&text);
                (rest, was_word) = (behind, true);
            }
            None => {
                out.push_str("=?");
                (rest, was_word) = (&word[2..], false);
            }
        }
    }
    out.push_str(rest);
    out
}

fn decode_word(text: &str) -> Option<(String, &str)> {
    let (label, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (method, rest) = rest.split_once('?')?;
    let (content, behind) = rest.split_once("?=")?;
    let bytes = match method {
        "B" | "b" => base64(content.as_bytes()),
        "Q" | "q" => quoted_printable(content.as_bytes(), true),
        _ => return None,
    };
    // RFC 2231 §5: a language may stand behind the encoding.
    let label = label.split('*').next().unwrap_or_default();
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some((encoding.decode_without_bom_handling(&bytes).0.into_owned(), behind))
}

/// RFC 4648 §4; what is no digit is passed over, as in mail it must be (RFC 2045 §6.8).
fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

/// RFC 2045 §6.7; in a field, `_` is a space (RFC 2047 §4.2).
fn quoted_printable(text: &[u8], is_field: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'_' if is_field => out.push(b' '),
            b'=' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                match *behind {
                    [b'\r', b'\n', ..] => rest = &behind[2..],
                    [b'\n', ..] => rest = &behind[1..],
                    [high, low, ..] => match digit(high).zip(digit(low)) {
                        Some((high, low)) => {
                            out.push((high << 4 | low) as u8);
                            rest = &behind[2..];
                        }
                        None => out.push(b'='),
                    },
                    _ => out.push(b'='),
                }
            }
            byte => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extract;

    fn extract(mail: &str) -> Extract {
        read(mail.replace('\n', "\r\n").as_bytes()).finish()
    }

    #[test]
    fn a_mail_is_subject_people_and_text() {
        let mail = extract(
            "From: =?utf-8?Q?=E7=94=B2_x?= <a@example.org>\nSubject: =?gbk?B?18rBzw==?=\n =?gbk?B?sunV0g==?= done\nDate: Wed, 1 May 2024\n\n\
             Hello\nthere\n",
        );
        assert_eq!(mail.title.as_deref(), Some("资料查找 done"));
        assert_eq!(mail.body, "甲 x <a@example.org>\nWed, 1 May 2024\nHello\nthere");
    }

    #[test]
    fn of_alternatives_one_is_read_and_attachments_are_named() {
        let mail = extract(
            "Subject: s\nContent-Type: multipart/mixed; boundary=\"out er\"\n\npreamble\n--out er\nContent-Type: multipart/alternative; boundary=in\n\n\
             --in\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E8=B5=84=\n=E6=96=99\n--in\n\
             Content-Type: text/html\n\n<p>资料\n--in--\n--out er\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"报告.pdf\"\n\
             Content-Transfer-Encoding: base64\n\nAAAA\n--out er--\nepilogue\n",
        );
        assert_eq!(mail.body, "资料\n报告.pdf");
    }

    #[test]
    fn a_saved_page_is_read_as_html() {
        let page = extract(
            "From: <Saved by a browser>\nContent-Type: multipart/related; boundary=x; type=\"text/html\"\n\n--x\nContent-Type: text/html; charset=gbk\n\
             Content-Transfer-Encoding: quoted-printable\n\n<title>=D7=CA=C1=CF</title><h1>a</h1><p>b\n--x\nContent-Type: text/css\n\np{}\n--x--\n",
        );
        assert_eq!((page.title.as_deref(), page.headings.as_str()), (Some("资料"), "a"));
        assert_eq!(page.body, "<Saved by a browser>\nb");
    }

    #[test]
    fn what_is_no_mail_is_text() {
        assert_eq!(extract("only words\nin lines\n").body, "only words\nin lines");
        assert_eq!(extract("").body, "");
    }

    #[test]
    fn parts_within_parts_end_somewhere() {
        let mut mail = String::new();
        for depth in 0..2000 {
            mail.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}x\n\n--b{depth}x\n"));
        }
        let _ = extract(&mail);
        let _ = extract(&format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n".repeat(20_000)));
        let _ = extract(&format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--bb\n".repeat(20_000)));
    }

    #[test]
    fn what_is_encoded_badly_is_read_as_far_as_it_goes() {
        assert_eq!(base64(b"16rB\r\nyw==more"), b"\xd7\xaa\xc1\xcb");
        assert_eq!(quoted_printable(b"a=3Db=zz=", false), b"a=b=zz=");
        assert_eq!(decode_words(b"=?x"), "=?x");
        assert_eq!(decode_words(b"=?nonsense?B?AA==?= x"), "=?nonsense?B?AA==?= x");
    }
}
