//! The index, and whose turn it is to write it.

use super::{Count, Keeper, LATER, Message};
use crate::index::{Index, Words};
use crate::live::place::{Place, Turn};
use crate::live::scribe::{Order, Scribe, Terms};
use crate::live::tree::Mark;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Keeper {
    /// Begins, or begins again, with what the index knows; the walk then tells what has changed since.
    pub(super) fn resume(&mut self) {
        if let Some(scribe) = self.scribe.take() {
            scribe.finish();
        }
        self.take_messages();
        self.times.resume = None;
        match self.place.as_ref().map(Place::take_turn) {
            None | Some(Ok(Turn::Ours)) => self.remarks.another = false,
            Some(Ok(Turn::Another)) => self.remarks.another = true,
            Some(Err(error)) => self.do_without(format!("its folder knows no locks: {error}")),
        }
        if let Err(cause) = self.open() {
            self.do_without(cause);
        }
        self.tree.unread();
        self.queue.clear();
        self.load();
        if !self.remarks.another {
            self.start_scribe();
        }
        self.walk_again();
    }

    /// Opens the index, if it is not open as it is to be used now.
    pub(super) fn open(&mut self) -> Result<(), String> {
        let Some(place) = &self.place else { return Ok(()) };
        if self.is_own && !self.index.is_damaged() {
            return Ok(());
        }
        self.index = match self.remarks.another {
            // In another format, it is not to be made anew under the hands of whoever writes it.
            true => Index::open_beside(place.folder()).unwrap_or_else(|_| Index::in_memory()),
            false => Index::open(place.folder()).map_err(|error| error.to_string())?,
        };
        self.is_own = !self.remarks.another;
        self.shared.set_finder(self.index.finder());
        Ok(())
    }

    /// There is no place after all: the index is in memory.
    pub(super) fn do_without(&mut self, cause: String) {
        self.remarks.unplaced = Some(cause);
        self.remarks.another = false;
        self.place = None;
        self.is_own = false;
        self.index = Index::in_memory();
        self.shared.set_finder(self.index.finder());
    }

    /// Takes in what the index knows.
    pub(super) fn load(&mut self) {
        let (tree, names) = (&mut self.tree, &self.shared.names);
        let known = self.index.known(|known| {
            let is_read = known.words != Words::Waiting;
            let mark = if is_read { Mark::of(&known.to_material()) } else { Mark::NONE };
            if tree.set(known.path, mark) {
                let shown = known.shown.map_or_else(|| String::from_utf8_lossy(known.path), Cow::Borrowed);
                names.insert(known.path, &shown);
            }
            if known.title.is_some() {
                names.set_title(known.path, known.title);
            }
        });
        // One that cannot be read is made anew.
        if known.is_err() {
            self.times.resume = Some(Instant::now() + LATER);
        }
    }

    pub(super) fn start_scribe(&mut self) {
        let terms = Terms {
            index: self.index.clone(),
            memory_bytes: self.settings.memory_bytes,
            is_awaited: self.settings.is_awaited,
            is_stopped: Arc::clone(&self.shared.is_stopped),
        };
        let (outbox, shared) = (self.outbox.clone(), Arc::clone(&self.shared));
        let scribe = Scribe::start(terms, move |report| {
            let _ = outbox.send(Message::Report(report));
            shared.waker.wake();
        });
        let Count { read, read_before, bytes, .. } = self.count;
        self.count = Count { read, read_before, bytes, ..Count::default() };
        match scribe {
            Ok(scribe) => {
                self.scribe = Some(scribe);
                self.remarks.unwritten = None;
                if let Some(place) = &self.place {
                    place.remove_old_neighbours(UNUSED_MAX);
                }
            }
            Err(error) => self.cannot_write(format!("cannot start a thread: {error}")),
        }
    }

    /// What is in the index can still be found, and names are kept as they are; in a while it is tried again.
    pub(super) fn cannot_write(&mut self, cause: String) {
        self.scribe = None;
        self.count.ordered = self.count.committed;
        self.remarks.unwritten = Some(cause);
        self.times.resume = Some(Instant::now() + self.times.patience);
        self.times.patience = (self.times.patience * 2).min(PATIENCE_MAX);
    }

    /// Another process writes: what it has written since is seen; and if it is gone, it is our turn.
    pub(super) fn follow(&mut self) {
        if let Some(Ok(Turn::Ours)) = self.place.as_ref().map(Place::take_turn) {
            return self.resume();
        }
        let is_new = match self.index.is_on_disk() {
            true => self.index.refresh().unwrap_or(false),
            // Not there, or of another format: then names are all that can be found, and it may come.
            false => self.open().is_ok() && self.index.is_on_disk(),
        };
        if is_new {
            self.see();
        }
    }

    /// Sees what another process has written. What is there we know ourselves.
    pub(super) fn see(&mut self) {
        let (tree, names) = (&mut self.tree, &self.shared.names);
        tree.unread();
        let _ = self.index.known(|known| {
            if known.words != Words::Waiting && tree.mark(known.path).is_some() {
                tree.set(known.path, Mark::of(&known.to_material()));
                names.set_title(known.path, known.title);
            }
        });
    }

    pub(super) fn order(&mut self, order: Order) {
        let Some(scribe) = &self.scribe else { return };
        scribe.send(order);
        self.count.ordered += 1;
        self.count.is_settled = false;
    }

    /// Tells the scribe when nothing more is to be expected.
    pub(super) fn settle(&mut self) {
        let count = &mut self.count;
        let is_quiet = self.queue.is_empty() && self.soon.is_quiet(Instant::now()) && self.to_list.is_empty();
        if is_quiet && self.walk.is_none() && !count.is_settled && count.committed < count.ordered {
            count.is_settled = true;
            if let Some(scribe) = &self.scribe {
                scribe.send(Order::Settle);
            }
        }
    }
}

const PATIENCE_MAX: Duration = Duration::from_secs(600);
/// Indexes of folders that are gone are kept so long, should they come back.
const UNUSED_MAX: Duration = Duration::from_secs(90 * 86_400);
