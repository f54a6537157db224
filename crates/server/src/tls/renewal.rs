//! Which certificate clients are offered: that of the files, as they stand now.

use super::certificate::{self, CertificateFiles};
use crate::access_log::LogWriter;
use crate::limit;
use rustls::ServerConfig;
use rustls::server::ProducesTickets;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;

/// What clients are offered, until there is something newer. Whoever holds one finds the newest without a lock.
#[derive(Debug)]
pub(crate) struct Offer {
    config: Arc<ServerConfig>,
    newer: OnceLock<Arc<Offer>>,
}

impl Offer {
    fn new(config: Arc<ServerConfig>) -> Arc<Offer> {
        Arc::new(Offer { config, newer: OnceLock::new() })
    }

    pub(crate) fn config(&self) -> &Arc<ServerConfig> {
        &self.config
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

/// Makes the offers.
#[derive(Debug)]
pub(crate) struct Offers {
    files: CertificateFiles,
    tickets: Arc<dyn ProducesTickets>,
    newest: Arc<Offer>,
    /// How the files stood when they were read last, and when they were looked at last.
    read: Stamp,
    seen: Stamp,
}

impl Offers {
    /// Reads the files; gives what their owner should know of them, too.
    ///
    /// Errs with a sentence that names what is wrong.
    pub(crate) fn open(files: CertificateFiles) -> Result<(Offers, Option<String>), String> {
        let stamp = Stamp::of(&files);
        let (certified, remark) = files.load()?;
        let tickets = certificate::tickets()?;
        let newest = Offer::new(certificate::config(certified, Arc::clone(&tickets))?);
        Ok((Offers { files, tickets, newest, read: stamp.clone(), seen: stamp }, remark))
    }

    pub(crate) fn newest(&self) -> Arc<Offer> {
        Arc::clone(&self.newest)
    }

    /// Looks after the files from now on, on a thread of its own, which ends when nobody can tell it any more to look at
    /// these or others at once. Errs when there is no thread to be had.
    pub(crate) fn watch(mut self, told: Receiver<CertificateFiles>, log: LogWriter) -> io::Result<()> {
        let work = move || {
            loop {
                let is_told = match told.recv_timeout(limit::CERTIFICATE_LOOK) {
                    Ok(files) => {
                        self.files = files;
                        true
                    }
                    Err(RecvTimeoutError::Timeout) => false,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                if let Some(remark) = self.look(is_told) {
                    log.remark(remark);
                }
            }
        };
        thread::Builder::new().name("certificates".into()).spawn(work).map(drop)
    }

    /// Reads the files if they are not what they were. `is_told`: at once, and in any case. Gives what is to be said.
    fn look(&mut self, is_told: bool) -> Option<String> {
        let stamp = Stamp::of(&self.files);
        // Two files are not replaced at the same moment: they are read when they stood still from one look to the next.
        let is_still = stamp == self.seen;
        self.seen = stamp.clone();
        if !is_told && (stamp == self.read || !is_still) {
            return None;
        }
        self.read = stamp;
        let loaded = self
            .files
            .load()
            .and_then(|(certified, remark)| Ok((certificate::config(certified, Arc::clone(&self.tickets))?, remark)));
        match loaded {
            Ok((config, remark)) => {
                let offer = Offer::new(config);
                // Nobody else makes offers.
                let _ = self.newest.newer.set(Arc::clone(&offer));
                self.newest = offer;
                remark
            }
            Err(sentence) => Some(format!("{sentence}; clients still get the certificate from before")),
        }
    }
}

/// How the files stand: when they change, so does this.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp([Option<(u64, u64, i64, i64)>; 2]);

impl Stamp {
    fn of(files: &CertificateFiles) -> Stamp {
        let of = |path: &Path| {
            let found = fs::metadata(path).ok()?;
            Some((found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
        };
        Stamp([of(&files.chain), of(&files.key)])
    }
}
