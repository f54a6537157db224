//! The one who changes the table.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::block::{Entry, SLOTS};
use super::index::{ID_END, Index};
use super::table::{ROOT, Shelf, Table};

/// What is needed to change the table, but not to read it.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    index: Index,
    hasher: RandomState,
    /// Slots that can have new names.
    free_files: Vec<u32>,
    free_folders: Vec<u32>,
    /// How many names stand directly in each folder; one without any is gone.
    children: Vec<u32>,
    files: usize,
    /// The folder of the path that was put in last: paths come folder by folder.
    last: Option<(Vec<u8>, u32)>,
}

/// A file or a folder, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    File(u32),
    Folder(u32),
}

const FOLDER_BIT: u32 = 1 << 31;
/// Names of one kind at most; more are not taken in.
const NAMES_MAX: usize = (ID_END & !FOLDER_BIT) as usize - SLOTS;
/// Longer paths are not taken in; no file system has them.
const PATH_BYTES_MAX: usize = 32 * 1024;

impl Id {
    fn new(code: u32) -> Id {
        if code & FOLDER_BIT == 0 { Id::File(code) } else { Id::Folder(code & !FOLDER_BIT) }
    }

    fn code(self) -> u32 {
        match self {
            Id::File(id) => id,
            Id::Folder(id) => id | FOLDER_BIT,
        }
    }

    fn number(self) -> u32 {
        match self {
            Id::File(id) | Id::Folder(id) => id,
        }
    }

    fn shelf(self, table: &Table) -> &Shelf {
        match self {
            Id::File(_) => &table.files,
            Id::Folder(_) => &table.folders,
        }
    }

    fn shelf_mut(self, table: &mut Table) -> &mut Shelf {
        match self {
            Id::File(_) => &mut table.files,
            Id::Folder(_) => &mut table.folders,
        }
    }
}

/// The table, which many read and one changes.
type Shared = RwLock<Table>;

fn read(shared: &Shared) -> std::sync::RwLockReadGuard<'_, Table> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

/// For as long as it takes to change a name or to copy a block, never for as long as a find takes.
fn write(shared: &Shared) -> std::sync::RwLockWriteGuard<'_, Table> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

impl Keeper {
    pub(super) fn files(&self) -> usize {
        self.files
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        let numbers = self.free_files.capacity() + self.free_folders.capacity() + self.children.capacity();
        self.index.size() + numbers * size_of::<u32>()
    }

    pub(super) fn clear(&mut self, shared: &Shared) {
        *self = Keeper::default();
        *write(shared) = Table::new();
    }

    pub(super) fn insert(&mut self, shared: &Shared, path: &[u8], shown: &str) {
        let Some((folders, name)) = split(path) else { return };
        let (folders_shown, name_shown) = split_shown(shown, name);
        let Some(folder) = self.make_folder(shared, folders, folders_shown) else { return };
        let there = self.find(&read(shared), folder, name);
        match there {
            Some(Id::File(file)) => {
                let is_same = {
                    let table = read(shared);
                    let (block, slot) = table.files.at(file);
                    block.shown(slot) == name_shown
                };
                if !is_same {
                    let entry = Entry::new(name, &name_shown, folder);
                    let mut table = write(shared);
                    let (block, slot) = table.files.block_mut(file);
                    block.fill(slot, &entry);
                }
                return;
            }
            Some(Id::Folder(old)) => {
                // So that the folder it is in is not emptied meanwhile.
                self.add_child(folder);
                self.remove_below(shared, old);
                self.children[folder as usize] -= 1;
            }
            None => {}
        }
        if self.files < NAMES_MAX {
            self.add(shared, name, &name_shown, folder, false);
            self.files += 1;
        } else {
            self.release_if_empty(shared, folder);
        }
    }

    pub(super) fn remove(&mut self, shared: &Shared, path: &[u8]) -> bool {
        let id = self.look_up(&read(shared), path);
        let Some(Id::File(file)) = id else { return false };
        self.take_out(shared, Id::File(file));
        true
    }

    pub(super) fn remove_folder(&mut self, shared: &Shared, path: &[u8]) -> usize {
        let before = self.files;
        if segments(path).next().is_none() {
            self.clear(shared);
            return before;
        }
        let id = self.look_up(&read(shared), path);
        if let Some(Id::Folder(folder)) = id {
            self.remove_below(shared, folder);
        }
        before - self.files
    }

    /// The folder at this path, made with all that it is in if it is not there. Nothing: there are too many.
    fn make_folder(&mut self, shared: &Shared, path: &[u8], shown: &str) -> Option<u32> {
        if let Some((last, folder)) = &self.last
            && last == path
        {
            return Some(*folder);
        }
        let mut folder = ROOT;
        let names: Vec<&str> = shown.rsplit('/').filter(|name| !name.is_empty()).collect();
        let count = segments(path).count();
        for (at, name) in segments(path).enumerate() {
            let found = self.find(&read(shared), folder, name);
            folder = match found {
                Some(Id::Folder(folder)) => folder,
                other => {
                    if read(shared).folders.len() >= NAMES_MAX {
                        self.release_if_empty(shared, folder);
                        return None;
                    }
                    // Aligned at the end: `shown` may begin later than the path does.
                    let name_shown = names.get(count - 1 - at);
                    let name_shown = name_shown.map_or_else(|| String::from_utf8_lossy(name), |&shown| shown.into());
                    let next = self.add(shared, name, &name_shown, folder, true);
                    if let Some(file) = other {
                        self.take_out(shared, file);
                    }
                    next
                }
            };
        }
        self.last = Some((path.to_vec(), folder));
        Some(folder)
    }

