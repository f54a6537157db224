//! What is looked through: materials that Debian and npm have, so that every machine can have the same. They lie in
//! `bench/corpora` of the target folder, unpacked and not installed.

mod fetch;
mod help;
mod page;
pub(crate) mod pick;
mod poem;

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::install::Place;

pub(crate) use help::LANGUAGES;

/// Where all corpora lie.
pub(crate) struct Corpora {
    root: PathBuf,
}

/// A folder of materials, and what stands in them.
#[derive(Clone)]
pub(crate) struct Corpus {
    pub(crate) folder: PathBuf,
    /// Files in it.
    pub(crate) documents: usize,
    /// Of all files, words only.
    pub(crate) text_bytes: u64,
    /// All materials, or those of the folder of which this one is a multiple.
    pub(crate) texts: Arc<Vec<Text>>,
}

/// The words of one material, as we read them ourselves: what Quarry must find is known from here and not from Quarry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// From the root, without a slash before it.
    pub(crate) path: String,
    pub(crate) title: String,
    /// One line is one piece of text: words of two lines need not stand beside each other.
    pub(crate) body: String,
    /// Of all words, also of those that stand on every page.
    pub(crate) text_bytes: usize,
    /// As `zh-CN`.
    pub(crate) language: &'static str,
}

impl Corpora {
    pub(crate) fn new(place: &Place) -> Corpora {
        Corpora { root: place.cache.join("corpora") }
    }

    /// The help of LibreOffice: the same 2,560 pages in each of these languages. All pages, or each `every`th one.
    pub(crate) fn help(&self, languages: &[&'static str], every: usize) -> Result<Corpus, Box<dyn Error>> {
        let folder = help::folder(&self.root)?;
        let texts = help::texts(&folder, languages, every)?;
        if every == 1 && languages.len() == LANGUAGES.len() {
            return Ok(Corpus::new(folder, texts));
        }
        let name = format!("help-{}-{every}", languages.join("-"));
        let part = self.part(&name, &folder, &texts)?;
        Ok(Corpus::new(part, texts))
    }

    /// 311,855 poems of the Tang and the Song, a file each; `most`: so many of them.
    pub(crate) fn poems(&self, most: usize) -> Result<Corpus, Box<dyn Error>> {
        let (folder, mut texts) = poem::poems(&self.root)?;
        if texts.len() <= most {
            return Ok(Corpus::new(folder, texts));
        }
        texts.truncate(most);
        let part = self.part(&format!("poems-{most}"), &folder, &texts)?;
        Ok(Corpus::new(part, texts))
    }

    /// So many documents: a corpus again and again, in folders `1`, `2`… Files are links to the first ones, so that a million
    /// of them need no room.
    pub(crate) fn multiple(&self, name: &'static str, of: &Corpus, documents: usize) -> Result<Corpus, Box<dyn Error>> {
        let folder = self.root.join(format!("{name}-{documents}"));
        self.complete(&folder, || {
            for at in 0..documents {
                let text = &of.texts[at % of.texts.len()];
                link(&of.folder, text, &folder.join((at / of.texts.len() + 1).to_string()))?;
            }
            Ok(())
        })?;
        let text_bytes = (0..documents).map(|at| of.texts[at % of.texts.len()].text_bytes as u64).sum();
        Ok(Corpus { folder, documents, text_bytes, texts: Arc::clone(&of.texts) })
    }

    /// The files of a package of Debian that have this extension (empty: all), and how many they are.
    pub(crate) fn package(&self, package: &str, extension: &str) -> Result<(PathBuf, usize), Box<dyn Error>> {
        let folder = self.root.join(package);
        self.complete(&folder, || {
            let unpacked = fetch::debian(&self.root, package).map_err(|error| io::Error::other(error.to_string()))?;
            fs::rename(unpacked, folder.join("files"))
        })?;
        let mut paths = Vec::new();
        files(&folder, &mut paths)?;
        let (kept, others): (Vec<_>, Vec<_>) = paths
            .into_iter()
            .partition(|path| extension.is_empty() || path.extension().is_some_and(|found| found == extension));
        others.iter().try_for_each(fs::remove_file)?;
        Ok((folder, kept.len()))
    }

    /// A folder with some of the files of another one.
    fn part(&self, name: &str, of: &Path, texts: &[Text]) -> Result<PathBuf, Box<dyn Error>> {
        let folder = self.root.join(name);
        self.complete(&folder, || texts.iter().try_for_each(|text| link(of, text, &folder)))?;
        Ok(folder)
    }

    /// Fills a folder once. Until it is full it counts as absent.
    fn complete(&self, folder: &Path, fill: impl FnOnce() -> io::Result<()>) -> Result<(), Box<dyn Error>> {
        let mark = folder.with_extension("complete");
        if mark.is_file() {
            return Ok(());
        }
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        fill().map_err(|error| format!("cannot fill {}: {error}", folder.display()))?;
        Ok(fs::write(mark, "")?)
    }
}

/// All files below a folder that are served; links and hidden ones are not.
fn files(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn link(from: &Path, text: &Text, to: &Path) -> io::Result<()> {
    let target = to.join(&text.path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::hard_link(from.join(&text.path), target)
}

impl Corpus {
    fn new(folder: PathBuf, texts: Vec<Text>) -> Corpus {
        let text_bytes = texts.iter().map(|text| text.text_bytes as u64).sum();
        Corpus { folder, documents: texts.len(), text_bytes, texts: Arc::new(texts) }
    }

    /// All its documents, with their paths.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, &Text)> {
        (0..self.documents).filter_map(|at| {
            let text = self.texts.get(at % self.texts.len().max(1))?;
            let path = match self.documents > self.texts.len() {
                true => format!("{}/{}", at / self.texts.len() + 1, text.path),
                false => text.path.clone(),
            };
            Some((path, text))
        })
    }
}
