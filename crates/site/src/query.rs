//! The words of a query that mean something here. All others belong to the site's own scripts and change nothing.

use crate::page::{ArchiveKind, ListingFormat};
use semantics::Target;

/// Whether the bare word is there: `?raw`, not `?raw=1`, so that less of what sites' own scripts say is taken for ours.
pub(crate) fn has(target: &Target<'_>, word: &str) -> bool {
    target.parameter(word).is_some_and(|value| value.is_empty())
}

/// What `?charset=` asks for; none when browsers know no such encoding, so nothing of the query gets into a field.
pub(crate) fn charset(target: &Target<'_>) -> Option<&'static str> {
    charset::label_for(std::str::from_utf8(&target.parameter("charset")?).ok()?)
}

/// What `?archive=` asks for.
pub(crate) fn archive(target: &Target<'_>) -> Option<ArchiveKind> {
    match target.parameter("archive")?.as_ref() {
        b"zip" => Some(ArchiveKind::Zip),
        b"tar" => Some(ArchiveKind::Tar),
        _ => None,
    }
}

/// What `?format=` asks for. The other words of a listing are those of its page.
pub(crate) fn format(target: &Target<'_>) -> Option<ListingFormat> {
    match target.parameter("format")?.as_ref() {
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
