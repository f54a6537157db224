//! What sort of material a name promises: which icon stands before it, and which previews may follow.

/// A sort of material, as people tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A folder.
    Folder,
    /// Something to read: text, Markdown, a document, a web page.
    Page,
    /// A still picture.
    Image,
    /// Music, speech.
    Sound,
    /// Moving pictures.
    Film,
    /// Many files in one.
    Archive,
    /// Something for machines to read: source code, configuration.
    Code,
    /// A PDF.
    Pdf,
    /// Rows and columns.
    Table,
    /// Slides of a talk.
    Slides,
    /// Anything else.
    Unknown,
}

impl Kind {
    /// The kind of the file with this name, by the extension of the name.
    pub fn from_name(name: &[u8]) -> Kind {
        let Some(dot) = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0) else {
            return BARE
                .iter()
                .find(|bare| bare.as_bytes().eq_ignore_ascii_case(name))
                .map_or(Kind::Unknown, |_| Kind::Page);
        };
        let extension = &name[dot + 1..];
        let has = |list: &&str| list.split(' ').any(|known| known.as_bytes().eq_ignore_ascii_case(extension));
        EXTENSIONS.iter().find(|(_, list)| has(list)).map_or(Kind::Unknown, |&(kind, _)| kind)
    }

    /// A stable word for programs, in the JSON listing and in markup.
    pub fn token(self) -> &'static str {
        match self {
            Kind::Folder => "folder",
            Kind::Page => "page",
            Kind::Image => "image",
            Kind::Sound => "sound",
            Kind::Film => "film",
            Kind::Archive => "archive",
            Kind::Code => "code",
            Kind::Pdf => "pdf",
            Kind::Table => "table",
            Kind::Slides => "slides",
            Kind::Unknown => "unknown",
        }
    }

    /// All kinds, in the order of their icons.
    pub const ALL: [Kind; 11] = [
        Kind::Folder,
        Kind::Page,
        Kind::Image,
        Kind::Sound,
        Kind::Film,
        Kind::Archive,
        Kind::Code,
        Kind::Pdf,
        Kind::Table,
        Kind::Slides,
        Kind::Unknown,
    ];
}

/// Files without an extension that are read by people.
const BARE: [&str; 8] = ["readme", "license", "licence", "copying", "authors", "changelog", "changes", "notice"];

const EXTENSIONS: [(Kind, &str); 9] = [
    (Kind::Page, "txt md markdown html htm xhtml doc docx odt rtf epub mobi tex rst adoc log nfo srt vtt djvu"),
    (Kind::Image, "jpg jpeg png gif webp avif svg bmp ico tif tiff heic heif jxl jfif"),
    (Kind::Sound, "mp3 ogg oga opus wav flac m4a aac wma mid midi weba aiff"),
    (Kind::Film, "mp4 webm mkv mov avi m4v mpg mpeg ogv wmv flv ts 3gp"),
    (Kind::Archive, "zip tar gz tgz bz2 xz zst 7z rar lz4 br jar iso deb rpm apk dmg cab"),
    (
        Kind::Code,
        "js mjs cjs css json json5 xml toml yaml yml ini conf cfg rs c h cc cpp hpp cxx go py rb pl php java kt swift \
         scala sh bash zsh fish bat ps1 sql lua r jl hs ml ex exs erl clj lisp el vue jsx tsx wasm lock diff patch \
         cmake make mk dockerfile nix zig d pas asm s ipynb webmanifest map",
    ),
    (Kind::Pdf, "pdf"),
    (Kind::Table, "csv tsv xls xlsx ods numbers parquet"),
    (Kind::Slides, "ppt pptx odp key"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &[u8], expected: Kind) {
        assert_eq!(Kind::from_name(name), expected, "{name:?}");
    }

    #[test]
    fn the_extension_tells_the_kind() {
        check(b"a.txt", Kind::Page);
        check(b"A.JPG", Kind::Image);
        check(b"a.tar.gz", Kind::Archive);
        check(b"README", Kind::Page);
        check(b"main.rs", Kind::Code);
        check(b"talk.pptx", Kind::Slides);
        check(b".txt", Kind::Unknown);
        check(b"txt", Kind::Unknown);
        check(b"a.", Kind::Unknown);
        check(b"", Kind::Unknown);
        check(b"\xc4\xe3.csv", Kind::Table);
        check(b"a.t t", Kind::Unknown);
    }
}
