//! Where the built-in pages live: `/-`, another path, or `off`.

/// Below which path the built-in pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// They are not served.
    Off,
    /// Below this path, which begins with a slash and does not end with one.
    Path(String),
}

/// Reads a prefix.
pub(crate) fn parse(text: &str) -> Result<Prefix, String> {
    if text == "off" {
        return Ok(Prefix::Off);
    }
    let path = text.strip_suffix('/').unwrap_or(text);
    let is_path = path.strip_prefix('/').is_some_and(|inner| inner.split('/').all(is_segment));
    match is_path {
        true => Ok(Prefix::Path(path.into())),
        false => Err("expected off, or a path such as /- of letters, digits and - . _ ~".into()),
    }
}

/// RFC 3986 §2.3, unreserved only: the same in every spelling, so that no second spelling gets around the prefix.
fn is_segment(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !matches!(text, "" | "." | "..") && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Prefix>) {
        assert_eq!(parse(text).ok(), expected, "{text}");
    }

    #[test]
    fn a_prefix_is_a_plain_path_or_off() {
        check("/-", Some(Prefix::Path("/-".into())));
        check("/-/", Some(Prefix::Path("/-".into())));
        check("/a/b_c", Some(Prefix::Path("/a/b_c".into())));
        check("off", Some(Prefix::Off));
    }

    #[test]
    fn a_prefix_with_two_spellings_is_none() {
        for text in ["", "/", "-", "//", "/a//b", "/a/../b", "/.", "/a b", "/%2D", "/资料", "/a?b"] {
            check(text, None);
        }
    }
}
