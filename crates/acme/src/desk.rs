//! What others have of the work: answers that stand, certificates that are there, how each name stands; and where they say
//! what they want.

use crate::answers::Answers;
use crate::rest::{Rest, Told};
use crate::settings::Settings;
use crate::store::Store;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// Wishes that wait to be heard. Beyond it: who has none heard asks again.
const WISHES_MAX: usize = 64;

/// What somebody wants.
#[derive(Debug)]
pub(crate) enum Wish {
    /// A certificate for this name, which a client asked for.
    Name(String),
    /// The owner wants this from now on; and whatever was in the way may be mended.
    Settings(Arc<Settings>),
    /// To be looked at once whether there is still something to do.
    Look,
}

/// What others have of the work. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(crate) answers: Arc<Answers>,
    pub(crate) states: Arc<Mutex<Vec<State>>>,
    settings: Arc<RwLock<Arc<Settings>>>,
    store: Store,
    wishes: SyncSender<Wish>,
    pub(crate) rest: Arc<Rest>,
}

/// How a name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The name.
    pub name: String,
    /// Until when its certificate is valid, in seconds since 1970; `None`: it has none.
    pub valid_until: Option<i64>,
    /// When the authority is asked next.
    pub next: i64,
    /// Attempts that have failed since there was a certificate.
    pub failures: usize,
    /// Why the last one did, in the sentence that the log has.
    pub failure: Option<String>,
}

impl Desk {
    pub(crate) fn new(settings: Arc<Settings>, store: Store) -> (Desk, Receiver<Wish>) {
        let (wishes, heard) = sync_channel(WISHES_MAX);
        let settings = Arc::new(RwLock::new(settings));
        let rest = Arc::default();
        (Desk { answers: Arc::default(), states: Arc::default(), settings, store, wishes, rest }, heard)
    }

    /// The content of the response to a request for this target, if it is an authority's.
    pub fn http(&self, target: &[u8]) -> Option<Vec<u8>> {
        self.answers.http(target)
    }

    /// Certificate and key (PKCS #8), in DER, for a handshake of an authority that asks for this name.
    pub fn tls(&self, name: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        self.answers.tls(name)
    }

    /// A client asks for a name for which there is no certificate. Whether one may be had.
    pub fn ask_for(&self, name: &str) -> bool {
        let is_allowed = self.settings().allows(name);
        if is_allowed {
            let _ = self.wishes.try_send(Wish::Name(name.to_owned()));
        }
        is_allowed
    }

    /// From now on this is wanted; and whatever was in the way may be mended: what waits is tried now, as far as the authority
    /// allows it.
    pub fn follow(&self, settings: Settings) {
        let settings = Arc::new(settings);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&settings);
        let _ = self.wishes.try_send(Wish::Settings(settings));
    }

    /// Nothing new is ordered from now on. Waits until what is under way is over, but not longer than that. Whether it is; if not,
    /// orders go on.
    pub fn rest(&self, patience: Duration) -> bool {
        self.rest.tell(Told::Rest);
        let rests = self.rest.wait(patience);
        if !rests {
            self.go_on();
        }
        rests
    }

    /// Orders go on.
    pub fn go_on(&self) {
        self.rest.tell(Told::Work);
        let _ = self.wishes.try_send(Wish::Look);
    }

    /// Nothing is ordered here any more: another process is to do it.
    pub fn end(&self) {
        self.rest.tell(Told::End);
        // Where there is no room for this, there is enough to be woken by.
        let _ = self.wishes.try_send(Wish::Look);
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The files with the certificates that are wanted and there, each with its key.
    pub fn certificates(&self) -> Vec<PathBuf> {
        let settings = self.settings();
        let is_wanted = |name: &String| settings.names.contains(name) || settings.allows(name);
        self.store.names().iter().filter(|name| is_wanted(name)).map(|name| self.store.certificate(name)).collect()
    }

    /// How each name stands.
    pub fn states(&self) -> Vec<State> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
