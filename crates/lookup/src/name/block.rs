//! Some thousand names side by side, so that one sweep over plain bytes finds a word in all of them.
//!
//! ```text
//! text   ␀annual report.pdf␀zlib.h␀␀资料.txt      folded; a slot without a name is empty
//! ends                     ^      ^^         ^
//! ```

use std::borrow::Cow;

use super::arena::Arena;
use super::letter;
use super::signature::{self, Signature};

/// Slots of a block: small enough to be copied when a find still reads it (some 50 µs), large enough that a million names are few blocks.
pub(super) const SLOTS: usize = 4096;

/// Names of files, or of folders.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// Folded names, each after a NUL.
    text: Arena,
    /// The folder that each stands in.
    folders: Vec<u32>,
    /// Which letters each has: see [`letters_of`].
    letters: Vec<u32>,
    /// A bit for each byte with which a name begins, or began.
    firsts: [u64; 4],
    /// A bit for each slot that has a name.
    alive: Vec<u64>,
    /// Slots of names with hanzi that can be spoken, in order.
    spoken_slots: Vec<u16>,
    signatures: Vec<Signature>,
    /// Slots of names that are not as they are folded, in order.
    apart_slots: Vec<u16>,
    /// What such a name really is: see [`Apart`].
    apart: Arena,
    /// Slots that lost their name since the last [`sweep`](Self::sweep).
    dead: usize,
}

/// A name, ready to be put into a block.
pub(super) struct Entry {
    text: Vec<u8>,
    folder: u32,
    letters: u32,
    signature: Signature,
    apart: Option<Vec<u8>>,
}

