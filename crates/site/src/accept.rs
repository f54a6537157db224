//! What `Accept` says by name (RFC 9110 §12.5.1): whether a person or a program asks.

use semantics::{FieldName, RequestHead};

/// How much the client wants a media type that it names, from 0 to 1000. One that only `*/*` covers is 0: programs send
/// that without meaning anything by it.
fn named_quality(head: &RequestHead<'_>, essence: &str) -> u16 {
    let members = head.fields.values(FieldName::Accept).flat_map(|value| value.split(|&byte| byte == b','));
    members
        .filter_map(|member| {
            let mut parts = member.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
            parts.next().filter(|range| range.eq_ignore_ascii_case(essence.as_bytes()))?;
            let weight = parts.find_map(|part| part.strip_prefix(b"q=").or_else(|| part.strip_prefix(b"Q=")));
            Some(weight.map_or(1000, quality))
        })
        .max()
        .unwrap_or(0)
}

/// Whether a person goes to the target: the client names `text/html`, and, when it says what for, it is to show it.
///
/// An image, a style or a `fetch()` of a script is not. What depends on this varies by `Accept` and `Sec-Fetch-Dest`.
pub fn is_navigation(head: &RequestHead<'_>) -> bool {
    let is_shown = match head.field(FieldName::SecFetchDest) {
        None => true,
        Some(destination) => matches!(destination, b"document" | b"iframe" | b"frame" | b"embed" | b"object"),
    };
    is_shown && named_quality(head, "text/html") > 0
}

/// Whether a page that has both forms is sent as JSON: the client names it, and wants it more than HTML.
pub fn prefers_json(head: &RequestHead<'_>) -> bool {
    named_quality(head, "application/json") > named_quality(head, "text/html")
}

/// `0.5` in thousandths; 0 for what is no weight.
fn quality(weight: &[u8]) -> u16 {
    let number = std::str::from_utf8(weight).ok().and_then(|text| text.parse::<f32>().ok()).unwrap_or(0.0);
    // The cast is safe: it is between 0 and 1000, and NaN becomes 0.
    (number.clamp(0.0, 1.0) * 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::{Fields, Method, Version};

    fn head<'a>(section: &'a str, accept: &str, destination: Option<&str>) -> RequestHead<'a> {
        let mut fields = Fields::new();
        fields.set_section(section.as_bytes());
        fields.note(FieldName::Accept, &section.as_bytes()[..accept.len()]);
        if destination.is_some() {
            fields.note(FieldName::SecFetchDest, &section.as_bytes()[accept.len()..]);
        }
        RequestHead { method: Method::Get, target: b"/", authority: b"", version: Version::Http11, fields }
    }

    #[track_caller]
    fn check(accept: &str, destination: Option<&str>, expected: bool) {
        let section = format!("{accept}{}", destination.unwrap_or_default());
        assert_eq!(is_navigation(&head(&section, accept, destination)), expected, "{accept}, {destination:?}");
    }

    #[test]
    fn browsers_navigate() {
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some("document"), true);
        check("text/html,application/xhtml+xml", Some("iframe"), true);
        check("text/html, */*", None, true);
        check("TEXT/HTML;level=1;q=0.4", None, true);
    }

    #[test]
    fn programs_and_subresources_do_not() {
        check("*/*", None, false);
        check("", None, false);
        check("application/json", None, false);
        check("text/html;q=0, */*", None, false);
        check("text/*", None, false);
        check("image/avif,image/webp,*/*;q=0.8", Some("image"), false);
        check("text/html", Some("empty"), false);
        check("text/html", Some("image"), false);
    }

    #[test]
    fn weights_are_read() {
        let quality = |accept| named_quality(&head(accept, accept, None), "application/json");
        assert_eq!(quality("application/json, text/plain, */*"), 1000);
        assert_eq!(quality("text/html, application/json ; q=0.9"), 900);
        assert_eq!(quality("application/json;q=nan"), 0);
        assert_eq!(quality("application/json;q=9"), 1000);
        assert_eq!(quality("application/json;q=-1"), 0);
        assert_eq!(quality("application/jsonp"), 0);
    }
}
