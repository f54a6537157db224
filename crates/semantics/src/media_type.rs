//! Media types (RFC 9110 §8.3.1), from the names of files: an own table, so that the same folder is served the same on
//! every machine.

mod own;
mod table;

/// What kind of thing the bytes are, and what may be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    /// `type/subtype`, without parameters.
    pub essence: &'a str,
    /// For people: which icon, which preview.
    pub kind: Kind,
    /// Whether `charset` is to be stated. Not for JSON, which is UTF-8 by definition (RFC 8259 §11), and not for SVG,
    /// whose XML declaration is enough: no image has a charset.
    pub is_text: bool,
    /// Whether a content coding makes it smaller; not for what is compressed already.
    pub is_compressible: bool,
}

/// Kinds of files as people tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Each is what its name says.
pub enum Kind {
    Text,
    Html,
    Css,
    /// Also XHTML, whose encoding is declared as in XML.
    Xml,
    Script,
    Json,
    Markdown,
    Image,
    Audio,
    Video,
    Pdf,
    Archive,
    Font,
    Other,
}

impl<'a> MediaType<'a> {
    /// Of a name that says nothing: bytes, to be saved.
    pub const OCTET_STREAM: MediaType<'static> =
        MediaType { essence: "application/octet-stream", kind: Kind::Other, is_text: false, is_compressible: false };

    /// By the last extension of a file's name, in any case, or by the whole name (`Makefile`).
    pub fn from_name(name: &[u8]) -> MediaType<'static> {
        essence(name).map_or(MediaType::OCTET_STREAM, MediaType::from_essence)
    }

    /// From `type/subtype` in lower case.
    pub fn from_essence(essence: &'a str) -> MediaType<'a> {
        let kind = kind(essence);
        MediaType { essence, kind, is_text: is_text(essence), is_compressible: is_compressible(essence, kind) }
    }
}

fn essence(name: &[u8]) -> Option<&'static str> {
    if let Some(dot) = name.iter().rposition(|&byte| byte == b'.')
        // A dot in front hides a file and begins no extension.
        && dot > 0
    {
        let extension = &name[dot + 1..];
        let mut buffer = [0; EXTENSION_BYTES_MAX];
        let lower = buffer.get_mut(..extension.len())?;
        lower.copy_from_slice(extension);
        lower.make_ascii_lowercase();
        let found = own::by_extension(lower).or_else(|| {
            let index = table::TABLE.binary_search_by(|(candidate, _)| candidate.as_bytes().cmp(lower)).ok()?;
            Some(table::TABLE[index].1)
        });
        if found.is_some() {
            return found;
        }
    }
    own::by_name(name)
}

fn kind(essence: &str) -> Kind {
    let (top, sub) = essence.split_once('/').unwrap_or((essence, ""));
    match (top, sub) {
        ("text", "html") => Kind::Html,
        ("text", "css") => Kind::Css,
        ("text", "javascript") => Kind::Script,
        ("text", "markdown") => Kind::Markdown,
        ("image", _) => Kind::Image,
        ("audio", _) => Kind::Audio,
        ("video", _) => Kind::Video,
        ("font", _) | ("application", "vnd.ms-fontobject") => Kind::Font,
        ("application", "pdf") => Kind::Pdf,
        ("text" | "application", "xml") | ("application", "xml-dtd") => Kind::Xml,
        (_, sub) if sub.ends_with("+xml") => Kind::Xml,
        ("application", "json" | "json5" | "x-ndjson") => Kind::Json,
        (_, sub) if sub.ends_with("+json") => Kind::Json,
        ("text", _) => Kind::Text,
        ("application", sub) if ARCHIVES.contains(&sub) => Kind::Archive,
        _ => Kind::Other,
    }
}

fn is_text(essence: &str) -> bool {
    let is_xml = matches!(essence, "application/xml" | "application/xml-dtd") || essence.ends_with("+xml");
    essence.starts_with("text/") || is_xml && !essence.starts_with("image/")
}

fn is_compressible(essence: &str, kind: Kind) -> bool {
    is_text(essence)
        || kind == Kind::Json
        || COMPRESSIBLE.contains(&essence)
        || essence.starts_with("model/") && !essence.ends_with("zip")
}

/// Longer than any extension in the tables; what is longer is none of them.
const EXTENSION_BYTES_MAX: usize = 24;

/// Subtypes of `application`.
const ARCHIVES: [&str; 21] = [
    "gzip",
    "java-archive",
    "vnd.android.package-archive",
    "vnd.debian.binary-package",
    "vnd.ms-cab-compressed",
    "vnd.rar",
    "x-7z-compressed",
    "x-ace-compressed",
    "x-bzip",
    "x-bzip2",
    "x-cbr",
    "x-cpio",
    "x-lz4",
    "x-lzh-compressed",
    "x-lzip",
    "x-redhat-package-manager",
    "x-stuffit",
    "x-tar",
    "x-xz",
    "zip",
    "zstd",
];

