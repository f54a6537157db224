//! `Content-Disposition` (RFC 6266), so that what is saved has the right name.

/// `attachment`, with the name in ASCII for old programs and, where that is not the name, in UTF-8 (RFC 8187).
///
/// A name in an old encoding is read as the encoding it most likely is, as listings show it.
pub fn attachment(name: &[u8]) -> String {
    let name = charset::name(name, &[]).0;
    // Neither `%` nor `\`: some programs decode the one, some take the other for a folder (RFC 6266 §4.3, appendix D).
    let is_plain = |character: char| character.is_ascii_alphanumeric() || " -_.()+,=@!#$&'{}[]^~;".contains(character);
    let fallback: String = name.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    if fallback == name {
        return format!("attachment; filename=\"{fallback}\"");
    }
    let mut encoded = String::new();
    for byte in name.bytes() {
        // attr-char of RFC 8187 §3.2.1
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: impl AsRef<[u8]>, expected: &str) {
        assert_eq!(attachment(name.as_ref()), expected);
    }

    #[test]
    fn a_plain_name_stays() {
        check("a b-1.txt", r#"attachment; filename="a b-1.txt""#);
        check("a;b (1).tar.gz", r#"attachment; filename="a;b (1).tar.gz""#);
    }

    #[test]
    fn any_other_is_given_twice() {
        check("文.txt", r#"attachment; filename="_.txt"; filename*=UTF-8''%E6%96%87.txt"#);
        check("50%.txt", r#"attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt"#);
        check("a*b'c.txt", r#"attachment; filename="a_b'c.txt"; filename*=UTF-8''a%2Ab%27c.txt"#);
    }

    #[test]
    fn no_name_ends_the_quotes_or_the_line() {
        check("a\"b\\c", r#"attachment; filename="a_b_c"; filename*=UTF-8''a%22b%5Cc"#);
        check("a\r\nX: y", r#"attachment; filename="a__X_ y"; filename*=UTF-8''a%0D%0AX%3A%20y"#);
    }
}
