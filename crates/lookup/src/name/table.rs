//! All names of a site: files in one shelf of blocks, folders in another, each with the folder that it stands in.
//!
//! A clone is a snapshot: the blocks are shared until one of the two changes them.

use std::sync::Arc;

use super::block::{Block, Entry, SLOTS};

/// The names that a find reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) files: Shelf,
    /// The first one is the root, which has no name.
    pub(super) folders: Shelf,
}

/// Names by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    blocks: Vec<Arc<Block>>,
}

/// The folder that all others are in.
pub(super) const ROOT: u32 = 0;

impl Shelf {
    pub(super) fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// The block and the slot of a number.
    pub(super) fn at(&self, id: u32) -> (&Block, usize) {
        (&self.blocks[id as usize / SLOTS], id as usize % SLOTS)
    }

    pub(super) fn folder(&self, id: u32) -> u32 {
        let (block, slot) = self.at(id);
        block.folder(slot)
    }

    /// Numbers that are or were in use.
    pub(super) fn len(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * SLOTS + last.len())
    }

    pub(super) fn block_mut(&mut self, id: u32) -> (&mut Block, usize) {
        (Arc::make_mut(&mut self.blocks[id as usize / SLOTS]), id as usize % SLOTS)
    }

    /// Puts a name behind the last one, and gives its number.
    pub(super) fn push(&mut self, entry: &Entry) -> u32 {
        if self.blocks.last().is_none_or(|last| last.len() == SLOTS) {
            self.blocks.push(Arc::default());
        }
        let last = self.blocks.len() - 1;
        let slot = Arc::make_mut(&mut self.blocks[last]).push(entry);
        (last * SLOTS + slot) as u32
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.size() + size_of::<Block>() + size_of::<Arc<Block>>()).sum()
    }
}

impl Table {
    /// With the root, which has no name.
    pub(super) fn new() -> Table {
        let mut table = Table::default();
        table.folders.push(&Entry::new(b"", "", ROOT));
        table
    }

    /// From the root, without a slash at either end.
    pub(super) fn path(&self, folder: u32, name: &[u8]) -> Vec<u8> {
        let mut segments = vec![name.to_vec()];
        for id in self.chain(folder) {
            let (block, slot) = self.folders.at(id);
            segments.push(block.raw(slot).into_owned());
        }
        segments.reverse();
        segments.join(&b'/')
    }

    /// The path of a folder as it is read.
    pub(super) fn shown(&self, folder: u32) -> String {
        let mut segments: Vec<String> = Vec::new();
        for id in self.chain(folder) {
            let (block, slot) = self.folders.at(id);
            segments.push(block.shown(slot).into_owned());
        }
        segments.reverse();
        segments.join("/")
    }

    /// A folder and those that it is in, without the root.
    pub(super) fn chain(&self, folder: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(folder), |&id| Some(self.folders.folder(id))).take_while(|&id| id != ROOT)
    }

    /// For each folder by number, whether it or one that it is in is meant.
    pub(super) fn within(&self, is_meant: impl Fn(u32) -> bool) -> Vec<bool> {
        let mut known: Vec<Option<bool>> = vec![None; self.folders.len()];
        let mut chain = Vec::new();
        for id in 0..known.len() as u32 {
            chain.clear();
            let mut at = id;
            let verdict = loop {
                if let Some(verdict) = known[at as usize] {
                    break verdict;
                }
                chain.push(at);
                if is_meant(at) {
                    break true;
                }
                if at == ROOT {
                    break false;
                }
                at = self.folders.folder(at);
            };
            chain.iter().for_each(|&id| known[id as usize] = Some(verdict));
        }
        known.into_iter().map(|verdict| verdict == Some(true)).collect()
    }
}
