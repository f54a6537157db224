//! The words of a query that mean something here. All others belong to the site's own scripts and change nothing.

use crate::page::{ArchiveKind, ListingFormat};
use semantics::Target;
use std::borrow::Cow;

/// The words by which a query changes what a file or a folder with an index file is answered with.
const WORDS: [&str; 7] = ["archive", "charset", "download", "format", "preview", "raw", "thumbnail"];

/// The part of a target that a kept representation depends on: without a query that has none of our words. Else whoever
/// adds a number to each request (`?v=1`, `?v=2`) would fill the memory with one file.
pub fn kept_under(target: &[u8]) -> &[u8] {
    let Some(mark) = target.iter().position(|&byte| byte == b'?') else { return target };
    let is_ours = |name: Cow<'_, [u8]>| WORDS.iter().any(|word| *name == *word.as_bytes());
    match Target::parse(target) {
        Ok(parsed) if !parsed.parameters().any(|(name, _)| is_ours(name)) => &target[..mark],
        _ => target,
    }
}

/// The value that the query gives to one of our words.
fn value<'a>(target: &Target<'a>, word: &str) -> Option<Cow<'a, [u8]>> {
    debug_assert!(WORDS.contains(&word), "answers are kept as if \"{word}\" changed nothing");
    target.parameter(word)
}

/// Whether the bare word is there: `?raw`, not `?raw=1`, so that less of what sites' own scripts say is taken for ours.
pub(crate) fn has(target: &Target<'_>, word: &str) -> bool {
    value(target, word).is_some_and(|value| value.is_empty())
}

/// What `?charset=` asks for; none when browsers know no such encoding, so nothing of the query gets into a field.
pub(crate) fn charset(target: &Target<'_>) -> Option<&'static str> {
    charset::label_for(std::str::from_utf8(&value(target, "charset")?).ok()?)
}

/// What `?archive=` asks for.
pub(crate) fn archive(target: &Target<'_>) -> Option<ArchiveKind> {
    match value(target, "archive")?.as_ref() {
        b"zip" => Some(ArchiveKind::Zip),
        b"tar" => Some(ArchiveKind::Tar),
        _ => None,
    }
}

/// What `?format=` asks for. The other words of a listing are those of its page.
pub(crate) fn format(target: &Target<'_>) -> Option<ListingFormat> {
    match value(target, "format")?.as_ref() {
        b"html" => Some(ListingFormat::Html),
        b"json" => Some(ListingFormat::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target<'_> {
        Target::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_queries_with_a_word_of_ours_are_kept_apart() {
        let check = |target: &str, expected: &str| {
            assert_eq!(kept_under(target.as_bytes()), expected.as_bytes(), "{target}");
        };
        check("/a", "/a");
        check("/a?", "/a");
        check("/a?v=1", "/a");
        check("/a?raw%20&x=raw&downloads", "/a");
        for query in ["raw", "v=1&charset=gbk", "d%6Fwnload", "archive=zip", "format=json", "a&preview=", "raw=1"] {
            check(&format!("/a?{query}"), &format!("/a?{query}"));
        }
        // Not understood, so not taken apart.
        check("/%?v=1", "/%?v=1");
        check("*", "*");
    }

    #[test]
    fn words_count_only_bare() {
        assert!(has(&target("/?a=b&raw"), "raw"));
        assert!(!has(&target("/?raw=1"), "raw"));
        assert!(!has(&target("/?rawhide"), "raw"));
        assert!(!has(&target("/raw"), "raw"));
    }

    #[test]
    fn charset_names_are_those_browsers_know() {
        let charset = |query: &str| charset(&target(query));
        assert_eq!(charset("/?charset=GB2312"), Some("gbk"));
        assert_eq!(charset("/?charset=shift-jis"), Some("shift_jis"));
        assert_eq!(charset("/?charset=utf-8%0d%0aX:y"), None);
        assert_eq!(charset("/?charset=%ff"), None);
        assert_eq!(charset("/?charset=utf-7"), None);
        // As found.
        assert_eq!(charset("/?charset"), None);
        assert_eq!(charset("/?charset=&preview"), None);
    }

    #[test]
    fn archives_are_zip_or_tar() {
        assert_eq!(archive(&target("/?archive=zip")), Some(ArchiveKind::Zip));
        assert_eq!(archive(&target("/?archive=tar")), Some(ArchiveKind::Tar));
        assert_eq!(archive(&target("/?archive=rar")), None);
        assert_eq!(archive(&target("/?archive")), None);
    }

    #[test]
    fn a_listing_is_for_people_or_programs() {
        let format = |query: &str| format(&target(query));
        assert_eq!(format("/?format=json"), Some(ListingFormat::Json));
        assert_eq!(format("/?format=html"), Some(ListingFormat::Html));
        assert_eq!(format("/?sort=size&order=desc&after=%ff&at=1&format=json"), Some(ListingFormat::Json));
        assert_eq!(format("/?format=xml"), None);
        assert_eq!(format("/?format"), None);
        assert_eq!(format("/"), None);
    }
}
