//! Names of files, which are short: their neighbours in the folder speak too.

use std::borrow::Cow;

use encoding_rs::UTF_8;

use crate::decide;
use crate::likelihood;
use crate::statistics::{self, Question, is_utf8_by_chance};
use crate::verdict::{Confidence, Reason, Verdict};

/// A file name as text. `siblings` are names from the same folder, which were most likely written by the same machine.
pub fn name<'a>(bytes: &'a [u8], siblings: &[&[u8]]) -> (Cow<'a, str>, Verdict) {
    let text = std::str::from_utf8(bytes).ok();
    if let Some(text) = text.filter(|_| bytes.is_ascii() || !is_utf8_by_chance(bytes) || is_utf8_usual(siblings)) {
        let reason = if bytes.is_ascii() { Reason::Ascii } else { Reason::Utf8 };
        return (Cow::Borrowed(text), decide::verdict(UTF_8, Confidence::Certain, reason));
    }
    let support = support(siblings);
    let question = Question { sample: bytes, support: &support, is_utf8: text.is_some(), ..Question::default() };
    let outcome = statistics::weigh(question, |encoding| likelihood::cost(encoding, bytes).faults);
    let verdict = decide::by_statistics(outcome);
    (verdict.encoding.decode_without_bom_handling(bytes).0, verdict)
}

/// Whether more of the neighbours are surely UTF-8 than surely not.
fn is_utf8_usual(siblings: &[&[u8]]) -> bool {
    let others = siblings.iter().filter(|sibling| is_other(sibling)).count();
    let utf8 = siblings.iter().filter(|sibling| !is_other(sibling) && !is_utf8_by_chance(sibling)).count();
    utf8 > others
}

fn is_other(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_err()
}

/// The neighbours that say something, one a line.
fn support(siblings: &[&[u8]]) -> Vec<u8> {
    let mut support = Vec::new();
    for sibling in siblings.iter().filter(|sibling| is_other(sibling)) {
        if support.len() + sibling.len() >= SUPPORT_BYTES_MAX {
            break;
        }
        support.extend_from_slice(sibling);
        support.push(b'\n');
    }
    support
}

/// A hundred hanzi decide; more would only take time, for each name of a folder again.
const SUPPORT_BYTES_MAX: usize = 512;
