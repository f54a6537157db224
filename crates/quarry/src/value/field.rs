//! Response fields that owners add: `NAME:VALUE`, and the value of `Cache-Control`.

/// A field for every response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddedField {
    /// A token (RFC 9110 §5.1), as it was written.
    pub(crate) name: String,
    /// Without whitespace around it (§5.5).
    pub(crate) value: String,
}

/// Reads `NAME:VALUE`.
pub(crate) fn parse(text: &str) -> Result<AddedField, String> {
    let (name, value) = text.split_once(':').ok_or("the colon is missing; expected NAME:VALUE")?;
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("{name:?} is no field name; expected letters, digits and - before the colon"));
    }
    match refusal(name) {
        Some(refusal) => Err(refusal),
        None => Ok(AddedField { name: name.into(), value: parse_value(value)? }),
    }
}

/// Reads the name of a field.
pub(crate) fn parse_name(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty() && text.bytes().all(is_token);
    is_name.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} is no field name; expected letters, digits and -"))
}

/// Why a field of that name cannot be added to every response; `None`: it can.
pub(crate) fn refusal(name: &str) -> Option<String> {
    let (_, advice) = OURS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(format!("{name} is {advice}"))
}

/// Why a route cannot set a field of that name; `None`: it can.
pub(crate) fn refusal_in_route(name: &str) -> Option<String> {
    match name.to_ascii_lowercase().as_str() {
        "cache-control" => None,
        "content-type" => Some(format!("{name} is set by media-type")),
        "location" => Some(format!("{name} is set by redirect")),
        _ => refusal(name),
    }
}

/// Reads the name of a field that a route takes out of its answers. What says how the message is to be read stays.
pub(crate) fn parse_removed(text: &str) -> Result<String, String> {
    let name = parse_name(text)?;
    let stays = [
        "Allow",
        "Connection",
        "Content-Encoding",
        "Content-Length",
        "Content-Range",
        "Content-Type",
        "Date",
        "Location",
        "Transfer-Encoding",
        "Vary",
        "WWW-Authenticate",
    ];
    match stays.iter().any(|stays| name.eq_ignore_ascii_case(stays)) {
        true => Err(format!("{name} cannot go: without it the answer would be read wrongly")),
        false => Ok(name),
    }
}

/// Reads the value of a field.
pub(crate) fn parse_value(text: &str) -> Result<String, String> {
    let value = text.trim_matches([' ', '\t']);
    if value.is_empty() {
        return Err("the value is missing".into());
    }
    // RFC 9110 §5.5: newly defined fields limit their values to US-ASCII; what is beyond, recipients read in different ways.
    match value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        true => Ok(value.to_owned()),
        false => Err("the value has characters that no field may have; expected visible ASCII and spaces".into()),
    }
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Fields that say what this very message is: a second or a wrong one breaks it.
const OURS: [(&str, &str); 18] = [
    ("Accept-Ranges", "set by Quarry itself"),
    ("Allow", "set by Quarry itself"),
    ("Cache-Control", "set by --cache-control"),
    ("Connection", "set by Quarry itself"),
    ("Content-Encoding", "set by Quarry itself"),
    ("Content-Length", "set by Quarry itself"),
    ("Content-Range", "set by Quarry itself"),
    ("Content-Type", "set by Quarry itself"),
    ("Date", "set by Quarry itself"),
    ("ETag", "set by Quarry itself"),
    ("Host", "a request field"),
    ("Keep-Alive", "set by Quarry itself"),
    ("Last-Modified", "set by Quarry itself"),
    ("Location", "set by Quarry itself"),
    ("TE", "a request field"),
    ("Trailer", "set by Quarry itself"),
    ("Transfer-Encoding", "set by Quarry itself"),
    ("Upgrade", "set by Quarry itself"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, value: &str) {
        assert_eq!(parse(text), Ok(AddedField { name: name.into(), value: value.into() }), "{text}");
    }

    #[track_caller]
    fn refuse(text: &str, expected: &str) {
        assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
    }

    #[test]
    fn a_field_is_a_name_a_colon_and_a_value() {
        check("X-Robots-Tag: noindex", "X-Robots-Tag", "noindex");
        check("Link:</a>; rel=\"x\", <http://b:80/>", "Link", "</a>; rel=\"x\", <http://b:80/>");
        check("A: b\t ", "A", "b");
    }

    #[test]
    fn a_field_cannot_carry_another_one() {
        let expected = "the value has characters that no field may have; expected visible ASCII and spaces";
        refuse("A: b\r\nSet-Cookie: c", expected);
        refuse("A: b\0", expected);
        refuse("A: é", expected);
    }

    #[test]
    fn a_field_needs_name_and_value() {
        refuse("no colon", "the colon is missing; expected NAME:VALUE");
        refuse("A:", "the value is missing");
        refuse(": b", "\"\" is no field name; expected letters, digits and - before the colon");
        refuse("A B: c", "\"A B\" is no field name; expected letters, digits and - before the colon");
        refuse("A : c", "\"A \" is no field name; expected letters, digits and - before the colon");
    }

    #[test]
    fn fields_that_frame_the_message_are_ours() {
        refuse("content-length: 3", "content-length is set by Quarry itself");
        refuse("Transfer-Encoding: chunked", "Transfer-Encoding is set by Quarry itself");
        refuse("Cache-Control: no-store", "Cache-Control is set by --cache-control");
    }
}
