//! Where a redirect leads: a place of this site, or an address whose host the owner has written. No client chooses the host.

use super::host::{HostPattern, host_of};
use super::template::{Template, TemplateFault, Wanted, in_path, in_query};
use crate::visit::push_query;
use semantics::Target;

/// The value of `Location`, with places for captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    host: Host,
    path: Template,
    query: Option<Template>,
    fragment: Option<Template>,
    /// The template ends with `?`: the query of the request does not go along.
    drops_query: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// This site: the reference has none.
    Here,
    /// Scheme, host and port as the owner wrote them.
    Written(String),
    /// The host that was asked for: what stands before it, and the port behind it.
    Asked(&'static str, String),
}

impl Location {
    /// Reads where a redirect leads. `slot`: as for [`Template::parse`].
    pub(crate) fn parse(
        text: &str,
        mut slot: impl FnMut(Wanted) -> Result<usize, String>,
    ) -> Result<Location, TemplateFault> {
        let fault = |at: usize, cause: &str| TemplateFault { cause: cause.into(), at };
        if let Some(at) = text.find(|char: char| char.is_control() || char == '\\') {
            return Err(fault(at, "no address has a backslash or a control character"));
        }
        let (host, start) = host(text).map_err(|(at, cause)| fault(at, &cause))?;
        // A reference is taken apart from its end (RFC 3986 §3).
        let (before, hash) = text.split_once('#').map_or((text, None), |(before, behind)| (before, Some(behind)));
        let (path, mark) =
            before[start..].split_once('?').map_or((&before[start..], None), |(path, query)| (path, Some(query)));
        let mut part = |text: &str, at: usize| {
            Template::parse(text, &mut slot).map_err(|fault| TemplateFault { at: fault.at + at, ..fault })
        };
        let query_at = start + path.len() + 1;
        Ok(Location {
            host,
            path: part(path, start)?,
            query: mark.filter(|query| !query.is_empty()).map(|query| part(query, query_at)).transpose()?,
            fragment: hash.map(|hash| part(hash, before.len() + 1)).transpose()?,
            drops_query: mark == Some(""),
        })
    }

    /// The address for this request. Its query goes along, behind one that the owner wrote.
    pub(crate) fn for_target(&self, target: &Target<'_>, authority: &[u8], values: &[Vec<u8>]) -> String {
        let mut location = match &self.host {
            Host::Here => String::new(),
            Host::Written(origin) => origin.clone(),
            // Who does not say which host it means stays where it is.
            Host::Asked(scheme, port) => {
                asked_host(authority).map(|host| format!("{scheme}{host}{port}")).unwrap_or_default()
            }
        };
        // One slash, whatever the captures begin with: `//` would name a host, and behind a host anything else would be part of it.
        location.push('/');
        location.push_str(self.path.join(values, plain, in_path).trim_start_matches('/'));
        let mut mark = '?';
        if let Some(query) = &self.query {
            location.push(mark);
            location.push_str(&query.join(values, plain, in_query));
            mark = '&';
        }
        if let Some(query) = target.query().filter(|query| !self.drops_query && !query.is_empty()) {
            location.push(mark);
            push_query(query, &mut location);
        }
        if let Some(fragment) = &self.fragment {
            location.push('#');
            location.push_str(&fragment.join(values, plain, in_query));
        }
        location
    }

    /// The place in this site, where it leads to one and nothing has to be filled in.
    pub(crate) fn literal(&self) -> Option<&str> {
        self.path.literal().filter(|_| self.host == Host::Here)
    }

    /// Whether it leads to a place of this site.
    pub(crate) fn is_here(&self) -> bool {
        self.host == Host::Here
    }
}

/// The host of a template, and where its path begins. Errs with what is wrong at which byte.
fn host(text: &str) -> Result<(Host, usize), (usize, String)> {
    let Some(scheme) = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme)) else {
        return match text.as_bytes() {
            [b'/', b'/', ..] => Err((0, "expected https:// before the host".into())),
            // A capture may begin it, for a slash is put before.
            [b'/' | b'$', ..] => Ok((Host::Here, 0)),
            _ => Err((0, "expected a path that begins with /, or an address that begins with https://".into())),
        };
    };
    let rest = &text[scheme.len()..];
    let end = |text: &str| text.find(['/', '?', '#', '$']).unwrap_or(text.len());
    if let Some(behind) = rest.strip_prefix("${host}") {
        let port = &behind[..end(behind)];
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        let at = text.len() - behind.len();
        return match is_port {
            true => Ok((Host::Asked(scheme, port.into()), at + port.len())),
            false => Err((at, "expected a port or a slash behind ${host}".into())),
        };
    }
    let written = &rest[..end(rest)];
    let at = scheme.len();
    if written.is_empty() {
        return Err((
            at,
            "expected a host; with a capture there, whoever makes a link would choose where it leads".into(),
        ));
    }
    let (name, port) = match written.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (written, None),
    };
    name.parse::<HostPattern>().map_err(|cause| (at, cause)).and_then(|host| match host.is_wildcard() {
        true => Err((at, "expected one host".into())),
        false => Ok(()),
    })?;
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err((at + name.len(), "expected a port from 0 to 65535".into()));
    }
    Ok((Host::Written(text[..at + written.len()].to_ascii_lowercase()), at + written.len()))
}

/// The host that was asked for, if it is one: an authority may have letters that none has.
pub(super) fn asked_host(authority: &[u8]) -> Option<&str> {
    let host = std::str::from_utf8(host_of(authority)).ok()?;
    host.parse::<HostPattern>().ok().filter(|pattern| !pattern.is_wildcard()).map(|_| host)
}

