//! A false disk: files that change, vanish, shrink, grow and turn into folders, between any two calls.

mod change;
mod history;
mod node;

pub(crate) use history::{History, State, Version};
pub(crate) use node::Handle;

use crate::chance::Chance;
use crate::clock::Clock;
use node::{Entry, Inodes, Kind, parent};
use semantics::Timestamp;
use server::origin::Files;
use site::{DirectoryEntry, Identity, Node, NodeKind, Refusal, SitePath, Tree};
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a disk behaves for one life. Shares are in thousandths of all calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Temper {
    /// On the fast path: not in the caches.
    pub(crate) cold: u32,
    pub(crate) failing: u32,
    pub(crate) without_descriptors: u32,
    /// Something changes before the call.
    pub(crate) changing: u32,
    /// Fewer bytes than asked for.
    pub(crate) short: u32,
    /// The clock that stamps files counts in steps of so many nanoseconds.
    pub(crate) grain: u64,
}

/// The files, as one holder sees them.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    platter: Arc<Mutex<Platter>>,
    is_fast: bool,
}

/// What all holders share.
#[derive(Debug)]
pub(crate) struct Platter {
    clock: Clock,
    chance: Chance,
    temper: Temper,
    favourites: Vec<&'static [u8]>,
    /// By path, without slashes at its ends; the root is empty.
    entries: BTreeMap<Vec<u8>, Entry>,
    inodes: Inodes,
    pub(crate) history: History,
    /// When calls failed, had no descriptor, or a file was made shorter under whoever had it open.
    faults: Vec<u64>,
    /// Told for the trace.
    pub(crate) told: Option<Vec<String>>,
}

impl Disk {
    /// Empty. `is_told`: whether changes are to be told.
    pub(crate) fn new(
        clock: Clock,
        chance: Chance,
        temper: Temper,
        favourites: Vec<&'static [u8]>,
        is_told: bool,
    ) -> Disk {
        let mut platter = Platter {
            clock,
            chance,
            favourites,
            temper,
            entries: BTreeMap::new(),
            inodes: Inodes::default(),
            history: History::default(),
            faults: Vec::new(),
            told: is_told.then(Vec::new),
        };
        platter.make_directory(b"");
        Disk { platter: Arc::new(Mutex::new(platter)), is_fast: false }
    }

    pub(crate) fn platter(&self) -> MutexGuard<'_, Platter> {
        // A panic elsewhere ends the life anyhow.
        self.platter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For `sendfile`: what stands there now, as much as there is.
    ///
    /// Errs when the disk does.
    pub(crate) fn copy(&self, file: &Handle, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut platter = self.platter();
        platter.happen();
        if platter.has_failed() {
            return Err(io::ErrorKind::Other.into());
        }
        Ok(file.span(offset, length))
    }
}

impl Platter {
    /// The time and the chance that each call takes.
    fn happen(&mut self) {
        self.clock.step(self.chance.between(500..=20_000));
        if self.chance.permille(self.temper.changing) {
            self.change();
        }
    }

    fn has_failed(&mut self) -> bool {
        let failed = self.chance.permille(self.temper.failing);
        if failed {
            self.note_fault("a call fails");
        }
        failed
    }

    fn note_fault(&mut self, what: &str) {
        self.faults.push(self.clock.now());
        self.tell(|| what.to_owned());
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(told) = &mut self.told {
            told.push(what());
        }
    }

    /// Whether a call failed in that time, or a file shrank.
    pub(crate) fn has_failed_during(&self, from: u64, to: u64) -> bool {
        self.faults.iter().any(|at| (from..=to).contains(at))
    }

    /// The time as files are stamped with it.
    fn stamp(&self) -> Timestamp {
        let grain = i128::from(self.temper.grain.max(1));
        Timestamp(self.clock.date().0.div_euclid(grain) * grain)
    }

