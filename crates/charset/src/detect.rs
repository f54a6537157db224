//! From the bytes of a text to a verdict, in pieces of any size.
//!
//! What of the text reaches which part:
//!
//! ```text
//! all bytes ─┬─▶ head: the first 64 KiB as they are           declarations, marks, UTF-16, control bytes
//!            ├─▶ zeros, escape sequences
//!            └─▶ gist: long runs of ASCII left out ─┬─▶ readings: does all of it decode?
//!                                                   ├─▶ histogram of its bytes
//!                                                   └─▶ sample: the first 64 KiB of it      likelihood
//! ```

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, SHIFT_JIS, UTF_8};

use crate::count::Count;
use crate::decide::{self, Evidence};
use crate::verdict::Verdict;

/// Where a declaration is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// Nowhere: text, source code, Markdown, JSON.
    Plain,
    /// `<meta charset>`, `<meta http-equiv content>`, and an XML declaration.
    Html,
    /// `@charset` at the very beginning.
    Css,
    /// The XML declaration, also that of SVG.
    Xml,
}

/// Finds out the encoding of a text. It looks at the whole, and keeps at most [`KEPT_BYTES_MAX`] of it.
pub struct Detector {
    kind: TextKind,
    hint: Option<String>,
    length: u64,
    zeros: u64,
    /// Invariant: head.len() <= HEAD_BYTES_MAX
    head: Vec<u8>,
    gist: Gist,
    /// Invariant: sample.len() <= SAMPLE_BYTES_MAX
    sample: Vec<u8>,
    histogram: Box<[u64; 256]>,
    utf8: Count,
    /// Empty until there is a place that is not UTF-8. Until then, the sample is all of the gist.
    legacy: Vec<Count>,
    /// Begun at the first escape: before it, everything is ASCII.
    escapes: Option<Count>,
}

/// The longest part of a text that a [`Detector`] keeps.
pub const KEPT_BYTES_MAX: usize = HEAD_BYTES_MAX + SAMPLE_BYTES_MAX;

/// A declaration behind this much is not found. Browsers stop at 1 KiB; pages with long scripts need more.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Likelihood is counted over this much: about 20,000 hanzi, where the lead over other readings is thousands of nats.
const SAMPLE_BYTES_MAX: usize = 64 * 1024;

/// The encodings of two bytes a character, told apart by likelihood.
pub(crate) const TWO_BYTE: [&Encoding; 5] = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR];

impl Detector {
    /// A detector for a text of this kind. `hint` is a top level domain or a language, such as `cn` or `ja`, if any is known.
    pub fn new(kind: TextKind, hint: Option<&str>) -> Detector {
        Detector {
            kind,
            hint: hint.map(str::to_ascii_lowercase),
            length: 0,
            zeros: 0,
            head: Vec::new(),
            gist: Gist::default(),
            sample: Vec::new(),
            histogram: Box::new([0; 256]),
            utf8: Count::new(UTF_8),
            legacy: Vec::new(),
            escapes: None,
        }
    }

    /// Takes the next piece of the text. How it is cut into pieces does not change the verdict.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        let room = HEAD_BYTES_MAX - self.head.len();
        self.head.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.zeros += memchr::memchr_iter(0, bytes).count() as u64;
        match &mut self.escapes {
            Some(count) => count.feed(bytes),
            None => {
                if let Some(at) = memchr::memchr(0x1b, bytes) {
                    self.escapes.insert(Count::new(ISO_2022_JP)).feed(&bytes[at..]);
                }
            }
        }
        // Small pieces, so that a caller with the whole file in hand does not get a second copy of it here.
        for piece in bytes.chunks(4 * BLOCK_BYTES) {
            self.gist.handle_bytes(piece);
            while let Some(block) = self.gist.poll_block() {
                self.take_block(&block);
            }
        }
    }

    /// The verdict, once the whole text has been fed.
    pub fn finish(mut self) -> Verdict {
        let block = self.gist.finish();
        self.take_block(&block);
        decide::decide(&Evidence {
            kind: self.kind,
            hint: self.hint.as_deref(),
            length: self.length,
            zeros: self.zeros,
            head: &self.head,
            sample: &self.sample,
            histogram: &self.histogram,
            utf8: self.utf8.finish(),
            legacy: self.legacy.into_iter().map(|count| (count.encoding, count.finish())).collect(),
            escapes: self.escapes.map(Count::finish),
        })
    }

    /// A block of the gist, cut by its place in the text alone.
    fn take_block(&mut self, block: &[u8]) {
        for &byte in block {
            self.histogram[usize::from(byte)] += 1;
        }
        let was_whole = self.sample.len() < SAMPLE_BYTES_MAX;
        if was_whole {
            self.sample.extend_from_slice(block);
        }
        self.utf8.feed(block);
        if !self.legacy.is_empty() {
            self.legacy.iter_mut().for_each(|count| count.feed(block));
        } else if was_whole && self.utf8.has_faults() {
            // Not UTF-8 after all: the other readings catch up. When 64 KiB were UTF-8 and then something is not,
            // the text is damaged and not in another encoding; then nobody else is asked.
            self.legacy = TWO_BYTE.iter().map(|&encoding| Count::new(encoding)).collect();
            self.legacy.iter_mut().for_each(|count| count.feed(&self.sample));
        }
    }
}

