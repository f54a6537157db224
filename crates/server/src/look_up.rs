//! What the pages of the look-up ask. The real one follows the files; tests have one that says what they want.
//!
//! Whoever looks a folder up without serving it does it as it is done here, so that both have one index and say the same.

use crate::access_log::LogWriter;
use crate::options::SiteSettings;
use crate::{limit, load};
use lookup::answer::{Answer, Gate, Request, State, Suggestions};
use lookup::live::{Lookup, Settings};
use reactor::disk::Links;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

pub use crate::render::found_json as json;

/// How the look-up over a folder is kept. `root`: by its one true name; `places`: where the index may live, the best place first;
/// `hidden`: whether hidden names are looked at too.
pub fn settings(root: &Path, places: Vec<PathBuf>, links: Links, hidden: bool) -> Settings {
    Settings {
        places,
        links,
        is_hidden: if hidden { |_| false } else { site::is_hidden_name },
        has_hidden: hidden,
        ..Settings::new(root)
    }
}

/// Finds materials. Called on the pool, by many at once.
pub trait LookUp: Send + Sync {
    /// What has the words.
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer;

    /// What may be meant by words that are still being typed.
    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions;

    /// How far the index is.
    fn state(&self) -> State;
}

/// What it cannot answer by a mistake of its own, it did not find: the page is there, and the next question may do better.
impl LookUp for Lookup {
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer {
        Lookup::find(self, request, gate).unwrap_or_default()
    }

    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions {
        Lookup::suggest(self, request, gate).unwrap_or_default()
    }

    fn state(&self) -> State {
        Lookup::state(self)
    }
}

/// One that has read nothing.
#[derive(Debug)]
pub(crate) struct Unread;

impl LookUp for Unread {
    fn find(&self, _: &Request<'_>, _: &dyn Gate) -> Answer {
        Answer::default()
    }

    fn suggest(&self, _: &Request<'_>, _: &dyn Gate) -> Suggestions {
        Suggestions::default()
    }

    fn state(&self) -> State {
        State { is_building: true, ..State::default() }
    }
}

/// The look-ups of a server. Sites that would have the same have one.
#[derive(Debug, Default)]
pub(crate) struct LookUps(Vec<(Key, Arc<Lookup>)>);

/// What makes it the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// By its one true name.
    root: PathBuf,
    places: Vec<PathBuf>,
    links: Links,
    has_hidden: bool,
}

impl Key {
    fn of(settings: &SiteSettings) -> Option<Key> {
        let places = settings.look_up.clone()?;
        let root = settings.root.canonicalize().unwrap_or_else(|_| settings.root.clone());
        Some(Key { root, places, links: settings.symlinks, has_hidden: settings.options.hidden })
    }
}

impl LookUps {
    /// Looks the folders of these sites over from now on, at the pace that serving leaves. A look-up that cannot be is no
    /// reason not to serve.
    pub(crate) fn start(sites: &[SiteSettings], descriptors: u64, log: &LogWriter) -> LookUps {
        LookUps::default().succeed(sites, descriptors, log)
    }

    /// Those of these sites, of which some may be there already.
    pub(crate) fn succeed(&self, sites: &[SiteSettings], descriptors: u64, log: &LogWriter) -> LookUps {
        let mut keys: Vec<Key> = Vec::new();
        for key in sites.iter().filter_map(Key::of) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let needed = limit::DESCRIPTORS_FOR_LOOK_UP * keys.len() as u64;
        if descriptors < needed {
            log.remark(format!(
                "no look-up: {descriptors} files may be open at once, and it needs {needed} (ulimit -n)"
            ));
            return LookUps::default();
        }
        let started = keys.into_iter().filter_map(|key| {
            if let Some(found) = self.0.iter().find(|(of, _)| *of == key) {
                return Some(found.clone());
            }
            let settings = settings(&key.root, key.places.clone(), key.links, key.has_hidden);
            let settings = Settings { load: Some(load::of_those_who_serve()), ..settings };
            let started = Lookup::start(settings).inspect_err(|error| log.remark(error.to_string())).ok()?;
            Some((key, Arc::new(started)))
        });
        LookUps(started.collect())
    }

    /// That of a site.
    pub(crate) fn of(&self, settings: &SiteSettings) -> Option<Arc<dyn LookUp>> {
        let wanted = Key::of(settings)?;
        let (_, found) = self.0.iter().find(|(key, _)| *key == wanted)?;
        Some(Arc::clone(found) as Arc<dyn LookUp>)
    }

    /// Ends those that are not among the others. On a thread of its own, for that may take a while; an errand that has one
    /// still finds what is there.
    pub(crate) fn end_without(&self, others: &LookUps) {
        let is_alone = |key: &Key| others.0.iter().all(|(other, _)| other != key);
        let alone: Vec<Arc<Lookup>> =
            self.0.iter().filter(|(key, _)| is_alone(key)).map(|(_, look_up)| Arc::clone(look_up)).collect();
        alone.iter().for_each(|look_up| look_up.begin_to_stop());
        if !alone.is_empty() {
            let end = move || alone.iter().for_each(|look_up| look_up.stop());
            let _ = thread::Builder::new().name("last-words".into()).spawn(end);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Lookup> {
        self.0.iter().map(|(_, look_up)| &**look_up)
    }
}
