//! One word of a question, ready to be found in names.

use std::ops::Range;

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

use super::block::{Block, SLOTS};
use super::letter;
use super::pinyin::{Pinyin, Spoken};
use super::question::{By, Place};
use super::table::{ROOT, Table};

/// A word of a question.
pub(super) struct Needle {
    /// Folded.
    text: String,
    finder: Finder<'static>,
    /// Finds it where a name begins.
    start: Finder<'static>,
    /// `report.pdf` is also found in `annual report 2024.pdf`: what stands before the dot, and from the dot on.
    split: Option<(Finder<'static>, String)>,
    pinyin: Option<Pinyin>,
    /// The same of what stands before the dot of a word that is [split](Self::split).
    pinyin_stem: Option<Pinyin>,
    /// For a piece of a path: by number of the folder, whether it ends with what stands before the last slash.
    behind: Option<Vec<bool>>,
}

/// How a word matches a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) place: Place,
    pub(super) by: By,
}

impl Match {
    pub(super) fn worth(self) -> u16 {
        self.place.worth() - self.by.price()
    }
}

/// What a block says of a word: the worth of its match for each slot; 0: none.
pub(super) type Worths = [u16; SLOTS];

impl Needle {
    /// Nothing for a word without anything to find.
    pub(super) fn new(word: &str, table: &Table) -> Option<Needle> {
        let folded = letter::fold(word);
        let mut pieces: Vec<&str> = folded.split('/').collect();
        let text = pieces.pop().unwrap_or_default().to_owned();
        let behind = (!pieces.is_empty()).then(|| ends_with(table, &pieces, false));
        if folded.chars().all(|letter| letter == '/') {
            return None;
        }
        let split = text.rsplit_once('.').filter(|(stem, extension)| {
            let is_extension = (1..=5).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && extension.bytes().any(|byte| byte.is_ascii_lowercase());
            !stem.is_empty() && is_extension
        });
        let is_spoken = behind.is_none();
        Some(Needle {
            finder: finder(text.as_bytes()),
            start: finder(&[b"\0", text.as_bytes()].concat()),
            split: split.map(|(stem, extension)| (finder(stem.as_bytes()), format!(".{extension}"))),
            pinyin: Pinyin::new(&text).filter(|_| is_spoken),
            pinyin_stem: split.and_then(|(stem, _)| Pinyin::new(stem)).filter(|_| is_spoken),
            text,
            behind,
        })
    }

