//! From a request target to a path that cannot leave the site.

use crate::limit;
use semantics::target::encode_path;
use std::fmt;

/// Where something stands in the site: segments joined by `/`, relative to the root, as raw bytes.
///
/// Invariant: no segment is empty, `.` or `..`; no byte is NUL; no `/` at either end. Only [`SitePath::new`],
/// [`join`](SitePath::join) and [`beside`](SitePath::beside) make one, so whoever holds one need not check again.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SitePath {
    bytes: Vec<u8>,
    has_trailing_slash: bool,
}

impl SitePath {
    /// The site itself.
    pub fn root() -> SitePath {
        SitePath { bytes: Vec::new(), has_trailing_slash: true }
    }

    /// From the path of a target, decoded and normal, with or without the first `/`. `None` when it is not normal.
    pub fn new(path: &[u8]) -> Option<SitePath> {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let (bytes, has_trailing_slash) = match path.strip_suffix(b"/") {
            Some(bytes) => (bytes, true),
            None => (path, path.is_empty()),
        };
        // `/` alone is the root; behind that, a slash with nothing before it is an empty segment.
        let is_normal = path.is_empty() || bytes.split(|&byte| byte == b'/').all(is_name);
        is_normal.then(|| SitePath { bytes: bytes.to_vec(), has_trailing_slash })
    }

    /// Relative to the root, without `/` at either end; empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this is the site itself.
    pub fn is_root(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether the target ended with `/`: it asked for a folder. True for the root.
    pub fn has_trailing_slash(&self) -> bool {
        self.has_trailing_slash
    }

    /// The names on the way from the root; none for the root.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.bytes.split(|&byte| byte == b'/').filter(|segment| !segment.is_empty())
    }

    /// The last name; empty for the root.
    pub fn name(&self) -> &[u8] {
        self.segments().next_back().unwrap_or_default()
    }

    /// Something in this folder. `None` when that is no name (empty, a dot segment, or with `/` or NUL in it).
    pub fn join(&self, name: &[u8]) -> Option<SitePath> {
        if !is_name(name) || name.contains(&b'/') {
            return None;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len() + 1 + name.len());
        bytes.extend_from_slice(&self.bytes);
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        Some(SitePath { bytes, has_trailing_slash: false })
    }

    /// The neighbour whose name has this in addition: `a.html` and `.br` give `a.html.br`. The root has none.
    pub fn beside(&self, suffix: &str) -> Option<SitePath> {
        if self.is_root() || suffix.bytes().any(|byte| byte == b'/' || byte == 0) {
            return None;
        }
        Some(SitePath { bytes: [&self.bytes, suffix.as_bytes()].concat(), has_trailing_slash: false })
    }

    /// The folder this stands in; none for the root.
    pub fn parent(&self) -> Option<SitePath> {
        if self.is_root() {
            return None;
        }
        Some(SitePath { bytes: self.bytes[..parent_length(&self.bytes)].to_vec(), has_trailing_slash: true })
    }

    /// The same, asked for as a folder.
    #[must_use]
    pub fn with_slash(mut self) -> SitePath {
        self.has_trailing_slash = true;
        self
    }

    /// The same, asked for as a file. The root stays as it is.
    #[must_use]
    pub fn without_slash(mut self) -> SitePath {
        self.has_trailing_slash = self.bytes.is_empty();
        self
    }

    /// Whether any name on the way is hidden.
    pub fn is_hidden(&self) -> bool {
        self.segments().any(is_hidden_name)
    }

    /// Whether any name, or the whole, is longer than a file system allows (NAME_MAX, PATH_MAX of Linux): nothing can
    /// be there, and asking would give an error that looks like a broken disk.
    pub fn is_too_long(&self) -> bool {
        self.bytes.len() > limit::PATH_BYTES_MAX || self.segments().any(|segment| segment.len() > limit::NAME_BYTES_MAX)
    }

    /// As a request target (RFC 9110 §7.1): path-absolute, percent-encoded from the raw bytes. Never begins with `//`.
    pub fn to_target(&self) -> String {
        let slash: &[u8] = if self.has_trailing_slash && !self.is_root() { b"/" } else { b"" };
        encode_path(&[b"/", &self.bytes[..], slash].concat())
    }
}

impl fmt::Debug for SitePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_target())
    }
}