    fn look_up(&self, table: &Table, path: &[u8]) -> Option<Id> {
        let mut id = None;
        for name in segments(path) {
            let folder = match id {
                None => ROOT,
                Some(Id::Folder(folder)) => folder,
                Some(Id::File(_)) => return None,
            };
            id = Some(self.find(table, folder, name)?);
        }
        id
    }

    fn find(&self, table: &Table, folder: u32, name: &[u8]) -> Option<Id> {
        let is_it = |code: u32| {
            let (block, slot) = Id::new(code).shelf(table).at(Id::new(code).number());
            block.folder(slot) == folder && block.has_raw(slot, name)
        };
        self.index.find(self.hash(folder, name), is_it).map(Id::new)
    }

    fn hash(&self, folder: u32, name: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        folder.hash(&mut hasher);
        hasher.write(name);
        hasher.finish()
    }

    /// A new name; there is none like it in its folder.
    fn add(&mut self, shared: &Shared, name: &[u8], shown: &str, folder: u32, is_folder: bool) -> u32 {
        let entry = Entry::new(name, shown, folder);
        let free = if is_folder { &mut self.free_folders } else { &mut self.free_files };
        let free = free.pop();
        let mut table = write(shared);
        let shelf = if is_folder { &mut table.folders } else { &mut table.files };
        let number = match free {
            None => shelf.push(&entry),
            Some(number) => {
                let (block, slot) = shelf.block_mut(number);
                block.fill(slot, &entry);
                number
            }
        };
        drop(table);
        self.add_child(folder);
        self.enter(shared, folder, name, if is_folder { Id::Folder(number) } else { Id::File(number) });
        number
    }

    fn enter(&mut self, shared: &Shared, folder: u32, name: &[u8], id: Id) {
        let hash = self.hash(folder, name);
        let table = read(shared);
        let hasher = self.hasher.clone();
        let hash_of = |code: u32| {
            let (block, slot) = Id::new(code).shelf(&table).at(Id::new(code).number());
            let mut hasher = hasher.build_hasher();
            block.folder(slot).hash(&mut hasher);
            hasher.write(&block.raw(slot));
            hasher.finish()
        };
        self.index.insert(hash, id.code(), hash_of);
    }

    fn add_child(&mut self, folder: u32) {
        if self.children.len() <= folder as usize {
            self.children.resize(folder as usize + 1, 0);
        }
        self.children[folder as usize] += 1;
    }

    /// Takes out one name, and the folders that it leaves empty.
    fn take_out(&mut self, shared: &Shared, id: Id) {
        let folder = self.drop_name(shared, id);
        self.children[folder as usize] -= 1;
        self.release_if_empty(shared, folder);
    }

    fn release_if_empty(&mut self, shared: &Shared, folder: u32) {
        if folder != ROOT && self.children.get(folder as usize).is_none_or(|&count| count == 0) {
            self.last = None;
            self.take_out(shared, Id::Folder(folder));
        }
    }

    /// Takes out one name, and gives the folder that it stood in.
    fn drop_name(&mut self, shared: &Shared, id: Id) -> u32 {
        let (folder, hash) = {
            let table = read(shared);
            let (block, slot) = id.shelf(&table).at(id.number());
            (block.folder(slot), self.hash(block.folder(slot), &block.raw(slot)))
        };
        self.index.remove(hash, id.code());
        if let Id::File(_) = id {
            self.files -= 1;
        }
        let mut table = write(shared);
        let (block, slot) = id.shelf_mut(&mut table).block_mut(id.number());
        block.kill(slot);
        if block.wants_sweep() {
            let mut slots = Vec::new();
            block.sweep(&mut slots);
            let first = id.number() - slot as u32;
            let free = if let Id::File(_) = id { &mut self.free_files } else { &mut self.free_folders };
            free.retain(|&number| number / SLOTS as u32 != first / SLOTS as u32);
            free.extend(slots.into_iter().map(|slot| first + u32::from(slot)));
        }
        folder
    }

    /// Takes out a folder with all that is in it, and the folders that this leaves empty.
    fn remove_below(&mut self, shared: &Shared, folder: u32) {
        self.last = None;
        let snapshot = read(shared).clone();
        let is_below = snapshot.within(|id| id == folder);
        let mut names = Vec::new();
        for (shelf, make) in [(&snapshot.files, Id::File as fn(u32) -> Id), (&snapshot.folders, Id::Folder)] {
            for (at, block) in shelf.blocks().iter().enumerate() {
                let slots =
                    (0..block.len()).filter(|&slot| block.is_alive(slot) && is_below[block.folder(slot) as usize]);
                names.extend(slots.map(|slot| make((at * SLOTS + slot) as u32)));
            }
        }
        drop(snapshot);
        for id in names {
            self.drop_name(shared, id);
            if let Id::Folder(folder) = id {
                self.children[folder as usize] = 0;
            }
        }
        self.children[folder as usize] = 0;
        self.take_out(shared, Id::Folder(folder));
    }
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|segment| !segment.is_empty())
}

/// The folder part and the name.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let at = path.iter().rposition(|&byte| byte == b'/');
    let (folder, name) = at.map_or((&[][..], path), |at| (&path[..at], &path[at + 1..]));
    (!name.is_empty() && path.len() <= PATH_BYTES_MAX && !path.contains(&0)).then_some((folder, name))
}

/// The same of the path as it is read.
fn split_shown<'a>(shown: &'a str, name: &[u8]) -> (&'a str, String) {
    let shown = shown.strip_suffix('/').unwrap_or(shown);
    let (folders, own) = shown.rsplit_once('/').unwrap_or(("", shown));
    let own = if own.is_empty() { String::from_utf8_lossy(name).into_owned() } else { own.to_owned() };
    (folders, own)
}