    /// Without how it may be spoken.
    pub(super) fn by_letters_only(self) -> Needle {
        Needle { pinyin: None, pinyin_stem: None, ..self }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is so short that it is nearly everywhere: then those that begin with it may be enough.
    pub(super) fn is_frequent(&self) -> bool {
        let is_short = self.text.len() <= 2 || self.text.chars().nth(1).is_none();
        self.behind.is_none() && (is_short || self.pinyin.as_ref().is_some_and(Pinyin::is_syllable))
    }

    /// Whether it begins with a letter that could be a capital in a name.
    fn begins_small(&self) -> bool {
        self.text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
    }

    pub(super) fn is_path(&self) -> bool {
        self.behind.is_some()
    }

    /// Rates the names that begin with it; all others stay as they are.
    pub(super) fn rate_starts(&self, block: &Block, worths: &mut Worths) {
        // A letter with which no name of the block begins need not be looked for: names often begin with digits, or all in one script.
        if self.text.bytes().next().is_some_and(|first| !block.may_begin_with(first)) {
            return;
        }
        let (text, ends) = (block.text(), block.ends());
        let mut slot = 0;
        for start in self.start.find_iter(text) {
            slot = slot_at(ends, slot, start);
            let is_behind = self.behind.as_ref().is_none_or(|behind| behind[block.folder(slot) as usize]);
            if is_behind {
                worths[slot] = worths[slot].max(place(text, start + 1, self.text.len()).worth());
            }
        }
    }

    /// Rates the names that begin with it as they are spoken.
    pub(super) fn rate_spoken_starts(&self, block: &Block, worths: &mut Worths) {
        let Some(pinyin) = &self.pinyin else { return };
        let (mut cursor, mut buffer) = (0, Vec::new());
        for (slot, signature) in block.spoken() {
            if pinyin.may_match(signature) && worths[slot] == 0 {
                let name = block.hanzi(slot, &mut cursor, &mut buffer);
                if let Some(spoken) = pinyin.find_at(name, 0) {
                    worths[slot] = spoken_match(name, &spoken).worth();
                }
            }
        }
    }

    /// Rates names of a block by their letters and as they are spoken; only those, if it is said, that others have rated.
    pub(super) fn rate(&self, block: &Block, only: Option<&Worths>, worths: &mut Worths) {
        if self.behind.is_some() {
            return self.rate_starts(block, worths);
        }
        match &self.split {
            None => self.rate_letters(block, worths),
            Some((stem, extension)) => self.rate_split(block, stem, extension, worths),
        }
        let Some(pinyin) = &self.pinyin else { return };
        let (mut cursor, mut buffer) = (0, Vec::new());
        for (slot, signature) in block.spoken() {
            let may_match =
                pinyin.may_match(signature) || self.pinyin_stem.as_ref().is_some_and(|stem| stem.may_match(signature));
            // How it is spoken can make nothing better of a name that begins with the letters.
            if may_match && worths[slot] < Place::Prefix.worth() && only.is_none_or(|only| only[slot] > 0) {
                let name = block.hanzi(slot, &mut cursor, &mut buffer);
                let worth = self.spoken(name).map_or(0, |(it, _)| it.worth());
                worths[slot] = worths[slot].max(worth);
            }
        }
    }

    fn rate_letters(&self, block: &Block, worths: &mut Worths) {
        let (text, ends) = (block.text(), block.ends());
        let (mut slot, mut cursor) = (0, 0);
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| self.finder.find(rest)) {
            let start = at + found;
            slot = slot_at(ends, slot, start);
            let mut place = place(text, start, self.text.len());
            if place == Place::Inside
                && self.begins_small()
                && block.has_capital(slot, start - name_start(ends, slot), &mut cursor)
            {
                place = Place::WordStart;
            }
            worths[slot] = worths[slot].max(place.worth());
            // Nothing later in this name can be better than this.
            at = if place >= Place::WordStart { ends[slot] as usize } else { start + self.text.len() };
        }
    }