/// What the owner wrote, with what no address has encoded. Percent signs stay: they are taken for encoded already.
fn plain(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^') {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn location(text: &str) -> Result<Location, TemplateFault> {
        Location::parse(text, |wanted| match wanted {
            Wanted::Number(number) if number < 2 => Ok(number),
            _ => Err("there is none".into()),
        })
    }

    fn leads(text: &str, target: &str, values: [&[u8]; 2]) -> String {
        let target = Target::parse(target.as_bytes()).unwrap();
        location(text).unwrap().for_target(&target, b"Old.example:8080", &values.map(<[u8]>::to_vec))
    }

    #[track_caller]
    fn check(text: &str, capture: &[u8], expected: &str) {
        assert_eq!(leads(text, "/", [b"/all", capture]), expected, "{text}");
    }

    #[test]
    fn captures_are_encoded_for_their_place() {
        check("/new/$1", b"a b/c", "/new/a%20b/c");
        check("/new/$1", "资料?x#y".as_bytes(), "/new/%E8%B5%84%E6%96%99%3Fx%23y");
        check("/new/$1", b"\xd7\xca\r\nX: y", "/new/%D7%CA%0D%0AX%3A%20y");
        check("/find?q=$1", b"a&b=c+d/e", "/find?q=a%26b%3Dc%2Bd%2Fe");
        check("/a#$1", b"b c", "/a#b%20c");
        check("/资 料/$1", b"x", "/%E8%B5%84%20%E6%96%99/x");
        check("/100%25/$1", b"%", "/100%25/%25");
        check("https://example.org$0", b"", "https://example.org/all");
        check("https://Example.org:8443/x?y", b"", "https://example.org:8443/x?y");
        check("https://example.org", b"", "https://example.org/");
        check("https://${host}$0", b"", "https://Old.example/all");
        check("https://${host}:8443$0", b"", "https://Old.example:8443/all");
    }

    #[test]
    fn the_query_goes_along() {
        let check =
            |text: &str, target: &str, expected: &str| assert_eq!(leads(text, target, [b"/all", b"x"]), expected);
        check("/n", "/o?a=1&b", "/n?a=1&b");
        check("/n?c=$1", "/o?a=1", "/n?c=x&a=1");
        check("/n?", "/o?a=1", "/n");
        check("/n#f", "/o?a=1", "/n?a=1#f");
        check("/n", "/o?", "/n");
        check("/n", "/o?a=\"<>|\u{1}", "/n?a=%22%3C%3E|%01");
    }

    #[test]
    fn no_capture_names_a_host() {
        check("/$1", b"/evil.example/x", "/evil.example/x");
        check("/$1", b"\\evil.example", "/%5Cevil.example");
        check("$1", b"//evil.example", "/evil.example");
        check("$1", b"https://evil.example", "/https%3A//evil.example");
        check("$1", b"", "/");
        check("https://example.org$1", b".evil.example", "https://example.org/.evil.example");
        check("https://example.org$1", b"@evil.example", "https://example.org/@evil.example");
        check("https://example.org$1", b":80@evil.example", "https://example.org/%3A80@evil.example");
        let asked = |authority: &[u8]| {
            location("https://${host}/x").unwrap().for_target(&Target::parse(b"/").unwrap(), authority, &[])
        };
        assert_eq!(asked(b"a.example"), "https://a.example/x");
        for odd in [&b"a@b"[..], b"a,b", b"a\"b", b"\xff", b"", b"*.a"] {
            assert_eq!(asked(odd), "/x", "{odd:?}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let check = |text: &str, at: usize, needle: &str| {
            let fault = location(text).unwrap_err();
            assert!(fault.cause.contains(needle) && fault.at == at, "{text}: {fault:?}");
        };
        check("//example.org/", 0, "https://");
        check("new", 0, "a path that begins with /");
        check("javascript:alert(1)", 0, "a path that begins with /");
        check("", 0, "a path that begins with /");
        check("https://$1/x", 8, "whoever makes a link");
        check("https:///x", 8, "expected a host");
        check("https://a b/", 8, "is no host");
        check("https://user@a/", 8, "is no host");
        check("https://*.a/", 8, "one host");
        check("https://a:99999/", 9, "a port");
        check("https://${host}x/", 15, "a port or a slash");
        check("/a\\b", 2, "backslash");
        check("/a\r\nX: y", 2, "control");
        check("/a?b=$7", 5, "there is none");
        check("/a#$7", 3, "there is none");
    }

    proptest! {
        #[test]
        fn whatever_is_captured_stays_on_its_host(
            text in prop::sample::select(vec!["/$1", "$1", "$0$1", "/a$1", "/?$1", "/#$1", "https://example.org$1", "https://example.org/$1?$0"]),
            one in prop::collection::vec(prop::sample::select(&b"/\\@:.?#%a\r\n\0 \xff"[..]), 0..8),
            other in prop::collection::vec(prop::sample::select(&b"/\\@:.?#%a\r\n\0 \xff"[..]), 0..8),
        ) {
            let found = leads(text, "/", [&one, &other]);
            prop_assert!(found.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{}", found);
            let path = match text.starts_with("https") {
                true => found.strip_prefix("https://example.org").expect("its host"),
                false => &found,
            };
            prop_assert!(path.starts_with('/') && !path.starts_with("//"), "{}", found);
        }
    }
}
