//! Which format a file is in: by its first bytes where they say it, by its name where they do not.

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text without marks that matter: notes, source code, tables, logs. Also what turns out not to be text at all.
    Text,
    /// HTML and XHTML.
    Html,
    /// CommonMark with front matter.
    Markdown,
    /// Any XML, SVG too.
    Xml,
    /// JSON, also one value a line.
    Json,
    /// Subtitles and lyrics: lines with times.
    Subtitle,
    /// Rich Text Format.
    Rtf,
    /// A mail, or a page saved as one.
    Mail,
    /// Style sheets; their encoding is declared in a way of its own.
    Css,
    /// Portable Document Format.
    Pdf,
    /// Anything that is a zip: office documents, books, archives.
    Zip,
    /// A tar, also inside gzip.
    Tar,
    /// A text inside gzip.
    Gzip,
    /// Sounds and films, for what they say of themselves.
    Audio,
    /// Pictures, for what the camera or the photographer wrote into them.
    Image,
    /// Office documents in the binary format of before 2007, and any that has a password.
    Compound,
    /// Known to have no words that are read.
    Other,
}

impl Format {
    /// The format of a file by its name and its first bytes, [`HEAD_BYTES`](super::limit::HEAD_BYTES) of them or all.
    pub fn of(name: &[u8], head: &[u8]) -> Format {
        let by_name = Format::of_name(name);
        match of_bytes(head) {
            // An office document, whose name says what it is, or an archive.
            Some(found) => match (found, by_name) {
                (Format::Gzip, Format::Tar) => Format::Tar,
                _ => found,
            },
            None if by_name.is_binary() && !looks_like_text(head) => by_name,
            None if by_name.is_binary() || by_name == Format::Text => of_text(head),
            None => by_name,
        }
    }

    /// What the name alone says. [`Format::Text`] when it says nothing.
    pub fn of_name(name: &[u8]) -> Format {
        let name = name.to_ascii_lowercase();
        let mut parts = name.rsplit(|&byte| byte == b'.');
        let (Some(last), Some(rest)) = (parts.next(), parts.next()) else { return Format::Text };
        if last == b"gz" && rest == b"tar" {
            return Format::Tar;
        }
        let Ok(extension) = std::str::from_utf8(last) else { return Format::Text };
        EXTENSIONS.iter().find(|(_, extensions)| extensions.contains(&extension)).map_or(Format::Text, |entry| entry.0)
    }

    /// Whether it is read in a child process. The rule: a text is read by walking over it once, in memory that it bounds itself;
    /// whatever has offsets, lengths or compression inside can ask for more, and its readers are other people's.
    pub fn is_contained(self) -> bool {
        matches!(self, Format::Pdf | Format::Zip | Format::Tar | Format::Gzip | Format::Audio | Format::Image)
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Html => "HTML",
            Format::Markdown => "Markdown",
            Format::Xml => "XML",
            Format::Json => "JSON",
            Format::Subtitle => "subtitles",
            Format::Rtf => "RTF",
            Format::Mail => "mail",
            Format::Css => "style sheet",
            Format::Pdf => "PDF",
            Format::Zip => "zip",
            Format::Tar => "tar",
            Format::Gzip => "gzip",
            Format::Audio => "sound",
            Format::Image => "picture",
            Format::Compound => "Office before 2007",
            Format::Other => "other",
        }
    }

    fn is_binary(self) -> bool {
        self.is_contained() || matches!(self, Format::Compound | Format::Other)
    }
}

