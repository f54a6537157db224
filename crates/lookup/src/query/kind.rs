//! Groups of extensions that `type:` knows by one word.

/// The extensions of a group; one that is no group: itself.
pub(crate) fn extensions(word: &str) -> Vec<&str> {
    let group = GROUPS.iter().find(|(names, _)| names.contains(&word));
    group.map_or_else(|| vec![word], |(_, extensions)| extensions.split(' ').collect())
}

/// The extensions that all of these lists have in common (a group and one of its own); where there is none: all of them.
pub(crate) fn wanted<'a>(lists: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    let mut sets =
        lists.map(|list| list.split(',').filter(|word| !word.is_empty()).flat_map(extensions).collect::<Vec<_>>());
    let Some(first) = sets.next() else { return Vec::new() };
    let mut common = first.clone();
    let mut all = first;
    for set in sets {
        common.retain(|extension| set.contains(extension));
        all.extend(set);
    }
    let mut wanted = if common.is_empty() { all } else { common };
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// What people call them, and what they are.
const GROUPS: &[(&[&str], &str)] = &[
    (&["image", "images", "picture", "photo"], "jpg jpeg png gif webp avif svg bmp tif tiff heic heif ico jxl raw psd"),
    (&["audio", "sound", "music"], "mp3 m4a aac flac wav ogg oga opus wma aif aiff mid midi"),
    (&["video", "movie", "film"], "mp4 m4v mkv webm mov avi wmv flv mpg mpeg ogv 3gp ts"),
    (&["document", "documents"], "pdf doc docx odt rtf epub md markdown txt tex pages djvu mobi"),
    (&["sheet", "spreadsheet", "table"], "xls xlsx ods csv tsv numbers"),
    (&["slides", "presentation"], "ppt pptx odp key"),
    (&["web", "webpage"], "html htm xhtml"),
    (&["book", "ebook"], "epub mobi azw3 pdf djvu"),
    (&["archive", "archives"], "zip tar gz tgz bz2 xz zst 7z rar jar iso"),
    (
        &["code", "source"],
        "rs c h cc cpp hpp cs go java kt swift py rb php pl lua js mjs jsx tsx vue css scss sh bash ps1 sql r jl scala hs ml \
         ex erl clj lisp asm zig nim dart toml yaml yml json xml",
    ),
    (&["font", "fonts"], "ttf otf woff woff2"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_types_mean_what_they_have_in_common_or_all() {
        assert_eq!(wanted(["pdf"].into_iter()), ["pdf"]);
        assert_eq!(wanted(["pdf,odt"].into_iter()), ["odt", "pdf"]);
        assert_eq!(wanted(["document", "pdf"].into_iter()), ["pdf"]);
        assert_eq!(wanted(["html", "pdf"].into_iter()), ["html", "pdf"]);
        assert!(wanted(["image"].into_iter()).contains(&"png"));
    }

    #[test]
    fn no_group_has_the_name_of_an_extension() {
        for (names, _) in GROUPS {
            for name in *names {
                assert!(
                    GROUPS.iter().all(|(_, extensions)| extensions.split(' ').all(|extension| extension != *name)),
                    "{name}"
                );
            }
        }
        assert!(GROUPS.iter().all(|(_, extensions)| !extensions.contains("  ")));
    }
}
