//! Whatever is a zip inside: office documents of both families, books, and archives.

mod archive;
mod book;
mod opendocument;
mod parts;
mod property;
mod sheet;
mod slide;
mod wording;

use super::input::Input;
use super::words::Draft;
use super::{Extract, Format};
use parts::Parts;

/// The words of a zip.
pub(crate) fn read(input: &Input<'_>, name: &[u8]) -> Extract {
    let kind = kind(name);
    let mut parts = match Parts::open(input) {
        Ok(parts) => parts,
        Err(parts::Damage::NoZip) => return Extract::faulty(format!("not a zip file, though its name says {kind}")),
        Err(parts::Damage::Cut) => {
            return Extract::faulty("the end of this file is missing, where a zip says what is in it");
        }
        Err(parts::Damage::Other(reason)) => return Extract::faulty(format!("a damaged zip file: {reason}")),
    };
    let mut draft = Draft::new();
    match Family::of(&mut parts) {
        Family::OpenDocument => opendocument::read(&mut parts, &mut draft),
        Family::Book => book::read(&mut parts, &mut draft),
        Family::Word(main) => wording::read(&mut parts, &main, &mut draft),
        Family::Slides(main) => slide::read(&mut parts, &main, &mut draft),
        Family::Sheets(main) => sheet::read(&mut parts, &main, &mut draft),
        Family::Archive => archive::read(&mut parts, &mut draft),
    }
    parts.tell_faults(&mut draft);
    draft.finish()
}

/// What people call a file of this name.
fn kind(name: &[u8]) -> String {
    let extension = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let extension = String::from_utf8_lossy(extension).to_uppercase();
    if extension.len() == name.len() { Format::Zip.name().to_owned() } else { extension }
}

/// What a zip is, by what is in it and not by its name.
enum Family {
    OpenDocument,
    Book,
    /// With the name of the part that holds the text.
    Word(String),
    Slides(String),
    Sheets(String),
    Archive,
}

impl Family {
    fn of(parts: &mut Parts<'_>) -> Family {
        let kind = parts.text("mimetype");
        if parts.has("META-INF/container.xml")
            && kind.as_deref().is_none_or(|kind| kind.trim() == "application/epub+zip")
        {
            return Family::Book;
        }
        if parts.has("content.xml") && kind.is_some_and(|kind| kind.contains("opendocument")) {
            return Family::OpenDocument;
        }
        if !parts.has("[Content_Types].xml") {
            return Family::Archive;
        }
        let relations = parts.relations("");
        let main = relations.iter().find(|relation| relation.kind.ends_with("/officeDocument"));
        let Some(main) = main.map(|relation| relation.target.clone()) else { return Family::Archive };
        match parts.root(&main).as_deref() {
            Some("document") => Family::Word(main),
            Some("presentation") => Family::Slides(main),
            Some("workbook") => Family::Sheets(main),
            _ => Family::Archive,
        }
    }
}
