//! Text and code, with numbers before the lines that are not part of the text.

use std::fmt::Write as _;

use crate::escape::push_line;

/// Appends the lines; each can be linked to, as `#L12`.
pub(super) fn push(out: &mut String, text: &str) {
    // The numbers are counted by the style sheet: what is copied is the text alone.
    out.push_str("<pre class=lines tabindex=0><code>");
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in lines(text).enumerate() {
        let _ = write!(out, "<span id=L{}>", index + 1);
        push_line(out, line);
        out.push_str("\n</span>");
    }
    out.push_str("</code></pre>");
}

/// The lines of a text, whichever of the three line ends it has.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let after = if text[end..].starts_with("\r\n") { end + 2 } else { end + 1 };
        rest = Some(&text[after..]).filter(|text| !text.is_empty());
        Some(&text[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_end_ends_one_line() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            assert_eq!(lines(text).collect::<Vec<_>>(), expected);
        }
        check("", &[]);
        check("a", &["a"]);
        check("a\nb\n", &["a", "b"]);
        check("a\r\nb\rc\n\nd", &["a", "b", "c", "", "d"]);
        check("\n\r", &["", ""]);
    }

    #[test]
    fn lines_are_only_text() {
        let mut out = String::new();
        push(&mut out, "\u{feff}</code>\n\t&");
        assert_eq!(
            out,
            "<pre class=lines tabindex=0><code><span id=L1>&lt;/code&gt;\n</span><span id=L2>\t&amp;\n</span></code></pre>"
        );
    }
}
