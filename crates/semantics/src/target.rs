//! Request targets (RFC 9110 §7.1; RFC 3986 §3.3, §3.4): decoded once, and made names of files nowhere else.
//!
//! ```text
//! /a%20b/../c?sort=name      as it came
//! /c                         path: decoded, then without dot segments and empty segments
//!    sort=name               query: as it came; looked up by name, decoded then
//! ```

use crate::status::Status;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The path and the query of a target in origin-form.
///
/// Invariant: the path begins with `/`; no segment is empty (but the last, when it ends with `/`), `.` or `..`; no NUL.
/// So it never begins with `//`, and never climbs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    path: Cow<'a, [u8]>,
    query: Option<&'a [u8]>,
    is_normal: bool,
}

impl<'a> Target<'a> {
    /// From `/path?query`. Borrows, unless something has to be decoded or taken out.
    ///
    /// `?query` alone is what absolute-form without a path leaves, and its path is `/` (RFC 9110 §4.2.3).
    /// Not for `*` and not for absolute-form, which are not origin-form.
    pub fn parse(bytes: &'a [u8]) -> Result<Target<'a>, TargetFault> {
        match bytes {
            [b'/', ..] => {}
            [b'?', query @ ..] => return Ok(Target { path: Cow::Borrowed(b"/"), query: Some(query), is_normal: true }),
            _ => return Err(TargetFault::NotOriginForm),
        }
        // Most targets are plain up to their end or their query, and cost one look at each byte.
        let plain = bytes.iter().position(|&byte| !is_plain(byte)).unwrap_or(bytes.len());
        let (raw, query) = match bytes[plain..].iter().position(|&byte| byte == b'?') {
            Some(mark) => (&bytes[..plain + mark], Some(&bytes[plain + mark + 1..])),
            None => (bytes, None),
        };
        let decoded = if plain == raw.len() { Cow::Borrowed(raw) } else { Cow::Owned(decode_path(raw, plain)?) };
        let Some(first) = first_to_remove(&decoded) else {
            return Ok(Target { path: decoded, query, is_normal: true });
        };
        Ok(Target { path: Cow::Owned(remove_segments(&decoded, first)?), query, is_normal: false })
    }

    /// Decoded, beginning with `/`. Bytes, for names of files are bytes.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// What stands behind the first `?`, as it came.
    pub fn query(&self) -> Option<&'a [u8]> {
        self.query
    }

    /// Whether the path came without dot segments and empty segments. When it did not, links relative to it lead
    /// elsewhere than the page thinks; a redirect to [`encode_path`] of the path mends that.
    pub fn is_normal(&self) -> bool {
        self.is_normal
    }

    /// The names and values of the query, decoded as forms write them.
    pub fn parameters(&self) -> impl Iterator<Item = (Cow<'a, [u8]>, Cow<'a, [u8]>)> {
        let pairs = self.query.unwrap_or_default().split(|&byte| byte == b'&');
        pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let equals = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
            (decode_form(&pair[..equals]), decode_form(pair.get(equals + 1..).unwrap_or_default()))
        })
    }

    /// The value of the first parameter of that name, decoded; empty when it has none (`?raw`).
    pub fn parameter(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.parameters().find(|(candidate, _)| **candidate == *name.as_bytes()).map(|(_, value)| value)
    }
}

/// Why a target names nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFault {
    /// It does not begin with `/`.
    NotOriginForm,
    /// `%` without two hexadecimal digits.
    BadEscape,
    /// A NUL, which no name can hold and which has cut names short in other servers.
    Nul,
    /// `%2F`: no name can hold a slash, and who takes it for one lets others' rules about paths be passed by.
    EncodedSlash,
    /// More `..` than there is above.
    ClimbsOut,
    /// A control character, a space, `#` or `\` that came as it is: none can stand in a target (RFC 3986 §2), and some
    /// clients and intermediaries take `\` for `/`. Encoded, a backslash is a byte of a name like any other.
    BadCharacter,
}

impl TargetFault {
    /// What the client is told.
    pub fn status(self) -> Status {
        match self {
            // Well written; there is only nothing of that name.
            TargetFault::EncodedSlash => Status::NOT_FOUND,
            _ => Status::BAD_REQUEST,
        }
    }

