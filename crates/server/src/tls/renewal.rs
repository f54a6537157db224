//! Which certificates clients are offered: those of the files, as they stand now.

use super::Tls;
use super::certificate::{CertificateFiles, Loaded, seconds};
use super::choice::Choice;
use super::config::Ground;
use super::ticket::{TicketKey, Tickets};
use crate::access_log::LogWriter;
use crate::limit;
use acme::Desk;
use rustls::ServerConfig;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::SystemTime;

/// What clients are offered, until there is something newer. Whoever holds one finds the newest without a lock.
#[derive(Debug)]
pub struct Offer {
    config: Arc<ServerConfig>,
    /// The first of its certificates to expire does so then, in seconds since 1970; none: it has none yet.
    ends: Option<i64>,
    newer: OnceLock<Arc<Offer>>,
}

impl Offer {
    fn new(config: Arc<ServerConfig>, ends: Option<i64>) -> Arc<Offer> {
        Arc::new(Offer { config, ends, newer: OnceLock::new() })
    }

    /// One certificate for every client, in DER, with its key in PKCS#8: for whoever drives a worker turn by turn, without
    /// files that could change.
    ///
    /// Errs when they are not of each other.
    pub fn of_one(certificate: Vec<u8>, key: Vec<u8>) -> Result<Arc<Offer>, String> {
        let loaded = Loaded::of_one(certificate, key)?;
        let ends = loaded.ends;
        let ground = Ground::new(None, &Tickets::new(Vec::new())?)?;
        Ok(Offer::new(ground.config(Choice::among([&loaded], None))?, Some(ends)))
    }

    pub(crate) fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }

    /// When the first certificate of the newest of those that followed expires, in seconds since 1970.
    pub(crate) fn ends(&self) -> Option<i64> {
        self.newest().map_or(self.ends, |newest| newest.ends)
    }

    /// What has come after this, if anything.
    pub(crate) fn newest(&self) -> Option<Arc<Offer>> {
        let mut newest = self.newer.get()?;
        while let Some(newer) = newest.newer.get() {
            newest = newer;
        }
        Some(Arc::clone(newest))
    }
}

/// A reason to look at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nudge {
    /// The owner says so, and how it shall be from now on.
    Owner(Box<Tls>),
    /// An authority has given something.
    Authority,
}

/// Makes the offers.
#[derive(Debug)]
pub(crate) struct Offers {
    /// The owner's, in the owner's order.
    own: Vec<Kept>,
    /// Those of the authority.
    given: Vec<Kept>,
    desk: Option<Desk>,
    clients: Option<PathBuf>,
    clients_stamp: Stamp,
    ground: Ground,
    tickets: Arc<Tickets>,
    newest: Arc<Offer>,
}

/// Files, and what was read of them.
#[derive(Clone, Debug)]
struct Kept {
    files: CertificateFiles,
    loaded: Loaded,
    /// How they stood when they were read last, and when they were looked at last.
    read: Stamp,
    seen: Stamp,
}

impl Kept {
    fn open(files: CertificateFiles) -> Result<Kept, String> {
        let stamp = Stamp::of_certificate(&files);
        let loaded = files.load()?;
        Ok(Kept { files, loaded, read: stamp.clone(), seen: stamp })
    }

    /// Reads them if they are not what they were. `is_told`: at once, and in any case. Whether they were; gives what is to
    /// be said, too.
    fn look(&mut self, is_told: bool) -> (bool, Option<String>) {
        let stamp = Stamp::of_certificate(&self.files);
        // Two files are not replaced at the same moment: they are read when they stood still from one look to the next.
        let is_still = stamp == self.seen;
        self.seen = stamp.clone();
        let is_stale = self.loaded.stapled_until.is_some_and(|until| until <= seconds(SystemTime::now()));
        if !is_told && !is_stale && (stamp == self.read || !is_still) {
            return (false, None);
        }
        self.read = stamp;
        match self.files.load() {
            Ok(loaded) => {
                let remark = loaded.remark.clone();
                self.loaded = loaded;
                (true, remark)
            }
            Err(sentence) => (false, Some(format!("{sentence}; clients still get the certificate from before"))),
        }
    }
}

/// When the first of these certificates expires.
fn ends(own: &[Kept], given: &[Kept]) -> Option<i64> {
    own.iter().chain(given).map(|kept| kept.loaded.ends).min()
}

impl Offers {
    /// Reads the files; gives what their owner should know of them, too. `desk`: where certificates of an authority come from.
    /// `keys`: by which clients are known that come back, where another process handed them on.
    ///
    /// Errs with a sentence that names what is wrong.
    pub(crate) fn open(tls: &Tls, desk: Option<Desk>, keys: Vec<TicketKey>) -> Result<(Offers, Vec<String>), String> {
        let own: Vec<Kept> = tls.certificates.iter().cloned().map(Kept::open).collect::<Result<_, _>>()?;
        let clients = tls.client_authorities.clone();
        let clients_stamp = Stamp::of(&[clients.as_deref()]);
        let tickets = Tickets::new(keys)?;
        let ground = Ground::new(clients.as_deref(), &tickets)?;
        let (given, mut remarks) = given(desk.as_ref(), &[]);
        remarks.splice(0..0, own.iter().filter_map(|kept| kept.loaded.remark.clone()));
        let newest = Offer::new(ground.config(choice(&own, &given, desk.as_ref()))?, ends(&own, &given));
        let offers = Offers { own, given, desk, clients, clients_stamp, ground, tickets, newest };
        Ok((offers, remarks))
    }