    fn rate_split(&self, block: &Block, stem: &Finder, extension: &str, worths: &mut Worths) {
        let (text, ends) = (block.text(), block.ends());
        let (mut slot, mut cursor) = (0, 0);
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| stem.find(rest)) {
            let start = at + found;
            slot = slot_at(ends, slot, start);
            let end = ends[slot] as usize;
            at = start + stem.needle().len();
            let place = if text[start..end].starts_with(self.text.as_bytes()) {
                let place = place(text, start, self.text.len());
                match place {
                    Place::Inside if block.has_capital(slot, start - name_start(ends, slot), &mut cursor) => {
                        Place::WordStart
                    }
                    _ => place,
                }
            } else if has_extension(&text[at..end], extension) {
                Place::Apart
            } else {
                continue;
            };
            worths[slot] = worths[slot].max(place.worth());
        }
    }

    /// How it matches a name as it is spoken, and where.
    fn spoken(&self, name: &[u8]) -> Option<(Match, Range<usize>)> {
        if let Some(spoken) = self.pinyin.as_ref()?.find_in(name) {
            return Some((spoken_match(name, &spoken), spoken.range));
        }
        let (_, extension) = self.split.as_ref()?;
        let dot = name.iter().rposition(|&byte| byte == b'.')?;
        let is_extension = name.get(dot..dot + extension.len())?.eq_ignore_ascii_case(extension.as_bytes());
        let spoken = self.pinyin_stem.as_ref().filter(|_| is_extension)?.find_in(&name[..dot])?;
        Some((Match { place: Place::Apart, by: By::Pinyin(spoken.manner) }, spoken.range))
    }

    /// How it matches one name by letters or as it is spoken, with the marks in the name as it is shown.
    pub(super) fn match_name(
        &self,
        block: &Block,
        slot: usize,
        shown: &str,
        marks: &mut Vec<Range<usize>>,
    ) -> Option<Match> {
        let (folded, origins) = letter::fold_with_origins(shown);
        let text = [b"\0", folded.as_bytes()].concat();
        let mut mark = |start: usize, end: usize| {
            if start < end {
                marks.push(origins[start].start..origins[end - 1].end);
            }
        };
        if let Some(behind) = &self.behind {
            let is_match = folded.starts_with(&self.text) && behind[block.folder(slot) as usize];
            mark(0, if is_match { self.text.len() } else { 0 });
            return is_match.then(|| Match { place: place(&text, 1, self.text.len()), by: By::Letters });
        }
        let mut best = None;
        for start in self.finder.find_iter(&text) {
            let mut place = place(&text, start, self.text.len());
            if place == Place::Inside && block.has_capital(slot, start - 1, &mut 0) {
                place = Place::WordStart;
            }
            best = best.max(Some(place));
            mark(start - 1, start - 1 + self.text.len());
        }
        if let (None, Some((stem, extension))) = (best, &self.split)
            && let Some(start) = stem.find(&text)
            && has_extension(&text[start + stem.needle().len()..], extension)
        {
            mark(start - 1, start - 1 + stem.needle().len());
            let dot = folded.rfind('.').unwrap_or(folded.len());
            mark(dot, (dot + extension.len()).min(folded.len()));
            best = Some(Place::Apart);
        }
        let by_letters = best.map(|place| Match { place, by: By::Letters });
        match self.spoken(shown.as_bytes()) {
            Some((by_sound, range)) if by_letters.is_none_or(|it| it.worth() < by_sound.worth()) => {
                marks.push(range);
                Some(by_sound)
            }
            _ => by_letters,
        }
    }

    /// How it matches one name by its letters alone.
    pub(super) fn match_folded(&self, block: &Block, slot: usize) -> Option<Match> {
        let (text, ends) = (block.text(), block.ends());
        let (start, end) = (name_start(ends, slot), ends[slot] as usize);
        let places = self.finder.find_iter(text.get(start..end)?).map(|at| place(text, start + at, self.text.len()));
        places.max().map(|place| Match { place, by: By::Letters })
    }

    /// Whether it is in one name, by its letters.
    pub(super) fn is_in(&self, block: &Block, slot: usize) -> bool {
        match &self.behind {
            None => self.match_folded(block, slot).is_some(),
            Some(behind) => behind[block.folder(slot) as usize] && block.folded(slot).starts_with(self.text.as_bytes()),
        }
    }

    /// For each folder by number, whether the word is in its name or in the name of one that it is in.
    pub(super) fn folders(&self, table: &Table) -> Vec<bool> {
        let mut own = vec![false; table.folders.len()];
        let mut worths = [0; SLOTS];
        for (at, block) in table.folders.blocks().iter().enumerate() {
            worths.fill(0);
            self.rate(block, None, &mut worths);
            for slot in 0..block.len() {
                own[at * SLOTS + slot] = worths[slot] > 0;
            }
        }
        own[ROOT as usize] = false;
        if self.behind.as_ref().is_some_and(|_| self.text.is_empty()) {
            // `docs/` is in everything that stands in `docs`.
            own = self.behind.clone().unwrap_or_default();
        }
        table.within(|id| own[id as usize])
    }
}

/// Which bytes are frequent in names. The first bytes of East Asian characters are, but not in what such finders usually look through.
struct Frequency;

impl HeuristicFrequencyRank for Frequency {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            0xE3..=0xED => 255,
            0 | b'-' | b'.' | b'_' | b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 250,
            b'0'..=b'9' | b'a'..=b'z' | b' ' => 200,
            0x80..=0xBF => 150,
            _ => 50,
        }
    }
}