    /// For the log: lower case, no full stop.
    pub fn reason(self) -> &'static str {
        match self {
            TargetFault::NotOriginForm => "target does not begin with a slash",
            TargetFault::BadEscape => "percent sign without two hexadecimal digits in the target",
            TargetFault::Nul => "NUL in the target",
            TargetFault::EncodedSlash => "encoded slash in the target",
            TargetFault::ClimbsOut => "target climbs above the root",
            TargetFault::BadCharacter => "character in the target that must be encoded",
        }
    }
}

/// A decoded path as a reference (RFC 3986 §4.2), for `Location` and for links; slashes stay.
///
/// Never begins with `//`, which would name a host, and never has a colon, which could end a scheme.
pub fn encode_path(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    // RFC 3986 §4.2: a path that begins with `//` would be read as an authority.
    let host_like = path.iter().take_while(|&&byte| byte == b'/').count();
    for &byte in &path[host_like.saturating_sub(1)..] {
        push_encoded(&mut text, byte, byte == b'/');
    }
    text
}

/// One name as a segment; a slash in it is encoded too.
pub fn encode_segment(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for &byte in name {
        push_encoded(&mut text, byte, false);
    }
    text
}

/// What stays is safe in a path, in a relative reference and in an attribute of HTML alike: unreserved (RFC 3986 §2.3)
/// and those sub-delims that mean nothing in any of them.
fn push_encoded(text: &mut String, byte: u8, is_safe: bool) {
    let stays = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if is_safe || stays || matches!(byte, b'!' | b'$' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b'@') {
        text.push(char::from(byte));
    } else {
        text.push('%');
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

/// Whether it stands for itself in a path, and may.
fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

/// The first `plain` bytes are known to be so.
fn decode_path(raw: &[u8], plain: usize) -> Result<Vec<u8>, TargetFault> {
    let mut decoded = Vec::with_capacity(raw.len());
    decoded.extend_from_slice(&raw[..plain]);
    let mut rest = &raw[plain..];
    while let [byte, behind @ ..] = rest {
        let (byte, behind) = match byte {
            b'%' => match escaped(behind).ok_or(TargetFault::BadEscape)? {
                0 => return Err(TargetFault::Nul),
                b'/' => return Err(TargetFault::EncodedSlash),
                byte => (byte, &behind[2..]),
            },
            0 => return Err(TargetFault::Nul),
            &byte if !is_plain(byte) => return Err(TargetFault::BadCharacter),
            byte => (*byte, behind),
        };
        decoded.push(byte);
        rest = behind;
    }
    Ok(decoded)
}

/// The byte of the two hexadecimal digits at the front.
fn escaped(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    match *bytes {
        [high, low, ..] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    }
}

/// Where the first segment begins that must not stay: empty but not the last, `.` or `..`.
fn first_to_remove(path: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(slash) = path[start..].iter().position(|&byte| byte == b'/') {
        start += slash + 1;
        // Seldom is there a slash or a dot behind a slash.
        if let Some(b'/' | b'.') = path.get(start) {
            let end = path[start..].iter().position(|&byte| byte == b'/').map_or(path.len(), |length| start + length);
            if matches!(&path[start..end], b"" | b"." | b"..") {
                return Some(start);
            }
        }
    }
    None
}

/// RFC 3986 §5.2.4, but that `..` above the root is a fault, and that empty segments go too.
fn remove_segments(path: &[u8], first: usize) -> Result<Vec<u8>, TargetFault> {
    // Always ends with a slash: each segment is put behind one.
    let mut normal = path[..first].to_vec();
    let mut segments = path[first..].split(|&byte| byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            b"" | b"." => {}
            b".." => {
                normal.pop();
                let parent = normal.iter().rposition(|&byte| byte == b'/').ok_or(TargetFault::ClimbsOut)?;
                normal.truncate(parent + 1);
            }
            name => {
                normal.extend_from_slice(name);
                if segments.peek().is_some() {
                    normal.push(b'/');
                }
            }
        }
    }
    Ok(normal)
}

/// As forms are decoded: `+` is a space, and a `%` that begins nothing stands for itself.
fn decode_form(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, behind @ ..] = rest {
        let escape = if *byte == b'%' { escaped(behind) } else { None };
        decoded.push(match byte {
            b'+' => b' ',
            byte => escape.unwrap_or(*byte),
        });
        rest = if escape.is_some() { &behind[2..] } else { behind };
    }
    Cow::Owned(decoded)
}

