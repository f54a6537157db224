//! The config, `quarry.toml`: what flags say for one site, for several, and routes. Read only when it is named by `--config`.
//!
//! Flags and file come to the same settings. A flag beside a file goes before what the file says of the process; what a site is served
//! with stands in the file alone.

mod fault;
mod key;
mod process;
mod route;
mod sample;
mod schema;
mod site;
mod table;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use server::SiteSettings;
use toml::de::DeTable;

pub(crate) use fault::{Fault, Source};
pub(crate) use route::Places;
pub(crate) use sample::sample;
pub(crate) use schema::schema;

use crate::command::find_root;
use crate::exit::{self, Failure};
use crate::flag::{self, Settings};
use crate::serve;
use table::{Reader, Table};

/// What is served, and how.
#[derive(Debug)]
pub(crate) struct Config {
    /// Of the process.
    pub(crate) settings: Settings,
    /// At least one.
    pub(crate) sites: Vec<SiteSettings>,
    /// Where the routes of each site stand, in the same order.
    pub(crate) places: Vec<Vec<Places>>,
    /// The file; empty, where there are only flags.
    pub(crate) source: Source,
}

/// Why there are no settings.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// What the file says is wrong.
    Faults(Source, Vec<Fault>),
    /// Anything else.
    Failure(Failure),
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        Wrong::Failure(failure)
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Failure {
        match wrong {
            Wrong::Faults(source, faults) => Failure::Sentence(source.show(&faults)),
            Wrong::Failure(failure) => failure,
        }
    }
}

/// Reads what the flags say, and the file that they name.
///
/// `act`: what is to be done with it. Errs with all that is wrong in it, each with its place.
pub(crate) fn load(settings: &Settings, act: &str) -> Result<Config, Wrong> {
    let Some(path) = &settings.config else {
        let site = serve::site(&settings.serving, &settings.pages, &settings.look_up, find_root(act, &settings.root)?)?;
        return Ok(Config {
            settings: settings.clone(),
            sites: vec![site],
            places: vec![Vec::new()],
            source: Source::default(),
        });
    };
    let cannot = |cause: String| Failure::cannot(format!("read {}", exit::quoted(path)), cause);
    let source = Source::new(path, text(path).map_err(cannot)?);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    read(settings, act, source, path, &folder)
}

/// Reads a file of that text, whose relative paths begin at `folder`.
fn read(settings: &Settings, act: &str, source: Source, path: &Path, folder: &Path) -> Result<Config, Wrong> {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let faults = errors.iter().map(|error| Fault {
            at: error.span().unwrap_or(0..0),
            cause: exit::in_a_sentence(error.message()),
            hint: None,
        });
        let faults = faults.collect();
        return Err(Wrong::Faults(source, faults));
    }
    let reader = Reader::new(&source);
    let mut merged = settings.clone();
    let (mut sites, mut places) = (Vec::new(), Vec::new());
    {
        let table = Table::new(&reader, 0..0, Some(key::PROCESS), document.get_ref());
        process::apply(&table, &mut merged, folder);
        let tables = table.get("site").map(|value| value.tables("site", key::SITE)).unwrap_or_default();
        for table in tables {
            let at = table.at.clone();
            if let Some((site, of_routes)) = site::read(table, folder) {
                if is_served(path, &site) {
                    let cause = format!(
                        "{} would be served, for it stands inside the root of this site; move it, or name it quarry.toml without hidden = true",
                        source.name
                    );
                    reader.fault(at, cause);
                }
                sites.push(site);
                places.push(of_routes);
            }
        }
        if let Some(table) = table.get("acme").and_then(|value| value.table(Some(key::ACME))) {
            // What no authority vouches for, such as localhost, is served as it can be.
            let hosts = sites.iter().flat_map(|site: &SiteSettings| &site.hosts);
            let hosts = hosts.filter_map(|host| acme::name::parse(&host.to_string()).ok()).collect();
            process::apply_acme(table, &mut merged.acme, &settings.given, hosts, folder);
        }
        if let Err(cause) = server::Hosts::new(sites.iter().map(|site: &SiteSettings| site.hosts.as_slice()))
            && !sites.is_empty()
            // One that cannot be read leaves its site without hosts.
            && reader.is_content()
        {
            reader.fault(table.name_at("site"), cause);
        }
        table.finish();
    }
    let faults = reader.into_faults();
    if !faults.is_empty() {
        return Err(Wrong::Faults(source, faults));
    }
    if sites.is_empty() {
        sites.push(serve::site(
            &settings.serving,
            &settings.pages,
            &settings.look_up,
            find_root(act, &settings.root)?,
        )?);
        places.push(Vec::new());
    } else if let Some(flag) = settings.given.iter().find(|flag| process::is_of_site(flag)) {
        let what = flag::shown(flag);
        let cause = "what a site is served with stands in the file";
        return Err(Failure::cannot(format!("take {what} and --config together"), cause).into());
    }
    Ok(Config { settings: merged, sites, places, source })
}

/// Whether clients of the site could get the file of the config, which tells what nobody shall know.
fn is_served(path: &Path, site: &SiteSettings) -> bool {
    let Ok(full) = path.canonicalize() else { return false };
    let Ok(below) = full.strip_prefix(&site.root) else { return false };
    let is_hidden = below.iter().any(|name| server::site::is_hidden_name(name.as_encoded_bytes()));
    site.options.hidden || !is_hidden
}

/// The text of a file that is one.
fn text(path: &Path) -> Result<String, String> {
    let found = path.metadata().map_err(|error| exit::cause(&error))?;
    if !found.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| exit::cause(&error))?;
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| exit::cause(&error))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it is longer than the {} MiB that it may have", BYTES_MAX >> 20));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to() + 1))?;
    Ok(text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text))
}

/// A path of the file, which begins at its folder.
fn from(folder: &Path, path: &str) -> PathBuf {
    folder.join(path)
}

/// Ten thousand routes take about two; a file of more is no config.
const BYTES_MAX: u64 = 16 << 20;

#[cfg(test)]
mod tests;
