//! `bench quality lookup`: whether what is looked for is found. What must be found is known from the materials, read by ourselves; what is
//! found is asked over HTTP, of the program that users get. The same seed asks the same in every run.

mod cjk;
mod encoding;
mod known;
mod named;
mod options;
mod table;
mod typo;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus::{Corpora, Corpus, LANGUAGES};
use crate::install::{Place, build, place};
use crate::quarry::{Quarry, Settings};
use options::{HELP, Options};
use table::Table;

/// A run.
struct Quality {
    options: Options,
    place: Place,
    table: Table,
}

/// Of the short form: each tenth page.
const EVERY_SHORT: usize = 10;

/// `true`: all goals that are held are reached.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<bool, Box<dyn Error>> {
    if arguments.next().as_deref() != Some("lookup") {
        return Err("the quality of what? lookup".into());
    }
    let Some(options) = Options::parse(arguments)? else {
        print!("{HELP}");
        return Ok(true);
    };
    let place = place(options.binary.clone())?;
    if options.builds && options.binary.is_none() {
        build(&place, true)?;
    }
    let every = if options.is_short { EVERY_SHORT } else { 1 };
    let help = Corpora::new(&place).help(&LANGUAGES, every)?;
    let table = Table::new(options.shows_misses);
    let mut quality = Quality { options, place, table };
    if quality.options.wants_any(&["cjk", "title", "parts", "typo"]) {
        let mut quarry = quality.quarry("quality", &help.folder, help.documents)?;
        quality.pages(&mut quarry, &help)?;
    }
    if quality.options.wants("body") {
        known::by_body(&mut quality, &help)?;
    }
    if quality.options.wants_any(&["names", "pinyin"]) {
        named::measure(&mut quality, &help)?;
    }
    if quality.options.wants("charset") {
        encoding::measure(&mut quality, &help)?;
    }
    Ok(quality.table.finish())
}

impl Quality {
    fn pages(&mut self, quarry: &mut Quarry, help: &Corpus) -> Result<(), Box<dyn Error>> {
        if self.options.wants("cjk") {
            cjk::measure(self, quarry, help)?;
        }
        if self.options.wants("title") {
            known::by_title(self, quarry, help)?;
        }
        if self.options.wants("parts") {
            known::by_parts(self, quarry, help)?;
        }
        if self.options.wants("typo") {
            typo::measure(self, quarry, help)?;
        }
        Ok(())
    }

    /// Quarry over a folder of which all is found, with an index of its own.
    fn quarry(&self, name: &str, folder: &Path, documents: usize) -> Result<Quarry, Box<dyn Error>> {
        let index = self.fresh(&format!("index-{name}"))?;
        let mut quarry = Quarry::start(&self.place, &Settings { folder, index: Some(&index), core: None })?;
        quarry.wait_until_ready(documents)?;
        Ok(quarry)
    }

    fn fresh(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let folder = self.place.run.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// How many are asked of one kind.
    fn count(&self, whole: usize) -> usize {
        if self.options.is_short { whole.div_ceil(5) } else { whole }
    }
}
