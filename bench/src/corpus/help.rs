//! The help of LibreOffice: pages that say the same in every language.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Text, fetch, files, page};

/// Each with the package that has it.
const PACKAGES: [(&str, &str); 5] = [
    ("zh-CN", "libreoffice-help-zh-cn"),
    ("zh-TW", "libreoffice-help-zh-tw"),
    ("ja", "libreoffice-help-ja"),
    ("ko", "libreoffice-help-ko"),
    ("en-US", "libreoffice-help-en-us"),
];

pub(crate) const LANGUAGES: [&str; 5] = ["zh-CN", "zh-TW", "ja", "ko", "en-US"];

/// Gets what is missing; a folder for each language.
pub(super) fn folder(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let folder = root.join("help");
    fs::create_dir_all(&folder)?;
    for (language, package) in PACKAGES {
        let target = folder.join(language);
        if target.is_dir() {
            continue;
        }
        let unpacked = fetch::debian(root, package)?;
        let pages = unpacked.join("usr/share/libreoffice/help").join(language).join("text");
        fs::rename(&pages, &target).map_err(|error| format!("the package {package} has no help pages: {error}"))?;
        fs::remove_dir_all(unpacked)?;
    }
    Ok(folder)
}

/// The words of each `every`th page in these languages, in the order of paths.
pub(super) fn texts(folder: &Path, languages: &[&'static str], every: usize) -> Result<Vec<Text>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for &language in languages {
        let mut paths = Vec::new();
        files(&folder.join(language), &mut paths)?;
        paths.sort();
        for path in paths.into_iter().step_by(every) {
            let html = fs::read_to_string(&path)?;
            let page::Page { title, body, text_bytes } = page::read(&html);
            let path = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            texts.push(Text { path, title, body, text_bytes, language });
        }
    }
    Ok(texts)
}