const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = !matches!(byte as u8, 0..=b' ' | b'#' | b'%' | b'?' | b'\\' | 0x7F);
        byte += 1;
    }
    plain
};
const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let target = Target::parse(input.as_bytes()).unwrap();
        assert_eq!(core::str::from_utf8(target.path()), Ok(expected), "{input}");
    }

    #[track_caller]
    fn check_fault(input: &str, expected: TargetFault) {
        assert_eq!(Target::parse(input.as_bytes()), Err(expected), "{input}");
    }

    #[track_caller]
    fn check_parameter(input: &str, name: &str, expected: Option<&str>) {
        let target = Target::parse(input.as_bytes()).unwrap();
        let value = target.parameter(name);
        assert_eq!(value.as_deref(), expected.map(str::as_bytes), "{input} {name}");
    }

    #[test]
    fn a_plain_path_is_borrowed_as_it_is() {
        for path in ["/", "/a", "/a/", "/a/b.html", "/.hidden/..a/...", "/a.b/c..d/"] {
            let target = Target::parse(path.as_bytes()).unwrap();
            assert!(matches!(target.path, Cow::Borrowed(same) if same == path.as_bytes()), "{path}");
            assert!(target.is_normal(), "{path}");
        }
    }

    #[test]
    fn a_query_without_a_path_is_of_the_root() {
        let target = Target::parse(b"?a=b&/c?").unwrap();
        assert_eq!((target.path(), target.query(), target.is_normal()), (&b"/"[..], Some(&b"a=b&/c?"[..]), true));
        assert_eq!(Target::parse(b"?").unwrap().query(), Some(&b""[..]));
    }

    #[test]
    fn it_is_decoded_once() {
        check("/a%20b", "/a b");
        check("/%e4%b8%ad", "/中");
        check("/%E4%B8%AD", "/中");
        check("/中", "/中");
        check("/%2541", "/%41");
        check("/%252e%252e/", "/%2e%2e/");
        check("/a%3Fb%23c", "/a?b#c");
        check("/a%5Cb", "/a\\b");
        check("/a+b", "/a+b");
    }

    #[test]
    fn dot_segments_are_resolved_also_when_encoded() {
        check("/a/./b", "/a/b");
        check("/a/../b", "/b");
        check("/a/b/../../c", "/c");
        check("/a/.", "/a/");
        check("/a/b/..", "/a/");
        check("/a/..", "/");
        check("/./", "/");
        check("/.", "/");
        check("/a/%2e%2E/b", "/b");
        check("/a/.%2e/b", "/b");
        check("/%2e/a", "/a");
        check("/.a/../..b/.", "/..b/");
    }

    #[test]
    fn empty_segments_are_one() {
        check("//", "/");
        check("//host/a", "/host/a");
        check("/a//b///c//", "/a/b/c/");
        check("/a//../b", "/b");
    }

    #[test]
    fn climbing_out_is_a_fault() {
        for input in
            ["/..", "/../", "/../a", "/a/../..", "/a/../../b", "/%2e%2e/a", "/%2e./", "/./../a", "///../a", "//..//.."]
        {
            check_fault(input, TargetFault::ClimbsOut);
        }
    }

    #[test]
    fn what_no_name_can_be_is_a_fault() {
        check_fault("/%", TargetFault::BadEscape);
        check_fault("/%4", TargetFault::BadEscape);
        check_fault("/%4g", TargetFault::BadEscape);
        check_fault("/%+1", TargetFault::BadEscape);
        check_fault("/%u0041", TargetFault::BadEscape);
        check_fault("/a%00.html", TargetFault::Nul);
        check_fault("/a\0", TargetFault::Nul);
        check_fault("/a%2fb", TargetFault::EncodedSlash);
        check_fault("/..%2F..%2Fetc", TargetFault::EncodedSlash);
        check_fault("/a\\..\\b", TargetFault::BadCharacter);
        check_fault("/a b", TargetFault::BadCharacter);
        check_fault("/a#b", TargetFault::BadCharacter);
        check_fault("/a\r\nb", TargetFault::BadCharacter);
        check_fault("/a\x7F", TargetFault::BadCharacter);
        check_fault("", TargetFault::NotOriginForm);
        check_fault("*", TargetFault::NotOriginForm);
        check_fault("a/b", TargetFault::NotOriginForm);
        check_fault("a?/", TargetFault::NotOriginForm);
    }

    #[test]
    fn the_query_is_kept_and_looked_up() {
        let target = Target::parse(b"/a%20b?x=%20?&y").unwrap();
        assert_eq!((target.path(), target.query()), (&b"/a b"[..], Some(&b"x=%20?&y"[..])));
        assert_eq!(Target::parse(b"/a?").unwrap().query(), Some(&b""[..]));
        assert_eq!(Target::parse(b"/a").unwrap().query(), None);
        check_parameter("/?sort=name&order=desc", "order", Some("desc"));
        check_parameter("/?raw", "raw", Some(""));
        check_parameter("/?raw=", "raw", Some(""));
        check_parameter("/?a=1&a=2", "a", Some("1"));
        check_parameter("/?&&q=a+b%2Bc=d", "q", Some("a b+c=d"));
        check_parameter("/?q=%zz%4%", "q", Some("%zz%4%"));
        check_parameter("/?%71=1", "q", Some("1"));
        check_parameter("/?q=%E4%B8%AD", "q", Some("中"));
        check_parameter("/?qq=1", "q", None);
        check_parameter("/", "q", None);
    }

    #[test]
    fn links_are_safe_wherever_they_stand() {
        assert_eq!(encode_path("/a b/中.html".as_bytes()), "/a%20b/%E4%B8%AD.html");
        assert_eq!(encode_path(b"//host/a"), "/host/a");
        assert_eq!(encode_path(b"/\\host"), "/%5Chost");
        assert_eq!(encode_path(b"/a?b#c%d"), "/a%3Fb%23c%25d");
        assert_eq!(encode_segment(b"javascript:a/b"), "javascript%3Aa%2Fb");
        assert_eq!(encode_segment(b"\"><'&;\r\n\xFF"), "%22%3E%3C%27%26%3B%0D%0A%FF");
    }

    /// What RFC 3986 §5.2.4 and the file system would do, one segment after the other.
    fn naive(segments: &[&str]) -> Option<Vec<u8>> {
        let mut stack = vec![];
        let mut is_folder = true;
        for segment in segments {
            is_folder = matches!(*segment, "" | "." | "..");
            match *segment {
                "" | "." => {}
                ".." => {
                    stack.pop()?;
                }
                name => stack.push(name),
            }
        }
        let trailing = if is_folder && !stack.is_empty() { "/" } else { "" };
        Some(format!("/{}{trailing}", stack.join("/")).into_bytes())
    }

    proptest! {
        #[test]
        fn segments_go_as_a_stack_would_have_it(segments in prop::collection::vec("|\\.|\\.\\.|a|bc|\\.d|\\.\\.e|\\.\\.\\.", 1..8),
                                                encoded in any::<bool>()) {
            let plain: Vec<&str> = segments.iter().map(|segment| &segment[..]).collect();
            let mut input = format!("/{}", plain.join("/"));
            if encoded {
                input = input.replace('.', "%2e");
            }
            let path = Target::parse(input.as_bytes()).map(|target| target.path().to_vec()).ok();
            prop_assert_eq!(path, naive(&plain));
        }

        #[test]
        fn whatever_comes_the_path_stays_inside(input in "/([a./%\\\\?25eEfF0]|%2e|%2f|\\.\\.){0,24}") {
            if let Ok(target) = Target::parse(input.as_bytes()) {
                let path = target.path();
                prop_assert!(path.starts_with(b"/") && !path.starts_with(b"//") && !path.contains(&0));
                let segments: Vec<&[u8]> = path[1..].split(|&byte| byte == b'/').collect();
                let (last, inner) = segments.split_last().unwrap();
                prop_assert!(inner.iter().all(|segment| !matches!(*segment, b"" | b"." | b"..")));
                prop_assert!(!matches!(*last, b"." | b".."));
            }
        }

        #[test]
        fn what_is_encoded_is_read_back(names in prop::collection::vec(prop::collection::vec(1u8.., 1..6), 1..4)) {
            prop_assume!(names.iter().all(|name| !name.contains(&b'/') && name != b"." && name != b".."));
            let path = [b"/", &names.join(&b'/')[..]].concat();
            let link = encode_path(&path);
            prop_assert!(link.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>&\\:".contains(&byte)));
            let target = Target::parse(link.as_bytes()).unwrap();
            prop_assert_eq!(target.path(), &path[..]);
            prop_assert!(target.is_normal());
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(target) = Target::parse(&bytes) {
                let _ = target.parameters().count();
            }
        }
    }
}