/// Leaves out the inner part of long runs of ASCII: no reading needs it, and no multi-byte character spans it.
///
/// The first two bytes of a run may be second bytes of a character, the last two are context for the letters behind.
/// GB 18030 has ASCII digits inside its characters of four bytes, but never two in a row.
#[derive(Default)]
struct Gist {
    out: Vec<u8>,
    /// ASCII bytes since the last byte beyond.
    run: usize,
    /// The last two of a run that is being left out.
    tail: [u8; 2],
}

/// The gist is handed on in blocks of this size, so that the sample ends with one.
const BLOCK_BYTES: usize = 4096;
const _: () = assert!(SAMPLE_BYTES_MAX.is_multiple_of(BLOCK_BYTES));

/// Bytes of a run that are always passed on.
const RUN_HEAD: usize = 4;

impl Gist {
    fn handle_bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (ascii, rest) = bytes.split_at(Encoding::ascii_valid_up_to(bytes));
            self.handle_ascii(ascii);
            let (beyond, rest) = rest.split_at(rest.iter().position(u8::is_ascii).unwrap_or(rest.len()));
            if !beyond.is_empty() {
                self.end_run();
                self.out.extend_from_slice(beyond);
            }
            bytes = rest;
        }
    }

    fn poll_block(&mut self) -> Option<Vec<u8>> {
        (self.out.len() >= BLOCK_BYTES).then(|| {
            let rest = self.out.split_off(BLOCK_BYTES);
            std::mem::replace(&mut self.out, rest)
        })
    }

    fn finish(&mut self) -> Vec<u8> {
        self.end_run();
        std::mem::take(&mut self.out)
    }

    fn handle_ascii(&mut self, ascii: &[u8]) {
        let (first, more) = ascii.split_at(ascii.len().min(RUN_HEAD.saturating_sub(self.run)));
        self.out.extend_from_slice(first);
        match more {
            [] => {}
            [only] => self.tail = [self.tail[1], *only],
            [.., a, b] => self.tail = [*a, *b],
        }
        self.run += ascii.len();
    }

    fn end_run(&mut self) {
        let left_out = self.run.saturating_sub(RUN_HEAD).min(2);
        self.out.extend_from_slice(&self.tail[2 - left_out..]);
        self.run = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Confidence, Reason};

    #[track_caller]
    fn check(pieces: &[&[u8]], expected: &[u8]) {
        let mut gist = Gist::default();
        pieces.iter().for_each(|piece| gist.handle_bytes(piece));
        assert_eq!(gist.finish().escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn the_gist_leaves_out_the_inside_of_long_runs() {
        check(&[b"abcdefgh"], b"abcdgh");
        check(&[b"abcdefgh", b"ij\xe4"], b"abcdij\xe4");
        check(&[b"\xe4", b"abcde", b"\xf6"], b"\xe4abcde\xf6");
        check(&[b"\xe4a", b"bcd", b"\xf6"], b"\xe4abcd\xf6");
        check(&[b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"\xe4\xe4", b""], b"abcdfg\xe4\xe4");
        check(&[], b"");
    }

    #[test]
    fn a_long_text_keeps_to_its_memory() {
        let mut detector = Detector::new(TextKind::Html, None);
        let piece = b"\xb2\xe2\xca\xd4 abc ".repeat(100_000);
        for _ in 0..4 {
            detector.feed(&piece);
        }
        let kept = detector.head.capacity() + detector.sample.capacity() + detector.gist.out.capacity();
        assert!(kept <= 2 * KEPT_BYTES_MAX, "{kept}");
        assert_eq!(detector.finish().label, "gb18030");
    }

    #[test]
    fn what_comes_after_64_kib_of_utf8_is_damage() {
        let mut detector = Detector::new(TextKind::Plain, None);
        detector.feed("采石场".repeat(10_000).as_bytes());
        detector.feed(b"\xb2\xe2\xca\xd4");
        let verdict = detector.finish();
        assert_eq!((verdict.label, verdict.confidence), ("utf-8", Confidence::Doubtful));
        assert!(matches!(verdict.reason, Reason::DamagedUtf8 { faults: 1..=4 }));
    }

    #[test]
    fn a_fault_behind_the_sample_is_counted() {
        let mut detector = Detector::new(TextKind::Plain, None);
        detector.feed(&b"\xb2\xe2\xca\xd4\n".repeat(40_000));
        detector.feed(b"\xff\n");
        let verdict = detector.finish();
        assert_eq!((verdict.label, verdict.confidence), ("gb18030", Confidence::Doubtful));
        assert!(matches!(verdict.reason, Reason::Statistics { faults: 1, .. }));
    }
}
