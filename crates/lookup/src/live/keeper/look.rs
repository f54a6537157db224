//! What is there, compared with what is known of it.

use super::{Keeper, LATER, WALK_AFTER_FAULT};
use crate::live::ground::Found;
use crate::live::scribe::Order;
use crate::live::tree::{Mark, split};
use crate::live::walk::Listing;
use crate::live::watch::join;
use crate::material::Material;
use reactor::disk::Refusal;
use std::collections::HashSet;
use std::time::Instant;

impl Keeper {
    /// What is in a folder, compared with what is known of it. `is_fresh`: it came just now.
    pub(super) fn take_listing(&mut self, listing: Listing, is_fresh: bool) {
        let Listing { folder, is_linked, entries } = listing;
        let entries = match entries {
            Ok(entries) => entries,
            Err(Refusal::Missing | Refusal::NotPermitted | Refusal::Outside) if !folder.is_empty() => {
                return self.forget_folder(&folder);
            }
            // A disk that does not answer is no reason to forget what is on it.
            Err(_) => {
                if let Some(walk) = &mut self.walk {
                    walk.has_faults = true;
                }
                self.times.walk = self.times.walk.min(Instant::now() + WALK_AFTER_FAULT);
                return;
            }
        };
        let was_known = self.tree.has_folder(&folder);
        self.tree.set_folder(&folder, is_linked);
        let names = entries.materials.iter().map(|found| &found.path[..]);
        self.shown.learn(&folder, names.chain(entries.folders.iter().map(|(name, _)| &name[..])));
        if was_known {
            self.look_for_missing(&folder, &entries.materials, &entries.folders);
        }
        let is_fresh = is_fresh && entries.materials.len() <= FRESH_MAX;
        for found in entries.materials {
            let material = Material { path: join(&folder, &found.path), ..found };
            self.found(&material, is_fresh);
        }
    }

    /// Looks at what is known and was not in the listing: it may have come after the folder was read.
    pub(super) fn look_for_missing(&mut self, folder: &[u8], materials: &[Material], folders: &[(Vec<u8>, bool)]) {
        let seen: HashSet<&[u8]> = materials.iter().map(|found| &found.path[..]).collect();
        let known = self.tree.materials_in(folder);
        let missing: Vec<Vec<u8>> = known.filter(|name| !seen.contains(name)).map(|name| join(folder, name)).collect();
        missing.iter().for_each(|path| self.look(path, false));
        let seen: HashSet<&[u8]> = folders.iter().map(|(name, _)| &name[..]).collect();
        let known = self.tree.folders_in(folder);
        for name in known.iter().filter(|name| !seen.contains(&name[..])) {
            self.look(&join(folder, name), false);
        }
    }

    /// Looks at what stands at a path now. `is_other`: what stood there was taken away, with all below it.
    pub(super) fn look(&mut self, path: &[u8], is_other: bool) {
        if is_other {
            self.forget_folder(path);
        }
        let (folder, _) = split(path);
        let is_linked = self.tree.is_linked(folder);
        match self.ground.look(path, is_linked) {
            Ok(Found::Material(material)) => {
                if self.tree.has_folder(path) {
                    self.forget_folder(path);
                }
                self.found(&material, true);
            }
            Ok(Found::Folder(is_link)) => {
                self.forget(path);
                self.to_list.push((path.to_vec(), is_linked || is_link));
            }
            Ok(Found::Nothing) => {
                self.forget(path);
                self.forget_folder(path);
            }
            // Ask again; meanwhile it counts as it was.
            Err(_) => self.soon.later(path.to_vec(), Instant::now() + LATER),
        }
    }

    /// One folder that came, and what is in it; folders in it that are known already are not gone into.
    pub(super) fn list_one(&mut self) {
        let Some((folder, is_linked)) = self.to_list.pop() else { return };
        let entries = self.ground.list(&folder, is_linked);
        if let Ok(entries) = &entries {
            for (name, is_link) in &entries.folders {
                let path = join(&folder, name);
                if !self.tree.has_folder(&path) {
                    self.to_list.push((path, is_linked || *is_link));
                }
            }
        }
        self.take_listing(Listing { folder, is_linked, entries }, true);
    }

    /// A material stands there. `is_fresh`: somebody may be looking for it.
    pub(super) fn found(&mut self, material: &Material, is_fresh: bool) {
        let path = &material.path;
        let mark = match self.tree.mark(path) {
            Some(mark) if mark.is_of(material) => return,
            Some(mark) => mark,
            None if self.refused.get(path).is_some_and(|mark| mark.is_of(material)) => return,
            // Whoever reads finds out which ones may not be read; while another process does, nobody here would.
            None if self.remarks.another && self.is_closed(path) => return self.remember_refused(material),
            None => {
                self.tree.set(path, Mark::NONE);
                self.shared.names.insert(path, &self.shown.path(&self.tree, path));
                Mark::NONE
            }
        };
        if is_fresh && material.size <= FRESH_BYTES_MAX {
            self.queue.push_fresh(path);
        } else if !mark.waits() {
            // A large one that came just now is the first of the many.
            self.queue.push(path, if is_fresh { i64::MAX } else { material.modified });
        }
        self.tree.set(path, mark.waiting());
    }

    pub(super) fn forget(&mut self, path: &[u8]) {
        let Some(mark) = self.tree.mark(path) else { return };
        self.tree.remove(path);
        self.shared.names.remove(path);
        self.queue.cancel(path);
        if mark.is_read() {
            self.order(Order::Remove(path.to_vec()));
        }
    }

    pub(super) fn forget_folder(&mut self, path: &[u8]) {
        if let Some(watch) = &self.ground.watch {
            watch.disarm(path);
        }
        if !self.tree.has_folder(path) && self.tree.folders_in(path).is_empty() {
            return;
        }
        self.queue.cancel_folder(path);
        self.shared.names.remove_folder(path);
        if self.tree.remove_folder(path) > 0 {
            self.order(Order::RemoveFolder(path.to_vec()));
        }
    }

    /// It is there, and we may not read it: then nobody gets it from us, and nobody shall find it.
    pub(super) fn refuse(&mut self, path: &[u8]) {
        let (folder, _) = split(path);
        if let Ok(Found::Material(material)) = self.ground.look(path, self.tree.is_linked(folder)) {
            self.remember_refused(&material);
        }
        self.forget(path);
    }

    fn remember_refused(&mut self, material: &Material) {
        if self.refused.len() >= REFUSED_MAX {
            self.refused.clear();
        }
        self.refused.insert(material.path.clone(), Mark::of(material));
    }

    /// Whether a material is there that we may not read.
    fn is_closed(&self, path: &[u8]) -> bool {
        matches!(self.ground.open_material(path), Err(Refusal::NotPermitted))
    }
}

/// A folder that comes with more is a delivery, not an edit.
const FRESH_MAX: usize = 64;
/// Larger ones are read with the many: they would hold up the others.
const FRESH_BYTES_MAX: u64 = 4 << 20;
/// Materials that may not be read are remembered, up to so many.
const REFUSED_MAX: usize = 10_000;