fn finder(needle: &[u8]) -> Finder<'static> {
    FinderBuilder::new().build_forward_with_ranker(Frequency, needle).into_owned()
}

/// For each folder by number, whether its path ends with these segments: the first one with its end, if it may be cut, the others whole.
pub(super) fn ends_with(table: &Table, segments: &[&str], is_whole: bool) -> Vec<bool> {
    let folders = &table.folders;
    let is_it = |id: u32| {
        let mut at = id;
        for (index, segment) in segments.iter().enumerate().rev() {
            // A slash at the very beginning: from the root.
            if index == 0 && segment.is_empty() {
                return !is_whole || at == ROOT;
            }
            if at == ROOT {
                return false;
            }
            let (block, slot) = folders.at(at);
            let (name, segment) = (block.folded(slot), segment.as_bytes());
            let is_same = if index == 0 && !is_whole { name.ends_with(segment) } else { name == segment };
            if !is_same {
                return false;
            }
            at = folders.folder(at);
        }
        true
    };
    (0..folders.len() as u32).map(is_it).collect()
}

/// The slot of a name in which this byte of the text stands, not before `from`.
fn slot_at(ends: &[u32], from: usize, at: usize) -> usize {
    // Frequent words are in one of the next names; rare ones are far away.
    for (step, &end) in ends[from..].iter().take(4).enumerate() {
        if end as usize > at {
            return from + step;
        }
    }
    from + ends[from..].partition_point(|&end| end as usize <= at)
}

/// Where the name of a slot begins, behind its NUL.
fn name_start(ends: &[u32], slot: usize) -> usize {
    1 + if slot == 0 { 0 } else { ends[slot - 1] as usize }
}

/// Where in its name a match stands, in a text whose names begin with NUL.
fn place(text: &[u8], start: usize, length: usize) -> Place {
    let end = start + length;
    if text[start - 1] == 0 {
        return match text.get(end) {
            None | Some(0) => Place::Exact,
            Some(b'.') => {
                let rest = &text[end + 1..];
                match memchr::memchr2(0, b'.', rest).map(|at| rest[at]) {
                    Some(b'.') => Place::Prefix,
                    _ => Place::Stem,
                }
            }
            _ => Place::Prefix,
        };
    }
    let before = text[start - 1];
    let Some(&first) = text.get(start) else { return Place::Inside };
    let is_boundary = if before.is_ascii() {
        !before.is_ascii_alphanumeric()
            || !first.is_ascii()
            || before.is_ascii_digit() != first.is_ascii_digit() && first.is_ascii_alphanumeric()
    } else {
        first.is_ascii_alphanumeric() || ends_with_sign(&text[..start])
    };
    if is_boundary { Place::WordStart } else { Place::Inside }
}

/// How a name is matched as it is spoken.
fn spoken_match(name: &[u8], spoken: &Spoken) -> Match {
    let (before, after) = (&name[..spoken.range.start], &name[spoken.range.end..]);
    let place = match after {
        [] if before.is_empty() => Place::Exact,
        [b'.', extension @ ..] if before.is_empty() && !extension.contains(&b'.') => Place::Stem,
        _ if before.is_empty() => Place::Prefix,
        _ if ends_with_sign(before) => Place::WordStart,
        _ => Place::Inside,
    };
    Match { place, by: By::Pinyin(spoken.manner) }
}

/// Whether the last character of a text is no letter: `《`.
fn ends_with_sign(text: &[u8]) -> bool {
    let start = text.iter().rposition(|byte| byte & 0xC0 != 0x80).unwrap_or(0);
    let last = std::str::from_utf8(&text[start..]).ok().and_then(|text| text.chars().next());
    last.is_some_and(|last| !last.is_alphanumeric())
}

/// Whether the rest of a name has an extension that begins so.
fn has_extension(rest: &[u8], extension: &str) -> bool {
    let dot = memchr::memrchr(b'.', rest);
    dot.is_some_and(|dot| rest[dot..].starts_with(extension.as_bytes()))
}