    /// Other files, in the place of those so far; what is the same stays as it was read.
    fn follow(&mut self, tls: Tls) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut before = std::mem::take(&mut self.own);
        for files in tls.certificates {
            if let Some(at) = before.iter().position(|kept| kept.files == files) {
                self.own.push(before.swap_remove(at));
                continue;
            }
            match Kept::open(files) {
                Ok(kept) => {
                    remarks.extend(kept.loaded.remark.clone());
                    self.own.push(kept);
                }
                // They could be read a moment ago.
                Err(sentence) => remarks.push(sentence),
            }
        }
        if tls.client_authorities != self.clients {
            self.clients = tls.client_authorities;
            // So that it is read at once, also when there is none any more.
            self.clients_stamp = Stamp([Some((0, 0, 0, 0)); 3]);
        }
        if let Some((desk, settings)) = self.desk.as_ref().zip(tls.acme) {
            desk.follow(settings);
        }
        remarks
    }

    pub(crate) fn newest(&self) -> Arc<Offer> {
        Arc::clone(&self.newest)
    }

    /// By which clients are known that come back.
    pub(crate) fn tickets(&self) -> Arc<Tickets> {
        Arc::clone(&self.tickets)
    }

    /// Looks after the files from now on, on a thread of its own, which ends when nobody can tell it any more to look at
    /// once. Errs when there is no thread to be had.
    pub(crate) fn watch(mut self, told: Receiver<Nudge>, log: LogWriter) -> io::Result<()> {
        let work = move || {
            loop {
                let nudge = match told.recv_timeout(limit::CERTIFICATE_LOOK) {
                    Ok(nudge) => Some(nudge),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                self.look(nudge).into_iter().for_each(|remark| log.remark(remark));
            }
        };
        thread::Builder::new().name("certificates".into()).spawn(work).map(drop)
    }

    /// Reads what has changed, and offers it. Gives what is to be said.
    fn look(&mut self, nudge: Option<Nudge>) -> Vec<String> {
        let has_news = nudge.is_some();
        let (mut is_new, mut remarks) = (false, Vec::new());
        let is_told = match nudge {
            Some(Nudge::Owner(tls)) => {
                remarks.extend(self.follow(*tls));
                is_new = true;
                true
            }
            Some(Nudge::Authority) | None => false,
        };
        for kept in &mut self.own {
            let (is_read, remark) = kept.look(is_told);
            is_new |= is_read;
            remarks.extend(remark);
        }
        if has_news && self.desk.is_some() {
            let (given, said) = given(self.desk.as_ref(), &self.given);
            (self.given, is_new) = (given, true);
            remarks.extend(said);
        }
        let stamp = Stamp::of(&[self.clients.as_deref()]);
        if stamp != self.clients_stamp || is_told && self.clients.is_some() {
            self.clients_stamp = stamp;
            match Ground::new(self.clients.as_deref(), &self.tickets) {
                Ok(ground) => (self.ground, is_new) = (ground, true),
                Err(sentence) => remarks.push(format!("{sentence}; those from before still vouch for clients")),
            }
        }
        if is_new {
            match self.ground.config(choice(&self.own, &self.given, self.desk.as_ref())) {
                Ok(config) => {
                    let offer = Offer::new(config, ends(&self.own, &self.given));
                    // Nobody else makes offers.
                    let _ = self.newest.newer.set(Arc::clone(&offer));
                    self.newest = offer;
                }
                Err(sentence) => remarks.push(sentence),
            }
        }
        remarks
    }
}

/// What the authority has given so far. Of a file that cannot be read, what was `before` stays.
fn given(desk: Option<&Desk>, before: &[Kept]) -> (Vec<Kept>, Vec<String>) {
    let (mut given, mut remarks) = (Vec::new(), Vec::new());
    for path in desk.map(Desk::certificates).unwrap_or_default() {
        let files = CertificateFiles { chain: path.clone(), key: path };
        let before = before.iter().find(|kept| kept.files == files);
        if let Some(before) = before.filter(|before| before.read == Stamp::of_certificate(&files)) {
            given.push(before.clone());
            continue;
        }
        match Kept::open(files) {
            // That one is about to expire is known to who renews it.
            Ok(kept) => given.push(kept),
            Err(sentence) => {
                given.extend(before.cloned());
                remarks.push(sentence);
            }
        }
    }
    (given, remarks)
}

fn choice(own: &[Kept], given: &[Kept], desk: Option<&Desk>) -> Choice {
    Choice::among(own.iter().chain(given).map(|kept| &kept.loaded), desk.cloned())
}

/// How files stand: when they change, so does this.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp([Option<(u64, u64, i64, i64)>; 3]);

impl Stamp {
    fn of_certificate(files: &CertificateFiles) -> Stamp {
        Stamp::of(&[Some(&files.chain), Some(&files.key), Some(&files.staple())])
    }

    fn of(paths: &[Option<&Path>]) -> Stamp {
        let mut stamp = Stamp([None; 3]);
        for (place, path) in stamp.0.iter_mut().zip(paths) {
            let found = path.and_then(|path| fs::metadata(path).ok());
            *place = found.map(|found| (found.ino(), found.size(), found.mtime(), found.mtime_nsec()));
        }
        stamp
    }
}