/// Not text, and yet with much to gain.
const COMPRESSIBLE: [&str; 31] = [
    "application/dicom",
    "application/msword",
    "application/n-quads",
    "application/n-triples",
    "application/node",
    "application/pgp-keys",
    "application/pgp-signature",
    "application/postscript",
    "application/rtf",
    "application/vnd.apple.mpegurl",
    "application/vnd.ms-excel",
    "application/vnd.ms-fontobject",
    "application/vnd.ms-powerpoint",
    "application/wasm",
    "application/x-ns-proxy-autoconfig",
    "application/x-tar",
    "audio/midi",
    "audio/x-mpegurl",
    "font/collection",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/svg+xml",
    "image/vnd.adobe.photoshop",
    "image/vnd.microsoft.icon",
    "image/vnd.ms-dds",
    "image/x-portable-anymap",
    "image/x-portable-bitmap",
    "image/x-portable-graymap",
    "image/x-portable-pixmap",
    "message/rfc822",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(name: &str, essence: &str, kind: Kind) {
        let found = MediaType::from_name(name.as_bytes());
        assert_eq!((found.essence, found.kind), (essence, kind), "{name}");
    }

    #[track_caller]
    fn check_flags(name: &str, is_text: bool, is_compressible: bool) {
        let found = MediaType::from_name(name.as_bytes());
        assert_eq!((found.is_text, found.is_compressible), (is_text, is_compressible), "{name}");
    }

    #[test]
    fn what_makes_a_page() {
        check("index.html", "text/html", Kind::Html);
        check("index.htm", "text/html", Kind::Html);
        check("a.xhtml", "application/xhtml+xml", Kind::Xml);
        check("a.css", "text/css", Kind::Css);
        check("a.js", "text/javascript", Kind::Script);
        check("a.mjs", "text/javascript", Kind::Script);
        check("a.json", "application/json", Kind::Json);
        check("a.js.map", "application/json", Kind::Json);
        check("a.wasm", "application/wasm", Kind::Other);
        check("a.webmanifest", "application/manifest+json", Kind::Json);
        check("a.woff2", "font/woff2", Kind::Font);
        check("a.xml", "application/xml", Kind::Xml);
        check("a.rss", "application/rss+xml", Kind::Xml);
        check("favicon.ico", "image/vnd.microsoft.icon", Kind::Image);
    }

    #[test]
    fn pictures_and_sound() {
        check("a.svg", "image/svg+xml", Kind::Image);
        check("a.avif", "image/avif", Kind::Image);
        check("a.jxl", "image/jxl", Kind::Image);
        check("a.JPG", "image/jpeg", Kind::Image);
        check("a.webp", "image/webp", Kind::Image);
        check("a.opus", "audio/ogg", Kind::Audio);
        check("a.flac", "audio/flac", Kind::Audio);
        check("a.m4a", "audio/mp4", Kind::Audio);
        check("a.mp3", "audio/mpeg", Kind::Audio);
        check("a.wav", "audio/wav", Kind::Audio);
        check("a.mp4", "video/mp4", Kind::Video);
        check("a.mkv", "video/matroska", Kind::Video);
        check("a.webm", "video/webm", Kind::Video);
        check("a.m2ts", "video/mp2t", Kind::Video);
        check("a.vtt", "text/vtt", Kind::Text);
    }

    #[test]
    fn what_people_read_is_text() {
        check("a.md", "text/markdown", Kind::Markdown);
        for name in
            ["a.ts", "a.rs", "a.py", "a.java", "a.h", "a.sh", "a.php", "a.yml", "a.toml", "a.srt", "a.tex", "ls.1"]
        {
            check(name, "text/plain", Kind::Text);
        }
        for name in ["README", "license", "Makefile", "Dockerfile", ".gitignore", "CMakeLists.txt", "Changelog"] {
            check(name, "text/plain", Kind::Text);
        }
    }

    #[test]
    fn documents_and_archives() {
        check("a.pdf", "application/pdf", Kind::Pdf);
        check("a.epub", "application/epub+zip", Kind::Other);
        let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        check("a.docx", docx, Kind::Other);
        check("a.zip", "application/zip", Kind::Archive);
        check("a.tar.gz", "application/gzip", Kind::Archive);
        check("a.tar.zst", "application/zstd", Kind::Archive);
        check("a.7z", "application/x-7z-compressed", Kind::Archive);
        check("a.rar", "application/vnd.rar", Kind::Archive);
    }

    #[test]
    fn a_name_that_says_nothing_is_bytes() {
        for name in [
            "",
            ".",
            "a",
            "a.",
            "a.unheard",
            ".html",
            ".js",
            "a.html.",
            "html",
            "a. html",
            "a.a-very-long-extension-indeed",
        ] {
            check(name, "application/octet-stream", Kind::Other);
        }
        assert_eq!(MediaType::from_essence("application/octet-stream"), MediaType::OCTET_STREAM);
    }

    #[test]
    fn charset_is_for_text_and_compression_for_what_gains() {
        check_flags("a.html", true, true);
        check_flags("a.xml", true, true);
        check_flags("a.js", true, true);
        check_flags("a.json", false, true);
        check_flags("a.svg", false, true);
        check_flags("a.ttf", false, true);
        check_flags("a.wasm", false, true);
        check_flags("a.gltf", false, true);
        for name in
            ["a.woff2", "a.png", "a.jpg", "a.mp4", "a.mp3", "a.zip", "a.gz", "a.pdf", "a.docx", "a.svgz", "a.usdz", "a"]
        {
            check_flags(name, false, false);
        }
    }

    #[test]
    fn the_table_is_sorted_and_lower_case() {
        assert!(table::TABLE.windows(2).all(|two| two[0].0.as_bytes() < two[1].0.as_bytes()));
        for (extension, essence) in table::TABLE {
            assert!(
                extension.len() <= EXTENSION_BYTES_MAX && extension.to_ascii_lowercase() == extension,
                "{extension}"
            );
            assert!(essence.contains('/') && essence.to_ascii_lowercase() == essence, "{essence}");
        }
    }

    #[test]
    fn every_row_of_the_table_is_found() {
        for (extension, essence) in table::TABLE {
            let found = MediaType::from_name(alloc::format!("a.{extension}").as_bytes()).essence;
            assert!(found == essence || own::by_extension(extension.as_bytes()) == Some(found), "{extension}");
        }
    }

    proptest! {
        #[test]
        fn no_name_is_too_odd(name in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = MediaType::from_name(&name);
        }
    }
}
