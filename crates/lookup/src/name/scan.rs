//! A find: sweeps over the blocks of a snapshot, and keeps the best.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::ops::Range;

use super::block::{Block, SLOTS};
use super::fuzzy::Fuzzy;
use super::letter;
use super::needle::{Match, Needle, Worths, ends_with};
use super::question::{By, Found, Place, Question, WORTH_MAX};
use super::table::{ROOT, Shelf, Table};
use crate::answer::Gate;

/// A name that may be among the best; the greatest is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    score: u32,
    /// Of two that are equally good, the shorter name.
    length: Reverse<u32>,
    /// And then the one that came first, a folder before a file.
    is_folder: bool,
    number: Reverse<u32>,
}

/// A question over a snapshot.
struct Search<'a> {
    table: &'a Table,
    needles: Vec<Needle>,
    /// All words with a space between them, if there are several.
    phrase: Option<Needle>,
    without: Vec<Needle>,
    /// For each needle and each folder by number; only where somebody asks.
    folders: Vec<Vec<bool>>,
    folders_without: Vec<Vec<bool>>,
    /// `.pdf`
    kinds: Vec<String>,
    within: Option<Vec<bool>>,
    is_fuzzy: bool,
}

/// The best names for a question, at most `limit`, that the gate lets pass.
pub(super) fn find(table: &Table, question: &Question, limit: usize, gate: &dyn Gate) -> Vec<Found> {
    let search = Search::new(table, question);
    if search.needles.is_empty() || limit == 0 {
        return Vec::new();
    }
    let mut hall = Hall { search: &search, gate, limit, found: Vec::new(), seen: HashSet::new() };
    if let [needle] = &search.needles[..]
        && needle.is_frequent()
    {
        // Whatever does not begin with it is worth less. So if there are enough of those that do, no other is looked for.
        hall.admit(&|room| {
            search.best(room, &mut |block, worths| {
                needle.rate_starts(block, worths);
                needle.rate_spoken_starts(block, worths);
            })
        });
    }
    if !hall.is_full() {
        hall.start_anew();
        hall.admit(&|room| search.names(room));
    }
    if !hall.is_full() {
        hall.admit(&|room| search.inside_folders(room));
    }
    if !hall.is_full() && search.is_fuzzy {
        hall.admit(&|room| search.fuzzy(room));
    }
    hall.found
}

/// Where candidates wait for the gate.
struct Hall<'a> {
    search: &'a Search<'a>,
    gate: &'a dyn Gate,
    limit: usize,
    found: Vec<Found>,
    seen: HashSet<(bool, u32)>,
}

impl Hall<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    fn start_anew(&mut self) {
        self.found.clear();
        self.seen.clear();
    }

    /// Lets candidates pass, the best first, until there are enough. The gate is asked for few more than those: each question may
    /// cost as much as the find.
    fn admit(&mut self, best: &dyn Fn(usize) -> Vec<Candidate>) {
        let mut room = (self.limit - self.found.len()).saturating_mul(2).saturating_add(16 + self.seen.len());
        loop {
            let candidates = best(room);
            let is_all = candidates.len() < room;
            for candidate in candidates {
                if self.is_full() {
                    return;
                }
                if self.seen.insert((candidate.is_folder, candidate.number.0)) {
                    self.found.extend(self.search.found(candidate, self.gate));
                }
            }
            if is_all || self.is_full() {
                return;
            }
            room = room.saturating_mul(8);
        }
    }
}

