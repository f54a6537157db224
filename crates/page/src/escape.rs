//! Text into HTML and names into links, so that no name can be more than a name.

use std::fmt::Write as _;

/// Appends `text` so that it is only text, in an element or in a quoted attribute.
///
/// What a reader could not see, or what turns the direction of all that follows, is shown as a sign.
pub(crate) fn push_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(visible(character)),
        }
    }
}

/// [`push_text`] into a string of its own.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push_text(&mut out, text);
    out
}

/// Like [`push_text`] for a line of running text, in which tabs stand for themselves.
pub(crate) fn push_line(out: &mut String, line: &str) {
    for (index, piece) in line.split('\t').enumerate() {
        if index > 0 {
            out.push('\t');
        }
        push_text(out, piece);
    }
}

/// The character itself, or a sign for one that cannot be seen.
fn visible(character: char) -> char {
    match character {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        character if is_deceptive(character) => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

/// Whether it can make a text look like another one: C1 controls; marks, embeddings, overrides and isolates of direction; line and
/// paragraph separators; BOM.
pub(crate) fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// Appends one segment of a path for a link, byte for byte; whatever a parser might take for syntax is encoded.
pub(crate) fn push_segment(out: &mut String, name: &[u8]) {
    for &byte in name {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            // Not `:`, which would make a scheme of what stands before it; not `'`, `=`, `&`, for attributes and queries.
            b'!' | b'$' | b'(' | b')' | b'*' | b',' | b';' | b'@' => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

/// [`push_segment`] into a string of its own.
pub(crate) fn segment(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    push_segment(&mut out, name);
    out
}

/// The bytes of one value of a query: `+` is a space, `%XX` a byte, anything else itself.
pub(crate) fn unescape_query(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [byte, tail @ ..] = rest {
        let (decoded, tail) = match (byte, tail) {
            (b'+', tail) => (b' ', tail),
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, tail),
                _ => (b'%', &rest[1..]),
            },
            (&byte, tail) => (byte, tail),
        };
        out.push(decoded);
        rest = tail;
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_only_text() {
        #[track_caller]
        fn check(input: &str, expected: &str) {
            assert_eq!(text(input), expected);
        }
        check("a b", "a b");
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("\" onload='x'", "&quot; onload=&#39;x&#39;");
        check("&amp;", "&amp;amp;");
        check("a\nb\tc\0", "a␊b␉c␀");
        check("evil\u{202e}gpj.exe", "evil\u{fffd}gpj.exe");
        check("\u{2066}a\u{2069}\u{200f}", "\u{fffd}a\u{fffd}\u{fffd}");
        check("资料 é", "资料 é");
        // Joiners carry meaning in Persian, in Indic scripts and in emoji.
        check("می\u{200c}خواهم", "می\u{200c}خواهم");
    }

    #[test]
    fn tabs_stay_tabs() {
        let mut out = String::new();
        push_line(&mut out, "\ta<\t\u{1}");
        assert_eq!(out, "\ta&lt;\t␁");
    }

    #[test]
    fn links_name_bytes() {
        #[track_caller]
        fn check(name: &[u8], expected: &str) {
            assert_eq!(segment(name), expected);
        }
        check(b"a-b_c.~1", "a-b_c.~1");
        check(b"a b", "a%20b");
        check(b"a:b", "a%3Ab");
        check(b"50%?#", "50%25%3F%23");
        check(b"\"'<>&=+", "%22%27%3C%3E%26%3D%2B");
        check("资".as_bytes(), "%E8%B5%84");
        check(b"\xc4\xe3\xff\n", "%C4%E3%FF%0A");
        check(b"a\\b", "a%5Cb");
    }

    #[test]
    fn a_query_gives_its_bytes_back() {
        #[track_caller]
        fn check(value: &[u8], expected: &[u8]) {
            assert_eq!(unescape_query(value), expected);
        }
        check(b"a+b%20c", b"a b c");
        check(b"%E8%b5%84", "资".as_bytes());
        check(b"100%", b"100%");
        check(b"%4", b"%4");
        check(b"%zz%00", b"%zz\0");
    }
}