/// What names say. Whatever is not here is a text if its bytes are.
const EXTENSIONS: &[(Format, &[&str])] = &[
    (Format::Html, &["html", "htm", "xhtml", "xht", "shtml", "hta"]),
    (Format::Markdown, &["md", "markdown", "mdown", "mkd", "mkdn", "mdx", "rmd", "qmd"]),
    (
        Format::Xml,
        &[
            "xml", "svg", "rss", "atom", "xsl", "xslt", "xsd", "dbk", "docbook", "fb2", "plist", "opml", "xlf",
            "xliff", "tmx", "kml", "gpx", "ttml", "dita", "fodt", "fods", "fodp", "fodg", "musicxml", "mml", "graphml",
        ],
    ),
    (Format::Json, &["json", "jsonl", "ndjson", "geojson", "ipynb", "webmanifest", "jsonld", "har"]),
    (Format::Subtitle, &["srt", "vtt", "ass", "ssa", "lrc", "sbv"]),
    (Format::Rtf, &["rtf"]),
    (Format::Mail, &["eml", "mht", "mhtml"]),
    (Format::Css, &["css"]),
    (Format::Pdf, &["pdf", "ai"]),
    (
        Format::Zip,
        &[
            "docx", "docm", "dotx", "dotm", "pptx", "pptm", "ppsx", "ppsm", "potx", "potm", "xlsx", "xlsm", "xltx",
            "xltm", "odt", "ott", "ods", "ots", "odp", "otp", "odg", "otg", "odf", "odm", "epub", "zip", "jar", "war",
            "ear", "apk", "cbz", "whl", "xpi", "vsix", "nupkg", "kmz", "xmind",
        ],
    ),
    (Format::Tar, &["tar", "tgz"]),
    (Format::Gzip, &["gz", "svgz"]),
    (
        Format::Audio,
        &[
            "mp3", "mp2", "flac", "ogg", "oga", "opus", "spx", "m4a", "m4b", "m4p", "m4r", "m4v", "mp4", "wav", "wave",
            "aif", "aiff", "aifc", "afc", "ape", "wv", "mpc", "aac", "3gp",
        ],
    ),
    (Format::Image, &["jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "png", "webp", "heic", "heif", "avif", "dng"]),
    (Format::Compound, &["doc", "dot", "xls", "xlt", "ppt", "pps", "pot", "wps", "msg", "vsd", "pub"]),
    (
        Format::Other,
        &[
            "gif", "bmp", "ico", "psd", "woff", "woff2", "ttf", "otf", "eot", "exe", "dll", "so", "o", "a", "class",
            "pyc", "wasm", "iso", "img", "dmg", "deb", "rpm", "7z", "rar", "xz", "bz2", "zst", "br", "lz4", "lzma",
            "webm", "mkv", "avi", "mov", "wmv", "flv", "mpg", "mpeg", "wma", "mid", "midi", "sqlite", "db", "bin",
        ],
    ),
];

/// What the first bytes say, if they are a mark that no text begins with.
fn of_bytes(head: &[u8]) -> Option<Format> {
    let starts = |mark: &[u8]| head.starts_with(mark);
    let at = |offset: usize, mark: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    Some(match head.first()? {
        b'P' if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") => Format::Zip,
        0x1f if starts(b"\x1f\x8b\x08") => Format::Gzip,
        0xd0 if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => Format::Compound,
        b'{' if starts(b"{\\rtf") => Format::Rtf,
        b'I' if starts(b"ID3") && head.get(3).is_some_and(|&version| version < 0x10) => Format::Audio,
        b'f' if starts(b"fLaC") => Format::Audio,
        b'O' if starts(b"OggS\0") => Format::Audio,
        b'R' if starts(b"RIFF") && at(8, b"WAVE") => Format::Audio,
        b'R' if starts(b"RIFF") && at(8, b"WEBP") => Format::Image,
        b'F' if starts(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Format::Audio,
        b'M' if starts(b"MAC ") || starts(b"MPCK") => Format::Audio,
        b'w' if starts(b"wvpk") => Format::Audio,
        0xff if starts(b"\xff\xd8\xff") => Format::Image,
        0x89 if starts(b"\x89PNG\r\n\x1a\n") => Format::Image,
        b'I' if starts(b"II*\0") => Format::Image,
        b'M' if starts(b"MM\0*") => Format::Image,
        _ if at(4, b"ftyp") => match head.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis") => Format::Image,
            _ => Format::Audio,
        },
        _ if at(257, b"ustar") => Format::Tar,
        _ if memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some_and(|at| is_pdf_start(head, at)) => {
            Format::Pdf
        }
        _ => return None,
    })
}

/// A text may speak of PDF; a PDF that does not begin with its mark has only junk before it.
fn is_pdf_start(head: &[u8], at: usize) -> bool {
    let is_version = head.get(at + 5).is_some_and(u8::is_ascii_digit);
    let is_line_start = at == 0 || matches!(head[at - 1], b'\n' | b'\r' | 0 | 0xbf) || !looks_like_text(&head[..at]);
    is_version && is_line_start
}

/// No byte that stands in binary files only. UTF-16 has zeros too, but those who write it begin with a mark.
fn looks_like_text(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || !head.iter().any(|&byte| byte < 8)
}

/// A text whose name says nothing, or something wrong.
fn of_text(head: &[u8]) -> Format {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let starts = |mark: &[u8]| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    if starts(b"<!doctype html") || starts(b"<html") {
        return Format::Html;
    }
    if starts(b"<?xml") || starts(b"<svg") { Format::Xml } else { Format::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, head: &[u8], expected: Format) {
        assert_eq!(Format::of(name.as_bytes(), head), expected, "{name}");
    }

    #[test]
    fn a_text_is_known_by_its_name() {
        check("a.html", b"words", Format::Html);
        check("A.HTM", b"words", Format::Html);
        check("readme.md", b"<html>", Format::Markdown);
        check("a.json", b"{}", Format::Json);
        check("main.rs", b"fn main() {}", Format::Text);
        check("README", b"words", Format::Text);
        check(".bashrc", b"words", Format::Text);
        check("", b"", Format::Text);
        check("\u{8d44}.\u{6599}", b"words", Format::Text);
    }

    #[test]
    fn a_text_without_a_telling_name_is_known_by_its_beginning() {
        check("index", b"\xef\xbb\xbf\n<!DOCTYPE HTML>", Format::Html);
        check("index", b" <HTML>", Format::Html);
        check("feed", b"<?xml version='1.0'?>", Format::Xml);
        check("a.doc", b"<html><body>saved by an office program", Format::Html);
        check("a.docx", b"only words", Format::Text);
    }

    #[test]
    fn a_container_is_known_by_its_first_bytes_whatever_its_name() {
        check("a.txt", b"%PDF-1.7\n", Format::Pdf);
        check("a.pdf", b"junk\n%PDF-1.7\n", Format::Pdf);
        check("a.docx", b"PK\x03\x04", Format::Zip);
        check("a.pdf", b"PK\x03\x04", Format::Zip);
        check("a.rtf", b"{\\rtf1\\ansi", Format::Rtf);
        check("a.doc", b"{\\rtf1\\ansi", Format::Rtf);
        check("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Compound);
        check("a.mp3", b"\xff\xd8\xff\xe0", Format::Image);
        check("film.mp4", b"\0\0\0\x20ftypisom", Format::Audio);
        check("a.jpg", b"\0\0\0\x20ftypheic", Format::Image);
        check("ls.1.gz", b"\x1f\x8b\x08\0", Format::Gzip);
        check("a.tar.gz", b"\x1f\x8b\x08\0", Format::Tar);
        check("a.tgz", b"\x1f\x8b\x08\0", Format::Tar);
    }

    #[test]
    fn a_name_that_promises_a_container_is_believed_where_the_bytes_are_no_text() {
        check("a.docx", b"\0\x01\x02", Format::Zip);
        check("a.mp3", b"\xff\xfb\x90\0", Format::Audio);
        check("a.pdf", b"\0\0\0", Format::Pdf);
    }

    #[test]
    fn a_text_about_a_format_is_a_text() {
        check("notes.txt", b"A PDF begins with %PDF-1.4.", Format::Text);
        check("notes.txt", b"PK is my name", Format::Text);
        check("notes.txt", b"ID3 tags", Format::Text);
    }
}
