//! The words of a query that mean something here. All others belong to the site's own scripts and change nothing.

use crate::page::{ArchiveKind, ListingFormat, ListingQuery, Order, Sort, View};
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

/// How a listing is to be shown. What is not understood is as if it were not there.
pub(crate) fn listing(target: &Target<'_>, accepted: ListingFormat) -> ListingQuery {
    let mut query = ListingQuery { format: accepted, ..ListingQuery::default() };
    for (name, value) in target.parameters() {
        match (name.as_ref(), value.as_ref()) {
            (b"sort", b"name") => query.sort = Sort::Name,
            (b"sort", b"size") => query.sort = Sort::Size,
            (b"sort", b"modified") => query.sort = Sort::Modified,
            (b"order", b"asc") => query.order = Order::Ascending,
            (b"order", b"desc") => query.order = Order::Descending,
            (b"view", b"list") => query.view = View::List,
            (b"view", b"grid") => query.view = View::Grid,
            (b"format", b"json") => query.format = ListingFormat::Json,
            (b"format", b"html") => query.format = ListingFormat::Html,
            (b"after", name) => query.after = Some(name.to_vec()),
            (b"before", name) => query.before = Some(name.to_vec()),
            (b"limit", digits) => query.limit = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()),
            _ => {}
        }
    }
    query
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
        assert_eq!(charset("/?charset"), None);
    }

    #[test]
    fn archives_are_zip_or_tar() {
        assert_eq!(archive(&target("/?archive=zip")), Some(ArchiveKind::Zip));
        assert_eq!(archive(&target("/?archive=tar")), Some(ArchiveKind::Tar));
        assert_eq!(archive(&target("/?archive=rar")), None);
        assert_eq!(archive(&target("/?archive")), None);
    }

    #[test]
    fn a_listing_takes_what_it_understands() {
        let listing = |query: &str| listing(&target(query), ListingFormat::Html);
        assert_eq!(listing("/"), ListingQuery::default());
        assert_eq!(listing("/?sort=what&limit=-3&order=up&view=&utm=1"), ListingQuery::default());
        let full = listing("/?sort=size&order=desc&view=grid&format=json&after=%ff&before=b&limit=20");
        assert_eq!((full.sort, full.order, full.view), (Sort::Size, Order::Descending, View::Grid));
        assert_eq!((full.format, full.limit), (ListingFormat::Json, Some(20)));
        assert_eq!((full.after, full.before), (Some(vec![0xff]), Some(b"b".to_vec())));
    }
}
