//! Names of files, which are short: their neighbours in the folder speak too.

use std::borrow::Cow;

use crate::detect::{Detector, TextKind};
use crate::verdict::Verdict;

/// A file name as text. `siblings` are names from the same folder, which were most likely written by the same machine.
pub fn name<'a>(bytes: &'a [u8], siblings: &[&[u8]]) -> (Cow<'a, str>, Verdict) {
    let mut detector = Detector::new(TextKind::Plain, None);
    detector.feed(bytes);
    siblings.iter().for_each(|sibling| detector.feed(sibling));
    let verdict = detector.finish();
    (crate::decode(bytes, &verdict), verdict)
}