    /// What every call begins with. `opens`: it needs a descriptor.
    fn begin(&mut self, is_fast: bool, opens: bool) -> Result<(), Refusal> {
        self.happen();
        if is_fast && self.chance.permille(self.temper.cold) {
            return Err(Refusal::WouldWait);
        }
        if opens && self.chance.permille(self.temper.without_descriptors) {
            self.note_fault("no descriptor is left");
            return Err(Refusal::OutOfDescriptors);
        }
        if self.has_failed() {
            return Err(Refusal::Failed("the false disk failed".to_owned()));
        }
        Ok(())
    }

    /// What a path leads to; folders on the way must be there and be open to us.
    fn find(&self, path: &[u8]) -> Result<&Entry, Refusal> {
        // From the root on, as the kernel does: what stands in the way first, decides.
        let slashes = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| &path[..at]);
        for folder in slashes {
            match self.entries.get(folder) {
                Some(entry) if entry.is_forbidden => return Err(Refusal::NotPermitted),
                Some(Entry { kind: Kind::Directory, .. }) => {}
                _ => return Err(Refusal::Missing),
            }
        }
        self.entries.get(path).ok_or(Refusal::Missing)
    }
}

impl Tree for Disk {
    type File = Handle;

    fn open(&self, path: &SitePath) -> Result<Node<Handle>, Refusal> {
        let mut platter = self.platter();
        platter.begin(self.is_fast, true)?;
        let entry = platter.find(path.as_bytes())?;
        // A folder can be looked at; what is in it cannot.
        if entry.is_forbidden && !matches!(entry.kind, Kind::Directory) {
            return Err(Refusal::NotPermitted);
        }
        Ok(Node { metadata: entry.metadata(), file: entry.kind.file().cloned() })
    }

    fn read(&self, file: &Handle, offset: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let mut platter = self.platter();
        platter.begin(self.is_fast, false)?;
        let (mut length, short) = (buffer.len(), platter.temper.short);
        if length > 1 && platter.chance.permille(short) {
            length = 1 + platter.chance.below(length - 1);
        }
        let bytes = file.span(offset, length);
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn list(&self, path: &SitePath, visit: &mut dyn FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Refusal> {
        let mut platter = self.platter();
        if self.is_fast {
            return Err(Refusal::WouldWait);
        }
        platter.begin(false, true)?;
        let folder = platter.find(path.as_bytes())?;
        match (&folder.kind, folder.is_forbidden) {
            (_, true) => return Err(Refusal::NotPermitted),
            (Kind::Directory, false) => {}
            _ => return Err(Refusal::Missing),
        }
        let mut names = platter.names_in(path.as_bytes());
        platter.chance.shuffle(&mut names);
        // Whoever visits may ask for more while it does.
        drop(platter);
        for entry in names {
            if visit(entry).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Files for Disk {
    fn without_waiting(&self) -> Disk {
        Disk { platter: Arc::clone(&self.platter), is_fast: true }
    }

    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal> {
        let mut platter = self.platter();
        platter.happen();
        if platter.has_failed() {
            return Err(Refusal::Failed("the false disk failed".to_owned()));
        }
        match platter.find(path.as_bytes()) {
            Ok(entry) => Ok(Some(entry.metadata().identity())),
            Err(Refusal::Missing) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

impl Platter {
    fn names_in(&self, folder: &[u8]) -> Vec<DirectoryEntry> {
        let inside = self.entries.iter().filter(|(path, _)| parent(path) == Some(folder));
        let entry = |(path, entry): (&Vec<u8>, &Entry)| {
            let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
            let kind = match entry.kind {
                // As a link to a file.
                Kind::File(_) if entry.inode().is_multiple_of(16) => None,
                Kind::File(_) => Some(NodeKind::File),
                Kind::Directory => Some(NodeKind::Directory),
                Kind::Pipe => Some(NodeKind::Other),
            };
            DirectoryEntry { name, kind }
        };
        inside.map(entry).collect()
    }
}