/// How a name differs from how it is folded; the first byte of its record says which.
#[derive(Clone, Copy)]
enum Apart<'a> {
    /// By capitals only: a bit for each byte.
    Case(&'a [u8]),
    /// By some characters, which are as long as what they are folded to: for each, where it stands, and it.
    Few(&'a [u8]),
    /// The name as it is shown, which is also what it is on disk.
    Text(&'a [u8]),
    /// The name on disk, which is no UTF-8, and as it is shown.
    Bytes { raw: &'a [u8], shown: &'a [u8] },
}

impl<'a> Apart<'a> {
    const CASE: u8 = 0;
    const TEXT: u8 = 1;
    const BYTES: u8 = 2;
    const FEW: u8 = 3;

    fn write(raw: &[u8], shown: &str, folded: &str) -> Option<Vec<u8>> {
        if raw != shown.as_bytes() {
            let length = (raw.len() as u32).to_le_bytes();
            return Some([&[Self::BYTES], &length[..], raw, shown.as_bytes()].concat());
        }
        if shown == folded {
            return None;
        }
        if !shown.eq_ignore_ascii_case(folded) {
            let text = || [&[Self::TEXT], shown.as_bytes()].concat();
            return Some(few(shown, folded).filter(|few| few.len() <= shown.len()).unwrap_or_else(text));
        }
        let mut record = vec![Self::CASE];
        for (at, byte) in raw.iter().enumerate() {
            if byte.is_ascii_uppercase() {
                record.resize(record.len().max(at / 8 + 2), 0);
                record[at / 8 + 1] |= 1 << (at % 8);
            }
        }
        Some(record)
    }

    fn read(record: &'a [u8]) -> Apart<'a> {
        match record {
            [Self::CASE, bits @ ..] => Apart::Case(bits),
            [Self::BYTES, a, b, c, d, rest @ ..] => {
                let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
                let (raw, shown) = rest.split_at(length.min(rest.len()));
                Apart::Bytes { raw, shown }
            }
            [Self::FEW, few @ ..] => Apart::Few(few),
            [_, shown @ ..] => Apart::Text(shown),
            [] => Apart::Text(&[]),
        }
    }
}

/// A record of the characters that are folded to others, if those are just as long and near enough to the beginning.
fn few(shown: &str, folded: &str) -> Option<Vec<u8>> {
    let mut record = vec![Apart::FEW];
    let mut folded_at = folded.char_indices();
    for (at, character) in shown.char_indices() {
        let (other_at, other) = folded_at.next()?;
        if other_at != at || other.len_utf8() != character.len_utf8() {
            return None;
        }
        if other != character {
            record.push(u8::try_from(at).ok()?);
            record.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    folded_at.next().is_none().then_some(record)
}

/// Puts the characters of such a record where they belong.
fn put_few(name: &mut [u8], mut few: &[u8]) {
    while let [at, first, ..] = *few {
        let length = match first {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0.. => 4,
        };
        let (at, end) = (usize::from(at), (1 + length).min(few.len()));
        let character = &few[1..end];
        if let Some(place) = name.get_mut(at..at + character.len()) {
            place.copy_from_slice(character);
        }
        few = &few[end..];
    }
}

fn is_capital(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

fn with_capitals(name: &[u8], bits: &[u8]) -> impl Iterator<Item = u8> {
    let capital = |(at, byte): (usize, &u8)| if is_capital(bits, at) { byte.to_ascii_uppercase() } else { *byte };
    name.iter().enumerate().map(capital)
}

/// The name on disk, from how it is folded and its record.
fn whole<'a>(name: &'a [u8], apart: Option<Apart<'a>>) -> Cow<'a, [u8]> {
    match apart {
        None => Cow::Borrowed(name),
        Some(Apart::Text(raw) | Apart::Bytes { raw, .. }) => Cow::Borrowed(raw),
        Some(Apart::Case(bits)) => Cow::Owned(with_capitals(name, bits).collect()),
        Some(Apart::Few(few)) => {
            let mut name = name.to_vec();
            put_few(&mut name, few);
            Cow::Owned(name)
        }
    }
}

impl Entry {
    /// `shown` is the name as it is read, `raw` what it is on disk.
    pub(super) fn new(raw: &[u8], shown: &str, folder: u32) -> Entry {
        let folded = letter::fold(shown);
        let mut text = Vec::with_capacity(folded.len() + 1);
        text.push(0);
        text.extend_from_slice(folded.as_bytes());
        let apart = Apart::write(raw, shown, &folded);
        Entry { text, folder, letters: letters_of(&folded), signature: signature::of(shown), apart }
    }
}

/// A bit for each of the 26 letters, and six for the ten digits: whatever has some letters in some order has their bits.
pub(super) fn letters_of(folded: &str) -> u32 {
    folded.bytes().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        b'0'..=b'9' => bits | 1 << (26 + (byte - b'0') % 6),
        _ => bits,
    })
}

impl Block {
    /// Slots that have or had a name.
    pub(super) fn len(&self) -> usize {
        self.folders.len()
    }

    /// The folded names, each after a NUL.
    pub(super) fn text(&self) -> &[u8] {
        self.text.bytes()
    }

    /// Where in the text each name ends.
    pub(super) fn ends(&self) -> &[u32] {
        self.text.ends()
    }

    /// The folded name.
    pub(super) fn folded(&self, slot: usize) -> &[u8] {
        self.text.get(slot).get(1..).unwrap_or_default()
    }

    pub(super) fn folder(&self, slot: usize) -> u32 {
        self.folders[slot]
    }

    pub(super) fn letters(&self, slot: usize) -> u32 {
        self.letters[slot]
    }

    /// Whether any name may begin with this byte.
    pub(super) fn may_begin_with(&self, byte: u8) -> bool {
        self.firsts[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    pub(super) fn is_alive(&self, slot: usize) -> bool {
        self.alive.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    /// Slots of names that can be spoken, with their signatures, in order.
    pub(super) fn spoken(&self) -> impl Iterator<Item = (usize, Signature)> {
        self.spoken_slots.iter().map(|&slot| usize::from(slot)).zip(self.signatures.iter().copied())
    }

    /// The name as it is read.
    pub(super) fn shown(&self, slot: usize) -> Cow<'_, str> {
        match self.apart(slot) {
            Some(Apart::Bytes { shown, .. }) => String::from_utf8_lossy(shown),
            apart => match whole(self.folded(slot), apart) {
                Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
                Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
            },
        }
    }

    /// The name on disk.
    pub(super) fn raw(&self, slot: usize) -> Cow<'_, [u8]> {
        whole(self.folded(slot), self.apart(slot))
    }

    /// Whether this is the name on disk.
    pub(super) fn has_raw(&self, slot: usize, raw: &[u8]) -> bool {
        whole(self.folded(slot), self.apart(slot)) == raw
    }

    /// The bytes of the name with the hanzi that it is shown with, all else may be folded.
    ///
    /// Called with rising slots, `cursor` makes it cheap; it begins with 0.
    pub(super) fn hanzi<'a>(&'a self, slot: usize, cursor: &mut usize, buffer: &'a mut Vec<u8>) -> &'a [u8] {
        let name = self.folded(slot);
        match self.apart_from(slot, cursor) {
            None | Some(Apart::Case(_)) => name,
            Some(Apart::Text(shown) | Apart::Bytes { shown, .. }) => shown,
            Some(Apart::Few(few)) => {
                buffer.clear();
                buffer.extend_from_slice(name);
                put_few(buffer, few);
                buffer
            }
        }
    }

    /// Whether a capital stands at this byte of a name, as `R` in `myReport`. Names beyond ASCII do not say.
    ///
    /// Called with rising slots, `cursor` makes it cheap; it begins with 0.
    pub(super) fn has_capital(&self, slot: usize, at: usize, cursor: &mut usize) -> bool {
        match self.apart_from(slot, cursor) {
            Some(Apart::Case(bits)) => is_capital(bits, at) && !(at > 0 && is_capital(bits, at - 1)),
            _ => false,
        }
    }

    fn apart_from(&self, slot: usize, cursor: &mut usize) -> Option<Apart<'_>> {
        while self.apart_slots.get(*cursor).is_some_and(|&it| usize::from(it) < slot) {
            *cursor += 1;
        }
        let is_it = self.apart_slots.get(*cursor).is_some_and(|&it| usize::from(it) == slot);
        is_it.then(|| Apart::read(self.apart.get(*cursor)))
    }

    fn apart(&self, slot: usize) -> Option<Apart<'_>> {
        let at = self.apart_slots.binary_search(&(slot as u16)).ok()?;
        Some(Apart::read(self.apart.get(at)))
    }

    /// Puts a name into a new slot, and gives that.
    pub(super) fn push(&mut self, entry: &Entry) -> usize {
        let slot = self.len();
        debug_assert!(slot < SLOTS);
        self.text.push(&entry.text);
        self.folders.push(entry.folder);
        self.letters.push(entry.letters);
        self.keep_beside(slot, entry);
        if self.len() == SLOTS {
            self.shrink();
        }
        slot
    }

    /// Puts a name into a slot, in the place of whatever it had.
    pub(super) fn fill(&mut self, slot: usize, entry: &Entry) {
        self.forget(slot);
        self.text.replace(slot, &entry.text);
        self.folders[slot] = entry.folder;
        self.letters[slot] = entry.letters;
        self.keep_beside(slot, entry);
    }

    fn keep_beside(&mut self, slot: usize, entry: &Entry) {
        if self.alive.len() <= slot / 64 {
            self.alive.resize(slot / 64 + 1, 0);
        }
        self.alive[slot / 64] |= 1 << (slot % 64);
        // Behind the NUL.
        if let Some(&first) = entry.text.get(1) {
            self.firsts[usize::from(first / 64)] |= 1 << (first % 64);
        }
        let key = slot as u16;
        if entry.signature != 0 {
            let at = self.spoken_slots.partition_point(|&it| it < key);
            self.spoken_slots.insert(at, key);
            self.signatures.insert(at, entry.signature);
        }
        if let Some(record) = &entry.apart {
            let at = self.apart_slots.partition_point(|&it| it < key);
            self.apart_slots.insert(at, key);
            self.apart.insert(at, record);
        }
    }

    /// What is kept beside the text.
    fn forget(&mut self, slot: usize) {
        let key = slot as u16;
        if let Ok(at) = self.spoken_slots.binary_search(&key) {
            self.spoken_slots.remove(at);
            self.signatures.remove(at);
        }
        if let Ok(at) = self.apart_slots.binary_search(&key) {
            self.apart_slots.remove(at);
            self.apart.remove(at);
        }
    }

    /// Takes the name out of a slot. Its bytes stay until the next sweep, so that this is cheap.
    pub(super) fn kill(&mut self, slot: usize) {
        if self.is_alive(slot) {
            self.alive[slot / 64] &= !(1 << (slot % 64));
            self.dead += 1;
        }
    }

    /// Whether a sweep is worth its price.
    pub(super) fn wants_sweep(&self) -> bool {
        self.dead * 2 > SLOTS
    }

    /// Gives back the memory of names that are gone, and the slots that can have new names.
    pub(super) fn sweep(&mut self, free: &mut Vec<u16>) {
        let mut swept = Block { alive: self.alive.clone(), firsts: self.firsts, ..Block::default() };
        free.clear();
        for slot in 0..self.len() {
            if !self.is_alive(slot) {
                free.push(slot as u16);
            }
            swept.text.push(if self.is_alive(slot) { self.text.get(slot) } else { &[] });
        }
        for (at, &slot) in self.spoken_slots.iter().enumerate() {
            if self.is_alive(slot.into()) {
                swept.spoken_slots.push(slot);
                swept.signatures.push(self.signatures[at]);
            }
        }
        for (at, &slot) in self.apart_slots.iter().enumerate() {
            if self.is_alive(slot.into()) {
                swept.apart_slots.push(slot);
                swept.apart.push(self.apart.get(at));
            }
        }
        swept.folders = std::mem::take(&mut self.folders);
        swept.letters = std::mem::take(&mut self.letters);
        swept.shrink();
        *self = swept;
    }

    fn shrink(&mut self) {
        self.text.shrink();
        self.folders.shrink_to_fit();
        self.letters.shrink_to_fit();
        self.alive.shrink_to_fit();
        self.spoken_slots.shrink_to_fit();
        self.signatures.shrink_to_fit();
        self.apart_slots.shrink_to_fit();
        self.apart.shrink();
    }

    /// In memory.
    pub(super) fn size(&self) -> usize {
        self.text.size()
            + self.apart.size()
            + (self.folders.capacity() + self.letters.capacity()) * size_of::<u32>()
            + (self.alive.capacity() + self.signatures.capacity()) * size_of::<u64>()
            + (self.spoken_slots.capacity() + self.apart_slots.capacity()) * size_of::<u16>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(raw: &[u8], shown: &str) {
        let mut block = Block::default();
        block.push(&Entry::new(b"before", "before", 1));
        let slot = block.push(&Entry::new(raw, shown, 7));
        assert_eq!((&*block.raw(slot), &*block.shown(slot)), (raw, shown));
        assert!(block.has_raw(slot, raw) && !block.has_raw(slot, b"Before"));
        assert_eq!((block.folder(slot), block.folded(slot)), (7, letter::fold(shown).as_bytes()));
    }

    #[test]
    fn a_name_comes_out_as_it_went_in() {
        check(b"report.pdf", "report.pdf");
        check(b"README.Md", "README.Md");
        check("ÉTÉ.txt".as_bytes(), "ÉTÉ.txt");
        check("資料.TXT".as_bytes(), "資料.TXT");
        check("资料 A.TXT".as_bytes(), "资料 A.TXT");
        check(b"\xd7\xca\xc1\xcf.txt", "资料.txt");
        check(b"\xff", "\u{fffd}");
    }

    #[test]
    fn capitals_begin_words() {
        let mut block = Block::default();
        block.push(&Entry::new(b"plain", "plain", 0));
        let slot = block.push(&Entry::new(b"myHTTPReport", "myHTTPReport", 0));
        let mut cursor = 0;
        assert!(!block.has_capital(0, 1, &mut cursor));
        let starts: Vec<_> = (0..12).filter(|&at| block.has_capital(slot, at, &mut cursor)).collect();
        assert_eq!(starts, [2]);
        assert_eq!([b'm', b'p', b'h', 0].map(|byte| block.may_begin_with(byte)), [true, true, false, false]);
    }

    proptest! {
        #[test]
        fn slots_keep_their_names(steps in proptest::collection::vec((0usize..8, "[a-cA-Cé資]{1,4}"), 1..80)) {
            let (mut block, mut plain) = (Block::default(), Vec::<Option<String>>::new());
            let mut free = Vec::new();
            for (at, name) in steps {
                let entry = Entry::new(name.as_bytes(), &name, 0);
                match at {
                    0..3 => { block.push(&entry); plain.push(Some(name)); }
                    3..6 if !plain.is_empty() => { let at = at * 7 % plain.len(); block.kill(at); plain[at] = None; }
                    6 => block.sweep(&mut free),
                    _ => if let Some(at) = plain.iter().position(Option::is_none) {
                        block.fill(at, &entry);
                        plain[at] = Some(name);
                    },
                }
                for (slot, name) in plain.iter().enumerate() {
                    prop_assert_eq!(block.is_alive(slot), name.is_some());
                    if let Some(name) = name {
                        prop_assert_eq!(&*block.shown(slot), &name[..]);
                        prop_assert!(block.may_begin_with(block.folded(slot)[0]));
                    }
                }
            }
        }
    }
}