/// Whether a file of this name is neither listed nor served unless told: it begins with a dot, or is a config of ours, which tells
/// what nobody shall know. `.well-known` is made for being asked for (RFC 8615).
pub fn is_hidden_name(name: &[u8]) -> bool {
    name.first() == Some(&b'.') && name != b".well-known" || name == b"quarry.toml"
}

/// What can stand between two slashes.
fn is_name(segment: &[u8]) -> bool {
    !matches!(segment, b"" | b"." | b"..") && !segment.contains(&0)
}

/// How much is left when the last segment goes.
fn parent_length(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte == b'/').unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use semantics::Target;

    fn path(text: &str) -> SitePath {
        SitePath::new(text.as_bytes()).unwrap()
    }

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(path(input).to_target(), expected, "{input}");
    }

    #[test]
    fn a_path_is_written_back_encoded() {
        check("", "/");
        check("/", "/");
        check("a", "/a");
        check("/a/", "/a/");
        check("/a/b c/\u{6587}.html", "/a/b%20c/%E6%96%87.html");
        check("/a\\b", "/a%5Cb");
        check("/...", "/...");
    }

    #[test]
    fn what_is_not_normal_is_none() {
        for input in ["//", "//a", "/a//b", "/a//", ".", "..", "/..", "/a/..", "/a/../b", "/./a", "/a/.", "/a\0b", "\0"]
        {
            assert_eq!(SitePath::new(input.as_bytes()), None, "{input:?}");
        }
    }

    #[test]
    fn names_are_added_and_taken_off() {
        assert_eq!(path("/a/b/").join(b"c"), Some(path("/a/b/c")));
        assert_eq!(SitePath::root().join(b"c"), Some(path("c")));
        assert_eq!(path("a/b").parent(), Some(path("a/")));
        assert_eq!(path("a").parent(), Some(SitePath::root()));
        assert_eq!(SitePath::root().parent(), None);
        assert_eq!((path("a/b/").name(), SitePath::root().name()), (&b"b"[..], &b""[..]));
        assert_eq!(path("a/b/").beside(".br"), Some(path("a/b.br")));
        assert_eq!(SitePath::root().beside(".br"), None);
    }

    #[test]
    fn a_name_that_climbs_is_no_name() {
        for name in [&b""[..], b".", b"..", b"a/b", b"/", b"a\0"] {
            assert_eq!(path("a").join(name), None, "{name:?}");
        }
        assert_eq!(path("a").beside("/../b"), None);
        assert_eq!(path("a").beside("\0"), None);
    }

    #[test]
    fn a_dot_hides() {
        for hidden in [
            "quarry.toml",
            "a/quarry.toml",
            ".git",
            "a/.git/config",
            ".htaccess",
            "a/.b/",
            ".well-known/.secret",
            "...",
        ] {
            assert!(path(hidden).is_hidden(), "{hidden}");
        }
        for visible in ["", "a", "a/b.c", ".well-known/acme-challenge/x"] {
            assert!(!path(visible).is_hidden(), "{visible}");
        }
    }

    #[test]
    fn longer_than_a_file_system_allows_is_too_long() {
        assert!(!path(&"a".repeat(255)).is_too_long());
        assert!(path(&"a".repeat(256)).is_too_long());
        assert!(!path(&["a"; 2048].join("/")).is_too_long());
        assert!(path(&["a"; 2049].join("/")).is_too_long());
    }

    proptest! {
        #[test]
        fn no_target_leads_out(input in "/([a./%\\\\?2ef]|%2e|%2f|\\.\\.|//){0,24}") {
            if let Ok(target) = Target::parse(input.as_bytes()) {
                let path = SitePath::new(target.path()).expect("a target is normal");
                prop_assert!(path.segments().all(|segment| is_name(segment) && !segment.contains(&b'/')));
                prop_assert_eq!(path.segments().collect::<Vec<_>>().join(&b'/'), path.as_bytes());
                prop_assert!(!path.to_target().starts_with("//"));
            }
        }

        #[test]
        fn whatever_the_bytes_a_path_stays_inside(bytes in prop::collection::vec(prop::sample::select(&b"./a\0\\"[..]), 0..12)) {
            if let Some(path) = SitePath::new(&bytes) {
                prop_assert!(path.segments().all(is_name));
                let again = Target::parse(path.to_target().as_bytes()).map(|target| SitePath::new(target.path()));
                prop_assert_eq!(again, Ok(Some(path)));
            }
        }
    }
}
