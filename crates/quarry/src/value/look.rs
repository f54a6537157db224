//! What owners may change on the pages: title and accent; and the charset of texts that nobody can tell.

/// Reads a title.
pub(crate) fn parse_title(text: &str) -> Result<String, String> {
    let is_printable = !text.chars().any(char::is_control);
    match is_printable && !text.trim().is_empty() && text.chars().count() <= TITLE_CHARACTERS_MAX {
        true => Ok(text.trim().to_owned()),
        false => Err(format!("expected a line of 1 to {TITLE_CHARACTERS_MAX} characters")),
    }
}

/// Reads a colour. Hexadecimal only: whatever else stands in a style sheet could do more than colour.
pub(crate) fn parse_colour(text: &str) -> Result<String, String> {
    let is_colour = text
        .strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    is_colour.then(|| text.to_ascii_lowercase()).ok_or_else(|| "expected a colour such as #0a7d5c or #07c".into())
}

/// Reads the name of a charset that browsers know, and gives the one they prefer.
pub(crate) fn parse_charset(text: &str) -> Result<&'static str, String> {
    charset::label_for(text)
        .ok_or_else(|| "browsers know no such charset; expected for example gbk or windows-1252".into())
}

/// A title stands in the tab of a browser and on one line of a phone.
const TITLE_CHARACTERS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(parse_title(" 资料 "), Ok("资料".into()));
        for text in ["", "  ", "a\nb", &"a".repeat(201)] {
            assert_eq!(parse_title(text), Err("expected a line of 1 to 200 characters".into()));
        }
    }

    #[test]
    fn a_colour_is_hexadecimal() {
        assert_eq!(parse_colour("#0A7D5C"), Ok("#0a7d5c".into()));
        assert_eq!(parse_colour("#07c"), Ok("#07c".into()));
        for text in ["", "#", "red", "#12345", "#12345g", "07c", "#07c;}"] {
            assert_eq!(parse_colour(text), Err("expected a colour such as #0a7d5c or #07c".into()), "{text}");
        }
    }

    #[test]
    fn a_charset_is_one_that_browsers_know() {
        assert_eq!(parse_charset("GB2312"), Ok("gbk"));
        assert_eq!(parse_charset("Latin1"), Ok("windows-1252"));
        assert!(parse_charset("utf-7").is_err());
    }
}