impl<'a> Search<'a> {
    fn new(table: &'a Table, question: &Question) -> Search<'a> {
        let needles = |words: &[String]| -> Vec<Needle> {
            words.iter().filter_map(|word| Needle::new(word, table)).take(WORDS_MAX).collect()
        };
        let all = |needles: &[Needle]| needles.iter().map(|needle| needle.folders(table)).collect::<Vec<_>>();
        let mut wanted = needles(&question.words);
        // The longest first: what it does not leave over, the others need not look at.
        wanted.sort_by_key(|needle| Reverse(needle.text().len()));
        let without: Vec<Needle> = needles(&question.without).into_iter().map(Needle::by_letters_only).collect();
        let within = question.within.as_ref().map(|folder| {
            let folder = letter::fold(folder);
            let segments: Vec<&str> = folder.trim_end_matches('/').split('/').collect();
            let is_it = ends_with(table, &segments, true);
            table.within(|id| is_it[id as usize])
        });
        let is_plain = wanted.len() > 1 && wanted.iter().all(|needle| !needle.is_path());
        Search {
            table,
            phrase: if is_plain { Needle::new(&question.words.join(" "), table) } else { None },
            folders: if wanted.len() > 1 { all(&wanted) } else { Vec::new() },
            folders_without: all(&without),
            needles: wanted,
            without,
            kinds: question.kinds.iter().map(|kind| format!(".{}", letter::fold(kind))).collect(),
            within,
            is_fuzzy: question.is_fuzzy,
        }
    }

    /// Names with all words, one of them at least in the name itself.
    fn names(&self, room: usize) -> Vec<Candidate> {
        if let [needle] = &self.needles[..] {
            return self.best(room, &mut |block, worths| needle.rate(block, None, worths));
        }
        let mut own = [0; SLOTS];
        let mut has_own = [false; SLOTS];
        self.best(room, &mut |block, worths| {
            has_own.fill(false);
            for (at, needle) in self.needles.iter().enumerate() {
                own.fill(0);
                needle.rate(block, (at > 0).then_some(&*worths), &mut own);
                let folders = &self.folders[at];
                let mut is_any = false;
                for slot in 0..block.len() {
                    has_own[slot] |= own[slot] > 0;
                    if own[slot] == 0 && folders[block.folder(slot) as usize] {
                        own[slot] = Place::Folder.worth();
                    }
                    // The worths of all words so far, one by one so that none is lost.
                    worths[slot] =
                        if own[slot] == 0 || at > 0 && worths[slot] == 0 { 0 } else { worths[slot] + own[slot] };
                    is_any |= worths[slot] > 0;
                }
                if !is_any {
                    return;
                }
            }
            let count = self.needles.len() as u16;
            for slot in 0..block.len() {
                worths[slot] = if has_own[slot] { worths[slot] / count } else { 0 };
                if worths[slot] > 0
                    && let Some(phrase) = &self.phrase
                    && let Some(it) = phrase.match_folded(block, slot)
                {
                    // Side by side, the words are better than each alone.
                    worths[slot] = worths[slot].max(it.worth());
                }
            }
        })
    }

    /// Names whose folders have all words.
    fn inside_folders(&self, room: usize) -> Vec<Candidate> {
        let computed: Vec<Vec<bool>>;
        let folders = if self.folders.is_empty() {
            computed = self.needles.iter().map(|needle| needle.folders(self.table)).collect();
            &computed
        } else {
            &self.folders
        };
        let mut is_inside = folders[0].clone();
        for others in &folders[1..] {
            is_inside.iter_mut().zip(others).for_each(|(it, other)| *it &= other);
        }
        if !is_inside.contains(&true) {
            return Vec::new();
        }
        self.best(room, &mut |block, worths| {
            for slot in 0..block.len() {
                if is_inside[block.folder(slot) as usize] {
                    worths[slot] = Place::Folder.worth();
                }
            }
        })
    }

    /// Names that have the letters of the words in order.
    fn fuzzy(&self, room: usize) -> Vec<Candidate> {
        let texts: Vec<&str> = self.needles.iter().map(Needle::text).collect();
        if self.needles.iter().any(Needle::is_path) {
            return Vec::new();
        }
        let Some(mut fuzzy) = Fuzzy::new(&texts) else { return Vec::new() };
        self.best(room, &mut |block, worths| fuzzy.rate(block, worths))
    }

    /// The best of all names, rated block by block; the best first.
    fn best(&self, room: usize, rate: &mut dyn FnMut(&Block, &mut Worths)) -> Vec<Candidate> {
        let mut heap: BinaryHeap<Reverse<Candidate>> = BinaryHeap::new();
        let length: usize = self.needles.iter().map(|needle| needle.text().len()).sum();
        let mut worths = [0; SLOTS];
        for (shelf, is_folder) in [(&self.table.folders, true), (&self.table.files, false)] {
            for (at, block) in shelf.blocks().iter().enumerate() {
                worths.fill(0);
                rate(block, &mut worths);
                self.pass_over(block, is_folder, &mut worths);
                let mut least = if heap.len() < room { 0 } else { heap.peek().map_or(0, |least| least.0.score) };
                for (slot, &worth) in worths.iter().enumerate().take(block.len()) {
                    // Most are worth too little; a name that is covered whole may add this much.
                    if worth == 0 || (u32::from(worth) + COVER_MAX) * SCALE < least || !block.is_alive(slot) {
                        continue;
                    }
                    let number = (at * SLOTS + slot) as u32;
                    if is_folder && number == ROOT {
                        continue;
                    }
                    let name_length = block.folded(slot).len().max(1);
                    let cover = (length.min(name_length) * (COVER_MAX * SCALE) as usize / name_length) as u32;
                    let score = u32::from(worth) * SCALE + cover;
                    let length = Reverse(name_length as u32);
                    let candidate = Candidate { score, length, is_folder, number: Reverse(number) };
                    if heap.len() < room {
                        heap.push(Reverse(candidate));
                    } else if let Some(mut worst) = heap.peek_mut()
                        && worst.0 < candidate
                    {
                        *worst = Reverse(candidate);
                    } else {
                        continue;
                    }
                    if heap.len() == room {
                        least = heap.peek().map_or(0, |least| least.0.score);
                    }
                }
            }
        }
        heap.into_sorted_vec().into_iter().map(|Reverse(candidate)| candidate).collect()
    }

    /// Takes out what the question does not want.
    fn pass_over(&self, block: &Block, is_folder: bool, worths: &mut Worths) {
        if let Some(within) = &self.within {
            for (slot, worth) in worths.iter_mut().enumerate().take(block.len()) {
                *worth *= u16::from(within[block.folder(slot) as usize]);
            }
        }
        if !self.kinds.is_empty() {
            for (slot, worth) in worths.iter_mut().enumerate().take(block.len()) {
                let name = block.folded(slot);
                let has = |kind: &String| name.ends_with(kind.as_bytes()) && name.len() > kind.len();
                *worth *= u16::from(!is_folder && self.kinds.iter().any(has));
            }
        }
        for (needle, folders) in self.without.iter().zip(&self.folders_without) {
            for slot in (0..block.len()).filter(|&slot| worths[slot] > 0).collect::<Vec<_>>() {
                if folders[block.folder(slot) as usize] || needle.is_in(block, slot) {
                    worths[slot] = 0;
                }
            }
        }
    }

    /// A candidate with all that is told of it, if the gate lets it pass.
    fn found(&self, candidate: Candidate, gate: &dyn Gate) -> Option<Found> {
        let shelf: &Shelf = if candidate.is_folder { &self.table.folders } else { &self.table.files };
        let (block, slot) = shelf.at(candidate.number.0);
        let path = self.table.path(block.folder(slot), &block.raw(slot));
        if !gate.may_show(&path, candidate.is_folder) {
            return None;
        }
        let shown = block.shown(slot).into_owned();
        let mut marks = Vec::new();
        let mut matches = Vec::new();
        let mut missed = Vec::new();
        for needle in &self.needles {
            match needle.match_name(block, slot, &shown, &mut marks) {
                Some(it) => matches.push(it),
                None => missed.push(needle.text()),
            }
        }
        // What is not in the name is in the folders, or scattered over the name.
        let is_scattered = candidate.score / SCALE < u32::from(Place::Folder.worth());
        for text in missed {
            let scattered = if is_scattered { Fuzzy::marks(text, &shown, &mut marks) } else { false };
            matches.push(match scattered {
                true => Match { place: Place::Scattered, by: By::Fuzzy },
                false => Match { place: Place::Folder, by: By::Letters },
            });
        }
        if let Some(phrase) = &self.phrase {
            matches.extend(phrase.match_folded(block, slot));
        }
        Some(Found {
            path,
            shown,
            folder: self.table.shown(block.folder(slot)),
            is_folder: candidate.is_folder,
            marks: merged(marks),
            place: matches.iter().map(|it| it.place).max().unwrap_or(Place::Folder),
            by: matches.iter().map(|it| it.by).max().unwrap_or(By::Letters),
            score: candidate.score as f32 / ((u32::from(WORTH_MAX) + COVER_MAX) * SCALE) as f32,
        })
    }
}

/// Words that are looked for; each costs a sweep over all names. The worths of so many, added, are below 65,536.
const WORDS_MAX: usize = 32;
const _: () = assert!(WORDS_MAX * (WORTH_MAX as usize) < 1 << 16);
/// Worths are whole numbers; scores have some places behind the point.
const SCALE: u32 = 64;
/// What a word adds that covers all of the name: less than any price, so that it decides only between equals.
const COVER_MAX: u32 = 25;

/// Ranges in order, and apart from each other.
fn merged(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks.into_iter().filter(|mark| !mark.is_empty()) {
        match merged.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => merged.push(mark),
        }
    }
    merged
}
